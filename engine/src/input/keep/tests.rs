//! A document that is kept answers whatever it is asked as it did before, over generated texts and values.

use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString as _},
    vec,
    vec::Vec,
};

use crate::input::{Document, FieldKey, Format, Kind, NodeId, ReadLimits, read_stream};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((word ^ (word >> 31)) % bound as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// Keys as JSON writes them; `long` ones are repeated.
fn key(random: &mut Random) -> String {
    match random.below(24) {
        0 => String::new(),
        1 => "k".repeat([255, 256, 4_100][random.below(3)]),
        2 => format!("{}\\n", "é".repeat([127, 128, 2_100][random.below(3)])),
        3 => "long".repeat(16_384 + random.below(2)),
        4..7 => random.pick(&["\\u00e8", "a\\tb", "\\\"", "\\\\"]).into(),
        7..12 => random
            .pick(&["name", "kind", "é", "ab", "a longer name of a member"])
            .into(),
        _ => format!("key{}", random.below(60)),
    }
}

/// A JSON text.
fn json(random: &mut Random, depth: usize, out: &mut String) {
    let size = match random.below(12) {
        0 => 0,
        1 if depth < 3 => 14 + random.below(20),
        _ => 1 + random.below(4),
    };
    match random.below(if depth > 6 { 8 } else { 16 }) {
        8..12 => {
            out.push('[');
            for index in 0..size {
                out.push_str(if index == 0 { " " } else { ", " });
                json(random, depth + 1, out);
            }
            out.push(']');
        }
        12.. => {
            let keys: BTreeSet<String> = (0..size).map(|_| key(random)).collect();
            let mut keys: Vec<String> = keys.into_iter().collect();
            let turn = random.below(keys.len() + 1);
            keys.rotate_left(turn);
            out.push('{');
            for (index, key) in keys.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ",\n" });
                out.extend(["\"", key, "\": "]);
                json(random, depth + 1, out);
            }
            out.push('}');
        }
        _ => out.push_str(random.pick(&[
            "null",
            "true",
            "false",
            "0",
            "-12",
            "9223372036854775807",
            "18446744073709551616",
            "2.50",
            "1e400",
            "1e3",
            "\"\"",
            "\"a text\"",
            "\"é \\u00e9 \\n\"",
            "\"twice\\t\"",
        ])),
    }
}

/// A YAML text with anchors, aliases, merges and all styles of scalars and keys around JSON values.
fn yaml(random: &mut Random) -> String {
    let mut text =
        String::from("---\nbase: &base { plain: 'it''s', \"quo\\ted\": [1, 0x10, .5], ? '' : ~ }\n");
    for index in 0..2 + random.below(20) {
        let mut value = String::new();
        json(random, 3, &mut value);
        // YAML has other escapes of lines inside flow, but reads these texts alike.
        let value = value.replace(",\n", ", ");
        let part = match random.below(7) {
            0 => format!("member {index}: &a{index} {value}\nagain {index}: *a{index}\n"),
            1 => format!("'quoted {index}': *base\n"),
            2 => format!("\"escaped \\t {index}\":\n  - *base\n  - {value}\n  - [*base, &in [1], *in]\n"),
            3 => format!("block{index}: |\n  some\n  text\n"),
            4 => format!("merged{index}:\n  <<: *base\n  own: {value}\n"),
            5 => format!("folded{index}: >-\n  some\n  text\n"),
            _ => format!("? \"{}{index}\"\n: {value}\n", key(random)),
        };
        text.push_str(&part);
    }
    text
}

/// Compares all answers; how many nodes there were.
fn compare(document: &Document<'static>) -> usize {
    let kept = document.clone().keep();
    let twice = kept.clone().keep();
    assert_eq!(kept.size(), document.size());
    assert_eq!(kept.to_value(kept.root()), document.to_value(document.root()));
    assert_eq!(twice.to_value(twice.root()), document.to_value(document.root()));
    assert_eq!(kept.pointer_order(), document.pointer_order());
    // One more than there are.
    for id in (0..=document.size() as u32).map(NodeId) {
        assert_eq!(kept.kind(id), document.kind(id));
        assert_eq!(kept.bool(id), document.bool(id));
        assert_eq!(kept.int(id), document.int(id));
        assert_eq!(kept.float(id), document.float(id));
        assert_eq!(kept.str(id), document.str(id));
        assert_eq!(kept.number_text(id), document.number_text(id));
        assert_eq!(kept.key(id), document.key(id));
        assert_eq!(kept.key_span(id), document.key_span(id));
        assert_eq!(kept.span(id), document.span(id));
        assert_eq!(kept.locate(kept.span(id)), document.locate(document.span(id)));
        assert_eq!(kept.end(id), document.end(id));
        assert_eq!(kept.len(id), document.len(id));
        assert_eq!(kept.is_empty(id), document.is_empty(id));
        assert_eq!(kept.parent(id), document.parent(id));
        let children: Vec<NodeId> = document.children(id).collect();
        assert_eq!(kept.children(id).collect::<Vec<_>>(), children);
        for index in 0..=children.len() {
            assert_eq!(kept.element(id, index), document.element(id, index));
        }
        let mut keys: Vec<&str> = children.iter().filter_map(|child| document.key(*child)).collect();
        keys.extend(["", "name", "key1", "no such key"]);
        for key in keys {
            let found = document.get_str(id, key);
            assert_eq!(kept.get_str(id, key), found);
            assert_eq!(kept.get(id, &FieldKey::new(key)), found);
        }
        assert_eq!(members(&kept, id), members(document, id));
    }
    for id in (0..document.size() as u32).step_by(7).map(NodeId) {
        let (kept, part) = (kept.part(id), document.part(id));
        for id in (0..part.size() as u32).map(NodeId) {
            assert_eq!(kept.end(id), part.end(id));
            assert_eq!(kept.key(id), part.key(id));
            assert_eq!(
                (kept.span(id), kept.key_span(id)),
                (part.span(id), part.key_span(id))
            );
            assert_eq!(members(&kept, id), members(&part, id));
        }
        assert_eq!(kept.to_value(kept.root()), part.to_value(part.root()));
    }
    document.size()
}

/// What is told of the members of an object.
fn members(document: &Document<'_>, id: NodeId) -> Vec<(NodeId, u32, Vec<u8>, Kind)> {
    let mut told = Vec::new();
    document.each_member(id, |member, name| {
        told.push((member, name.hash(), name.bytes().to_vec(), name.kind()));
    });
    told
}

/// The documents of a text that is right.
fn read(text: &str, format: Format) -> Vec<Document<'static>> {
    let documents = read_stream(text, format, &ReadLimits::default());
    let documents = documents.map(|item| item.result.map(Document::into_owned));
    documents
        .collect::<Result<_, _>>()
        .unwrap_or_else(|error| panic!("{error:?}: {text}"))
}

#[test]
fn a_json_text_is_kept() {
    let mut random = Random(1);
    let mut nodes = 0;
    for _ in 0..600 {
        let mut text = String::new();
        json(&mut random, 0, &mut text);
        for document in read(&text, Format::Json) {
            nodes += compare(&document);
        }
    }
    assert!(nodes > 5_000, "{nodes}");
}

#[cfg(feature = "yaml")]
#[test]
fn a_yaml_text_is_kept() {
    let mut random = Random(2);
    let (mut nodes, mut texts) = (0, 0);
    for _ in 0..300 {
        let text = yaml(&mut random);
        let documents = read_stream(&text, Format::Yaml, &ReadLimits::default());
        // Few have a key twice.
        for document in documents.filter_map(|item| item.result.ok()) {
            nodes += compare(&document.into_owned());
            texts += 1;
        }
    }
    assert!(nodes > 5_000 && texts > 250, "{nodes} {texts}");
}

#[test]
fn a_value_is_kept() {
    let mut random = Random(3);
    let mut nodes = 0;
    for _ in 0..600 {
        let mut text = String::new();
        json(&mut random, 0, &mut text);
        // Numbers beyond those of serde.
        let text = text.replace("1e400", "1e40");
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        nodes += compare(&Document::from_value(&value).unwrap());
    }
    assert!(nodes > 5_000, "{nodes}");
}

#[test]
fn large_lists_and_objects_are_kept() {
    let numbers = (0..400).map(|at| at.to_string()).collect::<Vec<_>>();
    let pairs = (0..100).map(|at| format!("[{at}, []]")).collect::<Vec<_>>();
    let flags = (0..300)
        .map(|at| format!("\"flag-{at}\": {}", at % 3 == 0))
        .collect::<Vec<_>>();
    // Keys of one hash.
    let alike = (0..40)
        .map(|at| format!("\"aaaaaaaa{at:02}bbbbbbbb\": {{\"a\": {at}}}"))
        .collect::<Vec<_>>();
    let parts = [
        format!("[{}]", numbers.join(",")),
        format!("[{}]", pairs.join(",")),
        format!("{{{}}}", flags.join(",")),
        format!("{{{}}}", alike.join(",")),
    ];
    let text = format!("[{}]", parts.join(","));
    for document in read(&text, Format::Json) {
        assert!(compare(&document) > 1_000);
        let kept = document.keep();
        let found = kept.resolve(kept.root(), "/2/flag-299").unwrap();
        assert_eq!(kept.pointer(kept.root(), found).as_deref(), Some("/2/flag-299"));
    }
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(compare(&Document::from_value(&value).unwrap()) > 1_000);
}

#[test]
fn a_text_that_is_met_often_is_kept_once() {
    let object = || serde_json::json!({ "one key": "one text", "other": ["one text", 17, 17] });
    let value = serde_json::Value::Array(vec![object(), object(), object()]);
    let kept = Document::from_value(&value).unwrap().keep();
    assert_eq!(kept.extra.len(), "one keyone textother17".len());
}
