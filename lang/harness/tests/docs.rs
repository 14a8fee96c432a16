//! Everything that the documentation shows is run. Blocks say by their tag what they are:
//!
//! - `ward`: a policy. It compiles with the diagnostics that its `//~` lines name, and without others.
//!   The blocks `json schema NAME` before it are schemas that it may import.
//!   The blocks `json NAME` and `json data NAME` after it are an input and data, `json decision` what
//!   comes of them: every member shown is there. A block `ward more` is another file of the policy.
//! - `ward prelude`: the package in which the fragments of the page stand.
//! - `ward items`: declarations of that package. `ward clauses`: the body of a rule in it. `ward values`:
//!   a line each, an expression and behind `//` its value as JSON.
//! - `json`: JSON. `sh`, `text`, `console`, `toml` and `yaml` are not run here; a block without a tag is refused.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::{fmt::Write as _, fs, path::Path};

use serde_json::Value;
use wardlaw::{
    Builder, Decision, Engine, Request,
    input::{Document, NodeId, ReadLimits, read_json},
    testing::NoFiles,
};
use wardlaw_harness::corpus::{Binding, Case, parse};
use wardlaw_lang::{CompileInput, Severity, Sources, compile};

/// A page, and what was wrong with it.
#[derive(Default)]
struct Page {
    name: String,
    /// The policy at work, with what was bound to it.
    case: Case,
    prelude: Option<Case>,
    schemas: Vec<Binding>,
    policies: usize,
    values: usize,
    decisions: usize,
    wrong: Vec<String>,
}

impl Page {
    fn run(&mut self, text: &str) {
        let mut lines = text.lines().enumerate();
        while let Some((index, line)) = lines.next() {
            let Some(tag) = line.trim_start().strip_prefix("```") else {
                continue;
            };
            let fence = line.trim_end_matches(tag);
            let body: Vec<&str> = lines
                .by_ref()
                .map(|(_, line)| line)
                .take_while(|line| *line != fence)
                .collect();
            let at = format!("{}:{}", self.name, index + 1);
            self.block(&at, tag, &(body.join("\n") + "\n"));
        }
    }

    fn block(&mut self, at: &str, tag: &str, body: &str) {
        match tag.split(' ').collect::<Vec<_>>().as_slice() {
            ["ward"] => {
                self.case = policy(body);
                self.case.schemas.clone_from(&self.schemas);
                self.policies += 1;
                let found = diagnostics(&self.case);
                self.same(at, &expected(&self.case), &found);
                self.tests(at);
            }
            ["ward", "more"] => {
                self.case.policies.push(body.to_owned());
                let found = diagnostics(&self.case);
                self.same(at, &[], &found);
            }
            ["ward", "prelude"] => {
                self.case = policy(body);
                let found = diagnostics(&self.case);
                self.same(at, &[], &found);
                self.prelude = Some(self.case.clone());
            }
            ["ward", "items"] => self.fragment(at, body),
            ["ward", "clauses"] => self.fragment(at, &format!("rule fragment {{\n{body}}}\n")),
            ["ward", "values"] => self.values(at, body),
            ["json", "schema", name] => self.schemas.push(binding(name, body)),
            ["json", "decision"] => self.decision(at, body),
            ["json", "data", name] => self.case.data.push(binding(name, body)),
            ["json", name] => {
                self.case.inputs.push(binding(name, body));
                // The input of the prelude is that of all its fragments.
                if let Some(prelude) = self.prelude.as_mut().filter(|p| p.policies == self.case.policies) {
                    prelude.inputs.clone_from(&self.case.inputs);
                }
            }
            ["json"] => {
                if let Err(error) = serde_json::from_str::<Value>(body) {
                    self.wrong.push(format!("{at}: {error}"));
                }
            }
            ["sh" | "text" | "console" | "toml" | "yaml", ..] => {}
            _ => self
                .wrong
                .push(format!("{at}: nothing runs a block tagged `{tag}`")),
        }
    }

    /// Runs the tests of the policy.
    fn tests(&mut self, at: &str) {
        if !self.case.expected.is_empty() {
            return;
        }
        match builder(&self.case).tests() {
            Err(error) => self.wrong.push(format!("{at}: {error}")),
            Ok(suite) => {
                for index in 0..suite.tests().count() {
                    suite.run(index, &NoFiles, &mut |result| {
                        let failures = result.failures.iter();
                        self.wrong
                            .extend(failures.map(|failure| format!("{at}: {failure:?}")));
                    });
                }
            }
        }
    }

    fn same(&mut self, at: &str, wanted: &[String], found: &[String]) {
        if wanted != found {
            self.wrong
                .push(format!("{at}: wanted {wanted:#?}, found {found:#?}"));
        }
    }

    /// The package of the fragments, with more in it.
    fn with_prelude(&mut self, at: &str, more: &str) -> Option<Case> {
        let Some(prelude) = &self.prelude else {
            self.wrong.push(format!("{at}: the page has no `ward prelude`"));
            return None;
        };
        let base = prelude.policies[0].clone();
        let mut case = policy(&format!("{base}{more}"));
        case.inputs.clone_from(&prelude.inputs);
        Some(case)
    }

    fn fragment(&mut self, at: &str, body: &str) {
        if let Some(case) = self.with_prelude(at, body) {
            let found = diagnostics(&case);
            self.same(at, &expected(&case), &found);
            self.policies += 1;
            self.case = case;
        }
    }

    fn values(&mut self, at: &str, body: &str) {
        let mut wanted = Vec::new();
        let mut more = String::new();
        for line in body.lines().filter(|line| !line.trim().is_empty()) {
            let Some((expression, value)) = line.rsplit_once(" // ") else {
                self.wrong.push(format!("{at}: no value behind `//`: {line}"));
                return;
            };
            let _ = writeln!(more, "@output let value{} = {expression}", wanted.len());
            wanted.push((expression.trim(), value.trim()));
        }
        let Some(case) = self.with_prelude(at, &more) else {
            return;
        };
        let found = diagnostics(&case);
        if !found.is_empty() {
            return self.same(at, &[], &found);
        }
        for decision in decisions(&case) {
            let outputs = decision["outputs"].as_object().unwrap();
            for (index, (expression, wanted)) in wanted.iter().enumerate() {
                let found = outputs
                    .iter()
                    .find(|(name, _)| name.ends_with(&format!(".value{index}")))
                    .map(|(_, value)| value.to_string());
                let wanted = serde_json::from_str::<Value>(wanted).map(|value| value.to_string());
                if found != wanted.as_ref().ok().cloned() {
                    self.wrong
                        .push(format!("{at}: {expression} is {found:?}, not {wanted:?}"));
                }
            }
        }
        self.values += wanted.len();
    }

    fn decision(&mut self, at: &str, body: &str) {
        let wanted: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{at}: {error}"));
        for found in decisions(&self.case) {
            if !holds(&wanted, &found) {
                self.wrong.push(format!(
                    "{at}: the decision is {found}, which does not show {wanted}"
                ));
            }
        }
        self.decisions += 1;
    }
}

fn binding(name: &str, text: &str) -> Binding {
    Binding {
        name: name.to_owned(),
        yaml: false,
        text: text.to_owned(),
    }
}

/// A policy with what its `//~` lines name.
fn policy(text: &str) -> Case {
    let mut cases = parse("docs", &format!("## case\n```ward\n{text}```\n")).unwrap();
    cases.remove(0)
}

fn expected(case: &Case) -> Vec<String> {
    let all = case.expected.iter();
    all.map(|expected| format!("{}: {}[{}]", expected.line, expected.severity, expected.code))
        .collect()
}

fn diagnostics(case: &Case) -> Vec<String> {
    let mut sources = Sources::new();
    for (index, policy) in case.policies.iter().enumerate() {
        sources.add(format!("{index}.ward"), policy.as_str());
    }
    for Binding { name, text, .. } in &case.schemas {
        sources.add_schema(name, text.as_str(), wardlaw::schema::read(name, text));
    }
    let input = CompileInput::new(&sources, wardlaw_stdlib::library());
    let compiled = compile(&input);
    let words: Vec<&str> = case
        .expected
        .iter()
        .map(|expected| expected.words.as_str())
        .collect();
    let found = compiled
        .diagnostics
        .iter()
        .enumerate()
        .map(|(index, diagnostic)| {
            let at = compiled
                .sources
                .line_column(diagnostic.span.file, diagnostic.span.start);
            let severity = if diagnostic.severity == Severity::Error {
                "error"
            } else {
                "warning"
            };
            let head = format!("{}: {severity}[{}]", at.line, diagnostic.code);
            let said = words
                .get(index)
                .is_some_and(|words| diagnostic.message.contains(words));
            if said {
                head
            } else {
                format!("{head} {}", diagnostic.message)
            }
        });
    found.collect()
}

fn read(binding: &Binding) -> Document<'_> {
    read_json(&binding.text, &ReadLimits::default())
        .unwrap_or_else(|error| panic!("{}: {error}", binding.name))
}

fn builder(case: &Case) -> Builder {
    let mut builder = Engine::builder().library(wardlaw_stdlib::library());
    for (index, policy) in case.policies.iter().enumerate() {
        builder = builder.source(format!("{index}.ward"), policy);
    }
    for schema in &case.schemas {
        builder = builder.schema(&schema.name, &schema.text);
    }
    for data in &case.data {
        builder = builder.data(&data.name, read(data).to_value(NodeId(0)));
    }
    builder
}

/// What each evaluator decides; about data alone, where no input is bound.
fn decisions(case: &Case) -> [Value; 2] {
    let engine = builder(case)
        .build()
        .unwrap_or_else(|error| panic!("{error}:\n{}", case.policies.join("\n")));
    let input = case
        .inputs
        .first()
        .map(|input| (input.name.as_str(), read(input)));
    let decide = |decide: fn(&Engine, &Request<'_>) -> Decision, audit: fn(&Engine) -> Decision| match &input
    {
        Some((name, document)) => decide(&engine, &Request::input(name, document)).to_json(),
        None => audit(&engine).to_json(),
    };
    [
        decide(Engine::decide, Engine::audit),
        decide(Engine::decide_by_reference, Engine::audit_by_reference),
    ]
}

/// Whether everything that is shown is there. Lists are shown whole.
fn holds(shown: &Value, found: &Value) -> bool {
    match (shown, found) {
        (Value::Object(shown), Value::Object(found)) => shown
            .iter()
            .all(|(key, value)| found.get(key).is_some_and(|found| holds(value, found))),
        (Value::Array(shown), Value::Array(found)) => {
            shown.len() == found.len() && shown.iter().zip(found).all(|(shown, found)| holds(shown, found))
        }
        _ => shown == found,
    }
}

#[test]
fn what_the_documentation_shows_is_so() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pages = vec![root.join("README.md")];
    pages.extend(
        fs::read_dir(root.join("docs"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            // The tour makes files and runs commands: `cli/tests/pages.rs`.
            .filter(|path| {
                path.extension().is_some_and(|ending| ending == "md") && !path.ends_with("tour.md")
            }),
    );
    pages.sort();
    let (mut wrong, mut policies, mut values, mut decisions) = (Vec::new(), 0, 0, 0);
    for path in pages {
        let mut page = Page {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            ..Page::default()
        };
        page.run(&fs::read_to_string(&path).unwrap());
        wrong.append(&mut page.wrong);
        policies += page.policies;
        values += page.values;
        decisions += page.decisions;
    }
    println!("{policies} policies, {values} values, {decisions} decisions");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(policies > 5 && values > 20 && decisions > 3);
}
