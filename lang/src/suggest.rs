//! "Did you mean": the nearest of a list of names.

use alloc::vec::Vec;

/// The candidate nearest to `name`, where it is near enough to be a slip: a third of its length, at
/// most three edits; a transposition counts as one. Of equals the first in order.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count().div_ceil(3)).clamp(1, 3);
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        // A difference in letter case alone is the nearest there is.
        let edits = if candidate.eq_ignore_ascii_case(name) {
            0
        } else {
            distance(name, candidate, limit)
        };
        if edits <= limit && best.is_none_or(|(least, of)| (edits, candidate) < (least, of)) {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Edits from `a` to `b` (optimal string alignment); anything above `limit` is `limit + 1`.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut least = (at(&above, j) + usize::from(x != y))
                .min(at(&above, j + 1) + 1)
                .min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
        }
        before = above;
        above = row;
    }
    above.last().copied().unwrap_or(limit + 1).min(limit + 1)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_a_slip() {
        assert_eq!(
            nearest("securityContex", ["securityContext", "spec"]),
            Some("securityContext")
        );
        assert_eq!(nearest("pirvileged", ["privileged"]), Some("privileged"));
        assert_eq!(nearest("Privileged", ["privileged"]), Some("privileged"));
    }

    #[test]
    fn keeps_silent_where_nothing_is_near() {
        assert_eq!(nearest("x", ["privileged"]), None);
        assert_eq!(nearest("image", ["volume", "spec"]), None);
    }
}
