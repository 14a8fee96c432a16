//! Where the elements of a list or relation with equal keys are, by the hash of the key. While a relation
//! grows, its entries are an ordered set; of what does not change any more they are one sorted run.

use alloc::{collections::BTreeSet, vec::Vec};
use core::ops::Range;

use super::Value;
use crate::hashed::Hashed;

/// Elements by the hash of their keys.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    entries: Entries,
    /// How many elements are in it.
    pub(crate) covered: u32,
    /// A key could not be read: all elements are drawn, and the one that is wrong says so.
    pub(crate) broken: bool,
    /// What is in it passes all conditions of its sieve.
    pub(crate) sifted: bool,
    /// The elements of a list.
    pub(crate) elements: Vec<Value>,
}

/// Hashes with the numbers of their elements.
#[derive(Clone, Debug)]
enum Entries {
    Growing(BTreeSet<(u64, u32)>),
    Whole(Hashed),
}

/// The elements that a look-up has not given yet.
#[derive(Clone, Debug)]
pub(crate) enum Matches {
    /// Entries of a run.
    Entries(Range<u32>),
    /// Elements with a hash, from one on.
    From(u64, u32),
}

impl Default for Index {
    fn default() -> Self {
        Self {
            entries: Entries::Growing(BTreeSet::new()),
            covered: 0,
            broken: false,
            sifted: false,
            elements: Vec::new(),
        }
    }
}

impl Index {
    /// Of entries to which none is added.
    pub(crate) fn whole(entries: Vec<(u64, u32)>, mut elements: Vec<Value>, broken: bool) -> Self {
        elements.shrink_to_fit();
        Self {
            entries: Entries::Whole(Hashed::new(entries)),
            elements,
            broken,
            ..Self::default()
        }
    }

    /// Adds an element under its key.
    pub(crate) fn add(&mut self, hash: u64, element: u32) {
        if let Entries::Growing(entries) = &mut self.entries {
            entries.insert((hash, element));
        }
    }

    /// The elements whose keys have the hash; of a relation that grows, from one on.
    #[inline]
    pub(crate) fn look_up(&self, hash: u64, from: u32) -> Matches {
        match &self.entries {
            Entries::Whole(hashed) => Matches::Entries(hashed.of(hash)),
            Entries::Growing(_) => Matches::From(hash, from),
        }
    }

    /// The next of them, in ascending order.
    #[inline]
    pub(crate) fn next(&self, matches: &mut Matches) -> Option<u32> {
        match (matches, &self.entries) {
            (Matches::Entries(entries), Entries::Whole(hashed)) => hashed.number(entries.next()?),
            (Matches::From(hash, from), Entries::Growing(entries)) => {
                let mut found = entries.range((*hash, *from)..=(*hash, u32::MAX));
                let (_, element) = found.next()?;
                *from = element.saturating_add(1);
                Some(*element)
            }
            _ => None,
        }
    }
}
