//! Relations, naively: every block of a stratum is run with the rows that are known, again and again,
//! until a round gives no row that is new. A relation keeps its errors beside its rows, and whoever
//! reads it has them, too.

use alloc::{collections::BTreeSet, vec, vec::Vec};
use core::cmp::Ordering;

use wardlaw_lang::ir::{Block, ClauseKind, ExprId, Pattern, RelationId};

use super::{Eval, Reference, Wrong};
use crate::{
    fault::ErrorKind,
    value::{NodeRef, Value, View, World, order, rows::lies_before},
};

/// A relation: its rows, and what went wrong.
#[derive(Clone, Debug)]
pub(super) struct Table {
    rows: Vec<Row>,
    errors: Vec<Wrong>,
    /// A limit ended it.
    full: bool,
    /// The relations with errors that it has read, and itself where it has one.
    met: BTreeSet<RelationId>,
}

/// A row: its columns, and each taken whole.
#[derive(Clone, Debug)]
struct Row {
    values: Vec<Value>,
    keys: Vec<Value>,
}

impl Reference<'_> {
    /// A relation as a set. Of its own stratum: the rows that the rounds before gave.
    pub(super) fn relation_value(&mut self, relation: RelationId, at: ExprId) -> Eval<Value> {
        let items = self.rows_of(relation, at)?;
        let element = self.element_type(at);
        let items = self.sorted(&items, &[element], true);
        self.run(&items, at).map(Value::Set)
    }

    /// The rows of a relation, in order: rows that differ in places alone are several.
    pub(super) fn rows_of(&mut self, relation: RelationId, at: ExprId) -> Eval<Vec<Value>> {
        if matches!(self.relations.get(relation.index()), Some(None)) {
            self.stratum(relation);
        }
        let Some(Some(table)) = self.relations.get(relation.index()) else {
            return Err(self.internal("a relation is missing", at));
        };
        self.met.extend(table.met.iter().copied());
        let rows = table.rows.clone();
        let mut items = Vec::new();
        for row in rows {
            items.push(match row.values.as_slice() {
                [one] => *one,
                many => self.run(many, at).map(Value::Tuple)?,
            });
        }
        Ok(items)
    }

    /// What went wrong in the blocks of a relation.
    pub(super) fn errors_of(&self, relation: RelationId) -> Vec<Wrong> {
        match self.relations.get(relation.index()) {
            Some(Some(table)) => table.errors.clone(),
            _ => Vec::new(),
        }
    }

    /// Computes a relation and those that depend on one another with it.
    fn stratum(&mut self, relation: RelationId) {
        let program = self.program;
        let stratum = program.relations.get(relation.index()).map(|def| def.stratum);
        let members: Vec<RelationId> = (0..program.relations.len() as u32)
            .map(RelationId)
            .filter(|id| program.relations.get(id.index()).map(|def| def.stratum) == stratum)
            .collect();
        for member in &members {
            self.set_table(
                *member,
                Table {
                    rows: Vec::new(),
                    errors: Vec::new(),
                    full: false,
                    met: BTreeSet::new(),
                },
            );
        }
        self.store.world.order_places();
        let frame = core::mem::take(&mut self.frame);
        let outer = core::mem::take(&mut self.met);
        while self.one_round(&members) {}
        self.frame = frame;
        if members.iter().any(|member| self.is_full(*member)) {
            self.too_large(&members);
        }
        let mut met = core::mem::replace(&mut self.met, outer);
        met.extend(
            members
                .iter()
                .copied()
                .filter(|member| !self.errors_of(*member).is_empty()),
        );
        for member in members {
            if let Some(Some(table)) = self.relations.get_mut(member.index()) {
                let world = &self.store.world;
                table.rows.sort_by(|a, b| in_order(world, a, b));
                table.met.clone_from(&met);
            }
        }
    }

    /// What a limit ended has no rows, and of the errors only that.
    fn too_large(&mut self, members: &[RelationId]) {
        for member in members {
            if let Some(Some(table)) = self.relations.get_mut(member.index()) {
                table.rows.clear();
                table.errors.retain(|wrong| wrong.kind == ErrorKind::Limit);
                for wrong in &mut table.errors {
                    (wrong.span, wrong.place) = (None, None);
                }
            }
        }
    }

    fn set_table(&mut self, relation: RelationId, table: Table) {
        if let Some(slot) = self.relations.get_mut(relation.index()) {
            *slot = Some(table);
        }
    }

    /// Runs every block once; whether any row is new. Rows of this round are seen by the next.
    fn one_round(&mut self, members: &[RelationId]) -> bool {
        let program = self.program;
        let mut found: Vec<(RelationId, Vec<Value>)> = Vec::new();
        let mut full = false;
        for member in members {
            let blocks = program
                .relations
                .get(member.index())
                .map_or(&[][..], |def| &def.blocks);
            for block in blocks {
                self.frame = vec![Value::Null; block.locals as usize];
                let mut rows = Vec::new();
                if let Err(wrong) = self.block_from(*member, block, 0, &mut rows) {
                    self.row_error(*member, wrong);
                }
                found.extend(rows.into_iter().map(|row| (*member, row)));
                full |= self.is_full(*member);
                if full {
                    break;
                }
            }
            if full {
                break;
            }
        }
        let mut more = false;
        let before: Vec<usize> = members.iter().map(|member| self.rows_so_far(*member)).collect();
        for (member, row) in found {
            let at = members.iter().position(|other| *other == member);
            let since = at.and_then(|at| before.get(at)).copied().unwrap_or(0);
            let columns = program
                .relations
                .get(member.index())
                .map_or(&[][..], |def| &def.columns);
            let keys = row.iter().zip(columns).map(|(value, ty)| self.whole(*value, *ty));
            let row = Row {
                keys: keys.collect(),
                values: row.clone(),
            };
            let world = &self.store.world;
            if let Some(Some(table)) = self.relations.get_mut(member.index()) {
                match table.rows.iter().position(|known| same(world, known, &row)) {
                    None => {
                        table.rows.push(row);
                        more = true;
                    }
                    // Of the equal rows of a round, the one whose parts lie first stays.
                    Some(at) if at >= since => {
                        if let Some(known) = table.rows.get_mut(at)
                            && lies_before(world, &row.values, &known.values)
                        {
                            *known = row;
                        }
                    }
                    Some(_) => {}
                }
            }
        }
        more && !full
    }

    fn is_full(&self, relation: RelationId) -> bool {
        matches!(self.relations.get(relation.index()), Some(Some(table)) if table.full)
    }

    fn rows_so_far(&self, relation: RelationId) -> usize {
        match self.relations.get(relation.index()) {
            Some(Some(table)) => table.rows.len(),
            _ => 0,
        }
    }

    /// The clauses of a block from one on, then its row. An error ends one element of the innermost
    /// `for`, and the relation keeps it.
    fn block_from(
        &mut self,
        relation: RelationId,
        block: &Block,
        at: usize,
        rows: &mut Vec<Vec<Value>>,
    ) -> Eval<()> {
        let Some(clause) = block.clauses.get(at) else {
            let row = self
                .row(relation, block)
                .map_err(|wrong| self.placed(wrong, &block.clauses, at))?;
            rows.push(row);
            return Ok(());
        };
        if let ClauseKind::For { pattern, source } = &clause.kind {
            let drawn = self
                .drawn(*source, matches!(pattern, Pattern::Tuple(_)))
                .map_err(|wrong| self.placed(wrong, &block.clauses, at))?;
            for element in drawn {
                let round = match self.bind_drawn(pattern, *source, element) {
                    Ok(()) => self.block_from(relation, block, at.saturating_add(1), rows),
                    Err(wrong) => Err(self.placed(wrong, &block.clauses, at)),
                };
                if let Err(wrong) = round {
                    self.row_error(relation, wrong);
                }
                if self.is_full(relation) {
                    break;
                }
            }
            return Ok(());
        }
        match self.passes(clause) {
            Ok(true) => self.block_from(relation, block, at.saturating_add(1), rows),
            Ok(false) => Ok(()),
            Err(wrong) => Err(self.placed(wrong, &block.clauses, at)),
        }
    }

    /// The columns of a row.
    fn row(&mut self, relation: RelationId, block: &Block) -> Eval<Vec<Value>> {
        let value = self.eval(block.value)?;
        let columns = self
            .program
            .relations
            .get(relation.index())
            .map_or(1, |def| def.columns.len());
        let row: Vec<Value> = match columns {
            1 => vec![value],
            _ => (0..columns)
                .map(|column| self.store.world.element(value, column))
                .collect(),
        };
        // What was `any` is used as the type of its column.
        let types = self.program.relations.get(relation.index());
        let types = types.map_or(&[][..], |def| def.columns.as_slice());
        let checked = row
            .into_iter()
            .zip(types)
            .map(|(value, ty)| self.part(value, *ty));
        checked.collect()
    }

    fn row_error(&mut self, relation: RelationId, wrong: Wrong) {
        if let Some(Some(table)) = self.relations.get_mut(relation.index()) {
            table.full |= wrong.kind == ErrorKind::Limit;
            if !table.errors.contains(&wrong) {
                table.errors.push(wrong);
            }
        }
    }
}

/// A record or list of a document is told apart by where it lies.
fn lies_at(world: &World<'_>, value: Value) -> Option<NodeRef> {
    match (value, world.view(value)) {
        (Value::Node(at), View::List | View::Map) => Some(at),
        _ => None,
    }
}

fn same(world: &World<'_>, a: &Row, b: &Row) -> bool {
    let mut places = a.values.iter().zip(&b.values).zip(a.keys.iter().zip(&b.keys));
    places.all(
        |((a, b), (key, other))| match (lies_at(world, *a), lies_at(world, *b)) {
            (None, None) => order::equal(world, *key, *other),
            (a, b) => a == b,
        },
    )
}

/// By value, ties place by place.
fn in_order(world: &World<'_>, a: &Row, b: &Row) -> Ordering {
    let by_value = a.keys.iter().zip(&b.keys);
    let by_value = by_value.map(|(a, b)| order::compare(world, *a, *b));
    let by_place = a.values.iter().zip(&b.values);
    let by_place = by_place.map(|(a, b)| by_place_of(world, *a, *b));
    by_value
        .chain(by_place)
        .find(|ordering| *ordering != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}

fn by_place_of(world: &World<'_>, a: Value, b: Value) -> Ordering {
    world.by_place(lies_at(world, a), lies_at(world, b))
}
