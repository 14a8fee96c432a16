//! One file a command, each thin: gather, call the library, hand to an output.

mod build;
mod check;
mod eval;
mod explain;
mod fmt;
mod inputs;
mod rules;
mod test;

use wardlaw_lang::{Code, Diagnostic, Sources};

use crate::{
    args::{self, Arguments, Command, When},
    config::{self, Config},
    engine::{self, BuildError, Builder, Compiled, Engine, Inventory, Policy, Setup},
    output::{diagnostic, summary},
    project::{data, policies},
    ui::{Exit, Failure, Ui},
};

/// Runs a command to its end.
pub(crate) fn run(arguments: Arguments) -> Exit {
    let mut ui = Ui::new(arguments.color);
    let result = match arguments.command {
        Command::Check(args) => check::run(&args, &mut ui),
        Command::Test(args) => test::run(&args, &mut ui),
        Command::Eval(args) => eval::run(&args, &mut ui),
        Command::Fmt(args) => Ok(fmt::run(&args, &mut ui)),
        Command::Rules(args) => rules::run(&args, &mut ui),
        Command::Build(args) => build::run(&args, &mut ui),
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

/// What the arguments and the settings select. Where the settings do not say what is in force, nothing
/// can be said of the rest.
fn setup(args: &args::Policy, ui: &mut Ui) -> Result<Setup, Failure> {
    let config = config::load(&args.settings)?;
    if let Some(config) = config.as_ref().filter(|config| config.unclear) {
        let errors = tell(&config.diagnostics, &config.sources, ui);
        return Err(unusable(Some(config), &errors));
    }
    let selection = policies::select(&args.policies, config.as_ref(), engine::library())?;
    Ok(Setup {
        selection,
        config,
        data: data::read(&args.data)?,
    })
}

/// The policy that is set up, or why it cannot be used.
fn policy(setup: &Setup, now: Option<&str>, ui: &mut Ui) -> Result<Policy, Failure> {
    let engine = built(setup, Builder::build, ui)?;
    tell_warnings(&engine, ui);
    let policy = Policy::new(engine, now)?;
    if policy.size() + policy.audits() == 0 {
        return Err(no_rule(setup));
    }
    Ok(policy)
}

fn no_rule(setup: &Setup) -> Failure {
    let title = setup.selection.title();
    Failure::new(format!("no rule in force: `{title}` has none"))
        .with_help("name a policy with rules; `ward rules -p k8s` lists the library's")
}

/// What was built, or all that is wrong with the policy and its settings.
fn built<T: FromCompiled>(
    setup: &Setup,
    build: impl FnOnce(Builder) -> Result<T, BuildError>,
    ui: &mut Ui,
) -> Result<T, Failure> {
    if let Some((name, bytes)) = &setup.selection.compiled {
        let compiled =
            engine::compiled(bytes, setup).map_err(|error| Failure::new(format!("`-p {name}`: {error}")))?;
        return T::from_compiled(compiled).map_err(|error| refused(setup, &error, ui));
    }
    let config = setup.config.as_ref();
    let mut wrong = config.map_or_else(Vec::new, |config| tell(&config.diagnostics, &config.sources, ui));
    let built = build(engine::builder(setup)).map_err(|BuildError { diagnostics, sources }| {
        wrong.append(&mut tell(&diagnostics, &sources, ui));
    });
    match built {
        Ok(engine) if wrong.is_empty() => Ok(engine),
        _ => Err(unusable(config, &wrong)),
    }
}

/// Why what was compiled became no engine.
fn refused(setup: &Setup, BuildError { diagnostics, sources }: &BuildError, ui: &mut Ui) -> Failure {
    let errors = tell(diagnostics, sources, ui);
    let config = setup
        .config
        .as_ref()
        .filter(|_| setup.selection.compiled.is_none());
    unusable(config, &errors)
}

/// What a compiled policy becomes, too.
trait FromCompiled: Sized {
    fn from_compiled(compiled: Compiled) -> Result<Self, BuildError>;
}

impl FromCompiled for Engine {
    fn from_compiled(compiled: Compiled) -> Result<Self, BuildError> {
        compiled.build()
    }
}

impl FromCompiled for Inventory {
    fn from_compiled(compiled: Compiled) -> Result<Self, BuildError> {
        compiled.inventory()
    }
}

impl FromCompiled for Compiled {
    fn from_compiled(compiled: Compiled) -> Result<Self, BuildError> {
        Ok(compiled)
    }
}

/// The settings, where only some of them matter.
fn settings(args: &args::Settings, ui: &mut Ui) -> Result<Option<Config>, Failure> {
    let Some(config) = config::load(args)? else {
        return Ok(None);
    };
    match tell(&config.diagnostics, &config.sources, ui).as_slice() {
        [] => Ok(Some(config)),
        errors => Err(unusable(Some(&config), errors)),
    }
}

fn unusable(config: Option<&Config>, errors: &[Code]) -> Failure {
    let count = summary::count(errors.len(), "error");
    let failure = Failure::new(match config {
        Some(config) => format!("the policy or `{}` cannot be used: {count}", config.name),
        None => format!("the policy cannot be used: {count}"),
    });
    match errors.first() {
        Some(first) => failure.with_help(format!("for more about an error, `ward explain {first}`")),
        None => failure,
    }
}

/// Shows diagnostics; the codes of those that are errors.
fn tell(diagnostics: &[Diagnostic], sources: &Sources, ui: &mut Ui) -> Vec<Code> {
    let mut text = String::new();
    diagnostic::write(&mut text, diagnostics, sources, ui.err_style());
    ui.tell(&text);
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    errors.map(|diagnostic| diagnostic.code).collect()
}

fn tell_warnings(engine: &Engine, ui: &mut Ui) {
    tell(engine.warnings(), engine.sources(), ui);
}
