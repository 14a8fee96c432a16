//! Builds the arena of a document: opens and closes lists and objects, counts depth and nodes, and
//! refuses repeated keys. Relies on the reader for order (preorder) and offsets; never looks at the
//! grammar of the text.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::document::{Document, Kind, Node, Position, SideSpan, flag, hash};
use super::error::{Fault, ReadErrorKind, ReadLimits};

/// Members up to which a new key is compared with those before it; larger objects are sorted once
/// when they close, so that the check is never quadratic.
const PAIRWISE: u32 = 32;

/// A key that has been read and waits for its value.
#[derive(Clone, Debug)]
pub(super) struct Key {
    hash: u32,
    /// Where its content lies: in the file, or in `extra`.
    content: Range<u32>,
    /// Where it is written, quotes included.
    pub(super) span: Range<u32>,
    /// Key bits of [`flag`].
    flags: u8,
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
    pub(super) nodes: Vec<Node>,
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
            open: Vec::new(),
            depth: limits.depth() as usize,
            limit: limits.nodes as usize,
        }
    }

    pub(super) fn finish(self, origin: Position, limit: usize) -> Document<'t> {
        Document {
            text: Cow::Borrowed(self.text),
            base: 0,
            origin,
            limit: limit as u32,
            extra: self.extra,
            nodes: self.nodes,
            value_spans: self.value_spans,
            key_spans: self.key_spans,
            long_keys: self.long_keys,
        }
    }

    /// A key whose content is in the text, `quotes` bytes (0 or 1) inside its span.
    #[inline]
    pub(super) fn key_in_text(&self, content: Range<usize>, quoted: bool) -> Key {
        let bytes = self.text.as_bytes().get(content.clone()).unwrap_or_default();
        let quote = usize::from(quoted);
        Key {
            hash: hash(bytes),
            span: (content.start - quote) as u32..(content.end + quote) as u32,
            content: content.start as u32..content.end as u32,
            flags: if quoted {
                flag::KEY | flag::KEY_QUOTED
            } else {
                flag::KEY
            },
        }
    }

    /// A key that was put into `extra` from `start` on.
    pub(super) fn key_in_extra(&self, start: usize, span: Range<usize>) -> Key {
        let bytes = self.extra.as_bytes().get(start..).unwrap_or_default();
        Key {
            hash: hash(bytes),
            content: start as u32..self.extra.len() as u32,
            span: span.start as u32..span.end as u32,
            flags: flag::KEY | flag::KEY_EXTRA,
        }
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
    #[inline]
    pub(super) fn push(
        &mut self,
        kind: Kind,
        content: Range<usize>,
        flags: u8,
        key: Option<Key>,
    ) -> Result<(), Fault> {
        let id = self.nodes.len();
        if id >= self.limit {
            return Err(self.too_many(content.start));
        }
        let mut node = Node {
            start: content.start as u32,
            end: content.end as u32,
            next: id as u32 + 1,
            hash: 0,
            key_start: 0,
            key_len: 0,
            kind,
            flags,
        };
        if let Some(key) = key {
            self.set_key(&mut node, id as u32, key)?;
        }
        self.nodes.push(node);
        Ok(())
    }

    #[inline]
    fn set_key(&mut self, node: &mut Node, id: u32, key: Key) -> Result<(), Fault> {
        node.hash = key.hash;
        node.flags |= key.flags;
        let length = key.content.end - key.content.start;
        if let Ok(length) = u16::try_from(length) {
            node.key_start = key.content.start;
            node.key_len = length;
        } else {
            node.flags |= flag::KEY_LONG;
            node.key_start = self.long_keys.len() as u32;
            self.long_keys.push(key.content.clone());
        }
        if let Some(open) = self.open.last_mut() {
            let bit = 1u64 << (key.hash & 63);
            let met = open.seen & bit != 0;
            open.seen |= bit;
            open.members += 1;
            if met && open.members <= PAIRWISE {
                let parent = open.node;
                self.refuse_repeated(parent, id, node, &key)?;
            }
        }
        if key.flags & flag::KEY_EXTRA != 0 {
            self.key_spans.push((id, key.span));
        }
        Ok(())
    }

    /// Compares a new key with the members before it.
    fn refuse_repeated(&self, parent: u32, id: u32, new: &Node, key: &Key) -> Result<(), Fault> {
        let mut at = parent + 1;
        while let Some(member) = self.nodes.get(at as usize).filter(|_| at < id) {
            if member.hash == new.hash && self.key_text(member) == self.key_text(new) {
                return Err(repeated(self.key_text(new), key.span.start));
            }
            at = member.next;
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
    pub(super) fn open(&mut self, object: bool, start: usize, key: Option<Key>) -> Result<(), Fault> {
        if self.open.len() >= self.depth {
            return Err(self.too_deep(start));
        }
        let node = self.nodes.len() as u32;
        self.push(
            if object { Kind::Object } else { Kind::List },
            start..start,
            0,
            key,
        )?;
        self.open.push(Open {
            node,
            members: 0,
            seen: 0,
            object,
        });
        Ok(())
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
        if let Some(node) = self.nodes.get_mut(open.node as usize) {
            node.end = end as u32;
            node.next = next;
        }
        Ok(())
    }

    fn refuse_repeated_among_many(&self, parent: u32) -> Result<(), Fault> {
        let mut members = Vec::new();
        let mut at = parent + 1;
        while let Some(member) = self.nodes.get(at as usize) {
            members.push((member.hash, self.key_text(member), at));
            at = member.next;
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
        let Some((at, key)) = repetition else {
            return Ok(());
        };
        let side = self
            .key_spans
            .iter()
            .find(|span| span.0 == at)
            .map(|span| span.1.start);
        let offset = match (side, self.nodes.get(at as usize)) {
            (Some(start), _) => start,
            (None, Some(node)) => self.key_range(node).start - u32::from(node.flags & flag::KEY_QUOTED != 0),
            (None, None) => 0,
        };
        Err(repeated(key, offset))
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

#[cold]
fn repeated(key: &str, offset: u32) -> Fault {
    let message = format!("the key `{}` is given twice: remove one of them", excerpt(key));
    Fault::new(ReadErrorKind::RepeatedKey, offset as usize, message)
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
