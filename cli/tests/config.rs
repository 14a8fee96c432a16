//! `ward.toml`: where it is found, what it does with each command, and what is wrong in it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::unreachable,
    reason = "tests"
)]

mod support;

use std::{fs, path::Path};

use serde_json::json;
use support::{BAD, Folder, GOOD, POLICY};

const LABELS: &str = "\
package acme.labels
input request: k8s.AdmissionRequest
data labels: {string}
@aliases(\"acme:7\")
rule required {
    given object = request.object
    for   label in labels
    when  object.metadata.labels?[label] == null
    deny  \"no label `{label}`\" at object.metadata.labels
}
test \"a label is missing\" {
    with labels = {\"x\"}
    with request = k8s.create(yaml\"\"\"
        apiVersion: v1
        kind: Pod
        metadata: { name: a }
        spec: { containers: [{ name: a, image: a }] }
    \"\"\")
    expect deny required
}
";

const TEAM: &str = "\
policies = [\"policies\"]
[[use]]
package = \"acme.labels\"
as = \"acme.team\"
data.labels = [\"team\"]
";

fn project(settings: &str) -> Folder {
    Folder::with(&[
        ("policies/labels/labels.ward", LABELS),
        ("policies/names/names.ward", POLICY),
        ("ward.toml", settings),
        ("m/bad.yaml", BAD),
        ("m/good.yaml", GOOD),
    ])
}

#[test]
fn it_is_found_in_the_working_directory_and_above_and_nowhere_else() {
    let folder = project(TEAM);
    let run = folder
        .ward(&["check", "m/good.yaml"])
        .ends(1)
        .says("settings: ward.toml");
    assert!(run.out.contains("acme.team.required: no label `team`"), "{run:?}");
    let mut inside = folder.command(&["check", "good.yaml"]);
    let inside = inside.current_dir(folder.path().join("m")).output().unwrap();
    let told = String::from_utf8(inside.stderr).unwrap();
    assert!(told.contains("settings: ../ward.toml"), "{told}");
    // Not beside what is checked.
    let outside = Folder::new();
    let manifests = folder.path().join("m/good.yaml");
    let run = outside.ward(&["check", manifests.to_str().unwrap()]).ends(0);
    assert!(!run.err.contains("settings"), "{run:?}");
    let settings = folder.path().join("ward.toml");
    outside
        .ward(&[
            "check",
            "--config",
            settings.to_str().unwrap(),
            manifests.to_str().unwrap(),
        ])
        .ends(1)
        .shows("acme.team.required");
    folder
        .ward(&["check", "--no-config", "m/good.yaml"])
        .ends(0)
        .says("the default");
    folder
        .ward(&["check", "--config", "none.toml", "m/good.yaml"])
        .ends(2)
        .says("cannot read `none.toml`: no such file or folder");
}

#[test]
fn packages_of_the_policies_are_in_force_but_for_those_that_are_used_as_something() {
    let folder = project(TEAM);
    let run = folder.ward(&["rules", "--format", "json"]).ends(0);
    let rules: Vec<_> = run.entries().iter().map(|rule| rule["rule"].clone()).collect();
    assert_eq!(
        rules,
        [
            "acme.names.banned_name",
            "acme.names.odd_name",
            "acme.team.required"
        ]
    );
}

#[test]
fn without_uses_the_default_set_is_in_force_with_the_rest() {
    let folder = project("[levels]\nk8s.pod_security = \"warn\"\n");
    folder
        .ward(&["check", "m/bad.yaml"])
        .ends(0)
        .says("policy: pss-baseline (the default")
        .says("1 warned")
        .shows("warn k8s.pod_security.baseline.privileged");
    folder.ward(&["check", "--fail-on", "warn", "m/bad.yaml"]).ends(1);
    let run = folder.ward(&["rules"]).ends(0);
    assert!(run.out.contains("(warns)"), "{run:?}");
}

#[test]
fn p_stands_in_place_of_uses_and_keeps_the_rest() {
    let folder = project(&format!(
        "{TEAM}
        [data]
        \"acme.names.banned\" = [\"good\"]
        [levels]
        \"acme.team\" = \"warn\"
        \"k8s.schema\" = \"off\"
        [[exempt]]
        rule = [\"acme:7\", \"k8s.pod_security.baseline.privileged\"]
        reason = \"known\"
        "
    ));
    let run = folder
        .ward(&["check", "-p", "pss-baseline", "m"])
        .ends(0)
        .says("exempt: 1 finding")
        .shows("m/bad.yaml:11:21: exempt k8s.pod_security.baseline.privileged");
    assert!(!run.out.contains("acme"), "{run:?}");
    folder
        .ward(&["check", "-p", "policies/names", "m"])
        .ends(1)
        .shows("the name `good` is banned");
    // What the command line says of data stands before the file.
    folder
        .ward(&[
            "check",
            "-p",
            "policies/names",
            "--data",
            "acme.names.banned=[]",
            "m",
        ])
        .ends(0);
    // It speaks of what is in force: what has no effect is a mistake.
    folder
        .ward(&[
            "check",
            "-p",
            "pss-baseline",
            "--data",
            "acme.names.banned=[]",
            "m",
        ])
        .ends(2)
        .says("no package in use declares the datum `acme.names.banned`")
        .says("put the package that declares it in force");
    folder
        .ward(&[
            "check",
            "--data",
            "acme.team.labels=[]",
            "--data",
            "acme.names.banned=[]",
            "m",
        ])
        .ends(0);
}

#[test]
fn data_come_from_the_file_and_from_files_beside_it() {
    let folder = project(&format!(
        "data-file = \"data.yaml\"\n{TEAM}\n[data]\n\"acme.names.banned\" = [\"bad\"]\n"
    ));
    folder.write("data.yaml", "acme.names.banned: [good]\nacme.team.labels: []\n");
    let run = folder.ward(&["check", "m"]).ends(1);
    assert!(run.out.contains("the name `bad` is banned"), "{run:?}");
    assert!(!run.out.contains("the name `good` is banned"), "{run:?}");
    assert!(run.out.contains("no label `team`"), "{run:?}");
}

#[test]
fn eval_decides_with_the_settings() {
    let folder = project(&format!(
        "{TEAM}\n[[exempt]]\nrule = \"acme.team.*\"\nreason = \"x\"\nexpires = 2026-06-30\n"
    ));
    let eval = |now: &str| folder.ward(&["eval", "--now", now, "-i", "request=m/good.yaml"]);
    let run = eval("2026-06-30T10:00:00Z").ends(0);
    assert!(
        run.out
            .contains("\"exempt\":{\"reason\":\"x\",\"expires\":\"2026-06-30\"}"),
        "{run:?}"
    );
    eval("2026-07-01T00:00:00Z").ends(1);
    eval("yesterday").ends(2).says("not a time");
    let value = folder.ward(&["eval", "--package", "acme.team", "labels"]).ends(0);
    assert_eq!(value.out, "[\n  \"team\"\n]\n");
}

#[test]
fn tests_take_the_policies_for_imports_and_nothing_else() {
    let folder = project("policies = [\"policies\"]\n[levels]\n\"acme.labels\" = \"off\"\n");
    folder.write(
        "policies/lib/lib.ward",
        "package acme.lib\nfn is_bad(name: string) -> bool = name == \"bad\"\n",
    );
    folder.write(
        "policies/uses/uses.ward",
        "package acme.uses
        import acme.lib
        input request: { name: string }
        rule bad { when lib.is_bad(request.name)  deny \"bad\" }
        test \"bad\" { with request = { name: \"bad\" } expect deny bad }",
    );
    folder
        .ward(&["test", "policies/labels", "policies/uses"])
        .ends(0)
        .says("2 tests, 2 cases: all passed");
    folder
        .ward(&["test", "policies"])
        .ends(0)
        .says("2 tests, 2 cases: all passed");
    folder
        .ward(&["test", "--no-config", "policies/uses"])
        .ends(2)
        .says("there is no package `acme.lib`");
}

#[test]
fn the_summary_names_exemptions_without_effect_and_what_matches_leave_out() {
    let folder = project(
        "policies = [\"policies/names\"]

[[use]]
package = \"pss-baseline\"
match = { namespaces = [\"prod\"], labels = { app = \"*\" } }

[[exempt]]
rule = \"acme.names.*\"
names = \"ba*\"
reason = \"a name\"

[[exempt]]
rule = \"acme.names.banned_name\"
namespaces = \"prod\"
reason = \"none there\"

[[exempt]]
rule = \"acme.names.odd_name\"
reason = \"over\"
expires = 2026-01-31
",
    );
    folder.write(
        "m/odd.yaml",
        GOOD.replace("name: good", "name: odd").replace("default", "prod"),
    );
    let run = folder
        .ward(&["check", "--now", "2026-02-01T00:00:00Z", "m"])
        .ends(0);
    let want = "\
exempt: 1 finding
exemption: `acme.names.banned_name` matched nothing (ward.toml:12)
exemption: `acme.names.odd_name` has expired: 2026-01-31 (ward.toml:17)
match: k8s.pod_security.baseline left out 3 of 3 documents, 1 of them for want of a label
match: k8s.schema left out 3 of 3 documents, 1 of them for want of a label
";
    assert!(run.err.contains(want), "{}", run.err);
    folder
        .ward(&["check", "--now", "2026-01-31T23:00:00Z", "m"])
        .ends(0)
        .shows("exempt acme.names.odd_name: the name `odd` is odd (over)");
    folder
        .ward(&["check", "--now", "soon", "m"])
        .ends(2)
        .says("not a time");
}

#[test]
fn a_terminal_shows_why_and_until_when_a_finding_is_exempt() {
    let folder = project(
        "[[exempt]]\nrule = \"*.privileged\"\nreason = \"the agent\"\nowner = \"ops\"\nexpires = 2099-01-31\n",
    );
    let run = folder.ward(&["check", "--color", "always", "m/bad.yaml"]).ends(0);
    assert!(
        run.out.contains("exempt[k8s.pod_security.baseline.privileged]"),
        "{run:?}"
    );
    assert!(
        run.out.contains("exempt: the agent, says ops, until 2099-01-31"),
        "{run:?}"
    );
}

#[test]
fn everything_that_is_wrong_is_shown_at_once_where_it_stands() {
    let folder = project(
        "policies = [\"policies\", \"polices\"]
exempts = []
[[use]]
package = 1
[[use]]
pakage = \"acme.labels\"
match = { kind = [], names = [] }
[[use]]
package = \"a\"
data.x = nan
[data]
labels = 1
[levels]
\"acme.names\" = \"warm\"
\"acme.labels\" = 3
[[exempt]]
rule = [\"acme.names.*\", 3]
[exempt.more]
",
    );
    let run = folder
        .ward(&["check", "m"])
        .ends(2)
        .says("cannot be used: 13 errors");
    for words in [
        "`polices`: no such file or folder",
        "`ward.toml` has no key `exempts`",
        "did you mean `exempt`?",
        "`package` is a text, not an integer",
        "a use has no key `pakage`",
        "a use without a package",
        "`match` has no key `kind`",
        "`names` is an empty list, which nothing fits",
        "this is no finite number",
        "`labels` is not the full name of a datum",
        "there is no level `warm`",
        "`acme.labels` is a text, not an integer",
        "`rule` is a list of texts, not an integer",
        "an exemption has no key `more`",
    ] {
        assert!(run.err.contains(words), "no {words:?} in\n{}", run.err);
    }
    assert_eq!(run.out, "");
}

#[test]
fn names_that_nothing_has_are_shown_at_once_with_what_was_meant() {
    let folder = project(&format!(
        "{TEAM}
[[use]]
package = \"pss-restrictd\"
[data]
\"acme.team.label\" = []
\"acme.names.banned\" = [\"a\", 1]
[levels]
acme.name = \"warn\"
[[exempt]]
rule = \"acme.team.require\"
reason = \"x\"
expires = 2026-02-28T10:00:00
"
    ));
    let run = folder
        .ward(&["check", "m"])
        .ends(2)
        .says("cannot be used: 6 errors");
    for words in [
        "did you mean `pss-restricted`?",
        "declares the datum `acme.team.label`",
        "datum `acme.names.banned` at `/1`: expected `string`, found an integer\n  --> ward.toml:11:29",
        "there is no rule or package `acme.name`",
        "did you mean `acme.names`?",
        "did you mean `acme.team.required`?",
        "`2026-02-28T10:00:00` is no day and no time",
    ] {
        assert!(run.err.contains(words), "no {words:?} in\n{}", run.err);
    }
}

#[test]
fn text_that_is_no_toml_is_shown_where_it_goes_wrong() {
    let folder = project("[levels\nx = = 1\n");
    let run = folder.ward(&["check", "m"]).ends(2);
    assert!(run.err.contains("ward.toml:1:8"), "{run:?}");
    folder.write("ward.toml", [0xff, 0xfe]);
    folder.ward(&["check", "m"]).ends(2).says("it is not UTF-8");
    folder.write("ward.toml", "a = ".to_owned() + &"[".repeat(100_000));
    folder.ward(&["check", "m"]).ends(2);
}

#[test]
fn the_order_of_entries_changes_nothing() {
    let entries = [
        "[[use]]\npackage = \"pss-baseline\"\nmatch.kinds = [\"Pod\", \"Job\"]\n",
        "[[use]]\npackage = \"acme.labels\"\nas = \"acme.team\"\ndata.labels = [\"team\"]\n",
        "[levels]\n\"acme:7\" = \"warn\"\nacme.names = \"off\"\n",
        "[[exempt]]\nrule = \"*.privileged\"\nnames = [\"bad\", \"worse\"]\nreason = \"a\"\n",
        "[[exempt]]\nrule = \"k8s.*\"\nreason = \"b\"\n",
    ];
    let decisions = |order: &[usize]| {
        let text: Vec<&str> = order.iter().map(|at| entries[*at]).collect();
        let folder = project(&format!("policies = [\"policies\"]\n{}", text.concat()));
        folder.ward(&["check", "--format", "json", "m"]).ends(0).out
    };
    let one = decisions(&[0, 1, 2, 3, 4]);
    assert!(one.contains("\"exempt\""), "{one}");
    for order in [[4, 3, 2, 1, 0], [2, 4, 1, 3, 0], [1, 0, 4, 2, 3]] {
        assert_eq!(decisions(&order), one);
    }
}

#[test]
fn json_says_what_is_exempt_and_what_was_skipped() {
    let folder = project(
        "policies = [\"policies/names\"]
[[use]]
package = \"acme.names\"
match.namespaces = \"prod\"
",
    );
    let run = folder.ward(&["check", "--format", "json", "m/bad.yaml"]).ends(0);
    let decision = &run.entries()[0]["decision"];
    assert_eq!(decision["skipped"], json!([{ "package": "acme.names" }]));
}

#[test]
fn the_pages_of_codes_show_what_is_right_and_what_is_wrong() {
    let codes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lang/codes");
    for code in 501..=507 {
        let code = format!("W0{code}");
        let page = fs::read_to_string(codes.join(format!("{code}.md"))).unwrap();
        let [wrong, mended] = blocks(&page)[..] else {
            unreachable!("{code}: two blocks")
        };
        let folder = Folder::with(&[("ward.toml", wrong.1)]);
        let run = folder.ward(&["rules"]).ends(2);
        let found: Vec<&str> = run
            .err
            .lines()
            .filter(|line| line.starts_with("error["))
            .collect();
        assert!(
            !found.is_empty()
                && found
                    .iter()
                    .all(|line| line.starts_with(&format!("error[{code}]"))),
            "{code}: {}",
            run.err
        );
        Folder::with(&[("ward.toml", mended.1)]).ward(&["rules"]).ends(0);
    }
}

/// Each block of the page after its heading line: language and text.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, block)) = rest.split_once("\n```") {
        let (language, block) = block.split_once('\n').unwrap();
        let (text, after) = block.split_once("```").unwrap();
        found.push((language, text));
        rest = after;
    }
    found
}

#[test]
fn the_page_shows_what_the_command_says() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    let page = fs::read_to_string(page).unwrap();
    let folder = Folder::new();
    let mut shown = 0;
    let mut blocks = blocks(&page).into_iter();
    let mut next = |language: &str| blocks.by_ref().find(|(of, _)| *of == language).unwrap().1;
    folder.write("policies/labels.ward", next("ward"));
    folder.write("ward.toml", next("toml"));
    folder.write("exporter.yaml", next("yaml"));
    folder.write(
        "wrong.toml",
        "[[exempt]]\nrule = \"k8s.*\"\nreson = \"it measures the network of the node\"\n\n[levels]\nk8s.schem = \"warn\"\n",
    );
    for _ in 0..2 {
        let console = next("console");
        let (command, want) = console.split_once('\n').unwrap();
        let args: Vec<&str> = command.strip_prefix("$ ward ").unwrap().split(' ').collect();
        let run = folder.ward(&args);
        assert_eq!(format!("{}{}", run.out, run.err), want, "{command}");
        shown += 1;
    }
    assert_eq!(shown, 2);
}
