//! Walks over lists and maps that borrow no heap, so that the heap may grow between two steps.

use alloc::vec::IntoIter;

use smallvec::SmallVec;

use super::{DocId, NodeRef, Value, World};
use crate::{
    input::{Children, Document, Kind, NodeId},
    plan::shape::ShapeId,
};

/// The elements of a list, as they lie.
#[derive(Debug)]
pub(crate) enum Cursor<'a> {
    /// Of a made list.
    Run {
        /// The run.
        run: u32,
        /// The next index.
        at: u32,
    },
    /// Of a list in a document.
    Children {
        /// The document.
        doc: DocId,
        /// What is left.
        rest: Children<'a>,
    },
    /// Of a list in a document that is taken whole: what its elements are read as.
    Shaped(IntoIter<Value>),
}

impl<'a> Cursor<'a> {
    pub(super) fn run(run: u32) -> Self {
        Self::Run { run, at: 0 }
    }

    pub(super) fn children(doc: DocId, rest: Children<'a>) -> Self {
        Self::Children { doc, rest }
    }

    /// The next element.
    pub(crate) fn next(&mut self, world: &World<'_>) -> Option<Value> {
        match self {
            Self::Run { run, at } => {
                let item = world.run(*run).get(*at as usize).copied()?;
                *at = at.saturating_add(1);
                Some(item)
            }
            Self::Children { doc, rest } => rest.next().map(|node| world.node(*doc, node)),
            Self::Shaped(rest) => rest.next(),
        }
    }

    /// As [`Cursor::next`], with the node itself where there is one: of a null in a list, too.
    pub(crate) fn next_with_node(&mut self, world: &World<'_>) -> Option<(Value, Option<NodeRef>)> {
        match self {
            Self::Run { .. } | Self::Shaped(_) => self.next(world).map(|value| (value, None)),
            Self::Children { doc, rest } => rest
                .next()
                .map(|node| (world.node(*doc, node), Some(NodeRef { doc: *doc, node }))),
        }
    }
}

/// The members of a map, ordered by key; null members do not exist.
#[derive(Debug)]
pub(crate) enum Members {
    /// Of a made map.
    Run {
        /// The run.
        run: u32,
        /// The next index.
        at: u32,
    },
    /// Of an object in a document.
    Nodes {
        /// The document.
        doc: DocId,
        /// Members, last first.
        rest: SmallVec<[NodeId; 16]>,
        /// The object, and what it is taken as.
        shape: Option<(ShapeId, NodeId)>,
    },
}

impl Members {
    pub(super) fn run(run: u32) -> Self {
        Self::Run { run, at: 0 }
    }

    pub(super) fn node(at: NodeRef, document: &Document<'_>) -> Self {
        let mut rest: SmallVec<[NodeId; 16]> = document
            .children(at.node)
            .filter(|member| document.kind(*member) != Kind::Null)
            .collect();
        rest.sort_by(|a, b| document.key(*b).cmp(&document.key(*a)));
        Self::Nodes {
            doc: at.doc,
            rest,
            shape: None,
        }
    }

    /// Members as the shape of the object has them.
    pub(super) fn shaped(mut self, by: ShapeId, object: NodeId) -> Self {
        if let Self::Nodes { shape, .. } = &mut self {
            *shape = Some((by, object));
        }
        self
    }

    /// The next key and value.
    pub(crate) fn next(&mut self, world: &World<'_>) -> Option<(Value, Value)> {
        match self {
            Self::Run { run, at } => loop {
                let items = world.run(*run);
                let key = items.get(*at as usize).copied()?;
                let value = items.get(at.saturating_add(1) as usize).copied()?;
                *at = at.saturating_add(2);
                if !matches!(value, Value::Null) {
                    return Some((key, value));
                }
            },
            Self::Nodes { doc, rest, shape } => rest.pop().map(|node| {
                let at = NodeRef { doc: *doc, node };
                let value = match shape {
                    Some((shape, object)) => world.shaped_member(*shape, *object, at),
                    None => Value::Node(at),
                };
                (Value::Key(at), value)
            }),
        }
    }
}
