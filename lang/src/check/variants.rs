//! Records of one union are told apart by a field that both have, whose literals differ; else nothing could
//! say which of them a value is, and what `is` shows would not be so. In the variant of an open union that
//! field is any text.

use alloc::{format, vec::Vec};

use crate::{
    Code, Diagnostic, Span,
    types::{Field, Literal, Type, TypeId, Types},
};

use super::Checker;

/// A union as it is written: its members, and where they stand.
pub(super) type Written = Vec<(TypeId, Span)>;

impl Checker<'_, '_> {
    /// Reports the unions whose records are not told apart. To be asked once all types are known.
    pub(super) fn variants(&mut self) {
        for written in core::mem::take(&mut self.unions) {
            let mut before: Vec<TypeId> = Vec::new();
            for (member, span) in written {
                let records = records(self.types(), member);
                let alike = records.iter().find_map(|record| {
                    let other = before
                        .iter()
                        .find(|other| !told_apart(self.types(), *record, **other))?;
                    Some((*record, *other))
                });
                if let Some((record, other)) = alike {
                    let (record, other) = (self.types().display(record), self.types().display(other));
                    self.report(
                        Diagnostic::new(
                            Code::VariantsAlike,
                            span,
                            format!("nothing tells `{record}` from `{other}`"),
                        )
                        .with_help("give both a field with literals that differ, such as `kind: \"a\"` and `kind: \"b\"`"),
                    );
                }
                before.extend(records);
            }
        }
    }
}

/// The records that values of a type may be, but for those of an open union of the library, which are told
/// apart by kind.
fn records(types: &mut Types, ty: TypeId) -> Vec<TypeId> {
    let ty = types.present(ty);
    match types.structure(ty) {
        Type::Record(_) => [ty].into(),
        Type::Union(_) if types.common(ty).is_some() => Vec::new(),
        Type::Union(members) => {
            let records = members
                .iter()
                .copied()
                .filter(|member| matches!(types.structure(*member), Type::Record(_)));
            records.collect()
        }
        _ => Vec::new(),
    }
}

fn told_apart(types: &mut Types, a: TypeId, b: TypeId) -> bool {
    let (Type::Record(x), Type::Record(y)) = (types.structure(a), types.structure(b)) else {
        return true;
    };
    let fields = |name: &str| y.iter().find(|field| &*field.name == name);
    a == b
        || x.iter()
            .any(|field| fields(&field.name).is_some_and(|other| differ(types, field, other)))
}

/// Whether two fields hold literals, none in both, or one of them literals and the other any text.
fn differ(types: &mut Types, a: &Field, b: &Field) -> bool {
    match (literals(types, a.ty), literals(types, b.ty)) {
        (Some(a), Some(b)) => !a.iter().any(|literal| b.contains(literal)),
        (Some(_), None) => types.structure(b.ty) == Type::String,
        (None, Some(_)) => types.structure(a.ty) == Type::String,
        (None, None) => false,
    }
}

fn literals(types: &mut Types, ty: TypeId) -> Option<Vec<Literal>> {
    let members = match types.structure(ty) {
        Type::Union(members) => members,
        _ => [ty].into(),
    };
    let literals = members.iter().map(|member| match types.structure(*member) {
        Type::Literal(literal) => Some(literal),
        _ => None,
    });
    literals.collect()
}
