//! Writes the packed table; its format is described where it is read, in `wardlaw_lang::types::packed`.

use std::collections::{BTreeMap, BTreeSet};

use wardlaw_lang::types::packed::{HEADER_WORDS, MAGIC, tag};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Raw {
    Bool,
    Int,
    Float,
    String,
    Any,
    Quantity,
    Time,
    Secret,
    IntOrString,
    Literal(String),
    Enum {
        values: Vec<String>,
        closed: bool,
    },
    List(u32),
    Map(u32),
    Record {
        fields: Vec<RawField>,
        gvk: Option<(String, String)>,
        open: bool,
    },
    Union {
        common: u32,
        members: Vec<u32>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RawField {
    pub name: String,
    pub ty: u32,
    pub required: bool,
}

#[derive(Default)]
pub struct Table {
    types: Vec<(Option<String>, Raw)>,
    anonymous: BTreeMap<Raw, u32>,
    names: BTreeMap<String, u32>,
    kinds: BTreeMap<(String, String), u32>,
    groups: BTreeSet<String>,
}

impl Table {
    /// A named type whose structure comes later.
    pub fn reserve(&mut self, name: &str) -> u32 {
        let id = self.types.len() as u32;
        self.types.push((Some(name.into()), Raw::Any));
        assert!(self.names.insert(name.into(), id).is_none(), "`{name}` twice");
        id
    }

    pub fn set(&mut self, id: u32, raw: Raw) {
        self.types[id as usize].1 = raw;
    }

    pub fn named(&self, name: &str) -> u32 {
        *self.names.get(name).unwrap_or_else(|| panic!("no type `{name}`"))
    }

    /// A type without a name; equal ones are one.
    pub fn add(&mut self, raw: Raw) -> u32 {
        if let Some(id) = self.anonymous.get(&raw) {
            return *id;
        }
        let id = self.types.len() as u32;
        self.types.push((None, raw.clone()));
        self.anonymous.insert(raw, id);
        id
    }

    pub fn kind(&mut self, api_version: &str, kind: &str, id: u32) {
        self.kinds.insert((api_version.into(), kind.into()), id);
    }

    pub fn group(&mut self, group: &str) {
        self.groups.insert(group.into());
    }

    pub fn finish(self) -> Vec<u8> {
        let mut strings = Strings::default();
        let mut words: Vec<u32> = Vec::new();
        let names: Vec<u32> = self
            .names
            .iter()
            .flat_map(|(name, id)| [strings.id(name), *id])
            .collect();
        let kinds: Vec<u32> = self
            .kinds
            .iter()
            .flat_map(|((v, k), id)| [strings.id(v), strings.id(k), *id])
            .collect();
        let groups: Vec<u32> = self.groups.iter().map(|group| strings.id(group)).collect();
        let mut offsets = Vec::new();
        for (name, raw) in &self.types {
            offsets.push(words.len() as u32);
            words.push(name.as_ref().map_or(0, |name| strings.id(name) + 1));
            write_type(&mut words, &mut strings, raw);
        }
        let header = [
            MAGIC,
            strings.ends.len() as u32,
            self.names.len() as u32,
            self.kinds.len() as u32,
            self.groups.len() as u32,
            self.types.len() as u32,
            strings.blob.len() as u32,
        ];
        assert_eq!(header.len() as u32, HEADER_WORDS);
        let sections = [
            &header[..],
            &strings.ends,
            &names,
            &kinds,
            &groups,
            &offsets,
            &words,
        ];
        let mut bytes: Vec<u8> = sections
            .into_iter()
            .flatten()
            .flat_map(|word| word.to_le_bytes())
            .collect();
        bytes.extend_from_slice(strings.blob.as_bytes());
        bytes
    }
}

fn write_type(words: &mut Vec<u32>, strings: &mut Strings, raw: &Raw) {
    let mut head =
        |tag: u32, flag: bool, count: usize| words.push(tag | u32::from(flag) << 8 | (count as u32) << 16);
    match raw {
        Raw::Bool => head(tag::BOOL, false, 0),
        Raw::Int => head(tag::INT, false, 0),
        Raw::Float => head(tag::FLOAT, false, 0),
        Raw::String => head(tag::STRING, false, 0),
        Raw::Any => head(tag::ANY, false, 0),
        Raw::Quantity => head(tag::QUANTITY, false, 0),
        Raw::Time => head(tag::TIME, false, 0),
        Raw::Secret => head(tag::SECRET, false, 0),
        Raw::IntOrString => head(tag::INT_OR_STRING, false, 0),
        Raw::Literal(text) => {
            head(tag::LITERAL, false, 1);
            words.push(strings.id(text));
        }
        Raw::Enum { values, closed } => {
            head(tag::ENUM, *closed, values.len());
            words.extend(values.iter().map(|value| strings.id(value)));
        }
        Raw::List(inner) => {
            head(tag::LIST, false, 1);
            words.push(*inner);
        }
        Raw::Map(inner) => {
            head(tag::MAP, false, 1);
            words.push(*inner);
        }
        Raw::Record { fields, gvk, open } => {
            head(tag::RECORD, *open, fields.len());
            let (version, kind) = gvk
                .as_ref()
                .map_or((0, 0), |(v, k)| (strings.id(v) + 1, strings.id(k) + 1));
            words.extend([version, kind]);
            let mut fields: Vec<&RawField> = fields.iter().collect();
            fields.sort_by(|a, b| a.name.cmp(&b.name));
            for field in fields {
                words.extend([
                    strings.id(&field.name) | u32::from(field.required) << 31,
                    field.ty,
                ]);
            }
        }
        Raw::Union { common, members } => {
            head(tag::UNION, false, members.len());
            words.push(common + 1);
            words.extend(members);
        }
    }
}

#[derive(Default)]
struct Strings {
    ids: BTreeMap<String, u32>,
    ends: Vec<u32>,
    blob: String,
}

impl Strings {
    fn id(&mut self, text: &str) -> u32 {
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        let id = self.ends.len() as u32;
        self.blob.push_str(text);
        self.ends.push(self.blob.len() as u32);
        self.ids.insert(text.into(), id);
        id
    }
}
