//! W6: from the start of a process to its first decision, policies from text.

use std::{env, process::Command, time::Instant};

use super::{Effort, Report};
use crate::{
    Failure, measure,
    peer::STARTERS,
    row::{Better, Row},
    start,
    table::{Table, time},
    ward,
};

/// Processes of each.
const RUNS: usize = 25;

pub(super) fn compare(effort: Effort, report: &mut Report) -> Result<(), Failure> {
    let mut table = Table::new(
        "W6: process start to first decision, 18 checks on the typical pod",
        &[
            "column",
            "process",
            "above nothing",
            "policies loaded",
            "first decision after",
        ],
    );
    let names: Vec<&str> = start::OWN.iter().chain(STARTERS).copied().collect();
    let runs = if effort.quick { 5 } else { RUNS };
    let mut samples: Vec<Vec<[f64; 3]>> = vec![Vec::new(); names.len()];
    for _ in 0..runs {
        for (name, samples) in names.iter().zip(&mut samples) {
            samples.push(process(name)?);
        }
    }
    let median = |index: usize, figure: usize| {
        let mut figures: Vec<f64> = samples[index].iter().map(|sample| sample[figure]).collect();
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    let floor = median(0, 0);
    for (index, name) in names.iter().enumerate() {
        table.line([
            (*name).to_owned(),
            time(median(index, 0)),
            time(median(index, 0) - floor),
            time(median(index, 1)),
            time(median(index, 2)),
        ]);
    }
    report.tables.push(table);

    for (index, name) in names
        .iter()
        .enumerate()
        .filter(|(_, name)| ["wardlaw", "pss-restricted"].contains(name))
    {
        let above = (median(index, 0) - floor) / 1e6;
        let mut process = Row::new(
            format!("w6 process to first decision, {name}"),
            "ms",
            Better::Lower,
            above,
        );
        let mut load = Row::new(
            format!("w6 load from text, {name}"),
            "ms",
            Better::Lower,
            median(index, 1) / 1e6,
        );
        for (peer, name) in names.iter().enumerate().skip(start::OWN.len()) {
            process = process.peer(name, (median(peer, 0) - floor) / 1e6);
            load = load.peer(name, median(peer, 1) / 1e6);
        }
        report.rows.push(process.must(2.0));
        report.rows.push(load.must(0.5));
    }
    let set = "pss-restricted";
    let bytes = ward::library_artefact(set)?;
    let loaded = measure::time(effort.budget, || ward::from_artefact(&bytes));
    let row = Row::new(
        format!("w6 load from artefact, {set}"),
        "ms",
        Better::Lower,
        loaded.median / 1e6,
    );
    report.rows.push(row.must(0.1));
    Ok(())
}

/// Runs a process that loads, decides and ends; its whole time, and the two that it says.
fn process(name: &str) -> Result<[f64; 3], Failure> {
    let program = env::current_exe()?;
    let started = Instant::now();
    let output = Command::new(program).args(["start", name]).output()?;
    let whole = started.elapsed().as_nanos() as f64;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let text = String::from_utf8(output.stdout)?;
    let mut said = text.split_whitespace().map(str::parse);
    let mut next = || said.next().and_then(Result::ok).unwrap_or(f64::NAN);
    Ok([whole, next(), next()])
}
