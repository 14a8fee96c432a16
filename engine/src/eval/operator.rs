//! Operators.

use alloc::vec::Vec;
use core::cmp::Ordering;

use wardlaw_lang::{syntax::operator::BinaryOp, types::Opaque};

use super::{Eval, Machine};
use crate::{
    builtins,
    fault::Reason,
    input::Kind,
    plan::{Op, OpId, Wholes, check::CheckId},
    value::{
        Value, View,
        number::{self, Number},
        order,
        symbols::Symbol,
        world::sort_set,
    },
};

impl Machine<'_> {
    /// The truth of a condition. What can only be true or false needs no value on the way.
    pub(crate) fn truth(&mut self, id: OpId) -> Eval<bool> {
        match self.plan.op(id) {
            Some(Op::And(left, right)) => Ok(self.truth(left)? && self.truth(right)?),
            Some(Op::Or(left, right)) => Ok(self.truth(left)? || self.truth(right)?),
            Some(Op::Not(operand)) => self.truth(operand).map(|truth| !truth),
            Some(Op::Absent { value, negated }) => {
                let absent = matches!(self.eval(value)?, Value::Null);
                Ok(absent != negated)
            }
            Some(Op::Equal {
                left,
                right,
                negated,
                wholes,
            }) => self.equal(id, [left, right], negated, wholes),
            Some(Op::Order { op, left, right }) => self.order(id, op, left, right),
            Some(Op::In {
                value,
                container,
                negated,
                wholes,
            }) => self.is_in(id, [value, container], negated, wholes),
            Some(Op::Is { value, check }) => self.is(value, check),
            Some(Op::Sifted { slot, value, truth }) => match self.local(slot) {
                Value::Null => self.truth(value),
                _ => Ok(truth),
            },
            _ => {
                let value = self.eval(id)?;
                self.as_bool(value, id)
            }
        }
    }

    /// Absent equals nothing here: a comparison with the literal null is [`Machine::absent`].
    fn equal(&mut self, id: OpId, [left, right]: [OpId; 2], negated: bool, wholes: Wholes) -> Eval<bool> {
        let mut operands = [self.eval(left)?, self.eval(right)?];
        self.taken_whole(id, wholes, &mut operands)?;
        let [left, right] = operands;
        let absent = matches!(left, Value::Null) || matches!(right, Value::Null);
        let equal = !absent && order::equal(&self.world, left, right);
        Ok(equal != negated)
    }

    fn order(&mut self, id: OpId, op: BinaryOp, left: OpId, right: OpId) -> Eval<bool> {
        let left = self.eval(left)?;
        let right = self.eval(right)?;
        let comparable = match (self.world.view(left), self.world.view(right)) {
            (View::Text(_), View::Text(_)) => true,
            (View::Opaque(kind, _), View::Opaque(other, _)) => kind == other && kind.is_ordered(),
            (View::Opaque(kind, _), View::Text(text)) | (View::Text(text), View::Opaque(kind, _)) => {
                kind.is_ordered() && kind.parse(text).is_some()
            }
            (View::Opaque(Opaque::Quantity, _), View::Int(_) | View::Float(_) | View::Huge(_))
            | (View::Int(_) | View::Float(_) | View::Huge(_), View::Opaque(Opaque::Quantity, _)) => true,
            (a, b) => order::as_number(a).is_some() && order::as_number(b).is_some(),
        };
        if !comparable {
            return Err(self.fail(Reason::Operand("these values have no order"), id));
        }
        let ordering = order::compare(&self.world, left, right);
        let holds = match op {
            BinaryOp::Less => ordering == Ordering::Less,
            BinaryOp::LessEqual => ordering != Ordering::Greater,
            BinaryOp::Greater => ordering == Ordering::Greater,
            BinaryOp::GreaterEqual => ordering != Ordering::Less,
            _ => return Err(self.fail(Reason::Internal("not a comparison"), id)),
        };
        Ok(holds)
    }

    fn is_in(
        &mut self,
        id: OpId,
        [value, container]: [OpId; 2],
        negated: bool,
        wholes: Wholes,
    ) -> Eval<bool> {
        if let Some(Op::Relation(relation)) = self.plan.op(container) {
            let found = self.has_row(relation, container, value, wholes)?;
            return Ok(found != negated);
        }
        let mut operands = [self.eval(value)?, self.eval(container)?];
        self.taken_whole(id, wholes, &mut operands)?;
        let [value, container] = operands;
        if let Some(found) = self.has_text(container, value) {
            return Ok(found != negated);
        }
        match self.world.view(container) {
            View::List | View::Map => {}
            View::Opaque(Opaque::Cidr, network) => {
                let found = builtins::opaque::lies_in(&self.world, value, network);
                return Ok(found != negated);
            }
            _ => return Err(self.fail(Reason::Operand("expected a list, set or map right of `in`"), id)),
        }
        let found = !matches!(value, Value::Null) && self.world.contains(container, value);
        Ok(found != negated)
    }

    /// Whether a list of data has a text, where texts of data have numbers.
    fn has_text(&mut self, list: Value, value: Value) -> Option<bool> {
        let symbols = self.plan.snapshot.symbols()?;
        let (Value::Node(list), Value::Node(text)) = (list, value) else {
            return None;
        };
        let document = self.plan.documents.get(list.doc.0 as usize)?;
        if document.kind(list.node) != Kind::List || self.world.doc(text.doc)?.kind(text.node) != Kind::String
        {
            return None;
        }
        Some(match self.symbol(symbols, value) {
            Symbol::Of(number) => symbols.has(document, list, number),
            Symbol::Unknown | Symbol::Opaque => false,
        })
    }

    fn is(&mut self, value: OpId, check: CheckId) -> Eval<bool> {
        let value = self.eval(value)?;
        let check = self.plan.checks.get(check);
        Ok(check.is_some_and(|check| check.value(&self.world, value)))
    }

    /// `text matches pattern`
    pub(super) fn matches(&mut self, id: OpId, text: OpId, pattern: OpId) -> Eval<Value> {
        let text = self.eval(text)?;
        let pattern = self.eval(pattern)?;
        builtins::pattern::matches(self, id, text, pattern)
    }

    /// `text like pattern`
    pub(super) fn like(&mut self, id: OpId, text: OpId, pattern: OpId) -> Eval<Value> {
        let text = self.eval(text)?;
        let pattern = self.eval(pattern)?;
        builtins::pattern::like(self, id, text, pattern)
    }

    pub(super) fn negate(&mut self, id: OpId, operand: OpId) -> Eval<Value> {
        let value = self.eval(operand)?;
        let number = self.number(value, id)?;
        number::negate(number)
            .map(Value::from)
            .map_err(|failure| self.fail(Reason::Arithmetic(failure), id))
    }

    pub(crate) fn number(&mut self, value: Value, id: OpId) -> Eval<Number> {
        match order::as_number(self.world.view(value)) {
            Some(number) => Ok(number),
            None => Err(self.fail(Reason::Operand("expected a number here"), id)),
        }
    }

    pub(super) fn arithmetic(
        &mut self,
        id: OpId,
        op: BinaryOp,
        [left, right]: [OpId; 2],
        wholes: Wholes,
    ) -> Eval<Value> {
        let mut operands = [self.eval(left)?, self.eval(right)?];
        self.taken_whole(id, wholes, &mut operands)?;
        let [left, right] = operands;
        self.combine(id, op, left, right)
    }

    /// `+ - * / %` of two values.
    #[inline(never)]
    pub(super) fn combine(&mut self, id: OpId, op: BinaryOp, left: Value, right: Value) -> Eval<Value> {
        match (op, self.world.view(left), self.world.view(right)) {
            (BinaryOp::Add, View::Text(_), View::Text(_)) => self.join_texts(id, left, right),
            (BinaryOp::Add, View::List, View::List) => {
                if matches!(left, Value::Set(_)) || matches!(right, Value::Set(_)) {
                    self.unite(id, left, right)
                } else {
                    self.join_lists(id, left, right)
                }
            }
            (BinaryOp::Subtract, View::List, View::List) => self.take_away(id, left, right),
            (_, View::Opaque(..), _) | (_, _, View::Opaque(..)) => {
                builtins::opaque::calculate(self, id, op, left, right)
            }
            _ => self.calculate(id, op, left, right),
        }
    }

    fn calculate(&mut self, id: OpId, op: BinaryOp, left: Value, right: Value) -> Eval<Value> {
        let left = self.number(left, id)?;
        let right = self.number(right, id)?;
        let result = match op {
            BinaryOp::Add => number::add(left, right),
            BinaryOp::Subtract => number::subtract(left, right),
            BinaryOp::Multiply => number::multiply(left, right),
            BinaryOp::Divide => number::divide(left, right),
            BinaryOp::Remainder => number::remainder(left, right),
            _ => return Err(self.fail(Reason::Internal("not an arithmetic operator"), id)),
        };
        result
            .map(Value::from)
            .map_err(|failure| self.fail(Reason::Arithmetic(failure), id))
    }

    fn join_texts(&mut self, id: OpId, left: Value, right: Value) -> Eval<Value> {
        let mut text = alloc::string::String::new();
        for part in [left, right] {
            text.push_str(self.world.text(part).unwrap_or(""));
        }
        self.make_text(&text, id)
    }

    /// A list of the elements of both, shared. An empty side costs nothing.
    fn join_lists(&mut self, id: OpId, left: Value, right: Value) -> Eval<Value> {
        let start = self.stack.len();
        let first = self.push_elements(left);
        if first == 0 {
            return Ok(right);
        }
        if self.push_elements(right) == 0 {
            self.stack.truncate(start);
            return Ok(left);
        }
        self.run_since(id, start).map(Value::List)
    }

    /// Pushes the elements of a list, set or tuple; how many.
    fn push_elements(&mut self, list: Value) -> usize {
        let start = self.stack.len();
        if let Some(mut elements) = self.world.elements(list) {
            while let Some(element) = elements.next(&self.world) {
                self.stack.push(element);
            }
        }
        self.stack.len().saturating_sub(start)
    }

    fn unite(&mut self, id: OpId, left: Value, right: Value) -> Eval<Value> {
        let mut items = Vec::new();
        self.collect(left, &mut items);
        self.collect(right, &mut items);
        sort_set(&self.world, &mut items);
        self.make_run(&items, id).map(Value::Set)
    }

    fn take_away(&mut self, id: OpId, left: Value, right: Value) -> Eval<Value> {
        let mut items = Vec::new();
        self.collect(left, &mut items);
        items.retain(|item| !self.world.contains(right, *item));
        sort_set(&self.world, &mut items);
        self.make_run(&items, id).map(Value::Set)
    }

    /// The elements of a list, set or tuple.
    pub(crate) fn collect(&self, list: Value, out: &mut Vec<Value>) {
        if let Some(mut elements) = self.world.elements(list) {
            while let Some(element) = elements.next(&self.world) {
                out.push(element);
            }
        }
    }
}
