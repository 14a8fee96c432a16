//! YAML text to a document, read as kubectl reads it: by the rules of Go's `sigs.k8s.io/yaml`. Where the two
//! would see different values, the text is refused; `docs/reading.md` lists the differences, and the
//! tests read generated texts with both. The parser is one of YAML 1.2: what 1.1 reads otherwise is
//! refused here. The last line always ends with a line break, as kubectl adds one.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;
use core::{fmt, mem};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};

use super::alias::expand;
use super::build::{Builder, Key, excerpt};
use super::document::{Document, Kind, Position};
use super::error::{Fault, ReadError, ReadErrorKind, ReadLimits};
use super::json::{after_byte_order_mark, check_size, classify};
use super::nodes::flag;
use super::scalar::{Scalar, Tag, float_key, is_written_as_float, resolve};
use super::yaml_text::{Offsets, WHITE, check_characters, check_directives, is_json_number, quoted_length};

/// Bytes of text for one node.
const BYTES_PER_NODE: usize = 16;

/// Reads one YAML document. A text without one (white space, comments) is a null, as in Go.
pub fn read_yaml<'t>(text: &'t str, limits: &ReadLimits) -> Result<Document<'t>, ReadError> {
    let origin = after_byte_order_mark(text);
    if let Some(document) = read_yaml_at(text, origin, text.len(), limits)? {
        return Ok(document);
    }
    let mut builder = Builder::new(text, 1, limits);
    match builder.push(Kind::Null, text.len()..text.len(), 0, Key::NONE) {
        Ok(()) => Ok(builder.finish(origin, text.len())),
        Err(fault) => Err(fault.locate(text, origin)),
    }
}

/// Reads the document between `origin` and `limit`; none where there is none.
pub(super) fn read_yaml_at<'t>(
    text: &'t str,
    origin: Position,
    limit: usize,
    limits: &ReadLimits,
) -> Result<Option<Document<'t>>, ReadError> {
    let start = origin.offset as usize;
    let read = || {
        check_size(limit.saturating_sub(start), text.len(), start, limits)?;
        let own = text.get(start..limit).unwrap_or_default();
        check_characters(own, start)?;
        check_directives(own, start)?;
        let mut reader = Reader {
            own,
            start,
            offsets: Offsets::of(own),
            builder: Builder::new(text, own.len() / BYTES_PER_NODE + 8, limits),
            ends: Vec::new(),
            pending: Pending::Nothing,
            last_end: start,
            anchors: BTreeMap::new(),
            aliases: BTreeMap::new(),
            merges: false,
        };
        if !reader.events()? {
            return Ok(None);
        }
        let Reader {
            builder,
            aliases,
            merges,
            ..
        } = reader;
        let document = builder.finish(origin, limit);
        if aliases.is_empty() && !merges {
            Ok(Some(document))
        } else {
            expand(document, &aliases, limits).map(Some)
        }
    };
    read().map_err(|fault: Fault| fault.locate(text, origin))
}

/// What an event says besides its kind.
struct Place {
    /// Bytes of the file, anchors and tags included.
    span: Range<usize>,
    anchor: usize,
}

/// What an object has before its next value.
enum Pending {
    Nothing,
    Key(Key),
    /// A `<<`, whose value is merged.
    Merge,
}

struct Reader<'t> {
    /// The text of this document, and the byte of the file at which it begins.
    own: &'t str,
    start: usize,
    offsets: Offsets,
    builder: Builder<'t>,
    /// For each open list or object, whether it is written in brackets.
    ends: Vec<bool>,
    pending: Pending,
    /// Where the last scalar, alias or bracket ended.
    last_end: usize,
    /// Nodes by anchor; none for the anchor of a key.
    anchors: BTreeMap<usize, Option<u32>>,
    aliases: BTreeMap<u32, u32>,
    merges: bool,
}

impl<'t> Reader<'t> {
    /// Reads the one document; false where there is none.
    fn events(&mut self) -> Result<bool, Fault> {
        // White space on the last line is a line of its own, once it is ended.
        let ended = if self.own.ends_with([' ', '\t']) {
            Cow::Owned(format!("{}\n", self.own))
        } else {
            Cow::Borrowed(self.own)
        };
        let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(&ended);
        let mut explicit = None;
        // The parser repeats an error for ever: the first one ends the reading.
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| self.scan_error(&error))?;
            let place = |anchor| Place {
                span: self.range(span),
                anchor,
            };
            match event {
                Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                Event::DocumentStart(marked) => {
                    if explicit.is_some() {
                        let message =
                            "a second document that kubectl would not see: put `---` on a line before it";
                        return Err(Fault::syntax(self.range(span).start, message));
                    }
                    explicit = Some(marked);
                }
                Event::Scalar(value, style, anchor, tag) => {
                    let place = place(anchor);
                    let tag = tag.map(|tag| Tag::named(&tag.handle, &tag.suffix));
                    self.scalar(&value, style, tag, place)?;
                }
                Event::Alias(anchor) => {
                    let place = place(anchor);
                    self.alias(&place)?;
                }
                Event::SequenceStart(anchor, tag) => {
                    let place = place(anchor);
                    self.open(false, &place, tag.is_some())?;
                }
                Event::MappingStart(anchor, tag) => {
                    let place = place(anchor);
                    self.open(true, &place, tag.is_some())?;
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    let end = self.range(span).end;
                    self.close(end)?;
                }
            }
        }
        Ok(!self.is_blank())
    }

    /// Whether there is nothing but marks and comments: the parser makes an empty null of it.
    fn is_blank(&self) -> bool {
        match self.builder.nodes.as_slice() {
            [] => true,
            [only] => only.node.kind == Kind::Null && only.node.start == only.node.end,
            _ => false,
        }
    }

    fn range(&self, span: Span) -> Range<usize> {
        let start = self.offsets.byte(self.own, span.start.index());
        let end = self.offsets.byte(self.own, span.end.index()).max(start);
        self.start + start..self.start + end
    }

    fn text(&self, range: Range<usize>) -> &'t str {
        let own = range.start.saturating_sub(self.start)..range.end.saturating_sub(self.start);
        self.own.get(own).unwrap_or_default()
    }

    /// Whether the next node is a key.
    fn at_key(&self) -> bool {
        self.builder.inside() == Some(true) && matches!(self.pending, Pending::Nothing)
    }

    fn take_key(&mut self) -> Key {
        match mem::replace(&mut self.pending, Pending::Nothing) {
            Pending::Key(key) => key,
            Pending::Nothing | Pending::Merge => Key::NONE,
        }
    }

    fn remember(&mut self, anchor: usize, node: Option<u32>) {
        if anchor != 0 {
            self.anchors.insert(anchor, node);
        }
    }

    fn next_node(&self) -> u32 {
        self.builder.nodes.len() as u32
    }

    fn open(&mut self, object: bool, place: &Place, tagged: bool) -> Result<(), Fault> {
        if self.at_key() {
            let message = "a list or object as a key has no place in JSON: use a text as the key";
            return Err(Fault::new(ReadErrorKind::NotJson, place.span.start, message));
        }
        let start = if tagged || place.anchor != 0 {
            let rest = place.span.start..self.start + self.own.len();
            self.check_properties(rest.clone())?;
            self.after_properties(rest)
        } else {
            place.span.start
        };
        let flow = self.text(start..start + 1).starts_with(['[', '{']) && !place.span.is_empty();
        let key = self.take_key();
        self.remember(place.anchor, Some(self.next_node()));
        self.builder.open(object, start, key)?;
        self.ends.push(flow);
        self.last_end = self.last_end.max(start);
        Ok(())
    }

    fn close(&mut self, end: usize) -> Result<(), Fault> {
        // A block ends where its last value does: the event comes after blank lines and comments.
        if self.ends.pop() == Some(true) {
            self.last_end = end;
        }
        self.builder.close(self.last_end)
    }

    /// Where a node begins, past its anchor and tag.
    fn after_properties(&self, range: Range<usize>) -> usize {
        let text = self.text(range.clone());
        let mut rest = text;
        while let Some((_, after)) = property(rest) {
            rest = after;
        }
        range.start + (text.len() - rest.len())
    }

    fn alias(&mut self, place: &Place) -> Result<(), Fault> {
        if self.at_key() {
            let message = "an alias as a key: write the key itself";
            return Err(Fault::new(ReadErrorKind::NotJson, place.span.start, message));
        }
        self.check_properties(place.span.clone())?;
        let Some(Some(target)) = self.anchors.get(&place.anchor).copied() else {
            let message = "an alias of a key: write the text itself";
            return Err(Fault::new(ReadErrorKind::NotJson, place.span.start, message));
        };
        if self.builder.is_open(target) {
            let message =
                "the value of this anchor contains itself: an alias can only stand for what is complete";
            return Err(Fault::new(ReadErrorKind::NotJson, place.span.start, message));
        }
        let node = self.next_node();
        let key = self.take_key();
        self.aliases.insert(node, target);
        self.builder.push(Kind::Null, place.span.clone(), 0, key)?;
        self.last_end = place.span.end;
        Ok(())
    }

    fn scalar(
        &mut self,
        value: &str,
        style: ScalarStyle,
        tag: Option<Tag>,
        place: Place,
    ) -> Result<(), Fault> {
        let plain = style == ScalarStyle::Plain;
        let properties = tag.is_some() || place.anchor != 0;
        if properties {
            self.check_properties(place.span.clone())?;
        }
        let span = self.scalar_span(style, value.is_empty(), properties, place.span);
        if plain && self.ends.contains(&true) {
            self.check_flow_scalar(value, &span)?;
        }
        if self.builder.nodes.is_empty() && matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            self.check_whole_block(&span)?;
        }
        if self.at_key() {
            self.remember(place.anchor, None);
            return self.key(value, plain, tag, span);
        }
        let scalar = resolve(tag, plain, value)
            .map_err(|message| Fault::new(ReadErrorKind::NotJson, span.start, message))?;
        let key = self.take_key();
        self.remember(place.anchor, Some(self.next_node()));
        self.last_end = self.last_end.max(span.end);
        match scalar {
            Scalar::Null => self.builder.push(Kind::Null, span, 0, key),
            Scalar::Bool(value) => {
                self.builder
                    .push(Kind::Bool, span, if value { flag::TRUE } else { 0 }, key)
            }
            Scalar::Text => self.string(value, span, key),
            Scalar::Decoded(text) => self.aside(Kind::String, &text, span, key),
            Scalar::Int(number) => self.number(Kind::Int, value, span, key, &number),
            Scalar::Unsigned(number) => self.number(Kind::Huge, value, span, key, &number),
            Scalar::Float(number) if number.is_finite() => {
                // An integer beyond every 64 bits is a float in Go; here it stays what was written.
                let digits = value
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'_'));
                let kind = if digits { Kind::Huge } else { Kind::Float };
                self.number(kind, value, span, key, &number)
            }
            Scalar::Float(_) => {
                let message = format!("`{}` is no number in JSON: put it in quotes", excerpt(value));
                Err(Fault::new(ReadErrorKind::NotJson, span.start, message))
            }
        }
    }

    /// Refuses names of anchors and tags that do not end for all readers of YAML at the same character.
    fn check_properties(&self, range: Range<usize>) -> Result<(), Fault> {
        let mut rest = self.text(range.clone());
        let name = |name: &str, more: &[char]| {
            name.chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-') || more.contains(&c))
        };
        while let Some((written, after)) = property(rest) {
            let clear = match written.strip_prefix("!<") {
                Some(tag) => tag
                    .strip_suffix('>')
                    .is_some_and(|tag| name(tag, &['!', '.', ':', '/', ','])),
                None if written.starts_with('!') => name(written, &['!', '.', ':', '/']),
                None => name(written.get(1..).unwrap_or_default(), &[]),
            };
            if !clear {
                let message = "readers of YAML differ on where this name ends: use letters, digits, `-` and `_` \
                               after `&`, `*` and `!`, and a space behind them";
                return Err(Fault::syntax(range.start, message));
            }
            rest = after;
        }
        Ok(())
    }

    /// Refuses a document that is one block text whose lines are not indented: YAML 1.1 ends it there.
    fn check_whole_block(&self, span: &Range<usize>) -> Result<(), Fault> {
        let (before, written) = (self.text(self.start..span.start), self.text(span.clone()));
        let breaks = ['\n', '\r'];
        let flush = |line: &str| !line.is_empty() && !line.starts_with([' ', '\t']);
        let first = before.ends_with(breaks) && flush(written);
        if !first && !written.split(breaks).skip(1).any(flush) {
            return Ok(());
        }
        let message = "readers of YAML differ on lines of a text that are not indented: indent them";
        Err(Fault::syntax(span.start, message))
    }

    /// Refuses what YAML 1.1 and 1.2 read differently between brackets: `?` in a text, `:x`, `|`, and `x:` before
    /// a bracket or comma.
    fn check_flow_scalar(&self, value: &str, span: &Range<usize>) -> Result<(), Fault> {
        let before = self.text(span.start.saturating_sub(1)..span.end);
        let after = self.text(span.end..span.end + 1);
        let touching = value.is_empty() && before.contains([':', '!']) && after.starts_with([',', ']', '}']);
        if touching || value.starts_with([':', '|', '>']) || value.contains('?') {
            let message =
                "readers of YAML differ on this between brackets: put texts in quotes, and a space after `:`";
            return Err(Fault::syntax(span.start, message));
        }
        Ok(())
    }

    /// The place of a scalar without its properties, and of an empty one right after its key or dash.
    fn scalar_span(
        &self,
        style: ScalarStyle,
        empty: bool,
        properties: bool,
        span: Range<usize>,
    ) -> Range<usize> {
        let start = if properties {
            self.after_properties(span.clone())
        } else {
            span.start
        };
        match style {
            ScalarStyle::Plain if empty && properties => span,
            ScalarStyle::Plain if empty => {
                // The mark of an empty scalar is at or after the colon or dash before it.
                let gap_start = self.last_end.clamp(self.start, start);
                let gap = self.text(gap_start..start + 1);
                let at = gap.find([':', '-']).map_or_else(
                    || self.start + self.text(self.start..start).trim_end_matches(WHITE).len(),
                    |at| gap_start + at + 1,
                );
                at..at
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let written = self.text(start..span.end).trim_end_matches(WHITE);
                start..start + written.len()
            }
            // The parser's end of a quoted scalar may lie behind a comment on its line.
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                start..start + quoted_length(self.text(start..span.end))
            }
            ScalarStyle::Plain => start..span.end,
        }
    }

    fn key(&mut self, value: &str, plain: bool, tag: Option<Tag>, span: Range<usize>) -> Result<(), Fault> {
        let refuse = |message: String| Fault::new(ReadErrorKind::NotJson, span.start, message);
        self.last_end = span.end;
        if plain && tag.is_none() && value == "<<" {
            self.merges = true;
            self.pending = Pending::Merge;
            return Ok(());
        }
        if value == "<<" && tag == Some(Tag::Other) {
            return Err(refuse(
                "a tag on `<<`: remove the tag, or put `<<` in quotes".to_string(),
            ));
        }
        let text = match resolve(tag, plain, value).map_err(refuse)? {
            Scalar::Text => Cow::Borrowed(value),
            Scalar::Decoded(text) => Cow::Owned(text),
            Scalar::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
            #[expect(clippy::cast_precision_loss, reason = "the integer was a float")]
            Scalar::Int(number) if is_written_as_float(value) || tag == Some(Tag::Float) => {
                let sign = if number == 0 && is_written_as_float(value) && value.starts_with('-') {
                    -1.0
                } else {
                    1.0
                };
                Cow::Owned(float_key(number as f64 * sign))
            }
            Scalar::Int(number) => Cow::Owned(number.to_string()),
            Scalar::Float(number) => Cow::Owned(float_key(number)),
            Scalar::Null => {
                return Err(refuse(
                    "a null as a key: put it in quotes, or give a key".to_string(),
                ));
            }
            Scalar::Unsigned(_) => {
                return Err(refuse(
                    "a number too great for a key: put it in quotes".to_string(),
                ));
            }
        };
        let key = if let Some((content, quoted)) = self.content(&text, &span) {
            self.builder.key_in_text(content, quoted)
        } else {
            let start = self.builder.extra.len();
            self.builder.extra.push_str(&text);
            self.builder.key_in_extra(start, span)
        };
        self.pending = Pending::Key(key);
        Ok(())
    }

    /// Where `text` lies as it is in the place it is written at, and whether inside quotes.
    fn content(&self, text: &str, span: &Range<usize>) -> Option<(Range<usize>, bool)> {
        if self.text(span.clone()) == text {
            return Some((span.clone(), false));
        }
        let inside = span.start + 1..span.end.checked_sub(1)?;
        let quoted = inside.start <= inside.end
            && self.text(span.start..inside.start).starts_with(['"', '\''])
            && self.text(inside.clone()) == text;
        quoted.then_some((inside, true))
    }

    fn string(&mut self, value: &str, span: Range<usize>, key: Key) -> Result<(), Fault> {
        match self.content(value, &span) {
            Some((content, true)) => self.builder.push(Kind::String, content, flag::QUOTED, key),
            Some((content, false)) => self.builder.push(Kind::String, content, 0, key),
            None => self.aside(Kind::String, value, span, key),
        }
    }

    /// Adds a value whose content is not in the text.
    fn aside(&mut self, kind: Kind, content: &str, span: Range<usize>, key: Key) -> Result<(), Fault> {
        let start = self.builder.extra.len();
        self.builder.extra.push_str(content);
        self.builder
            .value_spans
            .push((self.next_node(), span.start as u32..span.end as u32));
        self.builder
            .push(kind, start..self.builder.extra.len(), flag::EXTRA, key)
    }

    /// Adds a number: as it is written, if that is how JSON writes it.
    fn number(
        &mut self,
        kind: Kind,
        written: &str,
        span: Range<usize>,
        key: Key,
        value: &dyn fmt::Debug,
    ) -> Result<(), Fault> {
        if is_json_number(written) && classify(written) == kind && self.text(span.clone()) == written {
            return self.builder.push(kind, span, 0, key);
        }
        // `Debug` of a number is JSON, with an exponent where the number is long.
        self.aside(kind, &format!("{value:?}"), span, key)
    }

    fn scan_error(&self, error: &ScanError) -> Fault {
        let at = self.offsets.byte(self.own, error.marker().index());
        let before = self.own.get(..at).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = self
            .own
            .get(line_start..)
            .and_then(|rest| rest.lines().next())
            .unwrap_or_default();
        let indentation = line.find(|c: char| !c.is_whitespace()).unwrap_or(line.len());
        let hint = if line.contains("{{") {
            "; `{{` looks like a template: give the rendered text, for instance from `helm template`"
        } else if line.get(..indentation).unwrap_or_default().contains('\t') {
            "; YAML is not indented with tabs: use spaces"
        } else {
            ""
        };
        Fault::syntax(
            self.start + at,
            format!(
                "this is not YAML: {}{hint}",
                excerpt(&error.info().replace('`', "'"))
            ),
        )
    }
}

/// The anchor, tag or alias with which a text begins, and what follows it past white space and comments.
fn property(text: &str) -> Option<(&str, &str)> {
    if !text.starts_with(['&', '!', '*']) {
        return None;
    }
    let (written, mut rest) = text.split_at(text.find(WHITE).unwrap_or(text.len()));
    loop {
        rest = rest.trim_start_matches(WHITE);
        if !rest.starts_with('#') {
            return Some((written, rest));
        }
        rest = rest.split_once(['\n', '\r']).map_or("", |(_, after)| after);
    }
}
