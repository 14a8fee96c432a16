//! Tests in the plan.

use alloc::{string::String, vec::Vec};

use wardlaw_lang::{
    Span,
    ir::{
        self,
        test::{Expectation, TestClauseKind},
    },
};

use super::{For, OpId, Pattern, build::Builder, declared::Declared};

/// A test.
#[derive(Clone, Debug)]
pub(crate) struct TestBlock {
    pub(crate) title: String,
    /// An index into [`super::Plan::packages`].
    pub(crate) package: u32,
    pub(crate) span: Span,
    pub(crate) locals: u32,
    /// The patterns that it gives to `files`.
    pub(crate) files: Vec<String>,
    pub(crate) steps: Vec<(TestStep, Span)>,
}

/// A clause of a test.
#[derive(Clone, Debug)]
pub(crate) enum TestStep {
    Input { input: u32, value: OpId, review: bool },
    Data { data: u32, value: OpId },
    For(For),
    Let { pattern: Pattern, value: OpId },
    Holds(OpId),
    Expect(Expectation),
}

impl TestStep {
    /// The expression of the clause.
    pub(crate) fn op(&self) -> Option<OpId> {
        match self {
            Self::Input { value, .. } | Self::Data { value, .. } | Self::Let { value, .. } => Some(*value),
            Self::For(draws) => Some(draws.source),
            Self::Holds(value) => Some(*value),
            Self::Expect(_) => None,
        }
    }
}

impl Builder<'_> {
    pub(super) fn test_block(&mut self, test: &ir::test::Test) -> TestBlock {
        let mut steps = Vec::with_capacity(test.clauses.len());
        for clause in &test.clauses {
            let step = match &clause.kind {
                TestClauseKind::Input { input, value, review } => TestStep::Input {
                    input: input.0,
                    value: self.used(*value),
                    review: *review,
                },
                TestClauseKind::Data { data, value } => TestStep::Data {
                    data: data.0,
                    value: self.used(*value),
                },
                TestClauseKind::For { pattern, source } => TestStep::For(self.draws(pattern, *source)),
                TestClauseKind::Let { pattern, value } => {
                    let declared = Declared::of(&mut self.types, self.program.type_of(*value));
                    TestStep::Let {
                        pattern: self.pattern(pattern, &declared),
                        value: self.used(*value),
                    }
                }
                TestClauseKind::Expect(Expectation::Holds(value)) => TestStep::Holds(self.used(*value)),
                TestClauseKind::Expect(expectation) => TestStep::Expect(expectation.clone()),
            };
            steps.push((step, clause.span));
        }
        let program = self.program;
        TestBlock {
            title: test.title.clone(),
            package: test.package.0,
            span: test.span,
            locals: test.locals,
            files: test.files.iter().map(|id| program.string(*id).into()).collect(),
            steps,
        }
    }
}
