//! What can go wrong while rules run. A fault ends one binding of a rule's variables and becomes an
//! `error` finding there; it is never lost.

use alloc::string::String;
use core::fmt;

use crate::{
    plan::check::{CheckId, Checks, Found},
    value::{number::Failure, place::Place},
};
use wardlaw_lang::Span;

/// The kinds of errors, as in results (`error.kind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input is not of its declared type.
    Type,
    /// Overflow, division by zero, a number that is not finite.
    Arithmetic,
    /// The decision's fuel is used up.
    Fuel,
    /// The host stopped the decision.
    Aborted,
    /// Nested too deeply.
    Depth,
    /// Another limit is exceeded.
    Limit,
    /// The engine contradicts itself; please report it.
    Internal,
}

impl ErrorKind {
    /// As in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Arithmetic => "arithmetic",
            Self::Fuel => "fuel",
            Self::Aborted => "aborted",
            Self::Depth => "depth",
            Self::Limit => "limit",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An error on its way to the rule that has it. What it is lies in [`FaultInfo`], which the machine
/// keeps: there is at most one at a time, and results stay small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault;

/// What went wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FaultInfo {
    /// Its message says the rest; the kind follows from it.
    pub(crate) reason: Reason,
    /// The expression that met it; none for a mismatch of the input, which is the input's own.
    pub(crate) span: Option<Span>,
    /// The place in input or data.
    pub(crate) place: Option<Place>,
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The input is not of its type.
    Mismatch(CheckId, Found),
    /// An operator or builtin met a value of a wrong type.
    Operand(&'static str),
    /// Arithmetic.
    Arithmetic(Failure),
    /// Fuel.
    Fuel,
    /// The host's stop check.
    Stopped,
    /// Text made.
    Text,
    /// Values made.
    Values,
    /// Findings of a rule.
    Findings,
    /// A datum that a test does not bind.
    NoDatum,
    /// The plan contradicts itself.
    Internal(&'static str),
}

impl Reason {
    /// The kind in results.
    pub(crate) fn kind(self) -> ErrorKind {
        match self {
            Self::Mismatch(..) | Self::Operand(_) => ErrorKind::Type,
            Self::Arithmetic(_) => ErrorKind::Arithmetic,
            Self::Fuel => ErrorKind::Fuel,
            Self::Stopped => ErrorKind::Aborted,
            Self::Text | Self::Values | Self::Findings => ErrorKind::Limit,
            Self::NoDatum | Self::Internal(_) => ErrorKind::Internal,
        }
    }

    /// What the finding says. It names types, never values.
    pub(crate) fn message(self, checks: &Checks) -> String {
        let text = match self {
            Self::Mismatch(check, found) => return checks.message(check, found),
            Self::Operand(text) => text,
            Self::Arithmetic(Failure::Overflow) => "the result is outside 64 bits",
            Self::Arithmetic(Failure::Zero) => "division by zero",
            Self::Arithmetic(Failure::NotFinite) => "the result is not a finite number",
            Self::Fuel => "the decision's fuel is used up: the rule is not decided",
            Self::Stopped => "the host stopped the decision: the rule is not decided",
            Self::Text => "the policy makes more text than a decision may",
            Self::Values => "the policy makes more values than a decision may",
            Self::Findings => "the rule has more findings than a decision may list",
            Self::NoDatum => "a datum without a default is read, and has no value: bind it with `with`",
            Self::Internal(text) => text,
        };
        text.into()
    }

    /// Whether nothing of the decision can go on.
    pub(crate) fn ends_all(self) -> bool {
        matches!(self, Self::Fuel | Self::Stopped)
    }
}
