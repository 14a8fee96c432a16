//! How types relate: what fits where, and what two have in common.

use alloc::{collections::BTreeSet, vec::Vec};

use super::{Literal, Opaque, Type, TypeId, Types};

/// How deep two types are followed into each other. What lies deeper fits nothing, and may be equal to anything:
/// names may lead to names without end, and the stack has one.
const MOST_NESTED: u32 = 256;

/// Pairs of types that were met on the way. Recursive types: what is being shown may be assumed.
#[derive(Default)]
struct Met {
    pairs: BTreeSet<(TypeId, TypeId)>,
    depth: u32,
}

impl Types {
    /// Whether a value of `from` may be used where `to` is wanted. `any` fits every type: its use is
    /// checked when it runs.
    pub fn assignable(&mut self, from: TypeId, to: TypeId) -> bool {
        self.fits(from, to, true, &mut Met::default())
    }

    /// Whether every value of `from` is one of `to`: `any` is no other type.
    pub(crate) fn within(&mut self, from: TypeId, to: TypeId) -> bool {
        self.fits(from, to, false, &mut Met::default())
    }

    /// `loose`: whether `any` fits every type.
    fn fits(&mut self, from: TypeId, to: TypeId, loose: bool, met: &mut Met) -> bool {
        if from == to || from == Self::ERROR || to == Self::ERROR || from == Self::NEVER {
            return true;
        }
        // What has no parts leads nowhere, so it need not be remembered.
        if !self.has_parts(from) && !self.has_parts(to) {
            let (from, to) = (self.resolve(from), self.resolve(to));
            return scalar_fits(self.get(from), self.get(to), loose);
        }
        if !met.pairs.insert((from, to)) {
            return true;
        }
        if met.depth >= MOST_NESTED {
            met.pairs.remove(&(from, to));
            return false;
        }
        met.depth = met.depth.saturating_add(1);
        let fits = self.fits_now(from, to, loose, met);
        met.depth = met.depth.saturating_sub(1);
        if !fits {
            met.pairs.remove(&(from, to));
        }
        fits
    }

    /// Whether a type is made of others.
    fn has_parts(&mut self, ty: TypeId) -> bool {
        match self.behind(ty) {
            Type::Error
            | Type::Never
            | Type::Any
            | Type::Null
            | Type::Bool
            | Type::Int
            | Type::Float
            | Type::String
            | Type::Literal(_)
            | Type::Opaque(_) => false,
            Type::List(_)
            | Type::Set(_)
            | Type::Map(_)
            | Type::Tuple(_)
            | Type::Record(_)
            | Type::Union(_)
            | Type::Optional(_)
            | Type::Named(_) => true,
        }
    }

    fn fits_now(&mut self, from: TypeId, to: TypeId, loose: bool, met: &mut Met) -> bool {
        let to_structure = self.structure(to);
        let from_structure = self.structure(from);
        match (&from_structure, &to_structure) {
            (Type::Null, Type::Optional(_)) => true,
            (Type::Optional(inner), Type::Optional(_)) => self.fits(*inner, to, loose, met),
            (Type::Optional(_) | Type::Null, _) => false,
            (_, Type::Optional(inner)) => self.fits(from, *inner, loose, met),
            (_, Type::Any) => true,
            (Type::Any, _) => loose,
            (Type::Union(members), _) => {
                // A named member is cheap to find by id before structures are compared.
                if let Type::Union(wanted) = &to_structure
                    && members.iter().all(|member| wanted.contains(member))
                {
                    return true;
                }
                members.iter().all(|member| self.fits(*member, to, loose, met))
            }
            (_, Type::Union(members)) => {
                members.contains(&from) || members.iter().any(|member| self.fits(from, *member, loose, met))
            }
            (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
                self.fits(*a, *b, loose, met)
            }
            (Type::Record(fields), Type::Map(value)) => {
                *value == Self::ANY
                    || fields.iter().all(|field| {
                        let present = self.present(field.ty);
                        self.fits(present, *value, loose, met)
                    })
            }
            (Type::Tuple(a), Type::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(&**b).all(|(a, b)| self.fits(*a, *b, loose, met))
            }
            (Type::Record(have), Type::Record(want)) => {
                want.iter().all(
                    |wanted| match have.iter().find(|field| field.name == wanted.name) {
                        Some(field) => self.fits(field.ty, wanted.ty, loose, met),
                        None => self.is_optional(wanted.ty),
                    },
                )
            }
            (from, to) => scalar_fits(from, to, loose),
        }
    }

    /// The least type that both fit: the wider one, or their union.
    pub fn join(&mut self, a: TypeId, b: TypeId) -> TypeId {
        if a == b {
            return a;
        }
        if a == Self::ERROR || b == Self::ERROR {
            return Self::ERROR;
        }
        let absent = self.is_optional(a) || self.is_optional(b);
        let (present_a, present_b) = (self.present(a), self.present(b));
        let joined = self.join_present(present_a, present_b);
        if absent { self.optional(joined) } else { joined }
    }

    fn join_present(&mut self, a: TypeId, b: TypeId) -> TypeId {
        // `any` would swallow what is known: a join keeps it only where one side is `any`.
        if a == Self::ANY || b == Self::ANY {
            return Self::ANY;
        }
        if self.within(a, b) {
            return b;
        }
        if self.within(b, a) {
            return a;
        }
        match (self.structure(a), self.structure(b)) {
            (Type::List(x), Type::List(y)) => {
                let inner = self.join(x, y);
                self.intern(Type::List(inner))
            }
            (Type::Set(x), Type::Set(y)) => {
                let inner = self.join(x, y);
                self.intern(Type::Set(inner))
            }
            (Type::Map(x), Type::Map(y)) => {
                let inner = self.join(x, y);
                self.intern(Type::Map(inner))
            }
            // A list of pairs is a table: what counts is the type of each column.
            (Type::Tuple(x), Type::Tuple(y)) if x.len() == y.len() => {
                let members = x.iter().zip(&*y).map(|(x, y)| self.join(*x, *y)).collect();
                self.intern(Type::Tuple(members))
            }
            _ => self.union(&[a, b]),
        }
    }

    /// Whether a value of the type may have, at any depth, a part of an opaque type.
    pub fn holds(&mut self, ty: TypeId, opaque: Opaque) -> bool {
        let mut seen = BTreeSet::new();
        let mut next = alloc::vec![ty];
        while let Some(ty) = next.pop() {
            if !seen.insert(ty) {
                continue;
            }
            match self.structure(ty) {
                Type::Opaque(found) if found == opaque => return true,
                Type::Optional(part) | Type::List(part) | Type::Set(part) | Type::Map(part) => {
                    next.push(part);
                }
                Type::Union(parts) | Type::Tuple(parts) => next.extend(parts.iter().copied()),
                Type::Record(fields) => next.extend(fields.iter().map(|field| field.ty)),
                _ => {}
            }
        }
        false
    }

    /// Whether some value is of both types.
    pub fn overlap(&mut self, a: TypeId, b: TypeId) -> bool {
        self.meet(a, b, &mut Met::default())
    }

    fn meet(&mut self, a: TypeId, b: TypeId, met: &mut Met) -> bool {
        if a == b {
            return true;
        }
        if !self.has_parts(a) && !self.has_parts(b) {
            return self.assignable(a, b) || self.assignable(b, a) || self.meet_now(a, b, met);
        }
        if met.depth >= MOST_NESTED || !met.pairs.insert((a, b)) {
            return true;
        }
        met.depth = met.depth.saturating_add(1);
        let meets = self.assignable(a, b) || self.assignable(b, a) || self.meet_now(a, b, met);
        met.depth = met.depth.saturating_sub(1);
        if !meets {
            met.pairs.remove(&(a, b));
        }
        meets
    }

    fn meet_now(&mut self, a: TypeId, b: TypeId, met: &mut Met) -> bool {
        match (self.structure(a), self.structure(b)) {
            (Type::Optional(x), _) => self.meet(x, b, met),
            (_, Type::Optional(y)) => self.meet(a, y, met),
            (Type::Union(members), _) => members.iter().any(|member| self.meet(*member, b, met)),
            (_, Type::Union(members)) => members.iter().any(|member| self.meet(a, *member, met)),
            (Type::List(x), Type::List(y)) | (Type::Set(x), Type::Set(y)) | (Type::Map(x), Type::Map(y)) => {
                self.meet(x, y, met)
            }
            (Type::Literal(Literal::Int(_)) | Type::Int | Type::Float, Type::Float | Type::Int) => true,
            (Type::Record(x), Type::Record(y)) => x.iter().all(|field| {
                y.iter()
                    .find(|other| other.name == field.name)
                    .is_none_or(|other| self.meet(field.ty, other.ty, met))
            }),
            (Type::Tuple(x), Type::Tuple(y)) => {
                x.len() == y.len() && x.iter().zip(&*y).all(|(x, y)| self.meet(*x, *y, met))
            }
            _ => false,
        }
    }

    /// What is left of `ty` where it is known to be a `target`; `None` where it cannot be one.
    pub fn narrow(&mut self, ty: TypeId, target: TypeId) -> Option<TypeId> {
        if let Type::Union(targets) = self.structure(target) {
            let parts: Vec<TypeId> = targets
                .iter()
                .filter_map(|target| self.narrow(ty, *target))
                .collect();
            return (!parts.is_empty()).then(|| self.union(&parts));
        }
        let ty = self.present(ty);
        match self.structure(ty) {
            Type::Any | Type::Error => Some(target),
            Type::Union(members) => {
                if members.contains(&target) {
                    return Some(target);
                }
                let parts: Vec<TypeId> = members
                    .iter()
                    .filter_map(|member| self.narrow(*member, target))
                    .collect();
                (!parts.is_empty()).then(|| self.union(&parts))
            }
            _ if self.assignable(ty, target) => Some(ty),
            _ if self.assignable(target, ty) => Some(target),
            _ => None,
        }
    }

    /// What is left of `ty` where it is known not to be a `target`: only members of a union that fit the
    /// target wholly go.
    pub fn without(&mut self, ty: TypeId, target: TypeId) -> TypeId {
        let absent = self.is_optional(ty);
        let present = self.present(ty);
        if let (Some(common), Type::Union(members)) = (self.common(present), self.structure(present)) {
            // An open union of the library has a variant a kind, told apart by name: nothing is looked into.
            let left = members.iter().copied();
            let left = left.filter(|member| *member != target || *member == common);
            let left = left.collect();
            let left = self.intern(Type::Union(left));
            self.set_common(left, common);
            return if absent {
                self.intern(Type::Optional(left))
            } else {
                left
            };
        }
        let left = match self.structure(present) {
            Type::Union(members) => {
                let left: Vec<TypeId> = members
                    .iter()
                    .copied()
                    .filter(|member| *member == Self::ANY || !self.assignable(*member, target))
                    .collect();
                self.union(&left)
            }
            Type::Bool => match self.get(target) {
                Type::Literal(Literal::Bool(known)) => {
                    let other = Literal::Bool(!known);
                    self.intern(Type::Literal(other))
                }
                Type::Bool => Self::NEVER,
                _ => present,
            },
            Type::Any => present,
            _ if self.assignable(present, target) => Self::NEVER,
            _ => present,
        };
        if absent { self.optional(left) } else { left }
    }
}

/// Whether a type without parts fits one.
fn scalar_fits(from: &Type, to: &Type, loose: bool) -> bool {
    match (from, to) {
        (Type::Null, _) => *to == Type::Null,
        (_, Type::Any)
        | (Type::Literal(Literal::Text(_)), Type::String)
        | (Type::Literal(Literal::Int(_)), Type::Int | Type::Float)
        | (Type::Int, Type::Float)
        | (Type::Literal(Literal::Bool(_)), Type::Bool) => true,
        (Type::Any, _) => loose,
        _ => from == to,
    }
}
