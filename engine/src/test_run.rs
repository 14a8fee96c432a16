//! Runs the tests of a policy. Each case is decided by the engine as a host's request would be, with
//! the rules of the test's own package in force. Files and time are the host's; nothing here reads either.

use alloc::{
    borrow::ToOwned,
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

use serde_json::Value as Json;
use wardlaw_lang::{
    Code, Diagnostic, Span,
    ir::test::{Expectation, ExpectedEffect},
};

use crate::{
    data,
    decision::{Decision, Effect, Finding},
    engine::{Engine, Run as Rules},
    eval::{Fuel, Machine},
    fault::FaultInfo,
    fix,
    force::Scope,
    input::{Document, Format, Kind, ReadLimits, read_stream},
    plan::{
        check::kinds,
        test::{TestBlock, TestStep},
    },
    request::bind_document,
    value::{NodeRef, Value, print, shown::Origin, world::Docs},
};

mod expect;

/// Cases of one test.
const MOST_CASES: u32 = 100_000;

/// Fixes of one case that are tried.
const MOST_FIXES: usize = 256;

/// Characters of a value in a message.
const LONGEST: usize = 120;

/// A policy with its tests.
#[derive(Debug)]
pub struct Suite {
    engine: Engine,
}

/// What is known of a test before it runs.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TestInfo<'s> {
    /// The path of its package.
    pub package: &'s str,
    /// Its title.
    pub title: &'s str,
    /// Where the title stands.
    pub span: Span,
}

/// A file that a test reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestFile {
    /// Its name, for the names of cases.
    pub name: String,
    /// Its text: YAML or JSON, of one or more documents.
    pub text: String,
}

/// The host's files.
pub trait Files {
    /// The files that a pattern names, in path order. `test` is the name of the source with the test:
    /// the pattern is relative to its folder.
    ///
    /// # Errors
    /// Why they cannot be read, one line.
    fn files(&self, test: &str, pattern: &str) -> Result<Vec<TestFile>, String>;
}

/// For hosts without files: a test that reads some fails.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn files(&self, _: &str, _: &str) -> Result<Vec<TestFile>, String> {
        Err("there are no files here".to_owned())
    }
}

/// The result of a case.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CaseResult {
    /// What tells it from the other cases of its test; none where the test has no `for`.
    pub case: Option<String>,
    /// What did not hold, in source order; none where it passed.
    pub failures: Vec<Failure>,
    /// Fuel of its decisions.
    pub fuel: u64,
}

impl CaseResult {
    /// Whether all that was expected holds.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Something that did not hold.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// [`Code::Expectation`], [`Code::TestFault`] or [`Code::BadFix`].
    pub code: Code,
    /// The clause of the test.
    pub span: Span,
    /// What was expected, or why the test cannot go on; one line.
    pub message: String,
    /// What was found in its place, one line each.
    pub found: Vec<String>,
    /// Another place of the policy that belongs to it.
    pub related: Option<Span>,
}

impl Failure {
    fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            span,
            message: message.into(),
            found: Vec::new(),
            related: None,
        }
    }

    /// As diagnostics are shown.
    pub fn diagnostic(&self) -> Diagnostic {
        const SHOWN: usize = 5;
        let mut diagnostic = Diagnostic::new(self.code, self.span, self.message.clone());
        match self.found.as_slice() {
            [] => {}
            [one] => diagnostic = diagnostic.with_note(one.clone()),
            many => {
                let mut text: Vec<&str> = many.iter().take(SHOWN).map(String::as_str).collect();
                let more = format!("{} more", many.len().saturating_sub(SHOWN));
                if many.len() > SHOWN {
                    text.push(&more);
                }
                diagnostic = diagnostic.with_note(text.join("; "));
            }
        }
        match self.related {
            Some(span) => diagnostic.with_label(span, "declared here"),
            None => diagnostic,
        }
    }
}

impl Suite {
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine }
    }

    /// The policy.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The tests, in the order of packages, files and their text.
    pub fn tests(&self) -> impl Iterator<Item = TestInfo<'_>> {
        self.engine.plan.tests.iter().map(|test| TestInfo {
            package: self.engine.package(test.package),
            title: &test.title,
            span: test.span,
        })
    }

    /// Runs a test, which is named by its position in [`Suite::tests`]; each case is reported when it ends.
    pub fn run(&self, test: usize, files: &dyn Files, report: &mut dyn FnMut(CaseResult)) {
        let Some(test) = self.engine.plan.tests.get(test) else {
            return;
        };
        let failed = |message: String| CaseResult {
            case: None,
            failures: [Failure::new(Code::TestFault, test.span, message)].into(),
            fuel: 0,
        };
        let mut read = Vec::new();
        let (source, _) = self.engine.plan.file_line(test.span);
        let source = source.map_or("", |source| &**source);
        for pattern in &test.files {
            match files.files(source, pattern) {
                Ok(found) if found.is_empty() => {
                    return report(failed(format!("`files(\"{pattern}\")` names no file")));
                }
                Ok(found) => read.push((pattern, found)),
                Err(error) => return report(failed(format!("`files(\"{pattern}\")`: {error}"))),
            }
        }
        let mut documents: Vec<(&str, String, Document<'_>)> = Vec::new();
        for (pattern, found) in &read {
            for file in found {
                match documents_of(file) {
                    Ok(of_file) => {
                        let named = of_file
                            .into_iter()
                            .map(|(name, document)| (pattern.as_str(), name, document));
                        documents.extend(named);
                    }
                    Err(message) => return report(failed(message)),
                }
            }
        }
        let mut machine = Machine::new(&self.engine.plan, Docs::default(), self.engine.limits);
        let mut names = BTreeMap::new();
        for (pattern, name, document) in &documents {
            let doc = machine.add_document(document, Origin::Nothing);
            let node = document.root();
            let known = machine.files.entry((*pattern).to_owned()).or_default();
            known.push(NodeRef { doc, node });
            names.insert(doc, name.as_str());
        }
        machine.open_frame(test.locals);
        let mut run = Run {
            engine: &self.engine,
            test,
            names,
            report,
            cases: 0,
        };
        run.steps(0, machine, State::default());
    }
}

/// The documents of a file, each with its name; empty ones are left out.
fn documents_of(file: &TestFile) -> Result<Vec<(String, Document<'_>)>, String> {
    let json = file.name.rsplit('.').next() == Some("json");
    let format = if json { Format::Json } else { Format::Auto };
    let mut documents = Vec::new();
    for item in read_stream(&file.text, format, &ReadLimits::default()) {
        let document = item.result.map_err(|error| format!("`{}`: {error}", file.name))?;
        if document.kind(document.root()) != Kind::Null {
            documents.push((item.number, document));
        }
    }
    let one = documents.len() == 1;
    Ok(documents
        .into_iter()
        .map(|(number, document)| {
            let name = if one {
                file.name.clone()
            } else {
                format!("{}#{number}", file.name)
            };
            (name, document)
        })
        .collect())
}

/// An input that is bound.
#[derive(Clone, Debug)]
struct Bound {
    input: u32,
    review: bool,
    value: Json,
}

/// What a case knows so far.
#[derive(Clone, Debug, Default)]
struct State {
    names: Vec<String>,
    failures: Vec<Failure>,
    inputs: Vec<Bound>,
    /// The first input that is no request, or the request: what fixes are applied to.
    subject: Option<usize>,
    /// The decision about what is bound.
    decision: Option<Decision>,
    fuel: u64,
}

struct Run<'r> {
    engine: &'r Engine,
    test: &'r TestBlock,
    /// Names of the documents of files.
    names: BTreeMap<crate::value::DocId, &'r str>,
    report: &'r mut dyn FnMut(CaseResult),
    cases: u32,
}

impl Run<'_> {
    /// Runs the clauses from one on. A case ends where they end, or at the first that cannot be run.
    /// `with` and `for` recurse; the checker bounds how many there are.
    fn steps(&mut self, from: usize, mut machine: Machine<'_>, mut state: State) {
        for (at, (step, span)) in self.test.steps.iter().enumerate().skip(from) {
            let next = at.saturating_add(1);
            match step {
                TestStep::Let { pattern, value } => {
                    let bound = machine
                        .eval(*value)
                        .and_then(|bound| machine.bind_names(pattern, bound, *value));
                    if bound.is_err() {
                        return self.fault(&mut machine, *span, state);
                    }
                }
                TestStep::Holds(condition) => match machine.truth(*condition) {
                    Ok(true) => {}
                    Ok(false) => {
                        let failure = expect::not_held(&mut machine, *condition, *span);
                        state.failures.push(failure);
                    }
                    Err(_) => return self.fault(&mut machine, *span, state),
                },
                TestStep::Expect(expectation) => {
                    if state.decision.is_none() {
                        let unbound = self.unbound(&machine, &state).filter(|_| !self.audits(&state));
                        if let Some(input) = unbound {
                            let message =
                                format!("the input `{input}` is not bound: write `with {input} = …`");
                            state.failures.push(Failure::new(Code::TestFault, *span, message));
                            return self.end(&machine, state, false);
                        }
                        self.decide(&machine, &mut state);
                    }
                    if let Some(decision) = &state.decision {
                        let package = self.engine.package(self.test.package);
                        state
                            .failures
                            .extend(expect::findings(expectation, decision, package, *span));
                    }
                }
                TestStep::For(draws) => {
                    let Ok(rounds) = machine.rounds(draws) else {
                        return self.fault(&mut machine, *span, state);
                    };
                    if rounds.is_empty() {
                        let message = "there is no case: the `for` draws no element";
                        state.failures.push(Failure::new(Code::TestFault, *span, message));
                        return self.end(&machine, state, false);
                    }
                    for (index, value) in rounds.into_iter().enumerate() {
                        let (mut inner, mut state) = (machine.clone(), state.clone());
                        state.names.push(self.name(&inner, value, index));
                        if inner.bind_names(&draws.pattern, value, draws.source).is_err() {
                            self.fault(&mut inner, *span, state);
                        } else {
                            self.steps(next, inner, state);
                        }
                    }
                    return;
                }
                TestStep::Input { input, value, review } => {
                    let Ok(value) = machine.eval(*value) else {
                        return self.fault(&mut machine, *span, state);
                    };
                    let value = print::to_serde(&machine.world, value);
                    let document = match Document::from_value(&value) {
                        Ok(document) => document,
                        Err(error) => {
                            state
                                .failures
                                .push(Failure::new(Code::TestFault, *span, error.message));
                            return self.end(&machine, state, false);
                        }
                    };
                    let mut inner = machine;
                    let subject = inner.subject;
                    let doc = inner.add_document(&document, Origin::Nothing);
                    bind_document(&mut inner, *input, doc, &document, *review);
                    inner.forget_made();
                    // As a host does: the request is the subject, else the first input.
                    if *review || subject.is_none() {
                        state.subject = Some(state.inputs.len());
                    } else {
                        inner.subject = subject;
                    }
                    state.inputs.push(Bound {
                        input: *input,
                        review: *review,
                        value,
                    });
                    state.decision = None;
                    return self.steps(next, inner, state);
                }
                TestStep::Data { data, value } => {
                    let Ok(value) = machine.eval(*value) else {
                        return self.fault(&mut machine, *span, state);
                    };
                    let value = print::to_serde(&machine.world, value);
                    let document = match self.datum(*data, &value) {
                        Ok(document) => document,
                        Err(message) => {
                            state.failures.push(Failure::new(Code::TestFault, *span, message));
                            return self.end(&machine, state, false);
                        }
                    };
                    let name = self
                        .engine
                        .plan
                        .data
                        .get(*data as usize)
                        .map_or("", |data| &data.name);
                    let mut inner = machine;
                    let doc = inner.add_document(&document, Origin::Data(name));
                    if inner.bind_data(*data, doc).is_err() {
                        return self.fault(&mut inner, *span, state);
                    }
                    state.decision = None;
                    return self.steps(next, inner, state);
                }
            }
        }
        self.end(&machine, state, true);
    }

    /// The document of a value for a datum, if it is of its type.
    fn datum(&mut self, data: u32, value: &Json) -> Result<Document<'static>, String> {
        let plan = &self.engine.plan;
        let document = Document::from_value(value).map_err(|error| error.message)?;
        let Some(declared) = plan.data.get(data as usize) else {
            return Ok(document);
        };
        let wrong = match declared.shape {
            Some(shape) => data::wrong(&plan.checks, &document, shape),
            None => Vec::new(),
        };
        match wrong.first() {
            None => Ok(document),
            Some((path, message)) if path.is_empty() => Err(format!("datum `{}`: {message}", declared.name)),
            Some((path, message)) => Err(format!("datum `{}` at `{path}`: {message}", declared.name)),
        }
    }

    /// An input that a rule of the package needs, and that is not bound.
    fn unbound(&self, machine: &Machine<'_>, state: &State) -> Option<&str> {
        let plan = &self.engine.plan;
        let needed = |index: usize| {
            let root = plan.reads.roots.get(index).copied().flatten();
            root.and_then(|root| plan.reads.node(root)).is_some_and(|node| {
                node.rules
                    .of(&plan.reads.rules)
                    .iter()
                    .filter_map(|rule| plan.rules.get(*rule as usize))
                    .any(|rule| rule.package == self.test.package)
            })
        };
        plan.inputs
            .iter()
            .enumerate()
            .find(|(index, input)| {
                let optional = plan
                    .checks
                    .get(input.check)
                    .is_none_or(|check| check.mask & kinds::NULL != 0);
                let bound = state.inputs.iter().any(|bound| bound.input as usize == *index);
                let null = matches!(machine.inputs.get(*index), None | Some(Value::Null));
                !optional && !bound && null && needed(*index)
            })
            .map(|(_, input)| input.name.as_str())
    }

    /// Whether the case is about data alone: no input is bound, and there are audit rules.
    fn audits(&self, state: &State) -> bool {
        let rules = &self.engine.plan.rules;
        state.inputs.is_empty()
            && rules
                .iter()
                .any(|rule| rule.audit && rule.package == self.test.package)
    }

    fn decide(&self, machine: &Machine<'_>, state: &mut State) {
        let mut machine = machine.clone();
        machine.fuel = Fuel::new(self.engine.limits.fuel);
        let scope = Scope::package(self.test.package);
        let decision = if self.audits(state) {
            self.engine.audit_in(&mut machine, &scope)
        } else {
            self.engine.decide_in(&mut machine, &scope, Rules::All)
        };
        state.fuel = state.fuel.saturating_add(decision.fuel);
        state.decision = Some(decision);
    }

    /// What tells the round of a `for` from the others.
    fn name(&self, machine: &Machine<'_>, value: Value, index: usize) -> String {
        if let Some(at) = value.as_node()
            && let Some(name) = self.names.get(&at.doc)
        {
            return (*name).to_owned();
        }
        let first = match value {
            Value::Tuple(_) => machine.world.element(value, 0),
            _ => value,
        };
        let scalar = machine.world.elements(first).is_none() && machine.world.members(first).is_none();
        if scalar {
            let mut text = String::new();
            print::display(&machine.world, first, &mut text);
            return expect::shortened(&text);
        }
        format!("#{}", index.saturating_add(1))
    }

    fn fault(&mut self, machine: &mut Machine<'_>, span: Span, mut state: State) {
        let fault = machine.take_fault();
        state.failures.push(self.of_fault(machine, &fault, span));
        self.end(machine, state, false);
    }

    fn of_fault(&self, machine: &Machine<'_>, fault: &FaultInfo, span: Span) -> Failure {
        let mut message = fault.reason.message(&self.engine.plan.checks);
        match fault.place.as_ref().and_then(|place| machine.shown(place)) {
            Some((Some(within), path)) => message = format!("{message} at `{path}` of `{within}`"),
            Some((None, path)) => message = format!("{message} at `{path}`"),
            None => {}
        }
        let inside =
            |inner: &Span| inner.file == span.file && inner.start >= span.start && inner.end <= span.end;
        let mut failure = Failure::new(Code::TestFault, span, message);
        match fault.span {
            Some(own) if inside(&own) => failure.span = own,
            other => failure.related = other,
        }
        failure
    }

    /// Ends a case: errors that nothing expects, and the fixes of its findings.
    fn end(&mut self, machine: &Machine<'_>, mut state: State, complete: bool) {
        self.cases = self.cases.saturating_add(1);
        if self.cases == MOST_CASES {
            let message = format!("the test has more than {MOST_CASES} cases");
            state
                .failures
                .push(Failure::new(Code::TestFault, self.test.span, message));
        }
        if self.cases > MOST_CASES {
            return;
        }
        if complete {
            self.unexpected_errors(&mut state);
            self.fixes(machine, &mut state);
        }
        (self.report)(CaseResult {
            case: (!state.names.is_empty()).then(|| state.names.join(", ")),
            failures: state.failures,
            fuel: state.fuel,
        });
    }

    /// Promise 5: a rule that met an error is not one that found nothing.
    fn unexpected_errors(&self, state: &mut State) {
        let expects_errors = self.test.steps.iter().any(|(step, _)| {
            matches!(
                step,
                TestStep::Expect(Expectation::Finding {
                    effect: ExpectedEffect::Error,
                    ..
                })
            )
        });
        let Some(decision) = state.decision.as_ref().filter(|_| !expects_errors) else {
            return;
        };
        let package = self.engine.package(self.test.package);
        let found: Vec<String> = expect::matching(decision, |finding| finding.effect == Effect::Error)
            .map(|finding| expect::describe(finding, package))
            .collect();
        if !found.is_empty() {
            let mut failure = Failure::new(
                Code::Expectation,
                self.test.span,
                "a rule met an error, which no `expect error` names",
            );
            failure.found = found;
            state.failures.push(failure);
        }
    }

    /// Every fix is applied alone, and its rule must have one finding less.
    fn fixes(&self, machine: &Machine<'_>, state: &mut State) {
        let Some(decision) = state.decision.take() else {
            return;
        };
        let Some(subject) = state
            .subject
            .and_then(|subject| state.inputs.get(subject))
            .cloned()
        else {
            return;
        };
        let with_fix = expect::matching(&decision, |finding| !finding.fix.is_empty());
        for finding in with_fix.take(MOST_FIXES) {
            let same = |other: &&Finding| other.rule == finding.rule && other.effect == finding.effect;
            let before = decision.findings.iter().filter(same).count();
            let wrong = match self.mended(machine, &subject, finding) {
                Err(message) => message,
                Ok(mended) => {
                    state.fuel = state.fuel.saturating_add(mended.fuel);
                    if mended.findings.iter().filter(same).count() < before {
                        continue;
                    }
                    "the finding is still there after the fix".to_owned()
                }
            };
            let package = self.engine.package(self.test.package);
            let mut failure = Failure::new(Code::BadFix, self.test.span, wrong);
            failure.found = [expect::describe(finding, package)].into();
            failure.related = self
                .engine
                .plan
                .rules
                .iter()
                .find(|rule| rule.name == finding.rule)
                .map(|rule| rule.effect.span);
            state.failures.push(failure);
        }
    }

    /// The decision after the fix of a finding.
    fn mended(&self, machine: &Machine<'_>, subject: &Bound, finding: &Finding) -> Result<Decision, String> {
        let is_object = |name| subject.review && subject.value.get(name).is_some_and(Json::is_object);
        let base = ["object", "oldObject"].into_iter().find(|name| is_object(*name));
        let mut value = subject.value.clone();
        let object = match base {
            Some(name) => value.get_mut(name),
            None => Some(&mut value),
        };
        if let Some(object) = object {
            *object = fix::apply(object, &finding.fix).map_err(|error| error.to_string())?;
        }
        let document = Document::from_value(&value).map_err(|error| error.message)?;
        let mut machine = machine.clone();
        machine.fuel = Fuel::new(self.engine.limits.fuel);
        let doc = machine.add_document(&document, Origin::Nothing);
        bind_document(&mut machine, subject.input, doc, &document, subject.review);
        machine.forget_made();
        let scope = Scope::package(self.test.package);
        Ok(self.engine.decide_in(&mut machine, &scope, Rules::All))
    }
}
