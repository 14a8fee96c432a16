//! What would change in a text: the lines that go and the lines that come, the first of them.

use std::fmt::Write as _;

use super::{escape, style::Style, summary::count};

/// Lines that are shown of one text.
const SHOWN: usize = 24;

/// How far the next line that both texts have is looked for.
const REACH: usize = 64;

/// A line of one of the texts, or of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change<'t> {
    /// A line of the old text, and its number.
    Goes(usize, &'t str),
    /// A line of the new text, and the number of the old one before which it comes.
    Comes(usize, &'t str),
}

/// Writes the lines that change, each place with its line in the old text.
pub(crate) fn write(out: &mut String, name: &str, old: &str, new: &str, style: Style) {
    let changes = changes(old, new);
    // None yet: the first change has its place, too.
    let mut next = usize::MAX;
    for change in changes.iter().take(SHOWN) {
        let (sign, at, line) = match *change {
            Change::Goes(at, line) => ("-", at, line),
            Change::Comes(at, line) => ("+", at, line),
        };
        if at != next {
            let place = format!("{name}:{}", at + 1);
            let _ = writeln!(out, "  {} {}", style.frame("-->"), escape::line(&place));
        }
        next = at + usize::from(sign == "-");
        let shown = format!("{sign}{}", escape::line(line.trim_end_matches('\n')));
        let shown = if sign == "-" {
            style.alarm(&shown)
        } else {
            style.good(&shown)
        };
        let _ = writeln!(out, "    {shown}");
    }
    if changes.len() > SHOWN {
        let _ = writeln!(out, "    and {} more", count(changes.len() - SHOWN, "line"));
    }
}

/// The changes from one text to another. Where they part, the nearest line that both have is where they
/// meet again: what a formatter does is local, so that no more is needed.
fn changes<'t>(old: &'t str, new: &'t str) -> Vec<Change<'t>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (
        old.split_inclusive('\n').collect(),
        new.split_inclusive('\n').collect(),
    );
    let (mut a, mut b) = (0, 0);
    let mut changes = Vec::new();
    while a < old.len() || b < new.len() {
        if let (Some(left), Some(right)) = (old.get(a), new.get(b))
            && left == right
        {
            (a, b) = (a + 1, b + 1);
            continue;
        }
        let (goes, comes) = meeting(&old, &new, a, b);
        let gone = old.iter().enumerate().skip(a).take(goes);
        changes.extend(gone.map(|(at, line)| Change::Goes(at, line)));
        let came = new.iter().skip(b).take(comes);
        changes.extend(came.map(|line| Change::Comes(a + goes, line)));
        (a, b) = (a + goes, b + comes);
    }
    changes
}

/// How many lines of each text come before both have the same; at least one of either.
fn meeting(old: &[&str], new: &[&str], a: usize, b: usize) -> (usize, usize) {
    for sum in 1..REACH {
        for goes in 0..=sum {
            let comes = sum - goes;
            if let (Some(left), Some(right)) = (old.get(a + goes), new.get(b + comes))
                && left == right
                && !left.trim().is_empty()
            {
                return (goes, comes);
            }
        }
    }
    (
        REACH.min(old.len().saturating_sub(a)),
        REACH.min(new.len().saturating_sub(b)),
    )
}

#[cfg(test)]
mod tests {
    use super::{Style, write};

    fn shown(old: &str, new: &str) -> String {
        let mut out = String::new();
        write(&mut out, "a.ward", old, new, Style::default());
        out
    }

    #[test]
    fn changed_lines_stand_at_their_place() {
        assert_eq!(
            shown("a\nb\nc\nd\n", "a\nB\nc\nd\ne\n"),
            "  --> a.ward:2\n    -b\n    +B\n  --> a.ward:5\n    +e\n"
        );
        assert_eq!(shown("a\n", "a\n"), "");
    }

    #[test]
    fn what_has_nothing_in_common_is_cut() {
        let lines = |letter: &str| {
            (0..500)
                .map(|n| format!("{letter}{n}\n"))
                .collect::<Vec<_>>()
                .concat()
        };
        let (old, new) = (lines("a"), lines("b"));
        let out = shown(&old, &new);
        assert_eq!(out.lines().count(), 1 + 24 + 1);
        assert!(out.ends_with("    and 976 lines more\n"), "{out}");
    }
}
