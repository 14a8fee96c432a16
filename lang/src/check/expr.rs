//! Expressions: one function by construct; what is larger has a file of its own.

use alloc::{format, vec::Vec};
use core::fmt;

use crate::{
    Applicability, Code, Diagnostic, Span,
    ir::{Expr, ExprId},
    syntax::{
        ast::{self, ExprKind, TextPart},
        operator::UnaryOp,
    },
    types::{Field, Literal, Opaque, Type, TypeId, Types},
};

use super::{Checker, path::PathId, scope::Fact, structured::Structured};

/// A checked expression.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) id: ExprId,
    /// What it is here, after all that conditions have shown.
    pub(super) ty: TypeId,
    pub(super) span: Span,
    /// The path it is, where it is one.
    pub(super) path: Option<PathId>,
    /// What it is where no optional step before it has cut its chain short: a following `.` only has
    /// to deal with this.
    pub(super) reached: TypeId,
    /// What is present where this is present: the bases of its optional steps.
    pub(super) through: Vec<Fact>,
    /// What is known where it is true.
    pub(super) yes: Vec<Fact>,
    /// What is known where it is false.
    pub(super) no: Vec<Fact>,
    /// Its value, where it is a condition that is decided before it runs.
    pub(super) constant: Option<bool>,
    /// What the text is, where it has a structure of its own.
    pub(super) structured: Option<&'static Structured>,
}

impl Typed {
    pub(super) fn new(id: ExprId, ty: TypeId, span: Span) -> Self {
        Self {
            id,
            ty,
            span,
            path: None,
            reached: ty,
            through: Vec::new(),
            yes: Vec::new(),
            no: Vec::new(),
            constant: None,
            structured: None,
        }
    }
}

impl<'s> Checker<'_, 's> {
    /// Emits an expression that is no path.
    pub(super) fn value(&mut self, expr: Expr, ty: TypeId, span: Span) -> Typed {
        Typed::new(self.emit(expr, ty, span), ty, span)
    }

    /// What a broken expression is replaced by; a diagnostic stands for it.
    pub(super) fn broken(&mut self, span: Span) -> Typed {
        self.value(Expr::Null, Types::ERROR, span)
    }

    /// Checks an expression. `want` is a hint for literals whose type their surroundings decide.
    pub(super) fn expr(&mut self, expr: &ast::Expr<'s>, want: Option<TypeId>) -> Typed {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Null => self.value(Expr::Null, Types::NULL, span),
            ExprKind::Bool(bool) => self.literal(Expr::Bool(*bool), Literal::Bool(*bool), span),
            ExprKind::Int(int) => self.literal(Expr::Int(*int), Literal::Int(*int), span),
            ExprKind::Float(float) => self.value(Expr::Float(*float), Types::FLOAT, span),
            ExprKind::Text(text) => self.text(text),
            ExprKind::Raw(text) => self.text_literal(text, span),
            ExprKind::Document {
                format,
                text,
                content,
            } => {
                // As an input that no type was declared for: what is read of it is checked then.
                let text = self.string(text);
                let expr = Expr::Document {
                    format: *format,
                    text,
                    content: *content,
                };
                self.value(expr, Types::ANY, span)
            }
            ExprKind::Name(name) => self.name(ast::Name { text: name, span }),
            ExprKind::Field {
                base,
                field,
                optional,
            } => self.field_access(base, *field, *optional, span),
            ExprKind::Index {
                base,
                index,
                optional,
            } => self.index_access(base, index, *optional, span),
            ExprKind::Call { callee, arguments } => self.call(callee, arguments, span),
            ExprKind::Aggregate {
                callee,
                comprehension,
            } => self.aggregate(callee, comprehension, span),
            ExprKind::Binary { op, left, right, .. } => self.binary(*op, left, right, span, want),
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => {
                let mut operand = self.condition(operand);
                let mut typed = self.value(
                    Expr::Unary {
                        op: UnaryOp::Not,
                        operand: operand.id,
                    },
                    Types::BOOL,
                    span,
                );
                typed.yes = core::mem::take(&mut operand.no);
                typed.no = core::mem::take(&mut operand.yes);
                typed.constant = operand.constant.map(|holds| !holds);
                typed
            }
            ExprKind::Unary {
                op: UnaryOp::Negate,
                operand,
            } => {
                let operand = self.expr(operand, want);
                let ty = self.number(&operand, "`-`");
                self.value(
                    Expr::Unary {
                        op: UnaryOp::Negate,
                        operand: operand.id,
                    },
                    ty,
                    span,
                )
            }
            ExprKind::Is { value, ty } => self.is(value, ty, span),
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => {
                let condition = self.condition(condition);
                let then = self.with_facts(&condition.yes, |this| this.expr(then, want));
                let otherwise = self.with_facts(&condition.no, |this| this.expr(otherwise, want));
                let ty = self.types().join(then.ty, otherwise.ty);
                let expr = Expr::If {
                    condition: condition.id,
                    then: then.id,
                    otherwise: otherwise.id,
                };
                self.value(expr, ty, span)
            }
            ExprKind::Match { value, arms } => self.match_expr(value, arms, want, span),
            ExprKind::Tuple(members) => {
                let members: Vec<Typed> = members.iter().map(|member| self.expr(member, None)).collect();
                let ty = self
                    .types()
                    .intern(Type::Tuple(members.iter().map(|member| member.ty).collect()));
                self.value(
                    Expr::Tuple(members.iter().map(|member| member.id).collect()),
                    ty,
                    span,
                )
            }
            ExprKind::Paren(inner) => {
                // Parentheses end a chain of optional steps.
                let mut inner = self.expr(inner, want);
                inner.reached = inner.ty;
                inner
            }
            ExprKind::List(members) => {
                let element = want.and_then(|want| self.element_hint(want));
                let (ids, ty) = self.members(members, element);
                let ty = self.types().intern(Type::List(ty));
                self.value(Expr::List(ids), ty, span)
            }
            ExprKind::Set(members) => {
                let element = want.and_then(|want| self.element_hint(want));
                let (ids, ty) = self.members(members, element);
                let ty = self.types().intern(Type::Set(ty));
                self.value(Expr::Set(ids), ty, span)
            }
            ExprKind::EmptyBraces => self.empty_braces(want, span),
            ExprKind::Object(pairs) => self.object(pairs, want, span),
            ExprKind::ListComprehension(comprehension) => self.list_comprehension(comprehension, want, span),
            ExprKind::SetComprehension(comprehension) => self.set_comprehension(comprehension, want, span),
            ExprKind::MapComprehension { key, comprehension } => {
                self.map_comprehension(key, comprehension, span)
            }
            ExprKind::Error => self.broken(span),
        }
    }

    pub(super) fn literal(&mut self, expr: Expr, literal: Literal, span: Span) -> Typed {
        let ty = self.types().intern(Type::Literal(literal));
        self.value(expr, ty, span)
    }

    fn text_literal(&mut self, text: &str, span: Span) -> Typed {
        let id = self.string(text);
        let ty = self.text_type(id);
        self.value(Expr::Text(id), ty, span)
    }

    /// A condition: a present `bool`.
    pub(super) fn condition(&mut self, expr: &ast::Expr<'s>) -> Typed {
        let mut typed = self.expr(expr, Some(Types::BOOL));
        self.expect(&typed, Types::BOOL, "a condition");
        if let Type::Literal(Literal::Bool(bool)) = self.types().structure(typed.ty) {
            typed.constant = Some(bool);
        }
        typed
    }

    /// Requires that a value fits a type.
    pub(super) fn expect(&mut self, value: &Typed, want: TypeId, what: impl fmt::Display) {
        if self.types().assignable(value.ty, want) {
            return;
        }
        let present = self.types().present(value.ty);
        if present != value.ty && present != Types::NEVER && self.types().assignable(present, want) {
            self.may_be_absent(value, what);
            return;
        }
        let message = format!("{what} is `{}`, not `{}`", self.show(want), self.show(value.ty));
        let diagnostic = Diagnostic::new(Code::TypeMismatch, value.span, message);
        let diagnostic = self.convert(diagnostic, value, want);
        self.report(diagnostic);
    }

    /// Requires that a value fits a type that is declared where it goes: what is read there is of that type, so
    /// an `any` is tested.
    pub(super) fn expect_declared(&mut self, value: &Typed, want: TypeId, what: impl fmt::Display) -> ExprId {
        self.expect(value, want, what);
        let (have, wanted) = (self.types().present(value.ty), self.types().present(want));
        let is_any = |this: &mut Self, ty| this.types().structure(ty) == Type::Any;
        if is_any(self, have) && !is_any(self, wanted) && wanted != Types::ERROR {
            return self.emit(Expr::As { value: value.id }, want, value.span);
        }
        value.id
    }

    /// Requires that a value is present; gives its present type.
    pub(super) fn expect_present(&mut self, value: &Typed, what: impl fmt::Display) -> TypeId {
        if self.types().is_optional(value.ty) {
            self.may_be_absent(value, what);
            let present = self.types().present(value.ty);
            return if present == Types::NEVER {
                Types::ERROR
            } else {
                present
            };
        }
        value.ty
    }

    fn may_be_absent(&mut self, value: &Typed, what: impl fmt::Display) {
        let ty = self.show(value.ty);
        let mut diagnostic = Diagnostic::new(
            Code::MaybeAbsent,
            value.span,
            format!("this may be absent, and {what} needs a value"),
        )
        .with_note(format!("this is `{ty}`"));
        let present = self.types().present(value.ty);
        diagnostic = if present == Types::BOOL && value.path.is_some() {
            let end = Span {
                start: value.span.end,
                ..value.span
            };
            diagnostic
                .with_help("write `== true`, where absent counts as false, or bind it with `given`")
                .with_edit(end, " == true", Applicability::Unsafe)
        } else {
            diagnostic.with_help("give a default with `??`, bind it with `given`, or test it with `!= null`")
        };
        self.absent(diagnostic);
    }

    /// Reports a value that may be absent, unless a broken condition may have shown that it is not.
    pub(super) fn absent(&mut self, diagnostic: Diagnostic) {
        if !self.frame.facts_unknown {
            self.report(diagnostic);
        }
    }

    /// Requires a number; gives `int` or `float`.
    pub(super) fn number(&mut self, value: &Typed, what: impl fmt::Display) -> TypeId {
        let present = self.expect_present(value, &what);
        if self.types().assignable(present, Types::INT) && present != Types::ANY {
            Types::INT
        } else if self.types().assignable(present, Types::FLOAT) {
            Types::FLOAT
        } else {
            let message = format!("{what} needs numbers, not `{}`", self.show(present));
            let diagnostic = Diagnostic::new(Code::TypeMismatch, value.span, message);
            let diagnostic = self.convert(diagnostic, value, Types::FLOAT);
            self.report(diagnostic);
            Types::ERROR
        }
    }

    fn element_hint(&mut self, want: TypeId) -> Option<TypeId> {
        let present = self.types().present(want);
        match self.types().structure(present) {
            Type::List(element) | Type::Set(element) => Some(element),
            _ => None,
        }
    }

    fn members(&mut self, members: &[ast::Expr<'s>], element: Option<TypeId>) -> (Vec<ExprId>, TypeId) {
        let mut ids = Vec::with_capacity(members.len());
        let mut ty = Types::NEVER;
        for member in members {
            let member = self.expr(member, element);
            ty = self.types().join(ty, member.ty);
            ids.push(member.id);
        }
        // Where the surroundings say the element type and all fits, that is the type.
        if let Some(element) = element
            && self.types().assignable(ty, element)
        {
            ty = element;
        }
        (ids, ty)
    }

    fn empty_braces(&mut self, want: Option<TypeId>, span: Span) -> Typed {
        let present = want.map(|want| self.types().present(want));
        match present.map(|ty| (ty, self.types().structure(ty))) {
            Some((ty, Type::Map(_))) => self.value(Expr::Map(Vec::new()), ty, span),
            Some((_, Type::Record(_))) => {
                let ty = self.types().record(Vec::new());
                self.value(Expr::Record(Vec::new()), ty, span)
            }
            Some((ty, Type::Set(_))) => self.value(Expr::Set(Vec::new()), ty, span),
            _ => {
                let ty = self.types().intern(Type::Set(Types::NEVER));
                self.value(Expr::Set(Vec::new()), ty, span)
            }
        }
    }

    fn object(&mut self, pairs: &[ast::Pair<'s>], want: Option<TypeId>, span: Span) -> Typed {
        let present = want.map(|want| self.types().present(want));
        let structure = present.map(|ty| self.types().structure(ty));
        let computed = pairs
            .iter()
            .any(|pair| matches!(pair.key, ast::PairKey::Computed(_)));
        if computed || matches!(structure, Some(Type::Map(_))) {
            let hint = match structure {
                Some(Type::Map(value)) => Some(value),
                _ => None,
            };
            let mut members = Vec::new();
            let mut ty = Types::NEVER;
            for pair in pairs {
                let key = self.pair_key(&pair.key);
                let value = self.expr(&pair.value, hint);
                let present = self.expect_present(&value, "a value of a map");
                ty = self.types().join(ty, present);
                members.push((key, value.id));
            }
            if let Some(hint) = hint
                && self.types().assignable(ty, hint)
            {
                ty = hint;
            }
            let ty = self.types().intern(Type::Map(ty));
            return self.value(Expr::Map(members), ty, span);
        }
        let mut fields: Vec<Field> = Vec::new();
        let mut members = Vec::new();
        for pair in pairs {
            let ast::PairKey::Literal(key) = &pair.key else {
                continue;
            };
            let hint = present.and_then(|ty| self.types().field(ty, &key.text));
            let value = self.expr(&pair.value, hint);
            if fields.iter().any(|field| *field.name == *key.text) {
                self.report(
                    Diagnostic::new(
                        Code::Duplicate,
                        key.span,
                        format!("key `{}` stands twice", key.text),
                    )
                    .with_help("remove one"),
                );
                continue;
            }
            let name = self.string(&key.text);
            fields.push(Field {
                name: key.text.as_ref().into(),
                ty: value.ty,
            });
            members.push((name, value.id));
        }
        let ty = self.types().record(fields);
        self.value(Expr::Record(members), ty, span)
    }

    pub(super) fn pair_key(&mut self, key: &ast::PairKey<'s>) -> ExprId {
        match key {
            ast::PairKey::Literal(key) => self.text_literal(&key.text, key.span).id,
            ast::PairKey::Computed(expr) => {
                let typed = self.expr(expr, Some(Types::STRING));
                self.expect(&typed, Types::STRING, "a key");
                typed.id
            }
        }
    }

    /// A text with its interpolations.
    fn text(&mut self, text: &ast::Text<'s>) -> Typed {
        if let Some(literal) = text.literal() {
            return self.text_literal(literal, text.span);
        }
        let mut parts = Vec::with_capacity(text.parts.len());
        for part in &text.parts {
            match part {
                TextPart::Literal(literal) => {
                    let id = self.string(literal);
                    parts.push(self.emit(Expr::Text(id), Types::STRING, text.span));
                }
                TextPart::Expr(expr) => {
                    let typed = self.expr(expr, None);
                    let present = self.expect_present(&typed, "what stands in a text");
                    self.no_secret(present, typed.span);
                    parts.push(typed.id);
                }
            }
        }
        self.value(Expr::Interpolate(parts), Types::STRING, text.span)
    }

    /// Reports what cannot be made a text: a secret, or what holds one.
    pub(super) fn no_secret(&mut self, ty: TypeId, at: Span) {
        if !self.types().holds(ty, Opaque::Secret) {
            return;
        }
        let message = if self.types().structure(ty) == Type::Opaque(Opaque::Secret) {
            "a `secret` cannot stand in a text".into()
        } else {
            format!(
                "`{}` holds a `secret`, which cannot stand in a text",
                self.show(ty)
            )
        };
        self.report(
            Diagnostic::new(Code::SecretInText, at, message)
                .with_help("messages are stored and sent on; name the key, not the value"),
        );
    }

    /// `e is T`
    fn is(&mut self, value: &ast::Expr<'s>, ty: &ast::Type<'s>, span: Span) -> Typed {
        let value = self.expr(value, None);
        let target = self.resolve_type(ty);
        let mut typed = self.value(
            Expr::Is {
                value: value.id,
                ty: target,
            },
            Types::BOOL,
            span,
        );
        if value.ty == Types::ERROR || target == Types::ERROR {
            return typed;
        }
        if target == Types::NULL {
            self.report(
                Diagnostic::new(
                    Code::ImpossibleComparison,
                    span,
                    "`is` asks what a value is, and what is absent is no value",
                )
                .with_help("write `== null`")
                .with_edit(
                    Span {
                        start: value.span.end,
                        ..span
                    },
                    " == null",
                    Applicability::Safe,
                ),
            );
            return typed;
        }
        match self.types().narrow(value.ty, target) {
            Some(narrowed) => {
                if self.is_always(value.ty, target) {
                    typed.constant = Some(true);
                    let why = format!("it is `{}` in any case", self.show(value.ty));
                    self.constant(span, true, &why, None);
                }
                if let Some(path) = value.path {
                    typed.yes.clone_from(&value.through);
                    typed.yes.push(Fact::Type { path, ty: narrowed });
                    let rest = self.types().without(value.ty, target);
                    typed.no.push(Fact::Type { path, ty: rest });
                }
            }
            None => {
                let message = format!("`{}` is never `{}`", self.show(value.ty), self.show(target));
                self.report(
                    Diagnostic::new(Code::ImpossibleComparison, span, message)
                        .with_help("check the name of the type, and what conditions before have shown"),
                );
            }
        }
        typed
    }
}
