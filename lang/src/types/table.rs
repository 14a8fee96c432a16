//! The types of a program as plain lists: what is written where a program is kept as bytes, and checked where
//! it is read again.

use alloc::{string::String, vec, vec::Vec};

use super::{Named, Origin, Type, TypeId, Types, packed, packed::Packed};
use crate::ids::{self, Ids};

/// How deep types lie inside each other, names not looked into: as deep as the syntax lets them be written,
/// and what packed tables and schemas add.
const MOST_DEPTH: u32 = 4_000;

/// All types of a program.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Structures; what is in one comes before it.
    pub structures: Vec<Type>,
    /// Named types.
    pub named: Vec<Named>,
    /// Builtin namespaces whose packed tables are used.
    pub namespaces: Vec<String>,
    /// Types of packed tables, and what they became.
    pub imported: Vec<((u32, packed::TypeId), TypeId)>,
    /// Open unions of packed tables: the member that all others fit.
    pub common: Vec<(TypeId, TypeId)>,
}

impl Types {
    /// As plain lists.
    pub fn to_table(&self) -> Table {
        Table {
            structures: self.structures.clone(),
            named: self.named.clone(),
            namespaces: self.packed.iter().map(|(name, _)| name.clone()).collect(),
            imported: self.packed_names.iter().map(|(key, ty)| (*key, *ty)).collect(),
            common: self
                .common
                .iter()
                .map(|(union, common)| (*union, *common))
                .collect(),
        }
    }

    /// From plain lists, and the packed tables of their namespaces in the same order; none where the lists
    /// contradict themselves.
    pub fn from_table(table: Table, packed: Vec<Packed<'static>>) -> Option<Self> {
        if table.namespaces.len() != packed.len() || !is_sound(&table) {
            return None;
        }
        // Each structure once, and the basic types where they always are.
        let basic = Self::new();
        if !table.structures.starts_with(&basic.structures) {
            return None;
        }
        let mut ids = Ids::default();
        for (id, ty) in (0_u32..).zip(&table.structures) {
            let hash = ids::hash(ty);
            let twice = ids.find(hash, ty, |id| table.structures.get(id as usize) == Some(ty));
            if twice.is_some() {
                return None;
            }
            ids.add(hash, id, || ty.clone());
        }
        Some(Self {
            structures: table.structures,
            ids,
            named: table.named,
            packed: table.namespaces.into_iter().zip(packed).collect(),
            packed_names: table.imported.into_iter().collect(),
            common: table.common.into_iter().collect(),
        })
    }
}

/// Whether everything exists, and nothing is inside itself but by name.
fn is_sound(table: &Table) -> bool {
    let exists = |id: TypeId| (id.0 as usize) < table.structures.len();
    let mut depths = vec![0_u32; table.structures.len()];
    for (index, ty) in table.structures.iter().enumerate() {
        let mut depth = 0;
        let mut inside = |id: TypeId| {
            let below = depths.get(id.0 as usize).filter(|_| (id.0 as usize) < index);
            depth = depth.max(below.map_or(u32::MAX, |below| below.saturating_add(1)));
        };
        match ty {
            Type::List(id) | Type::Set(id) | Type::Map(id) | Type::Optional(id) => inside(*id),
            Type::Tuple(members) | Type::Union(members) => members.iter().copied().for_each(inside),
            Type::Record(fields) => fields.iter().map(|field| field.ty).for_each(inside),
            Type::Named(named) if named.0 as usize >= table.named.len() => return false,
            _ => {}
        }
        if depth > MOST_DEPTH {
            return false;
        }
        if let Some(slot) = depths.get_mut(index) {
            *slot = depth;
        }
    }
    let namespaces = table.namespaces.len();
    table.named.iter().all(|named| {
        let known = match named.origin {
            Origin::Packed(namespace, _) => (namespace as usize) < namespaces,
            Origin::Source => true,
        };
        known && named.body.is_none_or(exists)
    }) && table
        .imported
        .iter()
        .all(|((namespace, _), ty)| (*namespace as usize) < namespaces && exists(*ty))
        && table
            .common
            .iter()
            .all(|(union, common)| exists(*union) && exists(*common))
}
