//! The promises, as the engine keeps them: what is wrong denies, at its place, and hides nothing.

use std::fmt::Write as _;

#[expect(dead_code, reason = "the other tests use the rest")]
mod engine_support;

use engine_support::{check, decide, decide_with, engine, lines};
use wardlaw::{Engine, Limits};

const CONTAINERS: &str = r#"
package p
type C = { name: string, privileged: bool?, port: int? }
input request: { containers: [C], owner: string? }
rule privileged {
    for  c in request.containers
    when c.privileged == true
    deny "`{c.name}` is privileged" at c.privileged
}
rule port {
    for  c in request.containers
    given port = c.port
    when 1000 / port > 10
    deny "`{c.name}` has port {port}" at c.port
}
"#;

#[test]
fn a_type_error_denies_at_its_place_and_hides_no_other_finding() {
    check(
        CONTAINERS,
        r#"{"containers": [{"name": "a", "privileged": "yes"}, {"name": "b", "privileged": true}]}"#,
        &[
            "error(type) p.privileged /containers/0/privileged expected `bool`, found a string",
            "deny p.privileged /containers/1/privileged `b` is privileged",
        ],
    );
}

#[test]
fn an_arithmetic_error_ends_one_binding() {
    check(
        CONTAINERS,
        r#"{"containers": [{"name": "a", "port": 0}, {"name": "b", "port": 5}]}"#,
        &[
            "error(arithmetic) p.port /containers/0/port division by zero",
            "deny p.port /containers/1/port `b` has port 5",
        ],
    );
}

#[test]
fn what_is_required_and_absent_is_an_error_of_the_rules_that_read_it() {
    check(
        CONTAINERS,
        r#"{"containers": [{"privileged": true}]}"#,
        &[
            "error(type) p.port /containers/0/name expected `string`, found nothing",
            "error(type) p.privileged /containers/0/name expected `string`, found nothing",
        ],
    );
    check(
        CONTAINERS,
        r#"{"containers": null}"#,
        &[
            "error(type) p.port /containers expected `[C]`, found nothing",
            "error(type) p.privileged /containers expected `[C]`, found nothing",
        ],
    );
}

#[test]
fn a_path_that_no_rule_reads_is_not_checked() {
    let decision = decide(CONTAINERS, r#"{"containers": [], "owner": 7}"#);
    assert!(decision.allowed, "{:?}", lines(&decision));
}

#[test]
fn null_elements_and_numbers_outside_64_bits_are_errors() {
    check(
        CONTAINERS,
        r#"{"containers": [null, {"name": "a", "port": 99999999999999999999}]}"#,
        &[
            "error(type) p.port /containers/0 expected `C`, found nothing",
            "error(type) p.port /containers/1/port expected `int`, found a number outside 64 bits",
            "error(type) p.privileged /containers/0 expected `C`, found nothing",
        ],
    );
}

#[test]
fn a_guarded_mismatch_is_found_before_anything_runs() {
    check(
        "package p
         input request: { on: bool, size: int }
         rule r { when request.on when request.size > 3 deny \"too big\" at request.size }",
        r#"{"on": false, "size": "x"}"#,
        &["error(type) p.r /size expected `int`, found a string"],
    );
}

#[test]
fn closed_enumerations_are_checked_and_open_ones_are_not() {
    let policy = "package p
        input request: { a: \"x\" | \"y\", b: \"x\" | \"y\" | string }
        rule a { when request.a == \"x\" deny \"a\" at request.a }
        rule b { when request.b == \"x\" deny \"b\" at request.b }";
    check(
        policy,
        r#"{"a": "z", "b": "z"}"#,
        &["error(type) p.a /a expected `\"x\" | \"y\"`, found another string"],
    );
}

#[test]
fn an_error_in_a_let_reaches_every_rule_that_reads_it_also_under_not() {
    let policy = "package p
        input request: { n: int }
        let bad = 10 % request.n == 0
        rule a { when bad deny \"a\" at request.n }
        rule b { unless bad deny \"b\" at request.n }
        rule c { when not bad or request.n == 0 deny \"c\" at request.n }
        rule d { when request.n == 0 deny \"d\" at request.n }";
    check(
        policy,
        r#"{"n": 0}"#,
        &[
            "error(arithmetic) p.a  division by zero",
            "error(arithmetic) p.b  division by zero",
            "error(arithmetic) p.c  division by zero",
            "deny p.d /n d",
        ],
    );
}

#[test]
fn an_error_behind_a_guard_is_none() {
    check(
        "package p
         input request: { n: int }
         rule a { when request.n != 0 and 10 % request.n == 0 deny \"a\" at request.n }
         rule b { when any(10 % x == 0 for x in [5, request.n]) deny \"b\" at request.n }",
        r#"{"n": 0}"#,
        &["deny p.b /n b"],
    );
}

#[test]
fn an_error_in_a_comprehension_or_function_reaches_the_rule() {
    check(
        "package p
         input request: { l: [int] }
         fn halves(l: [int]) -> [int] = [100 % x for x in l]
         rule a { for x in halves(request.l) when x > 0 deny \"{x}\" }
         rule b { for x in request.l when [100 % y for y in [x]] == [1] deny \"b\" at x }",
        r#"{"l": [3, 0]}"#,
        &[
            "error(arithmetic) p.a  division by zero",
            "deny p.b /l/0 b",
            "error(arithmetic) p.b /l/1 division by zero",
        ],
    );
}

#[test]
fn when_the_fuel_ends_each_unfinished_rule_has_an_error() {
    let mut limits = Limits::default();
    limits.fuel = 5;
    let engine = Engine::builder()
        .source(
            "p.ward",
            "package p
             input request: { l: [int] }
             rule a { for x in request.l when x == 1 deny \"one\" at x }
             rule b { for x in request.l when x == 1 deny \"one\" at x }
             rule c { for x in request.l when x == 1 deny \"one\" at x }",
        )
        .limits(limits)
        .build()
        .unwrap();
    let decision = decide_with(&engine, r#"{"l": [1, 2, 1]}"#);
    assert!(!decision.allowed);
    assert_eq!(
        lines(&decision),
        [
            "deny p.a /l/0 one",
            "deny p.a /l/2 one",
            "error(fuel) p.b  the decision's fuel is used up: the rule is not decided",
            "deny p.b /l/0 one",
            "error(fuel) p.c  the decision's fuel is used up: the rule is not decided",
        ]
    );
    assert_eq!(decision.fuel, 5);
}

#[test]
fn too_many_findings_are_an_error() {
    let list: Vec<String> = (0..3_000).map(|n| n.to_string()).collect();
    let policy = "package p
        input request: { l: [int] }
        rule all { for x in request.l when x >= 0 deny \"no\" at x }
        rule one { for x in request.l when x >= 0 deny \"no\" at request.l }";
    let decision = decide(policy, &format!("{{\"l\": [{}]}}", list.join(",")));
    let of = |rule: &str| decision.findings.iter().filter(|f| *f.rule == *rule).count();
    assert_eq!(of("p.all"), 1_001);
    assert_eq!(of("p.one"), 1, "equal findings are one");
    assert!(
        decision
            .findings
            .iter()
            .any(|f| f.error.is_some_and(|e| e.kind == wardlaw::ErrorKind::Limit))
    );
}

#[test]
fn a_thousand_decisions_are_the_same_bytes() {
    let engine = engine(CONTAINERS);
    let json = r#"{"containers": [{"name": "a", "privileged": true, "port": 0}, {"name": "b", "port": 7},
                  {"name": 3, "privileged": true}]}"#;
    let first = decide_with(&engine, json).to_json_string();
    for _ in 0..1_000 {
        assert_eq!(decide_with(&engine, json).to_json_string(), first);
    }
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(decide_with(&engine, json).to_json_string(), first));
        }
    });
}

#[test]
fn an_input_that_is_not_bound_is_an_error() {
    let engine = engine(CONTAINERS);
    let decision = engine.decide(&wardlaw::Request::default());
    assert!(!decision.allowed);
    assert_eq!(decision.findings.len(), 2);
}

#[test]
fn messages_name_types_and_never_values() {
    let decision = decide(
        CONTAINERS,
        r#"{"containers": [{"name": "a", "privileged": "s3cr3t"}]}"#,
    );
    assert!(!decision.to_json_string().contains("s3cr3t"));
}

#[test]
fn control_characters_are_escaped_in_results() {
    let decision = decide(
        CONTAINERS,
        "{\"containers\": [{\"name\": \"\\u001b[31m\\u202ea\", \"privileged\": true}]}",
    );
    let json = decision.to_json_string();
    assert!(json.contains("\\u001b[31m\\u202ea"), "{json}");
}

#[test]
fn all_findings_of_a_decision_are_limited_in_number_and_size() {
    let mut policy = String::from("package p\n input request: { l: [int], big: string }\n");
    for n in 10..50 {
        writeln!(policy, "rule r{n} {{ for x in request.l deny \"no\" at x }}").unwrap();
    }
    policy.push_str("rule s { for x in request.l deny request.big at x }");
    let mut limits = Limits::default();
    limits.findings = 2_500;
    limits.text_bytes = 100_000;
    let engine = Engine::builder()
        .source("p.ward", policy)
        .limits(limits)
        .build()
        .unwrap();
    let list: Vec<String> = (0..900).map(|n| n.to_string()).collect();
    let json = format!(
        "{{\"l\": [{}], \"big\": \"{}\"}}",
        list.join(","),
        "x".repeat(10_000)
    );
    let decision = decide_with(&engine, &json);
    let denied = decision
        .findings
        .iter()
        .filter(|f| f.effect == wardlaw::Effect::Deny)
        .count();
    assert_eq!(denied, 2_500);
    let of = |rule: &str| decision.findings.iter().filter(|f| *f.rule == *rule).count();
    assert_eq!((of("p.r11"), of("p.r12"), of("p.r13")), (900, 701, 1));
    assert!(decision.findings.iter().map(|f| f.message.len()).sum::<usize>() < 300_000);
    assert!(!decision.allowed);
}

#[test]
fn an_engine_is_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Engine>();
}
