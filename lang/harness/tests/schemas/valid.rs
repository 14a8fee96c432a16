//! Whether a document fits a schema, said as plainly as JSON Schema says it; keywords that never bear on a
//! type are left out, so more fits here than the schema admits only where those stand.

use serde_json::{Map, Value};

/// Texts that the generator gives for a format; no other is taken to fit.
pub(super) const FORMATS: &[(&str, &str)] = &[
    ("date-time", "2026-01-02T03:04:05Z"),
    ("ipv4", "10.0.0.1"),
    ("ipv6", "2001:db8::1"),
    ("cidr", "10.0.0.0/8"),
];

/// The definition of Kubernetes that says `string` and means a quantity.
const QUANTITY_REFERENCE: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";

/// A text that fits no pattern but that of a quantity.
pub(super) const QUANTITY: &str = "1500m";

/// Schemas of one file.
#[derive(Clone, Copy)]
pub(super) struct Validator<'s> {
    root: &'s Value,
}

impl<'s> Validator<'s> {
    pub(super) fn new(root: &'s Value) -> Self {
        Self { root }
    }

    pub(super) fn target(self, schema: &'s Value) -> Option<&'s Value> {
        let reference = schema.get("$ref")?.as_str()?;
        self.root.pointer(reference.strip_prefix('#')?)
    }

    /// Whether a schema refers to the definition of a quantity.
    pub(super) fn is_quantity(schema: &Value) -> bool {
        let reference = schema.get("$ref").and_then(Value::as_str);
        reference.is_some_and(|reference| reference.ends_with(QUANTITY_REFERENCE))
    }

    /// `depth` bounds schemas that lead to themselves; such a one cannot be imported.
    pub(super) fn fits(self, schema: &'s Value, value: &Value, depth: u32) -> bool {
        let object = match schema {
            Value::Bool(all) => return *all,
            Value::Object(object) => object,
            _ => return true,
        };
        if depth == 0 {
            return false;
        }
        let next = depth - 1;
        let get = |key: &str| object.get(key);
        let flag = |key: &str| get(key) == Some(&Value::Bool(true));
        if value.is_null() && (flag("nullable") || flag("x-nullable")) {
            return true;
        }
        let list = |key: &str| get(key).and_then(Value::as_array);
        let part = |schema: &'s Value| self.fits(schema, value, next);
        if Self::is_quantity(schema) {
            return value == QUANTITY;
        }
        self.target(schema).is_none_or(part)
            && says_kind(object, value)
            && kinds(object, value)
            && list("enum").is_none_or(|values| values.contains(value))
            && get("const").is_none_or(|only| only == value)
            && format(object, value)
            && list("allOf").is_none_or(|all| all.iter().all(part))
            && list("anyOf").is_none_or(|any| any.iter().any(part))
            && list("oneOf").is_none_or(|one| one.iter().filter(|schema| part(schema)).count() == 1)
            && get("not").is_none_or(|not| !part(not))
            && get("if").is_none_or(|condition| {
                let branch = if part(condition) { "then" } else { "else" };
                get(branch).is_none_or(part)
            })
            && self.members(object, value, next)
            && self.elements(object, value, next)
    }

    fn members(self, schema: &'s Map<String, Value>, value: &Value, depth: u32) -> bool {
        let Value::Object(members) = value else {
            return true;
        };
        let object = |key: &str| schema.get(key).and_then(Value::as_object);
        let required = schema.get("required").and_then(Value::as_array);
        let names = required.into_iter().flatten().filter_map(Value::as_str);
        if names.into_iter().any(|name| !members.contains_key(name)) {
            return false;
        }
        members.iter().all(|(name, member)| {
            let own = object("properties").and_then(|all| all.get(name));
            // The patterns of these tests are the beginnings of names.
            let patterns: Vec<&Value> = object("patternProperties")
                .into_iter()
                .flatten()
                .filter(|(pattern, _)| name.starts_with(pattern.trim_start_matches('^')))
                .map(|(_, schema)| schema)
                .collect();
            let other = schema
                .get("additionalProperties")
                .filter(|_| own.is_none() && patterns.is_empty());
            own.into_iter()
                .chain(patterns)
                .chain(other)
                .all(|schema| self.fits(schema, member, depth))
        })
    }

    fn elements(self, schema: &'s Map<String, Value>, value: &Value, depth: u32) -> bool {
        let Value::Array(elements) = value else {
            return true;
        };
        let number = |key: &str| schema.get(key).and_then(Value::as_u64);
        let count = elements.len() as u64;
        if number("minItems").is_some_and(|least| count < least)
            || number("maxItems").is_some_and(|most| count > most)
        {
            return false;
        }
        let (prefix, rest) = match (schema.get("prefixItems"), schema.get("items")) {
            (_, Some(Value::Array(prefix))) => (prefix.as_slice(), schema.get("additionalItems")),
            (Some(Value::Array(prefix)), rest) => (prefix.as_slice(), rest),
            (_, rest) => (&[][..], rest),
        };
        elements.iter().enumerate().all(|(index, element)| {
            prefix
                .get(index)
                .or(rest)
                .is_none_or(|schema| self.fits(schema, element, depth))
        })
    }
}

/// Version and kind of the documents that a kind's schema describes.
pub(super) fn kind_of(schema: &Map<String, Value>) -> Option<(String, String)> {
    let kinds = schema.get("x-kubernetes-group-version-kind")?.as_array()?;
    let [kind] = kinds.as_slice() else { return None };
    let text = |key: &str| kind.get(key).and_then(Value::as_str).unwrap_or_default();
    let version = match text("group") {
        "" => text("version").to_owned(),
        group => format!("{group}/{}", text("version")),
    };
    Some((version, text("kind").to_owned()))
}

/// Of a kind's schema a document says its version and kind.
fn says_kind(schema: &Map<String, Value>, value: &Value) -> bool {
    kind_of(schema).is_none_or(|(version, kind)| {
        let is = |key: &str, wanted: String| value.get(key) == Some(&Value::String(wanted));
        is("apiVersion", version) && is("kind", kind)
    })
}

fn kinds(schema: &Map<String, Value>, value: &Value) -> bool {
    let is = |name: &Value| match (name.as_str().unwrap_or(""), value) {
        ("null", Value::Null)
        | ("boolean", Value::Bool(_))
        | ("string", Value::String(_))
        | ("array", Value::Array(_))
        | ("object", Value::Object(_))
        | ("number", Value::Number(_)) => true,
        ("integer", Value::Number(number)) => number.is_i64(),
        _ => false,
    };
    let int_or_string = schema.get("x-kubernetes-int-or-string") == Some(&Value::Bool(true));
    if int_or_string && !value.is_string() && !value.is_i64() {
        return false;
    }
    if schema.get("format").and_then(Value::as_str) == Some("int-or-string") && value.is_i64() {
        return true;
    }
    match schema.get("type") {
        Some(Value::Array(names)) => names.iter().any(is),
        Some(name) => is(name),
        None => true,
    }
}

fn format(schema: &Map<String, Value>, value: &Value) -> bool {
    let Value::String(text) = value else { return true };
    let format = schema.get("format").and_then(Value::as_str);
    let known = FORMATS.iter().find(|(name, _)| Some(*name) == format);
    let quantity = schema
        .get("pattern")
        .and_then(Value::as_str)
        .is_some_and(|pattern| pattern.contains("[KMGTPE]i"));
    known.is_none_or(|(_, only)| text == only) && (!quantity || text == QUANTITY)
}
