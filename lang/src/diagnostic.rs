//! What is wrong with a policy, as plain data. Nothing here renders: `cli` does.

use alloc::{borrow::Cow, string::String, vec::Vec};

use crate::{code::Code, span::Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The policy cannot be used.
    Error,
    /// The policy can be used, but probably does not say what was meant.
    Warning,
}

/// Whether a suggestion may be applied without looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// It keeps or restores what was clearly meant.
    Safe,
    /// It is a guess; a person decides.
    Unsafe,
}

/// Replace the text of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// A mend that a tool can apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The edits, in source order, not overlapping.
    pub edits: Vec<Edit>,
    /// Whether it may be applied without looking.
    pub applicability: Applicability,
}

/// A further place that belongs to the diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there.
    pub message: String,
}

/// One diagnostic: a code, a place, what is wrong, and the mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code (`W0203`).
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// Where it is wrong.
    pub span: Span,
    /// What is wrong, one line, in the reader's terms.
    pub message: String,
    /// Short text under the primary span (`did you mean …?`).
    pub note: Option<String>,
    /// Further places.
    pub labels: Vec<Label>,
    /// How to mend it.
    pub help: Option<Cow<'static, str>>,
    /// A mend that a tool can apply.
    pub suggestion: Option<Suggestion>,
}

impl Diagnostic {
    /// A diagnostic of the code's default severity.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            span,
            message: message.into(),
            note: None,
            labels: Vec::new(),
            help: None,
            suggestion: None,
        }
    }

    /// With a short text under the primary span.
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// With the mend in words.
    pub fn with_help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With a further place.
    pub fn with_label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            message: message.into(),
        });
        self
    }

    /// With one edit that mends it.
    pub fn with_edit(mut self, span: Span, text: impl Into<String>, applicability: Applicability) -> Self {
        self.suggestion = Some(Suggestion {
            edits: alloc::vec![Edit {
                span,
                text: text.into()
            }],
            applicability,
        });
        self
    }

    /// Whether the policy cannot be used.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
