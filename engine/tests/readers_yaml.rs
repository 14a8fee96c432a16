//! YAML: where keys and values stand, what anchors and merges make, and what is refused.
#![cfg(feature = "yaml")]
#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

use wardlaw::input::{Document, Kind, ReadErrorKind, ReadLimits, read_yaml};

fn yaml(text: &str) -> Document<'_> {
    read_yaml(text, &ReadLimits::default()).unwrap()
}

fn error(text: &str) -> (ReadErrorKind, String) {
    let error = read_yaml(text, &ReadLimits::default()).unwrap_err();
    (error.kind, error.to_string())
}

/// A value as it is written, with its line, column, end line and end column.
fn value_at(document: &Document<'_>, pointer: &str) -> (String, [u32; 4]) {
    let node = document.resolve(document.root(), pointer).unwrap();
    place(document, document.span(node))
}

fn key_at(document: &Document<'_>, pointer: &str) -> (String, [u32; 4]) {
    let node = document.resolve(document.root(), pointer).unwrap();
    place(document, document.key_span(node).unwrap())
}

fn place(document: &Document<'_>, span: std::ops::Range<u32>) -> (String, [u32; 4]) {
    let written = document.slice(span.clone()).unwrap().to_string();
    let location = document.locate(span);
    (
        written,
        [
            location.line,
            location.column,
            location.end_line,
            location.end_column,
        ],
    )
}

const SAMPLE: &str = r#"# comment é
apiVersion: v1
metadata:
  name: "web"   # quoted
  'labels': {tier: 'front', "größe": grün, m: }
  annotations:

    text: |
      first
      zweite ü

    folded: >-
      one
      two
    plain: one
      two
    escaped: "a\tb"
spec:
  - 0x1F
  -
  - - yes
    - ~
  - a: &anchor {k: v}
  - *anchor
  - !!str 12
  - &list
    - x
# end
"#;

#[test]
fn values_and_keys_know_their_places() {
    for (text, file) in [(SAMPLE.to_string(), "LF"), (SAMPLE.replace('\n', "\r\n"), "CRLF")] {
        let document = yaml(&text);
        for (pointer, written, place) in [
            ("/apiVersion", "v1", [2, 13, 2, 15]),
            ("/metadata/name", "\"web\"", [4, 9, 4, 14]),
            (
                "/metadata/labels",
                "{tier: 'front', \"größe\": grün, m: }",
                [5, 13, 5, 48],
            ),
            ("/metadata/labels/tier", "'front'", [5, 20, 5, 27]),
            ("/metadata/labels/größe", "grün", [5, 38, 5, 42]),
            ("/metadata/labels/m", "", [5, 46, 5, 46]),
            ("/metadata/annotations/escaped", "\"a\\tb\"", [17, 14, 17, 20]),
            ("/spec/0", "0x1F", [19, 5, 19, 9]),
            ("/spec/1", "", [20, 4, 20, 4]),
            ("/spec/2/0", "yes", [21, 7, 21, 10]),
            ("/spec/2/1", "~", [22, 7, 22, 8]),
            ("/spec/3/a", "{k: v}", [23, 16, 23, 22]),
            ("/spec/4", "*anchor", [24, 5, 24, 12]),
            ("/spec/4/k", "v", [23, 20, 23, 21]),
            ("/spec/5", "12", [25, 11, 25, 13]),
            ("/spec/6", "- x", [27, 5, 27, 8]),
        ] {
            assert_eq!(
                value_at(&document, pointer),
                (written.to_string(), place),
                "{pointer} {file}"
            );
        }
        for (pointer, start, end) in [
            ("/metadata/annotations/text", (9, 7), (10, 15)),
            ("/metadata/annotations/folded", (13, 7), (14, 10)),
            ("/metadata/annotations/plain", (15, 12), (16, 10)),
            ("/metadata", (4, 3), (17, 20)),
            ("/spec/2", (21, 5), (22, 8)),
            ("/spec", (19, 3), (27, 8)),
            ("", (2, 1), (27, 8)),
        ] {
            let (_, [line, column, end_line, end_column]) = value_at(&document, pointer);
            assert_eq!(
                ((line, column), (end_line, end_column)),
                (start, end),
                "{pointer} {file}"
            );
        }
        for (pointer, written, place) in [
            ("/metadata", "metadata", [3, 1, 3, 9]),
            ("/metadata/labels", "'labels'", [5, 3, 5, 11]),
            ("/metadata/labels/größe", "\"größe\"", [5, 29, 5, 36]),
            ("/spec/4/k", "k", [23, 17, 23, 18]),
        ] {
            assert_eq!(
                key_at(&document, pointer),
                (written.to_string(), place),
                "{pointer} {file}"
            );
        }
    }
}

#[test]
fn values_are_what_yaml_says() {
    let document = yaml(SAMPLE);
    let text = |pointer| {
        document
            .str(document.resolve(document.root(), pointer).unwrap())
            .unwrap()
    };
    assert_eq!(text("/metadata/annotations/text"), "first\nzweite ü\n");
    assert_eq!(text("/metadata/annotations/folded"), "one two");
    assert_eq!(text("/metadata/annotations/plain"), "one two");
    assert_eq!(text("/metadata/annotations/escaped"), "a\tb");
    assert_eq!(text("/spec/4/k"), "v");
    assert_eq!(text("/spec/5"), "12");
    let node = document.resolve(document.root(), "/spec/0").unwrap();
    assert_eq!((document.kind(node), document.int(node)), (Kind::Int, Some(31)));
    let owned = document.clone().into_owned();
    assert_eq!(owned.to_value(owned.root()), document.to_value(document.root()));
}

#[test]
fn merges_lie_where_they_are_written() {
    let document = yaml("base: &base {a: 1, b: 2}\nuse:\n  c: 3\n  <<: *base\n  b: 4\n");
    let merged = document.resolve(document.root(), "/use").unwrap();
    assert_eq!(
        document.to_value(merged),
        serde_json::json!({"c": 3, "a": 1, "b": 4})
    );
    let keys: Vec<_> = document
        .children(merged)
        .map(|member| document.key(member).unwrap())
        .collect();
    assert_eq!(keys, ["c", "a", "b"]);
    assert_eq!(value_at(&document, "/use/a"), ("1".to_string(), [1, 17, 1, 18]));
    assert_eq!(value_at(&document, "/use/b"), ("4".to_string(), [5, 6, 5, 7]));
    assert_eq!(
        document
            .pointer(document.root(), document.resolve(merged, "/b").unwrap())
            .unwrap(),
        "/use/b"
    );
}

#[test]
fn keys_that_are_no_texts_become_texts() {
    let document = yaml("1: a\ntrue: b\n0x10: c\n1.50: d\n2001-01-01: e\n");
    let keys: Vec<_> = document
        .children(document.root())
        .map(|member| document.key(member).unwrap())
        .collect();
    assert_eq!(keys, ["1", "true", "16", "1.5", "2001-01-01"]);
    assert_eq!(key_at(&document, "/16"), ("0x10".to_string(), [3, 1, 3, 5]));
}

#[test]
fn numbers_beyond_64_bits_are_kept() {
    for (text, kind) in [
        ("9223372036854775807", Kind::Int),
        ("9223372036854775808", Kind::Huge),
        ("-9223372036854775809", Kind::Huge),
        ("0xFFFFFFFFFFFFFFFF", Kind::Huge),
        ("123456789012345678901234567890", Kind::Huge),
        ("1e18", Kind::Int),
        ("1e19", Kind::Float),
        ("1.5", Kind::Float),
        ("1.0", Kind::Int),
        ("1e400", Kind::String),
    ] {
        let document = yaml(text);
        assert_eq!(document.kind(document.root()), kind, "{text}");
    }
    let document = yaml("0xFFFFFFFFFFFFFFFF");
    assert_eq!(
        document.number_text(document.root()),
        Some("18446744073709551615")
    );
}

#[test]
fn messages_say_where_and_how_to_mend() {
    for (text, kind, message) in [
        (
            "a: 1\nb: 2\na: 3\n",
            ReadErrorKind::RepeatedKey,
            "line 3, column 1: the key `a` is given twice: remove one of them",
        ),
        (
            "a: .inf\n",
            ReadErrorKind::NotJson,
            "line 1, column 4: `.inf` is no number in JSON: put it in quotes",
        ),
        (
            "a: !!int x\n",
            ReadErrorKind::NotJson,
            "line 1, column 10: `x` is not a `!!int`: remove the tag or mend the value",
        ),
        (
            "? [a]\n: b\n",
            ReadErrorKind::NotJson,
            "line 1, column 3: a list or object as a key has no place in JSON: use a text as the key",
        ),
        (
            "a: 1\n<<: 2\n",
            ReadErrorKind::NotJson,
            "line 2, column 5: `<<` merges an object or a list of objects: give one, or put `<<` in quotes",
        ),
        (
            "é: *x\n",
            ReadErrorKind::Syntax,
            "line 1, column 4: this is not YAML: while parsing node, found unknown anchor",
        ),
        (
            "a: x\u{2028}b: y\n",
            ReadErrorKind::Encoding,
            "line 1, column 5: a Unicode line separator, which some readers take for the end of the line: write it as an escape in double quotes",
        ),
        (
            "a: 1 # \u{85}b: y\n",
            ReadErrorKind::Encoding,
            "line 1, column 8: a Unicode line separator, which some readers take for the end of the line: write it as an escape in double quotes",
        ),
        (
            "a: \u{1}\n",
            ReadErrorKind::Encoding,
            "line 1, column 4: a control character: remove it, or write it as an escape in double quotes",
        ),
        (
            "a: 1\n\u{feff}b: 2\n",
            ReadErrorKind::Encoding,
            "line 2, column 1: a byte order mark inside the text: remove it (it is left over where files were joined)",
        ),
        (
            "a: 1\n...\nb: 2\n",
            ReadErrorKind::Syntax,
            "line 3, column 1: a second document that kubectl would not see: put `---` on a line before it",
        ),
    ] {
        assert_eq!(error(text), (kind, message.to_string()), "{text:?}");
    }
    assert!(
        error("a:\n\tb: 1\n")
            .1
            .ends_with("YAML is not indented with tabs: use spaces"),
        "{:?}",
        error("a:\n\tb: 1\n")
    );
    assert!(
        error("a:\n  {{- if x }}\n  b: 1\n").1.contains("helm template"),
        "{:?}",
        error("a:\n  {{- if x }}\n  b: 1\n")
    );
}
