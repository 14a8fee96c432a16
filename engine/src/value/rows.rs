//! The rows of a relation, each once: one flat array, and a set ordered by hash that finds them.

use alloc::{collections::BTreeSet, vec::Vec};
use core::cmp::Ordering;

use super::{
    Value, World,
    hash::{Hash, place_of, same},
    order,
};

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// It is one more.
    New,
    /// It stands where an equal one stood.
    Instead,
    /// An equal one stays.
    Not,
}

/// Rows of values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    columns: usize,
    values: Vec<Value>,
    /// Hash and number of each row.
    known: BTreeSet<(u64, u32)>,
}

impl Rows {
    /// No rows yet.
    pub(crate) fn new(columns: u32) -> Self {
        Self {
            columns: (columns as usize).max(1),
            ..Self::default()
        }
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> u32 {
        self.values.len().checked_div(self.columns).unwrap_or(0) as u32
    }

    /// How many columns a row has.
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// A row.
    pub(crate) fn row(&self, row: u32) -> &[Value] {
        let start = (row as usize).saturating_mul(self.columns);
        self.values
            .get(start..start.saturating_add(self.columns))
            .unwrap_or(&[])
    }

    /// A column of a row.
    pub(crate) fn value(&self, row: u32, column: usize) -> Value {
        self.row(row).get(column).copied().unwrap_or(Value::Null)
    }

    /// Adds a row, if it is new. Of the equal rows of one round, which are those from `since` on, the one
    /// whose parts lie first stays, so that it is no matter which was found first.
    pub(crate) fn add(&mut self, world: &World<'_>, row: &[Value], since: u32) -> Added {
        let mut hash = Hash::default();
        for value in row {
            match place_of(world, *value) {
                Some(at) => hash.place(at),
                None => hash.value(world, *value),
            }
        }
        let hash = hash.finish();
        let equal = |known: u32| {
            let known = self.row(known).iter();
            known.zip(row).all(|(a, b)| same(world, *a, *b))
        };
        let mut candidates = self.known.range((hash, 0)..=(hash, u32::MAX));
        if let Some((_, known)) = candidates.find(|(_, known)| equal(*known)).copied() {
            if known >= since && lies_before(world, row, self.row(known)) {
                let start = (known as usize).saturating_mul(self.columns);
                if let Some(place) = self.values.get_mut(start..start.saturating_add(self.columns)) {
                    place.copy_from_slice(row);
                }
                return Added::Instead;
            }
            return Added::Not;
        }
        self.known.insert((hash, self.len()));
        self.values.extend_from_slice(row);
        Added::New
    }

    /// Puts the rows in their order: by value, ties place by place. None is added after.
    pub(crate) fn finish(&mut self, world: &World<'_>) {
        self.known = BTreeSet::new();
        let mut order: Vec<u32> = (0..self.len()).collect();
        order.sort_by(|a, b| compare(world, self.row(*a), self.row(*b)));
        let mut values = Vec::with_capacity(self.values.len());
        for row in order {
            values.extend_from_slice(self.row(row));
        }
        self.values = values;
    }
}

/// Whether the parts of a row lie before those of another, column by column.
pub(crate) fn lies_before(world: &World<'_>, a: &[Value], b: &[Value]) -> bool {
    let columns = a.iter().zip(b).map(|(a, b)| world.by_place(a.place(), b.place()));
    let first = columns.into_iter().find(|ordering| *ordering != Ordering::Equal);
    first == Some(Ordering::Less)
}

fn compare(world: &World<'_>, a: &[Value], b: &[Value]) -> Ordering {
    let by_value = a.iter().zip(b).map(|(a, b)| order::compare(world, *a, *b));
    let by_place = a
        .iter()
        .zip(b)
        .map(|(a, b)| world.by_place(place_of(world, *a), place_of(world, *b)));
    by_value
        .chain(by_place)
        .find(|ordering| *ordering != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}
