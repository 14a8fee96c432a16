//! Tests in the IR: what is bound, in which order, and what is expected of it.

use alloc::{string::String, vec::Vec};

use super::{DataId, ExprId, InputId, PackageId, Pattern, StringId};
use crate::span::Span;

pub use crate::syntax::ast::ExpectedEffect;

/// A test.
#[derive(Clone, Debug)]
pub struct Test {
    /// Its package: only this one is in force while it runs.
    pub package: PackageId,
    /// Its title.
    pub title: String,
    /// Where the title stands.
    pub span: Span,
    /// Its clauses, in source order.
    pub clauses: Vec<TestClause>,
    /// Slots of its frame.
    pub locals: u32,
    /// The patterns that it gives to `files`, each once.
    pub files: Vec<StringId>,
}

/// A clause of a test.
#[derive(Clone, Debug)]
pub struct TestClause {
    /// Which.
    pub kind: TestClauseKind,
    /// Where.
    pub span: Span,
}

/// The kinds of clauses of a test.
#[derive(Clone, Debug)]
pub enum TestClauseKind {
    /// Bind an input, to the test's end.
    Input {
        /// Which.
        input: InputId,
        /// Its value.
        value: ExprId,
        /// Whether it is an admission request, in which places are relative to the object.
        review: bool,
    },
    /// Bind a datum, to the test's end.
    Data {
        /// Which.
        data: DataId,
        /// Its value.
        value: ExprId,
    },
    /// Each element is a case of its own.
    For {
        /// What it is bound to.
        pattern: Pattern,
        /// A list, set, map, record or `any`.
        source: ExprId,
    },
    /// Bind a name.
    Let {
        /// What the value is bound to.
        pattern: Pattern,
        /// The value.
        value: ExprId,
    },
    /// Something must hold.
    Expect(Expectation),
}

/// What is expected.
#[derive(Clone, Debug)]
pub enum Expectation {
    /// The decision allows.
    Allow,
    /// The decision has such a finding, or has none.
    Finding {
        /// Whether there must be none.
        no: bool,
        /// Its effect.
        effect: ExpectedEffect,
        /// The full name of its rule.
        rule: Option<String>,
        /// Its place: a JSON pointer.
        at: Option<String>,
    },
    /// An expression holds.
    Holds(ExprId),
}

impl TestClauseKind {
    /// The expression of the clause.
    pub fn expr(&self) -> Option<ExprId> {
        match self {
            Self::Input { value, .. } | Self::Data { value, .. } | Self::Let { value, .. } => Some(*value),
            Self::For { source, .. } => Some(*source),
            Self::Expect(Expectation::Holds(value)) => Some(*value),
            Self::Expect(Expectation::Allow | Expectation::Finding { .. }) => None,
        }
    }
}
