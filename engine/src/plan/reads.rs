//! Which places of the inputs each rule can read: the program run over sets of places instead of
//! values. It follows functions, `let`s, `match`, `??`, list `+`, comprehensions and the builtins that
//! give back elements, and keeps to the variants that conditions have shown. What it misses is still
//! checked where it is read; what it finds is checked before anything runs.

mod access;
mod builtins;
mod expr;
mod relation;

use alloc::{collections::BTreeMap, sync::Arc, vec, vec::Vec};

use wardlaw_lang::{
    ir::{self, Clause, ClauseKind, ExprId, FunctionId, Pattern, PlaceStep, Program, RelationId, StringId},
    types::{Type, TypeId, Types},
};

use super::{
    Slice,
    build::Keys,
    check::{CheckId, Checks},
    declared::{Declared, disjoint},
    places::{Abstract, Member},
    trie::{Edge, Trie, TrieId, TrieNode},
};
use crate::input::FieldKey;
use access::{Access, Below};

/// The read set of a program.
pub(super) fn analyse(program: &Program, types: &mut Types, checks: &mut Checks, keys: Keys) -> Trie {
    let mut reads = Reads {
        program,
        types,
        checks,
        keys,
        nodes: Vec::new(),
        roots: vec![None; program.inputs.len()],
        below: BTreeMap::new(),
        accesses: BTreeMap::new(),
        functions: BTreeMap::new(),
        lets: vec![None; program.lets.len()],
        relations: BTreeMap::new(),
        rows: BTreeMap::new(),
        frame: Vec::new(),
        seen: Seen::default(),
        groups: Vec::new(),
        met: Vec::new(),
        names: Vec::new(),
    };
    for (index, rule) in program.rules.iter().enumerate() {
        reads.rule(index as u32, rule);
    }
    // Outputs come after the rules.
    for (index, id) in program.outputs.iter().enumerate() {
        let value = reads.package_let(*id);
        reads.whole(&value);
        reads.read_by(program.rules.len().saturating_add(index) as u32);
    }
    reads.finish()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Field(StringId, CheckId),
    Element(CheckId),
    Index(u32, CheckId),
    Value(CheckId),
    Variant(TypeId),
    /// To the rows of a recursive relation.
    Row(u32),
}

#[derive(Debug)]
struct Node {
    check: CheckId,
    /// The set of this place alone; nothing before it is asked for.
    alone: Abstract,
    steps: BTreeMap<Step, u32>,
    /// What reads it, in order.
    rules: Vec<u32>,
    /// What reads all below it, too, in order.
    whole: Vec<u32>,
}

/// How a node is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    /// Itself: what it is.
    Itself,
    /// With all its declared parts: it is compared, ordered or printed.
    Whole,
}

/// What is read: nodes, and what functions, `let`s and relations read, which is kept once and named by all
/// that use it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Seen {
    nodes: Vec<(u32, How)>,
    groups: Vec<GroupId>,
}

impl Seen {
    fn each_once(&mut self) {
        self.nodes.sort_unstable();
        self.nodes.dedup();
        self.groups.sort_unstable();
        self.groups.dedup();
    }
}

/// An index into [`Reads::groups`].
type GroupId = u32;

/// What a function, `let` or access gives for what it is given, and what it reads on the way.
type Known = (Abstract, GroupId);

struct Reads<'p> {
    program: &'p Program,
    types: &'p mut Types,
    checks: &'p mut Checks,
    keys: Keys,
    nodes: Vec<Node>,
    roots: Vec<Option<u32>>,
    /// The checks of what lies below what was checked; none where nothing does.
    below: BTreeMap<(CheckId, Below), Option<CheckId>>,
    /// What lies below many places at once.
    accesses: BTreeMap<(Abstract, Access), Known>,
    functions: BTreeMap<(FunctionId, Vec<Abstract>), Known>,
    lets: Vec<Option<Known>>,
    relations: BTreeMap<RelationId, (Abstract, Seen)>,
    /// The nodes that stand for the rows of recursive relations, by column and type.
    rows: BTreeMap<(RelationId, Option<Member>, CheckId), u32>,
    /// Slots of the current frame.
    frame: Vec<Abstract>,
    /// What the current rule, function or `let` reads.
    seen: Seen,
    groups: Vec<Seen>,
    /// The last rule that each group was counted for, and one more.
    met: Vec<u32>,
    /// Names that only builtins read.
    names: Vec<&'static str>,
}

impl Reads<'_> {
    fn rule(&mut self, index: u32, rule: &ir::Rule) {
        self.frame.clear();
        self.frame.resize(rule.locals as usize, Abstract::default());
        self.clauses(&rule.clauses);
        let effect = &rule.effect;
        if let Some(message) = effect.message {
            self.eval(message);
        }
        for place in effect
            .places
            .iter()
            .chain(effect.edits.iter().map(|edit| &edit.place))
        {
            self.eval(place.root);
            for step in &place.steps {
                if let PlaceStep::Index(index) = step {
                    self.eval(*index);
                }
            }
        }
        for value in effect.edits.iter().filter_map(|edit| edit.value) {
            let value = self.eval(value);
            self.whole(&value);
        }
        self.read_by(index);
    }

    /// What was read since the last time was read by a rule or output.
    fn read_by(&mut self, index: u32) {
        let Self {
            nodes, groups, met, ..
        } = self;
        let mark = index.saturating_add(1);
        met.resize(groups.len(), 0);
        let mut seen = core::mem::take(&mut self.seen);
        let mut add = |read: &[(u32, How)]| {
            for (id, how) in read {
                let Some(node) = nodes.get_mut(*id as usize) else {
                    continue;
                };
                let readers = match how {
                    How::Itself => &mut node.rules,
                    How::Whole => &mut node.whole,
                };
                if readers.last() != Some(&index) {
                    readers.push(index);
                }
            }
        };
        add(&seen.nodes);
        while let Some(id) = seen.groups.pop() {
            if let (Some(group), Some(met)) = (groups.get(id as usize), met.get_mut(id as usize))
                && *met != mark
            {
                *met = mark;
                add(&group.nodes);
                seen.groups.extend_from_slice(&group.groups);
            }
        }
        seen.nodes.clear();
        self.seen = seen;
    }

    fn finish(mut self) -> Trie {
        let program = self.program;
        let mut trie = Trie {
            roots: self.roots.iter().map(|root| root.map(TrieId)).collect(),
            ..Trie::default()
        };
        for node in core::mem::take(&mut self.nodes) {
            let shape = (!node.whole.is_empty()).then(|| {
                let declared = self.checks.declared(node.check);
                self.checks.add_shape(self.types, &declared)
            });
            let (fields, edges) = (trie.fields.len() as u32, trie.edges.len() as u32);
            for (step, below) in node.steps {
                let below = TrieId(below);
                let edge = match step {
                    Step::Field(name, _) => {
                        let more = name.index().checked_sub(program.strings.len());
                        let more = more.and_then(|index| self.names.get(index));
                        let key = match more {
                            Some(more) => FieldKey::new(more),
                            None => self.keys.of(program, name),
                        };
                        trie.fields.push((key, below));
                        continue;
                    }
                    Step::Element(_) => Edge::Element,
                    Step::Index(index, _) => Edge::Index(index),
                    Step::Value(_) => Edge::Value,
                    Step::Row(_) => Edge::Row,
                    Step::Variant(ty) => {
                        let declared = Declared::of(self.types, ty).present();
                        Edge::Variant(self.checks.add(self.types, &declared))
                    }
                };
                trie.edges.push((edge, below));
            }
            let parts = [
                Slice::since(&trie.fields, fields),
                Slice::since(&trie.edges, edges),
                Slice::push(&mut trie.rules, node.rules),
                Slice::push(&mut trie.rules, node.whole),
            ];
            trie.nodes.push(TrieNode::new(node.check, shape, parts));
        }
        trie.prepare(|check| self.checks.is_optional(check));
        trie
    }

    fn check(&mut self, ty: TypeId) -> CheckId {
        self.checks.of(self.types, ty)
    }

    fn declared(&mut self, ty: TypeId) -> Arc<Declared> {
        let check = self.check(ty);
        self.checks.declared(check)
    }

    /// All parts of a value: it is compared, ordered, printed or copied. Those of a document are found by
    /// their shape, so that a recursive type has an end.
    fn whole(&mut self, value: &Abstract) {
        self.whole_nodes(value.nodes(), value);
    }

    fn whole_nodes(&mut self, nodes: &[u32], value: &Abstract) {
        for node in nodes {
            let declared = self.node_type(*node);
            if declared.has_parts(self.types) {
                self.seen.nodes.push((*node, How::Whole));
            }
        }
        let element = value.element();
        if !element.is_nothing() {
            self.whole(&element);
        }
        for (_, part) in value.members() {
            self.whole(part);
        }
    }

    /// All of the elements of a list or set; of a map nothing, only its keys are asked for.
    fn whole_list(&mut self, value: &Abstract) {
        let mut lists = value.nodes().to_vec();
        lists.retain(|node| {
            let declared = self.node_type(*node);
            self.is_list(&declared)
        });
        self.whole_nodes(&lists, value);
    }

    /// What is left of a value that is known to be of a type.
    fn narrow(&mut self, value: &Abstract, ty: TypeId) -> Abstract {
        let wanted = self.declared(ty);
        let wanted_records = self.records(&wanted);
        let mut nodes = Vec::new();
        for node in value.nodes() {
            if wanted_records.is_empty() {
                // Below a scalar lies nothing.
                if !wanted.is_scalar(self.types) {
                    nodes.push(*node);
                }
                continue;
            }
            let declared = self.node_type(*node);
            let any = declared.alternatives.contains(&Types::ANY);
            let records: Vec<TypeId> = self.records(&declared);
            let shared: Vec<TypeId> = wanted_records
                .iter()
                .copied()
                .filter(|record| any || records.contains(record))
                .collect();
            if !any && !shared.is_empty() && shared.len() == records.len() {
                nodes.push(*node);
                continue;
            }
            // Of a union what is asked for; a type that the union does not name may still be one of its
            // open variant (a custom resource is a `k8s.Custom`).
            for record in &wanted_records {
                let possible = shared.contains(record)
                    || records.iter().any(|known| !disjoint(self.types, *known, *record));
                if possible {
                    let check = self.check(*record);
                    nodes.push(self.step(*node, Step::Variant(*record), check));
                }
            }
        }
        nodes.sort_unstable();
        nodes.dedup();
        if nodes == value.nodes() {
            return value.clone();
        }
        value.with_nodes(nodes)
    }

    fn records(&mut self, declared: &Declared) -> Vec<TypeId> {
        let mut records = Vec::new();
        for id in &declared.alternatives {
            let body = self.types.resolve(*id);
            if matches!(self.types.get(body), Type::Record(_)) {
                records.push(*id);
            }
        }
        records
    }

    fn clauses(&mut self, clauses: &[Clause]) {
        for clause in clauses {
            match &clause.kind {
                ClauseKind::Given { local, value } => {
                    let value = self.eval(*value);
                    self.bind(&Pattern::Bind(*local), &value);
                }
                ClauseKind::Let { pattern, value } => {
                    let value = self.eval(*value);
                    self.bind(pattern, &value);
                }
                ClauseKind::For { pattern, source } => {
                    let value = self.eval(*source);
                    let element = self.drawn(*source, &value);
                    self.bind(pattern, &element);
                }
                ClauseKind::When(condition) | ClauseKind::Unless(condition) => {
                    self.eval(*condition);
                }
            }
        }
    }

    /// An element that a `for` draws: of a map its key and value.
    fn drawn(&mut self, source: ExprId, value: &Abstract) -> Abstract {
        let declared = self.declared(self.program.type_of(source));
        let any = declared.alternatives.contains(&Types::ANY);
        let mut element = Abstract::default();
        if any || declared.has_members(self.types) {
            let values = self.values(value);
            element = Abstract::tuple([Abstract::default(), values]);
        }
        if any || !declared.has_members(self.types) {
            let elements = self.elements(value);
            element = element.or(&elements);
        }
        element
    }

    fn bind(&mut self, pattern: &Pattern, value: &Abstract) {
        match pattern {
            Pattern::Ignore => {}
            Pattern::Bind(local) => {
                if let Some(slot) = self.frame.get_mut(local.index()) {
                    *slot = core::mem::take(slot).or(value);
                }
            }
            Pattern::Tuple(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    if *part != Pattern::Ignore {
                        let member = self.position(value, index as u32);
                        self.bind(part, &member);
                    }
                }
            }
        }
    }
}
