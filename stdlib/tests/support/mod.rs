//! What the library's tests share: the engine behind one small face, the rules as their files describe them,
//! and the fixtures. Only `Policy`, `Judged` and `documents` know the engine's API.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use wardlaw::{Effect, Engine, Request, input};

pub(crate) mod rules;

/// A named set of the library, enforced at one version.
pub(crate) struct Policy(Engine);

/// A finding, as far as tests look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    /// `deny`, `warn`, `allow` or `error`.
    pub(crate) effect: &'static str,
    /// Full name of the rule.
    pub(crate) rule: String,
    /// JSON Pointer into the object.
    pub(crate) path: String,
    /// The message.
    pub(crate) message: String,
    /// The mend, as RFC 6902 operations.
    pub(crate) fix: Vec<Value>,
}

impl Judged {
    /// The finding as a fixture writes it.
    pub(crate) fn line(&self) -> String {
        format!("{} {} at {}", self.effect, self.rule, self.path)
    }
}

impl Policy {
    /// The set `set` (`pss-restricted`) at the Pod Security version `version` (`latest`, `v1.24`).
    pub(crate) fn new(set: &str, version: &str) -> Self {
        let engine = Engine::builder()
            .library(wardlaw_stdlib::library())
            .set(set)
            .data("k8s.pod_security.version", json!(version))
            .build();
        match engine {
            Ok(engine) => Self(engine),
            Err(error) => panic!("the set {set} does not compile: {error:?}"),
        }
    }

    /// Everything found in an object, and whether it is allowed.
    pub(crate) fn judge(&self, object: &Value) -> (bool, Vec<Judged>) {
        let document = input::Document::from_value(object).expect("a JSON value is a document");
        let mut allowed = true;
        let mut findings = Vec::new();
        for manifest in input::objects(&document) {
            let decision = self.0.decide(&Request::object(&document, &manifest));
            allowed &= decision.allowed;
            findings.extend(decision.findings.into_iter().map(|finding| {
                Judged {
                    effect: match finding.effect {
                        Effect::Deny => "deny",
                        Effect::Warn => "warn",
                        Effect::Allow => "allow",
                        Effect::Error => "error",
                    },
                    rule: finding.rule.to_string(),
                    path: finding.path,
                    message: finding.message,
                    fix: finding
                        .fix
                        .iter()
                        .map(wardlaw::fix::PatchOperation::to_json)
                        .collect(),
                }
            }));
        }
        (allowed, findings)
    }
}

/// The documents of a YAML text, as JSON values.
pub(crate) fn documents(text: &str) -> Vec<Value> {
    input::read_stream(text, input::Format::Yaml, &input::ReadLimits::default())
        .map(|item| {
            let document = item.result.expect("a fixture is well-formed");
            document.to_value(document.root())
        })
        .collect()
}

/// The crate's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder whose name has the ending, in path order.
pub(crate) fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("a folder's entry is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The text of a file.
pub(crate) fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
