//! Inputs made to exhaust a reader, and all fixtures at hand: each ends in a document or in the right
//! error, soon. Time is not asserted; whatever is quadratic here would take minutes.

use wardlaw::input::{Format, ReadErrorKind, ReadLimits, read_json, read_stream};

fn json_kind(text: &str) -> Option<ReadErrorKind> {
    read_json(text, &ReadLimits::default())
        .err()
        .map(|error| error.kind)
}

#[test]
fn deep_json_is_refused_and_does_not_overflow() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
        let text = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        assert_eq!(json_kind(&text), Some(ReadErrorKind::TooDeep));
        assert_eq!(json_kind(&open.repeat(100_000)), Some(ReadErrorKind::TooDeep));
    }
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(json_kind(&nested(256)), None);
    assert_eq!(json_kind(&nested(257)), Some(ReadErrorKind::TooDeep));
    // A limit above what the stack allows is lowered.
    let limits = ReadLimits {
        depth: u32::MAX,
        ..ReadLimits::default()
    };
    let text = nested(1_000);
    let document = read_json(&text, &limits).unwrap();
    assert_eq!(document.size(), 1_000);
    assert!(document.to_value(document.root()).is_array());
    assert_eq!(
        read_json(&nested(1_001), &limits).unwrap_err().kind,
        ReadErrorKind::TooDeep
    );
}

#[test]
fn large_json_is_refused_by_size_and_by_nodes() {
    let large = format!("[\"{}\"]", "x".repeat(50 * 1024 * 1024));
    assert_eq!(json_kind(&large), Some(ReadErrorKind::TooLarge));
    let items: Vec<_> = read_stream(&large, Format::Auto, &ReadLimits::default()).collect();
    assert_eq!(items.len(), 1);
    assert_eq!(
        items[0].result.as_ref().unwrap_err().kind,
        ReadErrorKind::TooLarge
    );
    let many = format!("[{}0]", "0,".repeat(1_000_000));
    assert_eq!(json_kind(&many), Some(ReadErrorKind::TooManyNodes));
    let members: Vec<String> = (0..200_000).map(|key| format!("\"{key}\":0")).collect();
    assert_eq!(json_kind(&format!("{{{}}}", members.join(","))), None);
    // Keys made to have one hash.
    let members: Vec<String> = (0..100_000)
        .map(|key| format!("\"aaaaaaaa{key:08}bbbbbbbb\":0"))
        .collect();
    assert_eq!(json_kind(&format!("{{{}}}", members.join(","))), None);
}

#[test]
fn one_large_document_does_not_hide_its_neighbours() {
    let small = "{\"a\": 1}";
    let large = format!("{{\"a\": \"{}\"}}", "]}\\\"".repeat(3 * 1024 * 1024));
    for separator in ["\n", " ", "\n---\n"] {
        let text = [small, &large, small].join(separator);
        let kinds: Vec<_> = read_stream(&text, Format::Auto, &ReadLimits::default())
            .map(|item| (item.number, item.result.err().map(|error| error.kind)))
            .collect();
        assert_eq!(
            kinds,
            [(1, None), (2, Some(ReadErrorKind::TooLarge)), (3, None)],
            "{separator:?}"
        );
    }
}

#[test]
fn many_bad_documents_are_read_in_linear_time() {
    for bad in [
        "{\"a\n",
        "{\"a\":{\n",
        "{\"a\":1,\"a\":1}\n",
        "]\n",
        "{{\n",
        "---x\n",
        "a: [\n---\n",
        "{}\n",
    ] {
        let text = bad.repeat(50_000);
        let count = read_stream(&text, Format::Auto, &ReadLimits::default()).count();
        assert!((1..=50_000).contains(&count), "{bad:?}: {count}");
    }
}

#[cfg(feature = "yaml")]
#[expect(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "texts are made once, by parts"
)]
mod yaml {
    use wardlaw::input::{ReadErrorKind, ReadLimits, read_yaml};

    fn kind(text: &str) -> Option<ReadErrorKind> {
        read_yaml(text, &ReadLimits::default())
            .err()
            .map(|error| error.kind)
    }

    #[test]
    fn aliases_that_multiply_are_refused() {
        for (first, line) in [
            ("[1,1,1,1,1,1,1,1,1]", "[*,*,*,*,*,*,*,*,*]"),
            ("{}", "{a: *, b: *, c: *, d: *}"),
            ("{k: 1}", "{<<: [*,*,*,*,*,*,*,*]}"),
            ("{}", "{<<: [*,*,*,*,*,*,*,*]}"),
            ("{}", "{<<: {<<: [*,*,*,*,*,*,*,*]}}"),
        ] {
            let mut text = format!("a0: &a0 {first}\n");
            for level in 1..40 {
                let alias = format!("*a{} ", level - 1);
                text.push_str(&format!("a{level}: &a{level} {}\n", line.replace('*', &alias)));
            }
            assert_eq!(kind(&text), Some(ReadErrorKind::TooManyNodes), "{line}");
        }
        let chain: String = (1..400)
            .map(|level| format!("a{level}: &a{level} [*a{}]\n", level - 1))
            .collect();
        assert_eq!(
            kind(&format!("a0: &a0 []\n{chain}")),
            Some(ReadErrorKind::TooDeep)
        );
        assert_eq!(kind("a: &x [*x]"), Some(ReadErrorKind::NotJson));
        assert_eq!(kind("a: &x {b: {c: *x}}"), Some(ReadErrorKind::NotJson));
        let many: String = (0..100_000).map(|_| "- *x\n").collect();
        assert_eq!(kind(&format!("- &x 1\n{many}")), None);
    }

    #[test]
    fn deep_yaml_is_refused_and_does_not_overflow() {
        for (open, expected) in [
            ("- ", ReadErrorKind::TooDeep),
            ("? ", ReadErrorKind::NotJson),
            ("[", ReadErrorKind::Syntax),
            ("{a: ", ReadErrorKind::Syntax),
            ("&x [", ReadErrorKind::Syntax),
        ] {
            let kind = kind(&open.repeat(100_000)).unwrap();
            assert!(
                kind == expected || kind == ReadErrorKind::TooDeep,
                "{open:?}: {kind:?}"
            );
        }
        let block: String = (0..2_000)
            .map(|level| format!("{}a:\n", " ".repeat(level)))
            .collect();
        assert_eq!(kind(&block), Some(ReadErrorKind::TooDeep));
    }

    #[test]
    fn large_yaml_is_refused_by_size_and_by_nodes() {
        assert_eq!(
            kind(&"a: b\n".repeat(10 * 1024 * 1024)),
            Some(ReadErrorKind::TooLarge)
        );
        assert_eq!(
            kind(&"- a\n".repeat(1_000_001)),
            Some(ReadErrorKind::TooManyNodes)
        );
        let members: String = (0..100_000).map(|key| format!("k{key}: é\n")).collect();
        assert_eq!(kind(&members), None);
        assert_eq!(
            kind(&format!("{members}k5: 1\n")),
            Some(ReadErrorKind::RepeatedKey)
        );
        for heavy in [
            "a: \"", "a: '", "a: |\n ", "# ", "a:\n\n", "- - ", "!!str ", "&a ", "a: b\n  ", "\t", "é: - ",
            "? a\n", "- \n",
        ] {
            let text = heavy.repeat(200_000);
            let _ = kind(&text);
        }
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test reads files, the engine does not"
)]
fn all_fixtures_are_read_or_refused() {
    // Beside the project, or where the variable says.
    let folder = std::env::var_os("WARDLAW_FIXTURES").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        std::path::PathBuf::from,
    );
    if !folder.is_dir() {
        println!("skipped: no fixtures beside the project");
        return;
    }
    let (mut files, mut documents, mut objects) = (0, 0, 0);
    let mut refused = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let suffix = path
                .extension()
                .and_then(|suffix| suffix.to_str())
                .unwrap_or_default();
            if !["yaml", "yml", "json"].contains(&suffix) {
                continue;
            }
            files += 1;
            let text = std::fs::read_to_string(&path).unwrap();
            for item in read_stream(&text, Format::Auto, &ReadLimits::default()) {
                match item.result {
                    Ok(document) => {
                        documents += 1;
                        objects += wardlaw::input::objects(&document).len();
                        for index in 0..document.size() as u32 {
                            let span = document.span(wardlaw::input::NodeId(index));
                            assert!(document.slice(span).is_some(), "{}: node {index}", path.display());
                        }
                    }
                    Err(error) => {
                        refused.push(format!("{}: document {}: {error}", path.display(), item.number));
                    }
                }
            }
        }
    }
    refused.sort();
    println!(
        "{files} files: {documents} documents with {objects} objects, {} refused",
        refused.len()
    );
    for line in &refused {
        println!("  {line}");
    }
    assert!(refused.len() * 20 < documents);
}
