//! From formulas and shapes to types: each formula once. A record has a name, by which messages show it
//! and recursive schemas refer to it; its fields are looked into later, from a queue, so that depth is no
//! matter of the stack.

use alloc::{borrow::ToOwned, boxed::Box, collections::BTreeMap, format, string::String, vec::Vec};

use super::{
    At, Lowered, Work,
    address::longer,
    formula::{Atom, Formula},
    keyword,
    shape::{List, Object, Objects, Shape, Values},
};
use crate::types::{Field, Literal, NamedId, Opaque, Type, TypeId, Types};

/// A record that has a name, and whose fields are still to be looked into.
#[derive(Debug)]
pub(super) struct Waiting {
    named: NamedId,
    object: Object,
    name: String,
}

/// Lists of maps of lists of …: deeper ones get a name, too.
const DEEPEST: u32 = 24;

/// Texts that an open enumeration mentions.
const MOST_HINTS: usize = 256;

impl Work<'_> {
    /// The type of a formula, under that name; absent where null fits as well.
    pub(super) fn lower_as(&mut self, formula: &Formula, name: &str) -> TypeId {
        let (ty, null) = self.lower(formula, name, 0);
        self.finish_records();
        let ty = self.element(ty, false);
        if null { self.types.optional(ty) } else { ty }
    }

    /// A record under that name.
    pub(super) fn record(&mut self, object: Object, name: &str) -> TypeId {
        let ty = self.named_record(object, name);
        self.finish_records();
        ty
    }

    fn named_record(&mut self, object: Object, name: &str) -> TypeId {
        let (named, id) = self.types.declare(name.to_owned());
        self.waiting.push(Waiting {
            named,
            object,
            name: name.to_owned(),
        });
        id
    }

    fn finish_records(&mut self) {
        while let Some(Waiting { named, object, name }) = self.waiting.pop() {
            let body = self.fields(&object, &name, 0);
            self.types.define(named, body);
        }
    }

    /// A record of the fields; those that can never be present are none.
    fn fields(&mut self, object: &Object, name: &str, depth: u32) -> TypeId {
        let mut fields = Vec::with_capacity(object.fields.len());
        for (key, field) in &object.fields {
            let (ty, null) = self.lower(&field.formula, &longer(name, key), depth + 1);
            let ty = match (ty, null) {
                (Types::NEVER, false) => continue,
                (Types::NEVER, true) => Types::ANY,
                (ty, _) => ty,
            };
            let ty = if field.required && !null {
                ty
            } else {
                self.types.optional(ty)
            };
            fields.push(Field {
                name: Box::clone(key),
                ty,
            });
        }
        self.types.record(fields)
    }

    /// The type of what fits a formula and is not null, and whether null fits, too.
    fn lower(&mut self, formula: &Formula, name: &str, depth: u32) -> (TypeId, bool) {
        if formula.is_any() {
            return (Types::ANY, true);
        }
        let (formula, own) = self.canonical(formula);
        match self.memo.lowered.get(&formula) {
            Some(Lowered::Done(ty, null)) => return (*ty, *null),
            Some(Lowered::Now(known)) => {
                let known = *known;
                let null = self.shape_of(&formula).null;
                return (self.name_of_now(&formula, known, name), null);
            }
            None => {}
        }
        if !self.spend(8) {
            return (Types::ANY, true);
        }
        let shape = self.shape_of(&formula);
        let name = own.as_deref().unwrap_or(name);
        if depth > DEEPEST {
            // Cut here: a record of one field would do, but `any` is no stricter and needs no more thought.
            self.vague(
                &formula,
                "lists and maps are nested too deeply here, so the part is `any`",
            );
            return (Types::ANY, shape.null);
        }
        self.memo.lowered.insert(formula.clone(), Lowered::Now(None));
        let ty = self.present(&formula, &shape, name, depth);
        if let Some(Lowered::Now(Some(asked))) = self.memo.lowered.get(&formula)
            && let Type::Named(named) = *self.types.get(*asked)
        {
            self.types.define(named, ty);
        }
        self.memo.lowered.insert(formula, Lowered::Done(ty, shape.null));
        (ty, shape.null)
    }

    /// A name for a type that is being made, and contains itself.
    fn name_of_now(&mut self, formula: &Formula, known: Option<TypeId>, name: &str) -> TypeId {
        known.unwrap_or_else(|| {
            let (_, id) = self.types.declare(name.to_owned());
            self.memo.lowered.insert(formula.clone(), Lowered::Now(Some(id)));
            id
        })
    }

    /// The formula with plain references replaced by what they refer to, and the name that a definition has.
    fn canonical(&mut self, formula: &Formula) -> (Formula, Option<String>) {
        let mut canonical = Formula::never();
        for all in formula.alternatives() {
            let mut met = Formula::any();
            for atom in all {
                let atom = self.target(*atom);
                met = met.and(&Formula::of(atom));
            }
            canonical = canonical.or(&met);
        }
        let name = match canonical.single() {
            Some(Atom::Node(file, node)) => self.info(file).definitions.get(&node).map(|name| {
                let last = name.rsplit('.').next().unwrap_or(name);
                last.chars().take(80).collect()
            }),
            _ => None,
        };
        (canonical, name)
    }

    /// Where a schema that says nothing but `$ref`, or `allOf` of one schema, leads.
    fn target(&mut self, atom: Atom) -> Atom {
        let mut atom = atom;
        for _ in 0..DEEPEST {
            let Atom::Node(file, node) = atom else { break };
            let Some(tree) = self.tree(file) else { break };
            let mut said = tree.members(node).filter(|(key, _)| keyword::is_typed(key));
            let next = match (said.next(), said.next()) {
                (Some(("$ref", node)), None) => self.reference(At { file, node }),
                (Some(("allOf", list)), None) => {
                    let mut parts = tree.children(list);
                    match (parts.next(), parts.next()) {
                        (Some(only), None) => Some(Atom::Node(file, only)),
                        _ => None,
                    }
                }
                _ => None,
            };
            match next {
                Some(next) => atom = next,
                None => break,
            }
        }
        atom
    }

    /// The type of all values of a shape but null.
    fn present(&mut self, formula: &Formula, shape: &Shape, name: &str, depth: u32) -> TypeId {
        if shape.every_kind() {
            let says_more = shape.list != Some(List::any())
                || shape.objects.iter().any(|objects| match objects {
                    Objects::Known(_) => true,
                    Objects::Of(object) => !object.fields.is_empty(),
                });
            if says_more {
                let why = "values of every type fit this schema, as it has no `type`, so the part is `any`";
                self.vague(formula, why);
            }
            return Types::ANY;
        }
        let mut members = Vec::new();
        match &shape.bools {
            Values::All => members.push(Types::BOOL),
            Values::Only(values) if values.len() == 2 => members.push(Types::BOOL),
            Values::Only(values) => {
                for value in values {
                    members.push(self.types.intern(Type::Literal(Literal::Bool(*value))));
                }
            }
        }
        self.text(shape, &mut members);
        // A quantity is a number as well.
        if shape.text.any || !shape.text.opaques.contains(&Opaque::Quantity) {
            match (&shape.ints, shape.floats) {
                (_, true) => members.push(Types::FLOAT),
                (Values::All, false) => members.push(Types::INT),
                (Values::Only(values), false) => {
                    for value in values {
                        members.push(self.types.intern(Type::Literal(Literal::Int(*value))));
                    }
                }
            }
        }
        if let Some(list) = &shape.list {
            let list = self.list(list, name, depth);
            members.push(list);
        }
        self.objects(formula, &shape.objects, name, depth, &mut members);
        self.types.union(&members)
    }

    fn text(&mut self, shape: &Shape, members: &mut Vec<TypeId>) {
        let text = &shape.text;
        if text.any {
            members.push(Types::STRING);
        } else {
            for opaque in &text.opaques {
                members.push(self.types.intern(Type::Opaque(*opaque)));
            }
        }
        if !text.any || text.literals.len() <= MOST_HINTS {
            for literal in &text.literals {
                members.push(self.types.text_literal(literal));
            }
        }
    }

    fn list(&mut self, list: &List, name: &str, depth: u32) -> TypeId {
        let length = list.prefix.len() as u64;
        if length >= 2 && list.least >= length && list.most <= length {
            let members = list
                .prefix
                .iter()
                .enumerate()
                .map(|(index, element)| {
                    let (ty, null) = self.lower(element, &format!("{name}[{index}]"), depth + 1);
                    self.element(ty, null)
                })
                .collect();
            return self.types.intern(Type::Tuple(members));
        }
        let (ty, null) = self.lower(&list.element(), &format!("{name}[]"), depth + 1);
        let element = self.element(ty, null);
        self.types.intern(Type::List(element))
    }

    fn element(&mut self, ty: TypeId, null: bool) -> TypeId {
        let ty = if ty == Types::NEVER { Types::ANY } else { ty };
        if null { self.types.optional(ty) } else { ty }
    }

    /// Records and maps. Several must be told apart by literals that they require; else they are one.
    fn objects(
        &mut self,
        formula: &Formula,
        objects: &[Objects],
        name: &str,
        depth: u32,
        members: &mut Vec<TypeId>,
    ) {
        match objects {
            [] => {}
            [Objects::Known(ty)] => members.push(*ty),
            [Objects::Of(object)] => {
                let ty = self.record_or_map(object, name, depth);
                members.push(ty);
            }
            several => {
                let Some(variants) = self.variants(formula, several, name, depth) else {
                    self.vague(formula, "these types cannot be told apart, so the part is `any`");
                    members.push(Types::ANY);
                    return;
                };
                members.extend(variants);
            }
        }
    }

    fn record_or_map(&mut self, object: &Object, name: &str, depth: u32) -> TypeId {
        if !object.fields.is_empty() {
            return self.named_record(object.clone(), name);
        }
        let (ty, _) = self.lower(&object.rest, &format!("{name}[…]"), depth + 1);
        let ty = if ty == Types::NEVER { Types::ANY } else { ty };
        self.types.intern(Type::Map(ty))
    }

    /// The variants of a union: alternatives with the same literals in the fields that all of them require are
    /// put together. None where there is a type of the library among them that nothing tells apart.
    fn variants(
        &mut self,
        formula: &Formula,
        several: &[Objects],
        name: &str,
        depth: u32,
    ) -> Option<Vec<TypeId>> {
        let mut described: Vec<(BTreeMap<Box<str>, Literal>, &Objects)> = Vec::new();
        for objects in several {
            let literals = match objects {
                Objects::Known(ty) => self.literals_of(*ty),
                Objects::Of(object) => self.literals(object, name, depth),
            };
            described.push((literals, objects));
        }
        let mut groups: BTreeMap<Vec<Literal>, Vec<&Objects>> = BTreeMap::new();
        let common: Vec<Box<str>> = described.first().map_or_else(Vec::new, |(first, _)| {
            let keys = first.keys().cloned();
            keys.filter(|key| described.iter().all(|(literals, _)| literals.contains_key(key)))
                .collect()
        });
        for (literals, objects) in &described {
            let key = common
                .iter()
                .filter_map(|key| literals.get(key).cloned())
                .collect();
            groups.entry(key).or_default().push(objects);
        }
        let several = groups.len() > 1;
        let mut variants = Vec::new();
        for group in groups.values() {
            let ty = match group.as_slice() {
                [Objects::Known(ty)] => *ty,
                group => {
                    let object = self.put_together(formula, group)?;
                    if several {
                        // A variant shows its fields, which tell it from the others.
                        self.fields(&object, name, depth + 1)
                    } else {
                        self.record_or_map(&object, name, depth)
                    }
                }
            };
            variants.push(ty);
        }
        Some(variants)
    }

    /// Several alternatives as one, with a warning where a field loses its type by it.
    pub(super) fn put_together(&mut self, formula: &Formula, group: &[&Objects]) -> Option<Object> {
        let mut all: Option<Object> = None;
        for objects in group {
            let Objects::Of(object) = objects else { return None };
            all = Some(all.map_or_else(|| object.clone(), |all| all.join(object)));
        }
        let all = all?;
        let typed = |name: &str| {
            group.iter().any(|objects| match objects {
                Objects::Of(object) => object
                    .fields
                    .get(name)
                    .is_some_and(|field| !field.formula.is_any()),
                Objects::Known(_) => false,
            })
        };
        let lost = all
            .fields
            .iter()
            .find(|(name, field)| field.formula.is_any() && typed(name));
        if let Some((lost, _)) = lost {
            let lost: String = lost.chars().take(60).collect();
            let why = format!(
                "alternatives that no required literal field tells apart: `{lost}`, which not all of them describe, is `any`"
            );
            self.vague(formula, &why);
        }
        Some(all)
    }

    /// The fields of a record that are required and a literal.
    fn literals(&mut self, object: &Object, name: &str, depth: u32) -> BTreeMap<Box<str>, Literal> {
        let mut found = BTreeMap::new();
        for (key, field) in object.fields.iter().filter(|(_, field)| field.required) {
            let (ty, null) = self.lower(&field.formula, &longer(name, key), depth + 1);
            if let (Type::Literal(literal), false) = (self.types.get(ty), null) {
                found.insert(Box::clone(key), literal.clone());
            }
        }
        found
    }

    fn literals_of(&mut self, record: TypeId) -> BTreeMap<Box<str>, Literal> {
        let Type::Record(fields) = self.types.structure(record) else {
            return BTreeMap::new();
        };
        let literal = |field: &Field| match self.types.structure(field.ty) {
            Type::Literal(literal) => Some((field.name.clone(), literal)),
            _ => None,
        };
        fields.iter().filter_map(literal).collect()
    }

    fn vague(&mut self, formula: &Formula, why: &str) {
        let node = formula
            .alternatives()
            .iter()
            .flatten()
            .find_map(|atom| match atom {
                Atom::Node(file, node) => Some((*file, *node)),
                Atom::Type(_) => None,
            });
        if let Some((file, node)) = node {
            let span = self.key_span(file, node);
            self.report.vague(span, why);
        }
    }
}
