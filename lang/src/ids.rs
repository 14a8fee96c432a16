//! Numbers of things, found by the hash of what they are: a table that holds numbers alone, because the
//! things lie beside it. Nothing ever goes through it in its own order.

use alloc::{vec, vec::Vec};
use core::hash::{Hash, Hasher};

/// A hash table with open addresses. At most half of it is taken, and its length is a power of two.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ids {
    /// Hash and one more than the number; 0 is free.
    slots: Vec<(u32, u32)>,
    taken: usize,
}

impl Ids {
    /// The number of that hash that is what is looked for.
    pub(crate) fn find(&self, hash: u32, is: impl Fn(u32) -> bool) -> Option<u32> {
        self.probe(hash)
            .map_while(|at| self.slots.get(at).filter(|(_, id)| *id != 0))
            .filter(|(known, _)| *known == hash)
            .map(|(_, id)| id.saturating_sub(1))
            .find(|id| is(*id))
    }

    /// Adds a number that is not there.
    pub(crate) fn add(&mut self, hash: u32, id: u32) {
        if self.taken.saturating_mul(2) >= self.slots.len() {
            let room = self.slots.len().saturating_mul(2).max(64);
            let before = core::mem::replace(&mut self.slots, vec![(0, 0); room]);
            for slot in before.into_iter().filter(|(_, id)| *id != 0) {
                self.put(slot);
            }
        }
        self.put((hash, id.saturating_add(1)));
        self.taken = self.taken.saturating_add(1);
    }

    fn put(&mut self, slot: (u32, u32)) {
        let free = self.probe(slot.0).find(|at| self.slots.get(*at) == Some(&(0, 0)));
        if let Some(free) = free.and_then(|at| self.slots.get_mut(at)) {
            *free = slot;
        }
    }

    /// The slots of a hash, in order.
    fn probe(&self, hash: u32) -> impl Iterator<Item = usize> + use<> {
        let mask = self.slots.len().wrapping_sub(1);
        (0..self.slots.len()).map(move |step| (hash as usize).wrapping_add(step) & mask)
    }
}

/// The hash of a thing.
pub(crate) fn hash<T: Hash + ?Sized>(thing: &T) -> u32 {
    let mut mix = Mix(0);
    thing.hash(&mut mix);
    (mix.0 >> 32) as u32
}

/// Enough for what a compiler makes: words are multiplied in.
struct Mix(u64);

impl Mix {
    fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        let rest = rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        self.word(rest);
    }

    fn write_u8(&mut self, number: u8) {
        self.word(u64::from(number));
    }

    fn write_u32(&mut self, number: u32) {
        self.word(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.word(number);
    }

    fn write_usize(&mut self, number: usize) {
        self.word(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
