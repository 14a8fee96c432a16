//! A part of a document is the same value at the same places as where it lies in the whole.
#![expect(clippy::expect_used, reason = "a test's helpers fail as the test does")]

use wardlaw::input::{Document, Format, NodeId, ReadLimits, read_stream};

fn read(text: &str) -> Document<'_> {
    let mut stream = read_stream(text, Format::Auto, &ReadLimits::default());
    stream.next().expect("a document").result.expect("it is right")
}

fn compare(document: &Document<'_>) -> usize {
    for index in 0..document.size() as u32 {
        let id = NodeId(index);
        let part = document.part(id);
        assert_eq!(part.to_value(part.root()), document.to_value(id));
        assert_eq!(part.size() as u32, document.end(id).0 - index);
        for below in 0..part.size() as u32 {
            let (here, there) = (NodeId(below), NodeId(index + below));
            assert_eq!(part.span(here), document.span(there));
            assert_eq!(
                part.locate(part.span(here)),
                document.locate(document.span(there))
            );
            assert_eq!(part.key(here), document.key(there));
            assert_eq!(part.key_span(here), document.key_span(there));
            assert_eq!(part.number_text(here), document.number_text(there));
        }
    }
    document.size()
}

#[test]
fn values_and_places_stay() {
    let long = "k".repeat(70_000);
    let texts = [
        r#" {"a": [1, 2.50, {"b\u00e9": "x\ny"}], "": {}, "c": [[], null, true]}"#.to_owned(),
        format!(r#"{{"{long}": {{"{long}\n": "é"}}, "after": ["{long}", 1]}}"#),
        "# of it\n---\nbase: &base { a: 'it''s', b: \"é\\t\" }\nlist:\n  - *base\n  - |\n    text\n    more\n  - <<: *base\n    c: 0x10\n".to_owned(),
        "[1, 9999999999999999999999, -0]".to_owned(),
    ];
    for text in &texts {
        assert!(compare(&read(text)) > 3);
    }
    // Long enough for lines to be counted on from inside.
    let lines: Vec<String> = (0..400)
        .map(|line| format!("- {{ ä: \"line {line}\", long: \"{}\" }}\n", "x".repeat(60)))
        .collect();
    assert!(compare(&read(&lines.concat())) > 1000);
}

#[test]
fn documents_of_a_stream_have_parts_too() {
    let text = "a: 1\n---\nb: { c: [x, y] }\n";
    let documents = read_stream(text, Format::Auto, &ReadLimits::default());
    let sizes: Vec<usize> = documents
        .map(|item| compare(&item.result.expect("right").into_owned()))
        .collect();
    assert_eq!(sizes, [2, 5]);
}

#[test]
fn empty_texts_of_values_stay() {
    let value = serde_json::json!({ "a": { "": "", "b": ["", "text"] }, "": "" });
    assert_eq!(compare(&Document::from_value(&value).expect("it is small")), 7);
}
