//! Programs of very many rules, as an index meets them: most ask for a kind, a namespace and a label, in many
//! ways and orders, beside what can fail, joins and shared calls. The engine with and without its index, its
//! artefact and the reference evaluator decide alike.
//!
//! `RULES=10000 PROGRAMS=20 SEED=7 cargo test -p wardlaw-harness --test many_rules -- --nocapture`
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::{fmt::Write as _, time::Instant};

use serde_json::{Value, json};
use support::number;
use wardlaw::{Engine, Policy, Request, input::Document};
use wardlaw_harness::random::Random;

/// Inputs of one program.
const INPUTS: usize = 12;

const HEAD: &str = "package many

type Container = { name: string, image: string, privileged: bool?, ports: [int]? }
type Object = {
    kind: string, namespace: string?, labels: {[string]: string}, replicas: int,
    state: (\"on\" | \"off\")?, owner: { name: string, level: int }?, containers: [Container]?,
}
input object: Object
data kinds: {string}
data teams: [{ name: string, lead: string, level: int }]
data strict: bool

fn images(containers: [Container]?) -> [string] = [c.image for c in containers ?? []]
fn level(owner: { name: string, level: int }?) -> int = owner?.level ?? 0

relation leads(team: string, lead: string) { for t in teams  yield (t.name, t.lead) }

";

fn data() -> [(&'static str, Value); 3] {
    let teams: Vec<Value> = (0..30)
        .map(|team| json!({"name": format!("team-{team}"), "lead": format!("lead-{}", team % 7), "level": team % 5}))
        .collect();
    [
        ("many.kinds", json!(["Kind1", "Kind2", "Kind3"])),
        ("many.teams", json!(teams)),
        ("many.strict", json!(false)),
    ]
}

fn kind(random: &mut Random) -> String {
    format!("Kind{}", random.below(20))
}

fn namespace(random: &mut Random) -> String {
    format!("ns-{}", random.below(12))
}

/// A clause, and whether its variables are bound: `c` of a container, `o` of the owner.
fn clause(random: &mut Random, rule: &mut String, containers: &mut bool, owner: &mut bool) {
    let text = match random.below(26) {
        0..=3 => format!("when object.kind == \"{}\"", kind(random)),
        4 => format!("when object.kind in [\"{}\", \"{}\"]", kind(random), kind(random)),
        5 => format!("unless object.kind != \"{}\"", kind(random)),
        6 => format!(
            "when object.kind == \"{}\" or object.kind == \"{}\"",
            kind(random),
            kind(random)
        ),
        7..=9 => format!("when object.namespace == \"{}\"", namespace(random)),
        10 => format!("when (object.namespace ?? \"\") == \"{}\"", namespace(random)),
        11..=13 => format!("when object.labels[\"app\"] == \"app-{}\"", random.below(10)),
        14 => format!("when object.labels?[\"tier\"] != \"tier-{}\"", random.below(3)),
        15 => format!("when object.replicas < {}", random.below(4)),
        // Fails where the divisor is zero.
        16 => format!("when 12 / (object.replicas - {}) > 1.5", random.below(4)),
        17 => format!("when object.state == \"{}\"", random.word(&["on", "off"])),
        18 => "when object.kind in kinds".into(),
        19 => "unless strict".into(),
        20 => format!("when \"image-{}\" in images(object.containers)", random.below(6)),
        21 => format!("when level(object.owner) >= {}", random.below(5)),
        22 if !*owner => {
            *owner = true;
            "given o = object.owner".into()
        }
        23 if *owner => format!(
            "for (team, lead) in leads\n    when team == o.name\n    when lead == \"lead-{}\"",
            random.below(7)
        ),
        24 if !*containers => {
            *containers = true;
            "for c in object.containers ?? []".into()
        }
        25 if *containers => random
            .word(&[
                "when c.privileged == true",
                "when 80 in (c.ports ?? [])",
                "when c.name == c.image",
            ])
            .into(),
        _ => format!("when object.kind != \"{}\"", kind(random)),
    };
    // Variables of a join are bound once.
    if text.starts_with("for (team") && rule.contains("for (team") {
        return;
    }
    let _ = writeln!(rule, "    {text}");
}

fn program(random: &mut Random, rules: usize) -> String {
    let mut text = HEAD.to_owned();
    for number in 0..rules {
        let (mut containers, mut owner) = (false, false);
        let mut rule = String::new();
        if random.percent(80) {
            // Of what the index is made for.
            let _ = writeln!(rule, "    when object.kind == \"{}\"", kind(random));
        }
        for _ in 0..=random.below(4) {
            clause(random, &mut rule, &mut containers, &mut owner);
        }
        let effect = random.word(&["deny", "deny", "warn"]);
        let message = match (random.below(4), containers, owner) {
            (0, true, _) => format!("\"{number}: {{c.name}} of {{object.kind}}\" at c.image"),
            (1, _, true) => format!("\"{number}: {{o.name}}\" at o.level"),
            (2, ..) => format!("\"{number}: {{object.labels[\"app\"] ?? \"none\"}}\" at object.labels"),
            _ => format!("\"{number}\" at object.kind"),
        };
        let _ = writeln!(text, "rule r{number} {{\n{rule}    {effect} {message}\n}}");
    }
    text
}

/// An object; every third has a mistake.
fn object(random: &mut Random, spoilt: bool) -> Value {
    let container = |random: &mut Random| {
        let mut container = json!({"name": format!("image-{}", random.below(6)), "image": format!("image-{}", random.below(6))});
        if random.percent(50) {
            container["privileged"] = json!(random.percent(50));
        }
        if random.percent(50) {
            container["ports"] = json!([80, random.below(100)]);
        }
        container
    };
    let mut object = json!({"kind": kind(random), "labels": {}, "replicas": random.below(4)});
    if random.percent(80) {
        object["namespace"] = json!(namespace(random));
    }
    if random.percent(80) {
        object["labels"]["app"] = json!(format!("app-{}", random.below(10)));
    }
    if random.percent(50) {
        object["labels"]["tier"] = json!(format!("tier-{}", random.below(3)));
    }
    if random.percent(50) {
        object["state"] = json!(random.word(&["on", "off"]));
    }
    if random.percent(50) {
        object["owner"] = json!({"name": format!("team-{}", random.below(30)), "level": random.below(6)});
    }
    if random.percent(60) {
        object["containers"] = (0..random.below(3)).map(|_| container(random)).collect();
    }
    if spoilt {
        let field = random.word(&[
            "kind",
            "namespace",
            "labels",
            "replicas",
            "state",
            "owner",
            "containers",
        ]);
        object[field] = match random.below(6) {
            0 => json!(["Kind1"]),
            1 => json!({"app": 1}),
            2 => json!(1.5),
            3 => json!("maybe"),
            4 => json!([{"name": 1, "image": null}]),
            _ => Value::Null,
        };
    }
    object
}

#[test]
fn evaluators_agree_on_programs_of_very_many_rules() {
    let (rules, programs, first) = (number("RULES", 10_000), number("PROGRAMS", 1), number("SEED", 1));
    let start = Instant::now();
    let (mut findings, mut errors, mut decisions, mut left_out) = (0, 0, 0, 0);
    for seed in first..first + programs {
        let mut random = Random::new(seed);
        let text = program(&mut random, rules as usize);
        let mut policy = Engine::builder()
            .source("many.ward", &text)
            .compile()
            .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        for (name, value) in data() {
            policy = policy.data(name, value);
        }
        let reloaded = Policy::from_bytes(&policy.to_bytes(), wardlaw_stdlib::library())
            .unwrap()
            .build()
            .unwrap();
        let engine = policy.build().unwrap();
        assert_eq!(engine.rules().count(), rules as usize);
        for number in 0..INPUTS {
            let value = object(&mut random, number % 3 == 2);
            let document = Document::from_value(&value).unwrap();
            let request = Request::input("object", &document);
            let place = || format!("seed {seed}, input {number}: {value}");
            let mut indexed = engine.decide(&request);
            assert!(
                indexed == reloaded.decide(&request),
                "the artefact decides otherwise, {}",
                place()
            );
            let mut all = engine.decide_without_index(&request);
            assert!(indexed.fuel <= all.fuel, "{}", place());
            let mut reference = engine.decide_by_reference(&request);
            left_out += engine
                .explain(&request)
                .iter()
                .filter(|rule| rule.why != wardlaw::Why::Run)
                .count();
            (indexed.fuel, all.fuel, reference.fuel) = (0, 0, 0);
            for (other, name) in [(&all, "without the index"), (&reference, "the reference")] {
                let differs = indexed.findings.iter().zip(&other.findings).find(|(a, b)| a != b);
                assert!(
                    indexed == *other,
                    "{name} decides otherwise, {}: {differs:?}",
                    place()
                );
            }
            decisions += 1;
            findings += indexed.findings.len();
            errors += indexed
                .findings
                .iter()
                .filter(|finding| finding.error.is_some())
                .count();
        }
    }
    println!(
        "{decisions} decisions by {programs} programs of {rules} rules from seed {first} in {:.1} s; {findings} findings, {errors} of them errors; {} rules of 100 left out",
        start.elapsed().as_secs_f64(),
        left_out as u64 * 100 / (decisions * rules)
    );
    assert!(findings > 0 && errors > 0 && findings > errors);
    assert!(
        left_out as u64 * 2 > decisions * rules,
        "the index leaves out few"
    );
}
