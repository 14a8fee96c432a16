//! The bytes of types. What runs needs only the packed tables that the library has; the other types are read
//! when a host calls a function, whose arguments are checked by them.

use alloc::vec::Vec;

use wardlaw_lang::types::{
    Field, Literal, Named, NamedId, Opaque, Origin, Type, TypeId, Types, packed, packed::Packed, table::Table,
};

use super::codec::{Coded, Read, Reader, Writer, ids, numbered, structures, variants};
use crate::input::FieldKey;

ids!(NamedId, TypeId, packed::TypeId);

numbered!(
    Opaque, |number: usize| Opaque::ALL.get(number).copied();
);

structures! {
    Field { name, ty }
    Named { name, origin, body }
    Table { structures, named, namespaces, imported, common }
}

variants! {
    Literal { 0 Text(text), 1 Int(number), 2 Bool(truth), }
    Type {
        0 Error, 1 Never, 2 Any, 3 Null, 4 Bool, 5 Int, 6 Float, 7 String,
        8 Literal(literal),
        9 Opaque(opaque),
        10 List(element),
        11 Set(element),
        12 Map(value),
        13 Tuple(members),
        14 Record(fields),
        15 Union(members),
        16 Optional(inner),
        17 Named(named),
    }
    Origin { 0 Packed(namespace, id), 1 Source, }
}

/// The bytes of all types.
pub(super) fn write(types: &Types) -> Vec<u8> {
    let mut out = Writer::default();
    types.to_table().write(&mut out);
    out.out
}

/// What these bytes say, with the packed tables of `known`; none where they contradict themselves or it.
pub(super) fn read(bytes: &[u8], known: &Types) -> Option<Types> {
    let mut reader = Reader::new(bytes);
    let table = Table::read(&mut reader).ok().filter(|_| reader.is_empty())?;
    let packed = table.namespaces.iter().map(|name| known.packed(name).copied());
    let packed: Option<Vec<Packed<'static>>> = packed.collect();
    Types::from_table(table, packed?)
}

/// The packed tables alone.
pub(super) fn only_packed(packed: Vec<(alloc::string::String, Packed<'static>)>) -> Option<Types> {
    let (namespaces, packed) = packed.into_iter().unzip();
    let table = Table {
        namespaces,
        ..Types::new().to_table()
    };
    Types::from_table(table, packed)
}
