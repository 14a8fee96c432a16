//! Which places of the inputs each rule can read: the program run over sets of places instead of
//! values. It follows functions, `let`s, `match`, `??`, list `+`, comprehensions and the builtins that
//! give back elements, and keeps to the variants that conditions have shown. What it misses is still
//! checked where it is read; what it finds is checked before anything runs.

mod builtins;
mod expr;
mod relation;

use alloc::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    vec,
    vec::Vec,
};

use wardlaw_lang::{
    ir::{
        self, Clause, ClauseKind, ExprId, FunctionId, LetId, Pattern, PlaceStep, Program, RelationId,
        StringId,
    },
    types::{Type, TypeId, Types},
};

use super::{
    check::{CheckId, Checks},
    declared::{Declared, disjoint},
    places::{Abstract, Member},
    trie::{Edge, Fields, Trie, TrieId, TrieNode},
};
use crate::input::FieldKey;

/// The read set of a program.
pub(crate) fn analyse(program: &Program, types: &mut Types, checks: &mut Checks) -> Trie {
    let mut reads = Reads {
        program,
        types,
        checks,
        nodes: Vec::new(),
        roots: vec![None; program.inputs.len()],
        declared: BTreeMap::new(),
        functions: BTreeMap::new(),
        lets: BTreeMap::new(),
        relations: BTreeMap::new(),
        rows: BTreeMap::new(),
        frame: Vec::new(),
        seen: BTreeSet::new(),
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
    declared: Rc<Declared>,
    check: CheckId,
    steps: BTreeMap<Step, u32>,
    /// What reads it, and what reads all below it, too.
    rules: BTreeSet<(u32, How)>,
}

/// How a node is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    /// Itself: what it is.
    Itself,
    /// With all its declared parts: it is compared, ordered or printed.
    Whole,
}

/// What a function or `let` gives for what it is given, and what it reads on the way.
type Known = (Abstract, Vec<(u32, How)>);

struct Reads<'p> {
    program: &'p Program,
    types: &'p mut Types,
    checks: &'p mut Checks,
    nodes: Vec<Node>,
    roots: Vec<Option<u32>>,
    declared: BTreeMap<TypeId, Rc<Declared>>,
    functions: BTreeMap<(FunctionId, Vec<Abstract>), Known>,
    lets: BTreeMap<LetId, Known>,
    relations: BTreeMap<RelationId, Known>,
    /// The nodes that stand for the rows of recursive relations, by column and type.
    rows: BTreeMap<(RelationId, Option<Member>, Rc<Declared>), u32>,
    /// Slots of the current frame.
    frame: Vec<Abstract>,
    /// Nodes that the current rule, function or `let` reads.
    seen: BTreeSet<(u32, How)>,
    /// Names that only builtins read.
    names: Vec<&'static str>,
}

fn rules(rules: &BTreeSet<(u32, How)>, wanted: How) -> Vec<u32> {
    let rules = rules.iter().filter(|(_, how)| *how == wanted);
    rules.map(|(rule, _)| *rule).collect()
}

impl Reads<'_> {
    fn rule(&mut self, index: u32, rule: &ir::Rule) {
        self.frame = vec![Abstract::default(); rule.locals as usize];
        self.seen.clear();
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
        for (id, how) in core::mem::take(&mut self.seen) {
            if let Some(node) = self.nodes.get_mut(id as usize) {
                node.rules.insert((index, how));
            }
        }
    }

    fn finish(self) -> Trie {
        let program = self.program;
        let declared: Vec<CheckId> = self.nodes.iter().map(|node| node.check).collect();
        let mut nodes = Vec::with_capacity(self.nodes.len());
        for node in self.nodes {
            let whole = node.rules.iter().any(|(_, how)| *how == How::Whole);
            let shape = whole.then(|| self.checks.add_shape(self.types, &node.declared));
            let (mut fields, mut edges) = (Vec::new(), Vec::new());
            for (step, below) in node.steps {
                let below = TrieId(below);
                edges.push(match step {
                    Step::Field(name, _) => {
                        let more = name.index().checked_sub(program.strings.len());
                        let more = more.and_then(|index| self.names.get(index));
                        let key = FieldKey::new(more.unwrap_or(&program.string(name)));
                        fields.push((key, below));
                        continue;
                    }
                    Step::Element(_) => (Edge::Element, below),
                    Step::Index(index, _) => (Edge::Index(index), below),
                    Step::Value(_) => (Edge::Value, below),
                    Step::Row(_) => (Edge::Row, below),
                    Step::Variant(ty) => {
                        let declared = Declared::of(self.types, ty).present();
                        (Edge::Variant(self.checks.add(self.types, &declared)), below)
                    }
                });
            }
            let optional = |id: TrieId| {
                let check = declared.get(id.0 as usize);
                check.is_none_or(|check| self.checks.is_optional(*check))
            };
            nodes.push(TrieNode {
                check: node.check,
                fields: Fields::new(fields, optional),
                edges,
                rules: rules(&node.rules, How::Itself),
                whole: rules(&node.rules, How::Whole),
                shape,
            });
        }
        Trie {
            roots: self.roots.into_iter().map(|root| root.map(TrieId)).collect(),
            nodes,
        }
    }

    fn declared(&mut self, ty: TypeId) -> Rc<Declared> {
        if let Some(known) = self.declared.get(&ty) {
            return known.clone();
        }
        let declared = Rc::new(Declared::of(self.types, ty));
        self.declared.insert(ty, declared.clone());
        declared
    }

    fn new_node(&mut self, declared: Rc<Declared>) -> u32 {
        let check = self.checks.add(self.types, &declared);
        let id = self.nodes.len() as u32;
        self.nodes.push(Node {
            declared,
            check,
            steps: BTreeMap::new(),
            rules: BTreeSet::new(),
        });
        id
    }

    fn node_type(&self, node: u32) -> Rc<Declared> {
        self.nodes
            .get(node as usize)
            .map(|node| node.declared.clone())
            .unwrap_or_default()
    }

    /// The node one step below; made where it is new.
    fn step(&mut self, node: u32, step: Step, declared: &Rc<Declared>) -> u32 {
        if let Some(known) = self
            .nodes
            .get(node as usize)
            .and_then(|node| node.steps.get(&step))
        {
            return *known;
        }
        let below = self.new_node(declared.clone());
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.steps.insert(step, below);
        }
        below
    }

    fn read(&mut self, node: u32, step: impl Fn(CheckId) -> Step, declared: &Rc<Declared>) -> u32 {
        let check = self.checks.add(self.types, declared);
        let below = self.step(node, step(check), declared);
        self.seen.insert((below, How::Itself));
        below
    }

    fn input(&mut self, id: ir::InputId) -> Abstract {
        let index = id.index();
        let root = match self.roots.get(index).copied().flatten() {
            Some(root) => root,
            None => {
                let ty = self
                    .program
                    .inputs
                    .get(index)
                    .map_or(Types::ANY, |input| input.ty);
                let declared = self.declared(ty);
                let root = self.new_node(declared);
                if let Some(slot) = self.roots.get_mut(index) {
                    *slot = Some(root);
                }
                root
            }
        };
        self.seen.insert((root, How::Itself));
        Abstract::node(root)
    }

    fn field(&mut self, base: &Abstract, name: StringId, ty: TypeId) -> Abstract {
        let text = self.program.string(name);
        let declared = self.declared(ty);
        let mut result = base.member(Member::Field(name));
        for node in &base.nodes {
            if self.knows(*node, text) {
                let below = self.read(*node, |check| Step::Field(name, check), &declared);
                result = result.or(&Abstract::node(below));
            }
        }
        result
    }

    /// Whether what is at a node can have the field.
    fn knows(&mut self, node: u32, name: &str) -> bool {
        let declared = self.node_type(node);
        declared
            .alternatives
            .iter()
            .any(|id| match self.types.structure(*id) {
                Type::Record(_) => self.types.field(*id, name).is_some(),
                Type::Map(_) | Type::Any => true,
                _ => false,
            })
    }

    fn elements(&mut self, list: &Abstract) -> Abstract {
        let mut result = list.element.as_deref().cloned().unwrap_or_default();
        for node in &list.nodes {
            let declared = self.node_type(*node);
            if self.is_list(&declared) {
                let element = Rc::new(declared.element(self.types));
                let below = self.read(*node, Step::Element, &element);
                result = result.or(&Abstract::node(below));
            }
        }
        result
    }

    /// The element at a position of a tuple.
    fn position(&mut self, tuple: &Abstract, index: u32) -> Abstract {
        let mut result = tuple.member(Member::Position(index));
        for node in &tuple.nodes {
            let declared = self.node_type(*node);
            if self.is_list(&declared) {
                let element = Rc::new(declared.position(self.types, index as usize));
                let below = self.read(*node, |check| Step::Index(index, check), &element);
                result = result.or(&Abstract::node(below));
            }
        }
        result
    }

    fn values(&mut self, map: &Abstract) -> Abstract {
        let mut result = map.values();
        for node in &map.nodes {
            let declared = self.node_type(*node);
            if declared.has_members(self.types) || declared.alternatives.contains(&Types::ANY) {
                let value = Rc::new(declared.value(self.types));
                let below = self.read(*node, Step::Value, &value);
                result = result.or(&Abstract::node(below));
            }
        }
        result
    }

    fn is_list(&mut self, declared: &Declared) -> bool {
        declared.alternatives.iter().any(|id| {
            matches!(
                self.types.structure(*id),
                Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Any
            )
        })
    }

    /// All parts of a value: it is compared, ordered, printed or copied. Those of a document are found by
    /// their shape, so that a recursive type has an end.
    fn whole(&mut self, value: &Abstract) {
        for node in &value.nodes {
            let declared = self.node_type(*node);
            if declared.has_parts(self.types) {
                self.seen.insert((*node, How::Whole));
            }
        }
        if let Some(element) = &value.element {
            self.whole(element);
        }
        for (_, part) in &value.members {
            self.whole(part);
        }
    }

    /// All of the elements of a list or set; of a map nothing, only its keys are asked for.
    fn whole_list(&mut self, value: &Abstract) {
        let mut lists = value.clone();
        lists.nodes.retain(|node| {
            let declared = self.node_type(*node);
            self.is_list(&declared)
        });
        self.whole(&lists);
    }

    /// What is left of a value that is known to be of a type.
    fn narrow(&mut self, value: &Abstract, ty: TypeId) -> Abstract {
        let wanted = self.declared(ty);
        let mut result = Abstract {
            nodes: Vec::new(),
            ..value.clone()
        };
        for node in &value.nodes {
            let declared = self.node_type(*node);
            let any = declared.alternatives.contains(&Types::ANY);
            let records: Vec<TypeId> = self.records(&declared);
            let wanted_records = self.records(&wanted);
            if wanted_records.is_empty() && wanted.is_scalar(self.types) {
                // Nothing lies below it.
                continue;
            }
            if wanted_records.is_empty() {
                result.nodes.push(*node);
                continue;
            }
            let shared: Vec<TypeId> = wanted_records
                .iter()
                .copied()
                .filter(|record| any || records.contains(record))
                .collect();
            if !any && !shared.is_empty() && shared.len() == records.len() {
                result.nodes.push(*node);
                continue;
            }
            // Of a union what is asked for; a type that the union does not name may still be one of its
            // open variant (a custom resource is a `k8s.Custom`).
            for record in wanted_records {
                let possible = shared.contains(&record)
                    || records.iter().any(|known| !disjoint(self.types, *known, record));
                if possible {
                    let declared = Rc::new(Declared {
                        alternatives: vec![record],
                        optional: false,
                    });
                    let variant = self.step(*node, Step::Variant(record), &declared);
                    result.nodes.push(variant);
                }
            }
        }
        result.nodes.sort_unstable();
        result.nodes.dedup();
        result
    }

    fn records(&mut self, declared: &Declared) -> Vec<TypeId> {
        let mut records = Vec::new();
        for id in &declared.alternatives {
            if matches!(self.types.structure(*id), Type::Record(_)) {
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
