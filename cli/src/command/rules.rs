//! `ward rules`: the rules in force, with what is known of them.

use crate::{
    args::{Format, Rules},
    output::{human, json},
    ui::{Exit, Failure, Ui},
};

/// Lists the rules.
pub(crate) fn run(args: &Rules, ui: &mut Ui) -> Result<Exit, Failure> {
    let setup = super::setup(&args.policy, ui)?;
    let policy = super::policy(&setup, None, ui)?;
    let rules = policy.rules();
    let text = match args.format {
        Format::Human => human::rules(&rules, ui.out_style()),
        Format::Json => json::rules(&rules),
    };
    ui.print(&text);
    Ok(Exit::Clean)
}
