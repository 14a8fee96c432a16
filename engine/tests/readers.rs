//! Documents: what they answer about their nodes, keys and places.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

use wardlaw::input::{Document, FieldKey, Kind, NodeId, PathStep, ReadErrorKind, ReadLimits, read_json};

fn json(text: &str) -> Document<'_> {
    read_json(text, &ReadLimits::default()).unwrap()
}

const SAMPLE: &str = r#"{ "a": 1, "b": [true, null, "x\ny"], "c/d~e": { "é": -2.5e3 }, "n": null }"#;

#[test]
fn scalars_are_read_by_kind() {
    let document = json(SAMPLE);
    let root = document.root();
    let at = |pointer: &str| document.resolve(root, pointer).unwrap();
    assert_eq!(document.kind(root), Kind::Object);
    assert_eq!(document.int(at("/a")), Some(1));
    assert_eq!(document.float(at("/a")), Some(1.0));
    assert_eq!(document.bool(at("/b/0")), Some(true));
    assert_eq!(document.kind(at("/b/1")), Kind::Null);
    assert_eq!(document.str(at("/b/2")), Some("x\ny"));
    assert_eq!(document.float(at("/c~1d~0e/é")), Some(-2500.0));
    assert_eq!(document.int(at("/c~1d~0e/é")), None);
    assert_eq!(document.bool(at("/a")), None);
    assert_eq!(document.str(at("/a")), None);
}

#[test]
fn members_are_found_by_key_and_nulls_are_members() {
    let document = json(SAMPLE);
    let root = document.root();
    let n = document.get(root, &FieldKey::new("n")).unwrap();
    assert_eq!(document.kind(n), Kind::Null);
    assert_eq!(document.key(n), Some("n"));
    assert_eq!(document.get_str(root, "n"), Some(n));
    assert_eq!(
        document.get_str(root, "é"),
        None,
        "only members of the object itself"
    );
    assert_eq!(document.get_str(n, "a"), None);
    assert_eq!(document.key(root), None);
    assert_eq!(document.get(NodeId(99), &FieldKey::new("a")), None);
}

#[test]
fn children_come_in_document_order() {
    let document = json(SAMPLE);
    let root = document.root();
    let keys: Vec<_> = document
        .children(root)
        .map(|child| document.key(child).unwrap())
        .collect();
    assert_eq!(keys, ["a", "b", "c/d~e", "n"]);
    let list = document.get_str(root, "b").unwrap();
    assert_eq!(document.len(list), 3);
    assert_eq!(document.element(list, 2), document.resolve(root, "/b/2"));
    assert_eq!(document.element(list, 3), None);
    assert_eq!(document.len(document.get_str(root, "a").unwrap()), 0);
    assert_eq!(document.end(root).0 as usize, document.size());
}

#[test]
fn pointers_lead_there_and_back() {
    let document = json(SAMPLE);
    for index in 0..document.size() as u32 {
        let node = NodeId(index);
        let pointer = document.pointer(document.root(), node).unwrap();
        assert_eq!(
            document.resolve(document.root(), &pointer),
            Some(node),
            "{pointer}"
        );
        if let Some(parent) = document.parent(node) {
            assert!(document.children(parent).any(|child| child == node));
        } else {
            assert_eq!(node, document.root());
        }
    }
    let inner = document.resolve(document.root(), "/c~1d~0e/é").unwrap();
    assert_eq!(
        document.steps(document.root(), inner).unwrap(),
        [PathStep::Key("c/d~e"), PathStep::Key("é")]
    );
    assert_eq!(document.pointer(inner, inner).as_deref(), Some(""));
    assert_eq!(document.pointer(inner, document.root()), None);
    assert_eq!(document.resolve(document.root(), "/b/02"), None);
    assert_eq!(document.resolve(document.root(), "/b/-"), None);
    assert_eq!(document.resolve(document.root(), "a"), None);
    let list = document.get_str(document.root(), "b").unwrap();
    assert_eq!(
        document.resolve_nearest(document.root(), "/b/7/x"),
        (list, "/7/x")
    );
}

#[test]
fn repeated_keys_are_refused_where_the_second_stands() {
    let error = read_json("{\"a\": 1,\n \"\\u0061\": 2}", &ReadLimits::default()).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::RepeatedKey);
    assert_eq!(
        error.to_string(),
        "line 2, column 2: the key `a` is given twice: remove one of them"
    );
}

#[test]
fn values_and_keys_know_their_places() {
    let text = "{\n \"a\": \"é\\n\",\n \"\\u0062\": [12,\r\n  \"ü\"], \"c\": {\"d\": null}}";
    let document = json(text);
    let root = document.root();
    for (pointer, value, key, place) in [
        ("/a", "\"é\\n\"", "\"a\"", [2, 7, 2, 12]),
        ("/b", "[12,\r\n  \"ü\"]", "\"\\u0062\"", [3, 12, 4, 7]),
        ("/b/0", "12", "", [3, 13, 3, 15]),
        ("/b/1", "\"ü\"", "", [4, 3, 4, 6]),
        ("/c/d", "null", "\"d\"", [4, 20, 4, 24]),
        ("", text, "", [1, 1, 4, 26]),
    ] {
        let node = document.resolve(root, pointer).unwrap();
        let span = document.span(node);
        assert_eq!(document.slice(span.clone()), Some(value), "{pointer}");
        let at = document.locate(span);
        assert_eq!(
            [at.line, at.column, at.end_line, at.end_column],
            place,
            "{pointer}"
        );
        let written = document.key_span(node).map(|span| document.slice(span).unwrap());
        assert_eq!(written.unwrap_or_default(), key, "{pointer}");
    }
}

#[test]
fn a_byte_order_mark_takes_no_column() {
    let document = json("\u{feff}[1]");
    let first = document.element(document.root(), 0).unwrap();
    assert_eq!(document.span(first), 4..5);
    assert_eq!(document.locate(4..5).column, 2);
}

#[test]
fn owned_documents_keep_answers_and_places() {
    let text = String::from("  {\"a\": [\"x\", \"\\t\"]}  ");
    let document = json(&text);
    let owned = document.clone().into_owned();
    assert_eq!(document.text_start(), 0);
    for index in 0..document.size() as u32 {
        let node = NodeId(index);
        assert_eq!(document.span(node), owned.span(node));
        assert_eq!(document.slice(document.span(node)), owned.slice(owned.span(node)));
        assert_eq!(
            document.locate(document.span(node)),
            owned.locate(owned.span(node))
        );
        assert_eq!(document.key(node), owned.key(node));
        assert_eq!(document.str(node), owned.str(node));
    }
}

#[test]
fn documents_of_values_have_no_places() {
    let value = serde_json::json!({"a": [1, 18_446_744_073_709_551_615u64, 0.5, "x", null, true], "b": {}});
    let document = Document::from_value(&value).unwrap();
    let root = document.root();
    assert_eq!(document.to_value(root), value);
    assert_eq!(document.kind(document.resolve(root, "/a/1").unwrap()), Kind::Huge);
    let member = document.get_str(root, "a").unwrap();
    assert_eq!(
        (document.span(member), document.key_span(member)),
        (0..0, Some(0..0))
    );
    assert_eq!(
        document
            .pointer(root, document.resolve(root, "/a/3").unwrap())
            .as_deref(),
        Some("/a/3")
    );
    let mut deep = serde_json::Value::Null;
    for _ in 0..300 {
        deep = serde_json::Value::Array(Vec::from([deep]));
    }
    let error = Document::from_value(&deep).unwrap_err();
    assert_eq!((error.kind, error.location), (ReadErrorKind::TooDeep, None));
}

#[test]
fn places_in_a_long_document_are_those_counted_from_its_start() {
    for line_break in ["\n", ""] {
        let items: Vec<String> = (0..9000).map(|item| format!("{line_break}\"ü{item}\"")).collect();
        let text = format!("\u{feff}[{}]", items.join(","));
        let document = json(&text);
        let (mut counted, mut line, mut column) = ('\u{feff}'.len_utf8(), 1, 1);
        for item in document.children(document.root()) {
            let span = document.span(item);
            for character in text.get(counted..span.start as usize).unwrap_or_default().chars() {
                (line, column) = if character == '\n' {
                    (line + 1, 1)
                } else {
                    (line, column + 1)
                };
            }
            counted = span.start as usize;
            let place = document.locate(span);
            assert_eq!((place.line, place.column), (line, column));
        }
    }
}
