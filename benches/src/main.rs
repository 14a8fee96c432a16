//! `cargo run --release -p wardlaw-benches -- compare`: Wardlaw beside its limits and its peers.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program")]

use std::{alloc::System, path::PathBuf, process::ExitCode};

use alloc_tracker::Allocator;
use clap::{Parser, Subcommand};
use wardlaw_benches::{
    Failure,
    compare::{Effort, run},
    export,
    fixed::{counted_work, prepare},
    instructions::{self, Counted},
    peer::recorded,
    row::{Row, summary},
    start::start,
};

/// Counts allocations with two additions each, the same for every column.
#[global_allocator]
static ALLOCATOR: Allocator<System> = Allocator::system();

/// Benchmarks of Wardlaw.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compares Wardlaw with limits written by hand and with other engines.
    Compare {
        /// Workloads to run (`w1` to `w6`); all where none is named.
        workloads: Vec<String>,
        /// Small sizes and short runs: a look, no figures to believe.
        #[arg(long)]
        quick: bool,
        /// Only the goals, as a JSON array.
        #[arg(long)]
        json: bool,
        /// Measures OPA again and records it (needs Go and its module proxy).
        #[arg(long)]
        with_opa: bool,
    },
    /// Writes the workloads and their right answers, for engines that are no Rust libraries.
    Export {
        /// The file.
        path: PathBuf,
    },
    /// Counts the instructions of fixed pieces of work and fails where one grew by more than 5 %.
    Instructions {
        /// The table becomes what was counted.
        #[arg(long)]
        bless: bool,
    },
    /// A fixed piece of work, so many times after one to warm up: for a profiler.
    Work {
        /// Which: `load`, `policies`, `artefact`, `library`, `checks`, `pod`, `json`, `yaml`, `rules`, `bindings`, `github`.
        name: String,
        /// How many times.
        times: usize,
    },
    /// One cold start, of which `compare w6` makes many: prints nanoseconds to loaded, and to decided.
    #[command(hide = true)]
    Start {
        /// Who starts.
        name: String,
    },
}

fn main() -> ExitCode {
    match execute(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn execute(command: Command) -> Result<(), Failure> {
    match command {
        Command::Compare {
            workloads,
            quick,
            json,
            with_opa,
        } => {
            if with_opa {
                recorded::record_opa()?;
            }
            let effort = if quick { Effort::QUICK } else { Effort::FULL };
            let report = run(&workloads, effort, |name| eprintln!("{name} …"))?;
            if json {
                let rows: Vec<_> = report.rows.iter().map(Row::json).collect();
                println!("{}", serde_json::to_string_pretty(&rows)?);
            } else {
                for table in &report.tables {
                    println!("{table}");
                }
                print!("{}", summary(&report.rows));
            }
            Ok(())
        }
        Command::Export { path } => export::rego(&path),
        Command::Instructions { bless } => match instructions::count(bless)? {
            Counted::Skipped => {
                println!("skipped: valgrind is not installed");
                Ok(())
            }
            Counted::Table(table, grown) => {
                print!("{table}");
                match grown.as_slice() {
                    [] => Ok(()),
                    grown => Err(format!("more than 5 % more instructions: {}", grown.join(", ")).into()),
                }
            }
        },
        Command::Work { name, times } => {
            let mut work = prepare(&name)?;
            work();
            println!("{}", counted_work(&mut work, times));
            Ok(())
        }
        Command::Start { name } => {
            let (loaded, decided) = start(&name)?;
            println!("{loaded} {decided}");
            Ok(())
        }
    }
}
