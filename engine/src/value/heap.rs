//! Arenas of made values. The plan's constants are one heap, frozen when the plan is built; each
//! decision adds its own. Ids count through both, constants first.

use alloc::{string::String, vec::Vec};

use super::Value;

/// Texts and runs of values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heap {
    pub(crate) text: String,
    pub(crate) texts: Vec<(u32, u32)>,
    pub(crate) items: Vec<Value>,
    pub(crate) runs: Vec<(u32, u32)>,
}

/// How full a heap was.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mark {
    text: usize,
    texts: usize,
    items: usize,
    runs: usize,
}

impl Heap {
    /// Gives back the room that was kept for more.
    pub(crate) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.texts.shrink_to_fit();
        self.items.shrink_to_fit();
        self.runs.shrink_to_fit();
    }

    /// Adds a text; its index in this heap.
    pub(crate) fn add_text(&mut self, text: &str) -> u32 {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        self.texts.push((start, self.text.len() as u32));
        (self.texts.len() as u32).saturating_sub(1)
    }

    /// Changes the text that was added last, in place.
    pub(crate) fn change_last(&mut self, change: impl FnOnce(&mut str)) {
        if let Some((start, end)) = self.texts.last()
            && let Some(text) = self.text.get_mut(*start as usize..*end as usize)
        {
            change(text);
        }
    }

    /// Adds a run; its index in this heap.
    pub(crate) fn add_run(&mut self, items: &[Value]) -> u32 {
        let start = self.items.len() as u32;
        self.items.extend_from_slice(items);
        self.runs.push((start, items.len() as u32));
        (self.runs.len() as u32).saturating_sub(1)
    }

    /// The text of that index.
    pub(crate) fn text(&self, index: u32) -> &str {
        self.texts
            .get(index as usize)
            .and_then(|(start, end)| self.text.get(*start as usize..*end as usize))
            .unwrap_or("")
    }

    /// The run of that index.
    pub(crate) fn run(&self, index: u32) -> &[Value] {
        self.runs
            .get(index as usize)
            .and_then(|(start, len)| {
                let start = *start as usize;
                self.items.get(start..start.checked_add(*len as usize)?)
            })
            .unwrap_or(&[])
    }

    /// How many texts there are.
    pub(crate) fn texts(&self) -> u32 {
        self.texts.len() as u32
    }

    /// How many runs there are.
    pub(crate) fn runs(&self) -> u32 {
        self.runs.len() as u32
    }

    /// Bytes of text.
    pub(crate) fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// Values in runs.
    pub(crate) fn values(&self) -> usize {
        self.items.len()
    }

    /// Adds everything of a heap that counted on from this one: its ids stay what they were.
    pub(crate) fn append(&mut self, later: &Self) {
        let (text, items) = (self.text.len() as u32, self.items.len() as u32);
        self.text.push_str(&later.text);
        self.items.extend_from_slice(&later.items);
        let texts = later.texts.iter();
        self.texts
            .extend(texts.map(|(start, end)| (start.saturating_add(text), end.saturating_add(text))));
        let runs = later.runs.iter();
        self.runs
            .extend(runs.map(|(start, len)| (start.saturating_add(items), *len)));
    }

    /// Drops everything, and keeps the room.
    #[cfg(feature = "std")]
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.texts.clear();
        self.items.clear();
        self.runs.clear();
    }

    /// How much fits without a further allocation.
    #[cfg(feature = "std")]
    pub(crate) fn capacity(&self) -> usize {
        let lists = self.texts.capacity().saturating_add(self.runs.capacity());
        let text = self.text.capacity() / size_of::<Value>();
        lists.saturating_add(self.items.capacity()).saturating_add(text)
    }

    /// Items, texts and bytes of text that were added since the mark.
    pub(crate) fn since(&self, mark: Mark) -> usize {
        let now = self.mark();
        let items = now.items.saturating_sub(mark.items);
        let texts = now.texts.saturating_sub(mark.texts);
        let text = now.text.saturating_sub(mark.text);
        items.saturating_add(texts).saturating_add(text)
    }

    /// How full the heap is.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            text: self.text.len(),
            texts: self.texts.len(),
            items: self.items.len(),
            runs: self.runs.len(),
        }
    }

    /// Drops what was added since the mark; nothing may refer to it any more.
    pub(crate) fn reset(&mut self, mark: Mark) {
        self.text.truncate(mark.text);
        self.texts.truncate(mark.texts);
        self.items.truncate(mark.items);
        self.runs.truncate(mark.runs);
    }
}
