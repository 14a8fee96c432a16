//! Members of objects by their keys: keys that are prepared and looked up in many documents, and the walk that
//! tells each member with its key.

use alloc::sync::Arc;
use core::ops::Range;

use super::document::{Document, Kind, NodeId};
use super::nodes::{Kept, MemberKey, Node, Wide, flag};

/// A key with its hash, made once and looked up in many documents. Copies share the text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FieldKey {
    text: Arc<str>,
    hash: u32,
}

impl FieldKey {
    /// Prepares a key.
    pub fn new(text: &str) -> Self {
        FieldKey {
            text: text.into(),
            hash: hash(text.as_bytes()),
        }
    }

    /// The key as text.
    pub fn text(&self) -> &str {
        &self.text
    }

    #[inline]
    pub(crate) fn hash(&self) -> u32 {
        self.hash
    }
}

/// Length, first eight and last eight bytes: enough to tell field names apart, and no more work than
/// reading them. Equal hashes are always followed by a comparison, so that keys made to collide cost
/// time in proportion to their length and change no answer.
#[inline]
pub(crate) fn hash(bytes: &[u8]) -> u32 {
    let (head, tail) = if let (Some(head), Some(tail)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (u64::from_le_bytes(*head), u64::from_le_bytes(*tail))
    } else if let (Some(head), Some(tail)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (
            u64::from(u32::from_le_bytes(*head)),
            u64::from(u32::from_le_bytes(*tail)),
        )
    } else {
        (bytes.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)), 0)
    };
    let length = (bytes.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((head ^ tail.rotate_left(23) ^ length).wrapping_mul(0xFF51_AFD7_ED55_8CCD) >> 32) as u32
}

/// Whether two keys are one. Most field names are short: their two ends say it, without a call.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    if let (Some(a_head), Some(b_head)) = (a.first_chunk::<8>(), b.first_chunk::<8>()) {
        a_head == b_head && a.last_chunk::<8>() == b.last_chunk::<8>() && (a.len() <= 16 || a == b)
    } else if let (Some(a_head), Some(b_head)) = (a.first_chunk::<4>(), b.first_chunk::<4>()) {
        a_head == b_head && a.last_chunk::<4>() == b.last_chunk::<4>()
    } else {
        a.iter().zip(b).all(|(a, b)| a == b)
    }
}

/// The key of a member, to be looked up among prepared ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MemberName<'d> {
    document: &'d Document<'d>,
    member: &'d Wide,
}

impl MemberName<'_> {
    #[inline]
    pub(crate) fn hash(&self) -> u32 {
        self.member.hash
    }

    /// The key.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        let key = self.member.node.key();
        self.document.key_bytes(key).unwrap_or_default()
    }

    /// What the member holds.
    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        self.member.node.kind
    }

    /// Whether it is that key.
    #[inline]
    pub(crate) fn is(&self, key: &FieldKey) -> bool {
        self.member.hash == key.hash && self.is_text(&key.text)
    }

    /// As [`MemberName::is`], of a text.
    #[inline]
    pub(crate) fn is_text(&self, key: &str) -> bool {
        let own = self.document.key_bytes(self.member.node.key());
        own.is_some_and(|own| same(own, key.as_bytes()))
    }
}

impl Document<'_> {
    /// The member of that key as it lies, an explicit null included. None where the node is no object.
    #[inline]
    pub fn get(&self, object: NodeId, key: &FieldKey) -> Option<NodeId> {
        self.find(object, key.hash, &key.text)
    }

    /// As [`Document::get`], for a key met for the first time.
    pub fn get_str(&self, object: NodeId, key: &str) -> Option<NodeId> {
        self.find(object, hash(key.as_bytes()), key)
    }

    #[inline]
    fn find(&self, object: NodeId, hash: u32, key: &str) -> Option<NodeId> {
        match self.nodes.wide(object.0) {
            Some(parent) => self.find_wide(object, &parent.node, hash, key),
            None => self.find_kept(object, hash, key),
        }
    }

    /// As [`Document::find`], where nodes are those of a reader.
    fn find_wide(&self, object: NodeId, parent: &Node, hash: u32, key: &str) -> Option<NodeId> {
        if parent.kind != Kind::Object {
            return None;
        }
        let mut at = object.0 + 1;
        while at < parent.next {
            let member = self.nodes.wide(at)?;
            if member.hash == hash && self.has_key(member.node.key(), key) {
                return Some(NodeId(at));
            }
            at = member.node.next;
        }
        None
    }

    /// As [`Document::find`], where nodes are kept.
    fn find_kept(&self, object: NodeId, hash: u32, key: &str) -> Option<NodeId> {
        let parent = self.nodes.kept(object.0)?;
        if parent.kind != Kind::Object {
            return None;
        }
        if parent.is_large() {
            return self.find_large(object, hash, key);
        }
        let end = parent.next(object.0);
        let mut at = object.0.wrapping_add(1);
        while at < end {
            let member = self.nodes.kept(at)?;
            if member.may_have(hash) && self.has_key(member.key(), key) {
                return Some(NodeId(at));
            }
            at = member.next(at);
        }
        None
    }

    /// As [`Document::find`], of a large object.
    fn find_large(&self, object: NodeId, hash: u32, key: &str) -> Option<NodeId> {
        let mut found = self.nodes.large(object.0)?.members(hash).iter();
        let is = |member: &Kept| member.may_have(hash) && self.has_key(member.key(), key);
        let found = found.find(|at| self.nodes.kept(**at).is_some_and(is));
        found.map(|at| NodeId(*at))
    }

    #[expect(
        clippy::inline_always,
        reason = "a look-up ends in one comparison, so a call is a tenth of it"
    )]
    #[inline(always)]
    fn has_key(&self, member: MemberKey, key: &str) -> bool {
        let text = self.key_bytes(member);
        text.is_some_and(|text| same(text, key.as_bytes()))
    }

    /// As [`Document::key_of`], without looking where characters begin.
    #[inline]
    fn key_bytes(&self, key: MemberKey) -> Option<&[u8]> {
        let range = key.range(&self.long_keys)?;
        if key.flags & flag::KEY_EXTRA != 0 {
            return self
                .extra
                .as_bytes()
                .get(range.start as usize..range.end as usize);
        }
        let start = range.start.checked_sub(self.base)?;
        let end = range.end.checked_sub(self.base)?;
        self.text.as_bytes().get(start as usize..end as usize)
    }

    /// Tells the members of an object with their keys, as they lie.
    #[inline]
    pub(crate) fn each_member(&self, object: NodeId, mut found: impl FnMut(NodeId, MemberName<'_>)) {
        let end = self.end(object).0;
        let mut at = object.0.saturating_add(1);
        while at < end {
            let widened;
            let member = match self.nodes.wide(at) {
                Some(member) => member,
                None => {
                    let Some(member) = self.widened(NodeId(at)) else {
                        return;
                    };
                    widened = member;
                    &widened
                }
            };
            let document = self;
            found(NodeId(at), MemberName { document, member });
            at = member.node.next;
        }
    }

    /// What is told of a node, with the hash of its key.
    #[inline]
    pub(super) fn wide(&self, id: NodeId) -> Option<Wide> {
        match self.nodes.wide(id.0) {
            Some(wide) => Some(*wide),
            None => self.widened(id),
        }
    }

    /// As [`Document::wide`], where nodes are kept.
    #[cold]
    fn widened(&self, id: NodeId) -> Option<Wide> {
        let mut node = self.node(id)?;
        Range {
            start: node.start,
            end: node.end,
        } = self.nodes.place(id.0)?;
        let hash = match node.flags & flag::KEY {
            0 => 0,
            _ => hash(self.key_bytes(node.key())?),
        };
        Some(Wide { node, hash })
    }
}
