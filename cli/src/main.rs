//! `ward`: the command. Arguments in, a command run, a status out; everything else is in the modules.

mod args;
mod clock;
mod command;
mod config;
mod engine;
mod inspect;
mod output;
mod parallel;
mod project;
mod ui;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = match args::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(message) => return ExitCode::from(command::usage(&message).code()),
    };
    ExitCode::from(command::run(arguments).code())
}
