//! The builtins: one row each, with name, type, documentation, cost and examples. The engine has a
//! function for every row; both match on [`Builtin`] without a wildcard, so a new row shows where it is
//! missing. The examples are evaluated as tests, and `docs/builtins.md` is written from the rows.

use alloc::{format, string::String, vec::Vec};

use crate::types::Opaque;

mod table;

pub use table::{BUILTINS, Builtin};

/// The namespaces of builtins; no import needed.
pub const NAMESPACES: &[&str] = &[
    "k8s",
    "oci",
    "label_selector",
    "argv",
    "base64",
    "hex",
    "json",
    "yaml",
    "url",
];

/// The shape of a builtin's parameter or result. `T` is the element type of the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `int?`
    OptionalInt,
    /// `float?`
    OptionalFloat,
    /// `int` or `float`; a result is what the argument is.
    Number,
    /// `string`
    String,
    /// `string?`
    OptionalString,
    /// `[string]`
    Strings,
    /// `{[string]: string}`
    StringMap,
    /// `{[string]: string}?`
    OptionalStringMap,
    /// The element type, or absent.
    OptionalElement,
    /// A list of the element type.
    List,
    /// The element type, which is a list.
    Flattened,
    /// A list of `(int, T)`.
    IndexedList,
    /// A list of `(string, any)`.
    Members,
    /// A value of any type, which may be absent.
    Value,
    /// `any?`
    OptionalAny,
    /// Numbers, texts, or values of one ordered opaque type; a result is what both arguments are.
    Ordered,
    /// A literal text: the pattern. The result is a record of its groups, or absent.
    Pattern,
    /// The record of the groups of the pattern, or absent.
    Groups,
    /// A value of an opaque type; absent where the text is malformed, on a literal the value itself.
    Constructed(Opaque),
    /// A pattern made of a literal.
    Compiled(Opaque),
    /// `oci.Image?`
    Image,
    /// `url.Url?`
    Url,
    /// `k8s.LabelSelector`
    LabelSelector,
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

impl Shape {
    /// As the documentation writes it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::OptionalInt => "int?",
            Self::OptionalFloat => "float?",
            Self::Number => "number",
            Self::String => "string",
            Self::OptionalString => "string?",
            Self::Strings => "[string]",
            Self::StringMap => "{[string]: string}",
            Self::OptionalStringMap => "{[string]: string}?",
            Self::Flattened => "T",
            Self::OptionalElement => "T?",
            Self::List => "[T]",
            Self::IndexedList => "[(int, T)]",
            Self::Members => "[(string, any)]",
            Self::Value | Self::OptionalAny => "any?",
            Self::Ordered => "T",
            Self::Pattern => "pattern",
            Self::Groups => "{group: string, …}?",
            Self::Constructed(opaque) => match opaque {
                Opaque::Quantity => "quantity?",
                Opaque::Time => "time?",
                Opaque::Duration => "duration?",
                Opaque::Semver => "semver?",
                Opaque::Ip => "ip?",
                Opaque::Cidr => "cidr?",
                Opaque::Regex | Opaque::Glob | Opaque::Secret | Opaque::PodSecurityVersion => "any?",
            },
            Self::Compiled(opaque) => opaque.name(),
            Self::Image => "oci.Image?",
            Self::Url => "url.Url?",
            Self::LabelSelector => "k8s.LabelSelector",
            Self::KubernetesObject => "k8s.Object",
            Self::UnknownFields => "[k8s.UnknownField]",
            Self::PodSecurityVersion => "k8s.PodSecurityVersion?",
            Self::Document => "any",
            Self::Documents => "[any]",
            Self::AdmissionRequest => "k8s.AdmissionRequest",
        }
    }
}

/// What a method is called on; `Namespace` for functions of a builtin namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// `text.name(…)`
    Text,
    /// `number.name(…)`
    Number,
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

impl Receiver {
    /// The heading of its part of the documentation.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Number => "Numbers",
            Self::List => "Lists",
            Self::Set => "Sets",
            Self::Map => "Maps and records",
            Self::Namespace(name) => name,
            Self::Global => "Functions",
        }
    }
}

/// How the work grows with the arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// Not at all.
    Constant,
    /// With their size.
    Linear,
    /// As ordering them does.
    Sorting,
    /// With the length of the text, times the size of the pattern at most.
    Matching,
    /// With the size of one, times the size of the other at most.
    Product,
}

impl Cost {
    /// As the documentation writes it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Constant => "1",
            Self::Linear => "n",
            Self::Sorting => "n log n",
            Self::Matching => "n × pattern",
            Self::Product => "n × m",
        }
    }
}

/// An expression and its value, as JSON.
pub type Example = (&'static str, &'static str);

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
    /// How its work grows.
    pub cost: Cost,
    /// What it does, one line.
    pub doc: &'static str,
    /// At least two, an edge case among them.
    pub examples: &'static [Example],
}

impl Row {
    /// How it is called: `text.starts_with(string) -> bool`.
    pub fn signature(&self) -> String {
        let prefix = match self.receiver {
            Receiver::Text => "text.",
            Receiver::Number => "number.",
            Receiver::List => "list.",
            Receiver::Set => "set.",
            Receiver::Map => "map.",
            Receiver::Namespace(name) => name,
            Receiver::Global => "",
        };
        let dot = if matches!(self.receiver, Receiver::Namespace(_)) {
            "."
        } else {
            ""
        };
        let params: Vec<&str> = self.params.iter().map(|shape| shape.text()).collect();
        let (name, result) = (self.name, self.result.text());
        format!("{prefix}{dot}{name}({}) -> {result}", params.join(", "))
    }
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
