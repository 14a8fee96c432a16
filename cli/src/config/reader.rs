//! Values of TOML with their places: each is asked for by the type that it must have, and what is
//! wrong is noted where it stands, so that one reading finds all mistakes.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};
use wardlaw::settings::Origins;
use wardlaw_lang::{Applicability, Code, Diagnostic, FileId, Span, suggest::nearest};

/// A value with its place.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;
/// A key with its place.
pub(super) type Key<'t> = Spanned<DeString<'t>>;

/// Reads values of one file.
#[derive(Debug)]
pub(super) struct Reader {
    file: FileId,
    /// Where its lines begin.
    starts: Vec<usize>,
    /// What is wrong so far.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Reader {
    pub(super) fn new(file: FileId, text: &str) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            file,
            starts: std::iter::once(0).chain(breaks).collect(),
            diagnostics: Vec::new(),
        }
    }

    /// The table of a text, as far as it can be read.
    pub(super) fn parse<'t>(&mut self, text: &'t str) -> DeTable<'t> {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let at = error.span().unwrap_or(0..0);
            let diagnostic = Diagnostic::new(Code::Syntax, self.span(&at), error.message().trim_end());
            self.diagnostics.push(diagnostic);
        }
        table.into_inner()
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, byte: usize) -> u32 {
        self.starts.partition_point(|start| *start <= byte) as u32
    }

    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.file, range.start as u32, range.end as u32)
    }

    /// Notes that something is wrong.
    pub(super) fn wrong(
        &mut self,
        code: Code,
        at: &Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let diagnostic = Diagnostic::new(code, self.span(at), message);
        self.diagnostics.push(diagnostic.with_help(help.into()));
    }

    /// Notes a key that means nothing.
    pub(super) fn unknown(&mut self, what: &str, key: &Key<'_>, known: &[&str]) {
        let name = key.get_ref();
        let span = self.span(&key.span());
        let diagnostic = Diagnostic::new(Code::UnknownSetting, span, format!("{what} has no key `{name}`"));
        self.diagnostics.push(match nearest(name, known.iter().copied()) {
            Some(near) => diagnostic.with_note(format!("did you mean `{near}`?")).with_edit(
                span,
                near,
                Applicability::Unsafe,
            ),
            None => diagnostic.with_help(format!("its keys are `{}`", known.join("`, `"))),
        });
    }

    fn mismatch(&mut self, name: &str, wanted: &str, value: &Value<'_>) {
        let message = format!("`{name}` is {wanted}, not {}", kind(value.get_ref()));
        let diagnostic = Diagnostic::new(Code::BadSetting, self.span(&value.span()), message);
        self.diagnostics.push(diagnostic);
    }

    /// A text.
    pub(super) fn text(&mut self, name: &str, value: &Value<'_>) -> Option<String> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.mismatch(name, "a text", value);
        }
        text.map(str::to_owned)
    }

    /// A list of texts, or one text, which stands for a list of itself. An empty list is refused: it
    /// would ask for something that nothing is.
    pub(super) fn texts(&mut self, name: &str, value: &Value<'_>) -> Vec<String> {
        let texts = self.placed_texts(name, value).into_iter();
        texts.map(|(text, _)| text).collect()
    }

    /// As [`Reader::texts`], each with its place.
    pub(super) fn placed_texts(&mut self, name: &str, value: &Value<'_>) -> Vec<(String, Range<usize>)> {
        let items = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            DeValue::String(_) => vec![value],
            _ => {
                self.mismatch(name, "a list of texts", value);
                return Vec::new();
            }
        };
        if items.is_empty() {
            let message = format!("`{name}` is an empty list, which nothing fits");
            self.wrong(
                Code::BadSetting,
                &value.span(),
                message,
                "leave it out, or name something",
            );
        }
        let texts = items.into_iter().filter_map(|item| {
            let text = item.get_ref().as_str();
            if text.is_none() {
                self.mismatch(name, "a list of texts", item);
            }
            Some((text?.to_owned(), item.span()))
        });
        texts.collect()
    }

    /// A table.
    pub(super) fn table<'v, 't>(&mut self, name: &str, value: &'v Value<'t>) -> Option<&'v DeTable<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.mismatch(name, "a table", value);
        }
        table
    }

    /// The tables of `[[name]]`, each with its place.
    pub(super) fn tables<'v, 't>(
        &mut self,
        name: &str,
        value: &'v Value<'t>,
    ) -> Vec<(&'v Value<'t>, &'v DeTable<'t>)> {
        let DeValue::Array(items) = value.get_ref() else {
            let message = format!("`{name}` is a list of tables, not {}", kind(value.get_ref()));
            let help = format!("write `[[{name}]]` above each");
            self.wrong(Code::BadSetting, &value.span(), message, help);
            return Vec::new();
        };
        let tables = items.iter().filter_map(|item| {
            let Some(table) = item.get_ref().as_table() else {
                self.mismatch(name, "a list of tables", item);
                return None;
            };
            Some((item, table))
        });
        tables.collect()
    }
}

/// Says where a setting stands, and all that is in it.
pub(super) fn record(origins: &mut Origins, path: &[&str], key: &Range<usize>, value: &Value<'_>) {
    origins.add(path, key.clone(), value.span());
    let at = |part: &str| {
        let mut below: Vec<String> = path.iter().map(ToString::to_string).collect();
        below.push(part.to_owned());
        below
    };
    let mut each = |part: &str, key: &Range<usize>, value: &Value<'_>| {
        let below = at(part);
        let below: Vec<&str> = below.iter().map(String::as_str).collect();
        record(origins, &below, key, value);
    };
    match value.get_ref() {
        DeValue::Table(table) => {
            for (key, value) in table {
                each(key.get_ref(), &key.span(), value);
            }
        }
        DeValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                each(&index.to_string(), &item.span(), item);
            }
        }
        _ => {}
    }
}

/// What a value is, in words.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
