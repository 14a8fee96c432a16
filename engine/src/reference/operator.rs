//! Operators, and the values that they and literals make.

use alloc::{string::String, vec::Vec};
use core::cmp::Ordering;

use wardlaw_lang::{
    ir::{Expr, ExprId},
    syntax::operator::BinaryOp,
    types::{Opaque, TypeId},
};

use super::{Eval, NOWHERE, Reference, Wrong};
use crate::{
    builtins,
    fault::Reason,
    value::{
        Value, View,
        number::{self, Failure, Number},
        order,
    },
};

impl Reference<'_> {
    pub(super) fn binary(&mut self, id: ExprId, op: BinaryOp, left: ExprId, right: ExprId) -> Eval<Value> {
        match op {
            BinaryOp::And => {
                let truth = self.truth(left)? && self.truth(right)?;
                return Ok(Value::Bool(truth));
            }
            BinaryOp::Or => {
                let truth = self.truth(left)? || self.truth(right)?;
                return Ok(Value::Bool(truth));
            }
            BinaryOp::Coalesce => {
                return match self.eval(left)? {
                    Value::Null => self.eval(right),
                    present => Ok(present),
                };
            }
            _ => {}
        }
        let l = self.eval(left)?;
        let r = self.eval(right)?;
        let is_null = |id| matches!(self.program.expr(id), Expr::Null);
        match op {
            BinaryOp::Equal | BinaryOp::NotEqual => {
                let (no_left, no_right) = (matches!(l, Value::Null), matches!(r, Value::Null));
                let equal = if is_null(left) || is_null(right) {
                    no_left && no_right
                } else {
                    // Absent equals nothing but the literal `null`.
                    let (a, b) = (self.program.type_of(left), self.program.type_of(right));
                    !no_left && !no_right && self.equal((l, a), (r, b))
                };
                Ok(Value::Bool(equal == (op == BinaryOp::Equal)))
            }
            BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                let comparable = match (self.store.world.view(l), self.store.world.view(r)) {
                    (View::Text(_), View::Text(_)) => true,
                    (View::Opaque(kind, _), View::Opaque(other, _)) => kind == other && kind.is_ordered(),
                    (View::Opaque(kind, _), View::Text(text)) | (View::Text(text), View::Opaque(kind, _)) => {
                        kind.is_ordered() && kind.parse(text).is_some()
                    }
                    (View::Opaque(Opaque::Quantity, _), b) => {
                        order::as_number(b).is_some() || matches!(b, View::Huge(_))
                    }
                    (a, View::Opaque(Opaque::Quantity, _)) => {
                        order::as_number(a).is_some() || matches!(a, View::Huge(_))
                    }
                    (a, b) => order::as_number(a).is_some() && order::as_number(b).is_some(),
                };
                if !comparable {
                    return Err(self.operand("these values have no order", id));
                }
                let ordering = order::compare(&self.store.world, l, r);
                Ok(Value::Bool(match op {
                    BinaryOp::Less => ordering == Ordering::Less,
                    BinaryOp::LessEqual => ordering != Ordering::Greater,
                    BinaryOp::Greater => ordering == Ordering::Greater,
                    _ => ordering != Ordering::Less,
                }))
            }
            BinaryOp::In | BinaryOp::NotIn => {
                if let View::Opaque(Opaque::Cidr, network) = self.store.world.view(r) {
                    let found = builtins::opaque::lies_in(&self.store.world, l, network);
                    return Ok(Value::Bool(found == (op == BinaryOp::In)));
                }
                if !matches!(self.store.world.view(r), View::List | View::Map) {
                    return Err(self.operand("expected a list, set or map right of `in`", id));
                }
                let types = (self.element_type(right), self.program.type_of(left));
                let found = !matches!(l, Value::Null) && self.holds(r, l, types);
                Ok(Value::Bool(found == (op == BinaryOp::In)))
            }
            BinaryOp::Like => {
                builtins::pattern::like(&mut self.store, NOWHERE, l, r).map_err(|_| self.shared_fault(id))
            }
            BinaryOp::Matches => {
                builtins::pattern::matches(&mut self.store, NOWHERE, l, r).map_err(|_| self.shared_fault(id))
            }
            BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Remainder => {
                let types = (self.element_type(left), self.element_type(right));
                self.arithmetic(id, op, (l, r), types)
            }
            BinaryOp::And | BinaryOp::Or | BinaryOp::Coalesce => {
                Err(self.internal("an operator that was evaluated already", id))
            }
        }
    }

    /// Whether a list or set holds a value, or a map the key.
    fn holds(&mut self, container: Value, value: Value, (element, ty): (TypeId, TypeId)) -> bool {
        if self.store.world.elements(container).is_some() {
            return self
                .elements(container)
                .into_iter()
                .any(|known| self.equal((known, element), (value, ty)));
        }
        let world = &self.store.world;
        world
            .text(value)
            .is_some_and(|key| !matches!(world.member(container, key), Value::Null))
    }

    /// `types`: of the elements, where lists or sets are joined.
    pub(super) fn arithmetic(
        &mut self,
        id: ExprId,
        op: BinaryOp,
        (l, r): (Value, Value),
        types: (TypeId, TypeId),
    ) -> Eval<Value> {
        let world = &self.store.world;
        let is_set = |value| matches!(value, Value::Set(_));
        match (op, world.view(l), world.view(r)) {
            (_, View::Opaque(..), _) | (_, _, View::Opaque(..)) => {
                builtins::opaque::calculate(&mut self.store, NOWHERE, op, l, r)
                    .map_err(|_| self.shared_fault(id))
            }
            (BinaryOp::Add, View::Text(a), View::Text(b)) => {
                let text = String::from_iter([a, b]);
                self.made_text(&text, id)
            }
            (BinaryOp::Add, View::List, View::List) => {
                let mut items = self.elements(l);
                items.extend(self.elements(r));
                if is_set(l) || is_set(r) {
                    self.made_set(&items, &[types.0, types.1], id)
                } else if self.elements(l).is_empty() {
                    // Nothing was joined: the list stays where it is.
                    Ok(r)
                } else if self.elements(r).is_empty() {
                    Ok(l)
                } else {
                    self.run(&items, id).map(Value::List)
                }
            }
            (BinaryOp::Subtract, View::List, View::List) => {
                let mut items = self.elements(l);
                items.retain(|item| !self.holds(r, *item, (types.1, types.0)));
                self.made_set(&items, &[types.0], id)
            }
            _ => {
                let (a, b) = (self.number(l, id)?, self.number(r, id)?);
                let result = match op {
                    BinaryOp::Add => number::add(a, b),
                    BinaryOp::Subtract => number::subtract(a, b),
                    BinaryOp::Multiply => number::multiply(a, b),
                    BinaryOp::Divide => number::divide(a, b),
                    _ => number::remainder(a, b),
                };
                result
                    .map(Value::from)
                    .map_err(|failure| self.arithmetic_error(failure, id))
            }
        }
    }

    pub(super) fn number(&self, value: Value, id: ExprId) -> Eval<Number> {
        match order::as_number(self.store.world.view(value)) {
            Some(number) => Ok(number),
            None => Err(self.operand("expected a number here", id)),
        }
    }

    pub(super) fn arithmetic_error(&self, failure: Failure, id: ExprId) -> Wrong {
        let reason = Reason::Arithmetic(failure);
        Wrong {
            kind: reason.kind(),
            message: reason.message(&self.store.plan.checks),
            span: self.span(id),
            place: None,
        }
    }

    /// A set of values of a type; of several, each as all of them say.
    pub(super) fn made_set(&mut self, items: &[Value], types: &[TypeId], id: ExprId) -> Eval<Value> {
        let items = self.sorted(items, types, true);
        self.run(&items, id).map(Value::Set)
    }

    /// A map; a repeated key is an error.
    pub(super) fn made_map(&mut self, mut pairs: Vec<(Value, Value)>, id: ExprId) -> Eval<Value> {
        let world = &self.store.world;
        if pairs.iter().any(|(key, _)| world.text(*key).is_none()) {
            return Err(self.operand("a key of a map must be a text", id));
        }
        pairs.sort_by(|(a, _), (b, _)| order::compare(world, *a, *b));
        if pairs.is_sorted_by(|(a, _), (b, _)| !order::equal(world, *a, *b)) {
            let items: Vec<Value> = pairs.into_iter().flat_map(|(key, value)| [key, value]).collect();
            self.run(&items, id).map(Value::Map)
        } else {
            Err(self.operand("a key of a map occurs twice", id))
        }
    }
}
