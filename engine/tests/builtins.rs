//! The table of builtins: every example of every row is evaluated, and `docs/builtins.md` says what the
//! table says. `BLESS=1 cargo test -p wardlaw --test builtins` writes it anew.
#![expect(clippy::unwrap_used, reason = "a test fails by unwrapping")]
#![expect(
    clippy::disallowed_methods,
    reason = "the reference is a file of the repository"
)]

use std::{fmt::Write as _, fs, path::Path};

use wardlaw::{Engine, Request, input};
use wardlaw_lang::builtin::{BUILTINS, Receiver};

/// The value of an expression, as JSON.
fn value(expression: &str) -> String {
    let policy = format!(
        "package t\ninput request: int\nrule r {{ when request == 1  deny json.print([{expression}]) }}"
    );
    let engine = match Engine::builder().source("t.ward", policy).build() {
        Ok(engine) => engine,
        Err(error) => return error.to_string(),
    };
    let document = input::read_json("1", &input::ReadLimits::default()).unwrap();
    let decision = engine.decide(&Request::input("request", &document));
    let message = decision
        .findings
        .first()
        .map(|finding| finding.message.clone())
        .unwrap_or_default();
    let inner = message.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.map_or(message.clone(), str::to_owned)
}

#[test]
fn every_example_holds() {
    let mut wrong = String::new();
    for row in BUILTINS {
        let kubernetes = row.builtin.in_tests_only()
            || row.receiver == Receiver::Namespace("k8s")
            || row.receiver == Receiver::Namespace("label_selector");
        assert!(
            kubernetes || row.examples.len() >= 2,
            "`{}` has too few examples",
            row.name
        );
        if kubernetes && row.name != "selects" {
            // The types of the Kubernetes API come with the standard library, which is not linked here.
            continue;
        }
        for (expression, expected) in row.examples {
            let found = value(expression);
            if found != *expected {
                let _ = writeln!(wrong, "{expression}: {found}, not {expected}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn no_two_rows_have_the_same_name() {
    let mut names: Vec<_> = BUILTINS
        .iter()
        .map(|row| (row.receiver.heading(), row.name))
        .collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn the_reference_says_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/builtins.md");
    let reference = reference();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &reference).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == reference,
        "docs/builtins.md is out of date: run with BLESS=1"
    );
}

const HEAD: &str = "# Builtins

Written from the table of builtins by `BLESS=1 cargo test -p wardlaw --test builtins`; every example is a test.

A builtin that can fail on its argument gives an optional. `quantity`, `semver`, `ip`, `cidr`, `time` and `duration` of
a literal are evaluated when the policy is compiled: they are the value itself, or the error `W0222`. Values that a
builtin only hands on (`first`, `indexed`, `values`, `sorted`, `walk`, …) keep their places; what it makes has none.
Cost is how the work grows: n is the size of the receiver or argument.

";

const TAIL: &str = "## What is left out

What is not a function of its arguments alone: the clock, the network, random numbers, the environment, the host. Time
and facts come as input or data. Signatures, certificates and tokens are verified by the host, and the policy reads
what it found. Regular expressions do not replace or split: what a text holds is taken out with `capture`. Reachability
is what relations are for.
";

fn reference() -> String {
    let mut out = HEAD.to_owned();
    let mut heading = "";
    for row in BUILTINS {
        let namespace = match row.receiver {
            Receiver::Namespace(name) => Some(name),
            _ => None,
        };
        if row.receiver.heading() != heading {
            heading = row.receiver.heading();
            let tick = if namespace.is_some() { "`" } else { "" };
            let _ = writeln!(out, "## {tick}{heading}{tick}\n");
        }
        let _ = writeln!(out, "### `{}`\n", row.signature());
        let _ = writeln!(out, "{} Cost: {}.\n", row.doc, row.cost.text());
        if !row.examples.is_empty() {
            out.push_str("```text\n");
            for (expression, value) in row.examples {
                let _ = writeln!(out, "{} -> {value}", expression.replace('\n', "\\n"));
            }
            out.push_str("```\n\n");
        }
    }
    out.push_str(TAIL);
    out
}
