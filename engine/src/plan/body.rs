//! Bodies in the plan: clauses, the patterns that they bind, and the effects of rules.

use alloc::{boxed::Box, sync::Arc, vec::Vec};

use wardlaw_lang::{
    builtin::Builtin,
    ir::{self, ClauseKind, Expr, ExprId, PlaceStep},
    types::Types,
};

use super::{
    About, Clause, Edit, Effect, For, Pattern, Place, Rule, Slice, Step, build::Builder, check::CheckId,
    declared::Declared,
};

impl Builder<'_> {
    pub(super) fn clauses(&mut self, clauses: &[ir::Clause], inner: bool) -> Slice {
        let mut built = Vec::with_capacity(clauses.len());
        for clause in clauses {
            built.push(match &clause.kind {
                ClauseKind::Given { local, value } => Clause::Given {
                    local: local.0,
                    value: self.used(*value),
                },
                ClauseKind::For { pattern, source } => Clause::For(Box::new(self.draws(pattern, *source))),
                ClauseKind::Let { pattern, value } => Clause::Let {
                    pattern: match pattern {
                        ir::Pattern::Bind(local) => Pattern::Bind(local.0),
                        pattern => {
                            let declared = self.declared(*value);
                            self.pattern(pattern, &declared)
                        }
                    },
                    value: self.own(*value),
                },
                ClauseKind::When(condition) => Clause::When(self.used(*condition)),
                ClauseKind::Unless(condition) => Clause::Unless(self.used(*condition)),
            });
        }
        self.joins(clauses, &mut built, inner);
        let start = self.plan.clauses.len() as u32;
        let len = built.len() as u32;
        self.plan.clauses.extend(built);
        Slice { start, len }
    }

    pub(super) fn draws(&mut self, pattern: &ir::Pattern, source: ExprId) -> For {
        let declared = self.declared(source).present();
        let element = declared.element(&mut self.types);
        let value = declared.value(&mut self.types);
        let of_map = declared.has_members(&mut self.types) || declared.alternatives == [Types::ANY];
        let bound = match pattern {
            ir::Pattern::Tuple(parts) if of_map && parts.len() == 2 => {
                let key = Declared::of(&mut self.types, Types::STRING);
                Pattern::Tuple(self.parts(parts, &[key, value.clone()]))
            }
            pattern => self.pattern(pattern, &element),
        };
        let indexed = match (self.program.expr(source), pattern) {
            (
                Expr::Builtin {
                    builtin: Builtin::ListIndexed,
                    arguments,
                },
                ir::Pattern::Tuple(_),
            ) => arguments.first().copied(),
            _ => None,
        };
        // Then the element is that of the list.
        let element = match indexed {
            Some(list) => self.declared(list).present().element(&mut self.types),
            None => element,
        };
        For {
            pattern: bound,
            source: self.own(source),
            indexed: indexed.map(|list| self.same(list)),
            element: self.check(&element),
            value: self.check(&value),
            join: None,
        }
    }

    /// What a value of a type is bound to: what is taken out of a tuple is checked.
    pub(super) fn pattern(&mut self, pattern: &ir::Pattern, declared: &Declared) -> Pattern {
        match pattern {
            ir::Pattern::Ignore => Pattern::Ignore,
            ir::Pattern::Bind(local) => Pattern::Bind(local.0),
            ir::Pattern::Tuple(parts) => {
                let members: Vec<Declared> = (0..parts.len())
                    .map(|index| declared.position(&mut self.types, index))
                    .collect();
                Pattern::Tuple(self.parts(parts, &members))
            }
        }
    }

    fn parts(&mut self, parts: &[ir::Pattern], members: &[Declared]) -> Vec<(Pattern, CheckId)> {
        let parts = parts.iter().zip(members);
        parts
            .map(|(part, declared)| (self.pattern(part, declared), self.check(declared)))
            .collect()
    }

    pub(super) fn rule(&mut self, rule: &ir::Rule) -> Rule {
        self.frame = Some(rule.locals);
        let clauses = self.clauses(&rule.clauses, false);
        let locals = self.frame.take().unwrap_or(rule.locals);
        let effect = self.effect(&rule.effect);
        Rule {
            name: rule.name.as_str().into(),
            about: self.about(rule),
            package: rule.package.0,
            severity: rule.severity,
            span: rule.span,
            audit: rule.audit,
            clauses,
            locals,
            effect,
        }
    }

    fn effect(&mut self, effect: &ir::Effect) -> Effect {
        let message = effect.message.map(|message| self.own(message));
        let places: Vec<Place> = effect.places.iter().map(|place| self.place(place)).collect();
        let edits = effect.edits.iter().map(|edit| Edit {
            action: edit.action,
            place: self.place(&edit.place),
            value: edit.value.map(|value| self.used(value)),
        });
        let edits: Vec<Edit> = edits.collect();
        let anchors = effect.anchors.iter().map(|local| local.0);
        Effect {
            kind: effect.kind,
            span: effect.span,
            message,
            places: Slice::push(&mut self.plan.targets, places),
            edits: Slice::push(&mut self.plan.edits, edits),
            anchors: Slice::push(&mut self.plan.anchors, anchors),
        }
    }

    fn about(&mut self, rule: &ir::Rule) -> Arc<About> {
        let texts = [&rule.title, &rule.description];
        if texts.iter().all(|text| text.is_empty()) && rule.controls.is_empty() && rule.aliases.is_empty() {
            return self.nothing_said.clone();
        }
        Arc::new(About {
            title: rule.title.clone(),
            description: rule.description.clone(),
            controls: rule.controls.as_slice().into(),
            aliases: rule.aliases.clone(),
        })
    }

    fn place(&mut self, place: &ir::Place) -> Place {
        let root = self.used(place.root);
        let start = self.plan.steps.len() as u32;
        for step in &place.steps {
            let step = match step {
                PlaceStep::Field(name) => Step::Field(self.field_key(*name)),
                PlaceStep::Index(index) => Step::Index(self.used(*index)),
            };
            self.plan.steps.push(step);
        }
        Place {
            root,
            steps: Slice::since(&self.plan.steps, start),
        }
    }
}
