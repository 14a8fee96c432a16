//! Builds the arena of a document: opens and closes lists and objects, counts depth and nodes, and
//! refuses repeated keys. Relies on the reader for order (preorder) and offsets; never looks at the
//! grammar of the text.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::document::{Document, Kind, Position, SideSpan};
use super::error::{Fault, ReadErrorKind, ReadLimits};
use super::members::hash;
use super::nodes::{Node, Wide, flag};

/// Members up to which a new key is compared with those before it; larger objects are sorted once
/// when they close, so that the check is never quadratic.
const PAIRWISE: u32 = 32;

/// A key that has been read and waits for its value, the next node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    hash: u32,
    /// Where its content lies: in the file, or in `extra`.
    start: u32,
    end: u32,
    /// Key bits of [`flag`]; none where there is no key.
    flags: u8,
}

impl Key {
    /// Of an element, and of the root.
    pub(super) const NONE: Key = Key {
        hash: 0,
        start: 0,
        end: 0,
        flags: 0,
    };
}

/// A list or object whose end has not been met.
#[derive(Debug)]
struct Open {
    node: u32,
    members: u32,
    /// One bit for each key's hash: an object whose keys meet no bit twice has none repeated.
    seen: u64,
    object: bool,
}

#[derive(Debug)]
pub(super) struct Builder<'t> {
    text: &'t str,
    pub(super) extra: String,
    pub(super) nodes: Vec<Wide>,
    pub(super) value_spans: Vec<SideSpan>,
    pub(super) key_spans: Vec<SideSpan>,
    long_keys: Vec<Range<u32>>,
    open: Vec<Open>,
    depth: usize,
    limit: usize,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str, expected_nodes: usize, limits: &ReadLimits) -> Self {
        Builder {
            text,
            extra: String::new(),
            nodes: Vec::with_capacity(expected_nodes.min(limits.nodes as usize)),
            value_spans: Vec::new(),
            key_spans: Vec::new(),
            long_keys: Vec::new(),
            // Few documents are deeper.
            open: Vec::with_capacity(16),
            depth: limits.depth() as usize,
            limit: limits.nodes as usize,
        }
    }

    pub(super) fn finish(self, origin: Position, limit: usize) -> Document<'t> {
        Document {
            text: Cow::Borrowed(self.text),
            base: 0,
            origin,
            marks: origin.marks(self.text, limit),
            limit: limit as u32,
            extra: self.extra,
            nodes: self.nodes.into(),
            value_spans: self.value_spans,
            key_spans: self.key_spans,
            long_keys: self.long_keys,
        }
    }

    /// A key whose content is in the text.
    #[inline]
    pub(super) fn key_in_text(&self, content: Range<usize>, quoted: bool) -> Key {
        let bytes = self.text.as_bytes().get(content.clone()).unwrap_or_default();
        Key {
            hash: hash(bytes),
            start: content.start as u32,
            end: content.end as u32,
            flags: if quoted {
                flag::KEY | flag::KEY_QUOTED
            } else {
                flag::KEY
            },
        }
    }

    /// A key that was put into `extra` from `start` on, and is written at `span`, quotes included.
    pub(super) fn key_in_extra(&mut self, start: usize, span: Range<usize>) -> Key {
        let bytes = self.extra.as_bytes().get(start..).unwrap_or_default();
        let key = Key {
            hash: hash(bytes),
            start: start as u32,
            end: self.extra.len() as u32,
            flags: flag::KEY | flag::KEY_EXTRA,
        };
        self.key_spans
            .push((self.nodes.len() as u32, span.start as u32..span.end as u32));
        key
    }

    /// Whether the innermost open node is an object; none at the top.
    #[inline]
    pub(super) fn inside(&self) -> Option<bool> {
        self.open.last().map(|open| open.object)
    }

    /// Whether a node is a list or object that has not been closed.
    #[cfg(feature = "yaml")]
    pub(super) fn is_open(&self, node: u32) -> bool {
        self.open.binary_search_by_key(&node, |open| open.node).is_ok()
    }

    /// Adds a scalar, or the head of a list or object. `content` is in the text unless `flags` say so.
    #[expect(
        clippy::inline_always,
        reason = "once for each value that is read: a call costs as much as the work"
    )]
    #[inline(always)]
    pub(super) fn push(
        &mut self,
        kind: Kind,
        content: Range<usize>,
        flags: u8,
        key: Key,
    ) -> Result<(), Fault> {
        let id = self.nodes.len();
        if id >= self.limit {
            return Err(self.too_many(content.start));
        }
        let node = Node {
            start: content.start as u32,
            end: content.end as u32,
            next: id as u32 + 1,
            key_start: 0,
            key_len: 0,
            kind,
            flags,
        };
        let mut wide = Wide { node, hash: 0 };
        if key.flags != 0 {
            self.set_key(&mut wide, id as u32, key)?;
        }
        self.nodes.push(wide);
        Ok(())
    }

    #[inline]
    fn set_key(&mut self, wide: &mut Wide, id: u32, key: Key) -> Result<(), Fault> {
        wide.hash = key.hash;
        let node = &mut wide.node;
        node.flags |= key.flags;
        node.key_start = key.start;
        match u16::try_from(key.end - key.start) {
            Ok(length) => node.key_len = length,
            Err(_) => self.set_long_key(node, key),
        }
        if let Some(open) = self.open.last_mut() {
            let bit = 1u64 << (key.hash & 63);
            let met = open.seen & bit != 0;
            open.seen |= bit;
            open.members += 1;
            if met && open.members <= PAIRWISE {
                let parent = open.node;
                self.refuse_repeated(parent, id, wide)?;
            }
        }
        Ok(())
    }

    #[cold]
    fn set_long_key(&mut self, node: &mut Node, key: Key) {
        node.flags |= flag::KEY_LONG;
        node.key_start = self.long_keys.len() as u32;
        self.long_keys.push(key.start..key.end);
    }

    /// Compares a new key with the members before it.
    #[inline(never)]
    fn refuse_repeated(&self, parent: u32, id: u32, new: &Wide) -> Result<(), Fault> {
        let mut at = parent + 1;
        while let Some(member) = self.nodes.get(at as usize).filter(|_| at < id) {
            if member.hash == new.hash && self.key_text(&member.node) == self.key_text(&new.node) {
                return Err(self.repeated(id, &new.node));
            }
            at = member.node.next;
        }
        Ok(())
    }

    fn key_range(&self, node: &Node) -> Range<u32> {
        if node.flags & flag::KEY_LONG != 0 {
            return self
                .long_keys
                .get(node.key_start as usize)
                .cloned()
                .unwrap_or(0..0);
        }
        node.key_start..node.key_start + u32::from(node.key_len)
    }

    pub(super) fn key_text(&self, node: &Node) -> &str {
        let range = self.key_range(node);
        let source = if node.flags & flag::KEY_EXTRA != 0 {
            self.extra.as_str()
        } else {
            self.text
        };
        source
            .get(range.start as usize..range.end as usize)
            .unwrap_or_default()
    }

    /// Opens a list or object that begins at byte `start`.
    #[inline]
    pub(super) fn open(&mut self, object: bool, start: usize, key: Key) -> Result<(), Fault> {
        self.may_open(start)?;
        let kind = if object { Kind::Object } else { Kind::List };
        self.push(kind, start..start, 0, key)?;
        self.opened(object);
        Ok(())
    }

    /// Refuses a list or object that is too deep.
    #[inline]
    pub(super) fn may_open(&self, start: usize) -> Result<(), Fault> {
        if self.open.len() >= self.depth {
            return Err(self.too_deep(start));
        }
        Ok(())
    }

    /// The newest node is a list or object whose end has not been met.
    #[inline]
    pub(super) fn opened(&mut self, object: bool) {
        self.open.push(Open {
            node: (self.nodes.len() as u32).saturating_sub(1),
            members: 0,
            seen: 0,
            object,
        });
    }

    /// Closes the innermost list or object, whose last byte is before `end`.
    #[inline]
    pub(super) fn close(&mut self, end: usize) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        if open.members > PAIRWISE {
            self.refuse_repeated_among_many(open.node)?;
        }
        let next = self.nodes.len() as u32;
        if let Some(Wide { node, .. }) = self.nodes.get_mut(open.node as usize) {
            node.end = end as u32;
            node.next = next;
        }
        Ok(())
    }

    fn refuse_repeated_among_many(&self, parent: u32) -> Result<(), Fault> {
        let mut members = Vec::new();
        let mut at = parent + 1;
        while let Some(member) = self.nodes.get(at as usize) {
            members.push((member.hash, self.key_text(&member.node), at));
            at = member.node.next;
        }
        members.sort_unstable();
        // The repetition that comes first in the text, so that the message does not depend on hashes.
        let repetition = members
            .windows(2)
            .filter_map(|pair| match pair {
                [(hash, key, _), (other_hash, other_key, at)] if hash == other_hash && key == other_key => {
                    Some((*at, *key))
                }
                _ => None,
            })
            .min();
        match repetition.and_then(|(at, _)| Some((at, self.nodes.get(at as usize)?))) {
            Some((at, wide)) => Err(self.repeated(at, &wide.node)),
            None => Ok(()),
        }
    }

    #[cold]
    fn repeated(&self, id: u32, node: &Node) -> Fault {
        let side = self
            .key_spans
            .iter()
            .rev()
            .find(|span| span.0 == id)
            .map(|span| span.1.start);
        let in_text = || self.key_range(node).start - u32::from(node.flags & flag::KEY_QUOTED != 0);
        let key = excerpt(self.key_text(node));
        let message = format!("the key `{key}` is given twice: remove one of them");
        Fault::new(
            ReadErrorKind::RepeatedKey,
            side.unwrap_or_else(in_text) as usize,
            message,
        )
    }

    #[cold]
    fn too_deep(&self, offset: usize) -> Fault {
        let message = format!(
            "lists and objects are nested more than {} deep: refused",
            self.depth
        );
        Fault::new(ReadErrorKind::TooDeep, offset, message)
    }

    #[cold]
    pub(super) fn too_many(&self, offset: usize) -> Fault {
        let message = format!("the document has more than {} values: split it", self.limit);
        Fault::new(ReadErrorKind::TooManyNodes, offset, message)
    }
}

/// The first characters of a text from the input, fit for a message: control, bidirectional and quote
/// characters escaped.
pub(super) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == LONGEST {
            shown.push('…');
            break;
        }
        let hidden = matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
        if character.is_control() || hidden || character == '`' {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}
