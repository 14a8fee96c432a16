//! W4 by hand: roles in two hash maps, bindings looked up in them.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

/// Who can become more than it is: kind, name, namespace, and the binding by which.
pub type Escalation<'v> = (&'v str, &'v str, &'v str, &'v str);

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn has(values: &[Value], of: &[&str]) -> bool {
    values
        .iter()
        .any(|value| value.as_str().is_some_and(|text| of.contains(&text)))
}

fn risky(rule: &Value) -> bool {
    let (verbs, resources) = (list(rule, "verbs"), list(rule, "resources"));
    has(verbs, &["*", "escalate", "bind", "impersonate"])
        || (has(resources, &["*", "secrets"]) && has(verbs, &["*", "get", "list"]))
        || (has(resources, &["pods"]) && has(verbs, &["create"]))
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or("")
}

/// All of them.
pub fn escalations(cluster: &Value) -> HashSet<Escalation<'_>> {
    let is_risky = |role: &Value| list(role, "rules").iter().any(risky);
    let roles: HashMap<(&str, &str), bool> = list(cluster, "roles")
        .iter()
        .map(|role| {
            let metadata = &role["metadata"];
            (
                (text(metadata, "namespace"), text(metadata, "name")),
                is_risky(role),
            )
        })
        .collect();
    let cluster_roles: HashMap<&str, bool> = list(cluster, "cluster_roles")
        .iter()
        .map(|role| (text(&role["metadata"], "name"), is_risky(role)))
        .collect();
    let mut found = HashSet::new();
    for binding in list(cluster, "role_bindings") {
        let (metadata, role) = (&binding["metadata"], &binding["roleRef"]);
        let name = text(role, "name");
        let risky = match text(role, "kind") {
            "Role" => roles.get(&(text(metadata, "namespace"), name)),
            _ => cluster_roles.get(name),
        };
        if risky == Some(&true) {
            for subject in list(binding, "subjects") {
                let (kind, who) = (text(subject, "kind"), text(subject, "name"));
                found.insert((kind, who, text(subject, "namespace"), text(metadata, "name")));
            }
        }
    }
    found
}
