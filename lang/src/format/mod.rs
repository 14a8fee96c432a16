//! The one format of policies: tree and comments to text.
//!
//! It changes white space, and of punctuation only commas at the end of broken lists, parentheses in
//! types that say nothing, and the `?` of the steps of a place. What is read from the result is what
//! was read from the source, its comments are there in the same order, and the result's own format is
//! itself. The rules stand in `docs/format.md`; `doc.rs` knows lines, `comments.rs` comments, the other
//! files a part of the tree each.

mod clause;
mod comments;
mod doc;
mod expr;
mod item;
mod matching;
mod print;
mod text;
mod ty;

use alloc::{string::String, vec::Vec};

use crate::{
    diagnostic::Diagnostic,
    span::FileId,
    syntax::{Parsed, parse},
};

/// The text in the one format; the diagnostics where it has a mistake of syntax, and so no format.
/// Takes time linear in the length of the text.
///
/// # Errors
/// What the parser says, at least one error.
pub fn format(file: FileId, text: &str) -> Result<String, Vec<Diagnostic>> {
    let parsed = parse(file, text);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(parsed.diagnostics);
    }
    let Parsed { file, comments, .. } = parsed;
    Ok(print::file(text, &file, comments))
}
