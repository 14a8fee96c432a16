//! Text to syntax tree: lexer, grammar, recovery.

pub mod ast;
mod build;
mod cut;
mod foreign;
mod layout;
mod lexer;
mod literal;
mod message;
mod mistake;
mod nesting;
pub mod operator;
mod parse;
mod recover;
mod similar;
mod token;
pub mod visit;

use alloc::vec::Vec;

pub use lexer::MAX_FILE_LENGTH;
pub(crate) use literal::{Piece, dedent};

use self::{
    build::{Build, Root},
    layout::Layout,
    lexer::{Lexed, MAX_DIAGNOSTICS},
    token::Token,
};
use crate::{
    code::Code,
    diagnostic::Diagnostic,
    span::{FileId, Span},
};

/// The byte of a literal document's source that a byte of its text, from which the indentation was
/// taken, came from. `content` is what stands between the quotes.
pub fn document_offset(content: &str, offset: usize) -> usize {
    literal::before_dedent(content, offset)
}

/// The deepest nesting of expressions, types and patterns.
pub const MAX_DEPTH: u16 = 128;

/// What a file says, and what is wrong with it. The tree is there in any case: what did not parse is
/// left out of it, or stands in it as an error node.
#[derive(Clone, Debug)]
pub struct Parsed<'s> {
    /// The tree.
    pub file: ast::File<'s>,
    /// What is wrong, in source order; root causes only.
    pub diagnostics: Vec<Diagnostic>,
    /// All comments in source order, documentation included.
    pub comments: Vec<Comment<'s>>,
}

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment<'s> {
    /// With the slashes, without the line break.
    pub text: &'s str,
    /// Whether it is documentation: `///`.
    pub doc: bool,
    /// Where.
    pub span: Span,
}

/// Reads a file. Never fails, never panics, and takes time linear in the length of the text.
pub fn parse(file: FileId, text: &str) -> Parsed<'_> {
    let Lexed {
        mut tokens,
        comments,
        mut diagnostics,
    } = lexer::lex(file, text);
    let readable = text.len() <= MAX_FILE_LENGTH;
    if let Some(diagnostic) = nesting::limit(file, &mut tokens) {
        insert(&mut diagnostics, diagnostic);
    }
    let mut build = Build::new(file, text);
    let mut bounds = None;
    let mut tree = match parse::read(&mut build, Token::StartFile, tokens.iter().copied()) {
        Ok(Root::File(tree)) => {
            diagnostics.extend(build.finish());
            tree
        }
        Ok(_) | Err(_) if readable => {
            let layout = Layout::new(file, text, tokens);
            let recovered = recover::file(&layout, &diagnostics);
            diagnostics.retain(|known| !recovered.covers(known));
            diagnostics.extend(recovered.diagnostics);
            bounds = Some(recovered.bounds);
            recovered.file
        }
        Ok(_) | Err(_) => ast::File {
            package: None,
            items: Vec::new(),
            lost: Vec::new(),
            broken: true,
        },
    };
    attach_docs(&mut tree, &comments, bounds.as_deref());
    tidy(&mut diagnostics);
    tree.broken |= diagnostics.iter().any(Diagnostic::is_error);
    Parsed {
        file: tree,
        diagnostics,
        comments,
    }
}

/// Reads an expression that stands alone, as the command line and the console do.
pub fn parse_expr(file: FileId, text: &str) -> (Option<ast::Expr<'_>>, Vec<Diagnostic>) {
    let Lexed {
        mut tokens,
        mut diagnostics,
        ..
    } = lexer::lex(file, text);
    if text.len() > MAX_FILE_LENGTH {
        return (None, diagnostics);
    }
    if let Some(diagnostic) = nesting::limit(file, &mut tokens) {
        insert(&mut diagnostics, diagnostic);
    }
    let mut build = Build::new(file, text);
    let expr = match parse::read(&mut build, Token::StartExpr, tokens.iter().copied()) {
        Ok(Root::Expr(expr)) => {
            diagnostics.extend(build.finish());
            Some(expr)
        }
        Ok(_) => None,
        Err(failure) => {
            let layout = Layout::new(file, text, tokens);
            let all = 0..layout.len();
            let diagnostic = recover::explain(&layout, &diagnostics, Token::StartExpr, all, &failure);
            diagnostics.extend(diagnostic);
            None
        }
    };
    tidy(&mut diagnostics);
    (expr, diagnostics)
}

/// Puts a diagnostic where it belongs in source order.
fn insert(diagnostics: &mut Vec<Diagnostic>, diagnostic: Diagnostic) {
    let at = diagnostics.partition_point(|d| d.span.start <= diagnostic.span.start);
    diagnostics.insert(at, diagnostic);
}

/// Source order, and at most one complaint about depth: the first.
fn tidy(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by_key(|d| (d.span.start, d.span.end));
    let mut deep = false;
    diagnostics.retain(|d| d.code != Code::TooDeep || !core::mem::replace(&mut deep, true));
    diagnostics.truncate(MAX_DIAGNOSTICS);
}

/// Gives each item the documentation that stands before its keyword and behind what is before it: the
/// item before, or in a broken file the end in `bounds`.
fn attach_docs<'s>(tree: &mut ast::File<'s>, comments: &[Comment<'s>], bounds: Option<&[u32]>) {
    let mut comments = comments.iter().filter(|comment| comment.doc).peekable();
    let mut before = tree.package.as_ref().map_or(0, |path| path.span.end);
    for (index, item) in tree.items.iter_mut().enumerate() {
        let bound = bounds
            .and_then(|bounds| bounds.get(index).copied())
            .unwrap_or(before);
        while let Some(comment) = comments.next_if(|comment| comment.span.start < item.span.start) {
            if comment.span.start >= bound {
                let text = comment.text.trim_start_matches('/');
                item.docs.push(text.strip_prefix(' ').unwrap_or(text));
            }
        }
        before = item.span.end;
    }
}
