//! The tokens of a file with what recovery and messages need to know of their neighbourhood: which
//! of them begin a line, and where; what their text is.

use alloc::vec::Vec;

use crate::{
    span::{FileId, Span},
    steps,
    syntax::token::{Lexeme, Token},
};

/// The tokens of a file, seen from outside the grammar.
#[derive(Debug)]
pub(super) struct Layout<'s> {
    pub(super) file: FileId,
    pub(super) text: &'s str,
    tokens: Vec<Lexeme>,
    /// The column (0-based, in bytes) of a token that is the first on its line.
    columns: Vec<Option<u32>>,
}

impl<'s> Layout<'s> {
    /// Looks at each byte between tokens once.
    pub(super) fn new(file: FileId, text: &'s str, tokens: Vec<Lexeme>) -> Self {
        let mut columns = Vec::with_capacity(tokens.len());
        let mut end = 0u32;
        for lexeme in &tokens {
            let gap = text.get(end as usize..lexeme.start as usize).unwrap_or("");
            steps::add(1 + gap.len());
            let line = match gap.rfind('\n') {
                Some(at) => Some(end + at as u32 + 1),
                None if end == 0 => Some(0),
                None => None,
            };
            columns.push(line.map(|line| lexeme.start.saturating_sub(line)));
            end = lexeme.end.max(1);
        }
        Self {
            file,
            text,
            tokens,
            columns,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<Lexeme> {
        steps::add(1);
        self.tokens.get(index).copied()
    }

    pub(super) fn token(&self, index: usize) -> Option<Token> {
        self.get(index).map(|lexeme| lexeme.token)
    }

    pub(super) fn before(&self, index: usize) -> Option<Token> {
        self.token(index.checked_sub(1)?)
    }

    /// The tokens of a range of indices.
    pub(super) fn range(&self, range: core::ops::Range<usize>) -> &[Lexeme] {
        self.tokens.get(range).unwrap_or(&[])
    }

    /// The column of a token that is the first on its line.
    pub(super) fn column(&self, index: usize) -> Option<u32> {
        steps::add(1);
        self.columns.get(index).copied().flatten()
    }

    /// Whether the token is on the line of the one before it.
    pub(super) fn same_line(&self, index: usize) -> bool {
        index > 0 && self.column(index).is_none()
    }

    pub(super) fn span_of(&self, lexeme: Lexeme) -> Span {
        Span::new(self.file, lexeme.start, lexeme.end)
    }

    /// The span of a token; the end of the text where there is none.
    pub(super) fn span(&self, index: usize) -> Span {
        self.get(index)
            .map_or_else(|| self.end(), |lexeme| self.span_of(lexeme))
    }

    /// The empty span at the end of the last token.
    pub(super) fn end(&self) -> Span {
        let end = self.tokens.last().map_or(0, |lexeme| lexeme.end);
        Span::new(self.file, end, end)
    }

    /// The text of a token.
    pub(super) fn text(&self, index: usize) -> &'s str {
        self.get(index)
            .and_then(|lexeme| self.text.get(lexeme.start as usize..lexeme.end as usize))
            .unwrap_or("")
    }

    /// The text from one token to another, both included.
    pub(super) fn text_between(&self, first: usize, last: usize) -> &'s str {
        match (self.get(first), self.get(last)) {
            (Some(first), Some(last)) => self
                .text
                .get(first.start as usize..last.end as usize)
                .unwrap_or(""),
            _ => "",
        }
    }

    /// The brackets that are open before `at`, of those that open in `range`, outermost first.
    pub(super) fn open_brackets(&self, start: usize, at: usize) -> Vec<usize> {
        let mut open: Vec<usize> = Vec::new();
        for index in start..at {
            let Some(token) = self.token(index) else { break };
            if token.opens() {
                open.push(index);
            } else if token.closes() {
                let fits = open
                    .last()
                    .and_then(|last| self.token(*last))
                    .and_then(Token::closer)
                    == Some(token);
                if fits {
                    open.pop();
                }
            }
        }
        open
    }
}
