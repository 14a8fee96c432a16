//! Which schemas a value must fit: an *or* of *and*s of places. A field that two parts of an `allOf`
//! describe is described by both; where alternatives are put together, by either. Kept as a formula and
//! looked into only when its type is made, so that schemas may refer to themselves.
//!
//! Every operation may give a formula that more values fit, never one that fewer do: a type is never
//! stricter than its schema.

use alloc::{vec, vec::Vec};

use super::tree::NodeId;
use crate::{FileId, types::TypeId};

/// A part of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Atom {
    /// What the schema at this place says.
    Node(FileId, NodeId),
    /// A type that needs no schema: of the library, or a literal.
    Type(TypeId),
}

/// An *or* of *and*s. No alternative: nothing fits. An empty one: everything does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Formula {
    alternatives: Vec<Vec<Atom>>,
}

/// More alternatives or parts than these are forgotten.
const MOST: usize = 48;

impl Formula {
    /// Everything fits.
    pub(super) fn any() -> Self {
        Self {
            alternatives: vec![Vec::new()],
        }
    }

    /// Nothing fits.
    pub(super) const fn never() -> Self {
        Self {
            alternatives: Vec::new(),
        }
    }

    pub(super) fn of(atom: Atom) -> Self {
        Self {
            alternatives: vec![vec![atom]],
        }
    }

    pub(super) fn is_any(&self) -> bool {
        self.alternatives.iter().any(Vec::is_empty)
    }

    pub(super) fn is_never(&self) -> bool {
        self.alternatives.is_empty()
    }

    /// The only part, where there is but one.
    pub(super) fn single(&self) -> Option<Atom> {
        match self.alternatives.as_slice() {
            [one] => match one.as_slice() {
                [atom] => Some(*atom),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn alternatives(&self) -> &[Vec<Atom>] {
        &self.alternatives
    }

    pub(super) fn or(&self, other: &Self) -> Self {
        if self.is_any() || other.is_any() {
            return Self::any();
        }
        let mut alternatives = self.alternatives.clone();
        alternatives.extend(other.alternatives.iter().cloned());
        alternatives.sort_unstable();
        alternatives.dedup();
        if alternatives.len() > MOST {
            return Self::any();
        }
        Self { alternatives }
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        if self.is_any() || self == other || other.is_never() {
            return other.clone();
        }
        if other.is_any() || self.is_never() {
            return self.clone();
        }
        let mut alternatives = Vec::new();
        for a in &self.alternatives {
            for b in &other.alternatives {
                let mut both = a.clone();
                both.extend(b);
                both.sort_unstable();
                both.dedup();
                if both.len() > MOST || alternatives.len() > MOST {
                    return self.clone();
                }
                alternatives.push(both);
            }
        }
        alternatives.sort_unstable();
        alternatives.dedup();
        Self { alternatives }
    }
}
