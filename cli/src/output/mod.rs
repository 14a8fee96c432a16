//! What is written: one file a format, over one description of a result. Nothing here decides, and
//! nothing here writes to a stream.

pub(crate) mod diagnostic;
pub(crate) mod escape;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod snippet;
pub(crate) mod style;
pub(crate) mod summary;

use std::{cell::OnceCell, fmt};

use wardlaw::Decision;

use crate::engine::Identity;

/// The result for one object, or for a document or file that could not be read.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    /// The file.
    pub(crate) file: &'a Text<'a>,
    /// The document in the file, from 1; none where the file itself is wrong.
    pub(crate) document: Option<u32>,
    /// The item of a List, from 0.
    pub(crate) item: Option<u32>,
    /// What the object says it is, as far as it could be read.
    pub(crate) object: Option<&'a Identity<'a>>,
    /// The decision or the error.
    pub(crate) outcome: Outcome<'a>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Outcome<'a> {
    /// It was decided.
    Decided(&'a Decision),
    /// It could not be read.
    Failed(&'a Problem),
}

/// Why something could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Problem {
    /// One line.
    pub(crate) message: String,
    /// Line and column, both from 1.
    pub(crate) place: Option<(u32, u32)>,
    /// Whether an object has one key twice.
    pub(crate) repeated_key: bool,
}

impl Problem {
    /// A problem of a file or document as a whole.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..Self::default()
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// The text of an input, for showing lines of it. Lines are counted only once one is wanted.
#[derive(Debug)]
pub(crate) struct Text<'a> {
    /// The name of the file.
    pub(crate) name: &'a str,
    content: &'a str,
    starts: OnceCell<Vec<usize>>,
}

impl<'a> Text<'a> {
    /// A text and its name.
    pub(crate) fn new(name: &'a str, text: &'a str) -> Self {
        Self {
            name,
            content: text,
            starts: OnceCell::new(),
        }
    }

    /// A line, from 1, without its line break and without a byte order mark.
    pub(crate) fn line(&self, number: u32) -> Option<&'a str> {
        let starts = self.starts.get_or_init(|| {
            let breaks = self
                .content
                .bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect()
        });
        let index = (number as usize).checked_sub(1)?;
        let start = *starts.get(index)?;
        let end = starts.get(index + 1).copied().unwrap_or(self.content.len());
        let line = self.content.get(start..end)?;
        Some(line.trim_end_matches(['\n', '\r']).trim_start_matches('\u{feff}'))
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn lines_are_found_by_number() {
        let text = Text::new("a", "\u{feff}x\r\ny\n");
        assert_eq!(text.line(1), Some("x"));
        assert_eq!(text.line(2), Some("y"));
        assert_eq!(text.line(3), Some(""));
        assert_eq!(text.line(4), None);
        assert_eq!(text.line(0), None);
    }
}
