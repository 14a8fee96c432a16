//! Effects: what a rule says where all its clauses hold, and where.

use alloc::{string::String, sync::Arc, vec::Vec};

use smallvec::SmallVec;
use wardlaw_lang::ir::{EditAction, EffectKind};

use super::{
    Eval, Machine,
    clause::{Flow, RuleRun},
};
use crate::{
    decision::{self, Effect, Level, Raw, RelatedPlace, Source},
    fault::{ErrorKind, FaultInfo, Reason},
    fix::{self, Change, Mutation},
    input::Kind,
    own,
    plan::{self, Op, Rule, Step},
    value::{
        Value,
        place::{Base, Place, Token},
        print,
        shown::{self, Shown},
    },
};

impl Machine<'_> {
    /// The effect of a rule for one round.
    #[inline(never)]
    pub(super) fn fire(&mut self, run: &mut RuleRun<'_>) -> Eval<Flow> {
        let rule = run.rule;
        let effect = match rule.effect.kind {
            EffectKind::Deny => Effect::Deny,
            EffectKind::Warn => Effect::Warn,
            EffectKind::Allow => Effect::Allow,
            EffectKind::Mutate => {
                for change in self.changes(rule)? {
                    run.sink.text = run.sink.text.saturating_add(size(&change.value));
                    run.sink.mutations.push(Mutation {
                        rule: run.index,
                        change,
                    });
                }
                if run.sink.text > self.limits.text_bytes as usize {
                    return Err(self.fail(Reason::Text, plan::OpId(0)));
                }
                return Ok(Flow::Continue);
            }
        };
        let mut message = String::new();
        if let Some(text) = rule.effect.message {
            let value = self.eval(text)?;
            match self.world.text(value) {
                Some(text) => message.push_str(text),
                None => print::display(&self.world, value, &mut message),
            }
        }
        let mut places: SmallVec<[Option<Place>; 2]> = SmallVec::new();
        for at in rule.effect.places.of(&self.plan.targets) {
            places.push(self.place(at)?);
        }
        let changes = match rule.effect.edits.len {
            0 => Vec::new(),
            _ => self.changes(rule)?,
        };
        let mut places = places.into_iter();
        let own = match places.next().flatten() {
            Some(place) => Some(place),
            None => self.anchor(rule),
        };
        let shown = self.show(own);
        let related = places
            .flatten()
            .filter_map(|place| shown::show(&self.world, &self.origins, place))
            .map(|shown| RelatedPlace {
                path: shown.path.pointer(),
                within: shown.within,
                location: shown.location,
            })
            .collect();
        let fix = match changes.as_slice() {
            [] => Vec::new(),
            changes => fix::operations(changes),
        };
        let size = fix
            .iter()
            .map(|operation| operation.value.as_ref().map_or(0, size))
            .fold(message.len(), usize::saturating_add);
        run.sink.text = run.sink.text.saturating_add(size);
        if run.sink.text > self.limits.text_bytes as usize {
            let id = rule.effect.message.unwrap_or(plan::OpId(0));
            return Err(self.fail(Reason::Text, id));
        }
        if effect == Effect::Allow {
            run.sink.allows.push(run.index);
        }
        let mut finding = Self::finding(run.index, rule, effect, message, shown);
        finding.finding.related = related;
        finding.finding.fix = fix;
        finding.changes = changes;
        finding.finding.source = Some(self.source(rule.effect.span));
        Ok(Self::add_finding(run, finding))
    }

    /// The place of a value that was read.
    pub(super) fn place_of(value: Value) -> Option<Place> {
        value.place().map(Place::node)
    }

    /// The innermost variable that has a place.
    fn anchor(&self, rule: &Rule) -> Option<Place> {
        let anchors = rule.effect.anchors.of(&self.plan.anchors).iter().rev();
        anchors
            .copied()
            .find_map(|local| Self::place_of(self.local(local)))
    }

    /// A place in words: what it is relative to, and its pointer.
    pub(crate) fn shown(&self, place: &Place) -> Option<(Option<String>, String)> {
        let (within, path) = shown::steps(&self.world, &self.origins, place)?;
        let within = within.map(|within| String::from(&*within));
        Some((within, path.pointer()))
    }

    /// What a finding shows of a place; without one, of the object under review.
    pub(crate) fn show(&self, place: Option<Place>) -> Shown {
        place
            .and_then(|place| shown::show(&self.world, &self.origins, place))
            .or_else(|| {
                let subject = Place::node(self.subject?);
                let mut shown = shown::show(&self.world, &self.origins, subject)?;
                // The whole object is no line to underline.
                shown.location = None;
                Some(shown)
            })
            .unwrap_or_default()
    }

    /// A place: as far as it is present, and the rest. None where it starts at a made or absent value.
    pub(super) fn place(&mut self, at: &plan::Place) -> Eval<Option<Place>> {
        let mut value = self.eval(at.root)?;
        // A request that was made of a bare object has no document, but its fields have names.
        let mut base = match (value, self.plan.op(at.root)) {
            (Value::Map(_), Some(Op::Input(_))) => Some(Place {
                base: Base::Request,
                rest: Vec::new(),
            }),
            _ => Self::place_of(value),
        };
        for step in at.steps.of(&self.plan.steps) {
            if let Some(place) = &mut base
                && (!place.rest.is_empty() || matches!(value, Value::Null))
            {
                place.rest.extend(self.token(step)?);
                continue;
            }
            let (next, token) = match step {
                Step::Field(key) => (self.world.field(value, key), None),
                Step::Index(_) => {
                    let token = self.token(step)?;
                    (self.step(value, token.as_ref()), token)
                }
            };
            base = match (Self::place_of(next), base.take()) {
                (Some(place), _) => Some(place),
                (None, Some(mut place)) if matches!(next, Value::Null) || place.base == Base::Request => {
                    let token = match step {
                        Step::Field(key) => Some(Token::Key(key.text().into())),
                        Step::Index(_) => token,
                    };
                    token.map(|token| {
                        place.rest.push(token);
                        place
                    })
                }
                _ => None,
            };
            value = next;
        }
        Ok(base)
    }

    fn token(&mut self, step: &Step) -> Eval<Option<Token>> {
        Ok(match step {
            Step::Field(key) => Some(Token::Key(key.text().into())),
            Step::Index(index) => {
                let index = self.eval(*index)?;
                if let Some(key) = self.world.text(index) {
                    Some(Token::Key(key.into()))
                } else {
                    let position = self
                        .as_int(index)
                        .and_then(|position| u32::try_from(position).ok());
                    position.map(Token::Index)
                }
            }
        })
    }

    fn step(&self, value: Value, token: Option<&Token>) -> Value {
        match token {
            Some(Token::Key(key)) => self.world.member(value, key),
            Some(Token::Index(index)) => self.world.element(value, *index as usize),
            Some(Token::End) | None => Value::Null,
        }
    }

    /// The edits of a rule's effect, as changes of the object under review. An edit whose place is not
    /// in the object offers nothing.
    fn changes(&mut self, rule: &Rule) -> Eval<Vec<Change>> {
        let mut changes = Vec::new();
        for edit in rule.effect.edits.of(&self.plan.edits) {
            let place = self.place(&edit.place)?;
            let value = match edit.value {
                Some(value) => {
                    let value = self.eval(value)?;
                    print::to_serde(&self.world, value)
                }
                None => serde_json::Value::Null,
            };
            changes.extend(place.and_then(|place| self.change(edit.action, &place, value)));
        }
        Ok(changes)
    }

    /// An edit as a change of the object under review; none where its place is not in the object.
    pub(crate) fn change(
        &self,
        action: EditAction,
        place: &Place,
        value: serde_json::Value,
    ) -> Option<Change> {
        let (_, path) = shown::steps(&self.world, &self.origins, place)?;
        let Base::Node(at) = place.base else { return None };
        let doc = self.world.doc(at.doc)?;
        let of_input = at.doc >= self.first_input_doc();
        let of_object = self.subject.is_none_or(|subject| {
            subject.doc == at.doc && subject.node <= at.node && at.node < doc.end(subject.node)
        });
        (of_input && of_object).then(|| Change {
            action,
            missing: place.rest.len(),
            path: path.into_tokens(),
            is_list: action == EditAction::Add && doc.kind(at.node) == Kind::List,
            value,
        })
    }

    /// The finding of a fault.
    pub(crate) fn error_finding(&self, index: u32, rule: &Rule, fault: &FaultInfo) -> Raw {
        let message = fault.reason.message(&self.plan.checks);
        let shown = self.show(fault.place.clone());
        let mut finding = Self::finding(index, rule, Effect::Error, message, shown);
        finding.finding.error = Some(decision::ErrorInfo {
            kind: fault.reason.kind(),
        });
        let span = match fault.reason {
            Reason::Mismatch(..) | Reason::Fuel | Reason::Stopped => rule.span,
            _ => fault.span.unwrap_or(rule.span),
        };
        finding.finding.source = Some(self.source(span));
        finding
    }

    /// The finding of an output that met an error; its package is the last, so that it stands behind all rules.
    pub(crate) fn output_error(
        &self,
        name: &str,
        kind: ErrorKind,
        message: String,
        place: Option<&Place>,
        span: Option<wardlaw_lang::Span>,
    ) -> Raw {
        let shown = self.show(place.cloned());
        let path = shown.path.pointer();
        Raw {
            rule: None,
            package: u32::MAX,
            path: shown.path,
            changes: Vec::new(),
            finding: decision::Finding {
                rule: name.into(),
                effect: Effect::Error,
                level: Level::Deny,
                severity: decision::Severity::Medium,
                message,
                path,
                within: shown.within,
                location: shown.location,
                related: Vec::new(),
                controls: Arc::default(),
                fix: Vec::new(),
                conflict: false,
                source: span.map(|span| self.source(span)),
                error: Some(decision::ErrorInfo { kind }),
                exempt: None,
            },
        }
    }

    /// A finding of a rule, without what only its effect knows.
    pub(crate) fn finding(index: u32, rule: &Rule, effect: Effect, message: String, shown: Shown) -> Raw {
        let path = shown.path.pointer();
        Raw {
            rule: Some(index),
            package: rule.package,
            path: shown.path,
            changes: Vec::new(),
            finding: decision::Finding {
                rule: own::text(&rule.name),
                effect,
                level: match effect {
                    Effect::Warn => Level::Warn,
                    Effect::Deny | Effect::Allow | Effect::Error => Level::Deny,
                },
                severity: rule.severity,
                message,
                path,
                within: shown.within,
                location: shown.location,
                related: Vec::new(),
                controls: own::controls(&rule.about.controls),
                fix: Vec::new(),
                conflict: false,
                source: None,
                error: None,
                exempt: None,
            },
        }
    }

    pub(crate) fn source(&self, span: wardlaw_lang::Span) -> Source {
        let (file, line) = self.plan.file_line(span);
        Source {
            file: file.map(own::text).unwrap_or_default(),
            line,
        }
    }
}

/// About how many bytes a value takes in a result. Recursion follows the value, whose depth is bounded.
fn size(value: &serde_json::Value) -> usize {
    use serde_json::Value as Json;
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => 8,
        Json::String(text) => text.len().saturating_add(2),
        Json::Array(items) => items.iter().map(size).fold(2, usize::saturating_add),
        Json::Object(members) => members
            .iter()
            .map(|(key, member)| size(member).saturating_add(key.len()))
            .fold(2, usize::saturating_add),
    }
}
