//! Declarations.

use super::{
    doc::Kind,
    expr::Place,
    print::{List, Printer},
};
use crate::{
    span::Span,
    syntax::ast::{Annotation, FnBody, Item, ItemKind, Param, TestClause, Type},
};

impl<'s> Printer<'s> {
    pub(super) fn item(&mut self, item: &Item<'s>) {
        for annotation in &item.annotations {
            self.comments_before(annotation.span.start);
            self.inside_item(|printer| printer.annotation(annotation));
            self.trailing(item.span.start);
            self.doc.hard();
        }
        self.comments_before(item.span.start);
        self.inside_item(|printer| printer.declaration(item));
    }

    fn annotation(&mut self, annotation: &Annotation<'s>) {
        self.doc.text("@");
        self.name(annotation.name);
        let arguments = &annotation.arguments;
        if arguments.is_empty() {
            // `@name()` is `@name`.
            return self.comments_before(annotation.span.end);
        }
        let plain = arguments.iter().all(|argument| self.is_plain(&argument.value));
        let style = List {
            kind: if plain { Kind::Fill } else { Kind::All },
            ..List::new("(", ")")
        };
        self.list(
            style,
            annotation.span.end,
            arguments,
            |argument| {
                argument
                    .name
                    .map_or(argument.value.span.start, |name| name.span.start)
            },
            |printer, argument| {
                if let Some(name) = argument.name {
                    printer.name(name);
                    printer.doc.text(" = ");
                }
                printer.operand(&argument.value);
            },
        );
    }

    fn declaration(&mut self, item: &Item<'s>) {
        match &item.kind {
            ItemKind::Import { path, alias } => {
                self.doc.text("import ");
                self.path(path);
                if let Some(alias) = alias {
                    self.doc.text(" as ");
                    self.name(*alias);
                }
            }
            ItemKind::ImportSchema { kind, file, alias } => {
                self.doc.text("import ");
                self.name(*kind);
                self.doc.text(" ");
                self.text(file);
                self.doc.text(" as ");
                self.name(*alias);
            }
            ItemKind::Input { name, ty } => {
                self.doc.text("input ");
                self.name(*name);
                self.type_of(ty);
            }
            ItemKind::Data { name, ty, default } => {
                self.doc.text("data ");
                self.name(*name);
                self.type_of(ty);
                if let Some(default) = default {
                    self.value(" =", default, Place::Equals);
                }
            }
            ItemKind::Default { allow, span } => {
                self.doc.text("default ");
                self.comments_before(span.end);
                self.doc.text(if *allow { "allow" } else { "deny" });
            }
            ItemKind::Type { name, ty } => {
                self.doc.text("type ");
                self.name(*name);
                self.type_value(ty);
            }
            ItemKind::Let { name, ty, value } => {
                self.doc.text("let ");
                self.name(*name);
                if let Some(ty) = ty {
                    self.type_of(ty);
                }
                self.value(" =", value, Place::Equals);
            }
            ItemKind::Fn {
                name,
                params,
                result,
                body,
            } => {
                self.doc.text("fn ");
                self.name(*name);
                let next = match body {
                    FnBody::Expr(value) => value.span.start,
                    FnBody::Clauses(body) => body.span.start,
                };
                let end = result.as_ref().map_or(next, |ty| ty.span.start);
                self.parameters(params, end, item.span);
                if let Some(ty) = result {
                    self.doc.text(" -> ");
                    self.nested_type(ty);
                }
                match body {
                    FnBody::Expr(value) => self.value(" =", value, Place::Equals),
                    FnBody::Clauses(body) => self.body(body),
                }
            }
            ItemKind::Rule { name, audit, body } => {
                self.doc.text(if *audit { "audit rule " } else { "rule " });
                self.name(*name);
                self.body(body);
            }
            ItemKind::Relation { name, params, body } => {
                self.doc.text("relation ");
                self.name(*name);
                self.parameters(params, body.span.start, item.span);
                self.body(body);
            }
            ItemKind::Test { title, clauses } => {
                self.doc.text("test ");
                self.text(title);
                let span = self.test_span(title.span.end, item.span, clauses);
                self.test_body(span, clauses);
            }
        }
    }

    /// `: T`
    fn type_of(&mut self, ty: &Type<'s>) {
        self.doc.text(": ");
        self.nested_type(ty);
    }

    /// Parameters; what follows them begins at `end`.
    fn parameters(&mut self, params: &[Param<'s>], end: u32, item: Span) {
        let last = params.last().map_or(item.start, |param| param.ty.span.end);
        let close = self.find(')', last, end).map_or(end, |at| at + 1);
        self.params(params, close);
    }

    /// The braces of a test.
    fn test_span(&self, title: u32, item: Span, clauses: &[TestClause<'s>]) -> Span {
        let first = clauses.first().map_or(item.end, |clause| clause.span.start);
        Span {
            start: self.find('{', title, first).unwrap_or(title),
            ..item
        }
    }

    /// Where a character stands between two bytes, outside of comments.
    fn find(&self, wanted: char, start: u32, end: u32) -> Option<u32> {
        let mut at = start as usize;
        loop {
            let rest = self.source.get(at..end as usize)?;
            let comment = rest.find("//").unwrap_or(rest.len());
            if let Some(found) = rest.get(..comment).and_then(|code| code.find(wanted)) {
                return Some((at + found) as u32);
            }
            at += comment + rest.get(comment..)?.find('\n')?;
        }
    }
}
