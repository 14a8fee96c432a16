//! The YAML reader against a table of behaviours, in the families of yaml-test-suite: what a text means, or
//! why it is refused. The cases are written anew; scalars alone are in `readers_yaml_go.jsonl`.
#![cfg(feature = "yaml")]

use serde_json::Value;
use wardlaw::input::ReadErrorKind::{self, Encoding, NotJson, RepeatedKey, Syntax};
use wardlaw::input::{ReadLimits, read_yaml};

/// What is read, as JSON, or why it is refused.
type Case = (&'static str, Result<&'static str, ReadErrorKind>);

fn check(cases: &[Case]) {
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let read = read_yaml(text, &ReadLimits::default());
        let got = read.as_ref().map(|document| document.to_value(document.root()));
        let alike = match (&got, expected) {
            (Ok(value), Ok(json)) => serde_json::from_str::<Value>(json).ok().as_ref() == Some(value),
            (Err(error), Err(kind)) => error.kind == *kind,
            _ => false,
        };
        if !alike {
            let got = got.map_or_else(
                |error| format!("{:?}: {error}", error.kind),
                |value| value.to_string(),
            );
            wrong.push(format!("{text:?}: expected {expected:?}, got {got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn block_collections() {
    check(&[
        ("- a\n- b\n", Ok(r#"["a","b"]"#)),
        ("a: b\nc: d\n", Ok(r#"{"a":"b","c":"d"}"#)),
        ("- - a\n  - b\n- - c\n", Ok(r#"[["a","b"],["c"]]"#)),
        ("- a: 1\n  b: 2\n- c: 3\n", Ok(r#"[{"a":1,"b":2},{"c":3}]"#)),
        ("-   a: 1\n    b: 2\n", Ok(r#"[{"a":1,"b":2}]"#)),
        ("a:\n- b\n- c\n", Ok(r#"{"a":["b","c"]}"#)),
        ("a:\n  - b\n  - c\nd: e\n", Ok(r#"{"a":["b","c"],"d":"e"}"#)),
        ("a:\n        b:\n         c: d\n", Ok(r#"{"a":{"b":{"c":"d"}}}"#)),
        ("-\n  a: b\n-\n  - c\n", Ok(r#"[{"a":"b"},["c"]]"#)),
        ("-\n-\n- a\n", Ok(r#"[null,null,"a"]"#)),
        ("a:\nb:\n", Ok(r#"{"a":null,"b":null}"#)),
        ("- - - a\n", Ok(r#"[[["a"]]]"#)),
        ("  a: b\n  c: d\n", Ok(r#"{"a":"b","c":"d"}"#)),
        ("? a\n: b\n? c\n", Ok(r#"{"a":"b","c":null}"#)),
        ("? a\n  b\n: c\n", Ok(r#"{"a b":"c"}"#)),
        ("? - a\n: b\n", Err(NotJson)),
        ("? {a: b}\n: c\n", Err(NotJson)),
        (": a\n", Err(NotJson)),
        // Indentation that belongs to nothing.
        ("a:\n  b: c\n d: e\n", Err(Syntax)),
        ("a: b\n  c: d\n", Err(Syntax)),
        ("- a\n b: c\n", Err(Syntax)),
        ("a: - b\n", Err(Syntax)),
        ("a: b: c\n", Err(Syntax)),
        ("a\nb: c\n", Err(Syntax)),
        ("- a\nb\n", Err(Syntax)),
        ("a: b\n- c\n", Err(Syntax)),
        ("a: b\na: c\n", Err(RepeatedKey)),
        ("a: b\n\"\\x61\": c\n", Err(RepeatedKey)),
        ("1: b\n1.0: c\n", Err(RepeatedKey)),
    ]);
}

#[test]
fn flow_collections() {
    check(&[
        ("[]\n", Ok("[]")),
        ("{}\n", Ok("{}")),
        ("[a, b c, 'd', \"e\"]\n", Ok(r#"["a","b c","d","e"]"#)),
        ("[a, ]\n", Ok(r#"["a"]"#)),
        ("{a: b, }\n", Ok(r#"{"a":"b"}"#)),
        ("[[a], {b: [c]}]\n", Ok(r#"[["a"],{"b":["c"]}]"#)),
        ("a: [\n  b,\n  c\n  ]\n", Ok(r#"{"a":["b","c"]}"#)),
        ("a: { b: c,\n  d: e }\n", Ok(r#"{"a":{"b":"c","d":"e"}}"#)),
        ("[a\n b]\n", Ok(r#"["a b"]"#)),
        ("[a: b, c]\n", Ok(r#"[{"a":"b"},"c"]"#)),
        ("{a, b: }\n", Ok(r#"{"a":null,"b":null}"#)),
        ("{\"a\":1}\n", Ok(r#"{"a":1}"#)),
        ("{'a':b}\n", Ok(r#"{"a":"b"}"#)),
        ("{a: http://b/c}\n", Ok(r#"{"a":"http://b/c"}"#)),
        ("{? a : b}\n", Ok(r#"{"a":"b"}"#)),
        ("[a, # why\n b]\n", Ok(r#"["a","b"]"#)),
        ("[,]\n", Err(Syntax)),
        ("[a,,b]\n", Err(Syntax)),
        ("[a b: c\n", Err(Syntax)),
        ("[a]]\n", Err(Syntax)),
        ("{a: b}}\n", Err(Syntax)),
        ("[a\n", Err(Syntax)),
        ("[a] b\n", Err(Syntax)),
        ("[a, #b]\n", Err(Syntax)),
        ("{a: b, a: c}\n", Err(RepeatedKey)),
        ("{[a]: b}\n", Err(NotJson)),
        // YAML 1.1 and 1.2 part here.
        ("{a:}\n", Err(Syntax)),
        ("[a?b]\n", Err(Syntax)),
        ("[?a]\n", Err(Syntax)),
        ("[:a]\n", Err(Syntax)),
        ("[|]\n", Err(Syntax)),
        ("[- a]\n", Err(Syntax)),
        ("{a: b,\n\tc: d}\n", Ok(r#"{"a":"b","c":"d"}"#)),
    ]);
}

#[test]
fn plain_scalars() {
    check(&[
        ("a b  c\n", Ok(r#""a b  c""#)),
        ("a\nb\n", Ok(r#""a b""#)),
        ("a\n\nb\n\n\nc\n", Ok(r#""a\nb\n\nc""#)),
        ("a: b\n  c\n\n  d\n", Ok(r#"{"a":"b c\nd"}"#)),
        ("a: b#c\n", Ok(r#"{"a":"b#c"}"#)),
        ("a: b #c\n", Ok(r#"{"a":"b"}"#)),
        ("a: b:c\n", Ok(r#"{"a":"b:c"}"#)),
        ("a: -b\n", Ok(r#"{"a":"-b"}"#)),
        ("a: ?b\n", Ok(r#"{"a":"?b"}"#)),
        ("a: :b\n", Ok(r#"{"a":":b"}"#)),
        ("a: --- b\n", Ok(r#"{"a":"--- b"}"#)),
        ("a: b, c]\n", Ok(r#"{"a":"b, c]"}"#)),
        ("a: b'c\"d\n", Ok(r#"{"a":"b'c\"d"}"#)),
        ("a:b\n", Ok(r#""a:b""#)),
        (" ---\n", Ok(r#""---""#)),
        ("a: \u{a0}\n", Ok("{\"a\":\"\u{a0}\"}")),
        ("a: b # c\n  d\n", Err(Syntax)),
        ("a: @b\n", Err(Syntax)),
        ("a: `b\n", Err(Syntax)),
        ("a: %b\n", Err(Syntax)),
        ("a: ]\n", Err(Syntax)),
        ("a: ,\n", Err(Syntax)),
    ]);
}

#[test]
fn quoted_scalars() {
    check(&[
        ("''\n", Ok(r#""""#)),
        ("'a''b'\n", Ok(r#""a'b""#)),
        ("'a\\n'\n", Ok(r#""a\\n""#)),
        ("'a\n  b\n\n  c'\n", Ok(r#""a b\nc""#)),
        ("'a # b: c'\n", Ok(r#""a # b: c""#)),
        ("\"a\\tb\\\\\\\"\"\n", Ok(r#""a\tb\\\"""#)),
        ("\"\\x41\\u00e9\\U0001F600\"\n", Ok(r#""Aé😀""#)),
        (
            "\"\\0\\a\\b\\e\\f\\v\"\n",
            Ok(r#""\u0000\u0007\b\u001b\f\u000b""#),
        ),
        ("\"\\N\\_\\L\\P\"\n", Ok("\"\u{85}\u{a0}\u{2028}\u{2029}\"")),
        ("\"a\\\n  b\"\n", Ok(r#""ab""#)),
        ("\"a\n  b\n\n  c\"\n", Ok(r#""a b\nc""#)),
        ("\"a\\/b\"\n", Ok(r#""a/b""#)),
        ("'a': \"b\"\n", Ok(r#"{"a":"b"}"#)),
        ("\"a\" : 'b'\n", Ok(r#"{"a":"b"}"#)),
        ("\"\\x4\"\n", Err(Syntax)),
        ("\"\\ud83d\\ude00\"\n", Err(Syntax)),
        ("\"\\U00110000\"\n", Err(Syntax)),
        ("\"\\q\"\n", Err(Syntax)),
        ("'a\n", Err(Syntax)),
        ("\"a\n", Err(Syntax)),
        ("'a' b\n", Err(Syntax)),
        ("\"a\n---\nb\"\n", Err(Syntax)),
        // Go takes a text that goes on at column 1, YAML does not.
        ("a: 'b\nc'\n", Err(Syntax)),
    ]);
}

#[test]
fn literal_and_folded_texts() {
    check(&[
        ("a: |\n  b\n  c\n", Ok(r#"{"a":"b\nc\n"}"#)),
        ("a: |-\n  b\n  c\n\n", Ok(r#"{"a":"b\nc"}"#)),
        ("a: |+\n  b\n\n\n", Ok(r#"{"a":"b\n\n\n"}"#)),
        ("a: |\n  b\n\n\n", Ok(r#"{"a":"b\n"}"#)),
        ("a: |\n  b", Ok(r#"{"a":"b\n"}"#)),
        ("a: |+\n  b\n ", Ok(r#"{"a":"b\n\n"}"#)),
        ("a: |\nb: c\n", Ok(r#"{"a":"","b":"c"}"#)),
        ("a: |+\n\nb: c\n", Ok(r#"{"a":"\n","b":"c"}"#)),
        ("a: |2\n   b\n", Ok(r#"{"a":" b\n"}"#)),
        ("a: |1-\n  b\n", Ok(r#"{"a":" b"}"#)),
        ("a: |-2\n   b\n", Ok(r#"{"a":" b"}"#)),
        ("a: |\n   b\n    c\n   d\n", Ok(r#"{"a":"b\n c\nd\n"}"#)),
        ("a: |\n  # b\n  - c: d\n", Ok(r##"{"a":"# b\n- c: d\n"}"##)),
        ("a: | # why\n  b\n", Ok(r#"{"a":"b\n"}"#)),
        ("a: |\n  b  \n", Ok(r#"{"a":"b  \n"}"#)),
        ("a: |\n  \tb\n", Ok(r#"{"a":"\tb\n"}"#)),
        ("a: |\n  b\\n\n", Ok(r#"{"a":"b\\n\n"}"#)),
        ("a: >\n  b\n  c\n", Ok(r#"{"a":"b c\n"}"#)),
        ("a: >-\n  b\n\n  c\n", Ok(r#"{"a":"b\nc"}"#)),
        ("a: >\n  b\n   c\n  d\n", Ok(r#"{"a":"b\n c\nd\n"}"#)),
        ("a: >\n\n  b\n  c\n", Ok(r#"{"a":"\nb c\n"}"#)),
        ("a: >+\n  b\n\n", Ok(r#"{"a":"b\n\n"}"#)),
        ("- |\n a\n- >\n b\n", Ok(r#"["a\n","b\n"]"#)),
        ("--- |\n  a\n  b\n", Ok(r#""a\nb\n""#)),
        ("a: |\r\n  b\r\n  c\r\n", Ok(r#"{"a":"b\nc\n"}"#)),
        ("a: |0\n  b\n", Err(Syntax)),
        ("a: |x\n  b\n", Err(Syntax)),
        ("a: | b\n  c\n", Err(Syntax)),
        ("a: |\n    \n  b\n", Err(Syntax)),
        // YAML 1.1 ends the text where it is not indented, 1.2 does not.
        ("--- |\na\nb\n", Err(Syntax)),
        ("|\n- a\n", Err(Syntax)),
    ]);
}

#[test]
fn anchors_and_merges() {
    check(&[
        ("a: &x b\nc: *x\n", Ok(r#"{"a":"b","c":"b"}"#)),
        ("a: &x [b, c]\nd: *x\n", Ok(r#"{"a":["b","c"],"d":["b","c"]}"#)),
        ("a: &x\n  b: c\nd: *x\n", Ok(r#"{"a":{"b":"c"},"d":{"b":"c"}}"#)),
        ("- &x a\n- &x b\n- *x\n", Ok(r#"["a","b","b"]"#)),
        ("- &x\n- *x\n", Ok("[null,null]")),
        ("- &x !!str 1\n- *x\n", Ok(r#"["1","1"]"#)),
        ("- !!str &x 1\n- *x\n", Ok(r#"["1","1"]"#)),
        ("&x a: b\n", Ok(r#"{"a":"b"}"#)),
        ("[&x a, *x ]\n", Ok(r#"["a","a"]"#)),
        ("a: *x\nb: &x c\n", Err(Syntax)),
        ("a: &x *x\n", Err(Syntax)),
        ("a: &x [*x ]\n", Err(NotJson)),
        ("&x a: b\nc: *x\n", Err(NotJson)),
        ("- &x a\n- *x : b\n", Err(NotJson)),
        ("- &x.y a\n", Err(Syntax)),
        ("- &é a\n", Err(Syntax)),
        ("- &x\u{a0}\n", Err(Syntax)),
        ("- &x &y a\n", Err(Syntax)),
        (
            "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n",
            Ok(r#"{"a":{"b":1,"c":2},"d":{"b":1,"c":3}}"#),
        ),
        ("a: {<<: [{b: 1}, {b: 2, c: 3}]}\n", Ok(r#"{"a":{"b":1,"c":3}}"#)),
        ("a: {<<: {b: {<<: {c: 1}}}}\n", Ok(r#"{"a":{"b":{"c":1}}}"#)),
        ("a: {'<<': {b: 1}}\n", Ok(r#"{"a":{"<<":{"b":1}}}"#)),
        ("a: <<\n", Ok(r#"{"a":"<<"}"#)),
        ("<<: 1\n", Err(NotJson)),
        ("<<: [1]\n", Err(NotJson)),
    ]);
}

#[test]
fn tags() {
    check(&[
        ("!!str 1\n", Ok(r#""1""#)),
        ("!!str\n", Ok(r#""""#)),
        ("! 1\n", Ok(r#""1""#)),
        ("!local 1\n", Ok(r#""1""#)),
        ("!<tag:yaml.org,2002:str> 1\n", Ok(r#""1""#)),
        ("!!int '1'\n", Ok("1")),
        ("!!float 1\n", Ok("1")),
        ("!!bool 'yes'\n", Ok("true")),
        ("!!null ''\n", Ok("null")),
        ("!!map {a: b}\n", Ok(r#"{"a":"b"}"#)),
        ("!!seq\n- a\n", Ok(r#"["a"]"#)),
        ("!!binary YWI=\n", Ok(r#""ab""#)),
        ("!!str a: !!str 1\n", Ok(r#"{"a":"1"}"#)),
        ("!!int a\n", Err(NotJson)),
        ("!!binary /w==\n", Err(NotJson)),
        ("!!binary a\n", Err(NotJson)),
        ("!a!b c\n", Err(Syntax)),
        // Where a tag ends, YAML 1.1 and 1.2 do not agree.
        ("!a[b]\n", Err(Syntax)),
        ("[!!str]\n", Err(Syntax)),
        ("{a: !!str, b: c}\n", Err(Syntax)),
        ("a: !# b\n", Err(Syntax)),
        ("a: !!map# why\n", Err(Syntax)),
    ]);
}

#[test]
fn documents_and_directives() {
    check(&[
        ("", Ok("null")),
        ("\n\n", Ok("null")),
        ("# a comment\n", Ok("null")),
        ("---\n", Ok("null")),
        ("--- # why\n", Ok("null")),
        ("---\n...\n", Ok("null")),
        ("---\na: b\n", Ok(r#"{"a":"b"}"#)),
        ("--- a\n", Ok(r#""a""#)),
        ("--- [a]\n", Ok(r#"["a"]"#)),
        ("a: b\n...\n", Ok(r#"{"a":"b"}"#)),
        ("a: b\n...\n# the end\n", Ok(r#"{"a":"b"}"#)),
        ("\u{feff}a: b\n", Ok(r#"{"a":"b"}"#)),
        ("\u{feff}# a comment\na: b\n", Ok(r#"{"a":"b"}"#)),
        ("--- a: b\n", Err(Syntax)),
        ("a: b\n---\nc: d\n", Err(Syntax)),
        ("a: b\n...\nc: d\n", Err(Syntax)),
        ("a: b\n... c\n", Err(Syntax)),
        ("%YAML 1.2\n---\na: b\n", Err(Syntax)),
        ("%TAG ! tag:x,2000:\n---\na: b\n", Err(Syntax)),
        ("a: b\n\u{feff}c: d\n", Err(Encoding)),
    ]);
}

#[test]
fn comments_tabs_and_breaks() {
    check(&[
        ("# first\na: b # second\n# third\n", Ok(r#"{"a":"b"}"#)),
        ("a: # why\n  b\n", Ok(r#"{"a":"b"}"#)),
        (
            "a:\n  # why\n  b: c\n# less\n  d: e\n",
            Ok(r#"{"a":{"b":"c","d":"e"}}"#),
        ),
        ("a: '#b'\n", Ok(r##"{"a":"#b"}"##)),
        ("- #a\n- b\n", Ok(r#"[null,"b"]"#)),
        ("a: 'b'#c\n", Err(Syntax)),
        ("a: b\t# why\n", Ok(r#"{"a":"b"}"#)),
        ("a: \tb\n", Ok(r#"{"a":"b"}"#)),
        ("a: b\tc\n", Ok(r#"{"a":"b\tc"}"#)),
        ("a:\n\tb: c\n", Err(Syntax)),
        // Taken here, and not by Go.
        ("\ta: b\n", Ok(r#"{"a":"b"}"#)),
        ("-\ta: b\n", Ok(r#"[{"a":"b"}]"#)),
        // The parser is stricter than YAML here, and than Go.
        ("a:\tb\n", Err(Syntax)),
        ("a: b\r\nc: d\r\n", Ok(r#"{"a":"b","c":"d"}"#)),
        ("a: b\rc: d\r", Ok(r#"{"a":"b","c":"d"}"#)),
        ("# a comment\ra: b\r", Ok(r#"{"a":"b"}"#)),
        ("a: b\r\r\nc: d\r\n", Err(Encoding)),
        ("a: b\u{85}c: d\n", Err(Encoding)),
        ("a: b\u{2028}c: d\n", Err(Encoding)),
        ("a: \u{0}\n", Err(Encoding)),
        ("a: \u{7f}\n", Err(Encoding)),
        ("a: \u{fffe}\n", Err(Encoding)),
    ]);
}

#[test]
fn scalars_are_those_of_yaml_1_1_where_kubectl_has_them() {
    check(&[
        (
            "[y, N, yes, Off, on, true, FALSE]\n",
            Ok("[true,false,true,false,true,true,false]"),
        ),
        ("{y: 1, n: 2}\n", Ok(r#"{"true":1,"false":2}"#)),
        ("['y', \"no\", yEs, tRUE]\n", Ok(r#"["y","no","yEs","tRUE"]"#)),
        ("[~, null, NULL, nULL, '']\n", Ok(r#"[null,null,null,"nULL",""]"#)),
        ("[010, 0o10, 0x10, 0b10, 1_0, 08]\n", Ok("[8,8,16,2,10,8]")),
        ("[1:20, 190:20:30]\n", Ok(r#"["1:20","190:20:30"]"#)),
        ("[1e3, 1.0, .5, +1, 1e400]\n", Ok(r#"[1000,1,0.5,1,"1e400"]"#)),
        (
            "[2001-01-01, 12:30, 1Gi, 100m]\n",
            Ok(r#"["2001-01-01","12:30","1Gi","100m"]"#),
        ),
        (
            "[0799999999e10, 1e18]\n",
            Ok("[7999999990000000000,1000000000000000000]"),
        ),
        ("a: .inf\n", Err(NotJson)),
        ("a: .nan\n", Err(NotJson)),
        ("null: a\n", Err(NotJson)),
    ]);
}
