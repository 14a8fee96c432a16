//! Rules of generated programs: clauses, effects, places, fixes.

use super::{Generator, Rule, Variable, expr::Path, types::Ty};

impl Generator {
    pub(super) fn rule(&mut self, name: String) -> Rule {
        let mark = self.scope.len();
        let mut clauses = Vec::new();
        // A rule reads an input: most often it walks one.
        if self.random.percent(60)
            && let Some((walk, bound)) = self.walk(2)
        {
            self.scope.extend(bound);
            clauses.push(walk);
        }
        for _ in 0..self.random.below(4) {
            let clause = self.clause();
            clauses.push(clause);
        }
        clauses.push(format!("when {}", self.expr(&Ty::Bool, 3)));
        let effects = self.effects();
        self.scope.truncate(mark);
        Rule {
            name,
            clauses,
            effects,
        }
    }

    /// A clause; what it binds or shows stays in scope.
    pub(super) fn clause(&mut self) -> String {
        match self.random.below(8) {
            0 | 1 => {
                if let Some((walk, bound)) = self.walk(2) {
                    self.scope.extend(bound);
                    return walk;
                }
            }
            2 | 3 => {
                if let Some(path) = self.path_where(Ty::is_optional) {
                    let name = self.fresh("g");
                    self.scope.push(Variable {
                        text: name.clone(),
                        ty: path.ty.present().clone(),
                    });
                    return format!("given {name} = {}", path.text);
                }
            }
            4 => {
                let ty = self.types.any_of_interest(&mut self.random);
                let value = self.expr(&ty, 2);
                let name = self.fresh("l");
                // What is inferred may be narrower than what was wanted; only plain types are used again.
                if matches!(ty, Ty::Int | Ty::Text | Ty::Float) {
                    self.scope.push(Variable {
                        text: name.clone(),
                        ty,
                    });
                }
                return format!("let {name} = {value}");
            }
            5 => {
                let tested = |ty: &Ty| matches!(ty.present(), Ty::Union(_) | Ty::Any);
                if let Some(path) = self.path_where(tested)
                    && let Some((test, known)) = self.test_of(path.ty.present())
                {
                    self.scope.push(Variable {
                        text: path.text.clone(),
                        ty: known,
                    });
                    return format!("when {} is {test}", path.text);
                }
            }
            6 => {
                if let Some(path) = self.path_where(Ty::is_optional) {
                    self.scope.push(Variable {
                        text: path.text.clone(),
                        ty: path.ty.present().clone(),
                    });
                    return format!("unless {} == null", path.text);
                }
            }
            _ => {}
        }
        let word = if self.random.percent(60) { "when" } else { "unless" };
        format!("{word} {}", self.expr(&Ty::Bool, 3))
    }

    fn effects(&mut self) -> Vec<String> {
        let word = if self.random.percent(80) { "deny" } else { "warn" };
        let mut effect = format!("{word} {}", self.message());
        let mut places = Vec::new();
        for _ in 0..self.random.below(3) {
            places.extend(self.place());
        }
        if !places.is_empty() {
            effect = format!("{effect} at {}", places.join(", "));
        }
        let mut effects = vec![effect];
        for _ in 0..self.random.below(3) {
            effects.extend(self.fix());
        }
        effects
    }

    fn readable(&mut self, fits: impl Fn(&Ty) -> bool) -> Option<Path> {
        self.path_where(|ty| fits(ty.present()))
    }

    fn place(&mut self) -> Option<String> {
        let path = self.readable(|_| true)?;
        Some(match path.ty.present() {
            Ty::List(_) if self.random.percent(40) => format!("{}[{}]", path.place, self.random.below(3)),
            Ty::Map(_) if self.random.percent(40) => format!("{}[\"a\"]", path.place),
            _ => path.place,
        })
    }

    fn fix(&mut self) -> Option<String> {
        match self.random.below(3) {
            0 => {
                let path = self.readable(|ty| matches!(ty, Ty::List(_)))?;
                let Ty::List(element) = path.ty.present().clone() else {
                    return None;
                };
                Some(format!(
                    "fix add {} = {}",
                    path.place,
                    self.literal(element.present())
                ))
            }
            1 => {
                let path = self.readable(|_| true)?;
                Some(format!("fix remove {}", path.place))
            }
            _ => {
                let plain = |ty: &Ty| !matches!(ty, Ty::Any | Ty::Union(_) | Ty::Variant(..) | Ty::Record(_));
                let path = self.readable(plain)?;
                let value = self.expr(path.ty.present(), 1);
                Some(format!("fix set {} = {value}", path.place))
            }
        }
    }
}
