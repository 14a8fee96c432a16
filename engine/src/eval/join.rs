//! Joins: the elements of a `for` that an index finds, and the rows of relations. What is found is a
//! superset of what the clauses after it let pass, in the same order; they still decide.

use alloc::vec::Vec;

use super::{
    Eval, Fuel, Machine,
    clause::{Flow, Target},
};
use crate::{
    fault::Fault,
    plan::{
        Clause, For, Op, OpId, Pattern,
        join::{Key, Keyed, Source},
        shape::ShapeId,
    },
    value::{Value, hash::Hash, index::Index},
};

/// Draws that the conditions on one element may take, on average.
const EACH: u64 = 256;

/// The sifting of an index.
#[derive(Debug)]
struct Sifting {
    /// What is left of the draws.
    fuel: u64,
    /// An element stays of which not all conditions could be asked.
    doubts: bool,
}

/// What is looked up in an index.
enum Probe {
    /// The hash of the keys.
    Hash(u64),
    /// A key is absent, and absent equals nothing.
    Absent,
    /// A key has an error: all elements are drawn, and where the clause that asks is reached, it has the
    /// error.
    Failed,
}

impl<'a> Machine<'a> {
    /// Whether a `for` draws rows, or looks its elements up.
    pub(super) fn finds(&self, clause: &For) -> bool {
        clause.join.is_some() || matches!(self.plan.op(clause.source), Some(Op::Relation(_)))
    }

    /// The rounds of a `for` over rows, or over what an index finds.
    pub(super) fn each_found(
        &mut self,
        clauses: &'a [Clause],
        at: usize,
        clause: &'a For,
        target: &mut Target<'_, '_>,
    ) -> Eval<Flow> {
        let relation = match self.plan.op(clause.source) {
            Some(Op::Relation(relation)) => {
                if let Err(fault) = self.relation(relation) {
                    target.failed(at);
                    return Err(fault);
                }
                Some(relation)
            }
            _ => None,
        };
        let join = clause.join.and_then(|join| self.plan.joins.get(join as usize));
        let mut found = None;
        if let Some(join) = join {
            if let Err(fault) = self.cover(join.index) {
                target.failed(at);
                return Err(fault);
            }
            let index = self.index_of(join.index).filter(|index| !index.broken);
            let sifted = index.is_some_and(|index| index.sifted);
            if index.is_some() {
                // What the keys are compared with may carry errors of relations. They are had where the clause
                // that asks is reached, so all elements are drawn.
                let outer = core::mem::take(&mut self.met);
                let probe = self.probe(&join.probe);
                let met = core::mem::replace(&mut self.met, outer);
                found = match if met.is_empty() { probe } else { Probe::Failed } {
                    Probe::Hash(hash) => Some((join.index, hash)),
                    Probe::Absent => return Ok(Flow::Continue),
                    Probe::Failed => None,
                };
            }
            if let Some(slot) = join.sifted {
                let passed = sifted && found.is_some();
                self.bind(slot, if passed { Value::Bool(true) } else { Value::Null });
            }
        }
        match (relation, found) {
            (Some(relation), found) => self.each_row(clauses, at, clause, relation, found, target),
            (None, Some((index, hash))) => {
                let mut matches = self.index_of(index).map(|index| index.look_up(hash, 0));
                while let Some(value) = matches.as_mut().and_then(|matches| {
                    let index = self.index_of(index)?;
                    index.elements.get(index.next(matches)? as usize).copied()
                }) {
                    let node = value.as_node();
                    let drawn = match self.draw(clause.source, clause.element, value, node) {
                        Ok(value) => self.bind_pattern(&clause.pattern, value, clause.source),
                        Err(fault) => Err(fault),
                    };
                    if self.round(clauses, at, drawn, target)? == Flow::Stop {
                        return Ok(Flow::Stop);
                    }
                }
                Ok(Flow::Continue)
            }
            (None, None) => match self.eval(clause.source) {
                Ok(source) => self.each(clauses, at, clause, source, target),
                Err(fault) => {
                    target.failed(at);
                    Err(fault)
                }
            },
        }
    }

    fn each_row(
        &mut self,
        clauses: &'a [Clause],
        at: usize,
        clause: &'a For,
        relation: u32,
        found: Option<(u32, u64)>,
        target: &mut Target<'_, '_>,
    ) -> Eval<Flow> {
        let (mut from, to) = self.bounds(clause.source, relation);
        let mut matches = found.and_then(|(index, hash)| {
            let matches = self.index_of(index)?.look_up(hash, from);
            Some((index, matches))
        });
        loop {
            let row = match &mut matches {
                None => Some(from),
                Some((index, matches)) => self.index_of(*index).and_then(|index| index.next(matches)),
            };
            let Some(row) = row.filter(|row| *row < to) else {
                return Ok(Flow::Continue);
            };
            from = row.saturating_add(1);
            let drawn = match self.burn(clause.source) {
                Ok(()) => self.bind_row(&clause.pattern, relation, row, clause.source),
                Err(fault) => Err(fault),
            };
            if self.round(clauses, at, drawn, target)? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
    }

    /// Binds a row, without making a tuple of it where its columns have names.
    fn bind_row(&mut self, pattern: &Pattern, relation: u32, row: u32, at: OpId) -> Eval<()> {
        let columns = self.stored(relation).map_or(1, |stored| stored.rows.columns());
        if let Pattern::Tuple(parts) = pattern
            && columns > 1
            && parts.len() == columns
        {
            for (column, (part, _)) in parts.iter().enumerate() {
                let value = self
                    .stored(relation)
                    .map_or(Value::Null, |stored| stored.rows.value(row, column));
                self.bind_pattern(part, value, at)?;
            }
            return Ok(());
        }
        if matches!(pattern, Pattern::Ignore) {
            return Ok(());
        }
        let value = self.row_value(at, relation, row)?;
        self.bind_pattern(pattern, value, at)
    }

    /// What is looked up.
    fn probe(&mut self, probe: &[(OpId, Option<ShapeId>)]) -> Probe {
        let mut hash = Hash::default();
        let mut absent = false;
        for (op, shape) in probe {
            let value = self.eval(*op).and_then(|value| match shape {
                Some(shape) => self.whole(*op, value, *shape),
                None => Ok(value),
            });
            match value {
                Ok(value) => {
                    absent |= matches!(value, Value::Null);
                    hash.value(&self.world, value);
                }
                Err(Fault) => {
                    if !self.fault_ends_all() {
                        drop(self.take_fault());
                    }
                    return Probe::Failed;
                }
            }
        }
        if absent {
            Probe::Absent
        } else {
            Probe::Hash(hash.finish())
        }
    }

    /// Builds an index, or adds to it the rows that came since.
    pub(super) fn cover(&mut self, keyed: u32) -> Eval<()> {
        // Those of the snapshot are whole.
        let known = self.plan.snapshot.index(keyed);
        match known {
            Some(_) => Ok(()),
            None => self.build(keyed, &mut None),
        }
    }

    #[inline(never)]
    fn build(&mut self, keyed: u32, sifting: &mut Option<Sifting>) -> Eval<()> {
        let plan = self.plan;
        let Some(def) = plan.keyed.get(keyed as usize) else {
            return Ok(());
        };
        match def.source {
            Source::Relation(relation) => {
                self.relation(relation)?;
                let (rows, done) = self
                    .stored(relation)
                    .map_or((0, true), |stored| (stored.rows.len(), stored.done));
                if self.index_of(keyed).is_some_and(|index| index.covered == rows) {
                    return Ok(());
                }
                let taken = self.indexes.get_mut(keyed as usize).and_then(Option::take);
                let mut index = taken.unwrap_or_default();
                let mut entries = Vec::new();
                for row in index.covered..rows {
                    let mut hash = Hash::default();
                    for key in &def.keys {
                        let start = self.stored(relation).map_or(Value::Null, |stored| {
                            stored.rows.value(row, key.column.unwrap_or(0) as usize)
                        });
                        index.broken |= !self.hash_key(&mut hash, key, start);
                    }
                    let bound = self.bind_row(&def.pattern, relation, row, OpId(0));
                    index.broken |= self.fails(bound);
                    if !done {
                        index.add(hash.finish(), row);
                    } else if self.stays(def, sifting, |machine, pattern| {
                        machine.bind_row(pattern, relation, row, OpId(0))
                    }) {
                        entries.push((hash.finish(), row));
                    }
                }
                if done {
                    index = Index::whole(entries, Vec::new(), index.broken);
                }
                index.covered = rows;
                self.keep_index(keyed, index, sifting.as_ref());
            }
            Source::List(source, element) => {
                if self.index_of(keyed).is_some() {
                    return Ok(());
                }
                let (mut entries, mut elements, mut broken) = (Vec::new(), Vec::new(), false);
                if let Ok(list) = self.eval(source) {
                    if let Some(mut drawn_of) = self.world.elements(list) {
                        while let Some((value, node)) = drawn_of.next_with_node(&self.world) {
                            let drawn = match self.draw(source, element, value, node) {
                                Ok(drawn) => drawn,
                                Err(Fault) if self.fault_ends_all() => return Err(Fault),
                                Err(Fault) => {
                                    drop(self.take_fault());
                                    broken = true;
                                    break;
                                }
                            };
                            let mut hash = Hash::default();
                            for key in &def.keys {
                                let start = match key.column {
                                    Some(column) => self.world.element(drawn, column as usize),
                                    None => drawn,
                                };
                                broken |= !self.hash_key(&mut hash, key, start);
                            }
                            let bound = self.bind_pattern(&def.pattern, drawn, source);
                            broken |= matches!(value, Value::Null) || self.fails(bound);
                            if self.stays(def, sifting, |machine, pattern| {
                                machine.bind_pattern(pattern, drawn, source)
                            }) {
                                entries.push((hash.finish(), elements.len() as u32));
                                elements.push(value);
                            }
                        }
                    } else {
                        broken = true;
                    }
                } else {
                    if self.fault_ends_all() {
                        return Err(Fault);
                    }
                    drop(self.take_fault());
                    broken = true;
                }
                self.keep_index(keyed, Index::whole(entries, elements, broken), sifting.as_ref());
            }
        }
        Ok(())
    }

    /// Builds an index of data anew, and leaves out the elements that no clause would let pass.
    pub(super) fn sift(&mut self, keyed: u32) -> Eval<()> {
        let plan = self.plan;
        if plan.snapshot.index(keyed).is_some() {
            return Ok(());
        }
        let sieve = plan.keyed.get(keyed as usize).map(|keyed| &keyed.sieve);
        let mut sifting = None;
        if sieve.is_some_and(|sieve| !sieve.conditions.is_empty()) {
            sifting = Some(Sifting {
                fuel: EACH,
                doubts: false,
            });
            if let Some(index) = self.indexes.get_mut(keyed as usize) {
                *index = None;
            }
        }
        self.build(keyed, &mut sifting)
    }

    /// Whether an element stays in an index. What the conditions draw is taken from a store of its own: where
    /// that is used up, the elements that are left stay.
    fn stays(
        &mut self,
        def: &'a Keyed,
        sifting: &mut Option<Sifting>,
        bind: impl FnOnce(&mut Self, &'a Pattern) -> Eval<()>,
    ) -> bool {
        let (Some(sifting), Some(pattern)) = (sifting, &def.sieve.pattern) else {
            return true;
        };
        let outer = core::mem::replace(&mut self.fuel, Fuel::new(sifting.fuel));
        let met = core::mem::take(&mut self.met);
        let (mark, filled) = (self.world.heap.mark(), self.filled);
        let start = self.stack.len();
        let passes: Eval<bool> = self.with_frame(start, def.sieve.locals, |machine| {
            bind(machine, pattern)?;
            for (condition, truth) in &def.sieve.conditions {
                if machine.truth(*condition)? != *truth {
                    return Ok(false);
                }
            }
            Ok(true)
        });
        if self.filled == filled {
            self.world.heap.reset(mark);
        }
        let clear = core::mem::replace(&mut self.met, met).is_empty();
        sifting.fuel = core::mem::replace(&mut self.fuel, outer)
            .left()
            .saturating_add(EACH);
        match passes {
            Ok(passes) if clear => passes,
            result => {
                if result.is_err() {
                    drop(self.take_fault());
                }
                sifting.doubts = true;
                true
            }
        }
    }

    /// Whether there was a fault; it is dropped.
    fn fails(&mut self, result: Eval<()>) -> bool {
        if result.is_err() {
            drop(self.take_fault());
        }
        result.is_err()
    }

    fn keep_index(&mut self, keyed: u32, mut index: Index, sifting: Option<&Sifting>) {
        index.sifted = sifting.is_some_and(|sifting| !sifting.doubts);
        if let Some(slot) = self.indexes.get_mut(keyed as usize) {
            *slot = Some(index);
            self.filled = self.filled.saturating_add(1);
        }
    }

    /// Adds a key to the hash; false where it cannot be read.
    fn hash_key(&mut self, hash: &mut Hash, key: &Key, start: Value) -> bool {
        let mut value = start;
        for field in &key.fields {
            match self.field_of(OpId(0), *field, value) {
                Ok(member) => value = member,
                Err(Fault) => {
                    drop(self.take_fault());
                    return false;
                }
            }
        }
        if let Some(shape) = key.shape {
            match self.whole(OpId(0), value, shape) {
                Ok(whole) => value = whole,
                Err(Fault) => {
                    drop(self.take_fault());
                    return false;
                }
            }
        }
        hash.value(&self.world, value);
        true
    }
}
