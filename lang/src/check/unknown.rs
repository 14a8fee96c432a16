//! Names that nothing declares: what was probably meant, also by those who come from other languages.

use alloc::{format, string::String, vec::Vec};

use crate::{
    Applicability, Code, Diagnostic, Span,
    builtin::{BUILTINS, Receiver, Row},
    suggest::nearest,
    syntax::ast,
    types::{Type, TypeId},
};

use super::Checker;

/// Functions of other languages, and how the same is said here.
const FOREIGN_FUNCTIONS: &[(&str, &str)] = &[
    (
        "has",
        "write `… != null`: a field that may be absent is compared with `null`",
    ),
    (
        "defined",
        "write `… != null`: a field that may be absent is compared with `null`",
    ),
    ("exists", "write `… != null`, or `any(… for x in xs)`"),
    ("is_null", "write `… == null`"),
    ("isnull", "write `… == null`"),
    ("coalesce", "write `a ?? b`"),
    (
        "count",
        "write `xs.len()`, or `count(… for x in xs)` to count those for which a condition holds",
    ),
    ("length", "write `xs.len()`"),
    ("size", "write `xs.len()`"),
    ("len", "write `xs.len()`"),
    ("startswith", "write `text.starts_with(\"…\")`"),
    ("endswith", "write `text.ends_with(\"…\")`"),
    (
        "contains",
        "write `text.contains(\"…\")`; for an element of a list `x in xs`",
    ),
    (
        "sprintf",
        "write the values into the text: `\"container {c.name}\"`",
    ),
    (
        "format",
        "write the values into the text: `\"container {c.name}\"`",
    ),
    ("concat", "write `a + b`, or `xs.join(\", \")`"),
    ("lower", "write `text.lower()`"),
    ("upper", "write `text.upper()`"),
    ("trim", "write `text.trim()`"),
    ("split", "write `text.split(\",\")`"),
    ("replace", "write `text.replace(\"a\", \"b\")`"),
    ("re_match", "write `text matches r\"…\"`"),
    ("to_number", "write `text.to_int()` or `text.to_float()`"),
    ("int", "write `text.to_int()`"),
    ("string", "write the value into a text: `\"{value}\"`"),
];

/// Methods of other languages, and how the same is said here.
const FOREIGN_METHODS: &[(&str, &str)] = &[
    ("all", "write `all(… for x in xs)`"),
    ("every", "write `all(… for x in xs)`"),
    ("any", "write `any(… for x in xs)`"),
    ("some", "write `any(… for x in xs)`"),
    ("exists", "write `any(… for x in xs)`"),
    ("exists_one", "write `count(… for x in xs) == 1`"),
    ("filter", "write `[x for x in xs when …]`"),
    ("map", "write `[… for x in xs]`"),
    ("length", "write `.len()`"),
    ("lenght", "write `.len()`"),
    ("size", "write `.len()`"),
    ("count", "write `.len()`"),
    ("includes", "write `x in xs`"),
    ("contains", "write `x in xs`"),
    ("containsAll", "write `all(x in ys for x in xs)`"),
    ("containsAny", "write `any(x in ys for x in xs)`"),
    ("has", "write `x in xs`, or `xs.f != null`"),
    ("toUpperCase", "write `.upper()`"),
    ("toLowerCase", "write `.lower()`"),
    ("lowerAscii", "write `.lower()`"),
    ("upperAscii", "write `.upper()`"),
    ("orValue", "write `… ?? default`"),
];

impl<'s> Checker<'_, 's> {
    /// Whether a name may have been declared by something that did not parse, or imported from a package
    /// that is not there: then it is not the mistake.
    pub(super) fn is_lost(&self, name: &str) -> bool {
        if self
            .missing
            .contains(&(self.frame.package, self.frame.file, name))
        {
            return true;
        }
        let files = self
            .packages
            .get(self.frame.package)
            .map(|package| &package.files);
        files.into_iter().flatten().any(|file| {
            // `type pod` was refused for its letter.
            file.lost
                .iter()
                .any(|lost| *lost == name || lost.eq_ignore_ascii_case(name))
        })
    }

    /// Says which name was probably meant, or how else it is mended.
    pub(super) fn meant(
        &mut self,
        diagnostic: Diagnostic,
        at: Span,
        near: Option<String>,
        help: impl Into<alloc::borrow::Cow<'static, str>>,
    ) {
        self.report(match near {
            Some(near) => diagnostic.with_note(format!("did you mean `{near}`?")).with_edit(
                at,
                near,
                Applicability::Unsafe,
            ),
            None => diagnostic.with_help(help),
        });
    }

    /// A name that is no value.
    pub(super) fn unknown_name(&mut self, name: ast::Name<'s>) {
        if self.is_lost(name.text) || self.unimported(name) {
            return;
        }
        let locals = self.frame.locals.iter().map(|local| local.name);
        let scope = self.scope(self.frame.package);
        let names = scope.into_iter().flat_map(|scope| scope.names.keys().copied());
        let near = nearest(name.text, locals.chain(names)).map(String::from);
        let message = if name.text == "_" {
            "`_` stands for no value".into()
        } else {
            format!("nothing is called `{}` here", name.text)
        };
        let help = match name.text {
            "_" => "walk the elements with a `for` clause: `for x in xs`",
            "request" => {
                "declare it below the package line: `input request: k8s.AdmissionRequest`, or the type that it has"
            }
            "now" => "declare it below the package line: `input now: time`",
            "input" => "an input is read by its own name: `input request: T` as `request`",
            "data" => "a datum is read by its own name: `data teams: T` as `teams`",
            "object" | "oldObject" => "it is a field of the input: `request.object`",
            _ => "bind it with `given`, `for` or `let`, or declare it with `input` or `data`",
        };
        let diagnostic = Diagnostic::new(Code::UnknownName, name.span, message);
        self.meant(diagnostic, name.span, near, help);
    }

    /// Whether a name is that of a package which is not imported; said once a file.
    pub(super) fn unimported(&mut self, name: ast::Name<'s>) -> bool {
        let own = self.packages.iter().map(|package| package.path.as_str());
        let known = own.chain(self.importable.iter().map(|path| &**path));
        let matching = known.filter(|path| path.rsplit('.').next() == Some(name.text));
        let Some(path) = matching.min().map(String::from) else {
            return false;
        };
        let file = (self.frame.package, self.frame.file);
        if self.unimported.contains(&(file.0, file.1, name.text)) {
            return true;
        }
        self.unimported.push((file.0, file.1, name.text));
        let mut diagnostic = Diagnostic::new(
            Code::NotImported,
            name.span,
            format!("package `{}` is not imported here", name.text),
        )
        .with_help(format!("write `import {path}` below the package line"));
        let line = self
            .packages
            .get(file.0)
            .and_then(|package| package.files.get(file.1))
            .and_then(|file| file.package.as_ref());
        if let Some(line) = line {
            let end = Span {
                start: line.span.end,
                ..line.span
            };
            diagnostic = diagnostic.with_edit(end, format!("\n\nimport {path}"), Applicability::Unsafe);
        }
        self.report(diagnostic);
        true
    }

    /// A call of something that no package declares.
    pub(super) fn unknown_function(&mut self, package: usize, name: ast::Name<'s>) {
        if self.is_lost(name.text) {
            return;
        }
        let scope = self.scope(package);
        if scope.is_some_and(|scope| scope.relations.contains_key(name.text)) {
            self.report(
                Diagnostic::new(
                    Code::NotCallable,
                    name.span,
                    format!("`{}` is a relation, not a function", name.text),
                )
                .with_help(format!(
                    "ask for a row with `(a, b) in {0}`, or walk its rows with `for (a, b) in {0}`",
                    name.text
                )),
            );
            return;
        }
        let functions = scope
            .into_iter()
            .flat_map(|scope| scope.functions.keys().copied());
        let globals = BUILTINS
            .iter()
            .filter(|row| row.receiver == Receiver::Global)
            .map(|row| row.name);
        let near = nearest(name.text, functions.chain(globals)).map(String::from);
        let foreign = foreign(FOREIGN_FUNCTIONS, name.text);
        let help = foreign.unwrap_or("declare it with `fn`, or import the package that does");
        let diagnostic = Diagnostic::new(
            Code::UnknownFunction,
            name.span,
            format!("there is no function `{}`", name.text),
        );
        self.meant(diagnostic, name.span, near.filter(|_| foreign.is_none()), help);
    }

    /// A call of a builtin that does not exist, of a namespace or on a value.
    pub(super) fn unknown_builtin(&mut self, name: ast::Name<'_>, of: &str, among: impl Fn(&Row) -> bool) {
        let names: Vec<&str> = BUILTINS
            .iter()
            .filter(|row| among(row))
            .map(|row| row.name)
            .collect();
        let near = nearest(name.text, names.iter().copied()).map(String::from);
        let foreign = foreign(FOREIGN_METHODS, name.text);
        let help = match foreign {
            Some(help) => String::from(help),
            None if names.is_empty() => "see `docs/builtins.md` for all there are".into(),
            None => format!("it has `{}`", names.join("`, `")),
        };
        let diagnostic = Diagnostic::new(
            Code::UnknownFunction,
            name.span,
            format!("`{of}` has no function `{}`", name.text),
        );
        self.meant(diagnostic, name.span, near.filter(|_| foreign.is_none()), help);
    }

    /// The field of a value's fields that has the name: `securityContext` for `privileged`.
    pub(super) fn deeper_field(&mut self, record: TypeId, name: &str) -> Option<String> {
        let Type::Record(fields) = self.types().structure(record) else {
            return None;
        };
        let mut found = None;
        for field in fields.iter() {
            let optional = self.types().is_optional(field.ty);
            let present = self.types().present(field.ty);
            let holds = matches!(self.types().structure(present), Type::Record(inner) if inner.iter().any(|inner| &*inner.name == name));
            if holds {
                if found.is_some() {
                    // More than one: which is meant is not known.
                    return None;
                }
                found = Some(format!(
                    "{}{}{name}",
                    field.name,
                    if optional { "?." } else { "." }
                ));
            }
        }
        found
    }
}

/// Whether a method of other languages takes a name for each element, and a condition or value of it.
pub(super) fn is_macro(name: &str) -> bool {
    matches!(
        name,
        "all" | "every" | "any" | "some" | "exists" | "exists_one" | "filter" | "map"
    )
}

fn foreign(table: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(foreign, _)| *foreign == name)
        .map(|(_, help)| *help)
}
