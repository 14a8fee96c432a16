//! The read set: what the rules in force can read of each input, as a tree of steps. Each node knows
//! the type declared there and the rules that read it.

use alloc::vec::Vec;

use super::check::CheckId;
use crate::input::FieldKey;

/// A node; an index into [`Trie::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TrieId(pub(crate) u32);

/// What can be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trie {
    /// Of each input, the node of the whole; none where nothing reads it.
    pub(crate) roots: Vec<Option<TrieId>>,
    pub(crate) nodes: Vec<TrieNode>,
}

/// A place that can be read.
#[derive(Clone, Debug)]
pub(crate) struct TrieNode {
    /// What is declared there.
    pub(crate) check: CheckId,
    /// The steps below.
    pub(crate) edges: Vec<(Edge, TrieId)>,
    /// The rules that read it, in order.
    pub(crate) rules: Vec<u32>,
}

/// A step.
#[derive(Clone, Debug)]
pub(crate) enum Edge {
    /// To a field.
    Field(FieldKey),
    /// To each element of a list.
    Element,
    /// To one element of a list.
    Index(u32),
    /// To the value of each member of a map.
    Value,
    /// To the same place, where what is there is of that type.
    Variant(CheckId),
}

impl Trie {
    /// The node of that id.
    pub(crate) fn node(&self, id: TrieId) -> Option<&TrieNode> {
        self.nodes.get(id.0 as usize)
    }
}

/// One line a place, for tests: its steps and the rules that read it.
#[cfg(test)]
pub(crate) fn print(
    trie: &Trie,
    inputs: &[alloc::string::String],
    rules: &[alloc::string::String],
) -> Vec<alloc::string::String> {
    let mut lines = Vec::new();
    let mut stack: Vec<(TrieId, alloc::string::String)> = trie
        .roots
        .iter()
        .zip(inputs)
        .filter_map(|(root, name)| Some(((*root)?, name.clone())))
        .collect();
    while let Some((id, path)) = stack.pop() {
        let Some(node) = trie.node(id) else { continue };
        let names: Vec<&str> = node
            .rules
            .iter()
            .filter_map(|rule| rules.get(*rule as usize))
            .map(alloc::string::String::as_str)
            .collect();
        if !names.is_empty() {
            lines.push(alloc::format!("{path}: {}", names.join(", ")));
        }
        for (edge, below) in &node.edges {
            let step = match edge {
                Edge::Field(key) => alloc::format!(".{}", key.text()),
                Edge::Element => "[]".into(),
                Edge::Index(index) => alloc::format!("[{index}]"),
                Edge::Value => "[*]".into(),
                Edge::Variant(_) => "<>".into(),
            };
            stack.push((*below, alloc::format!("{path}{step}")));
        }
    }
    lines.sort();
    lines
}
