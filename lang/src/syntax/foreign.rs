//! What people write who come from other languages, and other slips of single tokens: how each is
//! said in Wardlaw. The lexer reads on as if it had been written so; one slip, one diagnostic.

use alloc::{
    format,
    string::{String, ToString},
};

use crate::{
    code::Code,
    diagnostic::{Applicability, Diagnostic},
    span::Span,
    syntax::{literal, token::Token},
};

/// What foreign notation is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    /// As this token.
    Token(Token),
    /// As nothing.
    Skip,
}

/// How much of `rest` belongs to the notation that begins with `written`, and what it stands for.
pub(super) fn read(written: &str, rest: &str) -> (usize, Foreign) {
    match written {
        "&&" => (0, Foreign::Token(Token::And)),
        "||" => (0, Foreign::Token(Token::Or)),
        "!" => (0, Foreign::Token(Token::Not)),
        ":=" => (0, Foreign::Token(Token::Equals)),
        "===" => (0, Foreign::Token(Token::EqualEqual)),
        "!==" | "<>" => (0, Foreign::Token(Token::NotEqual)),
        "=~" => (0, Foreign::Token(Token::Matches)),
        "::" => (0, Foreign::Token(Token::Dot)),
        "#" => (rest.find('\n').unwrap_or(rest.len()), Foreign::Skip),
        "/*" => (rest.find("*/").map_or(rest.len(), |at| at + 2), Foreign::Skip),
        "'" => match rest.find(['\'', '\n']) {
            Some(at) if rest.as_bytes().get(at) == Some(&b'\'') => (at + 1, Foreign::Token(Token::Raw)),
            // A lone apostrophe says nothing about where a text might end.
            _ => (0, Foreign::Token(Token::Error)),
        },
        // `;`
        _ => (0, Foreign::Skip),
    }
}

/// The diagnostic for foreign notation; `whole` is all of it.
pub(super) fn diagnostic(span: Span, whole: &str) -> Diagnostic {
    let instead = |new: &str, meaning: &str| {
        Diagnostic::new(Code::Syntax, span, format!("`{whole}` is not an operator here"))
            .with_help(format!("write `{}`{meaning}", new.trim_end()))
            .with_edit(span, new, Applicability::Safe)
    };
    match whole {
        "&&" => instead("and", ""),
        "||" => instead("or", ""),
        "!" => instead("not ", ""),
        "===" => instead("==", ""),
        "!==" | "<>" => instead("!=", ""),
        ":=" => instead("=", " to bind a name"),
        "=~" => instead("matches", ": it holds on the whole text"),
        "::" => instead(".", " between names"),
        ";" => Diagnostic::new(Code::Syntax, span, "`;` separates nothing here")
            .with_help("leave it out: each clause begins with its keyword")
            .with_edit(span, "", Applicability::Safe),
        _ if whole.starts_with('#') => Diagnostic::new(Code::Syntax, span, "a comment begins with `//`")
            .with_help("write `//` in place of `#`")
            .with_edit(
                Span {
                    end: span.start + 1,
                    ..span
                },
                "//",
                Applicability::Safe,
            ),
        _ if whole.starts_with("/*") => {
            Diagnostic::new(Code::Syntax, span, "there are no comments between `/*` and `*/`")
                .with_help("begin each line of a comment with `//`")
        }
        "'" => Diagnostic::new(Code::UnknownCharacter, span, "unknown character `'`")
            .with_help("a text stands between double quotes: `\"…\"`"),
        _ => quoted(span, whole),
    }
}

/// The length of the rest of a text between quotes of another kind, which `first` opens.
pub(super) fn quoted_length(first: char, rest: &str) -> Option<usize> {
    let closers: &[char] = match first {
        '“' | '„' | '”' => &['”', '“'],
        '‘' | '’' => &['’', '‘'],
        '«' => &['»'],
        '`' => &['`'],
        _ => return None,
    };
    // The search stops at the next quote that opens, so that each byte is looked at once.
    let at = rest.find(|c| c == '\n' || c == first || closers.contains(&c))?;
    let closer = rest.get(at..)?.chars().next().filter(|c| closers.contains(c))?;
    Some(at + closer.len_utf8())
}

/// `'text'`, or a text between other quotes than `"`.
pub(super) fn quoted(span: Span, whole: &str) -> Diagnostic {
    let mut chars = whole.chars();
    chars.next();
    chars.next_back();
    let inner = chars.as_str();
    let diagnostic = Diagnostic::new(
        Code::UnknownCharacter,
        span,
        "a text stands between double quotes",
    )
    .with_help("write `\"…\"`; `r\"…\"` is a text without escapes");
    if inner.contains(['"', '\\', '{']) {
        diagnostic
    } else {
        diagnostic.with_edit(span, format!("\"{inner}\""), Applicability::Safe)
    }
}

/// A character that begins no token.
pub(super) fn unknown_character(span: Span, c: char) -> Diagnostic {
    let shown = if c == '`' || c.is_control() || c.is_whitespace() || c == '\u{200b}' || c == '\u{2060}' {
        format!("U+{:04X}", u32::from(c))
    } else {
        c.to_string()
    };
    let diagnostic = Diagnostic::new(
        Code::UnknownCharacter,
        span,
        format!("unknown character `{shown}`"),
    );
    match c {
        '“' | '”' | '„' | '«' | '»' => {
            diagnostic.with_help("a text stands between straight quotes: `\"…\"`")
        }
        '‘' | '’' | '`' => diagnostic.with_help("a text stands between double quotes: `\"…\"`"),
        '&' => diagnostic
            .with_help("write `and`")
            .with_edit(span, "and", Applicability::Unsafe),
        '≠' => diagnostic
            .with_help("write `!=`")
            .with_edit(span, "!=", Applicability::Safe),
        '≤' => diagnostic
            .with_help("write `<=`")
            .with_edit(span, "<=", Applicability::Safe),
        '≥' => diagnostic
            .with_help("write `>=`")
            .with_edit(span, ">=", Applicability::Safe),
        '→' => diagnostic
            .with_help("write `->`")
            .with_edit(span, "->", Applicability::Safe),
        '−' | '–' | '—' => diagnostic
            .with_help("write the minus of the keyboard, `-`")
            .with_edit(span, "-", Applicability::Safe),
        '\\' => diagnostic.with_help("a line needs no mark to go on; `\\` stands only in texts"),
        _ if c.is_whitespace() || c == '\u{200b}' || c == '\u{2060}' => diagnostic
            .with_help("put a plain space in its place")
            .with_edit(span, " ", Applicability::Safe),
        _ if c.is_alphabetic() => diagnostic.with_help(
            "names are made of `a` to `z`, `A` to `Z`, `0` to `9` and `_`; texts may hold any character",
        ),
        _ => diagnostic.with_help("remove it, or put it into a text"),
    }
}

/// A number that runs on into letters: `500m`, `0x1F`.
pub(super) fn number_with_tail(span: Span, written: &str, digits: &str) -> Diagnostic {
    let tail = written.get(digits.len()..).unwrap_or("");
    let message = format!("`{written}` is not a number");
    let diagnostic = Diagnostic::new(Code::BadNumber, span, message);
    let call = |function: &str| {
        let text = format!("{function}(\"{written}\")");
        (format!("write `{text}`"), text)
    };
    let (help, text): (String, String) = match tail {
        "m" | "k" | "K" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei" | "n"
        | "u" => call("quantity"),
        "s" | "h" | "d" | "ms" | "min" => call("duration"),
        _ if digits == "0" && tail.starts_with(['x', 'X', 'o', 'O', 'b', 'B']) => {
            let radix = match tail.get(..1) {
                Some("x" | "X") => 16,
                Some("o" | "O") => 8,
                _ => 2,
            };
            let number = tail
                .get(1..)
                .and_then(|digits| i64::from_str_radix(digits, radix).ok());
            return match number {
                Some(number) => diagnostic
                    .with_help(format!("numbers are decimal: write `{number}`"))
                    .with_edit(span, number.to_string(), Applicability::Safe),
                None => diagnostic.with_help("write the number in decimal"),
            };
        }
        _ => {
            return diagnostic
                .with_help("put a space between the number and what follows, or quote it: `\"…\"`");
        }
    };
    diagnostic
        .with_help(help)
        .with_edit(span, text, Applicability::Unsafe)
}

/// `007`, `10_`.
pub(super) fn odd_number(span: Span, written: &str) -> Diagnostic {
    let plain = written.trim_end_matches('_');
    if plain.len() < written.len() {
        return Diagnostic::new(Code::BadNumber, span, "a number does not end with `_`")
            .with_help(format!("write `{plain}`"))
            .with_edit(span, plain, Applicability::Safe);
    }
    let decimal = written.trim_start_matches(['0', '_']);
    let decimal = if decimal.is_empty() || decimal.starts_with('.') {
        "0"
    } else {
        decimal
    };
    Diagnostic::new(Code::BadNumber, span, "a number does not begin with `0`")
        .with_help(format!(
            "numbers are decimal: write `{decimal}` if that is meant, or the decimal value of an octal file mode"
        ))
        .with_edit(span, decimal, Applicability::Unsafe)
}

/// An escape sequence that does not exist.
pub(super) fn bad_escape(span: Span, text: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::BadEscape, span, format!("unknown escape sequence `{text}`"));
    if text.starts_with("\\u") {
        return diagnostic.with_help("write the code point in hexadecimal between braces: `\\u{1f600}`");
    }
    if text.starts_with("\\x") {
        return diagnostic.with_help("write the code point between braces: `\\u{41}`");
    }
    match text.chars().nth(1) {
        Some(
            'd' | 'w' | 's' | 'b' | 'D' | 'W' | 'S' | '.' | '-' | '/' | '(' | ')' | '[' | ']' | '*' | '+'
            | '?' | '$' | '^' | '|',
        ) => diagnostic.with_help("a regular expression stands in a raw text, without escapes: `r\"…\"`"),
        _ => diagnostic.with_help(literal::ESCAPES),
    }
}
