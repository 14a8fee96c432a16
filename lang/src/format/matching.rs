//! `match`: one arm a line, their `=>` in one column where all of them fit so.

use super::{
    doc::{Kind, STEP, width},
    expr::Place,
    print::{Blanks, Printer},
};
use crate::{
    span::Span,
    syntax::ast::{Arm, ArmPattern, ArmPatternKind, Expr},
};

/// Where the alternatives of an arm go on on the next line.
const PATTERNS: usize = 50;

/// The longest arm that is aligned: what is left of a line in a function's body.
const ALIGNED: usize = 87;

/// An arm that is printed, for the alignment.
#[derive(Clone, Copy, Debug)]
struct Printed {
    pad: usize,
    /// The width of the last line before `=>`, and that of the longest one.
    last: usize,
    longest: usize,
    /// The width of the value; none where it takes several lines, and where it holds a `match`: whether
    /// that stands on one line can change when it is formatted.
    value: Option<usize>,
}

impl<'s> Printer<'s> {
    pub(super) fn matching(&mut self, span: Span, value: &Expr<'s>, arms: &[Arm<'s>]) {
        self.matches += 1;
        self.doc.text("match ");
        self.operand(value);
        self.doc.text(" {");
        if arms.is_empty() && self.comments.before(span.end).is_none() {
            self.doc.text("}");
            return;
        }
        self.doc.begin(Kind::All);
        if self.comments.breaks_between(value.span.end, span.end) {
            self.doc.force();
        }
        self.doc.nest(STEP);
        let mut printed = alloc::vec::Vec::with_capacity(arms.len());
        for (index, arm) in arms.iter().enumerate() {
            if index > 0 {
                self.doc.text(",");
            }
            let blanks = if index == 0 {
                Blanks::AfterFirst
            } else {
                Blanks::Kept
            };
            self.line_before(arm.span.start, 1, blanks);
            printed.push(self.arm(arm));
        }
        if !arms.is_empty() {
            self.doc.comma();
        }
        self.close(span.end, 1);
        self.doc.text("}");
        self.align(&printed);
    }

    fn align(&mut self, arms: &[Printed]) {
        let longest = arms.iter().map(|arm| arm.longest).max().unwrap_or(0);
        let fit = |arm: &Printed| arm.value.is_some_and(|value| longest + value <= ALIGNED);
        if arms.iter().all(fit) {
            for arm in arms {
                self.doc.set_pad(arm.pad, longest - arm.last);
            }
        }
    }

    fn arm(&mut self, arm: &Arm<'s>) -> Printed {
        let (begin, matches) = (self.doc.mark(), self.matches);
        let (mut last, mut longest) = (0, 0);
        for (index, pattern) in arm.patterns.iter().enumerate() {
            let length = self.pattern_width(pattern);
            if index == 0 {
                last = length;
            } else if last + 3 + length <= PATTERNS {
                self.doc.text(" | ");
                last += 3 + length;
            } else {
                self.doc.nest(STEP);
                self.line_before(pattern.span.start, 1, Blanks::None);
                self.doc.text("| ");
                self.doc.unnest();
                last = STEP + 2 + length;
            }
            self.pattern_of_arm(pattern);
            longest = longest.max(last);
        }
        let mut whole = self.doc.width_since(begin).is_some();
        if let Some(guard) = &arm.guard {
            let mark = self.doc.mark();
            self.doc.text(" when ");
            self.operand(guard);
            let length = self.doc.width_since(mark);
            whole &= length.is_some();
            last += length.unwrap_or(0);
            longest = longest.max(last);
        }
        let pad = self.doc.pad(0);
        let mark = self.doc.mark();
        self.value(" =>", &arm.value, Place::Arm);
        let value = self.doc.width_since(mark).map(|all| all.saturating_sub(4));
        Printed {
            pad,
            last,
            longest,
            value: value.filter(|_| whole && matches == self.matches),
        }
    }

    /// The width of a pattern as it is printed, white space in it left out.
    fn pattern_width(&self, pattern: &ArmPattern<'s>) -> usize {
        match &pattern.kind {
            ArmPatternKind::Name(name) => width(name),
            ArmPatternKind::Type(path) => path
                .names
                .iter()
                .map(|name| width(name.text) + 1)
                .sum::<usize>()
                .saturating_sub(1),
            ArmPatternKind::Int(_) => {
                let kept = |c: &char| c.is_ascii_digit() || matches!(c, '_' | '-');
                self.slice(pattern.span).chars().filter(kept).count()
            }
            _ => width(self.slice(pattern.span)),
        }
    }

    fn pattern_of_arm(&mut self, pattern: &ArmPattern<'s>) {
        self.comments_before(pattern.span.start);
        match &pattern.kind {
            ArmPatternKind::Text(_) => self.verbatim(pattern.span),
            ArmPatternKind::Int(_) => {
                self.digits(pattern.span, self.slice(pattern.span).starts_with('-'));
            }
            ArmPatternKind::Bool(true) => self.doc.text("true"),
            ArmPatternKind::Bool(false) => self.doc.text("false"),
            ArmPatternKind::Null => self.doc.text("null"),
            ArmPatternKind::Type(path) => self.path(path),
            ArmPatternKind::Name(name) => self.doc.text(*name),
        }
    }
}
