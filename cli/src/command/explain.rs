//! `ward explain`: what a code of a message means, from its page.

use wardlaw_lang::{Code, suggest};

use crate::{
    args::Explain,
    output::page,
    ui::{Exit, Failure, Ui},
};

/// Prints the pages of codes, or the list of all codes.
pub(crate) fn run(args: &Explain, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut codes = Vec::new();
    for text in &args.codes {
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
    let names: Vec<String> = Code::ALL.iter().map(ToString::to_string).collect();
    let upper = text.to_ascii_uppercase();
    let near = suggest::nearest(&upper, names.iter().map(String::as_str));
    let failure = Failure::new(format!("there is no code `{text}`"));
    match near {
        Some(near) => failure.with_help(format!("did you mean `{near}`? `ward explain` lists all codes")),
        None => failure.with_help("`ward explain` lists all codes"),
    }
}
