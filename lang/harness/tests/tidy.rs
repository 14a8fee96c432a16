//! Housekeeping: what the house rules ask of files and crates, so that drift fails a test.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use wardlaw_lang::Code;

/// No file may grow beyond this; nine of ten are to stay under 400.
const LONGEST_FILE: usize = 800;

fn root() -> PathBuf {
    wardlaw_harness::files::root().unwrap()
}

/// Files of the workspace with that ending, build output left out.
fn files(ending: &str) -> Vec<PathBuf> {
    wardlaw_harness::files::below(&root(), ending).unwrap()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

#[test]
fn every_source_file_says_what_it_is_and_stays_readable() {
    let mut wrong = Vec::new();
    let sources = files(".rs");
    for path in &sources {
        let text = fs::read_to_string(path).unwrap();
        if !text.starts_with("//!") {
            wrong.push(format!("{}: begins with no `//!` head", shown(path)));
        }
        let lines = text.lines().count();
        if lines > LONGEST_FILE {
            wrong.push(format!(
                "{}: {lines} lines, more than {LONGEST_FILE}",
                shown(path)
            ));
        }
        for (index, line) in text.lines().enumerate() {
            // Spelt apart, so that this file does not find itself.
            if line.contains(concat!("TO", "DO")) || line.contains(concat!("FIX", "ME")) {
                wrong.push(format!(
                    "{}:{}: unfinished work belongs in an issue",
                    shown(path),
                    index + 1
                ));
            }
        }
    }
    println!("{} source files", sources.len());
    assert!(sources.len() > 20, "found only {} source files", sources.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Crate to the crates of this workspace that it may use.
const EDGES: &[(&str, &[&str])] = &[
    ("wardlaw-lang", &[]),
    ("wardlaw", &["wardlaw-lang"]),
    ("wardlaw-stdlib", &["wardlaw-lang"]),
    ("wardlaw-wasm", &["wardlaw", "wardlaw-lang"]),
    ("wardlaw-harness", &["wardlaw-lang", "wardlaw"]),
    (
        "wardlaw-cli",
        &["wardlaw-lang", "wardlaw", "wardlaw-stdlib", "wardlaw-wasm"],
    ),
];

#[test]
fn crates_depend_only_downwards() {
    let known: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    let mut checked = 0;
    for manifest in ["lang", "engine", "stdlib", "wasm", "cli", "lang/harness"] {
        let text = fs::read_to_string(root().join(manifest).join("Cargo.toml")).unwrap();
        let name = text
            .lines()
            .find_map(|line| line.strip_prefix("name = "))
            .unwrap()
            .trim_matches('"');
        let allowed = known
            .get(name)
            .unwrap_or_else(|| panic!("crate `{name}` has no row in EDGES"));
        // Tests may use more: only what is linked into users' programs counts.
        let dependencies = text.split("\n[dependencies]").nth(1).unwrap_or("");
        let dependencies = dependencies.split("\n[").next().unwrap_or("");
        for line in dependencies.lines().filter(|line| line.starts_with("wardlaw")) {
            let dependency = line.split([' ', '=', '.']).next().unwrap();
            assert!(
                allowed.contains(&dependency),
                "{name} may not depend on {dependency}"
            );
            checked += 1;
        }
    }
    assert!(
        checked >= 5,
        "only {checked} edges seen: is the manifest read rightly?"
    );
}

#[test]
fn codes_are_ordered_and_used_once() {
    let numbers: Vec<u16> = Code::ALL.iter().map(|code| code.number()).collect();
    assert!(
        numbers.is_sorted_by(|a, b| a < b),
        "codes out of order, or one number twice: {numbers:?}"
    );
    for code in Code::ALL {
        let title = code.title();
        assert!(!title.ends_with('.') && !title.is_empty(), "{code}: `{title}`");
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for path in files(".md") {
        let text = fs::read_to_string(&path).unwrap();
        // Every second part lies between fences: code, in which nothing is a link.
        let prose = text.split("\n```").step_by(2);
        let links = prose.flat_map(|part| part.split("](").skip(1));
        for target in links.filter_map(|rest| rest.split(')').next()) {
            let target = target.split('#').next().unwrap_or("");
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            seen += 1;
            if !path.parent().unwrap().join(target).exists() {
                wrong.push(format!("{}: {target}", shown(&path)));
            }
        }
    }
    println!("{seen} links");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
