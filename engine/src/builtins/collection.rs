//! Builtins on lists, sets, maps and records. Elements are shared, never copied, and keep their places.

use alloc::{string::String, vec::Vec};

use crate::{
    eval::{Eval, Machine},
    fault::Reason,
    plan::OpId,
    value::{Members, Value, order},
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
    // What is not in the heap yet is limited, too.
    machine.room_for(items.len())?;
    Ok(items)
}

fn list(machine: &mut Machine<'_>, id: OpId, items: &[Value]) -> Eval<Value> {
    machine.make_run(items, id).map(Value::List)
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
    while let Some((_, value)) = members.next(&machine.world) {
        length = length.saturating_add(usize::from(!matches!(value, Value::Null)));
    }
    Ok(number(length))
}

pub(super) fn keys(machine: &mut Machine<'_>, id: OpId, map: Value) -> Eval<Value> {
    let mut members = members(machine, id, map)?;
    let mut keys = Vec::new();
    while let Some((key, value)) = members.next(&machine.world) {
        if !matches!(value, Value::Null) {
            keys.push(key);
        }
    }
    machine.make_run(&keys, id).map(Value::List)
}

pub(super) fn values(machine: &mut Machine<'_>, id: OpId, map: Value) -> Eval<Value> {
    let mut members = members(machine, id, map)?;
    let mut values = Vec::new();
    while let Some((_, value)) = members.next(&machine.world) {
        if !matches!(value, Value::Null) {
            values.push(value);
        }
    }
    machine.make_run(&values, id).map(Value::List)
}

pub(super) fn index_of(machine: &mut Machine<'_>, id: OpId, list: Value, wanted: Value) -> Eval<Value> {
    let items = elements(machine, id, list)?;
    let world = &machine.world;
    let at = items.iter().position(|item| order::equal(world, *item, wanted));
    Ok(at.map_or(Value::Null, number))
}

pub(super) fn reverse(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let mut items = elements(machine, id, value)?;
    items.reverse();
    list(machine, id, &items)
}

pub(super) fn sorted(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let mut items = elements(machine, id, value)?;
    let world = &machine.world;
    items.sort_by(|a, b| order::compare(world, *a, *b));
    list(machine, id, &items)
}

pub(super) fn unique(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let items = elements(machine, id, value)?;
    let world = &machine.world;
    let mut indexed: Vec<(usize, Value)> = items.into_iter().enumerate().collect();
    // Ordered by value, then by index: of equal ones the first stays, and goes back to where it was.
    indexed.sort_by(|(_, a), (_, b)| order::compare(world, *a, *b));
    indexed.dedup_by(|(_, later), (_, earlier)| order::equal(world, *later, *earlier));
    indexed.sort_by_key(|(index, _)| *index);
    let items: Vec<Value> = indexed.into_iter().map(|(_, item)| item).collect();
    list(machine, id, &items)
}

pub(super) fn slice(
    machine: &mut Machine<'_>,
    id: OpId,
    value: Value,
    from: Value,
    to: Value,
) -> Eval<Value> {
    let (from, count) = super::text::range(machine, id, from, to)?;
    let items = elements(machine, id, value)?;
    let part: Vec<Value> = items.into_iter().skip(from).take(count).collect();
    list(machine, id, &part)
}

pub(super) fn flatten(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let mut items = Vec::new();
    for inner in elements(machine, id, value)? {
        items.append(&mut elements(machine, id, inner)?);
        machine.room_for(items.len())?;
    }
    list(machine, id, &items)
}

/// All members and elements below a value with their keys, as they lie. Recursion is bounded by the
/// depth of documents and of the plan.
pub(super) fn walk(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let mut pairs = Vec::new();
    walk_into(machine, id, value, &mut pairs)?;
    list(machine, id, &pairs)
}

fn walk_into(machine: &mut Machine<'_>, id: OpId, value: Value, out: &mut Vec<Value>) -> Eval<()> {
    let mut found = Vec::new();
    // Its parts are what they are written as: what they stand for, the walk does not know.
    let value = value.unshaped();
    if let Some(mut members) = machine.world.members(value) {
        while let Some(member) = members.next(&machine.world) {
            found.push(member);
        }
    } else if machine.world.elements(value).is_some() {
        for (index, element) in elements(machine, id, value)?.into_iter().enumerate() {
            let key = machine.make_text(&alloc::format!("{index}"), id)?;
            found.push((key, element));
        }
    }
    for (key, member) in found {
        if matches!(member, Value::Null) {
            continue;
        }
        machine.burn(id)?;
        let pair = machine.make_run(&[key, member], id)?;
        out.push(Value::Tuple(pair));
        machine.room_for(out.len())?;
        walk_into(machine, id, member, out)?;
    }
    Ok(())
}
