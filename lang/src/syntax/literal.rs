//! What literals mean: escapes, raw texts, the indentation of block texts.
//!
//! The lexer has already complained about what is wrong here; these functions give the best value
//! they can and never fail. Each is linear in its text.

use alloc::{borrow::Cow, string::String, vec::Vec};

use crate::steps;

/// The escape sequences of a text, for messages.
pub(super) const ESCAPES: &str =
    "the escapes are `\\n`, `\\r`, `\\t`, `\\\\`, `\\\"`, `\\{`, `\\}` and `\\u{…}`";

/// An escape sequence at the beginning of `text`, which begins with a backslash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// A character, and the length of the sequence in bytes.
    Char(char, usize),
    /// No escape sequence; the length of what was tried.
    Bad(usize),
}

/// Reads one escape sequence; `text` begins with a backslash.
pub(super) fn escape(text: &str) -> Escape {
    let mut chars = text.chars();
    chars.next();
    let Some(second) = chars.next() else {
        return Escape::Bad(1);
    };
    let plain = |c| Escape::Char(c, 2);
    match second {
        'n' => plain('\n'),
        'r' => plain('\r'),
        't' => plain('\t'),
        '\\' | '"' | '{' | '}' => plain(second),
        'u' => unicode(text),
        // A backslash at the end of a line: the line ends first.
        '\n' | '\r' => Escape::Bad(1),
        _ => Escape::Bad(1 + second.len_utf8()),
    }
}

/// `\u{1F600}`: one to six hexadecimal digits.
fn unicode(text: &str) -> Escape {
    let Some(rest) = text.strip_prefix("\\u{") else {
        return Escape::Bad(2);
    };
    let digits = rest.bytes().take(7).take_while(u8::is_ascii_hexdigit).count();
    let closed = rest.as_bytes().get(digits) == Some(&b'}');
    let value = rest
        .get(..digits)
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .and_then(char::from_u32);
    match value {
        Some(c) if closed && digits <= 6 => Escape::Char(c, digits + 4),
        _ => Escape::Bad(3 + digits + usize::from(closed)),
    }
}

/// Resolves the escapes of literal text.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let length = match escape(from) {
            Escape::Char(c, length) => {
                out.push(c);
                length
            }
            Escape::Bad(length) => {
                out.push_str(from.get(..length).unwrap_or(""));
                length
            }
        };
        rest = from.get(length..).unwrap_or("");
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A piece of a block text: literal source text, or something that stands between (an interpolation).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece<'s> {
    /// Source text.
    Literal(&'s str),
    /// Anything else; it is no white space.
    Other,
}

/// Takes the indentation off a block text: gives each literal piece without it, in order.
///
/// The line of the opening quotes is dropped where nothing follows them, and the line of the closing
/// quotes where nothing stands before them, with its line break. The indentation is what all lines
/// that are not blank begin with, the line of the opening quotes excepted.
pub(crate) fn dedent<'s>(pieces: &[Piece<'s>]) -> Vec<Cow<'s, str>> {
    let indentation = indentation(pieces);
    steps::add(
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => 1 + text.len(),
                Piece::Other => 1,
            })
            .sum(),
    );
    let mut out: Vec<Cow<'s, str>> = Vec::new();
    let last = pieces.len().saturating_sub(1);
    // Whether the piece begins at the beginning of a line; only a text's first piece does, and only
    // after the opening quotes, where no indentation is taken off.
    for (index, piece) in pieces.iter().enumerate() {
        let Piece::Literal(text) = *piece else { continue };
        let mut text = text;
        if index == 0
            && let Some((first, rest)) = text.split_once('\n')
            && is_blank(first)
        {
            // What follows is a whole line.
            text = rest;
            let text = if index == last {
                without_last_line(text, true)
            } else {
                text
            };
            out.push(strip(text, indentation, true));
            continue;
        }
        if index == last {
            text = without_last_line(text, false);
        }
        out.push(strip(text, indentation, false));
    }
    out
}

/// Without the line of the closing quotes, if it is blank; `whole`: the text begins at a line's beginning.
fn without_last_line(text: &str, whole: bool) -> &str {
    match text.rsplit_once('\n') {
        Some((before, last)) if is_blank(last) => before.strip_suffix('\r').unwrap_or(before),
        None if whole && is_blank(text) => "",
        _ => text,
    }
}

fn is_blank(line: &str) -> bool {
    line.bytes().all(|b| matches!(b, b' ' | b'\t' | b'\r'))
}

fn leading(line: &str) -> &str {
    let length = line.bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
    line.get(..length).unwrap_or("")
}

/// What all lines that are not blank begin with.
fn indentation<'s>(pieces: &[Piece<'s>]) -> &'s str {
    let mut common: Option<&'s str> = None;
    let last = pieces.len().saturating_sub(1);
    for (index, piece) in pieces.iter().enumerate() {
        let Piece::Literal(text) = *piece else { continue };
        let mut lines = text.split('\n').skip(1).peekable();
        while let Some(line) = lines.next() {
            // The last line of a piece goes on in what follows it, if anything does.
            let goes_on = lines.peek().is_none() && index != last;
            if is_blank(line) && !goes_on {
                continue;
            }
            let own = leading(line);
            common = Some(match common {
                None => own,
                Some(other) => {
                    let equal = own.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
                    own.get(..equal).unwrap_or("")
                }
            });
        }
    }
    common.unwrap_or("")
}

/// Takes the indentation off each line that begins in the text; the first only where it is `whole`.
fn strip<'s>(text: &'s str, indentation: &str, whole: bool) -> Cow<'s, str> {
    if indentation.is_empty() && !text.contains('\r') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let line = if index > 0 || whole {
            // A blank line may be shorter than the indentation.
            line.strip_prefix(indentation)
                .unwrap_or(line.trim_start_matches([' ', '\t']))
        } else {
            line
        };
        // Line breaks are `\n`, whatever the file uses: a policy means the same on every machine.
        out.push_str(line.strip_suffix('\r').unwrap_or(line));
    }
    Cow::Owned(out)
}

/// The byte of a block text as it stands in the source that a byte of the dedented text came from.
pub(super) fn before_dedent(content: &str, offset: usize) -> usize {
    let indentation = indentation(&[Piece::Literal(content)]);
    // Where the line of the opening quotes is blank, the text begins with the next line.
    let first = content
        .split_once('\n')
        .filter(|(first, _)| is_blank(first))
        .map_or(0, |(first, _)| first.len() + 1);
    let rest = content.get(first..).unwrap_or("");
    let mut at = first;
    let mut left = offset;
    for (index, line) in rest.split('\n').enumerate() {
        let stripped = if index > 0 || first > 0 {
            line.strip_prefix(indentation)
                .unwrap_or(line.trim_start_matches([' ', '\t']))
        } else {
            line
        };
        let kept = stripped.strip_suffix('\r').unwrap_or(stripped).len();
        if left <= kept {
            return (at + line.len() - stripped.len() + left).min(content.len());
        }
        left -= kept + 1;
        at += line.len() + 1;
    }
    content.len()
}

/// The value of a decimal integer with underscores; `None` where it does not fit in 64 bits unsigned.
pub(super) fn magnitude(text: &str) -> Option<u64> {
    text.bytes().filter(|b| *b != b'_').try_fold(0u64, |sum, digit| {
        sum.checked_mul(10)?
            .checked_add(u64::from(digit.checked_sub(b'0')?))
    })
}

/// The value of a float with underscores; `None` where it is not finite.
pub(super) fn float(text: &str) -> Option<f64> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    digits.parse().ok().filter(|value: &f64| value.is_finite())
}
