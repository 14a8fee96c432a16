//! Calls, and what makes lists, sets, maps and records of operands. Arguments and operands wait on the
//! machine's stack, so that nothing is allocated for them.

use alloc::vec::Vec;

use smallvec::SmallVec;
use wardlaw_lang::builtin::Builtin;

use super::{Eval, Machine};
use crate::{
    builtins,
    fault::Reason,
    plan::{OpId, Slice, Wholes, shape::ShapeId},
    value::{Value, order, world::sort_set},
};

/// Operands of one expression: few have more.
pub(super) type Operands = SmallVec<[Value; 4]>;

impl Machine<'_> {
    /// Pushes the values of operands; where one has a fault, none stays.
    pub(super) fn push_all(&mut self, args: Slice) -> Eval<usize> {
        let start = self.stack.len();
        for arg in args.of(&self.plan.args) {
            match self.eval(*arg) {
                Ok(value) => self.stack.push(value),
                Err(fault) => {
                    self.stack.truncate(start);
                    return Err(fault);
                }
            }
        }
        Ok(start)
    }

    /// Takes what was pushed since `start`.
    pub(super) fn pop_all(&mut self, start: usize) -> Operands {
        let operands = self.stack.get(start..).map(Operands::from_slice);
        self.stack.truncate(start);
        operands.unwrap_or_default()
    }

    /// Makes a run of what was pushed since `start`.
    pub(super) fn run_since(&mut self, id: OpId, start: usize) -> Eval<u32> {
        let items = self.stack.len().saturating_sub(start);
        let run = self.room_for_run(items, id).map(|()| {
            let items = self.stack.get(start..).unwrap_or_default();
            self.world.add_run(items)
        });
        self.stack.truncate(start);
        run
    }

    pub(super) fn call(&mut self, id: OpId, function: u32, args: Slice) -> Eval<Value> {
        let Some(def) = self.plan.functions.get(function as usize).copied() else {
            return Err(self.fail(Reason::Internal("a function is missing"), id));
        };
        let start = self.push_all(args)?;
        self.with_frame(start, def.locals, |machine| machine.eval(def.body))
    }

    /// Calls a function with values.
    pub(crate) fn apply(&mut self, function: u32, arguments: &[Value]) -> Eval<Value> {
        let Some(def) = self.plan.functions.get(function as usize).copied() else {
            return Err(self.fail(Reason::Internal("a function is missing"), OpId(0)));
        };
        let start = self.stack.len();
        self.stack.extend_from_slice(arguments);
        self.with_frame(start, def.locals, |machine| machine.eval(def.body))
    }

    pub(super) fn builtin(&mut self, id: OpId, builtin: Builtin, wholes: Wholes, args: Slice) -> Eval<Value> {
        let start = self.push_all(args)?;
        let mut args = self.pop_all(start);
        self.taken_whole(id, wholes, &mut args)?;
        builtins::call(self, id, builtin, &args)
    }

    /// An element that a builtin gives back: checked as any other read.
    pub(crate) fn read_element(&mut self, id: OpId, element: Value) -> Eval<Value> {
        let checks = &self.plan.element_checks;
        let check = checks.binary_search_by_key(&id, |(known, _)| *known).ok();
        match (element, check.and_then(|at| checks.get(at))) {
            (Value::Node(at) | Value::Shaped(_, at), Some((_, check))) => self.read(at, *check, true),
            _ => Ok(element),
        }
    }

    pub(super) fn run_of(&mut self, id: OpId, items: Slice) -> Eval<u32> {
        let start = self.push_all(items)?;
        self.run_since(id, start)
    }

    pub(super) fn set_of(&mut self, id: OpId, items: Slice, element: Option<ShapeId>) -> Eval<Value> {
        let start = self.push_all(items)?;
        let mut items = self.pop_all(start).into_vec();
        if let Some(shape) = element {
            for item in &mut items {
                *item = self.whole(id, *item, shape)?;
            }
        }
        sort_set(&self.world, &mut items);
        self.make_run(&items, id).map(Value::Set)
    }

    pub(super) fn map_of(&mut self, id: OpId, pairs: Slice) -> Eval<Value> {
        let start = self.push_all(pairs)?;
        let items = self.pop_all(start);
        self.make_map(id, &items)
    }

    pub(super) fn record_of(&mut self, id: OpId, fields: Slice) -> Eval<Value> {
        let start = self.stack.len();
        for (name, value) in fields.of(&self.plan.record_fields) {
            match self.eval(*value) {
                Ok(value) => self.stack.extend_from_slice(&[*name, value]),
                Err(fault) => {
                    self.stack.truncate(start);
                    return Err(fault);
                }
            }
        }
        self.run_since(id, start).map(Value::Map)
    }

    /// A map of keys and values in turn; a repeated key is an error.
    pub(crate) fn make_map(&mut self, id: OpId, items: &[Value]) -> Eval<Value> {
        let mut pairs: Vec<[Value; 2]> = items.as_chunks().0.to_vec();
        if pairs.iter().any(|[key, _]| self.world.text(*key).is_none()) {
            return Err(self.fail(Reason::Operand("a key of a map must be a text"), id));
        }
        let world = &self.world;
        pairs.sort_by(|[a, _], [b, _]| order::compare(world, *a, *b));
        let repeated = pairs
            .windows(2)
            .any(|pair| matches!(pair, [[a, _], [b, _]] if order::equal(world, *a, *b)));
        if repeated {
            return Err(self.fail(Reason::Operand("a key of a map occurs twice"), id));
        }
        self.make_run(&pairs.concat(), id).map(Value::Map)
    }
}
