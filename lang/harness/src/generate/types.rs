//! Types of generated programs: how they are written, what fits where, which fields can be read.

use wardlaw_lang::{opaque::FieldType, types::Opaque};

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    Bool,
    Int,
    Float,
    Text,
    Any,
    /// Texts; with `string`, if it is open.
    Enum(Vec<&'static str>, bool),
    /// `1 | 2 | 3`
    Ints(Vec<i64>),
    Opaque(Opaque),
    List(Box<Ty>),
    Set(Box<Ty>),
    Map(Box<Ty>),
    Tuple(Vec<Ty>),
    Record(Vec<(String, Ty)>),
    Optional(Box<Ty>),
    /// `Va`, `Vb` or `Vc`: records that differ in the literal field `kind`.
    Variant(usize, Vec<(String, Ty)>),
    /// `V`: all variants.
    Union(Vec<Ty>),
    /// `Open`: the first two variants, and records of any other kind.
    Open(Vec<Ty>),
    /// `Wild`: the records of any other kind.
    Wild,
    /// `Mixed`: values of several kinds, such as `int | string | [int]`.
    Mixed(Vec<Ty>),
    /// `Tree`: it refers to itself.
    Tree,
    /// A type of the library.
    Library(&'static str),
}

/// The names of variants: of the type, and of its `kind`.
pub(super) const VARIANTS: &[(&str, &str)] = &[("Va", "a"), ("Vb", "b"), ("Vc", "c")];

/// The opaque types that inputs and data have.
pub(super) const OPAQUE: &[Opaque] = &[
    Opaque::Quantity,
    Opaque::Time,
    Opaque::Duration,
    Opaque::Semver,
    Opaque::Ip,
    Opaque::Cidr,
    Opaque::Glob,
    Opaque::Regex,
    Opaque::PodSecurityVersion,
    Opaque::Secret,
];

impl Ty {
    pub(super) fn optional(self) -> Self {
        match self {
            Self::Optional(_) => self,
            other => Self::Optional(Box::new(other)),
        }
    }

    pub(super) fn list(self) -> Self {
        Self::List(Box::new(self))
    }

    pub(super) fn set(self) -> Self {
        Self::Set(Box::new(self))
    }

    pub(super) fn map(self) -> Self {
        Self::Map(Box::new(self))
    }

    pub(super) fn present(&self) -> &Self {
        match self {
            Self::Optional(present) => present,
            other => other,
        }
    }

    pub(super) fn is_optional(&self) -> bool {
        matches!(self, Self::Optional(_))
    }

    pub(super) fn is_ordered(&self) -> bool {
        match self {
            Self::Int | Self::Float | Self::Text => true,
            Self::Opaque(opaque) => opaque.is_ordered(),
            _ => false,
        }
    }

    /// The elements of a list, set or map.
    pub(super) fn element(&self) -> Option<&Self> {
        match self {
            Self::List(element) | Self::Set(element) | Self::Map(element) => Some(element),
            _ => None,
        }
    }

    /// As a policy writes it; `at` goes before the names of declared types.
    pub(super) fn text(&self, at: &str) -> String {
        match self {
            Self::Bool => "bool".into(),
            Self::Int => "int".into(),
            Self::Float => "float".into(),
            Self::Text => "string".into(),
            Self::Any => "any".into(),
            Self::Enum(values, open) => {
                let values: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
                format!("{}{}", values.join(" | "), if *open { " | string" } else { "" })
            }
            Self::Ints(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                values.join(" | ")
            }
            Self::Opaque(opaque) => opaque.name().into(),
            Self::List(element) => format!("[{}]", element.text(at)),
            Self::Set(element) => format!("{{{}}}", element.text(at)),
            Self::Map(value) => format!("{{[string]: {}}}", value.text(at)),
            Self::Tuple(members) => {
                let members: Vec<String> = members.iter().map(|ty| ty.text(at)).collect();
                format!("({})", members.join(", "))
            }
            Self::Record(fields) => format!("{{ {} }}", fields_text(fields, at)),
            Self::Optional(present) => match &**present {
                Self::Enum(..) | Self::Ints(_) => format!("({})?", present.text(at)),
                present => format!("{}?", present.text(at)),
            },
            Self::Variant(index, _) => format!("{at}{}", VARIANTS.get(*index).map_or("", |(name, _)| name)),
            Self::Union(_) => format!("{at}V"),
            Self::Open(_) => format!("{at}Open"),
            Self::Wild => format!("{at}Wild"),
            Self::Mixed(_) => format!("{at}Mixed"),
            Self::Tree => format!("{at}Tree"),
            Self::Library(name) => (*name).into(),
        }
    }

    /// The fields that can be read of it.
    pub(super) fn fields(&self) -> Vec<(String, Self)> {
        let named = |fields: &[(&str, Self)]| -> Vec<(String, Self)> {
            let fields = fields.iter();
            fields
                .map(|(name, ty)| ((*name).to_owned(), ty.clone()))
                .collect()
        };
        match self {
            Self::Record(fields) => fields.clone(),
            Self::Variant(index, fields) => {
                let mut fields = fields.clone();
                let kind = VARIANTS.get(*index).map(|(_, kind)| *kind);
                fields.push(("kind".into(), Self::Enum(kind.into_iter().collect(), false)));
                fields
            }
            // Every variant has these.
            Self::Union(_) => {
                let kinds = VARIANTS.iter().map(|(_, kind)| *kind).collect();
                named(&[("name", Self::Text), ("kind", Self::Enum(kinds, false))])
            }
            Self::Open(_) | Self::Wild => named(&[("name", Self::Text), ("kind", Self::Text)]),
            Self::Tree => tree(),
            Self::Library("k8s.Object" | "k8s.Pod") => {
                let mut fields = named(&[
                    ("kind", Self::Text),
                    ("apiVersion", Self::Text),
                    ("metadata", Self::Library("k8s.ObjectMeta")),
                ]);
                if *self == Self::Library("k8s.Pod") {
                    fields.remove(0);
                    fields.remove(0);
                    fields.push(("spec".into(), Self::Library("k8s.PodSpec")));
                }
                fields
            }
            Self::Library("k8s.ObjectMeta") => named(&[
                ("name", Self::Text.optional()),
                ("labels", Self::Text.map().optional()),
            ]),
            Self::Library("k8s.PodSpec") => named(&[
                ("containers", Self::Library("k8s.Container").list()),
                ("hostNetwork", Self::Bool.optional()),
            ]),
            Self::Library("k8s.Container") => {
                named(&[("name", Self::Text), ("image", Self::Text.optional())])
            }
            Self::Library("k8s.LabelSelector") => named(&[("matchLabels", Self::Text.map().optional())]),
            Self::Library("oci.Image") => named(&[
                ("registry", Self::Text),
                ("name", Self::Text),
                ("tag", Self::Text.optional()),
                ("digest", Self::Text.optional()),
            ]),
            Self::Library("url.Url") => named(&[
                ("host", Self::Text),
                ("port", Self::Int.optional()),
                ("path", Self::Text),
                ("query", Self::Text.optional()),
            ]),
            Self::Library("k8s.UnknownField") => named(&[
                ("name", Self::Text),
                ("owner", Self::Text),
                ("value", Self::Any),
                ("suggestion", Self::Text.optional()),
            ]),
            Self::Opaque(opaque) => {
                let fields = opaque.fields().iter();
                let ty = |ty| match ty {
                    FieldType::Int => Self::Int,
                    FieldType::Bool => Self::Bool,
                    FieldType::OptionalText => Self::Text.optional(),
                    FieldType::Ip => Self::Opaque(Opaque::Ip),
                };
                fields
                    .map(|(name, field)| ((*name).to_owned(), ty(*field)))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether a value of this type may be used as the other, by what the checker says.
    pub(super) fn fits(&self, want: &Self) -> bool {
        match (self, want) {
            (a, b) if a == b => true,
            (Self::Optional(a), Self::Optional(b)) => a.fits(b),
            (Self::Optional(_), _) => false,
            (a, Self::Optional(b)) => a.fits(b),
            (Self::Ints(_), Self::Int | Self::Float) | (Self::Int, Self::Float) => true,
            (Self::Enum(..), Self::Text) => true,
            (Self::Enum(_, false), Self::Enum(wanted, true)) => {
                matches!(self, Self::Enum(have, _) if have.iter().all(|value| wanted.contains(value)))
            }
            (Self::Variant(index, _), Self::Open(_)) => *index < 2,
            (Self::Variant(..), Self::Union(_)) => true,
            (Self::Wild, Self::Open(_)) => true,
            (have, Self::Mixed(members)) => members.iter().any(|member| have.fits(member)),
            (Self::Library("k8s.Pod"), Self::Library("k8s.Object")) => true,
            (Self::Tuple(a), Self::Tuple(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.fits(b)),
            (Self::List(a), Self::List(b)) | (Self::Set(a), Self::Set(b)) | (Self::Map(a), Self::Map(b)) => {
                a.fits(b)
            }
            _ => false,
        }
    }

    /// Whether no constant of it can be written: a `secret` comes from input and data only.
    pub(super) fn holds_secret(&self) -> bool {
        let mut found = Vec::new();
        self.collect(&mut found);
        found.contains(&Self::Opaque(Opaque::Secret))
    }

    /// Whether a value of it may not be printed.
    pub(super) fn shows_secret(&self) -> bool {
        let mut found = Vec::new();
        self.collect(&mut found);
        let secret = |ty: &Self| matches!(ty, Self::Opaque(Opaque::Secret) | Self::Library("k8s.Object"));
        found.iter().any(secret)
    }

    /// The types that stand in it, itself included, the outermost first.
    pub(super) fn collect(&self, found: &mut Vec<Self>) {
        if found.len() > 40 {
            return;
        }
        found.push(self.clone());
        match self {
            Self::List(inner) | Self::Set(inner) | Self::Map(inner) | Self::Optional(inner) => {
                inner.collect(found);
            }
            Self::Tuple(members) | Self::Mixed(members) => members.iter().for_each(|ty| ty.collect(found)),
            Self::Record(fields) | Self::Variant(_, fields) => {
                fields.iter().for_each(|(_, ty)| ty.collect(found));
            }
            _ => {}
        }
    }
}

/// What stands in a `Tree`.
pub(super) fn tree() -> Vec<(String, Ty)> {
    vec![
        ("name".into(), Ty::Text),
        ("weight".into(), Ty::Int.optional()),
        ("below".into(), Ty::Tree.list()),
        ("beside".into(), Ty::Tree.optional()),
    ]
}

/// Fields as a type or declaration has them.
pub(super) fn fields_text(fields: &[(String, Ty)], at: &str) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, ty)| format!("{name}: {}", ty.text(at)))
        .collect();
    fields.join(", ")
}
