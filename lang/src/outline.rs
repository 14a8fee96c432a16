//! What a file declares, by its syntax alone: for whoever must know names without compiling.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    FileId,
    package::dotted,
    syntax::{
        ast::{ExprKind, ItemKind},
        parse,
    },
};

/// The names that a file declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Its package; empty where it states none.
    pub package: String,
    /// The rules, by the name in their package.
    pub rules: Vec<RuleOutline>,
    /// The data, by the name in their package.
    pub data: Vec<String>,
}

/// A rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleOutline {
    /// Its name in its package.
    pub name: String,
    /// Others' ids for it: `source:id`.
    pub aliases: Vec<String>,
}

impl Outline {
    /// The full name of something that the file declares.
    pub fn full(&self, name: &str) -> String {
        format!("{}.{name}", self.package)
    }
}

/// Reads a file as far as it can be read; mistakes in it are left to the compiler.
pub fn outline(text: &str) -> Outline {
    let file = parse(FileId(0), text).file;
    let mut found = Outline {
        package: file.package.as_ref().map(dotted).unwrap_or_default(),
        ..Outline::default()
    };
    for item in &file.items {
        match &item.kind {
            ItemKind::Rule { name, .. } => {
                let aliases = item
                    .annotations
                    .iter()
                    .filter(|annotation| annotation.name.text == "aliases")
                    .flat_map(|annotation| &annotation.arguments)
                    .filter_map(|argument| match &argument.value.kind {
                        ExprKind::Text(text) => text.literal().map(String::from),
                        ExprKind::Raw(text) => Some(text.to_string()),
                        _ => None,
                    });
                found.rules.push(RuleOutline {
                    name: name.text.into(),
                    aliases: aliases.collect(),
                });
            }
            ItemKind::Data { name, .. } => found.data.push(name.text.into()),
            _ => {}
        }
    }
    found
}
