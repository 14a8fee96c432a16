//! Expressions.

use super::{
    doc::{Kind, STEP},
    print::{Blanks, List, Printer},
};
use crate::{
    span::Span,
    syntax::{
        ast::{Comprehension, Expr, ExprKind, PairKey},
        operator::{BinaryOp, UnaryOp},
    },
};

/// How an expression stands behind `=`, `:` or `=>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    /// On the same line: it begins with a bracket, or its line breaks are its own.
    Here,
    /// On the next line if it fits there whole, else on the same: a call.
    Move,
    /// On the next line, indented, if it does not fit on this one.
    Next,
}

/// What a value stands behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `=`, `:`: a `match` begins on the next line.
    Equals,
    /// `=>`: a `match` begins on the same line.
    Arm,
}

impl<'s> Printer<'s> {
    /// `sign` and a value.
    pub(super) fn value(&mut self, sign: &'static str, value: &Expr<'s>, place: Place) {
        self.doc.text(sign);
        let stand = match &value.kind {
            ExprKind::Match { .. } if place == Place::Arm => Stand::Here,
            _ => self.stand(value),
        };
        match stand {
            Stand::Here => {
                self.doc.text(" ");
                self.expr(value);
            }
            Stand::Move => {
                self.doc.begin(Kind::Move);
                self.expr(value);
                self.doc.end();
            }
            Stand::Next => {
                self.doc.begin(Kind::All);
                self.doc.nest(STEP);
                self.line_before(value.span.start, 1, Blanks::None);
                self.expr(value);
                self.doc.unnest();
                self.doc.end();
            }
        }
    }

    /// An expression behind a keyword that takes `column` characters with its space: what goes on on the
    /// next line stands below its beginning, but for brackets.
    pub(super) fn hanging(&mut self, column: usize, expr: &Expr<'s>) {
        if self.stand(expr) == Stand::Next {
            self.doc.nest(column);
            self.expr(expr);
            self.doc.unnest();
        } else {
            self.expr(expr);
        }
    }

    /// An expression that is part of another: what goes on on the next line is indented.
    pub(super) fn operand(&mut self, expr: &Expr<'s>) {
        self.hanging(STEP, expr);
    }

    fn stand(&self, expr: &Expr<'s>) -> Stand {
        match &expr.kind {
            ExprKind::List(_)
            | ExprKind::Set(_)
            | ExprKind::Object(_)
            | ExprKind::Tuple(_)
            | ExprKind::EmptyBraces
            | ExprKind::ListComprehension(_)
            | ExprKind::SetComprehension(_)
            | ExprKind::MapComprehension { .. } => Stand::Here,
            ExprKind::Text(_) | ExprKind::Raw(_) | ExprKind::Document { .. } if self.is_block(expr.span) => {
                Stand::Here
            }
            ExprKind::Call { arguments, .. } => match arguments.as_slice() {
                [only] if self.stand(only) == Stand::Here => Stand::Here,
                [] => Stand::Next,
                _ => Stand::Move,
            },
            ExprKind::Aggregate { .. } => Stand::Move,
            ExprKind::Paren(inner) if self.opens(inner) => Stand::Here,
            ExprKind::Binary { op, right, .. } if self.stays(*op, right) => Stand::Here,
            _ => Stand::Next,
        }
    }

    /// Whether parentheses around an expression stand on its first and last line.
    fn opens(&self, inner: &Expr<'s>) -> bool {
        matches!(inner.kind, ExprKind::Match { .. }) || self.stand(inner) == Stand::Here
    }

    fn is_block(&self, span: Span) -> bool {
        self.comments.breaks_between(span.start, span.end)
    }

    /// Whether the right side stays on the line of the operator: `x in [` …
    fn stays(&self, op: BinaryOp, right: &Expr<'s>) -> bool {
        op.precedence() == BinaryOp::Equal.precedence() && self.stand(right) == Stand::Here
    }

    pub(super) fn expr(&mut self, expr: &Expr<'s>) {
        self.comments_before(expr.span.start);
        let span = expr.span;
        match &expr.kind {
            ExprKind::Null => self.doc.text("null"),
            ExprKind::Bool(true) => self.doc.text("true"),
            ExprKind::Bool(false) => self.doc.text("false"),
            ExprKind::Int(value) => self.digits(span, *value == i64::MIN),
            ExprKind::Float(_) | ExprKind::Raw(_) | ExprKind::Error => self.verbatim(span),
            ExprKind::Text(text) => self.text(text),
            ExprKind::Document { content, .. } => self.document(span, *content),
            ExprKind::Name(name) => self.doc.text(*name),
            ExprKind::Field {
                base,
                field,
                optional,
            } => {
                self.expr(base);
                self.comments_before(field.span.start);
                self.doc.text(if *optional { "?." } else { "." });
                self.doc.text(field.text);
            }
            ExprKind::Index {
                base,
                index,
                optional,
            } => {
                self.expr(base);
                self.doc.text(if *optional { "?[" } else { "[" });
                self.operand(index);
                self.comments_before(span.end);
                self.doc.text("]");
            }
            ExprKind::Call { callee, arguments } => {
                self.expr(callee);
                self.arguments(arguments, span.end);
            }
            ExprKind::Aggregate {
                callee,
                comprehension,
            } => {
                self.expr(callee);
                self.comprehension("(", None, comprehension, ")", span.end);
            }
            ExprKind::Binary { .. } => self.binary(expr),
            ExprKind::Unary { op, operand } => {
                self.doc.text(op.symbol());
                if *op == UnaryOp::Not {
                    self.doc.text(" ");
                }
                self.operand(operand);
            }
            ExprKind::Is { value, ty } => {
                self.operand(value);
                self.doc.text(" is ");
                self.nested_type(ty);
            }
            ExprKind::If { .. } => self.conditional(expr),
            ExprKind::Match { value, arms } => self.matching(span, value, arms),
            ExprKind::Tuple(members) => self.elements(List::new("(", ")"), members, span.end),
            ExprKind::Paren(inner) => self.parenthesized(inner, span.end),
            ExprKind::List(elements) => self.elements(List::new("[", "]"), elements, span.end),
            ExprKind::Set(elements) => self.elements(List::new("{", "}"), elements, span.end),
            ExprKind::EmptyBraces => self.elements(List::new("{", "}"), &[], span.end),
            ExprKind::Object(pairs) => {
                self.list(
                    List::new("{", "}"),
                    span.end,
                    pairs,
                    |pair| key_start(&pair.key),
                    |printer, pair| {
                        printer.pair_key(&pair.key);
                        printer.value(":", &pair.value, Place::Equals);
                    },
                );
            }
            ExprKind::ListComprehension(inner) => self.comprehension("[", None, inner, "]", span.end),
            ExprKind::SetComprehension(inner) => self.comprehension("{", None, inner, "}", span.end),
            ExprKind::MapComprehension { key, comprehension } => {
                self.comprehension("{", Some(key), comprehension, "}", span.end);
            }
        }
    }

    // ---- brackets

    /// Elements: a bracket that is the only one opens on the same line, plain literals fill their lines.
    fn elements(&mut self, style: List, elements: &[Expr<'s>], end: u32) {
        if let [only] = elements
            && self.stand(only) == Stand::Here
        {
            return self.around(style.open, only, style.close, end);
        }
        let kind = if elements.iter().all(|element| self.is_plain(element)) {
            Kind::Fill
        } else {
            Kind::All
        };
        let start = |element: &Expr<'s>| element.span.start;
        self.list(List { kind, ..style }, end, elements, start, Self::operand);
    }

    /// Whether an expression is a literal on one line.
    pub(super) fn is_plain(&self, expr: &Expr<'s>) -> bool {
        match &expr.kind {
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Float(_) => true,
            ExprKind::Text(text) => text.literal().is_some() && !self.is_block(expr.span),
            ExprKind::Raw(_) => !self.is_block(expr.span),
            ExprKind::Unary {
                op: UnaryOp::Negate,
                operand,
            } => matches!(operand.kind, ExprKind::Int(_) | ExprKind::Float(_)),
            _ => false,
        }
    }

    /// A bracket as the only argument opens on the line of the call.
    fn arguments(&mut self, arguments: &[Expr<'s>], end: u32) {
        match arguments {
            [only] if self.stand(only) == Stand::Here => self.around("(", only, ")", end),
            _ => {
                let start = |argument: &Expr<'s>| argument.span.start;
                self.list(List::new("(", ")"), end, arguments, start, Self::operand);
            }
        }
    }

    fn parenthesized(&mut self, inner: &Expr<'s>, end: u32) {
        if self.opens(inner) {
            return self.around("(", inner, ")", end);
        }
        self.doc.text("(");
        self.doc.begin(Kind::All);
        self.doc.nest(STEP);
        self.line_before(inner.span.start, 0, Blanks::None);
        self.expr(inner);
        self.close(end, 0);
        self.doc.text(")");
    }

    /// Brackets on the first and last line of what they hold.
    fn around(&mut self, open: &'static str, inner: &Expr<'s>, close: &'static str, end: u32) {
        self.doc.text(open);
        self.expr(inner);
        self.comments_before(end);
        self.doc.text(close);
    }

    fn comprehension(
        &mut self,
        open: &'static str,
        key: Option<&PairKey<'s>>,
        comprehension: &Comprehension<'s>,
        close: &'static str,
        end: u32,
    ) {
        let Comprehension { head, steps } = comprehension;
        self.doc.text(open);
        self.doc.begin(Kind::All);
        self.doc.nest(STEP);
        self.line_before(key.map_or(head.span.start, key_start), 0, Blanks::None);
        if let Some(key) = key {
            self.pair_key(key);
            self.value(":", head, Place::Equals);
        } else {
            self.operand(head);
        }
        for step in steps {
            self.line_before(step.span.start, 1, Blanks::None);
            self.step(step, 0);
        }
        self.close(end, 0);
        self.doc.text(close);
    }

    fn pair_key(&mut self, key: &PairKey<'s>) {
        match key {
            PairKey::Literal(key) => self.key(key),
            PairKey::Computed(key) => {
                self.doc.text("[");
                self.operand(key);
                self.doc.text("]");
            }
        }
    }

    // ---- operators

    /// A chain of one precedence: each line but the first begins with its operator.
    fn binary(&mut self, expr: &Expr<'s>) {
        self.doc.begin(Kind::All);
        self.chain(expr);
        self.doc.end();
    }

    fn chain(&mut self, expr: &Expr<'s>) {
        let ExprKind::Binary {
            op,
            left,
            right,
            op_span,
        } = &expr.kind
        else {
            return self.operand(expr);
        };
        let (op, op_span) = (*op, *op_span);
        let same = |side: &Expr<'s>| matches!(&side.kind, ExprKind::Binary { op: other, .. } if other.precedence() == op.precedence());
        if same(left) {
            self.chain(left);
        } else {
            self.operand(left);
        }
        if self.stays(op, right) {
            self.comments_before(op_span.start);
            self.doc.text(" ");
        } else {
            self.line_before(op_span.start, 1, Blanks::None);
        }
        self.doc.text(op.symbol());
        self.doc.text(" ");
        // `a ?? b ?? c` is `a ?? (b ?? c)`.
        if same(right) {
            self.comments_before(right.span.start);
            self.chain(right);
        } else {
            self.operand(right);
        }
    }

    /// `if c then a`, and each `else` on a line of its own.
    fn conditional(&mut self, expr: &Expr<'s>) {
        self.doc.begin(Kind::All);
        let mut expr = expr;
        while let ExprKind::If {
            condition,
            then,
            otherwise,
        } = &expr.kind
        {
            self.comments_before(expr.span.start);
            self.doc.text("if ");
            self.doc.begin(Kind::All);
            self.doc.nest(STEP);
            self.operand(condition);
            self.line_before(then.span.start, 1, Blanks::None);
            self.doc.text("then ");
            self.operand(then);
            self.doc.unnest();
            self.doc.end();
            self.line_before(otherwise.span.start, 1, Blanks::None);
            self.doc.text("else ");
            expr = otherwise;
        }
        self.operand(expr);
        self.doc.end();
    }
}

fn key_start(key: &PairKey<'_>) -> u32 {
    match key {
        PairKey::Literal(key) => key.span.start,
        PairKey::Computed(key) => key.span.start,
    }
}
