//! Every suggestion is tried: its edits are applied, and then that diagnostic is gone, and no error is
//! there that was not there before.
#![expect(clippy::unwrap_used, reason = "tests")]

mod policies;

use policies::{Files, diagnostics, policies};
use wardlaw_lang::{Diagnostic, Suggestion};

fn applied(files: &Files, suggestion: &Suggestion) -> Files {
    let mut files = files.clone();
    // From the last, so that what was not yet replaced keeps its place.
    for edit in suggestion.edits.iter().rev() {
        let (_, text) = files.get_mut(edit.span.file.0 as usize).unwrap();
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    files
}

/// What stands at the edited places after the edits: the ranges in the new text.
fn edited(suggestion: &Suggestion) -> Vec<(u32, u32, u32)> {
    let (mut added, mut removed) = (0, 0);
    let places = suggestion.edits.iter().map(|edit| {
        let start = edit.span.start + added - removed;
        let length = edit.text.len() as u32;
        added += length;
        removed += edit.span.end - edit.span.start;
        (edit.span.file.0, start, start + length)
    });
    places.collect()
}

fn count(found: &[Diagnostic], like: &Diagnostic) -> usize {
    found
        .iter()
        .filter(|diagnostic| diagnostic.code == like.code && diagnostic.message == like.message)
        .count()
}

#[test]
fn a_suggestion_mends_what_it_stands_at_and_breaks_nothing() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (name, files) in policies() {
        let before = diagnostics(&files);
        for diagnostic in &before {
            let Some(suggestion) = &diagnostic.suggestion else {
                continue;
            };
            tried += 1;
            let mended = applied(&files, suggestion);
            let after = diagnostics(&mended);
            let shown = format!("{name}: {} {}", diagnostic.code, diagnostic.message);
            let places = edited(suggestion);
            let at_edit = |other: &Diagnostic| {
                places.iter().any(|(file, start, end)| {
                    other.span.file.0 == *file && other.span.start <= *end && *start <= other.span.end
                })
            };
            if after
                .iter()
                .any(|other| count(std::slice::from_ref(other), diagnostic) == 1 && at_edit(other))
            {
                wrong.push(format!("{shown}: still there"));
            }
            // Where it was the only error there is none left; else what it hid may show, but not there.
            let alone =
                before.iter().filter(|other| other.is_error()).count() <= usize::from(diagnostic.is_error());
            for other in after.iter().filter(|other| other.is_error()) {
                if count(&after, other) > count(&before, other) && (alone || at_edit(other)) {
                    wrong.push(format!("{shown}: now {} {}", other.code, other.message));
                }
            }
        }
    }
    println!("{tried} suggestions");
    assert!(tried > 60, "only {tried} suggestions");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
