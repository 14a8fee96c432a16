//! The format: what must hold of it, on every policy there is and on generated ones; and that the
//! project's own policies have it. `BLESS=1` formats those.
//!
//! `PROGRAMS=100000 SEED=7` makes the generated ones many.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use wardlaw_harness::{corpus, format::check, generate::Case, random::Random};

fn root() -> PathBuf {
    wardlaw_harness::files::root().unwrap()
}

/// Files below a folder with that ending, by path.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    wardlaw_harness::files::below(folder, ending).unwrap()
}

/// Checks a policy that must parse.
fn holds(name: &str, text: &str) -> String {
    match check(text) {
        Ok(Some(formatted)) => formatted,
        Ok(None) => panic!("{name} does not parse:\n{text}"),
        Err(wrong) => panic!("{name}: {wrong}\n---- from\n{text}"),
    }
}

/// The `ward` blocks of a page: where each begins and ends.
fn blocks(page: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = page.get(at..).and_then(|rest| rest.find("```ward\n")) {
        let start = at + open + "```ward\n".len();
        let length = page.get(start..).unwrap().find("```").unwrap();
        found.push((start, start + length));
        at = start + length + 3;
    }
    found
}

#[test]
fn the_projects_policies_have_the_format() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    let mut policies = files(&root(), ".ward");
    // Policies with mistakes are laid out as their mistakes need it.
    policies.retain(|path| !path.starts_with(root().join("lang/harness/broken")));
    for path in &policies {
        let text = fs::read_to_string(path).unwrap();
        let formatted = holds(&path.display().to_string(), &text);
        if formatted != text {
            wrong.push(path.display().to_string());
            if bless {
                fs::write(path, formatted).unwrap();
            }
        }
    }
    let mut count = 0;
    let mut pages = files(&root().join("docs"), ".md");
    pages.push(root().join("README.md"));
    for path in &pages {
        let mut text = fs::read_to_string(path).unwrap();
        let mut changed = false;
        for (start, end) in blocks(&text).into_iter().rev() {
            let block = text.get(start..end).unwrap().to_owned();
            let Ok(Some(formatted)) = check(&block) else {
                // A page may show what is wrong, or a part of a policy.
                continue;
            };
            count += 1;
            if formatted != block {
                changed = true;
                text.replace_range(start..end, &formatted);
            }
        }
        if changed {
            wrong.push(path.display().to_string());
            if bless {
                fs::write(path, text).unwrap();
            }
        }
    }
    println!(
        "{} files, {count} policies in {} pages",
        policies.len(),
        pages.len()
    );
    assert!(policies.len() > 30 && count > 2);
    assert!(
        bless || wrong.is_empty(),
        "not formatted (`BLESS=1 cargo test -p wardlaw-harness --test format` mends it):\n{}",
        wrong.join("\n")
    );
}

/// What the comment stands behind in the source, the minus, is printed after it.
#[test]
fn a_comment_inside_a_number_is_not_put_behind_another_one() {
    let text = "package p\n\nfn f(n: int) -> int = match n { 2 // c\n| // d\n- // e\n1 => 1, _ => 2 }\n";
    let formatted = holds("a number", text);
    assert!(!formatted.contains("// d // e"), "{formatted}");
}

#[test]
fn a_comment_behind_the_brace_of_a_match_leaves_its_arms_aligned() {
    let arms = "        1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12\n            | 13                                        => 1,\n        _                                               => 2,\n    }\n";
    let head = "package p\n\nfn f(n: int) -> int =\n    match n {";
    let with = holds("with a comment", &format!("{head} // c\n{arms}"));
    let without = holds("without", &format!("{head}\n{arms}"));
    assert_eq!(with.replace(" // c", ""), without);
}

#[test]
fn the_corpus_keeps_its_meaning() {
    let cases = corpus::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")).unwrap();
    let (mut formatted, mut broken) = (0, 0);
    for case in &cases {
        for policy in &case.policies {
            match check(policy) {
                Ok(Some(_)) => formatted += 1,
                Ok(None) => broken += 1,
                Err(wrong) => panic!("{}: {wrong}\n---- from\n{policy}", case.name),
            }
        }
    }
    println!("{formatted} policies of the corpus, and {broken} that do not parse");
    assert!(formatted > 50);
}

#[test]
fn generated_programs_keep_their_meaning() {
    let number =
        |name: &str, otherwise: u64| std::env::var(name).map_or(otherwise, |text| text.parse().unwrap());
    let (programs, seed) = (number("PROGRAMS", 500), number("SEED", 1));
    let mut count = 0;
    for index in 0..programs {
        let (case, _) = Case::new(Random::new(seed.wrapping_add(index)));
        for (name, text) in case.files() {
            holds(&format!("seed {}, {name}", seed.wrapping_add(index)), &text);
            count += 1;
        }
    }
    println!("{programs} generated programs from seed {seed}: {count} files");
    assert!(count >= programs);
}

/// The policies that the language was designed with, where they are at hand.
#[test]
fn worked_policies_keep_their_meaning() {
    let root = root();
    let folder = root
        .ancestors()
        .map(|folder| folder.join("shared/design/policies"))
        .find(|folder| folder.is_dir());
    let Some(folder) = folder else {
        println!("skipped: no folder shared/design/policies beside the project");
        return;
    };
    let policies = files(&folder, ".ward");
    for path in &policies {
        holds(&path.display().to_string(), &fs::read_to_string(path).unwrap());
    }
    println!("{} worked policies", policies.len());
    assert!(!policies.is_empty());
}

/// A small text, and what becomes of it.
fn becomes(text: &str, expected: &str) {
    assert_eq!(holds("case", text), expected);
}

#[test]
fn keywords_stand_in_a_column() {
    becomes(
        "package p\nrule r { given x=a.b for y in x\nunless y == 1 deny \"no\" at y fix set y=2 }\n",
        "package p\n\nrule r {\n    given  x = a.b\n    for    y in x\n    unless y == 1\n    deny   \"no\" at y\n    \
         fix    set y = 2\n}\n",
    );
}
