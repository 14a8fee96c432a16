//! Which comments come next, and how the source stands around them: comments are written in their
//! order, each before the part of the tree that it stood before.

use alloc::vec::Vec;

use crate::{steps, syntax::Comment};

/// The comments of a file that have not been written yet, and the layout of its text.
#[derive(Debug)]
pub(super) struct Comments<'s> {
    source: &'s str,
    left: Vec<Comment<'s>>,
    /// The bytes where lines end, in order.
    breaks: Vec<u32>,
}

impl<'s> Comments<'s> {
    pub(super) fn new(source: &'s str, mut all: Vec<Comment<'s>>) -> Self {
        all.reverse();
        let breaks = source
            .bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n')
            .map(|(at, _)| at as u32)
            .collect();
        Self {
            source,
            left: all,
            breaks,
        }
    }

    /// The next comment, if it stands before this byte.
    pub(super) fn before(&self, position: u32) -> Option<Comment<'s>> {
        self.left
            .last()
            .filter(|comment| comment.span.start < position)
            .copied()
    }

    /// Takes the next comment, if it stands before this byte.
    pub(super) fn take_before(&mut self, position: u32) -> Option<Comment<'s>> {
        let comment = self.before(position)?;
        self.left.pop();
        Some(comment)
    }

    /// Whether nothing but white space stands before this byte on its line.
    pub(super) fn begins_line(&self, position: u32) -> bool {
        let gap = self.gap_before(position);
        gap.contains('\n') || gap.len() == position as usize
    }

    /// Whether an empty line stands before this byte.
    pub(super) fn blank_before(&self, position: u32) -> bool {
        self.gap_before(position)
            .bytes()
            .filter(|byte| *byte == b'\n')
            .count()
            > 1
    }

    /// Whether a line ends between two bytes.
    pub(super) fn breaks_between(&self, start: u32, end: u32) -> bool {
        let first = self.breaks.partition_point(|at| *at < start);
        self.breaks.get(first).is_some_and(|at| *at < end)
    }

    /// The white space before a byte.
    fn gap_before(&self, position: u32) -> &'s str {
        let before = self.source.get(..position as usize).unwrap_or("");
        let kept = before.trim_end_matches([' ', '\t', '\r', '\n', '\u{feff}']).len();
        let gap = before.get(kept..).unwrap_or("");
        steps::add(1 + gap.len());
        gap
    }
}
