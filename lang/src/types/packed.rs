//! Types of a builtin namespace in a packed table that is read in place: nothing is decoded at start-up.
//!
//! The table is one string of bytes: a header, then sections of fixed-width entries made of little-endian 32-bit
//! words, then the texts. Names, kinds, groups and the fields of a record are sorted, so that a lookup is a binary
//! search. References between types are by number, so that a type may contain itself.
//!
//! Nothing here panics or allocates, whatever the bytes: what a damaged table does not say reads as `any`, as an empty
//! list or as the empty text. [`Packed::verify`] tells whether a table is sound.

mod verify;

use core::cmp::Ordering;
use core::fmt;

/// The first word of a table: `WTYP`.
const MAGIC: u32 = u32::from_le_bytes(*b"WTYP");
/// The layout that this reader understands.
const VERSION: u32 = 1;
/// Words of the header: magic, version, and offset and count of each section.
const HEADER: usize = 2 + 2 * (Section::Bytes as usize + 1);

/// An entry of a section, as words.
type Entry<const W: usize> = [[u8; 4]; W];

/// The sections of a table, in the order of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    /// `head a b name`: see [`Packed::get`].
    Types,
    /// `name type`; the top bit of `type` says that the field is required. Sorted by name within a record.
    Fields,
    /// Values of enumerations (texts) and variants of unions (types).
    Elements,
    /// `text type`, sorted by text.
    Names,
    /// `apiVersion kind type`, sorted by both texts.
    Kinds,
    /// Texts, sorted.
    Groups,
    /// Where each text ends; it begins where the one before it ends.
    Texts,
    /// The texts themselves; its count is in bytes.
    Bytes,
}

/// The bit of a field's type that says it is required.
const REQUIRED: u32 = 1 << 31;
/// The flag of a closed enumeration, an open record or an open union.
const MARKED: u8 = 1;
/// The flag of a record that is a kind's: the head's upper half is its number among the kinds.
const KIND: u8 = 2;

/// The number of a type in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// Why bytes are not a table of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PackedError {
    /// They do not begin as a table does.
    Magic,
    /// The layout is of another version.
    Version(u32),
    /// A section lies outside the bytes.
    Bounds,
    /// A text is not UTF-8, or lies outside the texts.
    Text,
    /// A type, or what it refers to, does not exist or makes no sense there.
    Type(TypeId),
    /// A list that must be sorted and without repetition is not.
    Order,
}

impl fmt::Display for PackedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Magic => f.write_str("not a table of types"),
            Self::Version(version) => {
                write!(
                    f,
                    "the table of types has layout {version}, this program reads layout {VERSION}"
                )
            }
            Self::Bounds => f.write_str("a section of the table of types is cut off"),
            Self::Text => f.write_str("a text in the table of types is damaged"),
            Self::Type(TypeId(id)) => write!(f, "type {id} in the table of types is damaged"),
            Self::Order => f.write_str("a list in the table of types is not sorted"),
        }
    }
}

impl core::error::Error for PackedError {}

/// A table of types, read in place.
#[derive(Clone, Copy)]
pub struct Packed<'a> {
    bytes: &'a [u8],
    types: &'a [Entry<4>],
    fields: &'a [Entry<2>],
    elements: &'a [Entry<1>],
    names: &'a [Entry<2>],
    kinds: &'a [Entry<3>],
    groups: &'a [Entry<1>],
    texts: Texts<'a>,
}

/// The texts of a table.
#[derive(Clone, Copy)]
struct Texts<'a> {
    ends: &'a [Entry<1>],
    bytes: &'a [u8],
}

impl fmt::Debug for Packed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packed").field("types", &self.len()).finish()
    }
}

impl fmt::Debug for Texts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts").field("count", &self.ends.len()).finish()
    }
}

/// A type, one level deep.
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
    /// `any`
    Any,
    /// A quantity: a number, or text such as `500m`.
    Quantity,
    /// A point in time, as RFC 3339 text.
    Time,
    /// A span of time, as text such as `1m30s`.
    Duration,
    /// Text that must not be shown.
    Secret,
    /// A number or text.
    IntOrString,
    /// One text.
    Literal(&'a str),
    /// Texts to choose from.
    Enum(Enum<'a>),
    /// A list of one type.
    List(TypeId),
    /// A map from text to one type.
    Map(TypeId),
    /// Named fields.
    Record(Record<'a>),
    /// Records that differ in their literal fields.
    Union(Union<'a>),
}

impl<'a> Packed<'a> {
    /// Reads the header: what the table is, and that its sections lie within it.
    pub fn new(bytes: &'a [u8]) -> Result<Self, PackedError> {
        let words = bytes.as_chunks::<4>().0;
        if words
            .first()
            .is_none_or(|word| u32::from_le_bytes(*word) != MAGIC)
        {
            return Err(PackedError::Magic);
        }
        match words.get(1).map(|word| u32::from_le_bytes(*word)) {
            Some(VERSION) => {}
            Some(other) => return Err(PackedError::Version(other)),
            None => return Err(PackedError::Bounds),
        }
        if words.len() < HEADER {
            return Err(PackedError::Bounds);
        }
        let table = || {
            Some(Self {
                bytes,
                types: section(bytes, Section::Types)?,
                fields: section(bytes, Section::Fields)?,
                elements: section(bytes, Section::Elements)?,
                names: section(bytes, Section::Names)?,
                kinds: section(bytes, Section::Kinds)?,
                groups: section(bytes, Section::Groups)?,
                texts: Texts {
                    ends: section(bytes, Section::Texts)?,
                    bytes: bounds(bytes, Section::Bytes, 1)?,
                },
            })
        };
        table().ok_or(PackedError::Bounds)
    }

    /// Reads the whole table and tells what is wrong with it.
    pub fn verify(self) -> Result<(), PackedError> {
        verify::verify(self)
    }

    /// The table as it lies.
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// How many types there are; their numbers are all the smaller ones.
    pub fn len(self) -> usize {
        self.types.len()
    }

    /// Whether there is no type at all.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The type of that name (`Pod`, `Container`, `autoscaling.v1.HorizontalPodAutoscaler`), without the namespace.
    pub fn named(self, name: &str) -> Option<TypeId> {
        let names = self.names;
        let at = names
            .binary_search_by(|[text, _]| self.raw(*text).cmp(name.as_bytes()))
            .ok()?;
        names.get(at).map(|[_, id]| TypeId(u32::from_le_bytes(*id)))
    }

    /// All names, sorted. A type may have two: its full name, and a short one where that is unmistakable.
    pub fn names(self) -> impl Iterator<Item = (&'a str, TypeId)> {
        let names = self.names.iter();
        names.map(move |[text, id]| (self.text(*text), TypeId(u32::from_le_bytes(*id))))
    }

    /// The name by which a type is shown: the short one, where it has one.
    pub fn name(self, id: TypeId) -> Option<&'a str> {
        let [_, _, _, name] = self.entry(id)?.map(u32::from_le_bytes);
        // Stored with one added, so that zero is free to mean none.
        let name = name.checked_sub(1)?;
        Some(self.text(name.to_le_bytes()))
    }

    /// Whether a type has a name.
    pub fn is_named(&self, id: TypeId) -> bool {
        self.entry(id).is_some_and(|[_, _, _, name]| *name != [0; 4])
    }

    /// Whether both are the same bytes at the same place.
    pub fn is(self, other: Packed<'_>) -> bool {
        core::ptr::eq(self.bytes, other.bytes)
    }

    /// A type, one level deep; `any` for a number that is not in the table.
    pub fn get(&self, id: TypeId) -> Type<'a> {
        let Some([head, a, b, _]) = self.entry(id).copied() else {
            return Type::Any;
        };
        let [tag, flags, kind @ ..] = head;
        let marked = flags & MARKED != 0;
        let (start, len) = (u32::from_le_bytes(a), u32::from_le_bytes(b));
        match tag {
            0 => Type::Bool,
            1 => Type::Int,
            2 => Type::Float,
            3 => Type::String,
            5 => Type::Quantity,
            6 => Type::Time,
            7 => Type::Duration,
            8 => Type::Secret,
            9 => Type::IntOrString,
            10 => Type::Literal(self.text(a)),
            11 => {
                let values = slice(self.elements, start, len);
                Type::Enum(Enum {
                    texts: self.texts,
                    values,
                    closed: marked,
                })
            }
            12 => Type::List(TypeId(start)),
            13 => Type::Map(TypeId(start)),
            14 => {
                let fields = slice(self.fields, start, len);
                let kind = (flags & KIND != 0).then(|| usize::from(u16::from_le_bytes(kind)));
                let kind = kind.and_then(|kind| self.kinds.get(kind));
                Type::Record(Record {
                    texts: self.texts,
                    fields,
                    kind,
                    open: marked,
                })
            }
            15 => {
                let variants = slice(self.elements, start, len);
                Type::Union(Union {
                    variants,
                    open: marked,
                })
            }
            _ => Type::Any,
        }
    }

    /// The record of that kind.
    pub fn kind(&self, api_version: &str, kind: &str) -> Option<TypeId> {
        let kinds = self.kinds;
        let wanted = (api_version.as_bytes(), kind.as_bytes());
        let at = kinds
            .binary_search_by(|[version, kind, _]| (self.raw(*version), self.raw(*kind)).cmp(&wanted))
            .ok()?;
        kinds.get(at).map(|[_, _, id]| TypeId(u32::from_le_bytes(*id)))
    }

    /// All kinds with their API version, sorted.
    pub fn kinds(self) -> impl Iterator<Item = (&'a str, &'a str, TypeId)> {
        let kinds = self.kinds.iter();
        kinds.map(move |[version, kind, id]| {
            (
                self.text(*version),
                self.text(*kind),
                TypeId(u32::from_le_bytes(*id)),
            )
        })
    }

    /// Whether all kinds of that API group are in the table; the core group's name is empty.
    pub fn knows_group(&self, group: &str) -> bool {
        let groups = self.groups;
        groups
            .binary_search_by(|[text]| self.raw(*text).cmp(group.as_bytes()))
            .is_ok()
    }

    fn entry(&self, id: TypeId) -> Option<&'a Entry<4>> {
        self.types.get(usize::try_from(id.0).ok()?)
    }

    /// The bytes of a text: enough to compare, and no check of the encoding is paid for.
    fn raw(self, text: [u8; 4]) -> &'a [u8] {
        self.texts.raw(text)
    }

    fn text(self, text: [u8; 4]) -> &'a str {
        self.texts.text(text)
    }
}

impl<'a> Texts<'a> {
    /// The bytes of a text, where it exists.
    fn bytes_of(self, text: [u8; 4]) -> Option<&'a [u8]> {
        let index = usize::try_from(u32::from_le_bytes(text)).ok()?;
        let [end] = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => self.ends.get(before).map_or(0, |[end]| u32::from_le_bytes(*end)),
            None => 0,
        };
        let range = usize::try_from(start).ok()?..usize::try_from(u32::from_le_bytes(end)).ok()?;
        self.bytes.get(range)
    }

    fn raw(self, text: [u8; 4]) -> &'a [u8] {
        self.bytes_of(text).unwrap_or_default()
    }

    fn text(self, text: [u8; 4]) -> &'a str {
        core::str::from_utf8(self.raw(text)).unwrap_or_default()
    }
}

/// The entries of a section; none where it lies outside the table.
fn section<const W: usize>(bytes: &[u8], section: Section) -> Option<&[Entry<W>]> {
    let bytes = bounds(bytes, section, W.saturating_mul(4))?;
    Some(bytes.as_chunks::<4>().0.as_chunks::<W>().0)
}

/// The bytes of a section whose entries have that width.
fn bounds(bytes: &[u8], section: Section, width: usize) -> Option<&[u8]> {
    let words = bytes.as_chunks::<4>().0;
    let at = (section as usize).checked_mul(2)?.checked_add(2)?;
    let start = usize::try_from(u32::from_le_bytes(*words.get(at)?)).ok()?;
    let count = usize::try_from(u32::from_le_bytes(*words.get(at.checked_add(1)?)?)).ok()?;
    bytes.get(start..start.checked_add(count.checked_mul(width)?)?)
}

/// Part of a section; nothing where it lies outside.
fn slice<T>(entries: &[T], start: u32, len: u32) -> &[T] {
    let part = || {
        let start = usize::try_from(start).ok()?;
        entries.get(start..start.checked_add(usize::try_from(len).ok()?)?)
    };
    part().unwrap_or_default()
}

/// Texts to choose from.
#[derive(Clone, Copy, Debug)]
pub struct Enum<'a> {
    texts: Texts<'a>,
    values: &'a [Entry<1>],
    closed: bool,
}

impl<'a> Enum<'a> {
    /// The values, in the order in which the API lists them.
    pub fn values(self) -> impl ExactSizeIterator<Item = &'a str> {
        self.values.iter().map(move |[text]| self.texts.text(*text))
    }

    /// Whether the value is one of them.
    pub fn contains(self, value: &str) -> bool {
        self.values
            .iter()
            .any(|[text]| self.texts.raw(*text) == value.as_bytes())
    }

    /// Whether there can be no other value. Most enumerations are open: a later version may add to them.
    pub fn closed(self) -> bool {
        self.closed
    }
}

/// A field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it holds where it is present.
    pub ty: TypeId,
    /// Whether it is always present.
    pub required: bool,
}

/// Named fields.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    texts: Texts<'a>,
    fields: &'a [Entry<2>],
    kind: Option<&'a Entry<3>>,
    open: bool,
}

impl<'a> Record<'a> {
    /// The field of that name.
    pub fn field(self, name: &str) -> Option<Field<'a>> {
        self.entry(name).map(|entry| self.view(*entry))
    }

    /// What the field of that name holds where it is present.
    pub fn field_type(self, name: &str) -> Option<TypeId> {
        let [_, ty] = self.entry(name)?;
        Some(TypeId(u32::from_le_bytes(*ty) & !REQUIRED))
    }

    fn position(self, name: &[u8]) -> Option<usize> {
        let compare = |[text, _]: &Entry<2>| -> Ordering { self.texts.raw(*text).cmp(name) };
        self.fields.binary_search_by(compare).ok()
    }

    fn entry(self, name: &str) -> Option<&'a Entry<2>> {
        self.fields.get(self.position(name.as_bytes())?)
    }

    /// All fields, sorted by name.
    pub fn fields(self) -> impl ExactSizeIterator<Item = Field<'a>> {
        self.fields.iter().map(move |entry| self.view(*entry))
    }

    /// How many fields there are.
    pub fn len(self) -> usize {
        self.fields.len()
    }

    /// Whether there is no field at all.
    pub fn is_empty(self) -> bool {
        self.fields.is_empty()
    }

    /// The API version and kind whose record this is.
    pub fn gvk(self) -> Option<(&'a str, &'a str)> {
        let [version, kind, _] = self.kind?;
        Some((self.texts.text(*version), self.texts.text(*kind)))
    }

    /// Whether members beside the fields are as good as these.
    pub fn open(self) -> bool {
        self.open
    }

    fn view(self, [name, ty]: Entry<2>) -> Field<'a> {
        let ty = u32::from_le_bytes(ty);
        Field {
            name: self.texts.text(name),
            ty: TypeId(ty & !REQUIRED),
            required: ty & REQUIRED != 0,
        }
    }
}

/// Records that differ in their literal fields.
#[derive(Clone, Copy, Debug)]
pub struct Union<'a> {
    variants: &'a [Entry<1>],
    open: bool,
}

impl<'a> Union<'a> {
    /// The variants in order; of an open union, the last is the one for everything else.
    pub fn variants(self) -> impl ExactSizeIterator<Item = TypeId> + DoubleEndedIterator + use<'a> {
        self.variants.iter().map(|[id]| TypeId(u32::from_le_bytes(*id)))
    }

    /// Whether values of kinds that the union does not list belong to it, too.
    pub fn open(self) -> bool {
        self.open
    }

    /// What a value is known to be before its kind is known: of an open union, the last variant.
    pub fn rest(self) -> Option<TypeId> {
        let [id] = self.variants.last().filter(|_| self.open)?;
        Some(TypeId(u32::from_le_bytes(*id)))
    }
}
