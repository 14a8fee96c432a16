//! The read set: what the rules in force can read of each input, as steps from node to node: a tree, but
//! for the rows of recursive relations. Each node knows the type declared there and the rules that read it.

use alloc::vec::Vec;

use super::{Slice, check::CheckId, shape::ShapeId};
use crate::{
    input::{FieldKey, MemberName},
    value::{Value, View, World, order},
};

/// A node; an index into [`Trie::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TrieId(pub(crate) u32);

/// What can be read. What nodes have many of lies in arrays of all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trie {
    /// Of each input, the node of the whole; none where nothing reads it.
    pub(crate) roots: Vec<Option<TrieId>>,
    pub(crate) nodes: Vec<TrieNode>,
    pub(crate) fields: Vec<(FieldKey, TrieId)>,
    pub(crate) edges: Vec<(Edge, TrieId)>,
    pub(crate) rules: Vec<u32>,
    /// What the index asks of places.
    pub(crate) tests: Vec<Test>,
    /// What tests look for: constants of the plan.
    pub(crate) values: Vec<Value>,
    /// What the index asks of the keys of objects.
    pub(crate) key_tests: Vec<KeyTest>,
    /// What these look for.
    pub(crate) keys: Vec<FieldKey>,
    /// Hash tables of the fields of each node: hashes and indices among them, counted from 1; 0 is free. At most
    /// half of each is taken, and its length is a power of two.
    pub(crate) table: Vec<(u32, u32)>,
    /// Indices of fields whose absence says something, behind the first 64 of a node.
    pub(crate) more_missed: Vec<u32>,
}

/// A place that can be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TrieNode {
    /// What is declared there.
    pub(crate) check: CheckId,
    /// Its parts, where there are rules that read all of them.
    pub(crate) shape: Option<ShapeId>,
    /// The fields below.
    pub(crate) fields: Slice,
    /// The other steps below.
    pub(crate) edges: Slice,
    /// The rules that read it, in order; after them the outputs.
    pub(crate) rules: Slice,
    /// Those of them that read all its parts; of [`Trie::rules`].
    pub(crate) whole: Slice,
    /// The mark of a field that an object lacks, or has as null.
    pub(crate) absent: Option<u32>,
    pub(crate) tests: Slice,
    pub(crate) key_tests: Slice,
    pub(crate) table: Slice,
    /// The fields whose absence says something: of the first 64 a bit each.
    pub(crate) missed: u64,
    pub(crate) more_missed: Slice,
}

/// What is noted of a place while the input is checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    /// The mark of a field that an object lacks, or has as null.
    pub(crate) absent: Option<u32>,
    pub(crate) tests: Vec<Asked>,
    /// Of the keys of an object: the mark, and what is looked for.
    pub(crate) keys: Vec<(u32, Wanted, Vec<FieldKey>)>,
}

/// A test before it is in the tree.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) mark: u32,
    pub(crate) values: Vec<Value>,
    pub(crate) has: bool,
    pub(crate) negated: bool,
}

/// Whether a value is one of some scalars.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Test {
    /// What is set where it is.
    pub(crate) mark: u32,
    /// Of [`Trie::values`].
    pub(crate) values: Slice,
    /// Whether it is a list or map that has one of them, rather.
    pub(crate) has: bool,
    /// Whether it is none of them, or has none.
    pub(crate) negated: bool,
}

/// Whether an object has some key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyTest {
    /// What is set where it has.
    pub(crate) mark: u32,
    pub(crate) wanted: Wanted,
    /// Of [`Trie::keys`], ordered by hash.
    pub(crate) keys: Slice,
}

/// Which key is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// One of some.
    OneOf,
    /// Any other.
    Other,
    /// One that begins as one of them.
    Prefix,
}

impl KeyTest {
    /// Whether the key of a member passes.
    #[inline]
    pub(crate) fn passes(&self, trie: &Trie, name: &MemberName<'_>) -> bool {
        let keys = self.keys.of(&trie.keys);
        let known = || {
            let first = keys.partition_point(|key| key.hash() < name.hash());
            let same = keys.get(first..).unwrap_or_default().iter();
            let mut same = same.take_while(|key| key.hash() == name.hash());
            same.any(|key| name.is(key))
        };
        match self.wanted {
            Wanted::OneOf => known(),
            Wanted::Other => !known(),
            Wanted::Prefix => keys
                .iter()
                .any(|key| name.bytes().starts_with(key.text().as_bytes())),
        }
    }
}

impl Test {
    /// Whether a value, seen as `view`, passes; it is not absent.
    #[inline]
    pub(crate) fn passes(&self, trie: &Trie, world: &World<'_>, value: Value, view: View<'_>) -> bool {
        let mut values = self.values.of(&trie.values).iter().copied();
        let found = if self.has {
            values.any(|known| world.contains(value, known))
        } else {
            match view {
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

/// The fields of a node by name, for one walk over the members of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'t> {
    all: &'t [(FieldKey, TrieId)],
    table: &'t [(u32, u32)],
    missed: u64,
    more_missed: &'t [u32],
}

impl<'t> Fields<'t> {
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
        let mut slot = slot(hash, self.table.len());
        while let Some((known, number)) = self.table.get(slot)
            && let Some(index) = number.checked_sub(1)
        {
            if *known == hash
                && let Some((key, id)) = self.all.get(index as usize)
                && is(key)
            {
                found(index, *id);
            }
            slot = next(slot, self.table.len());
        }
    }

    /// Tells those whose absence says something and that were not seen; with whether it is sure that they are
    /// absent, or the object has to be asked.
    #[inline]
    pub(crate) fn missed(&self, seen: Seen, mut found: impl FnMut(&'t FieldKey, TrieId, bool)) {
        let mut left = self.missed & !seen.0;
        while left != 0 {
            if let Some((key, id)) = self.all.get(left.trailing_zeros() as usize) {
                found(key, *id, true);
            }
            left &= left.wrapping_sub(1);
        }
        for index in self.more_missed {
            if let Some((key, id)) = self.all.get(*index as usize) {
                found(key, *id, false);
            }
        }
    }

    /// All.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'t (FieldKey, TrieId)> {
        self.all.iter()
    }
}

/// Where a hash is looked for first in a table of that length.
#[inline]
fn slot(hash: u32, room: usize) -> usize {
    hash as usize & room.wrapping_sub(1)
}

/// The slot behind.
#[inline]
fn next(at: usize, room: usize) -> usize {
    at.wrapping_add(1) & room.wrapping_sub(1)
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

    /// Whether one of some is set.
    #[inline]
    pub(crate) fn has(&self, need: &[(u32, u64)]) -> bool {
        need.iter().any(|(index, mask)| {
            self.words
                .get(*index as usize)
                .is_some_and(|word| word & mask != 0)
        })
    }
}

/// Marks of which one has to be set: bits of [`Present`], by the index of their word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Need(pub(crate) Vec<(u32, u64)>);

impl Need {
    /// Of marks in order.
    pub(crate) fn new(marks: Vec<u32>) -> Self {
        let mut words: Vec<(u32, u64)> = Vec::new();
        for mark in marks {
            let (index, bit) = (mark / 64, 1 << (mark % 64));
            match words.last_mut() {
                Some((last, mask)) if *last == index => *mask |= bit,
                _ => words.push((index, bit)),
            }
        }
        Self(words)
    }
}

/// The marks of a need.
pub(crate) fn marks(need: &[(u32, u64)]) -> impl Iterator<Item = u32> {
    need.iter().flat_map(|(index, mask)| {
        let first = index.wrapping_mul(64);
        (0..64_u32)
            .filter(move |bit| mask >> bit & 1 == 1)
            .map(move |bit| first.wrapping_add(bit))
    })
}

/// A step that is no field.
#[derive(Clone, Copy, Debug)]
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

impl TrieNode {
    /// A node; of each of its parts where it lies among those of all.
    pub(crate) fn new(
        check: CheckId,
        shape: Option<ShapeId>,
        [fields, edges, rules, whole]: [Slice; 4],
    ) -> Self {
        Self {
            check,
            shape,
            fields,
            edges,
            rules,
            whole,
            absent: None,
            tests: Slice::default(),
            key_tests: Slice::default(),
            table: Slice::default(),
            missed: 0,
            more_missed: Slice::default(),
        }
    }
}

impl Trie {
    /// Makes what finds fields by their names, once all nodes are there.
    pub(crate) fn prepare(&mut self, optional: impl Fn(CheckId) -> bool) {
        let room = |fields: Slice| match fields.len as usize {
            0 => 0,
            some => some.saturating_mul(2).next_power_of_two(),
        };
        let all = self.nodes.iter().map(|node| room(node.fields));
        let all = all.fold(0, usize::saturating_add);
        self.table = alloc::vec![(0, 0); all];
        let mut start = 0_usize;
        for node in &mut self.nodes {
            let room = room(node.fields);
            let end = start.saturating_add(room);
            node.table = Slice {
                start: start as u32,
                len: room as u32,
            };
            let table = self.table.get_mut(start..end).unwrap_or_default();
            for (number, (key, _)) in (1_u32..).zip(node.fields.of(&self.fields)) {
                let mut slot = slot(key.hash(), room);
                while table.get(slot).is_some_and(|(_, taken)| *taken != 0) {
                    slot = next(slot, room);
                }
                if let Some(free) = table.get_mut(slot) {
                    *free = (key.hash(), number);
                }
            }
            start = end;
        }
        self.tell(optional);
    }

    /// Has this watched of each node, and nothing else.
    pub(crate) fn watch(&mut self, watches: Vec<Watch>, optional: impl Fn(CheckId) -> bool) {
        self.tests.clear();
        self.values.clear();
        self.key_tests.clear();
        self.keys.clear();
        for (node, watch) in self.nodes.iter_mut().zip(watches) {
            let Watch { absent, tests, keys } = watch;
            let (values, all) = (&mut self.values, &mut self.tests);
            let tests = tests.into_iter().map(|asked| Test {
                mark: asked.mark,
                values: Slice::push(values, asked.values),
                has: asked.has,
                negated: asked.negated,
            });
            node.absent = absent;
            node.tests = Slice::push(all, tests);
            let names = &mut self.keys;
            let keys = keys.into_iter().map(|(mark, wanted, keys)| KeyTest {
                mark,
                wanted,
                keys: Slice::push(names, keys),
            });
            node.key_tests = Slice::push(&mut self.key_tests, keys);
        }
        self.tell(optional);
    }

    /// Finds of which fields it has to be told that an object lacks them.
    fn tell(&mut self, optional: impl Fn(CheckId) -> bool) {
        let nodes = self.nodes.iter();
        let said: Vec<bool> = nodes
            .map(|node| node.absent.is_some() || !optional(node.check))
            .collect();
        self.more_missed.clear();
        for node in &mut self.nodes {
            let start = self.more_missed.len() as u32;
            node.missed = 0;
            for (index, (_, id)) in (0_u32..).zip(node.fields.of(&self.fields)) {
                if !said.get(id.0 as usize).copied().unwrap_or(false) {
                    continue;
                }
                if index < u64::BITS {
                    node.missed |= 1 << index;
                } else {
                    self.more_missed.push(index);
                }
            }
            node.more_missed = Slice {
                start,
                len: (self.more_missed.len() as u32).saturating_sub(start),
            };
        }
    }

    /// The node of that id.
    pub(crate) fn node(&self, id: TrieId) -> Option<&TrieNode> {
        self.nodes.get(id.0 as usize)
    }

    /// The fields below a node.
    #[inline]
    pub(crate) fn fields(&self, node: &TrieNode) -> Fields<'_> {
        Fields {
            all: node.fields.of(&self.fields),
            table: node.table.of(&self.table),
            missed: node.missed,
            more_missed: node.more_missed.of(&self.more_missed),
        }
    }

    /// The other steps below a node.
    #[inline]
    pub(crate) fn edges(&self, node: &TrieNode) -> &[(Edge, TrieId)] {
        node.edges.of(&self.edges)
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
            for (read, what) in [(node.rules, ""), (node.whole, " whole")] {
                let names: Vec<&str> = read
                    .of(&trie.rules)
                    .iter()
                    .filter_map(|rule| rules.get(*rule as usize))
                    .map(String::as_str)
                    .collect();
                if !names.is_empty() {
                    lines.push(alloc::format!("{path}{what}: {}", names.join(", ")));
                }
            }
            for (key, below) in trie.fields(node).iter() {
                stack.push((*below, alloc::format!("{path}.{}", key.text())));
            }
            for (edge, below) in trie.edges(node) {
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
