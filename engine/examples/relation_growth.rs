//! How the work of relations grows with their size: time, fuel and rows for graphs of several shapes and
//! for who-can-become-whom over role bindings. Prints a table and the exponent between two sizes.
//!
//! `cargo run --release -p wardlaw --example relation_growth`
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_types,
    clippy::cast_precision_loss,
    reason = "a program that measures time"
)]

use std::{fmt::Write as _, time::Instant};

use wardlaw::{
    Engine, Limits, Request,
    input::{ReadLimits, read_json},
};

const CLOSURE: &str = r#"
package t
input request: { edges: [{ from: int, to: int }] }
relation reach(from: int, to: int) { for e in request.edges  yield (e.from, e.to) }
relation reach(from: int, to: int) { for (a, b) in reach, e in request.edges  when e.from == b  yield (a, e.to) }
rule count { deny "{count(true for (a, b) in reach)}" }
"#;

/// One can become a service account where one may start pods; and from there go on.
const ESCALATION: &str = r#"
package t
type Subject = { kind: string, namespace: string?, name: string }
type Rule = { verbs: [string], resources: [string] }
input request: {
    bindings: [{ namespace: string?, role: string, subjects: [Subject] }],
    roles:    [{ name: string, rules: [Rule] }],
    accounts: [Subject],
}
relation granted(kind: string, home: string, name: string, namespace: string?, rule: Rule) {
    for b in request.bindings, s in b.subjects, r in request.roles
    when r.name == b.role
    for rule in r.rules
    yield (s.kind, s.namespace ?? "", s.name, b.namespace, rule)
}
relation step(kind: string, home: string, name: string, to_home: string, to: string) {
    for (kind, home, name, namespace, rule) in granted
    given where = namespace
    when "create" in rule.verbs and "pods" in rule.resources
    for account in request.accounts
    when account.namespace == where
    yield (kind, home, name, account.namespace ?? "", account.name)
}
relation becomes(kind: string, home: string, name: string, to_home: string, to: string) {
    for (kind, home, name, to_home, to) in step
    yield (kind, home, name, to_home, to)
}
relation becomes(kind: string, home: string, name: string, to_home: string, to: string) {
    for (kind, home, name, middle_home, middle) in becomes
    for (account, its_home, its_name, to_home, to) in step
    when its_name == middle and its_home == middle_home and account == "ServiceAccount"
    yield (kind, home, name, to_home, to)
}
rule count { deny "{count(true for (k, h, n, th, t) in becomes)}" }
"#;

/// The same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

fn graph(edges: impl IntoIterator<Item = (usize, usize)>) -> String {
    let mut text = String::from("{\"edges\":[");
    for (index, (from, to)) in edges.into_iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        write!(text, "{comma}{{\"from\":{from},\"to\":{to}}}").unwrap();
    }
    text + "]}"
}

fn chain(edges: usize) -> String {
    graph((0..edges).map(|at| (at, at + 1)))
}

fn cycle(edges: usize) -> String {
    graph((0..edges).map(|at| (at, (at + 1) % edges)))
}

/// Chains or cycles of a hundred edges each.
fn chains(edges: usize) -> String {
    graph((0..edges).map(|at| (at + at / 100, at + at / 100 + 1)))
}

fn cycles(edges: usize) -> String {
    graph((0..edges).map(|at| (at, at - at % 100 + (at + 1) % 100)))
}

fn tree(edges: usize) -> String {
    graph((1..=edges).map(|at| ((at - 1) / 2, at)))
}

/// As many edges as nodes times the degree, in hundredths.
fn random(edges: usize, degree: usize) -> String {
    let mut numbers = Numbers(7);
    let nodes = (edges * 100 / degree).max(2);
    graph((0..edges).map(|_| (numbers.below(nodes), numbers.below(nodes))))
}

/// Ten bindings a namespace: its accounts and some users may start pods there, an account of the
/// namespace may do so in the next of a group of ten.
fn cluster(bindings: usize) -> String {
    let namespaces = (bindings / 10).max(1);
    let mut text = String::from("{\"bindings\":[");
    for at in 0..bindings {
        let home = at % namespaces;
        let turn = at / namespaces;
        let (target, role) = match turn {
            0 => (home - home % 10 + (home + 1) % 10, "starter"),
            1..=3 => (home, "starter"),
            _ => (home, "reader"),
        };
        let subject = if turn < 2 {
            format!(
                "{{\"kind\":\"ServiceAccount\",\"namespace\":\"n{home}\",\"name\":\"a{}\"}}",
                turn % 2
            )
        } else {
            format!("{{\"kind\":\"User\",\"name\":\"u{at}\"}}")
        };
        let comma = if at > 0 { "," } else { "" };
        write!(
            text,
            "{comma}{{\"namespace\":\"n{target}\",\"role\":\"{role}\",\"subjects\":[{subject}]}}"
        )
        .unwrap();
    }
    text +=
        "],\"roles\":[{\"name\":\"starter\",\"rules\":[{\"verbs\":[\"create\"],\"resources\":[\"pods\"]}]},";
    text +=
        "{\"name\":\"reader\",\"rules\":[{\"verbs\":[\"get\"],\"resources\":[\"pods\"]}]}],\"accounts\":[";
    for at in 0..namespaces * 2 {
        let comma = if at > 0 { "," } else { "" };
        let (home, name) = (at / 2, at % 2);
        write!(
            text,
            "{comma}{{\"kind\":\"ServiceAccount\",\"namespace\":\"n{home}\",\"name\":\"a{name}\"}}"
        )
        .unwrap();
    }
    text + "]}"
}

/// Decides, and prints a line; the work for the next line's exponent.
fn measure(
    engine: &Engine,
    shape: &str,
    size: usize,
    text: &str,
    before: Option<(usize, f64, f64)>,
) -> (usize, f64, f64) {
    let limits = ReadLimits::default();
    let document = read_json(text, &limits).unwrap();
    let start = Instant::now();
    let decision = engine.decide(&Request::input("request", &document));
    let seconds = start.elapsed().as_secs_f64();
    let rows: f64 = match decision.findings.as_slice() {
        [finding] if finding.error.is_none() => finding.message.parse().unwrap(),
        _ => {
            println!("{shape:<34} {size:>7}  {}", decision.to_json_string());
            return (size, 0.0, 0.0);
        }
    };
    let exponent = before.map_or(String::new(), |(before, time, _)| {
        format!(
            "{:.2}",
            (seconds / time).ln() / (size as f64 / before as f64).ln()
        )
    });
    let of_rows = before.map_or(String::new(), |(_, time, rows_before)| {
        format!("{:.2}", (seconds / time).ln() / (rows / rows_before).ln())
    });
    println!(
        "{shape:<34} {size:>7} {rows:>9} {:>10} {:>9.1} {:>8.0} {exponent:>8} {of_rows:>8}",
        decision.fuel,
        seconds * 1e3,
        seconds * 1e9 / decision.fuel as f64
    );
    (size, seconds, rows)
}

/// A shape: its name, its sizes, and the input of a size.
type Shape = (&'static str, &'static [usize], fn(usize) -> String);

const GRAPHS: &[Shape] = &[
    ("chain", &[500, 1_000, 2_000], chain),
    ("cycle", &[500, 1_000, 2_000], cycle),
    ("chains of 100", &[2_500, 5_000, 10_000, 20_000], chains),
    ("cycles of 100", &[2_500, 5_000, 10_000, 20_000], cycles),
    ("binary tree", &[2_500, 5_000, 10_000, 20_000], tree),
    ("random, degree 0.5", &[2_500, 5_000, 10_000, 20_000], |edges| {
        random(edges, 50)
    }),
    ("random, degree 1", &[2_500, 5_000, 10_000, 20_000], |edges| {
        random(edges, 100)
    }),
    ("random, degree 2", &[500, 1_000, 2_000], |edges| {
        random(edges, 200)
    }),
];

fn main() {
    let mut limits = Limits::default();
    limits.fuel = 1_000_000_000;
    limits.made_values = 200_000_000;
    println!(
        "{:<34} {:>7} {:>9} {:>10} {:>9} {:>8} {:>8} {:>8}",
        "shape", "size", "rows", "fuel", "ms", "ns/fuel", "of size", "of rows"
    );
    let engine = |text: &str| {
        Engine::builder()
            .source("t.ward", text)
            .limits(limits)
            .build()
            .unwrap()
    };
    let closure = engine(CLOSURE);
    for (shape, sizes, make) in GRAPHS {
        let mut before = None;
        for size in *sizes {
            before = Some(measure(&closure, shape, *size, &make(*size), before));
        }
    }
    let escalation = engine(ESCALATION);
    let mut before = None;
    for size in [250, 500, 1_000, 2_000, 4_000] {
        before = Some(measure(
            &escalation,
            "escalation over role bindings",
            size,
            &cluster(size),
            before,
        ));
    }
}
