//! From sources, a library and data to an engine. All that is wrong is reported at once.

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use core::fmt;

use serde_json::Value as Json;
use wardlaw_lang::{
    Code, CompileInput, Compiled, Diagnostic, Library, NoLibrary, Severity, Sources, Span, compile,
    compile_expression, schema::Content, suggest::nearest, syntax::document_offset,
};

use crate::{
    data, decision,
    engine::Engine,
    limits::Limits,
    plan::build::{self, PlanErrorKind},
    schema,
    test_run::Suite,
};

/// Gathers what an engine is made of.
#[derive(Debug)]
#[must_use]
pub struct Builder {
    library: &'static dyn Library,
    sources: Sources,
    packages: Vec<String>,
    sets: Vec<String>,
    data: BTreeMap<String, Json>,
    limits: Limits,
    expression: Option<(String, String)>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            library: &NoLibrary,
            sources: Sources::new(),
            packages: Vec::new(),
            sets: Vec::new(),
            data: BTreeMap::new(),
            limits: Limits::default(),
            expression: None,
        }
    }
}

/// Why there is no engine: all diagnostics, and the texts that they point into.
#[derive(Clone, Debug)]
pub struct BuildError {
    /// Errors, and the warnings beside them.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts.
    pub sources: Sources,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            let severity = match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            let span = diagnostic.span;
            let at = self.sources.line_column(span.file, span.start);
            let name = self.sources.name(span.file);
            let (code, message) = (diagnostic.code, &diagnostic.message);
            write!(
                f,
                "{severity}[{code}]: {message} ({name}:{}:{})",
                at.line, at.column
            )?;
            if let Some(note) = &diagnostic.note {
                write!(f, ": {note}")?;
            }
            if let Some(help) = &diagnostic.help {
                write!(f, "; help: {help}")?;
            }
        }
        Ok(())
    }
}

impl core::error::Error for BuildError {}

impl Builder {
    /// The packages, sets and types that policies may use besides their own.
    pub fn library(mut self, library: &'static dyn Library) -> Self {
        self.library = library;
        self
    }

    /// A file of the policy: a name for messages, and its text.
    pub fn source(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.sources.add(name, text);
        self
    }

    /// A schema, JSON or YAML, that policies import by this name, and other schemas refer to; see
    /// [`schema::files`]. Names are paths with `/`, as those of the policy are.
    pub fn schema(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        let (name, text) = (name.into(), text.into());
        let content = schema::read(&name, &text);
        self.sources.add_schema(name, text, content);
        self
    }

    /// Says why there is no schema of that name. Only a policy that needs it is refused.
    pub fn missing_schema(mut self, name: impl Into<String>, why: impl Into<String>) -> Self {
        let content = Content::Unreadable {
            message: why.into(),
            offset: None,
        };
        self.sources.add_schema(name, "", content);
        self
    }

    /// Puts the rules of a package in force, and those of every package below it. Without this and
    /// [`Builder::set`], all packages of the sources are.
    pub fn package(mut self, path: impl Into<String>) -> Self {
        self.packages.push(path.into());
        self
    }

    /// Puts the packages of a named set of the library in force, with its data.
    pub fn set(mut self, name: impl Into<String>) -> Self {
        self.sets.push(name.into());
        self
    }

    /// Gives a datum by its full name (`shop.authz.teams`).
    pub fn data(mut self, name: impl Into<String>, value: Json) -> Self {
        self.data.insert(name.into(), value);
        self
    }

    /// Limits of each decision.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// An expression in the scope of a package: it sees the package's declarations and imports. Its
    /// value is what [`Engine::evaluate`] gives.
    pub fn expression(mut self, package: impl Into<String>, text: impl Into<String>) -> Self {
        self.expression = Some((package.into(), text.into()));
        self
    }

    /// Compiles the policy and loads its data. Its tests are checked, and left out.
    pub fn build(self) -> Result<Engine, BuildError> {
        self.engine(false)
    }

    /// Compiles the policy with its tests. Data that no default and no host gives is for them to bind.
    pub fn tests(self) -> Result<Suite, BuildError> {
        self.engine(true).map(Suite::new)
    }

    fn engine(mut self, tests: bool) -> Result<Engine, BuildError> {
        let mut own = Vec::new();
        let select = self.select(&mut own);
        let Compiled {
            program,
            mut diagnostics,
            mut sources,
        } = {
            let input = CompileInput {
                sources: &self.sources,
                library: self.library,
                select: &select,
            };
            match &self.expression {
                Some((package, text)) => compile_expression(&input, package, text),
                None => compile(&input),
            }
        };
        for (name, text, message, help) in own {
            let span = data::host_span(&mut sources, &name, &text);
            diagnostics.push(Diagnostic::new(Code::UnknownPackage, span, message).with_help(help));
        }
        let Some(mut program) = program.filter(|_| !diagnostics.iter().any(Diagnostic::is_error)) else {
            return Err(BuildError { diagnostics, sources });
        };
        if !tests {
            program.tests.clear();
        }
        #[cfg(feature = "reference")]
        let kept = program.clone();
        let mut plan = match build::build(program) {
            Ok(plan) => plan,
            Err(error) => {
                let (code, span, message) = match error.reason {
                    PlanErrorKind::TooDeep => (
                        Code::TooDeep,
                        error.span,
                        "evaluation could nest deeper than 1,000 levels here".into(),
                    ),
                    #[cfg(not(feature = "yaml"))]
                    PlanErrorKind::Unsupported(text) => (Code::Unsupported, error.span, text.into()),
                    PlanErrorKind::Literal { offset, message } => (
                        Code::BadLiteral,
                        in_literal(&sources, error.span, offset),
                        message,
                    ),
                    PlanErrorKind::Pattern(text) => (Code::BadArgument, error.span, text),
                };
                diagnostics.push(Diagnostic::new(code, span, message));
                return Err(BuildError { diagnostics, sources });
            }
        };
        let policy = digest_policy(&sources, &select);
        let wrong = data::load(&mut plan, &self.data, self.limits, tests, &mut sources);
        if !wrong.is_empty() {
            diagnostics.extend(wrong);
            return Err(BuildError { diagnostics, sources });
        }
        let data = digest_data(&plan);
        // Tests bind data of their own, so what follows from data is computed in each.
        let derived = if tests {
            None
        } else {
            data::derive(&mut plan, self.limits)
        };
        if let Some(diagnostic) = derived {
            diagnostics.push(diagnostic);
            return Err(BuildError { diagnostics, sources });
        }
        Ok(Engine {
            plan,
            sources,
            warnings: diagnostics,
            limits: self.limits,
            policy,
            data,
            #[cfg(feature = "reference")]
            program: kept,
        })
    }

    /// The packages in force. What the host names wrongly goes to `wrong`: name, text, message, help.
    fn select(&mut self, wrong: &mut Vec<(String, String, String, String)>) -> Vec<String> {
        let mut select = self.packages.clone();
        if !self.sets.is_empty() && self.packages.is_empty() {
            // A set beside sources does not take the sources out of force.
            for (id, source) in self.sources.policies() {
                if let Some(path) = wardlaw_lang::syntax::parse(id, &source.text).file.package {
                    let names: Vec<&str> = path.names.iter().map(|name| name.text).collect();
                    select.push(names.join("."));
                }
            }
        }
        let sets = self.library.sets();
        for name in &self.sets {
            let Some(set) = sets.iter().find(|set| set.name == name) else {
                let help = match nearest(name, sets.iter().map(|set| set.name)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "sets are named by the library".into(),
                };
                let message = format!("the library has no set `{name}`");
                wrong.push((format!("set {name}"), name.clone(), message, help));
                continue;
            };
            select.extend(set.packages.iter().map(|package| String::from(*package)));
            for (datum, text) in set.data {
                match serde_json::from_str(text) {
                    // What the host gives itself stands.
                    Ok(value) => drop(self.data.entry(String::from(*datum)).or_insert(value)),
                    Err(error) => wrong.push((
                        format!("set {name}"),
                        String::from(*text),
                        format!("the set's datum `{datum}` is no JSON: {error}"),
                        "mend the library".into(),
                    )),
                }
            }
        }
        select.sort_unstable();
        select.dedup();
        select
    }
}

/// One character of a literal document, which is named by its offset in the text without indentation.
fn in_literal(sources: &Sources, content: Span, offset: u32) -> Span {
    let text = sources.slice(content);
    let at = document_offset(text, offset as usize);
    let length = text
        .get(at..)
        .and_then(|rest| rest.chars().next())
        .map_or(0, char::len_utf8);
    let start = content.start.saturating_add(at as u32);
    Span::new(content.file, start, start.saturating_add(length as u32))
}

/// Of all texts, whatever the order in which the host gave them, and of what is in force.
fn digest_policy(sources: &Sources, select: &[String]) -> String {
    let mut texts: Vec<[&str; 2]> = sources
        .iter()
        .map(|(_, source)| [source.name.as_str(), source.text.as_str()])
        .collect();
    texts.sort_unstable();
    let texts = texts.iter().flatten().copied();
    decision::digest(texts.chain(select.iter().map(String::as_str)))
}

/// Of all data, defaults included: what decisions depend on.
fn digest_data(plan: &crate::plan::Plan) -> String {
    let mut parts: Vec<String> = Vec::new();
    for data in &plan.data {
        parts.push(data.name.clone());
        if let Some(document) = plan.documents.get(data.document as usize) {
            let value = document.to_value(document.root());
            parts.push(decision::canonical(&value));
        }
    }
    decision::digest(parts.iter().map(String::as_str))
}
