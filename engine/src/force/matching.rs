//! `match`: which requests a use of a package is about. Each dimension that is stated must be present
//! in the request and match it: a rule for production never takes an object for production's because
//! it does not say where it goes.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use wardlaw_lang::pattern::glob;

use super::subject::Subject;
use crate::decision::canonical;

/// What a request must be like. A list holds where one of its patterns does (`*` is any run of
/// characters); an empty list asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// Kinds of the object (`Deployment`).
    pub kinds: Vec<String>,
    /// API groups of the object; the core group is the empty text.
    pub groups: Vec<String>,
    /// Namespaces; that of a Namespace is its own name.
    pub namespaces: Vec<String>,
    /// Names; an object whose name the API server is to generate has none.
    pub names: Vec<String>,
    /// Labels of the object by key: all of them must match.
    pub labels: BTreeMap<String, Vec<String>>,
    /// Operations (`CREATE`, `UPDATE`, `DELETE`, `CONNECT`).
    pub operations: Vec<String>,
    /// Subresources (`status`); that of the object itself is the empty text.
    pub subresources: Vec<String>,
}

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Matches,
    Differs,
    /// Nothing differs, but this is not stated.
    Absent(&'static str),
}

impl Match {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn of(&self, subject: &Subject) -> Outcome {
        let plain = [
            ("kind", &self.kinds, subject.kind.as_deref()),
            ("group", &self.groups, subject.group.as_deref()),
            ("namespace", &self.namespaces, subject.namespace.as_deref()),
            ("name", &self.names, subject.name.as_deref()),
            ("operation", &self.operations, subject.operation.as_deref()),
            ("subresource", &self.subresources, subject.subresource.as_deref()),
        ];
        let labels = self
            .labels
            .iter()
            .map(|(key, wanted)| ("label", wanted, subject.labels.get(key).map(String::as_str)));
        let mut outcome = Outcome::Matches;
        for (dimension, wanted, found) in plain.into_iter().chain(labels) {
            match found {
                _ if wanted.is_empty() => {}
                None if outcome == Outcome::Matches => outcome = Outcome::Absent(dimension),
                None => {}
                Some(found) if wanted.iter().any(|pattern| glob(pattern, found)) => {}
                Some(_) => return Outcome::Differs,
            }
        }
        outcome
    }

    /// All it asks for, as a text.
    pub(crate) fn line(&self) -> String {
        canonical(&serde_json::json!({
            "kinds": self.kinds,
            "groups": self.groups,
            "namespaces": self.namespaces,
            "names": self.names,
            "labels": self.labels,
            "operations": self.operations,
            "subresources": self.subresources,
        }))
    }

    /// The lists in one order, whatever the host's was.
    pub(crate) fn sorted(mut self) -> Self {
        let lists = [
            &mut self.kinds,
            &mut self.groups,
            &mut self.namespaces,
            &mut self.names,
            &mut self.operations,
            &mut self.subresources,
        ];
        for list in lists.into_iter().chain(self.labels.values_mut()) {
            list.sort_unstable();
            list.dedup();
        }
        self
    }
}
