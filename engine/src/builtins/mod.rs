//! The builtins: one function a row of the compiler's table, found by a match without a wildcard.

use wardlaw_lang::builtin::Builtin;

use crate::{
    eval::{Eval, Machine},
    plan::OpId,
    value::{Value, order},
};

pub(crate) mod collection;
pub(crate) mod k8s;
pub(crate) mod test;
pub(crate) mod text;

/// Calls a builtin.
pub(crate) fn call(machine: &mut Machine<'_>, id: OpId, builtin: Builtin, args: &[Value]) -> Eval<Value> {
    let first = args.first().copied().unwrap_or(Value::Null);
    let second = args.get(1).copied().unwrap_or(Value::Null);
    match builtin {
        Builtin::TextStartsWith => text::starts_with(machine, id, first, second),
        Builtin::TextEndsWith => text::ends_with(machine, id, first, second),
        Builtin::TextContains => text::contains(machine, id, first, second),
        Builtin::TextRemovePrefix => text::remove_prefix(machine, id, first, second),
        Builtin::TextRemoveSuffix => text::remove_suffix(machine, id, first, second),
        Builtin::TextSplit => text::split(machine, id, first, second),
        Builtin::TextLower => text::lower(machine, id, first),
        Builtin::TextUpper => text::upper(machine, id, first),
        Builtin::TextTrim => text::trim(machine, id, first),
        Builtin::TextLen => text::len(machine, id, first),
        Builtin::ListLen | Builtin::SetLen => collection::len(machine, id, first),
        Builtin::ListFirst => collection::first(machine, id, first),
        Builtin::ListLast => collection::last(machine, id, first),
        Builtin::ListIndexed => collection::indexed(machine, id, first),
        Builtin::ListJoin => collection::join(machine, id, first, second),
        Builtin::MapLen => collection::map_len(machine, id, first),
        Builtin::MapKeys => collection::keys(machine, id, first),
        Builtin::MapValues => collection::values(machine, id, first),
        Builtin::Same => Ok(Value::Bool(order::equal(&machine.world, first, second))),
        Builtin::PodSecurityVersion => k8s::pod_security_version(machine, id, first),
        Builtin::UnknownFields => k8s::unknown_fields(machine, id, first),
        Builtin::KnowsGroup => k8s::knows_group(machine, id, first),
        Builtin::KnowsKind => k8s::knows_kind(machine, id, first, second),
        Builtin::Files => test::files(machine, id, first),
        Builtin::AdmissionCreate => test::request(machine, id, "CREATE", Some(first), None),
        Builtin::AdmissionUpdate => test::request(machine, id, "UPDATE", Some(second), Some(first)),
        Builtin::AdmissionDelete => test::request(machine, id, "DELETE", None, Some(first)),
    }
}
