//! Bodies: one clause a line, what follows the keywords in one column.

use super::{
    doc::{Kind, STEP},
    expr::Place,
    print::{Blanks, Printer},
};
use crate::{
    span::Span,
    syntax::ast::{
        Body, ExpectedEffect, Generator, Pattern, Place as SourcePlace, PlaceStep, Step, StepKind,
        TestClause, TestClauseKind,
    },
};

impl<'s> Printer<'s> {
    /// ` { … }`: on one line where it is written so and fits there.
    pub(super) fn body(&mut self, body: &Body<'s>) {
        let column = body.steps.iter().map(column).max().unwrap_or(0);
        let start = |step: &Step<'s>| step.span.start;
        self.clauses(body.span, &body.steps, start, |printer, step| {
            printer.step(step, column);
        });
    }

    /// The clauses of a test, whose `expect` does not count for the column.
    pub(super) fn test_body(&mut self, span: Span, clauses: &[TestClause<'s>]) {
        let column = clauses.iter().map(test_column).max().unwrap_or(0);
        let start = |clause: &TestClause<'s>| clause.span.start;
        self.clauses(span, clauses, start, |printer, clause| {
            printer.test_clause(clause, column);
        });
    }

    fn clauses<T>(
        &mut self,
        span: Span,
        clauses: &[T],
        start: impl Fn(&T) -> u32,
        print: impl Fn(&mut Self, &T),
    ) {
        self.comments_before(span.start);
        self.doc.text(" {");
        if clauses.is_empty() && self.comments.before(span.end).is_none() {
            self.doc.text("}");
            return;
        }
        self.doc.begin(Kind::All);
        if self.comments.breaks_between(span.start, span.end) {
            self.doc.force();
        }
        self.doc.nest(STEP);
        for (index, clause) in clauses.iter().enumerate() {
            let (spaces, blanks) = if index == 0 {
                (1, Blanks::AfterFirst)
            } else {
                (2, Blanks::Kept)
            };
            self.line_before(start(clause), spaces, blanks);
            print(self, clause);
        }
        self.close(span.end, 1);
        self.doc.text("}");
    }

    /// A keyword; what follows stands in `column`. Gives the width up to there.
    fn keyword(&mut self, word: &'static str, column: usize) -> usize {
        let column = column.max(word.len());
        self.doc.text(word);
        self.doc.pad(column - word.len());
        self.doc.text(" ");
        column + 1
    }

    pub(super) fn step(&mut self, step: &Step<'s>, column: usize) {
        self.comments_before(step.span.start);
        let hang = match word(&step.kind) {
            "" => 0,
            "allow" => return self.doc.text("allow"),
            word => self.keyword(word, column),
        };
        match &step.kind {
            StepKind::Given { name, value } => {
                self.name(*name);
                self.value(" =", value, Place::Equals);
            }
            StepKind::For { generators } => self.generators(generators, hang),
            StepKind::Let { pattern, value } => {
                self.pattern(pattern);
                self.value(" =", value, Place::Equals);
            }
            StepKind::When { condition } | StepKind::Unless { condition } => self.hanging(hang, condition),
            StepKind::Finding { message, places, .. } => {
                self.doc.begin(Kind::All);
                self.hanging(hang, message);
                if let Some(first) = places.first() {
                    self.doc.nest(hang);
                    self.line_before(first.span.start, 1, Blanks::None);
                    self.places(places);
                    self.doc.unnest();
                }
                self.doc.end();
            }
            StepKind::Yield { value } => self.hanging(hang, value),
            StepKind::Edit {
                action, place, value, ..
            } => {
                self.name(*action);
                self.doc.text(" ");
                self.place(place);
                if let Some(value) = value {
                    self.value(" =", value, Place::Equals);
                }
            }
            StepKind::Allow => {}
            StepKind::Error => self.verbatim(step.span),
        }
    }

    fn generators(&mut self, generators: &[Generator<'s>], hang: usize) {
        let alone = generators.len() == 1;
        self.doc.begin(Kind::All);
        if !alone {
            self.doc.nest(hang);
        }
        for (index, generator) in generators.iter().enumerate() {
            if index > 0 {
                self.doc.text(",");
                self.line_before(generator.pattern.span().start, 1, Blanks::None);
            }
            self.pattern(&generator.pattern);
            self.doc.text(" in ");
            self.hanging(if alone { hang } else { STEP }, &generator.source);
        }
        if !alone {
            self.doc.unnest();
        }
        self.doc.end();
    }

    fn pattern(&mut self, pattern: &Pattern<'s>) {
        self.comments_before(pattern.span().start);
        match pattern {
            Pattern::Name(name) => self.name(*name),
            Pattern::Tuple(parts, span) => {
                self.doc.text("(");
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        self.doc.text(", ");
                    }
                    self.pattern(part);
                }
                self.comments_before(span.end);
                self.doc.text(")");
            }
        }
    }

    /// `at p, q`
    fn places(&mut self, places: &[SourcePlace<'s>]) {
        self.doc.text("at ");
        self.doc.begin(Kind::All);
        self.doc.nest("at ".len());
        for (index, place) in places.iter().enumerate() {
            if index > 0 {
                self.doc.text(",");
                self.line_before(place.span.start, 1, Blanks::None);
            }
            self.place(place);
        }
        self.doc.unnest();
        self.doc.end();
    }

    fn place(&mut self, place: &SourcePlace<'s>) {
        self.name(place.root);
        for step in &place.steps {
            match step {
                PlaceStep::Field(name) => {
                    self.comments_before(name.span.start);
                    self.doc.text(".");
                    self.doc.text(name.text);
                }
                PlaceStep::Index(index) => {
                    self.doc.text("[");
                    self.operand(index);
                    self.doc.text("]");
                }
            }
        }
    }

    // ---- tests

    fn test_clause(&mut self, clause: &TestClause<'s>, column: usize) {
        self.comments_before(clause.span.start);
        match &clause.kind {
            TestClauseKind::With { target, value } => {
                self.keyword("with", column);
                self.path(target);
                self.value(" =", value, Place::Equals);
            }
            TestClauseKind::For { generators } => {
                let hang = self.keyword("for", column);
                self.generators(generators, hang);
            }
            TestClauseKind::Let { pattern, value } => {
                self.keyword("let", column);
                self.pattern(pattern);
                self.value(" =", value, Place::Equals);
            }
            TestClauseKind::ExpectAllow => self.doc.text("expect allow"),
            TestClauseKind::ExpectFinding { no, effect, rule, at } => {
                self.doc.text(if *no { "expect no " } else { "expect " });
                self.doc.text(match effect {
                    ExpectedEffect::Deny => "deny",
                    ExpectedEffect::Warn => "warn",
                    ExpectedEffect::Error => "error",
                    ExpectedEffect::Mutate => "mutate",
                });
                if let Some(rule) = rule {
                    self.doc.text(" ");
                    self.path(rule);
                }
                if let Some(at) = at {
                    self.doc.text(" at ");
                    self.text(at);
                }
            }
            TestClauseKind::ExpectExpr(value) => {
                self.doc.text("expect ");
                self.hanging("expect ".len(), value);
            }
            TestClauseKind::Error => self.verbatim(clause.span),
        }
    }
}

fn word(kind: &StepKind<'_>) -> &'static str {
    match kind {
        StepKind::Given { .. } => "given",
        StepKind::For { .. } => "for",
        StepKind::Let { .. } => "let",
        StepKind::When { .. } => "when",
        StepKind::Unless { .. } => "unless",
        StepKind::Finding { deny: true, .. } => "deny",
        StepKind::Finding { deny: false, .. } => "warn",
        StepKind::Allow => "allow",
        StepKind::Yield { .. } => "yield",
        StepKind::Edit { mutate: true, .. } => "mutate",
        StepKind::Edit { mutate: false, .. } => "fix",
        StepKind::Error => "",
    }
}

/// The width of a keyword that something follows.
fn column(step: &Step<'_>) -> usize {
    match &step.kind {
        StepKind::Allow => 0,
        kind => word(kind).len(),
    }
}

fn test_column(clause: &TestClause<'_>) -> usize {
    match &clause.kind {
        TestClauseKind::With { .. } => "with".len(),
        TestClauseKind::For { .. } | TestClauseKind::Let { .. } => "let".len(),
        _ => 0,
    }
}
