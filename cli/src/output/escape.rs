//! Text of inputs made safe to print. Names and messages are written by whoever wrote the manifest:
//! terminal sequences, control characters and characters that change the direction of text are
//! shown as escapes, so that no output can hide or forge another line.

use std::{borrow::Cow, fmt::Write as _};

/// Whether a character is shown as an escape: controls (the line break and the tab too), and those
/// that reorder or break lines without being seen.
pub(crate) fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// The escape of one character: `\n`, `\t`, else `\u{1b}`.
fn push_escape(out: &mut String, character: char) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        // Writing to a string does not fail.
        other => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(other));
        }
    }
}

/// A text of one line for people.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_unsafe(character) {
            push_escape(&mut out, character);
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// One character of a source line as it is shown; a tab is four columns.
pub(crate) fn push_shown(out: &mut String, character: char) {
    match character {
        '\t' => out.push_str("    "),
        other if is_unsafe(other) => push_escape(out, other),
        other => out.push(other),
    }
}

/// JSON text in which everything that [`is_unsafe`] is written `\u1234`. Outside its strings JSON is
/// ASCII, so the text needs no parsing; the escapes of control characters below 0x20 are already
/// there, and the layout's own line breaks stay.
pub(crate) fn json(text: String) -> String {
    let hidden = |character: char| is_unsafe(character) && !matches!(character, '\n' | '\r' | '\t');
    if !text.chars().any(hidden) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if hidden(character) {
            let mut units = [0_u16; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    out
}

/// How many columns of a terminal a text takes. Close enough for underlining: East Asian wide
/// characters and emoji count two, combining marks none.
pub(crate) fn width(text: &str) -> usize {
    text.chars()
        .map(|character| match u32::from(character) {
            0x300..=0x36f
            | 0x483..=0x489
            | 0x591..=0x5bd
            | 0x610..=0x61a
            | 0x64b..=0x65f
            | 0x1ab0..=0x1aff
            | 0x1dc0..=0x1dff
            | 0x20d0..=0x20ff
            | 0xfe00..=0xfe0f
            | 0xfe20..=0xfe2f => 0,
            0x1100..=0x115f
            | 0x2e80..=0x303e
            | 0x3041..=0xa4cf
            | 0xac00..=0xd7a3
            | 0xf900..=0xfaff
            | 0xfe30..=0xfe6f
            | 0xff00..=0xff60
            | 0xffe0..=0xffe6
            | 0x1f300..=0x1f64f
            | 0x1f900..=0x1f9ff
            | 0x20000..=0x3fffd => 2,
            _ => 1,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::{json, line, width};

    #[test]
    fn terminal_and_bidi_characters_are_shown_as_escapes() {
        assert_eq!(line("a\u{1b}[31mb\u{202e}c\nd"), "a\\u{1b}[31mb\\u{202e}c\\nd");
        assert_eq!(line("plain ünï"), "plain ünï");
    }

    #[test]
    fn json_text_keeps_its_meaning() {
        let value = serde_json::json!({ "a": "x\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}y" });
        let text = json(value.to_string());
        assert!(text.is_ascii(), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(width("a漢e\u{301}"), 4);
    }
}
