//! What the audit rules say: findings about data, shown in the files that the data came from. A datum
//! that came from no file is named itself.

use std::{collections::BTreeMap, sync::Arc};

use wardlaw::Decision;

use super::{
    Entry, Outcome, Text,
    human::{self, Layout},
};
use crate::engine::{DataFile, Finding};

/// The files that data came from, by the full names of the data.
#[derive(Debug, Default)]
pub(crate) struct DataFiles(BTreeMap<String, Arc<DataFile>>);

impl DataFiles {
    /// Says where a datum came from; what was said before is forgotten.
    pub(crate) fn add(&mut self, name: &str, file: Option<&Arc<DataFile>>) {
        match file {
            Some(file) => drop(self.0.insert(name.to_owned(), Arc::clone(file))),
            None => drop(self.0.remove(name)),
        }
    }

    /// The file of a place, by what its path is relative to.
    pub(crate) fn of(&self, within: Option<&str>) -> Option<&Arc<DataFile>> {
        self.0.get(within?.strip_prefix("data:")?)
    }

    /// Names of data, and of their files.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        let names = self.0.iter();
        names.map(|(name, file)| (name.as_str(), file.name()))
    }
}

/// All findings, file by file, and in each by line; then those of data without a file.
pub(crate) fn human(out: &mut String, decision: &Decision, files: &DataFiles, layout: Layout) {
    let file_of = |finding: &Finding| files.of(finding.within.as_deref());
    let mut by_file: BTreeMap<&str, (&str, Vec<&Finding>)> = BTreeMap::new();
    let mut others: Vec<&Finding> = Vec::new();
    for finding in &decision.findings {
        match file_of(finding) {
            Some(file) => {
                let (_, findings) = by_file
                    .entry(file.name())
                    .or_insert_with(|| (file.text(), Vec::new()));
                findings.push(finding);
            }
            None => others.push(finding),
        }
    }
    let mut write = |name: &str, text: &str, findings: Vec<&Finding>| {
        let entry = Entry {
            file: &Text::new(name, text),
            document: None,
            item: None,
            object: None,
            start: None,
            outcome: Outcome::Decided(decision),
            data: files,
        };
        human::findings(out, &entry, findings, layout);
    };
    for (name, (text, findings)) in by_file {
        write(name, text, findings);
    }
    for finding in others {
        let within = finding.within.as_deref().unwrap_or("data");
        // On a terminal the path stands below.
        let path = if layout.full { "" } else { &finding.path };
        write(&format!("{within}{path}"), "", vec![finding]);
    }
}
