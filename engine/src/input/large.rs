//! What a document that is kept knows of its large lists and objects: where each child lies and which
//! member has a key. Without it a child is found by walking its siblings, which is quicker where these are
//! few; data are asked over and over, so what follows from them is worth keeping.

use alloc::vec::Vec;

use super::document::{Document, Kind, NodeId, flag};
use crate::hashed::Hashed;

/// Children from which a list or object is large.
const MANY: usize = 16;

/// The large lists and objects of a document.
#[derive(Clone, Debug, Default)]
pub(super) struct Large {
    /// Each with the place of its first child in `children`; ordered by node.
    containers: Vec<(u32, u32)>,
    children: Vec<u32>,
    /// Members of all large objects, by object and key.
    members: Hashed,
}

impl Document<'_> {
    /// Notes where the children of large lists and objects lie.
    pub(super) fn know_large(&mut self) {
        let mut large = Large::default();
        let mut members = Vec::new();
        for id in (0..self.nodes.len() as u32).map(NodeId) {
            // Most are too small to have so many.
            let size = self.end(id).0.saturating_sub(id.0) as usize;
            if size <= MANY || self.len(id) < MANY {
                continue;
            }
            if let Some(node) = self.nodes.get_mut(id.0 as usize) {
                node.flags |= flag::LARGE;
            }
            large.containers.push((id.0, large.children.len() as u32));
            large.children.extend(self.children(id).map(|child| child.0));
            if self.kind(id) == Kind::Object {
                let own = self.children(id);
                members.extend(own.filter_map(|child| {
                    let hash = self.node(child)?.hash;
                    Some((member(id, hash), child.0))
                }));
            }
        }
        if !large.containers.is_empty() {
            large.children.shrink_to_fit();
            large.members = Hashed::new(members);
            self.large = Some(large);
        }
    }
}

/// A member of an object, by the hash of its key: spread, so that each finds its own.
fn member(object: NodeId, hash: u32) -> u64 {
    let word = u64::from(object.0) << 32 | u64::from(hash);
    let spread = (word ^ word >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (spread ^ spread >> 32).wrapping_mul(0x94D0_49BB_1331_11EB)
}

impl Large {
    /// The children of a list or object, if it is large.
    pub(super) fn children(&self, id: NodeId) -> Option<&[u32]> {
        let at = self.containers.binary_search_by_key(&id.0, |(node, _)| *node);
        let at = at.ok()?;
        let (_, start) = self.containers.get(at)?;
        let next = self.containers.get(at.saturating_add(1));
        let end = next.map_or(self.children.len(), |(_, next)| *next as usize);
        self.children.get(*start as usize..end)
    }

    /// Nodes that may be the member of a large object.
    pub(super) fn members(&self, object: NodeId, hash: u32) -> &[u32] {
        self.members.numbers(member(object, hash))
    }
}
