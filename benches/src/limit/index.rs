//! W2 by hand: a hash index over the three constants of each rule, and a look at what it leaves.

use std::collections::HashMap;

use serde_json::Value;

use crate::workload::rules::subject;

/// Rules by kind, namespace and label.
#[derive(Debug)]
pub struct Index(HashMap<(String, String, String), Vec<usize>>);

impl Index {
    /// Of so many rules.
    pub fn new(rules: usize) -> Self {
        let mut index: HashMap<_, Vec<usize>> = HashMap::new();
        for rule in 0..rules {
            index.entry(subject(rule)).or_default().push(rule);
        }
        Self(index)
    }

    /// The index with borrowed keys, as it is asked.
    pub fn borrowed(&self) -> Borrowed<'_> {
        let entries = self.0.iter().map(|(key, rules)| {
            let key = (key.0.as_str(), key.1.as_str(), key.2.as_str());
            (key, rules.as_slice())
        });
        Borrowed(entries.collect())
    }
}

/// See [`Index::borrowed`].
#[derive(Debug)]
pub struct Borrowed<'i>(HashMap<(&'i str, &'i str, &'i str), &'i [usize]>);

impl Borrowed<'_> {
    /// The messages of the rules that deny.
    pub fn decide(&self, object: &Value) -> Vec<String> {
        let metadata = &object["metadata"];
        let key = (
            object["kind"].as_str().unwrap_or(""),
            metadata["namespace"].as_str().unwrap_or(""),
            metadata["labels"]["app"].as_str().unwrap_or(""),
        );
        let rules = self.0.get(&key).copied().unwrap_or_default();
        let few = object["spec"]["replicas"]
            .as_i64()
            .is_some_and(|replicas| replicas < 2);
        rules
            .iter()
            .filter(|_| few)
            .map(|rule| format!("policy {rule}: {} in {} needs two replicas", key.0, key.1))
            .collect()
    }
}
