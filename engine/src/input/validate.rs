//! Promise 5, before evaluation: the inputs against the declared types of every path that a rule in
//! force can read. Each mismatch is an error of each rule that reads the place.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use crate::{
    eval::Machine,
    fault::{FaultInfo, Reason},
    input::{
        Document, FieldKey, Kind, NodeId,
        whole::{self, Parts},
    },
    plan::{
        check::{CheckId, Found, kinds},
        trie::{Edge, Present, Seen, TrieId, TrieNode},
    },
    value::{
        DocId, NodeRef, Value,
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

/// All mismatches of the inputs of a decision; notes the places that are present.
pub(crate) fn mismatches<'p>(machine: &Machine<'p>, present: &mut Present) -> Vec<Mismatch<'p>> {
    present.begin(machine.plan.index.marks());
    let mut walk = Walk {
        machine,
        present,
        counts: BTreeMap::new(),
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
    present: &'m mut Present,
    /// How often each place of the read set was wrong: no rule lists more than so many.
    counts: BTreeMap<TrieId, u32>,
    found: Vec<Mismatch<'p>>,
    /// Rows of recursive relations that were gone through.
    rows: BTreeSet<(TrieId, NodeRef)>,
}

impl<'p> Walk<'_, 'p> {
    fn trie(&self, id: TrieId) -> Option<&'p TrieNode> {
        self.machine.plan.reads.node(id)
    }

    fn report(&mut self, id: TrieId, node: &'p TrieNode, found: Found, place: Place) {
        let rules = node.rules.of(&self.machine.plan.reads.rules);
        self.report_to(id, rules, node.check, found, place);
    }

    fn report_to(&mut self, id: TrieId, rules: &'p [u32], check: CheckId, found: Found, place: Place) {
        let count = self.counts.entry(id).or_default();
        if *count > self.machine.limits.findings_per_rule {
            return;
        }
        *count = count.saturating_add(1);
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
        self.machine.plan.checks.is_optional(check)
    }

    /// A value that was read or made. Recursion follows the document down, and the variants at one place.
    fn value(&mut self, id: TrieId, value: Value, steps: &mut Vec<Token>) {
        let Some(trie) = self.trie(id) else { return };
        match value {
            Value::Node(at) => self.place(id, trie, at),
            Value::Null if self.is_optional(trie.check) => self.absent(trie),
            Value::Null => {
                let place = Place {
                    base: Base::Request,
                    rest: steps.clone(),
                };
                self.report(id, trie, Found::Nothing, place);
            }
            // A request that was made of a bare object: its own parts are right, what it holds is checked.
            Value::Map(_) => {
                self.present.add(id);
                // Its keys are not gone through.
                for test in trie.key_tests.of(&self.machine.plan.reads.key_tests) {
                    self.present.set(test.mark);
                }
                for (key, below) in self.machine.plan.reads.fields(trie).iter() {
                    let member = self.machine.world.field(value, key);
                    if let Value::Node(at) = member
                        && let Some(trie) = self.trie(*below)
                    {
                        self.place(*below, trie, at);
                        continue;
                    }
                    steps.push(Token::Key(key.text().into()));
                    self.value(*below, member, steps);
                    steps.pop();
                }
            }
            _ => {
                self.present.add(id);
                self.test(trie, value);
                self.has_no_fields(trie);
            }
        }
    }

    fn place(&mut self, id: TrieId, trie: &'p TrieNode, at: NodeRef) {
        if let Some(doc) = self.machine.world.doc(at.doc) {
            self.node(id, trie, doc, at);
        }
    }

    fn node(&mut self, id: TrieId, trie: &'p TrieNode, doc: &'p Document<'p>, at: NodeRef) {
        let Some(check) = self.machine.plan.checks.get(trie.check) else {
            return;
        };
        let kind = doc.kind(at.node);
        if kind == Kind::Null {
            self.absent(trie);
        } else {
            self.present.add(id);
            self.test(trie, Value::Node(at));
            if kind != Kind::Object {
                self.has_no_fields(trie);
            }
        }
        if check.at_once & kinds::of(kind) != 0 {
            if matches!(kind, Kind::Object | Kind::List) {
                self.below(id, trie, doc, at);
            }
            return;
        }
        if let Err(found) = check
            .node(doc, at.node)
            .and_then(|()| check.compiles(doc, at.node))
        {
            self.report(id, trie, found, Place::node(at));
            return;
        }
        if kind != Kind::Null {
            self.below(id, trie, doc, at);
        }
    }

    /// Sets the marks of what is there.
    #[inline]
    fn test(&mut self, trie: &TrieNode, value: Value) {
        if trie.tests.len == 0 {
            return;
        }
        let reads = &self.machine.plan.reads;
        let view = self.machine.world.view(value);
        for test in trie.tests.of(&reads.tests) {
            if test.passes(reads, &self.machine.world, value, view) {
                self.present.set(test.mark);
            }
        }
    }

    /// Sets the mark of what is not there.
    #[inline]
    fn absent(&mut self, trie: &TrieNode) {
        if let Some(mark) = trie.absent {
            self.present.set(mark);
        }
    }

    /// Where a policy may ask anything for a field, what is no object has none.
    fn has_no_fields(&mut self, trie: &TrieNode) {
        if trie.fields.len == 0 {
            return;
        }
        let fields = self.machine.plan.reads.fields(trie);
        fields.missed(Seen::default(), |_, id, _| {
            if let Some(next) = self.trie(id) {
                self.absent(next);
            }
        });
    }

    /// An object has no member of that name.
    fn lacks(&mut self, id: TrieId, trie: &'p TrieNode, object: NodeRef, key: &FieldKey) {
        self.absent(trie);
        if !self.is_optional(trie.check) {
            let place = crate::eval::missing(object, key.text());
            self.report(id, trie, Found::Nothing, place);
        }
    }

    fn below(&mut self, id: TrieId, trie: &'p TrieNode, doc: &'p Document<'p>, at: NodeRef) {
        let child = |node: NodeId| NodeRef { doc: at.doc, node };
        let kind = doc.kind(at.node);
        let reads = &self.machine.plan.reads;
        if let Some(shape) = trie.shape {
            let checks = &self.machine.plan.checks;
            let mut told = Whole {
                walk: self,
                id,
                rules: trie.whole.of(&reads.rules),
                doc: at.doc,
            };
            whole::parts(checks, doc, shape, at.node, &mut told);
        }
        if kind == Kind::Object && (trie.fields.len != 0 || trie.key_tests.len != 0) {
            let fields = reads.fields(trie);
            let tests = trie.key_tests.of(&reads.key_tests);
            let mut seen = Seen::default();
            doc.each_member(at.node, |node, name| {
                for test in tests.iter().filter(|test| test.passes(reads, &name)) {
                    self.present.set(test.mark);
                }
                fields.named(&name, |field, id| {
                    if let Some(next) = self.trie(id) {
                        seen.add(field);
                        self.node(id, next, doc, child(node));
                    }
                });
            });
            fields.missed(seen, |key, id, sure| {
                if let Some(next) = self.trie(id)
                    && (sure || doc.get(at.node, key).is_none())
                {
                    self.lacks(id, next, at, key);
                }
            });
        }
        // What this object is told apart by, as it was found for the type before.
        let mut known: Option<(&FieldKey, Option<u32>)> = None;
        for (edge, id) in reads.edges(trie) {
            let Some(next) = self.trie(*id) else { continue };
            match edge {
                Edge::Element if kind == Kind::List => {
                    for node in doc.children(at.node) {
                        // A null is an element, too.
                        self.present.add(*id);
                        self.node(*id, next, doc, child(node));
                    }
                }
                Edge::Index(index) if kind == Kind::List => {
                    if let Some(node) = doc.element(at.node, *index as usize) {
                        self.present.add(*id);
                        self.node(*id, next, doc, child(node));
                    }
                }
                Edge::Value if kind == Kind::Object => {
                    for node in doc.children(at.node) {
                        if doc.kind(node) != Kind::Null {
                            self.node(*id, next, doc, child(node));
                        }
                    }
                }
                Edge::Variant(check) => {
                    let Some(check) = self.machine.plan.checks.get(*check) else {
                        continue;
                    };
                    if let Some((told, wanted)) = check.told() {
                        let own = match known {
                            Some((field, own)) if *field == told.field => own,
                            _ => told.of(doc, at.node),
                        };
                        known = Some((&told.field, own));
                        if own != Some(wanted) {
                            continue;
                        }
                    }
                    if check.node(doc, at.node).is_ok() {
                        self.below(*id, next, doc, at);
                    }
                }
                Edge::Row => {
                    if self.rows.insert((*id, at)) {
                        self.below(*id, next, doc, at);
                    }
                }
                Edge::Element | Edge::Index(_) | Edge::Value => {}
            }
        }
    }
}

/// The parts of a value that rules read whole.
struct Whole<'w, 'm, 'p> {
    walk: &'w mut Walk<'m, 'p>,
    id: TrieId,
    rules: &'p [u32],
    doc: DocId,
}

impl Parts for Whole<'_, '_, '_> {
    fn wrong(&mut self, check: CheckId, found: Found, part: NodeId, missing: Option<&str>) {
        let at = NodeRef {
            doc: self.doc,
            node: part,
        };
        let place = match missing {
            Some(key) => crate::eval::missing(at, key),
            None => Place::node(at),
        };
        self.walk.report_to(self.id, self.rules, check, found, place);
    }
}
