//! What people really get wrong, coming from Rego, CEL, Kyverno, Cedar, SQL or YAML, and slips of all
//! kinds: each broken file of `lang/harness/broken` with the messages as they are shown. A changed
//! snapshot is read as a user would read it. `INSTA_UPDATE=always` writes them anew.
#![expect(clippy::expect_used, reason = "tests")]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
};

use support::Folder;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../lang/harness/broken")
}

#[test]
fn each_broken_file_has_its_messages() {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "ward"))
        .collect();
    files.sort();
    assert!(files.len() >= 50, "only {} broken files", files.len());
    println!("{} broken files", files.len());
    insta::with_settings!({ snapshot_path => folder().join("messages"), prepend_module_to_snapshot => false, omit_expression => true }, {
        for path in files {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let text = fs::read(&path).expect("a file");
            let folder = Folder::new();
            folder.write(&name, text);
            let run = folder.ward(&["rules", "-p", &name]);
            insta::assert_snapshot!(name.trim_end_matches(".ward"), run.err);
        }
    });
}
