//! Random choices for generated tests: the same seed gives the same sequence on every machine
//! (SplitMix64). The choices are kept as a tape; a tape that was changed gives a changed case, so that
//! whatever is generated can be made smaller without a second generator. 0 is always the simplest choice,
//! and a tape that has ended goes on with zeros.

/// A source of random choices.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
    tape: Vec<u32>,
    /// How much of the tape is played back; none where choices are made freely.
    played: Option<usize>,
}

impl Random {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            state: seed,
            tape: Vec::new(),
            played: None,
        }
    }

    /// Makes the choices of a tape again.
    pub fn replay(tape: &[u32]) -> Self {
        Self {
            state: 0,
            tape: tape.to_vec(),
            played: Some(0),
        }
    }

    /// The choices that were made.
    pub fn tape(&self) -> &[u32] {
        let end = self.played.unwrap_or(self.tape.len()).min(self.tape.len());
        self.tape.get(..end).unwrap_or_default()
    }

    fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below the limit; 0 where that is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        if limit < 2 {
            return 0;
        }
        if let Some(at) = &mut self.played {
            let choice = self.tape.get(*at).copied().unwrap_or(0);
            *at += 1;
            return (choice as usize).min(limit - 1);
        }
        let choice = (self.number() % limit as u64) as u32;
        self.tape.push(choice);
        choice as usize
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) + chance >= 100
    }

    /// How many: each further one with that chance, up to a limit.
    pub fn several(&mut self, chance: usize, most: usize) -> usize {
        let mut count = 0;
        while count < most && self.percent(chance) {
            count += 1;
        }
        count
    }

    /// One of the items.
    pub fn pick<'i, T>(&mut self, items: &'i [T]) -> Option<&'i T> {
        items.get(self.below(items.len()))
    }

    /// One of the texts.
    pub fn word(&mut self, words: &[&'static str]) -> &'static str {
        self.pick(words).copied().unwrap_or_default()
    }

    /// Puts the items into a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            // 0 leaves an item where it is.
            items.swap(last, last - self.below(last + 1));
        }
    }
}
