//! Shared by the tests of the engine: a policy and an input in, a decision out.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test's helpers fail as the test does"
)]

use serde_json::Value as Json;
use wardlaw::{Decision, Engine, Finding, Request, input};

/// The engine of one file.
pub(crate) fn engine(policy: &str) -> Engine {
    match Engine::builder().source("policy.ward", policy).build() {
        Ok(engine) => engine,
        Err(error) => panic!("{error}"),
    }
}

/// The errors of a policy that cannot be used.
pub(crate) fn errors(builder: wardlaw::Builder) -> String {
    match builder.build() {
        Ok(_) => panic!("the policy builds"),
        Err(error) => error.to_string(),
    }
}

/// The decision of an engine on a document bound as `request`.
pub(crate) fn decide_with(engine: &Engine, json: &str) -> Decision {
    let document = input::read_json(json, &input::ReadLimits::default()).unwrap();
    engine.decide(&Request::input("request", &document))
}

/// The decision of a policy on a document bound as `request`.
pub(crate) fn decide(policy: &str, json: &str) -> Decision {
    decide_with(&engine(policy), json)
}

/// One line a finding: effect, rule, place, message.
pub(crate) fn lines(decision: &Decision) -> Vec<String> {
    decision.findings.iter().map(line).collect()
}

fn line(finding: &Finding) -> String {
    let kind = finding
        .error
        .map(|error| format!("({})", error.kind))
        .unwrap_or_default();
    let within = match finding.within.as_deref() {
        None | Some("request") => String::new(),
        Some(within) => format!("{within}:"),
    };
    let (effect, rule) = (finding.effect.name(), &finding.rule);
    format!(
        "{effect}{kind} {rule} {within}{} {}",
        finding.path, finding.message
    )
}

/// The decision on `request`, one line a finding.
pub(crate) fn check(policy: &str, json: &str, expected: &[&str]) {
    let decision = decide(policy, json);
    assert_eq!(lines(&decision), expected, "{}", decision.to_json_string());
}

/// The document after the fix of every finding, applied one after the other.
pub(crate) fn mended(decision: &Decision, json: &str) -> Json {
    let mut value: Json = serde_json::from_str(json).unwrap();
    for finding in &decision.findings {
        value = wardlaw::fix::apply(&value, &finding.fix).unwrap();
    }
    value
}
