//! A part of a document as a document of its own, with the text that it needs and no other.

use alloc::{borrow::Cow, borrow::ToOwned, string::String};
use core::ops::Range;

use super::document::{Document, NodeId, Position, SideSpan};
use super::nodes::{Node, Wide, flag};

impl Document<'_> {
    /// The document that a node and what is in it make. Places stay those of the file.
    pub fn part(&self, id: NodeId) -> Document<'static> {
        let (first, end) = (id.0, self.end(id).0);
        let nodes = || (first..end).filter_map(|at| Some((NodeId(at), self.wide(NodeId(at))?)));
        // What is written in the text, and what lies beside it.
        let mut text = Extent::default();
        let mut extra = Extent::default();
        for (at, Wide { node, .. }) in nodes() {
            text.add(self.span(at));
            text.add(self.key_span(at).unwrap_or_default());
            if node.flags & flag::EXTRA != 0 {
                extra.add(node.start..node.end);
            }
            if node.flags & flag::KEY_EXTRA != 0 {
                extra.add(self.key_range(&node).unwrap_or_default());
            }
        }
        let (text, within) = (text.0.unwrap_or_default(), extra.0.clone().unwrap_or_default());
        let mut long_keys = alloc::vec::Vec::new();
        let nodes = nodes().map(|(_, Wide { node, hash })| {
            let mut moved = Node {
                next: node.next.saturating_sub(first),
                ..node
            };
            if node.flags & flag::EXTRA != 0 {
                Range {
                    start: moved.start,
                    end: moved.end,
                } = extra.moved(node.start..node.end);
            }
            if node.flags & (flag::KEY_EXTRA | flag::KEY_LONG) != 0 {
                let mut range = self.key_range(&node).unwrap_or_default();
                if node.flags & flag::KEY_EXTRA != 0 {
                    range = extra.moved(range);
                }
                moved.key_start = range.start;
                if node.flags & flag::KEY_LONG != 0 {
                    moved.key_start = long_keys.len() as u32;
                    long_keys.push(range);
                }
            }
            Wide { node: moved, hash }
        });
        let nodes = nodes.collect::<alloc::vec::Vec<Wide>>();
        let spans = |spans: &[SideSpan]| {
            let within = spans.iter().filter(|(at, _)| (first..end).contains(at));
            within
                .map(|(at, span)| (at.saturating_sub(first), span.clone()))
                .collect()
        };
        let start = self.locate(text.start..text.start);
        let within = within.start as usize..within.end as usize;
        Document {
            text: Cow::Owned(self.slice(text.clone()).unwrap_or_default().to_owned()),
            base: text.start,
            origin: Position {
                offset: text.start,
                line: start.line,
                column: start.column,
            },
            marks: self
                .marks
                .iter()
                .filter(|mark| text.contains(&mark.offset))
                .copied()
                .collect(),
            limit: text.end,
            extra: self.extra.get(within).map_or_else(String::new, ToOwned::to_owned),
            nodes: nodes.into(),
            value_spans: spans(&self.value_spans),
            key_spans: spans(&self.key_spans),
            long_keys,
        }
    }
}

/// The least range that holds all that were added; empty ranges count for nothing, and may lie outside.
#[derive(Debug, Default)]
struct Extent(Option<Range<u32>>);

impl Extent {
    /// A range in it, counted from where it begins.
    fn moved(&self, range: Range<u32>) -> Range<u32> {
        match &self.0 {
            Some(own) if !range.is_empty() => {
                range.start.saturating_sub(own.start)..range.end.saturating_sub(own.start)
            }
            _ => 0..0,
        }
    }

    fn add(&mut self, range: Range<u32>) {
        if range.is_empty() {
            return;
        }
        self.0 = Some(match self.0.take() {
            Some(known) => known.start.min(range.start)..known.end.max(range.end),
            None => range,
        });
    }
}
