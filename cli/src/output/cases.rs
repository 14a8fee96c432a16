//! Results of tests: a line a case, and of each failure the clause that did not hold.

use std::{fmt::Write as _, time::Duration};

use serde_json::json;
use wardlaw::testing::TestInfo;
use wardlaw_lang::{Diagnostic, Sources};

use super::{diagnostic, escape, style::Style, summary::count};
use crate::engine::{CaseResult, TestFailure};

/// The text before the first case, between two, and after the last.
pub(crate) const OPEN: &str = "[";
/// See [`OPEN`].
pub(crate) const BETWEEN: &str = ",\n ";
/// See [`OPEN`].
pub(crate) const CLOSE: &str = "]\n";

/// A case that was run.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    /// Its test.
    pub(crate) test: TestInfo<'a>,
    /// What came of it.
    pub(crate) result: &'a CaseResult,
    /// How long it took.
    pub(crate) time: Duration,
    /// The texts that failures point into.
    pub(crate) sources: &'a Sources,
}

/// The heading of a package's tests.
pub(crate) fn package(out: &mut String, name: &str, style: Style) {
    let _ = writeln!(out, "{}", style.strong(name));
}

/// A line, and the failures below it.
pub(crate) fn human(out: &mut String, case: &Case<'_>, style: Style) {
    let (word, passed) = if case.result.passed() {
        (style.good("ok  "), true)
    } else {
        (style.alarm("FAIL"), false)
    };
    let mut title = escape::line(case.test.title).to_string();
    if let Some(name) = &case.result.case {
        let _ = write!(title, " [{}]", escape::line(name));
    }
    let _ = writeln!(out, "  {word} {title} ({})", shown(case.time));
    if !passed {
        out.push('\n');
        let failures: Vec<Diagnostic> = case.result.failures.iter().map(TestFailure::diagnostic).collect();
        diagnostic::write(out, &failures, case.sources, style);
    }
}

/// A case as JSON.
pub(crate) fn json(out: &mut String, case: &Case<'_>) {
    let place = |span: wardlaw_lang::Span| {
        let at = case.sources.line_column(span.file, span.start);
        (case.sources.name(span.file), at.line, at.column)
    };
    let failures: Vec<serde_json::Value> = case
        .result
        .failures
        .iter()
        .map(|failure| {
            let (file, line, column) = place(failure.span);
            json!({
                "code": failure.code.to_string(), "message": failure.message, "found": failure.found,
                "file": file, "line": line, "column": column,
            })
        })
        .collect();
    let (file, line, _) = place(case.test.span);
    let value = json!({
        "package": case.test.package, "test": case.test.title, "case": case.result.case,
        "passed": case.result.passed(), "failures": failures, "fuel": case.result.fuel,
        "seconds": case.time.as_secs_f64(), "file": file, "line": line,
    });
    out.push_str(&escape::json(value.to_string()));
}

/// What was run, in one line.
pub(crate) fn summary(tests: usize, passed: usize, failed: usize, time: Duration, style: Style) -> String {
    let result = if failed == 0 {
        style.good("all passed").into_owned()
    } else {
        format!("{passed} passed, {}", style.alarm(&format!("{failed} failed")))
    };
    let (tests, cases) = (count(tests, "test"), count(passed + failed, "case"));
    format!("{tests}, {cases}: {result} ({})\n", shown(time))
}

fn shown(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1_000.0;
    if milliseconds < 1_000.0 {
        format!("{milliseconds:.1} ms")
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}
