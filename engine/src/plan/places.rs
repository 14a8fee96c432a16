//! Sets of places, as the analysis of reads has them instead of values. Made lists, records and tuples
//! keep apart what their parts may be; shared parts are shared here, too.

use alloc::{rc::Rc, vec, vec::Vec};

use wardlaw_lang::ir::StringId;

/// What a value may be: places of inputs, or something made that holds such.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Abstract {
    /// Nodes of the tree of reads, in order.
    pub(super) nodes: Vec<u32>,
    /// The elements of a made list or set, the values of a made map.
    pub(super) element: Option<Rc<Abstract>>,
    /// The parts of a made record or tuple.
    pub(super) members: Vec<(Member, Rc<Abstract>)>,
}

/// A part of a made record or tuple.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Member {
    /// Of a record.
    Field(StringId),
    /// Of a tuple.
    Position(u32),
}

impl Abstract {
    pub(super) fn node(id: u32) -> Self {
        Self {
            nodes: vec![id],
            ..Self::default()
        }
    }

    pub(super) fn list(element: Self) -> Self {
        Self {
            element: element.some(),
            ..Self::default()
        }
    }

    pub(super) fn tuple(parts: impl IntoIterator<Item = Self>) -> Self {
        let members = parts
            .into_iter()
            .enumerate()
            .filter_map(|(index, part)| Some((Member::Position(index as u32), part.some()?)))
            .collect();
        Self {
            members,
            ..Self::default()
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.nodes.is_empty() && self.element.is_none() && self.members.is_empty()
    }

    pub(super) fn some(self) -> Option<Rc<Self>> {
        (!self.is_nothing()).then(|| Rc::new(self))
    }

    /// Either of both.
    pub(super) fn or(mut self, other: &Self) -> Self {
        if self.is_nothing() {
            return other.clone();
        }
        if other.is_nothing() {
            return self;
        }
        self.nodes.extend_from_slice(&other.nodes);
        self.nodes.sort_unstable();
        self.nodes.dedup();
        self.element = match (self.element.take(), &other.element) {
            (Some(a), Some(b)) if a == *b => Some(a),
            (Some(a), Some(b)) => Some(Rc::new((*a).clone().or(b))),
            (a, b) => a.or_else(|| b.clone()),
        };
        for (member, part) in &other.members {
            match self.members.binary_search_by_key(member, |(known, _)| *known) {
                Ok(at) => {
                    if let Some((_, known)) = self.members.get_mut(at)
                        && known != part
                    {
                        *known = Rc::new((**known).clone().or(part));
                    }
                }
                Err(at) => self.members.insert(at, (*member, part.clone())),
            }
        }
        self
    }

    /// A part of a made record or tuple; the values of a made map.
    pub(super) fn member(&self, member: Member) -> Self {
        let part = self
            .members
            .binary_search_by_key(&member, |(known, _)| *known)
            .ok()
            .and_then(|at| self.members.get(at))
            .map(|(_, part)| (**part).clone())
            .unwrap_or_default();
        match &self.element {
            Some(element) => part.or(element),
            None => part,
        }
    }

    /// All values of a made map or record.
    pub(super) fn values(&self) -> Self {
        let start = self.element.as_deref().cloned().unwrap_or_default();
        self.members.iter().fold(start, |all, (_, part)| all.or(part))
    }
}
