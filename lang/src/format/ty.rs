//! Types.

use super::{
    doc::{Kind, STEP},
    print::{Blanks, List, Printer},
};
use crate::syntax::ast::{Key, Param, Type, TypeKind};

/// How tightly a type must hold together: looser ones get parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Bound {
    Any,
    Member,
    Postfix,
}

impl<'s> Printer<'s> {
    pub(super) fn ty(&mut self, ty: &Type<'s>) {
        self.bound_type(ty, Bound::Any);
    }

    /// A type behind an operator that the line may end at: a union that goes on below is indented.
    pub(super) fn nested_type(&mut self, ty: &Type<'s>) {
        if matches!(ty.kind, TypeKind::Union(_)) {
            self.doc.nest(STEP);
            self.ty(ty);
            self.doc.unnest();
        } else {
            self.ty(ty);
        }
    }

    /// ` = T`
    pub(super) fn type_value(&mut self, ty: &Type<'s>) {
        self.doc.text(" =");
        if matches!(ty.kind, TypeKind::Union(_)) {
            self.doc.begin(Kind::All);
            self.doc.nest(STEP);
            self.line_before(ty.span.start, 1, Blanks::None);
            self.ty(ty);
            self.doc.unnest();
            self.doc.end();
        } else {
            self.doc.text(" ");
            self.ty(ty);
        }
    }

    fn bound_type(&mut self, ty: &Type<'s>, bound: Bound) {
        let own = match &ty.kind {
            TypeKind::Union(_) => Bound::Any,
            TypeKind::Optional(_) => Bound::Member,
            _ => Bound::Postfix,
        };
        if own >= bound {
            return self.bare_type(ty);
        }
        self.comments_before(ty.span.start);
        self.doc.text("(");
        self.doc.begin(Kind::All);
        self.doc.nest(STEP);
        self.doc.line(0);
        self.bare_type(ty);
        self.close(ty.span.end, 0);
        self.doc.text(")");
    }

    fn bare_type(&mut self, ty: &Type<'s>) {
        self.comments_before(ty.span.start);
        let end = ty.span.end;
        match &ty.kind {
            TypeKind::Basic(name) => self.name(*name),
            TypeKind::Named(path) => self.path(path),
            TypeKind::Text(text) => self.text(text),
            // Parentheses around it belong to its span.
            TypeKind::Int(_) => self.digits(ty.span, false),
            TypeKind::Bool(true) => self.doc.text("true"),
            TypeKind::Bool(false) => self.doc.text("false"),
            TypeKind::Null => self.doc.text("null"),
            TypeKind::List(inner) => self.wrapped("[", inner, "]", end),
            TypeKind::Set(inner) => self.wrapped("{", inner, "}", end),
            TypeKind::Map(key, value) => {
                self.wrapped("{[", key, "]: ", value.span.start);
                self.nested_type(value);
                self.comments_before(end);
                self.doc.text("}");
            }
            TypeKind::Record(fields) => {
                self.list(
                    List::new("{", "}"),
                    end,
                    fields,
                    |(key, _)| key.span.start,
                    |printer, (key, ty)| {
                        printer.key(key);
                        printer.doc.text(": ");
                        printer.nested_type(ty);
                    },
                );
            }
            TypeKind::Tuple(members) => {
                let start = |member: &Type<'s>| member.span.start;
                self.list(List::new("(", ")"), end, members, start, Self::nested_type);
            }
            TypeKind::Optional(inner) => {
                self.bound_type(inner, Bound::Postfix);
                self.comments_before(end);
                self.doc.text("?");
            }
            TypeKind::Union(members) => self.union(members),
            TypeKind::Error => self.verbatim(ty.span),
        }
    }

    fn wrapped(&mut self, open: &'static str, inner: &Type<'s>, close: &'static str, end: u32) {
        self.doc.text(open);
        self.nested_type(inner);
        self.comments_before(end);
        self.doc.text(close);
    }

    fn union(&mut self, members: &[Type<'s>]) {
        let plain = members.iter().all(|member| {
            matches!(
                member.kind,
                TypeKind::Text(_) | TypeKind::Int(_) | TypeKind::Bool(_) | TypeKind::Null
            )
        });
        self.doc.begin(if plain { Kind::Fill } else { Kind::All });
        for (index, member) in members.iter().enumerate() {
            if index > 0 {
                self.line_before(member.span.start, 1, Blanks::None);
                self.doc.text("| ");
            }
            self.bound_type(member, Bound::Member);
        }
        self.doc.end();
    }

    /// A key of a record, quoted where it is so in the source.
    pub(super) fn key(&mut self, key: &Key<'s>) {
        self.comments_before(key.span.start);
        self.verbatim(key.span);
    }

    /// `(name: T, …)`
    pub(super) fn params(&mut self, params: &[Param<'s>], end: u32) {
        self.list(
            List::new("(", ")"),
            end,
            params,
            |param| param.name.span.start,
            |printer, param| {
                printer.name(param.name);
                printer.doc.text(": ");
                printer.nested_type(&param.ty);
            },
        );
    }
}
