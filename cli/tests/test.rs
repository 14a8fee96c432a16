//! `ward test`: results, failures at their line, files, status. `ward eval`: decisions and values.
#![expect(clippy::expect_used, reason = "a test fails where something is missing")]

mod support;

use serde_json::Value;
use support::{BAD, Folder, GOOD, POLICY};

const TESTS: &str = "\
package acme.names

test \"bad is banned\" {
    with request = k8s.create(files(\"fixtures/bad.yaml\"))
    expect deny banned_name at \"/metadata/name\"
}

test \"good fixtures\" {
    for  f in files(\"fixtures/*.yaml\")
    with request = k8s.create(f)
    expect no deny
}
";

fn folder() -> Folder {
    Folder::with(&[
        ("p/names.ward", POLICY),
        ("p/names_test.ward", TESTS),
        ("p/fixtures/bad.yaml", BAD),
        ("p/fixtures/good.yaml", GOOD),
    ])
}

#[test]
fn every_case_has_a_result_and_failures_show_the_line() {
    let run = folder().ward(&["test", "p"]).ends(1);
    for line in [
        "acme.names\n",
        "ok   bad is banned (",
        "FAIL good fixtures [p/fixtures/bad.yaml] (",
        "ok   good fixtures [p/fixtures/good.yaml] (",
        "error[W0402]: expected no `deny`",
        "--> p/names_test.ward:11:5",
        "expect no deny",
        "found `deny` of `banned_name` at `/metadata/name`: the name `bad` is banned",
    ] {
        assert!(run.out.contains(line), "no {line:?} in\n{}", run.out);
    }
    run.says("2 tests, 3 cases: 2 passed, 1 failed (");
}

#[test]
fn a_filter_and_a_file_choose_tests() {
    let folder = folder();
    folder
        .ward(&["test", "--filter", "banned", "p/names_test.ward"])
        .ends(0)
        .says("1 test, 1 case: all passed (");
    folder
        .ward(&["test", "--filter", "nothing", "p"])
        .ends(1)
        .says("no test was run");
    folder
        .ward(&["test", "p/names.ward"])
        .ends(1)
        .says("no test was run");
}

#[test]
fn json_has_an_entry_a_case() {
    let entries = folder()
        .ward(&["test", "--format", "json", "p"])
        .ends(1)
        .entries();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[1]["case"], "p/fixtures/bad.yaml");
    assert_eq!(entries[1]["passed"], false);
    assert_eq!(entries[1]["failures"][0]["code"], "W0402");
    assert_eq!(entries[1]["failures"][0]["line"], 11);
    assert_eq!(entries[0]["failures"], Value::Array(Vec::new()));
    assert!(entries[0]["seconds"].is_number());
    let none = folder()
        .ward(&["test", "--format", "json", "p/names.ward"])
        .ends(1);
    assert_eq!(none.entries(), Vec::<Value>::new());
}

#[test]
fn a_broken_policy_is_status_2() {
    let folder = Folder::with(&[(
        "a.ward",
        "package a\ninput request: { x: int }\ntest \"t\" { expect deny x }\n",
    )]);
    folder
        .ward(&["test"])
        .ends(2)
        .says("package `a` has no rule `x`")
        .says("the policy cannot be used: 1 error");
    folder.ward(&["test", "missing"]).ends(2).says("no such file");
}

#[test]
fn a_test_does_not_read_beyond_its_folder() {
    let folder = Folder::with(&[
        (
            "p/a.ward",
            "package a\ntest \"t\" { for f in files(\"../secret.yaml\") expect f == 1 }\n",
        ),
        ("secret.yaml", "a: 1\n"),
    ]);
    folder
        .ward(&["test", "p"])
        .ends(1)
        .shows("a test reads files in or below its own folder only");
}

#[test]
fn eval_gives_the_decision() {
    let folder = folder();
    let run = folder
        .ward(&["eval", "-p", "p/names.ward", "-i", "p/fixtures/bad.yaml"])
        .ends(1);
    let decision: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(decision["allowed"], false);
    assert_eq!(decision["findings"][0]["path"], "/metadata/name");
    folder
        .ward_with(&["eval", "-p", "p/names.ward", "-i", "request=-"], GOOD)
        .ends(0)
        .shows("\"allowed\":true");
}

#[test]
fn eval_gives_the_value_of_an_expression() {
    let folder = folder();
    let eval = |expression: &str| {
        folder.ward(&[
            "eval",
            "-p",
            "p/names.ward",
            "-i",
            "p/fixtures/bad.yaml",
            expression,
        ])
    };
    assert_eq!(eval("request.operation").ends(0).out, "\"CREATE\"\n");
    assert_eq!(eval("\"bad\" in banned").ends(0).out, "true\n");
    assert_eq!(eval("[1]").ends(0).out, "[\n  1\n]\n");
    eval("1 / 0")
        .ends(2)
        .says("the expression has no value: division by zero");
    eval("bannd").ends(2).says("did you mean `banned`?");
}

#[test]
fn eval_binds_inputs_by_name() {
    let folder = Folder::with(&[
        (
            "a.ward",
            "package a\ninput user: { name: string }\ninput doc: { owner: string }\ninput now: string\n\
             rule other { when user.name != doc.owner deny \"not yours at {now}\" at doc.owner }\n",
        ),
        ("u.json", "{\"name\": \"ann\"}"),
        ("d.yaml", "owner: bob\n"),
    ]);
    folder
        .ward(&[
            "eval",
            "-p",
            "a.ward",
            "-i",
            "user=u.json",
            "-i",
            "doc=d.yaml",
            "--now",
            "2026-01-31T12:00:00Z",
        ])
        .ends(1)
        .shows("not yours at 2026-01-31T12:00:00Z");
    folder
        .ward(&["eval", "-p", "a.ward", "-i", "u.json"])
        .ends(2)
        .says("which input is it?");
    folder
        .ward(&["eval", "-p", "a.ward", "-i", "usr=u.json"])
        .ends(2)
        .says("did you mean `user`?");
    folder
        .ward(&["eval", "-p", "a.ward", "-i", "user=u.json"])
        .ends(2)
        .says("the input `doc` is not bound");
}

const AUDIT: &str = "\
package acme.cluster
data names: [string]
audit rule banned { for n in names  when n == \"bad\"  deny \"`{n}` is banned\" at n }
";

#[test]
fn audit_rules_are_decided_about_data() {
    let folder = Folder::with(&[("audit.ward", AUDIT), ("rules.ward", POLICY)]);
    let names = "acme.cluster.names=[\"good\",\"bad\"]";
    let run = folder
        .ward(&["eval", "-p", "audit.ward", "--audit", "--data", names])
        .ends(1);
    let decision: Value = serde_json::from_str(&run.out).expect("a decision");
    assert_eq!(decision["findings"][0]["path"], "/1");
    assert_eq!(decision["findings"][0]["in"], "data:acme.cluster.names");
    let good = "acme.cluster.names=[]";
    folder
        .ward(&["eval", "-p", "audit.ward", "--audit", "--data", good])
        .ends(0);
    folder
        .ward(&["rules", "-p", "audit.ward", "--data", good])
        .ends(0)
        .shows("banned");
    // No rule of the wanted kind would allow everything.
    folder
        .ward(&["eval", "-p", "audit.ward", "--data", good])
        .ends(2)
        .says("`audit.ward` has audit rules only");
    folder
        .ward(&["eval", "-p", "rules.ward", "--audit"])
        .ends(2)
        .says("`rules.ward` has no audit rule");
}

const API: &str = "\
package acme.api
input request: { path: string }
rule health { unless request.path == \"/\"  deny \"closed\" at request.path }
test \"another path\" {
    with request = { path: \"/x\" }
    expect deny health at \"/path\"
}
";

#[test]
fn packages_that_share_nothing_need_not_agree_on_an_input() {
    let folder = folder();
    folder.write("q/api.ward", API);
    let run = folder.ward(&["test", "."]).ends(1);
    run.shows("acme.api\n  ok   another path (")
        .says("3 tests, 4 cases: 3 passed, 1 failed (");
}

#[test]
fn a_neighbour_that_is_broken_does_not_matter_to_a_file_that_is_named() {
    let folder = folder();
    folder.write("p/other.ward", "package other\nrule r { when x  deny \"x\" }\n");
    folder
        .ward(&["test", "p/names_test.ward"])
        .ends(1)
        .says("2 tests");
    folder.ward(&["test", "p"]).ends(2).says("error[W0201]");
}

#[test]
fn what_is_wrong_with_an_imported_package_is_said_once() {
    let folder = Folder::with(&[
        ("a/a.ward", "package a\nfn f(x: int) -> int = y\n"),
        (
            "b/b.ward",
            "package b\nimport a\ntest \"one\" { expect a.f(1) == 1 }\n",
        ),
        (
            "c/c.ward",
            "package c\nimport a\ntest \"one\" { expect a.f(1) == 1 }\n",
        ),
    ]);
    let run = folder
        .ward(&["test", "."])
        .ends(2)
        .says("the policy cannot be used: 1 error");
    assert_eq!(run.err.matches("error[W0201]").count(), 1, "{}", run.err);
}
