//! `ward build`: policies as one file, which is loaded without compiling.

use std::fs;

use crate::{
    args::{Build, Emit},
    engine::Builder,
    project::shown,
    ui::{Exit, Failure, Ui, reason},
};

/// Compiles, and writes the file.
pub(crate) fn run(args: &Build, ui: &mut Ui) -> Result<Exit, Failure> {
    let setup = super::setup(&args.policy, ui)?;
    let compiled = super::built(&setup, Builder::compile, ui)?;
    super::tell(compiled.warnings(), compiled.sources(), ui);
    if compiled.rules() == 0 {
        return Err(super::no_rule(&setup));
    }
    match args.emit {
        Some(Emit::Ir) => match compiled.ir_text() {
            Some(text) => ui.print(&text),
            None => {
                return Err(Failure::new(
                    "a compiled policy holds what runs, and not what it was compiled from: use `--emit plan`, or give the sources",
                ));
            }
        },
        Some(Emit::Plan) => {
            let engine = compiled.clone().build();
            let engine = engine.map_err(|error| super::refused(&setup, &error, ui))?;
            ui.print(&engine.plan_text());
        }
        None => {}
    }
    if let Some(path) = &args.output {
        let bytes = compiled.to_bytes();
        let name = shown(path);
        fs::write(path, &bytes).map_err(|error| Failure::new(format!("`{name}`: {}", reason(&error))))?;
        let (rules, digest) = (compiled.rules(), compiled.digest());
        let rules = crate::output::summary::count(rules, "rule");
        ui.tell(&format!(
            "{name}: {rules}, {} bytes, policy {digest}\n",
            bytes.len()
        ));
    }
    Ok(Exit::Clean)
}
