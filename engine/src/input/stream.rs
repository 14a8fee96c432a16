//! A file as the documents in it, read one at a time and only when asked for, so that one bad document
//! hides no other and memory is bounded by the largest.
//!
//! The text is split first, then parsed: at every line that begins with `---`, as kubectl does. YAML
//! allows no such line inside a block or quoted text, and JSON has no line breaks in strings, so the
//! split never cuts a document in two. After `---` only white space and a comment may stand; else the
//! document is refused, as by kubectl. A part that begins with `{` or `[` is JSON, one value after
//! another; if the first of them is not JSON, the part is read as YAML, which begins so as well.
//!
//! kubectl reads only the first of several JSON values in a part once it has met YAML, and drops the rest
//! without a word; here all are read, so that none escapes a rule.
//!
//! Parts with nothing but white space and comments are passed over and not numbered: documents count
//! from 1 in the order in which they stand, those that cannot be read included.

use alloc::format;

use super::build::excerpt;
use super::document::{Document, Position};
use super::error::{Fault, ReadError, ReadErrorKind, ReadLimits};
use super::json::{after_byte_order_mark, check_size, read_json_at};

/// How a text is to be read.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Format {
    /// By what it looks like.
    #[default]
    Auto,
    /// JSON values one after another, with white space between them.
    Json,
    /// YAML documents only.
    #[cfg(feature = "yaml")]
    Yaml,
}

/// One document of a stream, or why it cannot be read.
#[derive(Clone, Debug)]
pub struct StreamItem<'t> {
    /// Counts documents from 1.
    pub number: u32,
    /// The document; its places and those of the error are relative to the whole file.
    pub result: Result<Document<'t>, ReadError>,
}

/// The documents of a text; see [`read_stream`].
#[derive(Clone, Debug)]
pub struct Stream<'t> {
    text: &'t str,
    format: Format,
    limits: ReadLimits,
    /// Documents given so far.
    number: u32,
    /// Where reading goes on, its lines counted.
    position: Position,
    /// End of the part that is being read, and how many JSON values it has given; none between parts.
    part: Option<(usize, u32)>,
    /// Where something stands after `---` on its line, if it does.
    refused: Option<Position>,
    finished: bool,
}

/// Reads the documents of a file one by one. A byte order mark is passed over; bytes that may be
/// UTF-16 go through [`super::utf8`] first.
pub fn read_stream<'t>(text: &'t str, format: Format, limits: &ReadLimits) -> Stream<'t> {
    Stream {
        text,
        format,
        limits: *limits,
        number: 0,
        position: after_byte_order_mark(text),
        part: None,
        refused: None,
        finished: false,
    }
}

impl<'t> Iterator for Stream<'t> {
    type Item = StreamItem<'t>;

    fn next(&mut self) -> Option<StreamItem<'t>> {
        // Invariant of all below: offsets fit into 32 bits.
        if !self.finished
            && let Err(fault) = check_size(0, self.text.len(), 0, &self.limits)
        {
            self.finished = true;
            self.number += 1;
            return Some(StreamItem {
                number: self.number,
                result: Err(fault.without_location()),
            });
        }
        while !self.finished {
            let (end, values) = match self.part.take() {
                Some(part) => part,
                None => (self.part_end(), 0),
            };
            if let Some(result) = self.read_part(end, values) {
                self.number += 1;
                return Some(StreamItem {
                    number: self.number,
                    result,
                });
            }
            self.leave_part(end);
        }
        None
    }
}

impl<'t> Stream<'t> {
    /// The end of the part that begins here: the next line that begins with `---`, or the end.
    fn part_end(&self) -> usize {
        if self.format == Format::Json {
            return self.text.len();
        }
        let start = self.offset();
        let rest = self.text.get(start..).unwrap_or_default();
        if rest.starts_with("---") && self.position.column == 1 {
            return start;
        }
        rest.find("\n---").map_or(self.text.len(), |at| start + at + 1)
    }

    fn offset(&self) -> usize {
        self.position.offset as usize
    }

    /// The rest of the part at hand.
    fn rest(&self, end: usize) -> &'t str {
        self.text.get(self.offset()..end).unwrap_or_default()
    }

    fn advance(&mut self, offset: usize) {
        self.position = self.position.advance(self.text, 0, offset as u32);
    }

    /// Goes past the `---` line at the end of a part.
    fn leave_part(&mut self, end: usize) {
        self.advance(end);
        let rest = self.text.get(end..).unwrap_or_default();
        let Some(marked) = rest.strip_prefix("---").filter(|_| self.format != Format::Json) else {
            self.finished = true;
            return;
        };
        let line = marked.split_once('\n').map_or(marked, |(line, _)| line);
        let content = line.trim();
        if !content.is_empty() && !content.starts_with('#') {
            let offset = end + 3 + (line.len() - line.trim_start().len());
            self.refused = Some(self.position.advance(self.text, 0, offset as u32));
        }
        // Past the line break too, or to the end of the text.
        self.advance((end + 3 + line.len() + 1).min(self.text.len()));
    }

    /// Reads the next document of the part that ends at `end`; none where it has no more.
    fn read_part(&mut self, end: usize, values: u32) -> Option<Result<Document<'t>, ReadError>> {
        if let Some(position) = self.refused.take() {
            let offset = position.offset as usize;
            let content = self
                .text
                .get(offset..)
                .unwrap_or_default()
                .lines()
                .next()
                .unwrap_or_default();
            let message = format!(
                "`{}` after `---`: put it on a line of its own",
                excerpt(content.trim_end())
            );
            let fault = Fault::syntax(offset, message);
            let error = fault.locate(self.text, position);
            self.advance(end);
            self.part = Some((end, 0));
            return Some(Err(error));
        }
        let rest = self.rest(end);
        let blank = self.blank(rest);
        if blank == rest.len() {
            return None;
        }
        let json = rest
            .get(blank..)
            .is_some_and(|content| content.starts_with(['{', '[']));
        if values > 0 && !json && self.format == Format::Auto {
            return Some(Err(self.refuse_after_json(self.offset() + blank, end, values)));
        }
        if self.format == Format::Json || self.format == Format::Auto && json {
            return Some(self.read_json_part(self.offset() + blank, end, values));
        }
        Some(self.read_yaml_part(end))
    }

    /// Refuses what follows a JSON value without being one.
    fn refuse_after_json(&mut self, start: usize, end: usize, values: u32) -> ReadError {
        self.advance(start);
        let origin = self.position;
        let message = "expected another `{`, `---` on a line of its own or the end after a JSON value";
        let error = Fault::syntax(start, message).locate(self.text, origin);
        self.skip_json(&error, origin, end);
        self.part = Some((end, values + 1));
        error
    }

    /// Bytes of white space and comment lines that come first.
    fn blank(&self, text: &str) -> usize {
        let mut rest = text;
        loop {
            rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
            if self.format == Format::Json || !rest.starts_with('#') {
                return text.len() - rest.len();
            }
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        }
    }

    #[cfg(feature = "yaml")]
    fn read_yaml_part(&mut self, end: usize) -> Result<Document<'t>, ReadError> {
        let start = self.position;
        let read = super::yaml::read_yaml_at(self.text, start, end, &self.limits);
        self.advance(end);
        self.part = Some((end, 0));
        match read {
            Ok(Some(document)) => Ok(document),
            Ok(None) => {
                // Only marks such as `...`; rare enough to be named instead of passed over.
                let fault = Fault::syntax(start.offset as usize, "a document without a value: remove it");
                Err(fault.locate(self.text, start))
            }
            Err(error) => Err(error),
        }
    }

    #[cfg(not(feature = "yaml"))]
    fn read_yaml_part(&mut self, end: usize) -> Result<Document<'t>, ReadError> {
        let fault = Fault::syntax(self.offset(), "expected JSON: this build does not read YAML");
        let error = fault.locate(self.text, self.position);
        self.advance(end);
        self.part = Some((end, 0));
        Err(error)
    }

    /// Reads the JSON value at `start`, the first or a later one of its part.
    fn read_json_part(&mut self, start: usize, end: usize, values: u32) -> Result<Document<'t>, ReadError> {
        // Arenas for one small document each; what the first one takes is not known before.
        const EXPECTED: usize = 16 * 1024;
        let part_start = self.position;
        self.advance(start);
        let origin = self.position;
        let mut limit = end;
        if end - start > self.limits.bytes as usize {
            limit = value_end(self.text.as_bytes(), start, end);
            if let Err(fault) = check_size(limit - start, self.text.len(), start, &self.limits) {
                self.advance(limit);
                self.part = Some((end, values + 1));
                return Err(fault.locate(self.text, origin));
            }
        }
        let error = match read_json_at(self.text, origin, limit, EXPECTED, &self.limits) {
            Ok((document, value_end)) => {
                self.advance(value_end);
                self.part = Some((end, values + 1));
                return Ok(document);
            }
            Err(error) => error,
        };
        if error.kind == ReadErrorKind::Syntax && values == 0 && self.format == Format::Auto {
            self.position = part_start;
            return self.read_as_yaml(origin, end, error);
        }
        self.skip_json(&error, origin, end);
        self.part = Some((end, values + 1));
        Err(error)
    }

    /// What began as JSON and is not: YAML, perhaps. Of two errors, that of the notation it looks like.
    #[cfg(feature = "yaml")]
    fn read_as_yaml(
        &mut self,
        origin: Position,
        end: usize,
        error: ReadError,
    ) -> Result<Document<'t>, ReadError> {
        let here = self.text.get(origin.offset as usize..end).unwrap_or_default();
        let inside = here.trim_start_matches([' ', '\t', '\r', '\n', '[', '{']);
        let quoted = inside.starts_with(['"', '}', ']']);
        match super::yaml::read_yaml_at(self.text, self.position, end, &self.limits) {
            Ok(Some(document)) => {
                self.advance(end);
                self.part = Some((end, 0));
                Ok(document)
            }
            Err(yaml) if yaml.kind != ReadErrorKind::Syntax || !quoted => {
                self.advance(end);
                self.part = Some((end, 0));
                Err(yaml)
            }
            Ok(None) | Err(_) => {
                self.skip_json(&error, origin, end);
                self.part = Some((end, 1));
                Err(error)
            }
        }
    }

    #[cfg(not(feature = "yaml"))]
    fn read_as_yaml(
        &mut self,
        origin: Position,
        end: usize,
        error: ReadError,
    ) -> Result<Document<'t>, ReadError> {
        self.skip_json(&error, origin, end);
        self.part = Some((end, 1));
        Err(error)
    }

    /// Goes to where the next value may begin after one that could not be read: past a value whose
    /// brackets match, or else to the next line that begins with `{`.
    fn skip_json(&mut self, error: &ReadError, origin: Position, end: usize) {
        let next = if error.kind == ReadErrorKind::Syntax {
            let from = (error.offset as usize).min(end);
            let rest = self.text.get(from..end).unwrap_or_default();
            rest.find("\n{").map_or(end, |at| from + at + 1)
        } else {
            value_end(self.text.as_bytes(), origin.offset as usize, end)
        };
        self.advance(next);
    }
}

/// One past the value that begins at `start`, found by its brackets alone, or `end`.
fn value_end(bytes: &[u8], start: usize, end: usize) -> usize {
    let mut depth = 0u32;
    let mut at = start;
    let mut in_string = false;
    while let Some(&byte) = bytes.get(at).filter(|_| at < end) {
        at += 1;
        match byte {
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    end
}
