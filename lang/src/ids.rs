//! Numbers of things, found by the hash of what they are: a table that holds numbers alone, because the
//! things lie beside it. Nothing ever goes through it in its own order. Things that are made to share a
//! hash are few in the table, and the others in an ordered map, so that none makes it slow.

use alloc::{collections::BTreeMap, vec, vec::Vec};
use core::{
    borrow::Borrow,
    hash::{Hash, Hasher},
};

/// How many slots are looked at.
const MOST_STEPS: usize = 64;

/// A hash table with open addresses. At most half of it is taken, and its length is a power of two.
#[derive(Clone, Debug)]
pub struct Ids<T> {
    /// Hash and one more than the number; 0 is free.
    slots: Vec<(u32, u32)>,
    taken: usize,
    /// Those that found no slot.
    rest: BTreeMap<T, u32>,
}

impl<T> Default for Ids<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            taken: 0,
            rest: BTreeMap::new(),
        }
    }
}

impl<T: Ord> Ids<T> {
    /// The number of a thing; `is` says whether a number is its.
    pub fn find<Q: Ord + ?Sized>(&self, hash: u32, thing: &Q, is: impl Fn(u32) -> bool) -> Option<u32>
    where
        T: Borrow<Q>,
    {
        for at in self.probe(hash).take(MOST_STEPS) {
            match self.slots.get(at) {
                Some((_, 0)) | None => break,
                Some((known, id)) if *known == hash && is(id.saturating_sub(1)) => {
                    return Some(id.saturating_sub(1));
                }
                Some(_) => {}
            }
        }
        self.rest.get(thing).copied()
    }

    /// Adds a thing that is not there.
    pub fn add(&mut self, hash: u32, id: u32, thing: impl FnOnce() -> T) {
        if self.taken.saturating_mul(2) >= self.slots.len() {
            let room = self.slots.len().saturating_mul(2).max(64);
            let before = core::mem::replace(&mut self.slots, vec![(0, 0); room]);
            for (hash, id) in before.into_iter().filter(|(_, id)| *id != 0) {
                // What lay apart lies apart in a larger table, too.
                self.put((hash, id), room);
            }
        }
        if self.put((hash, id.saturating_add(1)), MOST_STEPS) {
            self.taken = self.taken.saturating_add(1);
        } else {
            self.rest.insert(thing(), id);
        }
    }

    fn put(&mut self, slot: (u32, u32), steps: usize) -> bool {
        let mut near = self.probe(slot.0).take(steps);
        let free = near.find(|at| self.slots.get(*at) == Some(&(0, 0)));
        match free.and_then(|at| self.slots.get_mut(at)) {
            Some(free) => {
                *free = slot;
                true
            }
            None => false,
        }
    }

    /// The slots of a hash, in order.
    fn probe(&self, hash: u32) -> impl Iterator<Item = usize> + use<T> {
        let mask = self.slots.len().wrapping_sub(1);
        (0..self.slots.len()).map(move |step| (hash as usize).wrapping_add(step) & mask)
    }
}

/// The hash of a thing.
pub fn hash<T: Hash + ?Sized>(thing: &T) -> u32 {
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

#[cfg(test)]
mod tests {
    use alloc::{string::String, vec::Vec};

    use super::*;

    #[test]
    fn things_that_share_a_hash_are_told_apart() {
        let things: Vec<String> = (0..1_000_u32).map(|n| alloc::format!("{n}")).collect();
        let mut ids: Ids<String> = Ids::default();
        let find = |ids: &Ids<String>, hash, thing: &str| {
            ids.find(hash, thing, |id| {
                things.get(id as usize).is_some_and(|known| known == thing)
            })
        };
        // All of them share one of two hashes, which lie beside each other.
        for (id, thing) in (0_u32..).zip(&things) {
            assert_eq!(find(&ids, id % 2, thing), None);
            ids.add(id % 2, id, || thing.clone());
        }
        for (id, thing) in (0_u32..).zip(&things) {
            assert_eq!(find(&ids, id % 2, thing), Some(id));
        }
        assert!(ids.rest.len() > 800);
    }

    #[test]
    fn hashes_of_like_texts_differ() {
        let mut hashes: Vec<u32> = (0..10_000_u32)
            .map(|n| hash(alloc::format!("replicas_{n}").as_str()))
            .collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert!(hashes.len() > 9_990);
    }
}
