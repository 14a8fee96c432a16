//! The flat document: one arena of nodes in preorder, each with the place of its text. Strings are
//! borrowed from the text; those that the text does not hold as they are (escapes, folded lines,
//! canonical numbers) lie in `extra`, and their places in the text in side tables.
//! A document is made by a reader and never changes; it never skips a part of its input.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::nodes::{Node, Nodes, flag};

/// A node of one document: its index in preorder, the root being 0. Ids of two documents have
/// nothing to do with each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u32);

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// `null`; in policies the same as absent.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number without fraction and exponent, within 64 bits.
    Int,
    /// Any other finite number.
    Float,
    /// An integer outside 64 bits, or a number whose exponent makes it infinite: kept as written,
    /// an error where it is read as a number.
    Huge,
    /// A text.
    String,
    /// A list.
    List,
    /// An object: members in document order, no key twice.
    Object,
}

/// Where one node or key lies, when that is not where its content lies. Sorted by node.
pub(super) type SideSpan = (u32, Range<u32>);

/// A document in flat form.
#[derive(Clone, Debug)]
pub struct Document<'t> {
    /// The text of the whole file, or of this document alone after [`Document::into_owned`].
    pub(super) text: Cow<'t, str>,
    /// Byte of the file at which `text` begins.
    pub(super) base: u32,
    /// Where the document begins in the file; lines are counted from here.
    pub(super) origin: Position,
    /// Positions inside a long document, from which lines are counted on; else each of the many findings
    /// of a long list would count from its start.
    pub(super) marks: Vec<Position>,
    /// Byte of the file one past the document.
    pub(super) limit: u32,
    pub(super) extra: String,
    pub(super) nodes: Nodes,
    pub(super) value_spans: Vec<SideSpan>,
    pub(super) key_spans: Vec<SideSpan>,
    /// Keys whose length is more than a node can say.
    pub(super) long_keys: Vec<Range<u32>>,
}

impl Document<'_> {
    /// The node of the whole document.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }

    #[inline]
    pub(super) fn node(&self, id: NodeId) -> Option<Node> {
        self.nodes.get(id.0)
    }

    /// What the node is; [`Kind::Null`] for an id of another document that has no node here.
    #[inline]
    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).map_or(Kind::Null, |node| node.kind)
    }

    /// How many nodes the document has.
    pub fn size(&self) -> usize {
        self.nodes.len()
    }

    /// The boolean, if the node is one.
    #[inline]
    pub fn bool(&self, id: NodeId) -> Option<bool> {
        let node = self.node(id)?;
        (node.kind == Kind::Bool).then_some(node.flags & flag::TRUE != 0)
    }

    /// The integer, if the node is an [`Kind::Int`].
    pub fn int(&self, id: NodeId) -> Option<i64> {
        let node = self.node(id)?;
        if node.kind == Kind::Int {
            self.content(&node)?.parse().ok()
        } else {
            None
        }
    }

    /// The number, if the node is a [`Kind::Float`] or [`Kind::Int`] (the nearest float then).
    pub fn float(&self, id: NodeId) -> Option<f64> {
        let node = self.node(id)?;
        if matches!(node.kind, Kind::Float | Kind::Int) {
            self.content(&node)?.parse().ok()
        } else {
            None
        }
    }

    /// The text, if the node is a string.
    #[inline]
    pub fn str(&self, id: NodeId) -> Option<&str> {
        let node = self.node(id)?;
        if node.kind == Kind::String {
            self.content(&node)
        } else {
            None
        }
    }

    /// A number in JSON's notation, digit for digit as it was written in JSON, canonical where YAML
    /// has another notation; also of [`Kind::Huge`].
    pub fn number_text(&self, id: NodeId) -> Option<&str> {
        let node = self.node(id)?;
        if matches!(node.kind, Kind::Int | Kind::Float | Kind::Huge) {
            self.content(&node)
        } else {
            None
        }
    }

    #[inline]
    pub(super) fn content(&self, node: &Node) -> Option<&str> {
        if node.flags & flag::EXTRA != 0 {
            self.extra.get(node.start as usize..node.end as usize)
        } else {
            self.slice(node.start..node.end)
        }
    }

    /// The text of the file between two bytes, as far as this document holds it.
    #[inline]
    pub fn slice(&self, range: Range<u32>) -> Option<&str> {
        let start = range.start.checked_sub(self.base)?;
        let end = range.end.checked_sub(self.base)?;
        self.text.get(start as usize..end as usize)
    }

    /// The elements of a list or the values of an object, in document order; nothing for a scalar.
    #[inline]
    pub fn children(&self, id: NodeId) -> Children<'_> {
        let end = self.end(id).0;
        Children {
            nodes: &self.nodes,
            at: id.0.saturating_add(1).min(end),
            end,
        }
    }

    /// The key, if the node is a member of an object.
    #[inline]
    pub fn key(&self, id: NodeId) -> Option<&str> {
        self.key_of(&self.node(id)?)
    }

    #[inline]
    pub(super) fn key_of(&self, node: &Node) -> Option<&str> {
        if node.flags & flag::KEY == 0 {
            return None;
        }
        let range = self.key_range(node)?;
        if node.flags & flag::KEY_EXTRA != 0 {
            self.extra.get(range.start as usize..range.end as usize)
        } else {
            self.slice(range)
        }
    }

    /// Where the key's content lies, in the file or in `extra`.
    #[inline]
    pub(super) fn key_range(&self, node: &Node) -> Option<Range<u32>> {
        node.key().range(&self.long_keys)
    }

    /// How many elements or members the node has; counted, so keep the answer. 0 for a scalar.
    pub fn len(&self, id: NodeId) -> usize {
        match self.nodes.large(id.0) {
            Some(known) => known.len(),
            None => self.children(id).count(),
        }
    }

    /// Whether the node has no elements and no members.
    pub fn is_empty(&self, id: NodeId) -> bool {
        self.children(id).next().is_none()
    }

    /// The element at an index from 0; found by counting, so walk [`Document::children`] for all.
    pub fn element(&self, list: NodeId, index: usize) -> Option<NodeId> {
        if self.kind(list) == Kind::List {
            match self.nodes.large(list.0) {
                Some(known) => known.child(index).map(NodeId),
                None => self.children(list).nth(index),
            }
        } else {
            None
        }
    }

    /// One past the last node of the subtree.
    #[inline]
    pub fn end(&self, id: NodeId) -> NodeId {
        NodeId(self.node(id).map_or(id.0, |node| node.next))
    }

    /// Where the value is written, quotes included, in bytes of the whole file. The value of a YAML
    /// alias lies at the alias, what is inside it at the anchor. Empty where there is no text.
    pub fn span(&self, id: NodeId) -> Range<u32> {
        let Some(node) = self.node(id) else { return 0..0 };
        if node.flags & (flag::SPAN | flag::EXTRA) != 0 {
            return side_span(&self.value_spans, id).unwrap_or(0..0);
        }
        let Range { start, end } = self.nodes.place(id.0).unwrap_or_default();
        let quote = u32::from(node.flags & flag::QUOTED != 0);
        start.saturating_sub(quote)..end.saturating_add(quote)
    }

    /// Where the key of a member is written, quotes included, in bytes of the whole file.
    pub fn key_span(&self, id: NodeId) -> Option<Range<u32>> {
        let node = self.node(id)?;
        if node.flags & flag::KEY == 0 {
            return None;
        }
        if node.flags & flag::KEY_EXTRA != 0 {
            return Some(side_span(&self.key_spans, id).unwrap_or(0..0));
        }
        let range = self.key_range(&node)?;
        let quote = u32::from(node.flags & flag::KEY_QUOTED != 0);
        Some(range.start.saturating_sub(quote)..range.end.saturating_add(quote))
    }

    /// Lines and columns of a range of the file, counted from the start of this document.
    pub fn locate(&self, range: Range<u32>) -> Location {
        self.locate_from(None, range).1
    }

    /// As [`Document::locate`], counted from a known position before the range, if that is nearer than what is
    /// known of the document; with the position at which the range starts.
    pub(crate) fn locate_from(&self, near: Option<Position>, range: Range<u32>) -> (Position, Location) {
        let before = self.marks.partition_point(|mark| mark.offset <= range.start);
        let mark = before.checked_sub(1).and_then(|last| self.marks.get(last));
        let mark = *mark.unwrap_or(&self.origin);
        let near = near.filter(|near| mark.offset <= near.offset && near.offset <= range.start);
        near.unwrap_or(mark).range(&self.text, self.base, range)
    }

    /// Whether the document is one line of ASCII, so that places in it need no counting; not asked of a long one.
    pub(crate) fn is_one_line(&self) -> bool {
        let own = self.slice(self.extent()).filter(|_| self.marks.is_empty());
        let odd = |byte: u8| byte == b'\n' || !byte.is_ascii();
        own.is_some_and(|text| text.as_bytes().chunks(255).all(|part| count(part, odd) == 0))
    }

    /// As [`Document::locate`], where [`Document::is_one_line`].
    pub(crate) fn locate_on_line(&self, range: Range<u32>) -> Location {
        let Position { offset, line, column } = self.origin;
        let column = |at: u32| column.saturating_add(at.saturating_sub(offset));
        Location {
            line,
            column: column(range.start),
            end_line: line,
            end_column: column(range.end.max(range.start)),
        }
    }

    /// The text that this document holds: of the whole file, or of the document alone after
    /// [`Document::into_owned`], where [`Document::text_start`] says which byte of the file is its first.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Byte of the file at which [`Document::text`] begins.
    pub fn text_start(&self) -> u32 {
        self.base
    }

    /// The bytes of the file that are this document.
    pub fn extent(&self) -> Range<u32> {
        self.origin.offset..self.limit
    }

    /// Copies what is borrowed: the text of this document, not that of the whole file.
    pub fn into_owned(self) -> Document<'static> {
        let (text, base) = match self.text {
            Cow::Owned(text) => (text, self.base),
            Cow::Borrowed(text) => {
                let range = (self.origin.offset - self.base) as usize..(self.limit - self.base) as usize;
                match text.get(range) {
                    Some(own) => (own.to_owned(), self.origin.offset),
                    None => (text.to_owned(), self.base),
                }
            }
        };
        Document {
            text: Cow::Owned(text),
            base,
            origin: self.origin,
            marks: self.marks,
            limit: self.limit,
            extra: self.extra,
            nodes: self.nodes,
            value_spans: self.value_spans,
            key_spans: self.key_spans,
            long_keys: self.long_keys,
        }
    }
}

fn side_span(spans: &[SideSpan], id: NodeId) -> Option<Range<u32>> {
    let index = spans.binary_search_by_key(&id.0, |span| span.0).ok()?;
    spans.get(index).map(|span| span.1.clone())
}

/// The elements of a list or the values of an object; see [`Document::children`].
#[derive(Clone, Debug)]
pub struct Children<'d> {
    nodes: &'d Nodes,
    at: u32,
    end: u32,
}

impl Iterator for Children<'_> {
    type Item = NodeId;

    #[inline]
    fn next(&mut self) -> Option<NodeId> {
        if self.at >= self.end {
            return None;
        }
        let id = NodeId(self.at);
        self.at = self.nodes.get(self.at)?.next;
        Some(id)
    }
}

/// One step of a path inside a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathStep<'d> {
    /// To the member of this key.
    Key(&'d str),
    /// To the element at this index, from 0.
    Index(usize),
}

/// Lines and columns of a range, from 1, columns in Unicode code points, the end exclusive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Location {
    /// Line of the first character.
    pub line: u32,
    /// Column of the first character.
    pub column: u32,
    /// Line of the end.
    pub end_line: u32,
    /// Column after the last character.
    pub end_column: u32,
}

/// A byte of the file with its line and column, both from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Position {
    pub(crate) offset: u32,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// How many bytes are such; in parts whose count fits a byte, so that many are looked at at once.
fn count(bytes: &[u8], is: impl Fn(u8) -> bool) -> u32 {
    let parts = bytes.chunks(255);
    let counts = parts.map(|part| {
        part.iter()
            .fold(0_u8, |count, byte| count.wrapping_add(u8::from(is(*byte))))
    });
    counts.map(u32::from).sum()
}

/// Bytes between two [`Document::marks`]; a typical object has none.
const STRIDE: u32 = 16 * 1024;

impl Position {
    pub(super) const START: Position = Position {
        offset: 0,
        line: 1,
        column: 1,
    };

    /// The position of a later byte; `text` begins at byte `base` of the file.
    pub(super) fn advance(self, text: &str, base: u32, offset: u32) -> Position {
        let from = self.offset.saturating_sub(base) as usize;
        let to = (offset.saturating_sub(base) as usize).min(text.len());
        let passed = text.as_bytes().get(from..to).unwrap_or_default();
        let lines = count(passed, |byte| byte == b'\n');
        let newline = match lines {
            0 => None,
            _ => passed.iter().rposition(|&byte| byte == b'\n'),
        };
        let tail = match newline {
            Some(newline) => passed.get(newline + 1..).unwrap_or_default(),
            None => passed,
        };
        // Bytes that begin a code point: all but those of the form 10xxxxxx.
        let column = count(tail, |byte| byte & 0xC0 != 0x80);
        Position {
            offset,
            line: self.line + lines,
            column: if lines == 0 {
                self.column + column
            } else {
                1 + column
            },
        }
    }

    /// A position for every [`STRIDE`] bytes up to `limit`; the text begins the file.
    pub(super) fn marks(self, text: &str, limit: usize) -> Vec<Position> {
        let mut marks = Vec::new();
        let mut at = self;
        while let Some(next) = at
            .offset
            .checked_add(STRIDE)
            .filter(|next| (*next as usize) < limit)
        {
            at = at.advance(text, 0, next);
            marks.push(at);
        }
        marks
    }

    /// The location of a range at or after this position; one before it is counted from the start of
    /// the text, if the text begins the file. With the position of its start.
    pub(super) fn range(self, text: &str, base: u32, range: Range<u32>) -> (Position, Location) {
        let from = if range.start < self.offset && base == 0 {
            Position::START
        } else {
            self
        };
        let start = from.advance(text, base, range.start);
        let end = start.advance(text, base, range.end.max(range.start));
        let location = Location {
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        };
        (start, location)
    }
}
