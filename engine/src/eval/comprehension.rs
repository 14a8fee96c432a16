//! Comprehensions and aggregates: clauses, and what is made of the rounds that pass them.

use alloc::vec::Vec;
use core::cmp::Ordering;

use wardlaw_lang::{ir::ComprehensionKind, syntax::operator::BinaryOp};

use super::{
    Eval, Machine,
    clause::{Flow, Target},
};
use crate::{
    fault::Reason,
    plan::{Comprehension, OpId},
    value::{Value, order, world::sort_set},
};

/// What was gathered so far.
#[derive(Debug)]
pub(super) struct Collect {
    id: OpId,
    comprehension: Comprehension,
    /// Of lists and sets; keys and values in turn of maps.
    items: Vec<Value>,
    /// Of aggregates: the result so far.
    result: Value,
    count: i64,
}

impl Machine<'_> {
    pub(super) fn comprehension(&mut self, id: OpId, index: u32) -> Eval<Value> {
        let Some(comprehension) = self.plan.comprehensions.get(index as usize).copied() else {
            return Err(self.fail(Reason::Internal("a comprehension is missing"), id));
        };
        let result = match comprehension.kind {
            ComprehensionKind::All | ComprehensionKind::None => Value::Bool(true),
            ComprehensionKind::Any => Value::Bool(false),
            ComprehensionKind::Sum => Value::Int(0),
            ComprehensionKind::List
            | ComprehensionKind::Set
            | ComprehensionKind::Map
            | ComprehensionKind::Count
            | ComprehensionKind::Min
            | ComprehensionKind::Max
            | ComprehensionKind::Yield => Value::Null,
        };
        let mut collect = Collect {
            id,
            comprehension,
            items: Vec::new(),
            result,
            count: 0,
        };
        let clauses = comprehension.clauses.of(&self.plan.clauses);
        self.clauses(clauses, 0, &mut Target::Collect(&mut collect))?;
        self.finish(collect)
    }

    #[inline(never)]
    fn finish(&mut self, mut collect: Collect) -> Eval<Value> {
        let id = collect.id;
        match collect.comprehension.kind {
            ComprehensionKind::List => self.make_run(&collect.items, id).map(Value::List),
            ComprehensionKind::Set => {
                sort_set(&self.world, &mut collect.items);
                self.make_run(&collect.items, id).map(Value::Set)
            }
            ComprehensionKind::Map => self.make_map(id, &collect.items),
            ComprehensionKind::Count => Ok(Value::Int(collect.count)),
            ComprehensionKind::Any
            | ComprehensionKind::All
            | ComprehensionKind::None
            | ComprehensionKind::Sum
            | ComprehensionKind::Min
            | ComprehensionKind::Max
            | ComprehensionKind::Yield => Ok(collect.result),
        }
    }

    /// One round.
    pub(super) fn gather(&mut self, collect: &mut Collect) -> Eval<Flow> {
        let head = collect.comprehension.head;
        let value = if let (ComprehensionKind::Map, Some(key)) =
            (collect.comprehension.kind, collect.comprehension.key)
        {
            let key = self.eval(key)?;
            collect.items.push(key);
            self.eval(head)?
        } else {
            self.eval(head)?
        };
        let value = match collect.comprehension.shape {
            Some(shape) => self.whole(collect.id, value, shape)?,
            None => value,
        };
        self.take(collect, value)
    }

    #[inline(never)]
    fn take(&mut self, collect: &mut Collect, value: Value) -> Eval<Flow> {
        let head = collect.comprehension.head;
        match collect.comprehension.kind {
            ComprehensionKind::List | ComprehensionKind::Set | ComprehensionKind::Map => {
                collect.items.push(value);
                // What is not in the heap yet is limited, too.
                self.room_for(collect.items.len())?;
            }
            ComprehensionKind::Any => {
                if self.as_bool(value, head)? {
                    collect.result = Value::Bool(true);
                    return Ok(Flow::Stop);
                }
            }
            ComprehensionKind::All => {
                if !self.as_bool(value, head)? {
                    collect.result = Value::Bool(false);
                    return Ok(Flow::Stop);
                }
            }
            ComprehensionKind::None => {
                if self.as_bool(value, head)? {
                    collect.result = Value::Bool(false);
                    return Ok(Flow::Stop);
                }
            }
            ComprehensionKind::Count => {
                if self.as_bool(value, head)? {
                    collect.count = collect.count.saturating_add(1);
                }
            }
            ComprehensionKind::Sum => {
                collect.result = self.combine(collect.id, BinaryOp::Add, collect.result, value)?;
            }
            ComprehensionKind::Min => self.better(collect, value, Ordering::Less),
            ComprehensionKind::Max => self.better(collect, value, Ordering::Greater),
            ComprehensionKind::Yield => {
                collect.result = value;
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::Continue)
    }

    /// Of equal values the first stays, so that its place does.
    fn better(&self, collect: &mut Collect, value: Value, wanted: Ordering) {
        let none = matches!(collect.result, Value::Null);
        if none || order::compare(&self.world, value, collect.result) == wanted {
            collect.result = value;
        }
    }
}
