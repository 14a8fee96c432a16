//! The index: which rules a decision has to run. Rules whose first clauses ask a scalar of the input to
//! be one of some constants are found by that value; the others are run always.
//!
//! A rule is left out only where running it would add nothing: what it asks is false, and all it does
//! before it asks can neither fail nor draw. A value that is not of its type is an error of every rule
//! that reads it, found before any rule runs; where the index meets one, it leaves out nothing.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec,
    vec::Vec,
};
use core::iter::repeat_n;

use super::{
    Plan, Slice,
    guard::{self, Guard, Guarded, Paths},
    marks::Marks,
    needs::Needs,
    trie::{Need, Present, Watch},
    verify::Order,
};
use crate::{
    eval::{Chosen, Machine},
    input::{FieldKey, Kind},
    value::{NodeRef, Value, World, hash::Hash, print::json, world::Docs},
};

/// A scalar of an input: the steps that lead to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Path {
    pub(crate) input: u32,
    pub(crate) steps: Vec<FieldKey>,
}

/// What lies at the end of a path.
enum Found {
    /// Nothing: equal to no constant.
    Absent,
    /// A scalar, and the hash of its value.
    Key(u64, Value),
    /// Something that has another type than declared.
    Other,
}

/// Rules by what they ask.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    pub(crate) paths: Vec<Path>,
    /// The first is the root; those that a switch leads to come after it.
    pub(crate) nodes: Vec<Node>,
    /// Of nodes.
    pub(crate) rules: Vec<Reached>,
    /// Of switches, ordered by hash.
    pub(crate) cases: Vec<Case>,
    /// Of each rule what it needs, as an index into `wanted`.
    pub(crate) needs: Vec<u32>,
    /// Parts of `sets`, each list once.
    pub(crate) wanted: Vec<Slice>,
    /// Sets of marks: of each one has to be set, or the rule adds nothing; parts of `words`.
    pub(crate) sets: Vec<Slice>,
    /// Bits of [`Present`], by the index of their word.
    pub(crate) words: Vec<(u32, u64)>,
    /// How many marks there are.
    pub(crate) marks: u32,
}

/// Rules that are run where the node is reached, and what they are told apart by further on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Node {
    pub(crate) rules: Slice,
    pub(crate) switch: Option<Switch>,
}

/// A rule, and the first of its clauses to which the switches on the way do not give the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reached {
    pub(crate) rule: u32,
    pub(crate) from: u32,
}

/// A question to the input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Switch {
    /// An index into [`Index::paths`].
    pub(crate) path: u32,
    /// Of [`Index::cases`].
    pub(crate) cases: Slice,
    /// The rules that do not ask.
    pub(crate) rest: u32,
}

/// An answer to a switch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) hash: u64,
    pub(crate) node: u32,
    /// The text that the answer is, where a rule takes the answer for its own; else `u32::MAX`.
    pub(crate) text: u32,
}

/// A rule with what it still asks, each path once, in their order.
#[derive(Clone, Debug)]
struct Asking {
    rule: u32,
    guards: Vec<Guard>,
    /// As [`Guarded::exact`].
    exact: u32,
}

impl Asking {
    /// The rule where nothing more is asked: from the first clause that was not answered.
    fn reached(&self) -> Reached {
        let left = self.guards.iter().map(|guard| guard.clause).min();
        Reached {
            rule: self.rule,
            from: left.map_or(self.exact, |left| left.min(self.exact)),
        }
    }
}

/// The index of a plan whose data are loaded, and what has to be watched for it.
pub(crate) fn build(plan: &Plan, machine: &mut Machine<'_>) -> (Index, Vec<Watch>) {
    let mut marks = Marks::new(plan);
    let world = World::new(&plan.heap, Docs::default())
        .with_documents(&plan.documents)
        .with_shapes(&plan.checks)
        .with_places(&plan.places);
    let mut index = Index::default();
    let mut needs = Needs::new(plan, &world, &mut marks);
    let mut known: BTreeMap<Vec<Need>, u32> = BTreeMap::new();
    for rule in &plan.rules {
        let next = known.len() as u32;
        let needs = known.entry(needs.of_rule(rule));
        index.needs.push(*needs.or_insert(next));
    }
    let mut wanted: Vec<(Vec<Need>, u32)> = known.into_iter().collect();
    wanted.sort_by_key(|(_, id)| *id);
    for (needs, _) in wanted {
        let words = &mut index.words;
        let sets = needs.into_iter().map(|Need(need)| Slice::push(words, need));
        index.wanted.push(Slice::push(&mut index.sets, sets));
    }
    let (marks, watches) = marks.finish();
    index.marks = marks as u32;
    let mut paths = Paths::default();
    let mut asking = Vec::with_capacity(plan.rules.len());
    // Of a plan that was bytes nobody knows yet that its slots are bound in order.
    let mut order = plan.unread.is_some().then(|| Order::new(plan));
    for (number, rule) in plan.rules.iter().enumerate().filter(|(_, rule)| !rule.audit) {
        let rule_number = number as u32;
        if order.as_mut().is_some_and(|order| !order.is_kept(rule)) {
            asking.push(Asking {
                rule: rule_number,
                guards: Vec::new(),
                exact: 0,
            });
            continue;
        }
        let Some(Guarded {
            mut guards,
            mut exact,
        }) = guard::of_rule(plan, machine, &mut paths, rule)
        else {
            continue;
        };
        guards.sort_by_key(|guard| guard.path);
        // Two questions to one place: one answer has to fit both, and one of them is enough to ask.
        guards.dedup_by(|second, first| {
            let same = second.path == first.path;
            if same {
                exact = exact.min(second.clause);
            }
            same
        });
        asking.push(Asking {
            rule: rule_number,
            guards,
            exact,
        });
    }
    index.paths = paths.all();
    index.grow(asking, &world);
    index.shrink();
    (index, watches)
}

impl Index {
    /// Adds the nodes for rules; the first is the root of these. Nodes that wait are kept in a list, so that
    /// nothing recurses.
    fn grow(&mut self, asking: Vec<Asking>, world: &World<'_>) {
        self.nodes.push(Node::default());
        let mut waiting = vec![(0_u32, asking)];
        while let Some((id, asking)) = waiting.pop() {
            let Some(path) = best(&asking) else {
                let rules = asking.iter().map(Asking::reached);
                let rules = Slice::push(&mut self.rules, rules);
                self.set(id, Node { rules, switch: None });
                continue;
            };
            let mut cases: BTreeMap<u64, (Option<u32>, Vec<Asking>)> = BTreeMap::new();
            let mut rest = Vec::new();
            for mut asking in asking {
                let at = asking.guards.binary_search_by_key(&path, |guard| guard.path);
                let Ok(at) = at else {
                    rest.push(asking);
                    continue;
                };
                let Guard { keys, clause, .. } = asking.guards.remove(at);
                // Of a clause that says more than this the text is not needed.
                let taken = clause < asking.exact;
                // Most have one answer, and are in one case.
                for ((key, text), mut asking) in keys.iter().zip(repeat_n(asking, keys.len())) {
                    let text = text.filter(|_| taken);
                    let (known, here) = cases.entry(*key).or_insert((text, Vec::new()));
                    if taken && known.is_some() && guard::same_text(world, *known, text).is_none() {
                        // Two texts of one hash: the first keeps it.
                        asking.exact = clause;
                    } else {
                        *known = known.or(text);
                    }
                    here.push(asking);
                }
            }
            let mut later = |asking| {
                let id = self.nodes.len() as u32;
                self.nodes.push(Node::default());
                waiting.push((id, asking));
                id
            };
            let cases = cases.into_iter().map(|(hash, (text, asking))| Case {
                hash,
                node: later(asking),
                text: text.unwrap_or(u32::MAX),
            });
            let cases: Vec<Case> = cases.collect();
            let rest = later(rest);
            let cases = Slice::push(&mut self.cases, cases);
            let switch = Some(Switch { path, cases, rest });
            let rules = Slice::default();
            self.set(id, Node { rules, switch });
        }
    }

    fn set(&mut self, id: u32, node: Node) {
        if let Some(slot) = self.nodes.get_mut(id as usize) {
            *slot = node;
        }
    }

    /// Gives back the room that was kept for more.
    fn shrink(&mut self) {
        self.nodes.shrink_to_fit();
        self.rules.shrink_to_fit();
        self.cases.shrink_to_fit();
        self.needs.shrink_to_fit();
    }

    /// The rules that may add something to the decision, in contract order: where the whole input fits, those
    /// alone that have what they need.
    pub(crate) fn select(&self, machine: &Machine<'_>, chosen: &mut Chosen, fits: bool) {
        let Chosen {
            rules,
            waiting,
            present,
        } = chosen;
        rules.clear();
        waiting.clear();
        let mut at = Some(0_u32);
        // A switch leads on to its rest; the case that fits waits until that way has come to its end.
        while let Some(id) = at.or_else(|| waiting.pop()) {
            at = None;
            let Some(node) = self.nodes.get(id as usize) else {
                continue;
            };
            rules.extend_from_slice(node.rules.of(&self.rules));
            let Some(switch) = &node.switch else { continue };
            let found = self
                .paths
                .get(switch.path as usize)
                .map_or(Found::Other, |path| path.read(machine));
            match found {
                Found::Absent => {}
                Found::Key(key, value) => {
                    let cases = switch.cases.of(&self.cases);
                    let case = cases.binary_search_by_key(&key, |case| case.hash).ok();
                    match case.and_then(|case| cases.get(case)) {
                        Some(case) if case.is_text_of(&machine.world, value) => waiting.push(case.node),
                        Some(_) => self.all_cases(switch, rules),
                        None => {}
                    }
                }
                Found::Other => self.all_cases(switch, rules),
            }
            at = Some(switch.rest);
        }
        if fits {
            rules.retain(|reached| self.has_needs(reached.rule, present));
        }
        if !rules.is_sorted() {
            // Runs that are in order, which the stable sort merges.
            rules.sort();
        }
    }

    /// How many marks the check of the input may set.
    pub(crate) fn marks(&self) -> usize {
        self.marks as usize
    }

    /// What a rule needs: of each set of marks one.
    pub(crate) fn needs_of(&self, rule: u32) -> impl DoubleEndedIterator<Item = &[(u32, u64)]> {
        let needs = self.needs.get(rule as usize);
        let needs = needs.and_then(|needs| self.wanted.get(*needs as usize));
        let sets = needs.copied().unwrap_or_default().of(&self.sets);
        sets.iter().map(|words| words.of(&self.words))
    }

    /// Whether a rule has what it needs, by the marks that are set.
    pub(crate) fn has_needs(&self, rule: u32, present: &Present) -> bool {
        // The last ask most: for values, the first for places alone.
        self.needs_of(rule).rev().all(|need| present.has(need))
    }

    /// Of each rule that is not run because of what it asks: the place, and the hashes that it asks for.
    pub(crate) fn ruled_out(
        &self,
        machine: &Machine<'_>,
        run: &BTreeSet<u32>,
    ) -> BTreeMap<u32, (&Path, BTreeSet<u64>)> {
        let mut found: BTreeMap<u32, (&Path, BTreeSet<u64>)> = BTreeMap::new();
        let mut left = vec![0_u32];
        while let Some(id) = left.pop() {
            let switch = self.nodes.get(id as usize).and_then(|node| node.switch.as_ref());
            let Some(switch) = switch else { continue };
            left.push(switch.rest);
            let Some(path) = self.paths.get(switch.path as usize) else {
                continue;
            };
            let answer = match path.read(machine) {
                Found::Key(key, _) => Some(key),
                Found::Absent => None,
                // Where nothing is left out.
                Found::Other => continue,
            };
            // What ends a rule below the case that fits stands further down.
            let mut here = Vec::new();
            let cases = switch.cases.of(&self.cases);
            let fits = cases.iter().find(|case| answer == Some(case.hash));
            if let Some(case) = fits {
                left.push(case.node);
                self.below(vec![case.node], &mut here);
            }
            for case in cases.iter().filter(|case| answer != Some(case.hash)) {
                let mut rules = Vec::new();
                self.below(vec![case.node], &mut rules);
                rules.retain(|reached| !run.contains(&reached.rule) && here.binary_search(reached).is_err());
                for Reached { rule, .. } in rules {
                    let (at, keys) = found.entry(rule).or_insert_with(|| (path, BTreeSet::new()));
                    if *at == path {
                        keys.insert(case.hash);
                    }
                }
            }
        }
        found
    }

    /// All rules below the cases of a switch, whatever they ask.
    #[cold]
    fn all_cases(&self, switch: &Switch, rules: &mut Vec<Reached>) {
        let cases = switch.cases.of(&self.cases).iter();
        self.below(cases.map(|case| case.node).collect(), rules);
    }

    /// All rules below some nodes, each once, in order, from their first clause.
    fn below(&self, mut stack: Vec<u32>, rules: &mut Vec<Reached>) {
        let mut found: BTreeSet<u32> = BTreeSet::new();
        while let Some(id) = stack.pop() {
            let Some(node) = self.nodes.get(id as usize) else {
                continue;
            };
            found.extend(node.rules.of(&self.rules).iter().map(|reached| reached.rule));
            if let Some(switch) = &node.switch {
                let cases = switch.cases.of(&self.cases).iter();
                stack.extend(cases.map(|case| case.node));
                stack.push(switch.rest);
            }
        }
        rules.extend(found.into_iter().map(|rule| Reached { rule, from: 0 }));
    }
}

impl Case {
    /// Whether a value of its hash is what the rules take it for.
    #[inline]
    fn is_text_of(&self, world: &World<'_>, value: Value) -> bool {
        self.text == u32::MAX || world.text(value) == Some(world.made_text(self.text))
    }
}

/// The path that tells most of the rules apart; none where no two rules ask the same place.
fn best(asking: &[Asking]) -> Option<u32> {
    if asking.len() < 2 {
        return None;
    }
    // Of each answer to each path whether it is the first of a rule.
    let mut answers: Vec<(u32, u64, bool)> = Vec::with_capacity(asking.len());
    for guard in asking.iter().flat_map(|asking| &asking.guards) {
        let keys = guard.keys.iter().enumerate();
        answers.extend(keys.map(|(number, (hash, _))| (guard.path, *hash, number == 0)));
    }
    answers.sort_unstable();
    // Of `n` rules over `k` answers about `n / k` are left: so many are saved.
    let saved =
        |rules: usize, answers: usize| rules.saturating_sub(rules.checked_div(answers).unwrap_or(rules));
    answers
        .chunk_by(|(path, ..), (next, ..)| path == next)
        .filter_map(|of_path| {
            let rules = of_path.iter().filter(|(_, _, first)| *first).count();
            let different = of_path.chunk_by(|(_, a, _), (_, b, _)| a == b).count();
            let (path, ..) = of_path.first().filter(|_| rules > 1)?;
            Some((saved(rules, different.saturating_add(1)), *path))
        })
        .max_by(|(a, first), (b, second)| a.cmp(b).then(second.cmp(first)))
        .map(|(_, path)| path)
}

impl Path {
    /// What lies there, as JSON; none where nothing does.
    pub(crate) fn shown(&self, machine: &Machine<'_>) -> Option<String> {
        let mut value = machine.inputs.get(self.input as usize).copied()?;
        for step in &self.steps {
            value = machine.world.field(value, step);
        }
        if matches!(value, Value::Null) {
            return None;
        }
        let mut out = String::new();
        json(&machine.world, value, &mut out);
        Some(out)
    }

    fn read(&self, machine: &Machine<'_>) -> Found {
        let world = &machine.world;
        let input = machine.inputs.get(self.input as usize);
        let mut value = input.copied().unwrap_or(Value::Null);
        for step in &self.steps {
            value = match value {
                Value::Null => return Found::Absent,
                Value::Map(_) => world.field(value, step),
                Value::Node(at) => {
                    let Some(doc) = world.doc(at.doc) else {
                        return Found::Other;
                    };
                    match (doc.kind(at.node), doc.get(at.node, step)) {
                        (Kind::Object, Some(node)) if doc.kind(node) == Kind::Null => Value::Null,
                        (Kind::Object, Some(node)) => Value::Node(NodeRef { doc: at.doc, node }),
                        (Kind::Object, None) => Value::Null,
                        _ => return Found::Other,
                    }
                }
                _ => return Found::Other,
            };
        }
        match value {
            Value::Null => Found::Absent,
            Value::Node(at) => match world.doc(at.doc).map(|doc| doc.kind(at.node)) {
                Some(Kind::Bool | Kind::Int | Kind::Float | Kind::String) => {
                    Found::Key(key(world, value), value)
                }
                _ => Found::Other,
            },
            Value::Text(_) | Value::Bool(_) | Value::Int(_) => Found::Key(key(world, value), value),
            _ => Found::Other,
        }
    }
}

/// A scalar by the hash of its value. Two that share one are told apart by the rules themselves.
pub(super) fn key(world: &World<'_>, value: Value) -> u64 {
    let mut hash = Hash::default();
    hash.value(world, value);
    hash.finish()
}
