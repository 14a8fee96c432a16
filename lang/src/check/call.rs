//! Calls: functions of packages, builtins of namespaces, methods.

use alloc::{format, string::String, sync::Arc, vec::Vec};

use crate::{
    Applicability, Code, Diagnostic, Span,
    builtin::{BUILTINS, Receiver, Row, Shape, global},
    ir::Expr,
    syntax::ast::{self, ExprKind},
    types::{Literal, Opaque, Type, TypeId, Types},
};

use super::{Checker, NAMESPACES, expr::Typed, unknown::is_macro};

impl<'s> Checker<'_, 's> {
    pub(super) fn call(&mut self, callee: &ast::Expr<'s>, arguments: &[ast::Expr<'s>], span: Span) -> Typed {
        match &callee.kind {
            ExprKind::Name(name) => {
                let name = ast::Name {
                    text: name,
                    span: callee.span,
                };
                let package = self.frame.package;
                if self
                    .scope(package)
                    .is_some_and(|scope| scope.functions.contains_key(name.text))
                {
                    return self.call_function(package, name, arguments, span);
                }
                if let Some(row) = global(name.text) {
                    return self.call_builtin(row, None, arguments, span);
                }
                self.unknown_function(package, name);
            }
            ExprKind::Field {
                base,
                field,
                optional,
            } => {
                if let ExprKind::Name(root) = &base.kind
                    && !self.frame.locals.iter().any(|local| local.name == *root)
                {
                    if let Some(package) = self.used_import(root) {
                        if self
                            .scope(package)
                            .is_some_and(|scope| scope.functions.contains_key(field.text))
                        {
                            return self.call_function(package, *field, arguments, span);
                        }
                        let known = self
                            .scope(package)
                            .is_some_and(|scope| scope.names.contains_key(field.text));
                        if !known {
                            self.unknown_function(package, *field);
                            return self.broken_call(arguments, span);
                        }
                    } else if let Some(namespace) = NAMESPACES.iter().find(|namespace| *namespace == root) {
                        let receiver = Receiver::Namespace(namespace);
                        let row = BUILTINS
                            .iter()
                            .find(|row| row.receiver == receiver && row.name == field.text);
                        if let Some(row) = row {
                            return self.call_builtin(row, None, arguments, span);
                        }
                        self.unknown_builtin(*field, root, |row| row.receiver == receiver);
                        return self.broken_call(arguments, span);
                    }
                }
                return self.method(base, *field, *optional, arguments, span);
            }
            _ => {
                let typed = self.expr(callee, None);
                if typed.ty != Types::ERROR {
                    self.report(
                        Diagnostic::new(
                            Code::NotCallable,
                            callee.span,
                            "only functions and methods are called",
                        )
                        .with_help("functions are declared with `fn`, and are no values"),
                    );
                }
            }
        }
        self.broken_call(arguments, span)
    }

    /// Checks the arguments of a call whose callee is broken: their own mistakes are still reported.
    fn broken_call(&mut self, arguments: &[ast::Expr<'s>], span: Span) -> Typed {
        for argument in arguments {
            self.expr(argument, None);
        }
        self.broken(span)
    }

    fn call_function(
        &mut self,
        package: usize,
        name: ast::Name<'s>,
        arguments: &[ast::Expr<'s>],
        span: Span,
    ) -> Typed {
        let Some(info) = self.demand_function(package, name.text) else {
            return self.broken_call(arguments, span);
        };
        self.frame.reads_input |= info.reads_input;
        self.frame.reads_data |= info.reads_data;
        let declared = self
            .scope(package)
            .and_then(|scope| scope.functions.get(name.text));
        let params: Vec<&'s str> = declared
            .map(|decl| decl.params.iter().map(|param| param.name.text).collect())
            .unwrap_or_default();
        if info.params.len() != arguments.len() {
            let shown: Vec<String> = params
                .iter()
                .zip(info.params.iter())
                .map(|(name, ty)| format!("{name}: {}", self.show(*ty)))
                .collect();
            let signature = format!("{}({})", name.text, shown.join(", "));
            self.wrong_count(name.text, info.params.len(), arguments, span, &signature);
            return self.broken_call(arguments, span);
        }
        let mut ids = Vec::with_capacity(arguments.len());
        for (index, (argument, param)) in arguments.iter().zip(info.params.iter()).enumerate() {
            let typed = self.expr(argument, Some(*param));
            let what = params.get(index).copied().unwrap_or("");
            let what = format_args!("parameter `{what}` of `{}`", name.text);
            ids.push(self.expect_declared(&typed, *param, what));
        }
        self.value(
            Expr::Call {
                function: info.id,
                arguments: ids,
            },
            info.result,
            span,
        )
    }

    fn wrong_count(
        &mut self,
        name: &str,
        want: usize,
        arguments: &[ast::Expr<'s>],
        span: Span,
        signature: &str,
    ) {
        let plural = if want == 1 { "" } else { "s" };
        let message = format!("`{name}` takes {want} argument{plural}, not {}", arguments.len());
        self.report(
            Diagnostic::new(Code::Arguments, span, message).with_help(format!("it is `{signature}`")),
        );
    }

    /// `value.name(…)`
    fn method(
        &mut self,
        base: &ast::Expr<'s>,
        name: ast::Name<'s>,
        optional: bool,
        arguments: &[ast::Expr<'s>],
        span: Span,
    ) -> Typed {
        let base = self.expr(base, None);
        if base.ty == Types::ERROR {
            return self.broken_call(arguments, span);
        }
        let may_be_absent = self.types().is_optional(base.ty);
        if may_be_absent {
            let mut diagnostic = Diagnostic::new(
                Code::MaybeAbsent,
                base.span,
                format!("this may be absent, so `{}` cannot be called on it", name.text),
            )
            .with_note(format!("this is `{}`", self.show(base.ty)));
            diagnostic = if optional {
                diagnostic.with_help(
                    "methods have no optional form: bind the value with `given`, or give a default with `??`",
                )
            } else {
                diagnostic.with_help("bind it with `given`, or give a default with `??`")
            };
            self.absent(diagnostic);
            return self.broken_call(arguments, span);
        }
        let receiver = self.receiver(base.ty);
        let Some(receiver) = receiver else {
            let message = format!("`{}` has no methods", self.show(base.ty));
            let diagnostic = Diagnostic::new(Code::UnknownFunction, name.span, message);
            self.report(if base.ty == Types::ANY {
                diagnostic.with_help("say what it is first: `when x is string`")
            } else {
                diagnostic.with_help("texts, numbers, lists, sets, maps and records have methods")
            });
            return self.broken_call(arguments, span);
        };
        match BUILTINS
            .iter()
            .find(|row| row.receiver == receiver && row.name == name.text)
        {
            Some(row) => {
                if receiver == Receiver::Text && name.text != "len" {
                    self.raw_text(&base, name.text, name.span);
                }
                self.call_builtin(row, Some(&base), arguments, span)
            }
            None if self.types().field(base.ty, name.text).is_some() => {
                let end = Span {
                    start: name.span.end,
                    ..span
                };
                self.report(
                    Diagnostic::new(
                        Code::NotCallable,
                        name.span,
                        format!("`{}` is a field, not a function", name.text),
                    )
                    .with_help("leave out the parentheses")
                    .with_edit(end, "", Applicability::Unsafe),
                );
                self.broken(span)
            }
            None => {
                let of = self.show(base.ty);
                self.unknown_builtin(name, &of, |row| row.receiver == receiver);
                if is_macro(name.text) {
                    // What its arguments name is bound by it where it comes from.
                    return self.broken(span);
                }
                self.broken_call(arguments, span)
            }
        }
    }

    pub(super) fn receiver(&mut self, ty: TypeId) -> Option<Receiver> {
        if ty != Types::ANY && self.types().assignable(ty, Types::STRING) {
            return Some(Receiver::Text);
        }
        if ty != Types::ANY && self.types().assignable(ty, Types::FLOAT) {
            return Some(Receiver::Number);
        }
        match self.types().structure(ty) {
            Type::List(_) => Some(Receiver::List),
            Type::Set(_) => Some(Receiver::Set),
            Type::Map(_) | Type::Record(_) => Some(Receiver::Map),
            _ => None,
        }
    }

    fn call_builtin(
        &mut self,
        row: &'static Row,
        receiver: Option<&Typed>,
        arguments: &[ast::Expr<'s>],
        span: Span,
    ) -> Typed {
        if row.params.len() != arguments.len() {
            let signature = row.signature();
            self.wrong_count(row.name, row.params.len(), arguments, span, &signature);
            return self.broken_call(arguments, span);
        }
        if row.builtin.in_tests_only() {
            self.in_test_only(row, arguments, span);
        }
        let element = receiver
            .as_ref()
            .map_or(Types::NEVER, |receiver| self.element_of(receiver.ty));
        if row.builtin == crate::builtin::Builtin::ListJoin
            && let Some(receiver) = receiver
            && !self.types().assignable(element, Types::STRING)
        {
            let message = format!("`join` joins texts, not `{}`", self.show(element));
            self.report(
                Diagnostic::new(Code::TypeMismatch, receiver.span, message)
                    .with_help("make texts of its elements first: `[\"{x}\" for x in xs].join(\", \")`"),
            );
        }
        let mut ids: Vec<_> = receiver.into_iter().map(|receiver| receiver.id).collect();
        let mut literal = None;
        let mut given = Vec::new();
        for (argument, shape) in arguments.iter().zip(row.params) {
            let want = self.shape(*shape, element);
            let typed = self.expr(argument, want);
            if let Some(want) = want {
                // Of an empty list nothing is known, and nothing can be wrong.
                if want != Types::NEVER {
                    self.expect(&typed, want, format_args!("the argument of `{}`", row.name));
                }
            }
            if let Type::Literal(Literal::Text(text)) = self.types().structure(typed.ty)
                && matches!(self.program.expr(typed.id), Expr::Text(_))
            {
                literal = Some((text, typed.span));
            }
            if row.builtin == crate::builtin::Builtin::JsonPrint {
                self.no_secret(typed.ty, typed.span);
            }
            ids.push(typed.id);
            given.push(typed);
        }
        let ty = self.result(row, receiver, element, &given, literal, span);
        self.value(
            Expr::Builtin {
                builtin: row.builtin,
                arguments: ids,
            },
            ty,
            span,
        )
    }

    /// The type of a builtin's result.
    fn result(
        &mut self,
        row: &'static Row,
        receiver: Option<&Typed>,
        element: TypeId,
        given: &[Typed],
        literal: Option<(Arc<str>, Span)>,
        span: Span,
    ) -> TypeId {
        match row.result {
            Shape::Constructed(opaque) => self.constructed(opaque, literal),
            Shape::PodSecurityVersion => self.constructed(Opaque::PodSecurityVersion, literal),
            Shape::Compiled(opaque) => {
                let ty = self.types().intern(Type::Opaque(opaque));
                match literal {
                    Some((text, span)) if opaque == Opaque::Regex => {
                        self.check_regex(&text, span);
                    }
                    Some(_) => {}
                    None => self.needs_literal(given.first().map_or(span, |argument| argument.span)),
                }
                ty
            }
            Shape::Groups => self.groups(given, literal, span),
            Shape::Number => {
                let mut ty = Types::INT;
                for value in receiver.into_iter().chain(given) {
                    let number = self.number(value, format_args!("`{}`", row.name));
                    ty = self.types().join(ty, number);
                }
                ty
            }
            Shape::Ordered => match given {
                [left, right] => {
                    self.ordered(crate::syntax::operator::BinaryOp::Less, left, right);
                    self.types().join(left.ty, right.ty)
                }
                _ => Types::ERROR,
            },
            Shape::Flattened => match self.types().structure(element) {
                Type::List(_) => element,
                Type::Never | Type::Error => self.types().intern(Type::List(element)),
                _ => {
                    let message = format!("`flatten` needs a list of lists, not of `{}`", self.show(element));
                    let at = receiver.map_or(span, |receiver| receiver.span);
                    self.report(
                        Diagnostic::new(Code::TypeMismatch, at, message)
                            .with_help("lists are joined with `+`; `flatten` joins the lists in a list"),
                    );
                    Types::ERROR
                }
            },
            shape => self.shape(shape, element).unwrap_or(Types::ANY),
        }
    }

    fn needs_literal(&mut self, span: Span) {
        self.report(
            Diagnostic::new(Code::BadArgument, span, "a pattern is a literal here").with_help(
                "a pattern that comes from input or data has the type `regex` or `glob` there, and is used with `matches` or `like`",
            ),
        );
    }

    /// `text.capture(r"…")`: a record of the named groups, or absent.
    fn groups(&mut self, given: &[Typed], literal: Option<(Arc<str>, Span)>, span: Span) -> TypeId {
        let Some((text, at)) = literal else {
            self.needs_literal(given.first().map_or(span, |argument| argument.span));
            return Types::ERROR;
        };
        let Some(pattern) = self.check_regex(&text, at) else {
            return Types::ERROR;
        };
        if pattern.groups.is_empty() {
            self.report(
                Diagnostic::new(Code::BadArgument, at, "the pattern names no group")
                    .with_help("write `(?<name>…)`, or ask with `matches` only whether it holds"),
            );
        }
        let mut fields = Vec::new();
        for group in pattern.groups {
            let ty = if group.optional {
                self.types().optional(Types::STRING)
            } else {
                Types::STRING
            };
            fields.push(crate::types::Field {
                name: group.name.into(),
                ty,
            });
        }
        let record = self.types().record(fields);
        self.types().optional(record)
    }

    /// On a literal, the value itself or a compile error.
    fn constructed(&mut self, opaque: Opaque, literal: Option<(Arc<str>, Span)>) -> TypeId {
        let ty = self.types().intern(Type::Opaque(opaque));
        let Some((text, span)) = literal else {
            return self.types().optional(ty);
        };
        if opaque.parse(&text).is_none() {
            let message = match opaque {
                Opaque::PodSecurityVersion => format!("`{text}` is no version of the Pod Security Standards"),
                _ => format!("`{text}` is no `{}`", opaque.name()),
            };
            self.report(Diagnostic::new(Code::BadArgument, span, message).with_help(
                format!("write it {}", opaque.hint()).replace("write it `latest`", "write `latest`"),
            ));
        }
        ty
    }

    fn element_of(&mut self, ty: TypeId) -> TypeId {
        match self.types().structure(ty) {
            Type::List(element) | Type::Set(element) | Type::Map(element) => element,
            Type::Record(_) => Types::ANY,
            _ => Types::NEVER,
        }
    }

    /// The type of a parameter or result; `None` for a value of any type.
    fn shape(&mut self, shape: Shape, element: TypeId) -> Option<TypeId> {
        Some(match shape {
            Shape::Bool => Types::BOOL,
            Shape::Int => Types::INT,
            Shape::OptionalInt => self.types().optional(Types::INT),
            Shape::OptionalFloat => self.types().optional(Types::FLOAT),
            Shape::Number => Types::FLOAT,
            Shape::String | Shape::Pattern => Types::STRING,
            Shape::OptionalString => self.types().optional(Types::STRING),
            Shape::Strings => self.types().intern(Type::List(Types::STRING)),
            Shape::StringMap => self.types().intern(Type::Map(Types::STRING)),
            Shape::OptionalStringMap => {
                let map = self.types().intern(Type::Map(Types::STRING));
                self.types().optional(map)
            }
            Shape::Flattened => element,
            Shape::OptionalElement => self.types().optional(element),
            Shape::List => self.types().intern(Type::List(element)),
            Shape::IndexedList => {
                let pair = self.types().intern(Type::Tuple([Types::INT, element].into()));
                self.types().intern(Type::List(pair))
            }
            Shape::Members => {
                let pair = self
                    .types()
                    .intern(Type::Tuple([Types::STRING, Types::ANY].into()));
                self.types().intern(Type::List(pair))
            }
            Shape::Value | Shape::Ordered | Shape::Groups => return None,
            Shape::OptionalAny => self.types().optional(Types::ANY),
            Shape::Constructed(opaque) | Shape::Compiled(opaque) => self.types().intern(Type::Opaque(opaque)),
            Shape::Image => {
                let image = self.image;
                self.types().optional(image)
            }
            Shape::Url => {
                let url = self.url;
                self.types().optional(url)
            }
            Shape::LabelSelector => self
                .types()
                .packed_named("k8s", "LabelSelector")
                .unwrap_or(Types::ANY),
            Shape::KubernetesObject => self.types().packed_named("k8s", "Object").unwrap_or(Types::ANY),
            Shape::UnknownFields => {
                let element = self.unknown_field;
                self.types().intern(Type::List(element))
            }
            Shape::PodSecurityVersion => self.types().intern(Type::Opaque(Opaque::PodSecurityVersion)),
            Shape::Document => Types::ANY,
            Shape::Documents => self.types().intern(Type::List(Types::ANY)),
            Shape::AdmissionRequest => self
                .types()
                .packed_named("k8s", "AdmissionRequest")
                .unwrap_or(Types::ANY),
        })
    }
}
