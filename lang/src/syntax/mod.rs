//! Text to syntax tree: lexer, grammar, recovery.

pub mod ast;
pub mod operator;

/// The deepest nesting of expressions, types and patterns.
pub const MAX_DEPTH: u16 = 128;
