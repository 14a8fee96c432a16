//! What valid policies are read as.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::{fs, path::PathBuf};

use wardlaw_lang::{
    Code, FileId,
    syntax::{
        MAX_DEPTH, MAX_FILE_LENGTH,
        ast::{Expr, ExprKind, File, FnBody, ItemKind, StepKind, TestClauseKind, TextPart, TypeKind},
        parse, parse_expr,
    },
};

/// The tree of a text without mistakes.
fn file(text: &str) -> File<'_> {
    let parsed = parse(FileId(0), text);
    assert_eq!(parsed.diagnostics, [], "{text}");
    parsed.file
}

/// The tree of an expression without mistakes.
fn expr(text: &str) -> Expr<'_> {
    let (expr, diagnostics) = parse_expr(FileId(0), text);
    assert_eq!(diagnostics, [], "{text}");
    expr.unwrap()
}

/// The value of a text that interpolates nothing.
fn text(source: &str) -> String {
    match expr(source).kind {
        ExprKind::Text(text) => text.literal().unwrap().to_string(),
        ExprKind::Raw(text) | ExprKind::Document { text, .. } => text.into_owned(),
        other => panic!("{source}: {other:?}"),
    }
}

/// An expression with all its operands in parentheses.
fn shape(e: &Expr<'_>) -> String {
    match &e.kind {
        ExprKind::Name(name) => (*name).to_string(),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Float(value) => format!("{value:?}"),
        ExprKind::Null => "null".into(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Binary { op, left, right, .. } => {
            format!("({} {} {})", shape(left), op.symbol(), shape(right))
        }
        ExprKind::Unary { op, operand } => format!("({} {})", op.symbol(), shape(operand)),
        ExprKind::Field {
            base,
            field,
            optional,
        } => {
            format!(
                "{}{}{}",
                shape(base),
                if *optional { "?." } else { "." },
                field.text
            )
        }
        ExprKind::Index {
            base,
            index,
            optional,
        } => {
            format!(
                "{}{}{}]",
                shape(base),
                if *optional { "?[" } else { "[" },
                shape(index)
            )
        }
        ExprKind::Paren(inner) => format!("<{}>", shape(inner)),
        ExprKind::Is { value, .. } => format!("({} is)", shape(value)),
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => {
            format!("(if {} {} {})", shape(condition), shape(then), shape(otherwise))
        }
        other => format!("{other:?}")
            .split([' ', '(', '{'])
            .next()
            .unwrap_or("")
            .to_string(),
    }
}

#[test]
fn the_worked_policies_are_read_without_complaint() {
    // The worked policies of the design are not part of the repository; where they lie beside it, they count.
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = ["../../shared/design/policies", "../../../shared/design/policies"]
        .into_iter()
        .map(|path| manifest.join(path))
        .find(|path| path.is_dir());
    let Some(folder) = folder else {
        println!("skipped: no worked policies at hand");
        return;
    };
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "ward") {
            let text = fs::read_to_string(&path).unwrap();
            assert!(!file(&text).items.is_empty(), "{}", path.display());
            count += 1;
        }
    }
    println!("{count} files");
    assert!(count >= 24);
}

#[test]
fn operators_bind_as_their_precedence_says() {
    for (source, expected) in [
        ("a or b and not c", "(a or (b and (not c)))"),
        ("a == b and c != d", "((a == b) and (c != d))"),
        ("a + b * c - d", "((a + (b * c)) - d)"),
        ("a ?? b ?? c", "(a ?? (b ?? c))"),
        ("(a ?? b) == c", "(<(a ?? b)> == c)"),
        ("not a in b", "(not (a in b))"),
        ("a not in b", "(a not in b)"),
        ("- a.b", "(- a.b)"),
        ("a?.b[c]?[d]", "a?.b[c]?[d]"),
        ("a.in.for.Type", "a.in.for.Type"),
        ("if a then b else if c then d else e", "(if a b (if c d e))"),
        ("x is A | B or y", "((x is) or y)"),
    ] {
        assert_eq!(shape(&expr(source)), expected, "{source}");
        let reparsed = expr(source);
        assert_eq!(reparsed.span.end as usize, source.len(), "{source}");
    }
}

#[test]
fn operator_table_and_grammar_agree() {
    use wardlaw_lang::syntax::operator::BinaryOp;
    for first in BinaryOp::ALL {
        for second in BinaryOp::ALL {
            let source = format!("a {} b {} c", first.symbol(), second.symbol());
            let (read, diagnostics) = parse_expr(FileId(0), &source);
            let Some(read) = read else {
                let coalesce = (*first == BinaryOp::Coalesce) != (*second == BinaryOp::Coalesce);
                let code = if coalesce {
                    Code::CoalesceNeedsParentheses
                } else {
                    Code::ChainedComparison
                };
                assert_eq!(
                    diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(),
                    [code],
                    "{source}"
                );
                continue;
            };
            let right =
                second.precedence() > first.precedence() || *first == BinaryOp::Coalesce && second == first;
            let expected = if right {
                format!("(a {} (b {} c))", first.symbol(), second.symbol())
            } else {
                format!("((a {} b) {} c)", first.symbol(), second.symbol())
            };
            assert_eq!(shape(&read), expected);
        }
    }
}

#[test]
fn interpolations_nest_with_their_quotes() {
    let ExprKind::Text(text) = expr(r#""a {m["k"] ?? "none {x}"} b""#).kind else {
        panic!()
    };
    let [TextPart::Literal(a), TextPart::Expr(e), TextPart::Literal(b)] = text.parts.as_slice() else {
        panic!()
    };
    assert_eq!((a.as_ref(), b.as_ref()), ("a ", " b"));
    assert_eq!(shape(e), "(m[Text] ?? Text)");
    let ExprKind::Text(text) = expr(r#""{ {a: {b: 1}} }""#).kind else {
        panic!()
    };
    assert!(matches!(text.parts.as_slice(), [TextPart::Expr(e)] if matches!(e.kind, ExprKind::Object(_))));
}

#[test]
fn escapes_and_raw_texts() {
    assert_eq!(text(r#""a\n\t\"\\\{\}\u{1f600}\u{41}""#), "a\n\t\"\\{}\u{1f600}A");
    assert_eq!(text(r#""""#), "");
    assert_eq!(text(r#"r"\d{2}""#), r"\d{2}");
    assert_eq!(text("r#\"a \"b\"\n c\"#"), "a \"b\"\n c");
    assert_eq!(text("r##\"a\"# b\"##"), "a\"# b");
}

#[test]
fn block_texts_lose_their_indentation() {
    assert_eq!(
        text("\"\"\"\n    one\n      two\n\n    three\n    \"\"\""),
        "one\n  two\n\nthree"
    );
    assert_eq!(text("\"\"\"one\n    two\"\"\""), "one\ntwo");
    assert_eq!(text("\"\"\"\r\n  a\r\n  b\r\n  \"\"\""), "a\nb");
    assert_eq!(text("\"\"\"\n\"\"\""), "");
    assert_eq!(text("\"\"\"\n  a \"quoted\" \\{x}\n  \"\"\""), "a \"quoted\" {x}");
    assert_eq!(
        text("yaml\"\"\"\n  a: 1\n  b:\n    - {c: 2}\n\"\"\""),
        "a: 1\nb:\n  - {c: 2}"
    );
    assert_eq!(text("json\"\"\"{\"a\": 1}\"\"\""), "{\"a\": 1}");
    let ExprKind::Text(text) = expr("\"\"\"\n    a {x}\n      {y} b\n    \"\"\"").kind else {
        panic!()
    };
    let parts: Vec<String> = text
        .parts
        .iter()
        .map(|part| match part {
            TextPart::Literal(text) => text.to_string(),
            TextPart::Expr(e) => format!("<{}>", shape(e)),
        })
        .collect();
    assert_eq!(parts, ["a ", "<x>", "\n  ", "<y>", " b"]);
}

#[test]
fn document_content_is_what_stands_between_the_quotes() {
    let source = "yaml\"\"\"\n  a: 1\n\"\"\"";
    let ExprKind::Document { content, .. } = expr(source).kind else {
        panic!()
    };
    assert_eq!(
        &source[content.start as usize..content.end as usize],
        "\n  a: 1\n"
    );
}

#[test]
fn numbers() {
    for (source, expected) in [
        ("0", "0"),
        ("10_000", "10000"),
        ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("-1", "(- 1)"),
        ("a - 1", "(a - 1)"),
        ("1.5e3", "1500.0"),
        ("1e2", "100.0"),
        ("0.5", "0.5"),
    ] {
        assert_eq!(shape(&expr(source)), expected, "{source}");
    }
    for (source, code) in [
        ("9223372036854775808", Code::BadNumber),
        ("-9223372036854775808.x", Code::BadNumber),
        ("a - 9223372036854775808", Code::BadNumber),
        ("-9223372036854775809", Code::BadNumber),
        ("99999999999999999999999999", Code::BadNumber),
        ("1e999", Code::BadNumber),
        ("0644", Code::BadNumber),
        ("0x1F", Code::BadNumber),
        ("500m", Code::BadNumber),
        ("1_", Code::BadNumber),
    ] {
        let (_, diagnostics) = parse_expr(FileId(0), source);
        assert_eq!(
            diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(),
            [code],
            "{source}"
        );
    }
}

#[test]
fn braces_are_told_apart() {
    for (source, expected) in [
        ("{}", "EmptyBraces"),
        ("{a}", "Set"),
        ("{a, b,}", "Set"),
        ("{a: 1, \"b\": 2, [c]: 3, in: 4}", "Object"),
        ("{x for x in xs}", "SetComprehension"),
        ("{[k]: v for (k, v) in xs when v}", "MapComprehension"),
        ("[[a]]", "List"),
        ("[x for x in xs, y in x let z = y unless z]", "ListComprehension"),
        ("(a, b)", "Tuple"),
        ("any(x for x in xs)", "Aggregate"),
        ("f(a, b,)", "Call"),
        (
            "match x { \"a\" | -1 => b, k8s.Pod when c => d, _ => null }",
            "Match",
        ),
    ] {
        assert_eq!(shape(&expr(source)), expected, "{source}");
    }
}

#[test]
fn items_with_their_parts() {
    let file = file(
        "// not this\npackage a.b\n\n/// Title.\n///\n///   more\n@severity(\"high\")\n@controls(pss = \"x\", cis = \"y\",)\n\
         rule r { when a deny \"m\" at p.q[0], q fix set p.q = 1 }\n\
         import schema \"f.json\" as Widget\nimport x.y as z\ninput request: k8s.R?\n/// Data.\ndata d: {[string]: {int}} = {}\n\
         default deny\ntype T = {a: \"x\" | \"y\", \"b-c\": (int, [T])?}\nlet l: bool = true\n\
         fn f(a: int, b: T) -> int = a\nfn g() { given x = y yield x }\naudit rule s { warn \"w\" }\n\
         relation rel(a: A, b: B) { for (x, (y, _)) in zs yield (x, y) }\n\
         test \"t\" { for f in fs with a.b = f let g = f expect allow expect no deny expect deny r at \"/p\" expect error expect x == y }",
    );
    assert_eq!(file.package.as_ref().map(|path| path.names.len()), Some(2));
    let [
        rule,
        schema,
        import,
        input,
        data,
        default,
        ty,
        let_,
        f,
        g,
        audit,
        relation,
        test,
    ] = file.items.as_slice()
    else {
        panic!("{} items", file.items.len())
    };
    assert_eq!(rule.docs, ["Title.", "", "  more"]);
    assert_eq!(rule.annotations.len(), 2);
    let ItemKind::Rule {
        body, audit: false, ..
    } = &rule.kind
    else {
        panic!()
    };
    let [_, finding, edit] = body.steps.as_slice() else {
        panic!()
    };
    assert!(matches!(&finding.kind, StepKind::Finding { deny: true, places, .. } if places.len() == 2));
    assert!(matches!(
        &edit.kind,
        StepKind::Edit {
            mutate: false,
            value: Some(_),
            ..
        }
    ));
    assert!(matches!(&schema.kind, ItemKind::ImportSchema { alias, .. } if alias.text == "Widget"));
    assert!(matches!(&import.kind, ItemKind::Import { alias: Some(_), .. }));
    assert!(matches!(&input.kind, ItemKind::Input { ty, .. } if matches!(ty.kind, TypeKind::Optional(_))));
    assert_eq!(data.docs, ["Data."]);
    assert!(matches!(&data.kind, ItemKind::Data { default: Some(_), .. }));
    assert!(matches!(&default.kind, ItemKind::Default { allow: false, .. }));
    assert!(
        matches!(&ty.kind, ItemKind::Type { ty, .. } if matches!(&ty.kind, TypeKind::Record(fields) if fields.len() == 2))
    );
    assert!(matches!(&let_.kind, ItemKind::Let { ty: Some(_), .. }));
    assert!(matches!(&f.kind, ItemKind::Fn { body: FnBody::Expr(_), params, .. } if params.len() == 2));
    assert!(matches!(&g.kind, ItemKind::Fn { body: FnBody::Clauses(body), .. } if body.steps.len() == 2));
    assert!(matches!(&audit.kind, ItemKind::Rule { audit: true, .. }));
    assert!(matches!(&relation.kind, ItemKind::Relation { params, .. } if params.len() == 2));
    let ItemKind::Test { clauses, .. } = &test.kind else {
        panic!()
    };
    assert_eq!(clauses.len(), 8);
    assert!(matches!(
        clauses[5].kind,
        TestClauseKind::ExpectFinding {
            no: false,
            rule: Some(_),
            at: Some(_),
            ..
        }
    ));
}

#[test]
fn item_words_are_names_elsewhere() {
    let file = file(
        "package input.test\nimport data as rule\nlet test = input + data.type\nlet x =\n    rule\n\
         rule rule { for rule in role.rules let at = rule.default deny \"{at}\" at at.package }",
    );
    assert_eq!(file.items.len(), 4);
}

#[test]
fn comments_are_kept_aside() {
    let parsed = parse(
        FileId(0),
        "// a\r\npackage p // b\n/// c\n//// d\nlet x = 1 /// e",
    );
    let comments: Vec<_> = parsed.comments.iter().map(|c| (c.text, c.doc)).collect();
    assert_eq!(
        comments,
        [
            ("// a", false),
            ("// b", false),
            ("/// c", true),
            ("//// d", false),
            ("/// e", true)
        ]
    );
    assert_eq!(parsed.file.items[0].docs, ["c"]);
}

#[test]
fn depth_is_limited() {
    let nested = |n: usize| format!("{}x{}", "(".repeat(n), ")".repeat(n));
    let depth = usize::from(MAX_DEPTH);
    assert_eq!(expr(&nested(depth - 1)).depth, MAX_DEPTH);
    assert_eq!(
        shape(&expr(&vec!["a"; depth].join(" + "))).matches('+').count(),
        depth - 1
    );
    for source in [
        nested(depth),
        nested(100_000),
        vec!["a"; depth + 1].join(" + "),
        vec!["a"; 1000].join(" ?? "),
        format!("a{}", ".b".repeat(depth)),
        format!("{}x", "not ".repeat(depth)),
        format!("{}x", "- ".repeat(5000)),
        format!("{}x", "if a then b else ".repeat(5000)),
        format!("{}x{}", "\"{".repeat(200), "}\"".repeat(200)),
        format!("x is {}A{}", "[".repeat(depth), "]".repeat(depth)),
        format!("x is {}A{}", "[".repeat(9000), "]".repeat(9000)),
    ] {
        let (read, diagnostics) = parse_expr(FileId(0), &source);
        let codes: Vec<_> = diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(codes, [Code::TooDeep], "{}", &source[..40]);
        assert!(read.is_some_and(|e| e.depth <= MAX_DEPTH), "{}", &source[..40]);
    }
    let pattern = format!(
        "package p\nrule r {{ let {}a{} = x allow }}",
        "(".repeat(500),
        ", b)".repeat(500)
    );
    let codes: Vec<_> = parse(FileId(0), &pattern)
        .diagnostics
        .iter()
        .map(|d| d.code)
        .collect();
    assert_eq!(codes, [Code::TooDeep]);
}

#[test]
fn a_file_that_is_too_long_is_refused() {
    let text = " ".repeat(MAX_FILE_LENGTH + 1);
    let parsed = parse(FileId(0), &text);
    assert_eq!(
        parsed.diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(),
        [Code::TooLong]
    );
}
