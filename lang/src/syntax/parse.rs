//! Drives the generated parser. The only file that knows what generates it.

use alloc::{string::String, vec::Vec};

use lalrpop_util::ParseError;

use crate::{
    steps,
    syntax::{
        build::{Build, Root},
        token::{Lexeme, Token},
    },
};

use self::ward::StartParser;

lalrpop_util::lalrpop_mod!(
    #[expect(
        clippy::all,
        clippy::pedantic,
        clippy::allow_attributes,
        clippy::allow_attributes_without_reason,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used,
        unreachable_pub,
        reason = "generated; what it indexes and unwraps are its own tables"
    )]
    ward,
    "/syntax/ward.rs"
);

/// Where reading stopped, and what could have stood there.
#[derive(Debug)]
pub(super) struct Failure {
    /// The index of the token that does not fit; the number of tokens where one is missing.
    pub(super) at: usize,
    /// The terminals of the grammar that fit, as it spells them.
    pub(super) expected: Vec<String>,
}

/// Reads tokens as what `start` (one of the `Start…` tokens) says.
pub(super) fn read<'s>(
    build: &mut Build<'s>,
    start: Token,
    tokens: impl Iterator<Item = Lexeme>,
) -> Result<Root<'s>, Failure> {
    let mut count = 0usize;
    let input = core::iter::once((0, start, 0)).chain(tokens.map(|lexeme| {
        count += 1;
        steps::add(1);
        (lexeme.start, lexeme.token, lexeme.end)
    }));
    let result = StartParser::new().parse(build, input);
    result.map(|root| *root).map_err(|error| match error {
        ParseError::UnrecognizedEof { expected, .. } => Failure { at: count, expected },
        ParseError::UnrecognizedToken { expected, .. } => Failure {
            at: count.saturating_sub(1),
            expected,
        },
        // The lexer gives no errors and the grammar raises none.
        ParseError::InvalidToken { .. } | ParseError::ExtraToken { .. } | ParseError::User { .. } => {
            Failure {
                at: count.saturating_sub(1),
                expected: Vec::new(),
            }
        }
    })
}
