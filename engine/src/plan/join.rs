//! Joins: which elements of a relation or of a list that stays the same a `for` can find by the keys
//! that a `when` after it asks for, instead of drawing all.

use alloc::vec::Vec;

use super::OpId;

/// How a `for` finds its elements.
#[derive(Clone, Debug)]
pub(crate) struct Join {
    /// An index into [`super::Plan::keyed`].
    pub(crate) index: u32,
    /// What the keys must equal, evaluated before the first element is drawn.
    pub(crate) probe: Vec<OpId>,
}

/// Elements, and by what they are found.
#[derive(Clone, Debug)]
pub(crate) struct Keyed {
    pub(crate) source: Source,
    pub(crate) keys: Vec<Key>,
    /// Whether it depends on data alone.
    pub(crate) of_data: bool,
}

/// What has the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(dead_code, reason = "lists are found by key once the planner looks for equalities")]
pub(crate) enum Source {
    /// A relation.
    Relation(u32),
    /// An expression that has one value for the whole decision; and the check of its elements.
    List(OpId, super::CheckId),
}

/// A path in an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// The position in a tuple; none for the element itself.
    pub(crate) column: Option<u32>,
    /// Indices into [`super::Plan::fields`].
    pub(crate) fields: Vec<u32>,
}
