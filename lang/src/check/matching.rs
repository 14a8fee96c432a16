//! `match`: arms, what they narrow, and whether they cover every value.

use alloc::{format, vec::Vec};

use crate::{
    Code, Diagnostic, Span,
    ir::{Arm, ArmTest, Expr},
    syntax::ast::{self, ArmPatternKind},
    types::{Literal, Type, TypeId, Types},
};

use super::{Checker, expr::Typed, scope::Fact};

impl<'s> Checker<'_, 's> {
    pub(super) fn match_expr(
        &mut self,
        value: &ast::Expr<'s>,
        arms: &[ast::Arm<'s>],
        want: Option<TypeId>,
        span: Span,
    ) -> Typed {
        let value = self.expr(value, None);
        // What no arm before has taken.
        let mut rest = value.ty;
        // What arms without a guard took wholly, and where.
        let mut before: Vec<(TypeId, Span)> = Vec::new();
        let mut done = false;
        let mut ty = Types::NEVER;
        let mut lowered = Vec::with_capacity(arms.len());
        for arm in arms {
            if done || (rest == Types::NEVER && value.ty != Types::NEVER) {
                self.report(
                    Diagnostic::new(
                        Code::UnreachableArm,
                        arm.span,
                        "the arms before take every value, so this one is never chosen",
                    )
                    .with_help("remove it, or move it up"),
                );
            }
            let mark = self.open_scope();
            let mut tests = Vec::new();
            let mut taken = Vec::new();
            let mut binding = None;
            let mut always = false;
            let mut narrowed = Vec::new();
            for pattern in &arm.patterns {
                let reported = self.diagnostics.len();
                let (test, ty) = self.arm_pattern(pattern, &value, rest, &mut binding);
                if let Some(ty) = ty
                    && self.diagnostics.len() == reported
                    && !(done || (rest == Types::NEVER && value.ty != Types::NEVER))
                    && let Some((_, at)) = before
                        .iter()
                        .find(|(taken, _)| {
                            *taken == ty || (ty != Types::NULL && self.program.types.within(ty, *taken))
                        })
                        .copied()
                {
                    self.report(
                        Diagnostic::new(
                            Code::UnreachableArm,
                            pattern.span,
                            "an arm before takes this already, so this one is never chosen",
                        )
                        .with_label(at, "taken here")
                        .with_help("remove it, or move it up"),
                    );
                }
                always |= test == ArmTest::Always;
                if test == ArmTest::Always {
                    narrowed.push(rest);
                } else if let Some(found) = ty.and_then(|ty| self.arm_narrow(value.ty, ty)) {
                    narrowed.push(found);
                }
                taken.extend(ty);
                tests.push(test);
            }
            let known = self.types().union(&narrowed);
            let mut facts = Vec::new();
            if let Some(path) = value.path
                && known != Types::NEVER
                && known != value.ty
            {
                if !self.types().is_optional(known) {
                    facts.clone_from(&value.through);
                }
                facts.push(Fact::Type { path, ty: known });
            }
            let (guard, result) = self.with_facts(&facts, |this| {
                let guard = arm.guard.as_ref().map(|guard| this.condition(guard));
                let more = guard.as_ref().map(|guard| guard.yes.clone()).unwrap_or_default();
                let result = this.with_facts(&more, |this| this.expr(&arm.value, want));
                (guard, result)
            });
            self.close_scope(mark);
            ty = self.types().join(ty, result.ty);
            if guard.is_none() {
                done |= always;
                before.extend(taken.iter().map(|taken| (*taken, arm.span)));
                for taken in taken {
                    rest = if taken == Types::NULL {
                        self.types().present(rest)
                    } else {
                        self.types().without(rest, taken)
                    };
                }
            }
            lowered.push(Arm {
                tests,
                binding,
                guard: guard.map(|guard| guard.id),
                value: result.id,
            });
        }
        if !done && rest != Types::NEVER && value.ty != Types::ERROR && rest != Types::ERROR {
            let message = format!("`match` does not say what happens to `{}`", self.show(rest));
            self.report(
                Diagnostic::new(Code::NotExhaustive, value.span, message)
                    .with_help("add an arm for it, or `_ => …` for everything else"),
            );
        }
        self.value(
            Expr::Match {
                value: value.id,
                arms: lowered,
            },
            ty,
            span,
        )
    }

    fn arm_narrow(&mut self, value: TypeId, target: TypeId) -> Option<TypeId> {
        if target == Types::NULL {
            Some(Types::NULL)
        } else {
            self.types().narrow(value, target)
        }
    }

    /// A pattern: its test, and the type of what it takes wholly.
    fn arm_pattern(
        &mut self,
        pattern: &ast::ArmPattern<'s>,
        value: &Typed,
        rest: TypeId,
        binding: &mut Option<crate::ir::LocalId>,
    ) -> (ArmTest, Option<TypeId>) {
        let (test, ty) = match &pattern.kind {
            ArmPatternKind::Text(text) => {
                let ty = self.types().text_literal(text);
                (ArmTest::Text(self.string(text)), ty)
            }
            ArmPatternKind::Int(int) => (
                ArmTest::Int(*int),
                self.types().intern(Type::Literal(Literal::Int(*int))),
            ),
            ArmPatternKind::Bool(bool) => (
                ArmTest::Bool(*bool),
                self.types().intern(Type::Literal(Literal::Bool(*bool))),
            ),
            ArmPatternKind::Null => {
                if !self.types().is_optional(value.ty) && value.ty != Types::ERROR {
                    self.report(
                        Diagnostic::new(Code::UnreachableArm, pattern.span, "the value is never absent")
                            .with_help("remove this pattern"),
                    );
                }
                return (ArmTest::Null, Some(Types::NULL));
            }
            ArmPatternKind::Type(path) => {
                let ty = self.named_type(path);
                (ArmTest::Type(ty), ty)
            }
            ArmPatternKind::Name("_") => return (ArmTest::Always, None),
            ArmPatternKind::Name(name) => {
                let basic = match *name {
                    "bool" => Some(Types::BOOL),
                    "int" => Some(Types::INT),
                    "float" => Some(Types::FLOAT),
                    "string" => Some(Types::STRING),
                    _ => None,
                };
                match basic {
                    Some(ty) => (ArmTest::Type(ty), ty),
                    None => {
                        let slot = self.bind(
                            ast::Name {
                                text: name,
                                span: pattern.span,
                            },
                            rest,
                        );
                        *binding = Some(slot);
                        return (ArmTest::Always, None);
                    }
                }
            }
        };
        if ty == Types::ERROR || value.ty == Types::ERROR {
            return (test, None);
        }
        let present = self.types().present(value.ty);
        if self.types().narrow(present, ty).is_none() {
            let message = format!("`{}` is never `{}`", self.show(present), self.show(ty));
            self.report(
                Diagnostic::new(Code::ImpossibleComparison, pattern.span, message)
                    .with_help("the arm can never be chosen: check the spelling, or remove it"),
            );
        }
        (test, Some(ty))
    }
}
