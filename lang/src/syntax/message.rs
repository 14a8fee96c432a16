//! What to say where the grammar stops: first the mistakes that have a name ([`super::mistake`]),
//! then `expected …, found …` in the reader's words.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::ops::Range;

use crate::{
    code::Code,
    diagnostic::{Applicability, Diagnostic},
    syntax::{
        build::Build,
        layout::Layout,
        mistake, parse,
        similar::similar,
        token::{Lexeme, Token},
    },
};

/// A piece of source that the grammar refuses.
#[derive(Debug)]
pub(super) struct Case<'a, 's> {
    pub(super) layout: &'a Layout<'s>,
    /// What it was read as.
    pub(super) start: Token,
    /// All of it.
    pub(super) range: Range<usize>,
    /// The token that does not fit; the end of the range where one is missing.
    pub(super) at: usize,
    expected: &'a [String],
    /// Whether what stands before `at` is complete.
    pub(super) complete: bool,
}

impl Case<'_, '_> {
    /// Whether the grammar could go on with a terminal, spelt as in the grammar.
    pub(super) fn has(&self, terminal: &str) -> bool {
        self.expected
            .iter()
            .any(|expected| expected.trim_matches('"') == terminal)
    }

    /// The token that does not fit.
    pub(super) fn found(&self) -> Option<Token> {
        (self.at < self.range.end)
            .then(|| self.layout.token(self.at))
            .flatten()
    }

    /// The token before it, in the piece.
    pub(super) fn before(&self) -> Option<Token> {
        (self.at > self.range.start)
            .then(|| self.layout.before(self.at))
            .flatten()
    }

    pub(super) fn text(&self) -> &str {
        self.layout.text(self.at)
    }

    pub(super) fn wants_expression(&self) -> bool {
        self.has("float") && self.has("(")
    }

    pub(super) fn wants_type(&self) -> bool {
        self.has("Ident") && self.has("null") && self.has("[") && !self.has("float")
    }

    /// Any word may stand here.
    pub(super) fn wants_field(&self) -> bool {
        self.has("ident") && self.has("let") && self.has("null") && !self.has("(")
    }

    /// A diagnostic at the token that does not fit.
    pub(super) fn here(&self, message: impl Into<String>) -> Diagnostic {
        let span = if self.at < self.range.end || self.range.is_empty() {
            self.layout.span(self.at)
        } else {
            self.layout.span(self.range.end - 1)
        };
        Diagnostic::new(Code::Syntax, span, message)
    }
}

/// The diagnostic for the tokens of `range`, read as `start`, which stop to fit at `at`.
pub(super) fn explain(
    layout: &Layout<'_>,
    start: Token,
    range: Range<usize>,
    at: usize,
    expected: &[String],
) -> Diagnostic {
    let complete = at > range.start && {
        let mut build = Build::new(layout.file, layout.text);
        let before = layout.range(range.start..at).iter().copied();
        parse::read(&mut build, start, before).is_ok()
    };
    let case = Case {
        layout,
        start,
        range,
        at,
        expected,
        complete,
    };
    mistake::recognise(&case).unwrap_or_else(|| plain(&case))
}

/// A bracket that is never closed; `end` is the token before which it should have been.
pub(super) fn unclosed(layout: &Layout<'_>, open: usize, end: usize) -> Diagnostic {
    let span = layout.span(open);
    let opener = layout.text(open);
    let closer = layout.token(open).and_then(Token::closer).map_or("}", spelling);
    let diagnostic = Diagnostic::new(Code::Syntax, span, format!("this `{opener}` is not closed"))
        .with_help(format!("close it with `{closer}`"));
    if let Some(next) = layout.get(end) {
        diagnostic.with_label(layout.span_of(next), format!("expected `{closer}` before this"))
    } else {
        diagnostic.with_label(
            layout.end(),
            format!("expected `{closer}` before the end of the file"),
        )
    }
}

fn spelling(closer: Token) -> &'static str {
    match closer {
        Token::RParen => ")",
        Token::RBracket => "]",
        _ => "}",
    }
}

/// How a token is called.
pub(super) fn found(layout: &Layout<'_>, at: usize) -> String {
    let text = layout.text(at);
    match layout.token(at) {
        None => "the end of the file".to_string(),
        Some(Token::Int | Token::Float) => format!("the number `{text}`"),
        Some(Token::TextStart | Token::TextPart | Token::TextEnd | Token::Raw) => "a text".to_string(),
        Some(Token::Document) => "a document".to_string(),
        Some(Token::HoleEnd) => "`}`".to_string(),
        Some(_) if text.len() > 40 => "a name".to_string(),
        Some(_) => format!("`{text}`"),
    }
}

/// Adds the item keyword that was probably meant by a name.
pub(super) fn similar_item(layout: &Layout<'_>, at: usize, diagnostic: Diagnostic) -> Diagnostic {
    let text = layout.text(at);
    let known = match text {
        "policy" | "forbid" | "permit" | "constraint" => Some("rule"),
        "func" | "function" | "def" | "fun" => Some("fn"),
        "const" | "var" | "val" => Some("let"),
        "use" | "include" | "using" | "require" => Some("import"),
        "record" | "struct" | "interface" | "typedef" => Some("type"),
        "module" | "namespace" => Some("package"),
        _ if layout.token(at) == Some(Token::Ident) => similar(text, Token::ITEM_WORDS),
        _ => None,
    };
    match known {
        Some(known) if layout.token(at + 1).is_some_and(Token::is_name) => diagnostic
            .with_note(format!("did you mean `{known}`?"))
            .with_edit(layout.span(at), known, Applicability::Unsafe),
        Some(known) => diagnostic
            .with_note(format!("did you mean `{known}`?"))
            .with_help("a declaration has a name: `rule name { … }`"),
        None => diagnostic.with_help(
            "a declaration begins with `import`, `input`, `data`, `default`, `type`, `let`, `fn`, `rule`, `audit rule`, `relation` or `test`",
        ),
    }
}

/// `expected …, found …`
fn plain(case: &Case<'_, '_>) -> Diagnostic {
    let what = expected(case);
    let layout = case.layout;
    if case.found().is_some() {
        let message = format!("expected {what}, found {}", found(layout, case.at));
        return with_help(case, case.here(message));
    }
    let Some(last) = case.at.checked_sub(1).filter(|last| *last >= case.range.start) else {
        return case.here(format!("expected {what}, found nothing"));
    };
    let text = layout.text(last);
    let message = if text.is_empty() || text.len() > 24 || text.contains('\n') {
        format!("expected {what} after this")
    } else {
        format!("expected {what} after `{text}`")
    };
    with_help(case, case.here(message))
}

/// The mend of mistakes that have no better message.
fn with_help(case: &Case<'_, '_>, diagnostic: Diagnostic) -> Diagnostic {
    if case.at == case.range.start {
        match case.start {
            Token::StartItem => return similar_item(case.layout, case.at, diagnostic),
            Token::StartStep => {
                return diagnostic.with_help(
                    "a clause begins with `given`, `for`, `let`, `when` or `unless`, an effect with `deny`, `warn`, `allow`, `yield`, `fix` or `mutate`",
                );
            }
            Token::StartTestClause => {
                return diagnostic
                    .with_help("a clause of a test begins with `with`, `for`, `let` or `expect`");
            }
            _ => {}
        }
    }
    let text = |at: Option<usize>| at.map_or("", |at| case.layout.text(at));
    if case.found() == Some(Token::Dot)
        && case.wants_expression()
        && case.layout.token(case.at + 1) == Some(Token::Int)
    {
        return diagnostic.with_help(format!(
            "a number begins with a digit: `0.{}`",
            text(Some(case.at + 1))
        ));
    }
    if text(case.at.checked_sub(1)) == "allow" && text(case.at.checked_sub(2)) == "expect" {
        return diagnostic.with_help("`expect allow` is about the whole decision, and names no rule");
    }
    if case.has("then") {
        diagnostic.with_help("a choice is written `if condition then a else b`")
    } else if case.has("else") {
        diagnostic.with_help("an `if` always has its `else`: `if condition then a else b`")
    } else if case.has("in") && !case.has("==") {
        diagnostic.with_help("`for` binds each element of a collection: `for x in xs`")
    } else if case.has("=>") && !case.wants_expression() {
        diagnostic.with_help("an arm is written `pattern => expression`, and arms are separated by `,`")
    } else if case.start == Token::StartItem && case.has(":") && !case.complete {
        diagnostic.with_help("a type follows the name: `name: type`")
    } else if matches!(case.start, Token::StartItem | Token::StartPackage) && case.complete {
        similar_item(case.layout, case.at, diagnostic)
    } else {
        diagnostic
    }
}

/// How a test without a title is mended.
pub(super) const TEST_TITLE: &str =
    "say in a few words what holds: `test \"a privileged pod is denied\" { … }`";

/// What could stand here, in at most four words or groups of words.
fn expected(case: &Case<'_, '_>) -> String {
    let mut list: Vec<String> = Vec::new();
    if case.at == case.range.start {
        match case.start {
            Token::StartItem => return "a declaration".to_string(),
            Token::StartStep => return "a clause".to_string(),
            Token::StartTestClause => return "a clause of a test".to_string(),
            _ => {}
        }
    }
    let expression = case.wants_expression();
    if expression {
        let operand = if case.has("if") {
            "an expression"
        } else {
            "a value"
        };
        list.push(operand.to_string());
    } else if case.wants_type() {
        list.push("a type".to_string());
    } else if case.wants_field() {
        list.push("a name".to_string());
    } else if case.has("null") && case.has("text(") {
        list.push("a pattern".to_string());
    } else if case.has("ident") {
        list.push("a name".to_string());
    } else if case.has("Ident") {
        list.push("the name of a type".to_string());
    } else if case.has("text(") {
        list.push("a text".to_string());
    }
    for word in ["rule", "import"] {
        if case.has(word) && !case.has("ident") {
            list.push("a declaration".to_string());
            break;
        }
    }
    let punctuation = [
        ")", "]", "}", ")hole", ",", ":", "=", "in", "=>", "->", "then", "else", "as", "allow", "deny", "{",
    ];
    // Where an operand has just ended, brackets and operators go without saying.
    let after_operand = case.has("and") || case.has("?.");
    for terminal in punctuation {
        let said = case.has(terminal)
            && !(expression && matches!(terminal, "{" | "allow" | "deny"))
            && !(case.wants_type() && terminal == "{")
            && (!case.wants_field() || matches!(terminal, "}" | ")" | "]"))
            && !(after_operand && terminal == "in")
            && !(terminal == "as" && case.has("ident"))
            // Where any word may stand, none is worth naming.
            && !(case.has("let") && terminal.chars().all(char::is_alphabetic));
        if said {
            list.push(format!("`{}`", if terminal == ")hole" { "}" } else { terminal }));
        }
    }
    if list.is_empty() && after_operand {
        list.push("an operator".to_string());
    } else if list.is_empty() && case.has("(") {
        list.push("`(`".to_string());
    }
    if case.complete {
        list.retain(|text| !matches!(text.as_str(), "`->`" | "a declaration"));
        list.push(
            match case.start {
                Token::StartStep | Token::StartTestClause => "the next clause",
                Token::StartExpr => "the end of the expression",
                _ => "the next declaration",
            }
            .to_string(),
        );
    }
    if list.is_empty() {
        return if after_operand {
            "an operator"
        } else {
            "something else"
        }
        .to_string();
    }
    list.truncate(4);
    let last = list.pop().unwrap_or_default();
    if list.is_empty() {
        last
    } else {
        format!("{} or {last}", list.join(", "))
    }
}

/// A token of the piece, by its index in the file.
pub(super) fn lexeme(case: &Case<'_, '_>, at: usize) -> Option<Lexeme> {
    case.range.contains(&at).then(|| case.layout.get(at)).flatten()
}
