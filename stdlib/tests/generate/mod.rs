//! Makes the packed table of the Kubernetes types from the published API descriptions.
//! The table holds names, types, required flags and enumerations; no text of the descriptions.

pub mod facts;
pub mod writer;

use std::collections::BTreeMap;

use serde_json::Value;
use writer::{Raw, RawField, Table};

/// Groups whose types own the bare name where several groups have a type of that name.
const GROUPS_FIRST: &[&str] = &[
    "meta",
    "core",
    "apps",
    "batch",
    "rbac",
    "networking",
    "policy",
    "storage",
    "autoscaling",
];

/// Kinds whose Go types have no metadata, or are config files: nothing requires it of them.
const NO_METADATA: &[&str] = &[
    "Status",
    "DeleteOptions",
    "WatchEvent",
    "APIGroup",
    "APIGroupList",
    "APIResourceList",
    "APIVersions",
];

struct Definition<'a> {
    /// Group by folder (`core`, `apps`, `meta`), version, type.
    group: String,
    version: String,
    name: String,
    schema: &'a Value,
}

/// Builds the table from the `definitions` of the swagger document.
pub fn build(definitions: &Value) -> Vec<u8> {
    let all: BTreeMap<&String, Definition<'_>> = definitions
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, schema)| (key, definition(key, schema)))
        .collect();
    let mut table = Table::default();
    // A name for every definition first, so that references may point anywhere.
    let mut ids = BTreeMap::new();
    for (key, definition) in &all {
        let best = all
            .values()
            .filter(|other| other.name == definition.name)
            .min_by_key(|other| rank(other))
            .unwrap();
        let bare = best.group == definition.group && best.version == definition.version;
        let name = if bare {
            definition.name.clone()
        } else {
            format!("{}.{}.{}", definition.group, definition.version, definition.name)
        };
        ids.insert(key.as_str(), table.reserve(&name));
    }
    let mut members = Vec::new();
    for (key, definition) in &all {
        let id = ids[key.as_str()];
        let gvks = gvks(definition.schema);
        let raw = convert_definition(&mut table, &ids, definition, &gvks);
        let has_metadata =
            matches!(&raw, Raw::Record { fields, .. } if fields.iter().any(|f| f.name == "metadata"));
        table.set(id, raw);
        for (group, version, kind) in &gvks {
            table.kind(&api_version(group, version), kind, id);
            table.group(group);
        }
        let object = gvks.len() == 1 && has_metadata && !definition.name.ends_with("List");
        if object && !NO_METADATA.contains(&definition.name.as_str()) {
            members.push(id);
        }
    }
    facts::hand_written(&mut table, &mut members);
    table.finish()
}

fn definition<'a>(key: &str, schema: &'a Value) -> Definition<'a> {
    let parts: Vec<&str> = key.split('.').collect();
    let [.., group, version, name] = parts.as_slice() else {
        panic!("{key}")
    };
    // `io.k8s.apimachinery.pkg.util.intstr.IntOrString` and the like have no version.
    let (group, version) =
        if version.starts_with('v') && version[1..].starts_with(|c: char| c.is_ascii_digit()) {
            (*group, *version)
        } else {
            (*version, "v1")
        };
    Definition {
        group: group.into(),
        version: version.into(),
        name: (*name).into(),
        schema,
    }
}

/// Smaller is preferred: first groups of the list, then stable versions, then newer ones.
fn rank(definition: &Definition<'_>) -> (usize, usize, i64, String) {
    let group = GROUPS_FIRST
        .iter()
        .position(|group| *group == definition.group)
        .unwrap_or(GROUPS_FIRST.len());
    let version = &definition.version[1..];
    let digits = |text: &str| {
        text.chars()
            .take_while(char::is_ascii_digit)
            .collect::<String>()
            .parse::<i64>()
            .unwrap_or(0)
    };
    let stability = if version.contains("alpha") {
        2
    } else {
        usize::from(version.contains("beta"))
    };
    let minor = version
        .split(['a', 'b'])
        .nth(1)
        .map_or(0, |rest| digits(rest.trim_start_matches(char::is_alphabetic)));
    let newest = -(digits(version) * 100 + minor);
    (group, stability, newest, definition.group.clone())
}

fn gvks(schema: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap().to_owned();
    schema["x-kubernetes-group-version-kind"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|gvk| (text(gvk, "group"), text(gvk, "version"), text(gvk, "kind")))
        .collect()
}

fn api_version(group: &str, version: &str) -> String {
    if group.is_empty() {
        version.into()
    } else {
        format!("{group}/{version}")
    }
}

fn convert_definition(
    table: &mut Table,
    ids: &BTreeMap<&str, u32>,
    definition: &Definition<'_>,
    gvks: &[(String, String, String)],
) -> Raw {
    match definition.name.as_str() {
        "Quantity" => return Raw::Quantity,
        "Time" | "MicroTime" => return Raw::Time,
        "IntOrString" => return Raw::IntOrString,
        _ => {}
    }
    let Some(properties) = definition.schema["properties"].as_object() else {
        return Raw::Any;
    };
    let required: Vec<&str> = definition.schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let key = format!("{}.{}.{}", definition.group, definition.version, definition.name);
    let mut fields = Vec::new();
    for (name, schema) in properties {
        let single = if gvks.len() == 1 { gvks.first() } else { None };
        let is_kind = !gvks.is_empty();
        let ty = match (name.as_str(), single) {
            ("apiVersion", Some((group, version, _))) => table.add(Raw::Literal(api_version(group, version))),
            ("kind", Some((_, _, kind))) => table.add(Raw::Literal(kind.clone())),
            _ => match facts::field_type(&definition.name, name) {
                Some(raw) => facts::place(table, raw),
                None => convert(table, ids, schema),
            },
        };
        let identity = is_kind && matches!(name.as_str(), "apiVersion" | "kind");
        let metadata = is_kind && name == "metadata" && !NO_METADATA.contains(&definition.name.as_str());
        let curated = facts::requires(&key, name);
        fields.push(RawField {
            name: name.clone(),
            ty,
            required: required.contains(&name.as_str()) || identity || metadata || curated,
        });
    }
    let gvk = (gvks.len() == 1).then(|| (api_version(&gvks[0].0, &gvks[0].1), gvks[0].2.clone()));
    Raw::Record {
        fields,
        gvk,
        open: false,
    }
}

fn convert(table: &mut Table, ids: &BTreeMap<&str, u32>, schema: &Value) -> u32 {
    if let Some(reference) = schema["$ref"].as_str() {
        let key = reference.rsplit('/').next().unwrap();
        return ids[key];
    }
    let raw = match schema["type"].as_str() {
        Some("string") => Raw::String,
        Some("boolean") => Raw::Bool,
        Some("integer") => Raw::Int,
        Some("number") => Raw::Float,
        Some("array") => Raw::List(convert(table, ids, &schema["items"])),
        Some("object") if schema["additionalProperties"].is_object() => {
            Raw::Map(convert(table, ids, &schema["additionalProperties"]))
        }
        _ => Raw::Any,
    };
    table.add(raw)
}
