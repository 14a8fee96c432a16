//! What the YAML reader asks of the text itself: characters that are refused, byte offsets of the
//! parser's marks, the end of a quoted scalar. Knows nothing of documents.

use alloc::vec::Vec;

use super::error::{Fault, ReadErrorKind};

/// White space in YAML; other characters that Unicode counts to it are text.
pub(super) const WHITE: [char; 4] = [' ', '\t', '\n', '\r'];

/// Refuses characters that YAML does not have, and those that readers take differently.
pub(super) fn check_characters(text: &str, start: usize) -> Result<(), Fault> {
    // Few texts have any, and looking for one byte is fast.
    if text.as_bytes().contains(&b'\r')
        && let Some(at) = text.find("\r\r\n")
    {
        let message = "a carriage return before the end of the line, which some readers take for a line of its own: remove it";
        return Err(Fault::new(ReadErrorKind::Encoding, start + at, message));
    }
    let suspicious = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || byte >= 0x7F;
    if !text.bytes().any(suspicious) {
        return Ok(());
    }
    let mut line_start = true;
    for (at, character) in text.char_indices() {
        let message = match character {
            '\t' | '\n' | '\r' => None,
            '\u{0}' => Some("a zero byte: if the text is UTF-16, save it as UTF-8"),
            '\u{85}' | '\u{2028}' | '\u{2029}' => Some(
                "a Unicode line separator, which some readers take for the end of the line: write it as an escape in double quotes",
            ),
            '\u{FEFF}' if line_start => {
                Some("a byte order mark inside the text: remove it (it is left over where files were joined)")
            }
            '\u{0}'..'\u{20}' | '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}' => {
                Some("a control character: remove it, or write it as an escape in double quotes")
            }
            _ => None,
        };
        if let Some(message) = message {
            return Err(Fault::new(ReadErrorKind::Encoding, start + at, message));
        }
        line_start = matches!(character, '\n' | '\r') || line_start && matches!(character, ' ' | '\t');
    }
    Ok(())
}

/// Refuses `%` lines before the document: kubectl's split at `---` would part them from it.
pub(super) fn check_directives(text: &str, start: usize) -> Result<(), Fault> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(WHITE);
        if rest.starts_with('%') {
            let message = "a `%` directive, which kubectl does not read: remove the line";
            return Err(Fault::syntax(start + text.len() - rest.len(), message));
        }
        if !rest.starts_with('#') {
            return Ok(());
        }
        rest = rest.split_once(['\n', '\r']).map_or("", |(_, after)| after);
    }
}

/// Byte offsets of characters: the parser's marks count characters.
pub(super) struct Offsets {
    /// The byte offset of every 64th character; empty where characters are bytes.
    every: Vec<u32>,
}

impl Offsets {
    const STEP: usize = 64;

    pub(super) fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Offsets { every: Vec::new() };
        }
        Offsets {
            every: text
                .char_indices()
                .step_by(Self::STEP)
                .map(|(at, _)| at as u32)
                .collect(),
        }
    }

    pub(super) fn byte(&self, text: &str, character: usize) -> usize {
        if self.every.is_empty() {
            return character.min(text.len());
        }
        let Some(&known) = self.every.get(character / Self::STEP) else {
            return text.len();
        };
        let rest = text.get(known as usize..).unwrap_or_default();
        rest.char_indices()
            .nth(character % Self::STEP)
            .map_or(text.len(), |(at, _)| known as usize + at)
    }
}

/// Bytes from the opening quote past the closing one.
pub(super) fn quoted_length(text: &str) -> usize {
    let mut bytes = text.bytes().enumerate().peekable();
    let quote = bytes.next().map(|(_, quote)| quote);
    while let Some((at, byte)) = bytes.next() {
        let doubled = byte == b'\'' && bytes.peek().is_some_and(|&(_, next)| next == b'\'');
        if Some(byte) == quote && !doubled {
            return at + 1;
        }
        if byte == b'\\' && quote == Some(b'"') || doubled && quote == Some(b'\'') {
            bytes.next();
        }
    }
    text.len()
}

/// Whether a text is a number as JSON writes it.
pub(super) fn is_json_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    [whole, fraction, exponent]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
        && (whole == "0" || !whole.starts_with('0'))
}
