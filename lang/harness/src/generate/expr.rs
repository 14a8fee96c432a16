//! Expressions of a wanted type. Each producer makes one construct, or nothing where it does not apply.

use super::{
    Generator, Variable,
    types::{Ty, Types, VARIANTS},
};

/// Makes an expression of the type, if it can: the rest of the depth is for its parts.
type Producer = fn(&mut Generator, &Ty, usize) -> Option<String>;

const PRODUCERS: &[Producer] = &[
    Generator::path_of,
    Generator::path_of,
    Generator::path_of,
    Generator::path_of,
    Generator::coalesced,
    Generator::coalesced,
    Generator::choice,
    Generator::matched_enum,
    Generator::matched_union,
    Generator::matched_optional,
    Generator::call,
    Generator::arithmetic,
    Generator::arithmetic,
    Generator::comparison,
    Generator::comparison,
    Generator::comparison,
    Generator::logic,
    Generator::logic,
    Generator::membership,
    Generator::is_test,
    Generator::null_test,
    Generator::aggregate,
    Generator::aggregate,
    Generator::collection,
    Generator::comprehension,
    Generator::comprehension,
    Generator::interpolation,
    Generator::text_builtin,
    Generator::collection_builtin,
    Generator::element,
];

/// A path that can be written: its text, its type, and whether a step before the end may be absent.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) text: String,
    /// Without `?`, as a place is written.
    pub(super) place: String,
    pub(super) ty: Ty,
}

impl Generator {
    /// An expression of the type.
    pub(super) fn expr(&mut self, want: &Ty, depth: usize) -> String {
        if depth > 0 {
            for _ in 0..6 {
                let producer = self.random.pick(PRODUCERS).copied();
                if let Some(text) = producer.and_then(|producer| producer(self, want, depth - 1)) {
                    return text;
                }
            }
        }
        match self.path_of(want, 0) {
            Some(path) if self.random.percent(80) => path,
            _ => self.literal(want),
        }
    }

    /// All paths from names in scope.
    pub(super) fn paths(&self) -> Vec<Path> {
        let mut paths: Vec<Path> = Vec::new();
        for variable in &self.scope {
            let start = Path {
                text: variable.text.clone(),
                place: variable.text.replace('?', ""),
                ty: variable.ty.clone(),
            };
            // What is known of a path now is more than what was known before.
            paths.retain(|path| !is_below(&path.place, &start.place));
            extend(start, 3, &mut paths);
        }
        paths.retain(|path| !self.hidden.iter().any(|hidden| is_below(&path.place, hidden)));
        paths
    }

    fn some_path(&mut self, fits: impl Fn(&Ty) -> bool) -> Option<Path> {
        let mut paths = self.paths();
        paths.retain(|path| fits(&path.ty));
        // What is bound inside is more interesting than the input.
        let inner = paths.len().saturating_sub(12);
        if self.random.percent(40) {
            paths.drain(..inner);
        }
        self.random.pick(&paths).cloned()
    }

    pub(super) fn path_where(&mut self, fits: impl Fn(&Ty) -> bool) -> Option<Path> {
        self.some_path(fits)
    }

    fn path_of(&mut self, want: &Ty, _depth: usize) -> Option<String> {
        self.some_path(|ty| ty.fits(want)).map(|path| path.text)
    }

    fn coalesced(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let present = want.present().clone();
        let path = self.some_path(|ty| ty.is_optional() && ty.present().fits(&present))?;
        let default = self.expr(want, depth);
        Some(format!("({} ?? {default})", path.text))
    }

    #[expect(clippy::unnecessary_wraps, reason = "a row of PRODUCERS")]
    fn choice(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let condition = self.expr(&Ty::Bool, depth);
        let (then, otherwise) = (self.expr(want, depth), self.expr(want, depth));
        Some(format!("(if {condition} then {then} else {otherwise})"))
    }

    fn matched_enum(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let path = self.some_path(|ty| matches!(ty, Ty::Enum(..)))?;
        let Ty::Enum(values, open) = &path.ty else {
            return None;
        };
        let mut arms = Vec::new();
        // In an arm it is one value, and comparing it with another is refused.
        self.hidden.push(path.place.clone());
        for value in values {
            arms.push(format!("\"{value}\" => {}", self.expr(want, depth)));
        }
        if *open {
            arms.push(format!("_ => {}", self.expr(want, depth)));
        }
        self.hidden.pop();
        Some(format!("(match {} {{ {} }})", path.text, arms.join(", ")))
    }

    fn matched_union(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let path = self.some_path(|ty| matches!(ty.present(), Ty::Union(_)))?;
        let Ty::Union(variants) = path.ty.present().clone() else {
            return None;
        };
        let mut arms = Vec::new();
        let all = self.random.percent(50);
        for variant in &variants {
            if !all && self.random.percent(40) {
                continue;
            }
            let Ty::Variant(index, _) = variant else { continue };
            let name = VARIANTS.get(*index)?.0;
            let value = self.knowing(&path.text, variant.clone(), |this| this.expr(want, depth));
            arms.push(format!("{name} => {value}"));
        }
        arms.push(format!("_ => {}", self.expr(want, depth)));
        Some(format!("(match {} {{ {} }})", path.text, arms.join(", ")))
    }

    fn matched_optional(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let path = self.some_path(Ty::is_optional)?;
        self.hidden.push(path.place.clone());
        let absent = self.expr(want, depth);
        self.hidden.pop();
        let name = self.fresh("m");
        let value = self.knowing(&name, path.ty.present().clone(), |this| {
            let value = this.expr(want, depth);
            let guard = this.expr(&Ty::Bool, depth.min(1));
            (value, guard)
        });
        let otherwise = self.expr(want, depth);
        let (value, guard) = value;
        Some(if self.random.percent(30) {
            format!(
                "(match {} {{ null => {absent}, {name} when {guard} => {value}, _ => {otherwise} }})",
                path.text
            )
        } else {
            format!("(match {} {{ null => {absent}, {name} => {value} }})", path.text)
        })
    }

    fn call(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let mut fitting = self.functions.clone();
        fitting.retain(|function| function.result.fits(want));
        let function = self.random.pick(&fitting)?.clone();
        let arguments: Vec<String> = function.params.iter().map(|ty| self.expr(ty, depth)).collect();
        Some(format!("{}({})", function.name, arguments.join(", ")))
    }

    fn arithmetic(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let (ops, ty): (&[&str], Ty) = match want.present() {
            Ty::Int => (&["+", "-", "*", "%"], Ty::Int),
            Ty::Float => (&["+", "-", "*", "/", "%"], Ty::Float),
            Ty::Text => (&["+"], Ty::Text),
            Ty::List(element) => (&["+"], Ty::List(element.clone())),
            Ty::Set(element) => (&["+", "-"], Ty::Set(element.clone())),
            _ => return None,
        };
        if matches!(ty, Ty::Int | Ty::Float) && self.random.percent(10) {
            return Some(format!("(-{})", self.expr(&ty, depth)));
        }
        let op = *self.random.pick(ops)?;
        let (left, right) = (self.expr(&ty, depth), self.expr(&ty, depth));
        Some(format!("({left} {op} {right})"))
    }

    fn comparison(&mut self, want: &Ty, depth: usize) -> Option<String> {
        if *want.present() != Ty::Bool {
            return None;
        }
        // The left side is a path, so that no two literals are compared.
        let path = self.some_path(|ty| !matches!(ty.present(), Ty::Enum(_, false)))?;
        let present = path.ty.present().clone();
        if !path.ty.is_optional()
            && matches!(present, Ty::Int | Ty::Float | Ty::Text)
            && self.random.percent(50)
        {
            let op = *self.random.pick(&["<", "<=", ">", ">="])?;
            let right = self.expr(&present, depth);
            return Some(format!("({} {op} {right})", path.text));
        }
        let op = *self.random.pick(&["==", "!="])?;
        let right = match present {
            Ty::Any => {
                let ty = Types::small(&mut self.random);
                self.expr(&ty, depth)
            }
            other => self.expr(&other, depth),
        };
        if path.ty.is_optional() && self.random.percent(15) {
            let other = self.some_path(Ty::is_optional)?;
            return Some(format!("same({}, {})", path.text, other.text));
        }
        Some(format!("({} {op} {right})", path.text))
    }

    fn logic(&mut self, want: &Ty, depth: usize) -> Option<String> {
        if *want.present() != Ty::Bool {
            return None;
        }
        let left = self.expr(&Ty::Bool, depth);
        Some(match self.random.below(4) {
            0 => format!("(not {left})"),
            1 => format!("({left} or {})", self.expr(&Ty::Bool, depth)),
            _ => format!("({left} and {})", self.expr(&Ty::Bool, depth)),
        })
    }

    fn membership(&mut self, want: &Ty, depth: usize) -> Option<String> {
        if *want.present() != Ty::Bool {
            return None;
        }
        let path = self.some_path(|ty| matches!(ty, Ty::List(_) | Ty::Set(_) | Ty::Map(_)))?;
        let element = match &path.ty {
            Ty::List(element) | Ty::Set(element) => element.present().clone(),
            _ => Ty::Text,
        };
        let op = *self.random.pick(&["in", "in", "not in"])?;
        Some(format!("({} {op} {})", self.expr(&element, depth), path.text))
    }

    fn is_test(&mut self, want: &Ty, depth: usize) -> Option<String> {
        if *want.present() != Ty::Bool {
            return None;
        }
        let path = self.some_path(|ty| matches!(ty.present(), Ty::Union(_) | Ty::Any))?;
        let (name, known) = self.test_of(path.ty.present())?;
        let more = self.knowing(&path.text, known, |this| this.expr(&Ty::Bool, depth));
        Some(match self.random.below(3) {
            0 => format!("({} is {name})", path.text),
            1 => format!("(not ({} is {name}) or {more})", path.text),
            _ => format!("({} is {name} and {more})", path.text),
        })
    }

    /// A type to test for.
    pub(super) fn test_of(&mut self, ty: &Ty) -> Option<(String, Ty)> {
        match ty {
            Ty::Union(variants) => {
                let variant = self.random.pick(variants)?.clone();
                Some((variant.text(), variant))
            }
            Ty::Any => {
                let ty = self
                    .random
                    .pick(&[Ty::Int, Ty::Text, Ty::Bool, Ty::Float])?
                    .clone();
                Some((ty.text(), ty))
            }
            _ => None,
        }
    }

    fn null_test(&mut self, want: &Ty, depth: usize) -> Option<String> {
        if *want.present() != Ty::Bool {
            return None;
        }
        let path = self.some_path(Ty::is_optional)?;
        let present = path.ty.present().clone();
        let more = self.knowing(&path.text, present, |this| this.expr(&Ty::Bool, depth));
        Some(match self.random.below(4) {
            0 => format!("({} == null)", path.text),
            1 => format!("({} == null or {more})", path.text),
            _ => format!("({} != null and {more})", path.text),
        })
    }

    /// Where a value is known to be of a type.
    pub(super) fn knowing<T>(&mut self, text: &str, ty: Ty, work: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.scope.len();
        self.scope.push(Variable {
            text: text.into(),
            ty,
        });
        let result = work(self);
        self.scope.truncate(mark);
        result
    }

    /// Something to walk: `for PATTERN in SOURCE`, and what it binds.
    pub(super) fn walk(&mut self, depth: usize) -> Option<(String, Vec<Variable>)> {
        let walked = |ty: &Ty| {
            matches!(
                ty.present(),
                Ty::List(_) | Ty::Set(_) | Ty::Map(_) | Ty::Record(_)
            )
        };
        let path = self.some_path(walked)?;
        let mut source = path.text.clone();
        let present = path.ty.present().clone();
        if path.ty.is_optional() {
            if matches!(present, Ty::Record(_)) {
                return None;
            }
            source = format!("({source} ?? {})", self.literal(&present));
        } else if matches!(present, Ty::List(_) | Ty::Set(_)) && self.random.percent(25) {
            source = self.expr(&present, depth.min(2));
        }
        let name = self.fresh("x");
        Some(match present {
            Ty::List(element) if self.random.percent(15) => {
                let index = self.fresh("i");
                let bound = vec![
                    Variable {
                        text: index.clone(),
                        ty: Ty::Int,
                    },
                    Variable {
                        text: name.clone(),
                        ty: *element,
                    },
                ];
                (format!("for ({index}, {name}) in {source}.indexed()"), bound)
            }
            Ty::List(element) | Ty::Set(element) => {
                let bound = vec![Variable {
                    text: name.clone(),
                    ty: *element,
                }];
                (format!("for {name} in {source}"), bound)
            }
            ty => {
                let value = match ty {
                    Ty::Map(value) => *value,
                    _ => Ty::Any,
                };
                let key = self.fresh("k");
                let bound = vec![
                    Variable {
                        text: key.clone(),
                        ty: Ty::Text,
                    },
                    Variable {
                        text: name.clone(),
                        ty: value,
                    },
                ];
                (format!("for ({key}, {name}) in {source}"), bound)
            }
        })
    }

    /// Clauses of a comprehension, and a head in their scope.
    fn rounds(&mut self, depth: usize, head: impl FnOnce(&mut Self) -> String) -> Option<(String, String)> {
        let mark = self.scope.len();
        let (mut text, bound) = self.walk(depth)?;
        self.scope.extend(bound);
        if self.random.percent(20)
            && let Some((more, bound)) = self.walk(depth.min(1))
        {
            text = format!("{text}, {}", more.trim_start_matches("for "));
            self.scope.extend(bound);
        }
        if self.random.percent(20)
            && let Some(path) = self.some_path(Ty::is_optional)
        {
            let name = self.fresh("g");
            text = format!("{text} given {name} = {}", path.text);
            self.scope.push(Variable {
                text: name,
                ty: path.ty.present().clone(),
            });
        }
        if self.random.percent(50) {
            let word = if self.random.percent(70) { "when" } else { "unless" };
            text = format!("{text} {word} {}", self.expr(&Ty::Bool, depth));
        }
        let head = head(self);
        self.scope.truncate(mark);
        Some((text, head))
    }

    fn aggregate(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let (names, head): (&[&str], Ty) = match want {
            Ty::Bool => (&["any", "all", "none"], Ty::Bool),
            Ty::Int if self.random.percent(50) => (&["count"], Ty::Bool),
            Ty::Int => (&["sum"], Ty::Int),
            Ty::Float => (&["sum"], Ty::Float),
            Ty::Optional(present) => (&["min", "max"], (**present).clone()),
            _ => return None,
        };
        let name = *self.random.pick(names)?;
        let (clauses, head) = self.rounds(depth, |this| this.expr(&head, depth))?;
        Some(format!("{name}({head} {clauses})"))
    }

    fn comprehension(&mut self, want: &Ty, depth: usize) -> Option<String> {
        match want.present() {
            Ty::List(element) => {
                let (clauses, head) = self.rounds(depth, |this| this.expr(element, depth))?;
                Some(format!("[{head} {clauses}]"))
            }
            Ty::Set(element) => {
                let (clauses, head) = self.rounds(depth, |this| this.expr(element, depth))?;
                Some(format!("{{{head} {clauses}}}"))
            }
            Ty::Map(value) => {
                let path = self.some_path(|ty| matches!(ty, Ty::Map(_) | Ty::Record(_)))?;
                let key = self.fresh("k");
                let head = self.knowing(&key, Ty::Text, |this| this.expr(value, depth));
                Some(format!("{{[{key}]: {head} for ({key}, _) in {}}}", path.text))
            }
            _ => None,
        }
    }

    fn collection(&mut self, want: &Ty, depth: usize) -> Option<String> {
        match want.present() {
            Ty::List(element) => {
                let items: Vec<String> = (0..=self.random.below(3))
                    .map(|_| self.expr(element, depth))
                    .collect();
                Some(format!("[{}]", items.join(", ")))
            }
            Ty::Set(element) => {
                let items: Vec<String> = (0..=self.random.below(3))
                    .map(|_| self.expr(element, depth))
                    .collect();
                Some(format!("{{{}}}", items.join(", ")))
            }
            Ty::Map(value) => Some(format!(
                "{{a: {}, \"b c\": {}}}",
                self.expr(value, depth),
                self.expr(value, depth)
            )),
            Ty::Record(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, ty)| format!("{name}: {}", self.expr(ty, depth)))
                    .collect();
                Some(format!("{{{}}}", fields.join(", ")))
            }
            _ => None,
        }
    }

    fn interpolation(&mut self, want: &Ty, _depth: usize) -> Option<String> {
        (*want.present() == Ty::Text).then(|| self.message())
    }

    /// A text with a value in it.
    pub(super) fn message(&mut self) -> String {
        match self.some_path(|ty| !ty.is_optional()) {
            Some(path) if self.random.percent(80) => format!("\"is {{{}}}\"", path.text),
            _ => "\"so\"".into(),
        }
    }

    fn text_builtin(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let path = self.some_path(|ty| *ty == Ty::Text)?;
        let argument = self.expr(&Ty::Text, depth.min(1));
        let call = match want.present() {
            Ty::Bool => {
                let name = *self.random.pick(&["starts_with", "ends_with", "contains"])?;
                format!("{name}({argument})")
            }
            Ty::Text => {
                let name =
                    *self
                        .random
                        .pick(&["remove_prefix", "remove_suffix", "lower", "upper", "trim"])?;
                if name.starts_with("remove") {
                    format!("{name}({argument})")
                } else {
                    format!("{name}()")
                }
            }
            Ty::Int => "len()".into(),
            Ty::List(element) if **element == Ty::Text => format!("split({argument})"),
            _ => return None,
        };
        Some(format!("{}.{call}", path.text))
    }

    fn collection_builtin(&mut self, want: &Ty, depth: usize) -> Option<String> {
        if let Ty::List(element) = want.present() {
            let path = self.some_path(|ty| matches!(ty, Ty::Map(value) if **value == **element))?;
            return Some(format!("{}.values()", path.text));
        }
        let list = |ty: &Ty| matches!(ty, Ty::List(_) | Ty::Set(_) | Ty::Map(_));
        match want {
            Ty::Int => {
                let path = self.some_path(list)?;
                Some(format!("{}.len()", path.text))
            }
            Ty::Text => {
                let list = self.expr(&Ty::List(Box::new(Ty::Text)), depth);
                let path = self.some_path(|ty| *ty == Ty::List(Box::new(Ty::Text)));
                let list = path.map_or(list, |path| path.text);
                Some(format!("({list}).join(\",\")"))
            }
            Ty::Optional(present) => {
                let path = self.some_path(|ty| matches!(ty, Ty::List(element) if element.fits(present)))?;
                let name = *self.random.pick(&["first", "last"])?;
                Some(format!("{}.{name}()", path.text))
            }
            _ => None,
        }
    }

    /// An element by index or key.
    fn element(&mut self, want: &Ty, _depth: usize) -> Option<String> {
        let Ty::Optional(present) = want else { return None };
        let path = self.some_path(|ty| match ty.present() {
            Ty::List(element) | Ty::Map(element) => element.fits(present),
            _ => false,
        })?;
        let mark = if path.ty.is_optional() { "?" } else { "" };
        let index = if matches!(path.ty.present(), Ty::List(_)) {
            *self.random.pick(&["0", "1", "7"])?
        } else {
            *self.random.pick(&["\"a\"", "\"x/y~z\"", "\"zz\""])?
        };
        Some(format!("{}{mark}[{index}]", path.text))
    }

    /// A value without names.
    pub(super) fn literal(&mut self, ty: &Ty) -> String {
        match ty {
            Ty::Bool => if self.random.percent(50) { "true" } else { "false" }.into(),
            Ty::Int => (*self.random.pick(&["0", "1", "2", "3", "10"]).unwrap_or(&"0")).into(),
            Ty::Float => (*self.random.pick(&["0.5", "1.0", "2.5", "3"]).unwrap_or(&"0.5")).into(),
            Ty::Text | Ty::Any => (*self
                .random
                .pick(&["\"a\"", "\"b\"", "\"ab\"", "\"\""])
                .unwrap_or(&"\"\""))
            .into(),
            Ty::Enum(values, _) => format!("\"{}\"", self.random.pick(values).copied().unwrap_or("a")),
            Ty::List(element) => {
                let items: Vec<String> = (0..self.random.below(3)).map(|_| self.literal(element)).collect();
                format!("[{}]", items.join(", "))
            }
            Ty::Set(element) => {
                let items: Vec<String> = (0..self.random.below(3)).map(|_| self.literal(element)).collect();
                format!("{{{}}}", items.join(", "))
            }
            Ty::Map(value) if self.random.percent(95) => format!("{{a: {}}}", self.literal(value)),
            Ty::Map(_) => "{}".into(),
            Ty::Record(fields) => self.record_literal(fields, None),
            Ty::Variant(index, fields) => {
                self.record_literal(fields, VARIANTS.get(*index).map(|(_, kind)| *kind))
            }
            Ty::Union(_) => {
                let union = self.types.union();
                let Ty::Union(variants) = &union else {
                    return "null".into();
                };
                match self.random.pick(variants).cloned() {
                    Some(variant) => self.literal(&variant),
                    None => "null".into(),
                }
            }
            Ty::Optional(present) if self.random.percent(60) => self.literal(present),
            Ty::Optional(_) => "null".into(),
        }
    }

    fn record_literal(&mut self, fields: &[(String, Ty)], kind: Option<&str>) -> String {
        let mut parts: Vec<String> = kind.map(|kind| format!("kind: \"{kind}\"")).into_iter().collect();
        for (name, ty) in fields {
            if !(ty.is_optional() && self.random.percent(40)) {
                parts.push(format!("{name}: {}", self.literal(ty)));
            }
        }
        format!("{{{}}}", parts.join(", "))
    }
}

/// Whether a place is another, or lies in it.
fn is_below(place: &str, other: &str) -> bool {
    let rest = place.strip_prefix(other);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn extend(path: Path, depth: usize, out: &mut Vec<Path>) {
    if depth > 0 {
        let optional = path.ty.is_optional();
        for (name, ty) in path.ty.present().fields() {
            let mark = if optional { "?" } else { "" };
            // A chain may be absent where a step before was.
            let below = Path {
                text: format!("{}{mark}.{name}", path.text),
                place: format!("{}.{name}", path.place),
                ty: if optional { ty.optional() } else { ty },
            };
            // After an optional step of a chain, a step that is always there is written without `?`;
            // to stay simple, chains end there.
            let below_depth = if optional { 0 } else { depth - 1 };
            extend(below, below_depth, out);
        }
    }
    out.push(path);
}
