//! Builtins on numbers: nothing wraps, and nothing becomes infinite.

use crate::{
    eval::{Eval, Machine},
    fault::Reason,
    plan::OpId,
    value::{
        Value,
        number::{self, Failure, Number},
        order,
    },
};

fn result(machine: &mut Machine<'_>, id: OpId, result: Result<Number, Failure>) -> Eval<Value> {
    result
        .map(Value::from)
        .map_err(|failure| machine.fail(Reason::Arithmetic(failure), id))
}

/// The floored quotient.
pub(super) fn div(machine: &mut Machine<'_>, id: OpId, a: Value, b: Value) -> Eval<Value> {
    let (a, b) = (machine.number(a, id)?, machine.number(b, id)?);
    let quotient = number::floored(a, b);
    result(machine, id, quotient)
}

pub(super) fn abs(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let value = machine.number(value, id)?;
    let negative = number::compare(value, Number::Int(0)) == core::cmp::Ordering::Less;
    let result_of = if negative {
        number::negate(value)
    } else {
        Ok(value)
    };
    result(machine, id, result_of)
}

/// How a float becomes whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rounding {
    Down,
    Up,
    /// Of two that are as near, away from zero.
    Nearest,
}

pub(super) fn round(machine: &mut Machine<'_>, id: OpId, value: Value, how: Rounding) -> Eval<Value> {
    let whole = match (machine.number(value, id)?, how) {
        (Number::Int(value), _) => Ok(Number::Int(value)),
        (Number::Float(value), Rounding::Down) => number::whole(number::floor(value)),
        (Number::Float(value), Rounding::Up) => number::whole(-number::floor(-value)),
        (Number::Float(value), Rounding::Nearest) => number::whole(number::round(value)),
    };
    result(machine, id, whole)
}

/// The greater or the lesser; the first of equal ones.
pub(super) fn choose(machine: &Machine<'_>, a: Value, b: Value, wanted: core::cmp::Ordering) -> Value {
    if order::compare(&machine.world, b, a) == wanted {
        b
    } else {
        a
    }
}
