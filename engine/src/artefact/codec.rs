//! The bytes of plain data: numbers as varints, lists with their length, variants by a number. Reading is one
//! pass that never goes back, and takes no more memory than a multiple of the bytes.

use alloc::{
    borrow::ToOwned,
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    string::String,
    sync::Arc,
    vec::Vec,
};

/// How deep data lie inside each other: patterns in patterns.
const MOST_DEPTH: u32 = 256;

/// The bytes are not what is read of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damaged {
    /// The byte at which it was found.
    pub(super) at: usize,
}

pub(super) type Read<T> = Result<T, Damaged>;

/// Bytes to be read.
#[derive(Debug)]
pub(super) struct Reader<'b> {
    rest: &'b [u8],
    all: usize,
    depth: u32,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self {
            rest: bytes,
            all: bytes.len(),
            depth: 0,
        }
    }

    pub(super) fn damaged(&self) -> Damaged {
        Damaged {
            at: self.all.saturating_sub(self.rest.len()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    #[inline]
    pub(super) fn byte(&mut self) -> Read<u8> {
        match self.rest.split_first() {
            Some((byte, rest)) => {
                self.rest = rest;
                Ok(*byte)
            }
            None => Err(self.damaged()),
        }
    }

    pub(super) fn bytes(&mut self, count: usize) -> Read<&'b [u8]> {
        match self.rest.split_at_checked(count) {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(bytes)
            }
            None => Err(self.damaged()),
        }
    }

    #[inline]
    fn varint(&mut self) -> Read<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.damaged())
    }

    /// A number of elements; each takes a byte at least.
    fn count(&mut self) -> Read<usize> {
        let count = usize::read(self)?;
        if count > self.rest.len() {
            return Err(self.damaged());
        }
        Ok(count)
    }

    pub(super) fn text(&mut self) -> Read<&'b str> {
        let count = self.count()?;
        let damaged = self.damaged();
        core::str::from_utf8(self.bytes(count)?).map_err(|_| damaged)
    }

    /// One level further inside.
    pub(super) fn inside<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= MOST_DEPTH {
            return Err(self.damaged());
        }
        self.depth = self.depth.saturating_add(1);
        let read = read(self);
        self.depth = self.depth.saturating_sub(1);
        read
    }
}

fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// What has bytes.
pub(super) trait Coded: Sized {
    fn write(&self, out: &mut Vec<u8>);
    fn read(reader: &mut Reader<'_>) -> Read<Self>;
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl Coded for $number {
            fn write(&self, out: &mut Vec<u8>) {
                put_varint(u64::try_from(*self).unwrap_or(u64::MAX), out);
            }

            #[inline]
            fn read(reader: &mut Reader<'_>) -> Read<Self> {
                let number = reader.varint()?;
                Self::try_from(number).map_err(|_| reader.damaged())
            }
        }
    )+};
}

numbers!(u32, usize);

impl Coded for u64 {
    fn write(&self, out: &mut Vec<u8>) {
        put_varint(*self, out);
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        reader.varint()
    }
}

impl Coded for i64 {
    /// The sign last, so that numbers near zero are short.
    fn write(&self, out: &mut Vec<u8>) {
        put_varint((self.cast_unsigned() << 1) ^ (*self >> 63).cast_unsigned(), out);
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let number = reader.varint()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }
}

impl Coded for f64 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let damaged = reader.damaged();
        let bytes = reader.bytes(8)?.try_into().map_err(|_| damaged)?;
        Ok(Self::from_le_bytes(bytes))
    }
}

impl Coded for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        match reader.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(reader.damaged()),
        }
    }
}

/// A text, with its length before it.
pub(super) fn put_text(text: &str, out: &mut Vec<u8>) {
    text.len().write(out);
    out.extend_from_slice(text.as_bytes());
}

impl Coded for String {
    fn write(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        Ok(reader.text()?.to_owned())
    }
}

impl Coded for Box<str> {
    fn write(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        Ok(reader.text()?.into())
    }
}

impl Coded for Arc<str> {
    fn write(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        Ok(reader.text()?.into())
    }
}

impl<T: Coded> Coded for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.is_some().write(out);
        if let Some(value) = self {
            value.write(out);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        bool::read(reader)?.then(|| T::read(reader)).transpose()
    }
}

impl<T: Coded> Coded for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.len().write(out);
        for item in self {
            item.write(out);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let count = reader.count()?;
        let mut items = Self::with_capacity(count);
        for _ in 0..count {
            items.push(T::read(reader)?);
        }
        Ok(items)
    }
}

impl<T: Coded> Coded for Arc<[T]> {
    fn write(&self, out: &mut Vec<u8>) {
        self.len().write(out);
        for item in self.iter() {
            item.write(out);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        Vec::read(reader).map(Self::from)
    }
}

impl<A: Coded, B: Coded> Coded for (A, B) {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        self.1.write(out);
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        Ok((A::read(reader)?, B::read(reader)?))
    }
}

impl<K: Coded + Ord, V: Coded> Coded for BTreeMap<K, V> {
    fn write(&self, out: &mut Vec<u8>) {
        self.len().write(out);
        for (key, value) in self {
            key.write(out);
            value.write(out);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        Ok(Vec::<(K, V)>::read(reader)?.into_iter().collect())
    }
}

impl<T: Coded + Ord> Coded for BTreeSet<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.len().write(out);
        for item in self {
            item.write(out);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        Ok(Vec::<T>::read(reader)?.into_iter().collect())
    }
}

/// The bytes of structures: their fields, in this order.
macro_rules! structures {
    ($($type:ty { $($field:ident),* $(,)? })+) => {$(
        impl Coded for $type {
            fn write(&self, out: &mut Vec<u8>) {
                // Names each field, so that a new one is not forgotten.
                let Self { $($field),* } = self;
                $($field.write(out);)*
            }

            fn read(reader: &mut Reader<'_>) -> Read<Self> {
                $(let $field = Coded::read(reader)?;)*
                Ok(Self { $($field),* })
            }
        }
    )+};
}

/// The bytes of ids: their number.
macro_rules! ids {
    ($($type:path),+ $(,)?) => {$(
        impl Coded for $type {
            fn write(&self, out: &mut Vec<u8>) {
                self.0.write(out);
            }

            #[inline]
            fn read(reader: &mut Reader<'_>) -> Read<Self> {
                Ok($type(Coded::read(reader)?))
            }
        }
    )+};
}

/// The bytes of variants: a number, which stays as it is, and what is in them.
macro_rules! variants {
    ($($type:ty { $($number:literal $variant:ident $({ $($field:ident),+ })? $(( $($item:ident),+ ))?,)+ })+) => {$(
        impl Coded for $type {
            fn write(&self, out: &mut Vec<u8>) {
                match self {$(
                    Self::$variant $({ $($field),+ })? $(( $($item),+ ))? => {
                        out.push($number);
                        $($($field.write(out);)+)?
                        $($($item.write(out);)+)?
                    }
                )+}
            }

            #[inline]
            fn read(reader: &mut Reader<'_>) -> Read<Self> {
                Ok(match reader.byte()? {
                    $($number => {
                        $($(let $field = Coded::read(reader)?;)+)?
                        $($(let $item = Coded::read(reader)?;)+)?
                        Self::$variant $({ $($field),+ })? $(( $($item),+ ))?
                    })+
                    _ => return Err(reader.damaged()),
                })
            }
        }
    )+};
}

pub(super) use {ids, structures, variants};
