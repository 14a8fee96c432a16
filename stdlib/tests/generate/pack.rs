//! Writes the packed table; `wardlaw_lang::types::packed` reads it and describes the layout.

use super::model::{CUSTOM, Model, OBJECT, Record, Scalar, Shape};
use std::collections::{BTreeMap, BTreeSet};

/// Sections with a fixed width, after magic and version: offset and count each.
const SECTIONS: usize = 8;

struct Packer<'m> {
    texts: BTreeMap<&'m str, u32>,
    /// Numbers of named types.
    named: BTreeMap<&'m str, u32>,
    /// Numbers of lists, maps, literals and enumerations, which are the same wherever they are equal.
    shapes: BTreeMap<&'m Shape, u32>,
    kinds: BTreeMap<(&'m str, &'m str), u32>,
    /// The name by which a type is shown.
    shown: BTreeMap<&'m str, &'m str>,
    types: Vec<[u32; 4]>,
    fields: Vec<[u32; 2]>,
    elements: Vec<[u32; 1]>,
}

/// The table of a model under these names.
pub(crate) fn pack(model: &Model, names: &BTreeMap<String, String>) -> Vec<u8> {
    let mut shown: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, full) in names {
        let best = shown.entry(full).or_insert(name);
        if name.len() < best.len() {
            *best = name;
        }
    }
    let mut packer = Packer {
        texts: texts(model, names),
        named: BTreeMap::new(),
        shapes: BTreeMap::new(),
        kinds: BTreeMap::new(),
        shown,
        types: Vec::new(),
        fields: Vec::new(),
        elements: Vec::new(),
    };
    packer.run(model, names)
}

/// All texts of a model, numbered in their order.
fn texts<'m>(model: &'m Model, names: &'m BTreeMap<String, String>) -> BTreeMap<&'m str, u32> {
    fn of<'m>(shape: &'m Shape, all: &mut BTreeSet<&'m str>) {
        match shape {
            Shape::List(inner) | Shape::Map(inner) => of(inner, all),
            Shape::Literal(text) => drop(all.insert(text)),
            Shape::Enum { values, .. } => all.extend(values.iter().map(String::as_str)),
            Shape::Scalar(_) | Shape::Named(_) => {}
        }
    }
    let mut all: BTreeSet<&str> = names.keys().chain(&model.groups).map(String::as_str).collect();
    for record in model.records.values() {
        for (name, field) in &record.fields {
            all.insert(name);
            of(&field.shape, &mut all);
        }
    }
    all.into_iter().zip(0..).collect()
}

impl<'m> Packer<'m> {
    fn run(&mut self, model: &'m Model, names: &'m BTreeMap<String, String>) -> Vec<u8> {
        for scalar in Scalar::ALL {
            self.types.push([scalar as u32, 0, 0, 0]);
        }
        let kinds: BTreeMap<(&str, &str), &str> = model
            .records
            .iter()
            .filter_map(|(name, record)| {
                record
                    .gvk
                    .as_ref()
                    .map(|(v, k)| ((v.as_str(), k.as_str()), name.as_str()))
            })
            .collect();
        self.kinds = kinds.keys().copied().zip(0..).collect();
        // Numbers first, so that types may refer to each other.
        for name in model.records.keys().map(String::as_str).chain([OBJECT]) {
            self.named
                .insert(name, u32::try_from(self.types.len()).expect("few types"));
            self.types.push([0; 4]);
        }
        for (name, record) in &model.records {
            let entry = self.record(name, record);
            let id = self.named[name.as_str()] as usize;
            self.types[id] = entry;
        }
        let variants = kinds
            .values()
            .copied()
            .chain([CUSTOM])
            .map(|name| [self.named[name]])
            .collect::<Vec<_>>();
        let start = self.push_elements(&variants);
        let object = self.named[OBJECT] as usize;
        self.types[object] = [0x0f | 1 << 8, start, len(&variants), self.texts[OBJECT] + 1];

        let names: Vec<[u32; 2]> = names
            .iter()
            .map(|(name, full)| [self.texts[name.as_str()], self.named[full.as_str()]])
            .collect();
        let kinds: Vec<[u32; 3]> = kinds
            .iter()
            .map(|((v, k), name)| [self.texts[v], self.texts[k], self.named[name]])
            .collect();
        let groups: Vec<[u32; 1]> = model
            .groups
            .iter()
            .map(|group| [self.texts[group.as_str()]])
            .collect();
        let mut bytes = String::new();
        let mut ends: Vec<[u32; 1]> = Vec::new();
        for text in self.texts.keys() {
            bytes.push_str(text);
            ends.push([u32::try_from(bytes.len()).expect("few bytes")]);
        }
        let mut out = Writer::new();
        out.section(0, &self.types);
        out.section(1, &self.fields);
        out.section(2, &self.elements);
        out.section(3, &names);
        out.section(4, &kinds);
        out.section(5, &groups);
        out.section(6, &ends);
        out.bytes(7, bytes.as_bytes());
        out.done
    }

    fn record(&mut self, name: &str, record: &'m Record) -> [u32; 4] {
        let fields: Vec<[u32; 2]> = record
            .fields
            .iter()
            .map(|(name, field)| {
                [
                    self.texts[name.as_str()],
                    self.shape(&field.shape) | u32::from(field.required) << 31,
                ]
            })
            .collect();
        let start = len(&self.fields);
        self.fields.extend(&fields);
        let kind = record
            .gvk
            .as_ref()
            .map(|(version, kind)| self.kinds[&(version.as_str(), kind.as_str())]);
        let flags = u32::from(record.open) | u32::from(kind.is_some()) << 1;
        let shown = self.texts[self.shown[name]] + 1;
        [
            0x0e | flags << 8 | kind.unwrap_or_default() << 16,
            start,
            len(&fields),
            shown,
        ]
    }

    fn shape(&mut self, shape: &'m Shape) -> u32 {
        if let Some(id) = self.shapes.get(shape) {
            return *id;
        }
        let entry = match shape {
            Shape::Scalar(scalar) => return *scalar as u32,
            Shape::Named(name) => return self.named[name.as_str()],
            Shape::Literal(text) => [10, self.texts[text.as_str()], 0, 0],
            Shape::Enum { values, closed } => {
                let values: Vec<[u32; 1]> = values.iter().map(|value| [self.texts[value.as_str()]]).collect();
                [
                    0x0b | u32::from(*closed) << 8,
                    self.push_elements(&values),
                    len(&values),
                    0,
                ]
            }
            Shape::List(element) => [12, self.shape(element), 0, 0],
            Shape::Map(value) => [13, self.shape(value), 0, 0],
        };
        let id = len(&self.types);
        self.types.push(entry);
        self.shapes.insert(shape, id);
        id
    }

    fn push_elements(&mut self, elements: &[[u32; 1]]) -> u32 {
        let start = len(&self.elements);
        self.elements.extend(elements);
        start
    }
}

fn len<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).expect("few items")
}

struct Writer {
    done: Vec<u8>,
}

impl Writer {
    fn new() -> Self {
        let mut done = b"WTYP".to_vec();
        done.extend(1_u32.to_le_bytes());
        done.resize(8 + SECTIONS * 8, 0);
        Self { done }
    }

    fn section<const W: usize>(&mut self, number: usize, entries: &[[u32; W]]) {
        self.head(number, entries.len());
        self.done
            .extend(entries.iter().flatten().flat_map(|word| word.to_le_bytes()));
    }

    fn bytes(&mut self, number: usize, bytes: &[u8]) {
        self.head(number, bytes.len());
        self.done.extend(bytes);
    }

    fn head(&mut self, number: usize, count: usize) {
        let offset = u32::try_from(self.done.len()).expect("few bytes");
        let count = u32::try_from(count).expect("few entries");
        let at = 8 + number * 8;
        self.done[at..at + 4].copy_from_slice(&offset.to_le_bytes());
        self.done[at + 4..at + 8].copy_from_slice(&count.to_le_bytes());
    }
}
