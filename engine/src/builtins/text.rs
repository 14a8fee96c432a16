//! Builtins on text. Text is compared by code point and never normalised.

use alloc::{borrow::Cow, vec::Vec};

use crate::{
    eval::{Eval, Machine},
    fault::Reason,
    plan::OpId,
    value::Value,
};

/// The text of an argument.
pub(super) fn text<'m>(machine: &mut Machine<'m>, id: OpId, value: Value) -> Eval<Cow<'m, str>> {
    match machine.world.text_apart(value) {
        Some(text) => Ok(text),
        None => Err(machine.fail(Reason::Operand("expected a text here"), id)),
    }
}

pub(super) fn starts_with(machine: &mut Machine<'_>, id: OpId, value: Value, prefix: Value) -> Eval<Value> {
    let prefix = text(machine, id, prefix)?;
    Ok(Value::Bool(text(machine, id, value)?.starts_with(&*prefix)))
}

pub(super) fn ends_with(machine: &mut Machine<'_>, id: OpId, value: Value, suffix: Value) -> Eval<Value> {
    let suffix = text(machine, id, suffix)?;
    Ok(Value::Bool(text(machine, id, value)?.ends_with(&*suffix)))
}

pub(super) fn contains(machine: &mut Machine<'_>, id: OpId, value: Value, part: Value) -> Eval<Value> {
    let part = text(machine, id, part)?;
    Ok(Value::Bool(text(machine, id, value)?.contains(&*part)))
}

/// What is left of the text, or the value itself with its place.
fn cut(machine: &mut Machine<'_>, id: OpId, value: Value, rest: Option<&str>) -> Eval<Value> {
    match rest {
        Some(rest) => machine.make_text(rest, id),
        None => Ok(value),
    }
}

pub(super) fn remove_prefix(machine: &mut Machine<'_>, id: OpId, value: Value, prefix: Value) -> Eval<Value> {
    let prefix = text(machine, id, prefix)?;
    let whole = text(machine, id, value)?;
    cut(machine, id, value, whole.strip_prefix(&*prefix))
}

pub(super) fn remove_suffix(machine: &mut Machine<'_>, id: OpId, value: Value, suffix: Value) -> Eval<Value> {
    let suffix = text(machine, id, suffix)?;
    let whole = text(machine, id, value)?;
    cut(machine, id, value, whole.strip_suffix(&*suffix))
}

pub(super) fn split(machine: &mut Machine<'_>, id: OpId, value: Value, separator: Value) -> Eval<Value> {
    let separator = text(machine, id, separator)?;
    let whole = text(machine, id, value)?;
    let mut parts = Vec::new();
    if separator.is_empty() {
        let mut buffer = [0; 4];
        for character in whole.chars() {
            parts.push(machine.make_text(character.encode_utf8(&mut buffer), id)?);
        }
    } else {
        for part in whole.split(&*separator) {
            parts.push(machine.make_text(part, id)?);
        }
    }
    machine.make_run(&parts, id).map(Value::List)
}

pub(super) fn lower(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let lower = text(machine, id, value)?.to_ascii_lowercase();
    machine.make_text(&lower, id)
}

pub(super) fn upper(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let upper = text(machine, id, value)?.to_ascii_uppercase();
    machine.make_text(&upper, id)
}

pub(super) fn trim(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let whole = text(machine, id, value)?;
    let trimmed = whole.trim();
    cut(
        machine,
        id,
        value,
        (trimmed.len() < whole.len()).then_some(trimmed),
    )
}

pub(super) fn len(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let length = text(machine, id, value)?.chars().count();
    Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}
