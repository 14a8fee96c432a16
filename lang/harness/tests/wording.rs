//! How messages are worded: every diagnostic of the corpus, the pages and the broken files keeps the
//! rules of `docs/style.md` that a program can see.
#![expect(clippy::unwrap_used, reason = "tests")]

mod policies;

use policies::{diagnostics, policies};

#[test]
fn messages_are_worded_as_the_house_words_them() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, files) in policies() {
        for diagnostic in diagnostics(&files) {
            count += 1;
            let shown = format!("{name}: {} {}", diagnostic.code, diagnostic.message);
            let texts = [
                Some(diagnostic.message.as_str()),
                diagnostic.note.as_deref(),
                diagnostic.help.as_deref(),
            ];
            for text in texts.into_iter().flatten() {
                // A name such as `JSON Schema` keeps its capitals.
                let word = text.split(' ').next().unwrap_or("");
                let name = word.len() > 1 && word.chars().all(char::is_uppercase);
                let capital = word.chars().next().is_none_or(char::is_uppercase) && !name;
                if capital || text.ends_with('.') || text.contains('\n') {
                    wrong.push(format!("{shown}: worded `{text}`"));
                }
                if text.matches('`').count() % 2 != 0 && !text.contains("`` ` ``") {
                    wrong.push(format!("{shown}: a backtick too many in `{text}`"));
                }
            }
            let mended = diagnostic.help.is_some()
                || diagnostic.suggestion.is_some()
                || diagnostic
                    .note
                    .as_deref()
                    .is_some_and(|note| note.starts_with("did you mean"));
            if !mended {
                wrong.push(format!("{shown}: no mend"));
            }
        }
    }
    println!("{count} diagnostics");
    assert!(count > 300, "only {count} diagnostics");
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
