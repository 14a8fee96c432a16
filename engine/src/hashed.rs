//! Numbers by hash: one sorted run with a directory of the first bits, so that a look-up takes the same
//! time for any number of entries. Hashes that were made to begin alike cost a binary search, and nothing
//! depends on their order.

use alloc::vec::Vec;
use core::ops::Range;

/// Entries ordered by hash, then number; and where those begin whose hashes begin alike.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hashed {
    hashes: Vec<u64>,
    numbers: Vec<u32>,
    /// By the first bits of a hash; one more than there are.
    starts: Vec<u32>,
    /// How far to shift a hash for its first bits.
    shift: u32,
}

impl Hashed {
    /// Of hashes and numbers in any order.
    pub(crate) fn new(mut entries: Vec<(u64, u32)>) -> Self {
        entries.sort_unstable();
        let bits = entries.len().checked_ilog2().unwrap_or(0);
        let shift = u64::BITS.saturating_sub(bits);
        let buckets = 1_usize << bits;
        let mut starts = Vec::with_capacity(buckets.saturating_add(1));
        for (entry, (hash, _)) in (0_u32..).zip(&entries) {
            // A bucket begins at the first entry of its own or of a later one.
            let upto = first_bits(*hash, shift).saturating_add(1);
            starts.resize(upto.max(starts.len()), entry);
        }
        starts.resize(buckets.saturating_add(1), entries.len() as u32);
        Self {
            hashes: entries.iter().map(|(hash, _)| *hash).collect(),
            numbers: entries.iter().map(|(_, number)| *number).collect(),
            starts,
            shift,
        }
    }

    /// The entries of a hash.
    #[inline]
    pub(crate) fn of(&self, hash: u64) -> Range<u32> {
        let bounds = self.starts.get(first_bits(hash, self.shift)..).unwrap_or(&[]);
        let &[start, end, ..] = bounds else { return 0..0 };
        let hashes = self.hashes.get(start as usize..end as usize).unwrap_or(&[]);
        let before = hashes.partition_point(|known| *known < hash);
        let same = hashes.get(before..).unwrap_or(&[]);
        let count = same.partition_point(|known| *known == hash);
        let first = start.saturating_add(before as u32);
        first..first.saturating_add(count as u32)
    }

    /// The number of an entry.
    #[inline]
    pub(crate) fn number(&self, entry: u32) -> Option<u32> {
        self.numbers.get(entry as usize).copied()
    }

    /// The numbers of a hash, ascending.
    #[inline]
    pub(crate) fn numbers(&self, hash: u64) -> &[u32] {
        let Range { start, end } = self.of(hash);
        self.numbers.get(start as usize..end as usize).unwrap_or(&[])
    }
}

/// The bits that lead; none where all are shifted out.
#[inline]
fn first_bits(hash: u64, shift: u32) -> usize {
    hash.checked_shr(shift).unwrap_or(0) as usize
}

/// Words, each once, in the order of their spread bits. A look-up begins where its word would lie if all were
/// spread evenly, and ends at the first that comes after it: one place of memory for most. Words that were made to
/// lie together cost a binary search.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    /// Spread; what is between two words is the later one.
    slots: Vec<u64>,
    /// Over how many slots the words spread.
    spread: u64,
}

impl Words {
    /// Of words in any order.
    pub(crate) fn new(words: impl Iterator<Item = u64>) -> Self {
        let mut words: Vec<u64> = words.map(spread).collect();
        words.sort_unstable();
        words.dedup();
        let count = words.len();
        let all = count.saturating_add(count / 2).saturating_add(1);
        let mut slots = Vec::with_capacity(all.saturating_add(NEAR));
        for word in words {
            let first = place(word, all as u64);
            slots.resize(slots.len().max(first), word);
            slots.push(word);
        }
        slots.shrink_to_fit();
        Self {
            slots,
            spread: all as u64,
        }
    }

    /// Whether a word is one of them.
    #[inline]
    pub(crate) fn has(&self, word: u64) -> bool {
        self.has_spread(spread(word))
    }

    #[inline]
    fn has_spread(&self, word: u64) -> bool {
        let after = self.slots.get(place(word, self.spread)..).unwrap_or(&[]);
        let near = after.get(..NEAR).unwrap_or(after);
        match near.iter().find(|known| **known >= word) {
            Some(known) => *known == word,
            None => after.binary_search(&word).is_ok(),
        }
    }
}

/// Slots that are looked at one by one.
const NEAR: usize = 8;

/// Bits that differ lead; every word has its own.
#[inline]
fn spread(word: u64) -> u64 {
    let spread = (word ^ word >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (spread ^ spread >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9)
}

/// Where a spread word would lie among so many slots.
#[inline]
fn place(word: u64, slots: u64) -> usize {
    (u128::from(word).wrapping_mul(u128::from(slots)) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::*;

    #[test]
    fn it_finds_what_an_ordered_set_finds() {
        // Hashes that spread, that begin alike, that are equal, and both ends.
        let spread = (0_u32..300).map(|at| (u64::from(at / 3).wrapping_mul(0x9E37_79B9_7F4A_7C15), at));
        let alike = (300..340).map(|at| (7 << 60 | u64::from(at % 13), at));
        let ends = [(0, 340), (u64::MAX, 341), (u64::MAX, 342)];
        let entries: Vec<(u64, u32)> = spread.chain(alike).chain(ends).collect();
        for take in [0, 1, 2, 3, 64, entries.len()] {
            let entries = &entries[entries.len() - take..];
            let ordered: BTreeSet<(u64, u32)> = entries.iter().copied().collect();
            let hashed = Hashed::new(entries.iter().rev().copied().collect());
            for (hash, _) in entries
                .iter()
                .chain(&[(1, 0), (7 << 60, 0), (u64::MAX - 1, 0), (u64::MAX, 0)])
            {
                let expected: Vec<u32> = ordered
                    .range((*hash, 0)..=(*hash, u32::MAX))
                    .map(|(_, number)| *number)
                    .collect();
                assert_eq!(hashed.numbers(*hash), expected, "{take} {hash}");
            }
        }
    }

    #[test]
    fn words_are_found_and_no_others() {
        let odd = 0x9E37_79B9_7F4A_7C15_u64;
        let many = (0..2_000_u64).map(|at| at.wrapping_mul(odd));
        let pairs = (0..40_u64).flat_map(|a| (0..40_u64).map(move |b| a << 32 | b));
        let all: Vec<u64> = many.chain(pairs).chain([u64::MAX, 0]).collect();
        for take in [0, 1, 2, 9, 300, all.len()] {
            let taken = &all[all.len() - take..];
            let words = Words::new(taken.iter().chain(taken).copied());
            let known: BTreeSet<u64> = taken.iter().copied().collect();
            let near = all
                .iter()
                .flat_map(|word| [*word, word ^ 1, word ^ 1 << 32, !word]);
            for word in near {
                assert_eq!(words.has(word), known.contains(&word), "{take} {word}");
            }
        }
    }

    #[test]
    fn words_that_lie_together_are_found() {
        // Of a bijection any spread words can be made: these would all lie in the first slots.
        let words = Words {
            slots: (0..100).map(|at| at * 2).collect(),
            spread: 150,
        };
        for word in 0..202 {
            assert_eq!(words.has_spread(word), word % 2 == 0 && word < 200, "{word}");
        }
    }
}
