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
