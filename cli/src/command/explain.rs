//! `ward explain`: what a code of a message means, from its page; and why rules are run on an input, or not.

use std::{collections::BTreeMap, fmt::Write as _};

use wardlaw_lang::{Code, suggest};

use super::inputs::Texts;
use crate::{
    args::Explain,
    engine::{self, Builder, Engine, Why},
    output::{escape, page, summary},
    ui::{Exit, Failure, Ui},
};

/// Prints the pages of codes, or the list of all codes; or what is to be said of rules and an input.
pub(crate) fn run(args: &Explain, ui: &mut Ui) -> Result<Exit, Failure> {
    if !args.request.inputs.is_empty() {
        return rules(args, ui);
    }
    let policy = &args.policy;
    if !policy.policies.is_empty() || !policy.data.data.is_empty() || !policy.data.data_file.is_empty() {
        return Err(
            Failure::new("a policy is explained on an input, and none is given")
                .with_help("give one: `-i FILE`"),
        );
    }
    let mut codes = Vec::new();
    for text in &args.names {
        codes.push(Code::parse(text).ok_or_else(|| unknown(text))?);
    }
    let style = ui.out_style();
    if codes.is_empty() {
        ui.print(&page::list(style));
    } else {
        let pages: Vec<String> = codes.iter().map(|code| page::page(code.page(), style)).collect();
        ui.print(&pages.join("\n"));
    }
    Ok(Exit::Clean)
}

fn unknown(text: &str) -> Failure {
    if text.contains('.') {
        return Failure::new(format!("there is no code `{text}`"))
            .with_help("a rule is explained on an input: `-i FILE`");
    }
    let names: Vec<String> = Code::ALL.iter().map(ToString::to_string).collect();
    let upper = text.to_ascii_uppercase();
    let near = suggest::nearest(&upper, names.iter().map(String::as_str));
    let failure = Failure::new(format!("there is no code `{text}`"));
    match near {
        Some(near) => failure.with_help(format!("did you mean `{near}`? `ward explain` lists all codes")),
        None => failure.with_help("`ward explain` lists all codes"),
    }
}

/// One line for each rule.
fn rules(args: &Explain, ui: &mut Ui) -> Result<Exit, Failure> {
    let setup = super::setup(&args.policy, ui)?;
    let engine = super::built(&setup, Builder::build, ui)?;
    super::tell_warnings(&engine, ui);
    check_names(&args.names, &engine)?;
    let texts = Texts::read(&args.request, &engine)?;
    let given = texts.given(&engine)?;
    let request = engine::request(&given, args.request.namespace.as_deref());
    let decision = engine.decide(&request);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &decision.findings {
        *counts.entry(&*finding.rule).or_default() += 1;
    }
    let wanted = |rule: &str| args.names.is_empty() || args.names.iter().any(|name| is_of(rule, name));
    let mut out = String::new();
    for explained in engine.explain(&request) {
        if !wanted(explained.rule) {
            continue;
        }
        let found = counts.get(explained.rule).copied().unwrap_or_default();
        let mut line = format!("{}: {}", explained.rule, words(&explained.why));
        if explained.why == Why::Run || found > 0 {
            let _ = write!(line, ", {}", summary::count(found, "finding"));
        }
        let _ = writeln!(out, "{}", escape::line(&line));
    }
    ui.print(&out);
    Ok(Exit::Clean)
}

/// Whether the name is that of the rule, of its package, or of one above.
fn is_of(rule: &str, name: &str) -> bool {
    rule.strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn check_names(names: &[String], engine: &Engine) -> Result<(), Failure> {
    for name in names {
        if engine.rules().any(|rule| is_of(rule.name, name)) {
            continue;
        }
        let failure = Failure::new(format!("no rule or package in force is called `{name}`"));
        let near = suggest::nearest(name, engine.rules().map(|rule| rule.name));
        return Err(match near {
            Some(near) => failure.with_help(format!("did you mean `{near}`?")),
            None => failure.with_help("`ward rules` lists the rules"),
        });
    }
    Ok(())
}

fn words(why: &Why) -> String {
    match why {
        Why::Run => "run".to_owned(),
        Why::NotInForce => "left out: the `match` of its package does not fit".to_owned(),
        Why::Differs { path, found, asked } => {
            let asked = asked.join(" or ");
            match found {
                Some(found) => format!("left out: `{path}` is {found}, the rule asks for {asked}"),
                None => format!("left out: there is no `{path}`, the rule asks for {asked}"),
            }
        }
        Why::Lacks { needs } => match needs.as_slice() {
            [] => "left out: it asks for what is never so".to_owned(),
            [one] => format!("left out: it needs `{one}`"),
            many => format!("left out: it needs one of `{}`", many.join("`, `")),
        },
        Why::Never => "left out: what it asks of the data is false".to_owned(),
        _ => "left out".to_owned(),
    }
}
