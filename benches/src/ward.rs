//! Wardlaw's own columns: as a program that embeds the engine would use it, with nothing prepared that
//! such a program could not prepare.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use wardlaw::{
    Builder, Engine, Limits, Policy, Request,
    input::{Contents, Document, Manifest, ReadLimits, contents, read_json, read_yaml},
};

use crate::{
    Failure,
    checks::{Column, Failed, bit},
    workload::apps::App,
};

/// The 18 checks, in one package.
pub const PODS: &str = include_str!("../policies/pods.ward");
/// W4.
const BINDINGS: &str = include_str!("../policies/bindings.ward");

/// Rules of [`PODS`] whose check has another name.
const RULES: &[(&str, &str)] = &[
    ("host_network", "host-ports"),
    ("pod_host_process", "host-process"),
    ("host_lifecycle", "host-probes"),
    ("pod_selinux", "selinux"),
    ("added_capabilities", "capabilities-restricted"),
    ("dropped_capabilities", "capabilities-restricted"),
    ("run_as_root", "run-as-non-root"),
];

/// A column of W1 and W3.
#[derive(Debug)]
pub struct Pods {
    name: &'static str,
    engine: Engine,
}

impl Pods {
    /// The same 18 checks as the other columns make.
    pub fn checks() -> Result<Self, Failure> {
        let builder = Engine::builder().library(wardlaw_stdlib::library());
        let engine = builder.source("pods.ward", PODS).build()?;
        Ok(Self {
            name: "wardlaw",
            engine,
        })
    }

    /// A set of the library, with all that it checks besides.
    pub fn library(set: &'static str) -> Result<Self, Failure> {
        let engine = Engine::builder()
            .library(wardlaw_stdlib::library())
            .set(set)
            .build()?;
        Ok(Self { name: set, engine })
    }

    /// Its engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// One decision from YAML; the number of findings.
    pub fn yaml(&self, text: &str) -> usize {
        read_yaml(text, &ReadLimits::default())
            .map_or(0, |document| self.decide(&document, &manifest(&document)))
    }

    /// One decision about a document; the number of findings.
    pub fn decide(&self, document: &Document<'_>, manifest: &Manifest) -> usize {
        self.engine
            .decide(&Request::object(document, manifest))
            .findings
            .len()
    }
}

/// The object of a document that is one.
///
/// # Panics
/// If it is none: a workload is broken.
pub fn manifest(document: &Document<'_>) -> Manifest {
    match contents(document) {
        Contents::Objects(objects) if objects.len() == 1 => objects[0],
        other => panic!("the workload is no Kubernetes object: {other:?}"),
    }
}

/// A workload's text as a document.
///
/// # Panics
/// If it is none: a workload is broken.
pub fn document(json: &str) -> Document<'_> {
    match read_json(json, &ReadLimits::default()) {
        Ok(document) => document,
        Err(error) => panic!("the workload is no JSON: {error:?}"),
    }
}

impl Column for Pods {
    fn name(&self) -> &'static str {
        self.name
    }

    fn failed(&mut self, json: &str) -> Failed {
        let document = document(json);
        let manifest = manifest(&document);
        let decision = self.engine.decide(&Request::object(&document, &manifest));
        decision.findings.iter().fold(0, |failed, finding| {
            let rule = finding.rule.rsplit('.').next().unwrap_or("");
            let check = RULES
                .iter()
                .find(|(name, _)| *name == rule)
                .map(|(_, check)| *check);
            let plain = rule.replace('_', "-");
            // An error is not the answer, whatever rule it is of.
            let error = if finding.error.is_some() { 1 << 31 } else { 0 };
            failed | error | bit(check.unwrap_or(&plain))
        })
    }

    fn parsed<'a>(&'a mut self, json: &'a str) -> Box<dyn FnMut() -> usize + 'a> {
        let document = document(json);
        let manifest = manifest(&document);
        Box::new(move || self.decide(&document, &manifest))
    }

    fn text(&mut self, json: &str) -> usize {
        let document = document(json);
        self.decide(&document, &manifest(&document))
    }
}

/// W2: an engine of so many rules.
pub fn rules(files: &[String]) -> Result<Engine, Failure> {
    Ok(sources(files).build()?)
}

/// W2: so many rules as a compiled policy.
pub fn artefact(files: &[String]) -> Result<Vec<u8>, Failure> {
    Ok(sources(files).compile()?.to_bytes())
}

/// A set of the library as a compiled policy.
pub fn library_artefact(set: &str) -> Result<Vec<u8>, Failure> {
    let builder = Engine::builder().library(wardlaw_stdlib::library());
    Ok(builder.set(set).compile()?.to_bytes())
}

/// An engine of a compiled policy.
pub fn from_artefact(bytes: &[u8]) -> Result<Engine, Failure> {
    Ok(Policy::from_bytes(bytes, wardlaw_stdlib::library())?.build()?)
}

fn sources(files: &[String]) -> Builder {
    let files = files.iter().enumerate();
    files.fold(Engine::builder(), |builder, (index, text)| {
        builder.source(format!("rules{index}.ward"), text.as_str())
    })
}

/// W4: an engine with a cluster's roles and bindings as data.
pub fn bindings(cluster: &Value) -> Result<Engine, Failure> {
    let mut limits = Limits::default();
    // The workload has more findings than a person would read.
    limits.findings_per_rule = limits.findings;
    let mut builder = Engine::builder().source("bindings.ward", BINDINGS).limits(limits);
    for name in ["roles", "cluster_roles", "role_bindings"] {
        builder = builder.data(format!("bench.bindings.{name}"), cluster[name].clone());
    }
    Ok(builder.build()?)
}

/// An engine with a datum of some type, of which a rule reads a part.
pub fn datum(declared: &str, read: &str, value: &Value) -> Result<Engine, Failure> {
    let source = format!(
        "package bench.datum\n\ndata value: {declared}\n\naudit rule reads {{\n    when {read}\n    deny \"it is there\"\n}}\n"
    );
    let builder = Engine::builder().source("datum.ward", source);
    Ok(builder.data("bench.datum.value", value.clone()).build()?)
}

/// W4: what the audit says, as the other columns say it.
pub fn escalations(engine: &Engine) -> BTreeSet<String> {
    let findings = engine.audit().findings;
    findings.into_iter().map(|finding| finding.message).collect()
}

/// W2: the number of findings.
pub fn denied(engine: &Engine, document: &Document<'_>) -> usize {
    engine.decide(&Request::input("object", document)).findings.len()
}

/// W5: an application's engine, and its requests as documents.
#[derive(Debug)]
pub struct Authorizer {
    engine: Engine,
    requests: Vec<Document<'static>>,
}

impl Authorizer {
    /// Of an application: its entities become data, and who is in what a relation.
    pub fn new(app: &App) -> Result<Self, Failure> {
        let tables: &[(&str, &str)] = match app.name {
            "github" => &[("repositories", "Repository"), ("organizations", "Organization")],
            "gdrive" => &[("users", "User"), ("documents", "Document")],
            _ => &[("lists", "List")],
        };
        let package = format!("bench.{}", app.name);
        let mut builder = Engine::builder().source(format!("{}.ward", app.name), app.ward);
        builder = builder.data(format!("{package}.edges"), app.edges());
        for (name, kind) in tables {
            builder = builder.data(format!("{package}.{name}"), app.table(kind));
        }
        let requests = app.requests.iter().map(|request| {
            let value = json!({
                "principal": request.principal, "action": request.action, "resource": request.resource,
            });
            Document::from_value(&value)
        });
        let requests = requests.collect::<Result<_, _>>();
        Ok(Self {
            engine: builder.build()?,
            requests: requests.map_err(|error| Failure::from(format!("{error:?}")))?,
        })
    }

    /// Whether a request is allowed.
    pub fn allows(&self, request: usize) -> bool {
        let request = Request::input("request", &self.requests[request]);
        self.engine.decide(&request).allowed
    }

    /// Error findings of all requests: there are to be none.
    pub fn errors(&self) -> usize {
        let errors = self.requests.iter().map(|request| {
            let decision = self.engine.decide(&Request::input("request", request));
            decision
                .findings
                .iter()
                .filter(|finding| finding.error.is_some())
                .count()
        });
        errors.sum()
    }
}
