//! The whole walk over a packed table: that every reference leads somewhere, and that what is searched is sorted.

use super::{Packed, PackedError, Type, TypeId};

/// How deep lists and maps may nest without a record between them; more would be a circle.
const NESTING: usize = 16;

/// Tells what is wrong with a table, at the first place where something is.
pub(super) fn verify(table: Packed<'_>) -> Result<(), PackedError> {
    for index in 0..table.texts.ends.len() {
        text(
            table,
            u32::try_from(index)
                .map_err(|_| PackedError::Bounds)?
                .to_le_bytes(),
        )?;
    }
    for index in 0..table.len() {
        let id = TypeId(u32::try_from(index).map_err(|_| PackedError::Bounds)?);
        one(table, id).ok_or(PackedError::Type(id))?;
    }
    let names = table.names.iter();
    sorted(names.map(|[name, id]| exists(table, *id).and_then(|_| text(table, *name).ok())))?;
    let kinds = table.kinds.iter();
    sorted(kinds.map(|[version, kind, id]| {
        let key = (text(table, *version).ok()?, text(table, *kind).ok()?);
        let Type::Record(record) = table.get(exists(table, *id)?) else {
            return None;
        };
        (record.gvk() == Some(key)).then_some(key)
    }))?;
    sorted(table.groups.iter().map(|[group]| text(table, *group).ok()))
}

/// Whether a type and what it refers to directly are there.
fn one(table: Packed<'_>, id: TypeId) -> Option<()> {
    let [head, a, b, name] = *table.entry(id)?;
    let [tag, _, kind @ ..] = head;
    if let Some(name) = u32::from_le_bytes(name).checked_sub(1) {
        text(table, name.to_le_bytes()).ok()?;
    }
    let len = usize::try_from(u32::from_le_bytes(b)).ok()?;
    match table.get(id) {
        Type::Any => (tag == 4).then_some(()),
        Type::Literal(_) => text(table, a).ok().map(|_| ()),
        Type::Enum(choice) => {
            let whole = choice.values.len() == len && len > 0;
            (whole && choice.values.iter().all(|[value]| text(table, *value).is_ok())).then_some(())
        }
        Type::List(element) | Type::Map(element) => ends(table, element),
        Type::Record(record) => {
            let fields = record.fields.iter().map(|[name, _]| text(table, *name).ok());
            sorted(fields).ok()?;
            let kind = record.kind.is_some() || u16::from_le_bytes(kind) == 0;
            let gvk = record.kind.is_some() == record.gvk().is_some();
            let types = record.fields().all(|field| table.entry(field.ty).is_some());
            (kind && gvk && types && record.fields.len() == len).then_some(())
        }
        Type::Union(union) => {
            let records = union.variants().all(|variant| {
                table.entry(variant).is_some() && matches!(table.get(variant), Type::Record(_))
            });
            (records && union.variants.len() == len && len > 0).then_some(())
        }
        _ => Some(()),
    }
}

/// Whether lists and maps in each other come to an end.
fn ends(table: Packed<'_>, mut id: TypeId) -> Option<()> {
    for _ in 0..NESTING {
        table.entry(id)?;
        match table.get(id) {
            Type::List(element) | Type::Map(element) => id = element,
            _ => return Some(()),
        }
    }
    None
}

fn exists(table: Packed<'_>, id: [u8; 4]) -> Option<TypeId> {
    let id = TypeId(u32::from_le_bytes(id));
    table.entry(id).map(|_| id)
}

fn text(table: Packed<'_>, id: [u8; 4]) -> Result<&str, PackedError> {
    let bytes = table.texts.bytes_of(id).ok_or(PackedError::Text)?;
    core::str::from_utf8(bytes).map_err(|_| PackedError::Text)
}

/// Whether keys rise strictly; a key that cannot be read is no key.
fn sorted<K: Ord>(keys: impl Iterator<Item = Option<K>>) -> Result<(), PackedError> {
    let mut before = None;
    for key in keys {
        if key.is_none() || before.as_ref().is_some_and(|before| *before >= key) {
            return Err(PackedError::Order);
        }
        before = Some(key);
    }
    Ok(())
}
