//! The read set: what the rules in force can read of each input, as steps from node to node: a tree, but
//! for the rows of recursive relations. Each node knows the type declared there and the rules that read it.

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::{check::CheckId, shape::ShapeId};
use crate::{
    input::{FieldKey, MemberName},
    value::{Value, View, World, order},
};

/// A node; an index into [`Trie::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TrieId(pub(crate) u32);

/// What can be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trie {
    /// Of each input, the node of the whole; none where nothing reads it.
    pub(crate) roots: Vec<Option<TrieId>>,
    pub(crate) nodes: Vec<TrieNode>,
}

/// A place that can be read.
#[derive(Clone, Debug)]
pub(crate) struct TrieNode {
    /// What is declared there.
    pub(crate) check: CheckId,
    /// The fields below.
    pub(crate) fields: Fields,
    /// The other steps below.
    pub(crate) edges: Vec<(Edge, TrieId)>,
    /// The rules that read it, in order; after them the outputs.
    pub(crate) rules: Vec<u32>,
    /// Those of them that read all its parts.
    pub(crate) whole: Vec<u32>,
    /// Its parts, where there are such rules.
    pub(crate) shape: Option<ShapeId>,
    /// What the index asks of it.
    pub(crate) watch: Option<Box<Watch>>,
}

/// What is noted of a place while the input is checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    /// The mark of a field that an object lacks, or has as null.
    pub(crate) absent: Option<u32>,
    pub(crate) tests: Vec<Test>,
}

/// Whether a value is one of some scalars.
#[derive(Clone, Debug)]
pub(crate) struct Test {
    /// What is set where it is.
    pub(crate) mark: u32,
    /// Constants of the plan.
    pub(crate) values: Vec<Value>,
    /// Whether it is a list or map that has one of them, rather.
    pub(crate) has: bool,
    /// Whether it is none of them, or has none.
    pub(crate) negated: bool,
}

impl Test {
    /// Whether a value passes; it is not absent.
    pub(crate) fn passes(&self, world: &World<'_>, value: Value) -> bool {
        let mut values = self.values.iter().copied();
        let found = if self.has {
            values.any(|known| world.contains(value, known))
        } else {
            match world.view(value) {
                View::Bool(truth) => {
                    values.any(|known| matches!(known, Value::Bool(known) if known == truth))
                }
                View::Text(text) => values.any(|known| world.text(known) == Some(text)),
                View::List | View::Map => false,
                _ => values.any(|known| order::equal(world, known, value)),
            }
        };
        found != self.negated
    }
}

/// Fields by name, for one walk over the members of an object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    all: Vec<(FieldKey, TrieId)>,
    /// A hash table: hashes and indices into `all`, counted from 1; 0 is free. At most half of it is taken,
    /// and its length is a power of two.
    table: Vec<(u32, u32)>,
    /// Those whose absence says something: of the first 64 a bit each.
    missed: u64,
    /// Indices of the others.
    more_missed: Vec<u32>,
}

impl Fields {
    pub(crate) fn new(all: Vec<(FieldKey, TrieId)>, optional: impl Fn(TrieId) -> bool) -> Self {
        let room = all.len().saturating_mul(2).next_power_of_two();
        let mut table = alloc::vec![(0, 0); if all.is_empty() { 0 } else { room }];
        for (number, (key, _)) in (1_u32..).zip(&all) {
            let mut slot = Self::slot(key.hash(), room);
            while table.get(slot).is_some_and(|(_, taken)| *taken != 0) {
                slot = Self::slot((slot as u32).wrapping_add(1), room);
            }
            if let Some(free) = table.get_mut(slot) {
                *free = (key.hash(), number);
            }
        }
        let mut fields = Self {
            all,
            table,
            ..Self::default()
        };
        fields.miss(|id| !optional(id));
        fields
    }

    /// Says of which fields it has to be told that an object lacks them.
    pub(crate) fn miss(&mut self, says_something: impl Fn(TrieId) -> bool) {
        let missed = (0_u32..)
            .zip(&self.all)
            .filter(|(_, (_, id))| says_something(*id));
        let (few, more): (Vec<u32>, Vec<u32>) = missed
            .map(|(index, _)| index)
            .partition(|index| *index < u64::BITS);
        self.missed = few.into_iter().fold(0, |bits, index| bits | 1 << index);
        self.more_missed = more;
    }

    #[inline]
    fn slot(hash: u32, room: usize) -> usize {
        hash as usize & room.wrapping_sub(1)
    }

    /// Tells the fields of that name with their numbers; one, but where it is read with several types.
    #[inline]
    pub(crate) fn named(&self, name: &MemberName<'_>, found: impl FnMut(u32, TrieId)) {
        self.probe(name.hash(), |key| name.is(key), found);
    }

    /// As [`Fields::named`], by a prepared key.
    pub(crate) fn of_key(&self, key: &FieldKey, mut found: impl FnMut(TrieId)) {
        self.probe(key.hash(), |own| own == key, |_, id| found(id));
    }

    /// Goes through the slots of a hash up to a free one.
    #[inline]
    fn probe(&self, hash: u32, is: impl Fn(&FieldKey) -> bool, mut found: impl FnMut(u32, TrieId)) {
        let mut slot = Self::slot(hash, self.table.len());
        while let Some((known, number)) = self.table.get(slot)
            && let Some(index) = number.checked_sub(1)
        {
            if *known == hash
                && let Some((key, id)) = self.all.get(index as usize)
                && is(key)
            {
                found(index, *id);
            }
            slot = Self::slot((slot as u32).wrapping_add(1), self.table.len());
        }
    }

    /// Tells those whose absence says something and that were not seen; with whether it is sure that they are
    /// absent, or the object has to be asked.
    #[inline]
    pub(crate) fn missed(&self, seen: Seen, mut found: impl FnMut(&FieldKey, TrieId, bool)) {
        let mut left = self.missed & !seen.0;
        while left != 0 {
            if let Some((key, id)) = self.all.get(left.trailing_zeros() as usize) {
                found(key, *id, true);
            }
            left &= left.wrapping_sub(1);
        }
        for index in &self.more_missed {
            if let Some((key, id)) = self.all.get(*index as usize) {
                found(key, *id, false);
            }
        }
    }

    /// All.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(FieldKey, TrieId)> {
        self.all.iter()
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// Which of the first 64 fields were met among the members of an object.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen(u64);

impl Seen {
    #[inline]
    pub(crate) fn add(&mut self, field: u32) {
        if field < u64::BITS {
            self.0 |= 1 << field;
        }
    }
}

/// Which marks are set in a decision.
#[derive(Clone, Debug, Default)]
pub(crate) struct Present {
    words: Vec<u64>,
}

impl Present {
    /// None of so many.
    pub(crate) fn begin(&mut self, marks: usize) {
        self.words.clear();
        self.words.resize(marks.div_ceil(64), 0);
    }

    /// Sets the mark of a place that is present.
    #[inline]
    pub(crate) fn add(&mut self, place: TrieId) {
        self.set(place.0);
    }

    /// Sets a mark.
    #[inline]
    pub(crate) fn set(&mut self, mark: u32) {
        if let Some(word) = self.words.get_mut(mark as usize / 64) {
            *word |= 1 << (mark % 64);
        }
    }

    /// Whether one of them is set.
    #[inline]
    pub(crate) fn has(&self, need: &Need) -> bool {
        let mut words = need.words.iter();
        words.any(|(index, mask)| {
            self.words
                .get(*index as usize)
                .is_some_and(|word| word & mask != 0)
        })
    }
}

/// Marks of which one has to be set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Need {
    /// Bits of [`Present`], by the index of their word.
    words: Vec<(u32, u64)>,
}

impl Need {
    pub(crate) fn new(marks: BTreeSet<u32>) -> Self {
        let mut words: Vec<(u32, u64)> = Vec::new();
        for mark in marks {
            let (index, bit) = (mark / 64, 1 << (mark % 64));
            match words.last_mut() {
                Some((last, mask)) if *last == index => *mask |= bit,
                _ => words.push((index, bit)),
            }
        }
        Self { words }
    }

    /// The marks.
    pub(crate) fn marks(&self) -> impl Iterator<Item = u32> {
        self.words.iter().flat_map(|(index, mask)| {
            let first = index.wrapping_mul(64);
            (0..64_u32)
                .filter(move |bit| mask >> bit & 1 == 1)
                .map(move |bit| first.wrapping_add(bit))
        })
    }
}

/// A step that is no field.
#[derive(Clone, Debug)]
pub(crate) enum Edge {
    /// To each element of a list.
    Element,
    /// To one element of a list.
    Index(u32),
    /// To the value of each member of a map.
    Value,
    /// To the same place, where what is there is of that type.
    Variant(CheckId),
    /// To the same place, as a row of a recursive relation; here several ways meet.
    Row,
}

impl Trie {
    /// Gives back the room that was kept for more.
    pub(super) fn shrink(&mut self) {
        for node in &mut self.nodes {
            node.rules.shrink_to_fit();
            node.whole.shrink_to_fit();
        }
    }

    /// Has these watched, and nothing else.
    pub(crate) fn watch(&mut self, mut watches: BTreeMap<TrieId, Watch>, optional: impl Fn(CheckId) -> bool) {
        for (number, node) in (0_u32..).zip(&mut self.nodes) {
            node.watch = watches.remove(&TrieId(number)).map(Box::new);
        }
        let said: Vec<bool> = self
            .nodes
            .iter()
            .map(|node| {
                !optional(node.check) || node.watch.as_ref().is_some_and(|watch| watch.absent.is_some())
            })
            .collect();
        for node in &mut self.nodes {
            node.fields
                .miss(|id| said.get(id.0 as usize).copied().unwrap_or(false));
        }
    }

    /// The node of that id.
    pub(crate) fn node(&self, id: TrieId) -> Option<&TrieNode> {
        self.nodes.get(id.0 as usize)
    }
}

#[cfg(test)]
mod tests {
    use alloc::{string::String, vec::Vec};

    use super::*;
    use crate::{Engine, plan::Plan};

    /// One line a place, for tests: its steps and the rules that read it.
    fn print(trie: &Trie, inputs: &[String], rules: &[String]) -> Vec<String> {
        let mut lines = Vec::new();
        let mut stack: Vec<(TrieId, String)> = trie
            .roots
            .iter()
            .zip(inputs)
            .filter_map(|(root, name)| Some(((*root)?, name.clone())))
            .collect();
        while let Some((id, path)) = stack.pop() {
            let Some(node) = trie.node(id) else { continue };
            for (read, what) in [(&node.rules, ""), (&node.whole, " whole")] {
                let names: Vec<&str> = read
                    .iter()
                    .filter_map(|rule| rules.get(*rule as usize))
                    .map(String::as_str)
                    .collect();
                if !names.is_empty() {
                    lines.push(alloc::format!("{path}{what}: {}", names.join(", ")));
                }
            }
            for (key, below) in node.fields.iter() {
                stack.push((*below, alloc::format!("{path}.{}", key.text())));
            }
            for (edge, below) in &node.edges {
                let step = match edge {
                    Edge::Element => "[]".into(),
                    Edge::Index(index) => alloc::format!("[{index}]"),
                    Edge::Value => "[*]".into(),
                    Edge::Variant(_) => "<>".into(),
                    // The rows have a path of their own; else there would be no end.
                    Edge::Row => continue,
                };
                stack.push((*below, alloc::format!("{path}{step}")));
            }
        }
        lines.sort();
        lines
    }

    fn reads(policy: &str) -> Vec<String> {
        let engine = match Engine::builder().source("p.ward", policy).build() {
            Ok(engine) => engine,
            Err(error) => panic!("{error}"),
        };
        let plan: &Plan = &engine.plan;
        let inputs: Vec<String> = plan.inputs.iter().map(|input| input.name.clone()).collect();
        let rules: Vec<String> = plan
            .rules
            .iter()
            .map(|rule| rule.name.trim_start_matches("p.").into())
            .collect();
        print(&plan.reads, &inputs, &rules)
    }

    #[test]
    fn reads_go_through_functions_lets_match_and_joins() {
        let lines = reads(
            "package p
             type C = { name: string, image: string, bad: bool? }
             type A = { kind: \"a\", cs: [C] }
             type B = { kind: \"b\", inner: { cs: [C]?, more: [C]? } }
             input request: { object: A | B, other: string }
             fn of(o: A | B) -> [C] = match o {
                 A => o.cs,
                 B => (o.inner.cs ?? []) + (o.inner.more ?? []),
             }
             let all = of(request.object)
             rule r { for c in all when c.bad == true deny \"bad\" at c.bad }
             rule s { for (i, c) in of(request.object).indexed() when i > 0 deny c.name }",
        );
        assert_eq!(
            lines,
            [
                "request.object: r, s",
                "request.object<>.cs: r, s",
                "request.object<>.cs[].bad: r",
                "request.object<>.cs[].name: s",
                "request.object<>.cs[]: r, s",
                "request.object<>.inner.cs: r, s",
                "request.object<>.inner.cs[].bad: r",
                "request.object<>.inner.cs[].name: s",
                "request.object<>.inner.cs[]: r, s",
                "request.object<>.inner.more: r, s",
                "request.object<>.inner.more[].bad: r",
                "request.object<>.inner.more[].name: s",
                "request.object<>.inner.more[]: r, s",
                "request.object<>.inner: r, s",
                "request: r, s",
            ]
        );
    }

    #[test]
    fn reads_keep_apart_the_parts_of_records_and_the_members_of_maps() {
        let lines = reads(
            "package p
             input request: { a: { x: int, y: int }, labels: {[string]: string}, l: [[int]] }
             fn pair() -> { p: { x: int, y: int }, q: int } = { p: request.a, q: 1 }
             rule r { when pair().p.x > 1 deny \"r\" }
             rule s { when request.labels[\"app\"] == \"x\" deny \"s\" }
             rule t { for (k, v) in request.labels when v == k deny \"t\" }
             rule u { when [1] in request.l deny \"u\" }",
        );
        assert_eq!(
            lines,
            [
                "request.a.x: r",
                "request.a: r",
                "request.l whole: u",
                "request.l: u",
                "request.labels.app: s",
                "request.labels: s, t",
                "request.labels[*]: t",
                "request: r, s, t, u",
            ]
        );
    }
}
