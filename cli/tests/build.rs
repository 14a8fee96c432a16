//! `ward build`: a compiled policy checks as its sources do, and what is wrong with it is told.
#![expect(clippy::expect_used, reason = "tests")]

mod support;

use support::Folder;

const POLICY: &str = "\
package acme.names

data longest: int
data label: string = \"team\"

input request: k8s.AdmissionRequest

fn long(name: string) -> bool = name.len() > longest

/// Names are short.
@severity(\"high\")
rule long {
    given object = request.object
    given name = object.metadata.name
    when long(name)
    deny \"`{name}` is longer than {longest}\" at object.metadata.name
}

rule team {
    given object = request.object
    when object.metadata.labels?[label] == null
    warn \"no label `{label}`\" at object.metadata
    fix set object.metadata.labels[label] = \"none\"
}
";

const SETTINGS: &str = "\
policies = [\"policies\"]
[data]
\"acme.names.longest\" = 3
[levels]
\"acme.names.team\" = \"deny\"
";

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: { name: front }
spec: { containers: [{ name: a, image: b }] }
";

fn folder() -> Folder {
    Folder::with(&[
        ("policies/names.ward", POLICY),
        ("ward.toml", SETTINGS),
        ("pod.yaml", POD),
    ])
}

#[test]
fn a_compiled_policy_checks_as_its_sources_do() {
    let folder = folder();
    folder
        .ward(&["build", "-o", "p.wardb"])
        .ends(0)
        .says("p.wardb: 2 rules");
    let check = |policy: &[&str]| {
        let args = [&["check", "--format", "json"], policy, &["pod.yaml"]].concat();
        folder.ward(&args).ends(1).out
    };
    let compiled = check(&["-p", "p.wardb"]);
    assert_eq!(compiled, check(&[]));
    assert!(compiled.contains("longer than 3"), "{compiled}");
    // Data of the command line stand before those within.
    let other = check(&["-p", "p.wardb", "--data", "acme.names.longest=4"]);
    assert!(other.contains("longer than 4"), "{other}");
    let listed = |policy: &[&str]| folder.ward(&[&["rules"], policy].concat()).ends(0).out;
    assert_eq!(listed(&["-p", "p.wardb"]), listed(&[]));
    let decided = |policy: &[&str]| {
        let args = [&["eval", "-i", "pod.yaml"], policy].concat();
        folder.ward(&args).ends(1).out
    };
    assert_eq!(decided(&["-p", "p.wardb"]), decided(&[]));
}

/// Data that are missing may be given where the policy is used.
#[test]
fn data_can_come_later() {
    let folder = folder();
    folder
        .ward(&["build", "-p", "policies", "--no-config", "-o", "p.wardb"])
        .ends(0);
    let check = ["check", "-p", "p.wardb", "--no-config", "pod.yaml"];
    let missing = folder.ward(&check).ends(2);
    missing.says("`acme.names.longest` has no default, and no value was given");
    let given = [&check[..], &["--data", "acme.names.longest=9"]].concat();
    folder.ward(&given).ends(0);
}

#[test]
fn what_is_no_compiled_policy_is_refused() {
    let folder = folder();
    folder.ward(&["build", "-o", "p.wardb"]).ends(0);
    let bytes = std::fs::read(folder.path().join("p.wardb")).unwrap();
    folder.write("cut.wardb", &bytes[..bytes.len() / 2]);
    folder.write("text.wardb", POLICY);
    let check = |policy: &[&str]| folder.ward(&[&["check", "pod.yaml"], policy].concat()).ends(2);
    check(&["-p", "cut.wardb"]).says("the compiled policy is damaged at byte 12: build it again");
    check(&["-p", "text.wardb"]).says("not a compiled policy: `ward build` makes one");
    check(&["-p", "none.wardb"]).says("`-p none.wardb`: no such file or folder");
    check(&["-p", "p.wardb", "-p", "k8s"]).says("a compiled policy stands alone");
    folder
        .ward(&["eval", "-p", "p.wardb", "1"])
        .ends(2)
        .says("an expression needs the sources");
    folder
        .ward(&["build", "-p", "p.wardb", "--emit", "ir"])
        .ends(2)
        .says("a compiled policy holds what runs, and not what it was compiled from");
    folder.ward(&["build", "-p", "p.wardb", "--emit", "plan"]).ends(0);
    folder.ward(&["build", "-p", "policies"]).ends(2);
    folder.write("policies/names.ward", "package p\nrule {");
    folder.ward(&["build", "-o", "q.wardb"]).ends(2);
    assert!(!folder.path().join("q.wardb").exists());
}

#[test]
fn the_checked_program_is_printed() {
    let folder = Folder::with(&[(
        "p.ward",
        "\
package p
input s: { port: int, tags: [string]? }
let most = 1024
fn low(n: int) -> bool = n < most
rule low { when low(s.port)  deny \"{s.port}\" at s.port }
rule tags { given tags = s.tags  for t in tags when t == \"\"  warn \"empty\" at t }
",
    )]);
    let printed = folder
        .ward(&["build", "-p", "p.ward", "--emit", "ir"])
        .ends(0)
        .out;
    assert_eq!(
        printed,
        "\
input s: {port: int, tags: [string]?}
let p.most = 1024
fn p.low($0) = ($0 < p.most)
rule p.low [medium]
    when p.low(s.port)
    deny text(s.port) at s.port
rule p.tags [medium]
    given $0 = s.tags
    for $1 in $0
    when ($1 == \"\")
    warn \"empty\" at $1
"
    );
}

#[test]
fn the_plan_is_printed() {
    let folder = Folder::with(&[(
        "p.ward",
        "\
package p
type Item = { name: string, kind: string?, tags: [string]? }
input s: { kind: string, namespace: string, items: [Item]?, owner: { name: string }? }
data owners: [{ name: string, team: string }]
fn named(items: [Item]?) -> [string] = [i.name for i in items ?? []]
relation teams(a: string, b: string) { for o in owners  yield (o.name, o.team) }
rule pods { when s.kind == \"Pod\" and s.namespace in [\"a\", \"b\"]  deny \"a pod\" at s.kind }
rule jobs { when s.kind == \"Job\"  when s.namespace == \"a\"  warn \"a job\" at s.kind }
rule tags { for i in s.items ?? []  for t in i.tags ?? []  when t == \"\"  deny \"empty\" at t }
rule first { when \"x\" in named(s.items)  deny \"x\" }
rule second { when \"y\" in named(s.items)  deny \"y\" }
rule team {
    given owner = s.owner
    for (name, team) in teams
    when name == owner.name
    when team == \"none\"
    deny \"{name} is in no team\" at owner.name
    fix set owner.name = \"nobody\"
}
",
    )]);
    let data = "p.owners=[{\"name\": \"n\", \"team\": \"none\"}]";
    let printed = folder
        .ward(&["build", "-p", "p.ward", "--emit", "plan", "--data", data])
        .ends(0)
        .out;
    insta::assert_snapshot!(printed);
    // A plan is made with the data.
    folder
        .ward(&["build", "-p", "p.ward", "--emit", "plan"])
        .ends(2)
        .says("p.owners");
}
