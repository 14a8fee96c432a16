//! Expectations against a decision, and what failures say of both.

use alloc::{format, string::String, vec::Vec};
use core::fmt::Write as _;

use wardlaw_lang::{
    Code, Span,
    ir::test::{Expectation, ExpectedEffect},
};

use super::{Failure, LONGEST};
use crate::{
    decision::{Decision, Effect, Finding},
    eval::Machine,
    plan::{Op, OpId},
    value::print,
};

/// The findings for which something holds.
pub(super) fn matching(
    decision: &Decision,
    holds: impl Fn(&Finding) -> bool,
) -> impl Iterator<Item = &Finding> {
    decision.findings.iter().filter(move |finding| holds(finding))
}

/// What a decision lacks of what is expected of it, or has beyond it.
pub(super) fn findings(
    expectation: &Expectation,
    decision: &Decision,
    package: &str,
    span: Span,
) -> Option<Failure> {
    let described = |findings: &mut dyn Iterator<Item = &Finding>| -> Vec<String> {
        findings.map(|finding| describe(finding, package)).collect()
    };
    let (message, found) = match expectation {
        Expectation::Holds(_) => return None,
        Expectation::Allow => {
            if decision.allowed {
                return None;
            }
            let denies = |finding: &Finding| matches!(finding.effect, Effect::Deny | Effect::Error);
            let found = described(&mut matching(decision, denies));
            (String::from("expected the decision to allow"), found)
        }
        Expectation::Finding { no, effect, rule, at } => {
            let (wanted, name) = match effect {
                ExpectedEffect::Deny => (Effect::Deny, "a `deny`"),
                ExpectedEffect::Warn => (Effect::Warn, "a `warn`"),
                ExpectedEffect::Error => (Effect::Error, "an `error`"),
                ExpectedEffect::Mutate => {
                    return changes(*no, rule.as_deref(), at.as_deref(), decision, package, span);
                }
            };
            let fits = |finding: &Finding| {
                finding.effect == wanted
                    && rule.as_ref().is_none_or(|rule| **rule == *finding.rule)
                    && at.as_ref().is_none_or(|at| *at == finding.path)
            };
            let some = matching(decision, fits).next().is_some();
            if some != *no {
                return None;
            }
            let mut message = if *no {
                format!("expected no {}", wanted_name(wanted))
            } else {
                format!("expected {name}")
            };
            message.push_str(&which(rule.as_deref(), at.as_deref(), package));
            let found = if *no {
                described(&mut matching(decision, fits))
            } else {
                // Of the rule that was named first: a wrong place is the usual mistake.
                let of_rule = |finding: &Finding| rule.as_ref().is_some_and(|rule| **rule == *finding.rule);
                let own = described(&mut matching(decision, of_rule));
                if own.is_empty() {
                    described(&mut matching(decision, |finding| finding.effect != Effect::Allow))
                } else {
                    own
                }
            };
            (message, found)
        }
    };
    Some(failed(span, message, found))
}

/// What a decision changes of the object too little, or too much.
fn changes(
    no: bool,
    rule: Option<&str>,
    at: Option<&str>,
    decision: &Decision,
    package: &str,
    span: Span,
) -> Option<Failure> {
    let fits =
        |(by, path): &&(String, String)| rule.is_none_or(|rule| rule == by) && at.is_none_or(|at| at == path);
    if decision.changes.iter().any(|change| fits(&change)) != no {
        return None;
    }
    let mut message = String::from(if no {
        "expected no `mutate`"
    } else {
        "expected a `mutate`"
    });
    message.push_str(&which(rule, at, package));
    let found = decision.changes.iter().filter(|change| !no || fits(change));
    let found = found.map(|(by, path)| format!("`mutate` of `{}` at `{path}`", short(by, package)));
    Some(failed(span, message, found.collect()))
}

/// Of which rule, and where.
fn which(rule: Option<&str>, at: Option<&str>, package: &str) -> String {
    let mut text = String::new();
    if let Some(rule) = rule {
        let _ = write!(text, " of `{}`", short(rule, package));
    }
    if let Some(at) = at {
        let _ = write!(text, " at `{at}`");
    }
    text
}

fn failed(span: Span, message: String, mut found: Vec<String>) -> Failure {
    match found.first_mut() {
        Some(first) => *first = format!("found {first}"),
        None => found.push(String::from("nothing was found")),
    }
    let mut failure = Failure::new(Code::Expectation, span, message);
    failure.found = found;
    failure
}

const fn wanted_name(effect: Effect) -> &'static str {
    match effect {
        Effect::Deny => "`deny`",
        Effect::Warn => "`warn`",
        Effect::Error => "`error`",
        Effect::Allow => "`allow`",
    }
}

/// A rule's name as the tests of its package write it.
fn short<'n>(rule: &'n str, package: &str) -> &'n str {
    rule.strip_prefix(package)
        .and_then(|rest| rest.strip_prefix('.'))
        .unwrap_or(rule)
}

/// A finding in one line.
pub(super) fn describe(finding: &Finding, package: &str) -> String {
    let rule = short(&finding.rule, package);
    let mut text = format!(
        "{} of `{rule}` at `{}`",
        wanted_name(finding.effect),
        finding.path
    );
    if let Some(within) = &finding.within {
        let _ = write!(text, " of `{within}`");
    }
    text.push_str(": ");
    text.push_str(&shortened(&finding.message));
    text
}

/// A text that is not too long for a line.
pub(super) fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// The failure of a condition that is false, with the values that it compares.
pub(super) fn not_held(machine: &mut Machine<'_>, condition: OpId, span: Span) -> Failure {
    let mut failure = Failure::new(Code::Expectation, span, "expected this to hold");
    let sides: Vec<(&str, OpId)> = match machine.plan.op(condition) {
        Some(Op::Equal { left, right, .. } | Op::Order { left, right, .. }) => {
            [("the left side is", left), ("the right side is", right)].into()
        }
        Some(Op::In { value, container, .. }) => {
            [("the value is", value), ("the collection is", container)].into()
        }
        Some(Op::Absent { value, .. }) => [("the value is", value)].into(),
        _ => Vec::new(),
    };
    for (what, side) in sides {
        let mut text = String::new();
        match machine.eval(side) {
            Ok(value) => print::json(&machine.world, value, &mut text),
            Err(_) => drop(machine.take_fault()),
        }
        if !text.is_empty() {
            failure.found.push(format!("{what} `{}`", shortened(&text)));
        }
    }
    failure
}
