//! Builtins on lists, sets, maps and records. Elements are shared, never copied, and keep their places.

use alloc::{string::String, vec::Vec};

use crate::{
    eval::{Eval, Machine},
    fault::Reason,
    plan::OpId,
    value::{Members, Value},
};

fn number(length: usize) -> Value {
    Value::Int(i64::try_from(length).unwrap_or(i64::MAX))
}

fn elements(machine: &mut Machine<'_>, id: OpId, list: Value) -> Eval<Vec<Value>> {
    if machine.world.elements(list).is_none() {
        return Err(machine.fail(Reason::Operand("expected a list here"), id));
    }
    let mut items = Vec::new();
    machine.collect(list, &mut items);
    Ok(items)
}

fn members(machine: &mut Machine<'_>, id: OpId, map: Value) -> Eval<Members> {
    match machine.world.members(map) {
        Some(members) => Ok(members),
        None => Err(machine.fail(Reason::Operand("expected a map here"), id)),
    }
}

pub(super) fn len(machine: &mut Machine<'_>, id: OpId, list: Value) -> Eval<Value> {
    match machine.world.len(list) {
        Some(length) => Ok(number(length)),
        None => Err(machine.fail(Reason::Operand("expected a list here"), id)),
    }
}

pub(super) fn first(machine: &mut Machine<'_>, id: OpId, list: Value) -> Eval<Value> {
    len(machine, id, list)?;
    let first = machine.world.element(list, 0);
    machine.read_element(id, first)
}

pub(super) fn last(machine: &mut Machine<'_>, id: OpId, list: Value) -> Eval<Value> {
    let length = machine.world.len(list).unwrap_or_default();
    len(machine, id, list)?;
    let Some(last) = length.checked_sub(1) else {
        return Ok(Value::Null);
    };
    let last = machine.world.element(list, last);
    machine.read_element(id, last)
}

pub(super) fn indexed(machine: &mut Machine<'_>, id: OpId, list: Value) -> Eval<Value> {
    let mut pairs = Vec::new();
    for (index, element) in elements(machine, id, list)?.into_iter().enumerate() {
        let element = machine.read_element(id, element)?;
        let pair = machine.make_run(&[number(index), element], id)?;
        pairs.push(Value::Tuple(pair));
    }
    machine.make_run(&pairs, id).map(Value::List)
}

pub(super) fn join(machine: &mut Machine<'_>, id: OpId, list: Value, separator: Value) -> Eval<Value> {
    let separator = super::text::text(machine, id, separator)?;
    let mut joined = String::new();
    for (index, element) in elements(machine, id, list)?.into_iter().enumerate() {
        if index > 0 {
            joined.push_str(&separator);
        }
        match machine.world.text(element) {
            Some(text) => joined.push_str(text),
            None => return Err(machine.fail(Reason::Operand("expected a list of texts here"), id)),
        }
        if joined.len() > machine.limits.text_bytes as usize {
            return Err(machine.fail(Reason::Text, id));
        }
    }
    machine.make_text(&joined, id)
}

pub(super) fn map_len(machine: &mut Machine<'_>, id: OpId, map: Value) -> Eval<Value> {
    let mut members = members(machine, id, map)?;
    let mut length = 0_usize;
    while members.next(&machine.world).is_some() {
        length = length.saturating_add(1);
    }
    Ok(number(length))
}

pub(super) fn keys(machine: &mut Machine<'_>, id: OpId, map: Value) -> Eval<Value> {
    let mut members = members(machine, id, map)?;
    let mut keys = Vec::new();
    while let Some((key, _)) = members.next(&machine.world) {
        keys.push(key);
    }
    machine.make_run(&keys, id).map(Value::List)
}

pub(super) fn values(machine: &mut Machine<'_>, id: OpId, map: Value) -> Eval<Value> {
    let mut members = members(machine, id, map)?;
    let mut values = Vec::new();
    while let Some((_, value)) = members.next(&machine.world) {
        values.push(value);
    }
    machine.make_run(&values, id).map(Value::List)
}
