//! A schema's text, read: a flat tree whose nodes know where they were written. The readers of JSON
//! and YAML are the host's (the engine's), so that there is one of each; what they hand over is this.

use alloc::{boxed::Box, vec::Vec};
use core::ops::Range;

/// A node of one tree: its index in preorder, the root being 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// What a node holds itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// Any other number.
    Number,
    /// A text.
    Text(Box<str>),
    /// A list; its elements are the nodes below.
    List,
    /// An object; its members are the nodes below.
    Object,
}

/// The key of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key.
    pub text: Box<str>,
    /// Where it was written, in bytes.
    pub span: Range<u32>,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it holds.
    pub value: Scalar,
    /// Its key, where it is a member of an object.
    pub key: Option<Key>,
    /// Where it was written, in bytes.
    pub span: Range<u32>,
    /// The index one past its subtree.
    pub next: u32,
}

/// A tree; nodes in preorder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// A tree of nodes in preorder. What does not fit together reads as an empty list or object.
    pub fn new(nodes: Vec<Node>) -> Self {
        Self { nodes }
    }

    /// The root.
    pub const ROOT: NodeId = NodeId(0);

    /// A node.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    /// What a node holds; null where there is none.
    pub fn value(&self, id: NodeId) -> &Scalar {
        self.node(id).map_or(&Scalar::Null, |node| &node.value)
    }

    /// The text, if the node is one.
    pub fn text(&self, id: NodeId) -> Option<&str> {
        match self.value(id) {
            Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether the node is an object.
    pub fn is_object(&self, id: NodeId) -> bool {
        matches!(self.value(id), Scalar::Object)
    }

    /// The elements of a list or the members of an object, as they were written.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + use<'_> {
        let end = self.node(id).map_or(0, |node| node.next);
        let mut at = id.0.saturating_add(1);
        core::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let child = NodeId(at);
            // At least one further, whatever the host handed over.
            at = self.node(child)?.next.max(at.saturating_add(1));
            Some(child)
        })
    }

    /// The members of an object with their keys; nothing for any other node.
    pub fn members(&self, id: NodeId) -> impl Iterator<Item = (&str, NodeId)> + use<'_> {
        let is_object = self.is_object(id);
        self.children(id)
            .filter(move |_| is_object)
            .filter_map(|child| Some((&*self.node(child)?.key.as_ref()?.text, child)))
    }

    /// The member of that key.
    pub fn get(&self, id: NodeId, key: &str) -> Option<NodeId> {
        self.members(id)
            .find(|(name, _)| *name == key)
            .map(|(_, child)| child)
    }

    /// The node that a path of keys leads to.
    pub fn path(&self, keys: &[&str]) -> Option<NodeId> {
        keys.iter().try_fold(Self::ROOT, |at, key| self.get(at, key))
    }

    /// All nodes.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }
}
