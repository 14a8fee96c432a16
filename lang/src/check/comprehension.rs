//! Comprehensions and aggregates: clauses, and what each round gives.

use alloc::format;

use crate::{
    Code, Diagnostic, Span,
    ir::{Clause, ComprehensionKind, Expr, ExprId},
    suggest::nearest,
    syntax::ast::{self, ExprKind},
    types::{Type, TypeId, Types},
};

use super::{Checker, expr::Typed};

const AGGREGATES: &[(&str, ComprehensionKind)] = &[
    ("any", ComprehensionKind::Any),
    ("all", ComprehensionKind::All),
    ("none", ComprehensionKind::None),
    ("count", ComprehensionKind::Count),
    ("sum", ComprehensionKind::Sum),
    ("min", ComprehensionKind::Min),
    ("max", ComprehensionKind::Max),
];

impl<'s> Checker<'_, 's> {
    /// Clauses, then the head in their scope.
    fn rounds<T>(
        &mut self,
        steps: &[ast::Step<'s>],
        head: impl FnOnce(&mut Self) -> T,
    ) -> (alloc::vec::Vec<Clause>, T) {
        let mark = self.open_scope();
        let facts = self.frame.facts.len();
        let anchors = self.frame.anchors.len();
        let clauses = self.clauses(steps);
        let head = head(self);
        self.frame.anchors.truncate(anchors);
        self.frame.facts.truncate(facts);
        self.close_scope(mark);
        (clauses, head)
    }

    fn comprehension(
        &mut self,
        kind: ComprehensionKind,
        clauses: alloc::vec::Vec<Clause>,
        key: Option<ExprId>,
        head: ExprId,
        ty: TypeId,
        span: Span,
    ) -> Typed {
        self.value(
            Expr::Comprehension {
                kind,
                clauses,
                key,
                head,
            },
            ty,
            span,
        )
    }

    fn wanted_element(&mut self, want: Option<TypeId>) -> Option<TypeId> {
        let present = self.types().present(want?);
        match self.types().structure(present) {
            Type::List(element) | Type::Set(element) => Some(element),
            _ => None,
        }
    }

    pub(super) fn list_comprehension(
        &mut self,
        body: &ast::Comprehension<'s>,
        want: Option<TypeId>,
        span: Span,
    ) -> Typed {
        let element = self.wanted_element(want);
        let (clauses, head) = self.rounds(&body.steps, |this| this.expr(&body.head, element));
        let ty = self.types().intern(Type::List(head.ty));
        self.comprehension(ComprehensionKind::List, clauses, None, head.id, ty, span)
    }

    pub(super) fn set_comprehension(
        &mut self,
        body: &ast::Comprehension<'s>,
        want: Option<TypeId>,
        span: Span,
    ) -> Typed {
        let element = self.wanted_element(want);
        let (clauses, (head, ty)) = self.rounds(&body.steps, |this| {
            let head = this.expr(&body.head, element);
            let ty = this.expect_present(&head, "an element of a set");
            (head, ty)
        });
        let ty = self.types().intern(Type::Set(ty));
        self.comprehension(ComprehensionKind::Set, clauses, None, head.id, ty, span)
    }

    pub(super) fn map_comprehension(
        &mut self,
        key: &ast::PairKey<'s>,
        body: &ast::Comprehension<'s>,
        span: Span,
    ) -> Typed {
        let (clauses, (key, head, ty)) = self.rounds(&body.steps, |this| {
            let key = this.pair_key(key);
            let head = this.expr(&body.head, None);
            let ty = this.expect_present(&head, "a value of a map");
            (key, head, ty)
        });
        let ty = self.types().intern(Type::Map(ty));
        self.comprehension(ComprehensionKind::Map, clauses, Some(key), head.id, ty, span)
    }

    /// `any(e for p in xs …)`
    pub(super) fn aggregate(
        &mut self,
        callee: &ast::Expr<'s>,
        body: &ast::Comprehension<'s>,
        span: Span,
    ) -> Typed {
        let name = match callee.kind {
            ExprKind::Name(name) => name,
            _ => "",
        };
        let Some((_, kind)) = AGGREGATES.iter().find(|(aggregate, _)| *aggregate == name) else {
            let near = nearest(name, AGGREGATES.iter().map(|(name, _)| *name));
            let diagnostic = Diagnostic::new(
                Code::UnknownFunction,
                callee.span,
                format!("`{name}` takes no comprehension"),
            );
            self.report(match near {
                Some(near) => diagnostic.with_note(format!("did you mean `{near}`?")),
                None => diagnostic.with_help(
                    "`any`, `all`, `none`, `count`, `sum`, `min` and `max` do; else write `[… for …]`",
                ),
            });
            self.rounds(&body.steps, |this| this.expr(&body.head, None));
            return self.broken(span);
        };
        let (clauses, (head, ty)) = self.rounds(&body.steps, |this| match kind {
            ComprehensionKind::Sum => {
                let head = this.expr(&body.head, None);
                let ty = this.number(&head, "`sum`");
                (head, ty)
            }
            ComprehensionKind::Min | ComprehensionKind::Max => {
                let head = this.expr(&body.head, None);
                let present = this.expect_present(&head, "what is compared");
                let ty = this.types().optional(present);
                (head, ty)
            }
            _ => {
                let head = this.condition(&body.head);
                (
                    head,
                    if *kind == ComprehensionKind::Count {
                        Types::INT
                    } else {
                        Types::BOOL
                    },
                )
            }
        });
        self.comprehension(*kind, clauses, None, head.id, ty, span)
    }

    /// A function's body of clauses, ending in `yield`.
    pub(super) fn function_body(&mut self, body: &ast::Body<'s>, want: Option<TypeId>) -> Typed {
        let span = body.span;
        let Some((last, steps)) = body.steps.split_last() else {
            self.report(
                Diagnostic::new(Code::BadBody, span, "the function yields nothing")
                    .with_help("end it with `yield e`"),
            );
            return self.broken(span);
        };
        let ast::StepKind::Yield { value } = &last.kind else {
            self.rounds(steps, |_| {});
            if !matches!(last.kind, ast::StepKind::Error) {
                self.report(
                    Diagnostic::new(
                        Code::BadBody,
                        last.span,
                        "the last clause of a function is `yield`",
                    )
                    .with_help("end it with `yield e`"),
                );
            }
            return self.broken(span);
        };
        let is = |step: &ast::Step<'_>, test: fn(&ast::StepKind<'_>) -> bool| test(&step.kind);
        let many = steps
            .iter()
            .any(|step| is(step, |kind| matches!(kind, ast::StepKind::For { .. })));
        let maybe = steps.iter().any(|step| {
            is(step, |kind| {
                matches!(
                    kind,
                    ast::StepKind::Given { .. } | ast::StepKind::When { .. } | ast::StepKind::Unless { .. }
                )
            })
        });
        let hint = if many { self.wanted_element(want) } else { want };
        let (clauses, head) = self.rounds(steps, |this| this.expr(value, hint));
        let (kind, ty) = if many {
            (ComprehensionKind::List, self.types().intern(Type::List(head.ty)))
        } else if maybe {
            (ComprehensionKind::Yield, self.types().optional(head.ty))
        } else {
            (ComprehensionKind::Yield, head.ty)
        };
        self.comprehension(kind, clauses, None, head.id, ty, span)
    }
}
