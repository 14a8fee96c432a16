//! Types: what the checker knows of values, and what the engine checks of documents.
//!
//! Types are interned: equal types have equal ids. Named types (`k8s.Pod`, `User`) are expanded when
//! they are first looked into, so that a policy pays only for the types it uses. The table travels
//! with the IR; at run time it is read, never changed.

use alloc::{boxed::Box, collections::BTreeMap, string::String, sync::Arc, vec::Vec};

pub mod display;
pub mod packed;
pub mod relate;
pub mod table;

use packed::Packed;

use crate::ids::{self, Ids};

/// A type; an index into [`Types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// A named type; an index into the names of [`Types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamedId(pub u32);

/// The structure of a type. What it holds is shared, because structures are handed about by value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// What a diagnostic already stands for; fits everything.
    Error,
    /// No value: the element of the empty list.
    Never,
    /// Any value but null.
    Any,
    /// Only null.
    Null,
    /// `true` and `false`.
    Bool,
    /// 64-bit signed.
    Int,
    /// Finite double.
    Float,
    /// Text.
    String,
    /// One text, number or truth value.
    Literal(Literal),
    /// A type with inner structure that only builtins see.
    Opaque(Opaque),
    /// A list.
    List(TypeId),
    /// A set.
    Set(TypeId),
    /// A map from text.
    Map(TypeId),
    /// At least two.
    Tuple(Arc<[TypeId]>),
    /// Fields by name, each once; a field that may be missing has an optional type.
    Record(Arc<[Field]>),
    /// At least two members, none a union, optional or named union; by id, each once. A union with
    /// `String` and text literals is an open enumeration.
    Union(Arc<[TypeId]>),
    /// The type or absent; never nested, never of `Null`.
    Optional(TypeId),
    /// By name; [`Types::view`] and [`Types::resolve`] look behind it.
    Named(NamedId),
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field {
    /// Its name.
    pub name: Box<str>,
    /// Its type.
    pub ty: TypeId,
}

/// A literal type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Literal {
    /// `"Always"`
    Text(Arc<str>),
    /// `42`
    Int(i64),
    /// `true`
    Bool(bool),
}

/// Types with inner structure that only builtins see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Opaque {
    /// `500m`, `2Gi`: text or number in documents.
    Quantity,
    /// A point in time: RFC 3339 text in documents.
    Time,
    /// A length of time.
    Duration,
    /// A semantic version.
    Semver,
    /// An IP address.
    Ip,
    /// A network.
    Cidr,
    /// A regular expression.
    Regex,
    /// A glob.
    Glob,
    /// Text that cannot be interpolated.
    Secret,
    /// `latest` or `v1.N`: a version of the Pod Security Standards.
    PodSecurityVersion,
}

impl Opaque {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Quantity,
        Self::Time,
        Self::Duration,
        Self::Semver,
        Self::Ip,
        Self::Cidr,
        Self::Regex,
        Self::Glob,
        Self::Secret,
        Self::PodSecurityVersion,
    ];

    /// As written in a policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quantity => "quantity",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::Semver => "semver",
            Self::Ip => "ip",
            Self::Cidr => "cidr",
            Self::Regex => "regex",
            Self::Glob => "glob",
            Self::Secret => "secret",
            Self::PodSecurityVersion => "k8s.PodSecurityVersion",
        }
    }
}

/// A named type.
#[derive(Clone, Debug)]
pub struct Named {
    /// As the user writes it (`k8s.Pod`).
    pub name: String,
    /// Where its structure comes from.
    pub origin: Origin,
    /// Its structure, once it was looked into.
    pub body: Option<TypeId>,
}

/// Where the structure of a named type comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A packed table: index of the namespace, and the id there.
    Packed(u32, packed::TypeId),
    /// A `type` declaration.
    Source,
}

/// All types of a program.
#[derive(Clone, Debug)]
pub struct Types {
    structures: Vec<Type>,
    ids: Ids<Type>,
    named: Vec<Named>,
    packed: Vec<(String, Packed<'static>)>,
    packed_names: BTreeMap<(u32, packed::TypeId), TypeId>,
    /// Open unions of packed tables: the member that all others fit.
    common: BTreeMap<TypeId, TypeId>,
}

impl Default for Types {
    fn default() -> Self {
        Self::new()
    }
}

impl Types {
    /// The type of what a diagnostic already stands for.
    pub const ERROR: TypeId = TypeId(0);
    /// No value.
    pub const NEVER: TypeId = TypeId(1);
    /// Any value but null.
    pub const ANY: TypeId = TypeId(2);
    /// Only null.
    pub const NULL: TypeId = TypeId(3);
    /// `bool`
    pub const BOOL: TypeId = TypeId(4);
    /// `int`
    pub const INT: TypeId = TypeId(5);
    /// `float`
    pub const FLOAT: TypeId = TypeId(6);
    /// `string`
    pub const STRING: TypeId = TypeId(7);

    /// A table of the basic types.
    pub fn new() -> Self {
        let mut types = Self {
            structures: Vec::new(),
            ids: Ids::default(),
            named: Vec::new(),
            packed: Vec::new(),
            packed_names: BTreeMap::new(),
            common: BTreeMap::new(),
        };
        for basic in [
            Type::Error,
            Type::Never,
            Type::Any,
            Type::Null,
            Type::Bool,
            Type::Int,
            Type::Float,
            Type::String,
        ] {
            types.intern(basic);
        }
        types
    }

    /// The id of a structure; equal structures have equal ids. Unions and optionals go through
    /// [`Types::union`] and [`Types::optional`], which keep them normal.
    pub fn intern(&mut self, ty: Type) -> TypeId {
        let (structures, hash) = (&self.structures, ids::hash(&ty));
        if let Some(id) = self
            .ids
            .find(hash, &ty, |id| structures.get(id as usize) == Some(&ty))
        {
            return TypeId(id);
        }
        let id = TypeId(self.structures.len() as u32);
        self.ids.add(hash, id.0, || ty.clone());
        self.structures.push(ty);
        id
    }

    /// The structure of a type as it is, names not looked into.
    pub fn get(&self, id: TypeId) -> &Type {
        self.structures.get(id.0 as usize).unwrap_or(&Type::Error)
    }

    /// The structure of a type behind its name; a name that was never looked into while the policy was
    /// compiled stays [`Type::Named`].
    pub fn view(&self, id: TypeId) -> &Type {
        let mut ty = self.get(id);
        // A name of a name of a name: declarations form no circle, the bound only guards a broken table.
        for _ in 0..64 {
            match ty {
                Type::Named(named) => match self.named(*named).and_then(|n| n.body) {
                    Some(body) => ty = self.get(body),
                    None => return ty,
                },
                _ => return ty,
            }
        }
        ty
    }

    /// A named type.
    pub fn named(&self, id: NamedId) -> Option<&Named> {
        self.named.get(id.0 as usize)
    }

    /// Declares a named type of a policy; its body is set later with [`Types::define`].
    pub fn declare(&mut self, name: String) -> (NamedId, TypeId) {
        let id = NamedId(self.named.len() as u32);
        self.named.push(Named {
            name,
            origin: Origin::Source,
            body: None,
        });
        (id, self.intern(Type::Named(id)))
    }

    /// Sets the body of a declared type.
    pub fn define(&mut self, id: NamedId, body: TypeId) {
        if let Some(named) = self.named.get_mut(id.0 as usize) {
            named.body = Some(body);
        }
    }

    /// Registers the packed types of a namespace.
    pub fn add_packed(&mut self, namespace: &str, packed: Packed<'static>) {
        if self.packed(namespace).is_none() {
            self.packed.push((namespace.into(), packed));
        }
    }

    /// The packed types of a namespace.
    pub fn packed(&self, namespace: &str) -> Option<&Packed<'static>> {
        self.packed
            .iter()
            .find(|(name, _)| name == namespace)
            .map(|(_, packed)| packed)
    }

    /// `T?`: of an optional itself, of null null.
    pub fn optional(&mut self, id: TypeId) -> TypeId {
        match self.get(id) {
            Type::Optional(_) | Type::Null | Type::Error => id,
            Type::Never => Self::NULL,
            Type::Named(_) => {
                // A name for an optional type is that optional.
                let body = self.resolve(id);
                if matches!(self.get(body), Type::Optional(_) | Type::Null) {
                    body
                } else {
                    self.intern(Type::Optional(id))
                }
            }
            _ => self.intern(Type::Optional(id)),
        }
    }

    /// The type without its absence: `T` of `T?`, nothing of null.
    pub fn present(&mut self, id: TypeId) -> TypeId {
        match self.get(id) {
            Type::Optional(inner) => *inner,
            Type::Null => Self::NEVER,
            Type::Named(_) => {
                let body = self.resolve(id);
                match self.get(body) {
                    Type::Optional(inner) => *inner,
                    Type::Null => Self::NEVER,
                    _ => id,
                }
            }
            _ => id,
        }
    }

    /// Whether a value of the type may be absent.
    pub fn is_optional(&mut self, id: TypeId) -> bool {
        let body = self.resolve(id);
        matches!(self.get(body), Type::Optional(_) | Type::Null)
    }

    /// `A | B`: flat, each member once; null makes it optional.
    pub fn union(&mut self, members: &[TypeId]) -> TypeId {
        let mut flat = Vec::new();
        let mut absent = false;
        let mut stack: Vec<TypeId> = members.iter().rev().copied().collect();
        while let Some(id) = stack.pop() {
            match self.get(id) {
                Type::Never => {}
                Type::Error => return Self::ERROR,
                Type::Null => absent = true,
                Type::Optional(inner) => {
                    absent = true;
                    stack.push(*inner);
                }
                Type::Union(inner) => stack.extend(inner.iter().copied()),
                Type::Named(_) => {
                    // Named unions and optionals are flattened, named records keep their name.
                    let body = self.resolve(id);
                    match self.get(body) {
                        Type::Union(_) | Type::Optional(_) | Type::Null | Type::Literal(_) => {
                            stack.push(body);
                        }
                        _ => flat.push(id),
                    }
                }
                _ => flat.push(id),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        if flat.contains(&Self::FLOAT) {
            flat.retain(|id| *id != Self::INT);
        }
        if flat.contains(&Self::BOOL) {
            flat.retain(|id| !matches!(self.get(*id), Type::Literal(Literal::Bool(_))));
        }
        let union = match flat.as_slice() {
            [] => Self::NEVER,
            [one] => *one,
            _ => self.intern(Type::Union(flat.into())),
        };
        match (absent, union) {
            (true, Self::NEVER) => Self::NULL,
            (true, union) => self.optional(union),
            (false, union) => union,
        }
    }

    /// A literal text type.
    pub fn text_literal(&mut self, text: &str) -> TypeId {
        self.intern(Type::Literal(Literal::Text(text.into())))
    }

    /// The named type of a namespace, by the name behind the dot (`Pod` of `k8s`).
    pub fn packed_named(&mut self, namespace: &str, name: &str) -> Option<TypeId> {
        let (index, id) = self
            .packed
            .iter()
            .enumerate()
            .find(|(_, (n, _))| n == namespace)
            .and_then(|(index, (_, packed))| Some((index as u32, packed.named(name)?)))?;
        Some(self.import(index, id))
    }

    /// The type behind a name, looked into now; any other type as it is.
    pub fn resolve(&mut self, id: TypeId) -> TypeId {
        let mut id = id;
        for _ in 0..64 {
            let Type::Named(named) = *self.get(id) else {
                return id;
            };
            let Some(entry) = self.named(named) else {
                return Self::ERROR;
            };
            id = match (entry.body, entry.origin) {
                (Some(body), _) => body,
                (None, Origin::Source) => return Self::ERROR,
                (None, Origin::Packed(namespace, packed)) => {
                    let body = self.expand(namespace, packed);
                    self.define(named, body);
                    body
                }
            };
        }
        id
    }

    /// The structure behind a name, looked into now.
    pub fn structure(&mut self, id: TypeId) -> Type {
        self.behind(id).clone()
    }

    /// The structure behind a name, looked into now, where it lies.
    pub fn behind(&mut self, id: TypeId) -> &Type {
        let id = self.resolve(id);
        self.get(id)
    }

    /// The fields of a record type.
    pub fn field(&mut self, record: TypeId, name: &str) -> Option<TypeId> {
        let id = self.resolve(record);
        match self.get(id) {
            Type::Record(fields) => {
                let at = fields.binary_search_by(|field| (*field.name).cmp(name)).ok()?;
                fields.get(at).map(|field| field.ty)
            }
            _ => None,
        }
    }

    /// A record of the fields, ordered by name.
    pub fn record(&mut self, mut fields: Vec<Field>) -> TypeId {
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        fields.dedup_by(|a, b| a.name == b.name);
        self.intern(Type::Record(fields.into()))
    }

    /// Says which member of an open union all others fit.
    pub(super) fn set_common(&mut self, union: TypeId, common: TypeId) {
        self.common.insert(union, common);
    }

    /// A type of a packed table: by name where it has one, so that it is looked into only when needed.
    fn import(&mut self, namespace: u32, id: packed::TypeId) -> TypeId {
        if let Some(known) = self.packed_names.get(&(namespace, id)) {
            return *known;
        }
        let Some((prefix, table)) = self.packed.get(namespace as usize) else {
            return Self::ERROR;
        };
        let ty = match table.name(id) {
            Some(name) => {
                let name = alloc::format!("{prefix}.{name}");
                let named = NamedId(self.named.len() as u32);
                self.named.push(Named {
                    name,
                    origin: Origin::Packed(namespace, id),
                    body: None,
                });
                self.intern(Type::Named(named))
            }
            None => self.expand(namespace, id),
        };
        self.packed_names.insert((namespace, id), ty);
        ty
    }

    /// The structure of a type of a packed table.
    fn expand(&mut self, namespace: u32, id: packed::TypeId) -> TypeId {
        let Some((_, table)) = self.packed.get(namespace as usize) else {
            return Self::ERROR;
        };
        let table = *table;
        match table.get(id) {
            packed::Type::Bool => Self::BOOL,
            packed::Type::Int => Self::INT,
            packed::Type::Float => Self::FLOAT,
            packed::Type::String => Self::STRING,
            packed::Type::Any => Self::ANY,
            packed::Type::Quantity => self.intern(Type::Opaque(Opaque::Quantity)),
            packed::Type::Time => self.intern(Type::Opaque(Opaque::Time)),
            packed::Type::Duration => self.intern(Type::Opaque(Opaque::Duration)),
            packed::Type::Secret => self.intern(Type::Opaque(Opaque::Secret)),
            packed::Type::IntOrString => self.union(&[Self::INT, Self::STRING]),
            packed::Type::Literal(text) => self.text_literal(text),
            packed::Type::Enum(values) => {
                let mut members: Vec<TypeId> =
                    values.values().map(|value| self.text_literal(value)).collect();
                if !values.closed() {
                    members.push(Self::STRING);
                }
                self.union(&members)
            }
            packed::Type::List(inner) => {
                let inner = self.import(namespace, inner);
                self.intern(Type::List(inner))
            }
            packed::Type::Map(inner) => {
                let inner = self.import(namespace, inner);
                self.intern(Type::Map(inner))
            }
            packed::Type::Record(record) => {
                let fields = record
                    .fields()
                    .map(|field| {
                        let ty = self.import(namespace, field.ty);
                        let ty = if field.required {
                            ty
                        } else {
                            self.optional_by_name(ty)
                        };
                        Field {
                            name: field.name.into(),
                            ty,
                        }
                    })
                    .collect();
                self.record(fields)
            }
            packed::Type::Union(union) => {
                let mut members: Vec<TypeId> = union
                    .variants()
                    .map(|member| self.import(namespace, member))
                    .collect();
                members.sort_unstable();
                members.dedup();
                let common = union.rest().map(|common| self.import(namespace, common));
                let id = self.intern(Type::Union(members.into()));
                if let Some(common) = common {
                    self.common.insert(id, common);
                }
                id
            }
        }
    }

    /// The member of an open union that every other member fits (`k8s.Custom` of `k8s.Object`).
    pub fn common(&mut self, union: TypeId) -> Option<TypeId> {
        let id = self.resolve(union);
        self.common.get(&id).copied()
    }

    /// `T?` without looking behind the name: names of packed tables are never optional.
    fn optional_by_name(&mut self, id: TypeId) -> TypeId {
        match self.get(id) {
            Type::Named(_) => self.intern(Type::Optional(id)),
            _ => self.optional(id),
        }
    }
}
