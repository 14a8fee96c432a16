//! JSON text to a document: RFC 8259 in full, in one pass without recursion, strings eight bytes at a
//! time. Differences from a plain reader are refusals: repeated keys, lone surrogates, and what is
//! over the limits. Numbers keep their digits and are only classified here.

use alloc::format;
use alloc::string::String;
use core::ops::Range;

use super::build::{Builder, Key, excerpt};
use super::document::{Document, Kind, Position};
use super::error::{Fault, ReadError, ReadErrorKind, ReadLimits};
use super::nodes::flag;

/// Bytes of text for one node, to size the arena at once: Kubernetes objects have 12 to 20 where no space is
/// between them.
const BYTES_PER_NODE: usize = 12;

/// Reads one JSON value and nothing after it but white space. A byte order mark is passed over.
pub fn read_json<'t>(text: &'t str, limits: &ReadLimits) -> Result<Document<'t>, ReadError> {
    let origin = after_byte_order_mark(text);
    let (document, end) = read_json_at(text, origin, text.len(), usize::MAX, limits)?;
    let rest = text.get(end..).unwrap_or_default().trim_start_matches(SPACE);
    if let Some(found) = rest.chars().next() {
        let message = format!("expected the end of the document, found `{}`", shown(found));
        return Err(Fault::syntax(text.len() - rest.len(), message).locate(text, origin));
    }
    Ok(document)
}

/// As [`read_json`], for bytes that need not be UTF-8.
pub fn read_json_bytes<'t>(bytes: &'t [u8], limits: &ReadLimits) -> Result<Document<'t>, ReadError> {
    read_json(utf8(bytes)?, limits)
}

const UTF_16: &str = "the text is UTF-16: save it as UTF-8";

const SPACE: [char; 4] = [' ', '\n', '\r', '\t'];

/// The text of bytes, or an error that says where they cease to be UTF-8; UTF-16 is told apart.
pub fn utf8(bytes: &[u8]) -> Result<&str, ReadError> {
    let error = match core::str::from_utf8(bytes) {
        // UTF-16 without a byte order mark is valid UTF-8 as long as its characters are ASCII.
        Ok(_) if matches!(bytes, [0, _, 0, ..] | [_, 0, _, 0, ..]) => {
            return Err(Fault::new(ReadErrorKind::Encoding, 0, UTF_16).locate("", Position::START));
        }
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    let message = match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => UTF_16,
        _ => "the text is not UTF-8 from here on: save it as UTF-8",
    };
    let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
    let before = core::str::from_utf8(valid).unwrap_or_default();
    Err(Fault::new(ReadErrorKind::Encoding, valid.len(), message).locate(before, Position::START))
}

/// Where the text begins, a byte order mark passed over.
pub(super) fn after_byte_order_mark(text: &str) -> Position {
    let offset = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
    Position {
        offset,
        ..Position::START
    }
}

/// Reads the value that begins at `origin`, white space before it included, and says where it ends.
/// Only the text before `limit` is read. The arena is sized for `expected` bytes at most.
pub(super) fn read_json_at<'t>(
    text: &'t str,
    origin: Position,
    limit: usize,
    expected: usize,
    limits: &ReadLimits,
) -> Result<(Document<'t>, usize), ReadError> {
    let start = origin.offset as usize;
    let read = || {
        check_size(limit.saturating_sub(start), text.len(), start, limits)?;
        let bytes = text.as_bytes().get(..limit).unwrap_or_default();
        let builder = Builder::new(text, (limit - start).min(expected) / BYTES_PER_NODE + 8, limits);
        let mut reader = Reader {
            bytes,
            text,
            at: start,
            builder,
        };
        reader.document()?;
        Ok((reader.builder, reader.at))
    };
    match read() {
        Ok((builder, end)) => Ok((builder.finish(origin, end), end)),
        Err(fault) => Err(Fault::locate(fault, text, origin)),
    }
}

/// Refuses a document over the limit, and a file whose offsets do not fit.
pub(super) fn check_size(size: usize, file: usize, start: usize, limits: &ReadLimits) -> Result<(), Fault> {
    if size > limits.bytes as usize {
        let message = format!(
            "the document has {size} bytes, more than the {} allowed: split it",
            limits.bytes
        );
        return Err(Fault::new(ReadErrorKind::TooLarge, start, message));
    }
    if u32::try_from(file).is_err() {
        let message = "the file has more than 4 GiB: split it";
        return Err(Fault::new(ReadErrorKind::TooLarge, start, message));
    }
    Ok(())
}

struct Reader<'t> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
    builder: Builder<'t>,
}

impl Reader<'_> {
    /// The byte at hand; 0, which no JSON text holds outside an error, at the end.
    #[inline]
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    #[inline]
    fn space(&mut self) {
        // All white space is at most the space, and little text has any.
        while self.peek() <= b' ' && matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    fn document(&mut self) -> Result<(), Fault> {
        let mut key = Key::NONE;
        loop {
            self.space();
            let inside = self.value(key)? && self.goes_on()?;
            if !inside && !self.after_value()? {
                return Ok(());
            }
            key = match self.builder.inside() {
                Some(true) => self.next_key()?,
                _ => Key::NONE,
            };
        }
    }

    /// After an opening bracket: whether there is anything before the closing one, which else is passed.
    #[inline]
    fn goes_on(&mut self) -> Result<bool, Fault> {
        self.space();
        let empty = match self.builder.inside() {
            Some(true) => b'}',
            _ => b']',
        };
        let empty = self.peek() == empty;
        if empty {
            self.at += 1;
            self.builder.close(self.at)?;
        }
        Ok(!empty)
    }

    /// After a value: up, and on past a comma; false at the end of the document.
    #[inline]
    fn after_value(&mut self) -> Result<bool, Fault> {
        while let Some(object) = self.builder.inside() {
            self.space();
            match self.peek() {
                b',' => {
                    self.at += 1;
                    return Ok(true);
                }
                b'}' if object => self.at += 1,
                b']' if !object => self.at += 1,
                _ if object => return Err(self.expected("`,` or `}` after a member")),
                _ => return Err(self.expected("`,` or `]` after an element")),
            }
            self.builder.close(self.at)?;
        }
        Ok(false)
    }

    /// The key of the next member and its colon.
    #[inline]
    fn next_key(&mut self) -> Result<Key, Fault> {
        self.space();
        let start = self.at;
        if self.peek() != b'"' {
            return Err(self.expected("a key in double quotes"));
        }
        let escaped = self.string()?;
        let content = start + 1..self.at - 1;
        let key = if escaped {
            let from = self.builder.extra.len();
            self.unescape(content)?;
            self.builder.key_in_extra(from, start..self.at)
        } else {
            self.builder.key_in_text(content, true)
        };
        self.space();
        if self.peek() != b':' {
            return Err(self.expected("`:` after the key"));
        }
        self.at += 1;
        Ok(key)
    }

    /// Reads a scalar, or the opening bracket of a list or object, in which case true.
    #[inline]
    fn value(&mut self, key: Key) -> Result<bool, Fault> {
        let start = self.at;
        let mut opened = false;
        let (kind, content, flags) = match self.peek() {
            b'"' => {
                if self.string()? {
                    let from = self.builder.extra.len();
                    self.unescape(start + 1..self.at - 1)?;
                    let id = self.builder.nodes.len() as u32;
                    self.builder.value_spans.push((id, start as u32..self.at as u32));
                    (Kind::String, from..self.builder.extra.len(), flag::EXTRA)
                } else {
                    (Kind::String, start + 1..self.at - 1, flag::QUOTED)
                }
            }
            bracket @ (b'{' | b'[') => {
                self.at += 1;
                opened = true;
                let kind = if bracket == b'{' { Kind::Object } else { Kind::List };
                (kind, start..start, 0)
            }
            b't' => (Kind::Bool, self.word(b"true")?, flag::TRUE),
            b'f' => (Kind::Bool, self.word(b"false")?, 0),
            b'n' => (Kind::Null, self.word(b"null")?, 0),
            b'-' | b'0'..=b'9' => (self.number()?, start..self.at, 0),
            _ => return Err(self.expected("a value")),
        };
        if opened {
            self.builder.may_open(start)?;
        }
        self.builder.push(kind, content, flags, key)?;
        if opened {
            self.builder.opened(kind == Kind::Object);
        }
        Ok(opened)
    }

    fn word(&mut self, word: &[u8]) -> Result<Range<usize>, Fault> {
        let place = self.at..self.at + word.len();
        if self.bytes.get(place.clone()) != Some(word) {
            return Err(self.expected("a value"));
        }
        self.at = place.end;
        Ok(place)
    }

    /// From the opening quote past the closing one; whether there are escapes between them.
    #[expect(
        clippy::inline_always,
        reason = "once for each value that is read: a call costs as much as the work"
    )]
    #[inline(always)]
    fn string(&mut self) -> Result<bool, Fault> {
        let mut at = self.at + 1;
        let mut escaped = false;
        loop {
            while let Some(chunk) = self.bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
                let special = special_bytes(u64::from_le_bytes(*chunk));
                if special != 0 {
                    at += (special.trailing_zeros() / 8) as usize;
                    break;
                }
                at += 8;
            }
            match self.bytes.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    at += 2;
                }
                Some(&other) if other >= 0x20 => at += 1,
                other => return Err(self.not_a_string(at, other.copied())),
            }
        }
    }

    /// What is wrong with the string that begins at hand, at a byte of it, or at its end.
    #[cold]
    fn not_a_string(&self, at: usize, control: Option<u8>) -> Fault {
        match control {
            Some(control) => {
                let message = format!(
                    "a control character in a string: write it as `\\u{control:04x}`, or close the string before it"
                );
                Fault::syntax(at, message)
            }
            None => Fault::syntax(self.at, "the string that begins here is not closed: add `\"`"),
        }
    }

    /// Puts a string's content into `extra`, its escapes replaced.
    #[cold]
    fn unescape(&mut self, content: Range<usize>) -> Result<(), Fault> {
        let end = content.end;
        let mut at = content.start;
        while at < end {
            let rest = self.text.get(at..end).unwrap_or_default();
            let plain = rest.find('\\').unwrap_or(rest.len());
            self.builder.extra.push_str(rest.get(..plain).unwrap_or_default());
            at += plain;
            if at >= end {
                break;
            }
            let character = match self.bytes.get(at + 1) {
                Some(b'"') => '"',
                Some(b'\\') => '\\',
                Some(b'/') => '/',
                Some(b'b') => '\u{8}',
                Some(b'f') => '\u{C}',
                Some(b'n') => '\n',
                Some(b'r') => '\r',
                Some(b't') => '\t',
                Some(b'u') => {
                    let (character, length) = self.unicode(at, end)?;
                    at += length - 2;
                    character
                }
                _ => {
                    let message = "no such escape: write `\\\\` for a backslash; JSON has `\\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX`";
                    return Err(Fault::syntax(at, message));
                }
            };
            self.builder.extra.push(character);
            at += 2;
        }
        Ok(())
    }

    /// The character of a `\uXXXX`, or of two that are a surrogate pair, and the length of its text.
    fn unicode(&self, at: usize, end: usize) -> Result<(char, usize), Fault> {
        let Some(first) = self.hex(at, end) else {
            return Err(Fault::syntax(at, "`\\u` needs four hexadecimal digits"));
        };
        if let Some(character) = char::from_u32(first) {
            return Ok((character, 6));
        }
        if first < 0xDC00
            && let Some(second @ 0xDC00..=0xDFFF) = self.hex(at + 6, end)
            && let Some(character) = char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        {
            return Ok((character, 12));
        }
        let message =
            format!("`\\u{first:04x}` is half of a surrogate pair: write the pair, or the character itself");
        Err(Fault::syntax(at, message))
    }

    fn hex(&self, at: usize, end: usize) -> Option<u32> {
        let escape = self.bytes.get(at..at + 6).filter(|_| at + 6 <= end)?;
        let digits = escape.strip_prefix(b"\\u")?;
        digits.iter().try_fold(0, |value, &digit| {
            Some(value << 4 | char::from(digit).to_digit(16)?)
        })
    }

    #[inline]
    fn number(&mut self) -> Result<Kind, Fault> {
        let start = self.at;
        if self.peek() == b'-' {
            self.at += 1;
        }
        let integer = self.at;
        self.digits()?;
        if self.bytes.get(integer) == Some(&b'0') && self.at > integer + 1 {
            let message = "a number with a leading zero: remove the zero, or put it in quotes";
            return Err(Fault::syntax(integer, message));
        }
        let mut float = false;
        let digits = self.at - integer;
        if self.peek() == b'.' {
            self.at += 1;
            self.digits()?;
            float = true;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
            float = true;
        }
        if !float && digits < 19 {
            return Ok(Kind::Int);
        }
        Ok(classify(self.text.get(start..self.at).unwrap_or_default()))
    }

    #[inline]
    fn digits(&mut self) -> Result<(), Fault> {
        if !self.peek().is_ascii_digit() {
            return Err(self.expected("a digit"));
        }
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        Ok(())
    }

    #[cold]
    fn expected(&self, what: &str) -> Fault {
        let here = self.text.get(self.at..self.bytes.len()).unwrap_or_default();
        let found = match here.chars().next() {
            None => String::from("the end of the text"),
            Some('\'') => String::from("`'`: JSON has double quotes only"),
            Some(letter) if letter.is_alphabetic() => {
                let end = here.find(|c: char| !c.is_alphanumeric()).unwrap_or(here.len());
                format!("`{}`", excerpt(here.get(..end).unwrap_or_default()))
            }
            Some(']' | '}') if self.after_comma() => {
                return Fault::syntax(
                    self.at,
                    format!("expected {what}: remove the comma before this bracket"),
                );
            }
            Some(character) => format!("`{}`", shown(character)),
        };
        Fault::syntax(self.at, format!("expected {what}, found {found}"))
    }

    fn after_comma(&self) -> bool {
        let before = self.text.get(..self.at).unwrap_or_default();
        before.trim_end_matches(SPACE).ends_with(',')
    }
}

/// The kind of a number in JSON's notation.
pub(super) fn classify(number: &str) -> Kind {
    if !number.contains(['.', 'e', 'E']) {
        return if number.parse::<i64>().is_ok() {
            Kind::Int
        } else {
            Kind::Huge
        };
    }
    if number.parse::<f64>().is_ok_and(f64::is_finite) {
        Kind::Float
    } else {
        Kind::Huge
    }
}

fn shown(character: char) -> String {
    excerpt(character.encode_utf8(&mut [0; 4]))
}

/// A mark in the high bit of each byte that is a quote, a backslash or a control character. Only the
/// lowest mark is exact: a borrow can set marks above it.
#[inline]
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let quote = word ^ (ONES * 0x22);
    let backslash = word ^ (ONES * 0x5C);
    ((quote.wrapping_sub(ONES) & !quote)
        | (backslash.wrapping_sub(ONES) & !backslash)
        | (word.wrapping_sub(ONES * 0x20) & !word))
        & HIGHS
}
