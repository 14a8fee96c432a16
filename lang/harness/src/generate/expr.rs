//! Expressions of a wanted type. Each producer makes one construct, or nothing where it does not apply.

use super::{Generator, types::Ty, value::Values};

/// Makes an expression of the type, if it can: the rest of the depth is for its parts.
type Producer = fn(&mut Generator, &Ty, usize) -> Option<String>;

/// How often each is tried, and the producer.
const PRODUCERS: &[(usize, Producer)] = &[
    (4, Generator::path_of),
    (2, Generator::coalesced),
    (1, Generator::choice),
    (1, Generator::matched_literal),
    (1, Generator::matched_variant),
    (1, Generator::matched_optional),
    (1, Generator::matched_kind),
    (2, Generator::call),
    (2, Generator::arithmetic),
    (1, Generator::collection),
    (2, Generator::comprehension),
    (2, Generator::aggregate),
    (1, Generator::interpolation),
    (1, Generator::element),
    (1, Generator::captured),
    (4, Generator::builtin),
    (1, Generator::of_any),
    (1, Generator::document),
];

/// Producers of conditions. What they show holds in what follows.
const CONDITIONS: &[(usize, Producer)] = &[
    (3, Generator::comparison),
    (2, Generator::order),
    (2, Generator::logic),
    (2, Generator::membership),
    (1, Generator::pattern),
    (1, Generator::literal_test),
    (2, Generator::is_test),
    (2, Generator::null_test),
    (1, Generator::same),
];

fn pick(generator: &mut Generator, rows: &[(usize, Producer)]) -> Option<Producer> {
    let total = rows.iter().map(|(weight, _)| weight).sum();
    let mut at = generator.random.below(total);
    for (weight, producer) in rows {
        if at < *weight {
            return Some(*producer);
        }
        at -= weight;
    }
    None
}

impl Generator {
    /// An expression of the type.
    pub(super) fn expr(&mut self, want: &Ty, depth: usize) -> String {
        if depth == 0 {
            return self.leaf(want);
        }
        for _ in 0..5 {
            let mark = self.hidden.len();
            let condition = *want.present() == Ty::Bool && self.random.percent(60);
            let rows = if condition { CONDITIONS } else { PRODUCERS };
            let producer = pick(self, rows);
            let made = producer.and_then(|producer| producer(self, want, depth - 1));
            if !condition {
                self.hidden.truncate(mark);
            }
            if let Some(text) = made {
                return text;
            }
            self.hidden.truncate(mark);
        }
        self.leaf(want)
    }

    fn leaf(&mut self, want: &Ty) -> String {
        if (want.holds_secret() || self.random.percent(80))
            && let Some(path) = self.path_of(want, 0)
        {
            return path;
        }
        self.literal(want)
    }

    /// An expression that shows nothing to what follows.
    pub(super) fn closed(&mut self, want: &Ty, depth: usize) -> String {
        let mark = self.hidden.len();
        let text = self.expr(want, depth);
        self.hidden.truncate(mark);
        text
    }

    fn path_of(&mut self, want: &Ty, _depth: usize) -> Option<String> {
        self.path_where(|ty| ty.fits(want)).map(|path| path.text)
    }

    fn coalesced(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let present = want.present().clone();
        let path = self.path_where(|ty| ty.is_optional() && ty.present().fits(&present))?;
        let default = self.expr(want, depth);
        Some(format!("({} ?? {default})", path.text))
    }

    #[expect(clippy::unnecessary_wraps, reason = "a row of PRODUCERS")]
    fn choice(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let condition = self.expr(&Ty::Bool, depth);
        let (then, otherwise) = (self.expr(want, depth), self.expr(want, depth));
        Some(format!("(if {condition} then {then} else {otherwise})"))
    }

    /// `match` on the literals of a closed or open enumeration, of numbers, or of `bool`.
    fn matched_literal(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let path = self.exact_path(|ty| {
            matches!(
                ty.present(),
                Ty::Enum(..) | Ty::Ints(_) | Ty::Bool | Ty::Int | Ty::Text
            )
        })?;
        let (values, mut covered): (Vec<String>, bool) = match path.ty.present() {
            Ty::Enum(values, open) => (values.iter().map(|value| format!("\"{value}\"")).collect(), !open),
            Ty::Ints(values) => (values.iter().map(ToString::to_string).collect(), true),
            Ty::Bool => (vec!["true".into(), "false".into()], true),
            Ty::Int => (vec!["0".into(), "2".into()], false),
            _ => (vec!["\"a\"".into(), "\"\"".into()], false),
        };
        let mut arms = Vec::new();
        // In an arm it is one value, and comparing it with another is refused.
        self.hiding(&path.place, |this| {
            let mut values = values.into_iter().peekable();
            while let Some(value) = values.next() {
                let both = match values.peek() {
                    Some(next) if this.random.percent(20) => Some(next.clone()),
                    _ => None,
                };
                let pattern = match both {
                    Some(next) => {
                        values.next();
                        format!("{value} | {next}")
                    }
                    None => value,
                };
                if this.random.percent(15) {
                    let guard = this.closed(&Ty::Bool, depth.min(1));
                    covered = false;
                    arms.push(format!("{pattern} when {guard} => {}", this.closed(want, depth)));
                } else {
                    arms.push(format!("{pattern} => {}", this.closed(want, depth)));
                }
            }
            if !covered || path.ty.is_optional() {
                arms.push(format!("_ => {}", this.closed(want, depth)));
            }
        });
        Some(format!("(match {} {{ {} }})", path.text, arms.join(", ")))
    }

    /// `match` on the variants of a union.
    fn matched_variant(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let path = self.exact_path(|ty| matches!(ty.present(), Ty::Union(_) | Ty::Open(_)))?;
        let (Ty::Union(variants) | Ty::Open(variants)) = path.ty.present().clone() else {
            return None;
        };
        let mut arms = Vec::new();
        let mut all = matches!(path.ty, Ty::Union(_));
        for variant in &variants {
            if self.random.percent(25) {
                all = false;
                continue;
            }
            let Ty::Variant(..) = variant else { continue };
            let name = self.type_text(variant);
            let (guard, value) = self.knowing(&path.text, variant.clone(), |this| {
                let guard = this
                    .random
                    .percent(20)
                    .then(|| this.expr(&Ty::Bool, depth.min(1)));
                (guard, this.expr(want, depth))
            });
            match guard {
                Some(guard) => {
                    all = false;
                    arms.push(format!("{name} when {guard} => {value}"));
                }
                None => arms.push(format!("{name} => {value}")),
            }
        }
        if !all {
            // What is left there is less than the union.
            let rest = self.hiding(&path.place, |this| this.expr(want, depth));
            arms.push(format!("_ => {rest}"));
        }
        Some(format!("(match {} {{ {} }})", path.text, arms.join(", ")))
    }

    fn matched_optional(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let path = self.exact_path(Ty::is_optional)?;
        let absent = self.hiding(&path.place, |this| this.expr(want, depth));
        let name = self.fresh("m");
        let (guard, value) = self.knowing(&name, path.ty.present().clone(), |this| {
            let guard = this
                .random
                .percent(30)
                .then(|| this.expr(&Ty::Bool, depth.min(1)));
            (guard, this.expr(want, depth))
        });
        let path = path.text;
        Some(match guard {
            Some(guard) => {
                let otherwise = self.closed(want, depth);
                format!(
                    "(match {path} {{ null => {absent}, {name} when {guard} => {value}, _ => {otherwise} }})"
                )
            }
            None => format!("(match {path} {{ null => {absent}, {name} => {value} }})"),
        })
    }

    /// `match` on what a value is.
    fn matched_kind(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let path = self.exact_path(|ty| matches!(ty.present(), Ty::Mixed(_) | Ty::Any))?;
        let mut arms = Vec::new();
        // One kind is left for the last arm; a pattern is the name of a type.
        let named = |ty: &&Ty| matches!(ty, Ty::Int | Ty::Float | Ty::Text | Ty::Bool | Ty::Opaque(_));
        let kinds: Vec<Ty> = match path.ty.present() {
            Ty::Mixed(members) => members.iter().skip(1).filter(named).cloned().collect(),
            _ => vec![Ty::Int, Ty::Text, Ty::Bool, self.variant()],
        };
        for ty in kinds {
            if self.random.percent(70) {
                let name = self.type_text(&ty);
                let value = self.knowing(&path.text, ty, |this| this.expr(want, depth));
                arms.push(format!("{name} => {value}"));
            }
        }
        let rest = self.hiding(&path.place, |this| this.expr(want, depth));
        arms.push(format!("_ => {rest}"));
        Some(format!("(match {} {{ {} }})", path.text, arms.join(", ")))
    }

    /// The first variant.
    pub(super) fn variant(&self) -> Ty {
        match &self.types.union {
            Ty::Union(variants) => variants.first().cloned().unwrap_or(Ty::Bool),
            _ => Ty::Bool,
        }
    }

    fn call(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let mut fitting = self.functions.clone();
        fitting.retain(|function| function.result.fits(want) && !(self.data_only && function.input));
        let function = self.random.pick(&fitting)?.clone();
        let arguments: Vec<String> = function.params.iter().map(|ty| self.wanted(ty, depth)).collect();
        let name = self.named(Some(function.home), &function.name);
        Some(format!("{name}({})", arguments.join(", ")))
    }

    fn arithmetic(&mut self, want: &Ty, depth: usize) -> Option<String> {
        use wardlaw_lang::types::Opaque::{Duration, Quantity, Time};
        let same: &[&str] = match want.present() {
            Ty::Int => &["+", "-", "*", "%"],
            Ty::Float => &["+", "-", "*", "/", "%"],
            Ty::Text | Ty::List(_) => &["+"],
            Ty::Set(_) | Ty::Opaque(Quantity | Duration) => &["+", "-"],
            Ty::Opaque(Time) => {
                let op = self.random.word(&["+", "-"]);
                let left = self.closed(want.present(), depth);
                let right = self.closed(&Ty::Opaque(Duration), depth);
                return Some(format!("({left} {op} {right})"));
            }
            _ => return None,
        };
        let ty = want.present().clone();
        let left = self.closed(&ty, depth);
        if matches!(ty, Ty::Opaque(_)) && self.random.percent(40) {
            return Some(format!("({left} * {})", self.closed(&Ty::Int, depth)));
        }
        if matches!(ty, Ty::Int | Ty::Float) && self.random.percent(10) {
            return Some(format!("(-{left})"));
        }
        if ty == Ty::Opaque(Duration) && self.random.percent(30) {
            let times = [
                self.closed(&Ty::Opaque(Time), depth),
                self.closed(&Ty::Opaque(Time), depth),
            ];
            return Some(format!("({})", times.join(" - ")));
        }
        let op = self.random.word(same);
        let right = self.closed(&ty, depth);
        Some(format!("({left} {op} {right})"))
    }

    fn interpolation(&mut self, want: &Ty, depth: usize) -> Option<String> {
        (*want.present() == Ty::Text).then(|| self.message(depth))
    }

    /// A text with values in it.
    pub(super) fn message(&mut self, depth: usize) -> String {
        let start = self.random.word(&["is", "", "é \\{", "\\\"q\\\""]);
        let mut text = format!("\"{start}");
        for _ in 0..self.random.several(60, 2) {
            let shown = self.path_where(|ty| !ty.is_optional() && !ty.shows_secret());
            match shown {
                Some(path) if self.random.percent(75) => text = format!("{text} {{{}}}", path.text),
                _ => text = format!("{text} {{{}}}", self.closed(&Ty::Text, depth.min(1))),
            }
        }
        if self.random.percent(10) {
            // A block, whose lines lose the indentation that all have.
            return format!(
                "\"\"\"\n      {}\n        b\n      \"\"\"",
                text.trim_start_matches('"')
            );
        }
        format!("{text}\"")
    }

    /// A use of `any` as something: where it is none, that is an error when it runs.
    fn of_any(&mut self, want: &Ty, _depth: usize) -> Option<String> {
        if !self.loose || matches!(want, Ty::Any | Ty::Optional(_)) {
            return None;
        }
        let path = self.exact_path(|ty| *ty == Ty::Any)?;
        let home = 0;
        let name = match want {
            Ty::Int => "as_int",
            Ty::Text => "as_text",
            Ty::List(element) if **element == Ty::Int => "as_ints",
            _ => return None,
        };
        Some(format!("{}({})", self.named(Some(home), name), path.text))
    }

    /// A literal document.
    fn document(&mut self, want: &Ty, _depth: usize) -> Option<String> {
        if *want.present() != Ty::Any {
            return None;
        }
        let ty = match self.random.below(4) {
            0 => return Some("yaml\"\"\"u: a\"\"\"".into()),
            1 => Ty::Any.list(),
            2 => self.types.union.clone(),
            _ => Ty::Record(vec![("u".into(), Ty::Any), ("name".into(), Ty::Any.optional())]),
        };
        let document = Values::new(&self.types).value(&mut self.random, &ty);
        let format = self.random.word(&["json", "yaml"]);
        Some(format!("{format}\"\"\"{document}\"\"\""))
    }
}
