//! Relations, naively: every block of a stratum is run with the rows that are known, again and again,
//! until a round gives no row that is new. A relation keeps its errors beside its rows, and whoever
//! reads it has them, too.

use alloc::{collections::BTreeSet, vec, vec::Vec};

use wardlaw_lang::ir::{Block, ClauseKind, ExprId, RelationId};

use super::{Eval, Reference, Wrong};
use crate::value::{Value, order, rows::Rows};

/// A relation: its rows, and what went wrong.
#[derive(Clone, Debug)]
pub(super) struct Table {
    rows: Rows,
    errors: Vec<Wrong>,
    /// The relations with errors that it has read, and itself where it has one.
    met: BTreeSet<RelationId>,
}

impl Reference<'_> {
    /// A relation as a set. Of its own stratum: the rows that the rounds before gave.
    pub(super) fn relation_value(&mut self, relation: RelationId, at: ExprId) -> Eval<Value> {
        let mut items = self.rows_of(relation, at)?;
        items.dedup_by(|later, earlier| order::equal(&self.store.world, *later, *earlier));
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
        for number in 0..rows.len() {
            items.push(match rows.row(number) {
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
            let columns = program
                .relations
                .get(member.index())
                .map_or(1, |def| def.columns.len());
            self.set_table(
                *member,
                Table {
                    rows: Rows::new(columns as u32),
                    errors: Vec::new(),
                    met: BTreeSet::new(),
                },
            );
        }
        let frame = core::mem::take(&mut self.frame);
        let outer = core::mem::take(&mut self.met);
        while self.one_round(&members) {}
        self.frame = frame;
        let mut met = core::mem::replace(&mut self.met, outer);
        met.extend(
            members
                .iter()
                .copied()
                .filter(|member| !self.errors_of(*member).is_empty()),
        );
        for member in members {
            if let Some(Some(table)) = self.relations.get_mut(member.index()) {
                table.rows.finish(&self.store.world);
                table.met.clone_from(&met);
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
            }
        }
        let mut more = false;
        for (member, row) in found {
            if let Some(Some(table)) = self.relations.get_mut(member.index()) {
                more |= table.rows.add(&self.store.world, &row);
            }
        }
        more
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
                .drawn(*source)
                .map_err(|wrong| self.placed(wrong, &block.clauses, at))?;
            for element in drawn {
                let round = match self.bind_drawn(pattern, *source, element) {
                    Ok(()) => self.block_from(relation, block, at.saturating_add(1), rows),
                    Err(wrong) => Err(self.placed(wrong, &block.clauses, at)),
                };
                if let Err(wrong) = round {
                    self.row_error(relation, wrong);
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
        Ok(match columns {
            1 => vec![value],
            _ => (0..columns)
                .map(|column| self.store.world.element(value, column))
                .collect(),
        })
    }

    fn row_error(&mut self, relation: RelationId, wrong: Wrong) {
        if let Some(Some(table)) = self.relations.get_mut(relation.index())
            && !table.errors.contains(&wrong)
        {
            table.errors.push(wrong);
        }
    }
}
