//! Tests of a policy: what is bound, what is expected, what a failure says; literal documents and
//! expressions of the host.
#![expect(clippy::panic, reason = "a test's helpers fail as the test does")]

use wardlaw::{
    Engine, Request, input,
    testing::{CaseResult, Files, NoFiles, Suite, TestFile},
};
use wardlaw_lang::{Library, LibraryPackage, NamedSet};

/// The API types alone, no package.
#[derive(Debug)]
struct Types;

impl Library for Types {
    fn package(&self, _: &str) -> Option<&'static LibraryPackage> {
        None
    }

    fn packages(&self) -> Vec<&'static LibraryPackage> {
        Vec::new()
    }

    fn sets(&self) -> &'static [NamedSet] {
        &[]
    }

    fn types(&self, namespace: &str) -> Option<&'static [u8]> {
        (namespace == "k8s").then_some(include_bytes!("../../stdlib/schema/k8s.bin"))
    }
}

fn suite(policy: &str) -> Suite {
    let builder = Engine::builder().library(&Types).source("p/policy.ward", policy);
    match builder.tests() {
        Ok(suite) => suite,
        Err(error) => panic!("{error}"),
    }
}

fn results(suite: &Suite, files: &dyn Files) -> Vec<String> {
    let mut all = Vec::new();
    for index in 0..suite.tests().count() {
        suite.run(index, files, &mut |result| all.push(line(&result)));
    }
    all
}

/// One line a case: its name, and its failures.
fn run(policy: &str) -> Vec<String> {
    results(&suite(policy), &NoFiles)
}

fn line(result: &CaseResult) -> String {
    let name = result.case.clone().unwrap_or_default();
    let failures: Vec<String> = result
        .failures
        .iter()
        .map(|failure| {
            let found = failure.found.join("; ");
            format!("{} {} [{found}]", failure.code, failure.message)
        })
        .collect();
    let text = if failures.is_empty() {
        format!("{name} ok")
    } else {
        format!("{name} {}", failures.join(" / "))
    };
    text.trim().to_owned()
}

#[track_caller]
fn begins(line: &str, with: &str) {
    assert!(line.starts_with(with), "{line}");
}

const ACCOUNTS: &str = r#"package shop
    default deny
    input request: { user: string, roles: {string}, suspended: bool }
    data admins: {string}
    rule admin { when request.user in admins allow }
    rule suspended { when request.suspended deny "suspended" at request.suspended }
    rule many { when any(r == "x" for r in request.roles) warn "many" at request.roles }
    let half = 10 / 4
    "#;

fn shop(tests: &str) -> String {
    format!("{ACCOUNTS}{tests}")
}

#[test]
fn inputs_and_data_are_bound_to_the_end_of_the_test() {
    let lines = run(&shop(
        r#"test "in" {
            with admins = {"ann"}
            with request = { user: "ann", roles: {"x", "x"}, suspended: false }
            expect allow
            expect warn many at "/roles"
            expect no deny
            expect request.user in admins
        }
        test "out" {
            with admins = {"bob"}
            with request = json"""{ "user": "ann", "roles": [], "suspended": true }"""
            expect deny suspended
            expect deny default
            expect half == 2.5
        }"#,
    ));
    assert_eq!(lines, ["ok", "ok"]);
}

#[test]
fn a_failure_says_what_was_expected_and_found() {
    let lines = run(&shop(
        r#"test "wrong" {
            with admins = {"bob"}
            with request = { user: "ann", roles: {"a"}, suspended: true }
            expect deny suspended at "/user"
            expect allow
            expect no deny suspended
            expect half == 2
        }"#,
    ));
    let suspended = "`deny` of `suspended` at `/suspended` of `request`: suspended";
    assert_eq!(
        lines,
        [format!(
            "W0402 expected a `deny` of `suspended` at `/user` [found {suspended}] \
             / W0402 expected the decision to allow \
             [found `deny` of `default` at ``: nothing allows this: `admin` does not hold; {suspended}] \
             / W0402 expected no `deny` of `suspended` [found {suspended}] \
             / W0402 expected this to hold [the left side is `2.5`; the right side is `2`]"
        )]
    );
}

#[test]
fn each_round_of_a_for_is_a_case_of_its_own() {
    let lines = run(&shop(
        r#"test "all" {
            for  user in ["ann", "bob"], (name, suspended) in { a: true, b: false }
            with admins = {"ann"}
            with request = { user: user, roles: {"a"}, suspended: suspended == true }
            expect name != ""
            expect allow
        }
        test "none" { for x in above(1) expect x == 1 }
        fn above(n: int) -> [int] = [i for i in [1] when i > n]"#,
    ));
    let short: Vec<&str> = lines
        .iter()
        .map(|line| line.split(" [").next().unwrap_or(""))
        .collect();
    assert_eq!(
        short,
        [
            "ann, a W0402 expected the decision to allow",
            "ann, b ok",
            "bob, a W0402 expected the decision to allow",
            "bob, b W0402 expected the decision to allow",
            "W0403 there is no case: the `for` draws no element",
        ]
    );
}

#[test]
fn what_is_not_bound_or_not_of_its_type_fails_the_case() {
    let lines = run(&shop(
        r#"test "no input" { with admins = {"a"} expect deny }
        test "no datum" {
            with request = { user: "ann", roles: {"a"}, suspended: false }
            expect no deny suspended
        }
        test "mistyped" {
            with admins = {"a"}
            with request = yaml"""user: 1"""
            expect no warn
        }
        test "a wrong datum" { with admins = yaml"""[a, 1]""" expect deny }
        test "an expected error" {
            with admins = {"a"}
            with request = yaml"""user: 1"""
            expect error admin at "/user"
        }
        test "a broken expression" { expect 9223372036854775807 + [0].len() > 0 }"#,
    ));
    assert_eq!(lines.len(), 6, "{lines:#?}");
    begins(&lines[0], "W0403 the input `request` is not bound");
    begins(
        &lines[1],
        "W0402 a rule met an error, which no `expect error` names [`error` of `admin`",
    );
    assert!(
        lines[1].contains("a datum without a default is read"),
        "{}",
        lines[1]
    );
    assert!(
        lines[2].contains("expected `string`, found an integer"),
        "{}",
        lines[2]
    );
    begins(&lines[3], "W0403 datum `shop.admins` at `/1`: expected `string`");
    assert_eq!(lines[4], "ok");
    assert_eq!(lines[5], "W0403 the result is outside 64 bits []");
}

const PODS: &str = r#"package pods
    input request: k8s.AdmissionRequest
    rule privileged {
        given pod = request.object
        when  pod is k8s.Pod
        for   c in pod.spec.containers
        when  c.securityContext?.privileged == true
        deny  "{c.name}" at c.securityContext.privileged
        fix   set c.securityContext.privileged = FIX
    }
    rule deleted {
        when request.operation == "DELETE"
        given old = request.oldObject
        warn "gone" at old.metadata.name
    }
    let bad = yaml"""
        apiVersion: v1
        kind: Pod
        metadata: { name: web, namespace: shop }
        spec: { containers: [{ name: a, image: n, securityContext: { privileged: true } },
                             { name: b, image: n, securityContext: { privileged: true } }] }
    """
    test "denied" {
        with request = k8s.create(bad)
        expect deny privileged at "/spec/containers/0/securityContext/privileged"
        expect request.namespace == "shop" and request.operation == "CREATE"
    }
    test "gone" {
        with request = k8s.delete(bad)
        expect warn deleted at "/metadata/name"
        expect no deny
    }
    test "changed" {
        with request = k8s.update(json"""{"apiVersion": "v1", "kind": "Pod"}""", bad)
        expect deny privileged at "/spec/containers/1/securityContext/privileged"
    }
    test "no object" {
        with request = k8s.create(json"""[1, 2]""")
        expect no deny
    }
    "#;

#[test]
fn admission_requests_are_made_of_objects_and_fixes_must_mend() {
    let lines = run(&PODS.replace("FIX", "false"));
    assert_eq!(lines[..3].join(" "), "ok ok ok");
    begins(
        &lines[3],
        "W0403 one document was expected, and these are several",
    );
    let lines = run(&PODS.replace("FIX", "true"));
    assert_eq!(lines[1], "ok");
    begins(
        &lines[0],
        "W0404 the finding is still there after the fix [`deny` of `privileged` at",
    );
}

struct Fixtures;

impl Files for Fixtures {
    fn files(&self, test: &str, pattern: &str) -> Result<Vec<TestFile>, String> {
        assert_eq!(test, "p/policy.ward");
        let file = |name: &str, text: &str| TestFile {
            name: name.into(),
            text: text.into(),
        };
        match pattern {
            "good/*" => Ok(vec![
                file(
                    "good/a.yaml",
                    "{ user: ann, roles: [], suspended: false }\n---\n# nothing\n",
                ),
                file(
                    "good/b.json",
                    r#"{ "user": "bob", "roles": ["x"], "suspended": true }"#,
                ),
            ]),
            "none" => Ok(Vec::new()),
            "broken" => Ok(vec![file("broken", "a: [")]),
            _ => Err("no such thing".into()),
        }
    }
}

#[test]
fn files_come_from_the_host() {
    let suite = suite(&shop(
        r#"test "all" {
            for  f in files("good/*")
            with admins = {"ann", "bob"}
            with request = f
            expect no deny
        }
        test "none"   { for f in files("none") expect f == 1 }
        test "broken" { for f in files("broken") expect f == 1 }
        test "wrong"  { for f in files("wrong") expect f == 1 }"#,
    ));
    let lines = results(&suite, &Fixtures);
    assert_eq!(lines.len(), 5, "{lines:#?}");
    assert_eq!(lines[0], "good/a.yaml ok");
    begins(&lines[1], "good/b.json W0402 expected no `deny`");
    assert_eq!(lines[2], "W0403 `files(\"none\")` names no file []");
    begins(&lines[3], "W0403 `broken`: line 1");
    assert_eq!(lines[4], "W0403 `files(\"wrong\")`: no such thing []");
}

#[test]
fn only_the_package_of_the_test_is_in_force() {
    let suite = Engine::builder()
        .source(
            "a/a.ward",
            "package a default deny input request: { x: int }
             rule r { when request.x == 1 allow }
             test \"a\" { with request = { x: 1 } expect allow expect no deny }",
        )
        .source(
            "b/b.ward",
            "package b input request: { x: int } rule r { deny \"always {request.x}\" }",
        )
        .tests()
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(results(&suite, &NoFiles), ["ok"]);
}

fn errors(policy: &str) -> String {
    match Engine::builder().source("p.ward", policy).build() {
        Ok(_) => panic!("the policy builds"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_broken_literal_is_reported_at_its_own_place() {
    let text = errors("package p\nlet x = yaml\"\"\"\n    a: 1\n    a: 2\n    \"\"\"\n");
    assert!(
        text.contains("error[W0111]: the key `a` is given twice") && text.contains("(p.ward:4:5)"),
        "{text}"
    );
    let text = errors("package p\nlet x = json\"\"\"[1, }\"\"\"\n");
    assert!(text.contains("(p.ward:2:20)"), "{text}");
    let text = errors("package p\nlet x = yaml\"\"\"\n\"\"\"\n");
    assert!(text.contains("holds nothing"), "{text}");
}

#[test]
fn expressions_are_evaluated_in_the_scope_of_a_package() {
    let value = |expression: &str| {
        let engine = Engine::builder()
            .source(
                "a.ward",
                "package a\nfn twice(n: int) -> int = n * 2\nlet most = 3",
            )
            .source(
                "b.ward",
                "package b\nimport a\ninput request: { x: int }\nlet own = a.most",
            )
            .expression("b", expression)
            .build()
            .map_err(|error| error.to_string())?;
        let document = input::read_json(r#"{"x": 4}"#, &input::ReadLimits::default()).unwrap();
        engine
            .evaluate(&Request::input("request", &document))
            .map(|value| value.to_string())
            .map_err(|error| error.to_string())
    };
    assert_eq!(value("own + request.x").as_deref(), Ok("7"));
    assert_eq!(value("a.twice(request.x)").as_deref(), Ok("8"));
    assert_eq!(
        value("{ x: [i for i in [1, 9] when i < request.x] }").as_deref(),
        Ok(r#"{"x":[1]}"#)
    );
    assert_eq!(value("request.x % 0"), Err("division by zero".to_owned()));
    let wrong = value("requst.x").unwrap_err();
    assert!(wrong.contains("(expression:2:1)"), "{wrong}");
    let more = value("1\nlet z = 2").unwrap_err();
    assert!(more.contains("more than one expression"), "{more}");
    assert!(value("1 +").is_err());
}

const GROUPS: &str = r#"package groups
    input request: { who: string }
    data parents: [{ child: string, parent: string }]
    relation part_of(child: string, parent: string) { for p in parents yield (p.child, p.parent) }
    relation part_of(child: string, parent: string) {
        for (child, middle) in part_of, p in parents when p.child == middle yield (child, p.parent)
    }
    let circles = {a for (a, b) in part_of when a == b}
    audit rule circle { for a in circles deny "`{a}` is part of itself" }
    rule member { unless (request.who, "all") in part_of deny "not a member" at request.who }
"#;

#[test]
fn what_follows_from_data_is_computed_for_each_binding() {
    let tests = r#"
    test "no circle"  { with parents = [{child: "a", parent: "all"}] expect no deny expect part_of.len() == 1 }
    test "a circle"   { with parents = [{child: "a", parent: "a"}] expect deny circle expect circles == {"a"} }
    test "a member"   { with parents = [{child: "a", parent: "all"}] with request = {who: "a"} expect no deny member }
    test "no member"  { with parents = [{child: "a", parent: "b"}] with request = {who: "a"} expect deny member }
    test "not both"   { with parents = [{child: "a", parent: "a"}] with request = {who: "a"} expect deny }
    "#;
    let lines = run(&format!("{GROUPS}{tests}"));
    assert_eq!(lines, ["ok", "ok", "ok", "ok", "ok"]);
}

#[test]
fn what_rules_change_is_expected_and_told() {
    let lines = run("package p
input request: { labels: {[string]: string}?, n: int }
rule team { when request.labels == null  mutate set request.labels[\"team\"] = \"a\" }
rule again { when request.labels == null  mutate set request.labels[\"team\"] = \"b\" }
rule most { when request.n > 5  mutate set request.n = 5 }
test \"fails\" {
    with request = { n: 9 }
    expect mutate most at \"/labels\"
    expect no mutate at \"/labels/team\"
    expect mutate team
}
test \"nothing\" {
    with request = { labels: {}, n: 1 }
    expect mutate
}
test \"the first stands\" {
    with request = { n: 9 }
    expect mutate again at \"/labels/team\"
    expect mutate team at \"/labels/team\"
    expect mutate most at \"/n\"
}
");
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(
        lines[0].contains("expected a `mutate` of `most` at `/labels`"),
        "{lines:?}"
    );
    assert!(lines[0].contains("`mutate` of `most` at `/n`"), "{lines:?}");
    assert!(
        lines[0].contains("expected no `mutate` at `/labels/team`"),
        "{lines:?}"
    );
    assert!(
        lines[0].contains("found `mutate` of `again` at `/labels/team`"),
        "{lines:?}"
    );
    // Rules come by name, so `again` stands before `team`, whose edit is a conflict.
    assert!(lines[0].contains("expected a `mutate` of `team`"), "{lines:?}");
    assert!(lines[1].contains("nothing was found"), "{lines:?}");
    assert!(
        lines[2].contains("expected a `mutate` of `team`")
            && !lines[2].contains("of `again` at `/labels/team` ["),
        "{lines:?}"
    );
}
