//! Making a tape of choices smaller as long as what it gives still shows a mistake: shorter first, then
//! smaller choices. Every candidate is smaller than the tape before it, so this comes to an end.

/// Whether a smaller tape still shows the mistake.
pub trait Smaller: FnMut(&[u32]) -> bool {}

impl<F: FnMut(&[u32]) -> bool> Smaller for F {}

/// The smallest tape found that still shows the mistake, within a number of tries.
pub fn shrink(tape: &[u32], tries: usize, mut shows: impl Smaller) -> Vec<u32> {
    let mut tape = tape.to_vec();
    let mut left = tries;
    loop {
        let before = tape.clone();
        // Parts of the tape, from the end: what comes first decides what the rest means.
        let mut length = tape.len().div_ceil(2);
        while length > 0 && left > 0 {
            let mut end = tape.len();
            while end > 0 && left > 0 {
                let start = end.saturating_sub(length);
                let mut shorter = tape.clone();
                shorter.drain(start..end);
                left -= 1;
                if shows(&shorter) {
                    tape = shorter;
                    end = start.min(tape.len());
                    continue;
                }
                let simple = tape
                    .get(start..end)
                    .is_some_and(|part| part.iter().all(|choice| *choice == 0));
                if !simple && left > 0 {
                    let mut zeros = tape.clone();
                    if let Some(part) = zeros.get_mut(start..end) {
                        part.fill(0);
                    }
                    left -= 1;
                    if shows(&zeros) {
                        tape = zeros;
                    }
                }
                end = start;
            }
            length /= 2;
        }
        for at in 0..tape.len() {
            while let Some(choice) = tape.get(at).copied().filter(|choice| *choice > 0) {
                if left == 0 {
                    break;
                }
                let mut lower = tape.clone();
                if let Some(slot) = lower.get_mut(at) {
                    *slot = choice / 2;
                }
                left -= 1;
                if !shows(&lower) {
                    break;
                }
                tape = lower;
            }
        }
        if tape == before || left == 0 {
            return tape;
        }
    }
}
