//! What a host does with the crate: inputs of all kinds, data that change, limits, hooks.

#![expect(clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "the other tests use the rest")]
mod engine_support;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use engine_support::engine;
use serde::Serialize;
use serde_json::json;
use wardlaw::{
    Decided, Decision, Effect, Engine, ErrorKind, InputError, Limits, Observer, Policy, Request,
    input::{Document, ReadLimits, read_json},
};

const PORTS: &str = r#"
package ports
data highest: int = 1024
input service: { name: string, port: int, tags: [string]? }
rule privileged { when service.port < highest  deny "port {service.port} is privileged" at service.port }
rule untagged { when service.tags == null  warn "no tags" }
"#;

/// A type whose values no thread may share is no engine.
#[test]
fn threads_share_engines() {
    fn shared<T: Send + Sync>() {}
    shared::<Engine>();
    shared::<Policy>();
    shared::<Request<'_>>();
    shared::<Decision>();
}

#[derive(Serialize)]
struct Service {
    name: &'static str,
    port: u16,
    tags: Option<Vec<String>>,
}

#[test]
fn every_kind_of_input_gives_the_same_decision() {
    let engine = engine(PORTS);
    let service = Service {
        name: "web",
        port: 80,
        tags: None,
    };
    let value = json!({ "name": "web", "port": 80, "tags": null });
    let unplaced = |mut decision: Decision| {
        decision
            .findings
            .iter_mut()
            .for_each(|finding| finding.location = None);
        decision
    };
    let expected = engine.decide_value(&value).unwrap();
    assert!(!expected.allowed);
    assert_eq!(expected.findings.len(), 2);
    assert_eq!(engine.decide_serialize(&service).unwrap(), expected);
    assert_eq!(engine.decide_serialize(&value).unwrap(), expected);
    let by_json = engine.decide_json(value.to_string()).unwrap();
    assert!(by_json.findings.iter().any(|finding| finding.location.is_some()));
    assert_eq!(unplaced(by_json), expected);
    let by_yaml = engine.decide_yaml("name: web\nport: 80\n").unwrap();
    assert_eq!(unplaced(by_yaml), expected);
    assert_eq!(serde_json::to_value(&expected).unwrap(), expected.to_json());
}

/// Whatever can be serialised is read as its JSON would be.
#[test]
fn serialised_values_mean_what_their_json_means() {
    #[derive(Serialize)]
    enum Shape {
        Unit,
        Of(i8),
        Pair(u64, f64),
        Named { text: char, none: Option<bool> },
    }
    #[derive(Serialize)]
    struct Wrapped(&'static str);
    let shapes = vec![
        Shape::Unit,
        Shape::Of(-1),
        Shape::Pair(u64::MAX, 0.5),
        Shape::Named {
            text: 'é',
            none: None,
        },
    ];
    let keys: BTreeMap<u8, (Wrapped, &[u8])> = [(7, (Wrapped("w"), &b"ab"[..]))].into();
    let value = (shapes, keys, (), true, "a\"b", i64::MIN);
    let document = Document::from_serialize(&value).unwrap();
    let expected = serde_json::to_value(&value).unwrap();
    assert_eq!(document.to_value(document.root()), expected);
    let refused = |error: wardlaw::input::ReadError| error.to_string();
    let infinite = Document::from_serialize(&f64::INFINITY).map(drop);
    assert_eq!(
        refused(infinite.unwrap_err()),
        "inf has no form in JSON: leave it out"
    );
    let keys: BTreeMap<(u8, u8), u8> = [((1, 2), 3)].into();
    let unkeyed = Document::from_serialize(&keys).map(drop);
    assert_eq!(
        refused(unkeyed.unwrap_err()),
        "a key is no text: give the map texts as keys"
    );
}

#[test]
fn inputs_that_are_not_clear_are_refused() {
    let one = engine(PORTS);
    let error = one.decide_json("{ \"port\": }").unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 1, column 11: expected a value, found `}`"
    );
    assert!(one.decide_json([0xff, 0xfe]).is_err());
    assert!(one.decide_yaml("a: 1\n---\nb: 2\n").is_err());
    let two = engine("package p\ninput a: int\ninput b: int\nrule r { when a == b  deny \"x\" }");
    let error = two.decide_json("1").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the policy reads several inputs, bind each by its name: `a`, `b`"
    );
    let none = engine("package p\ndata d: int = 1\naudit rule r { when d == 1  deny \"x\" }");
    assert!(matches!(none.decide_json("1"), Err(InputError::Inputs { names }) if names.is_empty()));
    let limits = ReadLimits {
        bytes: 8,
        ..ReadLimits::default()
    };
    let mut small = Limits::default();
    small.read = limits;
    let small = Engine::builder()
        .source("policy.ward", PORTS)
        .limits(small)
        .build()
        .unwrap();
    let error = small
        .decide_json("{ \"name\": \"web\", \"port\": 8080 }")
        .unwrap_err();
    assert!(error.to_string().contains("bytes"), "{error}");
}

#[test]
fn other_data_need_no_compilation() {
    let first = engine(PORTS);
    let built = |highest: i64| {
        Engine::builder()
            .source("policy.ward", PORTS)
            .data("ports.highest", json!(highest))
            .build()
            .unwrap()
    };
    let input = json!({ "name": "web", "port": 2000, "tags": [] });
    let mut engine = first.with_data([("ports.highest", json!(4096))]).unwrap();
    for highest in [4096, 1, 5000, 1024] {
        engine = engine.with_data([("ports.highest", json!(highest))]).unwrap();
        let decision = engine.decide_value(&input).unwrap();
        assert_eq!(decision, built(highest).decide_value(&input).unwrap());
        assert_eq!(decision.allowed, highest <= 2000);
    }
    assert_eq!(engine.data_digest(), first.data_digest());
    assert!(
        first.decide_value(&input).unwrap().allowed,
        "the first engine changed"
    );
    let wrong = engine.with_data([("ports.highest", json!("many")), ("ports.hihgest", json!(1))]);
    let text = wrong.unwrap_err().to_string();
    assert!(
        text.contains("datum `ports.highest`: expected `int`, found a string"),
        "{text}"
    );
    assert!(text.contains("did you mean `ports.highest`?"), "{text}");
}

/// Relations, `let`s, patterns and the index follow the data.
#[test]
fn what_follows_from_data_follows_new_data() {
    const TEXT: &str = r#"
package p
data edges: [{ from: string, to: string }] = []
data allowed: regex = regex("^x$")
data port: int = 80
input node: { name: string, port: int }
relation reach(a: string, b: string) {
    for e in edges  yield (e.from, e.to)
}
relation reach(a: string, b: string) {
    for (a, b) in reach, e in edges when e.from == b  yield (a, e.to)
}
let ends = {b for (a, b) in reach when a == "start"}
rule reached { when node.name in ends  deny "reached" }
rule unlike { unless node.name matches allowed  deny "unlike" }
rule port { when node.port == port  deny "port" }
rule another { when node.port == 81  deny "81" }
"#;
    let edge = |from, to| json!({ "from": from, "to": to });
    let sets = [
        json!([edge("start", "a"), edge("a", "b")]),
        json!([]),
        json!([edge("start", "b"), edge("a", "c")]),
    ];
    let mut engine = engine(TEXT);
    let mut given = std::collections::BTreeMap::new();
    for (round, edges) in sets.iter().cycle().take(24).enumerate() {
        let data = [
            ("p.edges", edges.clone()),
            ("p.allowed", json!(format!("^[ab]{{{}}}$", round % 2 + 1))),
            ("p.port", json!(80 + round % 3)),
        ];
        // Some of them at a time, so that what follows from the others is kept.
        let changed: Vec<_> = (0..)
            .zip(data)
            .filter(|(bit, _)| round == 0 || (round + 1) >> bit & 1 == 1)
            .map(|(_, datum)| datum)
            .collect();
        engine = engine.with_data(changed.clone()).unwrap();
        given.extend(changed);
        let mut builder = Engine::builder().source("policy.ward", TEXT);
        for (name, value) in given.clone() {
            builder = builder.data(name, value);
        }
        let fresh = builder.build().unwrap();
        assert_eq!(engine.data_digest(), fresh.data_digest());
        for name in ["a", "b", "ab", "c"] {
            for port in 80..83 {
                let input = json!({ "name": name, "port": port });
                let (decision, expected) = (engine.decide_value(&input), fresh.decide_value(&input));
                assert_eq!(decision.unwrap(), expected.unwrap());
            }
        }
    }
}

const LOOPS: &str = "
package p
input items: [int]
rule first { when items.len() > 5000  deny \"long\" }
rule loops { for a in items, b in items when a + b < 0  deny \"negative\" }
rule last { when items.len() == 0  deny \"empty\" }
";

#[test]
fn a_host_can_stop_a_decision() {
    let engine = engine(LOOPS);
    let items = json!((0..400).collect::<Vec<i32>>());
    let document = Document::from_value(&items).unwrap();
    let free = engine.decide(&Request::input("items", &document));
    assert!(free.allowed);

    // A check that never stops changes nothing, fuel included, and is asked now and then.
    let asked = AtomicU32::new(0);
    let never = || {
        asked.fetch_add(1, Ordering::Relaxed);
        false
    };
    let request = Request::input("items", &document).with_stop(&never);
    assert_eq!(engine.decide(&request), free);
    let asked = u64::from(asked.into_inner());
    assert!(
        asked >= free.fuel / 1024 && asked <= free.fuel / 1024 + 2,
        "{asked}"
    );

    // One that says yes once ends the decision, whatever it says then.
    for after in [0_u32, 1, 20] {
        let count = AtomicU32::new(0);
        let stop = || count.fetch_add(1, Ordering::Relaxed) == after;
        let decision = engine.decide(&Request::input("items", &document).with_stop(&stop));
        assert!(!decision.allowed);
        let found: Vec<_> = decision
            .findings
            .iter()
            .map(|finding| (&*finding.rule, finding.error.map(|error| error.kind)))
            .collect();
        let aborted = Some(ErrorKind::Aborted);
        let mut expected = vec![("p.last", aborted), ("p.loops", aborted)];
        if after == 0 {
            expected.insert(0, ("p.first", aborted));
        }
        expected.sort_unstable_by_key(|(rule, _)| *rule);
        let mut found = found;
        found.sort_unstable_by_key(|(rule, _)| *rule);
        assert!(
            decision
                .findings
                .iter()
                .all(|finding| finding.effect == Effect::Error)
        );
        // Contract order is by name: `last` has been decided where `loops` was stopped.
        expected.retain(|(rule, _)| after == 0 || *rule != "p.last");
        assert_eq!(found, expected, "after {after}");
        assert!(decision.fuel < free.fuel);
    }
}

#[derive(Debug, Default)]
struct Log {
    begun: AtomicU32,
    lines: Mutex<Vec<String>>,
}

impl Observer for Log {
    fn begin(&self) -> u64 {
        u64::from(self.begun.fetch_add(1, Ordering::Relaxed))
    }

    fn decided(&self, decided: &Decided<'_>) {
        let name = decided.object.and_then(|object| object.name).unwrap_or("-");
        let decision = decided.decision;
        let line = format!("{} {name} {} {}", decided.began, decision.allowed, decision.fuel);
        self.lines.lock().unwrap().push(line);
    }
}

#[test]
fn an_observer_hears_of_every_decision() {
    let log = Arc::new(Log::default());
    let text = "package p\ninput request: any\nrule r { when request.object?.x == 1  deny \"x\" }";
    let engine = Engine::builder()
        .source("p.ward", text)
        .observer(log.clone())
        .build()
        .unwrap();
    let pod = r#"{ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web" }, "x": 1 }"#;
    let document = read_json(pod, &ReadLimits::default()).unwrap();
    let objects = wardlaw::input::objects(&document);
    engine.decide(&Request::object(&document, objects.first().unwrap()));
    engine.decide_json("{}").unwrap();
    let other = engine.with_data::<&str, serde_json::Value>([]).unwrap();
    other.audit();
    assert_eq!(
        *log.lines.lock().unwrap(),
        ["0 web false 0", "1 - true 0", "2 - true 0"]
    );
}

#[test]
fn engines_of_one_policy_have_data_of_their_own() {
    let policy = Engine::builder().source("policy.ward", PORTS).compile().unwrap();
    assert_eq!(policy.packages().collect::<Vec<_>>(), ["ports"]);
    let input = json!({ "name": "web", "port": 80, "tags": [] });
    for (highest, allowed) in [(10, true), (100, false)] {
        let engine = policy
            .clone()
            .data("ports.highest", json!(highest))
            .build()
            .unwrap();
        assert_eq!(engine.policy_digest(), policy.digest());
        assert_eq!(engine.decide_value(&input).unwrap().allowed, allowed);
    }
}

#[test]
fn diagnostics_are_lines_to_print() {
    let policy = "package p\ninput r: { n: int, tags: [string] }\nrule x {\n    for (i, tag) in r.tags.indexed()\n    when tag == \"a\"\n    deny \"{tag}\" at tag\n}";
    let engine = Engine::builder().source("p.ward", policy).build().unwrap();
    let text = engine.warnings_text();
    assert_eq!(text.lines().count(), engine.warnings().len());
    assert!(text.starts_with("warning[W0"), "{text}");
    assert!(text.contains("(p.ward:4:10)"), "{text}");

    let error = Engine::builder()
        .source("p.ward", "package p\nrule")
        .build()
        .unwrap_err();
    assert_eq!(format!("{error:?}"), error.to_string());
}
