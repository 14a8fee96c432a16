//! A compiled policy as bytes: it means what its sources mean, and whatever happened to the bytes is told.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
#![expect(
    clippy::disallowed_methods,
    reason = "the length of a run comes from the environment"
)]

#[expect(dead_code, reason = "the other tests use the rest")]
mod engine_support;

use std::panic::{AssertUnwindSafe, catch_unwind};

use engine_support::errors;
use serde_json::{Value, json};
use wardlaw::{
    Builder, Engine, Level, Limits, NoLibrary, Policy, PolicyError,
    settings::{Exemption, Match, Use},
};

/// All that the IR has, as far as one policy can.
const POLICY: &str = r#"
package shop
default deny

type Item = { name: string, price: float, tags: [string]?, parts: [(string, int)] }
data limit: int = 3
data edges: [{ from: string, to: string }] = []
data pattern: regex = regex("^[a-z]+$")
input order: { items: [Item], by: string, size: quantity, note: any? }
input now: time?

relation reach(a: string, b: string) {
    for e in edges  yield (e.from, e.to)
}
relation reach(a: string, c: string) {
    for (a, b) in reach, e in edges when e.from == b  yield (a, e.to)
}
fn dear(item: Item, most: float) -> bool = item.price > most
let names = [i.name for i in order.items]
let total = sum(i.price for i in order.items)
@output let count = names.len()
let template = yaml"""
    a: [1, 2]
    b: { c: -0.5 }
    """

/// Too many items.
///
/// They cost too much.
@severity("high")
@controls(cis = ["1.2", "1.3"])
@aliases("old:1")
rule many { when names.len() > limit  deny "{names.len()} items, {limit} at most" }
rule dear {
    for i in order.items when dear(i, 9.5)
    let kind = match i.name { "gold" | "silver" => 1, n when n.len() > 3 => -2, _ => 0 }
    unless kind == 1
    deny "{i.name} is dear ({kind})" at i.price
    fix set i.price = 9.5
}
rule parts {
    for i in order.items, (part, number) in i.parts when number < 0
    warn "{part}: {number}" at i.parts
}
rule note {
    given note = order.note
    when note is string and not (order.by matches pattern)
    deny "{order.by}" at order.note
}
rule reached { for (a, b) in reach when b == order.by  deny "reached from {a}" }
relation parts(item: string, part: string) {
    for i in order.items, (part, number) in i.parts when number >= 0  yield (i.name, part)
}
relation parts(item: string, part: string) {
    for (item, part) in parts, i in order.items when i.name == part  yield (item, i.name)
}
rule inside { for i in order.items when (i.name, "p") in parts and i.price < 2  warn "{i.name} is inside" at i.name }
rule large { when order.size > quantity("1Gi") or {"x": 1} == {"y": 2}  deny "large" }
rule known { when order.by != ""  allow }
rule tagged { for i in order.items when i.tags == null  mutate add i.tags = "none" }
audit rule edges { for e in edges when e.from == e.to  deny "a loop" at e.from }
"#;

fn builder() -> Builder {
    Engine::builder()
        .source("shop.ward", POLICY)
        .data(
            "shop.edges",
            json!([{ "from": "ann", "to": "bob" }, { "from": "bob", "to": "eve" }]),
        )
        .level("shop.parts", Level::Deny)
        .exempt(Exemption {
            rules: vec!["shop.dear".into()],
            reason: "known".into(),
            expires: Some("2030-01-31".into()),
            ..Exemption::default()
        })
}

fn inputs() -> Vec<Value> {
    let item = |name: &str, price: f64, number: i64| json!({ "name": name, "price": price, "parts": [["p", number]] });
    let mut inputs = vec![json!(7), json!({ "items": [{}] })];
    for (by, items) in [
        ("eve", vec![item("gold", 10.0, 1), item("iron", 20.0, -1)]),
        ("Ann", vec![item("a", 1.0, 0); 5]),
        ("", vec![]),
    ] {
        inputs.push(json!({ "items": items, "by": by, "size": "2Gi", "note": "n" }));
    }
    inputs
}

fn reloaded(bytes: &[u8]) -> Result<Policy, PolicyError> {
    Policy::from_bytes(bytes, &NoLibrary)
}

fn same(engine: &Engine, other: &Engine) {
    for input in inputs() {
        let (found, wanted) = (other.decide_value(&input), engine.decide_value(&input));
        assert_eq!(found.unwrap().to_json_string(), wanted.unwrap().to_json_string());
    }
    assert_eq!(other.audit(), engine.audit());
    let rules = |engine: &Engine| engine.rules().map(|rule| format!("{rule:?}")).collect::<Vec<_>>();
    assert_eq!(rules(other), rules(engine));
    let exemptions = |engine: &Engine| format!("{:?}", engine.exemptions(None));
    assert_eq!(exemptions(other), exemptions(engine));
}

#[test]
fn what_is_reloaded_decides_as_its_sources_do() {
    let engine = builder().build().unwrap();
    let bytes = builder().compile().unwrap().to_bytes();
    let policy = reloaded(&bytes).unwrap();
    assert_eq!(policy.to_bytes(), bytes, "written again it is other bytes");
    assert_eq!(policy.digest(), engine.policy_digest());
    same(&engine, &policy.build().unwrap());
    // Data that are given later stand in place of those within.
    let edges = json!([{ "from": "x", "to": "x" }]);
    let other = reloaded(&bytes)
        .unwrap()
        .data("shop.edges", edges.clone())
        .build()
        .unwrap();
    same(&builder().data("shop.edges", edges).build().unwrap(), &other);
    println!("{} bytes of source, {} compiled", POLICY.len(), bytes.len());
}

#[test]
fn uses_with_names_and_matches_are_part_of_it() {
    let library = "package lib\ninput request: { namespace: string? }\ndata n: int\nrule r { when n > 1 and request.namespace != null  deny \"{n}\" }";
    let uses = |builder: Builder| {
        [("one", 1), ("two", 2)]
            .into_iter()
            .fold(builder, |builder, (name, n)| {
                builder.using(Use {
                    package: "lib".into(),
                    name: Some(name.into()),
                    matching: Match::default(),
                    data: [("n".to_owned(), json!(n))].into(),
                })
            })
    };
    let build = || uses(Engine::builder().source("lib.ward", library));
    let engine = build().build().unwrap();
    let bytes = build().compile().unwrap().to_bytes();
    let other = reloaded(&bytes).unwrap().build().unwrap();
    let input = json!({ "namespace": "n" });
    let decision = engine.decide_value(&input).unwrap();
    assert_eq!(decision.findings.len(), 1);
    assert_eq!(other.decide_value(&input).unwrap(), decision);
}

/// What is wrong when data are loaded is told with the line, though there is no text.
#[test]
fn errors_of_data_name_the_line() {
    let source = "package p\n\n  data n: int\ninput i: int\nrule r { when i > n  deny \"x\" }";
    let compiled = Engine::builder().source("p.ward", source).compile().unwrap();
    let policy = reloaded(&compiled.to_bytes()).unwrap();
    let error = policy.build().unwrap_err().to_string();
    assert!(
        error.contains("`p.n` has no default, and no value was given (p.ward:3:1)"),
        "{error}"
    );
    assert!(errors(Engine::builder().source("p.ward", source)).contains("(p.ward:3:"));
}

/// The bytes with the digest that they should have.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.len() > 44 {
        let body = &bytes[44..];
        let mut lanes = [1, 2, 3, body.len() as u64];
        let mut padded = body.to_vec();
        padded.resize((body.len() / 32 + 1) * 32, 0);
        for (at, word) in padded.chunks(8).enumerate() {
            let lane = &mut lanes[at % 4];
            let word = u64::from_le_bytes(word.try_into().unwrap());
            *lane = (lane.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        bytes[12..44].copy_from_slice(&lanes.map(u64::to_le_bytes).concat());
    }
    bytes
}

#[test]
fn damage_is_told() {
    let bytes = builder().compile().unwrap().to_bytes();
    for length in 0..bytes.len() {
        let wanted = if length < 8 {
            reloaded(&bytes[..length]).is_err_and(|error| error == PolicyError::NotAPolicy)
        } else {
            matches!(reloaded(&bytes[..length]), Err(PolicyError::Damaged(_)))
        };
        assert!(wanted, "cut off at {length}");
    }
    for at in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        assert!(reloaded(&bytes).is_err(), "byte {at} changed, and nobody saw it");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(matches!(reloaded(&sealed(longer)), Err(PolicyError::Damaged(_))));
    let shown = |bytes: &[u8]| reloaded(bytes).unwrap_err().to_string();
    assert_eq!(
        shown(b"package p"),
        "not a compiled policy: `ward build` makes one"
    );
    let mut other = bytes.clone();
    other[8] = 9;
    assert_eq!(
        shown(&other),
        "the compiled policy has format 9, and this program reads format 2: build it again"
    );
    let mut other = bytes.clone();
    let version = env!("CARGO_PKG_VERSION").len();
    other[48..48 + version].copy_from_slice(&b"9.9.9"[..version]);
    assert!(shown(&sealed(other)).starts_with("the policy was compiled by wardlaw 9.9.9, and this is"));
    assert_eq!(
        shown(&bytes[..60]),
        "the compiled policy is damaged at byte 12: build it again"
    );
}

/// Numbers that look random, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }
}

/// Bytes that somebody changed and sealed again: refused, or an engine that decides something.
#[test]
fn changed_bytes_do_no_harm() {
    let rounds: usize = std::env::var("ROUNDS").map_or(2_000, |text| text.parse().unwrap());
    let bytes = builder().compile().unwrap().to_bytes();
    let mut numbers = Numbers(7);
    let (mut read, mut built) = (0, 0);
    // What is changed may draw as much as it is let.
    let mut limits = Limits::default();
    (limits.fuel, limits.load_fuel) = (10_000, 10_000);
    for round in 0..rounds {
        let mut changed = bytes.clone();
        for _ in 0..=numbers.below(3) {
            let at = 44 + numbers.below(changed.len() - 44);
            let word = 44 + (at - 44) / 4 * 4;
            match numbers.below(7) {
                0 => changed[at] = numbers.below(256) as u8,
                1 => changed[at] = changed[at].wrapping_add(1),
                2 => drop(changed.remove(at)),
                // A number as it may stand elsewhere.
                4 | 5 if word + 4 <= changed.len() => {
                    let other = numbers.below(changed.len() - 4);
                    changed.copy_within(other..other + 4, word);
                }
                6 if at + 4 <= changed.len() => {
                    let small = numbers.below(300) as u32;
                    changed[at..at + 4].copy_from_slice(&small.to_le_bytes());
                }
                _ => changed.insert(at, [0, 1, 0x7f, 0x80, 0xff][numbers.below(5)]),
            }
        }
        let changed = sealed(changed);
        let result = catch_unwind(AssertUnwindSafe(|| {
            let Ok(policy) = reloaded(&changed) else {
                return (0, 0);
            };
            // With other data the index is made anew, of what the bytes say.
            let policy = match round % 2 {
                0 => policy,
                _ => policy.data("shop.limit", json!(1)),
            };
            let Ok(engine) = policy.limits(limits).build() else {
                return (1, 0);
            };
            for input in inputs() {
                // It may read other inputs now.
                let _ = engine.decide_value(&input);
            }
            engine.audit();
            engine.plan_text();
            if let Ok(other) = engine.with_data([("shop.limit", json!(2))]) {
                let _ = other.decide_value(&inputs()[2]);
            }
            (1, 1)
        }));
        let (one, two) = result.unwrap_or_else(|_| panic!("round {round} panics"));
        read += one;
        built += two;
    }
    println!("{rounds} changed, {read} read, {built} built");
    assert!(
        read > 0 && built > 0,
        "no change was harmless: is anything tried?"
    );
}
