//! Relations of the plan: their blocks, and for each recursive block the variants in which one of the
//! recursive uses draws only the rows that the last round found.

use alloc::{collections::BTreeSet, vec, vec::Vec};

use wardlaw_lang::{
    Span,
    ir::{self, Expr, Program, uses},
};

use super::{
    Op, OpId, Pattern, Plan, Slice,
    build::Builder,
    check::CheckId,
    declared::Declared,
    join::{self, Key, Keyed, Source},
    shape::ShapeId,
    sift::Sieve,
};

/// A relation.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
    pub(crate) name: alloc::string::String,
    pub(crate) columns: u32,
    pub(crate) blocks: Vec<Block>,
    pub(crate) reads_input: bool,
    pub(crate) stratum: u32,
    pub(crate) span: Span,
    /// What the columns must be: what was `any` is used as that.
    pub(crate) checks: Vec<CheckId>,
    /// What the columns are taken as, where that is more than they are written as.
    pub(crate) shapes: Vec<Option<ShapeId>>,
    /// Finds rows by all columns: for `in`; an index into [`super::Plan::keyed`].
    pub(crate) member: u32,
}

/// A block of a relation.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) clauses: Slice,
    /// One expression a column; or one for a whole row.
    pub(crate) row: Vec<OpId>,
    pub(crate) locals: u32,
    /// Whether it can yield before its relation has rows.
    pub(crate) seeds: bool,
    /// Where it reads relations of its own stratum, in source order.
    pub(crate) sites: Vec<Site>,
    /// One a site: the clauses of the rounds in which it draws the newest rows.
    pub(crate) variants: Vec<Slice>,
}

/// A recursive use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site {
    pub(crate) op: OpId,
    pub(crate) relation: u32,
    /// Whether it may draw some of the rows only. Beside an `or` it may not: where an old row is not seen,
    /// the other side is asked, and may meet an error that nobody asked for.
    pub(crate) windowed: bool,
}

impl Builder<'_> {
    pub(super) fn relation(&mut self, relation: &ir::Relation) -> Relation {
        let blocks = relation
            .blocks
            .iter()
            .map(|block| self.block(block, relation))
            .collect();
        let columns = relation.columns.len() as u32;
        let keys = (0..columns).map(|column| Key {
            column: (columns > 1).then_some(column),
            fields: Vec::new(),
            // Rows are taken as what their columns are when they are made.
            shape: None,
        });
        let member = self.plan.keyed.len() as u32;
        self.plan.keyed.push(Keyed {
            source: Source::Relation(self.plan.relations.len() as u32),
            keys: keys.collect(),
            pattern: Pattern::Ignore,
            of_data: !relation.reads_input,
            sieve: Sieve::default(),
        });
        Relation {
            name: relation.name.clone(),
            columns,
            blocks,
            reads_input: relation.reads_input,
            stratum: relation.stratum,
            span: relation.span,
            checks: relation
                .columns
                .iter()
                .map(|column| {
                    let declared = Declared::of(&mut self.types, *column);
                    self.check(&declared)
                })
                .collect(),
            shapes: relation
                .columns
                .iter()
                .map(|column| {
                    let declared = Declared::of(&mut self.types, *column).present();
                    self.plan.checks.special(&mut self.types, &declared)
                })
                .collect(),
            member,
        }
    }

    /// The clauses of a round in which a use draws the newest rows: first, so that the others are joined
    /// to these few, and are not drawn again each round.
    fn variant(&mut self, block: &ir::Block, site: &uses::Use, clauses: Slice) -> Slice {
        let Some(at) = join::position(site).filter(|at| *at > 0) else {
            return clauses;
        };
        if !self.may_go_first(&block.clauses, at) {
            return clauses;
        }
        let mut moved = block.clauses.clone();
        if let Some(prefix) = moved.get_mut(..=at) {
            prefix.rotate_right(1);
        }
        self.clauses(&moved, false)
    }

    fn block(&mut self, block: &ir::Block, relation: &ir::Relation) -> Block {
        let program = self.program;
        self.frame = Some(block.locals);
        let clauses = self.clauses(&block.clauses, false);
        let row = match program.expr(block.value) {
            Expr::Tuple(members) if members.len() == relation.columns.len() && members.len() > 1 => {
                members.iter().map(|member| self.own(*member)).collect()
            }
            _ => vec![self.own(block.value)],
        };
        let own = |site: &uses::Use| {
            let used = program.relations.get(site.relation.index());
            used.is_some_and(|used| used.stratum == relation.stratum)
        };
        let mut sites = Vec::new();
        let mut seeds = true;
        let mut variants = Vec::new();
        for site in uses::of_block(program, block).iter().filter(|site| own(site)) {
            sites.push(Site {
                op: self.same(site.site),
                relation: site.relation.0,
                windowed: site.how != uses::How::Alternative,
            });
            // A `for` draws nothing then; but what is asked with `in` may stand beside an `or`, and what
            // stands before the `for` may have an error.
            if let Some(at) = join::position(site) {
                seeds &= !self.may_go_first(&block.clauses, at);
            }
            variants.push(self.variant(block, site, clauses));
        }
        Block {
            clauses,
            row,
            locals: self.frame.take().unwrap_or(block.locals),
            seeds,
            sites,
            variants,
        }
    }
}

impl Plan {
    /// The relations that some `in` asks for a row.
    pub(crate) fn asked(&self) -> BTreeSet<u32> {
        let containers = self.ops.iter().filter_map(|op| match op {
            Op::In { container, .. } => self.op(*container),
            _ => None,
        });
        let relations = containers.filter_map(|container| match container {
            Op::Relation(relation) => Some(relation),
            _ => None,
        });
        relations.collect()
    }
}

/// The relations of each stratum.
pub(super) fn strata(program: &Program) -> Vec<Vec<u32>> {
    let mut strata: Vec<Vec<u32>> = Vec::new();
    for (index, relation) in program.relations.iter().enumerate() {
        let stratum = relation.stratum as usize;
        if strata.len() <= stratum {
            strata.resize(stratum.saturating_add(1), Vec::new());
        }
        if let Some(members) = strata.get_mut(stratum) {
            members.push(index as u32);
        }
    }
    strata
}
