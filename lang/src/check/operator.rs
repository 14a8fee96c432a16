//! Operators between two operands; `==` and `!=` have a file of their own.

use alloc::{format, string::String};
use core::fmt;

use crate::{
    Applicability, Code, Diagnostic, Span,
    ir::Expr,
    syntax::{
        ast::{self, ExprKind},
        operator::BinaryOp,
    },
    types::{Literal, Opaque, Type, TypeId, Types},
};

use super::{Checker, body::hides_facts, expr::Typed, scope::Fact};

/// An operator as messages show it.
#[derive(Clone, Copy)]
struct Symbol(BinaryOp);

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0.symbol())
    }
}

impl<'s> Checker<'_, 's> {
    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        left: &ast::Expr<'s>,
        right: &ast::Expr<'s>,
        span: Span,
        want: Option<TypeId>,
    ) -> Typed {
        match op {
            BinaryOp::And => {
                let (left, right) = self.both_conditions(op, left, right);
                let mut typed = self.operation(op, &left, &right, Types::BOOL, span);
                typed.yes = left.yes;
                typed.yes.extend(right.yes);
                typed.constant = match (left.constant, right.constant) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                };
                typed
            }
            BinaryOp::Or => {
                let (left, right) = self.both_conditions(op, left, right);
                let mut typed = self.operation(op, &left, &right, Types::BOOL, span);
                typed.no = left.no;
                typed.no.extend(right.no);
                typed.constant = match (left.constant, right.constant) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                };
                typed
            }
            BinaryOp::Coalesce => {
                let left = self.expr(left, want);
                let right = self.expr(right, want.or(Some(left.ty)));
                if left.ty != Types::ERROR && !self.types().is_optional(left.ty) {
                    self.report(
                        Diagnostic::new(
                            Code::NeverAbsent,
                            left.span,
                            "this is never absent, so the default is never used",
                        )
                        .with_help("remove `??` and what follows it")
                        .with_edit(
                            Span {
                                start: left.span.end,
                                ..right.span
                            },
                            "",
                            Applicability::Unsafe,
                        ),
                    );
                }
                let present = self.types().present(left.ty);
                let ty = self.types().join(present, right.ty);
                self.operation(op, &left, &right, ty, span)
            }
            BinaryOp::Equal | BinaryOp::NotEqual => self.equality(op, left, right, span),
            BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                let left = self.expr(left, None);
                let right = self.expr(right, None);
                let ordered = self.ordered(op, &left, &right);
                let mut typed = self.operation(op, &left, &right, Types::BOOL, span);
                if ordered {
                    self.constant_order(op, &left, &right, &mut typed);
                }
                typed
            }
            BinaryOp::In | BinaryOp::NotIn => self.membership(op, left, right, span),
            BinaryOp::Like | BinaryOp::Matches => self.matches_pattern(op, left, right, span),
            BinaryOp::Add | BinaryOp::Subtract => {
                let left = self.expr(left, want);
                let right = self.expr(right, want);
                let ty = self.sum(op, &left, &right);
                self.operation(op, &left, &right, ty, span)
            }
            BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => {
                let left = self.expr(left, None);
                let right = self.expr(right, None);
                let what = Symbol(op);
                if op == BinaryOp::Multiply
                    && let Some(ty) = self.scaled(&left, &right)
                {
                    return self.operation(op, &left, &right, ty, span);
                }
                let (a, b) = (self.number(&left, what), self.number(&right, what));
                let ty = if op == BinaryOp::Divide {
                    Types::FLOAT
                } else {
                    self.types().join(a, b)
                };
                self.operation(op, &left, &right, ty, span)
            }
        }
    }

    /// The operands of `and` and `or`: the right one is looked at where the left one has not decided.
    fn both_conditions(
        &mut self,
        op: BinaryOp,
        left: &ast::Expr<'s>,
        right: &ast::Expr<'s>,
    ) -> (Typed, Typed) {
        let before = self.diagnostics.len();
        let compares = matches!(
            &left.kind,
            ExprKind::Binary {
                op: BinaryOp::Equal | BinaryOp::NotEqual,
                ..
            }
        );
        let left = self.condition(left);
        let facts = if op == BinaryOp::And { &left.yes } else { &left.no };
        let unknown = self.frame.facts_unknown;
        self.frame.facts_unknown |= self.diagnostics.iter().skip(before).any(hides_facts);
        let literal = matches!(
            right.kind,
            ExprKind::Text(_) | ExprKind::Raw(_) | ExprKind::Int(_) | ExprKind::Float(_)
        );
        let right = if compares && literal {
            // `x == 1 or 2`
            let right = self.expr(right, None);
            let ty = self.show(right.ty);
            self.report(
                Diagnostic::new(
                    Code::TypeMismatch,
                    right.span,
                    format!("a condition is `bool`, not `{ty}`"),
                )
                .with_help(format!(
                    "write the comparison out on both sides of `{}`, or ask for one of several: `x in [a, b]`",
                    op.symbol()
                )),
            );
            self.broken(right.span)
        } else {
            self.with_facts(facts, |this| this.condition(right))
        };
        self.frame.facts_unknown = unknown;
        (left, right)
    }

    pub(super) fn operation(
        &mut self,
        op: BinaryOp,
        left: &Typed,
        right: &Typed,
        ty: TypeId,
        span: Span,
    ) -> Typed {
        self.value(
            Expr::Binary {
                op,
                left: left.id,
                right: right.id,
            },
            ty,
            span,
        )
    }

    /// `+` and `-`: numbers, texts, lists, sets.
    fn sum(&mut self, op: BinaryOp, left: &Typed, right: &Typed) -> TypeId {
        let what = Symbol(op);
        let a = self.expect_present(left, what);
        let b = self.expect_present(right, what);
        if a == Types::ERROR || b == Types::ERROR {
            return Types::ERROR;
        }
        match (self.types().structure(a), self.types().structure(b)) {
            (Type::List(x), Type::List(y)) if op == BinaryOp::Add => {
                let element = self.types().join(x, y);
                self.types().intern(Type::List(element))
            }
            (Type::Set(x), Type::Set(y)) => {
                let element = if op == BinaryOp::Add {
                    self.types().join(x, y)
                } else {
                    x
                };
                self.types().intern(Type::Set(element))
            }
            _ if a != Types::ANY && self.types().assignable(a, Types::STRING) && op == BinaryOp::Add => {
                self.expect(right, Types::STRING, "what is joined to a text");
                Types::STRING
            }
            (Type::Opaque(x), Type::Opaque(y)) => match (op, x, y) {
                (_, Opaque::Quantity, Opaque::Quantity) => a,
                (_, Opaque::Duration | Opaque::Time, Opaque::Duration) => a,
                (BinaryOp::Subtract, Opaque::Time, Opaque::Time) => {
                    self.types().intern(Type::Opaque(Opaque::Duration))
                }
                (BinaryOp::Add, Opaque::Duration, Opaque::Time) => b,
                _ => {
                    let message = format!(
                        "{what} is not defined for `{}` and `{}`",
                        self.show(a),
                        self.show(b)
                    );
                    self.report(
                        Diagnostic::new(Code::TypeMismatch, left.span.to(right.span), message)
                            .with_help("two of a kind are added; a `time` and a `duration` make a `time`"),
                    );
                    Types::ERROR
                }
            },
            (Type::List(_), Type::Set(_)) | (Type::Set(_), Type::List(_)) => {
                self.report(
                    Diagnostic::new(
                        Code::TypeMismatch,
                        right.span,
                        format!("{what} does not mix a list and a set"),
                    )
                    .with_help("make both the same: `[x for x in set]`, or `{x for x in list}`"),
                );
                Types::ERROR
            }
            _ => {
                let (x, y) = (self.number(left, what), self.number(right, what));
                self.types().join(x, y)
            }
        }
    }

    /// Whether two values have an order; reports what has none.
    pub(super) fn ordered(&mut self, op: BinaryOp, left: &Typed, right: &Typed) -> bool {
        let what = Symbol(op);
        let a = self.expect_present(left, what);
        let b = self.expect_present(right, what);
        if a == Types::ERROR || b == Types::ERROR {
            return false;
        }
        let numbers = self.types().assignable(a, Types::FLOAT) && self.types().assignable(b, Types::FLOAT);
        let texts = self.types().assignable(a, Types::STRING) && self.types().assignable(b, Types::STRING);
        if numbers || texts {
            return true;
        }
        if let (Type::Opaque(x), Type::Opaque(y)) = (self.types().structure(a), self.types().structure(b))
            && x == y
            && x.is_ordered()
        {
            return true;
        }
        let mend = [(b, a, right), (a, b, left)]
            .into_iter()
            .find_map(|(of, other, at)| {
                let Type::Literal(Literal::Text(text)) = self.types().structure(of) else {
                    return None;
                };
                match self.types().structure(other) {
                    Type::Opaque(opaque) => Some((at.span, format!("{}(\"{text}\")", opaque.name()))),
                    Type::Int | Type::Float if text.parse::<f64>().is_ok() => {
                        Some((at.span, String::from(&*text)))
                    }
                    _ => None,
                }
            });
        let message = format!(
            "{what} compares numbers, texts, or two values of one ordered type, not `{}` and `{}`",
            self.show(a),
            self.show(b)
        );
        let diagnostic = Diagnostic::new(Code::TypeMismatch, left.span.to(right.span), message);
        self.report(match mend {
            Some((at, text)) => {
                diagnostic
                    .with_help(format!("write `{text}`"))
                    .with_edit(at, text, Applicability::Unsafe)
            }
            None => diagnostic.with_help("compare two of a kind; `==` and `!=` take values of any type"),
        });
        false
    }

    /// A quantity or duration times a whole number.
    fn scaled(&mut self, left: &Typed, right: &Typed) -> Option<TypeId> {
        for (value, factor) in [(left, right), (right, left)] {
            let present = self.types().present(value.ty);
            if let Type::Opaque(Opaque::Quantity | Opaque::Duration) = self.types().structure(present) {
                self.expect_present(value, "`*`");
                self.expect(factor, Types::INT, "what it is multiplied with");
                return Some(present);
            }
        }
        None
    }

    /// `like` and `matches`: a text and a pattern, which is a literal or comes from input or data.
    fn matches_pattern(
        &mut self,
        op: BinaryOp,
        left: &ast::Expr<'s>,
        right: &ast::Expr<'s>,
        span: Span,
    ) -> Typed {
        let left = self.expr(left, Some(Types::STRING));
        self.expect(
            &left,
            Types::STRING,
            format_args!("what stands left of {}", Symbol(op)),
        );
        let kind = if op == BinaryOp::Like {
            Opaque::Glob
        } else {
            Opaque::Regex
        };
        let pattern = self.expr(right, None);
        let present = self.expect_present(&pattern, "a pattern");
        match self.types().structure(present) {
            Type::Literal(Literal::Text(text)) if matches!(self.program.expr(pattern.id), Expr::Text(_)) => {
                // A pattern that comes from outside is the choice of whoever gives it.
                self.raw_text(&left, op.symbol(), left.span);
                if kind == Opaque::Regex {
                    self.check_regex(&text, pattern.span);
                }
            }
            Type::Opaque(opaque) if opaque == kind => {}
            Type::Error => {}
            _ => {
                let message = format!(
                    "a pattern is a literal or a `{}`, not `{}`",
                    kind.name(),
                    self.show(present)
                );
                let help = format!(
                    "declare the input or datum that it comes from as `{}`: it is then compiled, and refused if wrong, when it is loaded",
                    kind.name()
                );
                self.report(Diagnostic::new(Code::TypeMismatch, pattern.span, message).with_help(help));
            }
        }
        self.operation(op, &left, &pattern, Types::BOOL, span)
    }

    /// Reports what is wrong with a regular expression, where it is wrong.
    pub(super) fn check_regex(&mut self, text: &str, span: Span) -> Option<crate::pattern::Pattern> {
        match crate::pattern::regex(text) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let length = span.end.saturating_sub(span.start) as usize;
                // Where nothing is escaped, a byte of the pattern is a byte of the source.
                let quote = match length.checked_sub(text.len()) {
                    Some(3) => Some(2),
                    Some(2) => Some(1),
                    _ => None,
                };
                let at = quote.map_or(span, |quote: usize| {
                    let from = span
                        .start
                        .saturating_add(quote.saturating_add(error.start) as u32);
                    let to = span.start.saturating_add(quote.saturating_add(error.end) as u32);
                    Span::new(span.file, from, to.max(from.saturating_add(1)))
                });
                let message = format!("this is no regular expression: {}", error.message);
                self.report(
                    Diagnostic::new(Code::BadArgument, at, message)
                        .with_help("patterns are written as RE2 has them, and hold on the whole text"),
                );
                None
            }
        }
    }

    /// `in` and `not in`: a list, a set, or the keys of a map.
    fn membership(&mut self, op: BinaryOp, left: &ast::Expr<'s>, right: &ast::Expr<'s>, span: Span) -> Typed {
        let left = self.expr(left, None);
        let right = self.expr(right, None);
        let mut typed = self.operation(op, &left, &right, Types::BOOL, span);
        let what = format_args!("what stands right of {}", Symbol(op));
        let container = self.expect_present(&right, what);
        if left.ty == Types::ERROR || container == Types::ERROR {
            return typed;
        }
        let element = match self.types().structure(container) {
            Type::List(element) | Type::Set(element) => element,
            Type::Map(_) | Type::Record(_) => Types::STRING,
            Type::Any => Types::ANY,
            // An address or a network lies in a network.
            Type::Opaque(Opaque::Cidr) => {
                let present = self.types().present(left.ty);
                match self.types().structure(present) {
                    Type::Opaque(Opaque::Cidr) => container,
                    _ => self.types().intern(Type::Opaque(Opaque::Ip)),
                }
            }
            _ => {
                let message = format!("{what} is a list, a set or a map, not `{}`", self.show(container));
                let text = self.types().assignable(container, Types::STRING);
                self.report(
                    Diagnostic::new(Code::TypeMismatch, right.span, message).with_help(if text {
                        "a text within a text is found with `text.contains(part)`"
                    } else {
                        "compare one value with `==`"
                    }),
                );
                return typed;
            }
        };
        let (wanted, have) = (self.types().present(left.ty), self.types().present(element));
        if left.ty == Types::NULL {
            self.report(
                Diagnostic::new(
                    Code::ConstantCondition,
                    left.span,
                    "`null` is an element of nothing",
                )
                .with_help("compare with `== null` instead"),
            );
            return typed;
        }
        if have != Types::NEVER && !self.types().overlap(wanted, have) {
            let message = format!(
                "`{}` is never an element of `{}`",
                self.show(wanted),
                self.show(container)
            );
            self.report(
                Diagnostic::new(Code::ImpossibleComparison, span, message)
                    .with_help("look for a value of the elements' type; the condition can never hold"),
            );
            return typed;
        }
        if have == Types::NEVER && matches!(self.program.expr(right.id), Expr::List(_) | Expr::Set(_)) {
            typed.constant = Some(op == BinaryOp::NotIn);
            self.constant(span, op == BinaryOp::NotIn, "nothing is in an empty list", None);
            return typed;
        }
        if self.constant_membership(op, &left, right.id, &mut typed) {
            return typed;
        }
        self.undeclared(wanted, have, right.span);
        if let Some(path) = left.path {
            let facts = if op == BinaryOp::In {
                &mut typed.yes
            } else {
                &mut typed.no
            };
            facts.extend(left.through);
            facts.push(Fact::Type { path, ty: wanted });
        }
        typed
    }
}
