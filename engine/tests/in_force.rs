//! What is in force: what a host may say of it, and what is wrong to say. The corpus has what comes of it.
#![expect(clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "the other tests use the rest")]
mod engine_support;

use std::collections::BTreeMap;

use engine_support::{errors, lines};
use serde_json::json;
use wardlaw::{
    Builder, Decision, Engine, Level, Request, input,
    settings::{Exemption, Match, Origins, Use, Whole},
};
use wardlaw_lang::{Library, LibraryFile, LibraryPackage, NamedSet};

const LABELS: &str = r#"package labels
input request: k8s.AdmissionRequest
data labels: [string]
data strict: bool = false
rule required {
    given object = request.object
    for   l in labels
    when  object.metadata.labels?[l] == null
    deny  "no label `{l}`"
}
"#;

const PORTS: &str = r#"package ports
input port: int
@aliases("acme:1")
rule low  { when port < 1024  deny "low" }
rule high { when port > 60000  warn "high" }
"#;

const AUTHZ: &str = r#"package authz
default deny
input request: k8s.AdmissionRequest
rule reader { when request.operation == "CONNECT"  allow }
"#;

/// Two sets that disagree on a datum, and a package above which a path stands.
#[derive(Debug)]
struct Sets;

static LEVELS: LibraryPackage = LibraryPackage {
    path: "lib.levels",
    files: &[LibraryFile {
        name: "lib/levels.ward",
        text: "package lib.levels input port: int data most: int rule big { when port > most deny \"big\" }",
    }],
};

impl Library for Sets {
    fn package(&self, path: &str) -> Option<&'static LibraryPackage> {
        (path == LEVELS.path).then_some(&LEVELS)
    }

    fn packages(&self) -> Vec<&'static LibraryPackage> {
        vec![&LEVELS]
    }

    fn sets(&self) -> &'static [NamedSet] {
        &[
            NamedSet {
                name: "low-set",
                title: "",
                packages: &["lib.levels"],
                data: &[("lib.levels.most", "1")],
            },
            NamedSet {
                name: "wide-set",
                title: "",
                packages: &["lib.levels"],
                data: &[("lib.levels.most", "9")],
            },
        ]
    }

    fn types(&self, namespace: &str) -> Option<&'static [u8]> {
        (namespace == "k8s").then_some(include_bytes!("../../stdlib/schema/k8s.bin"))
    }
}

fn builder(policy: &str) -> Builder {
    Engine::builder().library(&Sets).source("policy.ward", policy)
}

fn using(package: &str, name: &str) -> Use {
    Use {
        package: package.into(),
        name: (!name.is_empty()).then(|| name.into()),
        ..Use::default()
    }
}

fn kinds(kinds: &[&str]) -> Match {
    Match {
        kinds: kinds.iter().map(ToString::to_string).collect(),
        ..Match::default()
    }
}

fn exemption(rule: &str) -> Exemption {
    Exemption {
        rules: vec![rule.into()],
        reason: "known".into(),
        ..Exemption::default()
    }
}

type Say = Box<dyn Fn(Builder) -> Builder>;

fn decide(engine: &Engine, name: &str, json: &str) -> Decision {
    let document = input::read_json(json, &input::ReadLimits::default()).unwrap();
    engine.decide(&Request::input(name, &document))
}

#[test]
fn a_datum_of_a_package_that_is_not_in_force_need_not_be_given() {
    let data = BTreeMap::from([("labels".to_owned(), json!(["team"]))]);
    let used = Use {
        data,
        ..using("labels", "acme.team")
    };
    let engine = builder(LABELS).using(used).build().unwrap();
    let rules: Vec<&str> = engine.rules().map(|rule| rule.name).collect();
    assert_eq!(rules, ["acme.team.required"]);
    assert_eq!(engine.packages().collect::<Vec<_>>(), ["acme.team"]);
    let wrong = errors(builder(LABELS).using(using("labels", "acme.team")));
    assert!(wrong.contains("`acme.team.labels` has no default"), "{wrong}");
    assert!(!wrong.contains("`labels.labels`"), "{wrong}");
}

#[test]
fn what_is_not_there_cannot_be_used() {
    for (used, words) in [
        (
            using("label", ""),
            "no package `label` (use 0 package:1:1): did you mean `labels`?",
        ),
        (using("label", "a.b"), "no package `label`"),
        (
            using("low-sett", ""),
            "no set `low-sett` (use 0 package:1:1): did you mean `low-set`?",
        ),
        (using("lib", "a.b"), "`lib` stands above several packages"),
        (using("low-set", "a.b"), "`low-set` is a set of packages"),
        (using("labels", "labels"), "`labels` is a package already"),
        (using("labels", "lib.levels"), "`lib.levels` is a package already"),
        (using("labels", "a.B-c"), "`a.B-c` is no path of a package"),
        (using("labels", "k8s"), "`k8s` is a builtin namespace"),
    ] {
        let wrong = errors(
            builder(LABELS)
                .data("labels.labels", json!([]))
                .using(used.clone()),
        );
        assert!(wrong.contains(words), "{used:?}: {wrong}");
    }
}

#[test]
fn data_of_a_use_that_cannot_be_is_not_told_of() {
    let used = Use {
        data: BTreeMap::from([("labels".to_owned(), json!(1))]),
        ..using("label", "a.b")
    };
    let wrong = errors(
        builder(LABELS)
            .data("labels.labels", json!([]))
            .using(used)
            .exempt(exemption("a.b.required")),
    );
    assert_eq!(wrong.lines().count(), 1, "{wrong}");
}

#[test]
fn an_instance_cannot_be_imported() {
    let wrong = errors(
        builder("package a input n: int data m: int = 1 rule r { when n > m deny \"x\" }")
            .source(
                "b/b.ward",
                "package b import x input n: int rule r { when n > 1 deny \"x\" }",
            )
            .using(using("a", "x")),
    );
    assert!(wrong.contains("`x` is an instance of `a`"), "{wrong}");
}

#[test]
fn settings_that_contradict_each_other_are_refused_in_any_order() {
    let data = |value| Use {
        data: BTreeMap::from([("labels".to_owned(), json!([value]))]),
        ..using("labels", "")
    };
    let narrow = Use {
        matching: kinds(&["Pod"]),
        ..using("labels", "")
    };
    let until = |day: &str| Exemption {
        expires: Some(day.into()),
        ..exemption("ports.low")
    };
    let pairs: Vec<(&str, Say, Say, &str)> = vec![
        (
            LABELS,
            Box::new(|b: Builder| b.using(using("labels", "x"))),
            Box::new(|b: Builder| b.using(using("labels", "x"))),
            "two instances are called `x`",
        ),
        (
            LABELS,
            Box::new(move |b: Builder| b.using(data("a"))),
            Box::new(|b: Builder| b.data("labels.labels", json!(["a"]))),
            "the datum `labels.labels` is given twice",
        ),
        (
            LABELS,
            Box::new(move |b: Builder| b.using(narrow.clone())),
            Box::new(|b: Builder| b.package("labels")),
            "`labels` is used twice, for different requests",
        ),
        (
            PORTS,
            Box::new(|b: Builder| b.set("low-set")),
            Box::new(|b: Builder| b.set("wide-set")),
            "disagree on the datum `lib.levels.most`",
        ),
        (
            PORTS,
            Box::new(|b: Builder| b.level("acme:1", Level::Warn)),
            Box::new(|b: Builder| b.level("ports.low", Level::Deny)),
            "are one rule, and have two levels",
        ),
        (
            PORTS,
            Box::new(move |b: Builder| b.exempt(until("2026-01-01"))),
            Box::new(|b: Builder| b.exempt(exemption("ports.low"))),
            "this is exempt already",
        ),
    ];
    for (policy, one, other, words) in pairs {
        let with_data = |builder: Builder| {
            if policy == LABELS && !words.contains("given twice") {
                builder
                    .data("labels.labels", json!([]))
                    .data("x.labels", json!([]))
            } else {
                builder
            }
        };
        for wrong in [
            errors(with_data(other(one(builder(policy))))),
            errors(with_data(one(other(builder(policy))))),
        ] {
            assert!(wrong.contains(words), "{wrong}");
        }
    }
}

#[test]
fn a_datum_that_is_given_stands_before_that_of_sets() {
    let both = builder(PORTS).set("low-set").set("wide-set");
    let engine = both.data("lib.levels.most", json!(5)).build().unwrap();
    assert_eq!(
        lines(&decide(&engine, "port", "6")),
        ["deny lib.levels.big port: big", "deny ports.low port: low"]
    );
}

#[test]
fn a_match_is_refused_where_it_would_let_through() {
    let matching = |package: &str| Use {
        matching: kinds(&["Pod"]),
        ..using(package, "")
    };
    let wrong = errors(builder(AUTHZ).using(matching("authz")));
    assert!(wrong.contains("`authz` denies by default"), "{wrong}");
    let wrong = errors(builder(PORTS).using(matching("ports")));
    assert!(wrong.contains("reads no `k8s.AdmissionRequest`"), "{wrong}");
}

#[test]
fn levels_are_of_what_there_is_and_not_of_what_allows() {
    for (policy, name, level, words) in [
        (
            PORTS,
            "ports.lo",
            Level::Off,
            "no rule or package `ports.lo` (levels ports.lo:1:1): did you mean `ports.low`?",
        ),
        (PORTS, "port", Level::Warn, "no rule or package `port`"),
        (PORTS, "ports.*", Level::Warn, "a level is of one rule or package"),
        (AUTHZ, "authz.reader", Level::Warn, "`authz.reader` allows"),
        (AUTHZ, "authz.reader", Level::Off, "`authz.reader` allows"),
        (
            AUTHZ,
            "authz.default",
            Level::Warn,
            "`authz.default` is what `authz` says where nothing allows",
        ),
    ] {
        let wrong = errors(builder(policy).level(name, level));
        assert!(wrong.contains(words), "{wrong}");
    }
    // What the library has, is known, though it is not in force.
    builder(PORTS)
        .level("lib.levels.big", Level::Off)
        .build()
        .unwrap();
    builder(PORTS).level("lib", Level::Off).build().unwrap();
    builder(AUTHZ).level("authz.reader", Level::Deny).build().unwrap();
}

#[test]
fn a_rule_that_is_off_is_not_in_force_and_is_still_known() {
    let engine = builder(PORTS)
        .level("ports.low", Level::Off)
        .level("ports.high", Level::Deny)
        .exempt(exemption("ports.low"))
        .build()
        .unwrap();
    let rules: Vec<_> = engine.rules().map(|rule| (rule.name, rule.level)).collect();
    assert_eq!(rules, [("ports.high", Level::Deny)]);
    assert!(decide(&engine, "port", "80").allowed);
    assert!(!decide(&engine, "port", "60001").allowed);
    assert!(!engine.exemptions(None)[0].names_some);
}

#[test]
fn an_exemption_says_of_what_why_and_until_when() {
    let with = |change: fn(&mut Exemption)| {
        let mut exemption = exemption("ports.low");
        change(&mut exemption);
        errors(builder(PORTS).exempt(exemption))
    };
    for (change, words) in [
        (
            (|e| e.reason = " ".into()) as fn(&mut Exemption),
            "without a reason",
        ),
        (|e| e.rules.clear(), "an exemption of no rule"),
        (
            |e| e.expires = Some("tomorrow".into()),
            "`tomorrow` is no day and no time",
        ),
        (
            |e| e.expires = Some("2026-02-30".into()),
            "`2026-02-30` is no day and no time",
        ),
        (
            |e| e.rules = vec!["ports.lov".into()],
            "no rule `ports.lov` (exempt 0 rule 0:1:1): did you mean `ports.low`?",
        ),
        (
            |e| e.rules = vec!["ports".into()],
            "it is a package: write `ports.*`",
        ),
        (
            |e| e.rules = vec!["port.*".into()],
            "no rule is called like `port.*`",
        ),
    ] {
        let wrong = with(change);
        assert!(wrong.contains(words), "{wrong}");
    }
}

#[test]
fn a_finding_says_why_it_is_exempt() {
    let engine = builder(PORTS)
        .exempt(Exemption {
            owner: Some("net@example.com".into()),
            expires: Some("2027-01-31".into()),
            ..exemption("acme:*")
        })
        .build()
        .unwrap();
    let port = input::read_json("80", &input::ReadLimits::default()).unwrap();
    let decide = |now: &str| {
        let now = input::read_json(now, &input::ReadLimits::default()).unwrap();
        engine.decide(&Request::input("port", &port).with_input("now", &now))
    };
    let decision = decide("\"2027-01-31T12:00:00Z\"");
    assert!(decision.allowed);
    assert!(!decision.findings[0].denies());
    let json = decision.to_json_string();
    let exempt = r#""exempt":{"reason":"known","owner":"net@example.com","expires":"2027-01-31"}"#;
    assert!(json.contains(exempt), "{json}");
    assert!(!decide("\"2027-02-01T00:00:00Z\"").allowed);
    assert!(!decide("\"soon\"").allowed);
    let expired = |now| engine.exemptions(Some(now))[0].expired;
    assert!(!expired("2027-01-31T23:59:59Z"));
    assert!(expired("2027-02-01T00:00:00Z"));
}

#[test]
fn nothing_depends_on_the_order_of_settings() {
    let lists = |reversed: bool| {
        let mut names = vec!["a*".to_owned(), "b".to_owned()];
        let mut uses = vec![
            Use {
                matching: Match {
                    names: names.clone(),
                    ..kinds(&["Pod"])
                },
                ..using("labels", "x")
            },
            using("labels", "y"),
        ];
        let mut exemptions = vec![
            Exemption {
                names: names.clone(),
                ..exemption("x.*")
            },
            exemption("x.required"),
            exemption("labels.required"),
        ];
        if reversed {
            names.reverse();
            uses.reverse();
            uses[1].matching.names = names.clone();
            exemptions.reverse();
            exemptions[2].names = names;
        }
        let built = builder(LABELS)
            .data("x.labels", json!(["a"]))
            .data("y.labels", json!(["b"]))
            .level("labels", Level::Warn);
        let built = uses.into_iter().fold(built, Builder::using);
        exemptions
            .into_iter()
            .fold(built, Builder::exempt)
            .build()
            .unwrap()
    };
    let pod = r#"{ "operation": "CREATE", "object": { "apiVersion": "v1", "kind": "Pod",
                   "metadata": { "name": "ab" }, "spec": { "containers": [] } } }"#;
    let [one, other] =
        [false, true].map(|reversed| decide(&lists(reversed), "request", pod).to_json_string());
    assert_eq!(one, other);
    assert!(one.contains("\"exempt\""), "{one}");
}

#[test]
fn every_setting_is_part_of_the_policy_s_digest() {
    let digest = |builder: Builder| builder.build().unwrap().policy_digest().to_owned();
    let base = || {
        builder(LABELS)
            .data("labels.labels", json!([]))
            .data("x.labels", json!([]))
    };
    let matching = |kind: &str| Use {
        matching: kinds(&[kind]),
        ..using("labels", "x")
    };
    let digests = [
        digest(builder(LABELS).data("labels.labels", json!([]))),
        digest(base().using(using("labels", "x"))),
        digest(base().using(matching("Pod"))),
        digest(base().using(matching("Job"))),
        digest(base().using(using("labels", "x")).level("labels", Level::Warn)),
        digest(base().using(using("labels", "x")).exempt(exemption("x.*"))),
    ];
    let mut different = digests.to_vec();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), digests.len());
}

#[test]
fn tests_are_run_without_settings() {
    let policy = format!("{PORTS} test \"low\" {{ with port = 80 expect deny low }}");
    let suite = builder(&policy)
        .using(using("ports", "x"))
        .level("ports.low", Level::Off)
        .exempt(exemption("ports.*"))
        .tests()
        .unwrap();
    let mut passed = Vec::new();
    for test in 0..suite.tests().count() {
        suite.run(test, &wardlaw::testing::NoFiles, &mut |case| {
            passed.push(case.passed());
        });
    }
    assert_eq!(passed, [true]);
}

#[test]
fn settings_of_a_larger_policy_may_speak_of_the_rest() {
    let say = |builder: Builder| {
        builder
            .level("labels.required", Level::Warn)
            .exempt(exemption("x.required"))
            .data("labels.labels", json!([]))
            .data("x.labels", json!([]))
            .data("lib.levels.most", json!(1))
    };
    let whole = |data: &[&str]| Whole {
        texts: vec![LABELS.to_owned()],
        uses: vec![using("labels", "x")],
        data: data.iter().map(ToString::to_string).collect(),
    };
    let all = whole(&["labels.labels", "x.labels", "lib.levels.most"]);
    say(builder(PORTS)).part_of(all).build().unwrap();
    let wrong = errors(
        builder(PORTS)
            .level("labels.require", Level::Warn)
            .part_of(whole(&[])),
    );
    assert!(wrong.contains("did you mean `labels.required`?"), "{wrong}");
    // What is not of those settings is given for nothing.
    let wrong = errors(say(builder(PORTS)).part_of(whole(&["labels.labels", "lib.levels.most"])));
    assert_eq!(wrong.matches("no package in use declares").count(), 1, "{wrong}");
    assert!(wrong.contains("the datum `x.labels`"), "{wrong}");
    let wrong = errors(say(builder(PORTS)));
    assert!(
        wrong.contains("no package in use declares the datum `x.labels`"),
        "{wrong}"
    );
}

#[test]
fn what_is_wrong_is_shown_where_the_host_has_it() {
    let text = "level = 'ports.lo'\nlabels = [ 'a', 1 ]\n";
    let mut origins = Origins::new("settings.txt", text);
    let find = |piece: &str| {
        let start = text.find(piece).unwrap();
        start..start + piece.len()
    };
    origins.add(&["levels", "ports.lo"], find("ports.lo"), find("'ports.lo'"));
    origins.add(&["data", "labels.labels"], find("labels"), find("[ 'a', 1 ]"));
    origins.add(&["data", "labels.labels", "1"], find("1"), find("1"));
    let wrong = errors(
        builder(LABELS)
            .source("ports/ports.ward", PORTS)
            .level("ports.lo", Level::Off)
            .data("labels.labels", json!(["a", 1]))
            .origins(origins),
    );
    assert!(wrong.contains("(settings.txt:1:10)"), "{wrong}");
    assert!(wrong.contains("(settings.txt:2:17)"), "{wrong}");
}
