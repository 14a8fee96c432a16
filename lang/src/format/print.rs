//! A file: its items one after the other, with their comments and the empty lines between them. And
//! what the printers of all parts share: comments, lists, names.

use alloc::{string::String, vec::Vec};

use super::{
    comments::Comments,
    doc::{Doc, Kind, STEP},
};
use crate::{
    span::Span,
    steps,
    syntax::{
        Comment,
        ast::{File, Item, ItemKind, Name, Path},
    },
};

/// What is being printed, and where the comments are.
#[derive(Debug)]
pub(super) struct Printer<'s> {
    pub(super) source: &'s str,
    pub(super) doc: Doc<'s>,
    pub(super) comments: Comments<'s>,
    /// How many `match`es are printed.
    pub(super) matches: usize,
    /// Whether what is printed lies in an item, where `///` documents nothing.
    in_item: bool,
}

/// What an item is, as far as empty lines go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort<'s> {
    Package,
    Import,
    Relation(&'s str),
    Other,
}

/// An item as text.
#[derive(Debug)]
struct Chunk<'s> {
    sort: Sort<'s>,
    /// The comments before it, each with whether an empty line stands before it.
    lead: Vec<(bool, &'s str)>,
    /// Whether an empty line stands directly before it.
    blank: bool,
    body: String,
}

/// Prints a file that has no mistakes.
pub(super) fn file<'s>(source: &'s str, file: &File<'s>, comments: Vec<Comment<'s>>) -> String {
    let mut printer = Printer {
        source,
        doc: Doc::default(),
        comments: Comments::new(source, comments),
        matches: 0,
        in_item: false,
    };
    let starts: Vec<u32> = file.items.iter().map(start).collect();
    let end = source.len() as u32;
    let mut chunks = Vec::with_capacity(file.items.len() + 2);
    if let Some(path) = &file.package {
        let start = printer.first_token();
        chunks.push(printer.chunk(Sort::Package, start, |printer| {
            printer.in_item = true;
            printer.doc.text("package ");
            printer.path(path);
            printer.in_item = false;
            printer.trailing(starts.first().copied().unwrap_or(end));
        }));
    }
    for (index, item) in file.items.iter().enumerate() {
        let start = starts.get(index).copied().unwrap_or(end);
        let next = starts.get(index + 1).copied().unwrap_or(end);
        chunks.push(printer.chunk(sort(item), start, |printer| {
            printer.item(item);
            printer.trailing(next);
        }));
    }
    let tail = printer.chunk(Sort::Other, end, |_| {});
    join(&chunks, &tail)
}

/// Where an item begins, its annotations included.
fn start(item: &Item<'_>) -> u32 {
    item.annotations
        .first()
        .map_or(item.span.start, |annotation| annotation.span.start)
}

fn sort<'s>(item: &Item<'s>) -> Sort<'s> {
    match &item.kind {
        ItemKind::Import { .. } | ItemKind::ImportSchema { .. } => Sort::Import,
        ItemKind::Relation { name, .. } => Sort::Relation(name.text),
        _ => Sort::Other,
    }
}

/// Puts items together. Between two of them an empty line is kept where there is one, and stands in any
/// case behind the package line and the imports, and around what takes several lines, but for blocks
/// of one relation.
fn join(chunks: &[Chunk<'_>], tail: &Chunk<'_>) -> String {
    let mut out = String::new();
    let mut before: Option<(Sort<'_>, bool)> = None;
    for chunk in chunks {
        let long = chunk.body.contains('\n');
        let apart = before.is_some_and(|(sort, was_long)| match (sort, chunk.sort) {
            (Sort::Package, _) => true,
            (Sort::Import, other) => other != Sort::Import,
            (Sort::Relation(a), Sort::Relation(b)) if a == b => false,
            _ => was_long || long,
        });
        write_chunk(&mut out, chunk, apart);
        before = Some((chunk.sort, long));
    }
    write_chunk(&mut out, tail, false);
    out
}

fn write_chunk(out: &mut String, chunk: &Chunk<'_>, apart: bool) {
    let mut apart = apart;
    for (blank, line) in chunk
        .lead
        .iter()
        .copied()
        .chain((!chunk.body.is_empty()).then_some((chunk.blank, chunk.body.as_str())))
    {
        if (blank || apart) && !out.is_empty() {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
        apart = false;
    }
}

impl<'s> Printer<'s> {
    fn chunk(&mut self, sort: Sort<'s>, start: u32, print: impl FnOnce(&mut Self)) -> Chunk<'s> {
        let mut lead = Vec::new();
        while let Some(comment) = self.comments.take_before(start) {
            let blank = self.comments.blank_before(comment.span.start);
            lead.push((blank, comment.text.trim_end()));
        }
        print(self);
        Chunk {
            sort,
            lead,
            blank: self.comments.blank_before(start),
            body: core::mem::take(&mut self.doc).render(),
        }
    }

    /// Where the first token of the file stands, behind white space and comments.
    fn first_token(&self) -> u32 {
        let mut rest = self.source;
        loop {
            rest = rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{feff}']);
            if !rest.starts_with("//") {
                return (self.source.len() - rest.len()) as u32;
            }
            rest = rest.find('\n').and_then(|at| rest.get(at..)).unwrap_or("");
        }
    }

    /// Prints what lies in an item.
    pub(super) fn inside_item(&mut self, print: impl FnOnce(&mut Self)) {
        self.in_item = true;
        print(self);
        self.in_item = false;
    }

    // ---- comments

    /// A comment before this byte that ends the line of what is printed already.
    pub(super) fn trailing(&mut self, position: u32) {
        let Some(comment) = self.comments.before(position) else {
            return;
        };
        // Behind the item, a comment with three slashes would document the next one.
        let stays = comment.doc && self.in_item;
        // What it stands behind in the source may not be printed yet: the minus of `- // why` and a number.
        let stays = stays || self.doc.ends_in_comment();
        if !stays && self.doc.takes_trailing() && !self.comments.begins_line(comment.span.start) {
            self.comments.take_before(position);
            self.doc.trailing(comment.text.trim_end());
        }
    }

    /// The comments before this byte, each on a line of its own. `blanks`: with the empty lines before
    /// them, but for the first where nothing stands before it.
    pub(super) fn own(&mut self, position: u32, blanks: Blanks) {
        let mut first = blanks == Blanks::AfterFirst;
        while let Some(comment) = self.comments.take_before(position) {
            let blank = blanks != Blanks::None && !first;
            if blank && self.comments.blank_before(comment.span.start) {
                self.doc.blank();
            }
            first = false;
            self.doc.own(comment.text.trim_end());
        }
        if blanks != Blanks::None && !first && self.comments.blank_before(position) {
            self.doc.blank();
        }
    }

    /// All comments before this byte, where nothing else is said of them.
    pub(super) fn comments_before(&mut self, position: u32) {
        steps::add(1);
        self.trailing(position);
        self.own(position, Blanks::None);
    }

    /// A place where a line may end, before what stands at this byte.
    pub(super) fn line_before(&mut self, position: u32, spaces: usize, blanks: Blanks) {
        self.trailing(position);
        self.doc.line(spaces);
        self.own(position, blanks);
    }

    /// Before the bracket that ends at this byte.
    pub(super) fn close(&mut self, end: u32, spaces: usize) {
        self.comments_before(end);
        self.doc.unnest();
        self.doc.line(spaces);
        self.doc.end();
    }

    // ---- lists

    /// Things between brackets, separated by commas: on one line, or one a line and a comma behind the
    /// last. `end` is the end of the bracket.
    pub(super) fn list<T>(
        &mut self,
        style: List,
        end: u32,
        elements: &[T],
        start: impl Fn(&T) -> u32,
        print: impl Fn(&mut Self, &T),
    ) {
        let List { open, close, kind } = style;
        self.doc.text(open);
        if !elements.is_empty() || self.comments.before(end).is_some() {
            self.doc.begin(kind);
            self.doc.nest(STEP);
            for (index, element) in elements.iter().enumerate() {
                let blanks = match (kind, index) {
                    (Kind::Fill, _) => Blanks::None,
                    (_, 0) => Blanks::AfterFirst,
                    _ => Blanks::Kept,
                };
                if index > 0 {
                    self.doc.text(",");
                }
                self.line_before(start(element), usize::from(index > 0), blanks);
                print(self, element);
            }
            if !elements.is_empty() {
                self.doc.comma();
            }
            self.close(end, 0);
        }
        self.doc.text(close);
    }

    // ---- names

    pub(super) fn name(&mut self, name: Name<'s>) {
        self.comments_before(name.span.start);
        self.doc.text(name.text);
    }

    pub(super) fn path(&mut self, path: &Path<'s>) {
        for (index, name) in path.names.iter().enumerate() {
            if index > 0 {
                self.doc.text(".");
            }
            self.name(*name);
        }
    }

    /// A piece of the source as it is, with what comments lie in it.
    pub(super) fn verbatim(&mut self, span: Span) {
        if self.comments.before(span.end).is_some() && !self.doc.takes_trailing() {
            // The comment that waits for the end of the line comes before those.
            self.doc.hard();
        }
        while self.comments.take_before(span.end).is_some() {}
        self.doc.verbatim(self.slice(span));
    }

    pub(super) fn slice(&self, span: Span) -> &'s str {
        steps::add(1);
        self.source
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }
}

/// Which empty lines before comments and parts are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blanks {
    /// None.
    None,
    /// All but one behind an opening bracket.
    AfterFirst,
    /// All, each as one.
    Kept,
}

/// How a list is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
    pub(super) kind: Kind,
}

impl List {
    pub(super) const fn new(open: &'static str, close: &'static str) -> Self {
        Self {
            open,
            close,
            kind: Kind::All,
        }
    }
}
