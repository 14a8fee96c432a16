//! The library's Pod Security rules against a second telling of the standards, for every version and both levels:
//! on pods made up at random, and on the pods that show each version's change.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

#[expect(dead_code, reason = "the other tests use the rest")]
#[path = "../support/mod.rs"]
mod support;

mod boundaries;
mod facts;
mod generate;

use std::collections::{BTreeMap, BTreeSet};

use facts::{CONTROLS, Level, NEWEST, Pod, failing};
use serde_json::Value;
use support::rules::rules;
use support::{Policy, documents, files_below, root, text_of};

/// How many pods are made up.
const PODS: usize = 1_500;

/// The library at both levels and all versions.
struct Library {
    policies: BTreeMap<(Level, u32), Policy>,
    /// The control of each rule.
    control: BTreeMap<String, String>,
}

impl Library {
    fn new() -> Self {
        let mut policies = BTreeMap::new();
        for (level, set) in [
            (Level::Baseline, "pss-baseline"),
            (Level::Restricted, "pss-restricted"),
        ] {
            for minor in 0..=NEWEST {
                policies.insert((level, minor), Policy::new(set, &format!("v1.{minor}")));
            }
        }
        let control = rules()
            .into_iter()
            .filter_map(|rule| {
                rule.control()
                    .map(|control| (rule.full_name.clone(), control.to_owned()))
            })
            .collect();
        Self { policies, control }
    }

    /// The controls by which the library refuses an object; anything else that denies stands under its own name.
    fn failing(&self, object: &Value, level: Level, minor: u32) -> BTreeSet<&str> {
        let (allowed, findings) = self.policies[&(level, minor)].judge(object);
        let denying: Vec<_> = findings
            .iter()
            .filter(|finding| matches!(finding.effect, "deny" | "error"))
            .collect();
        assert_eq!(allowed, denying.is_empty(), "{denying:?}");
        denying
            .iter()
            .map(|finding| match self.control.get(&finding.rule) {
                Some(control) if finding.effect == "deny" => control.as_str(),
                _ => panic!("{} in {object:#}", finding.line()),
            })
            .collect()
    }
}

#[test]
fn made_up_pods_fail_the_same_controls() {
    let library = Library::new();
    let mut random = generate::Random::new(20);
    let (mut compared, mut refused) = (0, 0);
    for index in 0..PODS {
        let object = generate::workload(&mut random);
        let pod = Pod::of(&object).expect("a workload has a pod");
        for level in [Level::Baseline, Level::Restricted] {
            for minor in 0..=NEWEST {
                let expected = failing(&pod, level, minor);
                let found = library.failing(&object, level, minor);
                assert_eq!(found, expected, "pod {index} at {level:?} v1.{minor}: {object:#}");
                compared += 1;
                refused += usize::from(!expected.is_empty());
            }
        }
    }
    println!("{PODS} pods, {compared} decisions compared, {refused} of them refusals");
}

#[test]
fn made_up_pods_reach_every_control() {
    let mut random = generate::Random::new(20);
    let mut counts: BTreeMap<&str, (usize, usize)> =
        CONTROLS.iter().map(|control| (control.id, (0, 0))).collect();
    for _ in 0..PODS {
        let object = generate::workload(&mut random);
        let pod = Pod::of(&object).expect("a workload has a pod");
        for control in CONTROLS {
            let count = counts.get_mut(control.id).expect("all are counted");
            if (control.fails)(&pod, control.since) {
                count.0 += 1;
            } else {
                count.1 += 1;
            }
        }
    }
    for (control, (failed, passed)) in counts {
        println!("{control}: {failed} fail, {passed} pass");
        assert!(failed >= 20 && passed >= 20, "{control} is hardly reached");
    }
}

#[test]
fn every_boundary_lies_at_its_version() {
    let library = Library::new();
    let mut wrong = Vec::new();
    for case in boundaries::boundaries() {
        for minor in 0..=NEWEST {
            let fails = library
                .failing(&case.pod, case.level, minor)
                .contains(case.control);
            if fails != case.fails.contains(&minor) {
                wrong.push(format!(
                    "{} at {:?} v1.{minor}: fails = {fails}: {}",
                    case.control, case.level, case.pod
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_second_telling_has_the_same_boundaries() {
    let cases = boundaries::boundaries();
    for case in &cases {
        let pod = Pod::of(&case.pod).expect("a pod");
        for minor in 0..=NEWEST {
            let fails = failing(&pod, case.level, minor).contains(case.control);
            assert_eq!(
                fails,
                case.fails.contains(&minor),
                "{} v1.{minor}: {}",
                case.control,
                case.pod
            );
        }
    }
    for control in CONTROLS {
        let shown = cases
            .iter()
            .any(|case| case.control == control.id && !case.fails.is_empty());
        assert!(shown, "{}: no boundary", control.id);
    }
    println!("{} boundaries", cases.len());
}

#[test]
fn the_second_telling_agrees_with_the_fixtures_of_kubernetes() {
    let folder = root().join("../../shared/fixtures/pod-security-standards");
    let files = files_below(&folder, "yaml");
    if files.is_empty() {
        println!("skipped: no fixtures in {}", folder.display());
        return;
    }
    for path in &files {
        let parts: Vec<_> = path
            .strip_prefix(&folder)
            .expect("below")
            .iter()
            .map(|part| part.to_string_lossy())
            .collect();
        let level = if parts[0] == "baseline" {
            Level::Baseline
        } else {
            Level::Restricted
        };
        let minor = parts[1]
            .trim_start_matches("v1.")
            .parse()
            .expect("a folder is named v1.N");
        for object in documents(&text_of(path)) {
            let controls = failing(&Pod::of(&object).expect("a pod"), level, minor);
            assert_eq!(
                controls.is_empty(),
                parts[2] == "pass",
                "{}: {controls:?}",
                path.display()
            );
        }
    }
    println!("{}/{}", files.len(), files.len());
}
