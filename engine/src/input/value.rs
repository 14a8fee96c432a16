//! Documents from and to `serde_json::Value`. A document made from a value has no text: its spans
//! are empty, everything else works as usual.

use alloc::borrow::ToOwned;
use alloc::string::ToString;
use alloc::vec::Vec;

use serde_json::{Map, Number, Value};

use super::build::{Builder, Key};
use super::document::{Document, Kind, NodeId, Position};
use super::error::{Fault, ReadError, ReadErrorKind, ReadLimits};
use super::nodes::flag;

impl Document<'_> {
    /// The document of a value, within the default [`ReadLimits`].
    pub fn from_value(value: &Value) -> Result<Document<'static>, ReadError> {
        Self::from_value_within(value, &ReadLimits::default())
    }

    pub(crate) fn from_value_within(
        value: &Value,
        limits: &ReadLimits,
    ) -> Result<Document<'static>, ReadError> {
        let mut builder = Builder::new("", 0, limits);
        add(&mut builder, value, Key::NONE, limits).map_err(Fault::without_location)?;
        Ok(builder.finish(Position::START, 0))
    }

    /// The value of a node. A [`Kind::Huge`] integer becomes the number that `serde_json` makes of its
    /// digits, a float if need be; one that no finite number is near becomes the text of its digits.
    pub fn to_value(&self, id: NodeId) -> Value {
        match self.kind(id) {
            Kind::Null => Value::Null,
            Kind::Bool => Value::Bool(self.bool(id).unwrap_or_default()),
            Kind::Int => Value::from(self.int(id).unwrap_or_default()),
            Kind::Float | Kind::Huge => number(self.number_text(id).unwrap_or_default()),
            Kind::String => Value::String(self.str(id).unwrap_or_default().to_owned()),
            Kind::List => Value::Array(
                self.children(id)
                    .map(|element| self.to_value(element))
                    .collect::<Vec<_>>(),
            ),
            Kind::Object => {
                let mut object = Map::new();
                for member in self.children(id) {
                    object.insert(
                        self.key(member).unwrap_or_default().to_owned(),
                        self.to_value(member),
                    );
                }
                Value::Object(object)
            }
        }
    }
}

fn number(text: &str) -> Value {
    if let Ok(integer) = text.parse::<u64>() {
        return Value::from(integer);
    }
    let float = text.parse().ok().and_then(Number::from_f64);
    float.map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

/// Adds a value and what is in it. Recursion is bounded by the builder's depth.
fn add(builder: &mut Builder<'_>, value: &Value, key: Key, limits: &ReadLimits) -> Result<(), Fault> {
    if builder.extra.len() > limits.bytes as usize {
        let message = "the value holds more text than a document may: give it in parts";
        return Err(Fault::new(ReadErrorKind::TooLarge, 0, message));
    }
    match value {
        Value::Null => builder.push(Kind::Null, 0..0, 0, key),
        Value::Bool(true) => builder.push(Kind::Bool, 0..0, flag::TRUE, key),
        Value::Bool(false) => builder.push(Kind::Bool, 0..0, 0, key),
        Value::Number(number) => add_text(builder, number_kind(number), &number.to_string(), key),
        Value::String(text) => add_text(builder, Kind::String, text, key),
        Value::Array(elements) => {
            builder.open(false, 0, key)?;
            for element in elements {
                add(builder, element, Key::NONE, limits)?;
            }
            builder.close(0)
        }
        Value::Object(members) => {
            builder.open(true, 0, key)?;
            for (name, member) in members {
                let start = builder.extra.len();
                builder.extra.push_str(name);
                let key = builder.key_in_extra(start, 0..0);
                add(builder, member, key, limits)?;
            }
            builder.close(0)
        }
    }
}

fn number_kind(number: &Number) -> Kind {
    if number.is_i64() {
        Kind::Int
    } else if number.is_u64() {
        Kind::Huge
    } else {
        Kind::Float
    }
}

fn add_text(builder: &mut Builder<'_>, kind: Kind, text: &str, key: Key) -> Result<(), Fault> {
    let start = builder.extra.len();
    builder.extra.push_str(text);
    builder.push(kind, start..builder.extra.len(), flag::EXTRA, key)
}
