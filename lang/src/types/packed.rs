//! Types of a builtin namespace in a packed table that is read in place: nothing is decoded at
//! start-up, and looking a type up allocates nothing.
//!
//! The table is made by a generator (`stdlib/tests/schema.rs`). All numbers are 32-bit little-endian
//! words; every access is checked, so a broken table gives absent types, never a panic.
//!
//! ```text
//! words: "WKT1"  strings  names  kinds  groups  types  blob-bytes     (header: magic, five counts, one length)
//!        string ends     one word a string: where it ends in the blob
//!        names           (string, type), sorted by text
//!        kinds           (apiVersion, kind, type), sorted by both texts
//!        groups          one string each, sorted by text
//!        type offsets    one word a type: index of its first word, counted from the end of this section
//!        type words      head: tag | flag << 8 | count << 16, then
//!                        name + 1 or 0; list, map: inner type; literal: string; enum: strings;
//!                        union: common member + 1 or 0, members; record: apiVersion + 1 or 0, kind + 1 or 0,
//!                        (string | required << 31, type) sorted by text
//! bytes: blob            all strings
//! ```

use core::fmt;

/// A type of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// A packed table.
#[derive(Clone, Copy)]
pub struct Packed<'a> {
    words: &'a [u8],
    blob: &'a [u8],
    strings: u32,
    names: u32,
    kinds: u32,
    groups: u32,
    types: u32,
}

impl fmt::Debug for Packed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packed")
            .field("types", &self.types)
            .field("kinds", &self.kinds)
            .finish_non_exhaustive()
    }
}

/// Why bytes are no packed table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackedError(pub &'static str);

impl fmt::Display for PackedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "broken table of types: {}", self.0)
    }
}

impl core::error::Error for PackedError {}

/// The first word of a table.
pub const MAGIC: u32 = u32::from_le_bytes(*b"WKT1");
/// Words before the first section.
pub const HEADER_WORDS: u32 = 7;

/// Tags of type heads.
pub mod tag {
    #![expect(missing_docs, reason = "each is the kind of type of that name")]
    pub const BOOL: u32 = 0;
    pub const INT: u32 = 1;
    pub const FLOAT: u32 = 2;
    pub const STRING: u32 = 3;
    pub const ANY: u32 = 4;
    pub const QUANTITY: u32 = 5;
    pub const TIME: u32 = 6;
    pub const SECRET: u32 = 7;
    pub const INT_OR_STRING: u32 = 8;
    pub const LITERAL: u32 = 9;
    pub const ENUM: u32 = 10;
    pub const LIST: u32 = 11;
    pub const MAP: u32 = 12;
    pub const RECORD: u32 = 13;
    pub const UNION: u32 = 14;
}

/// The structure of a type, one level deep.
#[derive(Clone, Copy, Debug)]
pub enum Type<'a> {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `float`
    Float,
    /// `string`
    String,
    /// Anything.
    Any,
    /// `quantity`
    Quantity,
    /// `time`
    Time,
    /// `secret`
    Secret,
    /// `int | string`
    IntOrString,
    /// One text.
    Literal(&'a str),
    /// An enumeration.
    Enum(Enum<'a>),
    /// A list.
    List(TypeId),
    /// A map from text.
    Map(TypeId),
    /// A record.
    Record(Record<'a>),
    /// A union of records.
    Union(Union<'a>),
}

/// An enumeration of texts.
#[derive(Clone, Copy, Debug)]
pub struct Enum<'a> {
    table: Packed<'a>,
    at: u32,
    count: u32,
    closed: bool,
}

/// A record.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    table: Packed<'a>,
    at: u32,
    count: u32,
    open: bool,
}

/// A field of a record.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type.
    pub ty: TypeId,
    /// Whether it must be present.
    pub required: bool,
}

/// A union of records.
#[derive(Clone, Copy, Debug)]
pub struct Union<'a> {
    table: Packed<'a>,
    at: u32,
    count: u32,
}

impl<'a> Packed<'a> {
    /// A table; checks its header and its sections' bounds, not every type in it ([`Packed::verify`] does).
    pub fn new(bytes: &'a [u8]) -> Result<Self, PackedError> {
        let head = |index: u32| word(bytes, index).ok_or(PackedError("it is too short"));
        if head(0)? != MAGIC {
            return Err(PackedError("it begins otherwise, or is of another version"));
        }
        let (strings, names, kinds, groups, types, blob) =
            (head(1)?, head(2)?, head(3)?, head(4)?, head(5)?, head(6)?);
        if [strings, names, kinds, groups, types]
            .iter()
            .any(|count| *count > 1 << 20)
        {
            return Err(PackedError("it claims too many entries"));
        }
        let split = bytes
            .len()
            .checked_sub(blob as usize)
            .ok_or(PackedError("its texts are cut off"))?;
        let (words, blob) = bytes
            .split_at_checked(split)
            .ok_or(PackedError("its texts are cut off"))?;
        let table = Self {
            words,
            blob,
            strings,
            names,
            kinds,
            groups,
            types,
        };
        if (table.type_words() as usize) * 4 > words.len() {
            return Err(PackedError("its sections are cut off"));
        }
        Ok(table)
    }

    /// Walks the whole table.
    pub fn verify(&self) -> Result<(), PackedError> {
        for id in 0..self.strings {
            if self.string(id).is_none() {
                return Err(PackedError("a text is broken"));
            }
        }
        let sorted = |count: u32, key: &dyn Fn(u32) -> Option<(&'a str, &'a str)>| {
            (0..count).all(|index| key(index).is_some() && (index == 0 || key(index - 1) < key(index)))
        };
        if !sorted(self.names, &|index| Some((self.name_entry(index)?.0, "")))
            || !sorted(self.kinds, &|index| {
                self.kind_entry(index).map(|(version, kind, _)| (version, kind))
            })
            || !sorted(self.groups, &|index| Some((self.group_entry(index)?, "")))
        {
            return Err(PackedError("names are broken or out of order"));
        }
        let named =
            (0..self.names).all(|index| self.name_entry(index).is_some_and(|(_, id)| id.0 < self.types));
        let kinds =
            (0..self.kinds).all(|index| self.kind_entry(index).is_some_and(|(_, _, id)| id.0 < self.types));
        if !named || !kinds {
            return Err(PackedError("a name is of no type"));
        }
        for id in 0..self.types {
            self.verify_type(TypeId(id))?;
        }
        Ok(())
    }

    fn verify_type(&self, id: TypeId) -> Result<(), PackedError> {
        let Some((at, head)) = self.head(id) else {
            return Err(PackedError("a type is cut off"));
        };
        let exists = |id: TypeId| id.0 < self.types;
        let whole = match self.get(id) {
            Type::List(inner) | Type::Map(inner) => exists(inner),
            Type::Enum(values) => values.values().count() == values.count as usize,
            Type::Union(union) => {
                union.members().count() == union.count as usize
                    && union.members().all(exists)
                    && union.common().is_none_or(exists)
            }
            Type::Record(record) => {
                let mut last = None;
                record.fields().count() == record.count as usize
                    && record.fields().all(|field| {
                        let ordered = last.is_none_or(|last| last < field.name);
                        last = Some(field.name);
                        ordered && exists(field.ty)
                    })
            }
            Type::Any => head & 0xff == tag::ANY,
            _ => true,
        };
        let _ = at;
        if whole {
            Ok(())
        } else {
            Err(PackedError("a type names what does not exist"))
        }
    }

    /// The type of that name (`Pod`, `Container`, `autoscaling.v1.HorizontalPodAutoscaler`).
    pub fn named(&self, name: &str) -> Option<TypeId> {
        let index = search(self.names, |index| Some(self.name_entry(index)?.0.cmp(name)))?;
        Some(self.name_entry(index)?.1)
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = (&'a str, TypeId)> + use<'a> {
        let table = *self;
        (0..self.names).filter_map(move |index| table.name_entry(index))
    }

    /// The name of a type, where it has one.
    pub fn name(&self, id: TypeId) -> Option<&'a str> {
        let (at, _) = self.head(id)?;
        self.string(word(self.words, at.checked_sub(1)?)?.checked_sub(1)?)
    }

    /// The record of a built-in kind.
    pub fn kind(&self, api_version: &str, kind: &str) -> Option<TypeId> {
        let index = search(self.kinds, |index| {
            let (version, name, _) = self.kind_entry(index)?;
            Some((version, name).cmp(&(api_version, kind)))
        })?;
        Some(self.kind_entry(index)?.2)
    }

    /// All built-in kinds: apiVersion, kind, record.
    pub fn kinds(&self) -> impl Iterator<Item = (&'a str, &'a str, TypeId)> + use<'a> {
        let table = *self;
        (0..self.kinds).filter_map(move |index| table.kind_entry(index))
    }

    /// Whether an API group is built in; the core group is "".
    pub fn knows_group(&self, group: &str) -> bool {
        search(self.groups, |index| Some(self.group_entry(index)?.cmp(group))).is_some()
    }

    /// The structure of a type; `any` where the table is broken.
    pub fn get(&self, id: TypeId) -> Type<'a> {
        self.structure(id).unwrap_or(Type::Any)
    }

    fn structure(&self, id: TypeId) -> Option<Type<'a>> {
        let (at, head) = self.head(id)?;
        let (flag, count) = (head >> 8 & 0xff != 0, head >> 16);
        let first = || word(self.words, at + 1);
        Some(match head & 0xff {
            tag::BOOL => Type::Bool,
            tag::INT => Type::Int,
            tag::FLOAT => Type::Float,
            tag::STRING => Type::String,
            tag::QUANTITY => Type::Quantity,
            tag::TIME => Type::Time,
            tag::SECRET => Type::Secret,
            tag::INT_OR_STRING => Type::IntOrString,
            tag::LITERAL => Type::Literal(self.string(first()?)?),
            tag::ENUM => Type::Enum(Enum {
                table: *self,
                at: at + 1,
                count,
                closed: flag,
            }),
            tag::LIST => Type::List(TypeId(first()?)),
            tag::MAP => Type::Map(TypeId(first()?)),
            tag::RECORD => Type::Record(Record {
                table: *self,
                at: at + 1,
                count,
                open: flag,
            }),
            tag::UNION => Type::Union(Union {
                table: *self,
                at: at + 1,
                count,
            }),
            _ => Type::Any,
        })
    }

    /// Index and value of a type's head word; its name stands before it.
    fn head(&self, id: TypeId) -> Option<(u32, u32)> {
        if id.0 >= self.types {
            return None;
        }
        let offset = word(self.words, self.type_offsets() + id.0)?;
        let at = self.type_words().checked_add(offset)?.checked_add(1)?;
        Some((at, word(self.words, at)?))
    }

    fn name_entry(&self, index: u32) -> Option<(&'a str, TypeId)> {
        let at = HEADER_WORDS + self.strings + 2 * index;
        Some((
            self.string(word(self.words, at)?)?,
            TypeId(word(self.words, at + 1)?),
        ))
    }

    fn kind_entry(&self, index: u32) -> Option<(&'a str, &'a str, TypeId)> {
        let at = HEADER_WORDS + self.strings + 2 * self.names + 3 * index;
        let text = |at| self.string(word(self.words, at)?);
        Some((text(at)?, text(at + 1)?, TypeId(word(self.words, at + 2)?)))
    }

    fn group_entry(&self, index: u32) -> Option<&'a str> {
        let at = HEADER_WORDS + self.strings + 2 * self.names + 3 * self.kinds + index;
        self.string(word(self.words, at)?)
    }

    fn type_offsets(&self) -> u32 {
        HEADER_WORDS + self.strings + 2 * self.names + 3 * self.kinds + self.groups
    }

    fn type_words(&self) -> u32 {
        self.type_offsets() + self.types
    }

    fn string(&self, id: u32) -> Option<&'a str> {
        if id >= self.strings {
            return None;
        }
        let end = word(self.words, HEADER_WORDS + id)?;
        let start = if id == 0 {
            0
        } else {
            word(self.words, HEADER_WORDS + id - 1)?
        };
        core::str::from_utf8(self.blob.get(start as usize..end as usize)?).ok()
    }
}

impl<'a> Enum<'a> {
    /// The values, in order.
    pub fn values(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let Self { table, at, count, .. } = *self;
        (0..count).map_while(move |index| table.string(word(table.words, at + index)?))
    }

    /// Whether no other value is possible.
    pub fn closed(&self) -> bool {
        self.closed
    }
}

impl<'a> Record<'a> {
    /// The fields, by name.
    pub fn fields(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let record = *self;
        (0..self.count).map_while(move |index| record.entry(index))
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<Field<'a>> {
        self.entry(search(self.count, |index| {
            Some(self.entry(index)?.name.cmp(name))
        })?)
    }

    /// The number of fields.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether it has no field.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// apiVersion and kind, where it is a built-in kind.
    pub fn gvk(&self) -> Option<(&'a str, &'a str)> {
        let text = |at| self.table.string(word(self.table.words, at)?.checked_sub(1)?);
        Some((text(self.at)?, text(self.at + 1)?))
    }

    /// Whether it may hold members that it does not declare.
    pub fn open(&self) -> bool {
        self.open
    }

    fn entry(&self, index: u32) -> Option<Field<'a>> {
        let at = self.at + 2 + 2 * index;
        let name = word(self.table.words, at)?;
        Some(Field {
            name: self.table.string(name & 0x7fff_ffff)?,
            ty: TypeId(word(self.table.words, at + 1)?),
            required: name >> 31 == 1,
        })
    }
}

impl<'a> Union<'a> {
    /// The members.
    pub fn members(&self) -> impl Iterator<Item = TypeId> + use<'a> {
        let Self { table, at, count } = *self;
        (0..count).map_while(move |index| Some(TypeId(word(table.words, at + 1 + index)?)))
    }

    /// The member that every other one fits.
    pub fn common(&self) -> Option<TypeId> {
        Some(TypeId(word(self.table.words, self.at)?.checked_sub(1)?))
    }
}

fn word(bytes: &[u8], index: u32) -> Option<u32> {
    let at = (index as usize).checked_mul(4)?;
    let word = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(word.try_into().ok()?))
}

/// Binary search over `count` ordered entries.
fn search(count: u32, order: impl Fn(u32) -> Option<core::cmp::Ordering>) -> Option<u32> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        match order(middle)? {
            core::cmp::Ordering::Less => low = middle + 1,
            core::cmp::Ordering::Greater => high = middle,
            core::cmp::Ordering::Equal => return Some(middle),
        }
    }
    None
}
