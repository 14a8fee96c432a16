//! W2: N rules, each for another (kind, namespace, label); the input is what one of them is about. The
//! same set in each language that can say it.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// What one rule is about: kind, namespace, label.
pub fn subject(rule: usize) -> (String, String, String) {
    (
        format!("Kind{}", rule % 20),
        format!("ns-{}", rule / 20 % 50),
        format!("app-{}", rule / 1000),
    )
}

/// The object that the rule in the middle is about, and denies.
pub fn input(rules: usize) -> Value {
    let (kind, namespace, app) = subject(rules / 2);
    json!({
        "kind": kind,
        "metadata": { "name": "x", "namespace": namespace, "labels": { "app": app, "team": "t1" } },
        "spec": { "replicas": 1 },
    })
}

/// In Ward, cut into files: one may have 4 MiB.
pub fn ward(rules: usize) -> Vec<String> {
    let mut files = Vec::new();
    for first in (0..rules).step_by(10_000) {
        let mut text = String::from(
            "package bench.rules\n\ninput object: { kind: string, metadata: { namespace: string, \
             labels: {[string]: string} }, spec: { replicas: int } }\n",
        );
        for rule in first..rules.min(first + 10_000) {
            let (kind, namespace, app) = subject(rule);
            let _ = write!(
                text,
                "\nrule replicas_{rule} {{\n    \
                 when object.kind == \"{kind}\"\n    \
                 when object.metadata.namespace == \"{namespace}\"\n    \
                 when object.metadata.labels[\"app\"] == \"{app}\"\n    \
                 when object.spec.replicas < 2\n    \
                 deny \"policy {rule}: {kind} in {namespace} needs two replicas\" at object.spec.replicas\n}}\n"
            );
        }
        files.push(text);
    }
    files
}

/// In Rego, cut into files: regorus reads at most 1 MiB and 20,000 lines of each.
pub fn rego(rules: usize) -> Vec<String> {
    let mut files = Vec::new();
    for first in (0..rules).step_by(2000) {
        let mut text = String::from("package rules\n\nimport rego.v1\n");
        for rule in first..rules.min(first + 2000) {
            let (kind, namespace, app) = subject(rule);
            let _ = write!(
                text,
                "\ndeny contains msg if {{\n\tinput.kind == \"{kind}\"\n\
                 \tinput.metadata.namespace == \"{namespace}\"\n\
                 \tinput.metadata.labels.app == \"{app}\"\n\tinput.spec.replicas < 2\n\
                 \tmsg := \"policy {rule}: {kind} in {namespace} needs two replicas\"\n}}\n"
            );
        }
        files.push(text);
    }
    files
}

/// In Cedar, all in conditions.
pub fn cedar(rules: usize) -> String {
    let mut text = String::from("permit (principal, action, resource);\n");
    for rule in 0..rules {
        let (kind, namespace, app) = subject(rule);
        let _ = write!(
            text,
            "\n@id(\"p{rule}\")\nforbid (principal, action == Action::\"create\", resource)\n\
             when {{ context.kind == \"{kind}\" && context.namespace == \"{namespace}\" && \
             context.app == \"{app}\" && context.replicas < 2 }};\n"
        );
    }
    text
}

/// In Cedar, kind and namespace in the scope, which an engine could index by.
pub fn cedar_scope(rules: usize) -> String {
    let mut text = String::from("permit (principal, action, resource);\n");
    for rule in 0..rules {
        let (kind, namespace, app) = subject(rule);
        let _ = write!(
            text,
            "\n@id(\"p{rule}\")\nforbid (principal, action == Action::\"create\", \
             resource is {kind} in Namespace::\"{namespace}\")\n\
             when {{ resource.app == \"{app}\" && resource.replicas < 2 }};\n"
        );
    }
    text
}

/// In CEL, one expression a rule; true where it has nothing to say.
pub fn cel(rules: usize) -> Vec<String> {
    (0..rules)
        .map(|rule| {
            let (kind, namespace, app) = subject(rule);
            format!(
                "!(object.kind == \"{kind}\" && object.metadata.namespace == \"{namespace}\" && \
                 object.metadata.labels.app == \"{app}\") || object.spec.replicas >= 2"
            )
        })
        .collect()
}
