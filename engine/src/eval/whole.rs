//! Values taken whole: a document's list or object becomes one that knows what its parts are, at no cost;
//! of what the policy made, the parts that lie in documents do.

use alloc::vec::Vec;

use super::{Eval, Machine};
use crate::{
    plan::{
        OpId, Wholes,
        shape::{self, ShapeId},
    },
    value::{Value, View, World, world::sort_set},
};

/// The key of a member of a document.
fn doc_key<'a>(world: &World<'a>, key: Value) -> Option<&'a str> {
    match key {
        Value::Key(at) => world.doc(at.doc)?.key(at.node),
        _ => None,
    }
}

impl Machine<'_> {
    /// Takes operands as what they are compared as.
    #[inline]
    pub(super) fn taken_whole(&mut self, id: OpId, wholes: Wholes, operands: &mut [Value]) -> Eval<()> {
        if wholes == Wholes::default() {
            return Ok(());
        }
        let plan = self.plan;
        let steps = plan.wholes.get(wholes.0 as usize);
        for (index, shape) in steps.map_or(&[][..], |whole| &whole.operands) {
            if let Some(operand) = operands.get_mut(*index) {
                *operand = self.also(id, *operand, *shape)?;
            }
        }
        Ok(())
    }

    /// A value as its shape has it, where it may have one already: two operands of different types are each
    /// taken as what both are. Recursion follows the document, whose depth the reader bounds.
    #[inline(never)]
    fn also(&mut self, id: OpId, value: Value, by: ShapeId) -> Eval<Value> {
        let plan = self.plan;
        let (Value::Shaped(own, at), Some(known)) = (value, plan.checks.shape(by)) else {
            return self.whole(id, value, by);
        };
        if own == by {
            return self.whole(id, value, by);
        }
        let mut items = Vec::new();
        if let Some(mut elements) = self.world.elements(value) {
            let mut index = 0_usize;
            while let Some(element) = elements.next(&self.world) {
                let part = known.element_at(index);
                items.push(part.map_or(Ok(element), |part| self.also(id, element, part))?);
                index = index.saturating_add(1);
            }
            let set = known.set || plan.checks.shape(own).is_some_and(|own| own.set);
            if set {
                sort_set(&self.world, &mut items);
            }
            let run = self.make_run(&items, id)?;
            return Ok(if set { Value::Set(run) } else { Value::List(run) });
        }
        let (Some(mut members), Some(doc)) = (self.world.members(value), self.world.doc(at.doc)) else {
            return self.whole(id, value, by);
        };
        let shapes = known.members_of(&plan.checks, doc, at.node);
        while let Some((key, member)) = members.next(&self.world) {
            let part = doc_key(&self.world, key).and_then(|name| shape::member(shapes, name));
            items.push(key);
            items.push(part.map_or(Ok(member), |part| self.also(id, member, part))?);
        }
        self.make_run(&items, id).map(Value::Map)
    }

    /// A value as its shape has it. Recursion follows made values, whose depth the plan bounds.
    #[inline(never)]
    pub(super) fn whole(&mut self, id: OpId, value: Value, by: ShapeId) -> Eval<Value> {
        let Some(known) = self.plan.checks.shape(by) else {
            return Ok(value);
        };
        match value {
            Value::Node(at) | Value::Shaped(_, at) => {
                let shaped = self.world.shaped(by, at);
                if known.set
                    && let Some(mut elements) = self.world.elements(shaped)
                {
                    let mut items = Vec::new();
                    while let Some(element) = elements.next(&self.world) {
                        items.push(element);
                    }
                    return self.make_run(&items, id).map(Value::Set);
                }
                Ok(shaped)
            }
            Value::Text(text) => {
                let check = self.plan.checks.get(known.check);
                let opaque = check.and_then(|check| check.opaque_of(self.world.made_text(text)));
                Ok(opaque.map_or(value, |opaque| Value::Made(opaque, text)))
            }
            Value::List(run) | Value::Tuple(run) | Value::Set(run) => {
                let becomes_set = known.set && !matches!(value, Value::Set(_));
                if !known.inner && !becomes_set {
                    return Ok(value);
                }
                let mut items = self.world.run(run).to_vec();
                let mut changed = becomes_set;
                for (index, item) in items.iter_mut().enumerate() {
                    if let Some(part) = known.element_at(index) {
                        changed |= self.part(id, item, part)?;
                    }
                }
                if !changed {
                    return Ok(value);
                }
                if becomes_set || matches!(value, Value::Set(_)) {
                    sort_set(&self.world, &mut items);
                }
                let made = self.make_run(&items, id)?;
                Ok(match value {
                    _ if becomes_set => Value::Set(made),
                    Value::Set(_) => Value::Set(made),
                    Value::Tuple(_) => Value::Tuple(made),
                    _ => Value::List(made),
                })
            }
            Value::Map(run) if known.inner => {
                let plan = self.plan;
                let members = known.members(|variant| {
                    let check = plan.checks.get(variant);
                    check.is_some_and(|check| check.value(&self.world, value))
                });
                let mut items = self.world.run(run).to_vec();
                let mut changed = false;
                for pair in items.as_chunks_mut().0 {
                    let [key, item] = pair;
                    let View::Text(name) = self.world.view(*key) else {
                        continue;
                    };
                    if let Some(part) = shape::member(members, name) {
                        changed |= self.part(id, item, part)?;
                    }
                }
                if changed {
                    self.make_run(&items, id).map(Value::Map)
                } else {
                    Ok(value)
                }
            }
            other => Ok(other),
        }
    }

    /// Takes a part; whether it is another value now. A list that stands for a set stays where it lies: inside
    /// of another value it is printed as it is written.
    fn part(&mut self, id: OpId, part: &mut Value, by: ShapeId) -> Eval<bool> {
        let whole = match *part {
            Value::Node(at) | Value::Shaped(_, at) => self.world.shaped(by, at),
            made => self.whole(id, made, by)?,
        };
        let same = match (*part, whole) {
            (Value::Node(a), Value::Node(b)) => a == b,
            (Value::Shaped(shape, a), Value::Shaped(other, b)) => shape == other && a == b,
            (Value::List(a), Value::List(b))
            | (Value::Set(a), Value::Set(b))
            | (Value::Tuple(a), Value::Tuple(b))
            | (Value::Map(a), Value::Map(b)) => a == b,
            (Value::Node(_) | Value::Shaped(..) | Value::Text(_), _) => false,
            _ => true,
        };
        *part = whole;
        Ok(!same)
    }
}
