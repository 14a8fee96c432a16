//! Names, fields and indices: where promises 1 and 2 are kept.

use alloc::{format, string::String, sync::Arc, vec::Vec};

use crate::{
    Applicability, Code, Diagnostic, Span,
    ir::Expr,
    suggest::nearest,
    syntax::ast::{self, ExprKind},
    types::{Literal, Opaque, Type, TypeId, Types},
};

use super::{
    Checker, NAMESPACES,
    expr::Typed,
    path::{PathId, Root},
    scope::Fact,
};

impl<'s> Checker<'_, 's> {
    /// A name used as a value.
    pub(super) fn name(&mut self, name: ast::Name<'s>) -> Typed {
        if let Some(local) = self.local(name.text) {
            let mut typed = self.rooted(
                Expr::Local(local.slot),
                Root::Local(local.slot),
                local.ty,
                name.span,
            );
            typed.structured = local.structured;
            return typed;
        }
        if let Some(typed) = self.package_value(self.frame.package, name) {
            return typed;
        }
        let package = self.frame.package;
        let function = self
            .scope(package)
            .is_some_and(|scope| scope.functions.contains_key(name.text));
        if function || crate::builtin::global(name.text).is_some() {
            self.report(
                Diagnostic::new(
                    Code::NotCallable,
                    name.span,
                    format!("`{}` is a function", name.text),
                )
                .with_help(format!("call it: `{}(…)`", name.text)),
            );
        } else if self.imported(name.text).is_some() || NAMESPACES.contains(&name.text) {
            self.report(
                Diagnostic::new(
                    Code::UnknownName,
                    name.span,
                    format!("`{}` is a package, not a value", name.text),
                )
                .with_help(format!("name one of its members: `{}.…`", name.text)),
            );
        } else {
            self.unknown_name(name);
        }
        self.broken(name.span)
    }

    /// A `let`, relation, input or datum of a package.
    pub(super) fn package_value(&mut self, package: usize, name: ast::Name<'s>) -> Option<Typed> {
        let scope = self.scope(package)?;
        if let Some(id) = scope.inputs.get(name.text).copied() {
            self.frame.reads_input = true;
            let ty = self
                .program
                .inputs
                .get(id.index())
                .map_or(Types::ERROR, |input| input.ty);
            return Some(self.rooted(Expr::Input(id), Root::Input(id), ty, name.span));
        }
        if let Some(id) = scope.data.get(name.text).copied() {
            self.frame.reads_data = true;
            let ty = self
                .program
                .data
                .get(id.index())
                .map_or(Types::ERROR, |data| data.ty);
            return Some(self.rooted(Expr::Data(id), Root::Data(id), ty, name.span));
        }
        if scope.relations.contains_key(name.text) {
            self.frame.reads_data = true;
            return Some(match self.demand_relation(package, name.text) {
                Some((id, ty)) => self.value(Expr::Relation(id), ty, name.span),
                None => self.broken(name.span),
            });
        }
        if scope.lets.contains_key(name.text) {
            return Some(match self.demand_let(package, name.text) {
                Some(info) => {
                    self.frame.reads_input |= info.reads_input;
                    self.frame.reads_data |= info.reads_data;
                    self.rooted(Expr::Let(info.id), Root::Let(info.id), info.ty, name.span)
                }
                None => self.broken(name.span),
            });
        }
        None
    }

    /// The beginning of a path.
    fn rooted(&mut self, expr: Expr, root: Root, declared: TypeId, span: Span) -> Typed {
        let id = self.emit(expr, declared, span);
        let path = self.paths.root(root);
        let mut typed = Typed::new(id, declared, span);
        self.apply_fact(&mut typed, path);
        typed
    }

    /// Gives a path the type that conditions have shown. More than presence is made explicit in the IR.
    fn apply_fact(&mut self, typed: &mut Typed, path: PathId) {
        if let Some(known) = self.frame.fact(path)
            && known != typed.ty
        {
            let present = self.types().present(typed.ty);
            let known_present = self.types().present(known);
            if known_present != present && known_present != Types::NEVER {
                typed.id = self.emit(
                    Expr::Narrow {
                        value: typed.id,
                        ty: known,
                    },
                    known,
                    typed.span,
                );
            }
            typed.ty = known;
            typed.reached = known;
        }
        typed.path = Some(path);
    }

    /// `e.f` and `e?.f`
    pub(super) fn field_access(
        &mut self,
        base: &ast::Expr<'s>,
        field: ast::Name<'s>,
        optional: bool,
        span: Span,
    ) -> Typed {
        if let ExprKind::Name(name) = &base.kind
            && !self.frame.locals.iter().any(|local| local.name == *name)
            && let Some(package) = self.used_import(name)
        {
            return self.member_of_package(package, name, field, span);
        }
        if let ExprKind::Name(name) = &base.kind
            && NAMESPACES.contains(name)
            && !self.frame.locals.iter().any(|local| local.name == *name)
        {
            self.report(
                Diagnostic::new(
                    Code::UnknownName,
                    field.span,
                    format!("`{name}` has no value `{}`", field.text),
                )
                .with_help(
                    "a function of a namespace is called: `k8s.f(…)`; types begin with a capital letter",
                ),
            );
            return self.broken(span);
        }
        let base = self.expr(base, None);
        self.field_of(&base, field, optional, span)
    }

    fn member_of_package(&mut self, package: usize, alias: &str, member: ast::Name<'s>, span: Span) -> Typed {
        if let Some(mut typed) = self.package_value(package, member) {
            typed.span = span;
            return typed;
        }
        let scope = self.scope(package);
        if scope.is_some_and(|scope| scope.functions.contains_key(member.text)) {
            self.report(
                Diagnostic::new(
                    Code::NotCallable,
                    member.span,
                    format!("`{alias}.{}` is a function", member.text),
                )
                .with_help(format!("call it: `{alias}.{}(…)`", member.text)),
            );
            return self.broken(span);
        }
        let near = scope
            .and_then(|scope| nearest(member.text, scope.names.keys().copied()))
            .map(String::from);
        let diagnostic = Diagnostic::new(
            Code::UnknownName,
            member.span,
            format!("package `{alias}` has no `{}`", member.text),
        );
        let help = "only what it declares with `let`, `fn`, `data` or `type` can be named";
        self.meant(diagnostic, member.span, near, help);
        self.broken(span)
    }

    /// A field of a checked value.
    fn field_of(&mut self, base: &Typed, field: ast::Name<'s>, optional: bool, span: Span) -> Typed {
        if base.ty == Types::ERROR {
            return self.broken(span);
        }
        let may_be_absent = self.types().is_optional(base.ty);
        if self.types().is_optional(base.reached) && !optional {
            let help = "write `?.` to go on with an absent result, or bind it with `given`";
            let dot = Span::new(
                field.span.file,
                field.span.start.saturating_sub(1),
                field.span.start,
            );
            let ty = self.show(base.ty);
            let mut diagnostic = Diagnostic::new(
                Code::MaybeAbsent,
                base.span,
                "this may be absent, so its fields cannot be read",
            )
            .with_note(format!("this is `{ty}`"));
            diagnostic = if base.ty == Types::NULL {
                diagnostic.with_help("conditions before have shown that it is absent here")
            } else {
                diagnostic
                    .with_help(help)
                    .with_edit(dot, "?.", Applicability::Unsafe)
            };
            self.absent(diagnostic);
            return self.broken(span);
        }
        let present = self.types().present(base.ty);
        if self.needs_is(base, present, field) {
            return self.broken(span);
        }
        let Some(declared) = self.field_type(present, field) else {
            return self.broken(span);
        };
        let name = self.string(field.text);
        let id = self.emit(
            Expr::Field {
                base: base.id,
                name,
                optional: may_be_absent,
            },
            declared,
            span,
        );
        let mut typed = Typed::new(id, declared, span);
        typed.structured = self.structure_of(present, field.text);
        typed.through.clone_from(&base.through);
        if let Some(path) = base.path {
            if may_be_absent {
                typed.through.push(Fact::Type { path, ty: present });
            }
            let path = self.paths.field(path, name);
            let known = self.frame.fact(path).is_some();
            self.apply_fact(&mut typed, path);
            typed.reached = typed.ty;
            if known && !self.types().is_optional(typed.ty) {
                // What is known to be present was reached, so nothing before it was absent.
                return typed;
            }
        }
        if may_be_absent {
            typed.ty = self.types().optional(typed.ty);
        }
        typed
    }

    /// Reports a field of one kind of object, where only its `kind` was compared: true where it did.
    fn needs_is(&mut self, base: &Typed, present: TypeId, field: ast::Name<'_>) -> bool {
        let Some(path) = base.path else { return false };
        let Some(common) = self.types().common(present) else {
            return false;
        };
        if self.types().field(common, field.text).is_some() {
            return false;
        }
        let kind = self.string("kind");
        let of = self.paths.field(path, kind);
        let shown = self.frame.facts.iter().rev().find_map(|fact| match fact {
            Fact::Value {
                path,
                values,
                one_of: true,
                at,
            } if *path == of => Some((values.clone(), *at)),
            _ => None,
        });
        let Some((values, at)) = shown else { return false };
        let text = match values.as_slice() {
            [one] => match self.types().structure(*one) {
                Type::Literal(Literal::Text(text)) => Some(text),
                _ => None,
            },
            _ => None,
        };
        let kind = match text {
            Some(kind) if self.types().packed_named("k8s", &kind).is_some() => format!("k8s.{kind}"),
            _ => "k8s.Pod".into(),
        };
        self.report(
            Diagnostic::new(
                Code::NeedsIs,
                field.span,
                format!("comparing `kind` does not make `{}` one kind", self.show(present)),
            )
            .with_label(at, "kinds of other groups may have this name")
            .with_help(format!("write `… is {kind}` in its place")),
        );
        true
    }

    /// The declared type of a field; reports what does not exist.
    pub(super) fn field_type(&mut self, record: TypeId, field: ast::Name<'_>) -> Option<TypeId> {
        if let Some(found) = self.types().field(record, field.text) {
            return Some(found);
        }
        match self.types().structure(record) {
            Type::Error => None,
            Type::Any => {
                let any = self.types().optional(Types::ANY);
                Some(any)
            }
            Type::Record(_) => {
                self.unknown_field(record, field);
                None
            }
            Type::Union(members) => self.union_field(record, &members, field),
            Type::Opaque(opaque) if !opaque.fields().is_empty() => self.opaque_field(opaque, field),
            Type::Map(_) => {
                let message = format!("`{}` is a map: its keys are no fields", self.show(record));
                self.report(
                    Diagnostic::new(Code::UnknownField, field.span, message)
                        .with_help(format!("write `[\"{}\"]`", field.text)),
                );
                None
            }
            _ => {
                let message = format!("`{}` has no fields", self.show(record));
                let diagnostic = Diagnostic::new(Code::UnknownField, field.span, message);
                let method = self.receiver(record).is_some_and(|receiver| {
                    crate::builtin::BUILTINS
                        .iter()
                        .any(|row| row.receiver == receiver && row.name == field.text)
                });
                self.report(if method {
                    diagnostic.with_help(format!("it is a method: call it, `.{}(…)`", field.text))
                } else {
                    diagnostic.with_help(
                        "fields are those of records; lists are walked with `for`, texts have methods",
                    )
                });
                None
            }
        }
    }

    fn opaque_field(&mut self, opaque: Opaque, field: ast::Name<'_>) -> Option<TypeId> {
        let found = opaque.field(self.types(), field.text);
        if found.is_none() {
            let names: Vec<&str> = opaque.fields().iter().map(|(name, _)| *name).collect();
            let message = format!("`{}` has no field `{}`", opaque.name(), field.text);
            let diagnostic = Diagnostic::new(Code::UnknownField, field.span, message);
            let near = nearest(field.text, names.iter().copied()).map(String::from);
            let help = format!("it has `{}`", names.join("`, `"));
            self.meant(diagnostic, field.span, near, help);
        }
        found
    }

    /// A field that every member of a union has.
    fn union_field(&mut self, union: TypeId, members: &[TypeId], field: ast::Name<'_>) -> Option<TypeId> {
        // An open union of the library has one member that all others fit: its fields are the union's.
        if let Some(common) = self.types().common(union) {
            return match self.types().field(common, field.text) {
                Some(ty) => Some(ty),
                None => {
                    let near = self.near_field(common, field.text);
                    let message = format!(
                        "`{}` may be of any kind, and not every kind has a field `{}`",
                        self.show(union),
                        field.text
                    );
                    let diagnostic = Diagnostic::new(Code::UnknownField, field.span, message);
                    let help = "say which kind it is first: `when object is k8s.Pod`; comparing `kind` alone does not narrow it";
                    self.meant(diagnostic, field.span, near, help);
                    None
                }
            };
        }
        let mut ty = Types::NEVER;
        for member in members {
            match self.types().field(*member, field.text) {
                Some(found) => ty = self.types().join(ty, found),
                None => {
                    let near = members
                        .iter()
                        .find_map(|member| self.near_field(*member, field.text));
                    let message = format!(
                        "`{}` has no field `{}`, so `{}` has none",
                        self.show(*member),
                        field.text,
                        self.show(union)
                    );
                    let diagnostic = Diagnostic::new(Code::UnknownField, field.span, message);
                    let help = "narrow it first with `is`, or with `match`";
                    self.meant(diagnostic, field.span, near, help);
                    return None;
                }
            }
        }
        Some(ty)
    }

    fn near_field(&mut self, record: TypeId, name: &str) -> Option<String> {
        match self.types().structure(record) {
            Type::Record(fields) => nearest(name, fields.iter().map(|field| &*field.name)).map(String::from),
            _ => None,
        }
    }

    fn unknown_field(&mut self, record: TypeId, field: ast::Name<'_>) {
        let near = self.near_field(record, field.text);
        let message = format!("`{}` has no field `{}`", self.show(record), field.text);
        let fields = match self.types().structure(record) {
            Type::Record(fields) => fields,
            _ => Arc::default(),
        };
        let diagnostic = Diagnostic::new(Code::UnknownField, field.span, message);
        let help = match self.deeper_field(record, field.text) {
            Some(deeper) if near.is_none() => format!("it is a field of another field: write `{deeper}`"),
            _ => {
                let names: Vec<String> = fields
                    .iter()
                    .take(12)
                    .map(|field| format!("`{}`", field.name))
                    .collect();
                let more = if fields.len() > 12 { ", …" } else { "" };
                match names.as_slice() {
                    [] => "it has no fields at all".into(),
                    _ => format!("it has {}{more}", names.join(", ")),
                }
            }
        };
        self.meant(diagnostic, field.span, near, help);
    }

    /// `e[i]` and `e?[i]`
    pub(super) fn index_access(
        &mut self,
        base: &ast::Expr<'s>,
        index: &ast::Expr<'s>,
        optional: bool,
        span: Span,
    ) -> Typed {
        let base = self.expr(base, None);
        let index = self.expr(index, None);
        if base.ty == Types::ERROR || index.ty == Types::ERROR {
            return self.broken(span);
        }
        let may_be_absent = self.types().is_optional(base.ty);
        if self.types().is_optional(base.reached) && !optional {
            let ty = self.show(base.ty);
            let end = Span {
                start: base.span.end,
                ..base.span
            };
            self.absent(
                Diagnostic::new(
                    Code::MaybeAbsent,
                    base.span,
                    "this may be absent, so it cannot be indexed",
                )
                .with_note(format!("this is `{ty}`"))
                .with_help("write `?[` to go on with an absent result, or bind it with `given`")
                .with_edit(end, "?", Applicability::Unsafe),
            );
            return self.broken(span);
        }
        let present = self.types().present(base.ty);
        let Some(element) = self.element_at(present, &base, &index) else {
            return self.broken(span);
        };
        let ty = self.types().optional(element);
        let expr = Expr::Index {
            base: base.id,
            index: index.id,
            optional: may_be_absent,
        };
        let mut typed = self.value(expr, ty, span);
        typed.through = base.through;
        if may_be_absent && let Some(path) = base.path {
            typed.through.push(Fact::Type { path, ty: present });
        }
        typed
    }

    /// The type of what an index finds; reports an index of the wrong type.
    pub(super) fn element_at(&mut self, container: TypeId, base: &Typed, index: &Typed) -> Option<TypeId> {
        match self.types().structure(container) {
            Type::List(element) => {
                self.expect(index, Types::INT, "the index of a list");
                Some(element)
            }
            Type::Map(value) => {
                self.expect(index, Types::STRING, "the key of a map");
                Some(value)
            }
            Type::Record(_) => {
                self.expect(index, Types::STRING, "the key of a record");
                Some(Types::ANY)
            }
            Type::Any => {
                self.expect_present(index, "an index");
                Some(Types::ANY)
            }
            Type::Error => None,
            _ => {
                let message = format!("`{}` cannot be indexed", self.show(container));
                self.report(
                    Diagnostic::new(Code::TypeMismatch, base.span, message)
                        .with_help("lists are indexed by position, maps by key"),
                );
                None
            }
        }
    }
}
