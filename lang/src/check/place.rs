//! Places: a name followed by fields and indices. Their fields are checked like any other (promise 1),
//! but optional steps need no `?`.

use alloc::{format, vec::Vec};

use crate::{
    Code, Diagnostic,
    ir::{Place, PlaceStep},
    syntax::ast::{self, ExprKind},
    types::{Type, TypeId, Types},
};

use super::{Checker, expr::Typed, scope::PurePath};

impl<'s> Checker<'_, 's> {
    /// A place as written, the type of what is known to lie there, and that of what may lie there.
    pub(super) fn place(&mut self, place: &ast::Place<'s>) -> (Place, TypeId, TypeId) {
        let mut steps = Vec::new();
        let mut written = place.steps.as_slice();
        let local = self.local(place.root.text);
        let package = self.used_import(place.root.text).filter(|_| local.is_none());
        let root = match (package, written) {
            // `alias.datum`: the first step names a member of a package.
            (Some(package), [ast::PlaceStep::Field(member), rest @ ..]) => {
                written = rest;
                self.package_value(package, *member)
                    .unwrap_or_else(|| self.name(place.root))
            }
            _ => self.name(place.root),
        };
        let mut root_id = root.id;
        if let Some(alias) = local.and_then(|local| local.alias) {
            root_id = alias.root;
            steps.extend_from_slice(&alias.steps);
        }
        let mut ty = root.ty;
        let mut declared = ty;
        let mut path = root.path;
        for step in written {
            let present = self.types().present(ty);
            match step {
                ast::PlaceStep::Field(field) => {
                    let name = self.string(field.text);
                    ty = if present == Types::ERROR || present == Types::NEVER {
                        Types::ERROR
                    } else {
                        self.field_type(present, *field).unwrap_or(Types::ERROR)
                    };
                    declared = ty;
                    path = path.map(|path| self.paths.field(path, name));
                    if let Some(known) = path.and_then(|path| self.frame.fact(path))
                        && known != Types::NULL
                        && ty != Types::ERROR
                    {
                        ty = known;
                    }
                    steps.push(PlaceStep::Field(name));
                }
                ast::PlaceStep::Index(index) => {
                    let index = self.expr(index, None);
                    let base = Typed::new(root.id, present, place.span);
                    ty = if present == Types::ERROR || present == Types::NEVER {
                        Types::ERROR
                    } else {
                        self.element_at(present, &base, &index).unwrap_or(Types::ERROR)
                    };
                    declared = ty;
                    path = None;
                    steps.push(PlaceStep::Index(index.id));
                }
            }
        }
        (
            Place {
                root: root_id,
                steps,
                span: place.span,
            },
            ty,
            declared,
        )
    }

    /// The path that an expression is, where it is a name followed by fields and constant indices.
    /// It was checked already, so nothing is reported here.
    pub(super) fn pure_path(&mut self, expr: &ast::Expr<'s>) -> Option<PurePath> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.pure_path(inner),
            ExprKind::Name(name) => {
                let local = self.local(name);
                if let Some(alias) = local.as_ref().and_then(|local| local.alias.as_ref()) {
                    return Some(PurePath::clone(alias));
                }
                let name = ast::Name {
                    text: name,
                    span: expr.span,
                };
                let known = local.is_some()
                    || self
                        .scope(self.frame.package)
                        .is_some_and(|scope| scope.names.contains_key(name.text));
                if !known {
                    return None;
                }
                let typed = self.name(name);
                Some(PurePath {
                    root: typed.id,
                    steps: Vec::new(),
                })
            }
            ExprKind::Field { base, field, .. } => {
                let mut path = self.pure_path(base)?;
                let name = self.string(field.text);
                path.steps.push(PlaceStep::Field(name));
                Some(path)
            }
            ExprKind::Index { base, index, .. } => {
                let constant = matches!(index.kind, ExprKind::Int(_) | ExprKind::Raw(_))
                    || matches!(&index.kind, ExprKind::Text(text) if text.literal().is_some())
                    || matches!(index.kind, ExprKind::Name(name) if self.frame.locals.iter().any(|local| local.name == name));
                if !constant {
                    return None;
                }
                let mut path = self.pure_path(base)?;
                let index = self.expr(index, None);
                path.steps.push(PlaceStep::Index(index.id));
                Some(path)
            }
            _ => None,
        }
    }

    /// `fix set p = e` and so on.
    pub(super) fn edit(
        &mut self,
        action: ast::Name<'s>,
        place: &ast::Place<'s>,
        value: Option<&ast::Expr<'s>>,
    ) -> Option<crate::ir::Edit> {
        use crate::ir::EditAction;
        let kind = match action.text {
            "set" => EditAction::Set,
            "add" => EditAction::Add,
            "remove" => EditAction::Remove,
            other => {
                let near = match other {
                    "delete" | "unset" | "drop" => Some("remove"),
                    "append" | "push" | "insert" => Some("add"),
                    "replace" | "update" => Some("set"),
                    _ => crate::suggest::nearest(other, ["set", "add", "remove"]),
                };
                let diagnostic =
                    Diagnostic::new(Code::BadEdit, action.span, format!("there is no edit `{other}`"));
                let help = "an edit is `set p = e`, `add p = e` or `remove p`";
                self.meant(
                    diagnostic,
                    action.span,
                    near.map(alloc::string::String::from),
                    help,
                );
                return None;
            }
        };
        let (place, ty, declared) = self.place(place);
        let present = self.types().present(ty);
        // What a condition has shown of the value there does not bind the one that takes its place.
        let settable = self.types().present(declared);
        let want = match (kind, self.types().structure(present)) {
            (EditAction::Add, Type::List(element)) => Some(element),
            (EditAction::Add, Type::Error | Type::Any) => Some(Types::ANY),
            (EditAction::Add, _) => {
                let message = format!("`add` appends to a list, and this is `{}`", self.show(present));
                self.report(Diagnostic::new(Code::BadEdit, place.span, message).with_help("write `set`"));
                None
            }
            (EditAction::Set, _) => Some(settable),
            (EditAction::Remove, _) => None,
        };
        let id = match (value, want) {
            (Some(value), Some(want)) => {
                let typed = self.expr(value, Some(want));
                if typed.ty == Types::NULL {
                    self.report(
                        Diagnostic::new(Code::BadEdit, typed.span, "an edit cannot set `null`")
                            .with_help("write `remove`, which leaves the field out"),
                    );
                } else {
                    let what = if kind == EditAction::Add {
                        "the element"
                    } else {
                        "the value there"
                    };
                    self.expect(&typed, want, what);
                    self.expect_present(&typed, "the value of an edit");
                }
                Some(typed.id)
            }
            (None, Some(_)) => {
                self.report(
                    Diagnostic::new(
                        Code::BadEdit,
                        place.span,
                        format!("`{}` needs a value", action.text),
                    )
                    .with_help("write `= e` after the place"),
                );
                return None;
            }
            (Some(value), None) if kind == EditAction::Remove => {
                self.report(
                    Diagnostic::new(Code::BadEdit, value.span, "`remove` takes no value")
                        .with_help("leave out `= …`"),
                );
                return None;
            }
            _ => None,
        };
        Some(crate::ir::Edit {
            action: kind,
            place,
            value: id,
        })
    }
}
