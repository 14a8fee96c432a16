//! The JSON reader against `serde_json` on generated texts and their mutations: the verdict and the value
//! that are expected come from `serde_json` and the list of intended differences below, and from nothing
//! else. `DOCUMENTS=10000000 SEED=7 cargo test -p wardlaw --release --test readers_json_random -- --nocapture`
//! makes it long.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers fail as the test does"
)]

#[path = "random/json.rs"]
mod generate;
mod random;

use std::{collections::BTreeMap, fmt};

use random::{Random, number};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use wardlaw::input::{Document, Kind, NodeId, ReadErrorKind, ReadLimits, read_json, read_json_bytes};

/// Where the reader is meant to differ from `serde_json`. Each is counted, and must occur.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Intended {
    /// An object has one key twice: refused, where `serde_json` takes the last.
    RepeatedKey,
    /// More than 256 lists and objects inside each other: refused.
    TooDeep,
    /// A byte order mark before the text is passed over, where `serde_json` refuses it.
    ByteOrderMark,
    /// A number that no finite float is near is kept as it is written, and an error where a rule reads it.
    Infinite,
    /// An integer beyond the signed 64 bits likewise, where `serde_json` rounds it to a float.
    Huge,
    /// `-0` is the integer 0, where `serde_json` has the float -0.0.
    NegativeZero,
}

const ALL: [Intended; 6] = [
    Intended::RepeatedKey,
    Intended::TooDeep,
    Intended::ByteOrderMark,
    Intended::Infinite,
    Intended::Huge,
    Intended::NegativeZero,
];

/// What `serde_json` reads, with every member of an object.
enum Tree {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Tree;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_unit<E>(self) -> Result<Tree, E> {
                Ok(Tree::Null)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
                Ok(Tree::Bool(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
                Ok(Tree::Number(value.into()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
                Ok(Tree::Number(value.into()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
                Ok(Tree::Number(Number::from_f64(value).unwrap()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
                Ok(Tree::Text(value.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tree, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = list.next_element()? {
                    elements.push(element);
                }
                Ok(Tree::List(elements))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Tree, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = object.next_entry()? {
                    members.push(member);
                }
                Ok(Tree::Object(members))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl Tree {
    fn of(text: &[u8]) -> serde_json::Result<Tree> {
        let mut reader = serde_json::Deserializer::from_slice(text);
        reader.disable_recursion_limit();
        let tree = Tree::deserialize(&mut reader)?;
        reader.end().map(|()| tree)
    }

    fn depth(&self) -> usize {
        match self {
            Tree::List(elements) => 1 + elements.iter().map(Tree::depth).max().unwrap_or(0),
            Tree::Object(members) => 1 + members.iter().map(|(_, value)| value.depth()).max().unwrap_or(0),
            _ => 0,
        }
    }

    fn repeats_a_key(&self) -> bool {
        match self {
            Tree::List(elements) => elements.iter().any(Tree::repeats_a_key),
            Tree::Object(members) => {
                let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
                names.sort_unstable();
                names.windows(2).any(|pair| pair[0] == pair[1])
                    || members.iter().any(|(_, value)| value.repeats_a_key())
            }
            _ => false,
        }
    }
}

/// Stands for a number that `serde_json` finds out of range: no generated text has it.
const INFINITE: &str = "8.98846567431158e307";

/// What `serde_json` reads, but with a byte order mark passed over and numbers of any size.
fn expected(text: &[u8], seen: &mut Vec<Intended>) -> serde_json::Result<Tree> {
    let mut text = text.to_vec();
    if text.starts_with("\u{feff}".as_bytes()) {
        text.drain(..3);
        seen.push(Intended::ByteOrderMark);
    }
    loop {
        match Tree::of(&text) {
            Err(error) if error.to_string().starts_with("number out of range") => {
                let lines = text.split_inclusive(|byte| *byte == b'\n');
                let before: usize = lines.take(error.line() - 1).map(<[u8]>::len).sum();
                let end = before + error.column();
                let length = text[..end]
                    .iter()
                    .rev()
                    .take_while(|byte| b"0123456789+-.eE".contains(byte));
                let start = end - length.count();
                text.splice(start..end, INFINITE.bytes());
                seen.push(Intended::Infinite);
            }
            read => return read,
        }
    }
}

/// Whether the node is that value; `seen` gets the intended differences.
fn same(document: &Document<'_>, node: NodeId, tree: &Tree, seen: &mut Vec<Intended>) -> bool {
    match tree {
        Tree::Null => document.kind(node) == Kind::Null,
        Tree::Bool(value) => document.bool(node) == Some(*value),
        Tree::Text(value) => document.str(node) == Some(value),
        Tree::Number(value) => same_number(document, node, value, seen),
        Tree::List(elements) => {
            document.kind(node) == Kind::List
                && document.len(node) == elements.len()
                && document
                    .children(node)
                    .zip(elements)
                    .all(|(child, element)| same(document, child, element, seen))
        }
        Tree::Object(members) => {
            document.kind(node) == Kind::Object
                && document.len(node) == members.len()
                && document
                    .children(node)
                    .zip(members)
                    .all(|(child, (name, value))| {
                        document.key(child) == Some(name)
                            && document.get_str(node, name) == Some(child)
                            && same(document, child, value, seen)
                    })
        }
    }
}

fn same_number(document: &Document<'_>, node: NodeId, value: &Number, seen: &mut Vec<Intended>) -> bool {
    let written = document.number_text(node).unwrap_or_default();
    match document.kind(node) {
        Kind::Int if value.as_f64().map(f64::to_bits) == Some((-0.0f64).to_bits()) => {
            seen.push(Intended::NegativeZero);
            written == "-0" && document.int(node) == Some(0)
        }
        Kind::Int => document.int(node) == value.as_i64(),
        Kind::Float => {
            value.is_f64() && document.float(node).map(f64::to_bits) == value.as_f64().map(f64::to_bits)
        }
        Kind::Huge if value.to_string() == INFINITE.replace('e', "e+") => {
            written.parse::<f64>().unwrap().is_infinite()
        }
        Kind::Huge => {
            seen.push(Intended::Huge);
            written
                .strip_prefix('-')
                .unwrap_or(written)
                .bytes()
                .all(|byte| byte.is_ascii_digit())
                && value.as_i64().is_none()
                && written.parse::<f64>().ok() == value.as_f64()
                && (!value.is_u64() || value.to_string() == written)
        }
        _ => false,
    }
}

/// Reads one text twice; what differs without being meant is the error.
fn compare(text: &[u8], seen: &mut Vec<Intended>) -> Result<bool, String> {
    let limits = ReadLimits::default();
    let read = read_json_bytes(text, &limits);
    match (read, expected(text, seen)) {
        (Err(_), Err(_)) => {
            seen.clear();
            Ok(false)
        }
        (Ok(document), Err(error)) => Err(format!(
            "read as {}, refused by serde_json: {error}",
            document.to_value(document.root())
        )),
        (Err(error), Ok(tree)) => {
            seen.clear();
            let mut allowed = Vec::new();
            if tree.repeats_a_key() {
                allowed.push((ReadErrorKind::RepeatedKey, Intended::RepeatedKey));
            }
            if tree.depth() > limits.depth as usize {
                allowed.push((ReadErrorKind::TooDeep, Intended::TooDeep));
            }
            match allowed.into_iter().find(|(kind, _)| *kind == error.kind) {
                Some((_, intended)) => seen.push(intended),
                None => return Err(format!("refused: {error}")),
            }
            Ok(false)
        }
        (Ok(document), Ok(tree)) => {
            if tree.repeats_a_key() || tree.depth() > limits.depth as usize {
                return Err("a repeated key or a great depth was not noticed".to_owned());
            }
            if !same(&document, document.root(), &tree, seen) {
                return Err(format!("read as {}", document.to_value(document.root())));
            }
            Ok(true)
        }
    }
}

#[test]
fn mutated_texts_are_read_as_by_serde_json() {
    let (documents, seed) = (number("DOCUMENTS", 50_000), number("SEED", 2026));
    let mut random = Random(seed);
    let mut counts: BTreeMap<Intended, u64> = BTreeMap::new();
    let (mut accepted, mut refused, mut bytes) = (0, 0, 0);
    let mut seen = Vec::new();
    for round in 0..documents {
        let text = generate::text(&mut random);
        bytes += text.len();
        seen.clear();
        match compare(&text, &mut seen) {
            Ok(true) => accepted += 1,
            Ok(false) => refused += 1,
            Err(error) => panic!(
                "seed {seed}, document {round}: {:?}: {error}",
                text.escape_ascii().to_string()
            ),
        }
        seen.sort_unstable();
        seen.dedup();
        for intended in &seen {
            *counts.entry(*intended).or_default() += 1;
        }
    }
    println!("{documents} documents, {bytes} bytes, seed {seed}: {accepted} read alike, {refused} refused");
    println!("intended differences, in documents: {counts:?}");
    assert!(accepted > documents / 5 && refused > documents / 5);
    for intended in ALL {
        assert!(counts.contains_key(&intended), "{intended:?} did not occur");
    }
}

#[test]
fn values_survive_the_way_through_a_document() {
    let mut random = Random(7);
    let mut texts = 0;
    for _ in 0..2_000 {
        let text = generate::well_formed(&mut random);
        let Ok(expected) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        texts += 1;
        let document = Document::from_value(&expected).unwrap();
        assert_eq!(document.to_value(document.root()), expected, "{text}");
        if let Ok(read) = read_json(&text, &ReadLimits::default()) {
            assert_eq!(read.size(), document.size());
            let owned = read.clone().into_owned();
            assert_eq!(owned.to_value(owned.root()), read.to_value(read.root()));
        }
    }
    assert!(texts > 1_000, "{texts}");
}
