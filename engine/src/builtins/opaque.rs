//! Values of opaque types: how they are made, their fields and their arithmetic. The values themselves
//! are the compiler's ([`wardlaw_lang::opaque`]), so that literals and documents are read alike.

use alloc::{borrow::Cow, string::ToString};
use core::fmt::Display;

use wardlaw_lang::{
    builtin::Builtin,
    opaque::{Cidr, Duration, Ip, Parsed},
    syntax::operator::BinaryOp,
    types::Opaque,
};

use crate::{
    eval::{Eval, Machine},
    fault::Reason,
    plan::OpId,
    value::{Value, View, World, number::Failure},
};

/// The type that a builtin makes of a text.
pub(crate) const fn made_by(builtin: Builtin) -> Option<Opaque> {
    match builtin {
        Builtin::Quantity => Some(Opaque::Quantity),
        Builtin::Semver => Some(Opaque::Semver),
        Builtin::Ip => Some(Opaque::Ip),
        Builtin::Cidr => Some(Opaque::Cidr),
        Builtin::Time => Some(Opaque::Time),
        Builtin::Duration => Some(Opaque::Duration),
        Builtin::Regex => Some(Opaque::Regex),
        Builtin::Glob => Some(Opaque::Glob),
        Builtin::PodSecurityVersion => Some(Opaque::PodSecurityVersion),
        _ => None,
    }
}

/// A value of the type that the text is; absent where it is none. The place stays.
pub(super) fn make(machine: &mut Machine<'_>, id: OpId, opaque: Opaque, value: Value) -> Eval<Value> {
    let text = super::text::text(machine, id, value)?;
    if opaque.parse(&text).is_none() {
        return Ok(Value::Null);
    }
    Ok(match value {
        Value::Node(at) => Value::Read(opaque, at),
        Value::Text(text) => Value::Made(opaque, text),
        _ => made(machine, id, opaque, &text)?,
    })
}

fn made(machine: &mut Machine<'_>, id: OpId, opaque: Opaque, text: &dyn Display) -> Eval<Value> {
    Ok(match machine.make_text(&text.to_string(), id)? {
        Value::Text(text) => Value::Made(opaque, text),
        other => other,
    })
}

/// Whether an address or a network lies in a network.
pub(crate) fn lies_in(world: &World<'_>, value: Value, network: &str) -> bool {
    let Some(network) = Cidr::parse(network) else {
        return false;
    };
    match world.view(value) {
        View::Opaque(Opaque::Cidr, text) => {
            Cidr::parse(text).is_some_and(|cidr| network.contains_network(cidr))
        }
        View::Opaque(Opaque::Ip, text) | View::Text(text) => {
            Ip::parse(text).is_some_and(|address| network.contains(address))
        }
        _ => false,
    }
}

/// A field of a value.
pub(crate) fn field(machine: &mut Machine<'_>, id: OpId, value: Value, name: &str) -> Eval<Value> {
    let Some((opaque, text)) = machine.world.opaque_apart(value) else {
        return Ok(Value::Null);
    };
    let int = |value: u64| i64::try_from(value).map_or(Value::Null, Value::Int);
    Ok(match (opaque.parse(&text), name) {
        (Some(Parsed::Time(time)), name) => {
            let at = time.calendar();
            Value::Int(match name {
                "year" => at.year,
                "month" => at.month,
                "day" => at.day,
                "hour" => at.hour,
                "minute" => at.minute,
                "second" => at.second,
                "weekday" => at.weekday,
                "unix" => time.unix(),
                _ => return Ok(Value::Null),
            })
        }
        (Some(Parsed::Duration(duration)), name) => Value::Int(duration.whole(match name {
            "hours" => 3_600_000_000_000,
            "minutes" => 60_000_000_000,
            "seconds" => 1_000_000_000,
            "milliseconds" => 1_000_000,
            _ => return Ok(Value::Null),
        })),
        (Some(Parsed::Semver(version)), "major") => int(version.major),
        (Some(Parsed::Semver(version)), "minor") => int(version.minor),
        (Some(Parsed::Semver(version)), "patch") => int(version.patch),
        (Some(Parsed::Semver(version)), "prerelease") if !version.prerelease.is_empty() => {
            machine.make_text(version.prerelease, id)?
        }
        (Some(Parsed::PodSecurity(minor)), "minor") => int(u64::from(minor)),
        (Some(Parsed::Ip(ip)), "family") => Value::Int(ip.family()),
        (Some(Parsed::Ip(ip)), "loopback") => Value::Bool(ip.is_loopback()),
        (Some(Parsed::Ip(ip)), "private") => Value::Bool(ip.is_private()),
        (Some(Parsed::Ip(ip)), "link_local") => Value::Bool(ip.is_link_local()),
        (Some(Parsed::Ip(ip)), "multicast") => Value::Bool(ip.is_multicast()),
        (Some(Parsed::Ip(ip)), "unspecified") => Value::Bool(ip.is_unspecified()),
        (Some(Parsed::Cidr(cidr)), "family") => Value::Int(cidr.family()),
        (Some(Parsed::Cidr(cidr)), "prefix") => Value::Int(i64::from(cidr.prefix())),
        (Some(Parsed::Cidr(cidr)), "address") => made(machine, id, Opaque::Ip, &cidr.address())?,
        _ => Value::Null,
    })
}

/// `+ - *` where a side is of an opaque type.
pub(crate) fn calculate(
    machine: &mut Machine<'_>,
    id: OpId,
    op: BinaryOp,
    left: Value,
    right: Value,
) -> Eval<Value> {
    // The sum of nothing is 0, whatever it is a sum of.
    if op == BinaryOp::Add && matches!(left, Value::Int(0)) {
        return Ok(right);
    }
    let (a, b) = (operand(machine, left), operand(machine, right));
    let parse = |side: &Option<(Opaque, Cow<'_, str>)>| match side {
        Some((Opaque::Quantity, text)) => wardlaw_lang::opaque::Quantity::parse(text).map(Side::Quantity),
        Some((Opaque::Duration, text)) => Duration::parse(text).map(Side::Duration),
        Some((Opaque::Time, text)) => wardlaw_lang::opaque::Time::parse(text).map(Side::Time),
        _ => None,
    };
    let factor = machine.as_int(right).or_else(|| machine.as_int(left));
    let result = match (op, parse(&a), parse(&b), factor) {
        (BinaryOp::Add, Some(Side::Quantity(a)), Some(Side::Quantity(b)), _) => {
            a.checked_add(b).map(Side::Quantity)
        }
        (BinaryOp::Subtract, Some(Side::Quantity(a)), Some(Side::Quantity(b)), _) => {
            a.checked_sub(b).map(Side::Quantity)
        }
        (BinaryOp::Multiply, Some(Side::Quantity(a)), None, Some(factor))
        | (BinaryOp::Multiply, None, Some(Side::Quantity(a)), Some(factor)) => {
            a.checked_mul(factor).map(Side::Quantity)
        }
        (BinaryOp::Add, Some(Side::Duration(a)), Some(Side::Duration(b)), _) => {
            a.0.checked_add(b.0).map(Duration).map(Side::Duration)
        }
        (BinaryOp::Subtract, Some(Side::Duration(a)), Some(Side::Duration(b)), _) => {
            a.0.checked_sub(b.0).map(Duration).map(Side::Duration)
        }
        (BinaryOp::Multiply, Some(Side::Duration(a)), None, Some(factor))
        | (BinaryOp::Multiply, None, Some(Side::Duration(a)), Some(factor)) => {
            a.0.checked_mul(factor).map(Duration).map(Side::Duration)
        }
        (BinaryOp::Add, Some(Side::Time(time)), Some(Side::Duration(by)), _)
        | (BinaryOp::Add, Some(Side::Duration(by)), Some(Side::Time(time)), _) => {
            time.checked_add(by).map(Side::Time)
        }
        (BinaryOp::Subtract, Some(Side::Time(time)), Some(Side::Duration(by)), _) => {
            time.checked_sub(by).map(Side::Time)
        }
        (BinaryOp::Subtract, Some(Side::Time(a)), Some(Side::Time(b)), _) => a.since(b).map(Side::Duration),
        _ => {
            return Err(machine.fail(Reason::Operand("these values cannot be calculated with"), id));
        }
    };
    match result {
        Some(Side::Quantity(value)) => made(machine, id, Opaque::Quantity, &value),
        Some(Side::Duration(value)) => made(machine, id, Opaque::Duration, &value),
        Some(Side::Time(value)) => made(machine, id, Opaque::Time, &value),
        None => Err(machine.fail(Reason::Arithmetic(Failure::Overflow), id)),
    }
}

/// A side of an operator.
enum Side {
    Quantity(wardlaw_lang::opaque::Quantity),
    Duration(Duration),
    Time(wardlaw_lang::opaque::Time),
}

fn operand<'m>(machine: &Machine<'m>, value: Value) -> Option<(Opaque, Cow<'m, str>)> {
    machine.world.opaque_apart(value)
}
