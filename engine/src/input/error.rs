//! What can go wrong when text is read, and the limits within which it is read.
//! A [`ReadError`] says where and how to mend it; it never quotes more than a few characters of the
//! input, and those escaped, because inputs can hold secrets and terminal control sequences.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use super::document::{Location, Position};

/// Bounds of one document. The defaults are far above any Kubernetes object, which etcd keeps below
/// 1.5 MiB.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadLimits {
    /// Bytes of one document; a longer one is refused before it is parsed.
    pub bytes: u32,
    /// Lists and objects inside each other. At most [`ReadLimits::DEEPEST`], whatever is set here.
    pub depth: u32,
    /// Values in one document, after YAML aliases have been copied.
    pub nodes: u32,
}

impl ReadLimits {
    /// The greatest depth that can be allowed: what follows a document downwards may use the stack.
    pub const DEEPEST: u32 = 1000;

    /// The depth in force.
    pub(super) fn depth(&self) -> u32 {
        self.depth.min(Self::DEEPEST)
    }
}

impl Default for ReadLimits {
    fn default() -> Self {
        ReadLimits {
            bytes: 8 * 1024 * 1024,
            depth: 256,
            nodes: 1_000_000,
        }
    }
}

/// The class of a [`ReadError`]; stable, unlike its message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The text is not JSON, or not YAML.
    Syntax,
    /// An object has one key twice.
    RepeatedKey,
    /// The document is longer than [`ReadLimits::bytes`].
    TooLarge,
    /// Lists and objects are nested deeper than `ReadLimits::depth`.
    TooDeep,
    /// The document has more values than [`ReadLimits::nodes`], often because aliases multiply.
    TooManyNodes,
    /// The text is not UTF-8, or holds a character that readers take differently.
    Encoding,
    /// YAML that has no meaning in JSON: a complex key, an infinite number, an unsuitable tag.
    NotJson,
}

/// Why a document could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadError {
    /// The class of the error.
    pub kind: ReadErrorKind,
    /// One line in lower case: what is wrong and how to mend it.
    pub message: String,
    /// Byte of the whole file at which the error was found.
    pub offset: u32,
    /// Line and column of `offset`; none where the input was not text.
    pub location: Option<Location>,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = &self.location {
            write!(f, "line {}, column {}: ", location.line, location.column)?;
        }
        f.write_str(&self.message)
    }
}

impl core::error::Error for ReadError {}

/// An error before its line and column are known: readers work with offsets, and lines are counted
/// only when there is something to report. Boxed, so that the results of the readers' inner functions
/// fit into registers.
#[derive(Debug)]
pub(super) struct Fault(Box<(ReadErrorKind, String, u32)>);

impl Fault {
    #[cold]
    pub(super) fn new(kind: ReadErrorKind, offset: usize, message: impl Into<String>) -> Self {
        Fault(Box::new((kind, message.into(), offset as u32)))
    }

    #[cold]
    pub(super) fn syntax(offset: usize, message: impl Into<String>) -> Self {
        Self::new(ReadErrorKind::Syntax, offset, message)
    }

    /// Counts lines from `origin`, a position at or before the fault.
    pub(super) fn locate(self, text: &str, origin: Position) -> ReadError {
        let (kind, message, offset) = *self.0;
        let (_, location) = origin.range(text, 0, offset..offset);
        ReadError {
            kind,
            message,
            offset,
            location: Some(location),
        }
    }

    /// For inputs that are not text.
    pub(super) fn without_location(self) -> ReadError {
        let (kind, message, offset) = *self.0;
        ReadError {
            kind,
            message,
            offset,
            location: None,
        }
    }
}
