//! Reads the corpus: Markdown files whose `##` sections are cases.
//!
//! A case has one or more `ward` blocks (one file each; `ward a/b.ward` names it), and then either inline assertions of
//! diagnostics, or inputs and the decision that they lead to:
//!
//! - `//~ error[W0203] words` or `//~ warning[…] words` at the end of a line: this diagnostic stands on
//!   this line, and its message holds the words. A line with `//~^` speaks of the line above. A case with
//!   such lines has exactly the diagnostics that they name.
//! - a block `json schema NAME` or `yaml schema NAME` is a schema that the policies import by this name; in
//!   YAML, `#~ error[W0316] words` speaks of its lines;
//! - a block `json NAME` or `yaml NAME` binds an input, `json data NAME` a datum; without an input, the
//!   audit rules are decided;
//! - a block `json settings` is what a host says besides: `use`, `levels`, `exempt`, as in `ward.toml`;
//! - a block `json decision` is what comes of it: `allowed`, and of each finding rule, effect, message,
//!   path, and where they differ from the usual `in`, `related`, `error`, `level` and `exempt` (the
//!   reason); where the block has some `line`, the line of each finding's rule, too; the packages that
//!   were `skipped`. With `json decision whole` it is all of it but the fuel: digests, lines and columns included.
//!
//! Everything else is prose.

use std::{fs, path::Path};

/// A case.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// File and section.
    pub name: String,
    /// Policy files.
    pub policies: Vec<String>,
    /// Their names.
    pub names: Vec<String>,
    /// Schemas by name.
    pub schemas: Vec<Binding>,
    /// Inputs by name.
    pub inputs: Vec<Binding>,
    /// Data by full name.
    pub data: Vec<Binding>,
    /// What the host says besides, as JSON.
    pub settings: Option<String>,
    /// The decision, as JSON.
    pub decision: Option<String>,
    /// Whether that is all of it.
    pub whole: bool,
    /// Diagnostics that must be there.
    pub expected: Vec<Expected>,
}

/// A bound document.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The name.
    pub name: String,
    /// Whether the text is YAML.
    pub yaml: bool,
    /// The document.
    pub text: String,
}

/// A diagnostic that must be there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// The name of the file: [`file_name`] of a policy, or a schema's own.
    pub file: String,
    /// 1-based line.
    pub line: u32,
    /// `error` or `warning`.
    pub severity: String,
    /// `W0203`.
    pub code: String,
    /// Words of the message; may be empty.
    pub words: String,
}

/// All cases below a folder, by file name and position.
///
/// # Errors
/// The folder cannot be read, or a file is no corpus.
pub fn load(folder: &Path) -> Result<Vec<Case>, String> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let file = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        cases.extend(parse(&file, &text)?);
    }
    Ok(cases)
}

/// The cases of one file.
///
/// # Errors
/// A block that nothing knows, or one that is not closed.
pub fn parse(file: &str, text: &str) -> Result<Vec<Case>, String> {
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            cases.push(Case {
                name: format!("{file}: {}", title.trim()),
                ..Case::default()
            });
            continue;
        }
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else {
            continue;
        };
        let mut body = String::new();
        let mut closed = false;
        for (_, line) in lines.by_ref() {
            if line == "```" {
                closed = true;
                break;
            }
            body.push_str(line);
            body.push('\n');
        }
        let at = format!("{file}.md:{}", index + 1);
        if !closed {
            return Err(format!("{at}: the block is not closed"));
        }
        let case = cases
            .last_mut()
            .ok_or_else(|| format!("{at}: a block before the first `##`"))?;
        add(case, info, body).map_err(|error| format!("{at}: {error}"))?;
    }
    Ok(cases)
}

fn add(case: &mut Case, info: &str, body: String) -> Result<(), String> {
    let words: Vec<&str> = info.split_whitespace().collect();
    match words.as_slice() {
        ["ward", name @ ..] if name.len() < 2 => {
            let name = name
                .first()
                .map_or_else(|| file_name(case.policies.len()), |name| (*name).to_owned());
            case.expected.extend(expected(&name, "//~", &body)?);
            case.names.push(name);
            case.policies.push(body);
        }
        ["json", "decision"] => case.decision = Some(body),
        ["json", "decision", "whole"] => (case.decision, case.whole) = (Some(body), true),
        ["json", "settings"] => case.settings = Some(body),
        [format @ ("json" | "yaml"), rest @ .., name] => {
            if rest == ["schema"] {
                case.expected.extend(expected(name, "#~", &body)?);
            }
            let list = match rest {
                [] => &mut case.inputs,
                ["data"] => &mut case.data,
                ["schema"] => &mut case.schemas,
                _ => return Err(format!("nothing knows a block `{info}`")),
            };
            list.push(Binding {
                name: (*name).into(),
                yaml: *format == "yaml",
                text: body,
            });
        }
        ["text" | "toml"] => {}
        _ => return Err(format!("nothing knows a block `{info}`")),
    }
    Ok(())
}

/// The name of a policy of a case, counted from 0.
pub fn file_name(index: usize) -> String {
    format!("policy{index}.ward")
}

fn expected(file: &str, mark: &str, text: &str) -> Result<Vec<Expected>, String> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let Some((_, assertion)) = line.split_once(mark) else {
            continue;
        };
        let (above, assertion) = match assertion.strip_prefix('^') {
            Some(rest) => (1, rest),
            None => (0, assertion),
        };
        let assertion = assertion.trim();
        let parsed = assertion
            .split_once('[')
            .and_then(|(severity, rest)| rest.split_once(']').map(|(code, words)| (severity, code, words)));
        let Some((severity, code, words)) = parsed else {
            return Err(format!("`{mark} {assertion}` is not `{mark} error[W0000] words`"));
        };
        found.push(Expected {
            file: file.into(),
            line: index as u32 + 1 - above,
            severity: severity.into(),
            code: code.into(),
            words: words.trim().into(),
        });
    }
    Ok(found)
}
