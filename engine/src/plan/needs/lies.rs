//! Where a value lies in the input: the places without one of which it is absent.

use alloc::{collections::BTreeSet, rc::Rc, vec::Vec};
use core::ops::Deref;

use wardlaw_lang::syntax::operator::BinaryOp;

use super::{Bound, Frame, Needs, sets::sorted};
use crate::{
    input::FieldKey,
    plan::{
        Op, OpId,
        trie::{Edge, TrieId},
    },
    value::Value,
};

/// Places in order; a value that has them is absent unless one of them is present. Most have one.
#[derive(Clone)]
pub(super) enum Places {
    One(TrieId),
    Some(Rc<[TrieId]>),
}

impl Default for Places {
    fn default() -> Self {
        Self::Some(Rc::default())
    }
}

impl Deref for Places {
    type Target = [TrieId];

    fn deref(&self) -> &[TrieId] {
        match self {
            Self::One(one) => core::slice::from_ref(one),
            Self::Some(all) => all,
        }
    }
}

impl From<Vec<TrieId>> for Places {
    fn from(all: Vec<TrieId>) -> Self {
        let all = sorted(all);
        match all.as_slice() {
            [one] => Self::One(*one),
            _ => Self::Some(all.into()),
        }
    }
}

/// The elements of a list: where they lie.
#[derive(Clone, Default)]
pub(super) struct Elements {
    pub(super) places: Places,
    /// Some are put into the list by the policy; what is absent where it lies may be one.
    pub(super) made: bool,
}

/// A step to the next places.
pub(super) enum Step<'k> {
    Field(&'k FieldKey),
    /// To all elements of a list, or values of a map.
    Element,
    /// To anything below.
    Any,
}

impl Needs<'_, '_> {
    /// The places without one of which the value is absent.
    pub(super) fn places(&mut self, id: OpId, frame: Frame) -> Option<Places> {
        if let Some(known) = self.known_places.get(&(id, frame)) {
            return Some(known.clone());
        }
        let places = self.deeper(|needs| needs.places_of(id, frame))?;
        // One place that a bound value leads to is found again as quickly as it is looked up; others are asked by
        // all rules.
        if frame.is_none() || places.len() > 1 {
            self.known_places.insert((id, frame), places.clone());
        }
        Some(places)
    }

    fn places_of(&mut self, id: OpId, frame: Frame) -> Option<Places> {
        let op = self.op(id)?;
        if let Some(constant) = self.plan.known(id) {
            return matches!(constant, Value::Null).then(Places::default);
        }
        match op {
            Op::Local(slot) => match self.bound(slot, frame) {
                Bound::Value { of, frame, .. } => self.places(of, frame),
                Bound::Element { of, frame } => self.elements(of, frame).map(|elements| elements.places),
                Bound::Key { .. } | Bound::Unknown => None,
            },
            Op::Input(index) => {
                let root = self.plan.reads.roots.get(index as usize).copied().flatten()?;
                Some(Places::One(root))
            }
            Op::Let(index) => {
                let body = self.plan.lets.get(index as usize)?.value;
                self.places(body, None)
            }
            Op::Field(index) => {
                let field = self.plan.fields.get(index as usize)?;
                let base = self.places(field.base, frame)?;
                self.below(&base, &Step::Field(&field.key))
            }
            Op::Index(index) => {
                let base = self.plan.indices.get(index as usize)?.base;
                let base = self.places(base, frame)?;
                self.below(&base, &Step::Any)
            }
            Op::Coalesce(left, right) => {
                let left = self.places(left, frame)?;
                Some([&*left, &*self.places(right, frame)?].concat().into())
            }
            Op::If { then, otherwise, .. } => {
                let then = self.places(then, frame)?;
                Some([&*then, &*self.places(otherwise, frame)?].concat().into())
            }
            Op::Match { value, arms } => {
                let mut all = Vec::new();
                for arm in arms.of(&self.plan.arms) {
                    let bound = Bound::Value {
                        of: value,
                        frame,
                        given: false,
                    };
                    let frame = match arm.binding {
                        Some(slot) => self.bind(slot, bound, frame),
                        None => frame,
                    };
                    all.extend_from_slice(&self.places(arm.value, frame)?);
                }
                Some(all.into())
            }
            Op::Call { .. } => {
                let (body, frame) = self.called(id, frame)?;
                self.places(body, frame)
            }
            Op::Comprehension(index) => {
                let (head, frame) = self.yielded(index, frame)?;
                self.places(head, frame)
            }
            _ => None,
        }
    }

    /// The elements of a list.
    pub(super) fn elements(&mut self, id: OpId, frame: Frame) -> Option<Elements> {
        if let Some(known) = self.known_elements.get(&(id, frame)) {
            return Some(known.clone());
        }
        let elements = self.deeper(|needs| needs.elements_of_list(id, frame))?;
        self.known_elements.insert((id, frame), elements.clone());
        Some(elements)
    }

    fn elements_of_list(&mut self, id: OpId, frame: Frame) -> Option<Elements> {
        let op = self.op(id)?;
        if let Some(constant) = self.plan.known(id) {
            let none = matches!(constant, Value::Null) || self.world.len(*constant) == Some(0);
            return none.then(Elements::default);
        }
        match op {
            Op::List(items) => {
                let mut places = Vec::new();
                for item in items.of(&self.plan.args) {
                    places.extend_from_slice(&self.places(*item, frame)?);
                }
                let places = places.into();
                Some(Elements { places, made: true })
            }
            Op::Coalesce(left, right)
            | Op::Arithmetic {
                op: BinaryOp::Add,
                left,
                right,
                ..
            }
            | Op::If {
                then: left,
                otherwise: right,
                ..
            } => {
                let (left, right) = (self.elements(left, frame)?, self.elements(right, frame)?);
                Some(Elements {
                    places: [&*left.places, &*right.places].concat().into(),
                    made: left.made || right.made,
                })
            }
            Op::Let(index) => {
                let body = self.plan.lets.get(index as usize)?.value;
                self.elements(body, None)
            }
            Op::Call { .. } => {
                let (body, frame) = self.called(id, frame)?;
                self.elements(body, frame)
            }
            Op::Comprehension(index) => {
                if let Some((head, frame)) = self.yielded(index, frame) {
                    return self.elements(head, frame);
                }
                let (_, head, frame) = self.list_of(index, frame)?;
                let places = self.places(head, frame)?;
                Some(Elements { places, made: true })
            }
            Op::Local(slot) => match self.bound(slot, frame) {
                Bound::Value { of, frame, .. } => self.elements(of, frame),
                Bound::Element { .. } => self.elements_below(id, frame),
                Bound::Key { .. } | Bound::Unknown => None,
            },
            Op::Field(_) | Op::Index(_) => self.elements_below(id, frame),
            _ => None,
        }
    }

    fn elements_below(&mut self, id: OpId, frame: Frame) -> Option<Elements> {
        let lists = self.places(id, frame)?;
        let places = self.below(&lists, &Step::Element)?;
        Some(Elements { places, made: false })
    }

    /// The places one step below. None where the step leads nowhere: then the read set knows less than
    /// this analysis.
    pub(super) fn below(&self, places: &Places, step: &Step<'_>) -> Option<Places> {
        let mut found = Vec::new();
        let mut waiting = Vec::new();
        let mut seen = BTreeSet::new();
        let mut left = places.iter().copied();
        while let Some(id) = waiting.pop().or_else(|| left.next()) {
            let node = self.plan.reads.node(id)?;
            match step {
                Step::Field(name) => {
                    let fields = self.plan.reads.fields(node);
                    fields.of_key(name, |below| found.push(below));
                }
                Step::Any => found.extend(self.plan.reads.fields(node).iter().map(|(_, below)| *below)),
                Step::Element => {}
            }
            for (edge, below) in self.plan.reads.edges(node) {
                match edge {
                    Edge::Element | Edge::Index(_) | Edge::Value => {
                        if !matches!(step, Step::Field(_)) {
                            found.push(*below);
                        }
                    }
                    Edge::Variant(_) | Edge::Row => {
                        if places.binary_search(below).is_err() && seen.insert(*below) {
                            waiting.push(*below);
                        }
                    }
                }
            }
        }
        (places.is_empty() || !found.is_empty()).then(|| found.into())
    }
}
