//! Programs made at random: type-directed, so that the checker accepts nearly all of them, with inputs
//! that fit their types and inputs with a mistake in them. What is made is text, item by item, so that
//! a case can be cut down item by item and shown to people.
//!
//! To teach it a construct: a function of `generate/expr.rs` in `PRODUCERS` for an expression, an arm in
//! `generate/rule.rs` for a clause or effect.

mod expr;
pub mod json;
mod rule;
mod types;

use json::Json;
use types::{Ty, Types};

use crate::random::Random;

/// A generated package with inputs.
#[derive(Clone, Debug)]
pub struct Case {
    /// Types, inputs, data, `let`s, functions: each an item of its own.
    pub items: Vec<String>,
    /// The rules.
    pub rules: Vec<Rule>,
    /// Inputs for it.
    pub inputs: Vec<Input>,
}

/// A generated rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name, without the package.
    pub name: String,
    /// Clauses, one a line.
    pub clauses: Vec<String>,
    /// The effect, and fixes beside it.
    pub effects: Vec<String>,
}

/// A generated value of the input `request`.
#[derive(Clone, Debug)]
pub struct Input {
    /// The value.
    pub value: Json,
    /// Whether it is of the declared type.
    pub fits: bool,
}

impl Rule {
    /// As an item.
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self
            .clauses
            .iter()
            .chain(&self.effects)
            .map(String::as_str)
            .collect();
        format!("rule {} {{\n    {}\n}}", self.name, lines.join("\n    "))
    }
}

impl Case {
    /// The files of the package: each item has one of its own, so that order is a matter of the host.
    pub fn files(&self) -> Vec<(String, String)> {
        let items = self.items.iter().cloned().enumerate();
        let items = items.map(|(index, item)| (format!("item{index}.ward"), item));
        let rules = self
            .rules
            .iter()
            .map(|rule| (format!("{}.ward", rule.name), rule.text()));
        items
            .chain(rules)
            .map(|(name, text)| (name, format!("package t\n{text}\n")))
            .collect()
    }
}

/// A value that expressions may use: as it is written, and its type.
#[derive(Clone, Debug)]
struct Variable {
    text: String,
    ty: Ty,
}

/// A function that calls may use.
#[derive(Clone, Debug)]
struct Signature {
    name: String,
    params: Vec<Ty>,
    result: Ty,
}

/// Makes one case.
struct Generator {
    random: Random,
    types: Types,
    /// Names in scope, innermost last.
    scope: Vec<Variable>,
    functions: Vec<Signature>,
    /// Places that are known to be absent here, or not what their type says.
    hidden: Vec<String>,
    /// How many names were made up.
    names: usize,
}

/// The case of a seed.
pub fn case(seed: u64, inputs: usize) -> Case {
    let mut random = Random::new(seed);
    let types = Types::new(&mut random);
    let mut generator = Generator {
        random,
        types,
        scope: Vec::new(),
        functions: Vec::new(),
        hidden: Vec::new(),
        names: 0,
    };
    generator.case(inputs)
}

impl Generator {
    fn case(&mut self, inputs: usize) -> Case {
        let mut items = self.types.declarations();
        let request = self.types.request();
        items.push(format!("input request: {}", request.text()));
        self.scope.push(Variable {
            text: "request".into(),
            ty: request.clone(),
        });
        if self.random.percent(40) {
            let ty = Types::small(&mut self.random);
            let value = self.literal(&ty);
            items.push(format!("data limit: {} = {value}", ty.text()));
            self.scope.push(Variable {
                text: "limit".into(),
                ty,
            });
        }
        for _ in 0..self.random.below(4) {
            if self.random.percent(50) {
                let item = self.package_let();
                items.push(item);
            } else {
                let item = self.function();
                items.push(item);
            }
        }
        let mut rules = Vec::new();
        for index in 0..=self.random.below(4) {
            let rule = self.rule(format!("r{index}"));
            rules.push(rule);
        }
        let mut made = Vec::new();
        for index in 0..inputs {
            let mut value = self.types.value(&mut self.random, &request);
            let fits = index % 2 == 0;
            if !fits {
                for _ in 0..=self.random.below(3) {
                    json::spoil(&mut value, &mut self.random);
                }
            }
            made.push(Input { value, fits });
        }
        Case {
            items,
            rules,
            inputs: made,
        }
    }

    fn fresh(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// A package-level `let`; what comes after may use it.
    fn package_let(&mut self) -> String {
        let name = self.fresh("shared");
        let ty = self.types.any_of_interest(&mut self.random);
        let value = self.expr(&ty, 3);
        let item = format!("let {name}: {} = {value}", ty.text());
        self.scope.push(Variable { text: name, ty });
        item
    }

    /// A function; what comes after may call it.
    fn function(&mut self) -> String {
        let name = self.fresh("f");
        let mark = self.scope.len();
        let mut params = Vec::new();
        let mut written = Vec::new();
        for _ in 0..=self.random.below(2) {
            let param = self.fresh("p");
            let ty = self.types.any_of_interest(&mut self.random);
            written.push(format!("{param}: {}", ty.text()));
            self.scope.push(Variable {
                text: param,
                ty: ty.clone(),
            });
            params.push(ty);
        }
        let ty = self.types.any_of_interest(&mut self.random);
        let written = written.join(", ");
        let (text, result) = if self.random.percent(30) {
            let mut clauses = Vec::new();
            let mut has_for = false;
            let mut may_end = false;
            for _ in 0..=self.random.below(2) {
                let clause = self.clause();
                has_for |= clause.starts_with("for");
                may_end |= !clause.starts_with("for") && !clause.starts_with("let");
                clauses.push(clause);
            }
            let head = self.expr(&ty, 2);
            let result = if has_for {
                Ty::List(Box::new(ty))
            } else if may_end {
                ty.optional()
            } else {
                ty
            };
            let clauses = clauses.join("\n    ");
            (
                format!(
                    "fn {name}({written}) -> {} {{\n    {clauses}\n    yield {head}\n}}",
                    result.text()
                ),
                result,
            )
        } else {
            let body = self.expr(&ty, 3);
            (format!("fn {name}({written}) -> {} = {body}", ty.text()), ty)
        };
        self.scope.truncate(mark);
        self.functions.push(Signature { name, params, result });
        text
    }
}
