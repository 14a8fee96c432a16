//! Reads a file that the grammar refuses: the tokens are cut into items at item keywords, the body of
//! an item that fails into clauses at clause words, and each piece is read on its own. A piece that
//! fails has one diagnostic; nothing is reported that follows from another mistake. Cutting guesses
//! from layout, so it is used only after the whole file has failed. Linear: each token is read at
//! most four times.

use alloc::{format, vec::Vec};
use core::ops::Range;

use crate::{
    code::Code,
    diagnostic::{Applicability, Diagnostic},
    span::Span,
    syntax::{
        ast::{Body, File, FnBody, Item, ItemKind, Step, StepKind, TestClause, TestClauseKind},
        build::{Build, Root},
        cut,
        layout::Layout,
        lexer::MAX_DIAGNOSTICS,
        message,
        parse::{self, Failure},
        token::{Lexeme, Token},
    },
};

/// What could be saved.
#[derive(Debug)]
pub(super) struct Recovered<'s> {
    pub(super) file: File<'s>,
    /// For each item, the end of the piece before it: its documentation stands behind.
    pub(super) bounds: Vec<u32>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Pieces that failed, each from its failure on: what else is odd there says nothing more.
    failed: Vec<Range<u32>>,
}

impl Recovered<'_> {
    /// Whether a diagnostic of the lexer lies behind the failure of its piece, and so follows from it. A
    /// text that is not closed does not: it may be what made the piece fail.
    pub(super) fn covers(&self, known: &Diagnostic) -> bool {
        let odd = matches!(known.code, Code::Syntax | Code::UnknownCharacter);
        odd && self.failed.iter().any(|range| range.contains(&known.span.start))
    }
}

/// Reads a file piece by piece; `known` are the diagnostics there are already, in source order.
pub(super) fn file<'s>(layout: &Layout<'s>, known: &[Diagnostic]) -> Recovered<'s> {
    let mut recovery = Recovery {
        layout,
        known,
        diagnostics: Vec::new(),
        bounds: Vec::new(),
        file: File {
            package: None,
            items: Vec::new(),
            lost: Vec::new(),
            broken: true,
        },
        failed: Vec::new(),
        blocks: 0,
    };
    recovery.run();
    Recovered {
        file: recovery.file,
        bounds: recovery.bounds,
        diagnostics: recovery.diagnostics,
        failed: recovery.failed,
    }
}

/// The diagnostic for a failure to read the tokens of `range`, unless what is known explains it.
pub(super) fn explain(
    layout: &Layout<'_>,
    known: &[Diagnostic],
    start: Token,
    range: Range<usize>,
    failure: &Failure,
) -> Option<Diagnostic> {
    let at = range.start + failure.at;
    let from = layout.span(range.start).start;
    let to = if at < range.end {
        layout.span(at).end
    } else {
        layout
            .get(range.end)
            .map_or(layout.text.len() as u32, |next| next.start)
    };
    let first = known.partition_point(|d| d.span.start < from);
    if known
        .get(first)
        .is_some_and(|d| d.span.start < to || d.span.start == from)
    {
        return None;
    }
    Some(message::explain(layout, start, range, at, &failure.expected))
}

struct Recovery<'a, 's> {
    layout: &'a Layout<'s>,
    known: &'a [Diagnostic],
    diagnostics: Vec<Diagnostic>,
    bounds: Vec<u32>,
    file: File<'s>,
    failed: Vec<Range<u32>>,
    /// Braces that clauses which failed have left open in the body at hand.
    blocks: usize,
}

impl<'s> Recovery<'_, 's> {
    fn run(&mut self) {
        let pieces = cut::items(self.layout);
        let mut pieces = pieces.into_iter();
        let first = pieces.next().unwrap_or(0..0);
        // Whether a package line that stands too late was read.
        let mut late = self.layout.token(first.start) == Some(Token::Package);
        if late {
            self.package(first);
        } else {
            self.missing_package(&first);
            if cut::keyword(self.layout, &first).is_some() {
                self.item(first);
            }
        }
        for piece in pieces {
            if self.gives_up() {
                break;
            }
            if self.layout.token(piece.start) == Some(Token::Package) {
                if self.file.package.is_none() && !late {
                    // Said at the beginning of the file, where the line is missing.
                    late = true;
                    self.package(piece);
                    continue;
                }
                let span = self.layout.span(piece.start);
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::Syntax,
                        span,
                        "`package` stands once, at the beginning of the file",
                    )
                    .with_help("a file belongs to one package; put the rest into another file"),
                );
            } else {
                self.item(piece);
            }
        }
    }

    /// Whether there are more mistakes than are shown: what follows is not worth the work.
    fn gives_up(&self) -> bool {
        self.diagnostics.len() > MAX_DIAGNOSTICS
    }

    /// Reads a piece; a failure leaves no diagnostics of the actions behind.
    fn read(&mut self, start: Token, tokens: impl Iterator<Item = Lexeme>) -> Result<Root<'s>, Failure> {
        let mut build = Build::new(self.layout.file, self.layout.text);
        let root = parse::read(&mut build, start, tokens)?;
        self.diagnostics.extend(build.finish());
        Ok(root)
    }

    fn read_range(&mut self, start: Token, range: Range<usize>) -> Result<Root<'s>, Failure> {
        let layout = self.layout;
        self.read(start, layout.range(range).iter().copied())
    }

    fn report(&mut self, start: Token, range: Range<usize>, failure: &Failure) {
        self.lose(&range);
        let from = self.layout.span(range.start + failure.at).start;
        let to = self.end_of(&range);
        let diagnostic = explain(self.layout, self.known, start, range, failure);
        if diagnostic.is_some() {
            self.failed.push(from..to);
        }
        self.diagnostics.extend(diagnostic);
    }

    /// The end of a piece, and of what the lexer left out behind it.
    fn end_of(&self, piece: &Range<usize>) -> u32 {
        let next = self.layout.get(piece.end);
        next.map_or(self.layout.text.len() as u32, |next| next.start)
    }

    /// Keeps the names that a piece may have declared: those before what it binds them to.
    fn lose(&mut self, range: &Range<usize>) {
        for index in range.clone() {
            match self.layout.token(index) {
                Some(Token::Ident | Token::TypeIdent)
                    if !matches!(self.layout.before(index), Some(Token::Dot | Token::QuestionDot)) =>
                {
                    self.file.lost.push(self.layout.text(index));
                }
                Some(Token::Equals | Token::In | Token::LBrace | Token::Foreign) => return,
                _ => {}
            }
        }
    }

    // ---- the package line

    fn package(&mut self, range: Range<usize>) {
        match self.read_range(Token::StartPackage, range.clone()) {
            Ok(Root::Package(path)) => self.file.package = Some(path),
            Ok(_) => {}
            Err(failure) => {
                self.report(Token::StartPackage, range.clone(), &failure);
                // What stands before the mistake is probably the name: it saves the reader
                // complaints about the package from later phases.
                let good = range.start..range.start + failure.at.min(range.len());
                if let Ok(Root::Package(path)) = self.read_range(Token::StartPackage, good) {
                    self.file.package = Some(path);
                }
            }
        }
    }

    fn missing_package(&mut self, first: &Range<usize>) {
        let span = self.layout.span(first.start);
        if self.known.first().is_some_and(|d| d.span.start <= span.start) {
            return;
        }
        let layout = self.layout;
        let diagnostic = Diagnostic::new(Code::Syntax, span, "a file begins with its `package` line");
        let later = (first.start..layout.len())
            .find(|index| layout.token(*index) == Some(Token::Package) && layout.column(*index) == Some(0));
        let yaml = layout.token(first.start + 1) == Some(Token::Colon) && layout.same_line(first.start + 1);
        let braces = layout.token(first.start) == Some(Token::LBrace);
        self.diagnostics.push(if let Some(later) = later {
            diagnostic
                .with_label(layout.span(later), "it stands here")
                .with_help("move it to the beginning; imports stand below it")
        } else if yaml || braces {
            let format = if yaml { "YAML" } else { "JSON" };
            // Nothing in it is a policy, so nothing else is worth saying.
            self.failed.push(span.start..layout.text.len() as u32 + 1);
            diagnostic.with_help(format!(
                "this looks like {format}: a policy is written in its own language, and begins with `package a.name`"
            ))
        } else {
            diagnostic.with_help("write `package a.name` before everything else")
        });
    }

    // ---- items

    fn item(&mut self, range: Range<usize>) {
        let bound = range
            .start
            .checked_sub(1)
            .map_or(0, |last| self.layout.span(last).end);
        self.any_item(range);
        self.bounds.resize(self.file.items.len(), bound);
    }

    fn any_item(&mut self, range: Range<usize>) {
        match self.read_range(Token::StartItem, range.clone()) {
            Ok(Root::Item(item)) => self.file.items.push(item),
            Ok(_) => {}
            Err(failure) => self.broken_item(range, &failure),
        }
    }

    fn broken_item(&mut self, range: Range<usize>, failure: &Failure) {
        let at = range.start + failure.at;
        let layout = self.layout;
        let Some(body) = cut::body(layout, &range) else {
            self.report(Token::StartItem, range, failure);
            return;
        };
        let reported = self.diagnostics.len();
        self.blocks = 0;
        // A missing brace is made up at the end of the piece.
        let last = layout.span(range.end.saturating_sub(1)).end;
        let end = if body.closed {
            layout.span(body.close).end
        } else {
            last
        };
        let head = layout.range(range.start..body.open + 1).iter().copied();
        let close = Lexeme {
            start: end,
            token: Token::RBrace,
            end,
        };
        let item = match self.read(Token::StartItem, head.chain(core::iter::once(close))) {
            Ok(Root::Item(item)) => Some(item),
            Ok(_) => None,
            Err(failure) => {
                let head = range.start..range.end.min(body.open + 1);
                self.report(Token::StartItem, head, &failure);
                None
            }
        };
        let mut unclosed = false;
        let pieces = cut::steps(layout, body.open + 1..body.close, body.test);
        let span = Span::new(layout.file, layout.span(body.open).start, end);
        if body.test {
            let clauses = self.test_clauses(pieces, &mut unclosed);
            if let Some(item) = item {
                self.file.items.push(with_clauses(item, clauses));
            }
        } else {
            let steps = self.steps(pieces, &mut unclosed);
            let mut steps = steps;
            if body.closed
                && self
                    .layout
                    .token(body.close + 1)
                    .is_some_and(Token::begins_clause_only)
            {
                // The brace stands too early: what the body lacks follows it.
                steps.push(Step {
                    kind: StepKind::Error,
                    span: layout.span(body.close),
                });
            }
            if let Some(item) = item {
                self.file.items.push(with_steps(item, Body { steps, span }));
            }
        }
        if !body.closed {
            if !unclosed {
                self.unclosed_body(&range, body.open);
            }
        } else if body.close + 1 < range.end {
            self.trailing(&range, body.close);
        }
        let explained = self.known.iter().any(|d| {
            d.span.start >= layout.span(range.start).start
                && d.span.start <= layout.span(at.min(range.end)).end
        });
        if self.diagnostics.len() == reported && !explained {
            // No piece fails on its own: what fails is how they follow each other.
            self.report(Token::StartItem, range, failure);
        }
    }

    fn unclosed_body(&mut self, range: &Range<usize>, open: usize) {
        let layout = self.layout;
        let span = layout.span(open);
        let end = layout.span(range.end.saturating_sub(1)).end;
        let swallowed = self.known.iter().any(|d| {
            matches!(d.code, Code::UnterminatedText | Code::TooDeep)
                && (span.start..end).contains(&d.span.start)
        });
        if swallowed {
            return;
        }
        self.diagnostics.push(message::unclosed(layout, open, range.end));
    }

    /// Something behind the brace that closes a body.
    fn trailing(&mut self, range: &Range<usize>, close: usize) {
        let layout = self.layout;
        let at = close + 1;
        let span = layout.span(at);
        let known = self.known.partition_point(|d| d.span.start < span.start);
        if self
            .known
            .get(known)
            .is_some_and(|d| d.span.start < layout.span(range.end).start)
        {
            return;
        }
        let text = layout.text(at);
        let token = layout.token(at);
        let message = if token == Some(Token::Test) {
            "a test needs a title".into()
        } else if token == Some(Token::RBrace) {
            format!("this `{text}` closes nothing")
        } else if token.is_some_and(Token::begins_clause) {
            format!("the clause `{text}` stands outside of a body")
        } else {
            format!("expected a declaration, found {}", message::found(layout, at))
        };
        let diagnostic = Diagnostic::new(Code::Syntax, span, message);
        let diagnostic = if token == Some(Token::RBrace) {
            diagnostic
                .with_help("remove it")
                .with_edit(span, "", Applicability::Unsafe)
        } else if token.is_some_and(Token::begins_clause) {
            diagnostic.with_help("remove the `}` before it, and close the body behind its last clause")
        } else if token == Some(Token::Test) {
            self.diagnostics.push(diagnostic.with_help(message::TEST_TITLE));
            return;
        } else {
            message::similar_item(layout, at, diagnostic)
        };
        self.lose(&(at..range.end));
        self.failed
            .push(span.start..layout.span(range.end.saturating_sub(1)).end);
        self.diagnostics
            .push(diagnostic.with_label(layout.span(close), "the body ends here"));
    }

    /// A clause without what belongs to a block of another language: the brace that closes one which a
    /// clause before has opened, and what follows it.
    fn without_block(&mut self, piece: Range<usize>) -> Range<usize> {
        let mut depth = 0usize;
        for index in piece.clone() {
            match self.layout.token(index) {
                Some(token) if token.opens() => depth += 1,
                Some(Token::RBrace) if depth == 0 && self.blocks > 0 => {
                    let again = self.leaves_brace_open(&(index + 1..piece.end));
                    self.blocks = self.blocks.saturating_sub(usize::from(!again));
                    return piece.start..index;
                }
                Some(token) if token.closes() => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        piece
    }

    fn steps(&mut self, pieces: Vec<Range<usize>>, unclosed: &mut bool) -> Vec<Step<'s>> {
        let mut steps = Vec::with_capacity(pieces.len());
        for piece in pieces {
            if self.gives_up() {
                break;
            }
            let piece = self.without_block(piece);
            if piece.is_empty() {
                continue;
            }
            match self.read_range(Token::StartStep, piece.clone()) {
                Ok(Root::Step(step)) => steps.push(step),
                Ok(_) => {}
                Err(failure) => {
                    let open = self.leaves_brace_open(&piece);
                    *unclosed |= open;
                    self.blocks += usize::from(open);
                    let span = self.span_of(&piece);
                    self.report(Token::StartStep, piece, &failure);
                    steps.push(Step {
                        kind: StepKind::Error,
                        span,
                    });
                }
            }
        }
        steps
    }

    fn test_clauses(&mut self, pieces: Vec<Range<usize>>, unclosed: &mut bool) -> Vec<TestClause<'s>> {
        let mut clauses = Vec::with_capacity(pieces.len());
        for piece in pieces {
            if self.gives_up() {
                break;
            }
            match self.read_range(Token::StartTestClause, piece.clone()) {
                Ok(Root::TestClause(clause)) => clauses.push(clause),
                Ok(_) => {}
                Err(failure) => {
                    *unclosed |= self.leaves_brace_open(&piece);
                    let span = self.span_of(&piece);
                    self.report(Token::StartTestClause, piece, &failure);
                    clauses.push(TestClause {
                        kind: TestClauseKind::Error,
                        span,
                    });
                }
            }
        }
        clauses
    }

    /// Whether a brace is open at the end of a piece: it took the one that would have closed the body.
    fn leaves_brace_open(&self, piece: &Range<usize>) -> bool {
        let open = self.layout.open_brackets(piece.start, piece.end);
        open.iter()
            .any(|open| self.layout.token(*open) == Some(Token::LBrace))
    }

    fn span_of(&self, piece: &Range<usize>) -> Span {
        let last = piece.end.saturating_sub(1).max(piece.start);
        self.layout.span(piece.start).to(self.layout.span(last))
    }
}

/// The item with the steps that were read on their own.
fn with_steps<'s>(mut item: Item<'s>, body: Body<'s>) -> Item<'s> {
    item.span = item.span.to(body.span);
    match &mut item.kind {
        ItemKind::Rule { body: own, .. }
        | ItemKind::Relation { body: own, .. }
        | ItemKind::Fn {
            body: FnBody::Clauses(own),
            ..
        } => *own = body,
        _ => {}
    }
    item
}

/// The test with the clauses that were read on their own.
fn with_clauses<'s>(mut item: Item<'s>, read: Vec<TestClause<'s>>) -> Item<'s> {
    if let ItemKind::Test { clauses, .. } = &mut item.kind {
        *clauses = read;
    }
    item
}
