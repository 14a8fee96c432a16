//! Literals: texts and what is interpolated in them, documents, numbers. What a text says stays as it
//! is written, escapes included; a block text moves to the indentation of the line that it begins on.

use alloc::{format, string::String, vec::Vec};

use super::{doc::STEP, print::Printer};
use crate::{
    span::Span,
    syntax::{
        Piece,
        ast::{Expr, Text, TextPart},
        dedent,
    },
};

const BLOCK: &str = "\"\"\"";

/// A part of a text as it is written.
#[derive(Debug)]
enum Written<'s> {
    /// Literal text, escapes not resolved.
    Literal(&'s str),
    /// `{e}` on one line.
    Hole(String),
}

impl<'s> Printer<'s> {
    pub(super) fn text(&mut self, text: &Text<'s>) {
        self.comments_before(text.span.start);
        let source = self.slice(text.span);
        let block = source.starts_with(BLOCK);
        let holes = text.parts.iter().any(|part| matches!(part, TextPart::Expr(_)));
        if (!block && !holes) || self.comments.before(text.span.end).is_some() {
            return self.verbatim(text.span);
        }
        let Some(parts) = self.parts(text, if block { 3 } else { 1 }) else {
            return self.verbatim(text.span);
        };
        if block {
            return self.block(text.span, BLOCK, &parts);
        }
        self.doc.text("\"");
        for part in parts {
            match part {
                Written::Literal(text) => self.doc.text(text),
                Written::Hole(text) => self.doc.text(text),
            }
        }
        self.doc.text("\"");
    }

    /// `yaml"""…"""`, `json"""…"""`; `content` lies between the quotes.
    pub(super) fn document(&mut self, span: Span, content: Span) {
        let open = self.slice(Span {
            end: content.start,
            ..span
        });
        let parts = [Written::Literal(self.slice(content))];
        self.block(span, open, &parts);
    }

    /// The parts of a text; `None` where something in it cannot stand on one line.
    fn parts(&mut self, text: &Text<'s>, quotes: u32) -> Option<Vec<Written<'s>>> {
        let mut parts = Vec::with_capacity(text.parts.len() + 1);
        let mut at = text.span.start + quotes;
        for part in &text.parts {
            let TextPart::Expr(expr) = part else { continue };
            let rest = self.slice(Span {
                start: at,
                end: expr.span.start,
                ..text.span
            });
            let literal = rest.get(..literal_length(rest)).unwrap_or(rest);
            if !literal.is_empty() {
                parts.push(Written::Literal(literal));
            }
            parts.push(Written::Hole(self.hole(expr)?));
            let rest = self.slice(Span {
                start: expr.span.end,
                ..text.span
            });
            at = expr.span.end + rest.find('}')? as u32 + 1;
        }
        let last = self.slice(Span {
            start: at,
            end: text.span.end.saturating_sub(quotes),
            ..text.span
        });
        if !last.is_empty() {
            parts.push(Written::Literal(last));
        }
        Some(parts)
    }

    fn hole(&mut self, expr: &Expr<'s>) -> Option<String> {
        let mark = self.doc.mark();
        self.expr(expr);
        let flat = self.doc.take_since(mark)?;
        Some(format!("{{{flat}}}"))
    }

    /// A text between triple quotes: its lines, indented by one step more than the line it begins on,
    /// and the closing quotes on a line of their own. What does not begin on a line of its own stays.
    fn block(&mut self, span: Span, open: &'s str, parts: &[Written<'s>]) {
        let begins = matches!(parts.first(), Some(Written::Literal(text))
            if text.split_once('\n').is_some_and(|(first, _)| first.trim().is_empty()));
        let pieces: Vec<Piece<'_>> = parts
            .iter()
            .map(|part| match part {
                Written::Literal(text) => Piece::Literal(text),
                Written::Hole(_) => Piece::Other,
            })
            .collect();
        let mut literals = dedent(&pieces).into_iter();
        let mut whole = String::new();
        for part in parts {
            match part {
                Written::Literal(_) => whole.push_str(&literals.next().unwrap_or_default()),
                Written::Hole(text) => whole.push_str(text),
            }
        }
        // Of lines that are all blank, none says where the indentation ends.
        if !begins || whole.trim_matches([' ', '\t', '\n']).is_empty() {
            return self.verbatim(span);
        }
        self.doc.text(open);
        self.doc.nest(STEP);
        for line in whole.split('\n') {
            self.doc.block(String::from(line));
        }
        self.doc.unnest();
        self.doc.block(BLOCK);
    }

    /// The integer of a span, which may have a minus before it, and parentheses around it.
    pub(super) fn digits(&mut self, span: Span, negative: bool) {
        self.comments_before(span.end);
        let digits = |c: char| c.is_ascii_digit() || c == '_';
        let text = self.slice(span).trim_end_matches(|c| !digits(c));
        let text = text.rsplit(|c| !digits(c)).next().unwrap_or("");
        if negative {
            self.doc.text("-");
        }
        self.doc.text(text);
    }
}

/// The length of the literal text up to the brace that begins an interpolation.
fn literal_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' => return at,
            // `\u{…}`
            b'\\' if bytes.get(at + 1) == Some(&b'u') => at += 3,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at.min(text.len())
}

#[cfg(test)]
mod tests {
    use super::literal_length;

    #[test]
    fn escaped_braces_begin_no_interpolation() {
        assert_eq!(literal_length("a\\{b\\u{41}\\\\{c"), 12);
        assert_eq!(literal_length("{"), 0);
    }
}
