//! `--format json`: one array, an entry an object. Entries are written as they come, one a line, so
//! that the array need not be held; the order of members is part of the contract.

use std::fmt::Write as _;

use serde_json::{Value, json};

use wardlaw::Decision;

use super::{Entry, Outcome, audit::DataFiles, escape};
use crate::engine::RuleInfo;

/// The text before the first entry, between two, and after the last.
pub(crate) const OPEN: &str = "[";
/// See [`OPEN`].
pub(crate) const BETWEEN: &str = ",\n ";
/// See [`OPEN`].
pub(crate) const CLOSE: &str = "]\n";

/// One entry, without what separates it from others.
pub(crate) fn entry(out: &mut String, entry: &Entry<'_>) {
    let mut text = String::from("{");
    member(&mut text, "file", &Value::from(entry.file.name));
    member(&mut text, "document", &Value::from(entry.document));
    if let Some(item) = entry.item {
        member(&mut text, "item", &Value::from(item));
    }
    match entry.object {
        Some(object) => {
            text.push_str("\"object\":{");
            member(&mut text, "apiVersion", &Value::from(object.api_version));
            member(&mut text, "kind", &Value::from(object.kind));
            member(&mut text, "namespace", &Value::from(object.namespace));
            member(&mut text, "name", &Value::from(object.name));
            if let Some(generate_name) = object.generate_name {
                member(&mut text, "generateName", &Value::from(generate_name));
            }
            close(&mut text);
            text.push(',');
        }
        None => member(&mut text, "object", &Value::Null),
    }
    match entry.outcome {
        Outcome::Decided(decision) => {
            text.push_str("\"decision\":");
            text.push_str(&decision.to_json_string());
        }
        Outcome::Failed(problem) => {
            let (line, column) = problem.place.unzip();
            text.push_str("\"error\":{");
            member(&mut text, "message", &Value::from(problem.message.as_str()));
            member(&mut text, "line", &Value::from(line));
            member(&mut text, "column", &Value::from(column));
            close(&mut text);
        }
    }
    text.push('}');
    out.push_str(&escape::json(text));
}

fn member(text: &mut String, name: &str, value: &Value) {
    let _ = write!(text, "\"{name}\":{value},");
}

/// Ends an object after its last member.
fn close(text: &mut String) {
    if text.ends_with(',') {
        text.pop();
    }
    text.push('}');
}

/// The entry of the audit rules: their decision, and the files that data came from.
pub(crate) fn audit(out: &mut String, decision: &Decision, files: &DataFiles) {
    let mut text = String::from("{");
    member(&mut text, "audit", &Value::from(true));
    let names = files.names().map(|(name, file)| (name.to_owned(), json!(file)));
    member(&mut text, "files", &Value::Object(names.collect()));
    text.push_str("\"decision\":");
    text.push_str(&decision.to_json_string());
    text.push('}');
    out.push_str(&escape::json(text));
}

/// The list of rules, one a line.
pub(crate) fn rules(rules: &[RuleInfo<'_>]) -> String {
    let mut text = String::from(OPEN);
    for (index, rule) in rules.iter().enumerate() {
        if index > 0 {
            text.push_str(BETWEEN);
        }
        text.push('{');
        member(&mut text, "rule", &json!(rule.name));
        member(&mut text, "title", &json!(rule.title));
        member(&mut text, "package", &json!(rule.package));
        member(&mut text, "severity", &json!(rule.severity.name()));
        member(&mut text, "level", &json!(rule.level.name()));
        if rule.audit {
            member(&mut text, "audit", &json!(true));
        }
        let controls: serde_json::Map<String, Value> = rule
            .controls
            .iter()
            .map(|(framework, ids)| (framework.clone(), json!(ids)))
            .collect();
        member(&mut text, "controls", &Value::Object(controls));
        member(&mut text, "aliases", &json!(rule.aliases));
        member(&mut text, "file", &json!(rule.file));
        member(&mut text, "line", &json!(rule.line));
        close(&mut text);
    }
    text.push_str(CLOSE);
    escape::json(text)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::entry;
    use crate::{
        engine::Identity,
        output::{Entry, Outcome, Problem, Text, audit::DataFiles},
    };

    #[test]
    fn an_error_stands_in_place_of_the_decision() {
        let text = Text::new("a\u{1b}.yaml", "");
        let object = Identity {
            kind: Some("Pod"),
            generate_name: Some("a-"),
            ..Identity::default()
        };
        let problem = Problem {
            message: "bad".into(),
            place: Some((2, 3)),
            repeated_key: false,
        };
        let mut out = String::new();
        let of = Entry {
            file: &text,
            document: Some(2),
            item: Some(0),
            object: Some(&object),
            start: None,
            outcome: Outcome::Failed(&problem),
            data: &DataFiles::default(),
        };
        entry(&mut out, &of);
        let want = json!({
            "file": "a\u{1b}.yaml", "document": 2, "item": 0,
            "object": { "apiVersion": null, "kind": "Pod", "namespace": null, "name": null, "generateName": "a-" },
            "error": { "message": "bad", "line": 2, "column": 3 },
        });
        assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), want);
        assert!(out.starts_with(
            "{\"file\":\"a\\u001b.yaml\",\"document\":2,\"item\":0,\"object\":{\"apiVersion\":"
        ));
    }
}
