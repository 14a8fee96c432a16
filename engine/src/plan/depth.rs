//! The greatest depth of evaluation, known before anything runs: the depth of expressions plus that of
//! the functions and `let`s they reach. Bounding it when the plan is built lets the evaluator recurse.

use alloc::{collections::BTreeMap, vec, vec::Vec};

use super::{Clause, Op, OpId, Plan, Step};
use wardlaw_lang::Span;

/// Deeper plans are refused.
pub(crate) const MAX_DEPTH: u32 = 1_000;

/// Functions and `let`s: what an expression reaches beyond its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    let mut known = BTreeMap::new();
    let functions = (0..plan.functions.len() as u32).map(Definition::Function);
    let lets = (0..plan.lets.len() as u32).map(Definition::Let);
    let strata = (0..plan.strata.len() as u32).map(Definition::Stratum);
    for definition in functions.chain(lets).chain(strata) {
        resolve(plan, definition, &mut known)?;
    }
    for rule in &plan.rules {
        let mut roots = Vec::new();
        let fors = clause_ops(plan, rule.clauses, &mut roots);
        let effect = &rule.effect;
        roots.extend(effect.message);
        for place in effect
            .places
            .iter()
            .chain(effect.edits.iter().map(|edit| &edit.place))
        {
            roots.push(place.root);
            for step in &place.steps {
                if let Step::Index(index) = step {
                    roots.push(*index);
                }
            }
        }
        roots.extend(effect.edits.iter().filter_map(|edit| edit.value));
        let mut deepest = 0;
        for root in roots {
            deepest = deepest.max(measure(plan, root, &known));
        }
        if deepest.saturating_add(fors) > MAX_DEPTH {
            return Err(TooDeep { span: rule.span });
        }
    }
    for test in &plan.tests {
        for op in test.steps.iter().filter_map(|(step, _)| step.op()) {
            if measure(plan, op, &known) > MAX_DEPTH {
                return Err(TooDeep { span: test.span });
            }
        }
    }
    Ok(())
}

/// Measures a definition after those it needs; a stack of our own, for chains may be long.
fn resolve(plan: &Plan, from: Definition, known: &mut BTreeMap<Definition, u32>) -> Result<(), TooDeep> {
    let mut stack = vec![(from, false)];
    let mut open: Vec<Definition> = Vec::new();
    while let Some((definition, expanded)) = stack.pop() {
        if known.contains_key(&definition) {
            continue;
        }
        let mut bodies = Vec::new();
        let mut fors = 0;
        match definition {
            Definition::Function(index) => bodies.extend(plan.functions.get(index as usize).map(|f| f.body)),
            Definition::Let(index) => bodies.extend(plan.lets.get(index as usize).map(|l| l.value)),
            Definition::Stratum(index) => fors = stratum_ops(plan, index, &mut bodies),
        }
        let Some(body) = bodies.first().copied() else {
            continue;
        };
        if expanded {
            open.pop();
            if let Definition::Stratum(_) = definition {
                // What it reads of itself is not evaluated again.
                known.insert(definition, 0);
            }
            let depth = bodies.iter().map(|body| measure(plan, *body, known)).max();
            let depth = depth.unwrap_or(0).saturating_add(fors).saturating_add(1);
            if depth > MAX_DEPTH {
                return Err(TooDeep {
                    span: span(plan, body),
                });
            }
            known.insert(definition, depth);
            continue;
        }
        if open.contains(&definition) {
            return Err(TooDeep {
                span: span(plan, body),
            });
        }
        open.push(definition);
        stack.push((definition, true));
        for op in bodies.iter().flat_map(|body| reached(plan, *body)) {
            match plan.op(op) {
                Some(Op::Relation(relation)) => {
                    let below = stratum(plan, relation);
                    if below != definition {
                        stack.push((below, false));
                    }
                }
                Some(Op::Call { function, .. }) => stack.push((Definition::Function(function), false)),
                Some(Op::Let(index)) => stack.push((Definition::Let(index), false)),
                _ => {}
            }
        }
    }
    Ok(())
}

fn stratum(plan: &Plan, relation: u32) -> Definition {
    let relation = plan.relations.get(relation as usize);
    Definition::Stratum(relation.map_or(0, |relation| relation.stratum))
}

/// The expressions of all blocks of a stratum; the greatest number of `for` in one.
fn stratum_ops(plan: &Plan, stratum: u32, out: &mut Vec<OpId>) -> u32 {
    let relations = plan.strata.get(stratum as usize).into_iter().flatten();
    let relations = relations.filter_map(|relation| plan.relations.get(*relation as usize));
    let mut fors = 0;
    for block in relations.flat_map(|relation| &relation.blocks) {
        fors = fors.max(clause_ops(plan, block.clauses, out));
        out.extend_from_slice(&block.row);
    }
    fors
}

fn span(plan: &Plan, op: OpId) -> Span {
    plan.spans
        .get(op.0 as usize)
        .copied()
        .unwrap_or(Span::new(wardlaw_lang::FileId(0), 0, 0))
}

/// The expressions of clauses; how many of them are `for`.
pub(super) fn clause_ops(plan: &Plan, clauses: super::Slice, out: &mut Vec<OpId>) -> u32 {
    let mut fors = 0_u32;
    for clause in clauses.of(&plan.clauses) {
        match clause {
            Clause::Given { value, .. } | Clause::Let { value, .. } => out.push(*value),
            Clause::For(clause) => {
                out.push(clause.source);
                fors = fors.saturating_add(1);
            }
            Clause::When(condition) | Clause::Unless(condition) => out.push(*condition),
        }
    }
    fors
}

/// The operands of an expression; the levels of evaluation that it takes itself.
pub(crate) fn operands(plan: &Plan, op: Op, out: &mut Vec<OpId>) -> u32 {
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
        | Op::Interpolate(args) => out.extend_from_slice(args.of(&plan.args)),
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
        | Op::Sifted { value, .. } => out.push(value),
        Op::Matches { text, pattern } | Op::Like { text, pattern } => out.extend([text, pattern]),
        Op::Not(operand) | Op::Negate(operand) => out.push(operand),
        Op::If {
            condition,
            then,
            otherwise,
        } => out.extend([condition, then, otherwise]),
        Op::Match { value, arms } => {
            out.push(value);
            for arm in arms.of(&plan.arms) {
                out.extend(arm.guard);
                out.push(arm.value);
            }
        }
        Op::Comprehension(index) => {
            if let Some(comprehension) = plan.comprehensions.get(index as usize) {
                let fors = clause_ops(plan, comprehension.clauses, out);
                out.extend(comprehension.key);
                out.push(comprehension.head);
                return fors.saturating_add(2);
            }
        }
    }
    1
}

/// All expressions below one, it included, operands first.
pub(super) fn reached(plan: &Plan, root: OpId) -> Vec<OpId> {
    let mut seen = Vec::new();
    let mut stack = vec![root];
    let mut set = alloc::collections::BTreeSet::new();
    while let Some(op) = stack.pop() {
        if set.insert(op) {
            seen.push(op);
            if let Some(kind) = plan.op(op) {
                operands(plan, kind, &mut stack);
            }
        }
    }
    seen.sort_unstable();
    seen
}

/// The levels of evaluation that an expression takes; every definition it reaches is known.
fn measure(plan: &Plan, root: OpId, known: &BTreeMap<Definition, u32>) -> u32 {
    let mut depths: BTreeMap<OpId, u32> = BTreeMap::new();
    let mut below = Vec::new();
    // Operands come before what uses them, so one pass in order is enough.
    for id in reached(plan, root) {
        let Some(op) = plan.op(id) else { continue };
        below.clear();
        let own = operands(plan, op, &mut below);
        let mut deepest = below
            .iter()
            .map(|operand| depths.get(operand).copied().unwrap_or(MAX_DEPTH))
            .max()
            .unwrap_or(0);
        let definition = match op {
            Op::Call { function, .. } => Some(Definition::Function(function)),
            Op::Let(index) => Some(Definition::Let(index)),
            Op::Relation(relation) => Some(stratum(plan, relation)),
            _ => None,
        };
        if let Some(definition) = definition {
            deepest = deepest.max(known.get(&definition).copied().unwrap_or(MAX_DEPTH));
        }
        depths.insert(id, deepest.saturating_add(own));
    }
    depths.get(&root).copied().unwrap_or(0)
}
