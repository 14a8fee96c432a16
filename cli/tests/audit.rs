//! Audit rules in `ward check`: decided once, about data, with places in the files of data; and what is
//! wrong with data, shown there.
#![expect(clippy::expect_used, reason = "tests")]

mod support;

use serde_json::json;
use support::Folder;

const POLICY: &str = "\
package acme.groups
input request: k8s.AdmissionRequest
data parents: [{child: string, parent: string}]
data banned: [string] = [\"root\"]
relation part_of(child: string, parent: string) { for p in parents  yield (p.child, p.parent) }
relation part_of(child: string, parent: string) {
    for   (child, middle) in part_of, p in parents
    when  p.child == middle
    yield (child, p.parent)
}
@severity(\"high\")
audit rule circle { for p in parents  when (p.child, p.child) in part_of  deny \"`{p.child}` is part of itself\" at p.child, p.parent }
audit rule banned { for b in banned  warn \"`{b}` is banned\" at b }
rule known {
    given object = request.object
    given name = object.metadata.name
    for   p in parents
    when  p.child == name
    deny  \"`{name}` is a group\" at object.metadata.name, p.child
}
";

/// Without the rule about requests.
const AUDIT: &str = "\
package acme.names
data names: [string]
audit rule short { for n in names  when n.len() < 2  deny \"`{n}` is short\" at n }
";

const GROUPS: &str = "\
# Who is part of whom.
acme.groups.parents:
  - { child: interns, parent: staff }
  - child: guests
    parent: \"guests\"
";

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: interns
spec:
  containers: [{ name: a, image: b }]
";

fn folder() -> Folder {
    Folder::with(&[
        ("groups.ward", POLICY),
        ("names.ward", AUDIT),
        ("groups.yaml", GROUPS),
        ("pod.yaml", POD),
    ])
}

const CHECK: &[&str] = &["check", "-p", "groups.ward", "--data-file", "groups.yaml"];

#[test]
fn they_are_decided_once_and_reported_with_the_documents() {
    let folder = folder();
    let run = folder.ward(&[CHECK, &["pod.yaml", "pod.yaml"]].concat()).ends(1);
    let want = "\
groups.yaml:4:12: deny acme.groups.circle: `guests` is part of itself
data:acme.groups.banned/0: warn acme.groups.banned: `root` is banned
pod.yaml:4:9: deny acme.groups.known: `interns` is a group
";
    assert_eq!(run.out, want);
    let want = "1 rule × 1 document: 1 denied\n2 audit rules: denied\npolicy: groups.ward\n";
    assert_eq!(run.err, want);
}

#[test]
fn a_terminal_shows_the_line_of_the_data() {
    let folder = folder();
    let run = folder.ward(&[CHECK, &["--color", "always", "--quiet", "pod.yaml"]].concat());
    let mut out = run.out;
    for code in ["0", "1", "1;31", "1;33", "1;34", "1;32"] {
        out = out.replace(&format!("\u{1b}[{code}m"), "");
    }
    let want = "\
deny[acme.groups.circle]: `guests` is part of itself
 --> groups.yaml:4:12
  |
4 |   - child: guests
  |            ^^^^^^
5 |     parent: \"guests\"
  |             --------
  = note: `/1/child` of data:acme.groups.parents

warn[acme.groups.banned]: `root` is banned
 --> data:acme.groups.banned
  = note: `/0` of data:acme.groups.banned

deny[acme.groups.known]: `interns` is a group
 --> pod.yaml:4:9
  |
4 |   name: interns
  |         ^^^^^^^
  = note: see `/0/child` of data:acme.groups.parents, groups.yaml:3:14

";
    assert_eq!(out, want);
}

#[test]
fn in_json_they_are_the_first_entry_with_the_files_of_the_data() {
    let folder = folder();
    let run = folder
        .ward(&[CHECK, &["--format", "json", "pod.yaml"]].concat())
        .ends(1);
    let entries = run.entries();
    assert_eq!(entries.len(), 2);
    let audit = &entries[0];
    assert_eq!(audit["audit"], true);
    assert_eq!(audit["files"], json!({"acme.groups.parents": "groups.yaml"}));
    let finding = &audit["decision"]["findings"][1];
    assert_eq!(finding["rule"], "acme.groups.circle");
    assert_eq!(finding["severity"], "high");
    assert_eq!(
        (&finding["path"], &finding["in"]),
        (&json!("/1/child"), &json!("data:acme.groups.parents"))
    );
    let place = json!({"line": 4, "column": 12, "endLine": 4, "endColumn": 18});
    assert_eq!(finding["location"], place);
    let place = json!({"line": 5, "column": 13, "endLine": 5, "endColumn": 21});
    assert_eq!(finding["related"][0]["location"], place);
    assert_eq!(entries[1]["file"], "pod.yaml");
}

#[test]
fn audit_rules_alone_need_no_manifest() {
    let folder = folder();
    let check = [
        "check",
        "-p",
        "names.ward",
        "--data",
        "acme.names.names=[\"ann\",\"b\"]",
    ];
    let run = folder.ward(&check).ends(1);
    assert_eq!(
        run.out,
        "data:acme.names.names/1: deny acme.names.short: `b` is short\n"
    );
    assert_eq!(run.err, "1 audit rule: denied\npolicy: names.ward\n");
    let check = [
        "check",
        "-p",
        "names.ward",
        "--data",
        "acme.names.names=[\"ann\"]",
    ];
    let run = folder.ward(&check).ends(0);
    assert_eq!(
        (run.out.as_str(), run.err.as_str()),
        ("", "1 audit rule: passed\npolicy: names.ward\n")
    );
    // Nobody must think that manifests were checked, nor that nothing was to be.
    let with_path = [&check[..], &["pod.yaml"]].concat();
    folder
        .ward(&with_path)
        .ends(2)
        .says("`names.ward` has audit rules only")
        .says("leave out the paths");
    folder.ward(CHECK).ends(2).says("nothing to check");
}

#[test]
fn levels_exemptions_and_warnings_count() {
    let folder = folder();
    let settings = |text: &str| folder.write("ward.toml", format!("policies = [\"names.ward\"]\n{text}"));
    let check = ["check", "--data", "acme.names.names=[\"b\"]"];
    settings("levels.\"acme.names.short\" = \"warn\"\n");
    folder
        .ward(&check)
        .ends(0)
        .shows("warn acme.names.short")
        .says("1 audit rule: warned");
    folder
        .ward(&[&check[..], &["--fail-on", "warn"]].concat())
        .ends(1);
    settings("levels.\"acme.names.short\" = \"off\"\n");
    folder.ward(&check).ends(2).says("no rule in force");
    settings("[[exempt]]\nrule = \"acme.names.short\"\nreason = \"history\"\nexpires = 2030-01-31\n");
    folder
        .ward(&[&check[..], &["--now", "2030-01-31T12:00:00Z"]].concat())
        .ends(0)
        .shows("exempt acme.names.short: `b` is short (history)")
        .says("1 audit rule: passed")
        .says("exempt: 1 finding");
    folder
        .ward(&[&check[..], &["--now", "2030-02-01T12:00:00Z"]].concat())
        .ends(1)
        .says("`acme.names.short` has expired: 2030-01-31 (ward.toml:2)");
    // About data there is no name that an exemption could be for.
    settings("[[exempt]]\nrule = \"acme.names.short\"\nnames = [\"b\"]\nreason = \"history\"\n");
    folder
        .ward(&check)
        .ends(1)
        .says("`acme.names.short` matched nothing");
}

#[test]
fn what_is_wrong_with_data_is_shown_in_their_file() {
    let folder = folder();
    folder.write(
        "wrong.yaml",
        "acme.groups.parents:\n  - { child: \"a\\tb\", parent: 3 }\n  - &x 4\n  - *x\n  - child: c\nacme.groups.parent: 4\n",
    );
    let run = folder
        .ward(&[
            "check",
            "-p",
            "groups.ward",
            "--data-file",
            "wrong.yaml",
            "pod.yaml",
        ])
        .ends(2);
    for line in [
        " --> wrong.yaml:2:30\n",
        " --> wrong.yaml:3:8\n",
        " --> wrong.yaml:4:5\n",
        " --> wrong.yaml:5:5\n",
        " --> wrong.yaml:6:1\n",
        "did you mean `acme.groups.parents`?",
    ] {
        assert!(run.err.contains(line), "no {line:?} in\n{}", run.err);
    }
    // Of files that the settings name, too.
    folder.write(
        "ward.toml",
        "policies = [\"groups.ward\"]\ndata-file = \"wrong.yaml\"\n",
    );
    folder
        .ward(&["check", "pod.yaml"])
        .ends(2)
        .says(" --> wrong.yaml:2:30\n");
    folder.write(
        "ward.toml",
        "policies = [\"groups.ward\"]\ndata-file = \"groups.yaml\"\n",
    );
    folder
        .ward(&["check", "pod.yaml"])
        .ends(1)
        .shows("groups.yaml:4:12: deny acme.groups.circle");
}

/// The place of a finding about a document may lie in data: then the line shown is the document's.
#[test]
fn a_place_in_data_is_never_taken_for_a_line_of_the_manifest() {
    let folder = folder();
    folder.write(
        "r.ward",
        "\
package r
input request: k8s.AdmissionRequest
data banned: [string]
rule banned {
    given object = request.object
    for   b in banned
    when  object.metadata.name == b
    deny  \"`{b}` is banned\" at b
}
",
    );
    folder.write(
        "banned.yaml",
        "r.banned:\n  - ann\n  - bob\n  - eve\n  - interns\n",
    );
    folder.write("two.yaml", format!("{POD}---\n{POD}"));
    let check = [
        "check",
        "-p",
        "r.ward",
        "--data-file",
        "banned.yaml",
        "--quiet",
        "two.yaml",
    ];
    let run = folder.ward(&check).ends(1);
    assert_eq!(
        run.out,
        "two.yaml:1:1: deny r.banned: `interns` is banned\ntwo.yaml:8:1: deny r.banned: `interns` is banned\n"
    );
    let run = folder.ward(&[&check[..], &["--color", "always"]].concat());
    run.shows("`/3` of data:r.banned, banned.yaml:5:5");
}

#[test]
fn without_data_the_summary_says_so() {
    let folder = Folder::with(&[(
        "a.ward",
        "package a\ndata xs: [int] = []\naudit rule r { for x in xs  deny \"{x}\" at x }\n",
    )]);
    folder
        .ward(&["check", "-p", "a.ward"])
        .ends(0)
        .says("1 audit rule: passed (no data are given: on the defaults)");
    folder
        .ward(&["check", "-p", "a.ward", "--data", "a.xs=[]"])
        .ends(0)
        .says("1 audit rule: passed\n");
}
