//! Ways through a document: parents, JSON pointers (RFC 6901) and steps. The arena holds no links
//! upwards; a way is found by descending from an ancestor, because only reports ask for one. Where siblings
//! are many and the document is kept, the child is found without walking them.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use super::document::{Document, Kind, NodeId, PathStep};

impl Document<'_> {
    /// The list or object that holds the node; none for the root.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        let mut parent = self.root();
        loop {
            let (child, _) = self.child_towards(parent, id)?;
            if child == id {
                return Some(parent);
            }
            parent = child;
        }
    }

    /// The child of `from` whose subtree holds `to`, and how many come before it.
    fn child_towards(&self, from: NodeId, to: NodeId) -> Option<(NodeId, usize)> {
        if to <= from || to >= self.end(from) {
            return None;
        }
        if let Some(known) = self.nodes.large(from.0) {
            return known.towards(to.0).map(|(child, before)| (NodeId(child), before));
        }
        let mut children = self.children(from).zip(0..);
        children.find(|(child, _)| to < self.end(*child))
    }

    /// The number of each node in the order of pointers, in which members come by key; none where the
    /// nodes lie in that order.
    pub(crate) fn pointer_order(&self) -> Option<Vec<u32>> {
        let mut numbers = alloc::vec![0; self.end(self.root()).0 as usize];
        let (mut next, mut as_they_lie) = (0, true);
        let mut left = alloc::vec![self.root()];
        while let Some(node) = left.pop() {
            as_they_lie &= node.0 == next;
            if let Some(number) = numbers.get_mut(node.0 as usize) {
                *number = next;
            }
            next = next.saturating_add(1);
            let start = left.len();
            left.extend(self.children(node));
            if let Some(children) = left.get_mut(start..) {
                if self.kind(node) == Kind::Object {
                    children.sort_by_key(|child| self.key(*child));
                }
                children.reverse();
            }
        }
        (!as_they_lie).then_some(numbers)
    }

    /// The way from an ancestor down to a node; empty from a node to itself, none where `from` does not
    /// hold `to`.
    pub fn steps(&self, from: NodeId, to: NodeId) -> Option<Vec<PathStep<'_>>> {
        let mut steps = Vec::new();
        self.each_step(from, to, |step| steps.push(step))?;
        Some(steps)
    }

    /// As [`Document::steps`], told one by one.
    pub(crate) fn each_step<'d>(
        &'d self,
        from: NodeId,
        to: NodeId,
        mut step: impl FnMut(PathStep<'d>),
    ) -> Option<()> {
        self.node(to)?;
        let mut at = from;
        while at != to {
            let (child, before) = self.child_towards(at, to)?;
            step(match self.key(child) {
                Some(key) => PathStep::Key(key),
                None => PathStep::Index(before),
            });
            at = child;
        }
        Some(())
    }

    /// The JSON pointer of `to` relative to its ancestor `from`: `""` for the node itself.
    pub fn pointer(&self, from: NodeId, to: NodeId) -> Option<String> {
        let mut pointer = String::new();
        for step in self.steps(from, to)? {
            push_step(&mut pointer, &step);
        }
        Some(pointer)
    }

    /// The node at a JSON pointer below `from`.
    pub fn resolve(&self, from: NodeId, pointer: &str) -> Option<NodeId> {
        let (node, rest) = self.resolve_nearest(from, pointer);
        rest.is_empty().then_some(node)
    }

    /// The last node on the way of a JSON pointer that is present, and the rest of the pointer, which
    /// is empty where the whole way is there.
    pub fn resolve_nearest<'p>(&self, from: NodeId, pointer: &'p str) -> (NodeId, &'p str) {
        let mut at = from;
        let mut rest = pointer;
        while let Some(tail) = rest.strip_prefix('/') {
            let length = tail.find('/').unwrap_or(tail.len());
            let (Some(token), Some(after)) = (tail.get(..length), tail.get(length..)) else {
                break;
            };
            let Some(child) = self.step_to(at, token) else {
                break;
            };
            at = child;
            rest = after;
        }
        (at, rest)
    }

    fn step_to(&self, from: NodeId, token: &str) -> Option<NodeId> {
        match self.kind(from) {
            Kind::Object => self.get_str(from, &unescape(token)?),
            // RFC 6901: digits without leading zeros; `-` names no element that is there.
            Kind::List if token == "0" || token.starts_with(|first: char| matches!(first, '1'..='9')) => {
                self.element(from, token.parse().ok()?)
            }
            _ => None,
        }
    }
}

/// Adds one step to a JSON pointer.
fn push_step(pointer: &mut String, step: &PathStep<'_>) {
    pointer.push('/');
    match step {
        PathStep::Key(key) => {
            for character in key.chars() {
                match character {
                    '~' => pointer.push_str("~0"),
                    '/' => pointer.push_str("~1"),
                    other => pointer.push(other),
                }
            }
        }
        // Writing to a string does not fail.
        PathStep::Index(index) => drop(write!(pointer, "{index}")),
    }
}

/// The key that a pointer's token stands for; none where a `~` is followed by neither 0 nor 1.
fn unescape(token: &str) -> Option<Cow<'_, str>> {
    if !token.contains('~') {
        return Some(Cow::Borrowed(token));
    }
    let mut key = String::with_capacity(token.len());
    let mut characters = token.chars();
    while let Some(character) = characters.next() {
        key.push(match character {
            '~' => match characters.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            other => other,
        });
    }
    Some(Cow::Owned(key))
}
