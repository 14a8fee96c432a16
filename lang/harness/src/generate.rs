//! Programs made at random: type-directed, so that the checker accepts them, with inputs that fit their
//! types and inputs with mistakes in them. What is made is text, line by line, so that a case can be cut
//! down line by line and shown to people; all choices are kept, so that they can be made smaller.
//!
//! To teach it a construct: a function of `generate/expr.rs` in `PRODUCERS` for an expression, an arm of
//! `clause` for a clause, of `rule` for an effect. Builtins come from their table.

mod builtin;
mod clause;
mod collect;
mod condition;
mod declare;
mod expr;
pub mod json;
mod literal;
mod path;
mod relation;
mod rule;
mod shrink;
mod types;
mod value;
mod vocabulary;

pub use shrink::{Smaller, shrink};

use declare::Signature;
use json::Json;
use path::Variable;
use relation::Relation;
use types::Ty;
use value::Values;
use vocabulary::Types;

use crate::random::Random;

/// How the packages after the first write its types.
const TYPES: &str = "base.";

/// The packages: each may import those before it.
const PACKAGES: &[(&str, &str)] = &[("t.base", "base"), ("lib.more", "more"), ("t", "t")];

fn path(package: usize) -> &'static str {
    PACKAGES.get(package).map_or("t", |(path, _)| path)
}

fn alias(package: usize) -> &'static str {
    PACKAGES.get(package).map_or("t", |(_, alias)| alias)
}

/// Generated packages, and what is given to them.
#[derive(Clone, Debug)]
pub struct Case {
    /// The packages, in import order.
    pub packages: Vec<Package>,
    /// Data of the host, by full name.
    pub data: Vec<(String, Json)>,
    /// The packages in force; all, where there are none.
    pub select: Vec<String>,
    /// Whether `any` is used as something that it may not be.
    pub loose: bool,
    inputs: Vec<(String, Ty)>,
    types: Types,
}

/// A generated package.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its path.
    pub path: &'static str,
    /// All but imports.
    pub items: Vec<Item>,
}

/// A generated item: what stands before the braces, and the lines between them; or no braces.
#[derive(Clone, Debug)]
pub struct Item {
    /// What stands before the braces.
    pub head: String,
    /// Clauses and effects, one a line.
    pub lines: Vec<String>,
}

/// Generated inputs.
#[derive(Clone, Debug)]
pub struct Input {
    /// By name.
    pub values: Vec<(String, Json)>,
    /// Whether they are of the declared types.
    pub fits: bool,
}

impl Item {
    fn plain(head: impl Into<String>) -> Self {
        Self {
            head: head.into(),
            lines: Vec::new(),
        }
    }

    /// As a policy has it.
    pub fn text(&self) -> String {
        if self.lines.is_empty() {
            return self.head.clone();
        }
        format!("{} {{\n    {}\n}}", self.head, self.lines.join("\n    "))
    }
}

/// A file of a package with these items.
pub fn file(path: &str, items: &[&Item]) -> String {
    let texts: Vec<String> = items.iter().map(|item| item.text()).collect();
    let text = texts.join("\n");
    let mut head = format!("package {path}\n");
    for (import, alias) in PACKAGES.iter().take_while(|(known, _)| *known != path) {
        if names(&text, alias) {
            head = format!("{head}import {import}\n");
        }
    }
    format!("{head}{text}\n")
}

/// Whether a text names a member of a package.
fn names(text: &str, alias: &str) -> bool {
    let inside = |before: &str| before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
    let member = format!("{alias}.");
    let mut found = text.match_indices(&member).map(|(at, _)| text.get(..at));
    found.any(|before| before.is_some_and(|before| !inside(before)))
}

impl Case {
    /// Makes a case.
    pub fn new(random: Random) -> (Self, Random) {
        let mut generator = Generator::new(random);
        let case = generator.case();
        (case, generator.random)
    }

    /// Inputs for it: `spoilt` ones have mistakes.
    pub fn input(&self, random: &mut Random, spoilt: bool) -> Input {
        let mut values = Vec::new();
        let mut made = Values::new(&self.types);
        for (name, ty) in &self.inputs {
            values.push((name.clone(), made.value(random, ty)));
        }
        if spoilt {
            for _ in 0..=random.several(60, 3) {
                let at = random.below(values.len());
                if let Some((_, value)) = values.get_mut(at) {
                    json::spoil(value, random);
                }
            }
            if values.len() > 1 && random.percent(5) {
                values.pop();
            }
        }
        Input {
            values,
            fits: !spoilt,
        }
    }

    /// The files: each item has one of its own, so that order is a matter of the host.
    pub fn files(&self) -> Vec<(String, String)> {
        let mut files = Vec::new();
        for package in &self.packages {
            let folder = package.path.replace('.', "_");
            for (index, item) in package.items.iter().enumerate() {
                files.push((format!("{folder}/item{index}.ward"), file(package.path, &[item])));
            }
        }
        files
    }

    /// As a case of the corpus has it.
    pub fn show(&self) -> String {
        let mut text = String::new();
        for package in &self.packages {
            let items: Vec<&Item> = package.items.iter().collect();
            text = format!("{text}```ward\n{}```\n", file(package.path, &items));
        }
        for (name, value) in &self.data {
            text = format!("{text}```json data {name}\n{value}\n```\n");
        }
        text
    }
}

impl Input {
    /// As a case of the corpus has it.
    pub fn show(&self) -> String {
        let values = self.values.iter();
        let blocks: Vec<String> = values
            .map(|(name, value)| format!("```json {name}\n{value}\n```\n"))
            .collect();
        blocks.concat()
    }
}

/// Makes one case.
struct Generator {
    random: Random,
    types: Types,
    /// The package at work.
    package: usize,
    inputs: Vec<(String, Ty)>,
    data: Vec<(String, Json)>,
    /// Names in scope, innermost last.
    scope: Vec<Variable>,
    functions: Vec<Signature>,
    relations: Vec<Relation>,
    /// Declarations that depend on an input.
    of_input: Vec<String>,
    /// Places that are known to be absent here, or not what their type says.
    hidden: Vec<String>,
    /// Whether nothing that depends on an input may be read.
    data_only: bool,
    loose: bool,
    /// How many names were made up.
    names: usize,
}

impl Generator {
    fn new(mut random: Random) -> Self {
        let types = Types::new(&mut random);
        Self {
            loose: random.percent(20),
            random,
            types,
            package: 0,
            inputs: Vec::new(),
            data: Vec::new(),
            scope: Vec::new(),
            functions: Vec::new(),
            relations: Vec::new(),
            of_input: Vec::new(),
            hidden: Vec::new(),
            data_only: false,
            names: 0,
        }
    }

    fn case(&mut self) -> Case {
        let request = self
            .types
            .record(&mut self.random, &["a", "b", "c", "d", "e", "f"]);
        self.inputs.push(("request".into(), request));
        if self.random.percent(30) {
            let ty = self.types.record(&mut self.random, &["g", "h"]);
            let ty = if self.random.percent(25) {
                ty.optional()
            } else {
                ty
            };
            self.inputs.push(("other".into(), ty));
        }
        let mut packages = Vec::new();
        for index in 0..PACKAGES.len() {
            let last = index + 1 == PACKAGES.len();
            if index == 0 || last || self.random.percent(30) {
                self.package = index;
                packages.push(self.items(last));
            }
        }
        let select = if self.random.percent(20) {
            vec!["t".to_owned()]
        } else {
            Vec::new()
        };
        Case {
            packages,
            data: core::mem::take(&mut self.data),
            select,
            loose: self.loose,
            inputs: self.inputs.clone(),
            types: self.types.clone(),
        }
    }

    fn items(&mut self, last: bool) -> Package {
        let mut items: Vec<Item> = Vec::new();
        if self.package == 0 {
            items.extend(self.types.declarations().into_iter().map(Item::plain));
            for (name, ty) in [("as_int", "int"), ("as_text", "string"), ("as_ints", "[int]")] {
                if self.loose {
                    items.push(Item::plain(format!("fn {name}(x: {ty}) -> {ty} = x")));
                }
            }
        }
        for (name, ty) in self.inputs.clone() {
            items.push(Item::plain(format!("input {name}: {}", self.type_text(&ty))));
            self.scope.retain(|variable| variable.text != name);
            self.declared(&name, true);
            self.scope.push(Variable {
                text: name,
                ty,
                home: Some(self.package),
                input: true,
                exact: true,
            });
        }
        for _ in 0..self.random.several(50, 2) {
            let item = self.datum();
            items.push(item);
        }
        for _ in 0..self.random.several(70, if last { 6 } else { 3 }) {
            match self.random.below(5) {
                0 | 1 => items.push(self.package_let()),
                2 | 3 => items.push(self.function()),
                _ => items.extend(self.relation()),
            }
        }
        let allows = match self.random.below(8) {
            6 => Some("deny"),
            7 => Some("allow"),
            _ => None,
        };
        items.extend(allows.map(|word| Item::plain(format!("default {word}"))));
        let rules = if last {
            1 + self.random.several(60, 4)
        } else {
            self.random.several(40, 1)
        };
        for index in 0..rules {
            let has_data = self
                .scope
                .iter()
                .any(|variable| variable.home.is_some() && !variable.input);
            let audit = has_data && self.random.percent(15);
            let item = self.rule(&format!("r{index}"), audit, allows.is_some());
            items.push(item);
        }
        Package {
            path: path(self.package),
            items,
        }
    }

    fn fresh(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// A type that occurs in the input, or a small one.
    fn of_interest(&mut self) -> Ty {
        let mut found = vec![Ty::Bool, Ty::Int, Ty::Text, self.types.union.clone()];
        if self.types.library {
            found.push(Ty::Library("k8s.UnknownField").list());
        }
        found.push(Ty::Library("oci.Image").optional());
        found.push(Ty::Library("url.Url").optional());
        found.push(Ty::Any.optional());
        found.push(Ty::Float.optional());
        for (_, ty) in &self.inputs {
            ty.collect(&mut found);
        }
        let ty = match self.random.pick(&found) {
            Some(ty) if self.random.percent(70) => ty.clone(),
            _ => Types::small(&mut self.random),
        };
        if ty.holds_secret() { Ty::Text } else { ty }
    }

    /// Notes whether a declaration depends on an input.
    fn declared(&mut self, name: &str, input: bool) {
        if input {
            self.of_input.push(name.to_owned());
        }
    }

    /// Whether a text names something that depends on an input.
    fn reads_input(&self, text: &str) -> bool {
        text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .any(|word| self.of_input.iter().any(|name| name == word))
    }
}
