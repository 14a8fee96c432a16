//! Files with several documents: where they are parted, how they are numbered, and that a bad one hides
//! no other; and the Kubernetes objects in a document.
#![cfg(feature = "yaml")]
#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

use wardlaw::input::{
    Contents, Document, Format, Identity, Manifest, NodeId, ReadErrorKind, ReadLimits, contents, identity,
    objects, read_json, read_stream, read_yaml,
};

/// Each document's number with its JSON, or its error.
fn read_as(text: &str, format: Format) -> Vec<String> {
    read_stream(text, format, &ReadLimits::default())
        .map(|item| match item.result {
            Ok(document) => format!("{} {}", item.number, document.to_value(document.root())),
            Err(error) => format!("{} {:?} {error}", item.number, error.kind),
        })
        .collect()
}

fn read(text: &str) -> Vec<String> {
    read_as(text, Format::Auto)
}

#[test]
fn documents_are_parted_at_lines_that_begin_with_dashes() {
    assert_eq!(read("a: 1\n---\nb: 2\n"), ["1 {\"a\":1}", "2 {\"b\":2}"]);
    assert_eq!(
        read("---\na: 1\n--- # next\nb: 2\n---   \n"),
        ["1 {\"a\":1}", "2 {\"b\":2}"]
    );
    assert_eq!(read("a: 1\r\n---\r\nb: 2\r\n"), ["1 {\"a\":1}", "2 {\"b\":2}"]);
    assert_eq!(read("\u{feff}---\na: 1"), ["1 {\"a\":1}"]);
    assert_eq!(read("a: |\n  x\n  ---\n  y\n"), ["1 {\"a\":\"x\\n---\\ny\\n\"}"]);
    assert_eq!(read("a: 1\n...\n---\nb: 2\n"), ["1 {\"a\":1}", "2 {\"b\":2}"]);
}

#[test]
fn empty_documents_are_not_counted() {
    assert!(read("").is_empty());
    assert!(read("\n# only a comment\n---\n\n---\n  # another\n---").is_empty());
    assert_eq!(
        read("# licence\n---\n---\na: 1\n---\n# Source: chart\n---\nb: 2"),
        ["1 {\"a\":1}", "2 {\"b\":2}"]
    );
    assert_eq!(read("null\n---\na: 1\n"), ["1 null", "2 {\"a\":1}"]);
}

#[test]
fn a_bad_document_hides_no_other() {
    assert_eq!(
        read("a: 1\n---\nb: [\n---\nc: {{ .Values.c }}\n---\nd: 4\nd: 5\n---\ne: 5\n"),
        [
            "1 {\"a\":1}",
            "2 Syntax line 4, column 1: this is not YAML: while parsing a node, did not find expected node content",
            "3 NotJson line 5, column 5: a list or object as a key has no place in JSON: use a text as the key",
            "4 RepeatedKey line 8, column 1: the key `d` is given twice: remove one of them",
            "5 {\"e\":5}",
        ]
    );
    assert_eq!(
        read("--- {a: 1}\n---\nb: 2\n---c\nd: 3\n"),
        [
            "1 Syntax line 1, column 5: `{a: 1}` after `---`: put it on a line of its own",
            "2 {\"b\":2}",
            "3 Syntax line 4, column 4: `c` after `---`: put it on a line of its own",
        ]
    );
    assert_eq!(
        read("%YAML 1.2\n---\na: 1\n"),
        [
            "1 Syntax line 1, column 1: a `%` directive, which kubectl does not read: remove the line",
            "2 {\"a\":1}"
        ]
    );
}

#[test]
fn json_values_follow_each_other() {
    assert_eq!(
        read("{\"a\":1}\n{\"b\":2}{\"c\":3}\n"),
        ["1 {\"a\":1}", "2 {\"b\":2}", "3 {\"c\":3}"]
    );
    assert_eq!(
        read("  [1]\n# comment\n[2]\n---\na: 3"),
        ["1 [1]", "2 [2]", "3 {\"a\":3}"]
    );
    assert_eq!(
        read("# comment\n{\"a\":\"\\ud83d\\ude00\"}"),
        ["1 {\"a\":\"😀\"}"]
    );
    assert_eq!(
        read_as("1 \"x\" null\n", Format::Json),
        ["1 1", "2 \"x\"", "3 null"]
    );
    assert_eq!(
        read("{\"a\":1}\n{\"b\":}\n{\"c\":3}\n{\"d\":4,\"d\":4} {\"e\":5}\nx\n"),
        [
            "1 {\"a\":1}",
            "2 Syntax line 2, column 6: expected a value, found `}`",
            "3 {\"c\":3}",
            "4 RepeatedKey line 4, column 8: the key `d` is given twice: remove one of them",
            "5 {\"e\":5}",
            "6 Syntax line 5, column 1: expected another `{`, `---` on a line of its own or the end after a JSON value",
        ]
    );
}

#[test]
fn what_begins_as_json_may_be_yaml() {
    assert_eq!(read("{a: 1, b: [x, z],}\n"), ["1 {\"a\":1,\"b\":[\"x\",\"z\"]}"]);
    assert_eq!(read("{\"a\": 1,}\n---\n[x]\n"), ["1 {\"a\":1}", "2 [\"x\"]"]);
    // Of two errors, that of the notation it looks like.
    assert_eq!(
        read("{\"a\": 1 \"b\": 2}"),
        ["1 Syntax line 1, column 9: expected `,` or `}` after a member, found `\"`"]
    );
    assert!(read("{{ template }}: x")[0].contains("a list or object as a key"));
    assert!(read("{a: [}")[0].contains("this is not YAML"));
    assert_eq!(read_as("{a: 1}", Format::Json).len(), 1);
    assert!(read_as("{a: 1}", Format::Json)[0].contains("expected a key in double quotes"));
    assert_eq!(read_as("{a: 1}", Format::Yaml), ["1 {\"a\":1}"]);
}

#[test]
fn places_are_those_of_the_whole_file() {
    let text = "# é\na: 1\n---\n# ü\nb:\n  c: ö\n---\n{\"d\":\n  \"x\"}  {\"e\": 5}\n";
    let documents: Vec<Document<'_>> = read_stream(text, Format::Auto, &ReadLimits::default())
        .map(|item| item.result.unwrap())
        .collect();
    let place = |document: &Document<'_>, pointer: &str| {
        let node = document.resolve(document.root(), pointer).unwrap();
        let location = document.locate(document.span(node));
        (
            document.slice(document.span(node)).unwrap().to_string(),
            location.line,
            location.column,
        )
    };
    let expected = [
        ("/a", "1", 2, 4),
        ("/b/c", "ö", 6, 6),
        ("/d", "\"x\"", 9, 3),
        ("/e", "5", 9, 15),
    ];
    for (document, (pointer, written, line, column)) in documents.iter().zip(expected) {
        assert_eq!(place(document, pointer), (written.to_string(), line, column));
        // A copy keeps only its own text, and the places stay.
        let owned = document.clone().into_owned();
        assert_eq!(place(&owned, pointer), (written.to_string(), line, column));
        assert!(owned.text().len() < text.len());
    }
}

#[test]
fn documents_are_read_when_asked_for() {
    let text = "a: 1\n---\n".repeat(100_000);
    let mut stream = read_stream(&text, Format::Auto, &ReadLimits::default());
    assert_eq!(stream.by_ref().take(3).count(), 3);
    assert_eq!(stream.next().unwrap().number, 4);
}

fn yaml(text: &str) -> Document<'_> {
    read_yaml(text, &ReadLimits::default()).unwrap()
}

fn names<'d>(document: &'d Document<'_>, found: &[Manifest]) -> Vec<(Option<u32>, Option<&'d str>, bool)> {
    found
        .iter()
        .map(|one| (one.item, identity(document, one.object).name, one.typed))
        .collect()
}

#[test]
fn one_object_is_one_manifest() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {generateName: web-, namespace: shop, name: null}\n";
    let document = yaml(text);
    let Contents::Objects(found) = contents(&document) else {
        panic!("an object")
    };
    let pod = Manifest {
        item: None,
        object: NodeId(0),
        request: None,
        old_object: None,
        typed: true,
    };
    assert_eq!(found, [pod]);
    assert_eq!(
        identity(&document, found[0].object),
        Identity {
            api_version: Some("v1"),
            kind: Some("Pod"),
            namespace: Some("shop"),
            name: None,
            generate_name: Some("web-"),
        }
    );
}

#[test]
fn what_is_not_for_kubernetes_is_told_apart() {
    assert_eq!(contents(&yaml("")), Contents::Empty);
    for text in [
        "replicas: 1\n",
        "- a\n",
        "text\n",
        "kind: Pod\n",
        "apiVersion: v2\nname: chart\n",
        "apiVersion: 1\nkind: Pod\n",
    ] {
        assert_eq!(contents(&yaml(text)), Contents::Other, "{text}");
        assert!(objects(&yaml(text)).is_empty());
    }
}

#[test]
fn lists_give_their_items_in_order() {
    let text = "
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: a}}
- apiVersion: v1
  kind: ConfigMapList
  items:
  - metadata: {name: b}
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}
- {apiVersion: v1, kind: List, items: []}
- {apiVersion: v1, kind: Pod, metadata: {name: d}}
- null
";
    let document = yaml(text);
    let expected = [
        (Some(0), Some("a"), true),
        (Some(1), Some("b"), false),
        (Some(2), Some("c"), true),
        (Some(3), Some("d"), true),
        (Some(4), None, false),
    ];
    assert_eq!(names(&document, &objects(&document)), expected);
    for (text, count) in [
        ("{apiVersion: v1, kind: List}", 0),
        ("{apiVersion: v1, kind: PodList, items: null}", 0),
        ("{apiVersion: v1, kind: PodList}", 1),
        ("{apiVersion: x/v1, kind: AllowList, spec: {items: [1]}}", 1),
        ("{apiVersion: x/v1, kind: AllowList, items: {a: 1}}", 1),
        ("{apiVersion: v1, kind: Pod, items: [1]}", 1),
    ] {
        assert_eq!(objects(&yaml(text)).len(), count, "{text}");
    }
}

#[test]
fn reviews_give_the_object_of_their_request() {
    for version in ["v1", "v1beta1"] {
        let text = format!(
            "{{\"apiVersion\":\"admission.k8s.io/{version}\",\"kind\":\"AdmissionReview\",\"request\":{{\"uid\":\"1\",\
             \"operation\":\"UPDATE\",\"object\":{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{{\"name\":\"new\"}}}},\
             \"oldObject\":{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{{\"name\":\"old\"}}}}}}}}"
        );
        let document = read_json(&text, &ReadLimits::default()).unwrap();
        let found = objects(&document);
        assert_eq!(names(&document, &found), [(None, Some("new"), true)]);
        assert_eq!(found[0].request, document.resolve(NodeId(0), "/request"));
        assert_eq!(
            found[0].old_object,
            document.resolve(NodeId(0), "/request/oldObject")
        );
    }
    let deleted = yaml(
        "uid: '1'\noperation: DELETE\nkind: {kind: Pod}\nobject: null\noldObject: {metadata: {name: old}}\n",
    );
    let found = objects(&deleted);
    assert_eq!(names(&deleted, &found), [(None, Some("old"), false)]);
    assert_eq!(
        (found[0].request, found[0].old_object),
        (Some(NodeId(0)), Some(found[0].object))
    );
    let other = yaml("{apiVersion: admission.k8s.io/v9, kind: AdmissionReview, request: {object: {}}}");
    assert_eq!(objects(&other)[0].request, None);
}

#[test]
fn limits_are_for_each_document() {
    let limits = ReadLimits {
        bytes: 10,
        ..ReadLimits::default()
    };
    let kinds: Vec<_> = read_stream("a: 1\n---\na: 123456789\n---\nb: 2\n", Format::Auto, &limits)
        .map(|item| item.result.err().map(|error| error.kind))
        .collect();
    assert_eq!(kinds, [None, Some(ReadErrorKind::TooLarge), None]);
}
