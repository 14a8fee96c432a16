//! Conditions that are always true or always false: by what they compare, or by what conditions before
//! them have shown. Only types and literals count; data are unknown, their defaults included.

use alloc::{format, string::String, vec::Vec};

use crate::{
    Code, Diagnostic, Span,
    ir::{ComprehensionKind, Expr, ExprId},
    syntax::operator::BinaryOp,
    types::{Literal, Type, TypeId, Types},
};

use super::{
    Checker,
    expr::Typed,
    path::PathId,
    scope::{Fact, Values},
};

impl Checker<'_, '_> {
    /// Reports a condition that is constant.
    pub(super) fn constant(&mut self, span: Span, holds: bool, why: &str, shown: Option<Span>) {
        let how = if holds { "always" } else { "never" };
        let mut diagnostic =
            Diagnostic::new(Code::ConstantCondition, span, format!("this {how} holds: {why}"));
        if let Some(shown) = shown {
            diagnostic = diagnostic.with_label(shown, "shown here");
        }
        self.report(diagnostic.with_help(if holds {
            "remove it, or compare what was meant"
        } else {
            "compare what was meant, or remove it with what depends on it"
        }));
    }

    /// `==` and `!=` that are decided before they run; true where something was reported.
    pub(super) fn constant_equality(
        &mut self,
        op: BinaryOp,
        left: &Typed,
        right: &Typed,
        typed: &mut Typed,
    ) -> bool {
        let equal = op == BinaryOp::Equal;
        if left.path.is_some() && left.path == right.path && !self.types().is_optional(left.ty) {
            typed.constant = Some(equal);
            self.constant(typed.span, equal, "both sides are the same value", None);
            return true;
        }
        for (value, other) in [(left, right), (right, left)] {
            let Some(literal) = self.literal_of(other.ty) else {
                continue;
            };
            if let Some(path) = value.path
                && let Some((holds, why, at)) = self.shown_value(path, &[literal])
            {
                typed.constant = Some(holds == equal);
                self.constant(typed.span, holds == equal, &why, Some(at));
                return true;
            }
            if !self.types().is_optional(value.ty) && self.literal_of(value.ty) == Some(literal) {
                let ty = self.show(value.ty);
                typed.constant = Some(equal);
                self.constant(typed.span, equal, &format!("its only value is `{ty}`"), None);
                return true;
            }
        }
        false
    }

    /// `in` and `not in` a list of literals, decided before they run; what they show otherwise.
    pub(super) fn constant_membership(
        &mut self,
        op: BinaryOp,
        left: &Typed,
        right: ExprId,
        typed: &mut Typed,
    ) -> bool {
        let (Some(path), Some(values)) = (left.path, self.literals_of(right)) else {
            return false;
        };
        let inside = op == BinaryOp::In;
        if let Some((holds, why, at)) = self.shown_value(path, &values) {
            typed.constant = Some(holds == inside);
            self.constant(typed.span, holds == inside, &why, Some(at));
            return true;
        }
        let values = Values::Several(values.into());
        let fact = |one_of| Fact::Value {
            path,
            values: values.clone(),
            one_of,
            at: typed.span,
        };
        let (is_in, is_out) = (fact(true), fact(false));
        if inside {
            typed.yes.push(is_in);
            typed.no.push(is_out);
        } else {
            typed.yes.push(is_out);
            typed.no.push(is_in);
        }
        false
    }

    /// What `path == literal` shows; stated for `==`.
    pub(super) fn value_facts(&mut self, value: &Typed, other: &Typed, typed: &mut Typed) {
        if let (Some(path), Some(literal)) = (value.path, self.literal_of(other.ty)) {
            for (facts, one_of) in [(&mut typed.yes, true), (&mut typed.no, false)] {
                facts.push(Fact::Value {
                    path,
                    values: Values::One(literal),
                    one_of,
                    at: typed.span,
                });
            }
        }
    }

    /// `<` and its kin: a value with itself, and a length with a number below zero.
    pub(super) fn constant_order(&mut self, op: BinaryOp, left: &Typed, right: &Typed, typed: &mut Typed) {
        if left.path.is_some() && left.path == right.path && !self.types().is_optional(left.ty) {
            let holds = matches!(op, BinaryOp::LessEqual | BinaryOp::GreaterEqual);
            typed.constant = Some(holds);
            self.constant(typed.span, holds, "both sides are the same value", None);
            return;
        }
        let number = |this: &mut Self, typed: &Typed| match this.types().behind(typed.ty) {
            Type::Literal(Literal::Int(int)) => Some(*int),
            _ => None,
        };
        // Of a length and a number; the operator as if the length stood left.
        let (length, bound, op) = match (number(self, left), number(self, right)) {
            (None, Some(bound)) => (left, bound, op),
            (Some(bound), None) => (right, bound, mirrored(op)),
            _ => return,
        };
        let holds = match op {
            BinaryOp::Less if bound <= 0 => false,
            BinaryOp::LessEqual if bound < 0 => false,
            BinaryOp::GreaterEqual if bound <= 0 => true,
            BinaryOp::Greater if bound < 0 => true,
            _ => return,
        };
        if self.counts(length.id) {
            typed.constant = Some(holds);
            self.constant(typed.span, holds, "a number of elements is not below zero", None);
        }
    }

    fn counts(&self, expr: ExprId) -> bool {
        match self.program.expr(expr) {
            Expr::Comprehension {
                kind: ComprehensionKind::Count,
                ..
            } => true,
            Expr::Builtin { builtin, .. } => builtin.row().is_some_and(|row| row.name == "len"),
            _ => false,
        }
    }

    /// Whether a path is known to have one of `values`, or none of them; why, and where that was shown.
    fn shown_value(&mut self, path: PathId, values: &[TypeId]) -> Option<(bool, String, Span)> {
        let mut ruled_out: Vec<TypeId> = Vec::new();
        let mut found = None;
        for fact in self.frame.facts.iter().rev() {
            let Fact::Value {
                path: of,
                values: known,
                one_of,
                at,
            } = fact
            else {
                continue;
            };
            if *of != path {
                continue;
            }
            let known = known.as_slice();
            if *one_of {
                if known.iter().all(|known| values.contains(known)) {
                    found = Some((true, known, *at));
                    break;
                }
                if !known.iter().any(|known| values.contains(known)) {
                    found = Some((false, known, *at));
                    break;
                }
            } else {
                ruled_out.extend_from_slice(known);
                if values.iter().all(|value| ruled_out.contains(value)) {
                    found = Some((false, &[][..], *at));
                    break;
                }
            }
        }
        let (holds, known, at) = found?;
        let shown: Vec<String> = known
            .iter()
            .take(4)
            .map(|literal| format!("`{}`", self.show(*literal)))
            .collect();
        let why = match shown.as_slice() {
            [] => "the condition before rules it out".into(),
            shown => format!("it is {} here", shown.join(" or ")),
        };
        Some((holds, why, at))
    }

    /// The type itself, where it has one value.
    fn literal_of(&mut self, ty: TypeId) -> Option<TypeId> {
        let ty = self.types().resolve(ty);
        matches!(self.types().get(ty), Type::Literal(_)).then_some(ty)
    }

    /// The types of the values of a list or set of literals.
    fn literals_of(&mut self, list: ExprId) -> Option<Vec<TypeId>> {
        let members = match self.program.expr(list) {
            Expr::List(members) | Expr::Set(members) => members.clone(),
            _ => return None,
        };
        let types: Vec<TypeId> = members
            .iter()
            .map(|member| self.program.type_of(*member))
            .collect();
        types.into_iter().map(|ty| self.literal_of(ty)).collect()
    }

    /// Whether every value of `ty` is one of `target`.
    pub(super) fn is_always(&mut self, ty: TypeId, target: TypeId) -> bool {
        ty != Types::ERROR && !self.types().is_optional(ty) && self.types().within(ty, target)
    }
}

fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessEqual => BinaryOp::GreaterEqual,
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterEqual => BinaryOp::LessEqual,
        other => other,
    }
}
