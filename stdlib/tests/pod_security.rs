//! Kubernetes' own fixtures for the Pod Security Standards: every verdict is theirs, and every refusal is by the
//! control they name. Skipped, with a line that says so, where the fixtures are not at hand.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

#[expect(dead_code, reason = "the other tests use the rest")]
mod support;

use std::collections::{BTreeMap, BTreeSet};

use support::{Policy, documents, files_below, root, rules::rules, text_of};

/// A fixture, told by its path: `LEVEL/VERSION/pass|fail/NAME.yaml`.
struct Fixture {
    level: String,
    version: String,
    refused: bool,
    path: std::path::PathBuf,
}

#[test]
fn the_fixtures_of_kubernetes_agree() {
    let shared = root().join("../../shared/fixtures");
    let folder = shared.join("pod-security-standards");
    let fixtures: Vec<Fixture> = files_below(&folder, "yaml")
        .into_iter()
        .map(|path| {
            let parts: Vec<String> = path
                .strip_prefix(&folder)
                .expect("it was found below the folder")
                .iter()
                .map(|part| part.to_string_lossy().into_owned())
                .collect();
            Fixture {
                level: parts[0].clone(),
                version: parts[1].clone(),
                refused: parts[2] == "fail",
                path,
            }
        })
        .collect();
    if fixtures.is_empty() {
        println!("skipped: no fixtures in {}", folder.display());
        return;
    }

    let named = controls_by_path(&text_of(&shared.join("INDEX.tsv")));
    let control_of: BTreeMap<String, String> = rules()
        .into_iter()
        .filter_map(|rule| {
            rule.control()
                .map(|control| (rule.full_name.clone(), control.to_owned()))
        })
        .collect();
    let mut policies = BTreeMap::new();
    let mut wrong = Vec::new();
    for fixture in &fixtures {
        let key = (fixture.level.clone(), fixture.version.clone());
        let policy = policies
            .entry(key)
            .or_insert_with_key(|(level, version)| Policy::new(&format!("pss-{level}"), version));
        let mut allowed = true;
        let mut controls = BTreeSet::new();
        let mut errors = Vec::new();
        for object in documents(&text_of(&fixture.path)) {
            let (verdict, findings) = policy.judge(&object);
            allowed &= verdict;
            for finding in findings {
                match finding.effect {
                    "deny" => {
                        controls.insert(control_of.get(&finding.rule).cloned().unwrap_or(finding.rule));
                    }
                    "error" => errors.push(finding.line()),
                    _ => {}
                }
            }
        }

        let path = fixture
            .path
            .strip_prefix(&shared)
            .expect("it was found below")
            .to_string_lossy()
            .replace('\\', "/");
        if !errors.is_empty() {
            wrong.push(format!("{path}: {errors:?}"));
        } else if allowed == fixture.refused {
            wrong.push(format!("{path}: allowed = {allowed}, controls {controls:?}"));
        } else if fixture.refused {
            let control = named
                .get(&path)
                .expect("INDEX.tsv names the control of every fixture");
            let expected = in_force(control, &fixture.level, &fixture.version);
            if !controls.contains(expected) {
                wrong.push(format!("{path}: refused by {controls:?}, not by {expected}"));
            }
        }
    }
    println!("{}/{}", fixtures.len() - wrong.len(), fixtures.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The control in brackets in the column `check_ids` (`PSS/baseline@v1.18 (sysctls)`), by path.
fn controls_by_path(index: &str) -> BTreeMap<String, String> {
    index
        .lines()
        .filter_map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            let control = columns
                .get(6)?
                .strip_prefix("PSS/")?
                .split_once('(')?
                .1
                .strip_suffix(')')?;
            Some((columns[0].to_owned(), control.to_owned()))
        })
        .collect()
}

/// The control that speaks for `control`: at the restricted level, the one that replaces it.
fn in_force<'c>(control: &'c str, level: &str, version: &str) -> &'c str {
    let minor: u32 = version
        .trim_start_matches("v1.")
        .parse()
        .expect("a folder is named v1.N");
    match (level, control) {
        ("restricted", "capabilities_baseline") if minor >= 22 => "capabilities_restricted",
        ("restricted", "seccompprofile_baseline") if minor >= 19 => "seccompprofile_restricted",
        ("restricted", "hostpathvolumes") => "restrictedvolumes",
        ("restricted", "procmount") if minor >= 35 => "procmount_restricted",
        _ => control,
    }
}
