//! Promise 5, before evaluation: the inputs against the declared types of every path that a rule in
//! force can read. Each mismatch is an error of each rule that reads the place.

use alloc::{collections::BTreeSet, vec::Vec};

use crate::{
    eval::Machine,
    fault::{FaultInfo, Reason},
    input::{Kind, NodeId},
    plan::{
        check::{CheckId, Found, kinds},
        shape::ShapeId,
        trie::{Edge, TrieId, TrieNode},
    },
    value::{
        NodeRef, Value,
        place::{Base, Place, Token},
    },
};

/// A mismatch and the rules that read the place.
#[derive(Clone, Debug)]
pub(crate) struct Mismatch<'p> {
    /// Indices of rules.
    pub(crate) rules: &'p [u32],
    /// What is wrong.
    pub(crate) fault: FaultInfo,
}

/// All mismatches of the inputs of a decision.
pub(crate) fn mismatches<'p>(machine: &Machine<'p>) -> Vec<Mismatch<'p>> {
    let mut walk = Walk {
        machine,
        counts: alloc::vec![0; machine.plan.reads.nodes.len()],
        found: Vec::new(),
        rows: BTreeSet::new(),
    };
    for (index, root) in machine.plan.reads.roots.iter().enumerate() {
        let (Some(root), Some(value)) = (root, machine.inputs.get(index)) else {
            continue;
        };
        walk.value(*root, *value, &mut Vec::new());
    }
    walk.found
}

struct Walk<'m, 'p> {
    machine: &'m Machine<'p>,
    /// How often each place of the read set was wrong: no rule lists more than so many.
    counts: Vec<u32>,
    found: Vec<Mismatch<'p>>,
    /// Rows of recursive relations that were gone through.
    rows: BTreeSet<(TrieId, NodeRef)>,
}

impl<'p> Walk<'_, 'p> {
    fn trie(&self, id: TrieId) -> Option<&'p TrieNode> {
        self.machine.plan.reads.node(id)
    }

    fn report(&mut self, id: TrieId, node: &'p TrieNode, found: Found, place: Place) {
        self.report_to(id, &node.rules, node.check, found, place);
    }

    fn report_to(&mut self, id: TrieId, rules: &'p [u32], check: CheckId, found: Found, place: Place) {
        if let Some(count) = self.counts.get_mut(id.0 as usize) {
            if *count > self.machine.limits.findings_per_rule {
                return;
            }
            *count = count.saturating_add(1);
        }
        self.found.push(Mismatch {
            rules,
            fault: FaultInfo {
                reason: Reason::Mismatch(check, found),
                span: None,
                place: Some(place),
            },
        });
    }

    fn is_optional(&self, check: CheckId) -> bool {
        let check = self.machine.plan.checks.get(check);
        check.is_none_or(|check| check.mask & kinds::NULL != 0)
    }

    /// A value that was read or made. Recursion follows the document down, and the variants at one place.
    fn value(&mut self, id: TrieId, value: Value, steps: &mut Vec<Token>) {
        let Some(trie) = self.trie(id) else { return };
        match value {
            Value::Node(at) => self.node(id, trie, at),
            Value::Null if self.is_optional(trie.check) => {}
            Value::Null => {
                let place = Place {
                    base: Base::Request,
                    rest: steps.clone(),
                };
                self.report(id, trie, Found::Nothing, place);
            }
            // A request that was made of a bare object: its own parts are right, what it holds is checked.
            Value::Map(_) => {
                for (edge, below) in &trie.edges {
                    if let Edge::Field(key) = edge {
                        let member = self.machine.world.field(value, key);
                        steps.push(Token::Key(key.text().into()));
                        self.value(*below, member, steps);
                        steps.pop();
                    }
                }
            }
            _ => {}
        }
    }

    fn node(&mut self, id: TrieId, trie: &'p TrieNode, at: NodeRef) {
        let (Some(doc), Some(check)) = (
            self.machine.world.doc(at.doc),
            self.machine.plan.checks.get(trie.check),
        ) else {
            return;
        };
        if let Err(found) = check
            .node(doc, at.node)
            .and_then(|()| check.compiles(doc, at.node))
        {
            self.report(id, trie, found, Place::node(at));
            return;
        }
        if doc.kind(at.node) != Kind::Null {
            self.below(id, trie, at);
        }
    }

    fn below(&mut self, id: TrieId, trie: &'p TrieNode, at: NodeRef) {
        let Some(doc) = self.machine.world.doc(at.doc) else {
            return;
        };
        let child = |node: NodeId| NodeRef { doc: at.doc, node };
        let kind = doc.kind(at.node);
        if let Some(shape) = trie.shape {
            self.parts(id, &trie.whole, shape, at);
        }
        for (edge, id) in &trie.edges {
            let Some(next) = self.trie(*id) else { continue };
            match edge {
                Edge::Field(key) if kind == Kind::Object => match doc.get(at.node, key) {
                    Some(node) => self.node(*id, next, child(node)),
                    None if self.is_optional(next.check) => {}
                    None => {
                        let place = crate::eval::missing(at, key.text());
                        self.report(*id, next, Found::Nothing, place);
                    }
                },
                Edge::Element if kind == Kind::List => {
                    for node in doc.children(at.node) {
                        self.node(*id, next, child(node));
                    }
                }
                Edge::Index(index) if kind == Kind::List => {
                    if let Some(node) = doc.element(at.node, *index as usize) {
                        self.node(*id, next, child(node));
                    }
                }
                Edge::Value if kind == Kind::Object => {
                    for node in doc.children(at.node) {
                        if doc.kind(node) != Kind::Null {
                            self.node(*id, next, child(node));
                        }
                    }
                }
                Edge::Variant(check) => {
                    let fits = self.machine.plan.checks.get(*check);
                    if fits.is_some_and(|check| check.node(doc, at.node).is_ok()) {
                        self.below(*id, next, at);
                    }
                }
                Edge::Row => {
                    if self.rows.insert((*id, at)) {
                        self.below(*id, next, at);
                    }
                }
                Edge::Field(_) | Edge::Element | Edge::Index(_) | Edge::Value => {}
            }
        }
    }

    /// All declared parts of a value that fits itself. Recursion follows the document, whose depth is bounded.
    fn parts(&mut self, id: TrieId, rules: &'p [u32], shape: ShapeId, at: NodeRef) {
        let checks = &self.machine.plan.checks;
        let (Some(doc), Some(shape)) = (self.machine.world.doc(at.doc), checks.shape(shape)) else {
            return;
        };
        match doc.kind(at.node) {
            Kind::List => {
                for (index, node) in doc.children(at.node).enumerate() {
                    if let Some(element) = shape.element_at(index) {
                        self.part(id, rules, element, NodeRef { doc: at.doc, node });
                    }
                }
            }
            Kind::Object => {
                let (fields, value) = shape.members_of(checks, doc, at.node);
                for (key, field) in fields {
                    let check = checks.shape(*field).map(|shape| shape.check);
                    match (doc.get(at.node, key), check) {
                        (Some(node), _) => self.part(id, rules, *field, NodeRef { doc: at.doc, node }),
                        (None, Some(check)) if !self.is_optional(check) => {
                            let place = crate::eval::missing(at, key.text());
                            self.report_to(id, rules, check, Found::Nothing, place);
                        }
                        (None, _) => {}
                    }
                }
                let Some(value) = value else { return };
                for node in doc.children(at.node) {
                    let named = |key: &str| fields.iter().any(|(name, _)| name.text() == key);
                    if doc.kind(node) != Kind::Null && !doc.key(node).is_some_and(named) {
                        self.part(id, rules, value, NodeRef { doc: at.doc, node });
                    }
                }
            }
            Kind::Null | Kind::Bool | Kind::Int | Kind::Float | Kind::Huge | Kind::String => {}
        }
    }

    fn part(&mut self, id: TrieId, rules: &'p [u32], shape: ShapeId, at: NodeRef) {
        let checks = &self.machine.plan.checks;
        let (Some(doc), Some(known)) = (self.machine.world.doc(at.doc), checks.shape(shape)) else {
            return;
        };
        let Some(check) = checks.get(known.check) else {
            return;
        };
        match check
            .node(doc, at.node)
            .and_then(|()| check.compiles(doc, at.node))
        {
            Err(found) => self.report_to(id, rules, known.check, found, Place::node(at)),
            Ok(()) => self.parts(id, rules, shape, at),
        }
    }
}
