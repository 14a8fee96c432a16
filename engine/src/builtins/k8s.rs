//! Builtins of the namespace `k8s`: versions of the Pod Security Standards, and what the packed types
//! of the API know.

use alloc::vec::Vec;

use wardlaw_lang::{
    suggest::nearest,
    types::packed::{self, Packed},
};

use super::text::text;
use crate::{
    eval::{Below, Eval, Fields, Form, Machine},
    input::{Document, Kind, NodeId},
    plan::OpId,
    value::{NodeRef, Value, order},
};

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
    let Some(packed) = packed(machine) else {
        return Ok(Value::Bool(false));
    };
    machine.fields.begin(&packed);
    Ok(Value::Bool(machine.fields.kind(&api_version, &kind).is_some()))
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
    let (Some(at), Some(packed)) = (object.as_node(), packed(machine)) else {
        return machine.make_run(&[], id).map(Value::List);
    };
    machine.fields.begin(&packed);
    if let Some(doc) = machine.world.doc(at.doc) {
        let word = |name| doc.get_str(at.node, name).and_then(|node| doc.str(node));
        if let (Some(api_version), Some(kind)) = (word("apiVersion"), word("kind"))
            && let Some(ty) = machine.fields.kind(api_version, kind)
        {
            machine.fields.make_room();
            let mut members = Members {
                packed: &packed,
                doc,
                fields: &mut machine.fields,
                unknown: &mut unknown,
            };
            members.walk(at.node, Form::of(&packed, ty), ty);
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

/// A walk over the members of an object, with the types beside it.
struct Members<'m, 'd> {
    packed: &'m Packed<'static>,
    doc: &'d Document<'d>,
    fields: &'m mut Fields,
    unknown: &'m mut Vec<Unknown>,
}

impl Members<'_, '_> {
    /// Recursion follows the document, whose depth the reader bounds. A value of another kind than declared is a
    /// matter of types.
    fn walk(&mut self, node: NodeId, form: Form, owner: packed::TypeId) {
        let doc = self.doc;
        match (form.below, doc.kind(node)) {
            (Below::Fields, Kind::Object) => {
                let owner = if form.named { form.ty } else { owner };
                doc.each_member(node, |member, name| {
                    if name.kind() == Kind::Null {
                        return;
                    }
                    match self.fields.of(form.ty, &name) {
                        // What is neither has no members.
                        Some(below) if matches!(name.kind(), Kind::Object | Kind::List) => {
                            self.walk(member, below, owner);
                        }
                        Some(_) => {}
                        None => self.unknown(member, form.ty, owner),
                    }
                });
            }
            (Below::Elements(below), Kind::List) | (Below::Members(below), Kind::Object) => {
                let mut form = None;
                for child in doc.children(node) {
                    if matches!(doc.kind(child), Kind::Object | Kind::List) {
                        let form = form.get_or_insert_with(|| Form::of(self.packed, below));
                        self.walk(child, *form, owner);
                    }
                }
            }
            _ => {}
        }
    }

    /// A member that its record does not name.
    #[cold]
    fn unknown(&mut self, node: NodeId, ty: packed::TypeId, owner: packed::TypeId) {
        let packed::Type::Record(record) = self.packed.get(ty) else {
            return;
        };
        if record.open() {
            return;
        }
        let fields = record.fields().map(|field| field.name);
        self.unknown.push(Unknown {
            node,
            owner,
            suggestion: nearest(self.doc.key(node).unwrap_or(""), fields),
        });
    }
}

/// Whether the labels hold the pair.
fn holds(machine: &Machine<'_>, labels: Value, key: Value, wanted: Value) -> bool {
    machine.world.text(key).is_some_and(|key| {
        let found = machine.world.member(labels, key);
        !matches!(found, Value::Null) && order::equal(&machine.world, found, wanted)
    })
}

/// How many pairs there are; none where one does not hold.
fn pairs(machine: &Machine<'_>, wanted: Value, labels: Value) -> Option<usize> {
    let mut count = 0_usize;
    if let Some(mut members) = machine.world.members(wanted) {
        while let Some((key, value)) = members.next(&machine.world) {
            if !holds(machine, labels, key, value) {
                return None;
            }
            count = count.saturating_add(1);
        }
    }
    Some(count)
}

/// A selector of a service: an empty one selects nothing.
pub(super) fn selects(machine: &Machine<'_>, selector: Value, labels: Value) -> Value {
    Value::Bool(pairs(machine, selector, labels).is_some_and(|count| count > 0))
}

/// A label selector: an empty one selects all; one that the API server would refuse selects nothing.
pub(super) fn selector_matches(machine: &Machine<'_>, selector: Value, labels: Value) -> Value {
    let world = &machine.world;
    if pairs(machine, world.member(selector, "matchLabels"), labels).is_none() {
        return Value::Bool(false);
    }
    let Some(mut expressions) = world.elements(world.member(selector, "matchExpressions")) else {
        return Value::Bool(true);
    };
    while let Some(expression) = expressions.next(world) {
        let key = world.member(expression, "key");
        let found = world
            .text(key)
            .map_or(Value::Null, |key| world.member(labels, key));
        let present = !matches!(found, Value::Null);
        let listed = present && world.contains(world.member(expression, "values"), found);
        let fits = match world.text(world.member(expression, "operator")) {
            Some("In") => listed,
            Some("NotIn") => !listed,
            Some("Exists") => present,
            Some("DoesNotExist") => !present,
            _ => false,
        };
        if !fits {
            return Value::Bool(false);
        }
    }
    Value::Bool(true)
}

/// Whether both are the same object: API group, kind, namespace and name.
pub(super) fn same_object(machine: &Machine<'_>, a: Value, b: Value) -> Value {
    let world = &machine.world;
    let identity = |object: Value| {
        let metadata = world.member(object, "metadata");
        let word = |value: Value| world.text(value);
        let api_version = word(world.member(object, "apiVersion"))?;
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let kind = word(world.member(object, "kind"))?;
        let name = word(world.member(metadata, "name"))?;
        Some((group, kind, word(world.member(metadata, "namespace")), name))
    };
    Value::Bool(matches!((identity(a), identity(b)), (Some(a), Some(b)) if a == b))
}

/// `--name=value`, `--name value`, or bare; the last one counts.
pub(super) fn flag(machine: &mut Machine<'_>, id: OpId, argv: Value, name: Value) -> Eval<Value> {
    let name = text(machine, id, name)?;
    let mut arguments = Vec::new();
    machine.collect(argv, &mut arguments);
    let mut found = None;
    let mut index = 0_usize;
    while let Some(argument) = arguments.get(index).copied() {
        index = index.saturating_add(1);
        let argument = text(machine, id, argument)?;
        if argument == "--" {
            break;
        }
        let Some(rest) = argument
            .strip_prefix("--")
            .and_then(|rest| rest.strip_prefix(&*name))
        else {
            continue;
        };
        if let Some(value) = rest.strip_prefix('=') {
            found = Some(alloc::string::String::from(value));
        } else if rest.is_empty() {
            let next = match arguments.get(index) {
                Some(next) => Some(text(machine, id, *next)?),
                None => None,
            };
            found = Some(match next {
                Some(next) if !next.is_empty() && !next.starts_with('-') => next.into_owned(),
                _ => "true".into(),
            });
        }
    }
    match found {
        Some(value) => machine.make_text(&value, id),
        None => Ok(Value::Null),
    }
}
