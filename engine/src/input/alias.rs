//! Copies what YAML aliases stand for and merges what `<<` names: a second arena is made from the one
//! that the events gave. Every copied node counts against the node limit, and so does every member
//! that a merge looks at, so that aliases of aliases end in an error before they cost time.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;
use core::ops::Range;

use super::document::{Document, Kind, NodeId, SideSpan};
use super::error::{Fault, ReadErrorKind, ReadLimits};
use super::nodes::{Node, Wide, flag};

/// Puts copies in place of aliases; `aliases` gives the anchored node of each node that is one.
/// A member of an object that has no key is a `<<`.
pub(super) fn expand<'t>(
    document: Document<'t>,
    aliases: &BTreeMap<u32, u32>,
    limits: &ReadLimits,
) -> Result<Document<'t>, Fault> {
    let mut copy = Copy {
        source: &document,
        aliases,
        nodes: Vec::with_capacity(document.nodes.len()),
        value_spans: Vec::new(),
        key_spans: Vec::new(),
        depth: limits.depth(),
        limit: limits.nodes,
        budget: limits.nodes,
    };
    copy.node(0, 0)?;
    let Copy {
        nodes,
        value_spans,
        key_spans,
        ..
    } = copy;
    Ok(Document {
        nodes: nodes.into(),
        value_spans,
        key_spans,
        ..document
    })
}

struct Copy<'s> {
    source: &'s Document<'s>,
    aliases: &'s BTreeMap<u32, u32>,
    nodes: Vec<Wide>,
    value_spans: Vec<SideSpan>,
    key_spans: Vec<SideSpan>,
    depth: u32,
    limit: u32,
    /// Members that merges may still look at.
    budget: u32,
}

/// A member of an object with its merges done: its key, and the node of the source that has both.
type Member<'s> = (&'s str, u32);

impl<'s> Copy<'s> {
    fn at(&self, id: u32) -> Option<&'s Wide> {
        self.source.nodes.wide(id)
    }

    /// The node that an alias stands for; any other node stands for itself.
    fn target(&self, id: u32) -> u32 {
        self.aliases.get(&id).copied().unwrap_or(id)
    }

    /// Where a node of the source is written.
    fn span(&self, id: u32) -> Range<u32> {
        self.source.span(NodeId(id))
    }

    /// Copies the subtree of `from`, with its key. Recursion is bounded by the depth limit.
    fn node(&mut self, from: u32, depth: u32) -> Result<(), Fault> {
        let target = self.target(from);
        let (Some(Wide { node: outer, hash }), Some(value)) = (self.at(from), self.at(target)) else {
            return Ok(());
        };
        let value = value.node;
        let id = self.nodes.len() as u32;
        if id >= self.limit {
            return Err(self.too_many(from));
        }
        let key_flags = flag::KEY | flag::KEY_EXTRA | flag::KEY_QUOTED | flag::KEY_LONG;
        let mut node = Node {
            flags: value.flags & !key_flags | outer.flags & key_flags,
            key_start: outer.key_start,
            key_len: outer.key_len,
            ..value
        };
        if target != from {
            node.flags |= flag::SPAN;
        }
        if node.flags & (flag::SPAN | flag::EXTRA) != 0 {
            self.value_spans.push((id, self.span(from)));
        }
        if outer.flags & flag::KEY_EXTRA != 0
            && let Some(span) = self.source.key_span(NodeId(from))
        {
            self.key_spans.push((id, span));
        }
        self.nodes.push(Wide { node, hash: *hash });
        if matches!(value.kind, Kind::List | Kind::Object) {
            if depth >= self.depth {
                let message = format!(
                    "lists and objects are nested more than {} deep: refused",
                    self.depth
                );
                return Err(Fault::new(
                    ReadErrorKind::TooDeep,
                    self.span(from).start as usize,
                    message,
                ));
            }
            self.children(target, depth + 1)?;
        }
        let next = self.nodes.len() as u32;
        if let Some(wide) = self.nodes.get_mut(id as usize) {
            wide.node.next = next;
        }
        Ok(())
    }

    fn children(&mut self, parent: u32, depth: u32) -> Result<(), Fault> {
        if self.has_merge(parent) {
            let mut members = Members::default();
            self.collect(parent, &mut members)?;
            for (_, member) in members.list {
                self.node(member, depth)?;
            }
            return Ok(());
        }
        let source = self.source;
        for child in source.children(NodeId(parent)) {
            self.node(child.0, depth)?;
        }
        Ok(())
    }

    fn has_merge(&self, parent: u32) -> bool {
        self.source.kind(NodeId(parent)) == Kind::Object
            && self
                .source
                .children(NodeId(parent))
                .any(|member| self.is_merge(member.0))
    }

    fn is_merge(&self, member: u32) -> bool {
        self.at(member)
            .is_some_and(|member| member.node.flags & flag::KEY == 0)
    }

    /// The members of an object in the order of the text; the later of two wins, merged or not, as in
    /// the YAML reader of kubectl.
    fn collect(&mut self, object: u32, members: &mut Members<'s>) -> Result<(), Fault> {
        let source = self.source;
        for member in source.children(NodeId(object)) {
            self.spend(member.0)?;
            if !self.is_merge(member.0) {
                if let Some(key) = source.key(member) {
                    members.set((key, member.0));
                }
                continue;
            }
            let value = self.target(member.0);
            match self.source.kind(NodeId(value)) {
                Kind::Object => self.collect(value, members)?,
                // Earlier elements take precedence, so they come last. An alias of a list is refused
                // by kubectl, a list of aliases is not.
                Kind::List if value == member.0 => {
                    let elements: Vec<NodeId> = self.source.children(NodeId(value)).collect();
                    for element in elements.into_iter().rev() {
                        self.spend(element.0)?;
                        let object = self.target(element.0);
                        if self.source.kind(NodeId(object)) != Kind::Object {
                            return Err(self.not_mergeable(element.0));
                        }
                        self.collect(object, members)?;
                    }
                }
                _ => return Err(self.not_mergeable(member.0)),
            }
        }
        Ok(())
    }

    fn spend(&mut self, at: u32) -> Result<(), Fault> {
        match self.budget.checked_sub(1) {
            Some(rest) => {
                self.budget = rest;
                Ok(())
            }
            None => Err(self.too_many(at)),
        }
    }

    #[cold]
    fn too_many(&self, at: u32) -> Fault {
        let message = format!(
            "with its aliases copied, the document has more than {} values: refused",
            self.limit
        );
        Fault::new(ReadErrorKind::TooManyNodes, self.span(at).start as usize, message)
    }

    #[cold]
    fn not_mergeable(&self, at: u32) -> Fault {
        let message = "`<<` merges an object or a list of objects: give one, or put `<<` in quotes";
        Fault::new(
            ReadErrorKind::NotJson,
            self.span(at).start as usize,
            message.to_owned(),
        )
    }
}

#[derive(Default)]
struct Members<'s> {
    list: Vec<Member<'s>>,
    index: BTreeMap<&'s str, usize>,
}

impl<'s> Members<'s> {
    fn set(&mut self, member: Member<'s>) {
        let place = self.index.entry(member.0).or_insert(self.list.len());
        match self.list.get_mut(*place) {
            Some(present) => *present = member,
            None => self.list.push(member),
        }
    }
}
