//! The comparison: runs workloads, prints their tables, and gathers the rows that a run is judged by.

mod cores;
mod w1;
mod w2;
mod w3;
mod w4;
mod w5;
mod w6;

use std::time::Duration;

use crate::{Failure, row::Row, table::Table};

/// How much time a figure is worth.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// For each figure.
    pub budget: Duration,
    /// Only small sizes.
    pub quick: bool,
}

impl Effort {
    /// For figures that are to be believed.
    pub const FULL: Self = Self {
        budget: Duration::from_millis(250),
        quick: false,
    };
    /// For a look while at work.
    pub const QUICK: Self = Self {
        budget: Duration::from_millis(40),
        quick: true,
    };
}

/// What a workload gives.
#[derive(Debug, Default)]
pub struct Report {
    /// In the order in which they are printed.
    pub tables: Vec<Table>,
    /// What a run is judged by.
    pub rows: Vec<Row>,
}

/// A workload: its name, and what runs it.
type Workload = (&'static str, fn(Effort, &mut Report) -> Result<(), Failure>);

/// All of them.
pub const WORKLOADS: &[Workload] = &[
    ("w1", w1::compare),
    ("w2", w2::compare),
    ("w3", w3::compare),
    ("w4", w4::compare),
    ("w5", w5::compare),
    ("w6", w6::compare),
    ("cores", cores::compare),
];

/// Runs those that are named; all where none is. `progress` is told each name before it runs.
pub fn run(names: &[String], effort: Effort, mut progress: impl FnMut(&str)) -> Result<Report, Failure> {
    let known = |name: &String| WORKLOADS.iter().any(|(workload, _)| workload == name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let all: Vec<&str> = WORKLOADS.iter().map(|(name, _)| *name).collect();
        return Err(format!("no workload is called `{unknown}`: there are {}", all.join(", ")).into());
    }
    let mut report = Report::default();
    for (name, compare) in WORKLOADS {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            progress(name);
            compare(effort, &mut report)?;
        }
    }
    Ok(report)
}
