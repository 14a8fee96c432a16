//! Sets of marks, as a condition needs them.

use alloc::{collections::BTreeSet, vec::Vec};

/// Sets of marks that are kept of a condition.
const MOST_SETS: usize = 6;
/// Sets of marks that are kept of a rule.
pub(super) const MOST_OF_RULE: usize = 16;

/// Sets of marks: of each set one has to be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need(pub(super) Vec<BTreeSet<u32>>);

impl Need {
    /// What may be so whatever the input is.
    pub(super) fn nothing() -> Self {
        Self(Vec::new())
    }

    /// What is never so.
    pub(super) fn never() -> Self {
        Self(alloc::vec![BTreeSet::new()])
    }

    pub(super) fn one_of(marks: BTreeSet<u32>) -> Self {
        Self(alloc::vec![marks])
    }

    pub(super) fn is_never(&self) -> bool {
        self.0.iter().any(BTreeSet::is_empty)
    }

    pub(super) fn when(holds: bool) -> Self {
        if holds { Self::nothing() } else { Self::never() }
    }

    /// What both need.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self.simple(MOST_SETS)
    }

    /// What one of the two needs.
    pub(super) fn or(self, other: Self) -> Self {
        if self.is_never() {
            return other;
        }
        if other.is_never() {
            return self;
        }
        let pairs = self.0.iter().flat_map(|a| other.0.iter().map(move |b| a | b));
        Self(pairs.collect()).simple(MOST_SETS)
    }

    /// Without sets that follow from others, and not more than so many: with less than all, less is asked for.
    pub(super) fn simple(mut self, most: usize) -> Self {
        self.0.sort_by_key(BTreeSet::len);
        let mut kept: Vec<BTreeSet<u32>> = Vec::new();
        for set in self.0 {
            if kept.len() < most && !kept.iter().any(|known| known.is_subset(&set)) {
                kept.push(set);
            }
        }
        Self(kept)
    }
}
