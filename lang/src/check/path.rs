//! Paths: names and the fields behind them, each a number, so that what is known of one is found by
//! comparing numbers. Values never change: what was shown of a path stays true.

use alloc::vec::Vec;

use crate::{
    ids::{self, Ids},
    ir::{DataId, InputId, LetId, LocalId, StringId},
};

/// A path; an index into [`Paths`]. Equal paths have equal ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PathId(u32);

/// What a path ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum PathEnd {
    Root(Root),
    Field(PathId, StringId),
}

/// Where a path begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Root {
    Local(LocalId),
    Input(InputId),
    Data(DataId),
    Let(LetId),
}

/// All paths that were met.
#[derive(Debug, Default)]
pub(super) struct Paths {
    ends: Vec<PathEnd>,
    ids: Ids<PathEnd>,
}

impl Paths {
    /// The path that is this name.
    pub(super) fn root(&mut self, root: Root) -> PathId {
        self.id(PathEnd::Root(root))
    }

    /// The path with a field behind it.
    pub(super) fn field(&mut self, path: PathId, field: StringId) -> PathId {
        self.id(PathEnd::Field(path, field))
    }

    /// What a path ends with.
    pub(super) fn end(&self, path: PathId) -> Option<PathEnd> {
        self.ends.get(path.0 as usize).copied()
    }

    fn id(&mut self, end: PathEnd) -> PathId {
        let (ends, hash) = (&self.ends, ids::hash(&end));
        if let Some(id) = self
            .ids
            .find(hash, &end, |id| ends.get(id as usize) == Some(&end))
        {
            return PathId(id);
        }
        let id = self.ends.len() as u32;
        self.ids.add(hash, id, || end);
        self.ends.push(end);
        PathId(id)
    }
}
