//! Shapes: what all parts of a value are read as, to the last leaf. They are made for the types whose
//! values are taken whole (compared, ordered, put into sets and rows, printed), and only for those: most
//! of the Kubernetes types are never looked into. A recursive type is a circle of shapes.

use alloc::{collections::BTreeMap, string::String, vec, vec::Vec};
use core::num::NonZeroU32;

use wardlaw_lang::types::{Type, TypeId, Types};

use super::{
    check::{CheckId, Checks, Convert},
    declared::Declared,
};
use crate::input::{Document, FieldKey, NodeId};

/// A shape; one more than an index into the shapes of [`Checks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ShapeId(pub(crate) NonZeroU32);

impl ShapeId {
    fn new(index: usize) -> Self {
        let number = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
        Self(NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN))
    }

    /// As an index.
    pub(crate) fn index(self) -> usize {
        (self.0.get() as usize).saturating_sub(1)
    }
}

/// The fields of an object, by name, and what else it holds.
pub(crate) type MemberShapes<'s> = (&'s [(FieldKey, ShapeId)], Option<ShapeId>);

/// The member of that key.
pub(crate) fn member((fields, value): MemberShapes<'_>, key: &str) -> Option<ShapeId> {
    match fields.binary_search_by(|(name, _)| name.text().cmp(key)) {
        Ok(at) => fields.get(at).map(|(_, shape)| *shape),
        Err(_) => value,
    }
}

/// What the parts of a value are read as.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// Of the value itself.
    pub(crate) check: CheckId,
    /// Whether a part, at any depth, is compared otherwise than as it is written: a value of an opaque
    /// type, or a list that stands for a set.
    pub(crate) special: bool,
    /// Whether a part below it is: a set of texts is special, and none of its parts.
    pub(crate) inner: bool,
    /// Whether a list stands for a set.
    pub(crate) set: bool,
    /// Of a list or set.
    pub(crate) element: Option<ShapeId>,
    /// Of a tuple.
    pub(crate) positions: Vec<ShapeId>,
    /// The records that an object may be.
    pub(crate) records: Vec<Record>,
    /// Where several of them fit, or none is told apart.
    pub(crate) merged: Vec<(FieldKey, ShapeId)>,
    /// Of a map.
    pub(crate) value: Option<ShapeId>,
}

/// Types whose shapes are to be made, the first of which gets the number `first`.
struct Wanted {
    first: usize,
    all: Vec<Declared>,
}

/// A record that an object may be.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// Fits where its literal-typed fields hold.
    pub(crate) variant: CheckId,
    /// By name.
    pub(crate) fields: Vec<(FieldKey, ShapeId)>,
}

impl Shape {
    /// The element of that index.
    pub(crate) fn element_at(&self, index: usize) -> Option<ShapeId> {
        self.element.or_else(|| self.positions.get(index).copied())
    }

    /// The members of an object: of the only alternative that it fits, else of all.
    pub(crate) fn members(&self, fits: impl Fn(CheckId) -> bool) -> MemberShapes<'_> {
        if let ([only], None) = (self.records.as_slice(), self.value) {
            return (&only.fields, None);
        }
        let mut fitting = self.records.iter().filter(|record| fits(record.variant));
        match (fitting.next(), fitting.next(), self.value) {
            (Some(only), None, None) => (&only.fields, None),
            (None, _, value) => (&[], value),
            (Some(_), _, value) => (&self.merged, value),
        }
    }

    /// The members of an object of a document.
    pub(crate) fn members_of(&self, checks: &Checks, doc: &Document<'_>, object: NodeId) -> MemberShapes<'_> {
        self.members(|variant| {
            let check = checks.get(variant);
            check.is_some_and(|check| check.node(doc, object).is_ok())
        })
    }

    fn parts(&self) -> impl Iterator<Item = ShapeId> {
        let fields = self.records.iter().flat_map(|record| &record.fields);
        let fields = fields.chain(&self.merged).map(|(_, shape)| *shape);
        let elements = self.element.into_iter().chain(self.positions.iter().copied());
        elements.chain(fields).chain(self.value)
    }
}

impl Checks {
    /// The shape of that id.
    pub(crate) fn shape(&self, id: ShapeId) -> Option<&Shape> {
        self.shapes.get(id.index())
    }

    /// The shape of a declared type, if a part of it is more than it is written as.
    pub(crate) fn special(&mut self, types: &mut Types, declared: &Declared) -> Option<ShapeId> {
        if !declared.has_parts(types) && !declared.is_opaque(types) {
            return None;
        }
        let id = self.add_shape(types, declared);
        self.shape(id).filter(|shape| shape.special).map(|_| id)
    }

    /// The shape of a declared type, if a part below the value itself is more than it is written as.
    pub(crate) fn inner(&mut self, types: &mut Types, declared: &Declared) -> Option<ShapeId> {
        if !declared.has_parts(types) {
            return None;
        }
        let id = self.add_shape(types, declared);
        self.shape(id).filter(|shape| shape.inner).map(|_| id)
    }

    /// The shape of a declared type. What it reaches is looked into, each type once.
    pub(crate) fn add_shape(&mut self, types: &mut Types, declared: &Declared) -> ShapeId {
        let first = self.shapes.len();
        let mut wanted = Wanted {
            first,
            all: Vec::new(),
        };
        let id = self.shape_id(declared, &mut wanted);
        let mut at = 0;
        while let Some(declared) = wanted.all.get(at).cloned() {
            let shape = self.new_shape(types, &declared, &mut wanted);
            self.shapes.push(shape);
            at = at.saturating_add(1);
        }
        self.spread(first);
        id
    }

    /// What is special makes special what holds it; a circle alone is not. Of the shapes from the first that is
    /// new on: what was there before holds none of them.
    fn spread(&mut self, first: usize) {
        let special = |shape: &Shape| shape.special;
        let mut holders: BTreeMap<ShapeId, Vec<usize>> = BTreeMap::new();
        let mut waiting: Vec<usize> = Vec::new();
        for (index, shape) in self.shapes.iter().enumerate().skip(first) {
            for part in shape.parts() {
                holders.entry(part).or_default().push(index);
            }
            if shape.parts().any(|part| self.shape(part).is_some_and(special)) {
                waiting.push(index);
            }
        }
        while let Some(index) = waiting.pop() {
            let Some(shape) = self.shapes.get_mut(index).filter(|shape| !shape.inner) else {
                continue;
            };
            shape.inner = true;
            if !core::mem::replace(&mut shape.special, true) {
                waiting.extend(holders.remove(&ShapeId::new(index)).unwrap_or_default());
            }
        }
    }

    /// The id that a shape has, or will have when those before it in `wanted` are made.
    fn shape_id(&mut self, declared: &Declared, wanted: &mut Wanted) -> ShapeId {
        if let Some(known) = self.known.shapes.get(declared) {
            return *known;
        }
        let id = ShapeId::new(wanted.first.saturating_add(wanted.all.len()));
        self.known.shapes.insert(declared.clone(), id);
        wanted.all.push(declared.clone());
        id
    }

    fn new_shape(&mut self, types: &mut Types, declared: &Declared, wanted: &mut Wanted) -> Shape {
        let check = self.add(types, declared);
        let set = declared.is_set(types);
        let converts = self
            .get(check)
            .is_some_and(|check| check.convert == Convert::Opaque);
        let mut shape = Shape {
            check,
            special: set || converts,
            inner: false,
            set,
            element: None,
            positions: Vec::new(),
            records: Vec::new(),
            merged: Vec::new(),
            value: None,
        };
        let (mut lists, mut maps, mut records) = (Declared::default(), Declared::default(), Vec::new());
        for id in &declared.alternatives {
            match types.structure(*id) {
                Type::List(_) | Type::Set(_) | Type::Tuple(_) => lists.alternatives.push(*id),
                Type::Map(_) => maps.alternatives.push(*id),
                Type::Record(_) => records.push(*id),
                _ => {}
            }
        }
        match lists.tuple(types) {
            Some(members) => {
                for member in members.iter() {
                    let part = Declared::of(types, *member);
                    let part = self.shape_id(&part, wanted);
                    shape.positions.push(part);
                }
            }
            None if lists.alternatives.is_empty() => {}
            None => {
                let part = lists.element(types);
                shape.element = Some(self.shape_id(&part, wanted));
            }
        }
        if !maps.alternatives.is_empty() {
            let part = maps.value(types);
            shape.value = Some(self.shape_id(&part, wanted));
        }
        for record in &records {
            let alone = Declared {
                alternatives: vec![*record],
                optional: false,
            };
            let variant = self.add(types, &alone);
            let fields = self.fields(types, &alone, &[*record], wanted);
            shape.records.push(Record { variant, fields });
        }
        if records.len() > 1 || (!records.is_empty() && shape.value.is_some()) {
            let mut all = maps;
            all.alternatives.extend(records.iter().copied());
            shape.merged = self.fields(types, &all, &records, wanted);
        }
        shape
    }

    /// The fields of records, by name; what only some of the alternatives know may be missing.
    fn fields(
        &mut self,
        types: &mut Types,
        declared: &Declared,
        records: &[TypeId],
        wanted: &mut Wanted,
    ) -> Vec<(FieldKey, ShapeId)> {
        let mut names: Vec<String> = Vec::new();
        for record in records {
            if let Type::Record(fields) = types.structure(*record) {
                names.extend(fields.iter().map(|field| String::from(&*field.name)));
            }
        }
        names.sort_unstable();
        names.dedup();
        let mut found = Vec::with_capacity(names.len());
        for name in names {
            let everywhere = records.iter().all(|record| types.field(*record, &name).is_some());
            let mut field = declared.field(types, &name);
            field.optional |= !everywhere;
            found.push((FieldKey::new(&name), self.shape_id(&field, wanted)));
        }
        found
    }
}
