//! The read set: what the rules in force can read of each input, as steps from node to node: a tree, but
//! for the rows of recursive relations. Each node knows the type declared there and the rules that read it.

use alloc::{collections::BTreeSet, vec::Vec};

use super::{check::CheckId, shape::ShapeId};
use crate::input::{FieldKey, MemberName};

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
}

/// Fields by name, for one walk over the members of an object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    all: Vec<(FieldKey, TrieId)>,
    /// A hash table of indices into `all`, counted from 1; 0 is free. At most half of it is taken, and its
    /// length is a power of two.
    table: Vec<u32>,
    /// Which of them are never absent; indices.
    required: Vec<u32>,
}

impl Fields {
    /// With what a check says of absence.
    pub(crate) fn new(all: Vec<(FieldKey, TrieId)>, optional: impl Fn(TrieId) -> bool) -> Self {
        let required = (0_u32..).zip(&all).filter(|(_, (_, id))| !optional(*id));
        let required = required.map(|(index, _)| index).collect();
        let room = all.len().saturating_mul(2).next_power_of_two();
        let mut table = alloc::vec![0; if all.is_empty() { 0 } else { room }];
        for (number, (key, _)) in (1_u32..).zip(&all) {
            let free = Self::probe(key.hash(), table.len()).find(|slot| table.get(*slot) == Some(&0));
            if let Some(slot) = free.and_then(|slot| table.get_mut(slot)) {
                *slot = number;
            }
        }
        Self { all, table, required }
    }

    /// The slots for a hash, in order.
    #[inline]
    fn probe(hash: u32, room: usize) -> impl Iterator<Item = usize> {
        let mask = room.wrapping_sub(1);
        (0..room).map(move |step| (hash as usize).wrapping_add(step) & mask)
    }

    /// The fields of that name; one, but where it is read with several types.
    #[inline]
    pub(crate) fn named<'f>(&'f self, name: &'f MemberName<'_>) -> impl Iterator<Item = TrieId> + 'f {
        Self::probe(name.hash(), self.table.len())
            .map_while(|slot| self.table.get(slot)?.checked_sub(1))
            .filter_map(|index| self.all.get(index as usize))
            .filter(|(key, _)| name.is(key))
            .map(|(_, id)| *id)
    }

    /// Those that are never absent.
    pub(crate) fn required(&self) -> impl Iterator<Item = &(FieldKey, TrieId)> {
        let required = self.required.iter();
        required.filter_map(|index| self.all.get(*index as usize))
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

/// Which places are present in the inputs of a decision.
#[derive(Clone, Debug, Default)]
pub(crate) struct Present {
    words: Vec<u64>,
}

impl Present {
    /// None of so many.
    pub(crate) fn begin(&mut self, places: usize) {
        self.words.clear();
        self.words.resize(places.div_ceil(64), 0);
    }

    /// Notes one.
    #[inline]
    pub(crate) fn add(&mut self, place: TrieId) {
        if let Some(word) = self.words.get_mut(place.0 as usize / 64) {
            *word |= 1 << (place.0 % 64);
        }
    }

    /// Whether one of them was noted.
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

/// Places of which one has to be present.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Need {
    /// Bits of [`Present`], by the index of their word.
    words: Vec<(u32, u64)>,
}

impl Need {
    pub(crate) fn new(places: BTreeSet<TrieId>) -> Self {
        let mut words: Vec<(u32, u64)> = Vec::new();
        for place in places {
            let (index, bit) = (place.0 / 64, 1 << (place.0 % 64));
            match words.last_mut() {
                Some((last, mask)) if *last == index => *mask |= bit,
                _ => words.push((index, bit)),
            }
        }
        Self { words }
    }

    /// The places.
    pub(crate) fn places(&self) -> impl Iterator<Item = TrieId> {
        self.words.iter().flat_map(|(index, mask)| {
            let first = index.wrapping_mul(64);
            (0..64_u32)
                .filter(move |bit| mask >> bit & 1 == 1)
                .map(move |bit| TrieId(first.wrapping_add(bit)))
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
