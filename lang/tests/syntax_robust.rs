//! No input makes the parser panic, overflow its stack, take more than linear time, or point outside
//! of the text; and what parses has a format that keeps it. Inputs are made from a seed, so a failure
//! can be repeated.
//!
//! `INPUTS=10000000 SEED=7 cargo test --release -p wardlaw-lang --test syntax_robust -- --nocapture many`
//! makes it long.
#![expect(
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test fails by panicking, and says how long it took"
)]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::Instant,
};

use wardlaw_harness::{
    format,
    random::Random,
    spoil::{KINDS, Policies},
};
use wardlaw_lang::{
    Diagnostic, FileId, Span,
    syntax::{
        ast::{FnBody, ItemKind},
        parse, parse_expr,
    },
};

const SOURCES: &[&str] = &[
    r#"package k8s.pod_security.baseline

import k8s.workload

input request: k8s.AdmissionRequest

/// Privileged containers disable most isolation.
@severity("critical")
@controls(pss = "baseline", cis = "5.2.2")
rule privileged {
    given pod = workload.pod(request.object)
    for   c in workload.containers(pod)
    when  c.securityContext?.privileged == true
    deny  "container `{c.name}` is privileged" at c.securityContext.privileged
    fix   set c.securityContext.privileged = false
}

rule unsafe_sysctls {
    given  pod = workload.pod(request.object)
    for    s in pod.spec.securityContext?.sysctls ?? []
    unless s.name in safe_sysctls
    deny   "sysctl `{s.name}` is not in the safe set" at s.name
}

let safe_sysctls = { "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range" }
"#,
    r#"package shop.authz

default deny

type User     = { id: string, roles: {string}, suspended: bool }
input request: { principal: User, action: "read" | "edit" | "delete", "b-c": (int, [any])? }
data  teams:   { [string]: {string} } = {["a"]: {"b"} for x in y when x.z}   // comment ü

relation becomes(a: Subject, b: Subject) { for (x, y) in step, (z, w) in becomes when y == z  yield (x, w) }

fn pod(object: k8s.Object?) -> k8s.PodTemplateSpec? =
    match object {
        k8s.Pod                         => object,
        k8s.Deployment | k8s.ReplicaSet => object.spec.template,
        "a" | -1 when x not in [1, 2.5] => if a then (b ?? c) else -d % 3,
        _                               => null,
    }
"#,
    r##"package a.b
let text = "a {m["k"] ?? "none {x}"} \{ \u{e9} é"
let block = """
    one {any(c.name like "x*" for c in cs)}
      two \n
    """
let raw = r#"a " b"# + r"\d+"
test "a test" {
    with request = k8s.create(yaml"""
        apiVersion: v1
        spec: { containers: [{ name: web, securityContext: { privileged: true } }] }
    """)
    for f in files("*.yaml")
    expect deny privileged at "/spec/containers/0"
    expect no warn
    expect x is A | B or not y
}
"##,
];

/// A diagnostic that a person can be shown.
fn check_diagnostics(text: &str, diagnostics: &[Diagnostic]) {
    let inside = |span: Span| {
        assert!(
            span.start <= span.end && text.get(span.start as usize..span.end as usize).is_some(),
            "{span:?} in {text:?}"
        );
    };
    let mut last = (0, 0);
    for d in diagnostics {
        inside(d.span);
        d.labels.iter().for_each(|label| inside(label.span));
        let here = (d.span.start, d.span.end);
        assert!(here >= last, "order of {diagnostics:#?} in {text:?}");
        last = here;
        assert!(
            !d.message.contains('\n') && !d.message.ends_with('.'),
            "{}",
            d.message
        );
        let mut end = 0;
        for edit in d.suggestion.iter().flat_map(|suggestion| &suggestion.edits) {
            inside(edit.span);
            assert!(edit.span.start >= end, "overlapping edits of {d:?}");
            end = edit.span.end;
        }
    }
}

/// Parses, and checks what does not depend on the text.
fn check(text: &str) {
    let parsed = parse(FileId(0), text);
    check_diagnostics(text, &parsed.diagnostics);
    let mut end = 0;
    for item in &parsed.file.items {
        assert!(
            item.span.start >= end && item.span.end as usize <= text.len(),
            "{:?} in {text:?}",
            item.span
        );
        end = item.span.end;
        let (ItemKind::Rule { body, .. }
        | ItemKind::Relation { body, .. }
        | ItemKind::Fn {
            body: FnBody::Clauses(body),
            ..
        }) = &item.kind
        else {
            continue;
        };
        assert!(item.span.start <= body.span.start && body.span.end <= item.span.end);
        let mut end = body.span.start;
        for step in &body.steps {
            assert!(
                step.span.start >= end && step.span.end <= body.span.end,
                "{:?} in {text:?}",
                step.span
            );
            end = step.span.end;
        }
    }
    for comment in &parsed.comments {
        assert_eq!(
            text.get(comment.span.start as usize..comment.span.end as usize),
            Some(comment.text)
        );
    }
    let (_, diagnostics) = parse_expr(FileId(0), text);
    check_diagnostics(text, &diagnostics);
}

/// Checks an input; gives whether it has a format.
fn check_all(text: &str) -> bool {
    check(text);
    match format::check(text) {
        Ok(formatted) => formatted.is_some(),
        Err(wrong) => panic!("{wrong}"),
    }
}

#[test]
fn many_inputs_of_all_kinds() {
    let number = |name: &str, otherwise: u64| {
        std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
    };
    let (inputs, seed) = (number("INPUTS", 40_000), number("SEED", 0x5eed));
    for source in SOURCES {
        assert_eq!(parse(FileId(0), source).diagnostics, []);
    }
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../stdlib/k8s");
    let policies = Policies::new(SOURCES, &[&library]);
    assert!(policies.len() > 60, "{} items", policies.len());
    let begun = Instant::now();
    let (mut count, mut bytes, mut formatted) = ([0_u64; KINDS.len()], 0, [0_u64; KINDS.len()]);
    for index in 0..inputs {
        let own = seed.wrapping_add(index);
        let kind = index as usize % KINDS.len();
        let text = policies.input(kind, &mut Random::new(own));
        bytes += text.len();
        count[kind] += 1;
        let Ok(has_format) = catch_unwind(AssertUnwindSafe(|| check_all(&text))) else {
            panic!("seed {own}, {}: see above, with\n{text}\n{text:?}", KINDS[kind]);
        };
        formatted[kind] += u64::from(has_format);
        if index % 1_000_000 == 999_999 {
            println!("{} inputs, {:.0?}", index + 1, begun.elapsed());
        }
    }
    println!(
        "{inputs} inputs from seed {seed}, {} MB, {:.1?}, no panic",
        bytes / 1_000_000,
        begun.elapsed()
    );
    for ((name, count), formatted) in KINDS.iter().zip(count).zip(formatted) {
        println!("{count:>9} {name}: {formatted} have a format");
    }
}

/// One deleted token leaves a file with few diagnostics: mistakes do not cascade.
#[test]
fn one_mistake_has_few_diagnostics() {
    let (mut worst, mut sum, mut cases) = (0, 0, 0);
    for source in SOURCES {
        let starts: Vec<usize> = source
            .char_indices()
            .filter(|(_, c)| "{}()[]\",.=?:".contains(*c))
            .map(|(at, _)| at)
            .collect();
        for at in starts {
            let mut text = (*source).to_string();
            text.remove(at);
            let count = parse(FileId(0), &text).diagnostics.len();
            worst = worst.max(count);
            sum += count;
            cases += 1;
        }
    }
    // A lost quote turns the rest of its line inside out; all else has one diagnostic, rarely two.
    println!("{sum} diagnostics of {cases} mistakes, {worst} at worst");
    assert!(worst <= 5 && sum * 2 <= cases * 3, "{sum} of {cases}, {worst}");
}

/// A megabyte of anything is read. Quadratic work would take minutes, a recursion would overflow.
#[test]
fn a_megabyte_of_anything() {
    const LENGTH: usize = 1 << 20;
    let units = [
        "(",
        "[",
        "{",
        ")",
        "]",
        "}",
        "\"{",
        "\"",
        "\"\"\"{",
        "not ",
        "-",
        "a.",
        "a+",
        "a ",
        "a(",
        "a[",
        "a?.",
        "a ?? ",
        "if ",
        "if a then ",
        "if a then b else ",
        "match a {",
        "match a { b => ",
        "[[k]: ",
        "{a: ",
        "a == ",
        "a = ",
        "a,",
        "a\n",
        "@a ",
        "@a(",
        "rule r {",
        "rule r {}\n",
        "rule r {\nwhen (\n",
        "let x = ",
        "let x = (\n",
        "when a\n",
        "when ",
        "deny (\n    ",
        "unles a\n",
        "for x in ",
        "for x, ",
        "[x for y in z, ",
        "x is [",
        "x is A | ",
        "r#\"",
        "r#",
        "r\"",
        "yaml\"\"\"",
        "'",
        "'a' ",
        "#",
        "/*",
        "//\n",
        "///\n",
        "// ",
        "\\",
        "\"\\",
        "\"{ //\n",
        "\"\"\"{ //\n",
        "\"{\n",
        ";",
        "!",
        "&&",
        "é",
        "“",
        "\u{202e}",
        "\0",
        "1",
        "1.",
        "1_",
        "\n",
        " ",
        "test \"t\" {\n",
        "test \"t\" {}\n",
        "fn f(a: (",
        "fn f() {\n",
        "type T = {",
        "type T = [",
        "type T = (",
        "(a, ",
        "?",
        "package ",
        "package p\n",
        "import a\n",
        "expect no ",
        "a ?? b == ",
        "a == b == ",
        "(a]",
        "{)",
        "\"{)}\"",
    ];
    for unit in units {
        let long = unit.repeat(LENGTH / unit.len());
        for prefix in ["", "package p\nrule r {\n    when "] {
            let text = format!("{prefix}{long}");
            let parsed = parse(FileId(0), &text);
            check_diagnostics(&text, &parsed.diagnostics);
            drop(parsed);
        }
        let (expr, _) = parse_expr(FileId(0), &long);
        drop(expr);
    }
}
