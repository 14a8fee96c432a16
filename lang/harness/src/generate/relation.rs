//! Relations: several blocks, recursion alone and in a circle, joins, `in r` as a condition.

use super::{Generator, Item, path::Variable, types::Ty};

/// A relation that is declared.
#[derive(Clone, Debug)]
pub(super) struct Relation {
    pub(super) name: String,
    pub(super) home: usize,
    pub(super) columns: Vec<Ty>,
    /// Whether it depends on an input.
    pub(super) input: bool,
}

impl Generator {
    /// A relation, or two that need one another; what comes after may use them.
    pub(super) fn relation(&mut self) -> Vec<Item> {
        let data_only = core::mem::replace(&mut self.data_only, self.random.percent(40));
        let count = if self.random.percent(25) { 2 } else { 1 };
        let mut circle = Vec::new();
        for _ in 0..count {
            circle.push(Relation {
                name: self.fresh("rel"),
                home: self.package,
                columns: self.columns(),
                input: false,
            });
        }
        let recursive = count > 1 || self.random.percent(60);
        let mut items = Vec::new();
        for index in 0..count {
            let Some(own) = circle.get(index).cloned() else {
                continue;
            };
            for _ in 0..=self.random.several(40, 2) {
                items.push(self.block(&own, None));
            }
            if recursive {
                for _ in 0..=self.random.several(30, 1) {
                    let other = self.random.pick(&circle).cloned();
                    let other = other.filter(|_| self.random.percent(70) || count == 1);
                    let next = circle.get((index + 1) % count).cloned();
                    items.push(self.block(&own, other.or(next).as_ref()));
                }
            }
        }
        self.data_only = data_only;
        let input = items.iter().any(|item: &Item| self.reads_input(&item.text()));
        for mut relation in circle {
            relation.input = input;
            self.declared(&relation.name, input);
            let row = row_type(&relation.columns);
            self.scope.push(Variable {
                text: relation.name.clone(),
                ty: row.set(),
                home: Some(self.package),
                input,
                exact: true,
            });
            self.relations.push(relation);
        }
        items
    }

    fn columns(&mut self) -> Vec<Ty> {
        let mut columns = vec![self.column().present().clone()];
        if self.random.percent(80) {
            columns.push(self.column());
        }
        if self.random.percent(20) {
            columns.push(self.column());
        }
        columns
    }

    fn column(&mut self) -> Ty {
        match self.random.below(10) {
            0..=3 => Ty::Text,
            4 | 5 => Ty::Int,
            _ => {
                // What lies in the documents: there is something to fill the column with.
                let ty = self
                    .path_where(|ty| !matches!(ty, Ty::Set(_)) && !ty.holds_secret())
                    .map_or(Ty::Text, |path| path.ty);
                if self.random.percent(80) {
                    ty.present().clone()
                } else {
                    ty
                }
            }
        }
    }

    /// A block; with a relation of its own circle, it is walked or asked once.
    fn block(&mut self, own: &Relation, circle: Option<&Relation>) -> Item {
        let (mark, hidden) = (self.scope.len(), self.hidden.len());
        let mut lines = Vec::new();
        let head = match circle {
            None => {
                lines.extend(self.walk(1));
                for _ in 0..self.random.several(50, 2) {
                    let clause = self.clause(1);
                    lines.push(clause);
                }
                self.row(&own.columns, 2)
            }
            Some(circle) => self.recursive(own, circle, mark, &mut lines),
        };
        lines.push(format!("yield {head}"));
        self.scope.truncate(mark);
        self.hidden.truncate(hidden);
        let columns: Vec<String> = own
            .columns
            .iter()
            .enumerate()
            .map(|(index, ty)| format!("c{index}: {}", self.type_text(ty)))
            .collect();
        Item {
            head: format!("relation {}({})", own.name, columns.join(", ")),
            lines,
        }
    }

    fn recursive(
        &mut self,
        own: &Relation,
        circle: &Relation,
        mark: usize,
        lines: &mut Vec<String>,
    ) -> String {
        let asked = self.random.percent(30);
        if asked {
            // More than one walk is wanted, or there is little to ask about.
            lines.extend(self.source(circle.columns.first()));
            lines.extend(self.source(circle.columns.last()));
        } else {
            let row = row_type(&circle.columns);
            let pattern = self.pattern_of(&row, true);
            lines.push(format!("for {pattern} in {}", circle.name));
        }
        if self.random.percent(70) {
            lines.extend(if asked {
                self.source(None)
            } else {
                self.path_join()
            });
        }
        if self.random.percent(25) {
            let word = self.random.word(&["when", "unless"]);
            let condition = self.closed(&Ty::Bool, 1);
            lines.push(format!("{word} {condition}"));
        }
        if asked {
            let row = self.row(&circle.columns, 0);
            let condition = match self.random.below(5) {
                0 => format!("{row} in {} and {}", circle.name, self.closed(&Ty::Bool, 1)),
                1 => format!("{row} in {} or {}", circle.name, self.closed(&Ty::Bool, 1)),
                2 => format!("{} or {row} in {}", self.closed(&Ty::Bool, 1), circle.name),
                _ => format!("{row} in {}", circle.name),
            };
            lines.push(format!("when {condition}"));
        }
        // What it yields is a path from what it binds.
        let bound: Vec<Variable> = self.scope.split_off(mark);
        let before = core::mem::replace(&mut self.scope, bound);
        let mut members: Vec<String> = Vec::new();
        for (index, ty) in own.columns.iter().enumerate() {
            let path = self.path_where(|have| have.fits(ty) && have.present() == ty.present());
            members.push(match path {
                Some(path) => path.text,
                None => {
                    // Something of the type is walked only for that.
                    let name = self.fresh("y");
                    let literal = self.literal(ty.present());
                    lines.insert(0, format!("for {name} in [{literal}]"));
                    debug_assert!(index < 4);
                    name
                }
            });
        }
        let bound = core::mem::replace(&mut self.scope, before);
        self.scope.extend(bound);
        match members.as_slice() {
            [one] => one.clone(),
            _ => format!("({})", members.join(", ")),
        }
    }

    /// A walk of something that is read, of elements in which the type occurs if there are such.
    fn source(&mut self, ty: Option<&Ty>) -> Option<String> {
        let holds = |element: &Ty| {
            ty.is_none_or(|ty| element == ty || element.fields().iter().any(|(_, field)| field == ty))
        };
        let path =
            self.exact_path(|have| matches!(have, Ty::List(element) | Ty::Set(element) if holds(element)))?;
        let ty = path.ty.clone();
        let element = ty.element()?;
        let pattern = self.pattern_of(element, true);
        Some(format!("for {pattern} in {}", path.text))
    }

    /// A walk beside that of the circle, joined to it where a part of both has one type.
    fn path_join(&mut self) -> Option<String> {
        let before = self.scope.len();
        let source = self.source(None)?;
        let inside = self.scope.split_off(before);
        let outside = core::mem::replace(&mut self.scope, inside);
        let compared = |ty: &Ty| matches!(ty, Ty::Text | Ty::Int | Ty::Record(_) | Ty::Union(_));
        let part = self.exact_path(compared);
        let inside = core::mem::replace(&mut self.scope, outside);
        let test = part.and_then(|part| {
            let other = self.exact_path(|ty| *ty == part.ty)?;
            Some(format!(" when {} == {}", part.text, other.text))
        });
        self.scope.extend(inside);
        Some(format!("{source}{}", test.unwrap_or_default()))
    }
}

fn row_type(columns: &[Ty]) -> Ty {
    match columns {
        [one] => one.clone(),
        _ => Ty::Tuple(columns.to_vec()),
    }
}
