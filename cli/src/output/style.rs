//! Colours, by meaning. With colours off every function gives its text back.

use std::borrow::Cow;

/// Whether and how text is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Style {
    /// Colours are on.
    pub(crate) colour: bool,
}

impl Style {
    fn paint<'t>(self, codes: &str, text: &'t str) -> Cow<'t, str> {
        if self.colour && !text.is_empty() {
            // Each piece ends its own colour, so that an interrupt leaves the terminal as it was.
            Cow::Owned(format!("\u{1b}[{codes}m{text}\u{1b}[0m"))
        } else {
            Cow::Borrowed(text)
        }
    }

    /// What denies or fails.
    pub(crate) fn alarm(self, text: &str) -> Cow<'_, str> {
        self.paint("1;31", text)
    }

    /// What warns.
    pub(crate) fn caution(self, text: &str) -> Cow<'_, str> {
        self.paint("1;33", text)
    }

    /// What is well.
    pub(crate) fn good(self, text: &str) -> Cow<'_, str> {
        self.paint("1;32", text)
    }

    /// Lines and arrows around a text.
    pub(crate) fn frame(self, text: &str) -> Cow<'_, str> {
        self.paint("1;34", text)
    }

    /// Words that matter.
    pub(crate) fn strong(self, text: &str) -> Cow<'_, str> {
        self.paint("1", text)
    }
}
