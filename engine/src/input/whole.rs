//! A value with all its declared parts, against their shapes: what data are checked by when they are loaded,
//! and inputs where a rule reads them whole.

use super::{Document, Kind, NodeId};
use crate::plan::{
    check::{Check, CheckId, Checks, Found},
    shape::ShapeId,
};

/// Who is told of the parts.
pub(crate) trait Parts {
    /// A part that fits.
    fn fits(&mut self, _id: CheckId, _check: &Check, _part: NodeId) {}

    /// A part that does not; or an object that lacks a member.
    fn wrong(&mut self, check: CheckId, found: Found, part: NodeId, missing: Option<&str>);
}

/// A value and its parts. Recursion follows the document, whose depth is bounded.
pub(crate) fn value(
    checks: &Checks,
    doc: &Document<'_>,
    shape: ShapeId,
    node: NodeId,
    told: &mut impl Parts,
) {
    let Some(known) = checks.shape(shape) else { return };
    let Some(check) = checks.get(known.check) else {
        return;
    };
    match check.node(doc, node).and_then(|()| check.compiles(doc, node)) {
        Err(found) => told.wrong(known.check, found, node, None),
        Ok(()) => {
            told.fits(known.check, check, node);
            parts(checks, doc, shape, node, told);
        }
    }
}

/// The parts of a value that fits itself.
pub(crate) fn parts(
    checks: &Checks,
    doc: &Document<'_>,
    shape: ShapeId,
    node: NodeId,
    told: &mut impl Parts,
) {
    let Some(shape) = checks.shape(shape) else { return };
    match doc.kind(node) {
        Kind::List => {
            for (index, element) in doc.children(node).enumerate() {
                if let Some(part) = shape.element_at(index) {
                    value(checks, doc, part, element, told);
                }
            }
        }
        Kind::Object => {
            let (fields, others) = shape.members_of(checks, doc, node);
            for (key, field) in fields {
                match (doc.get(node, key), checks.shape(*field)) {
                    (Some(member), _) => value(checks, doc, *field, member, told),
                    (None, Some(field)) if !checks.is_optional(field.check) => {
                        told.wrong(field.check, Found::Nothing, node, Some(key.text()));
                    }
                    (None, _) => {}
                }
            }
            let Some(others) = others else { return };
            for member in doc.children(node) {
                let named = |key: &str| fields.iter().any(|(name, _)| name.text() == key);
                if doc.kind(member) != Kind::Null && !doc.key(member).is_some_and(named) {
                    value(checks, doc, others, member, told);
                }
            }
        }
        Kind::Null | Kind::Bool | Kind::Int | Kind::Float | Kind::Huge | Kind::String => {}
    }
}
