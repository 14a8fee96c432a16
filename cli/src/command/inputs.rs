//! Inputs that the command line names: their texts, and the documents in them.

use wardlaw_lang::suggest::nearest;

use crate::{
    args::Request,
    engine::{self, Engine, Given},
    project::inputs::read_named,
    ui::Failure,
};

/// What was read, for documents that borrow from it.
#[derive(Debug)]
pub(super) struct Texts<'a> {
    /// The name of the input, the file and what it holds.
    texts: Vec<(String, &'a str, String)>,
    /// The time, where the policy reads it and no file gives it.
    time: Option<String>,
}

impl<'a> Texts<'a> {
    /// Reads the files.
    pub(super) fn read(args: &'a Request, engine: &Engine) -> Result<Self, Failure> {
        let mut texts: Vec<(String, &str, String)> = Vec::new();
        for input in &args.inputs {
            let (name, file) = named(input, engine)?;
            if texts.iter().any(|(other, _, _)| *other == name) {
                return Err(Failure::new(format!("the input `{name}` is given twice")));
            }
            let bytes = read_named(file).map_err(|reason| Failure::new(format!("`{file}` {reason}")))?;
            let text =
                engine::text(&bytes).map_err(|problem| Failure::new(format!("`{file}`: {problem}")))?;
            texts.push((name, file, text.to_owned()));
        }
        let given = texts.iter().any(|(name, _, _)| name == "now");
        let wanted = !given && engine::wants_time(engine);
        if !given && !wanted && args.now.is_some() {
            return Err(Failure::new("the policy reads no input `now`").with_help("leave out `--now`"));
        }
        let time = wanted.then(|| engine::time(args.now.as_deref())).transpose()?;
        Ok(Self { texts, time })
    }

    /// The inputs with their documents.
    pub(super) fn given(&self, engine: &Engine) -> Result<Vec<Given<'_>>, Failure> {
        let mut given = Vec::new();
        for (name, file, text) in &self.texts {
            given.push(one(engine, name, file, text)?);
        }
        if let Some(time) = &self.time {
            given.push(Given::time(time).ok_or_else(|| Failure::new("the time cannot be read"))?);
        }
        Ok(given)
    }

    /// The time, where the policy reads it and no file gives it.
    pub(super) fn time(&self) -> Option<&str> {
        self.time.as_deref()
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
