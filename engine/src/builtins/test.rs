//! Builtins that only tests may call: the host's files, and requests made of objects.

use alloc::vec::Vec;

use super::text::text;
use crate::{
    eval::{Eval, Machine},
    fault::Reason,
    plan::OpId,
    value::{Value, View},
};

/// The documents of the files that a pattern names; they were read before the test began.
pub(super) fn files(machine: &mut Machine<'_>, id: OpId, pattern: Value) -> Eval<Value> {
    let pattern = text(machine, id, pattern)?;
    match machine.files.get(&*pattern).cloned() {
        Some(documents) => {
            let documents: Vec<Value> = documents.into_iter().map(Value::Node).collect();
            machine.make_run(&documents, id).map(Value::List)
        }
        None => Err(machine.fail(Reason::Operand("the files of this pattern were not read"), id)),
    }
}

/// The admission request of an object, its old version, or both.
pub(super) fn request(
    machine: &mut Machine<'_>,
    id: OpId,
    operation: &str,
    object: Option<Value>,
    old: Option<Value>,
) -> Eval<Value> {
    let object = object.map(|object| one(machine, id, object)).transpose()?;
    let old = old.map(|old| one(machine, id, old)).transpose()?;
    let metadata = object
        .or(old)
        .map_or(Value::Null, |object| machine.world.member(object, "metadata"));
    let stated = |name| {
        let value = machine.world.member(metadata, name);
        machine.world.text(value).is_some().then_some(value)
    };
    // Ordered by name, as records are.
    let (name, namespace) = (stated("name"), stated("namespace"));
    let operation = Some(machine.make_text(operation, id)?);
    let fields = [
        ("name", name),
        ("namespace", namespace),
        ("object", object),
        ("oldObject", old),
        ("operation", operation),
    ];
    let mut members = Vec::with_capacity(10);
    for (name, value) in fields {
        if let Some(value) = value {
            members.push(machine.make_text(name, id)?);
            members.push(value);
        }
    }
    machine.make_run(&members, id).map(Value::Map)
}

/// An object; a list of one stands for it, so that one file may be named with `files`.
fn one(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let value = match machine.world.view(value) {
        View::List if machine.world.len(value) == Some(1) => machine.world.element(value, 0),
        _ => value,
    };
    match machine.world.view(value) {
        View::Map => Ok(value),
        View::List => Err(machine.fail(
            Reason::Operand("one document was expected, and these are several: draw each with `for`"),
            id,
        )),
        _ => Err(machine.fail(Reason::Operand("an object was expected here"), id)),
    }
}
