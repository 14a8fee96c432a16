//! Evaluation recurses, so its depth is bounded when the engine is built: what builds runs on a small stack.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

use std::fmt::Write as _;

#[expect(dead_code, reason = "the other tests use the rest")]
mod engine_support;

use engine_support::{decide_with, engine, errors, lines};
use wardlaw::{Engine, NoLibrary, Policy};

/// Functions that call one another in a chain; `{}` in the body stands for the call of the one before.
fn chain(length: usize, body: &str) -> String {
    let mut policy = String::from(
        "package p
         input request: { l: [int] }
         fn f0(l: [int]) -> [int] = l\n",
    );
    for n in 1..=length {
        let body = body.replace("{}", &format!("f{}(l)", n - 1));
        writeln!(policy, "fn f{n}(l: [int]) -> [int] {body}").unwrap();
    }
    write!(
        policy,
        "rule r {{ for x in f{length}(request.l) deny \"{{x}}\" at x }}"
    )
    .unwrap();
    policy
}

/// Bodies, each heavy in another part of the evaluator.
const BODIES: &[&str] = &[
    "= {}",
    "= [x for x in {} when x > 0]",
    "= if l.len() > 0 then {} else []",
    "= match l.len() { 9 => [], n when n > 0 => {}, _ => [] }",
    "= [{}, []].first() ?? []",
    "= {} + []",
    "{ for x in l, y in [x, 0], z in [y] when z > 0 and z in {} yield x }",
    "{ for x in {l: {}}.l let (y, _) = (x, 1) when y > 0 yield y }",
];

#[test]
fn the_deepest_plan_that_builds_runs_on_two_mebibytes() {
    for body in BODIES {
        // The longest chain that is accepted is found by halving, so that the test follows the limit.
        let builds = |length| {
            Engine::builder()
                .source("p.ward", chain(length, body))
                .build()
                .is_ok()
        };
        let (mut low, mut high) = (1, 600);
        assert!(builds(low) && !builds(high), "{body}");
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            if builds(middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        let engine = engine(&chain(low, body));
        let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
        let decided = thread.spawn(move || lines(&decide_with(&engine, r#"{"l": [1]}"#)));
        assert_eq!(
            decided.unwrap().join().unwrap(),
            ["deny p.r /l/0 1"],
            "{low} times {body}"
        );
    }
}

#[test]
fn a_deeper_plan_is_refused() {
    let message = errors(Engine::builder().source("p.ward", chain(600, BODIES[0])));
    assert!(message.contains("W0108"), "{message}");
}

/// Types that name one another in two chains, which differ at their ends.
fn types(length: usize) -> String {
    let mut policy = String::from("package p\n");
    for n in 0..length {
        writeln!(
            policy,
            "type A{n} = {{ x: A{} }}\ntype B{n} = {{ x: B{} }}",
            n + 1,
            n + 1
        )
        .unwrap();
    }
    write!(
        policy,
        "type A{length} = {{ x: quantity }}
         type B{length} = {{ x: duration }}
         input request: {{ a: A0, b: A1, c: B0 }}
         rule whole {{ when request.a in [request.a]  deny \"whole\" }}
         rule other {{ when request.a == request.c  deny \"other\" }}"
    )
    .unwrap();
    policy
}

#[test]
fn types_may_name_one_another_in_long_chains() {
    let policy = Engine::builder()
        .source("p.ward", types(10_000))
        .compile()
        .unwrap();
    let bytes = policy.to_bytes();
    let engine = policy.build().unwrap();
    let reloaded = Policy::from_bytes(&bytes, &NoLibrary).unwrap().build().unwrap();
    let input = r#"{"a": {"x": {}}, "b": {}, "c": {}}"#;
    assert_eq!(
        lines(&decide_with(&engine, input)),
        lines(&decide_with(&reloaded, input))
    );
}
