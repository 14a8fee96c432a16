//! What is said about mistakes: code, place, words, and the mend; and what is saved of the file.
#![expect(clippy::panic, clippy::string_slice, reason = "a test fails by panicking")]

use wardlaw_lang::{
    Diagnostic, FileId,
    syntax::{
        ast::{ItemKind, StepKind, TestClauseKind},
        parse,
    },
};

/// Each diagnostic as `code line:column message [text of the span]`, then note and help.
fn show(text: &str, diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut out = Vec::new();
    for d in diagnostics {
        let at = wardlaw_lang::source::line_column(text, d.span.start as usize);
        let span = &text[d.span.start as usize..d.span.end as usize];
        out.push(format!(
            "{} {}:{} {} [{span}]",
            d.code, at.line, at.column, d.message
        ));
    }
    out
}

fn errors(text: &str) -> Vec<String> {
    show(text, &parse(FileId(0), text).diagnostics)
}

/// The diagnostics of one clause, the columns counted in the clause.
fn clause(clause: &str) -> Vec<Diagnostic> {
    let text = format!("package p\nrule r {{\n{clause}\n}}\n");
    parse(FileId(0), &text).diagnostics
}

/// The one diagnostic of a clause: its message, note and help, and the clause as the suggestion leaves it.
#[track_caller]
fn one(source: &str) -> (String, String, String) {
    let prefix = "package p\nrule r {\n".len();
    let diagnostics = clause(source);
    let [d] = diagnostics.as_slice() else {
        panic!("{source}: {diagnostics:#?}")
    };
    let hint = d
        .note
        .clone()
        .or(d.help.clone().map(std::borrow::Cow::into_owned))
        .unwrap_or_default();
    let mut mended = source.to_string();
    if let Some(suggestion) = &d.suggestion {
        for edit in suggestion.edits.iter().rev() {
            let (start, end) = (edit.span.start as usize - prefix, edit.span.end as usize - prefix);
            mended.replace_range(start..end, &edit.text);
        }
    } else {
        mended.clear();
    }
    (format!("{} {}", d.code, d.message), hint, mended)
}

#[test]
fn five_mistakes_are_five_diagnostics_in_source_order() {
    let text = "package p

/// One.
rule one {
    given x = = 3
    for   c in x
    when  a == b == c
    deny  \"{c.name}\" at c.name
}

let two = [1, 2

/// Three.
rule three {
    unles a
    deny \"x\"
}

fn four(a) = a

/// Five.
rule five {
    for c in cs
    when c.x ?? y == 1
    allow
}

/// Six.
rule six { allow }
";
    let parsed = parse(FileId(0), text);
    assert_eq!(
        show(text, &parsed.diagnostics),
        [
            "W0105 5:15 expected an expression, found `=` [=]",
            "W0107 7:18 comparison does not chain [==]",
            "W0105 11:11 this `[` is not closed [[]",
            "W0105 15:5 `unles` begins no clause [unles]",
            "W0105 19:10 expected `:`, found `)` [)]",
            "W0106 24:19 `??` beside `==` needs parentheses [==]",
        ]
    );
    let docs: Vec<_> = parsed.file.items.iter().map(|item| item.docs.join("")).collect();
    assert_eq!(docs, ["One.", "Three.", "Five.", "Six."]);
    let ItemKind::Rule { body, .. } = &parsed.file.items[0].kind else {
        panic!()
    };
    let kinds: Vec<_> = body
        .steps
        .iter()
        .map(|step| matches!(step.kind, StepKind::Error))
        .collect();
    assert_eq!(kinds, [true, false, true, false]);
}

#[test]
fn clauses() {
    let mut wrong = 0;
    for (source, message, hint, mended) in [
        (
            "when a == b == c",
            "W0107 comparison does not chain",
            "write `and b` before it, or put one comparison into parentheses",
            "when a == b and b == c",
        ),
        (
            "when a not in b == c",
            "W0107 comparison does not chain",
            "write `and b` before it, or put one comparison into parentheses",
            "when a not in b and b == c",
        ),
        (
            "when x ?? a == b",
            "W0106 `??` beside `==` needs parentheses",
            "write `(x ?? a)`",
            "when (x ?? a) == b",
        ),
        (
            "when b == x.y[0] ?? f(a) and c",
            "W0106 `??` beside `==` needs parentheses",
            "write `(x.y[0] ?? f(a))`",
            "when b == (x.y[0] ?? f(a)) and c",
        ),
        (
            "when a and x ?? -1 + 2 > 0",
            "W0106 `??` beside `+` needs parentheses",
            "write `(x ?? -1)`",
            "when a and (x ?? -1) + 2 > 0",
        ),
        (
            "when a not in x ?? y",
            "W0106 `??` beside `not in` needs parentheses",
            "write `(x ?? y)`",
            "when a not in (x ?? y)",
        ),
        (
            "when a = b",
            "W0105 `=` binds, it does not compare",
            "write `==` to compare",
            "when a == b",
        ),
        (
            "given a == b",
            "W0105 `==` compares, it does not bind",
            "write `=`",
            "given a = b",
        ),
        (
            "when a && b",
            "W0105 `&&` is not an operator here",
            "write `and`",
            "when a and b",
        ),
        (
            "when a || b",
            "W0105 `||` is not an operator here",
            "write `or`",
            "when a or b",
        ),
        (
            "when !a",
            "W0105 `!` is not an operator here",
            "write `not`",
            "when not a",
        ),
        (
            "let a := b",
            "W0105 `:=` is not an operator here",
            "write `=` to bind a name",
            "let a = b",
        ),
        (
            "when a;",
            "W0105 `;` separates nothing here",
            "leave it out: each clause begins with its keyword",
            "when a",
        ),
        (
            "when a == 'b'",
            "W0101 a text stands between double quotes",
            "write `\"…\"`; `r\"…\"` is a text without escapes",
            "when a == \"b\"",
        ),
        (
            "allow # because",
            "W0105 a comment begins with `//`",
            "write `//` in place of `#`",
            "allow // because",
        ),
        (
            "unles a",
            "W0105 `unles` begins no clause",
            "did you mean `unless`?",
            "unless a",
        ),
        (
            "when a\nunles b",
            "W0105 `unles` begins no clause",
            "did you mean `unless`?",
            "when a\nunless b",
        ),
        (
            "return a",
            "W0105 `return` begins no clause",
            "did you mean `yield`?",
            "yield a",
        ),
        (
            "when a adn b",
            "W0105 `adn` is no word that fits here",
            "did you mean `and`?",
            "when a and b",
        ),
        (
            "when [e for x in a, b]",
            "W0105 expected one more `name in …` of the `for`, found `]`",
            "write one more `for` generator after the `,`, or close the bracket before it",
            "",
        ),
        (
            "when sum(x for x in xs, 1)",
            "W0105 expected one more `name in …` of the `for`, found the number `1`",
            "write one more `for` generator after the `,`, or close the bracket before it",
            "",
        ),
        ("when (a", "W0105 this `(` is not closed", "close it with `)`", ""),
        (
            "when (a]",
            "W0105 expected `)` to close the `(`, found `]`",
            "",
            "",
        ),
        (
            "when a)",
            "W0105 this `)` closes nothing",
            "remove it, or open the bracket",
            "when a",
        ),
        (
            "let error = a",
            "W0105 `error` is a reserved word and cannot be a name",
            "choose another name; only after `.` and before `:` any word may stand",
            "",
        ),
        (
            "let when = a",
            "W0105 `when` is a reserved word and cannot be a name",
            "choose another name; only after `.` and before `:` any word may stand",
            "",
        ),
        (
            "when error == a",
            "W0105 expected an expression, found `error`",
            "`error` is a reserved word and cannot be a name, except after `.` and before `:`",
            "",
        ),
        (
            "given Foo = a",
            "W0105 `Foo` begins with a capital, as only names of types do",
            "write `foo`",
            "given foo = a",
        ),
        (
            "when a == True",
            "W0105 `True` is no value",
            "did you mean `true`?",
            "when a == true",
        ),
        (
            "when a == Pod",
            "W0105 the type `Pod` is no value",
            "test a value's type with `… is Pod`; names of values begin with a lower-case letter",
            "",
        ),
        (
            "when a ? b : c",
            "W0105 `?` is no operator",
            "a choice is written `if condition then a else b`; what may be absent is dealt with by `??`, `?.` or `given`",
            "",
        ),
        (
            "if a { deny \"x\" }",
            "W0105 `if` is no clause",
            "a condition is written `when …` or `unless …`; `if condition then a else b` is an expression",
            "",
        ),
        (
            "when if a { b } else { c }",
            "W0105 expected `then`, found `{`",
            "a choice is written `if condition then a else b`, without braces",
            "",
        ),
        (
            "when if a then b",
            "W0105 expected `else` after `b`",
            "an `if` always has its `else`: `if condition then a else b`",
            "",
        ),
        ("when", "W0105 expected an expression after `when`", "", ""),
        (
            "for x of xs",
            "W0105 expected `in`, found `of`",
            "`for` binds each element of a collection: `for x in xs`",
            "",
        ),
        (
            "let x: int = 3",
            "W0105 a name that is bound in a body has no declared type",
            "leave the type out: it is found from the value",
            "",
        ),
        (
            "deny \"x\" at \"/spec\"",
            "W0105 expected a place after `at`, found a text",
            "a place is a name followed by fields and indices: `c.securityContext.privileged`",
            "",
        ),
        ("when [a b]", "W0105 expected `]` or `,`, found `b`", "", ""),
        ("when {a: 1 b: 2}", "W0105 expected `}` or `,`, found `b`", "", ""),
        (
            "deny \"x {c.name\" at y",
            "W0102 this `{` in a text is not closed",
            "close it with `}`, or write `\\{` for a brace",
            "",
        ),
        (
            "deny \"x",
            "W0102 this text is not closed",
            "close it with `\"` on the same line; a text of several lines stands between `\"\"\"`",
            "",
        ),
        (
            "when a matches r\"x",
            "W0102 this text is not closed",
            "close it with `\"`",
            "",
        ),
        (
            "when a matches \"\\d\"",
            "W0103 unknown escape sequence `\\d`",
            "a regular expression stands in a raw text, without escapes: `r\"…\"`",
            "",
        ),
        (
            "when a > 500m",
            "W0104 `500m` is not a number",
            "write `quantity(\"500m\")`",
            "when a > quantity(\"500m\")",
        ),
        (
            "when a > 0644",
            "W0104 a number does not begin with `0`",
            "numbers are decimal: write `644` if that is meant, or the decimal value of an octal file mode",
            "when a > 644",
        ),
        (
            "when a $ b",
            "W0101 unknown character `$`",
            "remove it, or put it into a text",
            "",
        ),
        (
            "when größe == 1",
            "W0101 unknown character `ö`",
            "names are made of `a` to `z`, `A` to `Z`, `0` to `9` and `_`; texts may hold any character",
            "",
        ),
        (
            "when a == “b”",
            "W0101 a text stands between double quotes",
            "write `\"…\"`; `r\"…\"` is a text without escapes",
            "when a == \"b\"",
        ),
        (
            "when {\"a{b}\": 1}",
            "W0105 a key cannot contain `{…}`",
            "write `[\"…\"]: value` to compute a key",
            "",
        ),
        (
            "when a // \u{202e}",
            "W0109 the character U+202E changes the direction of text and is refused",
            "remove it; in a text write `\\u{202e}`",
            "when a // ",
        ),
        (
            "expect allow",
            "W0105 `expect` is no clause here",
            "`with` and `expect` stand in tests",
            "",
        ),
    ] {
        let (m, h, s) = one(source);
        if (m.as_str(), h.as_str(), s.as_str()) != (message, hint, mended) {
            wrong += 1;
            println!("{source}\n  {m}\n  {h}\n  {s}");
        }
    }
    assert_eq!(wrong, 0);
}

#[test]
fn items() {
    let mut wrong = 0;
    for (source, expected) in [
        ("", "W0105 1:1 a file begins with its `package` line []"),
        (
            "rule r { allow }",
            "W0105 1:1 a file begins with its `package` line [rule]",
        ),
        (
            "package\nrule r { allow }",
            "W0105 1:1 expected a name after `package` [package]",
        ),
        (
            "package a.\nrule r { allow }",
            "W0105 1:10 expected a name after `.` [.]",
        ),
        (
            "package a.B",
            "W0105 1:11 `B` begins with a capital, as only names of types do [B]",
        ),
        (
            "package p\nruel r { allow }",
            "W0105 2:1 expected a declaration, found `ruel` [ruel]",
        ),
        (
            "package p\nfunc f() = 1",
            "W0105 2:1 expected a declaration, found `func` [func]",
        ),
        (
            "package p\nrule r {\n    allow\n\nrule s { allow }",
            "W0105 2:8 this `{` is not closed [{]",
        ),
        (
            "package p\nrule r {\n    allow",
            "W0105 2:8 this `{` is not closed [{]",
        ),
        (
            "package p\nrule r { allow } }\nrule s { allow }",
            "W0105 2:18 this `}` closes nothing [}]",
        ),
        (
            "package p\nrule r { when a }\n    deny \"x\"\n}\n",
            "W0105 3:5 the clause `deny` stands outside of a body [deny]",
        ),
        (
            "package p\nwhen a",
            "W0105 2:1 the clause `when` stands outside of a body [when]",
        ),
        (
            "package p\nrule deny { allow }",
            "W0105 2:6 `deny` is a reserved word and cannot be a name [deny]",
        ),
        (
            "package p\nrule Priv { allow }",
            "W0105 2:6 `Priv` begins with a capital, as only names of types do [Priv]",
        ),
        (
            "package p\ntype foo = int",
            "W0105 2:6 the name of a type begins with a capital, `foo` does not [foo]",
        ),
        (
            "package p\nlet x =\n\nrule r { allow }",
            "W0105 2:7 expected an expression after `=` [=]",
        ),
        (
            "package p\ninput x k8s.Pod",
            "W0105 2:9 expected `:`, found `k8s` [k8s]",
        ),
        (
            "package p\npackage q",
            "W0105 2:1 `package` stands once, at the beginning of the file [package]",
        ),
        (
            "package p\n@severity(\"x\"\nrule r { allow }",
            "W0105 2:10 this `(` is not closed [(]",
        ),
        (
            "package p\n@severity(\"x\")\n",
            "W0105 2:14 expected a declaration after `)` [)]",
        ),
        (
            "package p\ntest \"t\" {\n    expct allow\n}",
            "W0105 3:5 `expct` begins no clause [expct]",
        ),
        (
            "package p\ntest \"t\" {\n    expect no den r\n}",
            "W0105 3:15 `den` is no word that fits here [den]",
        ),
        (
            "package p\ndata d: [string",
            "W0105 2:9 this `[` is not closed [[]",
        ),
    ] {
        let found = errors(source);
        if found != [expected] {
            wrong += 1;
            println!("{source}\n  {found:?}");
        }
    }
    assert_eq!(wrong, 0);
}

#[test]
fn what_is_right_is_kept() {
    let text = "package p\n/// a\nrule a { when ( deny \"x\" }\nlet b = ?\n/// c\n@x rule c { allow }\n\
                test \"t\" { expect no den\n with a = 1 }\nfn d() -> {int} {\n given x = 1 +\n yield x\n}\n";
    let parsed = parse(FileId(0), text);
    assert!(parsed.file.package.is_some());
    let kept: Vec<_> = parsed
        .file
        .items
        .iter()
        .map(|item| match &item.kind {
            ItemKind::Rule { name, body, .. } => format!("rule {} {}", name.text, body.steps.len()),
            ItemKind::Test { clauses, .. } => {
                assert!(matches!(clauses[0].kind, TestClauseKind::Error));
                assert!(matches!(clauses[1].kind, TestClauseKind::With { .. }));
                format!("test {}", clauses.len())
            }
            ItemKind::Fn { name, result, .. } => format!("fn {} {}", name.text, result.is_some()),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(kept, ["rule a 1", "rule c 1", "test 2", "fn d true"]);
    assert_eq!(parsed.file.items[1].docs, ["c"]);
    assert_eq!(
        parsed.diagnostics.len(),
        4,
        "{:#?}",
        show(text, &parsed.diagnostics)
    );
}
