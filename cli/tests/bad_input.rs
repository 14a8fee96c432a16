//! Inputs that are wrong in every way known: a clear message with its place, status 2, nothing else.
#![expect(clippy::expect_used, reason = "a test's helpers fail as the test does")]

mod support;

use std::fs;

use support::{Folder, GOOD};

/// A file's name and text, the place that is told, and a word of the message.
type Row<'t> = (&'t str, &'t [u8], Option<(u32, u32)>, &'t str);

/// Checks one file and gives the one error.
#[track_caller]
fn error(name: &str, text: impl AsRef<[u8]>) -> serde_json::Value {
    let folder = Folder::new();
    folder.write(name, text);
    let run = folder.ward(&["check", "--format", "json", name]).ends(2);
    let entries = run.entries();
    let entry = entries
        .iter()
        .find(|entry| entry.get("error").is_some())
        .expect("an error");
    assert!(entry.get("decision").is_none());
    assert_eq!(entry["file"], name);
    entry["error"].clone()
}

#[test]
fn each_kind_of_bad_text_is_told_with_its_place() {
    let deep_json = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_yaml = format!("a: {}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_lists = "- ".repeat(100_000);
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        let line = format!("a{level}: &a{level} [{}]\n", below.trim_end_matches(", "));
        bomb.push_str(&line);
    }
    let latin: &[u8] = b"apiVersion: v1\nkind: Pod\nmetadata: { name: caf\xe9 }\n";
    let utf16: Vec<u8> = "\u{feff}a: b\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let table: &[Row<'_>] = &[
        ("a.yaml", b"a: b\nc: [\n", None, ""),
        ("b.yaml", b"a: 1\n b: 2\n", None, ""),
        ("c.json", b"{\"a\": 1,\n \"b\": }\n", Some((2, 7)), ""),
        ("d.json", b"{\"a\": 1", None, ""),
        ("e.yaml", b"a: 1\na: 2\n", Some((2, 1)), "a"),
        ("f.json", b"{\"a\": 1, \"a\": 2}", Some((1, 10)), "a"),
        ("g.yaml", latin, Some((3, 22)), "UTF-8"),
        ("h.yaml", &utf16, None, "UTF-16"),
        ("i.yaml", bomb.as_bytes(), None, ""),
        ("j.json", deep_json.as_bytes(), None, "deep"),
        ("k.yaml", deep_yaml.as_bytes(), None, ""),
        ("l.yaml", deep_lists.as_bytes(), None, "deep"),
        ("m.yaml", b"", None, "no document"),
        ("n.yaml", b"- a\n- b\n", Some((1, 1)), "apiVersion"),
        ("o.yaml", b"just text\n", Some((1, 1)), "apiVersion"),
    ];
    for (name, text, place, message) in table {
        let error = error(name, text);
        let told = error["message"].as_str().expect("a message");
        assert!(told.contains(message), "{name}: {told}");
        assert!(!told.contains('\n'), "{name}: {told}");
        if let Some((line, column)) = place {
            assert_eq!(
                (error["line"].as_u64(), error["column"].as_u64()),
                (Some(u64::from(*line)), Some(u64::from(*column))),
                "{name}: {error}"
            );
        }
    }
}

#[test]
fn a_document_of_50_megabytes_is_refused_by_its_size() {
    let mut text = b"apiVersion: v1\nkind: ConfigMap\nmetadata: { name: big }\ndata:\n  x: ".to_vec();
    text.resize(50 * 1024 * 1024, b'x');
    let told = error("big.yaml", &text);
    assert!(
        told["message"]
            .as_str()
            .is_some_and(|message| message.contains("bytes") || message.contains("MiB")),
        "{told}"
    );
    // In front of a document of a proper size, too.
    text.extend_from_slice(b"\n---\n");
    text.extend_from_slice(GOOD.as_bytes());
    let folder = Folder::new();
    folder.write("two.yaml", &text);
    let entries = folder
        .ward(&["check", "--format", "json", "two.yaml"])
        .ends(2)
        .entries();
    assert_eq!(entries.len(), 2);
    assert!(entries[0].get("error").is_some());
    assert_eq!(entries[1]["decision"]["allowed"], true);
}

#[test]
fn an_item_that_no_rule_can_match_is_refused() {
    let text = "apiVersion: v1\nkind: List\nitems:\n  - metadata: { name: a }\n    spec: {}\n";
    let told = error("list.yaml", text);
    assert_eq!(told["line"], 4);
    assert!(
        told["message"]
            .as_str()
            .is_some_and(|message| message.contains("`apiVersion` and `kind`")),
        "{told}"
    );
}

#[test]
fn a_list_without_items_is_an_empty_list() {
    let folder = Folder::with(&[
        ("list.yaml", "apiVersion: v1\nkind: List\nitems: []\n"),
        ("good.yaml", GOOD),
    ]);
    folder.ward(&["check", "list.yaml", "good.yaml"]).ends(0);
}

#[test]
fn an_empty_folder_is_status_2() {
    let folder = Folder::new();
    fs::create_dir(folder.path().join("empty")).expect("a folder");
    folder.ward(&["check", "empty"]).ends(2).says("no document found");
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_does_not_hide_the_others() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::with(&[("m/a.yaml", GOOD), ("m/b.yaml", GOOD)]);
    let closed = folder.path().join("m/a.yaml");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o0)).expect("permissions");
    if fs::read(&closed).is_ok() {
        println!("skipped: this user can read every file");
        return;
    }
    let entries = folder.ward(&["check", "--format", "json", "m"]).ends(2).entries();
    assert_eq!(
        entries[0]["error"]["message"],
        "cannot be read: permission denied"
    );
    assert_eq!(entries[0]["document"], serde_json::Value::Null);
    assert_eq!(entries[1]["decision"]["allowed"], true);
}

#[cfg(unix)]
#[test]
fn symlinks_of_files_are_followed_and_those_of_folders_are_not() {
    use std::os::unix::fs::symlink;

    let folder = Folder::with(&[("m/a.yaml", GOOD), ("outside.yaml", GOOD)]);
    symlink("..", folder.path().join("m/loop")).expect("a link");
    symlink(".", folder.path().join("m/self.yaml")).expect("a link");
    symlink("../outside.yaml", folder.path().join("m/b.yaml")).expect("a link");
    let run = folder.ward(&["check", "--format", "json", "m"]).ends(0);
    let files: Vec<_> = run.entries().iter().map(|entry| entry["file"].clone()).collect();
    assert_eq!(files, ["m/a.yaml", "m/b.yaml"]);
    assert!(
        run.err.contains("2 symlinked folders (m/loop, m/self.yaml)"),
        "{}",
        run.err
    );
    symlink("nowhere", folder.path().join("m/c.yaml")).expect("a link");
    folder
        .ward(&["check", "m"])
        .ends(2)
        .shows("m/c.yaml: error: cannot be read: no such file");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_a_folder_is_left_alone() {
    let folder = Folder::with(&[("m/a.yaml", GOOD)]);
    let pipe = folder.path().join("m/pipe.yaml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|status| status.success()) {
        println!("skipped: no `mkfifo`");
        return;
    }
    folder.ward(&["check", "m"]).ends(0);
}
