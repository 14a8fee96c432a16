//! Promises 1 and 2, shown on the whole library: every field misspelt by one edit is an error at that
//! field, and everything that deals with absence is needed.
#![expect(clippy::indexing_slicing, clippy::string_slice, reason = "tests")]

mod open;

use open::{TypesOnly, files as library};
use wardlaw_lang::{
    CompileInput, Diagnostic, Sources, Span, compile,
    syntax::{
        ast::{Expr, ExprKind, Place, PlaceStep, Step, StepKind},
        operator::BinaryOp,
        parse,
        visit::{self, Visitor},
    },
};

fn diagnostics(files: &[(String, String)]) -> Vec<Diagnostic> {
    let mut sources = Sources::new();
    for (name, text) in files {
        sources.add(name, text.as_str());
    }
    compile(&CompileInput::new(&sources, &TypesOnly)).diagnostics
}

/// The library with one span replaced; `None` where the new text is the old one.
fn changed(files: &[(String, String)], span: Span, text: &str) -> Vec<(String, String)> {
    let mut files = files.to_vec();
    files[span.file.0 as usize]
        .1
        .replace_range(span.start as usize..span.end as usize, text);
    files
}

#[derive(Default)]
struct Found {
    fields: Vec<Span>,
    /// Span, replacement, what it is.
    absence: Vec<(Span, String, &'static str)>,
}

struct Collect<'a> {
    text: &'a str,
    found: &'a mut Found,
}

impl<'s> Visitor<'s> for Collect<'_> {
    fn expr(&mut self, expr: &Expr<'s>) {
        match &expr.kind {
            ExprKind::Field {
                base,
                field,
                optional,
            } => {
                self.found.fields.push(field.span);
                if *optional {
                    let operator = Span::new(expr.span.file, base.span.end, field.span.start);
                    self.found.absence.push((operator, ".".into(), "?."));
                }
            }
            ExprKind::Binary {
                op: BinaryOp::Coalesce,
                left,
                ..
            } => {
                let kept = &self.text[left.span.start as usize..left.span.end as usize];
                self.found.absence.push((expr.span, kept.into(), "??"));
            }
            _ => {}
        }
    }

    fn place(&mut self, place: &Place<'s>) {
        for step in &place.steps {
            if let PlaceStep::Field(field) = step {
                self.found.fields.push(field.span);
            }
        }
    }

    fn step(&mut self, step: &Step<'s>) {
        if let StepKind::Given { .. } = step.kind {
            let keyword = Span::new(step.span.file, step.span.start, step.span.start + 5);
            self.found.absence.push((keyword, "let".into(), "given"));
        }
    }
}

fn collect(files: &[(String, String)]) -> Found {
    let mut sources = Sources::new();
    let mut found = Found::default();
    for (name, text) in files {
        let id = sources.add(name, text.as_str());
        let parsed = parse(id, text);
        assert_eq!(parsed.diagnostics, [], "{name}");
        visit::file(
            &parsed.file,
            &mut Collect {
                text,
                found: &mut found,
            },
        );
    }
    found
}

#[test]
fn the_library_is_clean() {
    assert_eq!(diagnostics(&library()), []);
}

#[test]
fn every_field_misspelt_by_one_edit_is_an_error_there() {
    let files = library();
    let fields = collect(&files).fields;
    assert!(fields.len() > 150, "only {} field accesses found", fields.len());
    let mut tried = 0;
    let mut missed = Vec::new();
    for span in &fields {
        let (name, text) = &files[span.file.0 as usize];
        let field = &text[span.start as usize..span.end as usize];
        let twice = format!("{field}{}", field.chars().last().unwrap());
        let shorter = field[..field.len() - 1].to_owned();
        let mut swapped: Vec<char> = field.chars().collect();
        let middle = swapped.len() / 2;
        swapped.swap(middle - 1, middle);
        let swapped: String = swapped.into_iter().collect();
        for misspelt in [twice, shorter, swapped] {
            if misspelt.is_empty() || misspelt == field {
                continue;
            }
            tried += 1;
            let wanted = Span::new(span.file, span.start, span.start + misspelt.len() as u32);
            let found = diagnostics(&changed(&files, *span, &misspelt));
            if !found
                .iter()
                .any(|diagnostic| diagnostic.is_error() && diagnostic.span == wanted)
            {
                missed.push(format!("{name}: `{field}` as `{misspelt}`: {found:?}"));
            }
        }
    }
    println!(
        "{} field accesses, {tried} misspellings, {} caught",
        fields.len(),
        tried - missed.len()
    );
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn everything_that_deals_with_absence_is_needed() {
    let files = library();
    let absence = collect(&files).absence;
    assert!(absence.len() > 100, "only {} found", absence.len());
    let mut caught = 0;
    let mut kept = Vec::new();
    for (span, text, what) in &absence {
        let found = diagnostics(&changed(&files, *span, text));
        if found.iter().any(Diagnostic::is_error) {
            caught += 1;
        } else {
            let name = &files[span.file.0 as usize].0;
            kept.push(format!("{name}: `{what}` at byte {}: {found:?}", span.start));
        }
    }
    println!(
        "{} of `??`, `?.` and `given`; {caught} make the policy ill-typed when removed",
        absence.len()
    );
    // What is left well-typed does not deal with absence: its base is known to be present, or it only binds.
    assert!(kept.is_empty(), "{}", kept.join("\n"));
}
