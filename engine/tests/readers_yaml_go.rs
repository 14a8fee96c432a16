//! What kubectl reads: YAML texts and the JSON that Go's `sigs.k8s.io/yaml` 1.6.0 (`YAMLToJSON`) makes of
//! them, recorded by running it. Each line of the table is a list: the text, Go's JSON (null where it
//! refuses), and, where it is read otherwise here, what is given here. The reasons for those stand in
//! `docs/reading.md`.
#![cfg(feature = "yaml")]

use serde_json::Value;
use wardlaw::input::{ReadLimits, read_yaml};

const TABLE: &str = include_str!("readers_yaml_go.jsonl");

#[test]
fn yaml_is_read_as_by_go() {
    let mut wrong = Vec::new();
    let (mut texts, mut differences) = (0, 0);
    for line in TABLE.lines() {
        let row: Vec<Option<String>> = serde_json::from_str(line).unwrap();
        let text = row[0].as_ref().unwrap();
        let expected = row
            .last()
            .unwrap()
            .as_ref()
            .map(|json| serde_json::from_str::<Value>(json).unwrap());
        texts += 1;
        differences += usize::from(row.len() == 3);
        let read = read_yaml(text, &ReadLimits::default());
        let got = read.ok().map(|document| document.to_value(document.root()));
        if !same(got.as_ref(), expected.as_ref()) {
            wrong.push(format!("{text:?}: expected {expected:?}, got {got:?}"));
        }
    }
    println!("{texts} texts, {differences} of them read otherwise than by Go");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        texts > 900 && differences < 50,
        "{texts} texts, {differences} differences"
    );
}

/// Go writes `-0`, which `serde_json` takes for a float and Kubernetes for the integer 0.
fn same(got: Option<&Value>, expected: Option<&Value>) -> bool {
    let only = |value: &Value| {
        value
            .as_object()
            .and_then(|object| object.get("a"))
            .and_then(Value::as_f64)
    };
    got == expected || got.and_then(only) == Some(0.0) && expected.and_then(only) == Some(0.0)
}
