//! Paths from the names in scope: what can be read here, how it is written, and what is known of it.

use super::{Generator, types::Ty};

/// A value that expressions may use.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    /// As it is written in its own package.
    pub(super) text: String,
    pub(super) ty: Ty,
    /// The package that declares it; none for what is bound in a body.
    pub(super) home: Option<usize>,
    /// Whether it depends on an input.
    pub(super) input: bool,
    /// Whether the checker says exactly this type: of what is inferred it may say less, a literal for one.
    pub(super) exact: bool,
}

impl Variable {
    /// Something bound in a body.
    pub(super) fn local(text: impl Into<String>, ty: Ty, exact: bool) -> Self {
        Self {
            text: text.into(),
            ty,
            home: None,
            input: false,
            exact,
        }
    }
}

/// A path that can be written.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) text: String,
    /// Without `?`, as a place is written.
    pub(super) place: String,
    pub(super) ty: Ty,
    /// What it is where no step before it cut its chain short.
    reached: Ty,
    pub(super) exact: bool,
}

impl Generator {
    /// The name of a declaration as this package writes it.
    pub(super) fn named(&self, home: Option<usize>, name: &str) -> String {
        match home {
            Some(home) if home != self.package => format!("{}.{name}", super::alias(home)),
            _ => name.to_owned(),
        }
    }

    /// A type as this package writes it.
    pub(super) fn type_text(&self, ty: &Ty) -> String {
        ty.text(if self.package == 0 { "" } else { super::TYPES })
    }

    /// All paths from names in scope.
    pub(super) fn paths(&self) -> Vec<Path> {
        let mut paths: Vec<Path> = Vec::new();
        for variable in &self.scope {
            // An input is named where it is declared.
            let foreign_input = variable.input && variable.home.is_some_and(|home| home != self.package);
            if (self.data_only && variable.input) || (foreign_input && self.is_input(&variable.text)) {
                continue;
            }
            let text = self.named(variable.home, &variable.text);
            let start = Path {
                place: text.replace('?', ""),
                text,
                ty: variable.ty.clone(),
                reached: variable.ty.clone(),
                exact: variable.exact,
            };
            // What is known of a path now is more than what was known before.
            paths.retain(|path| !is_below(&path.place, &start.place));
            extend(start, 3, &mut paths);
        }
        paths.retain(|path| !self.hidden.iter().any(|hidden| is_below(&path.place, hidden)));
        paths
    }

    fn is_input(&self, name: &str) -> bool {
        self.inputs.iter().any(|(input, _)| input == name)
    }

    /// One of the paths whose type fits.
    pub(super) fn path_where(&mut self, fits: impl Fn(&Ty) -> bool) -> Option<Path> {
        self.some_path(|path| fits(&path.ty))
    }

    /// One of the paths that the checker says to be of exactly that type.
    pub(super) fn exact_path(&mut self, fits: impl Fn(&Ty) -> bool) -> Option<Path> {
        self.some_path(|path| path.exact && fits(&path.ty))
    }

    pub(super) fn some_path(&mut self, fits: impl Fn(&Path) -> bool) -> Option<Path> {
        let mut paths = self.paths();
        paths.retain(fits);
        // What is bound inside is more interesting than the input.
        let inner = paths.len().saturating_sub(12);
        if inner > 0 && self.random.percent(40) {
            paths.drain(..inner);
        }
        self.random.pick(&paths).cloned()
    }

    /// Where a value is known to be of a type.
    pub(super) fn knowing<T>(&mut self, text: &str, ty: Ty, work: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.scope.len();
        let hidden = self.hidden.len();
        self.scope.push(Variable::local(text, ty, true));
        let result = work(self);
        self.hidden.truncate(hidden);
        self.scope.truncate(mark);
        result
    }

    /// Where a value is known to be absent, or one of its literals.
    pub(super) fn hiding<T>(&mut self, place: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.hidden.len();
        self.hidden.push(place.to_owned());
        let result = work(self);
        self.hidden.truncate(mark);
        result
    }
}

/// Whether a place is another, or lies in it.
fn is_below(place: &str, other: &str) -> bool {
    let rest = place.strip_prefix(other);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn extend(path: Path, depth: usize, out: &mut Vec<Path>) {
    if depth > 0 {
        let mark = if path.reached.is_optional() { "?" } else { "" };
        let fields = match path.ty.present() {
            // What is inferred for an expression has perhaps fewer fields, and of `any` it may be a literal.
            Ty::Any | Ty::Record(_) | Ty::Variant(..) | Ty::Union(_) | Ty::Open(_) | Ty::Wild | Ty::Tree
                if !path.exact =>
            {
                Vec::new()
            }
            Ty::Any => vec![
                ("u".to_owned(), Ty::Any.optional()),
                ("name".to_owned(), Ty::Any.optional()),
            ],
            present => present.fields(),
        };
        for (name, ty) in fields {
            let absent = path.ty.is_optional();
            let below = Path {
                text: format!("{}{mark}.{name}", path.text),
                place: format!("{}.{name}", path.place),
                ty: if absent { ty.clone().optional() } else { ty.clone() },
                reached: ty,
                exact: path.exact,
            };
            extend(below, depth - 1, out);
        }
    }
    out.push(path);
}
