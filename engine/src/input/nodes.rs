//! The nodes of a document, in preorder. Those of an input are made and read once, so they are as quick as they
//! can be; those of data are kept for long, so they are as small as they can be. Both are asked for what is
//! told of a node, and nobody else knows which they are.

use alloc::{boxed::Box, vec::Vec};
use core::ops::Range;

use super::document::Kind;
use super::large::{Known, Large};

/// What is told of a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// First byte of a scalar's content: between the quotes of a string; else of the whole value. Of a list or
    /// object [`Nodes::place`] knows it.
    pub(super) start: u32,
    /// One past the last byte of the content.
    pub(super) end: u32,
    /// The node after this subtree.
    pub(super) next: u32,
    /// First byte of the key's content, or an index into `long_keys`.
    pub(super) key_start: u32,
    /// Bytes of the key's content.
    pub(super) key_len: u16,
    pub(super) kind: Kind,
    pub(super) flags: u8,
}

/// A node as readers make it; a typical pod has 230 of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wide {
    pub(super) node: Node,
    /// [`hash`](super::hash) of the key.
    pub(super) hash: u32,
}

const _: () = assert!(size_of::<Wide>() == 24);

/// A node that is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// First byte of a scalar's content; of a list or object the index in `places` or `large`.
    start: u32,
    /// One past a scalar's content; of a list or object the node after its subtree, which after a scalar is
    /// the one that follows.
    end: u32,
    /// As in [`Node`], and so are the others.
    key_start: u32,
    /// Longer keys are in `long_keys`.
    key_len: u8,
    /// Bits of the key's hash: most keys that are not the one looked for differ in them.
    key_bits: u8,
    pub(super) kind: Kind,
    flags: u8,
}

const _: () = assert!(size_of::<Kept>() == 16);

/// The nodes of one document.
#[derive(Clone, Debug, Default)]
pub(super) struct Nodes {
    /// As a reader made them.
    wide: Vec<Wide>,
    /// Of a document that is kept, which has no others.
    kept: Box<[Kept]>,
    /// Where lists and objects that are kept and not large lie in the text; of those without text it is empty.
    places: Box<[(u32, u32)]>,
    /// What is known of those that are kept and large, if there are any.
    large: Option<Box<Large>>,
}

/// What is told of the key of a member. Of a node that is none the flags say so.
#[derive(Clone, Copy, Debug)]
pub(super) struct MemberKey {
    start: u32,
    length: u16,
    pub(super) flags: u8,
}

impl MemberKey {
    /// Where the key's content lies, in the file or in `extra`.
    #[inline]
    pub(super) fn range(self, long_keys: &[Range<u32>]) -> Option<Range<u32>> {
        if self.flags & flag::KEY_LONG != 0 {
            return long_keys.get(self.start as usize).cloned();
        }
        Some(self.start..self.start.checked_add(u32::from(self.length))?)
    }
}

impl Node {
    /// Its key.
    #[inline]
    pub(super) fn key(&self) -> MemberKey {
        MemberKey {
            start: self.key_start,
            length: self.key_len,
            flags: self.flags,
        }
    }
}

impl Kept {
    /// The longest key that is not in `long_keys`.
    pub(super) const LONGEST_KEY: u8 = u8::MAX;

    /// The bits of a key's hash that are kept.
    #[inline]
    fn bits(hash: u32) -> u8 {
        hash.to_le_bytes()[3]
    }

    /// Its key.
    #[inline]
    pub(super) fn key(&self) -> MemberKey {
        MemberKey {
            start: self.key_start,
            length: u16::from(self.key_len),
            flags: self.flags,
        }
    }

    /// The node after the subtree.
    #[inline]
    pub(super) fn next(&self, id: u32) -> u32 {
        if is_container(self.kind) {
            self.end
        } else {
            id.wrapping_add(1)
        }
    }

    /// What is told of it.
    #[inline]
    fn told(&self, id: u32) -> Node {
        Node {
            start: self.start,
            end: self.end,
            next: self.next(id),
            key_start: self.key_start,
            key_len: u16::from(self.key_len),
            kind: self.kind,
            flags: self.flags,
        }
    }

    /// Whether it is a large list or object.
    #[inline]
    pub(super) fn is_large(&self) -> bool {
        is_container(self.kind) && self.flags & flag::LARGE != 0
    }

    /// Whether the key may have that hash.
    #[inline]
    pub(super) fn may_have(&self, hash: u32) -> bool {
        self.key_bits == Self::bits(hash)
    }
}

impl From<Vec<Wide>> for Nodes {
    fn from(wide: Vec<Wide>) -> Self {
        Self {
            wide,
            ..Self::default()
        }
    }
}

impl Nodes {
    /// What is told of a node. Where it is not among those of a reader it may be among those that are kept, so
    /// that inputs pay nothing for these.
    #[inline]
    pub(super) fn get(&self, id: u32) -> Option<Node> {
        match self.wide(id) {
            Some(wide) => Some(wide.node),
            None => self.kept(id).map(|kept| kept.told(id)),
        }
    }

    /// A node as a reader made it; none where they are kept.
    #[inline]
    pub(super) fn wide(&self, id: u32) -> Option<&Wide> {
        self.wide.get(id as usize)
    }

    /// All of them; none where they are kept.
    pub(super) fn all_wide(&mut self) -> &mut [Wide] {
        &mut self.wide
    }

    /// A node that is kept.
    #[inline]
    pub(super) fn kept(&self, id: u32) -> Option<&Kept> {
        self.kept.get(id as usize)
    }

    /// How many there are.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.wide.len().saturating_add(self.kept.len())
    }

    /// Where the content of a node lies.
    #[inline]
    pub(super) fn place(&self, id: u32) -> Option<Range<u32>> {
        match self.wide(id) {
            Some(Wide { node, .. }) => Some(node.start..node.end),
            None => self.kept_place(id),
        }
    }

    /// As [`Nodes::place`], of a node that is kept.
    fn kept_place(&self, id: u32) -> Option<Range<u32>> {
        let kept = self.kept(id)?;
        if !is_container(kept.kind) {
            return Some(kept.start..kept.end);
        }
        if kept.is_large() {
            return self.large.as_ref()?.place(kept.start);
        }
        let place = self.places.get(kept.start as usize);
        Some(place.map_or(0..0, |(start, end)| *start..*end))
    }

    /// What is known of a list or object that is kept, if it is large.
    #[inline]
    pub(super) fn large(&self, id: u32) -> Option<Known<'_>> {
        let kept = self.kept(id)?;
        let known = self.large.as_ref().filter(|_| kept.is_large())?;
        known.known(kept.start, id.saturating_add(1), kept.end)
    }

    /// Makes them small; keys that are longer than [`Kept::LONGEST_KEY`] are in `long_keys` already.
    pub(super) fn keep(self) -> Self {
        let mut large = Large::default();
        let mut places = Vec::new();
        // Of a document without text all places are empty.
        let is_placed = |wide: &Wide| is_container(wide.node.kind) && wide.node.end != 0;
        let placed = self.wide.iter().any(is_placed);
        let kept = (0_u32..).zip(&self.wide).map(|(id, wide)| {
            let node = &wide.node;
            let mut kept = Kept {
                start: node.start,
                end: node.end,
                key_start: node.key_start,
                key_len: u8::try_from(node.key_len).unwrap_or(Kept::LONGEST_KEY),
                key_bits: Kept::bits(wide.hash),
                kind: node.kind,
                flags: node.flags,
            };
            if is_container(node.kind) {
                kept.end = node.next;
                kept.start = 0;
                // It may be a part of one that was kept.
                kept.flags &= !flag::LARGE;
                if let Some(at) = large.add(id, node, &self.wide) {
                    kept.start = at;
                    kept.flags |= flag::LARGE;
                } else if placed {
                    kept.start = places.len() as u32;
                    places.push((node.start, node.end));
                }
            }
            kept
        });
        let kept: Box<[Kept]> = kept.collect();
        large.shrink();
        let has_large = kept.iter().any(Kept::is_large);
        Self {
            wide: Vec::new(),
            kept,
            places: places.into(),
            large: has_large.then(|| Box::new(large)),
        }
    }
}

#[inline]
fn is_container(kind: Kind) -> bool {
    matches!(kind, Kind::List | Kind::Object)
}

/// Bits of [`Node::flags`].
pub(super) mod flag {
    /// The node is a member of an object.
    pub(in super::super) const KEY: u8 = 1;
    /// The key's content is in `extra`; its place in `key_spans`.
    pub(in super::super) const KEY_EXTRA: u8 = 2;
    /// The key is written in quotes, one byte on either side of its content.
    pub(in super::super) const KEY_QUOTED: u8 = 4;
    /// `key_start` is an index into `long_keys`.
    pub(in super::super) const KEY_LONG: u8 = 8;
    /// The content is in `extra`.
    pub(in super::super) const EXTRA: u8 = 16;
    /// The value is written in quotes, one byte on either side of its content.
    pub(in super::super) const QUOTED: u8 = 32;
    /// The boolean is true.
    pub(in super::super) const TRUE: u8 = 64;
    /// The list or object is in [`Large`](super::Large).
    pub(in super::super) const LARGE: u8 = 64;
    /// The place of the value is in `value_spans`.
    pub(in super::super) const SPAN: u8 = 128;
}
