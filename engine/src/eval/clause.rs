//! Clauses, of rules and of comprehensions. In a rule an error ends one element of the innermost `for`,
//! becomes a finding, and the next element is drawn; in a comprehension it goes to whoever reads it.

use alloc::vec::Vec;

use super::{Eval, Machine, comprehension::Collect, relation::RowRun};
use crate::{
    decision::Raw,
    fault::{Fault, FaultInfo, Reason},
    fix::Mutation,
    plan::{
        Clause, For, OpId, Pattern, Rule,
        check::{CheckId, Found},
    },
    value::{Cursor, Members, NodeRef, Value, place},
};

/// What the rules of a decision say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sink {
    /// Of all rules so far.
    pub(crate) findings: Vec<Raw>,
    /// What `mutate` rules change.
    pub(crate) mutations: Vec<Mutation>,
    /// Bytes of text in findings.
    pub(crate) text: usize,
    /// Rules whose `allow` holds.
    pub(crate) allows: Vec<u32>,
    /// Room for the findings of one rule.
    spare: Vec<Raw>,
}

impl Sink {
    /// As it was before the first rule, with the room that it has.
    pub(crate) fn clear(&mut self) {
        self.findings.clear();
        self.mutations.clear();
        self.text = 0;
        self.allows.clear();
    }

    /// How many findings it has room for.
    pub(super) fn capacity(&self) -> usize {
        self.findings.capacity().saturating_add(self.spare.capacity())
    }
}

/// A rule while it runs.
#[derive(Debug)]
pub(crate) struct RuleRun<'r> {
    pub(super) index: u32,
    pub(super) rule: &'r Rule,
    pub(super) sink: &'r mut Sink,
    findings: Vec<Raw>,
    /// How many it may have.
    limit: usize,
    /// At how many findings equal ones are dropped next.
    compact_at: usize,
    /// The clause that met the fault on its way, counted from 0.
    failed_at: Option<usize>,
}

/// What is done for each round that passes the clauses.
#[derive(Debug)]
pub(super) enum Target<'t, 'r> {
    Rule(&'t mut RuleRun<'r>),
    Collect(&'t mut Collect),
    Rows(&'t mut RowRun<'r>),
}

impl Target<'_, '_> {
    /// Remembers the clause that met the fault on its way.
    pub(super) fn failed(&mut self, at: usize) {
        match self {
            Self::Rule(run) => run.failed_at = Some(at),
            Self::Rows(run) => run.failed_at = Some(at),
            Self::Collect(_) => {}
        }
    }
}

/// Whether further rounds are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Continue,
    Stop,
}

impl<'a> Machine<'a> {
    /// Runs a rule in its frame; whether the fuel ended in it.
    pub(super) fn rule(&mut self, index: u32, rule: &'a Rule, from: usize, sink: &mut Sink) -> bool {
        let left = (self.limits.findings as usize).saturating_sub(sink.findings.len());
        let limit = (self.limits.findings_per_rule as usize).min(left);
        let findings = core::mem::take(&mut sink.spare);
        let mut run = RuleRun {
            index,
            rule,
            sink,
            findings,
            limit,
            compact_at: limit.saturating_mul(2).max(1),
            failed_at: None,
        };
        let clauses = rule.clauses.of(&self.plan.clauses);
        let mut out_of_fuel = false;
        if self.clauses(clauses, from, &mut Target::Rule(&mut run)).is_err() {
            out_of_fuel = self.fault_ends_all();
            self.record(&mut run);
        }
        if run.findings.is_empty() && self.met.is_empty() {
            run.sink.spare = run.findings;
            return out_of_fuel;
        }
        self.report_met(&mut run.findings, index, rule);
        crate::decision::compact(&mut run.findings);
        if run.findings.len() > limit {
            run.findings.truncate(limit);
            let fault = FaultInfo {
                reason: Reason::Findings,
                span: None,
                place: None,
            };
            run.findings.push(self.error_finding(index, rule, &fault));
        }
        run.sink.findings.append(&mut run.findings);
        run.sink.spare = run.findings;
        out_of_fuel
    }

    /// Turns the fault on its way into a finding of the rule.
    #[cold]
    fn record(&mut self, run: &mut RuleRun<'_>) {
        let mut fault = self.take_fault();
        let failed_at = run.failed_at.take().unwrap_or(0);
        if fault.place.is_none() && !fault.reason.ends_all() {
            fault.place = self.innermost(run.rule.clauses.of(&self.plan.clauses), failed_at);
        }
        let finding = self.error_finding(run.index, run.rule, &fault);
        run.findings.push(finding);
    }

    /// The place of the innermost variable that has one, of those bound before a clause.
    pub(super) fn innermost(&self, clauses: &[Clause], before: usize) -> Option<place::Place> {
        clauses.iter().take(before).rev().find_map(|clause| match clause {
            Clause::Given { local, .. } => Self::place_of(self.local(*local)),
            Clause::For(clause) => self.place_of_pattern(&clause.pattern),
            Clause::Let { .. } | Clause::When(_) | Clause::Unless(_) => None,
        })
    }

    fn place_of_pattern(&self, pattern: &Pattern) -> Option<place::Place> {
        match pattern {
            Pattern::Ignore | Pattern::Test => None,
            Pattern::Bind(local) => Self::place_of(self.local(*local)),
            Pattern::Tuple(parts) => {
                let parts = parts.iter().rev();
                parts
                    .map(|(part, _)| part)
                    .find_map(|part| self.place_of_pattern(part))
            }
        }
    }

    /// Adds a finding of a rule; stops the rule when there are too many.
    pub(super) fn add_finding(run: &mut RuleRun<'_>, finding: Raw) -> Flow {
        run.findings.push(finding);
        if run.findings.len() < run.compact_at {
            return Flow::Continue;
        }
        crate::decision::compact(&mut run.findings);
        if run.findings.len() > run.limit {
            return Flow::Stop;
        }
        run.compact_at = run.findings.len().saturating_add(run.limit.max(1));
        Flow::Continue
    }

    /// Runs the clauses from one on, for each round that passes them the target.
    pub(super) fn clauses(
        &mut self,
        clauses: &'a [Clause],
        from: usize,
        target: &mut Target<'_, '_>,
    ) -> Eval<Flow> {
        let mut at = from;
        while let Some(clause) = clauses.get(at) {
            let passed = match clause {
                Clause::For(clause) if self.finds(clause) => {
                    return self.each_found(clauses, at, clause, target);
                }
                Clause::For(clause) => match self.eval(clause.indexed.unwrap_or(clause.source)) {
                    Ok(source) => return self.each(clauses, at, clause, source, target),
                    Err(fault) => Err(fault),
                },
                _ => self.passes(clause),
            };
            match passed {
                Ok(true) => at = at.saturating_add(1),
                Ok(false) => return Ok(Flow::Continue),
                Err(fault) => {
                    target.failed(at);
                    return Err(fault);
                }
            }
        }
        match target {
            Target::Rule(run) => {
                let result = self.fire(run);
                if result.is_err() {
                    run.failed_at = Some(at);
                }
                result
            }
            Target::Collect(collect) => self.gather(collect),
            Target::Rows(run) => {
                let result = self.add_row(run);
                if result.is_err() {
                    run.failed_at = Some(at);
                }
                result
            }
        }
    }

    /// A clause that is no `for`: whether the round goes on.
    fn passes(&mut self, clause: &Clause) -> Eval<bool> {
        match clause {
            Clause::Given { local, value } => {
                let value = self.eval(*value)?;
                self.bind(*local, value);
                Ok(!matches!(value, Value::Null))
            }
            Clause::Let { pattern, value } => {
                let bound = self.eval(*value)?;
                self.bind_pattern(pattern, bound, *value)?;
                Ok(true)
            }
            Clause::When(condition) => self.truth(*condition),
            Clause::Unless(condition) => self.truth(*condition).map(|truth| !truth),
            Clause::For(clause) => Err(self.fail(Reason::Internal("a `for` out of place"), clause.source)),
        }
    }

    /// The rounds of a `for`.
    pub(super) fn each(
        &mut self,
        clauses: &'a [Clause],
        at: usize,
        clause: &'a For,
        source: Value,
        target: &mut Target<'_, '_>,
    ) -> Eval<Flow> {
        let source = source.unshaped();
        if let Some(elements) = self.world.elements(source) {
            return self.each_element(clauses, at, clause, elements, target);
        }
        if let Some(members) = self.world.members(source) {
            return self.each_member(clauses, at, clause, members, target);
        }
        target.failed(at);
        Err(self.fail(
            Reason::Operand("expected a list, set or map after `in`"),
            clause.source,
        ))
    }

    fn each_element(
        &mut self,
        clauses: &'a [Clause],
        at: usize,
        clause: &'a For,
        mut elements: Cursor<'a>,
        target: &mut Target<'_, '_>,
    ) -> Eval<Flow> {
        let mut index = 0_i64;
        while let Some((value, node)) = elements.next_with_node(&self.world) {
            let drawn = match self.draw(clause.source, clause.element, value, node) {
                Ok(value) if clause.indexed.is_some() => {
                    self.bind_member(&clause.pattern, Value::Int(index), value, clause.source)
                }
                Ok(value) => self.bind_pattern(&clause.pattern, value, clause.source),
                Err(fault) => Err(fault),
            };
            index = index.saturating_add(1);
            if self.round(clauses, at, drawn, target)? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::Continue)
    }

    fn each_member(
        &mut self,
        clauses: &'a [Clause],
        at: usize,
        clause: &'a For,
        mut members: Members,
        target: &mut Target<'_, '_>,
    ) -> Eval<Flow> {
        while let Some((key, value)) = members.next(&self.world) {
            let node = value.as_node();
            let drawn = match self.draw(clause.source, clause.value, value, node) {
                Ok(value) => self.bind_member(&clause.pattern, key, value, clause.source),
                Err(fault) => Err(fault),
            };
            if self.round(clauses, at, drawn, target)? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::Continue)
    }

    /// Takes fuel for an element and checks it.
    #[inline]
    pub(super) fn draw(
        &mut self,
        source: OpId,
        check: CheckId,
        value: Value,
        node: Option<crate::value::NodeRef>,
    ) -> Eval<Value> {
        self.burn(source)?;
        match (node, value) {
            (Some(at), _) => self.read(at, check, true),
            (None, value) => self.taken(value, check),
        }
    }

    /// What was taken out of a value that the policy made: if it lies in a document, it is read now.
    #[inline]
    pub(super) fn taken(&mut self, value: Value, check: CheckId) -> Eval<Value> {
        match value {
            Value::Node(at) | Value::Shaped(_, at) => self.read(at, check, true),
            Value::Null if !self.plan.checks.is_optional(check) => Err(self.absent_part(check)),
            value => Ok(value),
        }
    }

    /// An `any` that is used as a value of a type.
    pub(super) fn used_as(&mut self, value: Value, id: CheckId) -> Eval<Value> {
        let Some(check) = self.plan.checks.get(id) else {
            return Ok(value);
        };
        match (value, check.test(&self.world, value)) {
            (Value::Node(at) | Value::Shaped(_, at), _) => self.read(at, id, true),
            (value, Ok(())) => Ok(value),
            (Value::Read(_, at), Err(found)) => Err(self.mismatch(id, found, place::Place::node(at))),
            (_, Err(found)) => Err(self.made_mismatch(id, found)),
        }
    }

    /// Raises the fault of an element that is null, and of which it is not known where it lies.
    #[cold]
    fn absent_part(&mut self, check: CheckId) -> Fault {
        self.made_mismatch(check, Found::Nothing)
    }

    /// Raises the fault of a value that lies nowhere.
    #[cold]
    fn made_mismatch(&mut self, check: CheckId, found: Found) -> Fault {
        self.fault = Some(FaultInfo {
            reason: Reason::Mismatch(check, found),
            span: None,
            place: None,
        });
        Fault
    }

    /// One round of a `for`: in a rule, its error is a finding and the next round follows.
    pub(super) fn round(
        &mut self,
        clauses: &'a [Clause],
        at: usize,
        drawn: Eval<()>,
        target: &mut Target<'_, '_>,
    ) -> Eval<Flow> {
        if let Target::Rows(run) = target
            && run.begins(at)
        {
            // What a round of a block makes and no row keeps is dropped after it.
            let (mark, filled) = (self.world.heap.mark(), self.filled);
            let result = self.round_of(clauses, at, drawn, target);
            if let Target::Rows(run) = target
                && !run.ends()
                && self.filled == filled
            {
                self.world.heap.reset(mark);
            }
            return result;
        }
        self.round_of(clauses, at, drawn, target)
    }

    #[inline]
    fn round_of(
        &mut self,
        clauses: &'a [Clause],
        at: usize,
        drawn: Eval<()>,
        target: &mut Target<'_, '_>,
    ) -> Eval<Flow> {
        let result = match drawn {
            Ok(()) => self.clauses(clauses, at.saturating_add(1), target),
            Err(Fault) => {
                target.failed(at);
                Err(Fault)
            }
        };
        match (result, target) {
            (Err(Fault), Target::Rule(run)) if !self.fault_ends_all() => {
                self.record(run);
                Ok(Self::compacted(run))
            }
            (Err(Fault), Target::Rows(run)) if !self.fault_ends_all() => Ok(self.record_row(run)),
            (result, _) => result,
        }
    }

    pub(super) fn fault_ends_all(&self) -> bool {
        self.fault.as_ref().is_some_and(|fault| fault.reason.ends_all())
    }

    fn compacted(run: &mut RuleRun<'_>) -> Flow {
        match run.findings.pop() {
            Some(last) => Self::add_finding(run, last),
            None => Flow::Continue,
        }
    }

    /// Binds a value to a pattern.
    #[inline]
    pub(super) fn bind_pattern(&mut self, pattern: &Pattern, value: Value, at: OpId) -> Eval<()> {
        match pattern {
            Pattern::Bind(local) => {
                self.bind(*local, value);
                Ok(())
            }
            _ => self.take_apart(pattern, value, at),
        }
    }

    fn take_apart(&mut self, pattern: &Pattern, value: Value, at: OpId) -> Eval<()> {
        match pattern {
            Pattern::Ignore | Pattern::Test => Ok(()),
            Pattern::Bind(local) => {
                self.bind(*local, value);
                Ok(())
            }
            Pattern::Tuple(parts) => {
                if self.world.len(value) != Some(parts.len()) {
                    return Err(self.fail(Reason::Operand("expected a tuple of another length"), at));
                }
                for (index, (part, check)) in parts.iter().enumerate() {
                    if *part == Pattern::Ignore {
                        continue;
                    }
                    let element = match value.as_node() {
                        // A null there has a place, too.
                        Some(list) => {
                            let doc = self.world.doc(list.doc);
                            let node = doc.and_then(|doc| doc.element(list.node, index));
                            let node = node.map_or(list, |node| NodeRef { doc: list.doc, node });
                            self.read(node, *check, true)?
                        }
                        None => {
                            let element = self.world.element(value, index);
                            self.taken(element, *check)?
                        }
                    };
                    self.bind_pattern(part, element, at)?;
                }
                Ok(())
            }
        }
    }

    /// Binds a member of a map: `(k, v)`, without making a tuple of it.
    fn bind_member(&mut self, pattern: &Pattern, key: Value, value: Value, at: OpId) -> Eval<()> {
        match pattern {
            Pattern::Ignore | Pattern::Test => Ok(()),
            Pattern::Bind(local) => {
                let pair = self.make_run(&[key, value], at)?;
                self.bind(*local, Value::Tuple(pair));
                Ok(())
            }
            Pattern::Tuple(parts) => match parts.as_slice() {
                [(first, _), (second, _)] => {
                    self.bind_pattern(first, key, at)?;
                    self.bind_pattern(second, value, at)
                }
                _ => Err(self.fail(Reason::Operand("expected a key and a value"), at)),
            },
        }
    }
}
