//! Data: what the host gives under full names, or the defaults. Checked wholly against the declared
//! types when an engine is built, so that reading it never fails.

use alloc::{
    borrow::ToOwned,
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    sync::Arc,
    vec::Vec,
};

use serde_json::Value as Json;
use wardlaw_lang::{Code, Diagnostic, Sources, Span, suggest::nearest, types::Opaque};

use crate::{
    builtins::pattern::Regex,
    eval::Machine,
    fault::Reason,
    force::{self, Marks},
    input::{
        Document, Kind, NodeId,
        whole::{self, Parts},
    },
    limits::Limits,
    plan::{
        Plan,
        check::{Check, CheckId, Checks, Found},
        index,
        shape::ShapeId,
    },
    value::{
        place::{Token, pointer},
        print,
        world::Docs,
    },
};

/// What the host gives, and where it has it.
#[derive(Debug)]
pub(crate) struct Given<'g> {
    pub(crate) data: &'g BTreeMap<String, force::Given>,
    pub(crate) marks: &'g Marks,
}

/// Whether the package of a datum is in force, or needed by one that is.
fn is_reached(plan: &Plan, datum: &str) -> bool {
    let path = datum.rsplit_once('.').map_or("", |(path, _)| path);
    let mut packages = plan.packages.iter();
    packages
        .find(|package| package.path == path)
        .is_none_or(|package| package.reached)
}

/// Gives every datum of the plan its document; `all` says whether each that is in force must have one. All
/// that is wrong is reported at once.
pub(crate) fn load(
    plan: &mut Plan,
    given: &Given<'_>,
    limits: Limits,
    all: bool,
    sources: &mut Sources,
) -> Vec<Diagnostic> {
    let mut diagnostics = unknown(plan, given, sources);
    // By name, so that the order of places does not depend on that of files.
    let mut indices: Vec<usize> = (0..plan.data.len()).collect();
    indices.sort_by_key(|index| plan.data.get(*index).map(|data| data.name.clone()));
    for index in indices {
        // Left to tests, not wanted, or not read by anything in force.
        let left = plan.data.get(index).is_some_and(|data| {
            let missing = data.default.is_none() && !given.data.contains_key(&data.name);
            missing && (!all || !is_reached(plan, &data.name))
        });
        if left {
            continue;
        }
        if let Err(mut errors) = load_one(plan, index, given, limits, sources) {
            diagnostics.append(&mut errors);
        }
    }
    order_places(plan);
    diagnostics
}

/// The data that are given, by their indices.
pub(crate) fn indices(plan: &Plan, given: &BTreeMap<String, force::Given>) -> Vec<u32> {
    let named = (0_u32..).zip(&plan.data);
    let named = named.filter(|(_, data)| given.contains_key(&data.name));
    named.map(|(index, _)| index).collect()
}

/// Gives the data that are named other documents. All that is wrong is reported at once.
pub(crate) fn replace(
    plan: &mut Plan,
    given: &Given<'_>,
    limits: Limits,
    sources: &mut Sources,
) -> Vec<Diagnostic> {
    let mut diagnostics = unknown(plan, given, sources);
    for index in 0..plan.data.len() {
        if plan
            .data
            .get(index)
            .is_some_and(|data| given.data.contains_key(&data.name))
            && let Err(mut errors) = load_one(plan, index, given, limits, sources)
        {
            diagnostics.append(&mut errors);
        }
    }
    order_places(plan);
    diagnostics
}

/// Notes in which order the places of the documents come.
fn order_places(plan: &mut Plan) {
    let documents = plan.documents.iter();
    plan.places = documents.map(|document| document.pointer_order()).collect();
}

/// What is given that nothing declares.
fn unknown(plan: &Plan, given: &Given<'_>, sources: &mut Sources) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (name, datum) in given.data {
        if plan.data.iter().any(|data| data.name == *name) {
            continue;
        }
        let span = datum
            .value
            .key_span(sources)
            .or_else(|| given.marks.span(&datum.at.clone().of_key()))
            .unwrap_or_else(|| host_span(sources, &format!("data {name}"), name));
        let message = format!("no package in use declares the datum `{name}`");
        let diagnostic = Diagnostic::new(Code::BadData, span, message);
        diagnostics.push(
            match nearest(name, plan.data.iter().map(|data| data.name.as_str())) {
                Some(near) => diagnostic.with_note(format!("did you mean `{near}`?")),
                None => diagnostic
                    .with_help("put the package that declares it in force, or leave the datum out; its full name is the package's path and its own"),
            },
        );
    }
    diagnostics
}

/// Computes what depends on data alone; an error where that exceeds its limits. `indexed` says that the plan
/// has the index for these data.
pub(crate) fn derive(plan: &mut Plan, limits: Limits, indexed: bool) -> Option<Diagnostic> {
    let loading = Limits {
        fuel: limits.load_fuel,
        made_values: limits.load_values,
        ..limits
    };
    let mut machine = Machine::new(plan, Docs::default(), loading);
    if let Err(fault) = machine.load() {
        let what = match fault.reason {
            Reason::Fuel => format!("draws more than {} elements", limits.load_fuel),
            Reason::Values => format!("makes more than {} values", limits.load_values),
            other => other.message(&plan.checks),
        };
        let message = format!("`{}` {what} when the data are loaded", fault.name);
        return Some(Diagnostic::new(Code::LoadLimit, fault.span, message)
            .with_help("relations on data alone are computed once, when the engine is built; join on equal columns, or raise the limit"));
    }
    let sets = machine.sets();
    let (mut snapshot, heap) = machine.into_snapshot(sets);
    if plan.snapshot.is_empty() {
        plan.compiled = plan.heap.mark();
    }
    plan.heap.append(&heap);
    if plan.snapshot.is_empty() {
        snapshot.made = plan.heap.since(plan.compiled);
    }
    plan.snapshot = Arc::new(snapshot);
    if indexed {
        return None;
    }
    // The same whatever the host allows, for it may come with the bytes of the policy.
    let mut machine = Machine::new(plan, Docs::default(), Limits::default());
    let (index, watches) = index::build(plan, &mut machine);
    plan.index = Arc::new(index);
    let checks = &plan.checks;
    plan.reads.watch(watches, |check| checks.is_optional(check));
    None
}

/// A span of text that the host gave, in a source of its own.
pub(crate) fn host_span(sources: &mut Sources, name: &str, text: &str) -> Span {
    let file = sources.add(name, text);
    Span::new(file, 0, text.len() as u32)
}

fn load_one(
    plan: &mut Plan,
    index: usize,
    given: &Given<'_>,
    limits: Limits,
    sources: &mut Sources,
) -> Result<(), Vec<Diagnostic>> {
    let Some(data) = plan.data.get(index) else {
        return Ok(());
    };
    let (name, span, default, locals) = (data.name.clone(), data.span, data.default, data.locals);
    let (optional, shape) = (plan.checks.is_optional(data.check), data.shape);
    let error = |span, message: String| alloc::vec![Diagnostic::new(Code::BadData, span, message)];
    let is_given = given.data.get(&name);
    let document = match (is_given, default) {
        (Some(datum), _) => datum.value.document(),
        (None, Some(default)) => {
            let mut machine = Machine::new(plan, Docs::default(), limits);
            match machine.evaluate(default, locals) {
                Ok(value) => Document::from_value(&print::to_serde(&machine.world, value)),
                Err(_) => {
                    let fault = machine.take_fault();
                    let message = fault.reason.message(&plan.checks);
                    return Err(error(
                        fault.span.unwrap_or(span),
                        format!("the default of `{name}` cannot be evaluated: {message}"),
                    ));
                }
            }
        }
        (None, None) => Document::from_value(&Json::Null),
    };
    let document = document.map_err(|cause| error(span, format!("`{name}`: {cause}")))?;
    if document.kind(document.root()) == Kind::Null && is_given.is_none() && !optional {
        let help = format!("give it: `--data {name}=…` on the command line, `.data(\"{name}\", …)` in Rust");
        return Err(alloc::vec![
            Diagnostic::new(
                Code::BadData,
                span,
                format!("`{name}` has no default, and no value was given")
            )
            .with_help(help)
        ]);
    }
    // What the value before it brought.
    for text in plan
        .data
        .get_mut(index)
        .map(|data| core::mem::take(&mut data.patterns))
        .unwrap_or_default()
    {
        plan.patterns.remove(&text);
    }
    let drawn = plan.drawn_sets();
    let mut told = Whole {
        checks: &plan.checks,
        document: &document,
        patterns: &mut plan.patterns,
        drawn,
        sets: Vec::new(),
        compiled: Vec::new(),
        wrong: Vec::new(),
    };
    if let Some(shape) = shape {
        whole::value(&plan.checks, &document, shape, document.root(), &mut told);
    }
    let Whole {
        wrong,
        compiled,
        mut sets,
        ..
    } = told;
    if !wrong.is_empty() {
        let mut whole = None;
        let mut place = |path: &str| {
            let Some(datum) = is_given else { return span };
            let at = path.split('/').skip(1).fold(datum.at.clone(), |at, part| {
                at.below(part.replace("~1", "/").replace("~0", "~"))
            });
            let stated = datum.value.span(path, sources).or_else(|| given.marks.span(&at));
            stated.unwrap_or_else(|| {
                *whole
                    .get_or_insert_with(|| host_span(sources, &format!("data {name}"), &datum.value.shown()))
            })
        };
        return Err(wrong
            .into_iter()
            .map(|(path, message, help)| {
                let span = place(&path);
                let at = if path.is_empty() {
                    String::new()
                } else {
                    format!(" at `{path}`")
                };
                let diagnostic =
                    Diagnostic::new(Code::BadData, span, format!("datum `{name}`{at}: {message}"));
                match help {
                    Some(help) => diagnostic.with_help(help),
                    None => diagnostic,
                }
            })
            .collect());
    }
    let Some(data) = plan.data.get_mut(index) else {
        return Ok(());
    };
    let document = Arc::new(document.keep());
    match plan.documents.get_mut(data.document as usize) {
        Some(before) => *before = document,
        None => {
            data.document = plan.documents.len() as u32;
            plan.documents.push(document);
        }
    }
    data.patterns = compiled;
    sets.sort_unstable();
    sets.dedup();
    data.sets = sets;
    Ok(())
}

/// What is wrong with a value that a test binds to a datum, or a host gives to a function: places and messages.
pub(crate) fn wrong(checks: &Checks, document: &Document<'static>, shape: ShapeId) -> Vec<(String, String)> {
    // Patterns are compiled again where they are read; a datum of a test lives as long as its case.
    let mut patterns = BTreeMap::new();
    let mut told = Whole {
        checks,
        document,
        patterns: &mut patterns,
        drawn: BTreeSet::new(),
        sets: Vec::new(),
        compiled: Vec::new(),
        wrong: Vec::new(),
    };
    whole::value(checks, document, shape, document.root(), &mut told);
    told.wrong
        .into_iter()
        .map(|(path, message, _)| (path, message))
        .collect()
}

/// What is wrong with a document, and the patterns in it.
struct Whole<'w> {
    checks: &'w Checks,
    document: &'w Document<'static>,
    patterns: &'w mut BTreeMap<Box<str>, Regex>,
    /// Checks of lists that are read as sets.
    drawn: BTreeSet<CheckId>,
    /// What has such a check.
    sets: Vec<NodeId>,
    /// Patterns that it brought.
    compiled: Vec<Box<str>>,
    /// Pointers, messages and help.
    wrong: Vec<(String, String, Option<String>)>,
}

impl Parts for Whole<'_> {
    fn fits(&mut self, id: CheckId, check: &Check, part: NodeId) {
        if self.drawn.contains(&id) {
            self.sets.push(part);
        }
        if check.opaque(self.document, part) == Some(Opaque::Regex)
            && let Some(text) = self.document.str(part)
            && !self.patterns.contains_key(text)
            && let Ok(regex) = Regex::new(text)
        {
            self.patterns.insert(text.into(), regex);
            self.compiled.push(text.into());
        }
    }

    fn wrong(&mut self, check: CheckId, found: Found, part: NodeId, missing: Option<&str>) {
        let message = self.checks.message(check, found);
        let opaque = self.checks.get(check).and_then(|check| check.opaque_type);
        let help = opaque.map(|opaque| match opaque {
            Opaque::PodSecurityVersion => "write `latest` or `v1.N`, such as `v1.31`".to_owned(),
            _ => format!("write it {}", opaque.hint()),
        });
        let mut path = self
            .document
            .pointer(self.document.root(), part)
            .unwrap_or_default();
        if let Some(key) = missing {
            path.push_str(&pointer(&[Token::Key(key.into())]));
        }
        self.wrong.push((path, message, help));
    }
}
