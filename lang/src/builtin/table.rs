//! The rows. What has no example here needs a Kubernetes object and is tested in the corpus.

use super::{
    Cost,
    Receiver::{
        Global, List as OfList, Map as OfMap, Namespace, Number as OfNumber, Set as OfSet, Text as OfText,
    },
    Row,
    Shape::{
        AdmissionRequest, Bool, Compiled, Constructed, Document, Documents, Flattened, Groups, Image,
        IndexedList, Int, KubernetesObject, LabelSelector, List, Members, Number, OptionalAny,
        OptionalElement, OptionalFloat, OptionalInt, OptionalString, Ordered, Pattern, PodSecurityVersion,
        String, StringMap, Strings, UnknownFields, Url, Value,
    },
};
use crate::types::Opaque;

macro_rules! builtins {
    ($($variant:ident $receiver:expr, $name:literal ($($param:expr),*) -> $result:expr, $cost:ident, $doc:literal, [$($example:literal => $value:literal),*];)+) => {
        /// A builtin function or method.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Builtin { $(#[doc = $doc] $variant,)+ }

        /// All builtins.
        pub const BUILTINS: &[Row] = &[$(Row {
            builtin: Builtin::$variant,
            receiver: $receiver,
            name: $name,
            params: &[$($param),*],
            result: $result,
            cost: Cost::$cost,
            doc: $doc,
            examples: &[$(($example, $value)),*],
        },)+];

        impl Builtin {
            /// Its name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

builtins! {
    TextStartsWith OfText, "starts_with" (String) -> Bool, Linear,
        "Whether the text begins with the other.",
        [r#""nginx".starts_with("ng")"# => "true",
         r#""".starts_with("")"# => "true"];
    TextEndsWith OfText, "ends_with" (String) -> Bool, Linear,
        "Whether the text ends with the other.",
        [r#""a.yaml".ends_with(".yaml")"# => "true",
         r#""a".ends_with("ba")"# => "false"];
    TextContains OfText, "contains" (String) -> Bool, Linear,
        "Whether the other text occurs in the text.",
        [r#""abc".contains("b")"# => "true",
         r#""abc".contains("")"# => "true"];
    TextIndexOf OfText, "index_of" (String) -> OptionalInt, Linear,
        "Where the other text occurs first, counted in code points; absent where it does not.",
        [r#""größe".index_of("e")"# => "4",
         r#""abc".index_of("x")"# => "null"];
    TextRemovePrefix OfText, "remove_prefix" (String) -> String, Linear,
        "The text without the prefix, or as it is.",
        [r#""v1.2".remove_prefix("v")"# => r#""1.2""#,
         r#""1.2".remove_prefix("v")"# => r#""1.2""#];
    TextRemoveSuffix OfText, "remove_suffix" (String) -> String, Linear,
        "The text without the suffix, or as it is.",
        [r#""a.yaml".remove_suffix(".yaml")"# => r#""a""#,
         r#""a".remove_suffix("b")"# => r#""a""#];
    TextSplit OfText, "split" (String) -> Strings, Linear,
        "The parts between the separators; the characters where the separator is empty.",
        [r#""a,b,".split(",")"# => r#"["a","b",""]"#,
         r#""".split(",")"# => r#"[""]"#];
    TextLines OfText, "lines" () -> Strings, Linear,
        "The lines, without their ends (`\\n` or `\\r\\n`).",
        [r#""a\nb\n".lines()"# => r#"["a","b"]"#,
         r#""".lines()"# => "[]"];
    TextChars OfText, "chars" () -> Strings, Linear,
        "The characters (code points).",
        [r#""aé".chars()"# => r#"["a","é"]"#,
         r#""".chars()"# => "[]"];
    TextLower OfText, "lower" () -> String, Linear,
        "ASCII letters in lower case.",
        [r#""ABC".lower()"# => r#""abc""#,
         r#""Ä".lower()"# => r#""Ä""#];
    TextUpper OfText, "upper" () -> String, Linear,
        "ASCII letters in upper case.",
        [r#""abc".upper()"# => r#""ABC""#,
         r#""ß".upper()"# => r#""ß""#];
    TextTrim OfText, "trim" () -> String, Linear,
        "Without white space at both ends.",
        [r#"" a b ".trim()"# => r#""a b""#,
         r#""a".trim()"# => r#""a""#];
    TextLen OfText, "len" () -> Int, Linear,
        "The number of code points.",
        [r#""größe".len()"# => "5",
         r#""".len()"# => "0"];
    TextReplace OfText, "replace" (String, String) -> String, Linear,
        "Each occurrence of the first text replaced by the second; as it is where the first is empty.",
        [r#""a-b-c".replace("-", "")"# => r#""abc""#,
         r#""abc".replace("", "x")"# => r#""abc""#];
    TextSlice OfText, "slice" (Int, Int) -> String, Linear,
        "The code points from the first index up to the second, which is not included; what lies outside is left out.",
        [r#""größe".slice(1, 3)"# => r#""rö""#,
         r#""abc".slice(-5, 99)"# => r#""abc""#];
    TextRepeat OfText, "repeat" (Int) -> String, Product,
        "The text so many times.",
        [r#""ab".repeat(3)"# => r#""ababab""#,
         r#""ab".repeat(-1)"# => r#""""#];
    TextToInt OfText, "to_int" () -> OptionalInt, Linear,
        "The number that the text is: `[+-]` and digits, within 64 bits.",
        [r#""-042".to_int()"# => "-42",
         r#""1.0".to_int()"# => "null"];
    TextToFloat OfText, "to_float" () -> OptionalFloat, Linear,
        "The number that the text is, as JSON writes numbers; a sign `+` and leading zeros are allowed.",
        [r#""1.5e3".to_float()"# => "1500.0",
         r#""NaN".to_float()"# => "null"];
    TextCapture OfText, "capture" (Pattern) -> Groups, Matching,
        "The named groups of a regular expression that matches the whole text; absent where it does not. A group that may take no part is optional.",
        [r#""v1.25".capture(r"v(?<major>\d+)\.(?<minor>\d+)")"# => r#"{"major":"1","minor":"25"}"#,
         r#""x".capture(r"(?<a>a)?x(?<b>b?)")"# => r#"{"b":""}"#,
         r#""y".capture(r"(?<a>a)")"# => "null"];
    NumberDiv OfNumber, "div" (Number) -> Number, Constant,
        "The floored quotient.",
        ["7.div(2)" => "3",
         "(-7).div(2)" => "-4"];
    NumberAbs OfNumber, "abs" () -> Number, Constant,
        "The number without its sign.",
        ["(-3).abs()" => "3",
         "0.5.abs()" => "0.5"];
    NumberFloor OfNumber, "floor" () -> Int, Constant,
        "The greatest int that is not greater.",
        ["1.5.floor()" => "1",
         "(-1.5).floor()" => "-2"];
    NumberCeil OfNumber, "ceil" () -> Int, Constant,
        "The least int that is not less.",
        ["1.5.ceil()" => "2",
         "2.ceil()" => "2"];
    NumberRound OfNumber, "round" () -> Int, Constant,
        "The nearest int; of two the one farther from zero.",
        ["2.5.round()" => "3",
         "(-2.5).round()" => "-3"];
    ListLen OfList, "len" () -> Int, Constant,
        "The number of elements.",
        [r#"["a", "b"].len()"# => "2",
         "[].len()" => "0"];
    ListFirst OfList, "first" () -> OptionalElement, Constant,
        "The first element, absent of an empty list.",
        ["[1, 2].first()" => "1",
         "[1, 2].slice(0, 0).first()" => "null"];
    ListLast OfList, "last" () -> OptionalElement, Constant,
        "The last element, absent of an empty list.",
        ["[1, 2].last()" => "2",
         r#""a/b".split("/").last()"# => r#""b""#];
    ListIndexed OfList, "indexed" () -> IndexedList, Linear,
        "Pairs of index and element.",
        [r#"["a", "b"].indexed()"# => r#"[[0,"a"],[1,"b"]]"#,
         "[].indexed()" => "[]"];
    ListIndexOf OfList, "index_of" (Value) -> OptionalInt, Linear,
        "The index of the first equal element.",
        [r#"["a", "b"].index_of("b")"# => "1",
         r#"["a"].index_of("c")"# => "null"];
    ListJoin OfList, "join" (String) -> String, Linear,
        "The texts of a list of texts, joined.",
        [r#"["a", "b"].join(", ")"# => r#""a, b""#,
         r#"[].join(",")"# => r#""""#];
    ListReverse OfList, "reverse" () -> List, Linear,
        "The elements, last first.",
        ["[1, 2, 3].reverse()" => "[3,2,1]",
         "[].reverse()" => "[]"];
    ListSorted OfList, "sorted" () -> List, Sorting,
        "The elements ordered by value; equal ones stay as they lie.",
        ["[3, 1, 2.5].sorted()" => "[1,2.5,3]",
         r#"["b", "a", "B"].sorted()"# => r#"["B","a","b"]"#];
    ListUnique OfList, "unique" () -> List, Sorting,
        "Each element once, where it stands first.",
        ["[2, 1, 2].unique()" => "[2,1]",
         "[1, 1.0].unique()" => "[1]"];
    ListSlice OfList, "slice" (Int, Int) -> List, Linear,
        "The elements from the first index up to the second, which is not included; what lies outside is left out.",
        ["[1, 2, 3].slice(1, 3)" => "[2,3]",
         "[1].slice(5, 9)" => "[]"];
    ListFlatten OfList, "flatten" () -> Flattened, Linear,
        "The elements of a list of lists.",
        ["[[1], [], [2, 3]].flatten()" => "[1,2,3]",
         "[[1, 2].slice(0, 0)].flatten()" => "[]"];
    SetLen OfSet, "len" () -> Int, Constant,
        "The number of elements.",
        ["{1, 1, 2}.len()" => "2",
         r#"{"a"}.len()"# => "1"];
    SetSorted OfSet, "sorted" () -> List, Linear,
        "A list of the elements, ordered by value.",
        ["{3, 1, 2}.sorted()" => "[1,2,3]",
         r#"{"b", "a"}.sorted()"# => r#"["a","b"]"#];
    MapLen OfMap, "len" () -> Int, Linear,
        "The number of members.",
        ["{a: 1, b: 2}.len()" => "2",
         "{a: null}.len()" => "0"];
    MapKeys OfMap, "keys" () -> Strings, Linear,
        "The keys, ordered.",
        ["{b: 1, a: 2}.keys()" => r#"["a","b"]"#,
         "{a: 1, b: null}.keys()" => r#"["a"]"#];
    MapValues OfMap, "values" () -> List, Linear,
        "The values, ordered by key.",
        ["{b: 1, a: 2}.values()" => "[2,1]",
         "{a: 1, b: null}.values()" => "[1]"];
    Same Global, "same" (Value, Value) -> Bool, Linear,
        "Whether both are equal, or both absent.",
        ["same(1, 1.0)" => "true",
         "same([1].first(), [].first())" => "false"];
    Max Global, "max" (Ordered, Ordered) -> Ordered, Constant,
        "The greater; the first of equal ones.",
        ["max(1, 2.5)" => "2.5",
         r#"max(quantity("1Gi"), quantity("1G"))"# => r#""1Gi""#];
    Min Global, "min" (Ordered, Ordered) -> Ordered, Constant,
        "The lesser; the first of equal ones.",
        [r#"min("a", "b")"# => r#""a""#,
         r#"min(duration("1h"), duration("61m"))"# => r#""1h""#];
    Walk Global, "walk" (Value) -> Members, Linear,
        "Every member and element below a value, at any depth, with its key (of an element, the index as text), as they lie; what is nested comes after what holds it.",
        ["walk({a: [1]})" => r#"[["a",[1]],["0",1]]"#,
         "walk(1)" => "[]"];
    Sha256 Global, "sha256" (String) -> String, Linear,
        "The SHA-256 digest of the text in UTF-8, in hexadecimal.",
        [r#"sha256("abc")"# => r#""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad""#,
         r#"sha256("")"# => r#""e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855""#];
    Quantity Global, "quantity" (String) -> Constructed(Opaque::Quantity), Linear,
        "A quantity as Kubernetes writes it.",
        [r#"quantity("1") == quantity("1000m")"# => "true",
         r#"quantity("1Gi") * 2"# => r#""2Gi""#,
         r#"quantity("1 Gi".trim())"# => "null"];
    Semver Global, "semver" (String) -> Constructed(Opaque::Semver), Linear,
        "A semantic version; build metadata counts neither in order nor in equality.",
        [r#"semver("1.9.0") < semver("1.10.0")"# => "true",
         r#"semver("1.0.0-rc.1") < semver("1.0.0")"# => "true",
         r#"semver("v1.0".trim())"# => "null"];
    Ip Global, "ip" (String) -> Constructed(Opaque::Ip), Linear,
        "An IPv4 or IPv6 address.",
        [r#"ip("10.1.2.3") in cidr("10.0.0.0/8")"# => "true",
         r#"ip("010.0.0.1".trim())"# => "null",
         r#"ip("::ffff:10.0.0.1".trim())"# => "null"];
    Cidr Global, "cidr" (String) -> Constructed(Opaque::Cidr), Linear,
        "A network: `x in net` holds for its addresses and for the networks within it.",
        [r#"cidr("10.1.0.0/16") in cidr("10.0.0.0/8")"# => "true",
         r#"cidr("10.1.2.3/8") == cidr("10.0.0.0/8")"# => "true",
         r#"cidr("10.0.0.0/33".trim())"# => "null"];
    Time Global, "time" (String) -> Constructed(Opaque::Time), Linear,
        "A point in time (RFC 3339).",
        [r#"time("2026-01-31T13:00:00+01:00") == time("2026-01-31T12:00:00Z")"# => "true",
         r#"time("2026-01-31T12:00:00Z") + duration("24h")"# => r#""2026-02-01T12:00:00Z""#,
         r#"time("2026-02-30T00:00:00Z".trim())"# => "null"];
    Duration Global, "duration" (String) -> Constructed(Opaque::Duration), Linear,
        "A length of time as Go writes it.",
        [r#"duration("90m") == duration("1h30m")"# => "true",
         r#"duration("90m").hours"# => "1",
         r#"duration("1d".trim())"# => "null"];
    Regex Global, "regex" (String) -> Compiled(Opaque::Regex), Constant,
        "A regular expression, from a literal: for the defaults of data.",
        [r#""abc" matches regex(r"[a-c]+")"# => "true",
         r#""abcd" matches regex(r"[a-c]+")"# => "false"];
    Glob Global, "glob" (String) -> Compiled(Opaque::Glob), Constant,
        "A glob, from a literal: for the defaults of data.",
        [r#""a/b" like glob("a*")"# => "true",
         r#""ab" like glob("a")"# => "false"];
    OciImage Namespace("oci"), "image" (String) -> Image, Linear,
        "An image reference in its parts; absent where it is malformed. Without a registry it is `docker.io`, and `library/` goes before a single name there.",
        [r#"oci.image("nginx")?.name"# => r#""docker.io/library/nginx""#,
         r#"oci.image("reg:5000/a/b:1@sha256:0000000000000000000000000000000000000000000000000000000000000000")?.tag"# => r#""1""#,
         r#"oci.image("reg:5000/a")?.tag"# => "null",
         r#"oci.image("UPPER/case")"# => "null"];
    SelectorMatches Namespace("label_selector"), "matches" (LabelSelector, StringMap) -> Bool, Product,
        "Whether the labels fit the selector, as the API server decides it; an empty selector fits all.",
        [r#"label_selector.matches({matchLabels: {app: "a"}}, {app: "a", tier: "b"})"# => "true",
         r#"label_selector.matches({matchExpressions: [{key: "x", operator: "NotIn", values: ["1"]}]}, {["app"]: "a"})"# => "true",
         r#"label_selector.matches({}, {["app"]: "a"})"# => "true"];
    Selects Namespace("k8s"), "selects" (StringMap, StringMap) -> Bool, Linear,
        "Whether the labels hold all pairs of a selector of a service; an empty one selects nothing.",
        [r#"k8s.selects({["app"]: "a"}, {app: "a", tier: "b"})"# => "true",
         r#"k8s.selects({}, {["app"]: "a"})"# => "false"];
    SameObject Namespace("k8s"), "same_object" (KubernetesObject, KubernetesObject) -> Bool, Constant,
        "Whether both are the same object: API group, kind, namespace and name are equal.",
        [];
    PodSecurityVersion Namespace("k8s"), "pod_security_version" (String) -> PodSecurityVersion, Linear,
        "`latest` or `v1.N`; one newer than the newest known is the newest.",
        [r#"k8s.pod_security_version("v1.25").minor"# => "25",
         r#"k8s.pod_security_version("1.25".trim())"# => "null"];
    UnknownFields Namespace("k8s"), "unknown_fields" (KubernetesObject) -> UnknownFields, Linear,
        "The members of the object, at any depth, that its type does not know.",
        [];
    KnowsGroup Namespace("k8s"), "knows_group" (String) -> Bool, Linear,
        "Whether the API group of the `apiVersion` is built in.",
        [r#"k8s.knows_group("apps/v1")"# => "true",
         r#"k8s.knows_group("example.com/v1")"# => "false"];
    KnowsKind Namespace("k8s"), "knows_kind" (String, String) -> Bool, Linear,
        "Whether the `apiVersion` and `kind` are built in.",
        [r#"k8s.knows_kind("v1", "Pod")"# => "true",
         r#"k8s.knows_kind("v1", "Deployment")"# => "false"];
    ArgvFlag Namespace("argv"), "flag" (Strings, String) -> OptionalString, Linear,
        "The value of a flag: `--name=value`, `--name value` or, bare, `true`; the last one counts, and nothing after `--` does.",
        [r#"argv.flag(["x", "--a=1", "--a", "2"], "a")"# => r#""2""#,
         r#"argv.flag(["x", "--a", "--b"], "a")"# => r#""true""#,
         r#"argv.flag(["x", "--", "--a=1"], "a")"# => "null"];
    Base64Encode Namespace("base64"), "encode" (String) -> String, Linear,
        "The text in UTF-8, in base64 (standard alphabet, padded).",
        [r#"base64.encode("hello")"# => r#""aGVsbG8=""#,
         r#"base64.encode("")"# => r#""""#];
    Base64Decode Namespace("base64"), "decode" (String) -> OptionalString, Linear,
        "The text that base64 stands for (standard or URL alphabet, with or without padding); absent where it is malformed or no UTF-8.",
        [r#"base64.decode("aGVsbG8=")"# => r#""hello""#,
         r#"base64.decode("a")"# => "null",
         r#"base64.decode("_w")"# => "null"];
    HexEncode Namespace("hex"), "encode" (String) -> String, Linear,
        "The text in UTF-8, in hexadecimal.",
        [r#"hex.encode("hi")"# => r#""6869""#,
         r#"hex.encode("")"# => r#""""#];
    HexDecode Namespace("hex"), "decode" (String) -> OptionalString, Linear,
        "The text that the hexadecimal digits stand for; absent where they are malformed or no UTF-8.",
        [r#"hex.decode("6869")"# => r#""hi""#,
         r#"hex.decode("f")"# => "null"];
    JsonParse Namespace("json"), "parse" (String) -> OptionalAny, Linear,
        "The value of a JSON text; absent where it is malformed, repeats a key, or is null.",
        [r#"json.parse(r"[1, 2]")"# => "[1,2]",
         r#"json.parse("[1")"# => "null"];
    JsonPrint Namespace("json"), "print" (Value) -> String, Linear,
        "The value as JSON: no white space, members ordered by key.",
        [r#"json.print({b: 1, a: "x"})"# => r#""{\"a\":\"x\",\"b\":1}""#,
         "json.print([].first())" => r#""null""#];
    YamlParse Namespace("yaml"), "parse" (String) -> OptionalAny, Linear,
        "The value of a YAML text of one document; absent where it is malformed, repeats a key, or is null.",
        [r#"yaml.parse("a: [1, x]")"# => r#"{"a":[1,"x"]}"#,
         r#"yaml.parse("a: [")"# => "null"];
    UrlParse Namespace("url"), "parse" (String) -> Url, Linear,
        "An absolute URL with a host in its parts; absent where it is malformed.",
        [r#"url.parse("https://a.example:8443/p?q=1#f")?.host"# => r#""a.example""#,
         r#"url.parse("https://a.example")?.port"# => "null",
         r#"url.parse("https://u@evil@host/")"# => "null",
         r#"url.parse("/p")"# => "null"];
    Files Global, "files" (String) -> Documents, Linear,
        "The documents of the files that the pattern names, below the test's folder; in tests only.",
        [];
    AdmissionCreate Namespace("k8s"), "create" (Document) -> AdmissionRequest, Constant,
        "The request that creates the object; in tests only.", [];
    AdmissionUpdate Namespace("k8s"), "update" (Document, Document) -> AdmissionRequest, Constant,
        "The request that puts the second object in place of the first; in tests only.", [];
    AdmissionDelete Namespace("k8s"), "delete" (Document) -> AdmissionRequest, Constant,
        "The request that deletes the object; in tests only.", [];
}
