//! `ward eval`: the decision on named inputs as JSON, or the value of an expression.

use crate::{
    args::Eval,
    command::inputs::Texts,
    engine::{self, Builder, Engine},
    output::escape,
    project::policies::Selection,
    ui::{Exit, Failure, Ui},
};

/// Evaluates.
pub(crate) fn run(args: &Eval, ui: &mut Ui) -> Result<Exit, Failure> {
    let setup = super::setup(&args.policy, ui)?;
    let selection = &setup.selection;
    if let (Some(_), Some((name, _))) = (&args.expression, &selection.compiled) {
        return Err(
            Failure::new(format!("`-p {name}`: an expression needs the sources"))
                .with_help("name the policy that it was built of, or leave out the expression"),
        );
    }
    let expression = match &args.expression {
        Some(expression) => Some((package(args, selection)?, expression)),
        None => None,
    };
    let build = |builder: Builder| match expression {
        Some((package, expression)) => builder.expression(package, expression).build(),
        None => builder.build(),
    };
    let engine = super::built(&setup, build, ui)?;
    super::tell_warnings(&engine, ui);
    let texts = Texts::read(&args.request, &engine)?;
    let given = texts.given(&engine)?;
    let request = engine::request(&given, args.request.namespace.as_deref());
    if args.expression.is_some() {
        let value = engine
            .evaluate(&request)
            .map_err(|error| Failure::new(format!("the expression has no value: {error}")))?;
        let text = serde_json::to_string_pretty(&value).unwrap_or_default();
        ui.print(&escape::json(text));
        ui.print("\n");
        return Ok(Exit::Clean);
    }
    rules_in_force(args, &engine, selection)?;
    for input in engine.input_infos().filter(|input| input.required && !args.audit) {
        if !given.iter().any(|given| given.name() == input.name) {
            let name = input.name;
            return Err(Failure::new(format!("the input `{name}` is not bound"))
                .with_help(format!("give it: `-i {name}=FILE`")));
        }
    }
    let decision = if args.audit {
        engine.audit_at(texts.time())
    } else {
        engine.decide(&request)
    };
    ui.print(&escape::json(decision.to_json_string()));
    ui.print("\n");
    Ok(if decision.allowed {
        Exit::Clean
    } else {
        Exit::Denied
    })
}

/// A decision by no rule would allow everything.
fn rules_in_force(args: &Eval, engine: &Engine, selection: &Selection) -> Result<(), Failure> {
    if engine.rules().any(|rule| rule.audit == args.audit) {
        return Ok(());
    }
    let title = selection.title();
    let others = engine.rules().next().is_some();
    Err(match (args.audit, others) {
        (_, false) => Failure::new(format!("no rule in force: `{title}` has none"))
            .with_help("give an expression, or name a policy with rules"),
        (true, true) => Failure::new(format!("`{title}` has no audit rule"))
            .with_help("leave out `--audit`, and give the input: `-i FILE`"),
        (false, true) => Failure::new(format!("`{title}` has audit rules only"))
            .with_help("they decide about data, without an input: `--audit`"),
    })
}

/// The package that the expression stands in.
fn package(args: &Eval, selection: &Selection) -> Result<String, Failure> {
    if let Some(package) = &args.package {
        return Ok(package.clone());
    }
    let mut packages: Vec<String> = selection
        .sources
        .iter()
        .filter_map(|(_, text)| engine::package_of(text))
        .collect();
    if packages.is_empty() {
        packages.extend(
            selection
                .packages
                .iter()
                .chain(&selection.used)
                .filter(|package| engine::library().package(package).is_some())
                .cloned(),
        );
    }
    packages.sort();
    packages.dedup();
    match packages.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Failure::new("the expression stands in no package")
            .with_help("name one with `--package`, or a policy of one package with `-p`")),
        many => Err(Failure::new(format!(
            "the expression could stand in each of {} packages",
            many.len()
        ))
        .with_help(format!(
            "name one: `--package {}`",
            packages.first().map_or("", String::as_str)
        ))),
    }
}
