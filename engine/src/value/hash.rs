//! A hash that agrees with equality by value: equal numbers, a node and a made value of the same
//! content. It has no secret, so nothing is looked up by it alone: sets ordered by it find equal
//! values, and an attacker's equal slots cost nothing there.

use core::hash::{Hash as _, Hasher};

use super::{NodeRef, Value, View, World, number::Number, order};

/// Gathers what is hashed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hash(u64);

impl Default for Hash {
    fn default() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }
}

impl Hash {
    /// The hash.
    pub(crate) fn finish(self) -> u64 {
        fold(self.0, 0xd6e8_feb8_6659_fd93)
    }

    fn add(&mut self, word: u64) {
        self.0 = fold(self.0 ^ word, 0xa076_1d64_78bd_642f).rotate_left(23) ^ word;
    }

    fn text(&mut self, text: &str) {
        self.add(text.len() as u64);
        let bytes = text.as_bytes();
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        // What is left, as the last bytes of the text: some are hashed twice, none is left out.
        self.add(match (rest, bytes.last_chunk::<8>()) {
            ([], _) => 0,
            (_, Some(last)) => u64::from_le_bytes(*last),
            (rest, None) => rest.iter().fold(0_u64, |word, byte| word << 8 | u64::from(*byte)),
        });
    }

    /// A node, told apart by where it lies.
    pub(crate) fn place(&mut self, at: NodeRef) {
        self.add(11);
        self.add(u64::from(at.doc.0) << 32 | u64::from(at.node.0));
    }

    /// A text, as the value that it is.
    pub(crate) fn text_value(&mut self, text: &str) {
        self.add(6);
        self.text(text);
    }

    /// Of a text alone.
    pub(crate) fn of_text(text: &str) -> u64 {
        let mut hash = Self::default();
        hash.text_value(text);
        hash.finish()
    }

    /// A value. Recursion is bounded by the depth of documents and of the plan.
    pub(crate) fn value(&mut self, world: &World<'_>, value: Value) {
        match world.view(value) {
            View::Null => self.add(1),
            View::Bool(value) => self.add(2 + u64::from(value)),
            View::Int(value) => self.number(Number::Int(value)),
            View::Float(value) => self.number(Number::Float(value)),
            View::Huge(text) => {
                self.add(5);
                self.text(text);
            }
            View::Text(text) => self.text_value(text),
            // By value, as equality has it: a quantity that was written as a number is that text here, too.
            View::Opaque(opaque, text) => {
                let mut word = Word(12);
                opaque.parse(text).hash(&mut word);
                self.add(word.0);
            }
            View::List => {
                self.add(8);
                if let Some(mut elements) = world.elements(value) {
                    while let Some(element) = elements.next(world) {
                        self.value(world, element);
                    }
                }
                self.add(9);
            }
            View::Map => {
                self.add(10);
                if let Some(mut members) = world.members(value) {
                    while let Some((key, member)) = members.next(world) {
                        self.value(world, key);
                        self.value(world, member);
                    }
                }
                self.add(9);
            }
        }
    }

    fn number(&mut self, number: Number) {
        self.add(4);
        let word = match number {
            Number::Int(value) => value.cast_unsigned(),
            Number::Float(value) => {
                // A whole float equals an int; the others are told apart by their bits.
                let whole = value as i64;
                let same = core::cmp::Ordering::Equal;
                if super::number::compare(Number::Int(whole), number) == same {
                    whole.cast_unsigned()
                } else {
                    value.to_bits()
                }
            }
        };
        self.add(word);
    }
}

/// Gathers what the standard's trait gives.
struct Word(u64);

impl Hasher for Word {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = fold(self.0 ^ u64::from(*byte), 0xa076_1d64_78bd_642f).rotate_left(23);
        }
    }
}

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a).wrapping_mul(u128::from(b));
    (product as u64) ^ ((product >> 64) as u64)
}

/// What a row's column is known by: a record or list of a document by where it lies, else its value.
pub(crate) fn place_of(world: &World<'_>, value: Value) -> Option<NodeRef> {
    let at = value.as_node()?;
    matches!(world.view(value), View::List | View::Map).then_some(at)
}

/// Whether two values are the same column of a row.
pub(crate) fn same(world: &World<'_>, a: Value, b: Value) -> bool {
    match (place_of(world, a), place_of(world, b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => order::equal(world, a, b),
        _ => false,
    }
}
