//! The JSON reader against tables of the published corner cases, and against `serde_json` on texts
//! mutated at random. It may differ where the design says so: repeated keys, integers beyond 64 bits,
//! infinite numbers, depth.

use serde_json::Value;
use wardlaw::input::{Document, Kind, ReadError, ReadErrorKind, ReadLimits, read_json, read_json_bytes};

fn read(text: &str) -> Result<Document<'_>, ReadError> {
    read_json(text, &ReadLimits::default())
}

fn kind_of(text: &str) -> Option<ReadErrorKind> {
    read(text).err().map(|error| error.kind)
}

#[test]
fn well_formed_texts_are_accepted() {
    for text in [
        "[]",
        "{}",
        " [] ",
        "[[]   ]",
        "[\"\"]",
        "[null, 1, \"1\", {}]",
        "null",
        "true",
        "false",
        "\"x\"",
        " \"x\" ",
        "42",
        "-0",
        "-0.1",
        "0e1",
        "0e+1",
        "0E-0",
        "1.5E+3",
        "20e1",
        "[-0.000000000000000000000000000000000000000000001]",
        "[1E22]",
        "[123.456e78]",
        "[\"\\u0060\\u012a\\u12AB\"]",
        "[\"\\uD801\\udc37\"]",
        "[\"\\ud83d\\ude39\\ud83d\\udc8d\"]",
        "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
        "[\"\\\\u0000\"]",
        "[\"\\u0000\"]",
        "[\"\\u0012\"]",
        "[\"\u{7f}\"]",
        "[\"\u{2028}\"]",
        "[\"\u{10ffff}\"]",
        "[\"\\uDBFF\\uDFFE\"]",
        "[\"\\uFFFE\"]",
        "{\"\":0}",
        "{\"a\\u0000b\": 1}",
        "{\"a\":[]}",
        "{\"x\":[{\"id\": \"x\"}], \"id\": \"x\"}",
        "\u{feff}{}",
        "\t\r\n [ ] \t",
        "{\n\"a\"\n:\n1\n}",
    ] {
        let document = read(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        let expected: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
        if text != "-0" {
            assert_eq!(document.to_value(document.root()), expected, "{text:?}");
        }
    }
}

#[test]
fn malformed_texts_are_refused_where_they_go_wrong() {
    for (text, offset) in [
        ("", 0),
        (" ", 1),
        ("[", 1),
        ("]", 0),
        ("[1", 2),
        ("[1,", 3),
        ("[1,]", 3),
        ("[,1]", 1),
        ("[1 true]", 3),
        ("[1,,2]", 3),
        ("[\"x\"]]", 5),
        ("[\"\"],", 4),
        ("{", 1),
        ("}", 0),
        ("{]", 1),
        ("{\"a\"", 4),
        ("{\"a\":", 5),
        ("{\"a\" 1}", 5),
        ("{\"a\":1,}", 7),
        ("{\"a\":1,,\"b\":2}", 7),
        ("{\"a\":\"b\",\"c\"}", 12),
        ("{a: 1}", 1),
        ("{1:1}", 1),
        ("{'a':0}", 1),
        ("{\"a\":1 \"b\":2}", 7),
        ("{\"a\":1}#", 7),
        ("{\"a\":/*c*/1}", 5),
        ("[1]x", 3),
        ("nul", 0),
        ("nulL", 0),
        ("truE", 0),
        ("[True]", 1),
        ("[NaN]", 1),
        ("[Infinity]", 1),
        ("[-Infinity]", 2),
        ("[-]", 2),
        ("[--1]", 2),
        ("[+1]", 1),
        ("[.5]", 1),
        ("[1.]", 3),
        ("[1.e1]", 3),
        ("[1e]", 3),
        ("[1e+]", 4),
        ("[1eE2]", 3),
        ("[0x1]", 2),
        ("[01]", 1),
        ("[-012]", 2),
        ("[1_0]", 2),
        ("[1+2]", 2),
        ("[2.e3]", 3),
        ("[0e+-1]", 4),
        ("[\"a", 1),
        ("[\"a\nb\"]", 3),
        ("[\"\tb\"]", 2),
        ("[\"\u{1f}\"]", 2),
        ("[\"\u{0}\"]", 2),
        ("[\"\\", 1),
        ("[\"\\\"]", 1),
        ("[\"\\x00\"]", 2),
        ("[\"\\a\"]", 2),
        ("[\"\\'\"]", 2),
        ("[\"\\u\"]", 2),
        ("[\"\\u00A\"]", 2),
        ("[\"\\u00Ag\"]", 2),
        ("[\"\\U0001\"]", 2),
        ("[\"\\uD800\"]", 2),
        ("[\"\\uDC00\"]", 2),
        ("[\"\\uD800\\uD800\"]", 2),
        ("[\"\\uD800\\n\"]", 2),
        ("[\"\\uD800\\u\"]", 2),
        ("[\"a\\u00e9\\é\"]", 9),
        ("\u{a0}[]", 0),
        ("[\u{b}1]", 1),
        ("[1\u{c}]", 2),
        ("[a\u{0}]", 1),
        ("\u{2060}[]", 0),
        ("{}\u{feff}", 2),
        ("<null>", 0),
        ("['a']", 1),
        ("[\"a\",\n4\n,1,", 11),
        ("*", 0),
        ("{\"a\":\"a\" 123}", 9),
        ("1 2", 2),
        ("{} {}", 3),
    ] {
        let error = read(text)
            .err()
            .unwrap_or_else(|| panic!("{text:?} was accepted"));
        assert_eq!(
            (error.kind, error.offset),
            (ReadErrorKind::Syntax, offset),
            "{text:?}: {error}"
        );
        assert!(serde_json::from_str::<Value>(text).is_err(), "{text:?}");
        assert!(
            error
                .message
                .chars()
                .next()
                .is_some_and(|first| !first.is_uppercase()),
            "{error}"
        );
    }
}

#[test]
fn messages_name_the_mend() {
    for (text, message) in [
        (
            "{\"a\": 1,\n}",
            "line 2, column 1: expected a key in double quotes: remove the comma before this bracket",
        ),
        (
            "{'a': 1}",
            "line 1, column 2: expected a key in double quotes, found `'`: JSON has double quotes only",
        ),
        ("[None]", "line 1, column 2: expected a value, found `None`"),
        (
            "[\"é\", 007]",
            "line 1, column 7: a number with a leading zero: remove the zero, or put it in quotes",
        ),
        (
            "[\u{202e}]",
            "line 1, column 2: expected a value, found `\\u{202e}`",
        ),
        (
            "[1",
            "line 1, column 3: expected `,` or `]` after an element, found the end of the text",
        ),
    ] {
        assert_eq!(read(text).unwrap_err().to_string(), message);
    }
}

#[test]
fn numbers_are_classified_and_keep_their_digits() {
    for (text, kind, int, float) in [
        ("0", Kind::Int, Some(0), Some(0.0)),
        ("-0", Kind::Int, Some(0), Some(0.0)),
        (
            "9223372036854775807",
            Kind::Int,
            Some(i64::MAX),
            Some(9_223_372_036_854_775_807.0),
        ),
        (
            "-9223372036854775808",
            Kind::Int,
            Some(i64::MIN),
            Some(-9_223_372_036_854_775_808.0),
        ),
        ("9223372036854775808", Kind::Huge, None, None),
        ("-9223372036854775809", Kind::Huge, None, None),
        ("123456789012345678901234567890", Kind::Huge, None, None),
        ("1.0", Kind::Float, None, Some(1.0)),
        ("1e3", Kind::Float, None, Some(1000.0)),
        ("-1.5E-3", Kind::Float, None, Some(-0.0015)),
        ("1e308", Kind::Float, None, Some(1e308)),
        ("1e309", Kind::Huge, None, None),
        ("-1e400", Kind::Huge, None, None),
        ("1e-400", Kind::Float, None, Some(0.0)),
    ] {
        let document = read(text).unwrap();
        let root = document.root();
        assert_eq!(
            (document.kind(root), document.int(root), document.float(root)),
            (kind, int, float),
            "{text}"
        );
        assert_eq!(document.number_text(root), Some(text));
    }
}

#[test]
fn repeated_keys_are_refused_in_small_and_large_objects() {
    for (text, offset) in [
        (r#"{"a":1,"a":2}"#, 7),
        (r#"{"a":1,"b":2,"\u0061":2}"#, 13),
        (r#"{"\u0061":1,"b":2,"a":2}"#, 18),
        (r#"[{"x":{"q":1,"r":{"q":2},"q":3}}]"#, 25),
        (r#"{"":1,"":2}"#, 6),
    ] {
        let error = read(text).unwrap_err();
        assert_eq!(
            (error.kind, error.offset),
            (ReadErrorKind::RepeatedKey, offset),
            "{text}: {error}"
        );
    }
    for size in [31u32, 32, 33, 34, 64, 1000] {
        let members: Vec<String> = (0..size).map(|key| format!("\"key{key}\":{key}")).collect();
        assert_eq!(kind_of(&format!("{{{}}}", members.join(","))), None, "{size}");
        let text = format!("{{{},\"key3\":0,\"key0\":0}}", members.join(","));
        let error = read(&text).unwrap_err();
        assert_eq!(error.kind, ReadErrorKind::RepeatedKey, "{size}");
        assert_eq!(error.offset as usize, text.find("\"key3\":0").unwrap(), "{size}");
    }
    // Same length, first eight and last eight bytes: equal hashes, different keys.
    assert_eq!(kind_of(r#"{"aaaaaaaa1bbbbbbbb":1,"aaaaaaaa2bbbbbbbb":2}"#), None);
}

#[test]
fn keys_of_any_length_are_found() {
    for length in [0, 1, 3, 4, 7, 8, 9, 65_535, 65_536, 100_000] {
        let key = "k".repeat(length);
        let text = format!("{{\"{key}\": 1, \"{key}x\": {{\"y\": 2}}}}");
        let document = read(&text).unwrap();
        let root = document.root();
        let member = document.get_str(root, &key).unwrap();
        assert_eq!(
            (document.int(member), document.key(member)),
            (Some(1), Some(key.as_str()))
        );
        assert_eq!(document.key_span(member).unwrap().len(), length + 2);
        assert_eq!(
            kind_of(&format!("{{\"{key}\": 1, \"{key}\": 1}}")),
            Some(ReadErrorKind::RepeatedKey)
        );
    }
}

#[test]
fn bytes_that_are_no_utf8_are_refused_where_they_stand() {
    let limits = ReadLimits::default();
    let error = read_json_bytes(b"{\n \"a\": \"\xff\"}", &limits).unwrap_err();
    assert_eq!((error.kind, error.offset), (ReadErrorKind::Encoding, 9));
    assert_eq!(
        error.location.map(|location| (location.line, location.column)),
        Some((2, 8))
    );
    for bytes in [&b"\xff\xfe{\0}\0"[..], b"\xfe\xff\0{\0}", b"{\0}\0", b"\0{\0}"] {
        let error = read_json_bytes(bytes, &limits).unwrap_err();
        assert_eq!(error.kind, ReadErrorKind::Encoding);
        assert!(error.message.contains("UTF-16"), "{error}");
    }
    assert!(read_json_bytes("\u{feff}[\"é\"]".as_bytes(), &limits).is_ok());
}

/// SplitMix64, so that a failure can be repeated anywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from.get(self.below(from.len())).copied().unwrap_or_default()
    }
}

fn value(random: &mut Random, depth: usize, out: &mut String) {
    const SCALARS: &[&str] = &[
        "null",
        "true",
        "false",
        "0",
        "-0.0",
        "1",
        "-12",
        "3.25",
        "1e3",
        "1E-2",
        "123456789012345678",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "1e400",
        "\"\"",
        "\"a\"",
        "\"longer than eight bytes\"",
        "\"\\n\\u00e9\"",
        "\"é日😀\"",
        "\"\\ud83d\\ude00\"",
        "\"a\\\\\"",
        "\"\\\"\"",
    ];
    const KEYS: &[&str] = &[
        "\"a\"",
        "\"b\"",
        "\"name\"",
        "\"\\u0061\"",
        "\"apiVersion\"",
        "\"\"",
        "\"é\"",
        "\"containers\"",
    ];
    const SPACES: &[&str] = &["", "", "", " ", "\n", "\t", "\r\n  "];
    let kind = if depth == 0 { 0 } else { random.below(4) };
    out.push_str(random.pick(SPACES));
    match kind {
        2 => {
            out.push('[');
            for index in 0..random.below(4) {
                if index > 0 {
                    out.push(',');
                }
                value(random, depth - 1, out);
            }
            out.push(']');
        }
        3 => {
            out.push('{');
            for index in 0..random.below(4) {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(random.pick(SPACES));
                out.push_str(random.pick(KEYS));
                out.push(':');
                value(random, depth - 1, out);
            }
            out.push('}');
        }
        _ => out.push_str(random.pick(SCALARS)),
    }
    out.push_str(random.pick(SPACES));
}

fn mutate(random: &mut Random, text: &str) -> String {
    const PIECES: &[&str] = &[
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "0", "1", "-", "+", ".", "e", "E", " ",
        "\n", "\u{0}", "\u{1f}", "é", "😀", "null", "true", "\"a\"", "\"a\":", "[[", "}}", "\u{feff}", "'",
        "/", "#", "x",
    ];
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..random.below(4) {
        let at = random.below(characters.len() + 1);
        match random.below(4) {
            0 if at < characters.len() => drop(characters.remove(at)),
            1 => characters.truncate(at),
            2 if at < characters.len() => {
                let other = random.below(characters.len());
                characters.swap(at, other);
            }
            _ => {
                let piece: Vec<char> = random.pick(PIECES).chars().collect();
                characters.splice(at..at, piece);
            }
        }
    }
    characters.into_iter().collect()
}

/// The value that `serde_json` gives, with what is known to differ made alike.
fn agrees(document: &Document<'_>, expected: &Value) -> bool {
    fn alike(left: &Value, right: &Value) -> bool {
        match (left, right) {
            (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
            (Value::Array(left), Value::Array(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(left, right)| alike(left, right))
            }
            (Value::Object(left), Value::Object(right)) => {
                left.len() == right.len()
                    && left
                        .iter()
                        .zip(right)
                        .all(|((name, left), (other, right))| name == other && alike(left, right))
            }
            _ => left == right,
        }
    }
    alike(&document.to_value(document.root()), expected)
}

#[test]
fn random_texts_are_read_as_by_serde_json() {
    let mut random = Random(2026);
    let (mut accepted, mut refused, mut repeated, mut infinite) = (0, 0, 0, 0);
    for round in 0..50_000 {
        let mut text = String::new();
        value(&mut random, 4, &mut text);
        if round % 4 != 0 {
            text = mutate(&mut random, &text);
        }
        let expected = serde_json::from_str::<Value>(&text);
        match (read(&text), expected) {
            (Ok(document), Ok(expected)) => {
                assert!(agrees(&document, &expected), "{text:?}");
                accepted += 1;
            }
            (Err(_), Err(_)) => refused += 1,
            (Err(error), Ok(_)) => {
                assert_eq!(error.kind, ReadErrorKind::RepeatedKey, "{text:?}: {error}");
                repeated += 1;
            }
            (Ok(document), Err(error)) => {
                let known = error.to_string().contains("number out of range") || text.starts_with('\u{feff}');
                assert!(
                    known,
                    "{text:?} is accepted as {:?}: {error}",
                    document.to_value(document.root())
                );
                infinite += 1;
            }
        }
    }
    println!(
        "{accepted} alike, {refused} refused by both, {repeated} repeated keys, {infinite} infinite numbers or byte order marks"
    );
    assert!(accepted > 10_000 && refused > 10_000 && repeated > 100 && infinite > 100);
}

#[test]
fn values_survive_the_way_through_a_document() {
    let mut random = Random(7);
    for _ in 0..2_000 {
        let mut text = String::new();
        value(&mut random, 5, &mut text);
        let Ok(expected) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        let document = Document::from_value(&expected).unwrap();
        assert_eq!(document.to_value(document.root()), expected, "{text}");
        if let Ok(read) = read(&text) {
            assert_eq!(read.size(), document.size());
            let owned = read.clone().into_owned();
            assert_eq!(owned.to_value(owned.root()), read.to_value(read.root()));
        }
    }
}
