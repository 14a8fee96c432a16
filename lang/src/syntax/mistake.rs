//! Mistakes that have a name: each function recognises one at the token that does not fit, and says
//! how it is mended. They look at the tokens of the broken piece only, once each.

mod form;

use alloc::{
    format,
    string::{String, ToString},
};

use crate::{
    code::Code,
    diagnostic::{Applicability, Diagnostic, Edit, Suggestion},
    span::Span,
    syntax::{
        cut::meant_clause,
        message::{self, Case, lexeme},
        similar::similar,
        token::Token,
    },
};

/// The diagnostic of the first mistake that is recognised.
pub(super) fn recognise(case: &Case<'_, '_>) -> Option<Diagnostic> {
    form::block(case)
        .or_else(|| brackets(case))
        .or_else(|| form::message_first(case))
        .or_else(|| form::foreign_type(case))
        .or_else(|| form::head(case))
        .or_else(|| generator(case))
        .or_else(|| operators(case))
        .or_else(|| equals(case))
        .or_else(|| question(case))
        .or_else(|| statement(case))
        .or_else(|| word(case))
        .or_else(|| reserved(case))
        .or_else(|| capital(case))
        .or_else(|| form::place(case))
        .or_else(|| form::document(case))
}

/// A bracket that is not closed, is closed by another kind, or closes nothing.
fn brackets(case: &Case<'_, '_>) -> Option<Diagnostic> {
    let layout = case.layout;
    let open = layout.open_brackets(case.range.start, case.at);
    let operand = case.before().is_some_and(|before| {
        before.ends_operand() || matches!(before, Token::Question | Token::Comma) || before.opens()
    });
    let Some(found) = case.found() else {
        let last = open.last().filter(|_| operand || case.complete)?;
        return Some(message::unclosed(layout, *last, case.range.end));
    };
    let margin = found.begins_item() && layout.column(case.at) == Some(0);
    if (found.begins_clause_only() || margin) && operand && !case.has(case.text()) {
        return open.last().map(|last| message::unclosed(layout, *last, case.at));
    }
    if !found.closes() {
        return None;
    }
    let Some(last) = open.last() else {
        let text = case.text();
        return Some(
            case.here(format!("this `{text}` closes nothing"))
                .with_help("remove it, or open the bracket")
                .with_edit(layout.span(case.at), "", Applicability::Unsafe),
        );
    };
    let closer = layout.token(*last).and_then(Token::closer)?;
    if closer == found || !operand {
        return None;
    }
    let opener = layout.text(*last);
    let wanted = match closer {
        Token::RParen => ")",
        Token::RBracket => "]",
        _ => "}",
    };
    let text = case.text();
    let text = if text.is_empty() { "}" } else { text };
    Some(
        case.here(format!(
            "expected `{wanted}` to close the `{opener}`, found `{text}`"
        ))
        .with_label(layout.span(*last), "opened here"),
    )
}

/// `[e for x in a, b]`: behind the `,` the `for` goes on.
fn generator(case: &Case<'_, '_>) -> Option<Diagnostic> {
    let layout = case.layout;
    let pattern_begins = case.has("ident") && case.has("(") && !case.has("float") && !case.has("null");
    let pattern_ended = case.has("in") && !case.has("==");
    if !pattern_begins && !pattern_ended {
        return None;
    }
    let mut depth = 0usize;
    let mut comma = None;
    for index in (case.range.start..case.at).rev() {
        let token = layout.token(index)?;
        if token.closes() {
            depth += 1;
        } else if token.opens() {
            depth = depth.checked_sub(1)?;
        } else if depth == 0 && token == Token::Comma {
            comma.get_or_insert(index);
        } else if depth == 0 && token == Token::For {
            break;
        } else if depth == 0 && (token.begins_clause() || token == Token::Colon) {
            return None;
        }
    }
    let comma = comma?;
    if layout.open_brackets(case.range.start, case.at).is_empty() {
        return None;
    }
    let found = match case.found() {
        Some(_) => message::found(layout, case.at),
        None => "nothing".to_string(),
    };
    Some(
        case.here(format!(
            "expected one more `name in …` of the `for`, found {found}"
        ))
        .with_label(layout.span(comma), "this `,` continues the `for`")
        .with_help("write one more `for` generator after the `,`, or close the bracket before it"),
    )
}

/// Comparisons that chain, and `??` beside an operator.
fn operators(case: &Case<'_, '_>) -> Option<Diagnostic> {
    let layout = case.layout;
    let found = case.found()?;
    let negated = found == Token::Not && layout.token(case.at + 1) == Some(Token::In);
    let operator = found.compares() || found.computes() || found == Token::Coalesce || negated;
    if !operator || !case.before()?.ends_operand() && case.before() != Some(Token::Question) {
        return None;
    }
    let other = operator_before(case)?;
    let before = layout.token(other)?;
    let text = |index: usize| {
        if layout.token(index) == Some(Token::Not) {
            "not in"
        } else {
            layout.text(index)
        }
    };
    let compares = before.compares() || before == Token::Not;
    if (found == Token::Coalesce) == (before == Token::Coalesce) {
        if !(compares && (found.compares() || negated)) {
            return None;
        }
        return Some(chained(case, other));
    }
    // The operands of the `??`, or of the chain of them.
    let (first, last, beside) = if found == Token::Coalesce {
        (behind(case, other), operand_after(case, case.at + 1)?, other)
    } else {
        (operand_before(case, case.at - 1), case.at - 1, case.at)
    };
    let (start, end) = (layout.span(first), layout.span(last));
    let operand = layout.text_between(first, last);
    let diagnostic = Diagnostic::new(
        Code::CoalesceNeedsParentheses,
        layout.span(case.at),
        format!("`??` beside `{}` needs parentheses", text(beside)),
    )
    .with_label(layout.span(other), format!("`{}` stands here", text(other)));
    let help = if operand.len() > 60 || operand.contains('\n') {
        "put the `??` and its operands into parentheses".to_string()
    } else {
        format!("write `({operand})`")
    };
    let mut diagnostic = diagnostic.with_help(help);
    diagnostic.suggestion = Some(Suggestion {
        edits: alloc::vec![
            Edit {
                span: Span {
                    end: start.start,
                    ..start
                },
                text: "(".to_string()
            },
            Edit {
                span: Span {
                    start: end.end,
                    ..end
                },
                text: ")".to_string()
            },
        ],
        applicability: Applicability::Unsafe,
    });
    Some(diagnostic)
}

/// `a == b == c`
fn chained(case: &Case<'_, '_>, other: usize) -> Diagnostic {
    let layout = case.layout;
    let operand = layout.text_between(behind(case, other), case.at - 1);
    let span = layout.span(case.at);
    let diagnostic = Diagnostic::new(Code::ChainedComparison, span, "comparison does not chain")
        .with_label(layout.span(other), "the first comparison");
    if operand.len() > 40 || operand.contains('\n') || layout.token(other) == Some(Token::Is) {
        return diagnostic.with_help("join two comparisons with `and`, or put one into parentheses");
    }
    diagnostic
        .with_help(format!(
            "write `and {operand}` before it, or put one comparison into parentheses"
        ))
        .with_edit(
            Span {
                end: span.start,
                ..span
            },
            format!("and {operand} "),
            Applicability::Unsafe,
        )
}

/// The token behind an operator, which may be `not in`.
fn behind(case: &Case<'_, '_>, operator: usize) -> usize {
    let words = if case.layout.token(operator) == Some(Token::Not) {
        2
    } else {
        1
    };
    operator + words
}

/// Whether a token at depth 0 is part of a unary operand.
fn in_operand(case: &Case<'_, '_>, index: usize) -> bool {
    let Some(token) = lexeme(case, index).map(|lexeme| lexeme.token) else {
        return false;
    };
    token.ends_operand()
        || matches!(
            token,
            Token::Dot | Token::QuestionDot | Token::TextStart | Token::TextPart
        )
        || matches!(case.layout.before(index), Some(Token::Dot | Token::QuestionDot))
}

/// The operator before the operand that ends before the case.
fn operator_before(case: &Case<'_, '_>) -> Option<usize> {
    let mut depth = 0usize;
    for index in (case.range.start..case.at).rev() {
        let token = lexeme(case, index)?.token;
        if token.closes() {
            depth += 1;
        } else if token.opens() {
            depth = depth.checked_sub(1)?;
        } else if depth == 0 && !in_operand(case, index) {
            let operator = token.compares() || token == Token::Coalesce || is_binary(case, index);
            if token == Token::In && case.layout.before(index) == Some(Token::Not) {
                return Some(index - 1);
            }
            if operator {
                return Some(index);
            }
            // A minus before an operand, the parts of a type after `is`.
            if !matches!(token, Token::Minus | Token::Bar | Token::Question) {
                return None;
            }
        }
    }
    None
}

/// Whether a token is an arithmetic operator between operands.
fn is_binary(case: &Case<'_, '_>, index: usize) -> bool {
    lexeme(case, index).is_some_and(|lexeme| lexeme.token.computes())
        && case.layout.before(index).is_some_and(Token::ends_operand)
}

/// The first token of the chain of `??` that ends at `last`.
fn operand_before(case: &Case<'_, '_>, last: usize) -> usize {
    let mut depth = 0usize;
    let mut first = last;
    for index in (case.range.start..=last).rev() {
        let Some(token) = lexeme(case, index).map(|lexeme| lexeme.token) else {
            break;
        };
        if token.closes() {
            depth += 1;
        } else if token.opens() {
            let Some(less) = depth.checked_sub(1) else { break };
            depth = less;
        } else if depth == 0
            && !in_operand(case, index)
            && token != Token::Coalesce
            && (token != Token::Minus || is_binary(case, index))
        {
            break;
        }
        first = index;
    }
    first
}

/// The last token of the operands, joined by `??`, that begin at `first`.
fn operand_after(case: &Case<'_, '_>, first: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut last = None;
    for index in first..case.range.end {
        let token = lexeme(case, index)?.token;
        if token.opens() {
            depth += 1;
        } else if token.closes() {
            let Some(less) = depth.checked_sub(1) else { break };
            depth = less;
        } else if depth == 0
            && !in_operand(case, index)
            && token != Token::Coalesce
            && (token != Token::Minus || is_binary(case, index))
        {
            break;
        }
        last = Some(index);
    }
    last
}

/// `=` for `==`, and the reverse.
fn equals(case: &Case<'_, '_>) -> Option<Diagnostic> {
    let span = case.layout.span(case.at);
    match case.found()? {
        Token::Equals if case.has("==") => Some(
            case.here("`=` binds, it does not compare")
                .with_help("write `==` to compare")
                .with_edit(span, "==", Applicability::Safe),
        ),
        Token::EqualEqual if case.has("=") => Some(
            case.here("`==` compares, it does not bind")
                .with_help("write `=`")
                .with_edit(span, "=", Applicability::Safe),
        ),
        Token::Colon if case.start == Token::StartStep && case.has("=") => Some(
            case.here("a name that is bound in a body has no declared type")
                .with_help("leave the type out: it is found from the value"),
        ),
        _ => None,
    }
}

/// `a ? b : c`, `x?`
fn question(case: &Case<'_, '_>) -> Option<Diagnostic> {
    if case.found()? != Token::Question || !(case.has("?.") || case.has("and")) {
        return None;
    }
    Some(case.here("`?` is no operator").with_help(
        "a choice is written `if condition then a else b`; what may be absent is dealt with by `??`, `?.` or `given`",
    ))
}

/// Statements of other languages, and keywords where no clause can begin.
fn statement(case: &Case<'_, '_>) -> Option<Diagnostic> {
    let found = case.found()?;
    let begins = case.at == case.range.start || case.complete;
    let in_body = matches!(case.start, Token::StartStep | Token::StartTestClause);
    match found {
        Token::If if begins && in_body => Some(case.here("`if` is no clause").with_help(
            "a condition is written `when …` or `unless …`; `if condition then a else b` is an expression",
        )),
        Token::Else if begins && in_body => Some(case.here("`else` without `if … then …`").with_help(
            "what holds otherwise is another rule, or `if condition then a else b` in an expression",
        )),
        Token::LBrace if case.has("then") => Some(
            case.here("expected `then`, found `{`")
                .with_help("a choice is written `if condition then a else b`, without braces"),
        ),
        _ if begins
            && found.begins_clause()
            && matches!(case.start, Token::StartItem | Token::StartPackage)
            && found != Token::Let =>
        {
            let text = case.text();
            let effect = matches!(found, Token::Allow | Token::Deny | Token::Warn);
            Some(
                case.here(format!("the clause `{text}` stands outside of a body"))
                    .with_help(if effect {
                        format!(
                            "a rule has a name, and its effect stands last: `rule name {{ when … {text} … }}`"
                        )
                    } else {
                        "clauses stand between the braces of a rule, relation, function or test".to_string()
                    }),
            )
        }
        _ if in_body
            && begins
            && (found.begins_clause() || found == Token::ErrorWord || found == Token::No) =>
        {
            let text = case.text();
            let diagnostic = case.here(format!("`{text}` is no clause here"));
            Some(if case.start == Token::StartTestClause {
                diagnostic.with_help("a clause of a test begins with `with`, `for`, `let` or `expect`")
            } else {
                diagnostic.with_help("`with` and `expect` stand in tests")
            })
        }
        _ => None,
    }
}

/// Words that may have been meant by a name in the middle of a clause, where they fit.
const OPERATORS: &[&str] = &[
    "and", "or", "not", "in", "like", "matches", "is", "then", "else", "at", "as", "for", "deny", "warn",
    "error",
];

/// A misspelt keyword, or one of another language.
fn word(case: &Case<'_, '_>) -> Option<Diagnostic> {
    if case.found()? != Token::Ident {
        return None;
    }
    let text = case.text();
    let begins = case.at == case.range.start || case.complete;
    let span = case.layout.span(case.at);
    let meant = |diagnostic: Diagnostic, known: &str| {
        diagnostic
            .with_note(format!("did you mean `{known}`?"))
            .with_edit(span, known, Applicability::Unsafe)
    };
    if begins && matches!(case.start, Token::StartStep | Token::StartTestClause) {
        let test = case.start == Token::StartTestClause;
        if let Some(known) = meant_clause(text, test) {
            return Some(meant(case.here(format!("`{text}` begins no clause")), known));
        }
    }
    let known = similar(text, OPERATORS).filter(|known| case.has(known))?;
    Some(meant(
        case.here(format!("`{text}` is no word that fits here")),
        known,
    ))
}

/// A reserved word used as a name.
fn reserved(case: &Case<'_, '_>) -> Option<Diagnostic> {
    let found = case.found()?;
    if !found.is_reserved() || !case.has("ident") || case.wants_field() {
        return None;
    }
    let text = case.text();
    let word = format!("`{text}` is a reserved word and cannot be a name");
    if case.wants_expression() || case.wants_type() {
        // It may also be that what should stand before it is missing.
        let what = if case.wants_type() {
            "a type"
        } else {
            "an expression"
        };
        return Some(
            case.here(format!("expected {what}, found `{text}`"))
                .with_help(format!("{word}, except after `.` and before `:`")),
        );
    }
    Some(
        case.here(word)
            .with_help("choose another name; only after `.` and before `:` any word may stand"),
    )
}

/// Names of types begin with a capital, all others do not.
fn capital(case: &Case<'_, '_>) -> Option<Diagnostic> {
    let text = case.text();
    let span = case.layout.span(case.at);
    match case.found()? {
        Token::TypeIdent if case.wants_expression() => {
            let known = match text {
                "True" | "TRUE" => "true",
                "False" | "FALSE" => "false",
                "None" | "Null" | "NULL" | "Nil" => "null",
                _ if case.layout.text(case.at + 1) == "::" => {
                    return Some(
                        case.here(format!("`{text}::` names no entity"))
                            .with_help("values are texts and records of an input: compare an id, `request.principal.id == \"alice\"`"),
                    );
                }
                _ => {
                    return Some(
                        case.here(format!("the type `{text}` is no value"))
                            .with_help(format!("test a value's type with `… is {text}`; names of values begin with a lower-case letter")),
                    );
                }
            };
            Some(
                case.here(format!("`{text}` is no value"))
                    .with_note(format!("did you mean `{known}`?"))
                    .with_edit(span, known, Applicability::Safe),
            )
        }
        Token::TypeIdent if case.has("ident") => {
            let lower = change_first(text, char::to_ascii_lowercase);
            Some(
                case.here(format!(
                    "`{text}` begins with a capital, as only names of types do"
                ))
                .with_help(format!("write `{lower}`"))
                .with_edit(span, lower, Applicability::Unsafe),
            )
        }
        Token::Ident if case.has("Ident") && !case.has("ident") => {
            let upper = change_first(text, char::to_ascii_uppercase);
            Some(
                case.here(format!(
                    "the name of a type begins with a capital, `{text}` does not"
                ))
                .with_help(format!("write `{upper}`"))
                .with_edit(span, upper, Applicability::Unsafe),
            )
        }
        _ => None,
    }
}

fn change_first(text: &str, change: fn(&char) -> char) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| change(&c));
    first.into_iter().chain(chars).collect()
}
