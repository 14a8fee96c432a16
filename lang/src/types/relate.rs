//! How types relate: what fits where, and what two have in common.

use alloc::{collections::BTreeSet, vec::Vec};

use super::{Literal, Opaque, Type, TypeId, Types};

impl Types {
    /// Whether a value of `from` may be used where `to` is wanted. `any` fits every type: its use is
    /// checked when it runs.
    pub fn assignable(&mut self, from: TypeId, to: TypeId) -> bool {
        self.fits(from, to, true, &mut BTreeSet::new())
    }

    /// Whether every value of `from` is one of `to`: `any` is no other type.
    pub(crate) fn within(&mut self, from: TypeId, to: TypeId) -> bool {
        self.fits(from, to, false, &mut BTreeSet::new())
    }

    /// `loose`: whether `any` fits every type.
    fn fits(
        &mut self,
        from: TypeId,
        to: TypeId,
        loose: bool,
        assumed: &mut BTreeSet<(TypeId, TypeId)>,
    ) -> bool {
        if from == to || from == Self::ERROR || to == Self::ERROR || from == Self::NEVER {
            return true;
        }
        // Recursive types: what is being shown may be assumed.
        if !assumed.insert((from, to)) {
            return true;
        }
        let fits = self.fits_now(from, to, loose, assumed);
        if !fits {
            assumed.remove(&(from, to));
        }
        fits
    }

    fn fits_now(
        &mut self,
        from: TypeId,
        to: TypeId,
        loose: bool,
        assumed: &mut BTreeSet<(TypeId, TypeId)>,
    ) -> bool {
        let to_structure = self.structure(to);
        let from_structure = self.structure(from);
        match (&from_structure, &to_structure) {
            (Type::Null, Type::Optional(_)) => true,
            (Type::Optional(inner), Type::Optional(_)) => self.fits(*inner, to, loose, assumed),
            (Type::Optional(_) | Type::Null, _) => false,
            (_, Type::Optional(inner)) => self.fits(from, *inner, loose, assumed),
            (_, Type::Any) => true,
            (Type::Any, _) => loose,
            (Type::Union(members), _) => {
                // A named member is cheap to find by id before structures are compared.
                if let Type::Union(wanted) = &to_structure
                    && members.iter().all(|member| wanted.contains(member))
                {
                    return true;
                }
                members
                    .iter()
                    .all(|member| self.fits(*member, to, loose, assumed))
            }
            (_, Type::Union(members)) => {
                members.contains(&from)
                    || members
                        .iter()
                        .any(|member| self.fits(from, *member, loose, assumed))
            }
            (Type::Literal(Literal::Text(_)), Type::String)
            | (Type::Literal(Literal::Int(_)), Type::Int | Type::Float)
            | (Type::Int, Type::Float)
            | (Type::Literal(Literal::Bool(_)), Type::Bool) => true,
            (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
                self.fits(*a, *b, loose, assumed)
            }
            (Type::Record(fields), Type::Map(value)) => {
                *value == Self::ANY
                    || fields.iter().all(|field| {
                        let present = self.present(field.ty);
                        self.fits(present, *value, loose, assumed)
                    })
            }
            (Type::Tuple(a), Type::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.fits(*a, *b, loose, assumed))
            }
            (Type::Record(have), Type::Record(want)) => {
                want.iter().all(
                    |wanted| match have.iter().find(|field| field.name == wanted.name) {
                        Some(field) => self.fits(field.ty, wanted.ty, loose, assumed),
                        None => self.is_optional(wanted.ty),
                    },
                )
            }
            (a, b) => a == b,
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
                let members = x.into_iter().zip(y).map(|(x, y)| self.join(x, y)).collect();
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
                Type::Union(parts) | Type::Tuple(parts) => next.extend(parts),
                Type::Record(fields) => next.extend(fields.iter().map(|field| field.ty)),
                _ => {}
            }
        }
        false
    }

    /// Whether some value is of both types.
    pub fn overlap(&mut self, a: TypeId, b: TypeId) -> bool {
        if self.assignable(a, b) || self.assignable(b, a) {
            return true;
        }
        match (self.structure(a), self.structure(b)) {
            (Type::Optional(x), _) => self.overlap(x, b),
            (_, Type::Optional(y)) => self.overlap(a, y),
            (Type::Union(members), _) => members.iter().any(|member| self.overlap(*member, b)),
            (_, Type::Union(members)) => members.iter().any(|member| self.overlap(a, *member)),
            (Type::List(x), Type::List(y)) | (Type::Set(x), Type::Set(y)) | (Type::Map(x), Type::Map(y)) => {
                self.overlap(x, y)
            }
            (Type::Literal(Literal::Int(_)) | Type::Int | Type::Float, Type::Float | Type::Int) => true,
            (Type::Record(x), Type::Record(y)) => x.iter().all(|field| {
                y.iter()
                    .find(|other| other.name == field.name)
                    .is_none_or(|other| self.overlap(field.ty, other.ty))
            }),
            (Type::Tuple(x), Type::Tuple(y)) => {
                x.len() == y.len() && x.iter().zip(&y).all(|(x, y)| self.overlap(*x, *y))
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
        if let (Some(common), Type::Union(mut members)) = (self.common(present), self.structure(present)) {
            // An open union of the library has a variant a kind, told apart by name: nothing is looked into.
            members.retain(|member| *member != target || *member == common);
            let left = self.intern(Type::Union(members));
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
