//! Promise 5, shown on every rule of the library: an error in one rule denies, names the rule and the
//! place, and leaves what all other rules found as it was, byte for byte.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod open;

use std::{fs, path::Path};

use open::TypesOnly;
use serde_json::Value;
use wardlaw::{Engine, Request, input};
use wardlaw_lang::syntax::{
    ast::{ItemKind, StepKind},
    parse,
};

/// A division by zero that no checker can foresee.
const FAILS: &str = "when 1 % (request.operation.len() - request.operation.len()) == 0 ";

/// A rule: its file, its full name, where its clauses begin, and where its effect does.
struct Rule {
    file: usize,
    name: String,
    body: usize,
    effect: usize,
}

fn rules(files: &[(String, String)]) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (file, (_, text)) in files.iter().enumerate() {
        let parsed = parse(wardlaw_lang::FileId(0), text);
        let package: Vec<&str> = parsed
            .file
            .package
            .as_ref()
            .unwrap()
            .names
            .iter()
            .map(|name| name.text)
            .collect();
        for item in &parsed.file.items {
            let ItemKind::Rule { name, body, .. } = &item.kind else {
                continue;
            };
            let effect = body
                .steps
                .iter()
                .find(|step| matches!(step.kind, StepKind::Finding { .. }))
                .expect("a rule has an effect");
            rules.push(Rule {
                file,
                name: format!("{}.{}", package.join("."), name.text),
                body: body.span.start as usize + 1,
                effect: effect.span.start as usize,
            });
        }
    }
    rules
}

fn engine(files: &[(String, String)]) -> Engine {
    let mut builder = Engine::builder().library(&TypesOnly);
    for (name, text) in files {
        builder = builder.source(name, text);
    }
    let builder = builder.data("k8s.pod_security.level", serde_json::json!("baseline"));
    builder.build().unwrap_or_else(|error| panic!("{error}"))
}

/// The library with an error put into one rule, at a byte of its file.
fn broken(files: &[(String, String)], rule: &Rule, at: usize) -> Engine {
    let mut files = files.to_vec();
    files[rule.file].1.insert_str(at, FAILS);
    engine(&files)
}

/// Findings as JSON texts, those of one rule apart.
fn decide(engine: &Engine, manifest: &str, rule: &str) -> (bool, Vec<String>, Vec<Value>) {
    let mut allowed = true;
    let (mut others, mut own) = (Vec::new(), Vec::new());
    for item in input::read_stream(manifest, input::Format::Yaml, &input::ReadLimits::default()) {
        let document = item.result.unwrap();
        for object in input::objects(&document) {
            let decision = engine.decide(&Request::object(&document, &object));
            allowed &= decision.allowed;
            for finding in decision.findings {
                if *finding.rule == *rule {
                    own.push(serde_json::from_str(&finding.to_json_string()).unwrap());
                } else {
                    others.push(finding.to_json_string());
                }
            }
        }
    }
    (allowed, others, own)
}

fn fixtures(rule: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(rule);
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

#[test]
fn an_error_in_any_rule_denies_and_hides_nothing() {
    let files = open::files();
    let whole = engine(&files);
    let rules = rules(&files);
    assert!(rules.len() > 30, "only {} rules", rules.len());
    let (mut decisions, mut kept, mut at_top, mut before_effect) = (0, 0, 0, 0);
    for rule in &rules {
        let top = broken(&files, rule, rule.body);
        let late = broken(&files, rule, rule.effect);
        for manifest in fixtures(&rule.name) {
            let (_, others, fired) = decide(&whole, &manifest, &rule.name);
            let (allowed, same, errors) = decide(&top, &manifest, &rule.name);
            assert_eq!(same, others, "{}: other findings changed", rule.name);
            assert!(!allowed && !errors.is_empty(), "{}: not denied", rule.name);
            for error in &errors {
                assert_eq!(error["effect"], "error", "{}", rule.name);
                assert_eq!(error["error"]["kind"], "arithmetic", "{}", rule.name);
                assert!(
                    error["path"].is_string() && error["source"]["line"].is_u64(),
                    "{error}"
                );
            }
            // Before the effect the error is met just where the rule would have fired.
            let (allowed, same, errors) = decide(&late, &manifest, &rule.name);
            assert_eq!(same, others, "{}: other findings changed", rule.name);
            assert_eq!(errors.is_empty(), fired.is_empty(), "{}", rule.name);
            assert!(
                errors.iter().all(|error| error["effect"] == "error"),
                "{}",
                rule.name
            );
            assert!(errors.is_empty() || !allowed, "{}: not denied", rule.name);
            decisions += 2;
            kept += 2 * others.len();
            at_top += 1;
            before_effect += errors.len();
        }
    }
    println!(
        "{} rules, {decisions} decisions with an error put in ({at_top} at the top, {before_effect} where the rule fires), \
         {kept} findings of other rules unchanged",
        rules.len()
    );
}
