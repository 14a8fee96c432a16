//! Values taken whole: copies whose parts, to the last leaf, are read as their types say. What is compared,
//! ordered or put into a set is compared as such a copy; the value itself keeps its place.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};

use wardlaw_lang::types::{Type, TypeId, Types};

use super::{Reference, Wrong};
use crate::{
    input::Kind,
    plan::check::Found,
    value::{
        NodeRef, Value, View, order,
        place::{Base, Place, Token},
        world::sort_set,
    },
};

/// The types of the named members of an object, and of the others.
type Members = (BTreeMap<String, TypeId>, Option<TypeId>);

impl Reference<'_> {
    /// A copy of a value with its parts read as the type says. A part that is not of its type, which is an
    /// error that was found before the rules ran, stays as it is written.
    pub(super) fn whole(&mut self, value: Value, ty: TypeId) -> Value {
        match self.store.world.view(value) {
            View::Text(_) | View::Int(_) | View::Float(_) | View::Huge(_) => self.whole_scalar(value, ty),
            View::List => {
                let elements = self.elements(value);
                let mut items = Vec::new();
                for (index, element) in elements.into_iter().enumerate() {
                    items.push(match self.shapes.part(ty, index) {
                        Some(part) => self.whole(element, part),
                        None => element,
                    });
                }
                if self.shapes.is_set(ty) || matches!(value, Value::Set(_)) {
                    sort_set(&self.store.world, &mut items);
                    return Value::Set(self.store.world.add_run(&items));
                }
                Value::List(self.store.world.add_run(&items))
            }
            View::Map => {
                let Some(mut members) = self.store.world.members(value) else {
                    return value;
                };
                let (fields, others) = self.members(value, ty);
                let mut items = Vec::new();
                while let Some((key, member)) = members.next(&self.store.world) {
                    let name = self.store.world.text(key).unwrap_or("");
                    let part = fields.get(name).copied().or(others);
                    items.push(key);
                    items.push(part.map_or(member, |part| self.whole(member, part)));
                }
                Value::Map(self.store.world.add_run(&items))
            }
            View::Null | View::Bool(_) | View::Opaque(..) => value,
        }
    }

    fn whole_scalar(&mut self, value: Value, ty: TypeId) -> Value {
        if self.shapes.fits(&self.store.world, value, ty).is_err() {
            return value;
        }
        match (self.opaque(value, ty), value) {
            (Some(opaque), Value::Node(at)) => Value::Read(opaque, at),
            (Some(opaque), Value::Text(text)) => Value::Made(opaque, text),
            _ => value,
        }
    }

    /// What the members of an object are: by the only alternative of the type that it fits, else by all.
    fn members(&mut self, object: Value, ty: TypeId) -> Members {
        let alternatives = self.shapes.alternatives(ty);
        let (mut records, mut maps) = (Vec::new(), Vec::new());
        for alternative in alternatives {
            match self.shapes.structure(alternative) {
                Type::Any | Type::Error => return Members::default(),
                Type::Record(_) => records.push(alternative),
                Type::Map(value) => maps.push(value),
                _ => {}
            }
        }
        let others = (!maps.is_empty()).then(|| self.shapes.union(&maps));
        if let ([only], None) = (records.as_slice(), others) {
            return (self.fields(&[*only], &[]), None);
        }
        let mut fitting = records.clone();
        fitting.retain(|record| self.shapes.fits(&self.store.world, object, *record).is_ok());
        match (fitting.as_slice(), others) {
            ([only], None) => (self.fields(&[*only], &[]), None),
            ([], others) => (BTreeMap::new(), others),
            (_, others) => (self.fields(&records, &maps), others),
        }
    }

    fn fields(&mut self, records: &[TypeId], maps: &[TypeId]) -> BTreeMap<String, TypeId> {
        let mut fields = BTreeMap::new();
        for record in records {
            let Type::Record(known) = self.shapes.structure(*record) else {
                continue;
            };
            for field in known.iter() {
                let types: Vec<TypeId> = records
                    .iter()
                    .filter_map(|record| self.shapes.field(*record, &field.name))
                    .collect();
                let everywhere = types.len() == records.len() && maps.is_empty();
                let all: Vec<TypeId> = types.into_iter().chain(maps.iter().copied()).collect();
                let mut ty = self.shapes.union(&all);
                if !everywhere {
                    ty = self.shapes.optional(ty);
                }
                fields.insert(field.name.to_string(), ty);
            }
        }
        fields
    }

    /// Adds an error for each declared part of a value that is not of its type. The value itself is.
    pub(super) fn check_parts(&mut self, at: NodeRef, ty: TypeId, wrong: &mut Vec<Wrong>) {
        let Some(doc) = self.store.world.doc(at.doc) else {
            return;
        };
        let child = |node| NodeRef { doc: at.doc, node };
        match doc.kind(at.node) {
            Kind::List => {
                for (index, node) in doc.children(at.node).enumerate() {
                    if let Some(part) = self.shapes.part(ty, index) {
                        self.check_part(child(node), part, wrong);
                    }
                }
            }
            Kind::Object => {
                let (fields, others) = self.members(Value::Node(at), ty);
                for node in doc.children(at.node) {
                    let key = doc.key(node).unwrap_or("");
                    let is_null = doc.kind(node) == Kind::Null;
                    match (fields.get(key), others) {
                        (Some(part), _) => self.check_part(child(node), *part, wrong),
                        (None, Some(part)) if !is_null => self.check_part(child(node), part, wrong),
                        _ => {}
                    }
                }
                for (name, part) in fields {
                    if doc.get_str(at.node, &name).is_none() && !self.shapes.is_optional(part) {
                        let place = Place {
                            base: Base::Node(at),
                            rest: Vec::from([Token::Key(name.into())]),
                        };
                        wrong.push(self.mismatch(part, Found::Nothing, place));
                    }
                }
            }
            _ => {}
        }
    }

    fn check_part(&mut self, at: NodeRef, ty: TypeId, wrong: &mut Vec<Wrong>) {
        let value = self.store.world.node(at.doc, at.node);
        match self.shapes.fits(&self.store.world, value, ty) {
            Err(found) => wrong.push(self.mismatch(ty, found, Place::node(at))),
            Ok(()) => self.check_parts(at, ty, wrong),
        }
    }

    /// Two values as they are compared: each by its own type, and by that of the other.
    pub(super) fn alike(&mut self, left: (Value, TypeId), right: (Value, TypeId)) -> (Value, Value) {
        let a = self.whole(left.0, left.1);
        let b = self.whole(right.0, right.1);
        (self.whole(a, right.1), self.whole(b, left.1))
    }

    pub(super) fn equal(&mut self, left: (Value, TypeId), right: (Value, TypeId)) -> bool {
        let (a, b) = self.alike(left, right);
        order::equal(&self.store.world, a, b)
    }

    /// Values in their order, each with what it is ordered by; of equal ones the first.
    pub(super) fn sorted(&mut self, items: &[Value], types: &[TypeId], once: bool) -> Vec<Value> {
        let mut keyed: Vec<(Value, Value)> = Vec::new();
        for item in items {
            let key = types.iter().fold(*item, |key, ty| self.whole(key, *ty));
            keyed.push((key, *item));
        }
        let world = &self.store.world;
        keyed.sort_by(|(a, _), (b, _)| order::compare(world, *a, *b));
        if once {
            keyed.dedup_by(|(later, _), (earlier, _)| order::equal(world, *later, *earlier));
        }
        keyed.into_iter().map(|(_, item)| item).collect()
    }
}

impl super::Shapes {
    /// What the part of a list at an index is; none where nothing is declared of it.
    fn part(&mut self, ty: TypeId, index: usize) -> Option<TypeId> {
        let alternatives = self.alternatives(ty);
        if alternatives.contains(&Types::ANY) {
            return None;
        }
        let mut lists = Vec::new();
        for alternative in alternatives {
            if let Type::List(_) | Type::Set(_) | Type::Tuple(_) = self.structure(alternative) {
                lists.push(alternative);
            }
        }
        match lists.as_slice() {
            [] => None,
            [only] => match self.structure(*only) {
                Type::Tuple(members) => members.get(index).copied(),
                _ => Some(self.element(*only)),
            },
            many => {
                let union = self.union(many);
                Some(self.element(union))
            }
        }
    }
}
