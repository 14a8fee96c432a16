//! Where recovery cuts: the tokens of a broken file into items, those of a broken body into clauses.
//! Guesses, from keywords, brackets and layout; nothing here is used on a file without mistakes.

use alloc::vec::Vec;
use core::ops::Range;

use crate::syntax::{layout::Layout, similar::similar, token::Token};

/// Cuts all tokens into the package line and items. The first piece begins at the first token.
pub(super) fn items(layout: &Layout<'_>) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut piece = Piece::default();
    for index in 0..layout.len() {
        let Some(token) = layout.token(index) else { break };
        if index == 0 {
            piece = Piece::begin(index, token);
        } else if starts_item(layout, index, &piece) {
            let continues = piece.annotations_only && !matches!(token, Token::Package);
            if continues {
                piece.annotations_only = token == Token::AtSign;
                piece.keyword = index;
            } else {
                pieces.push(piece.start..index);
                piece = Piece::begin(index, token);
            }
        }
        if token.opens() {
            piece.depth += 1;
        } else if token.closes() {
            piece.depth = piece.depth.saturating_sub(1);
        }
        if token.begins_clause() && piece.depth > 0 && layout.column(index).is_some_and(|column| column > 0) {
            piece.indented = true;
        }
    }
    if layout.len() > 0 {
        pieces.push(piece.start..layout.len());
    }
    pieces
}

/// The piece that is being collected.
#[derive(Debug, Default)]
struct Piece {
    start: usize,
    /// The token that began the piece, or the keyword after its annotations.
    keyword: usize,
    annotations_only: bool,
    depth: usize,
    /// Whether clauses inside of brackets are indented, so that a `let` in column 1 is none of them.
    indented: bool,
}

impl Piece {
    fn begin(start: usize, token: Token) -> Self {
        Self {
            start,
            keyword: start,
            annotations_only: token == Token::AtSign,
            depth: 0,
            indented: false,
        }
    }
}

fn starts_item(layout: &Layout<'_>, index: usize, piece: &Piece) -> bool {
    let Some(token) = layout.token(index) else {
        return false;
    };
    let margin = layout.column(index) == Some(0);
    let top = piece.depth == 0;
    if !margin && (!top || !may_follow(layout, index, piece)) {
        return false;
    }
    match token {
        Token::AtSign => true,
        Token::Let => top || piece.indented,
        Token::Ident => top && margin && looks_like_item(layout, index),
        _ => fits_keyword(layout, index, token),
    }
}

/// Whether an item may begin behind the token before this one, on the same line.
fn may_follow(layout: &Layout<'_>, index: usize, piece: &Piece) -> bool {
    let Some(before) = layout.before(index) else {
        return true;
    };
    if index == piece.keyword + 1 && !piece.annotations_only {
        // `input data: T`, `audit rule`
        return false;
    }
    before.ends_operand()
        || matches!(
            before,
            Token::Question | Token::Allow | Token::Deny | Token::Error
        )
}

/// Whether what follows an item's keyword is what follows it in an item.
fn fits_keyword(layout: &Layout<'_>, index: usize, token: Token) -> bool {
    let Some(next) = layout.token(index + 1) else {
        return false;
    };
    let named = next.is_name() || next == Token::TypeIdent;
    match token {
        Token::Package | Token::Import | Token::Input | Token::Data => named,
        Token::Default => matches!(next, Token::Allow | Token::Deny),
        Token::Type => matches!(next, Token::TypeIdent | Token::Ident),
        Token::Rule | Token::Fn | Token::Relation => {
            named
                || (next.is_reserved()
                    && matches!(layout.token(index + 2), Some(Token::LBrace | Token::LParen)))
        }
        Token::Audit => next == Token::Rule,
        Token::Test => matches!(next, Token::TextStart | Token::Raw | Token::Bad),
        _ => false,
    }
}

/// Whether a name at the margin is probably a misspelt keyword: another name or a text follows.
fn looks_like_item(layout: &Layout<'_>, index: usize) -> bool {
    let follows = layout
        .token(index + 1)
        .is_some_and(|next| next.is_name() || matches!(next, Token::TypeIdent | Token::TextStart));
    follows
        && layout.same_line(index + 1)
        && layout
            .before(index)
            .is_none_or(|before| before.ends_operand() || before == Token::Question)
}

/// The keyword of an item: the first token behind its annotations.
pub(super) fn keyword(layout: &Layout<'_>, range: &Range<usize>) -> Option<usize> {
    let mut depth = 0usize;
    for index in range.clone() {
        let token = layout.token(index)?;
        if depth == 0 && token.begins_item() && layout.before(index) != Some(Token::AtSign) {
            return Some(index);
        }
        if token.opens() {
            depth += 1;
        } else if token.closes() {
            depth = depth.saturating_sub(1);
        }
    }
    None
}

/// The body of an item.
#[derive(Debug)]
pub(super) struct BodyCut {
    /// Its opening brace.
    pub(super) open: usize,
    /// Its closing brace, or the end of the item.
    pub(super) close: usize,
    /// Whether there is a closing brace.
    pub(super) closed: bool,
    /// Whether it is that of a test.
    pub(super) test: bool,
}

/// The body of an item that has one.
pub(super) fn body(layout: &Layout<'_>, range: &Range<usize>) -> Option<BodyCut> {
    let keyword = keyword(layout, range)?;
    let token = layout.token(keyword)?;
    if !matches!(
        token,
        Token::Rule | Token::Audit | Token::Fn | Token::Relation | Token::Test
    ) {
        return None;
    }
    let mut depth = 0usize;
    let mut last = None;
    for index in keyword..range.end {
        let next = layout.token(index)?;
        if depth == 0 && next == Token::Equals && token == Token::Fn {
            return None;
        }
        if next == Token::LBrace {
            let follows = layout.token(index + 1);
            // Parentheses before it may lack their end; a clause word says that a body begins.
            if follows.is_some_and(Token::begins_clause) && layout.token(index + 2) != Some(Token::Colon) {
                last = Some(index);
                break;
            }
            if depth == 0 {
                last = Some(index);
                if token != Token::Fn {
                    break;
                }
            }
        }
        if next.opens() {
            depth += 1;
        } else if next.closes() {
            depth = depth.saturating_sub(1);
        }
    }
    let open = last?;
    let margin = layout.column(keyword);
    let (close, closed) = match closing(layout, open, range.end, margin) {
        Some(close) => (close, true),
        None => (range.end, false),
    };
    Some(BodyCut {
        open,
        close,
        closed,
        test: token == Token::Test,
    })
}

/// The brace that closes the one at `open`; one at the margin of the item does in any case.
fn closing(layout: &Layout<'_>, open: usize, end: usize, margin: Option<u32>) -> Option<usize> {
    let mut stack = alloc::vec![Token::LBrace];
    for index in open + 1..end {
        let token = layout.token(index)?;
        if token.opens() {
            stack.push(token);
            continue;
        }
        match token {
            Token::RBrace if margin.is_some() && layout.column(index) == margin => return Some(index),
            // Brackets of other kinds that are still open lack their end.
            Token::RBrace => pop_to(&mut stack, Token::LBrace),
            Token::HoleEnd => pop_to(&mut stack, Token::HoleStart),
            Token::RParen | Token::RBracket if stack.last().and_then(|last| last.closer()) == Some(token) => {
                stack.pop();
            }
            _ => {}
        }
        if stack.is_empty() {
            return Some(index);
        }
    }
    None
}

fn pop_to(stack: &mut Vec<Token>, opener: Token) {
    while let Some(top) = stack.pop() {
        if top == opener {
            break;
        }
    }
}

/// Cuts the inside of a body into clauses.
pub(super) fn steps(layout: &Layout<'_>, range: Range<usize>, test: bool) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = range.start;
    let mut depth = 0usize;
    for index in range.clone() {
        let Some(token) = layout.token(index) else { break };
        if index > start && starts_step(layout, index, start, depth, test) {
            pieces.push(start..index);
            start = index;
            depth = 0;
        }
        if token.opens() {
            depth += 1;
        } else if token.closes() {
            depth = depth.saturating_sub(1);
        }
    }
    if start < range.end {
        pieces.push(start..range.end);
    }
    pieces
}

fn starts_step(layout: &Layout<'_>, index: usize, start: usize, depth: usize, test: bool) -> bool {
    let Some(token) = layout.token(index) else {
        return false;
    };
    let before = layout.before(index);
    if token == Token::Ident {
        return depth == 0 && misspelt_clause(layout, index, test).is_some();
    }
    if !token.begins_clause()
        || matches!(before, Some(Token::Dot | Token::QuestionDot))
        || layout.token(index + 1) == Some(Token::Colon)
    {
        return false;
    }
    let effect = matches!(token, Token::Allow | Token::Deny | Token::Warn);
    if layout.same_line(index) {
        if test && effect {
            // `expect no deny`, and what remains of it when something in it is misspelt.
            return false;
        }
        let expected = before == Some(Token::Expect)
            || (before == Some(Token::No) && layout.before(index.saturating_sub(1)) == Some(Token::Expect));
        // `let when = …`: a reserved word where a name should be.
        let name = index == start + 1
            && matches!(before, Some(Token::Let | Token::Given | Token::For | Token::With));
        if expected || name {
            return false;
        }
    }
    if depth == 0 {
        return true;
    }
    // Inside of brackets a comprehension may have clauses; they are indented further than the clause
    // the brackets stand in.
    let Some(column) = layout.column(index) else {
        return false;
    };
    token.begins_clause_only() || layout.column(start).is_some_and(|own| column <= own)
}

/// The clause word that a name at the beginning of a line probably is.
pub(super) fn misspelt_clause(layout: &Layout<'_>, index: usize, test: bool) -> Option<&'static str> {
    let begins = layout.column(index).is_some()
        && layout.same_line(index + 1)
        && layout.before(index).is_none_or(|before| before.ends_operand() || before == Token::LBrace)
        && layout
            .token(index + 1)
            .is_some_and(|next| next.begins_operand() || (test && next.is_reserved()))
        // A call or an index that goes on from the line above.
        && !matches!(layout.token(index + 1), Some(Token::LParen | Token::LBracket | Token::Minus));
    if !begins {
        return None;
    }
    meant_clause(layout.text(index), test)
}

/// The clause word that a word is similar to, or that other languages have it for.
pub(super) fn meant_clause(text: &str, test: bool) -> Option<&'static str> {
    match text {
        "return" | "result" | "emit" if !test => Some("yield"),
        "var" | "val" | "const" | "set" => Some("let"),
        "foreach" | "loop" | "each" | "some" | "every" => Some("for"),
        "where" | "assert" | "require" | "ensure" if !test => Some("when"),
        "assert" | "require" | "ensure" if test => Some("expect"),
        "forbid" | "reject" | "violation" | "fail" if !test => Some("deny"),
        "permit" | "accept" | "pass" if !test => Some("allow"),
        _ if test => similar(text, Token::TEST_WORDS),
        _ => similar(text, Token::CLAUSE_WORDS),
    }
}
