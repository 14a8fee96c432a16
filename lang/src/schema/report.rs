//! What is wrong with an import. Errors stand where the schema is wrong and name the import; warnings of
//! one kind are one diagnostic, whatever their number: a schema is often not the reader's own.

use alloc::{format, string::String, vec::Vec};

use super::{Import, address::longer, keyword};
use crate::{Code, Diagnostic, FileId, Sources, Span, suggest::nearest};

/// Errors beyond these are left out.
const MOST_ERRORS: usize = 20;

/// Further places that a warning points at.
const PLACES: usize = 3;

/// Places that are kept to point at the first of them.
const KEPT: usize = 256;

/// A place with what is to be said of it.
type Said = (Span, String);

/// Collects what is wrong.
#[derive(Debug)]
pub(super) struct Report<'w> {
    import: Span,
    reference: String,
    sources: &'w Sources,
    errors: Vec<Diagnostic>,
    vague: Places,
    unknown: Places,
    help: Option<String>,
}

/// Places of one kind.
#[derive(Debug, Default)]
struct Places {
    /// The first that were met.
    said: Vec<Said>,
    /// How many there are.
    count: usize,
}

impl Places {
    fn add(&mut self, span: Span, say: impl FnOnce() -> String) {
        self.count += 1;
        if self.said.len() < KEPT {
            self.said.push((span, say()));
        }
    }
}

impl<'w> Report<'w> {
    pub(super) fn new(import: Import<'_>, sources: &'w Sources) -> Self {
        Self {
            import: import.span,
            reference: longer("", import.reference).trim_start_matches('.').into(),
            sources,
            errors: Vec::new(),
            vague: Places::default(),
            unknown: Places::default(),
            help: None,
        }
    }

    /// An error of the import itself.
    pub(super) fn import(&mut self, message: String, help: impl Into<String>) {
        let diagnostic = Diagnostic::new(Code::BadSchema, self.import, message).with_help(help.into());
        self.errors.push(diagnostic);
    }

    /// Whether further errors are left out.
    pub(super) fn is_full(&self) -> bool {
        self.errors.len() >= MOST_ERRORS
    }

    /// An error in a schema.
    pub(super) fn error(&mut self, span: Span, message: String, help: impl Into<String>) {
        if !self.is_full() {
            let diagnostic = Diagnostic::new(Code::BadSchema, span, message)
                .with_label(self.import, "imported here")
                .with_help(help.into());
            self.errors.push(diagnostic);
        }
    }

    /// The schema asks for more work than is allowed.
    pub(super) fn exhausted(&mut self) {
        let message = format!(
            "`{}` is too large or too involved to make types of",
            self.reference
        );
        self.import(
            message,
            "import one definition of it with `#…`, or a smaller schema",
        );
    }

    /// A part of the schema that no type can say; its type is wider.
    pub(super) fn vague(&mut self, span: Span, why: &str) {
        self.vague.add(span, || why.into());
    }

    /// A keyword that nothing knows.
    pub(super) fn unknown(&mut self, span: Span, keyword: &str) {
        let shown: String = keyword.chars().take(60).collect();
        if self.help.is_none() && self.unknown.count < PLACES {
            let near = nearest(&shown, keyword::all());
            self.help = near.map(|near| format!("did you mean `{near}`?"));
        }
        self.unknown.add(span, || {
            format!("`{shown}` is no keyword of a schema: it says nothing")
        });
    }

    /// A span in a file.
    pub(super) fn span(&self, file: FileId, range: &core::ops::Range<u32>) -> Span {
        let end = self.sources.text(file).len() as u32;
        Span::new(file, range.start.min(end), range.end.min(end))
    }

    /// Everything, once.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
        let mut all = self.errors;
        let vague_help = "its fields are not checked when the policy is compiled; say more in the schema, \
                          or import a definition in it with `#…`";
        all.extend(together(
            Code::VagueSchema,
            self.import,
            self.vague,
            vague_help.into(),
        ));
        let help = self
            .help
            .unwrap_or_else(|| "remove it, or begin it with `x-`".into());
        all.extend(together(Code::UnknownKeyword, self.import, self.unknown, help));
        all
    }
}

/// All places of one kind as one diagnostic.
fn together(code: Code, import: Span, places: Places, help: String) -> Option<Diagnostic> {
    let Places { mut said, count } = places;
    said.sort_unstable_by_key(|(span, _)| (span.file, span.start));
    let mut said = said.into_iter();
    let (span, message) = said.next()?;
    let mut diagnostic = Diagnostic::new(code, span, message).with_label(import, "imported here");
    for (span, message) in said.by_ref().take(PLACES) {
        diagnostic = diagnostic.with_label(span, message);
    }
    let left = count.saturating_sub(PLACES + 1);
    if left > 0 {
        diagnostic = diagnostic.with_note(format!("and {left} more such places"));
    }
    Some(diagnostic.with_help(help))
}
