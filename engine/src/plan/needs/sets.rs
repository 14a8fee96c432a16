//! Sets of marks, as a condition needs them. Most have one or two members: they are sorted lists.

use alloc::vec::Vec;

/// Sets of marks that are kept of a condition.
const MOST_SETS: usize = 6;
/// Sets of marks that are kept of a rule.
pub(super) const MOST_OF_RULE: usize = 16;

/// Sets of marks: of each set one has to be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need(pub(super) Vec<Vec<u32>>);

impl Need {
    /// What may be so whatever the input is.
    pub(super) fn nothing() -> Self {
        Self(Vec::new())
    }

    /// What is never so.
    pub(super) fn never() -> Self {
        Self(alloc::vec![Vec::new()])
    }

    pub(super) fn one_of(marks: Vec<u32>) -> Self {
        Self(alloc::vec![sorted(marks)])
    }

    pub(super) fn is_never(&self) -> bool {
        self.0.iter().any(Vec::is_empty)
    }

    pub(super) fn when(holds: bool) -> Self {
        if holds { Self::nothing() } else { Self::never() }
    }

    /// What both need.
    pub(super) fn and(mut self, other: Self) -> Self {
        if self.0.is_empty() {
            return other;
        }
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
        let pairs = self
            .0
            .iter()
            .flat_map(|a| other.0.iter().map(move |b| sorted([&a[..], b].concat())));
        Self(pairs.collect()).simple(MOST_SETS)
    }

    /// Without sets that follow from others, and not more than so many: with less than all, less is asked for.
    pub(super) fn simple(mut self, most: usize) -> Self {
        if self.0.len() < 2 {
            return self;
        }
        self.0.sort_by_key(Vec::len);
        let mut kept: Vec<Vec<u32>> = Vec::new();
        for set in self.0 {
            if kept.len() < most && !kept.iter().any(|known| is_within(known, &set)) {
                kept.push(set);
            }
        }
        Self(kept)
    }
}

/// In order, each once.
pub(super) fn sorted<T: Ord>(mut all: Vec<T>) -> Vec<T> {
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether all of a set is in another.
fn is_within(part: &[u32], whole: &[u32]) -> bool {
    part.iter().all(|mark| whole.binary_search(mark).is_ok())
}
