//! What a document that is kept knows of its large lists and objects: where each child lies and which
//! member has a key. Without it a child is found by walking its siblings, which is quicker where these are
//! few; data are asked over and over, so what follows from them is worth keeping.

use alloc::vec::Vec;
use core::ops::Range;

use super::document::Kind;
use super::nodes::{Node, Wide};

/// Children from which a list or object is large.
const MANY: usize = 16;

/// The large lists and objects of a document.
#[derive(Clone, Debug, Default)]
pub(super) struct Large {
    containers: Vec<Container>,
    /// What is known of each: where its children lie, unless they are scalars, which lie one after the other;
    /// and of an object its members by their keys, which is where the members of each bucket begin, and the
    /// members in the order of their buckets.
    words: Vec<u32>,
}

/// A large list or object.
#[derive(Clone, Debug)]
struct Container {
    /// Where it lies in the text.
    place: Range<u32>,
    /// Where its children begin in `words`.
    children: u32,
    /// Where its members by their keys begin.
    members: u32,
}

/// What is known of a large list or object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'d> {
    /// The first child, and one past the last node of the last.
    first: u32,
    end: u32,
    children: &'d [u32],
    members: &'d [u32],
}

impl Large {
    /// Notes a list or object if it is large; where.
    pub(super) fn add(&mut self, id: u32, node: &Node, nodes: &[Wide]) -> Option<u32> {
        let first = id.saturating_add(1);
        let size = node.next.saturating_sub(first) as usize;
        // Most are too small to have so many.
        if size < MANY {
            return None;
        }
        let child = |at: u32| nodes.get(at as usize).filter(|_| at < node.next);
        let children = core::iter::successors(Some(first), |at| Some(child(*at)?.node.next));
        let children = || children.clone().take_while(|at| *at < node.next);
        let count = children().count();
        if count < MANY {
            return None;
        }
        let at = self.containers.len() as u32;
        let start = self.begin()?;
        if count < size {
            self.words.extend(children());
        }
        let members = self.begin()?;
        if node.kind == Kind::Object {
            let members = children().filter_map(|at| Some((bucket(child(at)?.hash, count), at)));
            let mut members: Vec<(u32, u32)> = members.collect();
            members.sort_unstable();
            let begins = |of: u32| members.partition_point(|(bucket, _)| *bucket < of) as u32;
            self.words.extend((0..=buckets(count)).map(begins));
            self.words.extend(members.iter().map(|(_, at)| *at));
        }
        self.containers.push(Container {
            place: node.start..node.end,
            children: start,
            members,
        });
        Some(at)
    }

    /// Where the next words will lie; of a document that is larger than that nothing more is known.
    fn begin(&self) -> Option<u32> {
        u32::try_from(self.words.len()).ok()
    }

    /// Gives back what room is left.
    pub(super) fn shrink(&mut self) {
        self.containers.shrink_to_fit();
        self.words.shrink_to_fit();
    }

    /// Where one lies in the text.
    pub(super) fn place(&self, at: u32) -> Option<Range<u32>> {
        let container = self.containers.get(at as usize)?;
        Some(container.place.clone())
    }

    /// What is known of one whose first child and end are these.
    #[inline]
    pub(super) fn known(&self, at: u32, first: u32, end: u32) -> Option<Known<'_>> {
        let container = self.containers.get(at as usize)?;
        let next = self.containers.get((at as usize).saturating_add(1));
        let upto = next.map_or(self.words.len(), |next| next.children as usize);
        let members = container.members as usize;
        Some(Known {
            first,
            end,
            children: self.words.get(container.children as usize..members)?,
            members: self.words.get(members..upto)?,
        })
    }
}

impl<'d> Known<'d> {
    /// How many children it has.
    #[inline]
    pub(super) fn len(&self) -> usize {
        match self.children.len() {
            0 => self.end.saturating_sub(self.first) as usize,
            count => count,
        }
    }

    /// The child at an index.
    #[inline]
    pub(super) fn child(&self, index: usize) -> Option<u32> {
        if !self.children.is_empty() {
            return self.children.get(index).copied();
        }
        let child = self.first.checked_add(u32::try_from(index).ok()?)?;
        (child < self.end).then_some(child)
    }

    /// The child that a node is or lies in, and how many come before it.
    pub(super) fn towards(&self, to: u32) -> Option<(u32, usize)> {
        let before = if self.children.is_empty() {
            to.checked_sub(self.first)? as usize
        } else {
            let upto = self.children.partition_point(|child| *child <= to);
            upto.checked_sub(1)?
        };
        Some((self.child(before)?, before))
    }

    /// Nodes that may be the member whose key has that hash.
    #[inline]
    pub(super) fn members(&self, hash: u32) -> &'d [u32] {
        let count = self.len();
        let (begins, members) = self
            .members
            .split_at_checked((buckets(count) as usize).saturating_add(1))
            .unwrap_or_default();
        let begins = begins.get(bucket(hash, count) as usize..).unwrap_or_default();
        let &[start, end, ..] = begins else { return &[] };
        members.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// How many buckets there are for so many members, of which there are some.
#[inline]
fn buckets(count: usize) -> u32 {
    1 << count.ilog2().min(31)
}

/// The bucket of a hash among those for so many members, whose bits are others than those that a node keeps.
#[inline]
fn bucket(hash: u32, count: usize) -> u32 {
    let spread = hash.wrapping_mul(0x9E37_79B9);
    // All buckets are one where all bits are shifted out.
    spread
        .checked_shr(32_u32.saturating_sub(buckets(count).ilog2()))
        .unwrap_or(0)
}
