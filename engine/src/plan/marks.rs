//! Marks that the check of the input sets: that a place is present, that a field of an object is absent, that
//! a value is one of some scalars, that an object has some key. A mark is set where one place of a kind is
//! so. Rules need them (`needs.rs`).

use alloc::{vec, vec::Vec};

use super::{
    Plan,
    check::{Check, kinds},
    trie::{self, TrieId, Wanted, Watch},
};
use crate::{
    input::FieldKey,
    value::{Value, World, order},
};

/// Tests of one place; the check of the input makes all of them, so there are not many.
const MOST_TESTS: usize = 8;

/// What a mark says of a place.
#[derive(Clone, Copy)]
pub(super) enum Asked<'v> {
    /// That it is present.
    Present,
    /// Of a field: that an object there lacks it.
    Absent,
    /// That it is present and one of these scalars; negated, none of them.
    In(&'v [Value], bool),
    /// That it is a list or map that has one of these scalars; negated, none of them.
    Has(&'v [Value], bool),
}

/// All marks. The first are those of presence, by the number of the place.
#[derive(Debug)]
pub(super) struct Marks {
    next: u32,
    /// What is watched at each place, and whether more was asked of it than is tested.
    watches: Vec<(Watch, bool)>,
}

impl Marks {
    pub(super) fn new(plan: &Plan) -> Self {
        let places = plan.reads.nodes.len();
        Self {
            next: places as u32,
            watches: vec![(Watch::default(), false); places],
        }
    }

    /// How many there are, and what is watched at each place. Where many rules ask for a value each, the
    /// switches of the index find the few that it is about, and to compare it with some of them is of no use.
    pub(super) fn finish(self) -> (usize, Vec<Watch>) {
        let watches = self.watches.into_iter().map(|(mut watch, crowded)| {
            for test in watch.tests.iter_mut().filter(|_| crowded) {
                // None of none: any value.
                (test.values, test.has, test.negated) = (Vec::new(), false, true);
            }
            watch
        });
        (self.next as usize, watches.collect())
    }

    /// Whether these equal a scalar of the input only by their value.
    pub(super) fn are_scalars(values: &[Value]) -> bool {
        values.iter().all(|value| {
            matches!(
                value,
                Value::Text(_) | Value::Int(_) | Value::Bool(_) | Value::Float(_)
            )
        })
    }

    /// The mark; of a place that cannot be asked so, the mark of its presence, which follows from it.
    pub(super) fn of(&mut self, plan: &Plan, world: &World<'_>, place: TrieId, asked: Asked<'_>) -> u32 {
        let next = self.next;
        let check = plan
            .reads
            .node(place)
            .and_then(|node| plan.checks.get(node.check));
        let Some((watch, crowded)) = self.watches.get_mut(place.0 as usize) else {
            return place.0;
        };
        let (values, has, negated) = match asked {
            Asked::Present => return place.0,
            Asked::Absent => {
                let mark = *watch.absent.get_or_insert(next);
                self.next = next.max(mark.saturating_add(1));
                return mark;
            }
            Asked::In(values, negated) if check.is_some_and(Check::is_plain) => (values, false, negated),
            Asked::Has(values, negated)
                if check.is_some_and(|check| {
                    check.mask & !(kinds::LIST | kinds::OBJECT | kinds::NULL) == 0
                        && check.is_plain()
                        && check.element.is_none()
                }) =>
            {
                (values, true, negated)
            }
            Asked::In(..) | Asked::Has(..) => return place.0,
        };
        if *crowded {
            return place.0;
        }
        let known = watch.tests.iter().find(|test| {
            (test.has, test.negated, test.values.len()) == (has, negated, values.len())
                && test
                    .values
                    .iter()
                    .zip(values)
                    .all(|(a, b)| order::equal(world, *a, *b))
        });
        if let Some(known) = known {
            return known.mark;
        }
        if watch.tests.len() >= MOST_TESTS {
            *crowded = true;
            return place.0;
        }
        watch.tests.push(trie::Asked {
            mark: next,
            values: Vec::from(values),
            has,
            negated,
        });
        self.next = next.saturating_add(1);
        next
    }

    /// The mark of objects that have some key.
    pub(super) fn of_key(&mut self, place: TrieId, wanted: Wanted, keys: &[FieldKey]) -> u32 {
        let next = self.next;
        let Some((watch, _)) = self.watches.get_mut(place.0 as usize) else {
            return place.0;
        };
        let mut known = watch.keys.iter();
        if let Some((mark, ..)) = known.find(|(_, own, names)| *own == wanted && *names == keys) {
            return *mark;
        }
        if watch.keys.len() >= MOST_TESTS {
            return place.0;
        }
        watch.keys.push((next, wanted, Vec::from(keys)));
        self.next = next.saturating_add(1);
        next
    }
}
