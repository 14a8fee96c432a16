//! Operators between two operands, and what a comparison shows.

use alloc::{format, string::String, vec::Vec};

use crate::{
    Applicability, Code, Diagnostic, Span,
    ir::Expr,
    syntax::{ast, operator::BinaryOp},
    types::{Literal, Opaque, Type, TypeId, Types},
};

use super::{Checker, expr::Typed, scope::Fact};

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
                let left = self.condition(left);
                let right = self.with_facts(&left.yes, |this| this.condition(right));
                let mut typed = self.operation(op, &left, &right, Types::BOOL, span);
                typed.yes = left.yes;
                typed.yes.extend(right.yes);
                typed
            }
            BinaryOp::Or => {
                let left = self.condition(left);
                let right = self.with_facts(&left.no, |this| this.condition(right));
                let mut typed = self.operation(op, &left, &right, Types::BOOL, span);
                typed.no = left.no;
                typed.no.extend(right.no);
                typed
            }
            BinaryOp::Coalesce => {
                let left = self.expr(left, want);
                let right = self.expr(right, want.or(Some(left.ty)));
                if left.ty != Types::ERROR && !self.types().is_optional(left.ty) {
                    self.report(
                        Diagnostic::new(
                            Code::ConstantCondition,
                            left.span,
                            "this is never absent, so the default is never used",
                        )
                        .with_help("remove `??` and what follows it"),
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
                self.ordered(op, &left, &right);
                self.operation(op, &left, &right, Types::BOOL, span)
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
                let what = format!("`{}`", op.symbol());
                if op == BinaryOp::Multiply
                    && let Some(ty) = self.scaled(&left, &right)
                {
                    return self.operation(op, &left, &right, ty, span);
                }
                let (a, b) = (self.number(&left, &what), self.number(&right, &what));
                let ty = if op == BinaryOp::Divide {
                    Types::FLOAT
                } else {
                    self.types().join(a, b)
                };
                self.operation(op, &left, &right, ty, span)
            }
        }
    }

    fn operation(&mut self, op: BinaryOp, left: &Typed, right: &Typed, ty: TypeId, span: Span) -> Typed {
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
        let what = format!("`{}`", op.symbol());
        let a = self.expect_present(left, &what);
        let b = self.expect_present(right, &what);
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
                    self.report(Diagnostic::new(
                        Code::TypeMismatch,
                        left.span.to(right.span),
                        message,
                    ));
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
                let (x, y) = (self.number(left, &what), self.number(right, &what));
                self.types().join(x, y)
            }
        }
    }

    pub(super) fn ordered(&mut self, op: BinaryOp, left: &Typed, right: &Typed) {
        let what = format!("`{}`", op.symbol());
        let a = self.expect_present(left, &what);
        let b = self.expect_present(right, &what);
        if a == Types::ERROR || b == Types::ERROR {
            return;
        }
        let numbers = self.types().assignable(a, Types::FLOAT) && self.types().assignable(b, Types::FLOAT);
        let texts = self.types().assignable(a, Types::STRING) && self.types().assignable(b, Types::STRING);
        if numbers || texts {
            return;
        }
        if let (Type::Opaque(x), Type::Opaque(y)) = (self.types().structure(a), self.types().structure(b))
            && x == y
            && x.is_ordered()
        {
            return;
        }
        let message = format!(
            "{what} compares numbers, texts, or two values of one ordered type, not `{}` and `{}`",
            self.show(a),
            self.show(b)
        );
        self.report(Diagnostic::new(
            Code::TypeMismatch,
            left.span.to(right.span),
            message,
        ));
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
        let what = format!("left of `{}`", op.symbol());
        let left = self.expr(left, Some(Types::STRING));
        self.expect(&left, Types::STRING, &format!("what stands {what}"));
        let kind = if op == BinaryOp::Like {
            Opaque::Glob
        } else {
            Opaque::Regex
        };
        let pattern = self.expr(right, None);
        let present = self.expect_present(&pattern, "a pattern");
        match self.types().structure(present) {
            Type::Literal(Literal::Text(text)) if matches!(self.program.expr(pattern.id), Expr::Text(_)) => {
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

    /// `==` and `!=`: a `T` with a `T` or a `T?`.
    fn equality(&mut self, op: BinaryOp, left: &ast::Expr<'s>, right: &ast::Expr<'s>, span: Span) -> Typed {
        let left = self.expr(left, None);
        let right = self.expr(right, Some(left.ty));
        let mut typed = self.operation(op, &left, &right, Types::BOOL, span);
        if left.ty == Types::ERROR || right.ty == Types::ERROR {
            return typed;
        }
        let (value, other) = if left.ty == Types::NULL {
            (&right, &left)
        } else {
            (&left, &right)
        };
        // Only the literal: a name for `null` is an optional like any other, and absent does not equal it.
        if matches!(self.program.expr(other.id), Expr::Null) {
            self.null_test(value, &mut typed, span);
        } else if self.types().is_optional(left.ty) && self.types().is_optional(right.ty) {
            self.report(
                Diagnostic::new(Code::OptionalComparison, span, "both sides may be absent").with_help(
                    "bind one with `given`, or write `same(a, b)`, which also holds where both are absent",
                ),
            );
        } else {
            self.comparable(&left, &right, span);
            self.equal_facts(&left, &right, &mut typed);
            self.equal_facts(&right, &left, &mut typed);
            self.false_of_optional(op, &left, &right, span);
        }
        if op == BinaryOp::NotEqual {
            core::mem::swap(&mut typed.yes, &mut typed.no);
        }
        typed
    }

    /// `x == null`: what is known is stated for `==`.
    fn null_test(&mut self, value: &Typed, typed: &mut Typed, span: Span) {
        if !self.types().is_optional(value.ty) {
            self.report(
                Diagnostic::new(
                    Code::ConstantCondition,
                    span,
                    "this is never absent, so the comparison with `null` is constant",
                )
                .with_help("remove the condition"),
            );
        }
        if let Some(path) = &value.path {
            typed.no.clone_from(&value.through);
            let present = self.types().present(value.ty);
            typed.no.push(Fact {
                path: path.clone(),
                ty: present,
            });
            typed.yes.push(Fact {
                path: path.clone(),
                ty: Types::NULL,
            });
        }
    }

    /// Reports a comparison that can hold for no value, or for none that is declared.
    fn comparable(&mut self, left: &Typed, right: &Typed, span: Span) {
        let a = self.types().present(left.ty);
        let b = self.types().present(right.ty);
        if !self.types().overlap(a, b) {
            self.never_equal(a, b, left, right, span);
            return;
        }
        self.undeclared(a, b, right.span);
        self.undeclared(b, a, left.span);
    }

    fn never_equal(&mut self, a: TypeId, b: TypeId, left: &Typed, right: &Typed, span: Span) {
        let (literal, ty, at) = match (self.types().structure(a), self.types().structure(b)) {
            (_, Type::Literal(Literal::Text(text))) => (Some(text), a, right.span),
            (Type::Literal(Literal::Text(text)), _) => (Some(text), b, left.span),
            _ => (None, a, span),
        };
        let values = self.text_values(ty);
        if let Some(literal) = literal
            && !values.is_empty()
        {
            let message = format!("`\"{literal}\"` is not a value of `{}`", self.show(ty));
            let near = crate::suggest::nearest(&literal, values.iter().map(String::as_str)).map(String::from);
            let diagnostic = Diagnostic::new(Code::ImpossibleComparison, at, message);
            self.report(match near {
                Some(near) => diagnostic
                    .with_note(format!("did you mean `\"{near}\"`?"))
                    .with_edit(at, format!("\"{near}\""), Applicability::Unsafe),
                None => diagnostic.with_help("the comparison can never hold"),
            });
            return;
        }
        let message = format!("`{}` and `{}` are never equal", self.show(a), self.show(b));
        self.report(Diagnostic::new(Code::ImpossibleComparison, span, message));
    }

    /// The text literals of an enumeration.
    fn text_values(&mut self, ty: TypeId) -> Vec<String> {
        let members = match self.types().structure(ty) {
            Type::Union(members) => members,
            Type::Literal(_) => alloc::vec![ty],
            _ => Vec::new(),
        };
        members
            .iter()
            .filter_map(|member| match self.types().structure(*member) {
                Type::Literal(Literal::Text(text)) => Some(text.into()),
                _ => None,
            })
            .collect()
    }

    /// Warns where an open enumeration is compared with a literal that it does not list.
    fn undeclared(&mut self, enumeration: TypeId, other: TypeId, at: Span) {
        let Type::Union(members) = self.types().structure(enumeration) else {
            return;
        };
        if !members.contains(&Types::STRING) {
            return;
        }
        let values = self.text_values(enumeration);
        if values.is_empty() {
            return;
        }
        let others = match self.types().structure(other) {
            Type::Union(members) if members.contains(&Types::STRING) => return,
            _ => self.text_values(other),
        };
        for text in others {
            if values.contains(&text) {
                continue;
            }
            let near = crate::suggest::nearest(&text, values.iter().map(String::as_str)).map(String::from);
            let message = format!("`{}` does not list `\"{text}\"`", self.show(enumeration));
            let diagnostic = Diagnostic::new(Code::UndeclaredValue, at, message);
            self.report(match near {
                Some(near) => diagnostic.with_note(format!("did you mean `\"{near}\"`?")),
                None => diagnostic.with_help("check the spelling; newer versions may know further values"),
            });
        }
    }

    /// What holds of `value` where it equals `other`.
    fn equal_facts(&mut self, value: &Typed, other: &Typed, typed: &mut Typed) {
        let Some(path) = &value.path else { return };
        if self.types().is_optional(other.ty) {
            return;
        }
        // Absent equals nothing, so what equals something is present, and so is all before it.
        typed.yes.extend(value.through.iter().cloned());
        let present = self.types().present(value.ty);
        typed.yes.push(Fact {
            path: path.clone(),
            ty: present,
        });
        let other_present = other.ty;
        if let Type::Literal(literal) = self.types().structure(other_present) {
            let union = matches!(self.types().structure(present), Type::Union(ref members) if !members.contains(&Types::STRING));
            if union && let Some(narrowed) = self.types().narrow(present, other_present) {
                typed.yes.push(Fact {
                    path: path.clone(),
                    ty: narrowed,
                });
                if !self.types().is_optional(value.ty) {
                    let rest = self.types().without(present, other_present);
                    typed.no.push(Fact {
                        path: path.clone(),
                        ty: rest,
                    });
                }
            }
            self.variant_facts(path, &literal, typed);
        }
    }

    /// `x.kind == "a"` narrows `x` where `x` is a closed union whose members differ in that field.
    fn variant_facts(&mut self, path: &super::scope::PathKey, literal: &Literal, typed: &mut Typed) {
        let mut base = path.clone();
        let Some(field) = base.fields.pop() else { return };
        let Some(ty) = self.path_type(&base) else { return };
        let present = self.types().present(ty);
        let Type::Union(members) = self.types().structure(present) else {
            return;
        };
        if self.types().common(present).is_some() {
            return;
        }
        let name: String = self.program.string(field).into();
        let mut is = Vec::new();
        let mut is_not = Vec::new();
        for member in members {
            match self
                .types()
                .field(member, &name)
                .map(|ty| self.types().structure(ty))
            {
                Some(Type::Literal(found)) if found == *literal => is.push(member),
                Some(Type::Literal(_)) => is_not.push(member),
                // A member whose field may be anything: nothing is known.
                _ => return,
            }
        }
        if is.is_empty() {
            return;
        }
        let yes = self.types().union(&is);
        let no = self.types().union(&is_not);
        typed.yes.push(Fact {
            path: base.clone(),
            ty: yes,
        });
        if !self.types().is_optional(ty) {
            typed.no.push(Fact { path: base, ty: no });
        }
    }

    /// The type of a path here.
    fn path_type(&mut self, path: &super::scope::PathKey) -> Option<TypeId> {
        use super::scope::Root;
        if let Some(ty) = self.frame.fact(path) {
            return Some(ty);
        }
        let mut base = path.clone();
        let Some(field) = base.fields.pop() else {
            return match path.root {
                Root::Local(slot) => self
                    .frame
                    .locals
                    .iter()
                    .find(|local| local.slot == slot)
                    .map(|local| local.ty),
                Root::Input(id) => self.program.inputs.get(id.index()).map(|input| input.ty),
                Root::Data(id) => self.program.data.get(id.index()).map(|data| data.ty),
                Root::Let(id) => {
                    let value = self.program.lets.get(id.index()).map(|entry| entry.value)?;
                    Some(self.program.type_of(value))
                }
            };
        };
        let base = self.path_type(&base)?;
        let base = self.types().present(base);
        let name: String = self.program.string(field).into();
        self.types().field(base, &name)
    }

    /// `x == false` on a `bool?`: the classic way in which a rule does not fire.
    fn false_of_optional(&mut self, op: BinaryOp, left: &Typed, right: &Typed, span: Span) {
        let is_false = |this: &mut Self, typed: &Typed| {
            this.types().structure(typed.ty) == Type::Literal(Literal::Bool(false))
        };
        let optional = |this: &mut Self, typed: &Typed| this.types().is_optional(typed.ty);
        let slip = (is_false(self, right) && optional(self, left))
            || (is_false(self, left) && optional(self, right));
        if slip && op == BinaryOp::Equal {
            self.report(
                Diagnostic::new(
                    Code::EqualsFalse,
                    span,
                    "this does not hold where the value is absent",
                )
                .with_help(
                    "write `!= true` if absent counts as false; else bind it with `given` and use `unless`",
                ),
            );
        }
    }

    /// `in` and `not in`: a list, a set, or the keys of a map.
    fn membership(&mut self, op: BinaryOp, left: &ast::Expr<'s>, right: &ast::Expr<'s>, span: Span) -> Typed {
        let left = self.expr(left, None);
        let right = self.expr(right, None);
        let mut typed = self.operation(op, &left, &right, Types::BOOL, span);
        let what = format!("what stands right of `{}`", op.symbol());
        let container = self.expect_present(&right, &what);
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
                self.report(Diagnostic::new(Code::TypeMismatch, right.span, message));
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
            self.report(Diagnostic::new(Code::ImpossibleComparison, span, message));
            return typed;
        }
        self.undeclared(wanted, have, right.span);
        if let Some(path) = &left.path {
            let mut facts = left.through.clone();
            facts.push(Fact {
                path: path.clone(),
                ty: wanted,
            });
            if op == BinaryOp::In {
                typed.yes = facts;
            } else {
                typed.no = facts;
            }
        }
        typed
    }
}
