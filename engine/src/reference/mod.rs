//! The reference evaluator: what a policy means, said as plainly as possible over the IR. It is slow and
//! is the oracle of the plan and its evaluator: it shares values, documents, builtins, places and the
//! assembly of decisions with them, and neither plan nor evaluation nor the analysis of reads.
//!
//! It counts no fuel and no limits: those belong to the plan.

use alloc::{collections::BTreeSet, format, string::String, vec, vec::Vec};

use wardlaw_lang::{
    Span,
    ir::{self, Clause, ClauseKind, EffectKind, ExprId, Pattern, PlaceStep, Program, RelationId, StringId},
    types::TypeId,
};

mod expr;
mod gather;
mod operator;
mod reads;
mod relation;
mod shape;
mod whole;

use crate::{
    Engine,
    decision::{self, Decision, Effect, ErrorInfo, RelatedPlace, Source},
    eval::{Machine, Sink},
    fault::{ErrorKind, FaultInfo},
    fix::{Mutation, Patch},
    force::Scope,
    limits::Limits,
    plan::{OpId, check::Found},
    request::Request,
    value::{
        NodeRef, Value,
        place::{Base, Place, Token},
        print, shown,
        world::Docs,
    },
};
use relation::Table;
use shape::Shapes;

/// How an expression is named to what is shared with the engine, which numbers them otherwise: what it says of
/// their places is not asked for.
const NOWHERE: OpId = OpId(0);

impl Engine {
    /// Decides as [`Engine::decide`] does, by a second evaluator that was written for obviousness. Both
    /// give the same decision byte for byte, except for the fuel, which is 0 here.
    pub fn decide_by_reference(&self, request: &Request<'_>) -> Decision {
        let mut reference = Reference::new(self, request.documents());
        request.bind(&mut reference.store);
        let scope = self.force.scope(&reference.store, request.now());
        reference.rules(false, &scope);
        let outputs = reference.outputs(|name| self.gives(&scope, name));
        self.finish(&mut reference.sink, outputs, &scope, 0)
    }

    /// Decides the audit rules as [`Engine::audit`] does, by the second evaluator.
    pub fn audit_by_reference(&self) -> Decision {
        let mut reference = Reference::new(self, Docs::default());
        let scope = self.force.audit_scope(None);
        reference.rules(true, &scope);
        self.decision(&mut reference.sink, Vec::new(), &scope, 0)
    }
}

/// What went wrong, and where.
#[derive(Clone, Debug, PartialEq)]
struct Wrong {
    kind: ErrorKind,
    message: String,
    /// The expression that met it; none for a value that is not of its declared type: that is the
    /// input's error, found before evaluation already.
    span: Option<Span>,
    place: Option<Place>,
}

type Eval<T> = Result<T, Wrong>;

/// One decision.
struct Reference<'e> {
    program: &'e Program,
    /// The program's types, with what can be taken out of values of each.
    shapes: Shapes,
    /// Documents, made values and builtins. It evaluates nothing here.
    store: Machine<'e>,
    /// Results of package-level `let`s that were needed.
    lets: Vec<Option<Known>>,
    /// Relations that were needed: the rows so far, while their stratum is at work.
    relations: Vec<Option<Table>>,
    /// Relations with errors that were read since the rule, `let` or stratum at work began.
    met: BTreeSet<RelationId>,
    /// Locals of the rule, function or `let` at work.
    frame: Vec<Value>,
    sink: Sink,
}

/// The result of a package-level `let`, and the relations with errors that it has read.
#[derive(Clone, Debug)]
struct Known {
    value: Eval<Value>,
    met: BTreeSet<RelationId>,
}

impl<'e> Reference<'e> {
    fn new(engine: &'e Engine, documents: Docs<'e>) -> Self {
        let unlimited = Limits {
            fuel: u64::MAX,
            findings_per_rule: u32::MAX,
            findings: u32::MAX,
            text_bytes: u32::MAX,
            made_values: u32::MAX,
            load_fuel: u64::MAX,
            load_values: u32::MAX,
            ..engine.limits
        };
        let program = &engine.program;
        Self {
            program,
            shapes: Shapes::new(program.types.clone()),
            store: Machine::new(&engine.plan, documents, unlimited),
            lets: vec![None; program.lets.len()],
            relations: vec![None; program.relations.len()],
            met: BTreeSet::new(),
            frame: Vec::new(),
            sink: Sink::default(),
        }
    }

    /// Decides the rules about inputs, or the audit rules.
    fn rules(&mut self, audit: bool, scope: &Scope) {
        let program = self.program;
        for (index, rule) in program.rules.iter().enumerate() {
            if rule.audit == audit && scope.has(rule.package.0) {
                self.check_reads(index, rule);
                self.rule(index, rule);
            }
        }
    }
}

impl Reference<'_> {
    /// The values of the outputs; one that meets an error is an error of no rule.
    fn outputs(&mut self, wanted: impl Fn(&str) -> bool) -> Vec<(String, serde_json::Value)> {
        let program = self.program;
        let mut outputs = Vec::new();
        for id in &program.outputs {
            let name = program.lets.get(id.index()).map_or("", |def| def.name.as_str());
            if !wanted(name) {
                continue;
            }
            self.met.clear();
            let value = self.package_let(*id);
            let met = core::mem::take(&mut self.met);
            let mut errors = self.mistyped_of_output(*id);
            errors.extend(met.into_iter().flat_map(|relation| self.errors_of(relation)));
            match value {
                Ok(value) if errors.is_empty() => {
                    outputs.push((name.into(), print::to_serde(&self.store.world, value)));
                }
                Ok(_) => {}
                Err(wrong) => errors.push(wrong),
            }
            for wrong in errors {
                let place = wrong.place.as_ref();
                let error = self
                    .store
                    .output_error(name, wrong.kind, wrong.message, place, wrong.span);
                self.sink.findings.push(error);
            }
        }
        outputs
    }

    // ------------------------------------------------------------------ rules

    fn rule(&mut self, index: usize, rule: &ir::Rule) {
        self.frame = vec![Value::Null; rule.locals as usize];
        self.met.clear();
        if let Err(wrong) = self.rule_from(index, rule, 0) {
            self.error(index, rule, &wrong);
        }
        for relation in core::mem::take(&mut self.met) {
            for wrong in self.errors_of(relation) {
                self.error(index, rule, &wrong);
            }
        }
    }

    /// The clauses of a rule from one on, then its effect. An error ends one element of the innermost
    /// `for`, becomes a finding, and the next element is drawn.
    fn rule_from(&mut self, index: usize, rule: &ir::Rule, at: usize) -> Eval<()> {
        let Some(clause) = rule.clauses.get(at) else {
            return self
                .effect(index, rule)
                .map_err(|wrong| self.placed(wrong, &rule.clauses, at));
        };
        if let ClauseKind::For { pattern, source } = &clause.kind {
            let drawn = self
                .drawn(*source, matches!(pattern, Pattern::Tuple(_)))
                .map_err(|wrong| self.placed(wrong, &rule.clauses, at))?;
            for element in drawn {
                let round = match self.bind_drawn(pattern, *source, element) {
                    Ok(()) => self.rule_from(index, rule, at.saturating_add(1)),
                    Err(wrong) => Err(self.placed(wrong, &rule.clauses, at)),
                };
                if let Err(wrong) = round {
                    self.error(index, rule, &wrong);
                }
            }
            return Ok(());
        }
        match self.passes(clause) {
            Ok(true) => self.rule_from(index, rule, at.saturating_add(1)),
            Ok(false) => Ok(()),
            Err(wrong) => Err(self.placed(wrong, &rule.clauses, at)),
        }
    }

    /// A clause that is no `for`: whether it lets the round pass.
    fn passes(&mut self, clause: &Clause) -> Eval<bool> {
        match &clause.kind {
            ClauseKind::Given { local, value } => {
                let value = self.eval(*value)?;
                self.set(*local, value);
                Ok(!matches!(value, Value::Null))
            }
            ClauseKind::Let { pattern, value } => {
                let ty = self.program.type_of(*value);
                let bound = self.eval(*value)?;
                self.bind(pattern, bound, ty, *value)?;
                Ok(true)
            }
            ClauseKind::When(condition) => self.truth(*condition),
            ClauseKind::Unless(condition) => self.truth(*condition).map(|truth| !truth),
            ClauseKind::For { source, .. } => Err(self.internal("a `for` out of place", *source)),
        }
    }

    /// An error without a place lies where the innermost variable does that was bound before.
    fn placed(&self, mut wrong: Wrong, clauses: &[Clause], before: usize) -> Wrong {
        if wrong.place.is_none() {
            let clauses = clauses.iter().take(before).rev();
            wrong.place = clauses
                .filter_map(|clause| match &clause.kind {
                    ClauseKind::Given { local, .. } => Some(vec![*local]),
                    ClauseKind::For { pattern, .. } => Some(locals(pattern)),
                    ClauseKind::Let { .. } | ClauseKind::When(_) | ClauseKind::Unless(_) => None,
                })
                .flat_map(|locals| locals.into_iter().rev())
                .find_map(|local| place_of(self.local(local)));
        }
        wrong
    }

    // ---------------------------------------------------------------- effects

    fn effect(&mut self, index: usize, rule: &ir::Rule) -> Eval<()> {
        let kind = match rule.effect.kind {
            EffectKind::Deny => Effect::Deny,
            EffectKind::Warn => Effect::Warn,
            EffectKind::Allow => Effect::Allow,
            EffectKind::Mutate => {
                for change in self.edits(rule)? {
                    let rule = index as u32;
                    self.sink.mutations.push(Mutation { rule, change });
                }
                return Ok(());
            }
        };
        let mut message = String::new();
        if let Some(text) = rule.effect.message {
            let value = self.eval(text)?;
            print::display(&self.store.world, value, &mut message);
        }
        let mut places = Vec::new();
        for at in &rule.effect.places {
            places.push(self.place(at)?);
        }
        let changes = self.edits(rule)?;
        let mut patch = Patch::default();
        patch.extend(changes.clone());
        let anchor = rule.effect.anchors.iter().rev();
        let anchor = anchor.copied().find_map(|local| place_of(self.local(local)));
        let own = places.first().cloned().flatten().or(anchor);
        let related = places
            .iter()
            .skip(1)
            .flatten()
            .filter_map(|place| shown::show(&self.store.world, &self.store.origins, place.clone()))
            .map(|shown| RelatedPlace {
                path: shown.path.pointer(),
                within: shown.within,
                location: shown.location,
            })
            .collect();
        if kind == Effect::Allow {
            self.sink.allows.push(index as u32);
        }
        self.add(
            index,
            kind,
            message,
            own.as_ref(),
            |raw| {
                raw.finding.related = related;
                raw.finding.fix = patch.into_operations();
                raw.changes = changes;
            },
            rule.effect.span,
        );
        Ok(())
    }

    fn error(&mut self, index: usize, rule: &ir::Rule, wrong: &Wrong) {
        let kind = wrong.kind;
        let span = wrong.span.unwrap_or(rule.span);
        self.add(
            index,
            Effect::Error,
            wrong.message.clone(),
            wrong.place.as_ref(),
            |raw| {
                raw.finding.error = Some(ErrorInfo { kind });
            },
            span,
        );
    }

    fn add(
        &mut self,
        index: usize,
        effect: Effect,
        message: String,
        place: Option<&Place>,
        more: impl FnOnce(&mut decision::Raw),
        span: Span,
    ) {
        let Some(rule) = self.store.plan.rules.get(index) else {
            return;
        };
        let shown = self.store.show(place.cloned());
        let mut raw = Machine::finding(index as u32, rule, effect, message, shown);
        more(&mut raw);
        let (file, line) = self.program.file_line(span);
        raw.finding.source = Some(Source {
            file: file.into(),
            line,
        });
        self.sink.findings.push(raw);
    }

    // ----------------------------------------------------------------- places

    /// A place: as far as it is present, and the rest. None where it starts at a made or absent value.
    fn place(&mut self, at: &ir::Place) -> Eval<Option<Place>> {
        let mut value = self.eval(at.root)?;
        let is_request = matches!(value, Value::Map(_)) && self.is_input(at.root);
        let mut place = if is_request {
            Some(Place {
                base: Base::Request,
                rest: Vec::new(),
            })
        } else {
            place_of(value)
        };
        for step in &at.steps {
            let token = match step {
                PlaceStep::Field(name) => Some(Token::Key(self.program.string(*name).into())),
                PlaceStep::Index(index) => {
                    let index = self.eval(*index)?;
                    self.token(index)
                }
            };
            let next = match &token {
                Some(Token::Key(key)) => self.store.world.member(value, key),
                Some(Token::Index(index)) => self.store.world.element(value, *index as usize),
                Some(Token::End) | None => Value::Null,
            };
            place = match (place, token) {
                // What is absent has nothing below it: the steps are all there is to say.
                (Some(mut place), token) if !place.rest.is_empty() || matches!(value, Value::Null) => {
                    place.rest.extend(token);
                    Some(place)
                }
                (place, token) => match (place_of(next), place, token) {
                    (Some(found), _, _) => Some(found),
                    (None, Some(mut place), Some(token))
                        if matches!(next, Value::Null) || place.base == Base::Request =>
                    {
                        place.rest.push(token);
                        Some(place)
                    }
                    _ => None,
                },
            };
            value = next;
        }
        Ok(place)
    }

    fn token(&self, index: Value) -> Option<Token> {
        match self.store.world.text(index) {
            Some(key) => Some(Token::Key(key.into())),
            None => u32::try_from(self.store.as_int(index)?).ok().map(Token::Index),
        }
    }

    fn is_input(&self, id: ExprId) -> bool {
        match self.program.expr(id) {
            ir::Expr::Input(_) => true,
            ir::Expr::Narrow { value, .. } => self.is_input(*value),
            _ => false,
        }
    }

    fn edits(&mut self, rule: &ir::Rule) -> Eval<Vec<crate::fix::Change>> {
        let mut changes = Vec::new();
        for edit in &rule.effect.edits {
            let place = self.place(&edit.place)?;
            let value = match edit.value {
                Some(value) => {
                    let value = self.eval(value)?;
                    print::to_serde(&self.store.world, value)
                }
                None => serde_json::Value::Null,
            };
            changes.extend(place.and_then(|place| self.store.change(edit.action, &place, value)));
        }
        Ok(changes)
    }

    // --------------------------------------------------------------- bindings

    fn local(&self, local: ir::LocalId) -> Value {
        self.frame.get(local.index()).copied().unwrap_or(Value::Null)
    }

    fn set(&mut self, local: ir::LocalId, value: Value) {
        if let Some(slot) = self.frame.get_mut(local.index()) {
            *slot = value;
        }
    }

    /// Binds a value to a pattern. What is taken out of a tuple is checked.
    fn bind(&mut self, pattern: &Pattern, value: Value, ty: TypeId, at: ExprId) -> Eval<()> {
        match pattern {
            Pattern::Ignore => Ok(()),
            Pattern::Bind(local) => {
                self.set(*local, value);
                Ok(())
            }
            Pattern::Tuple(parts) => {
                if self.store.world.len(value) != Some(parts.len()) {
                    return Err(self.operand("expected a tuple of another length", at));
                }
                for (index, part) in parts.iter().enumerate() {
                    let ty = self.shapes.position(ty, index);
                    if *part == Pattern::Ignore {
                        continue;
                    }
                    let lies_at = match value {
                        Value::Node(list) => self.store.world.doc(list.doc).and_then(|doc| {
                            let node = doc.element(list.node, index)?;
                            Some(NodeRef { doc: list.doc, node })
                        }),
                        _ => None,
                    };
                    let element = match lies_at {
                        // A null there has a place, too.
                        Some(at) => self.read(at, ty)?,
                        None => {
                            let element = self.store.world.element(value, index);
                            self.part(element, ty)?
                        }
                    };
                    self.bind(part, element, ty, at)?;
                }
                Ok(())
            }
        }
    }

    // ----------------------------------------------------------------- errors

    fn span(&self, id: ExprId) -> Option<Span> {
        self.program.expr_spans.get(id.index()).copied()
    }

    fn operand(&self, message: &str, at: ExprId) -> Wrong {
        Wrong {
            kind: ErrorKind::Type,
            message: message.into(),
            span: self.span(at),
            place: None,
        }
    }

    fn internal(&self, message: &str, at: ExprId) -> Wrong {
        Wrong {
            kind: ErrorKind::Internal,
            message: message.into(),
            span: self.span(at),
            place: None,
        }
    }

    /// What lies at a place, and is not of its declared type.
    fn mismatch(&mut self, ty: TypeId, found: Found, place: Place) -> Wrong {
        Wrong {
            place: Some(place),
            ..self.mismatch_of(Value::Null, ty, found)
        }
    }

    /// A value that is not of the type that it is used as.
    fn mismatch_of(&mut self, value: Value, ty: TypeId, found: Found) -> Wrong {
        let expected = self.shapes.describe(ty);
        Wrong {
            kind: ErrorKind::Type,
            message: format!("expected `{expected}`, found {}", found.text()),
            span: None,
            place: place_of(value),
        }
    }

    /// The error of what is shared with the engine.
    fn shared(&self, fault: FaultInfo) -> Wrong {
        Wrong {
            kind: fault.reason.kind(),
            message: fault.reason.message(&self.store.plan.checks),
            span: fault.span,
            place: fault.place,
        }
    }

    /// The error of what is shared, on its way.
    fn shared_fault(&mut self, at: ExprId) -> Wrong {
        let fault = self.store.take_fault();
        let mut wrong = self.shared(fault);
        wrong.span = self.span(at);
        wrong
    }

    fn run(&mut self, items: &[Value], at: ExprId) -> Eval<u32> {
        let made = self.store.make_run(items, NOWHERE);
        made.map_err(|_| self.shared_fault(at))
    }

    fn made_text(&mut self, text: &str, at: ExprId) -> Eval<Value> {
        let made = self.store.make_text(text, NOWHERE);
        made.map_err(|_| self.shared_fault(at))
    }

    fn name(&self, name: StringId) -> &str {
        self.program.string(name)
    }
}

/// The place of a value that was read.
fn place_of(value: Value) -> Option<Place> {
    match value {
        Value::Node(at) | Value::Key(at) | Value::Read(_, at) => Some(Place::node(at)),
        _ => None,
    }
}

/// The locals of a pattern, as written.
fn locals(pattern: &Pattern) -> Vec<ir::LocalId> {
    match pattern {
        Pattern::Ignore => Vec::new(),
        Pattern::Bind(local) => vec![*local],
        Pattern::Tuple(parts) => parts.iter().flat_map(locals).collect(),
    }
}
