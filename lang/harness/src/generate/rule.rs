//! Rules: effects, places, fixes, mutations.

use super::{Generator, Item, path::Path, types::Ty};

impl Generator {
    /// A rule of the input, or an audit rule.
    pub(super) fn rule(&mut self, name: &str, audit: bool, allows: bool) -> Item {
        let (mark, hidden) = (self.scope.len(), self.hidden.len());
        let data_only = core::mem::replace(&mut self.data_only, audit);
        let mut lines = Vec::new();
        if self.random.percent(60) {
            lines.extend(self.walk(1));
        }
        for _ in 0..self.random.several(65, 4) {
            let clause = self.clause(2);
            lines.push(clause);
        }
        if self.random.percent(80) {
            lines.push(format!("when {}", self.expr(&Ty::Bool, 3)));
        }
        let effect = match self.random.below(10) {
            _ if audit => 0,
            8 => 8,
            9 if allows => 9,
            _ => 0,
        };
        match effect {
            8 => lines.push(match self.edit() {
                Some(edit) => format!("mutate {edit}"),
                None => "deny \"x\"".into(),
            }),
            9 => lines.push("allow".into()),
            _ => self.finding(audit, &mut lines),
        }
        self.data_only = data_only;
        self.scope.truncate(mark);
        self.hidden.truncate(hidden);
        let word = if audit { "audit rule" } else { "rule" };
        let mut item = Item {
            head: format!("{}{word} {name}", self.notes()),
            lines,
        };
        if !audit && !self.reads_input(&item.text()) {
            // A rule decides about an input.
            let name = self.fresh("l");
            let input = self.inputs.first().map_or("request", |(name, _)| name).to_owned();
            item.lines.insert(0, format!("let {name} = {input}"));
        }
        item
    }

    fn notes(&mut self) -> String {
        if self.random.percent(15) {
            let level = self.random.word(&["info", "low", "high", "critical"]);
            format!(
                "/// Title.\n///\n/// Words.\n@severity(\"{level}\")\n@controls(cis = [\"1\", \"2\"], pss = \"x\")\n@aliases(\"a:b\")\n"
            )
        } else {
            String::new()
        }
    }

    fn finding(&mut self, audit: bool, lines: &mut Vec<String>) {
        let word = if self.random.percent(20) { "warn" } else { "deny" };
        let mut effect = format!("{word} {}", self.message(1));
        let mut places = Vec::new();
        for _ in 0..self.random.several(60, 3) {
            places.extend(self.place());
        }
        if !places.is_empty() {
            effect = format!("{effect} at {}", places.join(", "));
        }
        lines.push(effect);
        if !audit {
            for _ in 0..self.random.several(40, 2) {
                if let Some(edit) = self.edit() {
                    lines.push(format!("fix {edit}"));
                }
            }
        }
    }

    fn readable(&mut self, fits: impl Fn(&Ty) -> bool) -> Option<Path> {
        self.path_where(|ty| fits(ty.present()))
    }

    fn place(&mut self) -> Option<String> {
        let path = self.readable(|_| true)?;
        let index = match path.ty.present() {
            Ty::List(_) if self.random.percent(30) => match self.path_where(|ty| *ty == Ty::Int) {
                Some(index) if self.random.percent(50) => index.text,
                _ => self.random.below(3).to_string(),
            },
            Ty::Map(_) if self.random.percent(40) => match self.path_where(|ty| *ty == Ty::Text) {
                Some(key) if self.random.percent(50) => key.text,
                _ => "\"a\"".into(),
            },
            _ => return Some(path.place),
        };
        Some(format!("{}[{index}]", path.place))
    }

    fn edit(&mut self) -> Option<String> {
        match self.random.below(3) {
            0 => {
                let path = self.exact_path(|ty| matches!(ty.present(), Ty::List(_)) && !ty.holds_secret())?;
                let Ty::List(element) = path.ty.present().clone() else {
                    return None;
                };
                let value = self.closed(element.present(), 1);
                Some(format!("add {} = {value}", path.place))
            }
            1 => {
                let path = self.readable(|_| true)?;
                Some(format!("remove {}", path.place))
            }
            _ => {
                let path = self.exact_path(|ty| !ty.holds_secret())?;
                let value = self.closed(path.ty.present(), 1);
                Some(format!("set {} = {value}", path.place))
            }
        }
    }
}
