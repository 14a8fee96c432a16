//! What the README shows is what the command prints.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

#[test]
fn the_readme_shows_the_real_output() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let command = readme
        .lines()
        .find_map(|line| line.strip_prefix("cargo run --release -p wardlaw-cli -- "))
        .unwrap();
    let shown = Command::new(env!("CARGO_BIN_EXE_ward"))
        .args(command.split_whitespace())
        .current_dir(root())
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap();
    assert_eq!(shown.status.code(), Some(1));
    for text in [shown.stdout, shown.stderr] {
        let text = String::from_utf8(text).unwrap();
        assert!(
            !text.is_empty() && readme.contains(text.trim()),
            "README.md does not show:\n{text}"
        );
    }
    // The two findings shown as on a terminal.
    let terminal = Command::new(env!("CARGO_BIN_EXE_ward"))
        .args(["--color", "always"])
        .args(command.split_whitespace())
        .current_dir(root())
        .output()
        .unwrap();
    let mut plain = String::new();
    let mut escape = false;
    for character in String::from_utf8(terminal.stdout).unwrap().chars() {
        match character {
            '\x1b' => escape = true,
            'm' if escape => escape = false,
            _ if escape => {}
            other => plain.push(other),
        }
    }
    for finding in plain.split("\n\n").take(2) {
        assert!(
            readme.contains(finding.trim()),
            "README.md does not show:\n{finding}"
        );
    }
}
