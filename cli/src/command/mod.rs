//! One file a command, each thin: gather, call the library, hand to an output.

mod check;
mod eval;
mod explain;
mod rules;
mod test;

use crate::{
    args::{self, Arguments, Command, When},
    engine::{self, BuildError, Engine, Policy},
    output::{diagnostic, summary},
    project::{
        data,
        policies::{self, Selection},
    },
    ui::{Exit, Failure, Ui},
};

/// Runs a command to its end.
pub(crate) fn run(arguments: Arguments) -> Exit {
    let mut ui = Ui::new(arguments.color);
    let result = match arguments.command {
        Command::Check(args) => check::run(&args, &mut ui),
        Command::Test(args) => test::run(&args, &mut ui),
        Command::Eval(args) => eval::run(&args, &mut ui),
        Command::Rules(args) => rules::run(&args, &mut ui),
        Command::Explain(args) => explain::run(&args, &mut ui),
    };
    let exit = result.unwrap_or_else(|failure| {
        ui.fail(&failure);
        Exit::Wrong
    });
    ui.finish(exit)
}

/// Help, version or a usage error, as the parser of arguments worded it.
pub(crate) fn usage(message: &clap::Error) -> Exit {
    let mut ui = Ui::new(When::Auto);
    let text = message.render().to_string();
    if message.use_stderr() {
        ui.tell(&text);
        ui.finish(Exit::Wrong)
    } else {
        ui.print(&text);
        ui.finish(Exit::Clean)
    }
}

/// The policy that the arguments select, or why it cannot be used.
fn policy(args: &args::Policy, ui: &mut Ui) -> Result<(Selection, Policy), Failure> {
    let selection = policies::select(&args.policies, engine::library())?;
    let data = data::read(&args.data)?;
    let engine = built(engine::builder(&selection, data).build(), ui)?;
    tell_warnings(&engine, ui);
    let policy = Policy::new(engine)?;
    if policy.size() == 0 {
        return Err(
            Failure::new(format!("no rule in force: `{}` has none", selection.title()))
                .with_help("name a policy with rules; `ward rules -p k8s` lists the library's"),
        );
    }
    Ok((selection, policy))
}

/// What was built, or all that is wrong with the policy.
fn built<T>(result: Result<T, BuildError>, ui: &mut Ui) -> Result<T, Failure> {
    result.map_err(|BuildError { diagnostics, sources }| {
        let mut text = String::new();
        diagnostic::write(&mut text, &diagnostics, &sources, ui.err_style());
        ui.tell(&text);
        let errors = || diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        let failure = Failure::new(format!(
            "the policy cannot be used: {}",
            summary::count(errors().count(), "error")
        ));
        match errors().next() {
            Some(first) => {
                failure.with_help(format!("for more about an error, `ward explain {}`", first.code))
            }
            None => failure,
        }
    })
}

fn tell_warnings(engine: &Engine, ui: &mut Ui) {
    let mut text = String::new();
    diagnostic::write(&mut text, engine.warnings(), engine.sources(), ui.err_style());
    ui.tell(&text);
}
