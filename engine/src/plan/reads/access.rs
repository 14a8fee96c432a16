//! From places to what lies below them: the nodes of the tree of reads, made where they are first met.

use alloc::{collections::BTreeMap, sync::Arc, vec::Vec};

use wardlaw_lang::{
    ir::{self, StringId},
    types::{Type, TypeId, Types},
};

use super::{Abstract, CheckId, Declared, How, Member, Node, Reads, Seen, Step};

/// How a value is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Access {
    /// A field of those that know it.
    Field(StringId, CheckId),
    /// The same, by a builtin, which reads it as what is declared there.
    Member(StringId),
    /// The value of a key that is known.
    Key(StringId, CheckId),
    Index(u32, CheckId),
    Element,
    Position(u32),
    Value,
}

/// What lies one step below a declared type: a list's elements, or the values of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Below {
    Element,
    Position(u32),
    Value,
}

impl Reads<'_> {
    pub(super) fn new_node(&mut self, check: CheckId) -> u32 {
        let id = self.nodes.len() as u32;
        self.nodes.push(Node {
            check,
            alone: Abstract::default(),
            steps: BTreeMap::new(),
            rules: Vec::new(),
            whole: Vec::new(),
        });
        id
    }

    pub(super) fn node_check(&self, node: u32) -> CheckId {
        self.nodes
            .get(node as usize)
            .map_or(CheckId(u32::MAX), |node| node.check)
    }

    pub(super) fn node_type(&self, node: u32) -> Arc<Declared> {
        self.checks.declared(self.node_check(node))
    }

    /// The set of one place.
    pub(super) fn place(&mut self, id: u32) -> Abstract {
        let Some(node) = self.nodes.get_mut(id as usize) else {
            return Abstract::default();
        };
        if node.alone.is_nothing() {
            node.alone = Abstract::node(id);
        }
        node.alone.clone()
    }

    /// The node one step below; made where it is new.
    pub(super) fn step(&mut self, node: u32, step: Step, check: CheckId) -> u32 {
        if let Some(known) = self
            .nodes
            .get(node as usize)
            .and_then(|node| node.steps.get(&step))
        {
            return *known;
        }
        let below = self.new_node(check);
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.steps.insert(step, below);
        }
        below
    }

    /// What is below a value, and what was found besides. Where the value may be at many places, and each rule that
    /// looks at containers looks at two dozen, they are followed once.
    pub(super) fn read(
        &mut self,
        found: Abstract,
        value: &Abstract,
        access: Access,
        mut step: impl FnMut(&mut Self, u32) -> Option<(Step, CheckId)>,
    ) -> Abstract {
        let mut below = |this: &mut Self, node: u32| {
            let (step, check) = step(this, node)?;
            Some(this.step(node, step, check))
        };
        match value.nodes() {
            [] => found,
            [only] => match below(self, *only) {
                Some(below) => {
                    self.seen.nodes.push((below, How::Itself));
                    found.or(&self.place(below))
                }
                None => found,
            },
            nodes => {
                let key = (value.places(), access);
                if let Some((below, group)) = self.accesses.get(&key) {
                    self.seen.groups.push(*group);
                    return found.or(below);
                }
                let below: Vec<u32> = nodes.iter().filter_map(|node| below(self, *node)).collect();
                let read = below.iter().map(|node| (*node, How::Itself));
                let group = self.group(Seen {
                    nodes: read.collect(),
                    groups: Vec::new(),
                });
                let below = Abstract::of_nodes(below);
                self.seen.groups.push(group);
                self.accesses.insert(key, (below.clone(), group));
                found.or(&below)
            }
        }
    }

    pub(super) fn input(&mut self, id: ir::InputId) -> Abstract {
        let index = id.index();
        let root = match self.roots.get(index).copied().flatten() {
            Some(root) => root,
            None => {
                let ty = self
                    .program
                    .inputs
                    .get(index)
                    .map_or(Types::ANY, |input| input.ty);
                let check = self.check(ty);
                let root = self.new_node(check);
                if let Some(slot) = self.roots.get_mut(index) {
                    *slot = Some(root);
                }
                root
            }
        };
        self.seen.nodes.push((root, How::Itself));
        self.place(root)
    }

    pub(super) fn field(&mut self, base: &Abstract, name: StringId, ty: TypeId) -> Abstract {
        let text = self.program.string(name);
        let check = self.check(ty);
        let found = base.member(Member::Field(name));
        let step = Step::Field(name, check);
        self.read(found, base, Access::Field(name, check), |this, node| {
            // What was read before can be.
            let of = this.nodes.get(node as usize);
            let before = of.is_some_and(|node| node.steps.contains_key(&step));
            (before || this.knows(node, text)).then_some((step, check))
        })
    }

    /// Whether what is at a node can have the field.
    pub(super) fn knows(&mut self, node: u32, name: &str) -> bool {
        let declared = self.node_type(node);
        declared.alternatives.iter().any(|id| {
            let body = self.types.resolve(*id);
            match self.types.get(body) {
                Type::Record(_) => self.types.field(body, name).is_some(),
                Type::Map(_) | Type::Any => true,
                _ => false,
            }
        })
    }

    pub(super) fn elements(&mut self, list: &Abstract) -> Abstract {
        self.read(list.element(), list, Access::Element, |this, node| {
            let check = this.below(node, Below::Element)?;
            Some((Step::Element(check), check))
        })
    }

    /// The element at a position of a tuple.
    pub(super) fn position(&mut self, tuple: &Abstract, index: u32) -> Abstract {
        let found = tuple.member(Member::Position(index));
        self.read(found, tuple, Access::Position(index), |this, node| {
            let check = this.below(node, Below::Position(index))?;
            Some((Step::Index(index, check), check))
        })
    }

    pub(super) fn values(&mut self, map: &Abstract) -> Abstract {
        self.read(map.values(), map, Access::Value, |this, node| {
            let check = this.below(node, Below::Value)?;
            Some((Step::Value(check), check))
        })
    }

    /// The check of what lies below a node; none where nothing of that kind does.
    pub(super) fn below(&mut self, node: u32, step: Below) -> Option<CheckId> {
        let above = self.node_check(node);
        if let Some(known) = self.below.get(&(above, step)) {
            return *known;
        }
        let declared = self.node_type(node);
        let below = match step {
            Below::Value => {
                let has = declared.has_members(self.types) || declared.alternatives.contains(&Types::ANY);
                has.then(|| declared.value(self.types))
            }
            Below::Element => self.is_list(&declared).then(|| declared.element(self.types)),
            Below::Position(index) => self
                .is_list(&declared)
                .then(|| declared.position(self.types, index as usize)),
        };
        let below = below.map(|below| self.checks.add(self.types, &below));
        self.below.insert((above, step), below);
        below
    }

    pub(super) fn is_list(&mut self, declared: &Declared) -> bool {
        declared.alternatives.iter().any(|id| {
            let body = self.types.resolve(*id);
            matches!(
                self.types.get(body),
                Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Any
            )
        })
    }
}
