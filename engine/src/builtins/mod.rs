//! The builtins: one function a row of the compiler's table, found by a match without a wildcard.

use core::cmp::Ordering;

use wardlaw_lang::builtin::Builtin;

use crate::{
    eval::{Eval, Machine},
    plan::OpId,
    value::{Value, order},
};

pub(crate) mod collection;
mod encoding;
pub(crate) mod k8s;
mod number;
pub(crate) mod opaque;
pub(crate) mod pattern;
mod reference;
pub(crate) mod test;
pub(crate) mod text;

/// Calls a builtin. What it compares or orders has been taken whole.
pub(crate) fn call(machine: &mut Machine<'_>, id: OpId, builtin: Builtin, args: &[Value]) -> Eval<Value> {
    let first = args.first().copied().unwrap_or(Value::Null);
    let second = args.get(1).copied().unwrap_or(Value::Null);
    let third = args.get(2).copied().unwrap_or(Value::Null);
    match builtin {
        Builtin::TextStartsWith => text::starts_with(machine, id, first, second),
        Builtin::TextEndsWith => text::ends_with(machine, id, first, second),
        Builtin::TextContains => text::contains(machine, id, first, second),
        Builtin::TextIndexOf => text::index_of(machine, id, first, second),
        Builtin::TextRemovePrefix => text::remove_prefix(machine, id, first, second),
        Builtin::TextRemoveSuffix => text::remove_suffix(machine, id, first, second),
        Builtin::TextSplit => text::split(machine, id, first, second),
        Builtin::TextLines => text::lines(machine, id, first),
        Builtin::TextChars => text::chars(machine, id, first),
        Builtin::TextLower => text::lower(machine, id, first),
        Builtin::TextUpper => text::upper(machine, id, first),
        Builtin::TextTrim => text::trim(machine, id, first),
        Builtin::TextLen => text::len(machine, id, first),
        Builtin::TextReplace => text::replace(machine, id, first, second, third),
        Builtin::TextSlice => text::slice(machine, id, first, second, third),
        Builtin::TextRepeat => text::repeat(machine, id, first, second),
        Builtin::TextToInt => text::to_int(machine, id, first),
        Builtin::TextToFloat => text::to_float(machine, id, first),
        Builtin::TextCapture => pattern::capture(machine, id, first, second),
        Builtin::NumberDiv => number::div(machine, id, first, second),
        Builtin::NumberAbs => number::abs(machine, id, first),
        Builtin::NumberFloor => number::round(machine, id, first, number::Rounding::Down),
        Builtin::NumberCeil => number::round(machine, id, first, number::Rounding::Up),
        Builtin::NumberRound => number::round(machine, id, first, number::Rounding::Nearest),
        Builtin::ListLen | Builtin::SetLen => collection::len(machine, id, first),
        Builtin::ListFirst => collection::first(machine, id, first),
        Builtin::ListLast => collection::last(machine, id, first),
        Builtin::ListIndexed => collection::indexed(machine, id, first),
        Builtin::ListIndexOf => collection::index_of(machine, id, first, second),
        Builtin::ListJoin => collection::join(machine, id, first, second),
        Builtin::ListReverse => collection::reverse(machine, id, first),
        Builtin::ListSorted | Builtin::SetSorted => collection::sorted(machine, id, first),
        Builtin::ListUnique => collection::unique(machine, id, first),
        Builtin::ListSlice => collection::slice(machine, id, first, second, third),
        Builtin::ListFlatten => collection::flatten(machine, id, first),
        Builtin::MapLen => collection::map_len(machine, id, first),
        Builtin::MapKeys => collection::keys(machine, id, first),
        Builtin::MapValues => collection::values(machine, id, first),
        Builtin::Same => Ok(Value::Bool(order::equal(&machine.world, first, second))),
        Builtin::Max => Ok(number::choose(machine, first, second, Ordering::Greater)),
        Builtin::Min => Ok(number::choose(machine, first, second, Ordering::Less)),
        Builtin::Walk => collection::walk(machine, id, first),
        Builtin::Sha256 => encoding::sha256(machine, id, first),
        Builtin::Quantity
        | Builtin::Semver
        | Builtin::Ip
        | Builtin::Cidr
        | Builtin::Time
        | Builtin::Duration
        | Builtin::Regex
        | Builtin::Glob
        | Builtin::PodSecurityVersion => match opaque::made_by(builtin) {
            Some(made) => opaque::make(machine, id, made, first),
            None => Ok(Value::Null),
        },
        Builtin::OciImage => reference::image(machine, id, first),
        Builtin::SelectorMatches => Ok(k8s::selector_matches(machine, first, second)),
        Builtin::Selects => Ok(k8s::selects(machine, first, second)),
        Builtin::SameObject => Ok(k8s::same_object(machine, first, second)),
        Builtin::UnknownFields => k8s::unknown_fields(machine, id, first),
        Builtin::KnowsGroup => k8s::knows_group(machine, id, first),
        Builtin::KnowsKind => k8s::knows_kind(machine, id, first, second),
        Builtin::ArgvFlag => k8s::flag(machine, id, first, second),
        Builtin::Base64Encode => encoding::base64_encode(machine, id, first),
        Builtin::Base64Decode => encoding::base64_decode(machine, id, first),
        Builtin::HexEncode => encoding::hex_encode(machine, id, first),
        Builtin::HexDecode => encoding::hex_decode(machine, id, first),
        Builtin::JsonParse => encoding::json_parse(machine, id, first),
        Builtin::JsonPrint => encoding::json_print(machine, id, first),
        Builtin::YamlParse => encoding::yaml_parse(machine, id, first),
        Builtin::UrlParse => reference::url(machine, id, first),
        Builtin::Files => test::files(machine, id, first),
        Builtin::AdmissionCreate => test::request(machine, id, "CREATE", Some(first), None),
        Builtin::AdmissionUpdate => test::request(machine, id, "UPDATE", Some(second), Some(first)),
        Builtin::AdmissionDelete => test::request(machine, id, "DELETE", None, Some(first)),
    }
}
