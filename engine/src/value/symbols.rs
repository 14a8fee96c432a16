//! The texts of data as numbers, so that they are compared, and rows that are pairs of them found, without
//! reading them. A text of the input is looked up once a decision; one that no datum has has no number.

use alloc::{collections::BTreeMap, vec::Vec};

use super::{DocId, NodeRef, Value, View, World, hash::Hash, rows::Rows};
use crate::{
    hashed::{Hashed, Words},
    input::{Document, NodeId},
};

/// Of a node that is no text.
const NONE: u32 = u32::MAX;

/// The texts of the plan's documents.
#[derive(Debug, Default)]
pub(crate) struct Symbols {
    /// Of each document and node the number of its text.
    nodes: Vec<Vec<u32>>,
    /// The numbers, by the hash of the text.
    known: Hashed,
    /// Where each text lies first.
    texts: Vec<NodeRef>,
}

/// A value among the texts of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Symbol {
    /// It is the text of that number.
    Of(u32),
    /// It equals none of them.
    Unknown,
    /// It is a value of an opaque type: compared with a text, it reads that first.
    Opaque,
}

impl Symbols {
    /// Of documents, whose ids count from 0.
    pub(crate) fn new<'d>(documents: impl Iterator<Item = &'d Document<'static>>) -> Self {
        let mut numbers: BTreeMap<(u64, &str), u32> = BTreeMap::new();
        let (mut nodes, mut texts) = (Vec::new(), Vec::new());
        for (doc, document) in (0..).map(DocId).zip(documents) {
            let all = (0..document.size() as u32).map(NodeId).map(|node| {
                let Some(text) = document.str(node) else {
                    return NONE;
                };
                let next = texts.len() as u32;
                *numbers.entry((Hash::of_text(text), text)).or_insert_with(|| {
                    texts.push(NodeRef { doc, node });
                    next
                })
            });
            nodes.push(all.collect());
        }
        texts.shrink_to_fit();
        let known = numbers.into_iter().map(|((hash, _), number)| (hash, number));
        Self {
            nodes,
            known: Hashed::new(known.collect()),
            texts,
        }
    }

    /// The number of a node's text; none of a node of another document.
    #[inline]
    pub(crate) fn of_node(&self, at: NodeRef) -> Option<Symbol> {
        let nodes = self.nodes.get(at.doc.0 as usize)?;
        Some(match nodes.get(at.node.0 as usize) {
            None | Some(&NONE) => Symbol::Unknown,
            Some(number) => Symbol::Of(*number),
        })
    }

    /// What a value is, by what is written there.
    #[inline(never)]
    pub(crate) fn of_value(&self, world: &World<'_>, value: Value) -> Symbol {
        match world.view(value) {
            View::Text(text) => self.of_text(world, text),
            View::Opaque(..) => Symbol::Opaque,
            _ => Symbol::Unknown,
        }
    }

    fn of_text(&self, world: &World<'_>, text: &str) -> Symbol {
        let numbers = self.known.numbers(Hash::of_text(text)).iter();
        let is = |number: &&u32| {
            let at = self.texts.get(**number as usize);
            at.and_then(|at| world.doc(at.doc)?.str(at.node)) == Some(text)
        };
        match { numbers }.find(is) {
            Some(number) => Symbol::Of(*number),
            None => Symbol::Unknown,
        }
    }

    /// Whether a list of data has an element of that number.
    pub(crate) fn has(&self, document: &Document<'_>, list: NodeRef, number: u32) -> bool {
        let nodes = self.nodes.get(list.doc.0 as usize);
        nodes.is_some_and(|nodes| {
            let mut elements = document.children(list.node);
            elements.any(|element| nodes.get(element.0 as usize) == Some(&number))
        })
    }

    /// Finds rows of one or two columns that are all texts of data.
    pub(crate) fn words(&self, rows: &Rows) -> Words {
        let words = (0..rows.len()).filter_map(|row| {
            rows.row(row).iter().try_fold(0, |word, value| match value {
                Value::Node(at) => match self.of_node(*at)? {
                    Symbol::Of(number) => Some(push(word, number)),
                    Symbol::Unknown | Symbol::Opaque => None,
                },
                _ => None,
            })
        });
        Words::new(words)
    }
}

/// A word with the next symbol of its row.
#[inline]
pub(crate) fn push(word: u64, number: u32) -> u64 {
    word << 32 | u64::from(number)
}
