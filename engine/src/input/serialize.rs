//! Documents from whatever can be serialised. No text is made on the way, and what is given means what it
//! would mean as JSON.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

use serde_core::ser::{
    self, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};
use serde_json::Number;

use super::build::{Builder, Key};
use super::document::{Document, Kind, Position};
use super::error::{Fault, ReadError, ReadErrorKind, ReadLimits};
use super::nodes::flag;

impl Document<'_> {
    /// The document of whatever can be serialised, within the default [`ReadLimits`].
    ///
    /// # Errors
    /// A part that JSON has no form for: an infinite number, a key that is no text; or a limit.
    pub fn from_serialize(value: &impl Serialize) -> Result<Document<'static>, ReadError> {
        Self::from_serialize_within(value, &ReadLimits::default())
    }

    pub(crate) fn from_serialize_within(
        value: &impl Serialize,
        limits: &ReadLimits,
    ) -> Result<Document<'static>, ReadError> {
        let mut builder = Builder::new("", 0, limits);
        let serializer = Serializer {
            builder: &mut builder,
            key: Key::NONE,
            bytes: limits.bytes as usize,
        };
        value
            .serialize(serializer)
            .map_err(|Error(fault)| fault.without_location())?;
        Ok(builder.finish(Position::START, 0))
    }
}

/// A fault on its way through serde.
#[derive(Debug)]
struct Error(Fault);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value cannot be read")
    }
}

impl core::error::Error for Error {}

impl ser::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(Fault::new(ReadErrorKind::NotJson, 0, message.to_string()))
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

type Done = Result<(), Error>;

/// Writes one value.
struct Serializer<'b> {
    builder: &'b mut Builder<'static>,
    /// Where the value is a member.
    key: Key,
    bytes: usize,
}

impl<'b> Serializer<'b> {
    fn text(self, kind: Kind, text: &str) -> Done {
        if self.builder.extra.len().saturating_add(text.len()) > self.bytes {
            let message = "the value holds more text than a document may: give it in parts";
            return Err(Fault::new(ReadErrorKind::TooLarge, 0, message).into());
        }
        let start = self.builder.extra.len();
        self.builder.extra.push_str(text);
        let end = self.builder.extra.len();
        Ok(self.builder.push(kind, start..end, flag::EXTRA, self.key)?)
    }

    fn integer(self, number: impl Into<i128>) -> Done {
        let number = number.into();
        let kind = if i64::try_from(number).is_ok() {
            Kind::Int
        } else {
            Kind::Huge
        };
        self.text(kind, &number.to_string())
    }

    fn open(self, object: bool) -> Result<Parts<'b>, Error> {
        self.builder.open(object, 0, self.key)?;
        Ok(Parts {
            builder: self.builder,
            key: None,
            bytes: self.bytes,
            inside: false,
        })
    }

    /// An object with one member, whose name is that of a variant.
    fn variant(self, name: &str) -> Result<Parts<'b>, Error> {
        let mut parts = self.open(true)?;
        parts.key = Some(name.to_string());
        Ok(parts)
    }
}

/// Writes what is in a list or object.
struct Parts<'b> {
    builder: &'b mut Builder<'static>,
    /// Of the value that comes next.
    key: Option<String>,
    bytes: usize,
    /// Whether a list or object is open in the one that a variant made.
    inside: bool,
}

impl<'b> Parts<'b> {
    fn next(&mut self) -> Serializer<'_> {
        let key = match self.key.take() {
            Some(name) => {
                let start = self.builder.extra.len();
                self.builder.extra.push_str(&name);
                self.builder.key_in_extra(start, 0..0)
            }
            None => Key::NONE,
        };
        Serializer {
            builder: self.builder,
            key,
            bytes: self.bytes,
        }
    }

    fn part(&mut self, value: &(impl Serialize + ?Sized)) -> Done {
        value.serialize(self.next())
    }

    fn member(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Done {
        self.key = Some(name.to_string());
        self.part(value)
    }

    /// Opens the list or object of a variant.
    fn inside(mut self, object: bool) -> Result<Parts<'b>, Error> {
        self.next().open(object)?;
        self.inside = true;
        Ok(self)
    }

    fn close(self) -> Done {
        self.builder.close(0)?;
        if self.inside {
            self.builder.close(0)?;
        }
        Ok(())
    }
}

macro_rules! integers {
    ($($name:ident: $type:ty),+) => {$(
        fn $name(self, value: $type) -> Done {
            self.integer(value)
        }
    )+};
}

impl<'b> ser::Serializer for Serializer<'b> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Parts<'b>;
    type SerializeTuple = Parts<'b>;
    type SerializeTupleStruct = Parts<'b>;
    type SerializeTupleVariant = Parts<'b>;
    type SerializeMap = Parts<'b>;
    type SerializeStruct = Parts<'b>;
    type SerializeStructVariant = Parts<'b>;

    integers!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128);
    integers!(serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64);

    fn serialize_u128(self, value: u128) -> Done {
        match i128::try_from(value) {
            Ok(value) => self.integer(value),
            Err(_) => self.text(Kind::Huge, &value.to_string()),
        }
    }

    fn serialize_bool(self, value: bool) -> Done {
        let flags = if value { flag::TRUE } else { 0 };
        Ok(self.builder.push(Kind::Bool, 0..0, flags, self.key)?)
    }

    fn serialize_f32(self, value: f32) -> Done {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Done {
        match Number::from_f64(value) {
            Some(number) => self.text(Kind::Float, &number.to_string()),
            None => Err(ser::Error::custom(format!(
                "{value} has no form in JSON: leave it out"
            ))),
        }
    }

    fn serialize_char(self, value: char) -> Done {
        self.text(Kind::String, value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Done {
        self.text(Kind::String, value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Done {
        let mut parts = self.open(false)?;
        for byte in value {
            parts.part(byte)?;
        }
        parts.close()
    }

    fn serialize_none(self) -> Done {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        Ok(self.builder.push(Kind::Null, 0..0, 0, self.key)?)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Done {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Done {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Done {
        let mut parts = self.variant(variant)?;
        parts.part(value)?;
        parts.close()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'b>, Error> {
        self.open(false)
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'b>, Error> {
        self.open(false)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'b>, Error> {
        self.open(false)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'b>, Error> {
        self.variant(variant)?.inside(false)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'b>, Error> {
        self.open(true)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'b>, Error> {
        self.open(true)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'b>, Error> {
        self.variant(variant)?.inside(true)
    }
}

macro_rules! lists {
    ($($name:ident: $method:ident),+) => {$(
        impl $name for Parts<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
                self.part(value)
            }

            fn end(self) -> Done {
                self.close()
            }
        }
    )+};
}

lists!(
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field
);

macro_rules! objects {
    ($($name:ident),+) => {$(
        impl $name for Parts<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Done {
                self.member(name, value)
            }

            fn end(self) -> Done {
                self.close()
            }
        }
    )+};
}

objects!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        // Keys are what they are in JSON: texts, and numbers and truth values as text.
        self.key = Some(match serde_json::to_value(key) {
            Ok(serde_json::Value::String(text)) => text,
            Ok(serde_json::Value::Number(number)) => number.to_string(),
            Ok(serde_json::Value::Bool(truth)) => truth.to_string(),
            _ => return Err(ser::Error::custom("a key is no text: give the map texts as keys")),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.part(value)
    }

    fn end(self) -> Done {
        self.close()
    }
}
