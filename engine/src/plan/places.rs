//! Sets of places, as the analysis of reads has them instead of values. Made lists, records and tuples
//! keep apart what their parts may be. Sets are shared, not copied: most are one place, and handed on.

use alloc::{rc::Rc, vec, vec::Vec};

use wardlaw_lang::ir::StringId;

/// What a value may be: places of inputs, or something made that holds such. Without a set, neither.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Abstract(Option<Rc<Set>>);

/// A set that is not empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Set {
    /// Nodes of the tree of reads, in order.
    nodes: Vec<u32>,
    /// The elements of a made list or set, the values of a made map.
    element: Abstract,
    /// The parts of a made record or tuple, in order.
    members: Vec<(Member, Abstract)>,
}

/// A part of a made record or tuple.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Member {
    /// Of a record.
    Field(StringId),
    /// Of a tuple.
    Position(u32),
}

impl Set {
    fn made(self) -> Abstract {
        let nothing = self.nodes.is_empty() && self.element.is_nothing() && self.members.is_empty();
        Abstract((!nothing).then(|| Rc::new(self)))
    }

    fn add(&mut self, other: &Self) {
        if self.nodes != other.nodes {
            self.nodes.extend_from_slice(&other.nodes);
            self.nodes.sort_unstable();
            self.nodes.dedup();
        }
        self.element = core::mem::take(&mut self.element).or(&other.element);
        for (member, part) in &other.members {
            match self.members.binary_search_by_key(member, |(known, _)| *known) {
                Ok(at) => {
                    if let Some((_, known)) = self.members.get_mut(at) {
                        *known = core::mem::take(known).or(part);
                    }
                }
                Err(at) => self.members.insert(at, (*member, part.clone())),
            }
        }
    }
}

impl Abstract {
    pub(super) fn node(id: u32) -> Self {
        Self::of_nodes(vec![id])
    }

    /// Places in any order.
    pub(super) fn of_nodes(mut nodes: Vec<u32>) -> Self {
        nodes.sort_unstable();
        nodes.dedup();
        Set {
            nodes,
            ..Set::default()
        }
        .made()
    }

    pub(super) fn list(element: Self) -> Self {
        Set {
            element,
            ..Set::default()
        }
        .made()
    }

    pub(super) fn tuple(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::of_members((0..).map(Member::Position).zip(parts))
    }

    /// A record or tuple of these parts, in order.
    pub(super) fn of_members(members: impl Iterator<Item = (Member, Self)>) -> Self {
        Set {
            members: members.filter(|(_, part)| !part.is_nothing()).collect(),
            ..Set::default()
        }
        .made()
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.0.is_none()
    }

    /// The places themselves, in order.
    pub(super) fn nodes(&self) -> &[u32] {
        self.0.as_ref().map_or(&[], |set| &set.nodes)
    }

    /// The places alone.
    pub(super) fn places(&self) -> Self {
        match &self.0 {
            Some(set) if !set.element.is_nothing() || !set.members.is_empty() => {
                Self::of_nodes(set.nodes.clone())
            }
            _ => self.clone(),
        }
    }

    /// The elements of a made list or set, the values of a made map.
    pub(super) fn element(&self) -> Self {
        self.0.as_ref().map(|set| set.element.clone()).unwrap_or_default()
    }

    /// The parts of a made record or tuple.
    pub(super) fn members(&self) -> &[(Member, Self)] {
        self.0.as_ref().map_or(&[], |set| &set.members)
    }

    /// The same with other places.
    pub(super) fn with_nodes(&self, nodes: Vec<u32>) -> Self {
        let set = self.0.as_deref();
        Set {
            nodes,
            element: self.element(),
            members: set.map(|set| set.members.clone()).unwrap_or_default(),
        }
        .made()
    }

    /// The same with other parts of a record or tuple.
    pub(super) fn map_members(&self, of: impl FnMut(&(Member, Self)) -> (Member, Self)) -> Self {
        Set {
            nodes: self.nodes().to_vec(),
            element: self.element(),
            members: self.members().iter().map(of).collect(),
        }
        .made()
    }

    /// Either of both.
    pub(super) fn or(self, other: &Self) -> Self {
        match (self.0, &other.0) {
            (None, _) => other.clone(),
            (Some(mine), Some(others)) if !Rc::ptr_eq(&mine, others) && mine != *others => {
                let mut set = Rc::unwrap_or_clone(mine);
                set.add(others);
                set.made()
            }
            (Some(mine), _) => Self(Some(mine)),
        }
    }

    /// A part of a made record or tuple; the values of a made map.
    pub(super) fn member(&self, member: Member) -> Self {
        let members = self.members();
        let at = members.binary_search_by_key(&member, |(known, _)| *known);
        let part = at.ok().and_then(|at| members.get(at));
        let part = part.map(|(_, part)| part.clone()).unwrap_or_default();
        part.or(&self.element())
    }

    /// All values of a made map or record.
    pub(super) fn values(&self) -> Self {
        let members = self.members().iter();
        members.fold(self.element(), |all, (_, part)| all.or(part))
    }
}
