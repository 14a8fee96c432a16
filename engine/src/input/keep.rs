//! A document that is kept: as small as it gets, and quick to ask. Texts that the reader's own store holds
//! are in it once, room that was left is given back, and large lists and objects are known.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::ops::Range;

use super::document::{Document, flag, hash};

/// Texts that were met, each once.
#[derive(Default)]
struct Texts<'t> {
    /// By hash, so that few texts are compared; where each lies.
    known: BTreeMap<(u32, &'t str), u32>,
    all: String,
}

impl<'t> Texts<'t> {
    /// Where the text at a place of the old store lies in the new one.
    fn once(&mut self, old: &'t str, place: Range<u32>) -> Range<u32> {
        let text = old.get(place.start as usize..place.end as usize).unwrap_or("");
        if text.is_empty() {
            return 0..0;
        }
        let all = &mut self.all;
        let start = *self
            .known
            .entry((hash(text.as_bytes()), text))
            .or_insert_with(|| {
                let start = all.len() as u32;
                all.push_str(text);
                start
            });
        start..start.saturating_add(text.len() as u32)
    }
}

impl Document<'_> {
    /// For a document that decisions ask over and over.
    pub(crate) fn keep(mut self) -> Self {
        let old = core::mem::take(&mut self.extra);
        let mut texts = Texts::default();
        for node in &mut self.nodes {
            if node.flags & flag::EXTRA != 0 {
                let Range { start, end } = texts.once(&old, node.start..node.end);
                (node.start, node.end) = (start, end);
            }
            // Long keys are few.
            if node.flags & (flag::KEY_EXTRA | flag::KEY_LONG) == flag::KEY_EXTRA {
                let end = node.key_start.saturating_add(u32::from(node.key_len));
                node.key_start = texts.once(&old, node.key_start..end).start;
            }
        }
        for node in &self.nodes {
            if node.flags & (flag::KEY_EXTRA | flag::KEY_LONG) == flag::KEY_EXTRA | flag::KEY_LONG
                && let Some(place) = self.long_keys.get_mut(node.key_start as usize)
            {
                *place = texts.once(&old, place.clone());
            }
        }
        self.extra = texts.all;
        self.extra.shrink_to_fit();
        self.nodes.shrink_to_fit();
        if self.text().is_empty() {
            // All places are empty then.
            self.value_spans = Vec::new();
            self.key_spans = Vec::new();
        }
        self.value_spans.shrink_to_fit();
        self.key_spans.shrink_to_fit();
        self.know_large();
        self
    }
}
