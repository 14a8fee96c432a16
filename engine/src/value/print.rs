//! Values as text: in messages as they are written in the document, and as JSON.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt::Write as _;

use super::{Value, View, World};

/// The value as messages show it: texts raw, numbers as spelled, lists and records as JSON.
pub(crate) fn display(world: &World<'_>, value: Value, out: &mut String) {
    match world.view(value) {
        View::Text(text) | View::Opaque(_, text) => out.push_str(text),
        _ => json(world, value, out),
    }
}

/// The value as JSON: no white space, members ordered by key, numbers as spelled.
/// Recursion is bounded by the depth of documents and of the plan.
pub(crate) fn json(world: &World<'_>, value: Value, out: &mut String) {
    let value = value.unshaped();
    if let Value::Node(at) | Value::Read(_, at) = value
        && let Some(number) = world.doc(at.doc).and_then(|doc| doc.number_text(at.node))
    {
        out.push_str(number);
        return;
    }
    match world.view(value) {
        View::Null => out.push_str("null"),
        View::Bool(true) => out.push_str("true"),
        View::Bool(false) => out.push_str("false"),
        // Writing to a string does not fail.
        View::Int(value) => {
            let _ = write!(out, "{value}");
        }
        View::Float(value) => {
            let _ = write!(out, "{value:?}");
        }
        View::Huge(text) => out.push_str(text),
        View::Text(text) | View::Opaque(_, text) => json_text(text, out),
        View::List => {
            out.push('[');
            let mut first = true;
            if let Some(mut elements) = world.elements(value) {
                while let Some(element) = elements.next(world) {
                    if !first {
                        out.push(',');
                    }
                    first = false;
                    json(world, element, out);
                }
            }
            out.push(']');
        }
        View::Map => {
            out.push('{');
            let mut first = true;
            if let Some(mut members) = world.members(value) {
                while let Some((key, member)) = members.next(world) {
                    if !first {
                        out.push(',');
                    }
                    first = false;
                    json_text(world.text(key).unwrap_or(""), out);
                    out.push(':');
                    json(world, member, out);
                }
            }
            out.push('}');
        }
    }
}

/// A JSON string. Control characters and those that change the direction of text are escaped, so that
/// no output of ours can rewrite a terminal or hide what it says.
pub(crate) fn json_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            character if is_unsafe(character) => {
                let _ = write!(out, "\\u{:04x}", character as u32);
            }
            character => out.push(character),
        }
    }
    out.push('"');
}

/// Control characters, and the bidirectional controls of Unicode; all in the basic plane.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The value as `serde_json` has it.
pub(crate) fn to_serde(world: &World<'_>, value: Value) -> serde_json::Value {
    use serde_json::Value as Json;
    if let Value::Node(at) | Value::Read(_, at) | Value::Shaped(_, at) = value {
        return world.doc(at.doc).map_or(Json::Null, |doc| doc.to_value(at.node));
    }
    match world.view(value) {
        View::Null => Json::Null,
        View::Bool(value) => Json::Bool(value),
        View::Int(value) => Json::from(value),
        View::Float(value) => serde_json::Number::from_f64(value).map_or(Json::Null, Json::Number),
        View::Huge(text) | View::Text(text) | View::Opaque(_, text) => Json::String(text.to_owned()),
        View::List => {
            let mut list = Vec::new();
            if let Some(mut elements) = world.elements(value) {
                while let Some(element) = elements.next(world) {
                    list.push(to_serde(world, element));
                }
            }
            Json::Array(list)
        }
        View::Map => {
            let mut map = serde_json::Map::new();
            if let Some(mut members) = world.members(value) {
                while let Some((key, member)) = members.next(world) {
                    map.insert(world.text(key).unwrap_or("").to_owned(), to_serde(world, member));
                }
            }
            Json::Object(map)
        }
    }
}
