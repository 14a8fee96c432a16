//! The bytes of plain data: numbers of a fixed width, little-endian, lists with their length, variants by a
//! number. Reading is one pass that never goes back, and takes no more memory than a multiple of the bytes.

use alloc::{
    borrow::ToOwned,
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    string::String,
    sync::Arc,
    vec::Vec,
};

use core::num::NonZeroU32;

use crate::{input::FieldKey, plan::About};

/// How deep data lie inside each other: patterns in patterns.
const MOST_DEPTH: u32 = 256;

/// The bytes are not what is read of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damaged {
    /// The byte at which it was found.
    pub(super) at: usize,
}

pub(super) type Read<T> = Result<T, Damaged>;

/// Bytes that are written.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub(super) out: Vec<u8>,
    /// Names of fields, each once, and their numbers.
    keys: BTreeMap<String, u32>,
}

impl Writer {
    /// The names of fields that were written, by their numbers.
    pub(super) fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<(&str, u32)> = self.keys.iter().map(|(key, id)| (key.as_str(), *id)).collect();
        keys.sort_by_key(|(_, id)| *id);
        keys.into_iter().map(|(key, _)| key).collect()
    }
}

/// Bytes to be read.
#[derive(Debug)]
pub(super) struct Reader<'b> {
    rest: &'b [u8],
    all: usize,
    depth: u32,
    /// Fields by the numbers of their names: all that have one name share it.
    pub(super) keys: Vec<FieldKey>,
    /// What is said of rules of which nothing is.
    nothing_said: Arc<About>,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self {
            rest: bytes,
            all: bytes.len(),
            depth: 0,
            keys: Vec::new(),
            nothing_said: Arc::default(),
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

    #[inline]
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
    fn chunk<const N: usize>(&mut self) -> Read<[u8; N]> {
        match self.rest.split_first_chunk::<N>() {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(*bytes)
            }
            None => Err(self.damaged()),
        }
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

/// What has bytes.
pub(super) trait Coded: Sized {
    /// How many bytes each takes; zero where that varies.
    const WIDTH: usize = 0;

    fn write(&self, out: &mut Writer);
    fn read(reader: &mut Reader<'_>) -> Read<Self>;

    /// What has a width, taken off bytes; none where they do not suffice, or are no such thing.
    fn take(_: &mut &[u8], _: &[FieldKey]) -> Option<Self> {
        None
    }

    /// So many of them. Of those that have a width nothing is asked between two.
    #[inline]
    fn read_all(reader: &mut Reader<'_>, count: usize) -> Read<Vec<Self>> {
        if Self::WIDTH != 0 {
            let damaged = reader.damaged();
            let bytes = reader.bytes(count.saturating_mul(Self::WIDTH))?;
            let mut items = Vec::with_capacity(count);
            for mut chunk in bytes.chunks_exact(Self::WIDTH) {
                items.push(Self::take(&mut chunk, &reader.keys).ok_or(damaged)?);
            }
            return Ok(items);
        }
        // Not more room than the bytes have, whatever number is written there.
        let most = reader.rest.len() / size_of::<Self>().max(1);
        let mut items = Vec::with_capacity(count.min(most));
        for _ in 0..count {
            items.push(Self::read(reader)?);
        }
        Ok(items)
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl Coded for $number {
            const WIDTH: usize = size_of::<Self>();

            fn write(&self, out: &mut Writer) {
                out.out.extend_from_slice(&self.to_le_bytes());
            }

            #[inline]
            fn read(reader: &mut Reader<'_>) -> Read<Self> {
                Ok(Self::from_le_bytes(reader.chunk()?))
            }

            #[inline]
            fn take(rest: &mut &[u8], _: &[FieldKey]) -> Option<Self> {
                let (bytes, behind) = rest.split_first_chunk()?;
                *rest = behind;
                Some(Self::from_le_bytes(*bytes))
            }

            fn read_all(reader: &mut Reader<'_>, count: usize) -> Read<Vec<Self>> {
                let (chunks, _) = reader.bytes(count.saturating_mul(size_of::<Self>()))?.as_chunks();
                Ok(chunks.iter().map(|chunk| Self::from_le_bytes(*chunk)).collect())
            }
        }
    )+};
}

numbers!(u8, u32, u64, i64, f64);

impl Coded for usize {
    fn write(&self, out: &mut Writer) {
        u32::try_from(*self).unwrap_or(u32::MAX).write(out);
    }

    #[inline]
    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        Ok(u32::read(reader)? as Self)
    }
}

impl Coded for bool {
    const WIDTH: usize = 1;

    fn write(&self, out: &mut Writer) {
        out.out.push(u8::from(*self));
    }

    #[inline]
    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        match reader.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(reader.damaged()),
        }
    }

    #[inline]
    fn take(rest: &mut &[u8], keys: &[FieldKey]) -> Option<Self> {
        match u8::take(rest, keys)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

/// A text, with its length before it.
pub(super) fn put_text(text: &str, out: &mut Writer) {
    text.len().write(out);
    out.out.extend_from_slice(text.as_bytes());
}

macro_rules! texts {
    ($($text:ty),+) => {$(
        impl Coded for $text {
            fn write(&self, out: &mut Writer) {
                put_text(self, out);
            }

            fn read(reader: &mut Reader<'_>) -> Read<Self> {
                Ok(reader.text()?.to_owned().into())
            }
        }
    )+};
}

texts!(String, Box<str>);

impl Coded for Arc<str> {
    fn write(&self, out: &mut Writer) {
        put_text(self, out);
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        Ok(reader.text()?.into())
    }
}

impl Coded for FieldKey {
    const WIDTH: usize = 4;

    fn write(&self, out: &mut Writer) {
        let next = out.keys.len() as u32;
        let id = *out.keys.entry(self.text().to_owned()).or_insert(next);
        id.write(out);
    }

    #[inline]
    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let id = u32::read(reader)?;
        let key = reader.keys.get(id as usize).cloned();
        key.ok_or(reader.damaged())
    }

    #[inline]
    fn take(rest: &mut &[u8], keys: &[FieldKey]) -> Option<Self> {
        keys.get(u32::take(rest, keys)? as usize).cloned()
    }
}

impl Coded for Arc<About> {
    fn write(&self, out: &mut Writer) {
        let said = !self.is_empty();
        said.write(out);
        if said {
            About::write(self, out);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        if bool::read(reader)? {
            About::read(reader).map(Self::new)
        } else {
            Ok(reader.nothing_said.clone())
        }
    }
}

impl<T: Coded> Coded for Option<T> {
    const WIDTH: usize = match T::WIDTH {
        0 => 0,
        width => width.saturating_add(1),
    };

    fn write(&self, out: &mut Writer) {
        let start = out.out.len();
        self.is_some().write(out);
        match self {
            Some(value) => value.write(out),
            None => fill(out, start, Self::WIDTH.max(1)),
        }
    }

    #[inline]
    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        if Self::WIDTH != 0 {
            return reader.one();
        }
        bool::read(reader)?.then(|| T::read(reader)).transpose()
    }

    #[inline]
    fn take(rest: &mut &[u8], keys: &[FieldKey]) -> Option<Self> {
        let some = bool::take(rest, keys)?;
        let (mut value, behind) = rest.split_at_checked(T::WIDTH)?;
        *rest = behind;
        if !some {
            return Some(None);
        }
        T::take(&mut value, keys).map(Some)
    }
}

impl<T: Coded> Coded for Box<T> {
    fn write(&self, out: &mut Writer) {
        T::write(self, out);
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        T::read(reader).map(Self::new)
    }
}

impl<T: Coded> Coded for Vec<T> {
    fn write(&self, out: &mut Writer) {
        self.len().write(out);
        for item in self {
            item.write(out);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let count = reader.count()?;
        T::read_all(reader, count)
    }
}

impl Coded for NonZeroU32 {
    const WIDTH: usize = 4;

    fn write(&self, out: &mut Writer) {
        self.get().write(out);
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        reader.one()
    }

    #[inline]
    fn take(rest: &mut &[u8], keys: &[FieldKey]) -> Option<Self> {
        Self::new(u32::take(rest, keys)?)
    }
}

impl<T: Coded> Coded for Arc<[T]> {
    fn write(&self, out: &mut Writer) {
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
    const WIDTH: usize = match (A::WIDTH, B::WIDTH) {
        (0, _) | (_, 0) => 0,
        (first, second) => first.saturating_add(second),
    };

    fn write(&self, out: &mut Writer) {
        self.0.write(out);
        self.1.write(out);
    }

    #[inline]
    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        Ok((A::read(reader)?, B::read(reader)?))
    }

    #[inline]
    fn take(rest: &mut &[u8], keys: &[FieldKey]) -> Option<Self> {
        Some((A::take(rest, keys)?, B::take(rest, keys)?))
    }
}

impl<K: Coded + Ord, V: Coded> Coded for BTreeMap<K, V> {
    fn write(&self, out: &mut Writer) {
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
    fn write(&self, out: &mut Writer) {
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
            fn write(&self, out: &mut Writer) {
                // Names each field, so that a new one is not forgotten.
                let Self { $($field),* } = self;
                $($field.write(out);)*
            }

            #[inline]
            fn read(reader: &mut Reader<'_>) -> Read<Self> {
                $(let $field = Coded::read(reader)?;)*
                Ok(Self { $($field),* })
            }
        }
    )+};
}

impl Reader<'_> {
    /// One thing of a width.
    #[inline]
    pub(super) fn one<T: Coded>(&mut self) -> Read<T> {
        let damaged = self.damaged();
        let mut bytes = self.bytes(T::WIDTH)?;
        T::take(&mut bytes, &self.keys).ok_or(damaged)
    }
}

/// Fills up to a width from where something begins.
pub(super) fn fill(out: &mut Writer, start: usize, width: usize) {
    debug_assert!(out.out.len() <= start.saturating_add(width), "wider than said");
    out.out.resize(start.saturating_add(width), 0);
}

/// As `structures`, of a width in bytes.
macro_rules! records {
    ($($type:ty: $width:literal { $($field:ident),* $(,)? })+) => {$(
        impl Coded for $type {
            const WIDTH: usize = $width;

            fn write(&self, out: &mut Writer) {
                let start = out.out.len();
                // Names each field, so that a new one is not forgotten.
                let Self { $($field),* } = self;
                $($field.write(out);)*
                fill(out, start, $width);
            }

            #[inline]
            fn read(reader: &mut Reader<'_>) -> Read<Self> {
                reader.one()
            }

            #[inline]
            fn take(rest: &mut &[u8], keys: &[FieldKey]) -> Option<Self> {
                $(let $field = Coded::take(rest, keys)?;)*
                Some(Self { $($field),* })
            }
        }
    )+};
}

/// As `variants`, each filled up to a width in bytes.
macro_rules! choices {
    ($type:ty: $width:literal { $($number:literal $variant:ident $({ $($field:ident),+ })? $(( $($item:ident),+ ))?,)+ }) => {
        impl Coded for $type {
            const WIDTH: usize = $width;

            fn write(&self, out: &mut Writer) {
                let start = out.out.len();
                match self {$(
                    Self::$variant $({ $($field),+ })? $(( $($item),+ ))? => {
                        out.out.push($number);
                        $($($field.write(out);)+)?
                        $($($item.write(out);)+)?
                    }
                )+}
                fill(out, start, $width);
            }

            #[inline]
            fn read(reader: &mut Reader<'_>) -> Read<Self> {
                reader.one()
            }

            #[inline]
            fn take(rest: &mut &[u8], keys: &[FieldKey]) -> Option<Self> {
                let (mut chunk, behind) = rest.split_at_checked($width)?;
                *rest = behind;
                let rest = &mut chunk;
                Some(match u8::take(rest, keys)? {
                    $($number => {
                        $($(let $field = Coded::take(rest, keys)?;)+)?
                        $($(let $item = Coded::take(rest, keys)?;)+)?
                        Self::$variant $({ $($field),+ })? $(( $($item),+ ))?
                    })+
                    _ => return None,
                })
            }
        }
    };
}

/// The bytes of ids: their number.
macro_rules! ids {
    ($($type:path),+ $(,)?) => {$(
        impl Coded for $type {
            const WIDTH: usize = 4;

            fn write(&self, out: &mut Writer) {
                self.0.write(out);
            }

            #[inline]
            fn read(reader: &mut Reader<'_>) -> Read<Self> {
                Ok($type(Coded::read(reader)?))
            }

            #[inline]
            fn take(rest: &mut &[u8], keys: &[FieldKey]) -> Option<Self> {
                Some($type(Coded::take(rest, keys)?))
            }
        }
    )+};
}

/// The bytes of variants: a number, which stays as it is, and what is in them.
macro_rules! variants {
    ($($type:ty { $($number:literal $variant:ident $({ $($field:ident),+ })? $(( $($item:ident),+ ))?,)+ })+) => {$(
        impl Coded for $type {
            fn write(&self, out: &mut Writer) {
                match self {$(
                    Self::$variant $({ $($field),+ })? $(( $($item),+ ))? => {
                        out.out.push($number);
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

/// The bytes of variants of a table that this version of the crate has: their number in it.
macro_rules! numbered {
    ($($type:ty, $all:expr;)+) => {$(
        impl Coded for $type {
            const WIDTH: usize = 1;

            fn write(&self, out: &mut Writer) {
                out.out.push(u8::try_from(*self as usize).unwrap_or(u8::MAX));
            }

            #[inline]
            fn read(reader: &mut Reader<'_>) -> Read<Self> {
                let number = reader.byte()?;
                $all(usize::from(number)).ok_or(reader.damaged())
            }

            #[inline]
            fn take(rest: &mut &[u8], keys: &[FieldKey]) -> Option<Self> {
                $all(usize::from(u8::take(rest, keys)?))
            }
        }
    )+};
}

pub(super) use {choices, ids, numbered, records, structures, variants};
