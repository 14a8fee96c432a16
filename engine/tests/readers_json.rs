//! The JSON reader against tables of the published corner cases: what every reader must take (`y_` in
//! JSONTestSuite), what every reader must refuse (`n_`), and what is left to it (`i_`), with what is
//! done here. The cases are written anew from the behaviours that the suite lists.

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

/// What is done here with a text that a reader may take or refuse.
enum Choice {
    Refused(ReadErrorKind),
    Read(&'static str),
    /// Kept as it is written; an error where a rule reads it.
    Kept(Kind),
}

#[test]
fn what_is_left_to_a_reader_is_decided() {
    use Choice::{Kept, Read, Refused};
    use ReadErrorKind::{Encoding, RepeatedKey, Syntax, TooDeep};
    let deep = [b"[".repeat(500), b"]".repeat(500)].concat();
    let cases: &[(&[u8], Choice)] = &[
        // Numbers: too great for a float they are kept, too small they are nothing, between two floats
        // they are the nearer one.
        (b"[123.456e78]", Read("[1.23456e80]")),
        (b"[0.4e00669999999999999999999999999999999999]", Kept(Kind::Huge)),
        (b"[-1e+9999]", Kept(Kind::Huge)),
        (b"[1.5e+9999]", Kept(Kind::Huge)),
        (b"[-123123e100000]", Kept(Kind::Huge)),
        (b"[123e-10000000]", Read("[0.0]")),
        (b"[0e999999999]", Read("[0.0]")),
        (b"[100000000000000000000]", Kept(Kind::Huge)),
        (
            b"[-237462374673276894279832749832423479823246327846]",
            Kept(Kind::Huge),
        ),
        (b"[9007199254740993]", Read("[9007199254740993]")),
        (b"[0.1000000000000000055511151231257827]", Read("[0.1]")),
        (b"[2.2250738585072011e-308]", Read("[2.225073858507201e-308]")),
        // Halves of pairs: a text of the language is Unicode, and has none.
        (b"[\"\\uD800\"]", Refused(Syntax)),
        (b"[\"\\uDADA\"]", Refused(Syntax)),
        (b"[\"\\uDd1e\\uD834\"]", Refused(Syntax)),
        (b"[\"\\uD888\\u1234\"]", Refused(Syntax)),
        (b"[\"\\uD800\\uD800\\n\"]", Refused(Syntax)),
        (b"[\"\\uD800abc\"]", Refused(Syntax)),
        (b"{\"\\uDFAA\":0}", Refused(Syntax)),
        // What is no Unicode by its number.
        (b"[\"\\uFFFF\\uFDD0\"]", Read("[\"\u{ffff}\u{fdd0}\"]")),
        (b"[\"\\uD83F\\uDFFE\"]", Read("[\"\u{1fffe}\"]")),
        // Bytes that are no UTF-8: alone, too short, too long, halves of pairs, beyond Unicode.
        (b"[\"\x81\"]", Refused(Encoding)),
        (b"[\"\xe9\"]", Refused(Encoding)),
        (b"[\"\xe0\xff\"]", Refused(Encoding)),
        (b"[\"\xe6\x97\xa5\xd1\x88\xfa\"]", Refused(Encoding)),
        (b"[\"\xc0\xaf\"]", Refused(Encoding)),
        (b"[\"\xfc\x80\x80\x80\x80\x80\"]", Refused(Encoding)),
        (b"[\"\xed\xa0\x80\"]", Refused(Encoding)),
        (b"[\"\xf4\xbf\xbf\xbf\"]", Refused(Encoding)),
        (b"{\"\xb9\":\"0\"}", Refused(Encoding)),
        (b"\xe5", Refused(Encoding)),
        (b"[\xff]", Refused(Encoding)),
        // UTF-16, with and without its mark; UTF-8 with one.
        (b"\xff\xfe[\0\"\0\xe9\0\"\0]\0", Refused(Encoding)),
        (b"[\0\"\0\xe9\0\"\0]\0", Refused(Encoding)),
        (b"\0[\0\"\0\xe9\0\"\0]", Refused(Encoding)),
        (b"\xef\xbb\xbf{}", Read("{}")),
        (b"\xef\xbb\xbf\xef\xbb\xbf{}", Refused(Syntax)),
        (b"\xef\xbb\xbf", Refused(Syntax)),
        (b"\xef\xbb{}", Refused(Encoding)),
        // Keys that stand twice, which the suite asks readers to take.
        (b"{\"a\":\"b\",\"a\":\"c\"}", Refused(RepeatedKey)),
        (b"{\"a\":\"b\",\"a\":\"b\"}", Refused(RepeatedKey)),
        (&deep, Refused(TooDeep)),
    ];
    for (text, choice) in cases {
        let shown = text.escape_ascii();
        match (read_json_bytes(text, &ReadLimits::default()), choice) {
            (Err(error), Refused(kind)) => assert_eq!(error.kind, *kind, "{shown}: {error}"),
            (Ok(document), Read(json)) => {
                let expected: Value = serde_json::from_str(json).unwrap();
                assert_eq!(document.to_value(document.root()), expected, "{shown}");
            }
            (Ok(document), Kept(kind)) => {
                let number = document.element(document.root(), 0).unwrap();
                assert_eq!(document.kind(number), *kind, "{shown}");
                let written = std::str::from_utf8(text).unwrap().trim_matches(['[', ']']);
                assert_eq!(document.number_text(number), Some(written));
            }
            (Ok(document), Refused(_)) => {
                panic!("{shown} is read as {}", document.to_value(document.root()))
            }
            (Err(error), Read(_) | Kept(_)) => panic!("{shown} is refused: {error}"),
        }
    }
}
