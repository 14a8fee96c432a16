//! Shared calls: a call whose arguments are known when a decision begins (inputs, data, constants, paths
//! below them, other such calls, and what `given` and `let` bound to one) has one value for the whole
//! decision. Where several places make it, it becomes a `let` of the plan, evaluated once by the first
//! that needs it; one that depends on data alone is computed when the data are loaded.
//!
//! Only calls are shared, and look-ups in data: what can go wrong in a call lies in the function, so its
//! error is the same wherever it is called, and in data nothing can.

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::{
    Clause, Field, Index, Let, Op, OpId, Pattern, Plan, Slice,
    check::CheckId,
    depth::{Walk, clause_ops},
};
use crate::value::Value;

/// Turns calls and look-ups that several places make into `let`s.
pub(crate) fn calls(plan: &mut Plan) {
    if plan.functions.is_empty() && plan.data.is_empty() {
        return;
    }
    let mut walk = Walk::default();
    let mut share = Share {
        reads_input: functions(plan, &mut walk),
        plan,
        nodes: Vec::new(),
        ids: BTreeMap::new(),
        lets: BTreeMap::new(),
    };
    let roots = share.roots();
    for (frame, roots) in &roots {
        let bound = frame.map(|rule| share.bound(rule)).unwrap_or_default();
        share.scan(&mut walk, &bound, roots);
    }
    share.rewrite();
}

/// A node of the table of closed expressions.
type NodeId = u32;

/// A closed expression, by what it means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Truth(bool),
    Int(i64),
    /// A text of the program.
    Text(u32),
    /// Another constant, told apart by its place.
    Constant(u32),
    Input(u32),
    Data(u32),
    Let(u32),
    /// Base, name, check, and how it is read.
    Field(NodeId, Box<str>, CheckId, bool, bool),
    Call(u32, Vec<NodeId>),
    /// Base and index, check, and how it is read.
    Index(NodeId, NodeId, CheckId, bool, bool),
}

/// What is known of a closed expression.
#[derive(Debug)]
struct Node {
    key: Key,
    /// Where it was met first.
    first: OpId,
    /// Where it is called.
    sites: BTreeSet<OpId>,
    reads_input: bool,
}

struct Share<'p> {
    plan: &'p mut Plan,
    /// Of each function, whether it can read an input.
    reads_input: Vec<bool>,
    nodes: Vec<Node>,
    ids: BTreeMap<Key, NodeId>,
    /// The `let`s that were made.
    lets: BTreeMap<NodeId, u32>,
}

/// Of each function, whether it can read an input by itself. Functions stand after those they call.
fn functions(plan: &Plan, walk: &mut Walk) -> Vec<bool> {
    let mut known: Vec<bool> = Vec::with_capacity(plan.functions.len());
    for function in &plan.functions {
        let mut reached = walk.reached(plan, &[function.body]).iter();
        let reads = reached.any(|id| match plan.op(*id) {
            Some(Op::Input(_)) => true,
            Some(Op::Let(index)) => plan
                .lets
                .get(index as usize)
                .is_some_and(|entry| entry.reads_input),
            Some(Op::Relation(index)) => {
                let relation = plan.relations.get(index as usize);
                relation.is_some_and(|relation| relation.reads_input)
            }
            Some(Op::Call { function, .. }) => known.get(function as usize).copied().unwrap_or(true),
            _ => false,
        });
        known.push(reads);
    }
    known
}

impl Share<'_> {
    /// The expressions of each frame; with the rule, where the frame is a rule's.
    fn roots(&self) -> Vec<(Option<usize>, Vec<OpId>)> {
        let plan = &*self.plan;
        let bodies = plan.functions.iter().map(|function| function.body);
        let lets = plan.lets.iter().map(|entry| entry.value);
        let mut frames: Vec<(Option<usize>, Vec<OpId>)> =
            bodies.chain(lets).map(|body| (None, alloc::vec![body])).collect();
        for block in plan.relations.iter().flat_map(|relation| &relation.blocks) {
            let mut roots = block.row.clone();
            for clauses in block.variants.iter().chain([&block.clauses]) {
                clause_ops(plan, *clauses, &mut roots);
            }
            frames.push((None, roots));
        }
        for (index, rule) in plan.rules.iter().enumerate() {
            let mut roots = Vec::new();
            clause_ops(plan, rule.clauses, &mut roots);
            roots.extend(rule.effect.message);
            let edits = rule.effect.edits.of(&plan.edits).iter();
            roots.extend(edits.filter_map(|edit| edit.value));
            roots.extend(plan.places_of(&rule.effect).map(|place| place.root));
            frames.push((Some(index), roots));
        }
        frames
    }

    /// What the clauses of a rule bind once and for all. Invariant: a slot is bound at one place.
    fn bound(&self, rule: usize) -> BTreeMap<u32, OpId> {
        let clauses = self.plan.rules.get(rule).map(|rule| rule.clauses);
        let clauses = clauses.unwrap_or_default().of(&self.plan.clauses);
        clauses
            .iter()
            .filter_map(|clause| match clause {
                Clause::Given { local, value } => Some((*local, *value)),
                Clause::Let {
                    pattern: Pattern::Bind(local),
                    value,
                } => Some((*local, *value)),
                _ => None,
            })
            .collect()
    }

    /// Notes the calls below the roots.
    fn scan(&mut self, walk: &mut Walk, bound: &BTreeMap<u32, OpId>, roots: &[OpId]) {
        let reached = walk.reached(self.plan, roots).iter().copied();
        let is_call = |id: &OpId| matches!(self.plan.op(*id), Some(Op::Call { .. } | Op::Index(_)));
        let mut calls: Vec<OpId> = reached.filter(is_call).collect();
        // Operands first, so that a node stands after those it is made of.
        calls.sort_unstable();
        for id in calls {
            if let Some(node) = self.closed(id, bound)
                && let Some(node) = self.nodes.get_mut(node as usize)
            {
                node.sites.insert(id);
            }
        }
    }

    /// The node of an expression; none where it depends on a local that may change. Recursion follows
    /// operands, whose depth the compiler bounds.
    fn closed(&mut self, id: OpId, bound: &BTreeMap<u32, OpId>) -> Option<NodeId> {
        let key = match self.plan.op(id)? {
            Op::Constant(index) => match self.plan.constants.get(index as usize)? {
                Value::Bool(value) => Key::Truth(*value),
                Value::Int(value) => Key::Int(*value),
                Value::Text(text) => Key::Text(*text),
                _ => Key::Constant(index),
            },
            Op::Input(index) => Key::Input(index),
            Op::Data(index) => Key::Data(index),
            Op::Let(index) => Key::Let(index),
            Op::Local(slot) => return self.closed(*bound.get(&slot)?, bound),
            Op::Field(index) => {
                let field = self.plan.fields.get(index as usize)?;
                let (base, check) = (field.base, field.check);
                let (optional, convert) = (field.optional, field.convert);
                let name = field.key.text().into();
                Key::Field(self.closed(base, bound)?, name, check, optional, convert)
            }
            Op::Index(index) => {
                let index = self.plan.indices.get(index as usize)?.clone();
                // Of a datum that is there an absent element is no error.
                let Some(Op::Data(data)) = self.plan.op(index.base) else {
                    return None;
                };
                let check = self.plan.data.get(data as usize)?.check;
                if self.plan.checks.is_optional(check) {
                    return None;
                }
                let (base, at) = (self.closed(index.base, bound)?, self.closed(index.at, bound)?);
                Key::Index(base, at, index.check, index.optional, index.convert)
            }
            Op::Call { function, args } => {
                let args = args.of(&self.plan.args).to_vec();
                let args: Option<Vec<NodeId>> = args.into_iter().map(|arg| self.closed(arg, bound)).collect();
                Key::Call(function, args?)
            }
            _ => return None,
        };
        if let Some(known) = self.ids.get(&key) {
            return Some(*known);
        }
        let of = |node: &NodeId| self.nodes.get(*node as usize).is_none_or(|node| node.reads_input);
        let reads_input = match &key {
            Key::Truth(_) | Key::Int(_) | Key::Text(_) | Key::Constant(_) | Key::Data(_) => false,
            Key::Input(_) => true,
            Key::Let(index) => self
                .plan
                .lets
                .get(*index as usize)
                .is_none_or(|entry| entry.reads_input),
            Key::Field(base, ..) => of(base),
            Key::Index(base, at, ..) => of(base) || of(at),
            Key::Call(function, args) => {
                let own = self.reads_input.get(*function as usize).copied().unwrap_or(true);
                own || args.iter().any(of)
            }
        };
        let node = self.nodes.len() as NodeId;
        self.nodes.push(Node {
            key: key.clone(),
            first: id,
            sites: BTreeSet::new(),
            reads_input,
        });
        self.ids.insert(key, node);
        Some(node)
    }

    /// Makes the `let`s and puts them where the calls were. A node stands after those it is made of.
    fn rewrite(&mut self) {
        for index in 0..self.nodes.len() {
            let Some(node) = self.nodes.get(index) else { break };
            if !matches!(node.key, Key::Call(..) | Key::Index(..)) {
                continue;
            }
            let (sites, reads_input) = (&node.sites, node.reads_input);
            let worth = if reads_input {
                sites.len() > 1
            } else {
                !sites.is_empty()
            };
            if !worth {
                continue;
            }
            let sites: Vec<OpId> = sites.iter().copied().collect();
            let value = self.made(index as NodeId);
            let entry = self.plan.lets.len() as u32;
            self.plan.lets.push(Let {
                locals: 0,
                value,
                reads_input,
            });
            self.lets.insert(index as NodeId, entry);
            for site in sites {
                if let Some(op) = self.plan.ops.get_mut(site.0 as usize) {
                    *op = Op::Let(entry);
                }
            }
        }
    }

    fn call(&mut self, function: u32, args: &[OpId], like: OpId) -> OpId {
        let start = self.plan.args.len() as u32;
        self.plan.args.extend_from_slice(args);
        let len = args.len() as u32;
        let args = Slice { start, len };
        self.push(Op::Call { function, args }, like)
    }

    fn push(&mut self, op: Op, like: OpId) -> OpId {
        let id = OpId(self.plan.ops.len() as u32);
        self.plan.ops.push(op);
        self.plan.spans.push(self.plan.span_of(like));
        id
    }

    /// An expression without locals that has the node's value. Recursion follows the operands.
    fn made(&mut self, node: NodeId) -> OpId {
        let Some(known) = self.nodes.get(node as usize) else {
            return OpId(0);
        };
        let first = known.first;
        if let Some(entry) = self.lets.get(&node) {
            return self.push(Op::Let(*entry), first);
        }
        match known.key.clone() {
            Key::Field(base, ..) => {
                let base = self.made(base);
                let Some(Op::Field(index)) = self.plan.op(first) else {
                    return first;
                };
                let Some(field) = self.plan.fields.get(index as usize) else {
                    return first;
                };
                let field = Field {
                    base,
                    ..field.clone()
                };
                self.plan.fields.push(field);
                let index = (self.plan.fields.len() as u32).saturating_sub(1);
                self.push(Op::Field(index), first)
            }
            Key::Call(function, args) => {
                let args: Vec<OpId> = args.into_iter().map(|arg| self.made(arg)).collect();
                self.call(function, &args, first)
            }
            Key::Index(base, at, ..) => {
                let (base, at) = (self.made(base), self.made(at));
                let Some(Op::Index(index)) = self.plan.op(first) else {
                    return first;
                };
                let Some(index) = self.plan.indices.get(index as usize) else {
                    return first;
                };
                let index = Index {
                    base,
                    at,
                    ..index.clone()
                };
                self.plan.indices.push(index);
                let index = (self.plan.indices.len() as u32).saturating_sub(1);
                self.push(Op::Index(index), first)
            }
            _ => first,
        }
    }
}
