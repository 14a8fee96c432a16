//! Declared types as the engine needs them: the alternatives of a value, and what lies one step below.
//! Both the checks of reads and the read set are made from these, so that they say the same.

use alloc::{borrow::ToOwned, format, string::String, sync::Arc, vec, vec::Vec};

use wardlaw_lang::types::{Literal, Type, TypeId, Types};

/// The alternatives of a type, none a union, optional or name of such.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Declared {
    /// By id, each once. Named records keep their name.
    pub(crate) alternatives: Vec<TypeId>,
    /// Whether the value may be absent.
    pub(crate) optional: bool,
}

impl Declared {
    /// Of a type.
    pub(crate) fn of(types: &mut Types, ty: TypeId) -> Self {
        let mut declared = Self::default();
        declared.add(types, ty);
        declared.finish(types)
    }

    /// `any?`
    fn anything() -> Self {
        Self {
            alternatives: vec![Types::ANY],
            optional: true,
        }
    }

    fn add(&mut self, types: &mut Types, ty: TypeId) {
        let mut stack = vec![ty];
        while let Some(id) = stack.pop() {
            let body = types.resolve(id);
            match types.get(body) {
                Type::Optional(inner) => {
                    self.optional = true;
                    stack.push(*inner);
                }
                Type::Null => self.optional = true,
                Type::Union(members) => stack.extend(members.iter().copied()),
                Type::Never => {}
                Type::Error => self.alternatives.push(Types::ANY),
                Type::Record(_) => self.alternatives.push(id),
                _ => self.alternatives.push(body),
            }
        }
    }

    /// Each alternative once; and none that another holds, as in [`Types::union`].
    fn finish(mut self, types: &mut Types) -> Self {
        self.alternatives.sort_unstable();
        self.alternatives.dedup();
        if self.alternatives.contains(&Types::ANY) {
            self.alternatives = vec![Types::ANY];
        }
        if self.alternatives.contains(&Types::FLOAT) {
            self.alternatives.retain(|id| *id != Types::INT);
        }
        if self.alternatives.contains(&Types::BOOL) {
            self.alternatives
                .retain(|id| !matches!(types.get(*id), Type::Literal(Literal::Bool(_))));
        }
        self
    }

    /// As it is when it is known to be present.
    pub(crate) fn present(mut self) -> Self {
        self.optional = false;
        self
    }

    /// A field: the type that the alternatives which know it give it.
    pub(crate) fn field(&self, types: &mut Types, name: &str) -> Self {
        let mut result = Self::default();
        for id in &self.alternatives {
            let body = types.resolve(*id);
            match *types.get(body) {
                Type::Record(_) => {
                    if let Some(ty) = types.field(body, name) {
                        result.add(types, ty);
                    }
                }
                Type::Map(value) => {
                    result.add(types, value);
                    result.optional = true;
                }
                Type::Opaque(opaque) => {
                    if let Some(ty) = opaque.field(types, name) {
                        result.add(types, ty);
                    }
                }
                Type::Any => return Self::anything(),
                _ => {}
            }
        }
        if result.alternatives.is_empty() && !result.optional {
            return Self::anything();
        }
        result.finish(types)
    }

    /// An element of a list or set.
    pub(crate) fn element(&self, types: &mut Types) -> Self {
        let mut result = Self::default();
        for id in &self.alternatives {
            let body = types.resolve(*id);
            match types.get(body) {
                Type::List(element) | Type::Set(element) => {
                    let element = *element;
                    result.add(types, element);
                }
                Type::Any => return Self::anything(),
                Type::Tuple(members) => {
                    for member in Arc::clone(members).iter() {
                        result.add(types, *member);
                    }
                }
                _ => {}
            }
        }
        if result.alternatives.is_empty() && !result.optional {
            return Self::anything();
        }
        result.finish(types)
    }

    /// The members, where the only alternative is a tuple.
    pub(crate) fn tuple(&self, types: &mut Types) -> Option<Arc<[TypeId]>> {
        match self.alternatives.as_slice() {
            [only] => match types.structure(*only) {
                Type::Tuple(members) => Some(members),
                _ => None,
            },
            _ => None,
        }
    }

    /// The element at a position of a tuple; of another list any of its elements.
    pub(crate) fn position(&self, types: &mut Types, index: usize) -> Self {
        let mut result = Self::default();
        for id in &self.alternatives {
            match types.structure(*id) {
                Type::Tuple(members) => {
                    if let Some(member) = members.get(index) {
                        result.add(types, *member);
                    }
                }
                _ => {
                    let alone = Self {
                        alternatives: vec![*id],
                        optional: false,
                    };
                    let element = alone.element(types);
                    result.optional |= element.optional;
                    result.alternatives.extend(element.alternatives);
                }
            }
        }
        if result.alternatives.is_empty() && !result.optional {
            return Self::anything();
        }
        result.finish(types)
    }

    /// The value of a member of a map or record; null members do not exist.
    pub(crate) fn value(&self, types: &mut Types) -> Self {
        let mut result = Self::default();
        for id in &self.alternatives {
            let body = types.resolve(*id);
            match *types.get(body) {
                Type::Map(value) => result.add(types, value),
                // A record is a map of anything, undeclared fields included.
                Type::Record(_) | Type::Any => return Self::anything().present(),
                _ => {}
            }
        }
        if result.alternatives.is_empty() {
            return Self::anything().present();
        }
        result.finish(types).present()
    }

    /// Whether one alternative is a map, record or anything.
    pub(crate) fn has_members(&self, types: &mut Types) -> bool {
        self.alternatives.iter().any(|id| {
            let body = types.resolve(*id);
            matches!(types.get(body), Type::Map(_) | Type::Record(_))
        })
    }

    /// Whether an alternative is a list, set, tuple, map or record: a value with parts of its own.
    pub(crate) fn has_parts(&self, types: &mut Types) -> bool {
        self.alternatives.iter().any(|id| {
            let body = types.resolve(*id);
            matches!(
                types.get(body),
                Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Map(_) | Type::Record(_)
            )
        })
    }

    /// Whether no alternative has parts, in a document.
    pub(crate) fn is_scalar(&self, types: &mut Types) -> bool {
        !self.has_parts(types) && !self.alternatives.contains(&Types::ANY)
    }

    /// Whether an alternative is an opaque type.
    pub(crate) fn is_opaque(&self, types: &mut Types) -> bool {
        self.alternatives.iter().any(|id| {
            let body = types.resolve(*id);
            matches!(types.get(body), Type::Opaque(_))
        })
    }

    /// Whether every alternative is a set.
    pub(crate) fn is_set(&self, types: &mut Types) -> bool {
        !self.alternatives.is_empty()
            && self.alternatives.iter().all(|id| {
                let body = types.resolve(*id);
                matches!(types.get(body), Type::Set(_))
            })
    }

    /// As messages show it: the type of a value that is present.
    pub(crate) fn describe(&self, types: &mut Types) -> String {
        // Types are numbered as they are met; a message does not depend on the order of files.
        let alternatives = self.alternatives.iter();
        let mut names: Vec<String> = alternatives.map(|id| describe(types, *id, 0)).collect();
        names.sort_unstable();
        names.dedup();
        let more = names.len() > SHOWN;
        names.truncate(SHOWN);
        let mut text = names.join(" | ");
        if more {
            text.push_str(" | …");
        }
        text
    }
}

/// Long unions say enough by their beginning.
const SHOWN: usize = 6;

/// The fields of a record type whose types are literals.
pub(crate) fn literal_fields(types: &mut Types, record: TypeId) -> Vec<(String, Literal)> {
    let body = types.resolve(record);
    let Type::Record(fields) = types.get(body) else {
        return Vec::new();
    };
    // A literal type has no name of its own in a packed table, so nothing has to be looked into.
    fields
        .iter()
        .filter_map(|field| match types.view(field.ty) {
            Type::Literal(literal) => Some((field.name.as_ref().into(), literal.clone())),
            _ => None,
        })
        .collect()
}

/// Whether no value can be of both record types: they differ in a literal-typed field.
pub(crate) fn disjoint(types: &mut Types, a: TypeId, b: TypeId) -> bool {
    let (a, b) = (literal_fields(types, a), literal_fields(types, b));
    a.iter()
        .any(|(name, literal)| b.iter().any(|(other, value)| other == name && value != literal))
}

fn describe(types: &mut Types, id: TypeId, depth: u32) -> String {
    if let Type::Named(named) = types.get(id) {
        return types
            .named(*named)
            .map_or_else(String::new, |named| named.name.clone());
    }
    if depth > 3 {
        return "…".to_owned();
    }
    let inner = depth.saturating_add(1);
    match types.get(id).clone() {
        Type::Error | Type::Any | Type::Named(_) => "any".to_owned(),
        Type::Never => "never".to_owned(),
        Type::Null => "null".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Float => "float".to_owned(),
        Type::String => "string".to_owned(),
        Type::Literal(Literal::Text(text)) => format!("\"{text}\""),
        Type::Literal(Literal::Int(value)) => format!("{value}"),
        Type::Literal(Literal::Bool(value)) => format!("{value}"),
        Type::Opaque(opaque) => opaque.name().to_owned(),
        Type::List(element) => format!("[{}]", describe(types, element, inner)),
        Type::Set(element) => format!("{{{}}}", describe(types, element, inner)),
        Type::Map(value) => format!("{{[string]: {}}}", describe(types, value, inner)),
        Type::Tuple(members) => {
            let members: Vec<String> = members.iter().map(|m| describe(types, *m, inner)).collect();
            format!("({})", members.join(", "))
        }
        Type::Record(fields) => {
            let shown: Vec<&str> = fields.iter().take(3).map(|field| &*field.name).collect();
            let more = if fields.len() > 3 { ", …" } else { "" };
            format!("{{{}{more}}}", shown.join(", "))
        }
        Type::Union(members) => {
            let mut members: Vec<String> = members.iter().map(|m| describe(types, *m, inner)).collect();
            members.sort_unstable();
            members.truncate(SHOWN);
            members.join(" | ")
        }
        Type::Optional(present) => format!("{}?", describe(types, present, inner)),
    }
}
