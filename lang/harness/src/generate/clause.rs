//! Clauses: what they bind or show stays in scope.

use super::{Generator, path::Variable, types::Ty, vocabulary::Types};

impl Generator {
    /// A clause on one line.
    pub(super) fn clause(&mut self, depth: usize) -> String {
        match self.random.below(12) {
            0 | 1 => {
                if let Some(walk) = self.walk(depth) {
                    return walk;
                }
            }
            2 | 3 => {
                if let Some(join) = self.join(depth) {
                    return join;
                }
            }
            4 | 5 => {
                if let Some(given) = self.given(depth) {
                    return given;
                }
            }
            6 => return self.bound(depth),
            10 => {
                if self.random.percent(25)
                    && let Some(path) = self.path_where(|ty| !ty.is_optional() && !ty.shows_secret())
                {
                    let pattern = self.pattern_of(&Ty::Tuple(vec![Ty::Text, Ty::Any]), true);
                    return format!("for {pattern} in walk({})", path.text);
                }
            }
            7 => {
                if let Some(path) = self.exact_path(|ty| {
                    matches!(
                        ty.present(),
                        Ty::Union(_) | Ty::Open(_) | Ty::Any | Ty::Mixed(_) | Ty::Library("k8s.Object")
                    )
                }) && let Some((test, known)) = self.test_of(path.ty.present())
                {
                    self.scope.push(Variable::local(path.text.clone(), known, true));
                    return format!("when {} is {test}", path.text);
                }
            }
            8 => {
                if let Some(path) = self.exact_path(Ty::is_optional) {
                    let present = path.ty.present().clone();
                    self.scope.push(Variable::local(path.text.clone(), present, true));
                    return format!("unless {} == null", path.text);
                }
            }
            9 => {
                if let Some(test) = self.row_test(depth) {
                    return test;
                }
            }
            _ => {}
        }
        let word = if self.random.percent(40) { "unless" } else { "when" };
        format!("{word} {}", self.expr(&Ty::Bool, depth + 1))
    }

    fn given(&mut self, depth: usize) -> Option<String> {
        let (source, ty, exact) = if self.random.percent(25) {
            let ty = Types::small(&mut self.random);
            let source = self.closed(&ty.clone().optional(), depth);
            // What is never absent is no `given`; an expression of it may be.
            (source, ty, false)
        } else {
            let path = self.path_where(Ty::is_optional)?;
            (path.text, path.ty.present().clone(), path.exact)
        };
        let name = self.fresh("g");
        self.scope.push(Variable::local(name.clone(), ty, exact));
        Some(format!("given {name} = {source}"))
    }

    fn bound(&mut self, depth: usize) -> String {
        if self.random.percent(30)
            && let Some(path) = self.path_where(|_| true)
        {
            let (name, exact) = (self.fresh("l"), path.exact);
            self.scope.push(Variable::local(name.clone(), path.ty, exact));
            return format!("let {name} = {}", path.text);
        }
        if self.random.percent(15)
            && let Some(path) = self.path_where(|ty| matches!(ty, Ty::Tuple(_)))
            && let Ty::Tuple(members) = path.ty
        {
            let pattern = self.pattern_of(&Ty::Tuple(members), path.exact);
            return format!("let {pattern} = {}", path.text);
        }
        let ty = self.of_interest();
        let value = self.closed(&ty, depth);
        let name = self.fresh("l");
        // What is inferred may be narrower than what was wanted; only plain types are used again.
        if matches!(ty, Ty::Int | Ty::Text | Ty::Float) {
            self.scope.push(Variable::local(name.clone(), ty, false));
        }
        format!("let {name} = {value}")
    }

    /// A pattern for values of a type; what it binds is in scope.
    pub(super) fn pattern_of(&mut self, ty: &Ty, exact: bool) -> String {
        match ty {
            Ty::Tuple(members) if self.random.percent(90) => {
                let members: Vec<String> = members.iter().map(|ty| self.pattern_of(ty, exact)).collect();
                format!("({})", members.join(", "))
            }
            _ if self.random.percent(8) => "_".into(),
            ty => {
                let name = self.fresh("x");
                self.scope.push(Variable::local(name.clone(), ty.clone(), exact));
                name
            }
        }
    }

    /// Something to walk: `for PATTERN in SOURCE`.
    pub(super) fn walk(&mut self, depth: usize) -> Option<String> {
        let loose = self.loose;
        let path = self.some_path(|path| match path.ty.present() {
            Ty::List(_) | Ty::Set(_) | Ty::Map(_) => true,
            Ty::Record(_) => path.exact && !path.ty.is_optional(),
            Ty::Any => loose && path.exact && !path.ty.is_optional(),
            _ => false,
        })?;
        let (mut source, mut exact) = (path.text.clone(), path.exact);
        let present = path.ty.present().clone();
        if path.ty.is_optional() {
            // Of an empty default nothing is known that the path does not say.
            let empty = if matches!(present, Ty::List(_)) {
                "[]"
            } else {
                "{}"
            };
            source = if self.random.percent(70) {
                format!("({source} ?? {empty})")
            } else {
                exact = false;
                format!("({source} ?? {})", self.closed(&present, depth.min(1)))
            };
        } else if self.random.percent(25)
            && !matches!(present, Ty::Any | Ty::Record(_))
            && !present.holds_secret()
        {
            source = self.closed(&present, depth);
            exact = false;
        }
        Some(self.walked(&source, &present, exact))
    }

    /// `for PATTERN in` a source of a type.
    pub(super) fn walked(&mut self, source: &str, ty: &Ty, exact: bool) -> String {
        match ty {
            Ty::List(element) if self.random.percent(15) => {
                let pair = Ty::Tuple(vec![Ty::Int, (**element).clone()]);
                let pattern = self.pattern_of(&pair, exact);
                format!("for {pattern} in {source}.indexed()")
            }
            Ty::List(element) | Ty::Set(element) => {
                let pattern = self.pattern_of(element, exact);
                format!("for {pattern} in {source}")
            }
            Ty::Any if self.random.percent(50) => {
                let pattern = self.pattern_of(&Ty::Any, exact);
                format!("for {pattern} in {source}")
            }
            ty => {
                let (key, name) = (self.fresh("k"), self.fresh("x"));
                let value = match ty {
                    Ty::Map(value) => (**value).clone(),
                    _ => Ty::Any,
                };
                self.scope.push(Variable::local(key.clone(), Ty::Text, true));
                self.scope.push(Variable::local(name.clone(), value, exact));
                format!("for ({key}, {name}) in {source}")
            }
        }
    }

    /// A walk, and a condition that a part of its element equals what is known already: a join.
    pub(super) fn join(&mut self, depth: usize) -> Option<String> {
        let before = self.scope.len();
        let walk = self.walk(depth)?;
        let inside = self.scope.split_off(before);
        let outside = core::mem::replace(&mut self.scope, inside);
        let compared = |ty: &Ty| {
            !ty.holds_secret()
                && matches!(
                    ty.present(),
                    Ty::Int
                        | Ty::Text
                        | Ty::Float
                        | Ty::Bool
                        | Ty::Record(_)
                        | Ty::Union(_)
                        | Ty::List(_)
                        | Ty::Opaque(_)
                )
        };
        let part = self.exact_path(compared);
        let inside = core::mem::replace(&mut self.scope, outside);
        let test = part.map(|part| {
            let present = part.ty.present().clone();
            let optional = part.ty.is_optional();
            let other =
                match self.path_where(|ty| *ty.present() == present && !(optional && ty.is_optional())) {
                    Some(path) if self.random.percent(75) => path.text,
                    _ => self.closed(&present, depth.min(1)),
                };
            if self.random.percent(50) {
                format!("{} == {other}", part.text)
            } else {
                format!("{other} == {}", part.text)
            }
        });
        self.scope.extend(inside);
        Some(match test {
            Some(test) if self.random.percent(15) => format!("{walk} {} when {test}", self.bound(0)),
            Some(test) => format!("{walk} when {test}"),
            None => walk,
        })
    }

    /// `when (a, b) in r`, alone or under other conditions.
    pub(super) fn row_test(&mut self, depth: usize) -> Option<String> {
        let mut fitting = self.relations.clone();
        fitting.retain(|relation| !(self.data_only && relation.input));
        let relation = self.random.pick(&fitting)?.clone();
        let row = self.row(&relation.columns, depth);
        let name = self.named(Some(relation.home), &relation.name);
        let test = format!("{row} in {name}");
        Some(match self.random.below(5) {
            0 => format!("unless {test}"),
            1 => format!("when {test} or {}", self.expr(&Ty::Bool, depth)),
            2 => format!("when {test} and {}", self.expr(&Ty::Bool, depth)),
            3 => format!("when {} or {test}", self.closed(&Ty::Bool, depth)),
            _ => format!("when {test}"),
        })
    }

    /// A row that fits columns.
    pub(super) fn row(&mut self, columns: &[Ty], depth: usize) -> String {
        let mut members = Vec::new();
        for ty in columns {
            members.push(match self.path_where(|have| have == ty) {
                Some(path) if self.random.percent(75) => path.text,
                _ => self.closed(ty, depth.min(1)),
            });
        }
        match members.as_slice() {
            [one] => one.clone(),
            _ => format!("({})", members.join(", ")),
        }
    }
}
