//! All policies that have diagnostics: the cases of the corpus, the examples of the pages of codes, and
//! the broken files.

use std::{fs, path::Path};

use wardlaw_harness::corpus::{self, Case};
use wardlaw_lang::{Code, CompileInput, Diagnostic, Sources, compile};

/// A policy: name and text of each file; what is no `.ward` is a schema.
pub(crate) type Files = Vec<(String, String)>;

/// What is said of a policy.
pub(crate) fn diagnostics(files: &Files) -> Vec<Diagnostic> {
    let mut sources = Sources::new();
    for (name, text) in files {
        if Path::new(name).extension().is_some_and(|ending| ending == "ward") {
            sources.add(name, text.as_str());
        } else {
            sources.add_schema(name, text.as_str(), wardlaw::schema::read(name, text));
        }
    }
    compile(&CompileInput::new(&sources, wardlaw_stdlib::library())).diagnostics
}

/// The policies of a case, then its schemas.
fn files(case: Case) -> Files {
    let schemas = case.schemas.into_iter().map(|schema| (schema.name, schema.text));
    case.names.into_iter().zip(case.policies).chain(schemas).collect()
}

/// Their names and files.
pub(crate) fn policies() -> Vec<(String, Files)> {
    let harness = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut policies = Vec::new();
    for case in corpus::load(&harness.join("corpus")).unwrap() {
        policies.push((case.name.clone(), files(case)));
    }
    for code in Code::ALL {
        for case in corpus::parse(&code.to_string(), code.page()).unwrap() {
            policies.push((case.name.clone(), files(case)));
        }
    }
    let mut broken: Vec<_> = fs::read_dir(harness.join("broken"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "ward"))
        .collect();
    broken.sort();
    for path in broken {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        policies.push((name.clone(), vec![(name, text)]));
    }
    policies
}
