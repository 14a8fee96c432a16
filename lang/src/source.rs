//! The texts of one compilation, their names, and the way from bytes to lines and columns.

use alloc::{string::String, sync::Arc, vec::Vec};

use crate::{
    schema::{Content, Tree},
    span::{FileId, Span},
};

/// One source file: a name for messages, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name shown in diagnostics and in findings (`policies/a.ward`).
    pub name: String,
    /// The text; copies of the sources share it.
    pub text: Arc<str>,
    /// Of a schema, what it holds; of a policy none.
    pub schema: Option<Content>,
    /// Of a file whose text is not at hand: the byte at which each line begins.
    pub lines: Option<Vec<u32>>,
}

/// All texts of one compilation, in the order in which they were added.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

/// A position for people: both 1-based, the column in Unicode code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// 1-based line.
    pub line: u32,
    /// 1-based column, in code points.
    pub column: u32,
}

impl Sources {
    /// No files yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and gives its id.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        self.push(name.into(), text.into(), None)
    }

    /// Adds a schema that policies may import, or another schema refer to, by this name.
    pub fn add_schema(
        &mut self,
        name: impl Into<String>,
        text: impl Into<Arc<str>>,
        content: Content,
    ) -> FileId {
        self.push(name.into(), text.into(), Some(content))
    }

    fn push(&mut self, name: String, text: Arc<str>, schema: Option<Content>) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files.push(Source {
            name,
            text,
            schema,
            lines: None,
        });
        id
    }

    /// Adds a file without its text, of which it is known where its lines begin.
    pub fn add_lines(&mut self, name: impl Into<String>, lines: Vec<u32>) -> FileId {
        let id = self.push(name.into(), Arc::default(), None);
        if let Some(source) = self.files.last_mut() {
            source.lines = Some(lines);
        }
        id
    }

    /// The schema of that name.
    pub fn schema(&self, name: &str) -> Option<(FileId, &Content)> {
        self.iter()
            .find_map(|(id, source)| Some((id, source.schema.as_ref().filter(|_| source.name == name)?)))
    }

    /// The schema with that id.
    pub fn tree(&self, id: FileId) -> Option<&Tree> {
        match self.get(id)?.schema.as_ref()? {
            Content::Tree(tree) => Some(tree),
            Content::Unreadable { .. } => None,
        }
    }

    /// The files that are policies.
    pub fn policies(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.iter().filter(|(_, source)| source.schema.is_none())
    }

    /// The file with that id; `None` for an id of another compilation.
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.files.get(id.0 as usize)
    }

    /// The name of a file, or `<unknown>`.
    pub fn name(&self, id: FileId) -> &str {
        self.get(id).map_or("<unknown>", |source| source.name.as_str())
    }

    /// The text of a file, or nothing.
    pub fn text(&self, id: FileId) -> &str {
        self.get(id).map_or("", |source| &*source.text)
    }

    /// The text that a span covers; empty where it does not lie on character boundaries.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file)
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// Files with their ids, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files
            .iter()
            .enumerate()
            .map(|(index, source)| (FileId(index as u32), source))
    }

    /// The number of files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Line and column of a byte of a file; without its text, the line's first column.
    pub fn line_column(&self, file: FileId, byte: u32) -> LineColumn {
        if let Some(lines) = self.get(file).and_then(|source| source.lines.as_ref()) {
            let line = lines.partition_point(|start| *start <= byte).max(1) as u32;
            return LineColumn { line, column: 1 };
        }
        line_column(self.text(file), byte as usize)
    }
}

/// Line and column of a byte of a text; a byte past the end is the end.
pub fn line_column(text: &str, byte: usize) -> LineColumn {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    let before = text.get(..byte).unwrap_or("");
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    LineColumn {
        line: before.bytes().filter(|b| *b == b'\n').count() as u32 + 1,
        column: before
            .get(line_start..)
            .unwrap_or("")
            .chars()
            .filter(|c| *c != '\u{feff}')
            .count() as u32
            + 1,
    }
}
