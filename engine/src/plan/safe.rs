//! What cannot go wrong but by a value that is not of its declared type. Those are errors of every rule that
//! reads them, found before any rule runs; so a rule in which nothing else can go wrong may be left out
//! where it is known to add nothing. Fuel and room do not count: what is not run takes none.

use wardlaw_lang::{builtin::Builtin, ir::ComprehensionKind, syntax::operator::BinaryOp};

use super::{
    Clause, For, Op, OpId, Pattern, Plan,
    check::{CheckId, kinds},
};
use crate::value::Value;

/// The analysis of one rule.
pub(super) struct Safe<'p> {
    pub(super) plan: &'p Plan,
    /// How many expressions it may still look at; none left is not safe.
    pub(super) steps: u32,
}

impl Safe<'_> {
    fn op(&mut self, id: OpId) -> Option<Op> {
        self.steps = self.steps.checked_sub(1)?;
        self.plan.op(id)
    }

    fn all_safe(&mut self, ids: &[OpId]) -> bool {
        ids.iter().all(|id| self.is_safe(*id))
    }

    /// Whether evaluating it is safe.
    pub(super) fn is_safe(&mut self, id: OpId) -> bool {
        let Some(op) = self.op(id) else { return false };
        if self.plan.known(id).is_some() {
            return true;
        }
        match op {
            Op::Input(_) | Op::Data(_) | Op::Local(_) => true,
            Op::Let(index) => {
                let body = self.plan.lets.get(index as usize).map(|entry| entry.value);
                body.is_some_and(|body| self.is_safe(body))
            }
            Op::Builtin { builtin, args, .. } => is_total(builtin) && self.all_safe(args.of(&self.plan.args)),
            Op::Field(index) => {
                let base = self.plan.fields.get(index as usize).map(|field| field.base);
                base.is_some_and(|base| self.is_safe(base))
            }
            Op::Index(index) => {
                let index = self.plan.indices.get(index as usize);
                index.is_some_and(|index| self.is_safe(index.base) && self.is_safe(index.at))
            }
            Op::Equal { left, right, .. } | Op::Coalesce(left, right) => self.all_safe(&[left, right]),
            Op::In { value, container, .. } => self.is_list(container) && self.is_safe(value),
            Op::Absent { value, .. } | Op::Is { value, .. } => self.is_safe(value),
            Op::And(..) | Op::Or(..) | Op::Not(_) => self.is_truth(id),
            Op::If {
                condition,
                then,
                otherwise,
            } => self.is_truth(condition) && self.all_safe(&[then, otherwise]),
            Op::Match { value, arms } => {
                let plan = self.plan;
                let mut arms = arms.of(&plan.arms).iter();
                self.is_safe(value)
                    && arms.all(|arm| {
                        arm.guard.is_none_or(|guard| self.is_truth(guard)) && self.is_safe(arm.value)
                    })
            }
            Op::List(items) | Op::Interpolate(items) => {
                let plan = self.plan;
                self.all_safe(items.of(&plan.args))
            }
            Op::Arithmetic {
                op: BinaryOp::Add, ..
            } => self.is_list(id),
            Op::Call { function, args } => {
                let plan = self.plan;
                let body = plan.functions.get(function as usize).map(|f| f.body);
                self.all_safe(args.of(&plan.args)) && body.is_some_and(|body| self.is_safe(body))
            }
            Op::Comprehension(index) => {
                let plan = self.plan;
                let Some(of) = plan.comprehensions.get(index as usize) else {
                    return false;
                };
                let head = match of.kind {
                    ComprehensionKind::Yield | ComprehensionKind::List => self.is_safe(of.head),
                    ComprehensionKind::Any | ComprehensionKind::All | ComprehensionKind::None => {
                        self.is_truth(of.head)
                    }
                    _ => false,
                };
                head && of.clauses.of(&plan.clauses).iter().all(|clause| match clause {
                    Clause::Given { value, .. } => self.is_safe(*value),
                    Clause::Let { pattern, value } => is_bound(pattern) && self.is_safe(*value),
                    Clause::When(condition) | Clause::Unless(condition) => self.is_truth(*condition),
                    Clause::For(clause) => self.is_drawn(clause),
                })
            }
            _ => false,
        }
    }

    /// Whether drawing the elements of a list or the members of a map is safe.
    pub(super) fn is_drawn(&mut self, clause: &For) -> bool {
        match &clause.pattern {
            Pattern::Tuple(_) => is_pair(clause) && self.is_map(clause.source),
            _ => is_plain(clause) && self.is_list(clause.source),
        }
    }

    /// Whether what fits a check is nothing but these kinds.
    fn only(&self, check: CheckId, wanted: u8) -> bool {
        let check = self.plan.checks.get(check);
        check.is_some_and(|check| check.mask & !(wanted | kinds::NULL) == 0)
    }

    /// As [`Safe::is_safe`], of something that is `true` or `false` wherever it is anything.
    pub(super) fn is_truth(&mut self, id: OpId) -> bool {
        let Some(op) = self.op(id) else { return false };
        if let Some(known) = self.plan.known(id) {
            return matches!(known, Value::Bool(_));
        }
        match op {
            Op::And(left, right) | Op::Or(left, right) => self.is_truth(left) && self.is_truth(right),
            Op::Not(operand) => self.is_truth(operand),
            Op::Coalesce(left, right) => self.is_truth(left) && self.is_truth(right),
            Op::Field(index) => {
                let check = self.plan.fields.get(index as usize).map(|field| field.check);
                check.is_some_and(|check| self.only(check, kinds::BOOL)) && self.is_safe(id)
            }
            Op::Equal { .. } | Op::Absent { .. } | Op::In { .. } | Op::Is { .. } => self.is_safe(id),
            Op::If {
                condition,
                then,
                otherwise,
            } => self.is_truth(condition) && self.is_truth(then) && self.is_truth(otherwise),
            Op::Let(index) => {
                let body = self.plan.lets.get(index as usize).map(|entry| entry.value);
                body.is_some_and(|body| self.is_truth(body))
            }
            Op::Builtin { builtin, .. } => is_predicate(builtin) && self.is_safe(id),
            Op::Call { function, args } => {
                let plan = self.plan;
                let body = plan.functions.get(function as usize).map(|f| f.body);
                self.all_safe(args.of(&plan.args)) && body.is_some_and(|body| self.is_truth(body))
            }
            Op::Comprehension(index) => {
                let of = self.plan.comprehensions.get(index as usize).copied();
                of.is_some_and(|of| match of.kind {
                    ComprehensionKind::Any | ComprehensionKind::All | ComprehensionKind::None => true,
                    ComprehensionKind::Yield => self.is_truth(of.head),
                    _ => false,
                }) && self.is_safe(id)
            }
            _ => false,
        }
    }

    /// As [`Safe::is_safe`], of a list or set.
    pub(super) fn is_list(&mut self, id: OpId) -> bool {
        let Some(op) = self.op(id) else { return false };
        if let Some(known) = self.plan.known(id) {
            return matches!(known, Value::List(_) | Value::Set(_));
        }
        match op {
            Op::List(_) => self.is_safe(id),
            Op::Data(index) => {
                let check = self.plan.data.get(index as usize).map(|data| data.check);
                check.is_some_and(|check| self.only(check, kinds::LIST))
            }
            Op::Field(index) => {
                let check = self.plan.fields.get(index as usize).map(|field| field.check);
                check.is_some_and(|check| self.only(check, kinds::LIST)) && self.is_safe(id)
            }
            Op::Coalesce(left, right)
            | Op::Arithmetic {
                op: BinaryOp::Add,
                left,
                right,
                ..
            } => self.is_list(left) && self.is_list(right),
            Op::If {
                condition,
                then,
                otherwise,
            } => self.is_truth(condition) && self.is_list(then) && self.is_list(otherwise),
            Op::Let(index) => {
                let body = self.plan.lets.get(index as usize).map(|entry| entry.value);
                body.is_some_and(|body| self.is_list(body))
            }
            Op::Call { function, args } => {
                let plan = self.plan;
                let body = plan.functions.get(function as usize).map(|f| f.body);
                self.all_safe(args.of(&plan.args)) && body.is_some_and(|body| self.is_list(body))
            }
            Op::Comprehension(index) => {
                let of = self.plan.comprehensions.get(index as usize).copied();
                of.is_some_and(|of| of.kind == ComprehensionKind::List) && self.is_safe(id)
            }
            _ => false,
        }
    }

    /// As [`Safe::is_safe`], of a map or record.
    fn is_map(&mut self, id: OpId) -> bool {
        let Some(op) = self.op(id) else { return false };
        if let Some(known) = self.plan.known(id) {
            return matches!(known, Value::Map(_));
        }
        match op {
            // A key that occurs twice is an error.
            Op::Map(items) => items.len == 0,
            Op::Field(index) => {
                let check = self.plan.fields.get(index as usize).map(|field| field.check);
                check.is_some_and(|check| self.only(check, kinds::OBJECT)) && self.is_safe(id)
            }
            Op::Coalesce(left, right) => self.is_map(left) && self.is_map(right),
            _ => false,
        }
    }
}

/// Whether a builtin gives a value for all arguments of its types.
fn is_total(builtin: Builtin) -> bool {
    is_predicate(builtin)
        || matches!(
            builtin,
            Builtin::TextLower
                | Builtin::TextUpper
                | Builtin::TextTrim
                | Builtin::TextLen
                | Builtin::TextRemovePrefix
                | Builtin::TextRemoveSuffix
                | Builtin::ListLen
                | Builtin::SetLen
                | Builtin::MapLen
        )
}

/// Whether it is `true` or `false` for all arguments of its types.
fn is_predicate(builtin: Builtin) -> bool {
    matches!(
        builtin,
        Builtin::TextStartsWith
            | Builtin::TextEndsWith
            | Builtin::TextContains
            | Builtin::KnowsGroup
            | Builtin::KnowsKind
    )
}

/// Whether all elements are drawn, and they alone.
fn is_plain(clause: &For) -> bool {
    clause.indexed.is_none() && clause.join.is_none()
}

/// Whether a `for` binds keys and values, which is safe if it draws from a map.
pub(super) fn is_pair(clause: &For) -> bool {
    let Pattern::Tuple(parts) = &clause.pattern else {
        return false;
    };
    is_plain(clause) && parts.len() == 2 && parts.iter().all(|(part, _)| is_bound(part))
}

/// Whether binding to a pattern is safe: what it takes apart may have another length.
pub(super) fn is_bound(pattern: &Pattern) -> bool {
    !matches!(pattern, Pattern::Tuple(_))
}
