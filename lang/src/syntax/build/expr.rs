//! Expressions that have operands: operators, postfix forms, brackets, `match`.

use alloc::{boxed::Box, format, vec::Vec};

use super::Build;
use crate::{
    code::Code,
    diagnostic::{Applicability, Diagnostic},
    span::Span,
    syntax::{
        ast::{
            Arm, ArmPatternKind, Comprehension, Expr, ExprKind, Name, Pair, PairKey, Step, StepKind, Text,
            Type,
        },
        operator::{BinaryOp, UnaryOp},
    },
};

impl<'s> Build<'s> {
    // ---- operators

    /// An operator behind what stands before it. Where that ends with an operator that binds less, its last
    /// operand is this one's: `and c` behind `a or b` makes `a or (b and c)`.
    pub(in crate::syntax) fn binary(
        &mut self,
        left: Box<Expr<'s>>,
        op: (BinaryOp, Span),
        right: Box<Expr<'s>>,
    ) -> Box<Expr<'s>> {
        match left.kind {
            ExprKind::Binary {
                op: before,
                op_span,
                left: first,
                right: last,
            } if before.precedence() < op.0.precedence() => {
                let right = self.operation(last, op, right);
                self.operation(first, (before, op_span), right)
            }
            _ => self.operation(left, op, right),
        }
    }

    fn operation(
        &mut self,
        left: Box<Expr<'s>>,
        (op, op_span): (BinaryOp, Span),
        right: Box<Expr<'s>>,
    ) -> Box<Expr<'s>> {
        let span = left.span.to(right.span);
        let depth = left.depth.max(right.depth);
        let kind = ExprKind::Binary {
            op,
            left,
            right,
            op_span,
        };
        self.expr(span, depth, kind)
    }

    /// `a ?? b ?? c` is `a ?? (b ?? c)`. Each operand comes with the span of the operator before it
    /// (the first with the one after it).
    pub(in crate::syntax) fn coalesce(&mut self, chain: Vec<(Box<Expr<'s>>, Span)>) -> Box<Expr<'s>> {
        let mut operands = chain.into_iter().rev();
        let Some((mut right, mut op_span)) = operands.next() else {
            return self.leaf(0, 0, ExprKind::Error);
        };
        for (left, before) in operands {
            right = self.operation(left, (BinaryOp::Coalesce, op_span), right);
            op_span = before;
        }
        right
    }

    pub(in crate::syntax) fn unary(
        &mut self,
        start: u32,
        op: UnaryOp,
        operand: Box<Expr<'s>>,
    ) -> Box<Expr<'s>> {
        let span = self.span(start, operand.span.end);
        if op == UnaryOp::Negate && self.minimum.last() == Some(&operand.span) {
            // −2⁶³ is the one integer that is not written as the negation of another.
            self.minimum.pop();
            return self.expr(span, 0, ExprKind::Int(i64::MIN));
        }
        let depth = operand.depth;
        self.expr(span, depth, ExprKind::Unary { op, operand })
    }

    pub(in crate::syntax) fn is(&mut self, value: Box<Expr<'s>>, ty: Box<Type<'s>>) -> Box<Expr<'s>> {
        let span = value.span.to(ty.span);
        let depth = value.depth.max(ty.depth);
        self.expr(span, depth, ExprKind::Is { value, ty })
    }

    pub(in crate::syntax) fn if_then_else(
        &mut self,
        start: u32,
        end: u32,
        condition: Box<Expr<'s>>,
        then: Box<Expr<'s>>,
        otherwise: Box<Expr<'s>>,
    ) -> Box<Expr<'s>> {
        let span = self.span(start, end);
        let depth = condition.depth.max(then.depth).max(otherwise.depth);
        let kind = ExprKind::If {
            condition,
            then,
            otherwise,
        };
        self.expr(span, depth, kind)
    }

    // ---- postfix

    pub(in crate::syntax) fn field(
        &mut self,
        base: Box<Expr<'s>>,
        field: Name<'s>,
        optional: bool,
    ) -> Box<Expr<'s>> {
        let span = base.span.to(field.span);
        let depth = base.depth;
        let kind = ExprKind::Field {
            base,
            field,
            optional,
        };
        self.expr(span, depth, kind)
    }

    /// Warns of a bracket that begins a line and goes on with the expression before it.
    fn continued(&mut self, from: u32, end: u32) {
        let mut rest = self.slice(from, end);
        let mut lines = false;
        loop {
            let trimmed = rest.trim_start();
            lines |= rest
                .get(..rest.len() - trimmed.len())
                .is_some_and(|space| space.contains('\n'));
            rest = trimmed;
            if !rest.starts_with("//") {
                break;
            }
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
            lines = true;
        }
        let Some(bracket) = rest.chars().next().filter(|_| lines) else {
            return;
        };
        let start = end.saturating_sub(rest.len() as u32);
        let diagnostic = Diagnostic::new(
            Code::ContinuesLine,
            self.span(start, start + 1),
            format!("this `{bracket}` goes on with the expression above"),
        )
        .with_label(self.span(from.saturating_sub(1), from), "which seems to end here")
        .with_help("put it on the line above; line breaks end nothing");
        // A comment between the two has to be moved by hand.
        self.diagnostics
            .push(if self.slice(from, start).trim().is_empty() {
                diagnostic.with_edit(self.span(from, start), "", Applicability::Safe)
            } else {
                diagnostic
            });
    }

    pub(in crate::syntax) fn index(
        &mut self,
        base: Box<Expr<'s>>,
        index: Box<Expr<'s>>,
        optional: bool,
        end: u32,
    ) -> Box<Expr<'s>> {
        if !optional {
            self.continued(base.span.end, end);
        }
        let span = self.span(base.span.start, end);
        let depth = base.depth.max(index.depth);
        let kind = ExprKind::Index {
            base,
            index,
            optional,
        };
        self.expr(span, depth, kind)
    }

    pub(in crate::syntax) fn call(
        &mut self,
        callee: Box<Expr<'s>>,
        arguments: Vec<Expr<'s>>,
        end: u32,
    ) -> Box<Expr<'s>> {
        self.continued(callee.span.end, end);
        let span = self.span(callee.span.start, end);
        let depth = callee.depth.max(deepest(&arguments));
        self.expr(span, depth, ExprKind::Call { callee, arguments })
    }

    pub(in crate::syntax) fn aggregate(
        &mut self,
        callee: Box<Expr<'s>>,
        parts: (Box<Expr<'s>>, Vec<Step<'s>>),
        end: u32,
    ) -> Box<Expr<'s>> {
        let span = self.span(callee.span.start, end);
        let (comprehension, below) = comprehension(parts);
        let depth = callee.depth.max(below);
        let kind = ExprKind::Aggregate {
            callee,
            comprehension,
        };
        self.expr(span, depth, kind)
    }

    // ---- brackets

    pub(in crate::syntax) fn paren(&mut self, start: u32, end: u32, inner: Box<Expr<'s>>) -> Box<Expr<'s>> {
        let span = self.span(start, end);
        let depth = inner.depth;
        self.expr(span, depth, ExprKind::Paren(inner))
    }

    pub(in crate::syntax) fn tuple(
        &mut self,
        start: u32,
        end: u32,
        first: Expr<'s>,
        mut rest: Vec<Expr<'s>>,
    ) -> Box<Expr<'s>> {
        rest.insert(0, first);
        let span = self.span(start, end);
        self.expr(span, deepest(&rest), ExprKind::Tuple(rest))
    }

    pub(in crate::syntax) fn list(&mut self, start: u32, end: u32, elements: Vec<Expr<'s>>) -> Box<Expr<'s>> {
        let span = self.span(start, end);
        self.expr(span, deepest(&elements), ExprKind::List(elements))
    }

    pub(in crate::syntax) fn longer_list(
        &mut self,
        start: u32,
        end: u32,
        first: Expr<'s>,
        mut rest: Vec<Expr<'s>>,
    ) -> Box<Expr<'s>> {
        rest.insert(0, first);
        self.list(start, end, rest)
    }

    pub(in crate::syntax) fn set(&mut self, start: u32, end: u32, elements: Vec<Expr<'s>>) -> Box<Expr<'s>> {
        let span = self.span(start, end);
        self.expr(span, deepest(&elements), ExprKind::Set(elements))
    }

    pub(in crate::syntax) fn object(&mut self, start: u32, end: u32, pairs: Vec<Pair<'s>>) -> Box<Expr<'s>> {
        let span = self.span(start, end);
        let depth = pairs
            .iter()
            .map(|pair| key_depth(&pair.key).max(pair.value.depth))
            .max()
            .unwrap_or(0);
        self.expr(span, depth, ExprKind::Object(pairs))
    }

    pub(in crate::syntax) fn list_comprehension(
        &mut self,
        start: u32,
        end: u32,
        parts: (Box<Expr<'s>>, Vec<Step<'s>>),
    ) -> Box<Expr<'s>> {
        let span = self.span(start, end);
        let (comprehension, depth) = comprehension(parts);
        self.expr(span, depth, ExprKind::ListComprehension(comprehension))
    }

    pub(in crate::syntax) fn set_comprehension(
        &mut self,
        start: u32,
        end: u32,
        parts: (Box<Expr<'s>>, Vec<Step<'s>>),
    ) -> Box<Expr<'s>> {
        let span = self.span(start, end);
        let (comprehension, depth) = comprehension(parts);
        self.expr(span, depth, ExprKind::SetComprehension(comprehension))
    }

    pub(in crate::syntax) fn map_comprehension(
        &mut self,
        start: u32,
        end: u32,
        parts: (Box<Pair<'s>>, Vec<Step<'s>>),
    ) -> Box<Expr<'s>> {
        let span = self.span(start, end);
        let (pair, steps) = parts;
        let Pair { key, value } = *pair;
        let (comprehension, depth) = comprehension((Box::new(value), steps));
        let depth = depth.max(key_depth(&key));
        let key = Box::new(key);
        self.expr(span, depth, ExprKind::MapComprehension { key, comprehension })
    }

    // ---- match

    pub(in crate::syntax) fn match_arms(
        &mut self,
        start: u32,
        end: u32,
        value: Box<Expr<'s>>,
        arms: Vec<Arm<'s>>,
    ) -> Box<Expr<'s>> {
        let span = self.span(start, end);
        let depth = arms
            .iter()
            .map(|arm| {
                arm.value
                    .depth
                    .max(arm.guard.as_ref().map_or(0, |guard| guard.depth))
            })
            .max()
            .unwrap_or(0)
            .max(value.depth);
        self.expr(span, depth, ExprKind::Match { value, arms })
    }

    pub(in crate::syntax) fn arm_text(&mut self, text: Text<'s>) -> ArmPatternKind<'s> {
        ArmPatternKind::Text(self.constant(
            text,
            "a pattern",
            "bind the value to a name and compare it after `when`",
        ))
    }

    pub(in crate::syntax) fn arm_int(&mut self, start: u32, end: u32, negative: bool) -> ArmPatternKind<'s> {
        match self.signed(start, end, negative) {
            Some(value) => ArmPatternKind::Int(value),
            // The diagnostic stands for it; `_` raises no other.
            None => ArmPatternKind::Name("_"),
        }
    }
}

fn deepest(all: &[Expr<'_>]) -> u16 {
    all.iter().map(|e| e.depth).max().unwrap_or(0)
}

fn key_depth(key: &PairKey<'_>) -> u16 {
    match key {
        PairKey::Literal(_) => 0,
        PairKey::Computed(e) => e.depth,
    }
}

fn comprehension<'s>((head, steps): (Box<Expr<'s>>, Vec<Step<'s>>)) -> (Box<Comprehension<'s>>, u16) {
    let depth = steps.iter().map(step_depth).max().unwrap_or(0).max(head.depth);
    (Box::new(Comprehension { head: *head, steps }), depth)
}

/// The depth of the expressions of a clause of a comprehension.
fn step_depth(step: &Step<'_>) -> u16 {
    match &step.kind {
        StepKind::For { generators } => generators.iter().map(|g| g.source.depth).max().unwrap_or(0),
        StepKind::Given { value, .. } | StepKind::Let { value, .. } | StepKind::Yield { value } => {
            value.depth
        }
        StepKind::When { condition } | StepKind::Unless { condition } => condition.depth,
        StepKind::Finding { message, .. } => message.depth,
        StepKind::Edit { value, .. } => value.as_ref().map_or(0, |e| e.depth),
        StepKind::Allow | StepKind::Error => 0,
    }
}
