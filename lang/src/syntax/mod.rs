//! Text to syntax tree: lexer, grammar, recovery.

pub mod ast;
mod build;
mod foreign;
mod lexer;
mod literal;
pub mod operator;
mod parse;
mod token;

use alloc::vec::Vec;

pub use lexer::MAX_FILE_LENGTH;

use self::{
    build::{Build, Root},
    token::Token,
};
use crate::{
    diagnostic::Diagnostic,
    span::{FileId, Span},
};

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
    let mut lexed = lexer::lex(file, text);
    let mut build = Build::new(file, text);
    let result = parse::read(&mut build, Token::StartFile, lexed.tokens.iter().copied());
    let mut tree = match result {
        Ok(Root::File(tree)) => tree,
        _ => ast::File {
            package: None,
            items: Vec::new(),
        },
    };
    lexed.diagnostics.extend(build.finish());
    attach_docs(&mut tree, &lexed.comments);
    Parsed {
        file: tree,
        diagnostics: lexed.diagnostics,
        comments: lexed.comments,
    }
}

/// Gives each item the documentation that stands between the item before it and its keyword.
fn attach_docs<'s>(tree: &mut ast::File<'s>, comments: &[Comment<'s>]) {
    let mut comments = comments.iter().filter(|comment| comment.doc).peekable();
    let mut end = tree.package.as_ref().map_or(0, |path| path.span.end);
    for item in &mut tree.items {
        while let Some(comment) = comments.next_if(|comment| comment.span.start < item.span.start) {
            if comment.span.start >= end {
                let text = comment.text.trim_start_matches('/');
                item.docs.push(text.strip_prefix(' ').unwrap_or(text));
            }
        }
        end = item.span.end;
    }
}

/// Reads an expression that stands alone, as the command line and the console do.
pub fn parse_expr(file: FileId, text: &str) -> (Option<ast::Expr<'_>>, Vec<Diagnostic>) {
    let mut lexed = lexer::lex(file, text);
    let mut build = Build::new(file, text);
    let result = parse::read(&mut build, Token::StartExpr, lexed.tokens.iter().copied());
    lexed.diagnostics.extend(build.finish());
    match result {
        Ok(Root::Expr(expr)) => (Some(expr), lexed.diagnostics),
        _ => (None, lexed.diagnostics),
    }
}
