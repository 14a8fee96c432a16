//! Relations against a naive fixpoint, what they cost, and what happens at their limits.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use serde_json::{Value, json};
use wardlaw::{
    Decision, Engine, Limits, Request,
    input::{ReadLimits, read_json},
};

/// A small generator of numbers: the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

type Pairs = BTreeSet<(u64, u64)>;

fn closure(edges: &[(u64, u64)]) -> Pairs {
    let mut all: Pairs = edges.iter().copied().collect();
    loop {
        let more: Pairs = all
            .iter()
            .flat_map(|(a, b)| {
                edges
                    .iter()
                    .filter(move |(c, _)| b == c)
                    .map(move |(_, d)| (*a, *d))
            })
            .collect();
        let before = all.len();
        all.extend(more);
        if all.len() == before {
            return all;
        }
    }
}

/// Pairs that an odd, an even number of steps joins.
fn parity(edges: &[(u64, u64)]) -> (Pairs, Pairs) {
    let mut odd: Pairs = edges.iter().copied().collect();
    let mut even = Pairs::new();
    loop {
        let before = odd.len() + even.len();
        let step = |from: &Pairs| -> Pairs {
            let ends = from.iter();
            ends.flat_map(|(a, b)| {
                edges
                    .iter()
                    .filter(move |(c, _)| b == c)
                    .map(move |(_, d)| (*a, *d))
            })
            .collect()
        };
        even.extend(step(&odd));
        odd.extend(step(&even));
        if odd.len() + even.len() == before {
            return (odd, even);
        }
    }
}

/// `{E}` is where the edges come from, `{R}` the kind of rule.
const POLICY: &str = r#"
package t
type Edge = { a: int, b: int }
{D}
relation step(a: int, b: int) { for e in {E}  yield (e.a, e.b) }

relation left(a: int, b: int) { for (a, b) in step  yield (a, b) }
relation left(a: int, b: int) { for (a, b) in left, e in {E}  when e.a == b  yield (a, e.b) }

relation right(a: int, b: int) { for e in {E}  yield (e.a, e.b) }
relation right(a: int, b: int) { for e in {E}, (b, c) in right  when b == e.b  yield (e.a, c) }

relation twice(a: int, b: int) { for e in {E}  yield (e.a, e.b) }
relation twice(a: int, b: int) { for (a, b) in twice, (c, d) in twice  when b == c  yield (a, d) }

relation asked(a: int, b: int) { for e in {E}  yield (e.a, e.b) }
relation asked(a: int, b: int) {
    for (a, b) in step, (c, d) in step
    when (b, c) in asked or b == c
    yield (a, d)
}

relation odd(a: int, b: int) { for (a, b) in step  yield (a, b) }
relation odd(a: int, b: int) { for (a, b) in even, (c, d) in step  when c == b  yield (a, d) }
relation even(a: int, b: int) { for (c, d) in step, (a, b) in odd  when b == c  yield (a, d) }

{R} r_left  { for (a, b) in left   deny "left {a} {b}" }
{R} r_right { for (a, b) in right  deny "right {a} {b}" }
{R} r_twice { for (a, b) in twice  deny "twice {a} {b}" }
{R} r_asked { for (a, b) in asked  deny "asked {a} {b}" }
{R} r_odd   { for (a, b) in odd    deny "odd {a} {b}" }
{R} r_even  { for (a, b) in even   deny "even {a} {b}" }
{R} r_none  { for (a, b) in left  unless (a, b) in twice and (a, b) in right  deny "differs {a} {b}" }
"#;

fn policy(of_data: bool) -> String {
    let (declared, edges, rule) = if of_data {
        ("data edges: [Edge]", "edges", "audit rule")
    } else {
        ("input request: { edges: [Edge] }", "request.edges", "rule")
    };
    POLICY
        .replace("{D}", declared)
        .replace("{E}", edges)
        .replace("{R}", rule)
}

fn messages(decision: &Decision, of: &str) -> Pairs {
    decision
        .findings
        .iter()
        .filter_map(|finding| {
            let words: Vec<&str> = finding.message.split(' ').collect();
            (words[0] == of).then(|| (words[1].parse().unwrap(), words[2].parse().unwrap()))
        })
        .collect()
}

#[test]
fn semi_naive_evaluation_finds_what_the_naive_fixpoint_does() {
    let mut numbers = Numbers(88_172_645_463_325_252);
    let of_input = Engine::builder().source("t.ward", policy(false)).build().unwrap();
    for round in 0..150 {
        let nodes = 1 + numbers.below(7);
        let count = numbers.below(14);
        let mut edges: Vec<(u64, u64)> = (0..count)
            .map(|_| (numbers.below(nodes), numbers.below(nodes)))
            .collect();
        if let Some(first) = edges.first().copied() {
            edges.push(first);
        }
        let list: Value = edges.iter().map(|(a, b)| json!({ "a": a, "b": b })).collect();
        let text = json!({ "edges": list }).to_string();
        let document = read_json(&text, &ReadLimits::default()).unwrap();
        let data = Engine::builder()
            .source("t.ward", policy(true))
            .data("t.edges", list);
        let (all, (odd, even)) = (closure(&edges), parity(&edges));
        let decisions = [
            data.build().unwrap().audit(),
            of_input.decide(&Request::input("request", &document)),
        ];
        for decision in &decisions {
            for of in ["left", "right", "twice"] {
                assert_eq!(messages(decision, of), all, "{round} {of} {edges:?}");
            }
            assert_eq!(messages(decision, "odd"), odd, "{round} {edges:?}");
            assert_eq!(messages(decision, "even"), even, "{round} {edges:?}");
            assert_eq!(messages(decision, "asked"), asked(&edges), "{round} {edges:?}");
            assert_eq!(messages(decision, "differs"), Pairs::new(), "{round}");
        }
        let again = of_input.decide(&Request::input("request", &document));
        assert_eq!(again.to_json(), decisions[1].to_json());
    }
}

fn asked(edges: &[(u64, u64)]) -> Pairs {
    let mut all: Pairs = edges.iter().copied().collect();
    loop {
        let before = all.len();
        for (a, b) in edges {
            for (c, d) in edges {
                if b == c || all.contains(&(*b, *c)) {
                    all.insert((*a, *d));
                }
            }
        }
        if all.len() == before {
            return all;
        }
    }
}

const REACH: &str = r#"
package t
input request: { from: string, to: string }
data edges: [{ a: string, b: string }]
relation reach(a: string, b: string) { for e in edges  yield (e.a, e.b) }
relation reach(a: string, b: string) { for e in edges, (b, c) in reach  when b == e.b  yield (e.a, c) }
rule reached { when (request.from, request.to) in reach  deny "reached" }
rule count   { for (a, b) in reach  when a == request.from  warn "reaches {b}" }
"#;

/// Chains of 20 with a branch at each node: `edges` edges.
fn branches(edges: usize) -> Value {
    (0..edges)
        .map(|edge| {
            let (step, branch) = (edge / 2, edge % 2 == 1);
            let (chain, at) = (step / 20, step % 20);
            let to = if branch {
                format!("leaf{chain}.{at}")
            } else {
                format!("n{chain}.{}", at + 1)
            };
            json!({ "a": format!("n{chain}.{at}"), "b": to })
        })
        .collect()
}

#[test]
fn work_grows_with_the_rows_and_not_with_their_square() {
    let fuel = |edges: usize, fuel: u64| {
        let mut limits = Limits::default();
        limits.load_fuel = fuel;
        Engine::builder()
            .source("t.ward", REACH)
            .data("t.edges", branches(edges))
            .limits(limits)
            .build()
    };
    // 21 rows an edge; each is drawn once, and joined to at most one edge.
    assert!(fuel(1_000, 60_000).is_ok());
    let error = fuel(1_000, 10_000).unwrap_err();
    assert!(error.to_string().contains("W0315"), "{error}");
    let engine = fuel(10_000, 600_000).unwrap();
    let text = r#"{ "from": "n3.0", "to": "leaf3.19" }"#;
    let document = read_json(text, &ReadLimits::default()).unwrap();
    let decision = engine.decide(&Request::input("request", &document));
    assert_eq!(decision.findings.len(), 41);
    // One row a finding: nothing else was drawn.
    assert_eq!(decision.fuel, 40);
}

#[test]
fn a_join_draws_only_what_fits() {
    let engine = Engine::builder()
        .source(
            "t.ward",
            r#"
            package t
            input request: { id: int }
            data users: [{ id: int, name: string }]
            rule known { for u in users  when u.id == request.id  deny "{u.name}" at u.name }
            "#,
        )
        .data(
            "t.users",
            (0..5_000)
                .map(|id| json!({ "id": id, "name": format!("u{id}") }))
                .collect::<Value>(),
        )
        .build()
        .unwrap();
    let document = read_json(r#"{ "id": 77.0 }"#, &ReadLimits::default()).unwrap();
    let wrong = engine.decide(&Request::input("request", &document));
    assert_eq!(wrong.findings[0].error.as_ref().unwrap().kind.name(), "type");
    let document = read_json(r#"{ "id": 77 }"#, &ReadLimits::default()).unwrap();
    let decision = engine.decide(&Request::input("request", &document));
    assert_eq!(decision.findings[0].message, "u77");
    assert_eq!(decision.fuel, 1);
}

#[test]
fn every_equality_of_a_join_is_part_of_its_key() {
    let engine = Engine::builder()
        .source(
            "t.ward",
            r#"
package t
input request: { steps: [{ home: int, name: int, to: int }] }
relation step(home: int, name: int, to: int) { for s in request.steps  yield (s.home, s.name, s.to) }
relation reach(home: int, name: int, to: int) { for (home, name, to) in step  yield (home, name, to) }
relation reach(home: int, name: int, to: int) {
    for (home, name, middle) in reach, (its_home, its_name, to) in step
    when its_name == name and its_home == middle
    yield (home, name, to)
}
rule far { for (home, name, to) in reach  when to == home + 2  deny "{home}" }
"#,
        )
        .build()
        .unwrap();
    // Two names in a hundred homes: by name alone, each look-up would find a hundred.
    let steps: Vec<Value> = (0..200)
        .map(|at| json!({ "home": at / 2, "name": at % 2, "to": at / 2 + u64::from(at / 2 % 3 < 2) }))
        .collect();
    let text = json!({ "steps": steps }).to_string();
    let document = read_json(&text, &ReadLimits::default()).unwrap();
    let decision = engine.decide(&Request::input("request", &document));
    assert!(!decision.findings.is_empty());
    assert!(decision.fuel < 200 * 8, "{}", decision.fuel);
}

/// A list of `count` numbers.
fn numbers(count: usize) -> Value {
    json!((0..count).collect::<Vec<_>>())
}

#[test]
fn what_follows_from_data_that_stay_is_not_computed_again() {
    // What loading draws is limited, and each datum that changes leaves room for itself alone.
    let text = "
        package p
        input n: int
        data steps: [int] = []
        data names: [int] = []
        relation step(a: int, b: int) { for a in steps  yield (a, a + 1) }
        let twice: [int] = [a * 2 for (a, _) in step]
        let texts: [string] = [\"{name}\" for name in names]
        rule known { for (a, b) in step when a == n  when b in twice  deny \"{n}\" }
        rule named { when \"{n}\" in texts  deny \"{n} is a name\" }
    ";
    let with = |fuel: u64| {
        let mut limits = Limits::default();
        limits.load_fuel = fuel;
        Engine::builder().source("policy.ward", text).limits(limits)
    };
    let build = |builder: wardlaw::Builder| {
        builder
            .data("p.steps", numbers(400))
            .data("p.names", numbers(100))
            .build()
    };
    let least = (0..4_000)
        .step_by(50)
        .find(|fuel| build(with(*fuel)).is_ok())
        .unwrap();
    let engine = build(with(least)).unwrap();
    // More names cost what the old ones and all that follows from the steps cost, or less.
    let more = least as usize - 50;
    let other = engine.with_data([("p.names", numbers(more))]).unwrap();
    assert!(engine.with_data([("p.steps", numbers(more))]).is_err());
    assert!(
        with(least)
            .data("p.steps", numbers(400))
            .data("p.names", numbers(more))
            .build()
            .is_err()
    );
    for n in [0, 1, 399, 400, more - 1, more] {
        let fresh = with(1_000_000)
            .data("p.steps", numbers(400))
            .data("p.names", numbers(more));
        let fresh = fresh.build().unwrap();
        let decision = other.decide_value(&json!(n)).unwrap();
        assert_eq!(decision, fresh.decide_value(&json!(n)).unwrap());
        assert_eq!(
            decision.findings.len(),
            usize::from(n < more) + usize::from(n % 2 == 1 && n < 400)
        );
    }
    // However often they change, and back.
    let mut engine = other;
    for round in 0..300 {
        engine = engine.with_data([("p.names", numbers(round % 7 + 1))]).unwrap();
    }
    assert_eq!(engine.decide_value(&json!(5)).unwrap().findings.len(), 2);
    assert_eq!(engine.decide_value(&json!(6)).unwrap().findings.len(), 0);
}
