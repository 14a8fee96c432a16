//! A document that is kept: as small as it gets, and quick to ask. Texts that the reader's own store holds
//! are in it once, room that was left is given back, and large lists and objects are known.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::ops::Range;

use super::document::Document;
use super::members::hash;
use super::nodes::{Wide, flag};

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
        if self.nodes.all_wide().is_empty() {
            return self;
        }
        let old = core::mem::take(&mut self.extra);
        let long = core::mem::take(&mut self.long_keys);
        let mut texts = Texts::default();
        for Wide { node, .. } in self.nodes.all_wide() {
            if node.flags & flag::EXTRA != 0 {
                Range {
                    start: node.start,
                    end: node.end,
                } = texts.once(&old, node.start..node.end);
            }
            if node.flags & flag::KEY == 0 {
                continue;
            }
            let mut key = node.key().range(&long).unwrap_or_default();
            if node.flags & flag::KEY_EXTRA != 0 {
                key = texts.once(&old, key);
            }
            match u8::try_from(key.len()) {
                Ok(length) => {
                    node.flags &= !flag::KEY_LONG;
                    node.key_start = key.start;
                    node.key_len = u16::from(length);
                }
                Err(_) => {
                    node.flags |= flag::KEY_LONG;
                    node.key_start = self.long_keys.len() as u32;
                    self.long_keys.push(key);
                }
            }
        }
        self.extra = texts.all;
        self.extra.shrink_to_fit();
        self.long_keys.shrink_to_fit();
        if self.text().is_empty() {
            // All places are empty then.
            self.value_spans = Vec::new();
            self.key_spans = Vec::new();
        }
        self.value_spans.shrink_to_fit();
        self.key_spans.shrink_to_fit();
        self.nodes = core::mem::take(&mut self.nodes).keep();
        self
    }
}

#[cfg(test)]
mod tests;
