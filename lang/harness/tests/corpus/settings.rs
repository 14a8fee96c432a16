//! The block `json settings` of a case: uses, levels and exemptions, with the keys of `ward.toml`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

use std::collections::BTreeMap;

use serde_json::Value;
use wardlaw::{
    Builder, Level,
    settings::{Exemption, Match, Use},
};

/// A builder with what the block says.
pub(crate) fn apply(mut builder: Builder, settings: &Value) -> Builder {
    for (key, value) in settings.as_object().unwrap() {
        match key.as_str() {
            "use" => {
                let uses = value.as_array().unwrap().iter().map(used);
                builder = uses.fold(builder.own(), Builder::using);
            }
            "levels" => {
                for (name, level) in value.as_object().unwrap() {
                    builder = builder.level(name, Level::named(level.as_str().unwrap()).unwrap());
                }
            }
            "exempt" => {
                let exemptions = value.as_array().unwrap().iter().map(exemption);
                builder = exemptions.fold(builder, Builder::exempt);
            }
            _ => panic!("no setting `{key}`"),
        }
    }
    builder
}

fn used(value: &Value) -> Use {
    let mut used = Use::default();
    for (key, value) in value.as_object().unwrap() {
        match key.as_str() {
            "package" => used.package = text(value),
            "as" => used.name = Some(text(value)),
            "match" => used.matching = matching(value),
            "data" => {
                let members = value.as_object().unwrap();
                used.data = members
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
            }
            _ => panic!("a use has no `{key}`"),
        }
    }
    used
}

fn matching(value: &Value) -> Match {
    let mut matching = Match::default();
    for (key, value) in value.as_object().unwrap() {
        let list = match key.as_str() {
            "kinds" => &mut matching.kinds,
            "groups" => &mut matching.groups,
            "namespaces" => &mut matching.namespaces,
            "names" => &mut matching.names,
            "operations" => &mut matching.operations,
            "subresources" => &mut matching.subresources,
            "labels" => {
                let labels = value.as_object().unwrap().iter();
                matching.labels = labels
                    .map(|(key, list)| (key.clone(), texts(list)))
                    .collect::<BTreeMap<_, _>>();
                continue;
            }
            _ => panic!("a match has no `{key}`"),
        };
        *list = texts(value);
    }
    matching
}

fn exemption(value: &Value) -> Exemption {
    let mut exemption = Exemption::default();
    for (key, value) in value.as_object().unwrap() {
        match key.as_str() {
            "rule" => exemption.rules = texts(value),
            "namespaces" => exemption.namespaces = texts(value),
            "names" => exemption.names = texts(value),
            "kinds" => exemption.kinds = texts(value),
            "reason" => exemption.reason = text(value),
            "owner" => exemption.owner = Some(text(value)),
            "expires" => exemption.expires = Some(text(value)),
            _ => panic!("an exemption has no `{key}`"),
        }
    }
    exemption
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A list of texts, or one.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        one => vec![text(one)],
    }
}
