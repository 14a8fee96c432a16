//! What types say of values: whether one fits, and what can be taken out of it.

use alloc::{string::String, vec, vec::Vec};

use wardlaw_lang::types::{Literal, Opaque, Type, TypeId, Types};

use crate::{
    input::Kind,
    plan::{check::Found, declared::Declared},
    value::{Value, View, World},
};

/// The types of a program; names are looked into when they are met.
pub(super) struct Shapes {
    types: Types,
}

/// How well a value fits a type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// Another kind of value.
    No,
    /// The right kind, outside the enumeration or union.
    Kind,
    /// It fits.
    Yes,
}

impl Shapes {
    pub(super) fn new(types: Types) -> Self {
        Self { types }
    }

    /// As messages show a type.
    pub(super) fn describe(&mut self, ty: TypeId) -> String {
        Declared::of(&mut self.types, ty).describe(&mut self.types)
    }

    /// Whether a value fits a type; else what it is. Only the value itself is looked at, and the
    /// literal-typed fields that tell records apart.
    pub(super) fn fits(&mut self, world: &World<'_>, value: Value, ty: TypeId) -> Result<(), Found> {
        let kind = match world.view(value) {
            View::Null => Kind::Null,
            View::Bool(_) => Kind::Bool,
            View::Int(_) => Kind::Int,
            View::Float(_) => Kind::Float,
            View::Huge(_) => Kind::Huge,
            View::Text(_) | View::Opaque(..) => Kind::String,
            View::List => Kind::List,
            View::Map => Kind::Object,
        };
        match self.fit(world, value, ty) {
            Fit::Yes => Ok(()),
            Fit::Kind => Err(Found::Other(kind)),
            Fit::No if kind == Kind::Null => Err(Found::Nothing),
            Fit::No => Err(Found::Kind(kind)),
        }
    }

    fn fit(&mut self, world: &World<'_>, value: Value, ty: TypeId) -> Fit {
        let fits_if = |fits| if fits { Fit::Yes } else { Fit::No };
        let literal = |equal| if equal { Fit::Yes } else { Fit::Kind };
        match (self.types.structure(ty), world.view(value)) {
            (Type::Union(members), _) => {
                let fits = members.iter().map(|member| self.fit(world, value, *member));
                fits.max().unwrap_or(Fit::No)
            }
            (Type::Optional(_) | Type::Null, View::Null) => Fit::Yes,
            (Type::Optional(present), _) => self.fit(world, value, present),
            (_, View::Null) => Fit::No,
            (Type::Any | Type::Error | Type::Named(_), _)
            | (Type::Bool, View::Bool(_))
            | (Type::Int, View::Int(_))
            | (Type::Float, View::Int(_) | View::Float(_))
            | (Type::String, View::Text(_))
            | (Type::List(_) | Type::Set(_), View::List)
            | (Type::Map(_), View::Map) => Fit::Yes,
            (Type::Tuple(members), View::List) => literal(world.len(value) == Some(members.len())),
            (Type::Literal(Literal::Text(known)), View::Text(text)) => literal(&*known == text),
            (Type::Literal(Literal::Int(known)), View::Int(int)) => literal(known == int),
            (Type::Literal(Literal::Bool(known)), View::Bool(bool)) => literal(known == bool),
            (Type::Opaque(known), View::Opaque(opaque, _)) => literal(known == opaque),
            (Type::Opaque(Opaque::Quantity), View::Text(text) | View::Huge(text)) => {
                literal(Opaque::Quantity.parse(text).is_some())
            }
            (Type::Opaque(Opaque::Quantity), view) => fits_if(matches!(
                view,
                View::Text(_) | View::Int(_) | View::Float(_) | View::Huge(_)
            )),
            (Type::Opaque(Opaque::Secret), View::Text(_)) => Fit::Yes,
            (Type::Opaque(opaque), View::Text(text)) => {
                let compiles = opaque != Opaque::Regex || crate::builtins::pattern::Regex::new(text).is_ok();
                literal(compiles && opaque.parse(text).is_some())
            }
            (Type::Record(fields), View::Map) => {
                literal(fields.iter().all(|field| match self.types.structure(field.ty) {
                    Type::Literal(_) => {
                        let member = world.member(value, &field.name);
                        self.fit(world, member, field.ty) == Fit::Yes
                    }
                    _ => true,
                }))
            }
            _ => Fit::No,
        }
    }

    /// The alternatives of a type: no union, no optional, no name of such.
    pub(super) fn alternatives(&mut self, ty: TypeId) -> Vec<TypeId> {
        match self.types.structure(ty) {
            Type::Union(members) => members
                .iter()
                .flat_map(|member| self.alternatives(*member))
                .collect(),
            Type::Optional(present) => self.alternatives(present),
            Type::Null | Type::Never => Vec::new(),
            _ => vec![ty],
        }
    }

    pub(super) fn structure(&mut self, ty: TypeId) -> Type {
        self.types.structure(ty)
    }

    pub(super) fn is_optional(&mut self, ty: TypeId) -> bool {
        self.types.is_optional(ty)
    }

    pub(super) fn optional(&mut self, ty: TypeId) -> TypeId {
        self.types.optional(ty)
    }

    pub(super) fn field(&mut self, record: TypeId, name: &str) -> Option<TypeId> {
        self.types.field(record, name)
    }

    pub(super) fn union(&mut self, members: &[TypeId]) -> TypeId {
        self.types.union(members)
    }

    pub(super) fn tuple(&mut self, members: impl IntoIterator<Item = TypeId>) -> TypeId {
        self.types.intern(Type::Tuple(members.into_iter().collect()))
    }

    fn union_or_any(&mut self, members: &[TypeId]) -> TypeId {
        if members.is_empty() {
            self.types.optional(Types::ANY)
        } else {
            self.types.union(members)
        }
    }

    /// What an element of a list, set or tuple is.
    pub(super) fn element(&mut self, ty: TypeId) -> TypeId {
        let mut elements = Vec::new();
        for alternative in self.alternatives(ty) {
            match self.types.structure(alternative) {
                Type::List(element) | Type::Set(element) => elements.push(element),
                Type::Tuple(members) => elements.extend(members.iter().copied()),
                Type::Any => elements.push(self.types.optional(Types::ANY)),
                _ => {}
            }
        }
        self.union_or_any(&elements)
    }

    /// What the element at a position is.
    pub(super) fn position(&mut self, ty: TypeId, index: usize) -> TypeId {
        let mut elements = Vec::new();
        for alternative in self.alternatives(ty) {
            match self.types.structure(alternative) {
                Type::Tuple(members) => elements.extend(members.get(index)),
                _ => elements.push(self.element(alternative)),
            }
        }
        self.union_or_any(&elements)
    }

    /// What the value of a member of a map or record is. A record is a map of anything: it may have
    /// fields that its type does not declare.
    pub(super) fn value(&mut self, ty: TypeId) -> TypeId {
        let mut values = Vec::new();
        for alternative in self.alternatives(ty) {
            match self.types.structure(alternative) {
                Type::Map(value) => values.push(value),
                Type::Record(_) | Type::Any => return Types::ANY,
                _ => {}
            }
        }
        let value = self.union_or_any(&values);
        self.types.present(value)
    }

    /// Whether every value of the type is a set.
    pub(super) fn is_set(&mut self, ty: TypeId) -> bool {
        let alternatives = self.alternatives(ty);
        !alternatives.is_empty()
            && alternatives
                .into_iter()
                .all(|ty| matches!(self.types.structure(ty), Type::Set(_)))
    }

    /// Whether no value of the type has parts in a document.
    pub(super) fn is_scalar(&mut self, ty: TypeId) -> bool {
        self.alternatives(ty).into_iter().all(|ty| {
            !matches!(
                self.types.structure(ty),
                Type::List(_)
                    | Type::Set(_)
                    | Type::Tuple(_)
                    | Type::Map(_)
                    | Type::Record(_)
                    | Type::Any
                    | Type::Error
            )
        })
    }

    /// Whether any text is of the type, so that none is read as more.
    pub(super) fn has_text(&mut self, ty: TypeId) -> bool {
        self.alternatives(ty).into_iter().any(|ty| {
            matches!(
                self.types.structure(ty),
                Type::String | Type::Any | Type::Error | Type::Opaque(Opaque::Secret)
            )
        })
    }

    /// Whether values of the type are walked as maps; whether as lists.
    pub(super) fn walked_as(&mut self, ty: TypeId) -> (bool, bool) {
        let (mut map, mut any) = (false, false);
        for alternative in self.alternatives(ty) {
            match self.types.structure(alternative) {
                Type::Map(_) | Type::Record(_) => map = true,
                Type::Any | Type::Error => any = true,
                _ => {}
            }
        }
        (map || any, !map || any)
    }

    /// The record types among the alternatives.
    pub(super) fn records(&mut self, ty: TypeId) -> Vec<TypeId> {
        let mut records = self.alternatives(ty);
        records.retain(|ty| matches!(self.types.structure(*ty), Type::Record(_)));
        records
    }

    /// Whether no value is of both record types: they differ in a literal-typed field.
    pub(super) fn disjoint(&mut self, a: TypeId, b: TypeId) -> bool {
        let Type::Record(fields) = self.types.structure(a) else {
            return false;
        };
        fields.iter().any(|field| {
            let Some(other) = self.types.field(b, &field.name) else {
                return false;
            };
            match (self.types.structure(field.ty), self.types.structure(other)) {
                (Type::Literal(a), Type::Literal(b)) => a != b,
                _ => false,
            }
        })
    }
}
