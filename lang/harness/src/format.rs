//! What must hold of the format of any policy: the same tree, the same comments in the same order, and
//! a format that is its own.

use std::fmt::Write as _;

use wardlaw_lang::{
    Diagnostic, FileId, format,
    syntax::{Parsed, parse},
};

/// Formats a policy and checks the result. `None` where the policy has a mistake of syntax.
///
/// # Errors
/// What does not hold.
pub fn check(text: &str) -> Result<Option<String>, String> {
    let before = parse(FileId(0), text);
    let broken = before.diagnostics.iter().any(Diagnostic::is_error);
    let formatted = match format(FileId(0), text) {
        Err(_) if broken => return Ok(None),
        Err(diagnostics) => return Err(format!("refused without a mistake: {diagnostics:#?}")),
        Ok(_) if broken => return Err("formatted in spite of a mistake".into()),
        Ok(formatted) => formatted,
    };
    let after = parse(FileId(0), &formatted);
    if let Some(diagnostic) = after.diagnostics.iter().find(|d| d.is_error()) {
        return Err(format!(
            "the result has a mistake: {}\n{formatted}",
            diagnostic.message
        ));
    }
    let (old, new) = (comments(&before), comments(&after));
    if old != new {
        return Err(format!("comments were {old:#?}\nare {new:#?}\n{formatted}"));
    }
    let (old, new) = (tree(before), tree(after));
    if old.contains("kind: Error") {
        return Err(format!("a tree without a mistake has an error in it: {old}"));
    }
    if old != new {
        return Err(format!("another tree{}\n{formatted}", difference(&old, &new)));
    }
    match format(FileId(0), &formatted) {
        Ok(again) if again == formatted => Ok(Some(formatted)),
        again => Err(format!(
            "another format the second time:\n{formatted}\n---- then\n{}",
            again.unwrap_or_else(|_| "a mistake".into())
        )),
    }
}

/// The comments, without the white space at their ends.
fn comments<'s>(parsed: &Parsed<'s>) -> Vec<(&'s str, bool)> {
    parsed
        .comments
        .iter()
        .map(|comment| (comment.text.trim_end(), comment.doc))
        .collect()
}

/// The tree as text, without places.
fn tree(mut parsed: Parsed<'_>) -> String {
    for item in &mut parsed.file.items {
        for line in &mut item.docs {
            *line = line.trim_end();
        }
    }
    let mut shown = String::new();
    let _ = write!(shown, "{:?}", parsed.file);
    let mut pieces = shown.split("Span { file: FileId(0), ");
    let mut erased = String::from(pieces.next().unwrap_or(""));
    for piece in pieces {
        erased.push_str(piece.split_once(" }").map_or("", |(_, rest)| rest));
    }
    erased
}

fn difference(old: &str, new: &str) -> String {
    let same = old
        .char_indices()
        .zip(new.chars())
        .find(|((_, a), b)| a != b)
        .map_or(old.len().min(new.len()), |((at, _), _)| at);
    let around = |text: &str| -> String { text.chars().skip(same.saturating_sub(200)).take(400).collect() };
    format!("\nwas {}\nis  {}", around(old), around(new))
}
