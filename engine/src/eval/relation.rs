//! Relations: semi-naive evaluation of a stratum. Each round runs the recursive blocks once for each
//! recursive use, which then draws only the rows that the round before found; so no row is joined with
//! another twice. A relation that met an error keeps its other rows and carries the error: whoever
//! reads it has one, too.

use alloc::{collections::BTreeSet, vec::Vec};

use super::{
    Eval, Machine,
    call::Operands,
    clause::{Flow, Target},
};
use crate::{
    decision::Raw,
    fault::{Fault, FaultInfo, Reason},
    hashed::Words,
    plan::{Clause, Op, OpId, Rule, Slice, Wholes, join::Source, relation::Block, shape::ShapeId},
    value::{
        Value,
        hash::Hash,
        order,
        rows::{Added, Rows},
        symbols::{Symbol, Symbols, push},
    },
};

/// A relation that was computed, or is at work.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(super) rows: Rows,
    /// What went wrong in its own blocks.
    pub(super) faults: Vec<FaultInfo>,
    /// The relations with errors that it has read, and itself where it has one.
    pub(super) met: BTreeSet<u32>,
    /// Where the rows of the last round begin.
    old: u32,
    /// Where they end.
    new: u32,
    /// No row comes after.
    pub(super) done: bool,
    /// All rows as a set, once somebody asked for it.
    set: Option<Value>,
}

/// Which rows of its own stratum a block draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Window {
    /// Those of all rounds before the last.
    Old,
    /// Those of the last round.
    Newest,
    /// All of both.
    All,
}

/// A block while it runs.
#[derive(Debug)]
pub(super) struct RowRun<'r> {
    relation: u32,
    block: &'r Block,
    clauses: &'r [Clause],
    /// The clause that met the fault on its way, counted from 0.
    pub(super) failed_at: Option<usize>,
    /// The `for` whose rounds are at work, outermost first found.
    outermost: Option<usize>,
    /// A made value stays in a row of this round.
    kept: bool,
    /// The limit that ended it.
    full: Option<Reason>,
}

impl RowRun<'_> {
    /// Whether a round is one of the outermost `for`; then it begins.
    pub(super) fn begins(&mut self, at: usize) -> bool {
        let outermost = *self.outermost.get_or_insert(at);
        if outermost == at {
            self.kept = false;
        }
        outermost == at
    }

    /// Whether the round that ends leaves a made value in a row.
    pub(super) fn ends(&self) -> bool {
        self.kept
    }
}

impl<'a> Machine<'a> {
    /// A relation that was begun.
    pub(super) fn stored(&self, relation: u32) -> Option<&Stored> {
        let index = relation as usize;
        let own = self.relations.get(index).and_then(Option::as_ref);
        own.or_else(|| self.plan.snapshot.relation(relation))
    }

    /// Computes a relation, unless it is there; notes its errors.
    pub(super) fn relation(&mut self, relation: u32) -> Eval<()> {
        if self.stored(relation).is_none() {
            let stratum = self.plan.relations.get(relation as usize).map(|r| r.stratum);
            self.stratum(stratum.unwrap_or(0))?;
        }
        let index = relation as usize;
        let own = self.relations.get(index).and_then(Option::as_ref);
        let stored = own.or_else(|| self.plan.snapshot.relation(relation));
        if let Some(stored) = stored.filter(|stored| !stored.met.is_empty()) {
            self.met.extend(&stored.met);
        }
        Ok(())
    }

    /// Computes the relations of a stratum.
    #[inline(never)]
    fn stratum(&mut self, stratum: u32) -> Eval<()> {
        let plan = self.plan;
        let members = plan.strata.get(stratum as usize).map_or(&[][..], Vec::as_slice);
        for member in members {
            let columns = plan.relations.get(*member as usize).map_or(1, |r| r.columns);
            self.set_relation(
                *member,
                Some(Stored {
                    rows: Rows::new(columns),
                    faults: Vec::new(),
                    met: BTreeSet::new(),
                    old: 0,
                    new: 0,
                    done: false,
                    set: None,
                }),
            );
        }
        self.world.order_places();
        let outer = core::mem::take(&mut self.met);
        let windows = core::mem::take(&mut self.windows);
        let result = self.grow(members);
        self.windows = windows;
        let mut met = core::mem::replace(&mut self.met, outer);
        match result {
            Ok(None) => {}
            Ok(Some(limit)) => self.too_large(members, limit),
            Err(fault) => {
                for member in members {
                    self.set_relation(*member, None);
                }
                return Err(fault);
            }
        }
        let wrong = |member: &&u32| self.stored(**member).is_some_and(|s| !s.faults.is_empty());
        met.extend(members.iter().filter(wrong));
        for member in members {
            // Numbers of rows change: indexes are built anew where they are asked for.
            for (index, keyed) in plan.keyed.iter().enumerate() {
                if keyed.source == Source::Relation(*member)
                    && let Some(slot) = self.indexes.get_mut(index)
                {
                    *slot = None;
                }
            }
            let slot = self.relations.get_mut(*member as usize);
            if let Some(Some(stored)) = slot {
                stored.rows.finish(&self.world);
                stored.met.clone_from(&met);
                stored.done = true;
            }
        }
        self.filled = self.filled.saturating_add(1);
        Ok(())
    }

    fn set_relation(&mut self, relation: u32, stored: Option<Stored>) {
        if let Some(slot) = self.relations.get_mut(relation as usize) {
            *slot = stored;
        }
    }

    /// How far rounds come before a limit ends them is a matter of the order of blocks: so no row stays, and of
    /// the errors only that.
    fn too_large(&mut self, members: &[u32], limit: Reason) {
        for member in members {
            if let Some(Some(stored)) = self.relations.get_mut(*member as usize) {
                let values = (stored.rows.len() as usize).saturating_mul(stored.rows.columns());
                self.row_values = self.row_values.saturating_sub(values);
                stored.rows = Rows::new(stored.rows.columns() as u32);
                stored.faults = Vec::from([FaultInfo {
                    reason: limit,
                    span: None,
                    place: None,
                }]);
            }
        }
    }

    /// Runs rounds until none finds a row; or a limit ends them.
    fn grow(&mut self, members: &'a [u32]) -> Eval<Option<Reason>> {
        let plan = self.plan;
        let blocks = || {
            members.iter().flat_map(|member| {
                let relation = plan.relations.get(*member as usize);
                let blocks = relation.map_or(&[][..], |relation| relation.blocks.as_slice());
                blocks.iter().map(|block| (*member, block))
            })
        };
        for (member, block) in blocks().filter(|(_, block)| block.seeds) {
            if let Some(limit) = self.run_block(member, block, block.clauses)? {
                return Ok(Some(limit));
            }
        }
        loop {
            let mut more = false;
            for member in members {
                if let Some(Some(stored)) = self.relations.get_mut(*member as usize) {
                    stored.old = stored.new;
                    stored.new = stored.rows.len();
                    more |= stored.old < stored.new;
                }
            }
            if !more {
                return Ok(None);
            }
            for (member, block) in blocks() {
                for (at, clauses) in block.variants.iter().enumerate() {
                    let newest = block.sites.get(at).and_then(|site| self.stored(site.relation));
                    if newest.is_none_or(|stored| stored.old == stored.new) {
                        continue;
                    }
                    self.windows.clear();
                    for (number, site) in block.sites.iter().enumerate() {
                        if !site.windowed {
                            continue;
                        }
                        let window = match number.cmp(&at) {
                            core::cmp::Ordering::Less => Window::Old,
                            core::cmp::Ordering::Equal => Window::Newest,
                            core::cmp::Ordering::Greater => Window::All,
                        };
                        self.windows.push((site.op, window));
                    }
                    if let Some(limit) = self.run_block(member, block, *clauses)? {
                        return Ok(Some(limit));
                    }
                }
            }
        }
    }

    /// Runs a block; the limit that ended it, if one did.
    fn run_block(&mut self, relation: u32, block: &'a Block, clauses: Slice) -> Eval<Option<Reason>> {
        let clauses = clauses.of(&self.plan.clauses);
        let mut run = RowRun {
            relation,
            block,
            clauses,
            failed_at: None,
            outermost: None,
            kept: false,
            full: None,
        };
        let start = self.stack.len();
        self.with_frame(start, block.locals, |machine| {
            if machine.clauses(clauses, 0, &mut Target::Rows(&mut run)).is_err() {
                if machine.fault_ends_all() {
                    return Err(Fault);
                }
                // While the frame is there: where it lies is asked of what the clauses have bound.
                machine.record_row(&mut run);
            }
            Ok(run.full)
        })
    }

    /// Keeps the fault on its way with the relation; the other rows follow.
    #[cold]
    pub(super) fn record_row(&mut self, run: &mut RowRun<'_>) -> Flow {
        let mut fault = self.take_fault();
        let failed_at = run.failed_at.take().unwrap_or(0);
        if matches!(fault.reason, Reason::Values | Reason::Text) {
            run.full = Some(fault.reason);
            return Flow::Stop;
        }
        if fault.place.is_none() {
            fault.place = self.innermost(run.clauses, failed_at);
        }
        let limit = self.limits.findings_per_rule as usize;
        let Some(Some(stored)) = self.relations.get_mut(run.relation as usize) else {
            return Flow::Stop;
        };
        if stored.faults.len() > limit {
            return Flow::Continue;
        }
        if stored.faults.len() == limit {
            fault = FaultInfo {
                reason: Reason::Findings,
                span: None,
                place: None,
            };
        }
        if !stored.faults.contains(&fault) {
            stored.faults.push(fault);
        }
        Flow::Continue
    }

    /// Adds the row of a round.
    pub(super) fn add_row(&mut self, run: &mut RowRun<'_>) -> Eval<Flow> {
        let start = self.stack.len();
        for value in &run.block.row {
            match self.eval(*value) {
                Ok(value) => self.stack.push(value),
                Err(fault) => {
                    self.stack.truncate(start);
                    return Err(fault);
                }
            }
        }
        let columns = self
            .stored(run.relation)
            .map_or(1, |stored| stored.rows.columns());
        if run.block.row.len() != columns
            && let Some(tuple) = self.stack.pop()
        {
            for column in 0..columns {
                let value = self.world.element(tuple, column);
                self.stack.push(value);
            }
        }
        let plan = self.plan;
        if let Err(fault) = self
            .checked_row(run.relation, start)
            .and_then(|()| self.room_for(columns))
        {
            self.stack.truncate(start);
            return Err(fault);
        }
        let shapes = plan
            .relations
            .get(run.relation as usize)
            .map_or(&[][..], |r| &r.shapes);
        for (column, shape) in shapes.iter().enumerate() {
            let at = start.saturating_add(column);
            if let (Some(shape), Some(value)) = (shape, self.stack.get(at).copied()) {
                let id = run.block.row.first().copied().unwrap_or(OpId(0));
                match self.whole(id, value, *shape) {
                    Ok(whole) => {
                        if let Some(value) = self.stack.get_mut(at) {
                            *value = whole;
                        }
                    }
                    Err(fault) => {
                        self.stack.truncate(start);
                        return Err(fault);
                    }
                }
            }
        }
        let row = self.stack.get(start..).unwrap_or(&[]);
        let slot = self.relations.get_mut(run.relation as usize);
        if let Some(Some(stored)) = slot {
            let added = stored.rows.add(&self.world, row, stored.new);
            if added == Added::New {
                self.row_values = self.row_values.saturating_add(columns);
            }
            // What was made for a row stays as long as the row does.
            let made = row.iter().any(|value| {
                matches!(
                    value,
                    Value::Text(_)
                        | Value::List(_)
                        | Value::Set(_)
                        | Value::Map(_)
                        | Value::Tuple(_)
                        | Value::Made(..)
                )
            });
            run.kept |= made && added != Added::Not;
        }
        self.stack.truncate(start);
        Ok(Flow::Continue)
    }

    /// Checks the columns of a row, which lie on the stack from `start` on.
    fn checked_row(&mut self, relation: u32, start: usize) -> Eval<()> {
        let plan = self.plan;
        let checks = plan
            .relations
            .get(relation as usize)
            .map_or(&[][..], |r| &r.checks);
        for (column, check) in checks.iter().enumerate() {
            let at = start.saturating_add(column);
            if let Some(value) = self.stack.get(at).copied() {
                let value = self.taken(value, *check)?;
                if let Some(slot) = self.stack.get_mut(at) {
                    *slot = value;
                }
            }
        }
        Ok(())
    }

    /// The rows that a use draws: from one, up to another.
    pub(super) fn bounds(&self, site: OpId, relation: u32) -> (u32, u32) {
        let Some(stored) = self.stored(relation) else {
            return (0, 0);
        };
        if stored.done {
            return (0, stored.rows.len());
        }
        let window = self.windows.iter().find(|(op, _)| *op == site);
        match window.map_or(Window::All, |(_, window)| *window) {
            Window::Old => (0, stored.old),
            Window::Newest => (stored.old, stored.new),
            Window::All => (0, stored.new),
        }
    }

    /// Whether a relation has a row; `value` is a tuple, or the only column.
    #[inline(never)]
    pub(super) fn has_row(&mut self, relation: u32, site: OpId, value: OpId, wholes: Wholes) -> Eval<bool> {
        let plan = self.plan;
        let (columns, keyed) = plan
            .relations
            .get(relation as usize)
            .map_or((1, 0), |known| (known.columns as usize, known.member));
        let members = plan.snapshot.members(relation);
        let mut row = Operands::new();
        match plan.op(value) {
            Some(Op::Tuple(items)) if items.len as usize == columns && columns > 1 => {
                let items = items.of(&plan.args);
                if let (Some((words, symbols)), [left, right], true) = (members, items, wholes.is_none()) {
                    let row = [self.eval(*left)?, self.eval(*right)?];
                    return self.has_word(words, symbols, &row, relation, site);
                }
                for item in items {
                    let value = self.eval(*item)?;
                    row.push(value);
                }
            }
            _ => {
                let value = self.eval(value)?;
                if columns == 1 {
                    row.push(value);
                } else if self.world.len(value) == Some(columns) {
                    row.extend((0..columns).map(|column| self.world.element(value, column)));
                }
            }
        }
        self.taken_whole(value, wholes, &mut row)?;
        self.relation(relation)?;
        if row.len() != columns || matches!(row.as_slice(), [Value::Null]) {
            return Ok(false);
        }
        if !wholes.is_none() {
            let columns = plan.wholes.get(wholes.0 as usize).map_or(&[][..], |w| &w.columns);
            if !columns.is_empty() {
                return self.has_row_of(relation, site, &row, columns);
            }
        }
        if let Some((words, symbols)) = members {
            return self.has_word(words, symbols, &row, relation, site);
        }
        self.cover(keyed)?;
        let mut hash = Hash::default();
        for value in &row {
            hash.value(&self.world, *value);
        }
        let hash = hash.finish();
        let (from, to) = self.bounds(site, relation);
        let (Some(index), Some(stored)) = (self.index_of(keyed), self.stored(relation)) else {
            return Ok(false);
        };
        let mut matches = index.look_up(hash, from);
        while let Some(found) = index.next(&mut matches).filter(|found| *found < to) {
            let known = stored.rows.row(found).iter();
            if known.zip(&row).all(|(a, b)| order::equal(&self.world, *a, *b)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// As [`Machine::has_row`], where rows are words of symbols; such a relation met no error.
    #[inline]
    fn has_word(
        &mut self,
        words: &Words,
        symbols: &Symbols,
        row: &[Value],
        relation: u32,
        site: OpId,
    ) -> Eval<bool> {
        let mut word = Some(0);
        for value in row {
            word = match self.symbol(symbols, *value) {
                Symbol::Of(number) => word.map(|word| push(word, number)),
                Symbol::Unknown => None,
                Symbol::Opaque => return self.has_row_of(relation, site, row, &[]),
            };
        }
        Ok(word.is_some_and(|word| words.has(word)))
    }

    /// What a value is among the texts of data.
    #[inline]
    pub(super) fn symbol(&mut self, symbols: &Symbols, value: Value) -> Symbol {
        if let Value::Node(at) = value {
            if let Some(symbol) = symbols.of_node(at) {
                return symbol;
            }
            if at.doc == self.first_input_doc() {
                let world = &self.world;
                return self.memo.symbol(at.node, || symbols.of_value(world, value));
            }
        }
        symbols.of_value(&self.world, value)
    }

    /// As [`Machine::has_row`], where columns are asked for as something else than they are.
    fn has_row_of(
        &mut self,
        relation: u32,
        site: OpId,
        row: &[Value],
        columns: &[(usize, ShapeId)],
    ) -> Eval<bool> {
        let (from, to) = self.bounds(site, relation);
        for number in from..to {
            let mut known = self
                .stored(relation)
                .map_or_else(Vec::new, |stored| stored.rows.row(number).to_vec());
            for (column, shape) in columns {
                if let Some(value) = known.get_mut(*column) {
                    *value = self.whole(site, *value, *shape)?;
                }
            }
            if known
                .iter()
                .zip(row)
                .all(|(a, b)| order::equal(&self.world, *a, *b))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A relation as a set.
    #[inline(never)]
    pub(crate) fn relation_value(&mut self, id: OpId, relation: u32) -> Eval<Value> {
        self.relation(relation)?;
        let Some(stored) = self.stored(relation) else {
            return Ok(Value::Null);
        };
        if let Some(set) = stored.set {
            return Ok(set);
        }
        let (rows, columns) = (stored.rows.len(), stored.rows.columns());
        let mut items = Vec::new();
        for row in 0..rows {
            let item = self.row_value(id, relation, row)?;
            // Rows that differ in places alone are one element.
            if columns == 1
                && items
                    .last()
                    .is_some_and(|last| order::equal(&self.world, *last, item))
            {
                continue;
            }
            items.push(item);
        }
        items.dedup_by(|later, earlier| order::equal(&self.world, *later, *earlier));
        let set = self.make_run(&items, id).map(Value::Set)?;
        if let Some(Some(stored)) = self.relations.get_mut(relation as usize) {
            stored.set = Some(set);
            self.filled = self.filled.saturating_add(1);
        }
        Ok(set)
    }

    /// A row as one value.
    pub(super) fn row_value(&mut self, id: OpId, relation: u32, row: u32) -> Eval<Value> {
        let Some(stored) = self.stored(relation) else {
            return Ok(Value::Null);
        };
        match stored.rows.row(row) {
            [one] => Ok(*one),
            many => {
                let many = many.to_vec();
                self.make_run(&many, id).map(Value::Tuple)
            }
        }
    }

    /// Whether relations with errors were read; forgets them.
    pub(crate) fn met_errors(&mut self) -> bool {
        !core::mem::take(&mut self.met).is_empty()
    }

    /// The errors of the relations that were read.
    pub(super) fn faults_met(&mut self) -> Vec<FaultInfo> {
        let met = core::mem::take(&mut self.met);
        let stored = met.iter().filter_map(|relation| self.stored(*relation));
        stored.flat_map(|stored| stored.faults.iter().cloned()).collect()
    }

    /// The errors of the relations that a rule has read, as findings of the rule.
    pub(super) fn report_met(&mut self, findings: &mut Vec<Raw>, index: u32, rule: &Rule) {
        for fault in self.faults_met() {
            findings.push(self.error_finding(index, rule, &fault));
        }
    }
}
