//! The command line itself: help, version, mistakes of usage, colours, what `-p` and `--data` take.
#![expect(clippy::expect_used, reason = "a test's helpers fail as the test does")]

mod support;

use support::{BAD, Folder, GOOD, POLICY};

/// The commands there are.
const COMMANDS: [&str; 7] = ["check", "test", "eval", "fmt", "rules", "build", "explain"];

#[test]
fn every_help_ends_with_two_examples_of_existing_commands() {
    let folder = Folder::new();
    let mut pages = vec![folder.ward(&["--help"]), folder.ward(&["-h"])];
    for command in COMMANDS {
        pages.push(folder.ward(&[command, "--help"]));
        pages.push(folder.ward(&[command, "-h"]));
    }
    for page in pages {
        let page = page.ends(0);
        let (_, examples) = page.out.rsplit_once("Examples:\n").expect("examples at the end");
        let examples: Vec<&str> = examples.lines().collect();
        assert_eq!(examples.len(), 2, "{}", page.out);
        for example in examples {
            let command = example.rsplit_once("ward ").expect("an example of ward").1;
            assert!(COMMANDS.iter().any(|name| command.starts_with(name)), "{example}");
        }
        assert_eq!(page.err, "");
    }
}

#[test]
fn help_lists_the_commands_that_exist_and_no_other() {
    let page = Folder::new().ward(&["--help"]).ends(0);
    let listed: Vec<&str> = page
        .out
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(listed, COMMANDS);
}

#[test]
fn version_is_told() {
    let run = Folder::new().ward(&["--version"]).ends(0);
    assert_eq!(run.out, format!("ward {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn mistakes_of_usage_are_status_2() {
    let folder = Folder::with(&[("good.yaml", GOOD)]);
    folder.ward(&[]).ends(2);
    folder.ward(&["chek"]).ends(2).says("check");
    folder.ward(&["check"]).ends(2).says("PATH");
    folder
        .ward(&["check", "--colour", "good.yaml"])
        .ends(2)
        .says("--color");
    folder
        .ward(&["check", "--format", "xml", "good.yaml"])
        .ends(2)
        .says("human, json");
    folder.ward(&["check", "--fail-on", "never", "good.yaml"]).ends(2);
    folder
        .ward(&["check", "https://example.com/a.yaml"])
        .ends(2)
        .says("another machine");
}

#[test]
fn an_unknown_policy_is_status_2_and_names_the_nearest() {
    let folder = Folder::with(&[("good.yaml", GOOD), ("notes.txt", ""), ("empty/notes.txt", "")]);
    let check = |policy: &str| folder.ward(&["check", "-p", policy, "good.yaml"]).ends(2);
    check("pss-restrictd").says("did you mean `pss-restricted`?");
    check("k8s.pod_securty").says("did you mean `k8s.pod_security`?");
    check("k8s.pod_security.baseline.privileged").says("name its package: `-p k8s.pod_security.baseline`");
    check("checkov:CKV_K8S_16").says("is the rule `k8s.pod_security.baseline.privileged`");
    check("policies/none.ward").says("no such file or folder");
    check("notes.txt").says("not a policy file");
    check("empty").says("no policy in `empty`");
    for remote in [
        "https://example.com/a.ward",
        "file:///a.ward",
        "\\\\host\\share\\a.ward",
        "//host/a.ward",
    ] {
        let run = check(remote).says("never read from another machine");
        assert_eq!(run.out, "");
    }
}

#[test]
fn a_name_of_the_library_is_never_a_folder() {
    let folder = Folder::with(&[("k8s/pod.yaml", BAD)]);
    folder.ward(&["check", "-p", "k8s", "k8s"]).ends(1);
    folder
        .ward(&["check", "-p", "./k8s", "k8s"])
        .ends(2)
        .says("no policy in `./k8s`");
}

#[test]
fn no_rule_in_force_is_status_2() {
    let folder = Folder::with(&[
        ("good.yaml", GOOD),
        ("a.ward", "package acme.nothing\n\nlet x = 1\n"),
    ]);
    folder
        .ward(&["check", "-p", "a.ward", "good.yaml"])
        .ends(2)
        .says("no rule in force");
    folder
        .ward(&["check", "-p", "k8s.workload", "good.yaml"])
        .ends(2)
        .says("no rule in force");
}

#[test]
fn without_a_policy_the_default_is_in_force_and_named() {
    let folder = Folder::with(&[("good.yaml", GOOD), ("bad.yaml", BAD)]);
    let run = folder.ward(&["check", "good.yaml"]).ends(0);
    assert!(run.err.contains("pss-baseline (the default"), "{}", run.err);
    let run = folder
        .ward(&["check", "bad.yaml"])
        .ends(1)
        .shows("k8s.pod_security.baseline.privileged");
    assert!(run.out.starts_with("bad.yaml:11:21: deny "), "{}", run.out);
}

#[test]
fn policies_are_files_and_folders_of_files() {
    let folder = Folder::with(&[
        ("bad.yaml", BAD),
        ("policies/names/names.ward", POLICY),
        ("policies/.hidden/broken.ward", "package ("),
        ("policies/README.md", ""),
    ]);
    let want = "bad.yaml:4:9: deny acme.names.banned_name: the name `bad` is banned\n";
    for policy in ["policies", "policies/", "./policies", "policies/names/names.ward"] {
        let run = folder.ward(&["check", "-q", "-p", policy, "bad.yaml"]).ends(1);
        assert_eq!((run.out.as_str(), run.err.as_str()), (want, ""));
    }
    // Together with the library: all of it is in force.
    let run = folder
        .ward(&["check", "-q", "-p", "policies", "-p", "pss-baseline", "bad.yaml"])
        .ends(1);
    assert!(
        run.out.contains("banned_name") && run.out.contains("privileged"),
        "{}",
        run.out
    );
}

#[test]
fn data_is_given_by_its_full_name() {
    let folder = Folder::with(&[
        ("p.ward", POLICY),
        ("good.yaml", GOOD),
        ("data.json", r#"{ "acme.names.banned": ["good"] }"#),
        ("data.yaml", "acme.names.banned: [good]\n"),
        ("list.yaml", "- good\n"),
        ("odd.yaml", "banned: [good]\n"),
    ]);
    let check =
        |option: &str, value: &str| folder.ward(&["check", "-p", "p.ward", option, value, "good.yaml"]);
    folder.ward(&["check", "-p", "p.ward", "good.yaml"]).ends(0);
    check("--data", r#"acme.names.banned=["good"]"#)
        .ends(1)
        .shows("`good` is banned");
    check("--data-file", "data.json").ends(1);
    check("--data-file", "data.yaml").ends(1);
    check("--data", "acme.names.banned").ends(2).says("NAME=VALUE");
    check("--data", "banned=[]").ends(2).says("full name");
    check("--data", "acme.names.baned=[]")
        .ends(2)
        .says("acme.names.banned");
    check("--data", "acme.names.banned=7")
        .ends(2)
        .says("acme.names.banned");
    check("--data", r#"acme.names.banned={"a":1,"a":2}"#)
        .ends(2)
        .says("twice");
    check("--data-file", "list.yaml").ends(2).says("not an object");
    check("--data-file", "odd.yaml").ends(2).says("full name");
    check("--data-file", "none.json").ends(2).says("no such file");
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    let colourful = |run: &support::Run| run.out.contains('\u{1b}') || run.err.contains('\u{1b}');
    assert!(!colourful(&folder.ward(&["check", "bad.yaml"])));
    let run = folder.ward(&["check", "--color", "always", "bad.yaml"]).ends(1);
    assert!(colourful(&run));
    assert!(
        run.out.contains("privileged: true") && run.out.contains("^^^^"),
        "{}",
        run.out
    );
    let with = |name: &str, args: &[&str]| {
        let output = folder.command(args).env(name, "1").output().expect("ward runs");
        output.stdout.contains(&0x1b)
    };
    assert!(!with("NO_COLOR", &["check", "bad.yaml"]));
    assert!(with("CLICOLOR_FORCE", &["check", "bad.yaml"]));
    assert!(with("NO_COLOR", &["check", "--color", "always", "bad.yaml"]));
    assert!(!with(
        "CLICOLOR_FORCE",
        &["check", "--color", "never", "bad.yaml"]
    ));
}

#[test]
fn a_policy_with_five_mistakes_reports_five_in_order() {
    let policy = "\
package acme.five

input request: k8s.AdmissionRequest

rule one {
    when request.objekt != null
    deny  \"one\"
}

rule two {
    when request.namespace == 7
    deny \"two\"
}

rule three {
    when nothing_of_that_name
    deny \"three\"
}

rule four {
    given namespace = request.namespace
    when  namespace.begins_with(\"x\")
    deny  \"four\"
}

rule five {
    when request.namespace
    deny \"five\"
}
";
    let folder = Folder::with(&[("five.ward", policy), ("good.yaml", GOOD)]);
    let run = folder.ward(&["check", "-p", "five.ward", "good.yaml"]).ends(2);
    assert_eq!(run.out, "");
    let lines: Vec<u32> = run
        .err
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("--> five.ward:"))
        .filter_map(|place| place.split(':').next()?.parse().ok())
        .collect();
    assert_eq!(lines, [6, 11, 16, 22, 27], "{}", run.err);
    assert_eq!(run.err.matches("error[W0").count(), 5, "{}", run.err);
    assert!(
        run.err.ends_with(
            "error: the policy cannot be used: 5 errors\n  = help: for more about an error, `ward explain W0203`\n"
        ),
        "{}",
        run.err
    );
    assert!(
        run.err.contains("    when request.objekt != null\n"),
        "{}",
        run.err
    );
}

#[test]
fn rules_are_listed_for_people_and_as_json() {
    let folder = Folder::with(&[("p.ward", POLICY)]);
    let run = folder.ward(&["rules", "-p", "p.ward"]).ends(0);
    assert!(
        run.out.starts_with("acme.names (2 rules)\n  banned_name  high "),
        "{}",
        run.out
    );
    let run = folder
        .ward(&["rules", "-p", "p.ward", "--format", "json"])
        .ends(0);
    let rules = run.entries();
    assert_eq!(
        rules[0],
        serde_json::json!({
            "rule": "acme.names.banned_name", "title": "Names that are banned.", "package": "acme.names",
            "severity": "high", "level": "deny", "controls": {}, "aliases": [], "file": "p.ward", "line": 9,
        })
    );
    let run = folder.ward(&["rules", "--format", "json"]).ends(0);
    let privileged = run
        .entries()
        .into_iter()
        .find(|rule| rule["rule"] == "k8s.pod_security.baseline.privileged");
    let privileged = privileged.expect("the default set holds it");
    assert_eq!(privileged["severity"], "critical");
    assert!(privileged["controls"]["pss"].is_array(), "{privileged}");
    assert!(privileged["line"].as_u64().is_some_and(|line| line > 1));
}

#[test]
fn rules_are_listed_without_data_and_for_any_input() {
    let folder = Folder::with(&[(
        "p.ward",
        "package p\ninput user: { id: string }\ndata ids: {string}\n\
         rule known { unless user.id in ids  deny \"who is `{user.id}`?\" at user.id }\n\
         audit rule empty { for id in ids  when id == \"\"  warn \"an empty id\" at id }\n",
    )]);
    let run = folder.ward(&["rules", "-p", "p.ward"]).ends(0);
    let want = "\
p (2 rules)
  empty  medium     (audit, warns)
  known  medium
";
    assert_eq!(run.out, want);
    let json = folder
        .ward(&["rules", "-p", "p.ward", "--format", "json"])
        .entries();
    assert_eq!(
        (&json[0]["audit"], &json[1]["audit"]),
        (&serde_json::json!(true), &serde_json::Value::Null)
    );
    assert_eq!(run.err, "");
    // What is given must still be right.
    folder
        .ward(&["rules", "-p", "p.ward", "--data", "p.ids=7"])
        .ends(2)
        .says("expected `{string}`");
    folder.write("none.ward", "package none\nlet x = 1\n");
    folder
        .ward(&["rules", "-p", "none.ward"])
        .ends(2)
        .says("no rule in force");
}
