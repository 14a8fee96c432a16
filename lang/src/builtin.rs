//! The builtins: one row each, with name, type and documentation. The engine has a function for every
//! row; both match on [`Builtin`] without a wildcard, so a new row shows where it is missing.

/// The shape of a builtin's parameter or result. `T` is the element type of the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `string`
    String,
    /// `[string]`
    Strings,
    /// The element type.
    Element,
    /// The element type, or absent.
    OptionalElement,
    /// A list of the element type.
    List,
    /// A list of `(int, T)`.
    IndexedList,
    /// A value of any type, which may be absent.
    Value,
    /// `k8s.Object`
    KubernetesObject,
    /// `[k8s.UnknownField]`
    UnknownFields,
    /// `k8s.PodSecurityVersion`, or absent where the text is malformed; on a literal the value itself.
    PodSecurityVersion,
    /// A document: a present value of any type.
    Document,
    /// A list of documents.
    Documents,
    /// `k8s.AdmissionRequest`
    AdmissionRequest,
}

/// What a method is called on; `Namespace` for functions of a builtin namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// `text.name(…)`
    Text,
    /// `list.name(…)`
    List,
    /// `set.name(…)`
    Set,
    /// `map.name(…)`; records count as maps.
    Map,
    /// `namespace.name(…)`
    Namespace(&'static str),
    /// `name(…)`
    Global,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The builtin.
    pub builtin: Builtin,
    /// What it is called on.
    pub receiver: Receiver,
    /// Its name.
    pub name: &'static str,
    /// Its parameters, without the receiver.
    pub params: &'static [Shape],
    /// Its result.
    pub result: Shape,
    /// What it does, one line.
    pub doc: &'static str,
}

macro_rules! builtins {
    ($($variant:ident $receiver:expr, $name:literal ($($param:ident),*) -> $result:ident, $doc:literal;)+) => {
        /// A builtin function or method.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Builtin { $(#[doc = $doc] $variant,)+ }

        /// All builtins.
        pub const BUILTINS: &[Row] = &[$(Row {
            builtin: Builtin::$variant,
            receiver: $receiver,
            name: $name,
            params: &[$(Shape::$param),*],
            result: Shape::$result,
            doc: $doc,
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
    TextStartsWith Receiver::Text, "starts_with" (String) -> Bool, "Whether the text begins with the other.";
    TextEndsWith Receiver::Text, "ends_with" (String) -> Bool, "Whether the text ends with the other.";
    TextContains Receiver::Text, "contains" (String) -> Bool, "Whether the other text occurs in the text.";
    TextRemovePrefix Receiver::Text, "remove_prefix" (String) -> String, "The text without the prefix, or as it is.";
    TextRemoveSuffix Receiver::Text, "remove_suffix" (String) -> String, "The text without the suffix, or as it is.";
    TextSplit Receiver::Text, "split" (String) -> Strings, "The parts between the separators; the characters where the separator is empty.";
    TextLower Receiver::Text, "lower" () -> String, "ASCII letters in lower case.";
    TextUpper Receiver::Text, "upper" () -> String, "ASCII letters in upper case.";
    TextTrim Receiver::Text, "trim" () -> String, "Without white space at both ends.";
    TextLen Receiver::Text, "len" () -> Int, "The number of code points.";
    ListLen Receiver::List, "len" () -> Int, "The number of elements.";
    ListFirst Receiver::List, "first" () -> OptionalElement, "The first element, absent of an empty list.";
    ListLast Receiver::List, "last" () -> OptionalElement, "The last element, absent of an empty list.";
    ListIndexed Receiver::List, "indexed" () -> IndexedList, "Pairs of index and element.";
    ListJoin Receiver::List, "join" (String) -> String, "The texts of a list of texts, joined.";
    SetLen Receiver::Set, "len" () -> Int, "The number of elements.";
    MapLen Receiver::Map, "len" () -> Int, "The number of members.";
    MapKeys Receiver::Map, "keys" () -> Strings, "The keys, ordered.";
    MapValues Receiver::Map, "values" () -> List, "The values, ordered by key.";
    Same Receiver::Global, "same" (Value, Value) -> Bool, "Whether both are equal, or both absent.";
    PodSecurityVersion Receiver::Namespace("k8s"), "pod_security_version" (String) -> PodSecurityVersion, "`latest` or `v1.N`; one newer than the newest known is the newest.";
    UnknownFields Receiver::Namespace("k8s"), "unknown_fields" (KubernetesObject) -> UnknownFields, "The members of the object, at any depth, that its type does not know.";
    KnowsGroup Receiver::Namespace("k8s"), "knows_group" (String) -> Bool, "Whether the API group of the `apiVersion` is built in.";
    KnowsKind Receiver::Namespace("k8s"), "knows_kind" (String, String) -> Bool, "Whether the `apiVersion` and `kind` are built in.";
    Files Receiver::Global, "files" (String) -> Documents, "The documents of the files that the pattern names, from the test's folder; in tests only.";
    AdmissionCreate Receiver::Namespace("k8s"), "create" (Document) -> AdmissionRequest, "The request that creates the object; in tests only.";
    AdmissionUpdate Receiver::Namespace("k8s"), "update" (Document, Document) -> AdmissionRequest, "The request that puts the second object in place of the first; in tests only.";
    AdmissionDelete Receiver::Namespace("k8s"), "delete" (Document) -> AdmissionRequest, "The request that deletes the object; in tests only.";
}

impl Builtin {
    /// Its row.
    pub fn row(self) -> Option<&'static Row> {
        BUILTINS.iter().find(|row| row.builtin == self)
    }

    /// Whether only tests may call it.
    pub const fn in_tests_only(self) -> bool {
        matches!(
            self,
            Self::Files | Self::AdmissionCreate | Self::AdmissionUpdate | Self::AdmissionDelete
        )
    }
}

/// The builtin function of that name that needs no receiver and no namespace.
pub fn global(name: &str) -> Option<&'static Row> {
    BUILTINS
        .iter()
        .find(|row| row.receiver == Receiver::Global && row.name == name)
}

/// The newest version of the Pod Security Standards that is known: `v1.37`.
pub const NEWEST_POD_SECURITY_MINOR: u32 = 37;

/// The minor version of `latest` or `v1.N`; one newer than the newest known is the newest.
pub fn pod_security_minor(text: &str) -> Option<u32> {
    if text == "latest" {
        return Some(NEWEST_POD_SECURITY_MINOR);
    }
    let minor = text.strip_prefix("v1.")?;
    let digits = !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = minor == "0" || !minor.starts_with('0');
    // More digits than any version will have are still newer than the newest.
    (digits && canonical).then(|| minor.parse().unwrap_or(u32::MAX).min(NEWEST_POD_SECURITY_MINOR))
}
