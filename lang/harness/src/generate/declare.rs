//! Items that what comes after may use: data, `let`s, functions.

use super::{Generator, Item, path::Variable, types::Ty, value::Values};

/// A function that calls may use.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) name: String,
    pub(super) home: usize,
    pub(super) params: Vec<Ty>,
    pub(super) result: Ty,
    pub(super) input: bool,
}

impl Generator {
    /// A datum: with a default, given by the host, or both.
    pub(super) fn datum(&mut self) -> Item {
        let name = self.fresh("d");
        let ty = if self.random.percent(70) {
            self.types.record(&mut self.random, &["p", "q", "r"])
        } else {
            self.types.declared(&mut self.random, 2)
        };
        let mut head = format!("data {name}: {}", self.type_text(&ty));
        let default = self.random.percent(40) && !ty.holds_secret();
        if default {
            let empty = ty.element().is_some() && self.random.percent(15);
            let value = match &ty {
                Ty::List(_) if empty => "[]".into(),
                _ if empty => "{}".into(),
                ty => self.literal(ty),
            };
            head = format!("{head} = {value}");
        }
        if !default || self.random.percent(30) {
            let value = Values::new(&self.types).value(&mut self.random, &ty);
            self.data
                .push((format!("{}.{name}", super::path(self.package)), value));
        }
        self.scope.push(Variable {
            text: name,
            ty,
            home: Some(self.package),
            input: false,
            exact: true,
        });
        Item::plain(head)
    }

    /// A package-level `let`.
    pub(super) fn package_let(&mut self) -> Item {
        let name = self.fresh("shared");
        let data_only = core::mem::replace(&mut self.data_only, self.random.percent(30));
        let ty = self.of_interest();
        let value = self.wanted(&ty, 3);
        self.data_only = data_only;
        let output = if self.random.percent(25) { "@output\n" } else { "" };
        let head = format!("{output}let {name}: {} = {value}", self.type_text(&ty));
        let input = self.reads_input(&value);
        self.declared(&name, input);
        self.scope.push(Variable {
            text: name,
            ty,
            home: Some(self.package),
            input,
            exact: true,
        });
        Item::plain(head)
    }

    /// A function: an expression, or clauses.
    pub(super) fn function(&mut self) -> Item {
        let name = self.fresh("f");
        let (mark, hidden) = (self.scope.len(), self.hidden.len());
        let data_only = core::mem::replace(&mut self.data_only, self.random.percent(30));
        let mut params = Vec::new();
        let mut written = Vec::new();
        for _ in 0..=self.random.several(50, 2) {
            let param = self.fresh("p");
            let ty = self.of_interest();
            written.push(format!("{param}: {}", self.type_text(&ty)));
            self.scope.push(Variable::local(param, ty.clone(), true));
            params.push(ty);
        }
        let ty = self.of_interest();
        let written = written.join(", ");
        let (item, result) = if self.random.percent(40) {
            let mut lines = Vec::new();
            for _ in 0..=self.random.several(60, 3) {
                let clause = self.clause(1);
                lines.push(clause);
            }
            let head = self.closed(&ty, 2);
            let begins = |word: &str| {
                lines
                    .iter()
                    .any(|line| line.starts_with(word) || line.contains(&format!(" {word} ")))
            };
            let has_for = lines.iter().any(|line| line.starts_with("for "));
            let may_end = begins("given") || begins("when") || begins("unless");
            let result = if has_for {
                ty.list()
            } else if may_end {
                ty.optional()
            } else {
                ty
            };
            lines.push(format!("yield {head}"));
            let head = format!("fn {name}({written}) -> {}", self.type_text(&result));
            (Item { head, lines }, result)
        } else {
            let body = self.wanted(&ty, 3);
            let head = format!("fn {name}({written}) -> {} = {body}", self.type_text(&ty));
            (Item::plain(head), ty)
        };
        self.data_only = data_only;
        self.scope.truncate(mark);
        self.hidden.truncate(hidden);
        let input = self.reads_input(&item.text());
        self.declared(&name, input);
        self.functions.push(Signature {
            name,
            home: self.package,
            params,
            result,
            input,
        });
        item
    }
}
