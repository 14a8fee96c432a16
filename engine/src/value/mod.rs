//! Values of a decision: 16 bytes, `Copy`. A value that was read from a document stays a reference to
//! its node, scalars included, so that its place costs nothing until a finding is made. A value that
//! the policy made lies in a [`Heap`].

pub(crate) mod cursor;
pub(crate) mod few;
pub(crate) mod hash;
pub(crate) mod heap;
pub(crate) mod index;
pub(crate) mod number;
pub(crate) mod order;
pub(crate) mod place;
pub(crate) mod print;
pub(crate) mod rows;
pub(crate) mod shown;
pub(crate) mod symbols;
pub(crate) mod world;

use wardlaw_lang::types::Opaque;

use crate::input::NodeId;

use crate::plan::shape::ShapeId;
pub(crate) use cursor::{Cursor, Members};
pub(crate) use heap::{Heap, Mark};
pub(crate) use world::{View, World};

/// A document of a decision: an index into [`World::docs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DocId(pub(crate) u32);

/// A node of one of the documents of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NodeRef {
    pub(crate) doc: DocId,
    pub(crate) node: NodeId,
}

/// A value. Made lists, sets, tuples and maps are runs of a [`Heap`]; a record is a map.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    /// Absent.
    Null,
    Bool(bool),
    Int(i64),
    /// Finite.
    Float(f64),
    /// What was read from a document. Invariant: no node of kind null; that is [`Value::Null`].
    Node(NodeRef),
    /// The key of a member of a document: a text that has the member's place.
    Key(NodeRef),
    /// A made text.
    Text(u32),
    /// A made list.
    List(u32),
    /// A made set: ordered by value, each once.
    Set(u32),
    /// A made map or record: keys and values in turn, ordered by key.
    Map(u32),
    /// A made tuple.
    Tuple(u32),
    /// A text or number that was read as a value of an opaque type.
    Read(Opaque, NodeRef),
    /// A list or object that is taken whole, and has parts that are more than they are written as. Where
    /// nothing asks for all of it, it is a [`Value::Node`].
    Shaped(ShapeId, NodeRef),
    /// A made value of an opaque type: a made text.
    Made(Opaque, u32),
}

const _: () = assert!(size_of::<Value>() == 16);

impl Value {
    /// The node that a value is, apart from its shape.
    pub(crate) fn as_node(self) -> Option<NodeRef> {
        match self {
            Self::Node(at) | Self::Shaped(_, at) => Some(at),
            _ => None,
        }
    }

    /// Where a value was read.
    pub(crate) fn place(self) -> Option<NodeRef> {
        match self {
            Self::Node(at) | Self::Key(at) | Self::Read(_, at) | Self::Shaped(_, at) => Some(at),
            _ => None,
        }
    }

    /// A list or object as it lies: a `for` draws its nodes and reads them one by one.
    pub(crate) fn unshaped(self) -> Self {
        match self {
            Self::Shaped(_, at) => Self::Node(at),
            other => other,
        }
    }
}
