//! Conditions of a join that ask of the element alone and of data: `when risky(role)` behind a `for` over
//! roles. Such a condition is asked once an element when the data are loaded, and not once a round: an
//! element for which it does not hold is not in the index. Where one has an error, or reads a relation that
//! has, the element stays, and the clause says so.

use alloc::{collections::BTreeSet, vec, vec::Vec};

use wardlaw_lang::ir::{ClauseKind, Expr, ExprId, LocalId, Pattern, Program, verify::children};

use super::{Clause, Op, OpId, build::Builder, join};

/// What elements are sifted by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sieve {
    /// Conditions, and what each has to be.
    pub(crate) conditions: Vec<(OpId, bool)>,
    /// What the `for` binds an element to.
    pub(crate) pattern: Option<super::Pattern>,
    /// Slots of a frame in which the conditions can be asked.
    pub(crate) locals: u32,
}

/// A condition in conjunctive position: what it has to be; and the clause, where it is all that it asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) condition: ExprId,
    pub(super) truth: bool,
    pub(super) clause: Option<usize>,
}

/// Of each function, whether it can read an input by itself. Functions stand after those they call.
pub(super) fn of_data(program: &Program) -> Vec<bool> {
    let mut known: Vec<bool> = Vec::with_capacity(program.functions.len());
    for function in &program.functions {
        let below = all_below(program, function.body);
        known.push(below.iter().all(|expr| is_of_data(program, expr, &known)));
    }
    known
}

fn all_below(program: &Program, root: ExprId) -> Vec<&Expr> {
    let mut stack = vec![root];
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    while let Some(id) = stack.pop() {
        if seen.insert(id) {
            let expr = program.expr(id);
            stack.extend(children(expr));
            all.push(expr);
        }
    }
    all
}

/// Whether an expression reads no input, apart from its operands and locals.
fn is_of_data(program: &Program, expr: &Expr, functions: &[bool]) -> bool {
    match expr {
        Expr::Input(_) => false,
        Expr::Let(entry) => program
            .lets
            .get(entry.index())
            .is_some_and(|entry| !entry.reads_input),
        Expr::Relation(relation) => program
            .relations
            .get(relation.index())
            .is_some_and(|relation| !relation.reads_input),
        Expr::Call { function, .. } => functions.get(function.index()).copied().unwrap_or(false),
        _ => true,
    }
}

impl Builder<'_> {
    /// Whether a condition depends on nothing but what a pattern binds, and data.
    pub(super) fn is_of_element(&self, pattern: &Pattern, condition: ExprId) -> bool {
        let program = self.program;
        let below = all_below(program, condition);
        let mut own: BTreeSet<LocalId> = BTreeSet::new();
        join::bound(pattern, &mut own);
        for expr in &below {
            match expr {
                Expr::Comprehension { clauses, .. } => {
                    for clause in clauses {
                        match &clause.kind {
                            ClauseKind::Given { local, .. } => drop(own.insert(*local)),
                            ClauseKind::For { pattern, .. } | ClauseKind::Let { pattern, .. } => {
                                join::bound(pattern, &mut own);
                            }
                            ClauseKind::When(_) | ClauseKind::Unless(_) => {}
                        }
                    }
                }
                Expr::Match { arms, .. } => own.extend(arms.iter().filter_map(|arm| arm.binding)),
                _ => {}
            }
        }
        below.iter().all(|expr| match expr {
            Expr::Local(local) => own.contains(local),
            expr => is_of_data(program, expr, &self.of_data),
        })
    }

    /// The sieve of conditions on what the pattern of a `for` binds.
    pub(super) fn sieve(&mut self, asked: &[Asked], pattern: &super::Pattern) -> Sieve {
        if asked.is_empty() {
            return Sieve::default();
        }
        let conditions: Vec<(OpId, bool)> = asked
            .iter()
            .map(|asked| (self.used(asked.condition), asked.truth))
            .collect();
        let roots: Vec<OpId> = conditions.iter().map(|(condition, _)| *condition).collect();
        let reached = self.walk.reached(&self.plan, &roots);
        let read = reached.iter().filter_map(|id| match self.plan.op(*id) {
            Some(Op::Local(slot)) => Some(slot),
            _ => None,
        });
        Sieve {
            locals: read.max().map_or(0, |slot| slot.saturating_add(1)),
            conditions,
            pattern: Some(pattern.clone()),
        }
    }

    /// Lets the clauses that a sieve has answered pass by what a slot says; the slot. None where the `for` is
    /// none of a frame's own clauses.
    pub(super) fn answered(&mut self, asked: &[Asked], rest: &mut [Clause]) -> Option<u32> {
        let slot = self.frame?;
        let mut some = false;
        for Asked { truth, clause, .. } in asked {
            let Some(Clause::When(condition) | Clause::Unless(condition)) =
                clause.and_then(|clause| rest.get_mut(clause))
            else {
                continue;
            };
            let op = Op::Sifted {
                slot,
                value: *condition,
                truth: *truth,
            };
            let span = self.plan.span_of(*condition);
            *condition = OpId(self.plan.ops.len() as u32);
            self.plan.ops.push(op);
            self.plan.spans.push(span);
            some = true;
        }
        if some {
            self.frame = Some(slot.saturating_add(1));
        }
        some.then_some(slot)
    }
}
