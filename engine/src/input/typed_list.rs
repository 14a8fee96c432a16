//! Typed lists (`PodList`): the API server leaves `apiVersion` and `kind` out of their items, and kubectl
//! takes them from the list. So does this: an item without both becomes an object that has them, written
//! where the list's own are.

use alloc::vec::Vec;

use super::{
    document::{Document, Kind, NodeId},
    manifest,
    nodes::{Wide, flag},
};

/// What an item takes from its list.
#[derive(Clone, Copy)]
struct Words {
    api_version: Wide,
    kind: Wide,
}

impl Document<'_> {
    /// With `apiVersion` and `kind` in the items of lists whose kind says what they are.
    #[must_use]
    pub fn with_item_types(mut self) -> Self {
        let mut untyped = Vec::new();
        self.untyped(self.root(), &mut untyped);
        if untyped.is_empty() {
            return self;
        }
        // Node by node: what comes after an item that grew moves by as much.
        let mut moved: Vec<u32> = Vec::with_capacity(self.nodes.len().saturating_add(1));
        let mut nodes: Vec<Wide> = Vec::new();
        let mut next = untyped.iter().peekable();
        for id in (0..self.nodes.len() as u32).map(NodeId) {
            moved.push(nodes.len() as u32);
            nodes.extend(self.wide(id));
            if let Some((_, words)) = next.next_if(|(item, _)| *item == id) {
                nodes.extend([words.api_version, words.kind]);
            }
        }
        moved.push(nodes.len() as u32);
        let place = |old: u32| moved.get(old as usize).copied().unwrap_or(old);
        for (index, Wide { node, .. }) in nodes.iter_mut().enumerate() {
            node.next = match node.next {
                // One of those that were added: a word without children.
                0 => (index as u32).saturating_add(1),
                old => place(old),
            };
        }
        for (node, _) in self.value_spans.iter_mut().chain(&mut self.key_spans) {
            *node = place(*node);
        }
        self.nodes = nodes.into();
        self
    }

    /// The items without both words, in order, and what their list says. Recursion is bounded by the
    /// document's depth.
    fn untyped(&self, list: NodeId, out: &mut Vec<(NodeId, Words)>) {
        let Some(items) = manifest::items(self, list) else {
            return;
        };
        let words = self.words(list);
        for item in self.children(items) {
            let lacks = |key| self.get_str(item, key).is_none();
            match words {
                Some(words) if self.kind(item) == Kind::Object && lacks("apiVersion") && lacks("kind") => {
                    out.push((item, words));
                }
                _ => self.untyped(item, out),
            }
        }
    }

    fn words(&self, list: NodeId) -> Option<Words> {
        let api_version = self.get_str(list, "apiVersion")?;
        let kind = self.get_str(list, "kind")?;
        self.str(api_version)?;
        let item = self
            .str(kind)?
            .strip_suffix("List")
            .filter(|item| !item.is_empty())?;
        let word = |id: NodeId, length: usize| {
            let mut word = self.wide(id)?;
            let node = &mut word.node;
            if node.flags & (flag::EXTRA | flag::KEY_EXTRA | flag::KEY_LONG) != 0 {
                return None;
            }
            node.end = node.start.checked_add(u32::try_from(length).ok()?)?;
            // The content is its own place; the list's side tables know nothing of it.
            node.flags &= !(flag::QUOTED | flag::SPAN | flag::KEY_QUOTED);
            node.next = 0;
            Some(word)
        };
        Some(Words {
            api_version: word(api_version, self.str(api_version)?.len())?,
            kind: word(kind, item.len())?,
        })
    }
}
