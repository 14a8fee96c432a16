//! Builtins of the namespace `k8s`: versions of the Pod Security Standards, and what the packed types
//! of the API know.

use alloc::vec::Vec;

use wardlaw_lang::{
    builtin::pod_security_minor,
    suggest::nearest,
    types::packed::{self, Packed},
};

use super::text::text;
use crate::{
    eval::{Eval, Machine},
    input::{Document, Kind, NodeId},
    plan::OpId,
    value::{NodeRef, Value, Version},
};

/// `latest` or `v1.N`.
pub(crate) fn version(text: &str) -> Option<Version> {
    Some(Version {
        minor: u16::try_from(pod_security_minor(text)?).unwrap_or(u16::MAX),
        latest: text == "latest",
    })
}

pub(super) fn pod_security_version(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    if let Value::Version(_) = value {
        return Ok(value);
    }
    let text = text(machine, id, value)?;
    Ok(version(&text).map_or(Value::Null, Value::Version))
}

fn packed(machine: &Machine<'_>) -> Option<Packed<'static>> {
    machine.plan.types.packed("k8s").copied()
}

pub(super) fn knows_group(machine: &mut Machine<'_>, id: OpId, api_version: Value) -> Eval<Value> {
    let api_version = text(machine, id, api_version)?;
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    Ok(Value::Bool(
        packed(machine).is_some_and(|packed| packed.knows_group(group)),
    ))
}

pub(super) fn knows_kind(
    machine: &mut Machine<'_>,
    id: OpId,
    api_version: Value,
    kind: Value,
) -> Eval<Value> {
    let api_version = text(machine, id, api_version)?;
    let kind = text(machine, id, kind)?;
    let known = packed(machine).is_some_and(|packed| packed.kind(&api_version, &kind).is_some());
    Ok(Value::Bool(known))
}

/// A member that its type does not know.
struct Unknown {
    node: NodeId,
    owner: packed::TypeId,
    suggestion: Option<&'static str>,
}

/// Records `{name, owner, suggestion, value}` of the members, at any depth, that the type of the
/// object's kind does not know. Of an object of unknown kind, nothing.
pub(super) fn unknown_fields(machine: &mut Machine<'_>, id: OpId, object: Value) -> Eval<Value> {
    let mut unknown = Vec::new();
    let (Value::Node(at), Some(packed)) = (object, packed(machine)) else {
        return machine.make_run(&[], id).map(Value::List);
    };
    if let Some(doc) = machine.world.doc(at.doc) {
        let word = |name| doc.get_str(at.node, name).and_then(|node| doc.str(node));
        if let (Some(api_version), Some(kind)) = (word("apiVersion"), word("kind"))
            && let Some(ty) = packed.kind(api_version, kind)
        {
            walk(&packed, doc, at.node, ty, ty, &mut unknown);
        }
    }
    let mut records = Vec::with_capacity(unknown.len());
    for found in unknown {
        let node = NodeRef {
            doc: at.doc,
            node: found.node,
        };
        let owner = packed.name(found.owner).unwrap_or("object");
        let owner = machine.make_text(&alloc::format!("k8s.{owner}"), id)?;
        let suggestion = match found.suggestion {
            Some(suggestion) => machine.make_text(suggestion, id)?,
            None => Value::Null,
        };
        let mut members = Vec::with_capacity(8);
        let values = [Value::Key(node), owner, suggestion, Value::Node(node)];
        for (name, value) in ["name", "owner", "suggestion", "value"].into_iter().zip(values) {
            members.push(machine.make_text(name, id)?);
            members.push(value);
        }
        records.push(Value::Map(machine.make_run(&members, id)?));
    }
    machine.make_run(&records, id).map(Value::List)
}

/// Recursion follows the document, whose depth the reader bounds.
fn walk(
    packed: &Packed<'static>,
    doc: &Document<'_>,
    node: NodeId,
    ty: packed::TypeId,
    owner: packed::TypeId,
    out: &mut Vec<Unknown>,
) {
    match (packed.get(ty), doc.kind(node)) {
        (packed::Type::Record(record), Kind::Object) => {
            let owner = if packed.name(ty).is_some() { ty } else { owner };
            for member in doc.children(node) {
                let name = doc.key(member).unwrap_or("");
                if doc.kind(member) == Kind::Null {
                    continue;
                }
                match record.field(name) {
                    Some(field) => walk(packed, doc, member, field.ty, owner, out),
                    None if record.open() => {}
                    None => out.push(Unknown {
                        node: member,
                        owner,
                        suggestion: nearest(name, record.fields().map(|field| field.name)),
                    }),
                }
            }
        }
        (packed::Type::List(element), Kind::List) => {
            for child in doc.children(node) {
                walk(packed, doc, child, element, owner, out);
            }
        }
        (packed::Type::Map(value), Kind::Object) => {
            for child in doc.children(node) {
                walk(packed, doc, child, value, owner, out);
            }
        }
        // A value of another kind than declared is a matter of types; a union says nothing of its members.
        _ => {}
    }
}
