//! What a policy says of one input: findings in contract order, and their JSON, byte for byte the same
//! for the same policy, data and input.

use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};
use core::{cmp::Ordering, fmt::Write as _};

use serde_json::Value as Json;

use crate::{
    fault::ErrorKind,
    fix::{Change, PatchOperation},
    input::Location,
    plan::Plan,
    value::{place::Path, print::json_text},
};

pub use wardlaw_lang::ir::RuleSeverity as Severity;

/// The decision on one request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Decision {
    /// No finding denies ([`Finding::denies`]), and each selected `default deny` package has an `allow`.
    pub allowed: bool,
    /// By package, rule, place and message; equal ones once.
    pub findings: Vec<Finding>,
    /// What `mutate` rules change.
    pub patch: Vec<PatchOperation>,
    /// Edits of `mutate` rules that contradict an edit before them, and are not in the patch.
    pub conflicts: Vec<Conflict>,
    /// What the patch was made of, for tests: rules, and where each changes the object.
    pub(crate) changes: Vec<(String, String)>,
    /// Values of `@output let`s by name.
    pub outputs: Vec<(String, Json)>,
    /// Packages that decided nothing, because their `match` leaves the request out.
    pub skipped: Vec<Skipped>,
    /// Digest of the policy: `sha256:…`.
    pub policy: Arc<str>,
    /// Digest of the data: `sha256:…`.
    pub data: Arc<str>,
    /// Fuel used.
    pub fuel: u64,
}

/// What a finding does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// The rule denies.
    Deny,
    /// The rule warns.
    Warn,
    /// The rule allows, in a `default deny` package.
    Allow,
    /// The rule met an error; it denies.
    Error,
}

impl Effect {
    /// As in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Warn => "warn",
            Self::Allow => "allow",
            Self::Error => "error",
        }
    }
}

/// How a rule's findings count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// They deny.
    Deny,
    /// They warn.
    Warn,
    /// The rule does not run, so that no finding has this level.
    Off,
}

impl Level {
    /// As in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Warn => "warn",
            Self::Off => "off",
        }
    }

    /// The level of that name.
    pub fn named(name: &str) -> Option<Self> {
        let levels = [Self::Deny, Self::Warn, Self::Off];
        levels.into_iter().find(|level| level.name() == name)
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule's full name.
    pub rule: Arc<str>,
    /// What it does.
    pub effect: Effect,
    /// How it counts.
    pub level: Level,
    /// The rule's severity.
    pub severity: Severity,
    /// One line.
    pub message: String,
    /// Where: a JSON pointer, relative to what `within` names.
    pub path: String,
    /// What the path is relative to (`in` in JSON): none for the object under review; else `oldObject`,
    /// `request`, an input's name, or `data:NAME`.
    pub within: Option<Arc<str>>,
    /// Where that lies, if the input was text.
    pub location: Option<Location>,
    /// Further places.
    pub related: Vec<RelatedPlace>,
    /// Controls that the rule checks: framework and ids.
    pub controls: Arc<[(String, Vec<String>)]>,
    /// How to mend it.
    pub fix: Vec<PatchOperation>,
    /// Whether a fix of a finding before it, or of its own, contradicts a part of its fix: of two values for
    /// one place the first stands.
    pub conflict: bool,
    /// Where the policy says so.
    pub source: Option<Source>,
    /// Of an error: what kind.
    pub error: Option<ErrorInfo>,
    /// Why it does not count, where it is exempt.
    pub exempt: Option<Exempt>,
}

/// What an exemption says of a finding that it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exempt {
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day or moment on which it holds.
    pub expires: Option<String>,
    /// Which exemption: how many were given to the builder before it.
    pub position: usize,
}

/// A package that a request left out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// Its path.
    pub package: String,
    /// What the request does not state of what the package's `match` asks for, if that is why.
    pub absent: Option<&'static str>,
}

/// A further place of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedPlace {
    /// As [`Finding::path`].
    pub path: String,
    /// As [`Finding::within`].
    pub within: Option<Arc<str>>,
    /// As [`Finding::location`].
    pub location: Option<Location>,
}

/// A line of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file's name.
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
}

/// An edit that is not in the patch of a decision: one before it sets or removes the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The full name of the rule that wants it.
    pub rule: String,
    /// Where: a JSON pointer in the object.
    pub path: String,
    /// Where the policy says so.
    pub source: Source,
}

/// What an error finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorInfo {
    /// Which kind.
    pub kind: ErrorKind,
}

/// A finding with what it is ordered by.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Raw {
    /// The index of its rule; none for a finding of a package.
    pub(crate) rule: Option<u32>,
    /// The index of its package; packages are ordered by path.
    pub(crate) package: u32,
    pub(crate) path: Path,
    /// What its fix is made of.
    pub(crate) changes: Vec<Change>,
    pub(crate) finding: Finding,
}

impl Raw {
    fn order(&self, other: &Self) -> Ordering {
        let (a, b) = (&self.finding, &other.finding);
        self.package
            .cmp(&other.package)
            .then_with(|| {
                // Most are of one rule.
                let one = self.rule.is_some() && self.rule == other.rule;
                if one { Ordering::Equal } else { a.rule.cmp(&b.rule) }
            })
            .then_with(|| a.within.cmp(&b.within))
            .then_with(|| self.path.cmp(&other.path))
            .then_with(|| a.message.cmp(&b.message))
            .then_with(|| a.effect.cmp(&b.effect))
    }
}

/// Orders findings as the contract says and drops equal ones.
pub(crate) fn compact(findings: &mut Vec<Raw>) {
    let in_order = |a: &Raw, b: &Raw| a.order(b) == Ordering::Less;
    if findings.is_sorted_by(in_order) {
        return;
    }
    findings.sort_by(Raw::order);
    if findings.is_sorted_by(in_order) {
        return;
    }
    let mut kept: Vec<Raw> = Vec::with_capacity(findings.len());
    for finding in findings.drain(..) {
        // Findings of equal order may still differ, in their fix or related places.
        let known = kept
            .iter()
            .rev()
            .take_while(|other| other.order(&finding).is_eq())
            .any(|other| *other == finding);
        if !known {
            kept.push(finding);
        }
    }
    *findings = kept;
}

impl Decision {
    /// The decision as JSON: always the same bytes for the same decision. Control characters and those
    /// that change the direction of text are escaped.
    pub fn to_json_string(&self) -> String {
        let mut writer = Writer::default();
        writer.object(|w| {
            w.member("allowed", |w| w.raw(if self.allowed { "true" } else { "false" }));
            w.member("findings", |w| {
                w.list(&self.findings, |w, finding| finding.write(w));
            });
            w.member("patch", |w| w.list(&self.patch, write_operation));
            if !self.conflicts.is_empty() {
                w.member("conflicts", |w| {
                    w.list(&self.conflicts, |w, conflict| {
                        w.object(|w| {
                            w.member("rule", |w| w.text(&conflict.rule));
                            w.member("path", |w| w.text(&conflict.path));
                            write_source(w, &conflict.source);
                        });
                    });
                });
            }
            w.member("outputs", |w| {
                w.object(|w| {
                    for (name, value) in &self.outputs {
                        w.member(name, |w| w.json(value));
                    }
                });
            });
            if !self.skipped.is_empty() {
                w.member("skipped", |w| {
                    w.list(&self.skipped, |w, skipped| {
                        w.object(|w| {
                            w.member("package", |w| w.text(&skipped.package));
                            if let Some(absent) = skipped.absent {
                                w.member("absent", |w| w.text(absent));
                            }
                        });
                    });
                });
            }
            w.member("policy", |w| w.text(&self.policy));
            w.member("data", |w| w.text(&self.data));
            w.member("fuel", |w| w.number(self.fuel));
        });
        writer.out
    }

    /// The decision as a JSON value; what [`Decision::to_json_string`] writes, in the order of the map type.
    pub fn to_json(&self) -> Json {
        serde_json::from_str(&self.to_json_string()).unwrap_or(Json::Null)
    }
}

/// As [`Decision::to_json`].
#[cfg(feature = "serde")]
impl serde_core::Serialize for Decision {
    fn serialize<S: serde_core::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl Finding {
    /// Whether it makes the decision one that does not allow.
    pub fn denies(&self) -> bool {
        self.level == Level::Deny && self.effect != Effect::Allow && self.exempt.is_none()
    }

    /// Whether it only warns.
    pub fn warns(&self) -> bool {
        self.level == Level::Warn && self.effect != Effect::Allow && self.exempt.is_none()
    }

    /// As [`Decision::to_json_string`], of the finding alone.
    pub fn to_json_string(&self) -> String {
        let mut writer = Writer::default();
        self.write(&mut writer);
        writer.out
    }

    fn write(&self, w: &mut Writer) {
        w.object(|w| {
            w.member("rule", |w| w.text(&self.rule));
            w.member("effect", |w| w.text(self.effect.name()));
            w.member("level", |w| w.text(self.level.name()));
            w.member("severity", |w| w.text(self.severity.name()));
            w.member("message", |w| w.text(&self.message));
            write_place(w, &self.path, self.within.as_deref(), self.location);
            if !self.related.is_empty() {
                w.member("related", |w| {
                    w.list(&self.related, |w, place| {
                        w.object(|w| write_place(w, &place.path, place.within.as_deref(), place.location));
                    });
                });
            }
            if !self.controls.is_empty() {
                w.member("controls", |w| {
                    w.object(|w| {
                        for (framework, ids) in &*self.controls {
                            w.member(framework, |w| w.list(ids, |w, id| w.text(id)));
                        }
                    });
                });
            }
            if !self.fix.is_empty() {
                w.member("fix", |w| w.list(&self.fix, write_operation));
            }
            if self.conflict {
                w.member("conflict", |w| w.raw("true"));
            }
            if let Some(source) = &self.source {
                write_source(w, source);
            }
            if let Some(error) = self.error {
                w.member("error", |w| {
                    w.object(|w| w.member("kind", |w| w.text(error.kind.name())));
                });
            }
            if let Some(exempt) = &self.exempt {
                w.member("exempt", |w| {
                    w.object(|w| {
                        w.member("reason", |w| w.text(&exempt.reason));
                        if let Some(owner) = &exempt.owner {
                            w.member("owner", |w| w.text(owner));
                        }
                        if let Some(expires) = &exempt.expires {
                            w.member("expires", |w| w.text(expires));
                        }
                    });
                });
            }
        });
    }
}

fn write_place(w: &mut Writer, path: &str, within: Option<&str>, location: Option<Location>) {
    w.member("path", |w| w.text(path));
    if let Some(within) = within {
        w.member("in", |w| w.text(within));
    }
    if let Some(location) = location {
        w.member("location", |w| {
            w.object(|w| {
                w.member("line", |w| w.number(u64::from(location.line)));
                w.member("column", |w| w.number(u64::from(location.column)));
                w.member("endLine", |w| w.number(u64::from(location.end_line)));
                w.member("endColumn", |w| w.number(u64::from(location.end_column)));
            });
        });
    }
}

fn write_source(w: &mut Writer, source: &Source) {
    w.member("source", |w| {
        w.object(|w| {
            w.member("file", |w| w.text(&source.file));
            w.member("line", |w| w.number(u64::from(source.line)));
        });
    });
}

fn write_operation(w: &mut Writer, operation: &PatchOperation) {
    w.object(|w| {
        w.member("op", |w| w.text(operation.op.name()));
        w.member("path", |w| w.text(&operation.path));
        if let Some(value) = &operation.value {
            w.member("value", |w| w.json(value));
        }
    });
}

/// Writes JSON without white space, members in the order in which they are given.
#[derive(Debug, Default)]
struct Writer {
    out: String,
}

impl Writer {
    fn raw(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn text(&mut self, text: &str) {
        json_text(text, &mut self.out);
    }

    fn number(&mut self, number: u64) {
        // Writing to a string does not fail.
        let _ = write!(self.out, "{number}");
    }

    fn separate(&mut self) {
        if !self.out.ends_with(['{', '[']) {
            self.out.push(',');
        }
    }

    fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.out.push('{');
        members(self);
        self.out.push('}');
    }

    fn member(&mut self, name: &str, value: impl FnOnce(&mut Self)) {
        self.separate();
        self.text(name);
        self.out.push(':');
        value(self);
    }

    fn list<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
        self.out.push('[');
        for (index, value) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            item(self, value);
        }
        self.out.push(']');
    }

    /// A value; members by key, so that the bytes do not depend on the map type of `serde_json`.
    fn json(&mut self, value: &Json) {
        match value {
            Json::Null => self.raw("null"),
            Json::Bool(true) => self.raw("true"),
            Json::Bool(false) => self.raw("false"),
            Json::Number(number) => self.raw(&number.to_string()),
            Json::String(text) => self.text(text),
            Json::Array(items) => self.list(items, Self::json),
            Json::Object(members) => {
                let mut members: Vec<(&String, &Json)> = members.iter().collect();
                members.sort_by_key(|(key, _)| *key);
                self.object(|w| {
                    for (key, value) in members {
                        w.member(key, |w| w.json(value));
                    }
                });
            }
        }
    }
}

/// A value as JSON, always the same bytes.
pub(crate) fn canonical(value: &Json) -> String {
    let mut writer = Writer::default();
    writer.json(value);
    writer.out
}

/// `sha256:` and the digest of parts, each with its length, so that no two lists of parts are alike.
pub(crate) fn digest<'p>(parts: impl IntoIterator<Item = &'p str>) -> String {
    use sha2::{Digest as _, Sha256};
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let mut text = "sha256:".to_owned();
    for byte in hash.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Of all data, defaults included: what decisions depend on. By name, however the files are ordered.
pub(crate) fn digest_data(plan: &Plan) -> String {
    let mut parts: Vec<[String; 2]> = Vec::new();
    for data in &plan.data {
        let document = plan.documents.get(data.document as usize);
        let value = document.map(|document| canonical(&document.to_value(document.root())));
        parts.push([data.name.clone(), value.unwrap_or_default()]);
    }
    parts.sort_unstable();
    digest(parts.iter().flatten().map(String::as_str))
}
