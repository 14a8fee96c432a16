//! What policies mean: absence, places, order, numbers, functions, `match`, comprehensions, fixes.

mod engine_support;

use engine_support::{check, decide, decide_with, engine, errors, lines, mended};
use serde_json::json;
use wardlaw::{Engine, Request, input};

#[test]
fn absent_equals_nothing_but_null() {
    check(
        "package p
         input request: { x: bool?, y: string? }
         rule a { when request.x != true deny \"not true\" at request.x }
         rule b { when request.x == null deny \"absent\" at request.x }
         rule c { when request.y != \"a\" deny \"not a\" at request.y }
         rule d { when request.y in [\"a\", \"b\"] deny \"in\" at request.y }
         rule e { when request.y not in [\"a\", \"b\"] deny \"not in\" at request.y }",
        r#"{"y": null}"#,
        &[
            "deny p.a /x not true",
            "deny p.b /x absent",
            "deny p.c /y not a",
            "deny p.e /y not in",
        ],
    );
}

#[test]
fn contract_order_is_package_rule_place_message() {
    let engine = Engine::builder()
        .source(
            "b/x.ward",
            "package b
             input request: { l: [string] }
             rule z { for x in request.l deny \"{x}\" at x }
             rule a { for x in request.l deny \"same\" }",
        )
        .source(
            "a/x.ward",
            "package a
             input request: { l: [string] }
             rule z { for x in request.l deny \"{x}\" at request.l }",
        )
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let list: Vec<String> = (0..11).map(|n| format!("\"{}\"", 20 - n)).collect();
    let decision = decide_with(&engine, &format!("{{\"l\": [{}]}}", list.join(",")));
    let lines = lines(&decision);
    assert_eq!(lines[0], "deny a.z /l 10");
    assert_eq!(lines[10], "deny a.z /l 20");
    assert_eq!(lines[11], "deny b.a /l/0 same");
    assert_eq!(lines[13], "deny b.a /l/2 same");
    assert_eq!(lines[22], "deny b.z /l/0 20");
    assert_eq!(lines[32], "deny b.z /l/10 10");
}

#[test]
fn places_go_through_functions_match_coalesce_joins_and_comprehensions() {
    check(
        "package p
         type C = { name: string, bad: bool? }
         type A = { kind: \"a\", cs: [C] }
         type B = { kind: \"b\", inner: { cs: [C]?, more: [C]? } }
         input request: { object: A | B }
         fn of(o: A | B) -> [C] = match o {
             A => o.cs,
             B => (o.inner.cs ?? []) + (o.inner.more ?? []),
         }
         rule direct { for c in of(request.object) when c.bad == true deny \"bad\" at c.bad }
         rule gathered { for c in [c for c in of(request.object) when c.bad == true] deny \"bad\" at c.name }
         rule yielded { given c = first(request.object) when c.bad == true deny \"bad\" }
         fn first(o: A | B) -> C? = of(o).first()
         rule paired { for (i, c) in of(request.object).indexed() when c.bad == true deny \"{i}\" at c }",
        r#"{"object": {"kind": "b", "inner": {"cs": [{"name": "x"}], "more": [{"name": "y", "bad": true}]}}}"#,
        &[
            "deny p.direct /object/inner/more/0/bad bad",
            "deny p.gathered /object/inner/more/0/name bad",
            "deny p.paired /object/inner/more/0 1",
        ],
    );
    check(
        "package p
         type C = { name: string, bad: bool? }
         input request: { cs: [C] }
         fn first(cs: [C]) -> C? = cs.first()
         rule yielded { given c = first(request.cs) when c.bad == true deny \"bad\" }",
        r#"{"cs": [{"name": "x", "bad": true}]}"#,
        &["deny p.yielded /cs/0 bad"],
    );
}

#[test]
fn a_mismatch_is_found_in_the_variant_that_is_there_only() {
    let policy = "package p
         type A = { kind: \"a\", n: int }
         type B = { kind: \"b\", n: string }
         input request: { object: A | B }
         rule r { when request.object is A when request.object.n > 1 deny \"big\" at request.object.n }";
    check(policy, r#"{"object": {"kind": "b", "n": "x"}}"#, &[]);
    check(
        policy,
        r#"{"object": {"kind": "a", "n": "x"}}"#,
        &["error(type) p.r /object/n expected `int`, found a string"],
    );
    check(
        policy,
        r#"{"object": {"kind": "c"}}"#,
        &["error(type) p.r /object expected `A | B`, found an object of no such type"],
    );
}

#[test]
fn a_missing_field_reports_at_its_nearest_present_ancestor_plus_the_rest() {
    let policy = "package p
        input request: { spec: { security: { user: { id: int? }? }? }? }
        rule r { when request.spec?.security?.user?.id == null deny \"no id\" at request.spec.security.user.id }";
    check(
        policy,
        r#"{"spec": {"security": {}}}"#,
        &["deny p.r /spec/security/user/id no id"],
    );
    check(policy, r"{}", &["deny p.r /spec/security/user/id no id"]);
    let document = input::read_json(
        "{\n  \"spec\": {\n    \"security\": {}\n  }\n}",
        &input::ReadLimits::default(),
    );
    let document = document.unwrap();
    let decision = engine(policy).decide(&Request::input("request", &document));
    let location = decision.findings[0].location.unwrap();
    assert_eq!((location.line, location.column, location.end_line), (3, 5, 3));
}

#[test]
fn without_a_place_the_innermost_variable_reports() {
    check(
        "package p
         input request: { l: [{ n: int }] }
         rule a { for x in request.l when x.n > 1 deny \"a\" }
         rule b { for x in request.l, y in [x.n + 1] when y > 2 deny \"b\" at y }
         rule c { when count(x.n > 1 for x in request.l) > 0 deny \"c\" }",
        r#"{"l": [{"n": 1}, {"n": 2}]}"#,
        &["deny p.a /l/1 a", "deny p.b /l/1 b", "deny p.c  c"],
    );
}

#[test]
fn further_places_are_related() {
    let decision = decide(
        "package p
         input request: { a: int, b: int }
         data least: int = 3
         rule r { when request.a < least deny \"small\" at request.a, request.b, least }",
        r#"{"a": 1, "b": 2}"#,
    );
    let related: Vec<_> = decision.findings[0]
        .related
        .iter()
        .map(|place| (place.within.as_deref(), place.path.as_str()))
        .collect();
    assert_eq!(related, [(Some("request"), "/b"), (Some("data:p.least"), "")]);
}

#[test]
fn numbers_compare_by_value_and_division_floors() {
    check(
        "package p
         input request: { i: int, f: float }
         rule equal { when request.i == request.f deny \"{request.i} {request.f}\" at request.i }
         rule rest { when (0 - 7) % 3 == 2 when request.i == 1 deny \"{7 % (0 - 3)}\" at request.i }
         rule member { when request.f in {1, 2} deny \"in\" at request.f }",
        r#"{"i": 1, "f": 1.0}"#,
        &[
            "deny p.equal /i 1 1.0",
            "deny p.member /f in",
            "deny p.rest /i -2",
        ],
    );
}

#[test]
fn an_int_fits_a_float_and_not_the_other_way_round() {
    let policy = "package p
        input request: { f: float, i: int }
        rule f { when request.f > 1 deny \"f\" at request.f }
        rule i { when request.i > 1 deny \"i\" at request.i }";
    check(
        policy,
        r#"{"f": 2, "i": 2.0}"#,
        &[
            "deny p.f /f f",
            "error(type) p.i /i expected `int`, found a number with a fraction or exponent",
        ],
    );
}

#[test]
fn maps_iterate_by_key_and_null_members_do_not_exist() {
    check(
        "package p
         input request: { labels: {[string]: string} }
         rule each { for (k, v) in request.labels deny \"{k}={v}\" at v }
         rule keys { let text = request.labels.keys().join(\",\") when text != \"\" deny text at request.labels }",
        r#"{"labels": {"b": "2", "n": null, "a": "1"}}"#,
        &[
            "deny p.each /labels/a a=1",
            "deny p.each /labels/b b=2",
            "deny p.keys /labels a,b",
        ],
    );
}

#[test]
fn sets_are_ordered_and_hold_each_value_once() {
    check(
        "package p
         input request: { s: {string} }
         let safe = {\"b\", \"a\", \"b\"}
         rule each { for x in request.s deny x at x }
         rule len { when request.s.len() == 2 deny \"{(request.s + safe).len()}\" }
         rule member { when \"b\" in request.s deny \"in\" }
         rule minus { for x in request.s - safe deny x }",
        r#"{"s": ["z", "b", "z"]}"#,
        &[
            "deny p.each /s/0 z",
            "deny p.each /s/1 b",
            "deny p.len  3",
            "deny p.member  in",
            "deny p.minus /s/0 z",
        ],
    );
}

#[test]
fn interpolation_prints_what_the_document_says() {
    check(
        "package p
         input request: { l: [string], n: float, b: bool, t: string }
         rule r { when request.b deny \"{request.l} {request.n} {request.b} {request.t}\" at request.b }",
        r#"{"l": ["a", "b"], "n": 1.50, "b": true, "t": "x"}"#,
        &["deny p.r /b [\"a\",\"b\"] 1.50 true x"],
    );
}

#[test]
fn default_deny_needs_an_allow() {
    let policy = "package shop
        default deny
        input request: { user: string, owner: string, suspended: bool }
        rule owner { when request.user == request.owner allow }
        rule suspended { when request.suspended deny \"suspended\" at request.suspended }";
    let decision = decide(policy, r#"{"user": "a", "owner": "a", "suspended": false}"#);
    assert!(decision.allowed);
    assert_eq!(lines(&decision), ["allow shop.owner  "]);
    check(
        policy,
        r#"{"user": "a", "owner": "b", "suspended": false}"#,
        &["deny shop.default  nothing allows this: `owner` does not hold"],
    );
    let decision = decide(policy, r#"{"user": "a", "owner": "a", "suspended": true}"#);
    assert!(!decision.allowed);
}

#[test]
fn fixes_make_missing_parents_once() {
    let policy = "package p
        type C = { name: string, sc: { privileged: bool?, caps: { drop: [string]? }? }? }
        input request: { cs: [C] }
        rule r {
            for  c in request.cs
            when c.sc?.privileged != false
            deny \"`{c.name}` may be privileged\" at c.sc.privileged
            fix  set c.sc.privileged = false
            fix  add c.sc.caps.drop = \"ALL\"
        }";
    let json =
        r#"{"cs": [{"name": "a"}, {"name": "b", "sc": {"privileged": true, "caps": {"drop": ["X"]}}}]}"#;
    let decision = decide(policy, json);
    assert_eq!(decision.findings.len(), 2);
    assert_eq!(
        mended(&decision, json),
        json!({"cs": [
            {"name": "a", "sc": {"privileged": false, "caps": {"drop": ["ALL"]}}},
            {"name": "b", "sc": {"privileged": false, "caps": {"drop": ["X", "ALL"]}}},
        ]})
    );
    assert_eq!(decision.findings[0].fix.len(), 1);
    assert_eq!(decision.findings[0].fix[0].path, "/cs/0/sc");
}

#[test]
fn data_are_given_checked_and_defaulted() {
    let policy = "package p
        input request: { id: string }
        data teams: {[string]: {string}}
        data name: string = \"x\" + \"y\"
        rule member { when request.id in (teams[\"a\"] ?? {}) deny \"{name}\" at request.id }";
    let builder = || Engine::builder().source("p.ward", policy);
    let engine = builder().data("p.teams", json!({"a": ["u", "v"]})).build();
    let decision = decide_with(&engine.unwrap(), r#"{"id": "v"}"#);
    assert_eq!(lines(&decision), ["deny p.member /id xy"]);
    let missing = errors(builder());
    assert!(missing.contains("`p.teams` has no default"), "{missing}");
    let wrong = errors(
        builder()
            .data("p.teams", json!({"a": ["u", 1]}))
            .data("p.naem", json!(1)),
    );
    assert!(
        wrong.contains("datum `p.teams` at `/a/1`: expected `string`, found an integer"),
        "{wrong}"
    );
    assert!(wrong.contains("did you mean `p.name`?"), "{wrong}");
}

#[test]
fn functions_with_given_and_when_are_optional_and_with_for_are_lists() {
    check(
        "package p
         input request: { l: [int], x: int? }
         fn positive(n: int) -> int? { when n > 0 yield n }
         fn positives(l: [int]) -> [int] { for n in l given p = positive(n) yield p * 10 }
         rule r { for n in positives(request.l) deny \"{n}\" }
         rule s { when positive(request.x ?? 0) == null deny \"none\" }",
        r#"{"l": [1, -1, 2]}"#,
        &["deny p.r  10", "deny p.r  20", "deny p.s  none"],
    );
}

#[test]
fn aggregates() {
    check(
        "package p
         input request: { l: [int], e: [int] }
         rule r {
             let text = \"{count(x > 1 for x in request.l)} {sum(x for x in request.l)} {any(x == 3 for x in request.l)}\"
             when all(x > 0 for x in request.l) and none(x == 9 for x in request.l)
             deny text
         }
         rule least { given m = min(x for x in request.l) deny \"{m}\" at m }
         rule most { given m = max(x for x in request.l) deny \"{m}\" at m }
         rule none { given m = max(x for x in request.e) deny \"{m}\" }",
        r#"{"l": [2, 1, 3], "e": []}"#,
        &["deny p.least /l/1 1", "deny p.most /l/2 3", "deny p.r  2 6 true"],
    );
}

#[test]
fn literal_documents_and_records_made_by_the_policy() {
    check(
        "package p
         input request: { k: string }
         let table = {\"a\": {n: 1}, \"b\": {n: 2}}
         rule r { given row = table[request.k] when row == {n: 2} deny \"two\" at request.k }",
        r#"{"k": "b"}"#,
        &["deny p.r /k two"],
    );
}

#[test]
fn equal_findings_are_one() {
    check(
        "package p
         input request: { l: [int] }
         rule r { for x in request.l, y in request.l when x + y == 3 deny \"sum\" at request.l }",
        r#"{"l": [1, 2]}"#,
        &["deny p.r /l sum"],
    );
}

#[test]
fn lists_that_stand_for_sets_are_sets_wherever_they_are_read() {
    check(
        "package p
         input request: { a: [{string}], b: [{string}], m: {[string]: {string}} }
         rule first { given s = request.a.first() for x in s deny x at x }
         rule joined { for s in request.a + request.b when s == {\"x\", \"y\"} deny \"{s.len()}\" }
         rule indexed { for (i, s) in request.a.indexed() when s == {\"y\", \"x\"} deny \"{i}\" }
         rule values { for s in request.m.values() when s == {\"x\", \"y\"} deny \"m\" }
         rule index { given s = request.a[0] when s == {\"x\", \"y\"} deny \"0\" }",
        r#"{"a": [["y", "x", "y"]], "b": [["y", "x"]], "m": {"k": ["y", "x"]}}"#,
        &[
            "deny p.first /a/0/0 y",
            "deny p.first /a/0/1 x",
            "deny p.index  0",
            "deny p.indexed  0",
            "deny p.joined  2",
            "deny p.values  m",
        ],
    );
}

#[test]
fn an_element_of_a_wrong_type_is_the_same_error_through_joins_and_builtins() {
    check(
        "package p
         input request: { a: [int], b: [int] }
         rule first { given x = request.a.first() when x > 0 deny \"x\" }
         rule joined { for x in request.a + request.b when x > 0 deny \"{x}\" at x }",
        r#"{"a": ["x"], "b": [1]}"#,
        &[
            "error(type) p.first /a/0 expected `int`, found a string",
            "error(type) p.joined /a/0 expected `int`, found a string",
            "deny p.joined /b/0 1",
        ],
    );
}

#[test]
fn tuples_of_data_are_checked_by_position_and_length() {
    let builder = || {
        Engine::builder().source(
            "p.ward",
            "package p input request: { n: int } data pairs: [(string, int)]
             rule r { for (name, n) in pairs when n == request.n deny name }",
        )
    };
    let wrong = errors(builder().data("p.pairs", json!([["a", 1], [1, "a"], ["b"], ["c", null]])));
    for message in [
        "datum `p.pairs` at `/1/0`: expected `string`, found an integer",
        "datum `p.pairs` at `/1/1`: expected `int`, found a string",
        "datum `p.pairs` at `/2`: expected `(string, int)`, found a list of another length",
        "datum `p.pairs` at `/3/1`: expected `int`, found nothing",
    ] {
        assert!(wrong.contains(message), "{wrong}");
    }
    let engine = builder()
        .data("p.pairs", json!([["a", 1], ["b", 2]]))
        .build()
        .unwrap();
    assert_eq!(
        lines(&decide_with(&engine, r#"{ "n": 2 }"#)),
        ["deny p.r data:p.pairs:/1/1 b"]
    );
}
