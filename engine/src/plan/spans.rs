//! Where expressions were written. Most stand in the file of the one before, so that files are noted once a run.

use alloc::vec::Vec;

use wardlaw_lang::{FileId, Span};

use super::OpId;

/// The spans of all expressions, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spans {
    pub(crate) ranges: Vec<(u32, u32)>,
    /// The first expression of each run, and its file.
    pub(crate) files: Vec<(u32, FileId)>,
}

impl Spans {
    pub(super) fn push(&mut self, span: Span) {
        if self.files.last().is_none_or(|(_, file)| *file != span.file) {
            self.files.push((self.ranges.len() as u32, span.file));
        }
        self.ranges.push((span.start, span.end));
    }

    /// Where an expression was written.
    pub(crate) fn get(&self, id: OpId) -> Option<Span> {
        let (start, end) = *self.ranges.get(id.0 as usize)?;
        let run = self.files.partition_point(|(first, _)| *first <= id.0);
        let (_, file) = self.files.get(run.checked_sub(1)?)?;
        Some(Span::new(*file, start, end))
    }

    pub(super) fn shrink(&mut self) {
        self.ranges.shrink_to_fit();
        self.files.shrink_to_fit();
    }
}
