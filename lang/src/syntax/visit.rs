//! One walker over the tree, for tools that look at every expression or place: tests, lints, editors.

use super::ast::{
    ArmPattern, Body, Comprehension, Expr, ExprKind, File, FnBody, ItemKind, PairKey, Place, PlaceStep, Step,
    StepKind, TestClauseKind, Text, TextPart,
};

/// What a walk meets, in source order.
pub trait Visitor<'s> {
    /// An expression, before its operands.
    fn expr(&mut self, _expr: &Expr<'s>) {}

    /// A place, before the expressions in it.
    fn place(&mut self, _place: &Place<'s>) {}

    /// A clause or effect, before what is in it.
    fn step(&mut self, _step: &Step<'s>) {}

    /// A pattern of an arm.
    fn pattern(&mut self, _pattern: &ArmPattern<'s>) {}
}

/// Walks all items of a file.
pub fn file<'s>(file: &File<'s>, visitor: &mut dyn Visitor<'s>) {
    for item in &file.items {
        match &item.kind {
            ItemKind::Data {
                default: Some(value), ..
            }
            | ItemKind::Let { value, .. } => expr(value, visitor),
            ItemKind::Fn {
                body: FnBody::Expr(value),
                ..
            } => expr(value, visitor),
            ItemKind::Fn {
                body: FnBody::Clauses(clauses),
                ..
            } => body(clauses, visitor),
            ItemKind::Rule { body: clauses, .. } | ItemKind::Relation { body: clauses, .. } => {
                body(clauses, visitor);
            }
            ItemKind::Test { clauses, .. } => {
                for clause in clauses {
                    match &clause.kind {
                        TestClauseKind::With { value, .. }
                        | TestClauseKind::Let { value, .. }
                        | TestClauseKind::ExpectExpr(value) => expr(value, visitor),
                        TestClauseKind::For { generators } => {
                            generators
                                .iter()
                                .for_each(|generator| expr(&generator.source, visitor));
                        }
                        TestClauseKind::ExpectAllow
                        | TestClauseKind::ExpectFinding { .. }
                        | TestClauseKind::Error => {}
                    }
                }
            }
            ItemKind::Data { default: None, .. }
            | ItemKind::Import { .. }
            | ItemKind::ImportSchema { .. }
            | ItemKind::Input { .. }
            | ItemKind::Default { .. }
            | ItemKind::Type { .. } => {}
        }
    }
}

fn body<'s>(body: &Body<'s>, visitor: &mut dyn Visitor<'s>) {
    body.steps.iter().for_each(|inner| step(inner, visitor));
}

fn step<'s>(step: &Step<'s>, visitor: &mut dyn Visitor<'s>) {
    visitor.step(step);
    match &step.kind {
        StepKind::Given { value, .. } | StepKind::Let { value, .. } | StepKind::Yield { value } => {
            expr(value, visitor);
        }
        StepKind::For { generators } => generators
            .iter()
            .for_each(|generator| expr(&generator.source, visitor)),
        StepKind::When { condition } | StepKind::Unless { condition } => expr(condition, visitor),
        StepKind::Finding { message, places, .. } => {
            expr(message, visitor);
            places.iter().for_each(|inner| place(inner, visitor));
        }
        StepKind::Edit { place: at, value, .. } => {
            place(at, visitor);
            value.iter().for_each(|value| expr(value, visitor));
        }
        StepKind::Allow | StepKind::Error => {}
    }
}

fn place<'s>(place: &Place<'s>, visitor: &mut dyn Visitor<'s>) {
    visitor.place(place);
    for step in &place.steps {
        if let PlaceStep::Index(index) = step {
            expr(index, visitor);
        }
    }
}

fn text<'s>(text: &Text<'s>, visitor: &mut dyn Visitor<'s>) {
    for part in &text.parts {
        if let TextPart::Expr(inner) = part {
            expr(inner, visitor);
        }
    }
}

fn comprehension<'s>(comprehension: &Comprehension<'s>, visitor: &mut dyn Visitor<'s>) {
    expr(&comprehension.head, visitor);
    comprehension.steps.iter().for_each(|inner| step(inner, visitor));
}

fn key<'s>(key: &PairKey<'s>, visitor: &mut dyn Visitor<'s>) {
    if let PairKey::Computed(inner) = key {
        expr(inner, visitor);
    }
}

/// Walks an expression.
pub fn expr<'s>(value: &Expr<'s>, visitor: &mut dyn Visitor<'s>) {
    visitor.expr(value);
    match &value.kind {
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Raw(_)
        | ExprKind::Document { .. }
        | ExprKind::Name(_)
        | ExprKind::EmptyBraces
        | ExprKind::Error => {}
        ExprKind::Text(inner) => text(inner, visitor),
        ExprKind::Field { base, .. } => expr(base, visitor),
        ExprKind::Index { base, index, .. } => {
            expr(base, visitor);
            expr(index, visitor);
        }
        ExprKind::Call { callee, arguments } => {
            expr(callee, visitor);
            arguments.iter().for_each(|argument| expr(argument, visitor));
        }
        ExprKind::Aggregate {
            callee,
            comprehension: inner,
        } => {
            expr(callee, visitor);
            comprehension(inner, visitor);
        }
        ExprKind::Binary { left, right, .. } => {
            expr(left, visitor);
            expr(right, visitor);
        }
        ExprKind::Unary { operand, .. } => expr(operand, visitor),
        ExprKind::Is { value, .. } | ExprKind::Paren(value) => expr(value, visitor),
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => {
            [condition, then, otherwise]
                .into_iter()
                .for_each(|part| expr(part, visitor));
        }
        ExprKind::Match { value, arms } => {
            expr(value, visitor);
            for arm in arms {
                arm.patterns.iter().for_each(|pattern| visitor.pattern(pattern));
                arm.guard.iter().for_each(|guard| expr(guard, visitor));
                expr(&arm.value, visitor);
            }
        }
        ExprKind::Tuple(members) | ExprKind::List(members) | ExprKind::Set(members) => {
            members.iter().for_each(|member| expr(member, visitor));
        }
        ExprKind::Object(pairs) => {
            for pair in pairs {
                key(&pair.key, visitor);
                expr(&pair.value, visitor);
            }
        }
        ExprKind::ListComprehension(inner) | ExprKind::SetComprehension(inner) => {
            comprehension(inner, visitor);
        }
        ExprKind::MapComprehension {
            key: computed,
            comprehension: inner,
        } => {
            key(computed, visitor);
            comprehension(inner, visitor);
        }
    }
}
