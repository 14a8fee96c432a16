//! What a YAML scalar means: the rules of Go's `sigs.k8s.io/yaml`, through which kubectl and the API
//! server read manifests. They are those of YAML 1.1, with exceptions that this file repeats one by one:
//! `y` and `off` are booleans, `010` is eight, `08` is the float 8 and hence the integer 8, `1:20` and
//! `1e400` are texts. Never looks at anything but the scalar, its style and its tag.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::build::excerpt;

/// A scalar's meaning.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer above the signed 64 bits.
    Unsigned(u64),
    /// Never with an integral value within 64 bits: in JSON, which is what the API server is sent,
    /// `1.0` is `1`.
    Float(f64),
    /// The scalar's own text.
    Text,
    /// A text that `!!binary` encodes.
    Decoded(String),
}

/// The tag of a scalar, where one is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tag {
    Str,
    Bool,
    Int,
    Float,
    Null,
    Timestamp,
    Binary,
    /// `!` alone, `!name`, or a tag unknown here: the scalar is a text.
    Other,
}

impl Tag {
    /// The tag of that full name.
    pub(super) fn named(handle: &str, suffix: &str) -> Tag {
        let name = match handle {
            "tag:yaml.org,2002:" => suffix,
            "" => suffix.strip_prefix("tag:yaml.org,2002:").unwrap_or("!"),
            _ => "!",
        };
        match name {
            "str" => Tag::Str,
            "bool" => Tag::Bool,
            "int" => Tag::Int,
            "float" => Tag::Float,
            "null" => Tag::Null,
            "timestamp" => Tag::Timestamp,
            "binary" => Tag::Binary,
            _ => Tag::Other,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Tag::Str => "!!str",
            Tag::Bool => "!!bool",
            Tag::Int => "!!int",
            Tag::Float => "!!float",
            Tag::Null => "!!null",
            Tag::Timestamp => "!!timestamp",
            Tag::Binary => "!!binary",
            Tag::Other => "!",
        }
    }
}

/// Resolves a scalar; `plain` if it is written without quotes and not as a block. The error is a
/// message.
pub(super) fn resolve(tag: Option<Tag>, plain: bool, text: &str) -> Result<Scalar, String> {
    let Some(tag) = tag else {
        return Ok(if plain { implicit(text) } else { Scalar::Text });
    };
    let found = implicit(text);
    let fits = match (tag, &found) {
        (Tag::Str | Tag::Other, _) => return Ok(Scalar::Text),
        (Tag::Binary, _) => return binary(text).map(Scalar::Decoded),
        (Tag::Timestamp, _) => return timestamp(text),
        (Tag::Bool, Scalar::Bool(_)) | (Tag::Null, Scalar::Null) => true,
        (Tag::Int, Scalar::Int(_)) => !is_written_as_float(text),
        (Tag::Int, Scalar::Unsigned(_)) => true,
        // An integer with more digits than a float has would be rounded.
        (Tag::Float, Scalar::Int(value)) => value.unsigned_abs() <= 1 << 53 || is_written_as_float(text),
        (Tag::Float, Scalar::Float(_)) => true,
        _ => false,
    };
    if fits { Ok(found) } else { Err(mismatch(text, tag)) }
}

fn mismatch(text: &str, tag: Tag) -> String {
    format!(
        "`{}` is not a `{}`: remove the tag or mend the value",
        excerpt(text),
        tag.name()
    )
}

/// Whether an integral value comes from float notation, which `!!int` does not take, and which gives
/// another key.
pub(super) fn is_written_as_float(text: &str) -> bool {
    let plain = without_underscores(text);
    text.starts_with('.') || integer(&plain).is_none()
}

/// The meaning of an untagged plain scalar.
fn implicit(text: &str) -> Scalar {
    let Some(&first) = text.as_bytes().first() else {
        return Scalar::Null;
    };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text),
        b'.' => match text {
            ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" => Scalar::Float(f64::INFINITY),
            _ => leading_point(text),
        },
        b'+' | b'-' if text.len() == 5 && matches!(text.get(1..), Some(".inf" | ".Inf" | ".INF")) => {
            Scalar::Float(if first == b'-' {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            })
        }
        b'+' | b'-' | b'0'..=b'9' => number(text),
        _ => Scalar::Text,
    }
}

fn word(text: &str) -> Scalar {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Scalar::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Scalar::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        _ => Scalar::Text,
    }
}

/// Go's own float syntax, in which underscores stand between digits only.
fn leading_point(text: &str) -> Scalar {
    let bytes = text.as_bytes();
    let digit = |index: Option<usize>| index.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let misplaced = bytes
        .iter()
        .enumerate()
        .any(|(index, &byte)| byte == b'_' && !(digit(index.checked_sub(1)) && digit(index.checked_add(1))));
    if misplaced {
        return Scalar::Text;
    }
    float(&without_underscores(text))
}

fn number(text: &str) -> Scalar {
    let plain = without_underscores(text);
    integer(&plain).unwrap_or_else(|| float(&plain))
}

fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') {
        Cow::Owned(text.replace('_', ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// An integer as Go's `ParseInt` with base 0 reads it: `0x`, `0o`, `0b`, and a leading 0 for octal.
fn integer(text: &str) -> Option<Scalar> {
    let (negative, signed, digits) = match text.as_bytes().first()? {
        b'-' => (true, true, text.get(1..)?),
        b'+' => (false, true, text.get(1..)?),
        _ => (false, false, text),
    };
    let prefixed =
        |lower: &str, upper: &str| digits.strip_prefix(lower).or_else(|| digits.strip_prefix(upper));
    let (base, digits) = if let Some(rest) = prefixed("0x", "0X") {
        (16, rest)
    } else if let Some(rest) = prefixed("0o", "0O") {
        (8, rest)
    } else if let Some(rest) = prefixed("0b", "0B") {
        // go-yaml strips a `0b` and parses again, which lets a second sign through.
        if let Some(inner) = text.strip_prefix("0b")
            && let Some(magnitude) = inner.strip_prefix(['+', '-'])
        {
            return whole(inner.starts_with('-'), true, magnitude, 2);
        }
        (2, rest)
    } else if digits.len() > 1 && digits.starts_with('0') {
        (8, digits)
    } else {
        (10, digits)
    };
    whole(negative, signed, digits, base)
}

fn whole(negative: bool, signed: bool, digits: &str, base: u32) -> Option<Scalar> {
    if !digits.bytes().all(|digit| digit.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    let value = if negative {
        0i64.checked_sub_unsigned(magnitude)
    } else {
        i64::try_from(magnitude).ok()
    };
    match value {
        Some(value) => Some(Scalar::Int(value)),
        None if signed => None,
        None => Some(Scalar::Unsigned(magnitude)),
    }
}

/// A float in YAML's notation, `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`; a text where it
/// is too great, as in Go.
fn float(text: &str) -> Scalar {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (
            mantissa,
            Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        ),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let well_formed = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    if !well_formed {
        return Scalar::Text;
    }
    match text.parse::<f64>() {
        // Digits alone that reach a float are above 64 bits, or have a leading zero as `08`.
        Ok(value) if value.is_finite() => {
            let beyond = !unsigned.contains(['.', 'e', 'E']) && value.abs() >= BOUND;
            integral(value)
                .filter(|_| !beyond)
                .map_or(Scalar::Float(value), Scalar::Int)
        }
        _ => Scalar::Text,
    }
}

/// The first float above the signed 64 bits.
const BOUND: f64 = 9_223_372_036_854_775_808.0;

/// The integer that a float is in JSON: the digits that Go writes, which are as many as tell it from other
/// floats, and zeros. Beyond 2^53 another integer may be nearer to what was written.
fn integral(value: f64) -> Option<i64> {
    // Without a point, `Display` writes the same digits.
    if value == 0.0 {
        Some(0)
    } else {
        value.to_string().parse().ok()
    }
}

/// A timestamp stays a text. Only the beginning is looked at: dates that do not exist pass.
fn timestamp(text: &str) -> Result<Scalar, String> {
    let begins = text.len() > 5
        && text.bytes().take(4).all(|byte| byte.is_ascii_digit())
        && text.get(4..5) == Some("-");
    if begins {
        Ok(Scalar::Text)
    } else {
        Err(mismatch(text, Tag::Timestamp))
    }
}

/// Standard base64 with padding, line breaks passed over, to text.
fn binary(text: &str) -> Result<String, String> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect();
    let bytes = decode(&digits).ok_or("`!!binary` holds no base64: mend it, or remove the tag")?;
    String::from_utf8(bytes).map_err(|_| {
        "`!!binary` holds bytes that are not text, which JSON cannot hold: remove the tag and keep the base64".to_string()
    })
}

fn decode(digits: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3);
    let last = digits.len().checked_sub(4);
    for (index, group) in digits.chunks(4).enumerate() {
        let &[a, b, c, d] = group else { return None };
        let padding = match (c, d) {
            (b'=', b'=') => 2,
            (_, b'=') => 1,
            _ => 0,
        };
        if padding > 0 && Some(index * 4) != last {
            return None;
        }
        let sextet = |byte: u8| match byte {
            b'A'..=b'Z' => Some(u32::from(byte - b'A')),
            b'a'..=b'z' => Some(u32::from(byte - b'a') + 26),
            b'0'..=b'9' => Some(u32::from(byte - b'0') + 52),
            b'+' => Some(62),
            b'/' => Some(63),
            _ => None,
        };
        let c = if padding == 2 { 0 } else { sextet(c)? };
        let d = if padding > 0 { 0 } else { sextet(d)? };
        let word = sextet(a)? << 18 | sextet(b)? << 12 | c << 6 | d;
        let [_, triple @ ..] = word.to_be_bytes();
        bytes.extend(triple.iter().take(3 - padding));
    }
    Some(bytes)
}

/// The key that a float becomes: as Go's `FormatFloat(value, 'g', -1, 32)`, which rounds to 32 bits.
pub(super) fn float_key(value: f64) -> String {
    if value.is_nan() {
        return ".nan".to_string();
    }
    let short = value as f32;
    if short.is_infinite() {
        return if short < 0.0 { "-.inf" } else { ".inf" }.to_string();
    }
    let scientific = format!("{short:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    format!("{short}")
}
