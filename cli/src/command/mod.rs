//! One file a command, each thin: gather, call the library, hand to an output.

mod check;
mod rules;

use crate::{
    args::{Arguments, Command, When},
    ui::{Exit, Ui},
};

/// Runs a command to its end.
pub(crate) fn run(arguments: Arguments) -> Exit {
    let mut ui = Ui::new(arguments.color);
    let result = match arguments.command {
        Command::Check(args) => check::run(&args, &mut ui),
        Command::Rules(args) => rules::run(&args, &mut ui),
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
