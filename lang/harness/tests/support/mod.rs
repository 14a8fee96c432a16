//! What tests of generated programs share: building an engine of a case, deciding, settings from the
//! environment.
#![allow(dead_code, reason = "each test uses a part")]

use std::borrow::Cow;

use wardlaw::{
    Builder, Engine, Limits, Policy, Request,
    input::{Document, NodeId, ReadLimits, read_json},
};
use wardlaw_harness::generate::{Case, Input};

/// A number from the environment.
pub(crate) fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.replace('_', "").parse().unwrap())
}

/// An engine of files and the data of a case, or the diagnostics.
pub(crate) fn build(case: &Case, files: &[(String, String)]) -> Result<Engine, String> {
    builder(case, files)?.build().map_err(|error| error.to_string())
}

/// The same engine, of the policy as bytes.
pub(crate) fn reload(case: &Case, files: &[(String, String)]) -> Result<Engine, String> {
    let policy = builder(case, files)?.compile();
    let bytes = policy.map_err(|error| error.to_string())?.to_bytes();
    let policy = Policy::from_bytes(&bytes, wardlaw_stdlib::library());
    let policy = policy.map_err(|error| error.to_string())?;
    let engine = policy.limits(limits()).build();
    engine.map_err(|error| error.to_string())
}

/// The reference knows no limits, and some rules find more than most lists are long.
fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.findings_per_rule = limits.findings;
    limits
}

fn builder(case: &Case, files: &[(String, String)]) -> Result<Builder, String> {
    let mut builder = Engine::builder()
        .library(wardlaw_stdlib::library())
        .limits(limits());
    for (name, text) in files {
        builder = builder.source(name, text);
    }
    for (name, value) in &case.data {
        let text = value.to_string();
        let value = read(&text).map(|document| document.to_value(NodeId(0)))?;
        builder = builder.data(name, value);
    }
    for package in &case.select {
        builder = builder.package(package);
    }
    Ok(builder)
}

/// A document.
pub(crate) fn read(text: &str) -> Result<Document<'_>, String> {
    read_json(text, &ReadLimits::default()).map_err(|error| error.to_string())
}

/// What an evaluator says of inputs; none where they cannot be read.
pub(crate) fn decide<T>(input: &Input, evaluate: impl Fn(&Request<'_>) -> T) -> Option<T> {
    let texts: Vec<(&str, Cow<'_, str>)> = input
        .values
        .iter()
        .map(|(name, value)| (name.as_str(), Cow::from(value.to_string())))
        .collect();
    let mut documents = Vec::new();
    for (name, text) in &texts {
        documents.push((*name, read(text).ok()?));
    }
    let mut request = Request::default();
    for (name, document) in &documents {
        request = request.with_input(name, document);
    }
    Some(evaluate(&request))
}
