//! The checker on policies made to exhaust it, and what the corpus cannot say: order of diagnostics, packages in several
//! files and folders.
#![expect(clippy::expect_used, reason = "tests")]

use std::fmt::Write;

use wardlaw_lang::{Code, CompileInput, Diagnostic, NoLibrary, Sources, compile};

fn check(files: &[(&str, &str)]) -> Vec<Diagnostic> {
    let mut sources = Sources::new();
    for (name, text) in files {
        sources.add(*name, *text);
    }
    compile(&CompileInput::new(&sources, &NoLibrary)).diagnostics
}

fn codes(files: &[(&str, &str)]) -> Vec<Code> {
    check(files)
        .into_iter()
        .map(|diagnostic| diagnostic.code)
        .collect()
}

/// Runs on a stack of the size that threads have by default.
fn on_a_small_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(2 << 20)
            .spawn_scoped(scope, work);
        thread.expect("a thread").join().expect("no overflow, no panic")
    })
}

#[test]
fn a_long_chain_of_functions_is_refused() {
    let mut policy = String::from("package t\ninput request: { n: int }\n");
    for index in 0..2_000 {
        let _ = writeln!(policy, "fn f{index:04}(n: int) -> int = f{:04}(n) + 1", index + 1);
    }
    policy.push_str("fn f2000(n: int) -> int = n\nrule r { when f0000(request.n) == 1  deny \"x\" }\n");
    let codes = on_a_small_stack(|| codes(&[("t.ward", &policy)]));
    assert!(codes.contains(&Code::TooDeep) && codes.len() < 20, "{codes:?}");
}

#[test]
fn a_long_chain_of_imports_is_no_recursion() {
    let mut files = Vec::new();
    for index in 0..2_000 {
        files.push((
            format!("p{index}/a.ward"),
            format!(
                "package p{index}\nimport p{0}\ntype A = {{ next: p{0}.A? }}\n",
                index + 1
            ),
        ));
    }
    files.push((
        "p2000/a.ward".into(),
        "package p2000\ntype A = { n: int }\n".into(),
    ));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    assert_eq!(on_a_small_stack(|| codes(&files)), []);
}

#[test]
fn types_that_refer_to_themselves_end() {
    let policy = "package t
        type Tree = { name: string, left: Tree?, right: Tree? }
        type Other = { name: string, left: Other?, right: Other? }
        input request: { tree: Tree, other: Other }
        fn same_shape(t: Tree) = t.name == \"x\"
        rule r { when same_shape(request.other) and request.tree == request.other  deny \"x\" }
    ";
    assert_eq!(on_a_small_stack(|| codes(&[("t.ward", policy)])), []);
    assert_eq!(
        codes(&[("t.ward", "package t\ntype A = A\ntype B = C\ntype C = B\n")]).len(),
        2
    );
}

#[test]
fn diagnostics_stand_in_the_order_of_the_text() {
    let policy = "package t
input request: { n: int }
fn late(n: int) = n + missing_c
rule z { when late(request.n) == missing_a  deny \"x\" }
rule a { when request.n == missing_b  deny \"x\" }
";
    let found = check(&[("t.ward", policy)]);
    let starts: Vec<u32> = found.iter().map(|diagnostic| diagnostic.span.start).collect();
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(starts.is_sorted(), "{found:?}");
}

#[test]
fn a_package_lies_in_one_folder() {
    let one = ("a/one.ward", "package p\nlet x = 1\n");
    assert_eq!(codes(&[one, ("a/two.ward", "package p\nlet y = x\n")]), []);
    assert_eq!(
        codes(&[one, ("b/two.ward", "package p\nlet y = 1\n")]),
        [Code::SplitPackage]
    );
}

#[test]
fn imports_form_no_circle() {
    let files = [
        ("a/a.ward", "package a\nimport b\nlet x = 1\nlet y = b.x\n"),
        ("b/b.ward", "package b\nimport a\nlet x = 1\nlet y = a.x\n"),
    ];
    assert_eq!(codes(&files), [Code::ImportCycle]);
    assert_eq!(
        codes(&[("a.ward", "package a\nimport bb\n"), ("b.ward", "package b\n")]),
        [Code::UnknownPackage]
    );
}

#[test]
fn the_order_of_files_does_not_matter() {
    let files = [
        (
            "a/one.ward",
            "package a\ninput request: { n: int }\nlet x = 1\nfn f() -> int = g()\nrule r { when request.m == 1  deny \"x\" }\n",
        ),
        (
            "a/two.ward",
            "package a\nlet x = 2\nlet y = z\nfn g() -> int = f()\nrule r { when request.n == 1  deny \"y\" }\n",
        ),
        (
            "b/three.ward",
            "package b\nimport a\ninput request: { n: string }\nrule s { when request.n == a.q  deny \"z\" }\n",
        ),
    ];
    let shown = |order: &[usize]| -> Vec<String> {
        let mut sources = Sources::new();
        for index in order {
            if let Some((name, text)) = files.get(*index) {
                sources.add(*name, *text);
            }
        }
        let compiled = compile(&CompileInput::new(&sources, &NoLibrary));
        let place = |span: wardlaw_lang::Span| {
            let file = compiled
                .sources
                .get(span.file)
                .map_or("", |source| source.name.as_str());
            format!("{file}:{}-{}", span.start, span.end)
        };
        let diagnostics = compiled.diagnostics.iter();
        diagnostics
            .map(|diagnostic| {
                let labels: Vec<String> = diagnostic.labels.iter().map(|label| place(label.span)).collect();
                format!(
                    "{} {} {} {labels:?}",
                    place(diagnostic.span),
                    diagnostic.code,
                    diagnostic.message
                )
            })
            .collect()
    };
    let first = shown(&[0, 1, 2]);
    assert!(first.len() >= 6, "{first:#?}");
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(shown(&order), first);
    }
}
