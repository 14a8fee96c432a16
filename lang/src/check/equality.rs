//! `==` and `!=`: what can be compared, what can never hold, and what a comparison shows.

use alloc::{format, string::String, sync::Arc, vec::Vec};

use crate::{
    Applicability, Code, Diagnostic, Span,
    ir::Expr,
    syntax::{ast, operator::BinaryOp},
    types::{Literal, Type, TypeId, Types},
};

use super::{
    Checker,
    expr::Typed,
    path::{PathEnd, PathId, Root},
    scope::Fact,
};

impl<'s> Checker<'_, 's> {
    /// `==` and `!=`: a `T` with a `T` or a `T?`.
    pub(super) fn equality(
        &mut self,
        op: BinaryOp,
        left: &ast::Expr<'s>,
        right: &ast::Expr<'s>,
        span: Span,
    ) -> Typed {
        let left = self.expr(left, None);
        let right = self.expr(right, Some(left.ty));
        let mut typed = self.operation(op, &left, &right, Types::BOOL, span);
        if left.ty == Types::ERROR || right.ty == Types::ERROR {
            return typed;
        }
        let (value, other) = if matches!(self.program.expr(left.id), Expr::Null) {
            (&right, &left)
        } else {
            (&left, &right)
        };
        // Only the literal: a name for `null` is an optional like any other, and absent does not equal it.
        if matches!(self.program.expr(other.id), Expr::Null) {
            self.null_test(op, value, &mut typed, span);
        } else if self.types().is_optional(left.ty) && self.types().is_optional(right.ty) {
            self.report(
                Diagnostic::new(Code::OptionalComparison, span, "both sides may be absent").with_help(
                    "bind one with `given`, or write `same(a, b)`, which also holds where both are absent",
                ),
            );
        } else {
            if !self.constant_equality(op, &left, &right, &mut typed) {
                self.comparable(&left, &right, span);
                self.false_of_optional(op, &left, &right, span);
            }
            self.equal_facts(&left, &right, &mut typed);
            self.equal_facts(&right, &left, &mut typed);
        }
        if op == BinaryOp::NotEqual {
            core::mem::swap(&mut typed.yes, &mut typed.no);
        }
        typed
    }

    /// `x == null`: what is known is stated for `==`.
    fn null_test(&mut self, op: BinaryOp, value: &Typed, typed: &mut Typed, span: Span) {
        let equal = op == BinaryOp::Equal;
        if value.ty == Types::NULL {
            typed.constant = Some(equal);
            self.constant(span, equal, "the value is absent here", None);
        } else if !self.types().is_optional(value.ty) {
            typed.constant = Some(!equal);
            self.constant(span, !equal, "the value is never absent", None);
        }
        if let Some(path) = value.path {
            typed.no.clone_from(&value.through);
            let present = self.types().present(value.ty);
            typed.no.push(Fact::Type { path, ty: present });
            typed.yes.push(Fact::Type {
                path,
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
            let near =
                crate::suggest::nearest(&literal, values.iter().map(|value| &**value)).map(String::from);
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
        let diagnostic = Diagnostic::new(Code::ImpossibleComparison, span, message);
        let member = |this: &mut Self, list: TypeId, element: TypeId| match this.types().structure(list) {
            Type::List(of) | Type::Set(of) => this.types().overlap(of, element),
            _ => false,
        };
        let contains = member(self, a, b) || member(self, b, a);
        let number = |this: &mut Self, ty: TypeId| {
            matches!(
                this.types().structure(ty),
                Type::Int | Type::Float | Type::Literal(Literal::Int(_))
            )
        };
        let quoted = [(a, b, left), (b, a, right)]
            .into_iter()
            .find_map(|(of, other, at)| match self.types().structure(of) {
                Type::Literal(Literal::Text(text)) if number(self, other) && text.parse::<f64>().is_ok() => {
                    Some((at.span, text))
                }
                _ => None,
            });
        self.report(match quoted {
            _ if contains => diagnostic.with_help("ask for an element with `in`: `x in xs`"),
            Some((at, text)) => diagnostic
                .with_help(format!("write the number without quotes: `{text}`"))
                .with_edit(at, text.as_ref(), Applicability::Unsafe),
            None => diagnostic.with_help("compare two of a kind: read or make one from the other first"),
        });
    }

    /// The text literals of an enumeration.
    fn text_values(&mut self, ty: TypeId) -> Vec<Arc<str>> {
        let members = match self.types().structure(ty) {
            Type::Union(members) => members,
            Type::Literal(Literal::Text(text)) => return alloc::vec![text],
            _ => return Vec::new(),
        };
        members
            .iter()
            .filter_map(|member| match self.types().behind(*member) {
                Type::Literal(Literal::Text(text)) => Some(Arc::clone(text)),
                _ => None,
            })
            .collect()
    }

    /// Warns where an open enumeration is compared with a literal that it does not list.
    pub(super) fn undeclared(&mut self, enumeration: TypeId, other: TypeId, at: Span) {
        match self.types().behind(enumeration) {
            Type::Union(members) if members.contains(&Types::STRING) => {}
            _ => return,
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
            let near = crate::suggest::nearest(&text, values.iter().map(|value| &**value)).map(String::from);
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
        let Some(path) = value.path else { return };
        if self.types().is_optional(other.ty) {
            return;
        }
        // Absent equals nothing, so what equals something is present, and so is all before it.
        typed.yes.extend_from_slice(&value.through);
        let present = self.types().present(value.ty);
        typed.yes.push(Fact::Type { path, ty: present });
        self.value_facts(value, other, typed);
        if let Type::Literal(literal) = self.types().structure(other.ty) {
            let union = matches!(self.types().behind(present), Type::Union(members) if !members.contains(&Types::STRING));
            if union && let Some(narrowed) = self.types().narrow(present, other.ty) {
                typed.yes.push(Fact::Type { path, ty: narrowed });
                if !self.types().is_optional(value.ty) {
                    let rest = self.types().without(present, other.ty);
                    typed.no.push(Fact::Type { path, ty: rest });
                }
            }
            self.variant_facts(path, &literal, typed);
        }
    }

    /// `x.kind == "a"` narrows `x` where `x` is a closed union whose members differ in that field.
    fn variant_facts(&mut self, path: PathId, literal: &Literal, typed: &mut Typed) {
        let Some(PathEnd::Field(base, field)) = self.paths.end(path) else {
            return;
        };
        let Some(ty) = self.path_type(base) else { return };
        let present = self.types().present(ty);
        let Type::Union(members) = self.types().structure(present) else {
            return;
        };
        if self.types().common(present).is_some() {
            return;
        }
        let mut is = Vec::new();
        let mut is_not = Vec::new();
        for member in members.iter().copied() {
            match self
                .program
                .field(member, field)
                .map(|ty| self.types().behind(ty))
            {
                Some(Type::Literal(found)) if found == literal => is.push(member),
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
        typed.yes.push(Fact::Type { path: base, ty: yes });
        if !self.types().is_optional(ty) {
            typed.no.push(Fact::Type { path: base, ty: no });
        }
    }

    /// The type of a path here.
    fn path_type(&mut self, path: PathId) -> Option<TypeId> {
        if let Some(ty) = self.frame.fact(path) {
            return Some(ty);
        }
        match self.paths.end(path)? {
            PathEnd::Field(base, field) => {
                let base = self.path_type(base)?;
                let base = self.types().present(base);
                self.program.field(base, field)
            }
            PathEnd::Root(Root::Local(slot)) => {
                let local = self.frame.locals.iter().find(|local| local.slot == slot);
                local.map(|local| local.ty)
            }
            PathEnd::Root(Root::Input(id)) => self.program.inputs.get(id.index()).map(|input| input.ty),
            PathEnd::Root(Root::Data(id)) => self.program.data.get(id.index()).map(|data| data.ty),
            PathEnd::Root(Root::Let(id)) => {
                let value = self.program.lets.get(id.index()).map(|entry| entry.value)?;
                Some(self.program.type_of(value))
            }
        }
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
            let mut diagnostic = Diagnostic::new(
                Code::EqualsFalse,
                span,
                "this does not hold where the value is absent",
            )
            .with_help(
                "write `!= true` if absent counts as false; else bind it with `given` and use `unless`",
            );
            if is_false(self, right) {
                let behind = Span {
                    start: left.span.end,
                    ..right.span
                };
                diagnostic = diagnostic.with_edit(behind, " != true", Applicability::Unsafe);
            }
            self.report(diagnostic);
        }
    }
}
