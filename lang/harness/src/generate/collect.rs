//! Comprehensions, aggregates, collections and their elements.

use super::{Generator, types::Ty};

impl Generator {
    /// Clauses of a comprehension, on one line, and a head in their scope.
    fn rounds<T>(&mut self, depth: usize, head: impl FnOnce(&mut Self) -> T) -> Option<(String, T)> {
        let (mark, hidden) = (self.scope.len(), self.hidden.len());
        let mut clauses = vec![self.walk(depth)?];
        for _ in 0..self.random.several(45, 3) {
            let clause = self.clause(depth.min(1));
            clauses.push(clause);
        }
        let head = head(self);
        self.scope.truncate(mark);
        self.hidden.truncate(hidden);
        Some((clauses.join(" "), head))
    }

    pub(super) fn aggregate(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let (names, head): (&[&str], Ty) = match want {
            Ty::Bool => (&["any", "all", "none"], Ty::Bool),
            Ty::Int if self.random.percent(50) => (&["sum"], Ty::Int),
            Ty::Int => (&["count"], Ty::Bool),
            Ty::Float => (&["sum"], Ty::Float),
            Ty::Optional(present) => (&["min", "max"], (**present).clone()),
            _ => return None,
        };
        let name = self.random.word(names);
        let (clauses, head) = self.rounds(depth, |this| this.expr(&head, depth))?;
        Some(format!("{name}({head} {clauses})"))
    }

    pub(super) fn comprehension(&mut self, want: &Ty, depth: usize) -> Option<String> {
        match want.present() {
            Ty::List(element) => {
                let (clauses, head) = self.rounds(depth, |this| this.expr(element, depth))?;
                Some(format!("[{head} {clauses}]"))
            }
            Ty::Set(element) => {
                let (clauses, head) = self.rounds(depth, |this| this.expr(element, depth))?;
                Some(format!("{{{head} {clauses}}}"))
            }
            Ty::Map(value) if self.random.percent(50) => {
                let (clauses, (key, head)) = self.rounds(depth, |this| {
                    (this.expr(&Ty::Text, depth.min(1)), this.expr(value, depth))
                })?;
                Some(format!("{{[{key}]: {head} {clauses}}}"))
            }
            Ty::Map(value) => {
                // Keys of a map are different, so this is no error.
                let path = self.path_where(|ty| matches!(ty, Ty::Map(_) | Ty::Record(_)))?;
                let key = self.fresh("k");
                let head = self.knowing(&key, Ty::Text, |this| this.expr(value, depth));
                Some(format!("{{[{key}]: {head} for ({key}, _) in {}}}", path.text))
            }
            _ => None,
        }
    }

    pub(super) fn collection(&mut self, want: &Ty, depth: usize) -> Option<String> {
        match want.present() {
            Ty::List(element) => {
                let count = 1 + self.random.several(50, 2);
                let items: Vec<String> = (0..count).map(|_| self.closed(element, depth)).collect();
                Some(format!("[{}]", items.join(", ")))
            }
            Ty::Set(element) => {
                let count = 1 + self.random.several(50, 2);
                let items: Vec<String> = (0..count).map(|_| self.closed(element, depth)).collect();
                Some(format!("{{{}}}", items.join(", ")))
            }
            Ty::Map(value) => {
                let (one, key) = (self.closed(value, depth), self.closed(&Ty::Text, depth));
                Some(if self.random.percent(50) {
                    format!("{{a: {one}, [{key}]: {}}}", self.closed(value, depth))
                } else {
                    format!("{{[{key}]: {one}}}")
                })
            }
            Ty::Tuple(members) => {
                let members: Vec<String> = members.iter().map(|ty| self.closed(ty, depth)).collect();
                Some(format!("({})", members.join(", ")))
            }
            Ty::Record(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, ty)| format!("{name}: {}", self.closed(ty, depth)))
                    .collect();
                Some(format!("{{{}}}", fields.join(", ")))
            }
            _ => None,
        }
    }

    /// An element by index or key.
    pub(super) fn element(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let Ty::Optional(present) = want else { return None };
        let path = self.path_where(|ty| match ty.present() {
            Ty::List(element) | Ty::Map(element) => element.fits(present),
            Ty::Record(_) => **present == Ty::Any,
            _ => false,
        })?;
        let mark = if path.ty.is_optional() { "?" } else { "" };
        let list = matches!(path.ty.present(), Ty::List(_));
        let index = if self.random.percent(25) {
            self.closed(if list { &Ty::Int } else { &Ty::Text }, depth.min(1))
        } else if list {
            self.random.word(&["0", "1", "7", "(-1)"]).into()
        } else {
            self.random
                .word(&["\"a\"", "\"x/y~z\"", "\"zz\"", "\"from\""])
                .into()
        };
        Some(format!("{}{mark}[{index}]", path.text))
    }

    /// A group of a regular expression.
    pub(super) fn captured(&mut self, want: &Ty, depth: usize) -> Option<String> {
        if *want.present() != Ty::Text {
            return None;
        }
        let text = self.closed(&Ty::Text, depth);
        let (pattern, group) =
            *self
                .random
                .pick(&[("(?<g>a)?b*", "g"), ("(?<all>.*)", "all"), ("[ab](?<h>.)", "h")])?;
        let found = format!("({text}).capture(r\"{pattern}\")?.{group}");
        if want.is_optional() {
            return Some(found);
        }
        Some(format!("({found} ?? {})", self.closed(&Ty::Text, depth.min(1))))
    }
}
