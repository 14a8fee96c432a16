//! `ward check`: what is read, what is reported, and the exit status.
#![expect(clippy::expect_used, reason = "a test's helpers fail as the test does")]

mod support;

use std::{io::Read, process::Stdio};

use serde_json::json;
use support::{BAD, Folder, GOOD, POLICY};

fn list(items: &[&str]) -> String {
    let mut text = "apiVersion: v1\nkind: List\nitems:\n".to_owned();
    for item in items {
        for (index, line) in item.lines().enumerate() {
            text.push_str(if index == 0 { "  - " } else { "    " });
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[test]
fn the_status_says_whether_something_is_denied() {
    let folder = Folder::with(&[("good.yaml", GOOD), ("bad.yaml", BAD), ("broken.yaml", "a: [\n")]);
    folder.ward(&["check", "good.yaml"]).ends(0).says("1 passed");
    folder.ward(&["check", "bad.yaml"]).ends(1).says("1 denied");
    folder
        .ward(&["check", "good.yaml", "bad.yaml"])
        .ends(1)
        .says("× 2 documents: 1 denied, 1 passed");
    // 2 wins over 1.
    folder
        .ward(&["check", "bad.yaml", "broken.yaml"])
        .ends(2)
        .says("1 denied, 1 unreadable");
}

#[test]
fn a_warning_fails_only_where_that_is_asked_for() {
    let folder = Folder::with(&[
        ("p.ward", POLICY),
        ("odd.yaml", &GOOD.replace("name: good", "name: odd")),
    ]);
    let run = folder
        .ward(&["check", "-p", "p.ward", "odd.yaml"])
        .ends(0)
        .says("1 warned");
    assert_eq!(
        run.out,
        "odd.yaml:4:9: warn acme.names.odd_name: the name `odd` is odd\n"
    );
    folder
        .ward(&["check", "-p", "p.ward", "--fail-on", "warn", "odd.yaml"])
        .ends(1);
}

#[test]
fn quiet_leaves_out_the_summary() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    let run = folder.ward(&["check", "--quiet", "bad.yaml"]).ends(1);
    assert_eq!(run.err, "");
    assert!(!run.out.is_empty());
}

#[test]
fn json_is_one_array_with_an_entry_an_object() {
    let generated = GOOD.replace("name: good", "generateName: good-");
    let folder = Folder::with(&[
        ("a.yaml", &format!("{GOOD}---\n# nothing\n---\n{BAD}")),
        ("b.yaml", &list(&[GOOD, BAD])),
        ("c.yaml", &generated),
    ]);
    let run = folder.ward(&["check", "--format", "json", "."]).ends(1);
    let entries = run.entries();
    let places: Vec<_> = entries
        .iter()
        .map(|entry| {
            json!([
                entry["file"],
                entry["document"],
                entry["item"],
                entry["object"]["name"]
            ])
        })
        .collect();
    assert_eq!(
        places,
        [
            json!(["a.yaml", 1, null, "good"]),
            json!(["a.yaml", 2, null, "bad"]),
            json!(["b.yaml", 1, 0, "good"]),
            json!(["b.yaml", 1, 1, "bad"]),
            json!(["c.yaml", 1, null, null]),
        ]
    );
    assert!(entries[0].get("item").is_none());
    assert_eq!(entries[4]["object"]["generateName"], "good-");
    assert_eq!(
        entries[1]["object"],
        json!({ "apiVersion": "v1", "kind": "Pod", "namespace": "default", "name": "bad" })
    );
    assert_eq!(entries[0]["decision"]["allowed"], true);
    let finding = &entries[1]["decision"]["findings"][0];
    assert_eq!(finding["rule"], "k8s.pod_security.baseline.privileged");
    assert_eq!(finding["effect"], "deny");
    assert_eq!(finding["path"], "/spec/containers/0/securityContext/privileged");
    assert_eq!(finding["location"]["line"], GOOD.lines().count() + 3 + 11);
    assert_eq!(finding["location"]["column"], 21);
    assert_eq!(finding["location"]["endColumn"], 25);
    assert!(run.err.contains("5 documents"), "{}", run.err);
}

#[test]
fn a_bad_document_does_not_hide_the_others() {
    let folder = Folder::with(&[("two.yaml", &format!("a: b: c\n---\n{BAD}"))]);
    let run = folder.ward(&["check", "--format", "json", "two.yaml"]).ends(2);
    let entries = run.entries();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0]["document"], 1);
    assert!(entries[0].get("decision").is_none());
    assert_eq!(entries[0]["error"]["line"], 1);
    assert!(entries[0]["error"]["column"].is_u64());
    assert!(entries[0]["error"]["message"].is_string());
    assert_eq!(entries[1]["document"], 2);
    assert_eq!(entries[1]["decision"]["allowed"], false);
}

#[test]
fn standard_input_is_read_once() {
    let folder = Folder::with(&[("good.yaml", GOOD)]);
    let run = folder
        .ward_with(&["check", "--format", "json", "-", "good.yaml", "-"], BAD)
        .ends(1);
    let files: Vec<_> = run.entries().iter().map(|entry| entry["file"].clone()).collect();
    assert_eq!(files, ["-", "good.yaml"]);
    folder
        .ward_with(&["check", "-"], "")
        .ends(2)
        .shows("-: error: the file holds no document");
    folder
        .ward_with(
            &["check", "-"],
            "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"x\"}}",
        )
        .ends(0);
}

#[test]
fn folders_are_read_in_path_order_and_only_for_manifests() {
    let folder = Folder::with(&[
        ("m/b.yaml", GOOD),
        ("m/a/z.yml", GOOD),
        (
            "m/a-b.json",
            r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"x"}}"#,
        ),
        ("m/.hidden/x.yaml", BAD),
        ("m/node_modules/x.yaml", BAD),
        ("m/notes.txt", "not: [yaml"),
        ("named.txt", GOOD),
    ]);
    let files = |args: &[&str]| -> Vec<String> {
        let mut all = vec!["check", "--format", "json"];
        all.extend(args);
        let run = folder.ward(&all).ends(0);
        run.entries()
            .iter()
            .map(|entry| entry["file"].as_str().unwrap_or("").to_owned())
            .collect()
    };
    assert_eq!(files(&["m"]), ["m/a-b.json", "m/a/z.yml", "m/b.yaml"]);
    // A file that is found twice is checked once; a named file is read whatever its suffix.
    assert_eq!(
        files(&["named.txt", "m/b.yaml", "m"]),
        ["named.txt", "m/b.yaml", "m/a-b.json", "m/a/z.yml"]
    );
}

#[test]
fn what_is_no_manifest_is_skipped_in_a_folder_and_wrong_where_named() {
    let folder = Folder::with(&[
        ("good.yaml", GOOD),
        ("values.yaml", "replicas: 3\n"),
        ("Chart.yaml", "apiVersion: v2\nname: web\n"),
        ("empty.yaml", ""),
        ("comment.yaml", "# nothing\n---\n"),
    ]);
    let run = folder.ward(&["check", "--format", "json", "."]).ends(0);
    assert_eq!(run.entries().len(), 1);
    assert!(
        run.err
            .contains("2 documents without apiVersion and kind, 2 files without a document"),
        "{}",
        run.err
    );
    folder
        .ward(&["check", "values.yaml"])
        .ends(2)
        .shows("values.yaml:1:1: error: not a Kubernetes object");
    folder
        .ward(&["check", "empty.yaml"])
        .ends(2)
        .shows("empty.yaml: error: the file holds no document");
    folder
        .ward(&["check", "comment.yaml"])
        .ends(2)
        .shows("holds no document");
}

#[test]
fn nothing_found_is_status_2() {
    let folder = Folder::with(&[("only/values.yaml", "replicas: 3\n"), ("none/notes.txt", "")]);
    folder.ward(&["check", "none"]).ends(2).says("no document found");
    folder.ward(&["check", "only"]).ends(2).says("no document found");
    let run = folder.ward(&["check", "--format", "json", "none"]).ends(2);
    assert!(run.entries().is_empty());
    folder
        .ward(&["check", "missing.yaml"])
        .ends(2)
        .shows("missing.yaml: error: cannot be read: no such file");
}

#[test]
fn helm_templates_are_skipped_in_a_folder_and_wrong_where_named() {
    let folder = Folder::with(&[
        ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\n"),
        (
            "charts/web/templates/pod.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata:\n  {{- include \"labels\" . }}\n",
        ),
        ("charts/web/templates/ok.yaml", GOOD),
        ("elsewhere/broken.yaml", "{{ x }}: [\n"),
    ]);
    let run = folder.ward(&["check", "charts"]).ends(0);
    let want =
        "skipped: 1 Helm template of `charts/web`; render with `helm template charts/web | ward check -`\n";
    assert!(run.err.contains(want), "{}", run.err);
    folder
        .ward(&["check", "charts/web/templates/pod.yaml"])
        .ends(2)
        .shows("helm template … | ward check -");
    folder.ward(&["check", "elsewhere"]).ends(2);
}

#[test]
fn objects_that_are_there_twice_are_named() {
    let folder = Folder::with(&[("a.yaml", GOOD), ("b.yaml", &format!("{GOOD}---\n{GOOD}"))]);
    let run = folder.ward(&["check", "."]).ends(0);
    assert!(
        run.err
            .contains("duplicate: v1 Pod default/good in a.yaml, b.yaml (2 times)\n"),
        "{}",
        run.err
    );
}

#[test]
fn kinds_that_no_rule_can_know_are_named() {
    let widget = "apiVersion: acme.io/v1\nkind: Widget\nmetadata: { name: a }\n";
    let folder = Folder::with(&[("a.yaml", &format!("{widget}---\n{widget}---\n{GOOD}"))]);
    folder
        .ward(&["check", "a.yaml"])
        .ends(0)
        .says("not covered: acme.io/v1 Widget (2)\n");
}

#[test]
fn what_inputs_say_cannot_forge_output() {
    let bad = BAD.replace("name: bad", "name: \"bad\\e[2K\\u202e\\nok.yaml:1:1: fine\"");
    let folder = Folder::with(&[("p.ward", POLICY), ("bad.yaml", &bad)]);
    let data = [
        "--data",
        "acme.names.banned=[\"bad\\u001b[2K\\u202e\\nok.yaml:1:1: fine\"]",
    ];
    for format in ["human", "json"] {
        let run = folder
            .ward(&[
                "check", "-p", "p.ward", data[0], data[1], "--format", format, "bad.yaml",
            ])
            .ends(1);
        for hidden in ['\u{1b}', '\u{202e}'] {
            assert!(!run.out.contains(hidden) && !run.err.contains(hidden), "{run:?}");
        }
        if format == "human" {
            assert_eq!(run.out.lines().count(), 1, "{}", run.out);
        } else {
            assert_eq!(run.entries().len(), 1);
        }
    }
}

#[test]
fn a_namespace_can_be_given_for_objects_without_one() {
    let policy = "\
package acme.space

input request: k8s.AdmissionRequest

rule there {
    given namespace = request.namespace
    when  namespace == \"prod\"
    deny  \"no `{namespace}`\"
}
";
    let folder = Folder::with(&[
        ("p.ward", policy),
        ("a.yaml", &GOOD.replace("  namespace: default\n", "")),
    ]);
    folder.ward(&["check", "-p", "p.ward", "a.yaml"]).ends(0);
    folder
        .ward(&["check", "-p", "p.ward", "--namespace", "prod", "a.yaml"])
        .ends(1)
        .shows("no `prod`");
}

#[test]
fn many_files_come_in_order() {
    let folder = Folder::new();
    for number in 0..300 {
        let pod = if number % 3 == 0 { BAD } else { GOOD };
        folder.write(&format!("m/{:02}/{number:03}.yaml", number % 17), pod);
    }
    let run = folder.ward(&["check", "--format", "json", "m"]).ends(1);
    let files: Vec<String> = run
        .entries()
        .iter()
        .map(|entry| entry["file"].as_str().unwrap_or("").to_owned())
        .collect();
    assert_eq!(files.len(), 300);
    assert!(files.is_sorted());
    assert!(
        run.err.contains("300 documents: 100 denied, 200 passed"),
        "{}",
        run.err
    );
    let again = folder.ward(&["check", "--format", "json", "m"]);
    assert_eq!(again.out, run.out);
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let folder = Folder::new();
    folder.write("many.yaml", format!("{BAD}---\n").repeat(3000));
    let mut child = folder
        .command(&["check", "--quiet", "many.yaml"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ward runs");
    let mut first = [0_u8; 20];
    child
        .stdout
        .take()
        .expect("a pipe")
        .read_exact(&mut first)
        .expect("some output");
    let output = child.wait_with_output().expect("ward ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    // The status still is the verdict.
    assert_eq!(output.status.code(), Some(1));
}
