//! Every command that a page shows is run, and prints what the page says: the tour, and the example
//! policies with their tests. `BLESS=1 cargo test -p wardlaw-cli --test pages` writes the outputs anew.
#![expect(
    clippy::indexing_slicing,
    clippy::format_push_string,
    clippy::expect_used,
    reason = "tests"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

#[path = "support/page.rs"]
mod page;
mod support;

use page::Files;
use support::Folder;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Copies what lies below a folder.
fn copy(from: &Path, to: &Folder, below: &str) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            copy(&entry.path(), to, &format!("{name}/"));
        } else {
            to.write(&name, fs::read(entry.path()).expect("a file"));
        }
    }
}

/// Checks a page, or mends it; what is wrong.
fn check(path: &Path, folder: &Folder, files: Files) -> (Vec<String>, usize) {
    let text = fs::read_to_string(path).expect("a page");
    let name = path.strip_prefix(root()).unwrap_or(path).display().to_string();
    let checked = page::check(&name, &text, folder.path(), files);
    if std::env::var_os("BLESS").is_some() && checked.mended != text {
        fs::write(path, &checked.mended).expect("a page");
        return (Vec::new(), checked.commands);
    }
    (checked.wrong, checked.commands)
}

#[test]
fn the_examples_show_the_real_output() {
    let mut pages = Vec::new();
    let mut folders = vec![root().join("policies-examples")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name == "README.md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for page in &pages {
        let folder = Folder::new();
        copy(page.parent().expect("a folder"), &folder, "");
        let (found, commands) = check(page, &folder, Files::Quoted);
        wrong.extend(found);
        count += commands;
    }
    println!("{} pages, {count} commands", pages.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(pages.len() > 15 && count >= pages.len());
}

#[test]
fn the_tests_of_all_examples_pass() {
    let folder = Folder::new();
    copy(&root().join("policies-examples"), &folder, "");
    let run = folder.ward(&["test", "."]).ends(0).says("all passed");
    print!("{}", run.err);
    // A package without a test would pass as well.
    let mut packages = 0;
    let mut folders = vec![folder.path().to_path_buf()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "ward") {
                let text = fs::read_to_string(&path).expect("a policy");
                let package = text
                    .lines()
                    .find_map(|line| line.strip_prefix("package "))
                    .expect("a package");
                assert!(
                    run.out.lines().any(|line| line == package),
                    "no test of {package} was run"
                );
                packages += 1;
            }
        }
    }
    assert!(packages > 20, "{packages}");
}

#[test]
fn the_tour_shows_the_real_output() {
    let folder = Folder::new();
    let (wrong, count) = check(&root().join("docs/tour.md"), &folder, Files::Written);
    println!("{count} commands");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(count > 10);
}
