//! Documents: text with places where a line may end, and the layout of it in lines of a given width.
//!
//! A document is one flat list of parts. A group stays on one line if it fits there together with what
//! follows it up to the next place where a line may end; otherwise its lines end at all of its places
//! (or, in a filled group, at those where they must). Both passes, measuring and writing, look at each
//! part once.

use alloc::{borrow::Cow, string::String, vec::Vec};

use crate::steps;

/// The longest line that is not ended where it may be, in characters.
pub(super) const WIDTH: usize = 100;

/// One step of indentation.
pub(super) const STEP: usize = 4;

/// How the lines of a group that does not fit end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// At all places.
    All,
    /// At its brackets, and elsewhere where the next piece does not fit.
    Fill,
    /// It begins with a space. On the next line, indented, if it fits there whole; else where it stands.
    Move,
}

/// A part of a document.
#[derive(Clone, Debug)]
enum Part<'s> {
    /// Text on one line.
    Text(Cow<'s, str>),
    /// Text that may have line breaks, which is written as it is.
    Verbatim(Cow<'s, str>),
    /// A line of a block text: begins on a new line, indented unless it is empty.
    Block(Cow<'s, str>),
    /// So many spaces, or the end of the line.
    Line(usize),
    /// The end of the line.
    Hard,
    /// An empty line before what follows, if the group is broken.
    Blank,
    /// A comma, if the group is broken.
    Comma,
    /// Spaces, if the group is broken.
    Pad(usize),
    /// A comment that stands at the end of the line, whatever else comes on it.
    Trailing(&'s str),
    /// A comment on a line of its own.
    Own(&'s str),
    /// Begins a group.
    Begin { kind: Kind, forced: bool, end: usize },
    /// Ends it.
    End,
    /// Indents by so many spaces more.
    Nest(usize),
    /// Ends that.
    Unnest,
}

/// A group that is being built.
#[derive(Clone, Copy, Debug)]
struct Open {
    begin: usize,
    forced: bool,
    /// How many trailing comments stood before it.
    trailing: usize,
}

/// A document while it is built.
#[derive(Debug, Default)]
pub(super) struct Doc<'s> {
    parts: Vec<Part<'s>>,
    open: Vec<Open>,
    /// How many trailing comments there are.
    trailing: usize,
    /// Whether a trailing comment waits for a line to end.
    waiting: bool,
    /// How many parts cannot stand on one line.
    hards: usize,
    /// The width of all of it on one line.
    width: usize,
}

/// A position in a document: to measure from, or to go back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    parts: usize,
    hards: usize,
    width: usize,
}

impl<'s> Doc<'s> {
    pub(super) fn text(&mut self, text: impl Into<Cow<'s, str>>) {
        let text = text.into();
        self.width += width(&text);
        self.parts.push(Part::Text(text));
    }

    /// Text of the source as it is.
    pub(super) fn verbatim(&mut self, text: impl Into<Cow<'s, str>>) {
        let text = text.into();
        if text.contains('\n') {
            self.force();
            self.parts.push(Part::Verbatim(text));
        } else {
            self.text(text);
        }
    }

    /// A line of a block text.
    pub(super) fn block(&mut self, line: impl Into<Cow<'s, str>>) {
        self.force();
        self.parts.push(Part::Block(line.into()));
    }

    /// A place where a line may end; elsewhere so many spaces.
    pub(super) fn line(&mut self, spaces: usize) {
        if let Some(open) = self.open.last_mut()
            && self.trailing > open.trailing
        {
            // The comment that stands there ends the line there, and no later one.
            open.forced = true;
            open.trailing = self.trailing;
            self.hards += 1;
            self.waiting = false;
        }
        self.width += spaces;
        self.parts.push(Part::Line(spaces));
    }

    /// A place where a line ends.
    pub(super) fn hard(&mut self) {
        self.force();
        self.waiting = false;
        self.parts.push(Part::Hard);
    }

    pub(super) fn blank(&mut self) {
        self.parts.push(Part::Blank);
    }

    pub(super) fn comma(&mut self) {
        self.parts.push(Part::Comma);
    }

    /// Spaces that are decided on later, with [`Doc::set_pad`].
    pub(super) fn pad(&mut self, spaces: usize) -> usize {
        self.parts.push(Part::Pad(spaces));
        self.parts.len() - 1
    }

    pub(super) fn set_pad(&mut self, pad: usize, spaces: usize) {
        if let Some(Part::Pad(old)) = self.parts.get_mut(pad) {
            *old = spaces;
        }
    }

    /// Whether a comment can stand at the end of this line: no other one does.
    pub(super) fn takes_trailing(&self) -> bool {
        !self.waiting
    }

    /// Whether a comment on a line of its own is the last that was printed.
    pub(super) fn ends_in_comment(&self) -> bool {
        matches!(self.parts.last(), Some(Part::Own(_)))
    }

    pub(super) fn trailing(&mut self, comment: &'s str) {
        self.trailing += 1;
        self.waiting = true;
        self.parts.push(Part::Trailing(comment));
    }

    pub(super) fn own(&mut self, comment: &'s str) {
        self.force();
        self.waiting = false;
        self.parts.push(Part::Own(comment));
    }

    pub(super) fn begin(&mut self, kind: Kind) {
        self.open.push(Open {
            begin: self.parts.len(),
            forced: false,
            trailing: self.trailing,
        });
        if kind == Kind::Move {
            self.width += 1;
        }
        self.parts.push(Part::Begin {
            kind,
            forced: false,
            end: 0,
        });
    }

    pub(super) fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let at = self.parts.len();
        if let Some(Part::Begin { forced, end, .. }) = self.parts.get_mut(open.begin) {
            *forced = open.forced;
            *end = at;
        }
        if let Some(outer) = self.open.last_mut() {
            outer.forced |= open.forced;
        }
        self.parts.push(Part::End);
    }

    /// Breaks the group that is open, and all around it.
    pub(super) fn force(&mut self) {
        self.hards += 1;
        if let Some(open) = self.open.last_mut() {
            open.forced = true;
        }
    }

    pub(super) fn nest(&mut self, spaces: usize) {
        self.parts.push(Part::Nest(spaces));
    }

    pub(super) fn unnest(&mut self) {
        self.parts.push(Part::Unnest);
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            parts: self.parts.len(),
            hards: self.hards,
            width: self.width,
        }
    }

    /// The width on one line of what has been added since; `None` where it cannot stand on one line.
    pub(super) fn width_since(&self, mark: Mark) -> Option<usize> {
        (self.hards == mark.hards).then(|| self.width - mark.width)
    }

    /// Takes what has been added since off again, on one line; `None` where it cannot stand on one line.
    pub(super) fn take_since(&mut self, mark: Mark) -> Option<String> {
        let flat = self.width_since(mark).map(|width| {
            let mut flat = String::with_capacity(width);
            for part in self.parts.iter().skip(mark.parts) {
                steps::add(1);
                match part {
                    Part::Text(text) => flat.push_str(text),
                    Part::Line(spaces) => push_spaces(&mut flat, *spaces),
                    Part::Begin { kind: Kind::Move, .. } => flat.push(' '),
                    _ => {}
                }
            }
            flat
        });
        self.parts.truncate(mark.parts);
        self.hards = mark.hards;
        self.width = mark.width;
        flat
    }

    /// Lays the document out. No line break at the end.
    pub(super) fn render(&self) -> String {
        let measures = self.measure();
        let mut writer = Writer::default();
        let mut measured = measures.iter();
        for part in &self.parts {
            let (start, stop) = measured.next().copied().unwrap_or((0, 0));
            steps::add(1);
            match part {
                Part::Text(text) => writer.text(text),
                Part::Verbatim(text) => writer.verbatim(text),
                Part::Block(line) => writer.block(line),
                Part::Line(spaces) => writer.line(*spaces, stop.saturating_sub(start)),
                Part::Hard => writer.newline(),
                Part::Blank if writer.broken() => {
                    writer.end_line();
                    writer.blank = true;
                }
                Part::Comma if writer.broken() => writer.text(","),
                Part::Pad(spaces) if writer.broken() => writer.spaces(*spaces),
                Part::Blank | Part::Comma | Part::Pad(_) => {}
                Part::Trailing(comment) => writer.trailing.push(comment),
                Part::Own(comment) => writer.own(comment),
                Part::Begin { kind, forced, end } => {
                    let stop = measures.get(*end).map_or(start, |(_, stop)| *stop);
                    writer.begin(*kind, (!forced).then(|| stop.saturating_sub(start)));
                }
                Part::End => writer.end(),
                Part::Nest(spaces) => writer.nest(*spaces),
                Part::Unnest => writer.unnest(),
            }
        }
        writer.finish()
    }

    /// For each part: where it begins if all stands on one line, and where in that line the next place is
    /// at which a line may end, the part's own not counted where it is such a place.
    fn measure(&self) -> Vec<(usize, usize)> {
        let mut measures = Vec::with_capacity(self.parts.len());
        let mut at = 0;
        for part in &self.parts {
            steps::add(1);
            measures.push((at, 0));
            at += match part {
                Part::Text(text) => width(text),
                Part::Verbatim(text) => text.split('\n').next().map_or(0, width),
                Part::Line(spaces) => *spaces,
                Part::Begin { kind: Kind::Move, .. } => 1,
                _ => 0,
            };
        }
        let mut stop = at;
        for (part, measure) in self.parts.iter().zip(&mut measures).rev() {
            let start = measure.0;
            measure.1 = stop;
            match part {
                Part::Line(_)
                | Part::Hard
                | Part::Own(_)
                | Part::Block(_)
                | Part::Begin { kind: Kind::Move, .. } => stop = start,
                Part::Verbatim(text) => stop = start + text.split('\n').next().map_or(0, width),
                // Where it matters whether a group before it fits, the group around both is broken.
                Part::Comma => stop = start + 1,
                _ => {}
            }
        }
        measures
    }
}

/// The width of a text in characters.
pub(super) fn width(text: &str) -> usize {
    steps::add(text.len());
    if text.is_ascii() {
        text.len()
    } else {
        text.chars().count()
    }
}

fn push_spaces(out: &mut String, count: usize) {
    out.extend(core::iter::repeat_n(' ', count));
}

/// How an open group is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Flat,
    Broken,
    Filled,
    /// On the next line, indented.
    Moved,
}

/// The text that is being written.
#[derive(Debug, Default)]
struct Writer<'d> {
    out: String,
    modes: Vec<Mode>,
    nests: Vec<usize>,
    indent: usize,
    /// The indentation of this line: what it was where the line before ended.
    begins: usize,
    /// The width of what stands on the line.
    column: usize,
    /// Whether something stands on the line.
    inside: bool,
    /// Whether the line must end before anything else is written: it ends in a comment.
    ended: bool,
    /// Whether an empty line comes before the next one.
    blank: bool,
    /// Comments for the end of the line.
    trailing: Vec<&'d str>,
}

impl Writer<'_> {
    fn broken(&self) -> bool {
        self.modes.last() != Some(&Mode::Flat)
    }

    /// Where the next text would begin.
    fn position(&self) -> usize {
        if self.inside && !self.ended {
            self.column
        } else {
            self.begins
        }
    }

    fn newline(&mut self) {
        self.begins = self.indent;
        self.end_line();
    }

    fn end_line(&mut self) {
        if !self.inside {
            return;
        }
        self.out.truncate(self.out.trim_end_matches(' ').len());
        for (index, comment) in core::mem::take(&mut self.trailing).into_iter().enumerate() {
            if index == 0 {
                self.out.push(' ');
            } else {
                self.out.push('\n');
                push_spaces(&mut self.out, self.begins);
            }
            self.out.push_str(comment);
        }
        self.out.push('\n');
        self.inside = false;
        self.ended = false;
    }

    /// Makes the line ready for text.
    fn open_line(&mut self) {
        if self.ended {
            self.end_line();
        }
        if !self.inside {
            if core::mem::take(&mut self.blank) && !self.out.is_empty() {
                self.out.push('\n');
            }
            push_spaces(&mut self.out, self.begins);
            self.column = self.begins;
            self.inside = true;
        }
    }

    fn text(&mut self, text: &str) {
        if text.is_empty() || (text == " " && (self.ended || !self.inside)) {
            return;
        }
        self.open_line();
        self.out.push_str(text);
        self.column += width(text);
    }

    fn verbatim(&mut self, text: &str) {
        self.open_line();
        self.out.push_str(text);
        self.column = text.rsplit('\n').next().map_or(0, width);
    }

    /// Comments wait: they cannot stand in a text.
    fn block(&mut self, line: &str) {
        self.open_line();
        self.out.push('\n');
        self.column = 0;
        if !line.is_empty() {
            push_spaces(&mut self.out, self.indent);
            self.out.push_str(line);
            self.column = self.indent + width(line);
        }
    }

    fn spaces(&mut self, count: usize) {
        if self.inside && !self.ended {
            push_spaces(&mut self.out, count);
            self.column += count;
        }
    }

    /// `piece` is the width up to the next place, spaces included.
    fn line(&mut self, spaces: usize, piece: usize) {
        let ends = match self.modes.last() {
            Some(Mode::Flat) => false,
            Some(Mode::Filled) => {
                spaces == 0 || self.ended || !self.trailing.is_empty() || self.position() + piece > WIDTH
            }
            Some(Mode::Broken | Mode::Moved) | None => true,
        };
        if ends {
            self.newline();
        } else {
            self.spaces(spaces);
        }
    }

    fn own(&mut self, comment: &str) {
        if self.inside {
            self.newline();
        }
        self.text(comment);
        self.ended = true;
    }

    /// `piece` is the width up to the next place after the group; `None` where it cannot stand on a line.
    fn begin(&mut self, kind: Kind, piece: Option<usize>) {
        let flat = !self.broken() || piece.is_some_and(|piece| self.position() + piece <= WIDTH);
        let mode = match kind {
            _ if flat => Mode::Flat,
            Kind::All => Mode::Broken,
            Kind::Fill => Mode::Filled,
            // The space that it begins with is not there on a line of its own.
            Kind::Move if piece.is_some_and(|piece| self.indent + STEP + piece <= WIDTH + 1) => Mode::Moved,
            Kind::Move => Mode::Broken,
        };
        self.modes.push(mode);
        if mode == Mode::Moved {
            self.nest(STEP);
            self.newline();
        } else if kind == Kind::Move {
            self.text(" ");
        }
    }

    fn end(&mut self) {
        if self.modes.pop() == Some(Mode::Moved) {
            self.unnest();
        }
    }

    fn nest(&mut self, spaces: usize) {
        self.nests.push(spaces);
        self.indent += spaces;
    }

    fn unnest(&mut self) {
        self.indent -= self.nests.pop().unwrap_or(0);
    }

    fn finish(mut self) -> String {
        self.newline();
        self.out.truncate(self.out.trim_end_matches('\n').len());
        self.out
    }
}
