//! Encodings and digests of text, JSON and YAML. What is parsed is made by the policy and has no places.

use alloc::{string::String, vec::Vec};
use core::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::text::text;
use crate::{
    eval::{Eval, Machine},
    fault::Reason,
    input::{Document, Kind, NodeId, ReadLimits, read_json},
    plan::OpId,
    value::{Value, print},
};

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn sha256(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let digest = Sha256::digest(text(machine, id, value)?.as_bytes());
    let digest = hex(&digest);
    machine.make_text(&digest, id)
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A text of bytes, or absent where they are no UTF-8.
fn decoded(machine: &mut Machine<'_>, id: OpId, bytes: Option<Vec<u8>>) -> Eval<Value> {
    match bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
        Some(text) => machine.make_text(&text, id),
        None => Ok(Value::Null),
    }
}

pub(super) fn hex_encode(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let encoded = hex(text(machine, id, value)?.as_bytes());
    machine.make_text(&encoded, id)
}

pub(super) fn hex_decode(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let digits = text(machine, id, value)?;
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let bytes = rest.is_empty().then(|| {
        pairs
            .iter()
            .map(|[high, low]| {
                let value = digit(*high)?.checked_mul(16)?.checked_add(digit(*low)?)?;
                u8::try_from(value).ok()
            })
            .collect::<Option<Vec<u8>>>()
    });
    decoded(machine, id, bytes.flatten())
}

pub(super) fn base64_encode(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let bytes = text(machine, id, value)?;
    let mut encoded = String::new();
    for chunk in bytes.as_bytes().chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let group = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for position in 0..4_usize {
            let shift = 18 - 6 * (position as u32);
            let letter = STANDARD
                .get(((group >> shift) & 63) as usize)
                .copied()
                .unwrap_or(b'=');
            encoded.push(if position > chunk.len() {
                '='
            } else {
                char::from(letter)
            });
        }
    }
    machine.make_text(&encoded, id)
}

pub(super) fn base64_decode(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let encoded = text(machine, id, value)?;
    decoded(machine, id, base64(&encoded))
}

/// Standard or URL alphabet, padded or not; bits that stand for nothing must be zero.
fn base64(encoded: &str) -> Option<Vec<u8>> {
    let letters = encoded.trim_end_matches('=');
    let padding = encoded.len().checked_sub(letters.len())?;
    let length = letters.len();
    if length % 4 == 1 || (padding > 0 && (padding > 2 || !encoded.len().is_multiple_of(4))) {
        return None;
    }
    let mut bytes = Vec::with_capacity(length);
    for chunk in letters.as_bytes().chunks(4) {
        let mut group: u32 = 0;
        for position in 0..4_usize {
            let value = match chunk.get(position) {
                None => 0,
                Some(letter) => {
                    let letter = match letter {
                        b'-' => b'+',
                        b'_' => b'/',
                        other => *other,
                    };
                    STANDARD.iter().position(|known| *known == letter)?
                }
            };
            group = (group << 6) | value as u32;
        }
        let [_, all @ ..] = group.to_be_bytes();
        let count = chunk.len().checked_sub(1)?;
        if all.iter().skip(count).any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend(all.iter().take(count));
    }
    Some(bytes)
}

pub(super) fn json_print(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let mut out = String::new();
    print::json(&machine.world, value, &mut out);
    machine.make_text(&out, id)
}

pub(super) fn json_parse(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let source = text(machine, id, value)?;
    match read_json(&source, &ReadLimits::default()) {
        Ok(document) => copy(machine, id, &document, document.root()),
        Err(_) => Ok(Value::Null),
    }
}

#[cfg(feature = "yaml")]
pub(super) fn yaml_parse(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let source = text(machine, id, value)?;
    match crate::input::read_yaml(&source, &ReadLimits::default()) {
        Ok(document) => copy(machine, id, &document, document.root()),
        Err(_) => Ok(Value::Null),
    }
}

/// Never reached: a plan that reads YAML is refused without the reader.
#[cfg(not(feature = "yaml"))]
pub(super) fn yaml_parse(machine: &mut Machine<'_>, id: OpId, _: Value) -> Eval<Value> {
    Err(machine.fail(Reason::Internal("this engine reads no YAML"), id))
}

/// A made value of a node. Recursion is bounded by the depth of documents.
fn copy(machine: &mut Machine<'_>, id: OpId, doc: &Document<'_>, node: NodeId) -> Eval<Value> {
    Ok(match doc.kind(node) {
        Kind::Null => Value::Null,
        Kind::Bool => doc.bool(node).map_or(Value::Null, Value::Bool),
        Kind::Int => doc.int(node).map_or(Value::Null, Value::Int),
        Kind::Float => doc.float(node).map_or(Value::Null, Value::Float),
        Kind::Huge => {
            return Err(machine.fail(Reason::Operand("a parsed number is outside 64 bits"), id));
        }
        Kind::String => machine.make_text(doc.str(node).unwrap_or(""), id)?,
        Kind::List => {
            let mut items = Vec::new();
            for child in doc.children(node) {
                items.push(copy(machine, id, doc, child)?);
            }
            Value::List(machine.make_run(&items, id)?)
        }
        Kind::Object => {
            let mut items = Vec::new();
            for child in doc.children(node) {
                let value = copy(machine, id, doc, child)?;
                if !matches!(value, Value::Null) {
                    items.push(machine.make_text(doc.key(child).unwrap_or(""), id)?);
                    items.push(value);
                }
            }
            machine.make_map(id, &items)?
        }
    })
}
