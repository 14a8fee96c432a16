//! Peers that are no Rust libraries: what they took, as `benches/peers` recorded it. A record says on which
//! machine; on another one it is worth its order of magnitude.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use serde_json::Value;

use crate::Failure;

/// What one peer took.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its name and version.
    pub name: String,
    /// What ran it, and when.
    pub machine: String,
    figures: BTreeMap<String, Figure>,
}

/// A figure of one case, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// One decision.
    pub decide: f64,
    /// Policies and data.
    pub load: f64,
    /// Answers that are not right.
    pub wrong: usize,
}

/// Where the scripts and records are.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers");

/// All records.
pub fn all() -> Result<Vec<Recorded>, Failure> {
    let mut files: Vec<_> = fs::read_dir(FOLDER)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    files.sort();
    let records = files
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    records.map(|path| read(path)).collect()
}

/// Measures OPA again and records it.
pub fn record_opa() -> Result<(), Failure> {
    let status = Command::new(Path::new(FOLDER).join("opa.sh")).status()?;
    if status.success() {
        Ok(())
    } else {
        Err("benches/peers/opa.sh failed".into())
    }
}

fn read(path: &Path) -> Result<Recorded, Failure> {
    let record: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let figures = record["figures"].as_array().into_iter().flatten().map(|figure| {
        let number = |name: &str| figure[name].as_f64().unwrap_or(f64::NAN);
        let found = Figure {
            decide: number("nanoseconds"),
            load: number("load"),
            wrong: number("wrong") as usize,
        };
        (text(&figure["name"]), found)
    });
    Ok(Recorded {
        name: text(&record["peer"]),
        machine: ["runtime", "machine", "date"]
            .map(|part| text(&record[part]))
            .join(", "),
        figures: figures.collect(),
    })
}

impl Recorded {
    /// The time of one decision of a case; NaN where there is none, or a wrong answer.
    pub fn decide(&self, case: &str) -> f64 {
        let figure = self.figures.get(case).filter(|figure| figure.wrong == 0);
        figure.map_or(f64::NAN, |figure| figure.decide)
    }

    /// The time of loading; NaN where there is none.
    pub fn load(&self, case: &str) -> f64 {
        self.figures.get(case).map_or(f64::NAN, |figure| figure.load)
    }

    /// Whether it has any figure of a workload.
    pub fn knows(&self, prefix: &str) -> bool {
        self.figures.keys().any(|case| case.starts_with(prefix))
    }

    /// What is to be said below a table.
    pub fn note(&self) -> String {
        let wrong: Vec<&str> = self
            .figures
            .iter()
            .filter(|(_, figure)| figure.wrong > 0)
            .map(|(case, _)| case.as_str())
            .collect();
        let wrong = if wrong.is_empty() {
            String::new()
        } else {
            format!(" It answers wrongly: {}.", wrong.join(", "))
        };
        format!(
            "{} was recorded, not run now ({}).{wrong}",
            self.name, self.machine
        )
    }
}
