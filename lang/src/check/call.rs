//! Calls: functions of packages, builtins of namespaces, methods.

use alloc::{format, string::String, vec::Vec};

use crate::{
    Applicability, Code, Diagnostic, Span,
    builtin::{BUILTINS, Receiver, Row, Shape, global, pod_security_minor},
    ir::Expr,
    suggest::nearest,
    syntax::ast::{self, ExprKind},
    types::{Literal, Opaque, Type, TypeId, Types},
};

use super::{Checker, NAMESPACES, expr::Typed};

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
                    return self.call_builtin(row, None, arguments, name.span, span);
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
                    if let Some(package) = self.imported(root) {
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
                            return self.call_builtin(row, None, arguments, field.span, span);
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

    fn unknown_function(&mut self, package: usize, name: ast::Name<'s>) {
        let functions = self
            .scope(package)
            .into_iter()
            .flat_map(|scope| scope.functions.keys().copied());
        let globals = BUILTINS
            .iter()
            .filter(|row| row.receiver == Receiver::Global)
            .map(|row| row.name);
        let near = nearest(name.text, functions.chain(globals)).map(String::from);
        let diagnostic = Diagnostic::new(
            Code::UnknownFunction,
            name.span,
            format!("there is no function `{}`", name.text),
        );
        self.report(match near {
            Some(near) => diagnostic.with_note(format!("did you mean `{near}`?")).with_edit(
                name.span,
                near,
                Applicability::Unsafe,
            ),
            None => diagnostic.with_help("declare it with `fn`, or import the package that does"),
        });
    }

    fn unknown_builtin(&mut self, name: ast::Name<'_>, of: &str, among: impl Fn(&Row) -> bool) {
        let near = nearest(
            name.text,
            BUILTINS.iter().filter(|row| among(row)).map(|row| row.name),
        );
        let diagnostic = Diagnostic::new(
            Code::UnknownFunction,
            name.span,
            format!("`{of}` has no function `{}`", name.text),
        );
        self.report(match near {
            Some(near) => diagnostic.with_note(format!("did you mean `{near}`?")).with_edit(
                name.span,
                near,
                Applicability::Unsafe,
            ),
            None => {
                let names: Vec<&str> = BUILTINS
                    .iter()
                    .filter(|row| among(row))
                    .map(|row| row.name)
                    .collect();
                if names.is_empty() {
                    diagnostic
                } else {
                    diagnostic.with_help(format!("it has `{}`", names.join("`, `")))
                }
            }
        });
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
        if !self.count(name.text, info.params.len(), arguments, span) {
            return self.broken_call(arguments, span);
        }
        let mut ids = Vec::with_capacity(arguments.len());
        for (argument, param) in arguments.iter().zip(&info.params) {
            let typed = self.expr(argument, Some(*param));
            self.expect(&typed, *param, "the parameter");
            ids.push(typed.id);
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

    fn count(&mut self, name: &str, want: usize, arguments: &[ast::Expr<'s>], span: Span) -> bool {
        if want == arguments.len() {
            return true;
        }
        let plural = if want == 1 { "" } else { "s" };
        let message = format!("`{name}` takes {want} argument{plural}, not {}", arguments.len());
        self.report(Diagnostic::new(Code::Arguments, span, message));
        false
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
            self.report(diagnostic);
            return self.broken_call(arguments, span);
        }
        let receiver = self.receiver(base.ty);
        let Some(receiver) = receiver else {
            let message = format!("`{}` has no methods", self.show(base.ty));
            let diagnostic = Diagnostic::new(Code::UnknownFunction, name.span, message);
            self.report(if base.ty == Types::ANY {
                diagnostic.with_help("say what it is first: `when x is string`")
            } else {
                diagnostic
            });
            return self.broken_call(arguments, span);
        };
        match BUILTINS
            .iter()
            .find(|row| row.receiver == receiver && row.name == name.text)
        {
            Some(row) => self.call_builtin(row, Some(&base), arguments, name.span, span),
            None => {
                let of = self.show(base.ty);
                self.unknown_builtin(name, &of, |row| row.receiver == receiver);
                self.broken_call(arguments, span)
            }
        }
    }

    fn receiver(&mut self, ty: TypeId) -> Option<Receiver> {
        if ty != Types::ANY && self.types().assignable(ty, Types::STRING) {
            return Some(Receiver::Text);
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
        name_span: Span,
        span: Span,
    ) -> Typed {
        if !self.count(row.name, row.params.len(), arguments, span) {
            return self.broken_call(arguments, span);
        }
        if row.builtin.in_tests_only() {
            self.in_test_only(row, arguments, name_span);
        }
        let element = receiver
            .as_ref()
            .map_or(Types::NEVER, |receiver| self.element_of(receiver.ty));
        if row.builtin == crate::builtin::Builtin::ListJoin
            && let Some(receiver) = receiver
            && !self.types().assignable(element, Types::STRING)
        {
            let message = format!("`join` joins texts, not `{}`", self.show(element));
            self.report(Diagnostic::new(Code::TypeMismatch, receiver.span, message));
        }
        let mut ids: Vec<_> = receiver.into_iter().map(|receiver| receiver.id).collect();
        let mut literal = None;
        for (argument, shape) in arguments.iter().zip(row.params) {
            let want = self.shape(*shape, element);
            let typed = self.expr(argument, want);
            if let Some(want) = want {
                self.expect(&typed, want, "the argument");
            }
            if let Type::Literal(Literal::Text(text)) = self.types().structure(typed.ty) {
                literal = Some((text, typed.span));
            }
            ids.push(typed.id);
        }
        let ty = if row.result == Shape::PodSecurityVersion {
            self.pod_security_version(literal)
        } else {
            self.shape(row.result, element).unwrap_or(Types::ANY)
        };
        self.value(
            Expr::Builtin {
                builtin: row.builtin,
                arguments: ids,
            },
            ty,
            span,
        )
    }

    /// On a literal, the value itself or a compile error.
    fn pod_security_version(&mut self, literal: Option<(alloc::boxed::Box<str>, Span)>) -> TypeId {
        let ty = self.types().intern(Type::Opaque(Opaque::PodSecurityVersion));
        match literal {
            None => self.types().optional(ty),
            Some((text, span)) => {
                if pod_security_minor(&text).is_none() {
                    self.report(
                        Diagnostic::new(
                            Code::BadArgument,
                            span,
                            format!("`{text}` is no version of the Pod Security Standards"),
                        )
                        .with_help("write `latest`, or `v1.N`"),
                    );
                }
                ty
            }
        }
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
            Shape::String => Types::STRING,
            Shape::Strings => self.types().intern(Type::List(Types::STRING)),
            Shape::Element => element,
            Shape::OptionalElement => self.types().optional(element),
            Shape::List => self.types().intern(Type::List(element)),
            Shape::IndexedList => {
                let pair = self.types().intern(Type::Tuple(alloc::vec![Types::INT, element]));
                self.types().intern(Type::List(pair))
            }
            Shape::Value => return None,
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
