//! Expressions. `eval` and `eval_op` only dispatch, so that their frames stay small; what needs room is apart.

use alloc::{boxed::Box, string::String};

use super::{Eval, Machine, Slot};
use crate::{
    builtins,
    fault::{FaultInfo, Reason},
    input::{Document, Kind},
    plan::{Arm, Op, OpId, Slice, Test, check::Found, check::kinds},
    value::{
        NodeRef, Value, order,
        place::{Base, Place, Token},
        print,
    },
};

impl Machine<'_> {
    /// The value of an expression in the current frame.
    #[inline]
    pub(crate) fn eval(&mut self, id: OpId) -> Eval<Value> {
        match self.plan.op(id) {
            Some(Op::Local(slot)) => Ok(self.local(slot)),
            Some(Op::Field(index)) => self.field(id, index),
            Some(Op::Let(index)) => self.package_let(index),
            Some(op) => self.eval_op(id, op),
            None => Err(self.fail(Reason::Internal("an expression is missing"), id)),
        }
    }

    fn eval_op(&mut self, id: OpId, op: Op) -> Eval<Value> {
        match op {
            Op::Constant(index) => Ok(self
                .plan
                .constants
                .get(index as usize)
                .copied()
                .unwrap_or(Value::Null)),
            Op::Local(slot) => Ok(self.local(slot)),
            Op::Input(index) => self.input(index),
            Op::Data(index) => self.datum(index),
            Op::Let(index) => self.package_let(index),
            Op::Relation(index) => self.relation_value(id, index),
            Op::Field(index) => self.field(id, index),
            Op::Index(index) => self.index(id, index),
            Op::Call { function, args } => self.call(id, function, args),
            Op::Builtin {
                builtin,
                wholes,
                args,
            } => self.builtin(id, builtin, wholes, args),
            Op::And(..)
            | Op::Or(..)
            | Op::Not(_)
            | Op::Equal { .. }
            | Op::Absent { .. }
            | Op::Order { .. }
            | Op::In { .. }
            | Op::Is { .. }
            | Op::Sifted { .. } => self.truth(id).map(Value::Bool),
            Op::Coalesce(left, right) => self.coalesce(left, right),
            Op::Arithmetic {
                op,
                left,
                right,
                wholes,
            } => self.arithmetic(id, op, [left, right], wholes),
            Op::Negate(operand) => self.negate(id, operand),
            Op::Typed { value, shape } => {
                let value = self.eval(value)?;
                self.whole(id, value, shape)
            }
            Op::As { value, check } => {
                let value = self.eval(value)?;
                self.used_as(value, check)
            }
            Op::Matches { text, pattern } => self.matches(id, text, pattern),
            Op::Like { text, pattern } => self.like(id, text, pattern),
            Op::If {
                condition,
                then,
                otherwise,
            } => self.choose(condition, then, otherwise),
            Op::Match { value, arms } => self.select(id, value, arms),
            Op::Tuple(items) => self.run_of(id, items).map(Value::Tuple),
            Op::List(items) => self.run_of(id, items).map(Value::List),
            Op::Set { items, element } => self.set_of(id, items, element),
            Op::Map(pairs) => self.map_of(id, pairs),
            Op::Record(fields) => self.record_of(id, fields),
            Op::Comprehension(index) => self.comprehension(id, index),
            Op::Interpolate(parts) => self.interpolate(id, parts),
        }
    }

    /// The truth value that a value is.
    pub(crate) fn as_bool(&mut self, value: Value, id: OpId) -> Eval<bool> {
        let truth = match value {
            Value::Bool(value) => Some(value),
            Value::Node(at) => self.world.doc(at.doc).and_then(|doc| doc.bool(at.node)),
            _ => None,
        };
        match truth {
            Some(truth) => Ok(truth),
            None => Err(self.fail(Reason::Operand("expected a `bool` here"), id)),
        }
    }

    #[inline]
    fn input(&mut self, index: u32) -> Eval<Value> {
        let value = self.inputs.get(index as usize).copied().unwrap_or(Value::Null);
        let Some(check) = self.plan.inputs.get(index as usize).map(|input| input.check) else {
            return Ok(value);
        };
        match value {
            Value::Node(at) => self.read(at, check, true),
            Value::Null => {
                let optional = self
                    .plan
                    .checks
                    .get(check)
                    .is_none_or(|c| c.mask & kinds::NULL != 0);
                if optional {
                    Ok(Value::Null)
                } else {
                    let place = Place {
                        base: Base::Request,
                        rest: alloc::vec::Vec::new(),
                    };
                    Err(self.mismatch(check, Found::Nothing, place))
                }
            }
            made => Ok(made),
        }
    }

    pub(super) fn datum(&mut self, index: u32) -> Eval<Value> {
        if let Some(Slot::Value(value)) = self.data.get(index as usize) {
            return Ok(*value);
        }
        let Some(data) = self.plan.data.get(index as usize) else {
            return Ok(Value::Null);
        };
        if data.document == u32::MAX {
            // Only tests run without all data; a default reads no data, and if one came to, that is no
            // absent value.
            let reason = Reason::NoDatum;
            self.fault = Some(crate::fault::FaultInfo {
                reason,
                span: Some(data.span),
                place: None,
            });
            return Err(crate::fault::Fault);
        }
        let doc = crate::value::DocId(data.document);
        let root = self.world.doc(doc).map(Document::root);
        let value = match root.map(|node| self.world.node(doc, node)) {
            Some(Value::Node(at)) => self.read(at, data.check, true)?,
            _ => Value::Null,
        };
        if let Some(slot) = self.data.get_mut(index as usize) {
            *slot = Slot::Value(value);
            self.filled = self.filled.saturating_add(1);
        }
        Ok(value)
    }

    /// What is asked for, as JSON; or the errors that it met, those of relations that it reads included.
    pub(crate) fn answer(
        &mut self,
        ask: impl FnOnce(&mut Self) -> Eval<Value>,
    ) -> Result<serde_json::Value, alloc::vec::Vec<FaultInfo>> {
        self.met.clear();
        let value = ask(self);
        let mut faults = self.faults_met();
        match value {
            Ok(value) if faults.is_empty() => return Ok(print::to_serde(&self.world, value)),
            Ok(_) => {}
            Err(_) => faults.push(self.take_fault()),
        }
        Err(faults)
    }

    /// The value of a `let`, as JSON.
    pub(crate) fn output(&mut self, index: u32) -> Result<serde_json::Value, alloc::vec::Vec<FaultInfo>> {
        self.answer(|machine| machine.package_let(index))
    }

    #[inline]
    pub(crate) fn package_let(&mut self, index: u32) -> Eval<Value> {
        match self.lets.get(index as usize) {
            Some(Slot::Value(value)) if self.let_met.is_empty() => Ok(*value),
            _ => self.let_of(index),
        }
    }

    #[inline(never)]
    fn let_of(&mut self, index: u32) -> Eval<Value> {
        if let Some(met) = self.let_met.get(&index) {
            self.met.extend(met);
        }
        match self.lets.get(index as usize) {
            Some(Slot::Value(value)) => return Ok(*value),
            Some(Slot::Fault(fault)) => {
                self.fault = Some((**fault).clone());
                return Err(crate::fault::Fault);
            }
            _ => {}
        }
        let Some(def) = self.plan.lets.get(index as usize).copied() else {
            return Ok(Value::Null);
        };
        let outer = core::mem::take(&mut self.met);
        let result = self.evaluate(def.value, def.locals);
        let met = core::mem::replace(&mut self.met, outer);
        if !met.is_empty() {
            self.met.extend(&met);
            self.let_met.insert(index, met);
        }
        let slot = match result {
            Ok(value) => Slot::Value(value),
            Err(_) => {
                let fault = self.take_fault();
                self.fault = Some(fault.clone());
                Slot::Fault(Box::new(fault))
            }
        };
        if let Some(place) = self.lets.get_mut(index as usize) {
            *place = slot;
            self.filled = self.filled.saturating_add(1);
        }
        result
    }

    fn field(&mut self, id: OpId, index: u32) -> Eval<Value> {
        let Some(field) = self.plan.fields.get(index as usize) else {
            return Ok(Value::Null);
        };
        // Most are steps of a path: no detour for these.
        let base = match self.plan.op(field.base) {
            Some(Op::Local(slot)) => self.local(slot),
            Some(Op::Field(index)) => self.field(field.base, index)?,
            Some(Op::Input(index)) => self.input(index)?,
            _ => self.eval(field.base)?,
        };
        if let Value::Node(at) = base
            && let Some(doc) = self.world.doc(at.doc)
        {
            let found = if at.doc == self.first_input_doc() {
                self.memo
                    .child(at.node, field.name, || doc.get(at.node, &field.key))
            } else {
                doc.get(at.node, &field.key)
            };
            let (kind, found) = match found {
                Some(node) => (doc.kind(node), Value::Node(NodeRef { doc: at.doc, node })),
                None => (Kind::Null, Value::Null),
            };
            if field.at_once & kinds::of(kind) != 0 {
                return Ok(match kind {
                    Kind::Null => Value::Null,
                    _ => found,
                });
            }
        }
        self.field_of(id, index, base)
    }

    /// A field of a value.
    pub(super) fn field_of(&mut self, id: OpId, index: u32, base: Value) -> Eval<Value> {
        let Some(field) = self.plan.fields.get(index as usize) else {
            return Ok(Value::Null);
        };
        match base {
            Value::Node(at) | Value::Shaped(_, at) => {
                let Some(doc) = self.world.doc(at.doc) else {
                    return Ok(Value::Null);
                };
                match doc.get(at.node, &field.key) {
                    Some(node) => {
                        let at = NodeRef { doc: at.doc, node };
                        self.read(at, field.check, field.convert)
                    }
                    None => {
                        let optional = self
                            .plan
                            .checks
                            .get(field.check)
                            .is_none_or(|check| check.mask & kinds::NULL != 0);
                        if optional {
                            return Ok(Value::Null);
                        }
                        let place = missing(at, field.key.text());
                        Err(self.mismatch(field.check, Found::Nothing, place))
                    }
                }
            }
            Value::Null if !field.optional => {
                Err(self.fail(Reason::Operand("a field of an absent value is read"), id))
            }
            // A made record may hold what was not read yet: the object of a made request.
            Value::Map(_) => match self.world.member(base, field.key.text()) {
                Value::Node(at) | Value::Shaped(_, at) => self.read(at, field.check, field.convert),
                value => Ok(value),
            },
            Value::Read(..) | Value::Made(..) => builtins::opaque::field(self, id, base, field.key.text()),
            _ => Ok(Value::Null),
        }
    }

    fn index(&mut self, id: OpId, index: u32) -> Eval<Value> {
        let Some(op) = self.plan.indices.get(index as usize) else {
            return Ok(Value::Null);
        };
        let base = self.eval(op.base)?;
        if matches!(base, Value::Null) {
            return if op.optional {
                Ok(Value::Null)
            } else {
                Err(self.fail(Reason::Operand("an element of an absent value is read"), id))
            };
        }
        let index = self.eval(op.at)?;
        let found = if let Some(key) = self.world.text(index) {
            self.world.member(base, key)
        } else if let Some(position) = self.as_int(index) {
            usize::try_from(position).map_or(Value::Null, |position| self.world.element(base, position))
        } else {
            Value::Null
        };
        match found {
            Value::Node(at) | Value::Shaped(_, at) => self.read(at, op.check, op.convert),
            found => Ok(found),
        }
    }

    fn coalesce(&mut self, left: OpId, right: OpId) -> Eval<Value> {
        match self.eval(left)? {
            Value::Null => self.eval(right),
            value => Ok(value),
        }
    }

    fn choose(&mut self, condition: OpId, then: OpId, otherwise: OpId) -> Eval<Value> {
        if self.truth(condition)? {
            self.eval(then)
        } else {
            self.eval(otherwise)
        }
    }

    fn select(&mut self, id: OpId, value: OpId, arms: Slice) -> Eval<Value> {
        let value = self.eval(value)?;
        for arm in arms.of(&self.plan.arms) {
            if !self.fits(arm, value) {
                continue;
            }
            if let Some(slot) = arm.binding {
                self.bind(slot, value);
            }
            if let Some(guard) = arm.guard
                && !self.truth(guard)?
            {
                continue;
            }
            return self.eval(arm.value);
        }
        Err(self.fail(Reason::Operand("no arm of the `match` fits the value"), id))
    }

    fn fits(&self, arm: &Arm, value: Value) -> bool {
        arm.tests.iter().any(|test| match test {
            Test::Always => true,
            Test::Null => matches!(value, Value::Null),
            Test::Equal(constant) => order::equal(&self.world, value, *constant),
            Test::Type(check) => {
                let check = self.plan.checks.get(*check);
                check.is_some_and(|check| check.value(&self.world, value))
            }
        })
    }

    #[inline(never)]
    fn interpolate(&mut self, id: OpId, parts: Slice) -> Eval<Value> {
        let mut text = core::mem::take(&mut self.text);
        text.clear();
        let made = self.write_parts(id, parts, &mut text);
        let made = made.and_then(|()| self.make_text(&text, id));
        // An interpolation inside has made room of its own.
        self.text = text;
        made
    }

    fn write_parts(&mut self, id: OpId, parts: Slice, text: &mut String) -> Eval<()> {
        for part in parts.of(&self.plan.args) {
            let value = self.eval(*part)?;
            if matches!(value, Value::Null) {
                return Err(self.fail(Reason::Operand("an absent value stands in a text"), *part));
            }
            match self.world.text(value) {
                Some(part) => text.push_str(part),
                None => print::display(&self.world, value, text),
            }
            if text.len() > self.limits.text_bytes as usize {
                return Err(self.fail(Reason::Text, id));
            }
        }
        Ok(())
    }

    /// The integer that a value is.
    pub(crate) fn as_int(&self, value: Value) -> Option<i64> {
        match value {
            Value::Int(value) => Some(value),
            Value::Node(at) => {
                let doc = self.world.doc(at.doc)?;
                (doc.kind(at.node) == Kind::Int)
                    .then(|| doc.int(at.node))
                    .flatten()
            }
            _ => None,
        }
    }
}

/// The place of a field that an object lacks.
pub(crate) fn missing(object: NodeRef, field: &str) -> Place {
    Place {
        base: Base::Node(object),
        rest: alloc::vec![Token::Key(field.into())],
    }
}
