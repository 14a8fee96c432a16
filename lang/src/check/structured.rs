//! Texts that have a structure of their own, and the operations on texts that do not see it: a warning.

use alloc::format;

use crate::{Code, Diagnostic, Span, types::TypeId};

use super::{Checker, expr::Typed};

/// What a text is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Structured {
    /// The fields that hold it: type and name.
    fields: &'static [(&'static str, &'static str)],
    what: &'static str,
    /// What an operation on the text misses.
    why: &'static str,
    help: &'static str,
}

const STRUCTURED: &[Structured] = &[Structured {
    fields: &[
        ("k8s.Container", "image"),
        ("k8s.EphemeralContainer", "image"),
        ("k8s.ContainerStatus", "image"),
    ],
    what: "an image reference",
    why: "`nginx` and `docker.io/library/nginx:latest` are one image",
    help: "compare the parts of `oci.image(…)`: `registry`, `repository`, `tag`, `digest`",
}];

impl Checker<'_, '_> {
    /// What the text in a field of a record is.
    pub(super) fn structure_of(&mut self, record: TypeId, field: &str) -> Option<&'static Structured> {
        if !STRUCTURED
            .iter()
            .any(|row| row.fields.iter().any(|(_, name)| *name == field))
        {
            return None;
        }
        let name = self.show(record);
        STRUCTURED
            .iter()
            .find(|row| row.fields.contains(&(name.as_str(), field)))
    }

    /// Warns where `operation` looks at such a text as if it were any text.
    pub(super) fn raw_text(&mut self, value: &Typed, operation: &str, span: Span) {
        if let Some(structured) = value.structured {
            let message = format!("`{operation}` takes {} for any text", structured.what);
            self.report(
                Diagnostic::new(Code::RawText, span, message)
                    .with_note(structured.why)
                    .with_help(structured.help),
            );
        }
    }
}
