//! Which known word was probably meant.

use alloc::vec::Vec;

/// The most similar of `words`, if one is similar enough to be meant: at most one slip in short words,
/// two in longer ones, where a transposition is one slip.
pub(super) fn similar<'w>(word: &str, words: &[&'w str]) -> Option<&'w str> {
    const LONGEST: usize = 24;
    if word.len() < 2 || word.len() > LONGEST {
        return None;
    }
    words
        .iter()
        // Two letters are similar to everything.
        .filter(|known| known.len() > 2)
        .filter_map(|known| {
            let allowed = if known.len() <= 4 { 1 } else { 2 };
            let distance = distance(word.as_bytes(), known.as_bytes());
            (distance <= allowed && distance < known.len()).then_some((distance, *known))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// The number of insertions, deletions, replacements and transpositions of neighbours between two words.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let get = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut best = (get(&last, j + 1) + 1)
                .min(get(&row, j) + 1)
                .min(get(&last, j) + usize::from(x != y));
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(get(&before_last, j - 1) + 1);
            }
            row.push(best);
        }
        before_last = last;
        last = row;
    }
    last.last().copied().unwrap_or(0)
}
