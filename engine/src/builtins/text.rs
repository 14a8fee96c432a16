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
    let text = text(machine, id, value)?;
    let made = machine.make_text(&text, id)?;
    machine.world.heap.change_last(str::make_ascii_lowercase);
    Ok(made)
}

pub(super) fn upper(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let text = text(machine, id, value)?;
    let made = machine.make_text(&text, id)?;
    machine.world.heap.change_last(str::make_ascii_uppercase);
    Ok(made)
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

/// An index or count of an argument.
pub(super) fn int(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<i64> {
    match machine.as_int(value) {
        Some(value) => Ok(value),
        None => Err(machine.fail(Reason::Operand("expected an `int` here"), id)),
    }
}

/// The part from one index up to another, within a length.
pub(super) fn range(machine: &mut Machine<'_>, id: OpId, from: Value, to: Value) -> Eval<(usize, usize)> {
    let from = usize::try_from(int(machine, id, from)?.max(0)).unwrap_or(usize::MAX);
    let to = usize::try_from(int(machine, id, to)?.max(0)).unwrap_or(usize::MAX);
    Ok((from, to.saturating_sub(from)))
}

pub(super) fn index_of(machine: &mut Machine<'_>, id: OpId, value: Value, part: Value) -> Eval<Value> {
    let part = text(machine, id, part)?;
    let whole = text(machine, id, value)?;
    let before = whole.find(&*part).and_then(|at| whole.get(..at));
    Ok(before.map_or(Value::Null, |before| {
        i64::try_from(before.chars().count()).map_or(Value::Null, Value::Int)
    }))
}

fn texts<'p>(machine: &mut Machine<'_>, id: OpId, parts: impl Iterator<Item = &'p str>) -> Eval<Value> {
    let mut made = Vec::new();
    for part in parts {
        made.push(machine.make_text(part, id)?);
        machine.room_for(made.len())?;
    }
    machine.make_run(&made, id).map(Value::List)
}

pub(super) fn lines(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let whole = text(machine, id, value)?;
    texts(machine, id, whole.lines())
}

pub(super) fn replace(
    machine: &mut Machine<'_>,
    id: OpId,
    value: Value,
    from: Value,
    to: Value,
) -> Eval<Value> {
    let from = text(machine, id, from)?;
    let to = text(machine, id, to)?;
    let whole = text(machine, id, value)?;
    if from.is_empty() || !whole.contains(&*from) {
        return Ok(value);
    }
    let mut replaced = alloc::string::String::new();
    for (index, part) in whole.split(&*from).enumerate() {
        if index > 0 {
            replaced.push_str(&to);
        }
        replaced.push_str(part);
        if replaced.len() > machine.limits.text_bytes as usize {
            return Err(machine.fail(Reason::Text, id));
        }
    }
    machine.make_text(&replaced, id)
}

pub(super) fn slice(
    machine: &mut Machine<'_>,
    id: OpId,
    value: Value,
    from: Value,
    to: Value,
) -> Eval<Value> {
    let (from, count) = range(machine, id, from, to)?;
    let whole = text(machine, id, value)?;
    let part: alloc::string::String = whole.chars().skip(from).take(count).collect();
    cut(machine, id, value, (part.len() < whole.len()).then_some(&part))
}

pub(super) fn repeat(machine: &mut Machine<'_>, id: OpId, value: Value, times: Value) -> Eval<Value> {
    let times = usize::try_from(int(machine, id, times)?.max(0)).unwrap_or(usize::MAX);
    let whole = text(machine, id, value)?;
    match whole.len().checked_mul(times) {
        Some(0) => machine.make_text("", id),
        Some(length) if length <= machine.limits.text_bytes as usize => {
            machine.make_text(&whole.repeat(times), id)
        }
        _ => Err(machine.fail(Reason::Text, id)),
    }
}

pub(super) fn to_int(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let whole = text(machine, id, value)?;
    let digits = whole.strip_prefix(['+', '-']).unwrap_or(&whole);
    let right = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    Ok(match whole.parse() {
        Ok(number) if right => Value::Int(number),
        _ => Value::Null,
    })
}

pub(super) fn to_float(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let whole = text(machine, id, value)?;
    // `inf`, `nan`, `.5` and `5.` are numbers elsewhere.
    let right = whole
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'))
        && !whole.starts_with('.')
        && !whole.ends_with('.')
        && !whole.contains(".e")
        && !whole.contains(".E")
        && !whole.contains("+.")
        && !whole.contains("-.");
    Ok(match whole.parse::<f64>() {
        Ok(number) if right && number.is_finite() => Value::Float(number),
        _ => Value::Null,
    })
}

pub(super) fn chars(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let empty = machine.make_text("", id)?;
    if text(machine, id, value)?.is_empty() {
        machine.make_run(&[], id).map(Value::List)
    } else {
        split(machine, id, value, empty)
    }
}
