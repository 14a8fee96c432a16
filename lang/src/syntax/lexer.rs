//! Source text to tokens. Never fails: what is no token becomes an error token and a diagnostic.
//!
//! Code is read by logos, texts by hand. A stack of modes says which: a quote pushes *text*, `{` in
//! it pushes *code* with a count of its own braces, the `}` that matches pops. So interpolations
//! nest, quotes included. A line break ends a `"…"` text and all that is open in it, so that a
//! forgotten quote spoils one line. Each byte is looked at a bounded number of times.

use alloc::{format, string::String, vec::Vec};

use logos::Logos;

use crate::{
    code::Code,
    diagnostic::{Applicability, Diagnostic},
    span::{FileId, Span},
    steps,
    syntax::{
        Comment,
        foreign::{self, Foreign},
        literal::{self, Escape},
        token::{Lexeme, Token},
    },
};

/// The longest file that is read, in bytes. Policies have a few hundred lines; the limit keeps
/// offsets in 32 bits and the cost of a hostile file small.
pub const MAX_FILE_LENGTH: usize = 4 * 1024 * 1024;

/// The most diagnostics of a file that are kept: the first ones. More tell nobody anything.
pub(super) const MAX_DIAGNOSTICS: usize = 256;

/// What the lexer found.
#[derive(Debug, Default)]
pub(super) struct Lexed<'s> {
    pub(super) tokens: Vec<Lexeme>,
    pub(super) comments: Vec<Comment<'s>>,
    /// In source order.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// What is being read, inside of texts.
#[derive(Clone, Copy, Debug)]
enum Mode {
    /// A text that began at this byte.
    Text { quote: u32, block: bool },
    /// An interpolation that began at this byte, with so many braces open.
    Code { open: u32, braces: u32 },
}

/// Cuts a text into tokens.
pub(super) fn lex(file: FileId, text: &str) -> Lexed<'_> {
    if text.len() > MAX_FILE_LENGTH {
        let message = format!("the file is longer than {} MiB", MAX_FILE_LENGTH / (1024 * 1024));
        let diagnostic = Diagnostic::new(Code::TooLong, Span::new(file, 0, 0), message)
            .with_help("split the package into several files; large tables belong into `data`");
        return Lexed {
            diagnostics: alloc::vec![diagnostic],
            ..Lexed::default()
        };
    }
    let mut lexer = Lexer {
        file,
        text,
        code: Token::lexer(text),
        modes: Vec::new(),
        previous_end: 0,
        searched: 0,
        out: Lexed {
            // Seldom less than five bytes a token, white space included.
            tokens: Vec::with_capacity(text.len() / 5),
            ..Lexed::default()
        },
    };
    lexer.run();
    refuse_bidi(file, text, &mut lexer.out.diagnostics);
    let mut out = lexer.out;
    out.diagnostics.sort_by_key(|d| (d.span.start, d.span.end));
    out.diagnostics.truncate(MAX_DIAGNOSTICS);
    out
}

/// Characters that change the direction of text make source read otherwise than it is.
fn is_bidi(c: char) -> bool {
    matches!(
        c,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

fn refuse_bidi(file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) {
    if text.is_ascii() {
        return;
    }
    for (at, c) in text
        .char_indices()
        .filter(|(_, c)| is_bidi(*c))
        .take(MAX_DIAGNOSTICS)
    {
        let span = Span::new(file, at as u32, (at + c.len_utf8()) as u32);
        let code = u32::from(c);
        diagnostics.push(
            Diagnostic::new(
                Code::BidiControl,
                span,
                format!("the character U+{code:04X} changes the direction of text and is refused"),
            )
            .with_help(format!("remove it; in a text write `\\u{{{code:x}}}`"))
            .with_edit(span, "", Applicability::Unsafe),
        );
    }
}

#[derive(Debug)]
struct Lexer<'s> {
    file: FileId,
    text: &'s str,
    code: logos::Lexer<'s, Token>,
    modes: Vec<Mode>,
    /// Where the token before this one ended.
    previous_end: u32,
    /// Up to where the code has been searched for line breaks.
    searched: u32,
    out: Lexed<'s>,
}

impl Lexer<'_> {
    fn run(&mut self) {
        loop {
            if let Some(Mode::Text { block, .. }) = self.modes.last() {
                let block = *block;
                self.text_mode(block);
            } else {
                let Some(result) = self.code.next() else { break };
                self.code_mode(result);
            }
        }
        let end = self.text.len() as u32;
        self.close(end, true);
    }

    fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.file, start, end)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        // What lies behind the limit is cut off in the end; the rest need not be kept either.
        if self.out.diagnostics.len() <= MAX_DIAGNOSTICS {
            self.out.diagnostics.push(diagnostic);
        }
    }

    fn push(&mut self, start: u32, token: Token, end: u32) {
        steps::add(1 + (end - start) as usize);
        self.out.tokens.push(Lexeme { start, token, end });
        self.previous_end = end;
    }

    /// The byte where logos stands.
    fn position(&self) -> u32 {
        self.code.span().end as u32
    }

    // ---- code

    fn code_mode(&mut self, result: Result<Token, ()>) {
        let range = self.code.span();
        let (start, end) = (range.start as u32, range.end as u32);
        if !self.modes.is_empty() && self.crosses_line(start) {
            self.close(self.previous_end, false);
        }
        self.searched = start;
        let Ok(token) = result else {
            self.unknown(start);
            return;
        };
        match token {
            Token::Comment => self.comment(start),
            Token::Quote | Token::BlockQuote => {
                self.push(start, Token::TextStart, end);
                self.modes.push(Mode::Text {
                    quote: start,
                    block: token == Token::BlockQuote,
                });
            }
            Token::RawQuote => self.raw(start),
            Token::DocumentQuote => self.document(start),
            Token::Foreign => self.foreign(start),
            Token::Int | Token::Float => self.number(start, token),
            Token::LBrace => {
                if let Some(Mode::Code { braces, .. }) = self.modes.last_mut() {
                    *braces += 1;
                }
                self.push(start, token, end);
            }
            Token::RBrace => match self.modes.last_mut() {
                Some(Mode::Code { braces: 0, .. }) => {
                    self.modes.pop();
                    self.push(start, Token::HoleEnd, end);
                }
                Some(Mode::Code { braces, .. }) => {
                    *braces -= 1;
                    self.push(start, token, end);
                }
                _ => self.push(start, token, end),
            },
            _ => self.push(start, token, end),
        }
    }

    /// Whether a line ended between the previous token or comment and this byte.
    fn crosses_line(&self, start: u32) -> bool {
        let from = self.previous_end.max(self.searched);
        steps::add(start.saturating_sub(from) as usize);
        self.text
            .get(from as usize..start as usize)
            .is_some_and(|gap| gap.contains('\n'))
    }

    /// A comment, to the end of the line; it is kept aside.
    fn comment(&mut self, start: u32) {
        let rest = self.code.remainder();
        let length = rest.find('\n').unwrap_or(rest.len());
        self.code.bump(length);
        let text = self.code.slice().trim_end_matches('\r');
        steps::add(text.len());
        let doc = text.starts_with("///") && !text.starts_with("////");
        let end = start + text.len() as u32;
        self.out.comments.push(Comment {
            text,
            doc,
            span: self.span(start, end),
        });
    }

    /// A character that begins no token, and those after it that do not either.
    fn unknown(&mut self, start: u32) {
        let rest = self.code.remainder();
        let first = self.code.slice().chars().next().unwrap_or(' ');
        if is_bidi(first) {
            return;
        }
        if let Some(length) = foreign::quoted_length(first, rest) {
            self.code.bump(length);
            let end = self.position();
            let diagnostic = foreign::quoted(self.span(start, end), self.code.slice());
            self.report(diagnostic);
            self.push(start, Token::Bad, end);
            return;
        }
        let more: usize = if first.is_ascii() {
            0
        } else {
            rest.chars()
                .take_while(|c| !c.is_ascii() && !is_bidi(*c))
                .map(char::len_utf8)
                .sum()
        };
        self.code.bump(more);
        let end = self.position();
        let diagnostic = foreign::unknown_character(self.span(start, end), first);
        self.report(diagnostic);
        self.push(start, Token::Error, end);
    }

    /// A number, which may be badly written: `007`, `500m`.
    fn number(&mut self, start: u32, token: Token) {
        let rest = self.code.remainder();
        let tail = rest
            .bytes()
            .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
            .count();
        let digits = self.code.slice();
        self.code.bump(tail);
        let (written, end) = (self.code.slice(), self.position());
        let leading_zero =
            digits.starts_with('0') && digits.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        let span = self.span(start, end);
        if tail > 0 {
            let diagnostic = foreign::number_with_tail(span, written, digits);
            self.report(diagnostic);
        } else if leading_zero || written.ends_with('_') {
            let diagnostic = foreign::odd_number(span, written);
            self.report(diagnostic);
        } else {
            self.push(start, token, end);
            return;
        }
        self.push(start, Token::Bad, end);
    }

    /// `r"…"` on one line, or `r#"…"#` on several.
    fn raw(&mut self, start: u32) {
        let hashes = self.code.slice().len().saturating_sub(2);
        let rest = self.code.remainder();
        let length = if hashes == 0 {
            match rest.find(['"', '\n']) {
                Some(at) if rest.as_bytes().get(at) == Some(&b'"') => Ok(at + 1),
                Some(line) => Err(line),
                None => Err(rest.len()),
            }
        } else {
            close_raw(rest, hashes).ok_or(rest.len())
        };
        let opening = self.position();
        self.finish_verbatim(start, opening, length, Token::Raw);
    }

    /// `yaml"""…"""`, `json"""…"""`.
    fn document(&mut self, start: u32) {
        let rest = self.code.remainder();
        let length = rest.find("\"\"\"").map(|at| at + 3).ok_or(rest.len());
        let opening = self.position();
        self.finish_verbatim(start, opening, length, Token::Document);
    }

    /// A token without interpolation; `Err` is the length up to where it should have been closed.
    fn finish_verbatim(&mut self, start: u32, opening: u32, closed: Result<usize, usize>, token: Token) {
        let (Ok(length) | Err(length)) = closed;
        self.code.bump(length);
        let end = self.position();
        if closed.is_ok() {
            self.push(start, token, end);
            return;
        }
        let quotes: String = self
            .text
            .get(start as usize..opening as usize)
            .unwrap_or("")
            .trim_start_matches(|c: char| c.is_ascii_alphabetic())
            .chars()
            .rev()
            .collect();
        let span = self.span(start, opening);
        self.report(
            Diagnostic::new(Code::UnterminatedText, span, "this text is not closed")
                .with_help(format!("close it with `{quotes}`")),
        );
        self.push(start, Token::Bad, end);
    }

    /// Foreign notation: complained of, and read as what it means.
    fn foreign(&mut self, start: u32) {
        let (written, rest) = (self.code.slice(), self.code.remainder());
        let (length, found) = foreign::read(written, rest);
        self.code.bump(length);
        let end = self.position();
        let span = self.span(start, end);
        let whole = self.code.slice();
        let diagnostic = foreign::diagnostic(span, whole);
        self.report(diagnostic);
        match found {
            Foreign::Token(token) => self.push(start, token, end),
            Foreign::Skip => {}
        }
    }

    // ---- texts

    fn text_mode(&mut self, block: bool) {
        let start = self.position();
        let rest = self.code.remainder();
        let bytes = rest.as_bytes();
        let mut at = 0;
        // Each round looks at one byte that may end or interrupt the literal text.
        let ended = loop {
            let Some(byte) = bytes.get(at) else { break None };
            match byte {
                b'"' if !block || rest.get(at..at + 3) == Some("\"\"\"") => break Some(b'"'),
                b'{' => break Some(b'{'),
                b'\n' if !block => break None,
                b'\\' => {
                    let from = rest.get(at..).unwrap_or("");
                    let length = match literal::escape(from) {
                        Escape::Char(_, length) => length,
                        Escape::Bad(length) => {
                            let from = from.get(..length).unwrap_or("");
                            let place = start + at as u32;
                            let span = self.span(place, place + length as u32);
                            let diagnostic = foreign::bad_escape(span, from);
                            self.report(diagnostic);
                            length
                        }
                    };
                    at += length;
                }
                _ => at += 1,
            }
        };
        self.code.bump(at);
        let end = start + at as u32;
        if at > 0 {
            self.push(start, Token::TextPart, end);
        }
        match ended {
            Some(b'{') => {
                self.code.bump(1);
                self.push(end, Token::HoleStart, end + 1);
                self.modes.push(Mode::Code { open: end, braces: 0 });
            }
            Some(_) => {
                let length = if block { 3 } else { 1 };
                self.code.bump(length);
                self.push(end, Token::TextEnd, end + length as u32);
                self.modes.pop();
            }
            // A block text ends with the file, any other with the line.
            None => self.close(end, block),
        }
    }

    /// Closes what is open: all of it (`whole`, at the end of the file), or what cannot go on behind a
    /// line break. Reports the outermost, which is the cause of the rest.
    fn close(&mut self, at: u32, whole: bool) {
        let mut outermost: Option<(u32, bool, Option<u32>)> = None;
        let mut hole = None;
        loop {
            match self.modes.last() {
                Some(Mode::Code { open, .. }) => {
                    let open = *open;
                    let below = self.modes.len().checked_sub(2).and_then(|i| self.modes.get(i));
                    if !whole && matches!(below, Some(Mode::Text { block: true, .. })) {
                        break;
                    }
                    hole = Some(open);
                    self.modes.pop();
                    self.push(at, Token::HoleEnd, at);
                }
                Some(Mode::Text { quote, block }) => {
                    if *block && !whole {
                        break;
                    }
                    outermost = Some((*quote, *block, hole.take()));
                    self.modes.pop();
                    self.push(at, Token::TextEnd, at);
                }
                None => break,
            }
        }
        let Some((quote, block, hole)) = outermost else {
            return;
        };
        let diagnostic = if let Some(hole) = hole {
            let span = self.span(hole, hole + 1);
            Diagnostic::new(Code::UnterminatedText, span, "this `{` in a text is not closed")
                .with_label(self.span(quote, quote + 1), "the text begins here")
                .with_help("close it with `}`, or write `\\{` for a brace")
        } else if block {
            let span = self.span(quote, quote + 3);
            Diagnostic::new(Code::UnterminatedText, span, "this text is not closed")
                .with_help("close it with `\"\"\"`")
        } else {
            let end = self
                .text
                .get(..at as usize)
                .map_or(at, |t| t.trim_end().len() as u32);
            let span = self.span(quote, end.max(quote + 1));
            Diagnostic::new(Code::UnterminatedText, span, "this text is not closed").with_help(
                "close it with `\"` on the same line; a text of several lines stands between `\"\"\"`",
            )
        };
        self.report(diagnostic);
    }
}

/// The length of a raw text up to and with its closing quote and hashes.
fn close_raw(rest: &str, hashes: usize) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(quote) = rest.get(at..).and_then(|rest| rest.find('"')) {
        let after = at + quote + 1;
        // Hashes are counted up to the next quote at most, so each byte is seen twice at most.
        let found = bytes
            .iter()
            .skip(after)
            .take(hashes)
            .take_while(|b| **b == b'#')
            .count();
        if found == hashes {
            return Some(after + hashes);
        }
        at = after + found;
    }
    None
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    /// Time is linear because each byte gives a bounded number of tokens and is looked at a bounded
    /// number of times; the first half is counted here.
    #[test]
    fn tokens_are_at_most_twice_the_bytes() {
        for unit in [
            "\"{", "\"", "\"\"\"{", "{", "}", "a", "a ", "'", "#", "r\"", "/*", "\\", "é", "\"{\n", "{}",
            "\"{}\"", "0_", ";",
        ] {
            let text: String = unit.repeat(1000);
            let lexed = lex(FileId(0), &text);
            assert!(
                lexed.tokens.len() <= 2 * text.len() + 4,
                "{unit:?}: {}",
                lexed.tokens.len()
            );
            assert!(lexed.diagnostics.len() <= MAX_DIAGNOSTICS);
            let mut end = 0;
            for lexeme in &lexed.tokens {
                assert!(
                    lexeme.start >= end && lexeme.end >= lexeme.start,
                    "{unit:?}: {lexeme:?}"
                );
                end = lexeme.end;
            }
        }
    }
}
