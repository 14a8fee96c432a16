//! Counts the instructions of the fixed pieces of work under Callgrind and compares them with a table in
//! the repository. They do not depend on how busy the machine is, so a change of some percent is real.

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    Failure,
    fixed::FIXED,
    table::{Table, figure},
};

/// More than so much above the table is a failure.
const GROWTH: f64 = 1.05;

/// What a count says.
#[derive(Debug)]
pub enum Counted {
    /// There is no Callgrind here.
    Skipped,
    /// All counts, and the names of those that grew.
    Table(Table, Vec<&'static str>),
}

/// Where the table is.
fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.txt")
}

/// Counts; with `bless` the table becomes what was counted.
pub fn count(bless: bool) -> Result<Counted, Failure> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        return Ok(Counted::Skipped);
    }
    let before = fs::read_to_string(path()).unwrap_or_default();
    let known = |name: &str| -> Option<f64> {
        let line = before
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line?.trim().parse().ok()
    };
    let mut table = Table::new(
        "Instructions of one piece of work",
        &["work", "counted", "before", "x"],
    );
    let mut text = String::new();
    let mut grown = Vec::new();
    for (name, _) in FIXED {
        let counted = callgrind(name)?;
        let before = known(name).unwrap_or(f64::NAN);
        if counted > before * GROWTH {
            grown.push(*name);
        }
        table.line([
            (*name).to_owned(),
            figure(counted),
            figure(before),
            format!("{:.3}", counted / before),
        ]);
        let _ = writeln!(text, "{name} {counted:.0}");
    }
    if bless {
        fs::write(path(), text)?;
        grown.clear();
    }
    Ok(Counted::Table(table, grown))
}

/// Runs a piece of work under Callgrind once warm; instructions of one time.
fn callgrind(name: &str) -> Result<f64, Failure> {
    const TIMES: usize = 3;
    let output = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            "--toggle-collect=*counted_work*",
        ])
        .arg(env::current_exe()?)
        .args(["work", name, &TIMES.to_string()])
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected : "));
    let count = collected.and_then(|(_, count)| count.trim().parse::<f64>().ok());
    match count {
        Some(count) if output.status.success() => Ok(count / TIMES as f64),
        _ => Err(format!("callgrind of `{name}` gives no count:\n{said}").into()),
    }
}
