//! The types between reading and packing: records by their full names.

use std::collections::{BTreeMap, BTreeSet};

/// Types without parts; the number is the one that the packed table uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scalar {
    Bool = 0,
    Int = 1,
    Float = 2,
    String = 3,
    Any = 4,
    Quantity = 5,
    Time = 6,
    Duration = 7,
    Secret = 8,
    IntOrString = 9,
}

impl Scalar {
    pub(crate) const ALL: [Self; 10] = [
        Self::Bool,
        Self::Int,
        Self::Float,
        Self::String,
        Self::Any,
        Self::Quantity,
        Self::Time,
        Self::Duration,
        Self::Secret,
        Self::IntOrString,
    ];
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    Scalar(Scalar),
    Literal(String),
    Enum {
        values: Vec<String>,
        closed: bool,
    },
    List(Box<Shape>),
    Map(Box<Shape>),
    /// A record by its full name, or [`OBJECT`].
    Named(String),
}

impl Shape {
    pub(crate) fn list(self) -> Self {
        Self::List(Box::new(self))
    }

    pub(crate) fn map(self) -> Self {
        Self::Map(Box::new(self))
    }

    /// Puts another type where the text is: in the field itself, in its elements or its values.
    pub(crate) fn replace_text(&mut self, by: Shape) {
        match self {
            Self::List(inner) | Self::Map(inner) => inner.replace_text(by),
            Self::Scalar(Scalar::String) => *self = by,
            other => panic!("{other:?} is not text"),
        }
    }
}

/// The union of all kinds.
pub(crate) const OBJECT: &str = "Object";
/// What an object of any other kind is known to have.
pub(crate) const CUSTOM: &str = "Custom";
pub(crate) const OBJECT_META: &str = "meta.v1.ObjectMeta";

/// A field: what it holds, and whether it is always there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) shape: Shape,
    pub(crate) required: bool,
}

/// A record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) fields: BTreeMap<String, Field>,
    pub(crate) open: bool,
    /// API version and kind, where objects of their own are meant.
    pub(crate) gvk: Option<(String, String)>,
    /// A name to use besides the full one, where it is not the last part of that.
    pub(crate) short: Short,
}

/// Which short name a record may have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Short {
    /// The last part of the full name, if no other type has the better claim.
    #[default]
    Last,
    /// None: its name is too general to stand alone.
    None,
    /// This one.
    Is(&'static str),
}

/// All types.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) records: BTreeMap<String, Record>,
    pub(crate) groups: BTreeSet<String>,
}

impl Model {
    /// The records of a group label (`core`) with that name, in every version.
    pub(crate) fn every_version(&mut self, label: &str, name: &str) -> Vec<&mut Record> {
        let of = |full: &str| {
            let mut parts = full.split('.');
            parts.next() == Some(label) && parts.next_back() == Some(name)
        };
        self.records
            .iter_mut()
            .filter(|(full, _)| of(full))
            .map(|(_, record)| record)
            .collect()
    }

    /// Drops what no kind and no request refers to: the answers of discovery, lists, watch events.
    pub(crate) fn prune(&mut self) {
        let mut wanted: Vec<String> = vec![CUSTOM.to_owned(), "admission.v1.AdmissionRequest".to_owned()];
        wanted.extend(
            self.records
                .iter()
                .filter(|(_, r)| r.gvk.is_some())
                .map(|(name, _)| name.clone()),
        );
        let mut kept = BTreeSet::new();
        while let Some(name) = wanted.pop() {
            if name == OBJECT || !kept.insert(name.clone()) {
                continue;
            }
            let record = self
                .records
                .get(&name)
                .unwrap_or_else(|| panic!("no type `{name}`"));
            wanted.extend(record.fields.values().filter_map(|field| reference(&field.shape)));
        }
        self.records.retain(|name, _| kept.contains(name));
    }
}

fn reference(shape: &Shape) -> Option<String> {
    match shape {
        Shape::List(inner) | Shape::Map(inner) => reference(inner),
        Shape::Named(name) => Some(name.clone()),
        Shape::Scalar(_) | Shape::Literal(_) | Shape::Enum { .. } => None,
    }
}
