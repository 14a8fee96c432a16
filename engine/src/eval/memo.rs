//! Where fields were found before: rules ask for the same fields of the same objects over and over. One
//! entry a slot, the newest stays; an entry of another decision is known by its number.

use alloc::vec::Vec;

use wardlaw_lang::types::packed::{self, Packed, TypeId};

use crate::{
    input::{MemberName, NodeId},
    value::symbols::Symbol,
};

/// Slots, a power of two: a pod with three containers has some 150 pairs of object and field that rules ask for.
const SLOTS: usize = 512;

/// In place of a field's name: the number of the text that the node is.
const SYMBOL: u32 = u32::MAX;

/// A field of an object of the first document of a decision, and where it is.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    decision: u32,
    object: u32,
    name: u32,
    /// The node; `u32::MAX` where the object has no such field.
    found: u32,
}

/// The entries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memo {
    entries: Vec<Entry>,
    decision: u32,
}

impl Memo {
    /// For a new decision: nothing is known.
    pub(super) fn begin(&mut self) {
        self.decision = self.decision.wrapping_add(1);
        if self.decision == 0 || self.entries.is_empty() {
            self.decision = 1;
            self.entries.clear();
            self.entries.resize(SLOTS, Entry::default());
        }
    }

    /// The field of an object, by the number of its name; found by `find` where it is not known.
    #[inline]
    pub(super) fn child(
        &mut self,
        object: NodeId,
        name: u32,
        find: impl FnOnce() -> Option<NodeId>,
    ) -> Option<NodeId> {
        let slot = (object.0.wrapping_mul(37) ^ name) as usize % SLOTS;
        let Some(entry) = self.entries.get_mut(slot) else {
            return find();
        };
        let known = (entry.decision, entry.object, entry.name) == (self.decision, object.0, name);
        if !known {
            *entry = Entry {
                decision: self.decision,
                object: object.0,
                name,
                found: find().map_or(u32::MAX, |node| node.0),
            };
        }
        (entry.found != u32::MAX).then_some(NodeId(entry.found))
    }

    /// What a node of that document is among the texts of data, found by `find` where it is not known.
    #[inline]
    pub(super) fn symbol(&mut self, node: NodeId, find: impl FnOnce() -> Symbol) -> Symbol {
        let number = self.child(node, SYMBOL, || match find() {
            Symbol::Of(number) => Some(NodeId(number)),
            Symbol::Unknown | Symbol::Opaque => None,
        });
        number.map_or(Symbol::Unknown, |NodeId(number)| Symbol::Of(number))
    }
}

/// A packed type, as far as a walk through a document needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    pub(crate) ty: TypeId,
    pub(crate) named: bool,
    pub(crate) below: Below,
}

/// What a value of a packed type has inside it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Below {
    /// Named fields.
    Fields,
    /// Elements of a type.
    Elements(TypeId),
    /// Members of a type, of any names.
    Members(TypeId),
    /// Nothing that is known.
    Nothing,
}

impl Form {
    pub(crate) fn of(packed: &Packed<'static>, ty: TypeId) -> Self {
        Self {
            ty,
            named: packed.is_named(ty),
            below: match packed.get(ty) {
                packed::Type::Record(_) => Below::Fields,
                packed::Type::List(element) => Below::Elements(element),
                packed::Type::Map(member) => Below::Members(member),
                // A union says nothing of its members.
                _ => Below::Nothing,
            },
        }
    }
}

/// The kind and the fields of the packed types that were found: what is looked at first the next time, in
/// whatever decision.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    /// The table that they are of.
    table: Option<Packed<'static>>,
    /// API version and kind, and its type.
    kind: Option<(&'static str, &'static str, TypeId)>,
    /// In twos, the newer first: of three that want one place the oldest goes.
    slots: Vec<[Known; 2]>,
}

/// A field of a type.
#[derive(Clone, Copy, Debug)]
struct Known {
    owner: TypeId,
    name: &'static str,
    form: Form,
}

impl Fields {
    /// From here on they are of that table.
    pub(crate) fn begin(&mut self, packed: &Packed<'static>) {
        if self.table.is_some_and(|table| table.is(*packed)) {
            return;
        }
        self.table = Some(*packed);
        self.kind = None;
        self.slots.clear();
    }

    /// The record of a kind.
    pub(crate) fn kind(&mut self, api_version: &str, kind: &str) -> Option<TypeId> {
        if let Some((known_version, known_kind, ty)) = self.kind
            && (known_version, known_kind) == (api_version, kind)
        {
            return Some(ty);
        }
        let packed = self.table.as_ref()?;
        let ty = packed.kind(api_version, kind)?;
        if let packed::Type::Record(record) = packed.get(ty)
            && let Some((own_version, own_kind)) = record.gvk()
            && (own_version, own_kind) == (api_version, kind)
        {
            self.kind = Some((own_version, own_kind, ty));
        }
        Some(ty)
    }

    /// For a walk that asks for fields.
    pub(crate) fn make_room(&mut self) {
        if !self.slots.is_empty() {
            return;
        }
        let nothing = TypeId(u32::MAX);
        let none = Known {
            owner: nothing,
            name: "",
            form: Form {
                ty: nothing,
                named: false,
                below: Below::Nothing,
            },
        };
        self.slots.resize(2 * SLOTS, [none; 2]);
    }

    /// What the field of a record holds, by the key of a member; none where the record has no such field. After
    /// [`Fields::make_room`].
    #[inline]
    pub(crate) fn of(&mut self, owner: TypeId, name: &MemberName<'_>) -> Option<Form> {
        let slot = (owner.0.wrapping_mul(37) ^ name.hash()) as usize % (2 * SLOTS);
        let [first, second] = self.slots.get_mut(slot)?;
        for known in [&*first, second] {
            if known.owner == owner && name.is_text(known.name) {
                return Some(known.form);
            }
        }
        let known = find(self.table.as_ref()?, owner, name)?;
        *second = *first;
        *first = known;
        Some(known.form)
    }
}

#[inline(never)]
fn find(packed: &Packed<'static>, owner: TypeId, name: &MemberName<'_>) -> Option<Known> {
    let packed::Type::Record(record) = packed.get(owner) else {
        return None;
    };
    let field = record.field(core::str::from_utf8(name.bytes()).ok()?)?;
    Some(Known {
        owner,
        name: field.name,
        form: Form::of(packed, field.ty),
    })
}
