//! Limits how deeply tokens nest before the grammar sees them.
//!
//! The tree is limited where it is built ([`crate::syntax::build`]); this keeps the parser's own stack
//! small too, which grows with every bracket, `not`, `-` and `if` that waits for its end. What lies
//! deeper becomes one operand that is known to be bad. One pass.

use alloc::vec::Vec;

use crate::{
    diagnostic::Diagnostic,
    span::{FileId, Span},
    syntax::{
        MAX_DEPTH,
        build::too_deep,
        token::{Lexeme, Token},
    },
};

/// Brackets that may be open at once: those of an expression, and the braces of a body around it.
const MAX_OPEN: usize = MAX_DEPTH as usize + 2;

/// Replaces what nests too deeply; gives the diagnostic for the first such place.
pub(super) fn limit(file: FileId, tokens: &mut Vec<Lexeme>) -> Option<Diagnostic> {
    let mut limiter = Limiter {
        // The `if`s that may wait for their end, for each open bracket and the top.
        waiting: alloc::vec![0],
        prefixes: 0,
        skipped: None,
        kept: None,
        first: None,
    };
    for (index, lexeme) in tokens.iter().enumerate() {
        limiter.token(*lexeme, tokens.get(..index).unwrap_or(&[]));
    }
    limiter.end_skip();
    let (start, end) = limiter.first?;
    if let Some(kept) = limiter.kept {
        *tokens = kept;
    }
    Some(too_deep(Span::new(file, start, end)))
}

#[derive(Debug)]
struct Limiter {
    waiting: Vec<u16>,
    /// How many `not` and `-` stand directly before this token.
    prefixes: u16,
    /// What is being left out, and the brackets open in it.
    skipped: Option<(Lexeme, usize)>,
    /// What is left, from where something is left out.
    kept: Option<Vec<Lexeme>>,
    /// The first place that is too deep.
    first: Option<(u32, u32)>,
}

impl Limiter {
    /// Looks at a token; `before` are those before it.
    fn token(&mut self, lexeme: Lexeme, before: &[Lexeme]) {
        let token = lexeme.token;
        if let Some((skipped, open)) = &mut self.skipped {
            let ends = *open == 0 && (token.closes() || separates(token));
            if !ends {
                if token.opens() {
                    *open += 1;
                } else if token.closes() {
                    *open -= 1;
                }
                skipped.end = lexeme.end;
                return;
            }
            self.end_skip();
        }
        if matches!(token, Token::Not | Token::Minus) {
            self.prefixes += 1;
            if self.prefixes > MAX_DEPTH {
                self.prefixes = MAX_DEPTH;
                self.leave_out(before);
                self.too_deep(lexeme);
                return;
            }
        } else {
            self.prefixes = 0;
        }
        if separates(token)
            && let Some(waiting) = self.waiting.last_mut()
        {
            *waiting = 0;
        }
        if token == Token::If
            && let Some(waiting) = self.waiting.last_mut()
        {
            *waiting += 1;
            if *waiting > MAX_DEPTH {
                self.leave_out(before);
                self.skip(lexeme);
                return;
            }
        }
        if token.closes() && self.waiting.len() > 1 {
            self.waiting.pop();
        }
        if token.opens() && self.waiting.len() > MAX_OPEN {
            // The bracket stays, with one bad operand in it; its closing one ends the skipping.
            self.leave_out(before);
            self.keep(lexeme);
            self.waiting.push(0);
            self.skip(Lexeme {
                start: lexeme.end,
                end: lexeme.end,
                token: Token::Bad,
            });
            return;
        }
        if token.opens() {
            self.waiting.push(0);
        }
        self.keep(lexeme);
    }

    fn keep(&mut self, lexeme: Lexeme) {
        if let Some(kept) = &mut self.kept {
            kept.push(lexeme);
        }
    }

    /// From here on what is kept is not all.
    fn leave_out(&mut self, before: &[Lexeme]) {
        self.kept.get_or_insert_with(|| before.to_vec());
    }

    fn too_deep(&mut self, lexeme: Lexeme) {
        self.first.get_or_insert((lexeme.start, lexeme.end));
    }

    fn skip(&mut self, from: Lexeme) {
        let bad = Lexeme {
            token: Token::Bad,
            ..from
        };
        self.skipped = Some((bad, 0));
    }

    fn end_skip(&mut self) {
        // Empty brackets at the limit are not too deep.
        if let Some((skipped, _)) = self.skipped.take()
            && skipped.start < skipped.end
        {
            self.too_deep(skipped);
            self.keep(skipped);
        }
    }
}

/// Whether no `if` before this token still waits for its `else`, in what can be parsed.
fn separates(token: Token) -> bool {
    matches!(
        token,
        Token::Comma | Token::FatArrow | Token::Equals | Token::AtSign
    ) || token.begins_clause()
}
