//! What a schema says of a value, one level deep: which kinds of JSON fit, and of each kind which values.
//! Two shapes are met (`allOf`) or joined (`anyOf`) kind by kind.
//!
//! As with [`Formula`]: where a result cannot be exact, it is wider, never narrower.

use alloc::{boxed::Box, collections::BTreeMap, collections::BTreeSet, vec, vec::Vec};

use super::formula::Formula;
use crate::types::{Opaque, TypeId};

/// The values of one kind that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Values<T> {
    /// All of them.
    All,
    /// Only these; none: the kind does not fit.
    Only(BTreeSet<T>),
}

impl<T: Ord + Clone> Values<T> {
    pub(super) const NONE: Self = Self::Only(BTreeSet::new());

    pub(super) fn is_none(&self) -> bool {
        matches!(self, Self::Only(values) if values.is_empty())
    }

    fn meet(self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, other) => other.clone(),
            (values, Self::All) => values,
            (Self::Only(a), Self::Only(b)) => Self::Only(a.intersection(b).cloned().collect()),
        }
    }

    fn join(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Only(mut a), Self::Only(b)) => {
                a.extend(b.iter().cloned());
                Self::Only(a)
            }
            _ => Self::All,
        }
    }
}

/// The texts that fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    /// All of them; the literals are then those that the schema mentions.
    pub(super) any: bool,
    /// Single ones.
    pub(super) literals: BTreeSet<Box<str>>,
    /// Those that can be read as one of these.
    pub(super) opaques: BTreeSet<Opaque>,
}

impl Text {
    pub(super) fn all() -> Self {
        Self {
            any: true,
            ..Self::default()
        }
    }

    fn meet(mut self, other: &Self) -> Self {
        match (self.any, other.any) {
            (true, true) => self.literals.extend(other.literals.iter().cloned()),
            (true, false) => return other.clone(),
            (false, true) => {}
            (false, false) => {
                // A literal stands where the other side lists it, or may read it as one of its types.
                let (loose, other_loose) = (!self.opaques.is_empty(), !other.opaques.is_empty());
                let mut literals: BTreeSet<Box<str>> =
                    self.literals.intersection(&other.literals).cloned().collect();
                if other_loose {
                    literals.extend(self.literals.iter().cloned());
                }
                if loose {
                    literals.extend(other.literals.iter().cloned());
                }
                let both: BTreeSet<Opaque> = self.opaques.intersection(&other.opaques).copied().collect();
                self.literals = literals;
                // One text may be of two such types, so of two different ones the first stands.
                if !both.is_empty() || !other_loose {
                    self.opaques = both;
                }
            }
        }
        self
    }

    fn join(mut self, other: &Self) -> Self {
        self.any |= other.any;
        self.literals.extend(other.literals.iter().cloned());
        self.opaques.extend(other.opaques.iter().copied());
        self
    }
}

/// The lists that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct List {
    /// The first elements.
    pub(super) prefix: Vec<Formula>,
    /// All others.
    pub(super) rest: Formula,
    /// The least and the greatest number of elements.
    pub(super) least: u64,
    /// `u64::MAX`: any number.
    pub(super) most: u64,
}

/// Longer prefixes are taken together.
const LONGEST_PREFIX: usize = 64;

impl List {
    pub(super) fn any() -> Self {
        Self {
            prefix: Vec::new(),
            rest: Formula::any(),
            least: 0,
            most: u64::MAX,
        }
    }

    /// What fits any element.
    pub(super) fn element(&self) -> Formula {
        let rest = if self.most <= self.prefix.len() as u64 {
            Formula::never()
        } else {
            self.rest.clone()
        };
        self.prefix.iter().fold(rest, |all, element| all.or(element))
    }

    fn meet(self, other: &Self) -> Self {
        let length = self.prefix.len().max(other.prefix.len()).min(LONGEST_PREFIX);
        let at = |list: &Self, index: usize| list.prefix.get(index).unwrap_or(&list.rest).clone();
        let short = self.prefix.len() <= LONGEST_PREFIX && other.prefix.len() <= LONGEST_PREFIX;
        Self {
            prefix: if short {
                (0..length)
                    .map(|index| at(&self, index).and(&at(other, index)))
                    .collect()
            } else {
                Vec::new()
            },
            rest: if short {
                self.rest.and(&other.rest)
            } else {
                self.element().and(&other.element())
            },
            least: self.least.max(other.least),
            most: self.most.min(other.most),
        }
    }

    fn join(self, other: &Self) -> Self {
        if self == *other {
            return self;
        }
        Self {
            prefix: Vec::new(),
            rest: self.element().or(&other.element()),
            least: self.least.min(other.least),
            most: self.most.max(other.most),
        }
    }
}

/// A field of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// What it must fit where it is present.
    pub(super) formula: Formula,
    /// Whether it is always present.
    pub(super) required: bool,
}

/// Objects that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Object {
    /// The fields that the schema names.
    pub(super) fields: BTreeMap<Box<str>, Field>,
    /// What all other members must fit.
    pub(super) rest: Formula,
}

impl Object {
    pub(super) fn any() -> Self {
        Self {
            fields: BTreeMap::new(),
            rest: Formula::any(),
        }
    }

    fn field(&self, name: &str) -> Field {
        self.fields.get(name).cloned().unwrap_or_else(|| Field {
            formula: self.rest.clone(),
            required: false,
        })
    }

    fn combine(&self, other: &Self, both: impl Fn(&Field, &Field) -> Field, rest: Formula) -> Self {
        let mut fields = BTreeMap::new();
        for name in self.fields.keys().chain(other.fields.keys()) {
            if !fields.contains_key(name) {
                fields.insert(name.clone(), both(&self.field(name), &other.field(name)));
            }
        }
        Self { fields, rest }
    }

    fn meet(&self, other: &Self) -> Self {
        let both = |a: &Field, b: &Field| Field {
            formula: a.formula.and(&b.formula),
            required: a.required || b.required,
        };
        self.combine(other, both, self.rest.and(&other.rest))
    }

    /// What either fits: the names of both, each as loose as the looser one.
    pub(super) fn join(&self, other: &Self) -> Self {
        let both = |a: &Field, b: &Field| Field {
            formula: a.formula.or(&b.formula),
            required: a.required && b.required,
        };
        self.combine(other, both, self.rest.or(&other.rest))
    }
}

/// One alternative for objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Objects {
    /// A type of the library.
    Known(TypeId),
    /// As described.
    Of(Object),
}

/// More alternatives than these are put together.
const MOST_ALTERNATIVES: usize = 96;

/// What a schema says of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) null: bool,
    pub(super) bools: Values<bool>,
    pub(super) ints: Values<i64>,
    /// Numbers that are no integers, or not written as one.
    pub(super) floats: bool,
    pub(super) text: Text,
    pub(super) list: Option<List>,
    /// Alternatives; none: no object fits.
    pub(super) objects: Vec<Objects>,
}

impl Shape {
    /// Everything fits.
    pub(super) fn any() -> Self {
        Self {
            null: true,
            bools: Values::All,
            ints: Values::All,
            floats: true,
            text: Text::all(),
            list: Some(List::any()),
            objects: vec![Objects::Of(Object::any())],
        }
    }

    /// Nothing fits.
    pub(super) fn never() -> Self {
        Self {
            null: false,
            bools: Values::NONE,
            ints: Values::NONE,
            floats: false,
            text: Text::default(),
            list: None,
            objects: Vec::new(),
        }
    }

    /// Whether a value of every kind fits.
    pub(super) fn every_kind(&self) -> bool {
        self.bools == Values::All
            && self.ints == Values::All
            && self.floats
            && self.text.any
            && self.list.is_some()
            && !self.objects.is_empty()
    }

    /// How much work a combination with it is.
    pub(super) fn size(&self) -> usize {
        let objects = self.objects.iter().map(|objects| match objects {
            Objects::Known(_) => 1,
            Objects::Of(object) => object.fields.len() + 1,
        });
        8 + self.text.literals.len() + objects.sum::<usize>()
    }

    /// What fits both.
    pub(super) fn meet(self, other: &Self) -> Self {
        Self {
            null: self.null && other.null,
            bools: self.bools.meet(&other.bools),
            ints: self.ints.meet(&other.ints),
            floats: self.floats && other.floats,
            text: self.text.meet(&other.text),
            list: match (self.list, &other.list) {
                (Some(a), Some(b)) => Some(a.meet(b)),
                _ => None,
            },
            objects: meet_objects(&self.objects, &other.objects),
        }
    }

    /// What fits one of them.
    pub(super) fn join(mut self, other: &Self) -> Self {
        for objects in &other.objects {
            if !self.objects.contains(objects) {
                self.objects.push(objects.clone());
            }
        }
        if self.objects.len() > MOST_ALTERNATIVES {
            self.objects = together(&self.objects);
        }
        Self {
            null: self.null || other.null,
            bools: self.bools.join(&other.bools),
            ints: self.ints.join(&other.ints),
            floats: self.floats || other.floats,
            text: self.text.join(&other.text),
            list: match (self.list, &other.list) {
                (Some(a), Some(b)) => Some(a.join(b)),
                (a, b) => a.or_else(|| b.clone()),
            },
            objects: self.objects,
        }
    }
}

fn meet_objects(a: &[Objects], b: &[Objects]) -> Vec<Objects> {
    if a.len().saturating_mul(b.len()) > MOST_ALTERNATIVES {
        return meet_objects(&together(a), &together(b));
    }
    let mut met: Vec<Objects> = Vec::new();
    for a in a {
        for b in b {
            let both = match (a, b) {
                (Objects::Known(ty), _) | (_, Objects::Known(ty)) => Objects::Known(*ty),
                (Objects::Of(a), Objects::Of(b)) => Objects::Of(a.meet(b)),
            };
            if !met.contains(&both) {
                met.push(both);
            }
        }
    }
    met
}

/// All alternatives as one.
fn together(objects: &[Objects]) -> Vec<Objects> {
    let mut all: Option<Object> = None;
    for objects in objects {
        let Objects::Of(object) = objects else {
            return vec![Objects::Of(Object::any())];
        };
        all = Some(all.map_or_else(|| object.clone(), |all| all.join(object)));
    }
    all.map(Objects::Of).into_iter().collect()
}
