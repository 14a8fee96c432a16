//! What is written: one file a format, over one description of a result. Nothing here decides, and
//! nothing here writes to a stream.

pub(crate) mod audit;
pub(crate) mod cases;
pub(crate) mod diagnostic;
pub(crate) mod difference;
pub(crate) mod escape;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod page;
pub(crate) mod snippet;
pub(crate) mod style;
pub(crate) mod summary;

use std::{
    cell::{Cell, OnceCell},
    fmt,
};

use wardlaw::Decision;

use crate::engine::{Identity, Location};
use audit::DataFiles;

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
    /// Line and column where the object begins: the place of findings that have none of their own.
    pub(crate) start: Option<(u32, u32)>,
    /// The decision or the error.
    pub(crate) outcome: Outcome<'a>,
    /// Where places in data lie.
    pub(crate) data: &'a DataFiles,
}

impl Entry<'_> {
    /// Where a place lies in the file of this entry, by what its path is relative to.
    pub(crate) fn here(&self, within: Option<&str>, location: Option<Location>) -> Option<Location> {
        let in_data = within.is_some_and(|within| within.starts_with("data:"));
        let file = self.data.of(within).map(|file| file.name());
        location.filter(|_| !in_data || file == Some(self.file.name))
    }

    /// A place of another file in words; nothing for one of this.
    pub(crate) fn elsewhere(&self, within: Option<&str>, location: Option<Location>) -> Option<String> {
        let at = location.filter(|_| self.here(within, location).is_none())?;
        let file = self.data.of(within)?.name();
        Some(format!("{file}:{}:{}", at.line, at.column))
    }
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
    /// A byte whose line and column have been counted.
    counted: Cell<(usize, u32, u32)>,
}

impl<'a> Text<'a> {
    /// A text and its name.
    pub(crate) fn new(name: &'a str, text: &'a str) -> Self {
        Self {
            name,
            content: text,
            starts: OnceCell::new(),
            counted: Cell::new((0, 1, 1)),
        }
    }

    /// Line and column of a byte, from 1. Counted on from the last one asked for: the items of a list are
    /// asked for in order, and counting each from the start would take for ever.
    pub(crate) fn place(&self, byte: u32) -> (u32, u32) {
        let byte = byte as usize;
        let (mut from, mut line, mut column) = self.counted.get();
        if byte < from {
            (from, line, column) = (0, 1, 1);
        }
        let Some(passed) = self.content.get(from..byte) else {
            return (line, column);
        };
        let wide = |text: &str| text.chars().filter(|character| *character != '\u{feff}').count() as u32;
        match passed.rsplit_once('\n') {
            Some((lines, last)) => {
                line += lines.matches('\n').count() as u32 + 1;
                column = wide(last) + 1;
            }
            None => column += wide(passed),
        }
        self.counted.set((byte, line, column));
        (line, column)
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
    fn places_are_counted_forwards_and_backwards() {
        let text = Text::new("a", "\u{feff}x\n\nüy z\n");
        assert_eq!(text.place(3), (1, 1));
        assert_eq!(text.place(4), (1, 2));
        assert_eq!(text.place(5), (2, 1));
        assert_eq!(text.place(8), (3, 2));
        assert_eq!(text.place(10), (3, 4));
        assert_eq!(text.place(6), (3, 1));
        assert_eq!(text.place(99), (3, 1));
    }

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
