//! `ward explain`: pages of codes, and their list.
#![expect(clippy::expect_used, reason = "a test's helpers fail as the test does")]

mod support;

use support::Folder;
use wardlaw_lang::Code;

#[test]
fn a_code_is_explained_as_its_page_has_it() {
    let folder = Folder::new();
    let run = folder.ward(&["explain", "W0203"]).ends(0);
    assert_eq!(run.out, Code::UnknownField.page());
    assert_eq!(run.err, "");
    // Letter case does not matter, and several pages follow one another.
    let run = folder.ward(&["explain", "w0203", "W0204"]).ends(0);
    let pages = [Code::UnknownField.page(), Code::MaybeAbsent.page()];
    assert_eq!(run.out, pages.join("\n"));
}

#[test]
fn with_colours_there_are_no_marks() {
    let run = Folder::new()
        .ward(&["explain", "W0203", "--color", "always"])
        .ends(0);
    assert!(!run.out.contains("```") && !run.out.contains('#'), "{}", run.out);
    assert!(
        run.out.contains("\u{1b}[1mWrong\u{1b}[0m\n\n    package "),
        "{}",
        run.out
    );
}

#[test]
fn what_a_terminal_must_not_see_is_escaped() {
    let run = Folder::new().ward(&["explain", "W0109"]).ends(0);
    assert!(
        run.out.contains("\\u{202e}") && !run.out.contains('\u{202e}'),
        "{}",
        run.out
    );
}

#[test]
fn without_a_code_all_are_listed() {
    let run = Folder::new().ward(&["explain"]).ends(0);
    assert_eq!(run.out.lines().count(), Code::ALL.len());
    for code in Code::ALL {
        let line = run.out.lines().find(|line| line.starts_with(&code.to_string()));
        assert!(
            line.is_some_and(|line| line.ends_with(code.title())),
            "{code}: {line:?}"
        );
    }
}

#[test]
fn an_unknown_code_is_status_2_and_names_the_nearest() {
    let folder = Folder::new();
    let run = folder.ward(&["explain", "W203"]).ends(2).says("W0203");
    assert_eq!(run.out, "");
    folder.ward(&["explain", "E0308"]).ends(2).says("W0308");
    folder
        .ward(&["explain", "W0203", "W9999"])
        .ends(2)
        .says("`ward explain` lists all codes");
}

#[test]
fn a_policy_that_cannot_be_used_names_the_way_to_its_page() {
    let folder = Folder::with(&[("a.ward", "package a\n\nlet x = y\n")]);
    let run = folder.ward(&["check", "-p", "a.ward", "-"]).ends(2);
    assert!(run.err.contains("ward explain W0201"), "{}", run.err);
}

const POLICY: &str = "\
package p
type Item = { name: string, bad: bool? }
input s: { kind: string, namespace: string?, items: [Item]? }
data closed: bool
rule pods { when s.kind == \"Pod\"  deny \"a pod\" at s.kind }
rule jobs { when s.kind in [\"Job\", \"CronJob\"]  deny \"a job\" at s.kind }
rule held { when s.namespace == \"a\"  deny \"held\" at s.kind }
rule kept { when s.namespace == \"b\"  deny \"kept\" at s.kind }
rule bad { for i in s.items ?? []  when i.bad == true  deny \"bad\" at i.bad }
rule shut { when closed  deny \"closed\" at s.kind }
";

#[test]
fn rules_are_explained_on_an_input() {
    let folder = Folder::with(&[
        ("p.ward", POLICY),
        ("pod.json", r#"{"kind": "Pod", "items": [{"name": "x"}]}"#),
        (
            "job.json",
            r#"{"kind": "Job", "namespace": "b", "items": [{"name": "x", "bad": true}]}"#,
        ),
        ("broken.json", r#"{"kind": ["Pod"]}"#),
    ]);
    let explain = |rest: &[&str]| {
        let policy = ["explain", "-p", "p.ward", "--data", "p.closed=false"];
        folder.ward(&[&policy, rest].concat())
    };
    assert_eq!(
        explain(&["-i", "pod.json"]).ends(0).out,
        "\
p.bad: left out: it needs `s.items[].bad == true`
p.held: left out: there is no `s.namespace`, the rule asks for \"a\"
p.jobs: left out: `s.kind` is \"Pod\", the rule asks for \"CronJob\" or \"Job\"
p.kept: left out: there is no `s.namespace`, the rule asks for \"b\"
p.pods: run, 1 finding
p.shut: left out: what it asks of the data is false
"
    );
    assert_eq!(
        explain(&["-i", "job.json"]).ends(0).out,
        "\
p.bad: run, 1 finding
p.held: left out: `s.namespace` is \"b\", the rule asks for \"a\"
p.jobs: run, 1 finding
p.kept: run, 1 finding
p.pods: left out: `s.kind` is \"Job\", the rule asks for \"Pod\"
p.shut: left out: what it asks of the data is false
"
    );
    // What is not of its type leaves out nothing that asks for it.
    assert_eq!(
        explain(&["-i", "broken.json", "p.pods"]).ends(0).out,
        "p.pods: run, 1 finding\n"
    );
    explain(&["-i", "pod.json", "p.pds"])
        .ends(2)
        .says("did you mean `p.pods`?");
    explain(&[]).ends(2).says("give one: `-i FILE`");
    folder.ward(&["explain", "p.pods"]).ends(2).says("`-i FILE`");
}
