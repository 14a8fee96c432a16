//! What follows from which data: the `let`s, relations and indexes that have to be computed anew when some
//! data change. Found by going from the data to what names them, and from there to what needs that.

use alloc::{collections::BTreeMap, vec, vec::Vec};

use super::{
    Op, OpId, Plan,
    depth::{Walk, clause_ops},
    join::Source,
};

/// What can be named by others, or is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Data(u32),
    Function(u32),
    Let(u32),
    Relation(u32),
    Keyed(u32),
}

/// What has to be computed anew.
#[derive(Debug, Default)]
pub(crate) struct Stale {
    pub(crate) data: Vec<bool>,
    pub(crate) lets: Vec<bool>,
    pub(crate) relations: Vec<bool>,
    /// Of [`Plan::keyed`].
    pub(crate) indexes: Vec<bool>,
}

/// What follows from data that change, by their indices.
pub(crate) fn on(plan: &Plan, changed: impl IntoIterator<Item = u32>) -> Stale {
    let mut needed_by = needed_by(plan);
    let mut stale = Stale {
        data: vec![false; plan.data.len()],
        lets: vec![false; plan.lets.len()],
        relations: vec![false; plan.relations.len()],
        indexes: vec![false; plan.keyed.len()],
    };
    let mut waiting: Vec<Part> = changed.into_iter().map(Part::Data).collect();
    while let Some(part) = waiting.pop() {
        let seen = match part {
            Part::Function(_) => None,
            Part::Data(index) => stale.data.get_mut(index as usize),
            Part::Let(index) => stale.lets.get_mut(index as usize),
            Part::Relation(index) => stale.relations.get_mut(index as usize),
            Part::Keyed(index) => stale.indexes.get_mut(index as usize),
        };
        if let Some(seen) = seen {
            *seen = true;
        }
        // Each is gone on from once.
        waiting.extend(needed_by.remove(&part).unwrap_or_default());
    }
    stale
}

/// What names a part itself.
fn needed_by(plan: &Plan) -> BTreeMap<Part, Vec<Part>> {
    let mut needed_by: BTreeMap<Part, Vec<Part>> = BTreeMap::new();
    let mut walk = Walk::default();
    let mut needs = |part: Part, roots: &[OpId]| {
        for id in walk.reached(plan, roots) {
            let named = match plan.op(*id) {
                Some(Op::Data(index)) => Part::Data(index),
                Some(Op::Call { function, .. }) => Part::Function(function),
                Some(Op::Let(index)) => Part::Let(index),
                Some(Op::Relation(index)) => Part::Relation(index),
                _ => continue,
            };
            needed_by.entry(named).or_default().push(part);
        }
    };
    for (index, function) in (0..).zip(&plan.functions) {
        needs(Part::Function(index), &[function.body]);
    }
    for (index, entry) in (0..).zip(&plan.lets) {
        needs(Part::Let(index), &[entry.value]);
    }
    for (index, relation) in (0..).zip(&plan.relations) {
        for block in &relation.blocks {
            let mut roots = block.row.clone();
            clause_ops(plan, block.clauses, &mut roots);
            needs(Part::Relation(index), &roots);
        }
    }
    for (index, keyed) in (0..).zip(&plan.keyed) {
        let conditions = keyed.sieve.conditions.iter();
        let mut roots: Vec<OpId> = conditions.map(|(condition, _)| *condition).collect();
        if let Source::List(source, _) = keyed.source {
            roots.push(source);
        }
        needs(Part::Keyed(index), &roots);
    }
    for (index, keyed) in (0..).zip(&plan.keyed) {
        if let Source::Relation(relation) = keyed.source {
            let needing = needed_by.entry(Part::Relation(relation)).or_default();
            needing.push(Part::Keyed(index));
        }
    }
    needed_by
}
