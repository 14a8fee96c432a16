//! `ward eval`: the decision on named inputs as JSON, or the value of an expression.

use wardlaw_lang::suggest::nearest;

use crate::{
    args::Eval,
    engine::{self, Builder, Engine, Given},
    output::escape,
    project::{inputs::read_named, policies::Selection},
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
    let mut texts = Vec::new();
    for input in &args.inputs {
        let (name, file) = named(input, &engine)?;
        if texts.iter().any(|(other, _, _)| *other == name) {
            return Err(Failure::new(format!("the input `{name}` is given twice")));
        }
        let bytes = read_named(file).map_err(|reason| Failure::new(format!("`{file}` {reason}")))?;
        let text = engine::text(&bytes).map_err(|problem| Failure::new(format!("`{file}`: {problem}")))?;
        texts.push((name, file, text.to_owned()));
    }
    let mut given = Vec::new();
    for (name, file, text) in &texts {
        given.push(one(&engine, name, file, text)?);
    }
    let time = if texts.iter().any(|(name, _, _)| name == "now") {
        None
    } else {
        let wanted = engine::wants_time(&engine);
        if args.now.is_some() && !wanted {
            return Err(Failure::new("the policy reads no input `now`").with_help("leave out `--now`"));
        }
        wanted.then(|| engine::time(args.now.as_deref())).transpose()?
    };
    if let Some(time) = &time {
        given.push(Given::time(time).ok_or_else(|| Failure::new("the time cannot be read"))?);
    }
    let request = engine::request(&given, args.namespace.as_deref());
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
        engine.audit_at(time.as_deref())
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

/// The input and the file that `-i` names.
fn named<'a>(argument: &'a str, engine: &Engine) -> Result<(String, &'a str), Failure> {
    let inputs: Vec<&str> = engine.inputs().collect();
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || character == '_')
    };
    if let Some((name, file)) = argument.split_once('=').filter(|(name, _)| is_name(name)) {
        if inputs.contains(&name) {
            return Ok((name.to_owned(), file));
        }
        let failure = Failure::new(format!("the policy reads no input `{name}`"));
        return Err(match nearest(name, inputs.iter().copied()) {
            Some(near) => failure.with_help(format!("did you mean `{near}`?")),
            None => failure.with_help(format!("it reads {}", list(&inputs))),
        });
    }
    let others: Vec<&str> = inputs.iter().copied().filter(|name| *name != "now").collect();
    match others.as_slice() {
        [one] => Ok(((*one).to_owned(), argument)),
        [] => Err(Failure::new("the policy reads no input").with_help("leave out `-i`")),
        many => Err(
            Failure::new(format!("`-i {argument}`: which input is it?")).with_help(format!(
                "the policy reads {}: write `-i {}={argument}`",
                list(many),
                many.first().copied().unwrap_or("request")
            )),
        ),
    }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    format!("`{}`", names.join("`, `"))
}

/// The one document of a file.
fn one<'t>(engine: &Engine, name: &str, file: &str, text: &'t str) -> Result<Given<'t>, Failure> {
    let mut documents = engine::documents(file, text);
    let Some((_, first)) = documents.next() else {
        return Err(Failure::new(format!("`{file}` holds no document")));
    };
    let document = first.map_err(|problem| Failure::new(format!("`{file}`: {problem}")))?;
    if documents.next().is_some() {
        return Err(Failure::new(format!("`{file}` holds more than one document"))
            .with_help("`ward check` decides about each object of a file"));
    }
    let admission = engine
        .input_infos()
        .any(|input| input.name == name && input.admission);
    Given::new(name, document, admission).map_err(|objects| {
        Failure::new(format!("`{file}` holds {objects} objects"))
            .with_help("give one; `ward check` decides about each object of a file")
    })
}
