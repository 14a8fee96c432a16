//! Mistakes in how clauses and declarations are put together: blocks, places, types of other languages,
//! what stands before a body.

use alloc::{format, string::ToString};

use crate::{
    diagnostic::Diagnostic,
    syntax::{
        message::{self, Case},
        token::Token,
    },
};

/// `for c in xs {`: clauses follow one another, without blocks.
pub(super) fn block(case: &Case<'_, '_>) -> Option<Diagnostic> {
    let open = case.layout.open_brackets(case.range.start, case.at).is_empty();
    if case.start != Token::StartStep || case.found()? != Token::LBrace || !case.complete || !open {
        return None;
    }
    Some(case.here("`{` begins no block here").with_help(
        "leave out the braces: each clause holds for all that follow it, down to the end of the body",
    ))
}

/// `deny at x "…"`: the message comes first.
pub(super) fn message_first(case: &Case<'_, '_>) -> Option<Diagnostic> {
    let layout = case.layout;
    if case.start != Token::StartStep || !matches!(layout.token(case.range.start)?, Token::Deny | Token::Warn)
    {
        return None;
    }
    let word = layout.text(case.range.start);
    let help = format!("say first what is wrong: `{word} \"…\" at place`");
    if case.at == case.range.start + 1 {
        return Some(
            case.here(format!("expected a message after `{word}`"))
                .with_help(help),
        );
    }
    let at = layout.token(case.range.start + 1)? == Token::At && case.at == case.range.start + 2;
    at.then(|| {
        let mut diagnostic = case.here(format!("expected a message after `{word}`, found `at`"));
        diagnostic.span = layout.span(case.range.start + 1);
        diagnostic.with_help(help)
    })
}

/// `map[string]T`, `T[]`, `Optional<T>`: types of other languages.
pub(super) fn foreign_type(case: &Case<'_, '_>) -> Option<Diagnostic> {
    let layout = case.layout;
    let named = matches!(case.before()?, Token::Ident | Token::TypeIdent | Token::RBracket);
    let before = case.at.checked_sub(1).map(|before| layout.text(before))?;
    // Behind a type its `?` may follow, and no operator.
    let behind_type = case.has("|") && case.has("?") && !case.has("and");
    if !named || !behind_type || !matches!(case.start, Token::StartItem | Token::StartPackage) {
        return None;
    }
    let help = match case.found()? {
        Token::LBracket if matches!(before, "map" | "Map" | "dict" | "object" | "Object") => {
            "a map is written `{[string]: T}`".to_string()
        }
        Token::LBracket => format!("a list is written `[{before}]`"),
        Token::Less => match before {
            "Optional" | "Option" | "Maybe" => "what may be absent is written `T?`".to_string(),
            "Set" | "set" | "HashSet" => "a set is written `{T}`".to_string(),
            "List" | "list" | "Array" | "array" | "Vec" => "a list is written `[T]`".to_string(),
            "Map" | "map" | "HashMap" | "Dict" => "a map is written `{[string]: T}`".to_string(),
            _ => "a list is written `[T]`, a set `{T}`, a map `{[string]: T}`, and what may be absent `T?`"
                .to_string(),
        },
        _ => return None,
    };
    let text = case.text();
    Some(
        case.here(format!("`{text}` does not go on a type"))
            .with_help(help),
    )
}

/// What stands between the keyword of an item and its body.
pub(super) fn head(case: &Case<'_, '_>) -> Option<Diagnostic> {
    let layout = case.layout;
    if !matches!(case.start, Token::StartItem | Token::StartPackage) {
        return None;
    }
    let found = case.found()?;
    let before = case.before();
    if found == Token::Colon && case.has("{") && before.is_some_and(Token::is_name) {
        return Some(
            case.here("expected `{`, found `:`")
                .with_help("a body stands between braces: `rule name { … }`"),
        );
    }
    if before == Some(Token::Test) && case.has("text(") || found == Token::Test && follows_brace(case) {
        let mut diagnostic = case.here("a test needs a title");
        if found != Token::Test {
            diagnostic.span = layout.span(case.at - 1);
        }
        return Some(diagnostic.with_help(message::TEST_TITLE));
    }
    if found == Token::Import && layout.token(case.at + 1) == Some(Token::TextStart) {
        return Some(
            case.here("an import names a package, not a file")
                .with_help("write its path: `import k8s.workload`; files are given on the command line"),
        );
    }
    let default = case.at >= 2 && layout.token(case.at - 2) == Some(Token::Default);
    if found == Token::Equals && default && matches!(before, Some(Token::Allow | Token::Deny)) {
        return Some(
            case.here("a default has no value")
                .with_help("write `default deny`, or `default allow`"),
        );
    }
    None
}

/// Whether a brace follows the token that does not fit.
fn follows_brace(case: &Case<'_, '_>) -> bool {
    case.layout.token(case.at + 1) == Some(Token::LBrace)
}

/// `at "…"`, `at f(x)`: a place is no expression.
pub(super) fn place(case: &Case<'_, '_>) -> Option<Diagnostic> {
    if case.start != Token::StartStep {
        return None;
    }
    if case.found()? == Token::LParen && case.complete && case.has(",") && case.has(".") && !case.has("and") {
        return Some(case.here("a place is no call").with_help(
            "bind the value with `given` or `let`, and name the place from there: `at pod.spec.hostIPC`",
        ));
    }
    if case.before()? != Token::At || !case.has("ident") {
        return None;
    }
    let found = message::found(case.layout, case.at);
    Some(
        case.here(format!("expected a place after `at`, found {found}"))
            .with_help("a place is a name followed by fields and indices: `c.securityContext.privileged`"),
    )
}

/// `yaml"…"`: a document stands between three quotes, directly behind the word.
pub(super) fn document(case: &Case<'_, '_>) -> Option<Diagnostic> {
    let word = case.at.checked_sub(1).map(|before| case.layout.text(before))?;
    if case.found()? != Token::TextStart || !matches!(word, "yaml" | "json") {
        return None;
    }
    Some(
        case.here(format!("a {word} document stands between three quotes"))
            .with_help(format!("write `{word}\"\"\"…\"\"\"`, without a space")),
    )
}
