//! What is wrong with a policy, as people read it: code, message, the line itself underlined, and
//! the mend. The only renderer of [`Diagnostic`]s; it decides nothing.

use std::fmt::Write as _;

use wardlaw_lang::{Diagnostic, FileId, Severity, Source, Sources, Span};

use super::{
    escape,
    snippet::{Mark, Snippet, gutter},
    style::Style,
};

/// All diagnostics, each followed by an empty line.
pub(crate) fn write(out: &mut String, diagnostics: &[Diagnostic], sources: &Sources, style: Style) {
    for diagnostic in diagnostics {
        one(out, diagnostic, sources, style);
        out.push('\n');
    }
}

fn one(out: &mut String, diagnostic: &Diagnostic, sources: &Sources, style: Style) {
    let head = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let head = format!("{head}[{}]", diagnostic.code);
    let head = match diagnostic.severity {
        Severity::Error => style.alarm(&head),
        Severity::Warning => style.caution(&head),
    };
    let _ = writeln!(
        out,
        "{head}: {}",
        style.strong(&escape::line(&diagnostic.message))
    );
    // Labels in the file of the diagnostic are shown with it, those of other files below.
    let mut files: Vec<FileId> = vec![diagnostic.span.file];
    for label in &diagnostic.labels {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    let mut marks: Vec<(FileId, Mark)> = Vec::new();
    let note = diagnostic.note.as_deref().unwrap_or("");
    marks.push((diagnostic.span.file, mark(sources, diagnostic.span, note, true)));
    for label in &diagnostic.labels {
        marks.push((label.span.file, mark(sources, label.span, &label.message, false)));
    }
    let gutter = gutter(marks.iter().map(|(_, mark)| mark.line).max().unwrap_or(1));
    let mut snippet = Snippet {
        file: "",
        gutter,
        arrow: "-->",
        style,
    };
    for file in files {
        let Some(source) = sources.get(file) else { continue };
        let of_file: Vec<Mark> = marks
            .iter()
            .filter(|(of, _)| *of == file)
            .map(|(_, mark)| mark.clone())
            .collect();
        snippet = Snippet {
            file: &source.name,
            ..snippet
        };
        snippet.write(out, &of_file, |number| line(source, number));
        snippet.arrow = ":::";
    }
    match (&diagnostic.help, &diagnostic.suggestion) {
        (Some(help), _) => snippet.remark(out, "help", help),
        (None, Some(suggestion)) if diagnostic.note.is_none() => {
            for edit in &suggestion.edits {
                let old = sources.slice(edit.span);
                let text = match (old.is_empty(), edit.text.is_empty()) {
                    (true, _) => format!("write `{}` here", edit.text),
                    (false, true) => format!("leave out `{old}`"),
                    (false, false) => format!("write `{}` in place of `{old}`", edit.text),
                };
                snippet.remark(out, "help", &text);
            }
        }
        _ => {}
    }
}

/// A span as a mark in its first line; what goes on below is cut there.
fn mark(sources: &Sources, span: Span, label: &str, primary: bool) -> Mark {
    let start = sources.line_column(span.file, span.start);
    let end = sources.line_column(span.file, span.end);
    Mark {
        line: start.line,
        start: start.column,
        end: if end.line == start.line {
            end.column
        } else {
            u32::MAX
        },
        label: label.to_owned(),
        primary,
    }
}

fn line(source: &Source, number: u32) -> Option<&str> {
    let line = source.text.split('\n').nth(number.checked_sub(1)? as usize)?;
    Some(line.trim_start_matches('\u{feff}'))
}

#[cfg(test)]
mod tests {
    use wardlaw_lang::{Code, Diagnostic, Sources, Span};

    use super::{Style, write};

    fn render(text: &str, make: impl Fn(&dyn Fn(&str) -> Span) -> Diagnostic) -> String {
        let mut sources = Sources::new();
        let file = sources.add("policies/privileged.ward", text);
        let find = |piece: &str| {
            let start = text.find(piece).expect("the piece is there") as u32;
            Span::new(file, start, start + piece.len() as u32)
        };
        let mut out = String::new();
        write(&mut out, &[make(&find)], &sources, Style::default());
        out
    }

    #[test]
    fn looks_as_the_language_reference_shows_it() {
        let text = "package a\n\nrule b {\n    when  c.securityContex?.privileged == true\n}\n";
        let out = render(text, |find| {
            Diagnostic::new(
                Code::UnknownField,
                find("securityContex"),
                "`k8s.Container` has no field `securityContex`",
            )
            .with_note("did you mean `securityContext`?")
        });
        let want = "\
error[W0203]: `k8s.Container` has no field `securityContex`
 --> policies/privileged.ward:4:13
  |
4 |     when  c.securityContex?.privileged == true
  |             ^^^^^^^^^^^^^^ did you mean `securityContext`?

";
        assert_eq!(out, want);
    }

    #[test]
    fn further_places_and_help_follow() {
        let text = "package a\nlet x = 1\n\n\nlet x = 2\n";
        let out = render(text, |find| {
            let first = find("x = 1");
            let second = find("x = 2");
            Diagnostic::new(Code::Duplicate, second, "`x` is declared twice")
                .with_label(first, "first here")
                .with_help("rename one of them")
        });
        let want = "\
error[W0207]: `x` is declared twice
 --> policies/privileged.ward:5:5
  |
2 | let x = 1
  |     ----- first here
...
5 | let x = 2
  |     ^^^^^
  = help: rename one of them

";
        assert_eq!(out, want);
    }

    #[test]
    fn tabs_wide_and_hidden_characters_do_not_shift_the_underline() {
        let out = render("\t漢\u{202e} x\n", |find| {
            Diagnostic::new(Code::UnknownName, find("x"), "no `x`")
        });
        assert!(out.contains("1 |     漢\\u{202e} x\n  | "), "{out}");
        assert!(
            out.ends_with(&format!("| {}^\n\n", " ".repeat(4 + 2 + 8 + 1))),
            "{out}"
        );
    }
}
