//! STUB
#![allow(missing_docs)]
#[derive(Clone, Copy, Debug)]
pub struct Packed<'a>(&'a [u8]);
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TypeId(pub u32);
#[derive(Clone, Copy, Debug)]
pub struct PackedError;
#[derive(Clone, Copy, Debug)]
pub struct Enum<'a>(&'a [u8]);
impl<'a> Enum<'a> {
    pub fn values(&self) -> core::iter::Empty<&'a str> {
        core::iter::empty()
    }
    pub fn closed(&self) -> bool {
        false
    }
}
pub struct Field<'a> {
    pub name: &'a str,
    pub ty: TypeId,
    pub required: bool,
}
#[derive(Clone, Copy, Debug)]
pub struct Record<'a>(&'a [u8]);
impl<'a> Record<'a> {
    pub fn fields(&self) -> core::iter::Empty<Field<'a>> {
        core::iter::empty()
    }
}
#[derive(Clone, Copy, Debug)]
pub struct Union<'a>(&'a [u8]);
impl<'a> Union<'a> {
    pub fn members(&self) -> core::iter::Empty<TypeId> {
        core::iter::empty()
    }
    pub fn common(&self) -> Option<TypeId> {
        None
    }
}
pub enum Type<'a> {
    Bool,
    Int,
    Float,
    String,
    Any,
    Quantity,
    Time,
    Secret,
    IntOrString,
    Literal(&'a str),
    Enum(Enum<'a>),
    List(TypeId),
    Map(TypeId),
    Record(Record<'a>),
    Union(Union<'a>),
}
impl<'a> Packed<'a> {
    pub fn new(b: &'a [u8]) -> Result<Self, PackedError> {
        Ok(Self(b))
    }
    pub fn named(&self, _: &str) -> Option<TypeId> {
        None
    }
    pub fn names(&self) -> core::iter::Empty<(&'a str, TypeId)> {
        core::iter::empty()
    }
    pub fn name(&self, _: TypeId) -> Option<&'a str> {
        None
    }
    pub fn get(&self, _: TypeId) -> Type<'a> {
        Type::Any
    }
}
