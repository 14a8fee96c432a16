//! The library as a whole: every file is listed, every rule is described and has fixtures, every fixture gives
//! exactly the findings it states, and every fix mends what it is offered for.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

#[path = "support/patch.rs"]
mod patch;
mod support;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use support::rules::rules;
use support::{Policy, documents, files_below, root, text_of};
use wardlaw_stdlib::library;

/// A fixture with what its head states.
struct Fixture {
    name: String,
    set: String,
    version: String,
    documents: Vec<Value>,
    /// Document (from 1) and finding, ordered.
    expected: Vec<(usize, String)>,
}

#[test]
fn every_file_is_listed_in_its_package() {
    let on_disk: BTreeSet<String> = files_below(&root().join("k8s"), "ward")
        .iter()
        .map(|path| {
            path.strip_prefix(root())
                .expect("below the root")
                .to_string_lossy()
                .replace('\\', "/")
        })
        .collect();
    let listed: Vec<&str> = library()
        .packages()
        .iter()
        .flat_map(|package| package.files)
        .map(|file| file.name)
        .collect();
    assert_eq!(on_disk, listed.iter().map(|name| (*name).to_owned()).collect());
    assert_eq!(on_disk.len(), listed.len(), "a file is listed twice");
}

#[test]
fn packages_are_ordered_and_say_their_own_path() {
    let packages = library().packages();
    assert!(packages.is_sorted_by_key(|package| package.path));
    for package in packages {
        assert!(
            package.files.is_sorted_by_key(|file| file.name),
            "{}",
            package.path
        );
        assert_eq!(library().package(package.path), Some(package));
        for file in package.files {
            assert_eq!(
                file.text.lines().next(),
                Some(format!("package {}", package.path).as_str()),
                "{}",
                file.name
            );
        }
    }
}

#[test]
fn sets_name_packages_that_exist() {
    assert!(library().sets().is_sorted_by_key(|set| set.name));
    for set in library().sets() {
        assert!(!set.title.is_empty());
        for package in set.packages {
            assert!(
                library().package(package).is_some(),
                "{} in {}",
                package,
                set.name
            );
        }
        for (name, value) in set.data {
            let value: Result<Value, _> = serde_json::from_str(value);
            assert!(value.is_ok(), "{name} in {}", set.name);
        }
    }
}

#[test]
fn every_rule_is_alone_in_its_file_and_described() {
    let rules = rules();
    let mut names = BTreeSet::new();
    for rule in &rules {
        let at = &rule.full_name;
        assert!(names.insert(at.clone()), "{at}: twice");
        let file = format!("/{}.ward", at.rsplit('.').next().unwrap_or_default());
        assert!(rule.file.ends_with(&file), "{at}: lies in {}", rule.file);
        assert!(
            rule.title.ends_with('.') && rule.title.len() <= 100,
            "{at}: title `{}`",
            rule.title
        );
        assert_eq!(
            rule.doc.first().map(String::as_str),
            Some(""),
            "{at}: an empty line follows the title"
        );
        for part in ["Restricted: ", "Allowed: ", "Why: ", "Reference: https://"] {
            assert!(rule.doc.join("\n").contains(part), "{at}: `{part}` is missing");
        }
        assert!(
            ["critical", "high", "medium", "low", "info"].contains(&rule.severity.as_str()),
            "{at}: severity"
        );
        assert!(!rule.aliases.is_empty(), "{at}: no alias");
        for alias in &rule.aliases {
            let parts = alias.split_once(':');
            assert!(
                parts.is_some_and(|(source, id)| !source.is_empty() && !id.is_empty()),
                "{at}: alias {alias}"
            );
        }
        if let Some(level) = rule.package.strip_prefix("k8s.pod_security.") {
            assert!(rule.control().is_some(), "{at}: no alias `pss:…`");
            assert!(
                rule.controls.contains(&format!("pss = \"{level}\"")),
                "{at}: controls {}",
                rule.controls
            );
        }
    }
    println!("{} rules", rules.len());
}

#[test]
fn every_rule_has_fixtures_that_pass_and_that_fail() {
    let folders: BTreeSet<String> = std::fs::read_dir(root().join("fixtures"))
        .expect("there are fixtures")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let names: BTreeSet<String> = rules().into_iter().map(|rule| rule.full_name).collect();
    assert_eq!(folders, names, "one folder a rule, named as the rule");

    let fixtures = fixtures();
    for name in &names {
        let of_rule = |class: &str| {
            fixtures
                .iter()
                .filter(|fixture| fixture.name.starts_with(&format!("{name}/{class}-")))
                .count()
        };
        assert!(of_rule("pass") > 0, "{name}: no fixture passes");
        assert!(of_rule("fail") > 0, "{name}: no fixture fails");
    }
    for fixture in &fixtures {
        let (rule, file) = fixture.name.split_once('/').expect("folder/file");
        let fires = fixture
            .expected
            .iter()
            .any(|(_, line)| line.split(' ').nth(1) == Some(rule));
        match file.split('-').next() {
            Some("pass") => assert!(fixture.expected.is_empty(), "{}: states findings", fixture.name),
            Some("fail") => assert!(fires, "{}: states no finding of its rule", fixture.name),
            Some("edge") => {}
            _ => panic!("{}: neither pass, fail nor edge", fixture.name),
        }
    }
}

#[test]
fn every_fixture_gives_exactly_the_findings_it_states() {
    let fixtures = fixtures();
    let mut wrong = Vec::new();
    for fixture in &fixtures {
        let policy = Policy::new(&fixture.set, &fixture.version);
        let mut found = Vec::new();
        for (index, object) in fixture.documents.iter().enumerate() {
            found.extend(
                policy
                    .judge(object)
                    .1
                    .into_iter()
                    .map(|finding| (index + 1, finding.line())),
            );
        }
        found.sort();
        if found != fixture.expected {
            wrong.push(format!(
                "{}\n  found    {found:#?}\n  expected {:#?}",
                fixture.name, fixture.expected
            ));
        }
    }
    println!("{}/{} fixtures", fixtures.len() - wrong.len(), fixtures.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_fix_mends_its_finding_and_adds_none() {
    let mut applied = 0;
    for fixture in fixtures() {
        let policy = Policy::new(&fixture.set, &fixture.version);
        for object in &fixture.documents {
            let before = policy.judge(object).1;
            for finding in before.iter().filter(|finding| !finding.fix.is_empty()) {
                let mended = patch::apply(object, &finding.fix)
                    .unwrap_or_else(|error| panic!("{}: {}: {error}", fixture.name, finding.line()));
                // Removing a list element moves those behind it, so a finding is told by its message.
                let about = |finding: &support::Judged| (finding.rule.clone(), finding.message.clone());
                let after: Vec<_> = policy.judge(&mended).1.iter().map(about).collect();
                assert!(
                    !after.contains(&about(finding)),
                    "{}: still {}",
                    fixture.name,
                    finding.line()
                );
                let before: Vec<_> = before.iter().map(about).collect();
                for other in &after {
                    assert!(
                        before.contains(other),
                        "{}: the fix of {} brings {other:?}",
                        fixture.name,
                        finding.line()
                    );
                }
                applied += 1;
            }
        }
    }
    println!("{applied} fixes");
    assert!(applied > 0);
}

#[test]
fn the_newest_version_and_later_ones_are_the_same() {
    let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web" }, "spec": {
        "hostNetwork": true,
        "securityContext": { "sysctls": [{ "name": "net.ipv4.tcp_notsent_lowat", "value": "1" }] },
        "containers": [{ "name": "web", "image": "registry.example/web:1" }],
    } });
    let newest = Policy::new("pss-restricted", "v1.37").judge(&pod);
    for version in ["latest", "v1.38", "v1.99"] {
        assert_eq!(
            Policy::new("pss-restricted", version).judge(&pod),
            newest,
            "{version}"
        );
    }
}

/// All fixtures, by path.
fn fixtures() -> Vec<Fixture> {
    let folder = root().join("fixtures");
    files_below(&folder, "yaml")
        .iter()
        .map(|path| {
            let name = path
                .strip_prefix(&folder)
                .expect("below the folder")
                .to_string_lossy()
                .replace('\\', "/");
            let text = text_of(path);
            let (mut set, mut version, mut document) = ("pss-baseline".to_owned(), "latest".to_owned(), 1);
            let mut expected = Vec::new();
            for line in text.lines().filter_map(|line| line.strip_prefix("# ~ ")) {
                match line.split_once(' ') {
                    Some(("set", name)) => name.clone_into(&mut set),
                    Some(("version", number)) => number.clone_into(&mut version),
                    Some(("document", number)) => document = number.parse().expect("a document's number"),
                    Some(("deny" | "warn" | "error", _)) => expected.push((document, line.to_owned())),
                    _ => panic!("{name}: `{line}` states nothing"),
                }
            }
            expected.sort();
            Fixture {
                documents: documents(&text),
                name,
                set,
                version,
                expected,
            }
        })
        .collect()
}
