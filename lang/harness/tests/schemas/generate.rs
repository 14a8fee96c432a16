//! Generated schemas, and documents that are likely to fit a schema.

use serde_json::{Map, Value, json};
use wardlaw_harness::random::Random;

use super::valid::{FORMATS, QUANTITY, Validator, kind_of};

const NAMES: &[&str] = &["a", "b", "c", "kind", "x1", "x2"];
const TEXTS: &[&str] = &["a", "b", "circle", "10.0.0.1", "2026-01-02T03:04:05Z"];
const DEFINITIONS: &[&str] = &["A", "B", "C"];

/// A schema with definitions that refer to one another.
pub(super) fn schema(random: &mut Random) -> Value {
    let mut root = part(random, 4);
    let definitions: Map<String, Value> = DEFINITIONS
        .iter()
        .map(|name| ((*name).to_owned(), part(random, 3)))
        .collect();
    if let Value::Object(root) = &mut root {
        root.insert("definitions".to_owned(), definitions.into());
        return Value::Object(root.clone());
    }
    json!({ "allOf": [root], "definitions": definitions })
}

fn part(random: &mut Random, depth: usize) -> Value {
    let mut schema = if depth == 0 {
        scalar(random)
    } else {
        match random.below(12) {
            0..=2 => object(random, depth - 1),
            3 => list(random, depth - 1),
            4 | 5 => combined(random, depth - 1),
            6 => json!({ "$ref": format!("#/definitions/{}", random.pick(DEFINITIONS).unwrap()) }),
            7 => json!(random.percent(90)),
            8 => variants(random, depth - 1),
            _ => scalar(random),
        }
    };
    if let (true, Value::Object(schema)) = (random.percent(6), &mut schema) {
        schema.insert("nullable".to_owned(), true.into());
    }
    schema
}

fn scalar(random: &mut Random) -> Value {
    let text = |random: &mut Random| (*random.pick(TEXTS).unwrap()).to_owned();
    match random.below(13) {
        0 => json!({ "type": "string" }),
        1 => json!({ "type": "integer" }),
        2 => json!({ "type": "number" }),
        3 => json!({ "type": "boolean" }),
        4 => json!({ "type": ["string", "null"] }),
        5 => json!({ "type": ["integer", "string", "array"] }),
        6 => json!({ "enum": [text(random), text(random), 1, null, 2.5, [1], true] }),
        7 => json!({ "enum": [text(random), text(random)] }),
        8 => json!({ "const": text(random) }),
        9 => {
            let (format, _) = random.pick(FORMATS).unwrap();
            json!({ "type": "string", "format": format })
        }
        10 => json!({ "x-kubernetes-int-or-string": true }),
        11 => json!({ "type": "string", "format": "int-or-string" }),
        _ => json!({}),
    }
}

fn names(random: &mut Random, chance: usize) -> Vec<String> {
    let mut names: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    names.retain(|_| random.percent(chance));
    names
}

fn object(random: &mut Random, depth: usize) -> Value {
    let mut schema = Map::new();
    if random.percent(80) {
        schema.insert("type".to_owned(), "object".into());
    }
    if random.percent(85) {
        let properties: Map<String, Value> = names(random, 40)
            .into_iter()
            .map(|name| (name, part(random, depth)))
            .collect();
        schema.insert("properties".to_owned(), properties.into());
    }
    if random.percent(50) {
        schema.insert("required".to_owned(), names(random, 25).into());
    }
    if random.percent(30) {
        schema.insert("additionalProperties".to_owned(), part(random, depth));
    }
    if random.percent(10) {
        schema.insert(
            "patternProperties".to_owned(),
            json!({ "^x": part(random, depth) }),
        );
    }
    schema.into()
}

fn list(random: &mut Random, depth: usize) -> Value {
    let mut schema = Map::from_iter([("type".to_owned(), json!("array"))]);
    if random.percent(40) {
        let prefix: Vec<Value> = (0..=random.below(3)).map(|_| part(random, depth)).collect();
        let key = if random.percent(50) {
            "prefixItems"
        } else {
            "items"
        };
        if random.percent(50) {
            schema.insert("minItems".to_owned(), prefix.len().into());
        }
        if random.percent(50) {
            schema.insert("maxItems".to_owned(), prefix.len().into());
        }
        schema.insert(key.to_owned(), prefix.into());
    } else {
        schema.insert("items".to_owned(), part(random, depth));
    }
    schema.into()
}

fn combined(random: &mut Random, depth: usize) -> Value {
    let mut schema = match object(random, depth) {
        Value::Object(schema) if random.percent(50) => schema,
        _ => Map::new(),
    };
    let parts =
        |random: &mut Random| -> Vec<Value> { (0..=random.below(3)).map(|_| part(random, depth)).collect() };
    match random.below(6) {
        0 | 1 => drop(schema.insert("allOf".to_owned(), parts(random).into())),
        2 | 3 => drop(schema.insert("anyOf".to_owned(), parts(random).into())),
        4 => drop(schema.insert("oneOf".to_owned(), parts(random).into())),
        _ => {
            schema.insert("if".to_owned(), part(random, depth));
            schema.insert("then".to_owned(), part(random, depth));
            if random.percent(50) {
                schema.insert("else".to_owned(), part(random, depth));
            }
            if random.percent(20) {
                schema.insert("not".to_owned(), part(random, 0));
            }
        }
    }
    schema.into()
}

/// Records that a literal tells apart.
fn variants(random: &mut Random, depth: usize) -> Value {
    let variant = |kind: &str, random: &mut Random| {
        let mut schema = object(random, depth);
        schema["type"] = "object".into();
        schema["properties"]["kind"] = json!({ "enum": [kind] });
        schema["required"] = json!(["kind"]);
        schema
    };
    let variants: Vec<Value> = ["a", "b", "circle"]
        .iter()
        .map(|kind| variant(kind, random))
        .collect();
    json!({ "oneOf": variants })
}

/// A document that is likely to fit.
pub(super) fn document(validator: Validator<'_>, schema: &Value, random: &mut Random, depth: usize) -> Value {
    let Value::Object(object) = schema else {
        return anything(random, depth.min(2));
    };
    if depth == 0 || random.percent(3) {
        return anything(random, depth.min(2));
    }
    let next = depth - 1;
    if Validator::is_quantity(schema) {
        return QUANTITY.into();
    }
    if object.get("nullable") == Some(&Value::Bool(true)) && random.percent(20) {
        return Value::Null;
    }
    let mut made: Vec<Value> = Vec::new();
    made.extend(object.get("const").cloned());
    if let Some(values) = object.get("enum").and_then(Value::as_array) {
        made.extend(random.pick(values).cloned());
    }
    if let Some(target) = validator.target(schema) {
        made.push(document(validator, target, random, next));
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(parts) = object.get(key).and_then(Value::as_array)
            && let Some(part) = random.pick(parts)
        {
            made.push(document(validator, part, random, next));
        }
    }
    for part in object
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        made.push(document(validator, part, random, next));
    }
    if let Some(then) = object.get("then").filter(|_| random.percent(50)) {
        made.push(document(validator, then, random, next));
    }
    made.push(of_kind(validator, object, random, next));
    let mut made = made.into_iter();
    let mut result = made.next().unwrap();
    for other in made {
        match (&mut result, other) {
            (Value::Object(result), Value::Object(other)) => {
                for (name, value) in other {
                    result.entry(name).or_insert(value);
                }
            }
            (Value::Object(_), _) => {}
            (result, other @ Value::Object(_)) => *result = other,
            _ => {}
        }
    }
    if let (Value::Object(members), Some((version, kind)), true) =
        (&mut result, kind_of(object), random.percent(90))
    {
        members.insert("apiVersion".to_owned(), version.into());
        members.insert("kind".to_owned(), kind.into());
    }
    result
}

fn of_kind(
    validator: Validator<'_>,
    schema: &Map<String, Value>,
    random: &mut Random,
    depth: usize,
) -> Value {
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => random.pick(kinds).and_then(Value::as_str),
        Some(kind) => kind.as_str(),
        None if ["properties", "required", "additionalProperties"]
            .iter()
            .any(|key| schema.contains_key(*key)) =>
        {
            Some("object")
        }
        None if schema.contains_key("items") => Some("array"),
        None if schema.contains_key("x-kubernetes-int-or-string") => Some("integer"),
        None => None,
    };
    match kind {
        Some("null") => Value::Null,
        Some("boolean") => random.percent(50).into(),
        Some("integer") => (i64::try_from(random.below(5)).unwrap() - 2).into(),
        Some("number") => json!(f64::from(u8::try_from(random.below(4)).unwrap()) / 2.0 + 0.25),
        Some("string") => text(schema, random).into(),
        Some("array") => {
            let prefix = [schema.get("prefixItems"), schema.get("items")]
                .into_iter()
                .flatten()
                .find_map(Value::as_array);
            let count = prefix.map_or(random.below(3), Vec::len).max(
                schema
                    .get("minItems")
                    .and_then(Value::as_u64)
                    .map_or(0, |least| least.min(8) as usize),
            );
            (0..count)
                .map(|index| {
                    let element = prefix
                        .and_then(|prefix| prefix.get(index))
                        .or(schema.get("items"))
                        .unwrap_or(&Value::Null);
                    document(validator, element, random, depth)
                })
                .collect()
        }
        Some("object") => {
            let mut result = Map::new();
            let empty = Map::new();
            let properties = schema
                .get("properties")
                .and_then(Value::as_object)
                .unwrap_or(&empty);
            let required: Vec<&str> = schema
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let other = schema.get("additionalProperties");
            for name in properties
                .keys()
                .map(String::as_str)
                .chain(required.iter().copied())
            {
                if required.contains(&name) || random.percent(40) {
                    let own = properties.get(name).or(other).unwrap_or(&Value::Null);
                    result.insert(name.to_owned(), document(validator, own, random, depth));
                }
            }
            if other != Some(&Value::Bool(false)) && random.percent(30) {
                let name = (*random.pick(NAMES).unwrap()).to_owned();
                let own = properties.get(&name).or(other).unwrap_or(&Value::Null);
                let value = document(validator, own, random, depth);
                result.entry(name).or_insert(value);
            }
            result.into()
        }
        _ => anything(random, depth.min(2)),
    }
}

fn text(schema: &Map<String, Value>, random: &mut Random) -> String {
    let format = schema.get("format").and_then(Value::as_str);
    if let Some((_, text)) = FORMATS.iter().find(|(name, _)| Some(*name) == format) {
        return (*text).to_owned();
    }
    if schema.contains_key("pattern") {
        return QUANTITY.to_owned();
    }
    (*random.pick(TEXTS).unwrap()).to_owned()
}

fn anything(random: &mut Random, depth: usize) -> Value {
    match random.below(if depth == 0 { 6 } else { 8 }) {
        0 => Value::Null,
        1 => true.into(),
        2 => 1.into(),
        3 => json!(2.5),
        4 | 5 => (*random.pick(TEXTS).unwrap()).into(),
        6 => (0..random.below(3))
            .map(|_| anything(random, depth - 1))
            .collect(),
        _ => Value::Object(
            names(random, 30)
                .into_iter()
                .map(|name| (name, anything(random, depth - 1)))
                .collect(),
        ),
    }
}
