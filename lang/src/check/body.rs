//! Clauses: what they bind, and what is known after them.

use alloc::{format, rc::Rc, vec::Vec};

use crate::{
    Applicability, Code, Diagnostic, Span,
    ir::{Clause, ClauseKind, Expr, ExprId, Pattern},
    syntax::ast::{self, StepKind},
    types::{Type, TypeId, Types},
};

use super::{Checker, expr::Typed, scope::Fact};

impl<'s> Checker<'_, 's> {
    /// Checks clauses in order. Their locals and facts stay for what follows; the caller forgets them.
    pub(super) fn clauses(&mut self, steps: &[ast::Step<'s>]) -> Vec<Clause> {
        let mut clauses = Vec::with_capacity(steps.len());
        for step in steps {
            let span = step.span;
            match &step.kind {
                StepKind::Given { name, value } => clauses.push(Clause {
                    kind: self.given(*name, value),
                    span,
                }),
                StepKind::For { generators } => {
                    for generator in generators {
                        let kind = self.generator(generator);
                        clauses.push(Clause { kind, span });
                    }
                }
                StepKind::Let { pattern, value } => clauses.push(Clause {
                    kind: self.bind_let(pattern, value),
                    span,
                }),
                StepKind::When { condition } => {
                    let condition = self.clause_condition(condition, true);
                    self.frame.facts.extend(condition.yes);
                    clauses.push(Clause {
                        kind: ClauseKind::When(condition.id),
                        span,
                    });
                }
                StepKind::Unless { condition } => {
                    let condition = self.clause_condition(condition, false);
                    self.frame.facts.extend(condition.no);
                    clauses.push(Clause {
                        kind: ClauseKind::Unless(condition.id),
                        span,
                    });
                }
                StepKind::Error => self.frame.facts_unknown = true,
                StepKind::Finding { .. }
                | StepKind::Allow
                | StepKind::Yield { .. }
                | StepKind::Edit { .. } => {
                    self.report(
                        Diagnostic::new(Code::BadBody, span, "an effect stands last, after all clauses")
                            .with_help("move it to the end of the body"),
                    );
                }
            }
        }
        clauses
    }

    /// A condition of a clause; warns of one that is constant.
    fn clause_condition(&mut self, condition: &ast::Expr<'s>, when: bool) -> Typed {
        let before = self.diagnostics.len();
        let typed = self.condition(condition);
        let found = self.diagnostics.get(before..).unwrap_or(&[]);
        if found.iter().any(Diagnostic::is_error) {
            self.frame.facts_unknown |= found.iter().any(hides_facts);
            return typed;
        }
        let said = found
            .iter()
            .position(|diagnostic| diagnostic.code == Code::ConstantCondition)
            .map(|index| before + index);
        match (typed.constant, said) {
            (Some(holds), _) if holds != when => {
                // What a part of the condition is reported for is the reason that nothing passes.
                let cause = said.map(|said| self.diagnostics.remove(said));
                self.nothing_passes(cause, typed.span, "the condition never lets it");
            }
            (Some(holds), None) => self.constant(typed.span, holds, "it is a constant", None),
            _ => {}
        }
        typed
    }

    /// Reports a clause behind which nothing is ever done; `cause` is what was said of a part of it.
    fn nothing_passes(&mut self, cause: Option<Diagnostic>, span: Span, why: &str) {
        let mut diagnostic = Diagnostic::new(
            Code::NothingPasses,
            cause.as_ref().map_or(span, |cause| cause.span),
            "nothing gets past this clause",
        );
        match cause {
            Some(cause) => {
                diagnostic.note = Some(cause.message);
                diagnostic.labels = cause.labels;
            }
            None => diagnostic.note = Some(why.into()),
        }
        self.report(diagnostic.with_help(
            "what stands below it is never done, so the rule never fires: mend the clause, or remove the rule",
        ));
    }

    fn given(&mut self, name: ast::Name<'s>, value: &ast::Expr<'s>) -> ClauseKind {
        let typed = self.expr(value, None);
        if typed.ty == Types::NULL {
            self.nothing_passes(None, typed.span, "this is always absent");
        } else if typed.ty != Types::ERROR && !self.types().is_optional(typed.ty) {
            let ty = self.show(typed.ty);
            self.report(
                Diagnostic::new(
                    Code::NeverAbsent,
                    typed.span,
                    "this is never absent, so `given` always goes on",
                )
                .with_note(format!("this is `{ty}`"))
                .with_help("write `let`"),
            );
        }
        let present = self.types().present(typed.ty);
        let present = if present == Types::NEVER {
            Types::ERROR
        } else {
            present
        };
        // What is present was reached through everything before it.
        self.frame.facts.extend(typed.through.iter().cloned());
        if let Some(path) = typed.path {
            self.frame.facts.push(Fact::Type { path, ty: present });
        }
        let path = self.pure_path(value).map(Rc::new);
        let local = self.bind(name, present);
        self.alias(local, path, typed.structured);
        self.frame.anchors.push(local);
        ClauseKind::Given {
            local,
            value: typed.id,
        }
    }

    fn bind_let(&mut self, pattern: &ast::Pattern<'s>, value: &ast::Expr<'s>) -> ClauseKind {
        let typed = self.expr(value, None);
        let path = self.pure_path(value).map(Rc::new);
        let bound = self.pattern(pattern, typed.ty);
        if let Pattern::Bind(local) = bound {
            self.alias(local, path, typed.structured);
        }
        ClauseKind::Let {
            pattern: bound,
            value: typed.id,
        }
    }

    fn generator(&mut self, generator: &ast::Generator<'s>) -> ClauseKind {
        let source = self.expr(&generator.source, None);
        if let Type::List(Types::NEVER) | Type::Set(Types::NEVER) = self.types().structure(source.ty) {
            self.nothing_passes(None, source.span, "this is always empty");
        }
        let element = self.element_type(&source, &generator.pattern);
        let pattern = self.pattern(&generator.pattern, element);
        anchors(&pattern, &mut self.frame.anchors);
        ClauseKind::For {
            pattern,
            source: source.id,
        }
    }

    /// What each round of `for` gives; promise 2: what may be absent is not walked.
    fn element_type(&mut self, source: &Typed, pattern: &ast::Pattern<'s>) -> TypeId {
        if source.ty == Types::ERROR {
            return Types::ERROR;
        }
        if self.types().is_optional(source.ty) {
            let ty = self.show(source.ty);
            let present = self.types().present(source.ty);
            let empty = match self.types().structure(present) {
                Type::List(_) => Some(" ?? []"),
                Type::Set(_) | Type::Map(_) => Some(" ?? {}"),
                _ => None,
            };
            let mut diagnostic = Diagnostic::new(
                Code::MaybeAbsent,
                source.span,
                "this may be absent, so it cannot be walked",
            )
            .with_note(format!("this is `{ty}`"))
            .with_help("write `?? []` (or `?? {}` for a map): no element where it is absent");
            if let Some(empty) = empty.filter(|_| source.path.is_some()) {
                let end = Span {
                    start: source.span.end,
                    ..source.span
                };
                diagnostic = diagnostic.with_edit(end, empty, Applicability::Unsafe);
            }
            self.absent(diagnostic);
            return Types::ERROR;
        }
        let tuple = matches!(pattern, ast::Pattern::Tuple(..));
        let value = match self.types().structure(source.ty) {
            Type::List(element) | Type::Set(element) => return element,
            Type::Map(value) => value,
            Type::Record(_) => Types::ANY,
            Type::Any => {
                // Checked when it runs: a list gives its elements, a map its members.
                return if tuple {
                    self.types()
                        .intern(Type::Tuple([Types::STRING, Types::ANY].into()))
                } else {
                    Types::ANY
                };
            }
            _ => {
                let message = format!("`{}` has no elements", self.show(source.ty));
                self.report(
                    Diagnostic::new(Code::TypeMismatch, source.span, message)
                        .with_help("`for` walks lists, sets, maps and records"),
                );
                return Types::ERROR;
            }
        };
        if !tuple {
            self.report(
                Diagnostic::new(
                    Code::TypeMismatch,
                    pattern.span(),
                    "a map gives pairs of key and value",
                )
                .with_help("write `(key, value)`; `_` for the one that is not needed"),
            );
            return Types::ERROR;
        }
        self.types().intern(Type::Tuple([Types::STRING, value].into()))
    }

    /// Binds a pattern to a value of a type.
    pub(super) fn pattern(&mut self, pattern: &ast::Pattern<'s>, ty: TypeId) -> Pattern {
        match pattern {
            ast::Pattern::Name(name) if name.text == "_" => Pattern::Ignore,
            ast::Pattern::Name(name) => Pattern::Bind(self.bind(*name, ty)),
            ast::Pattern::Tuple(patterns, span) => {
                let members = match self.types().structure(ty) {
                    Type::Tuple(members) if members.len() == patterns.len() => members,
                    Type::Error => core::iter::repeat_n(Types::ERROR, patterns.len()).collect(),
                    _ => {
                        let message = format!("`{}` is no tuple of {}", self.show(ty), patterns.len());
                        self.report(
                            Diagnostic::new(Code::TypeMismatch, *span, message)
                                .with_help("bind it to one name, or to as many as it has members"),
                        );
                        core::iter::repeat_n(Types::ERROR, patterns.len()).collect()
                    }
                };
                Pattern::Tuple(
                    patterns
                        .iter()
                        .zip(&*members)
                        .map(|(pattern, ty)| self.pattern(pattern, *ty))
                        .collect(),
                )
            }
        }
    }

    /// The value of a `yield` or message: kept here because rules and functions share it.
    pub(super) fn message(&mut self, message: &ast::Expr<'s>) -> ExprId {
        // Nothing is compared with a message, so that it needs no type of its own.
        if let ast::ExprKind::Text(text) = &message.kind
            && let Some(literal) = text.literal()
        {
            let id = self.string(literal);
            return self.emit(Expr::Text(id), Types::STRING, text.span);
        }
        let typed = self.expr(message, Some(Types::STRING));
        self.expect(&typed, Types::STRING, "a message");
        typed.id
    }
}

/// Whether what a condition shows is not known because of a mistake in it. What may be absent is used
/// wrongly, but is known all the same.
pub(super) fn hides_facts(diagnostic: &Diagnostic) -> bool {
    diagnostic.is_error() && diagnostic.code != Code::MaybeAbsent
}

fn anchors(pattern: &Pattern, out: &mut Vec<crate::ir::LocalId>) {
    match pattern {
        Pattern::Ignore => {}
        Pattern::Bind(local) => out.push(*local),
        Pattern::Tuple(members) => members.iter().for_each(|member| anchors(member, out)),
    }
}
