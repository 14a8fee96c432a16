//! `ward rules`: the rules in force, with what is known of them. They need no data for that.

use crate::{
    args::{Format, Rules},
    engine::{Builder, RuleInfo},
    output::{human, json},
    ui::{Exit, Failure, Ui},
};

/// Lists the rules.
pub(crate) fn run(args: &Rules, ui: &mut Ui) -> Result<Exit, Failure> {
    let setup = super::setup(&args.policy, ui)?;
    let inventory = super::built(&setup, Builder::inventory, ui)?;
    super::tell(inventory.warnings(), inventory.sources(), ui);
    let rules: Vec<RuleInfo<'_>> = inventory.rules().collect();
    if rules.is_empty() {
        return Err(super::no_rule(&setup));
    }
    let text = match args.format {
        Format::Human => human::rules(&rules, ui.out_style()),
        Format::Json => json::rules(&rules),
    };
    ui.print(&text);
    Ok(Exit::Clean)
}
