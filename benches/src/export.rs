//! The workloads as files, with the answers that are right, for engines that are not Rust libraries.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};

use crate::{
    Failure,
    checks::{CHECKS, Column, bit},
    limit::{join, reach::Reach, value::HandValue},
    workload::{
        apps::{APPS, app},
        bindings::cluster,
        pods::pods,
        rules,
    },
};

/// The 18 checks in Rego.
const PODS: &str = include_str!("../policies/pods.rego");
/// W4 in Rego, as one reads it, and with an index.
const NESTED: &str = include_str!("../policies/bindings_nested.rego");
const INDEXED: &str = include_str!("../policies/bindings_indexed.rego");

/// Writes the cases for OPA: policies, data, a query, inputs, and for each input what it is to answer.
pub fn rego(path: &Path) -> Result<(), Failure> {
    let mut cases = Vec::new();
    for pod in pods() {
        let failed = HandValue.failed(&pod.json);
        let expected: Vec<&str> = CHECKS
            .iter()
            .copied()
            .filter(|check| failed & bit(check) != 0)
            .collect();
        let input: Value = serde_json::from_str(&pod.json)?;
        cases.push(case(
            &format!("w1 {} pod", pod.name),
            &[PODS],
            "data.pods.deny",
            &json!({}),
            &[input],
            &[expected.into()],
        ));
    }
    for size in [10, 100, 1_000, 10_000] {
        let (kind, namespace, _) = rules::subject(size / 2);
        let message = format!("policy {}: {kind} in {namespace} needs two replicas", size / 2);
        let files = rules::rego(size);
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let name = format!("w2 {size} rules");
        cases.push(case(
            &name,
            &files,
            "data.rules.deny",
            &json!({}),
            &[rules::input(size)],
            &[json!([message])],
        ));
    }
    for size in [100, 1_000, 10_000] {
        let cluster = cluster(size);
        let found = join::escalations(&cluster).into_iter();
        let found: BTreeSet<String> = found
            .map(|(kind, name, namespace, binding)| format!("{kind}/{name}/{namespace}/{binding}"))
            .collect();
        for (name, policy) in [("indexed by hand", INDEXED), ("nested loops", NESTED)] {
            if policy == INDEXED || size <= 1_000 {
                let name = format!("w4 {size} bindings, {name}");
                let expected = json!(found);
                cases.push(case(
                    &name,
                    &[policy],
                    "data.bindings.escalates",
                    &cluster,
                    &[json!({})],
                    &[expected],
                ));
            }
        }
    }
    for name in APPS {
        for size in [5, 20, 50, 200] {
            let app = app(name, size)?;
            let reach = Reach::new(&app)?;
            let expected: Vec<Value> = (0..app.requests.len())
                .map(|request| json!(reach.allows(request)))
                .collect();
            let (query, title) = (format!("data.{name}.allow"), format!("w5 {name}, {size} of each"));
            cases.push(case(
                &title,
                &[app.rego],
                &query,
                &app.graph(),
                &app.inputs(),
                &expected,
            ));
        }
    }
    Ok(fs::write(path, serde_json::to_string(&cases)?)?)
}

fn case(
    name: &str,
    policies: &[&str],
    query: &str,
    data: &Value,
    inputs: &[Value],
    expected: &[Value],
) -> Value {
    json!({
        "name": name, "policies": policies, "query": query, "data": data, "inputs": inputs, "expected": expected,
    })
}
