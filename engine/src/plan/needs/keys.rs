//! What is asked of the keys of a map or record: which it has to have, or the rule adds nothing.

use alloc::vec::Vec;

use super::{Bound, Frame, Need, Needs, Want};
use crate::{
    input::FieldKey,
    plan::{Clause, Op, OpId, Pattern, check::kinds, trie::Wanted},
    value::Value,
};

/// The slot of the key, where the members of a map are drawn.
pub(super) fn key_of(pattern: &Pattern) -> Option<u32> {
    match pattern {
        Pattern::Tuple(parts) => match parts.as_slice() {
            [(Pattern::Bind(slot), _), _] => Some(*slot),
            _ => None,
        },
        _ => None,
    }
}

impl<'p> Needs<'p, '_> {
    /// That some key of a map is as wanted. That it is none of some texts says little alone: every map may have
    /// another key; [`Needs::other_keys`] asks for all of them.
    pub(super) fn key_holds(&mut self, want: Want<'p>, map: OpId, frame: Frame) -> Need {
        match want {
            Want::Absent => Need::never(),
            Want::In(values, false) => {
                let keys = self.keys(values);
                self.has_key(map, frame, Wanted::OneOf, &keys)
            }
            Want::In(_, true) | Want::Present | Want::Has(..) => Need::nothing(),
        }
    }

    /// That a key, if the text is one, begins so.
    pub(super) fn begins(&mut self, text: OpId, prefix: OpId, frame: Frame) -> Need {
        let known = self
            .plan
            .known(prefix)
            .and_then(|prefix| self.world.text(*prefix));
        match (self.key(text, frame), known) {
            (Some((map, frame)), Some(prefix)) => {
                self.has_key(map, frame, Wanted::Prefix, &[FieldKey::new(prefix)])
            }
            _ => Need::nothing(),
        }
    }

    /// The texts among some values, as a test has them.
    fn keys(&self, values: &[Value]) -> Vec<FieldKey> {
        let texts = values.iter().filter_map(|value| self.world.text(*value));
        let mut keys: Vec<FieldKey> = texts.map(FieldKey::new).collect();
        keys.sort_by(|a, b| a.hash().cmp(&b.hash()).then_with(|| a.cmp(b)));
        keys.dedup();
        keys
    }

    /// The map that an expression is a key of.
    fn key(&mut self, id: OpId, frame: Frame) -> Option<(OpId, Frame)> {
        match self.op(id)? {
            Op::Local(slot) => self.map_of(slot, frame),
            _ => None,
        }
    }

    /// The map that a slot has a key of.
    fn map_of(&self, slot: u32, frame: Frame) -> Option<(OpId, Frame)> {
        match self.bound(slot, frame) {
            Bound::Key { of, frame } => Some((of, frame)),
            Bound::Value { .. } | Bound::Element { .. } | Bound::Unknown => None,
        }
    }

    fn has_key(&mut self, map: OpId, frame: Frame, wanted: Wanted, keys: &[FieldKey]) -> Need {
        let need = self.deeper(|needs| needs.map_has_key(map, frame, wanted, keys));
        need.unwrap_or_else(Need::nothing)
    }

    fn map_has_key(&mut self, map: OpId, frame: Frame, wanted: Wanted, keys: &[FieldKey]) -> Option<Need> {
        if let Some(constant) = self.plan.known(map) {
            return Some(Need::when(self.world.len(*constant) != Some(0)));
        }
        match self.op(map)? {
            Op::Map(items) if items.len == 0 => Some(Need::never()),
            Op::Coalesce(left, right) => {
                let left = self.has_key(left, frame, wanted, keys);
                Some(left.or(self.has_key(right, frame, wanted, keys)))
            }
            _ => {
                let places = self.places(map, frame)?;
                let marks = places.iter().map(|place| self.marks.of_key(*place, wanted, keys));
                Some(Need::one_of(marks.collect()))
            }
        }
    }

    /// Whether drawing the members of what a slot is bound to is safe: it lies in the input, and is an object.
    pub(super) fn is_object(&mut self, id: OpId, frame: Frame) -> bool {
        let Some(Op::Local(slot)) = self.op(id) else {
            return false;
        };
        let places = match self.bound(slot, frame) {
            Bound::Element { of, frame } => self.elements(of, frame).map(|elements| elements.places),
            Bound::Value { .. } | Bound::Key { .. } | Bound::Unknown => None,
        };
        places.is_some_and(|places| {
            places.iter().all(|place| {
                let check = self.plan.reads.node(*place).map(|node| node.check);
                let check = check.and_then(|check| self.plan.checks.get(check));
                check.is_some_and(|check| check.mask == kinds::OBJECT)
            })
        })
    }

    /// That a map whose members are drawn has a key that none of the conditions behind refuses.
    pub(super) fn other_keys(&mut self, slot: u32, conditions: &[Clause], frame: Frame) -> Need {
        let mut refused = Vec::new();
        for clause in conditions {
            match clause {
                Clause::When(condition) if self.is_safe(clause, frame) => {
                    self.refuses(true, *condition, slot, &mut refused);
                }
                Clause::Unless(condition) if self.is_safe(clause, frame) => {
                    self.refuses(false, *condition, slot, &mut refused);
                }
                _ => break,
            }
        }
        if refused.is_empty() {
            return Need::nothing();
        }
        let keys = self.keys(&refused);
        match self.map_of(slot, frame) {
            Some((map, frame)) => self.has_key(map, frame, Wanted::Other, &keys),
            None => Need::nothing(),
        }
    }

    /// Adds the texts for which a condition on a key is not `wanted`.
    fn refuses(&mut self, wanted: bool, id: OpId, slot: u32, refused: &mut Vec<Value>) {
        self.deeper(|needs| {
            needs.condition_refuses(wanted, id, slot, refused);
            Some(())
        });
    }

    fn condition_refuses(&mut self, wanted: bool, id: OpId, slot: u32, refused: &mut Vec<Value>) {
        match self.op(id) {
            Some(Op::Not(operand)) => self.refuses(!wanted, operand, slot, refused),
            Some(Op::And(left, right)) if wanted => {
                self.refuses(wanted, left, slot, refused);
                self.refuses(wanted, right, slot, refused);
            }
            Some(Op::Or(left, right)) if !wanted => {
                self.refuses(wanted, left, slot, refused);
                self.refuses(wanted, right, slot, refused);
            }
            Some(Op::Equal {
                left,
                right,
                negated,
                wholes,
            }) if negated == wanted && wholes.0 == 0 => {
                for (key, text) in [(left, right), (right, left)] {
                    if self.is_slot(key, slot) {
                        refused.extend(self.scalar(text).unwrap_or_default());
                    }
                }
            }
            Some(Op::In {
                value,
                container,
                negated,
                wholes,
            }) if negated == wanted && wholes.0 == 0 && self.is_slot(value, slot) => {
                refused.extend(self.scalars(container).unwrap_or_default());
            }
            _ => {}
        }
    }

    /// Whether it is what a slot is bound to.
    pub(super) fn is_slot(&self, id: OpId, slot: u32) -> bool {
        matches!(self.plan.op(id), Some(Op::Local(own)) if own == slot)
    }
}
