//! The corpus, run by every evaluator there is. Each evaluator is a row of `EVALUATORS`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::path::Path;

use serde_json::{Value, json};
use wardlaw::{
    Builder, Decision, Engine, Policy, Request,
    input::{Document, ReadLimits, read_json},
};
use wardlaw_harness::corpus::{Binding, Case, Expected, load};
use wardlaw_lang::{CompileInput, Compiled, Severity, Sources, compile};

#[path = "corpus/coverage.rs"]
mod coverage;
#[path = "corpus/settings.rs"]
mod settings;

/// What gives the decision of a case: its name, and the decision as JSON.
type Evaluator = (&'static str, fn(&Case) -> Value);

const EVALUATORS: &[Evaluator] = &[
    ("engine", |case| evaluate(case, Engine::decide, Engine::audit)),
    // Every rule is run: the index leaves out only what adds nothing.
    ("without index", |case| {
        evaluate(case, Engine::decide_without_index, Engine::audit)
    }),
    ("reference", |case| {
        evaluate(case, Engine::decide_by_reference, Engine::audit_by_reference)
    }),
    // Not only what a case states: the whole decision is the same, fuel included.
    ("artefact", |case| {
        let decision = decide(&reloaded(case), case, Engine::decide, Engine::audit);
        let wanted = evaluate(case, Engine::decide, Engine::audit);
        assert_eq!(decision, wanted, "{}: the artefact decides otherwise", case.name);
        decision
    }),
];

fn all_cases() -> Vec<Case> {
    let cases = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")).unwrap();
    assert!(cases.len() > 80, "only {} cases found", cases.len());
    cases
}

fn cases() -> Vec<Case> {
    let cases = all_cases();
    // One case at work: `CASE="absence: null" cargo corpus`.
    match std::env::var("CASE") {
        Ok(filter) => cases
            .into_iter()
            .filter(|case| case.name.contains(&filter))
            .collect(),
        Err(_) => cases,
    }
}

fn compiled(case: &Case) -> Compiled {
    let mut sources = Sources::new();
    for (name, policy) in case.names.iter().zip(&case.policies) {
        sources.add(name, policy.as_str());
    }
    for schema in &case.schemas {
        let content = wardlaw::schema::read(&schema.name, &schema.text);
        sources.add_schema(&schema.name, schema.text.as_str(), content);
    }
    compile(&CompileInput::new(&sources, wardlaw_stdlib::library()))
}

#[test]
fn diagnostics_are_those_that_the_case_names() {
    let mut wrong = Vec::new();
    let mut count = 0;
    let cases = cases();
    for case in &cases {
        let compiled = compiled(case);
        let mut found: Vec<(Expected, String)> = compiled
            .diagnostics
            .iter()
            .map(|diagnostic| {
                let at = compiled
                    .sources
                    .line_column(diagnostic.span.file, diagnostic.span.start);
                let severity = if diagnostic.severity == Severity::Error {
                    "error"
                } else {
                    "warning"
                };
                let expected = Expected {
                    file: compiled.sources.name(diagnostic.span.file).into(),
                    line: at.line,
                    severity: severity.into(),
                    code: diagnostic.code.to_string(),
                    words: diagnostic.message.clone(),
                };
                (
                    expected,
                    format!(
                        "{}:{}: {severity}[{}] {}",
                        at.line, at.column, diagnostic.code, diagnostic.message
                    ),
                )
            })
            .collect();
        for expected in &case.expected {
            count += 1;
            let at = found.iter().position(|(found, _)| {
                (&found.file, found.line, &found.severity, &found.code)
                    == (&expected.file, expected.line, &expected.severity, &expected.code)
                    && found.words.contains(&expected.words)
            });
            match at {
                Some(at) => drop(found.remove(at)),
                None => wrong.push(format!(
                    "{}: line {}: no {}[{}] {}",
                    case.name, expected.line, expected.severity, expected.code, expected.words
                )),
            }
        }
        wrong.extend(
            found
                .into_iter()
                .map(|(_, shown)| format!("{}: not expected: {shown}", case.name)),
        );
        if let Err(broken) = compiled
            .program
            .as_ref()
            .map_or(Ok(()), wardlaw_lang::ir::verify::verify)
        {
            wrong.push(format!("{}: broken IR: {broken}", case.name));
        }
    }
    println!("{} cases, {count} diagnostics", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_evaluator_gives_the_decision_of_the_case() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in cases() {
        let Some(decision) = &case.decision else { continue };
        count += 1;
        let wanted: Value =
            serde_json::from_str(decision).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        for (name, evaluate) in EVALUATORS {
            let mut found = evaluate(&case);
            if case.whole {
                found.as_object_mut().unwrap().remove("fuel");
            } else {
                found = projection(&found, decision.contains("\"line\""));
            }
            if found != wanted {
                wrong.push(format!(
                    "{} ({name})\n  wanted {wanted}\n  found  {found}",
                    case.name
                ));
            }
        }
    }
    println!("{count} decisions on {} evaluators", EVALUATORS.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn read(binding: &Binding) -> Document<'_> {
    let limits = ReadLimits::default();
    let read = if binding.yaml {
        wardlaw::input::read_yaml(&binding.text, &limits)
    } else {
        read_json(&binding.text, &limits)
    };
    read.unwrap_or_else(|error| panic!("{}: {error}", binding.name))
}

fn builder(case: &Case) -> Builder {
    let mut builder = Engine::builder().library(wardlaw_stdlib::library());
    for (name, policy) in case.names.iter().zip(&case.policies) {
        builder = builder.source(name, policy);
    }
    for schema in &case.schemas {
        builder = builder.schema(&schema.name, &schema.text);
    }
    for data in &case.data {
        builder = builder.data(&data.name, read(data).to_value(wardlaw::input::NodeId(0)));
    }
    if let Some(settings) = &case.settings {
        let settings =
            serde_json::from_str(settings).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        builder = settings::apply(builder, &settings);
    }
    builder
}

fn evaluate(
    case: &Case,
    decide_with: impl Fn(&Engine, &Request<'_>) -> Decision,
    audit: impl Fn(&Engine) -> Decision,
) -> Value {
    let engine = builder(case)
        .build()
        .unwrap_or_else(|error| panic!("{}: {error}", case.name));
    decide(&engine, case, decide_with, audit)
}

/// The engine of a policy that was written as bytes and read again.
fn reloaded(case: &Case) -> Engine {
    let compiled = builder(case).compile();
    let bytes = compiled
        .unwrap_or_else(|error| panic!("{}: {error}", case.name))
        .to_bytes();
    let policy = Policy::from_bytes(&bytes, wardlaw_stdlib::library());
    let policy = policy.unwrap_or_else(|error| panic!("{}: {error}", case.name));
    policy
        .build()
        .unwrap_or_else(|error| panic!("{}: {error}", case.name))
}

fn decide(
    engine: &Engine,
    case: &Case,
    decide: impl Fn(&Engine, &Request<'_>) -> Decision,
    audit: impl Fn(&Engine) -> Decision,
) -> Value {
    let documents: Vec<(&str, Document<'_>)> = case
        .inputs
        .iter()
        .map(|input| (input.name.as_str(), read(input)))
        .collect();
    match documents.as_slice() {
        [] => audit(engine).to_json(),
        [(name, document), rest @ ..] => {
            let first = Request::input(name, document);
            let request = rest.iter().fold(first, |request, (name, document)| {
                request.with_input(name, document)
            });
            decide(engine, &request).to_json()
        }
    }
}

/// Of a decision what a case states; lines of the policy only where it states some.
fn projection(decision: &Value, lines: bool) -> Value {
    let findings: Vec<Value> = decision["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let mut kept = json!({});
            for key in ["rule", "effect", "message", "path", "in", "fix", "conflict"] {
                if finding.get(key).is_some_and(|value| !value.is_null()) {
                    kept[key] = finding[key].clone();
                }
            }
            if lines {
                kept["line"] = finding["source"]["line"].clone();
            }
            let related = finding["related"].as_array().into_iter().flatten();
            let related: Vec<Value> = related
                .map(|place| json!({ "path": place["path"], "in": place["in"] }))
                .collect();
            if !related.is_empty() {
                kept["related"] = related.into();
            }
            if let Some(kind) = finding.get("error").and_then(|error| error.get("kind")) {
                kept["error"] = kind.clone();
            }
            let usual = if finding["effect"] == "warn" {
                "warn"
            } else {
                "deny"
            };
            if finding["level"] != usual {
                kept["level"] = finding["level"].clone();
            }
            if let Some(exempt) = finding.get("exempt") {
                kept["exempt"] = exempt["reason"].clone();
            }
            kept
        })
        .collect();
    let mut kept = json!({ "allowed": decision["allowed"], "findings": findings });
    for key in ["patch", "outputs", "skipped"] {
        let value = &decision[key];
        if value.as_array().is_some_and(|list| !list.is_empty())
            || value.as_object().is_some_and(|map| !map.is_empty())
        {
            kept[key] = value.clone();
        }
    }
    if let Some(conflicts) = decision["conflicts"].as_array() {
        let shown = conflicts
            .iter()
            .map(|conflict| json!({ "rule": conflict["rule"], "path": conflict["path"] }));
        kept["conflicts"] = shown.collect();
    }
    kept
}
