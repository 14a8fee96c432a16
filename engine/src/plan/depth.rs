//! The greatest depth of evaluation, known before anything runs: the depth of expressions plus that of
//! the functions and `let`s they reach. Bounding it when the plan is built lets the evaluator recurse.

use alloc::{vec, vec::Vec};

use super::{
    Clause, Op, OpId, Plan, Step,
    join::{Keyed, Source},
};
use wardlaw_lang::Span;

/// Deeper plans are refused.
pub(crate) const MAX_DEPTH: u32 = 1_000;

/// Functions and `let`s: what an expression reaches beyond its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Definition {
    Function(u32),
    Let(u32),
    /// All relations of a stratum: they are evaluated together.
    Stratum(u32),
}

/// Where a plan is too deep, or goes in a circle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooDeep {
    /// The function's, `let`'s or rule's expression.
    pub(crate) span: Span,
}

/// Checks that no rule can make the evaluator nest deeper than [`MAX_DEPTH`].
pub(crate) fn verify(plan: &Plan) -> Result<(), TooDeep> {
    let mut depths = Depths {
        plan,
        ops: vec![0; plan.ops.len()],
        functions: vec![None; plan.functions.len()],
        lets: vec![None; plan.lets.len()],
        strata: vec![None; plan.strata.len()],
        walk: Walk::default(),
        below: Vec::new(),
    };
    let functions = (0..plan.functions.len() as u32).map(Definition::Function);
    let lets = (0..plan.lets.len() as u32).map(Definition::Let);
    let strata = (0..plan.strata.len() as u32).map(Definition::Stratum);
    for definition in functions.chain(lets).chain(strata) {
        depths.resolve(definition)?;
    }
    depths.fill();
    let mut roots = Vec::new();
    for rule in &plan.rules {
        roots.clear();
        let fors = clause_ops(plan, rule.clauses, &mut roots);
        joined_ops(plan, rule.clauses, &mut roots);
        let effect = &rule.effect;
        roots.extend(effect.message);
        for place in plan.places_of(effect) {
            roots.push(place.root);
            for step in place.steps.of(&plan.steps) {
                if let Step::Index(index) = step {
                    roots.push(*index);
                }
            }
        }
        let edits = effect.edits.of(&plan.edits).iter();
        roots.extend(edits.filter_map(|edit| edit.value));
        if depths.measure(&roots).saturating_add(fors) > MAX_DEPTH {
            return Err(TooDeep { span: rule.span });
        }
    }
    for data in &plan.data {
        if data
            .default
            .is_some_and(|default| depths.measure(&[default]) > MAX_DEPTH)
        {
            return Err(TooDeep { span: data.span });
        }
    }
    for keyed in &plan.keyed {
        roots.clear();
        keyed_ops(keyed, &mut roots);
        if depths.measure(&roots) > MAX_DEPTH {
            let span = roots.first().map(|root| plan.span_of(*root));
            return Err(TooDeep {
                span: span.unwrap_or(plan.span_of(OpId(0))),
            });
        }
    }
    for test in &plan.tests {
        for op in test.steps.iter().filter_map(|(step, _)| step.op()) {
            if depths.measure(&[op]) > MAX_DEPTH {
                return Err(TooDeep { span: test.span });
            }
        }
    }
    Ok(())
}

/// What was measured so far.
struct Depths<'p> {
    plan: &'p Plan,
    /// Of each expression; 0 where it is not known.
    ops: Vec<u32>,
    functions: Vec<Option<u32>>,
    lets: Vec<Option<u32>>,
    strata: Vec<Option<u32>>,
    walk: Walk,
    below: Vec<OpId>,
}

impl Depths<'_> {
    fn known(&self, definition: Definition) -> Option<u32> {
        let (all, index) = match definition {
            Definition::Function(index) => (&self.functions, index),
            Definition::Let(index) => (&self.lets, index),
            Definition::Stratum(index) => (&self.strata, index),
        };
        all.get(index as usize).copied().flatten()
    }

    fn set(&mut self, definition: Definition, depth: u32) {
        let (all, index) = match definition {
            Definition::Function(index) => (&mut self.functions, index),
            Definition::Let(index) => (&mut self.lets, index),
            Definition::Stratum(index) => (&mut self.strata, index),
        };
        if let Some(known) = all.get_mut(index as usize) {
            *known = Some(depth);
        }
    }

    /// Measures a definition after those it needs; a stack of our own, for chains may be long.
    fn resolve(&mut self, from: Definition) -> Result<(), TooDeep> {
        let plan = self.plan;
        let mut stack = vec![(from, false)];
        let mut open: Vec<Definition> = Vec::new();
        while let Some((definition, expanded)) = stack.pop() {
            if self.known(definition).is_some() {
                continue;
            }
            let mut bodies = Vec::new();
            let mut fors = 0;
            match definition {
                Definition::Function(index) => {
                    bodies.extend(plan.functions.get(index as usize).map(|f| f.body));
                }
                Definition::Let(index) => bodies.extend(plan.lets.get(index as usize).map(|l| l.value)),
                Definition::Stratum(index) => fors = stratum_ops(plan, index, &mut bodies),
            }
            let Some(body) = bodies.first().copied() else {
                continue;
            };
            let too_deep = || TooDeep {
                span: stratum_span(plan, definition).unwrap_or(plan.span_of(body)),
            };
            if expanded {
                open.pop();
                let own = matches!(definition, Definition::Stratum(_));
                if own {
                    // What it reads of itself is not evaluated again.
                    self.set(definition, 0);
                }
                let depth = self.measure(&bodies).saturating_add(fors).saturating_add(1);
                if own {
                    // Elsewhere the same expressions do evaluate it.
                    for id in self.walk.reached(plan, &bodies) {
                        if let Some(known) = self.ops.get_mut(id.0 as usize) {
                            *known = 0;
                        }
                    }
                }
                if depth > MAX_DEPTH {
                    return Err(too_deep());
                }
                self.set(definition, depth);
                continue;
            }
            if open.contains(&definition) {
                return Err(too_deep());
            }
            open.push(definition);
            stack.push((definition, true));
            for op in self.walk.reached(plan, &bodies) {
                let below = plan.op(*op).and_then(|op| reaches(plan, op));
                stack.extend(
                    below
                        .filter(|below| *below != definition || !below.is_stratum())
                        .map(|below| (below, false)),
                );
            }
        }
        Ok(())
    }

    /// Measures all expressions, once every definition is known: operands come before what uses them.
    fn fill(&mut self) {
        let plan = self.plan;
        for (id, op) in plan.ops.iter().enumerate() {
            let Some((measured, [slot, ..])) = self.ops.split_at_mut_checked(id) else {
                return;
            };
            if *slot != 0 {
                continue;
            }
            let mut deepest = Deepest { measured, depth: 0 };
            let own = all_operands(plan, *op, &mut deepest);
            let depth = deepest.depth;
            *slot = depth.saturating_add(own);
            if let Some(definition) = reaches(plan, *op) {
                let below = self.known(definition).unwrap_or(MAX_DEPTH);
                if let Some(slot) = self.ops.get_mut(id) {
                    *slot = depth.max(below).saturating_add(own);
                }
            }
        }
    }

    /// The levels of evaluation that the deepest of some expressions takes; every definition that they reach
    /// is known.
    fn measure(&mut self, roots: &[OpId]) -> u32 {
        let mut deepest = 0;
        for root in roots {
            let known = self.ops.get(root.0 as usize).copied().unwrap_or(0);
            deepest = deepest.max(if known == 0 {
                self.measure_new(*root)
            } else {
                known
            });
        }
        deepest
    }

    fn measure_new(&mut self, root: OpId) -> u32 {
        let plan = self.plan;
        let mut stack = core::mem::take(&mut self.walk.stack);
        stack.clear();
        stack.push(root);
        let mut last = 0;
        while let Some(id) = stack.last().copied() {
            let index = id.0 as usize;
            let Some(op) = plan.op(id).filter(|_| self.ops.get(index) == Some(&0)) else {
                stack.pop();
                continue;
            };
            self.below.clear();
            let own = all_operands(plan, op, &mut self.below);
            let waiting = stack.len();
            let mut deepest = 0;
            for operand in &self.below {
                match self.ops.get(operand.0 as usize) {
                    // Operands come before what uses them.
                    Some(0) if *operand < id => stack.push(*operand),
                    Some(0) | None => deepest = MAX_DEPTH,
                    Some(depth) => deepest = deepest.max(*depth),
                }
            }
            if stack.len() > waiting {
                continue;
            }
            stack.pop();
            if let Some(definition) = reaches(plan, op) {
                deepest = deepest.max(self.known(definition).unwrap_or(MAX_DEPTH));
            }
            last = deepest.saturating_add(own);
            if let Some(slot) = self.ops.get_mut(index) {
                *slot = last;
            }
        }
        self.walk.stack = stack;
        last
    }
}

/// The depth of the deepest of some expressions; of one that was not measured it is too much.
struct Deepest<'d> {
    measured: &'d [u32],
    depth: u32,
}

impl Extend<OpId> for Deepest<'_> {
    #[inline]
    fn extend<I: IntoIterator<Item = OpId>>(&mut self, operands: I) {
        for operand in operands {
            let depth = self.measured.get(operand.0 as usize).copied().unwrap_or(0);
            self.depth = self.depth.max(if depth == 0 { MAX_DEPTH } else { depth });
        }
    }
}

impl Definition {
    const fn is_stratum(self) -> bool {
        matches!(self, Self::Stratum(_))
    }
}

/// The definition that an expression names.
fn reaches(plan: &Plan, op: Op) -> Option<Definition> {
    match op {
        Op::Call { function, .. } => Some(Definition::Function(function)),
        Op::Let(index) => Some(Definition::Let(index)),
        Op::Relation(relation) => {
            let relation = plan.relations.get(relation as usize);
            Some(Definition::Stratum(
                relation.map_or(0, |relation| relation.stratum),
            ))
        }
        _ => None,
    }
}

/// Where the first relation of a stratum is declared: others may share its expressions.
fn stratum_span(plan: &Plan, definition: Definition) -> Option<Span> {
    let Definition::Stratum(index) = definition else {
        return None;
    };
    let first = plan.strata.get(index as usize)?.first()?;
    Some(plan.relations.get(*first as usize)?.span)
}

/// The expressions of all blocks of a stratum; the greatest number of `for` in one.
fn stratum_ops(plan: &Plan, stratum: u32, out: &mut Vec<OpId>) -> u32 {
    let relations = plan.strata.get(stratum as usize).into_iter().flatten();
    let relations = relations.filter_map(|relation| plan.relations.get(*relation as usize));
    let mut fors = 0;
    for block in relations.flat_map(|relation| &relation.blocks) {
        for clauses in block.variants.iter().chain([&block.clauses]) {
            fors = fors.max(clause_ops(plan, *clauses, out));
            joined_ops(plan, *clauses, out);
        }
        out.extend_from_slice(&block.row);
    }
    fors
}

/// The expressions of clauses; how many of them are `for`.
pub(super) fn clause_ops(plan: &Plan, clauses: super::Slice, out: &mut impl Extend<OpId>) -> u32 {
    let mut fors = 0_u32;
    for clause in clauses.of(&plan.clauses) {
        match clause {
            Clause::Given { value, .. } | Clause::Let { value, .. } => out.extend([*value]),
            Clause::For(clause) => {
                out.extend([clause.source]);
                fors = fors.saturating_add(1);
            }
            Clause::When(condition) | Clause::Unless(condition) => out.extend([*condition]),
        }
    }
    fors
}

/// What clauses evaluate beside what they show: a list that is drawn with its indices, and what a join looks up
/// and where.
fn joined_ops(plan: &Plan, clauses: super::Slice, out: &mut impl Extend<OpId>) {
    for clause in clauses.of(&plan.clauses) {
        let Clause::For(clause) = clause else { continue };
        out.extend(clause.indexed);
        let join = clause.join.and_then(|join| plan.joins.get(join as usize));
        let Some(join) = join else { continue };
        out.extend(join.probe.iter().map(|(op, _)| *op));
        if let Some(keyed) = plan.keyed.get(join.index as usize) {
            keyed_ops(keyed, out);
        }
    }
}

/// What is evaluated where elements are gathered to be looked up.
fn keyed_ops(keyed: &Keyed, out: &mut impl Extend<OpId>) {
    if let Source::List(source, _) = keyed.source {
        out.extend([source]);
    }
    out.extend(keyed.sieve.conditions.iter().map(|(condition, _)| *condition));
}

/// As [`operands`], with what joins evaluate.
#[inline]
fn all_operands(plan: &Plan, op: Op, out: &mut impl Extend<OpId>) -> u32 {
    if let Op::Comprehension(index) = op
        && let Some(comprehension) = plan.comprehensions.get(index as usize)
    {
        joined_ops(plan, comprehension.clauses, out);
    }
    operands(plan, op, out)
}

/// The operands of an expression; the levels of evaluation that it takes itself.
#[inline]
pub(crate) fn operands(plan: &Plan, op: Op, out: &mut impl Extend<OpId>) -> u32 {
    match op {
        Op::Constant(_) | Op::Local(_) | Op::Input(_) | Op::Data(_) | Op::Let(_) | Op::Relation(_) => {}
        Op::Field(index) => out.extend(plan.fields.get(index as usize).map(|field| field.base)),
        Op::Index(index) => {
            if let Some(index) = plan.indices.get(index as usize) {
                out.extend([index.base, index.at]);
            }
        }
        Op::Call { args, .. }
        | Op::Builtin { args, .. }
        | Op::Tuple(args)
        | Op::List(args)
        | Op::Set { items: args, .. }
        | Op::Map(args)
        | Op::Interpolate(args) => out.extend(args.of(&plan.args).iter().copied()),
        Op::Record(fields) => {
            out.extend(fields.of(&plan.record_fields).iter().map(|(_, value)| *value));
        }
        Op::And(left, right) | Op::Or(left, right) | Op::Coalesce(left, right) => out.extend([left, right]),
        Op::Equal { left, right, .. }
        | Op::Order { left, right, .. }
        | Op::Arithmetic { left, right, .. } => {
            out.extend([left, right]);
        }
        Op::In { value, container, .. } => out.extend([value, container]),
        Op::Absent { value, .. }
        | Op::Is { value, .. }
        | Op::Typed { value, .. }
        | Op::As { value, .. }
        | Op::Sifted { value, .. } => out.extend([value]),
        Op::Matches { text, pattern } | Op::Like { text, pattern } => out.extend([text, pattern]),
        Op::Not(operand) | Op::Negate(operand) => out.extend([operand]),
        Op::If {
            condition,
            then,
            otherwise,
        } => out.extend([condition, then, otherwise]),
        Op::Match { value, arms } => {
            out.extend([value]);
            for arm in arms.of(&plan.arms) {
                out.extend(arm.guard.into_iter().chain([arm.value]));
            }
        }
        Op::Comprehension(index) => {
            if let Some(comprehension) = plan.comprehensions.get(index as usize) {
                let fors = clause_ops(plan, comprehension.clauses, out);
                out.extend(comprehension.key.into_iter().chain([comprehension.head]));
                return fors.saturating_add(2);
            }
        }
    }
    1
}

/// Walks through a plan, each of which meets an expression once.
#[derive(Default)]
pub(super) struct Walk {
    /// The last walk that met each expression.
    met: Vec<u32>,
    walks: u32,
    stack: Vec<OpId>,
    found: Vec<OpId>,
}

impl Walk {
    /// All expressions below some, they included.
    pub(super) fn reached(&mut self, plan: &Plan, roots: &[OpId]) -> &[OpId] {
        self.walks = self.walks.wrapping_add(1);
        self.met.resize(plan.ops.len(), 0);
        self.found.clear();
        self.stack.clear();
        self.stack.extend_from_slice(roots);
        while let Some(id) = self.stack.pop() {
            let Some(met) = self.met.get_mut(id.0 as usize) else {
                continue;
            };
            if *met == self.walks {
                continue;
            }
            *met = self.walks;
            self.found.push(id);
            if let Some(op) = plan.op(id) {
                operands(plan, op, &mut self.stack);
            }
        }
        &self.found
    }
}
