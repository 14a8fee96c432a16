//! Quantities as Kubernetes writes them: a decimal number and a suffix. Exact: a whole number of
//! billionths, as the API server keeps them; what is finer is rounded up there, and so it is here.

use alloc::{format, string::String};
use core::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

/// Billionths of one.
const UNIT: i128 = 1_000_000_000;
const DECIMAL: [(&str, u32); 10] = [
    ("n", 0),
    ("u", 3),
    ("m", 6),
    ("", 9),
    ("k", 12),
    ("M", 15),
    ("G", 18),
    ("T", 21),
    ("P", 24),
    ("E", 27),
];
const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// A quantity. Equality and order are by value: `1` is `1000m`.
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    nanos: i128,
    /// Whether it was written with a binary suffix; results are then written so, too.
    binary: bool,
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl Hash for Quantity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.nanos.hash(state);
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

impl Quantity {
    /// Reads a quantity: `[+-]digits[.digits][suffix]`, the suffix one of `n u m k M G T P E`,
    /// `Ki Mi Gi Ti Pi Ei`, or `e` or `E` and an exponent.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let end = rest
            .bytes()
            .position(|byte| !byte.is_ascii_digit() && byte != b'.')
            .unwrap_or(rest.len());
        let (number, suffix) = rest.split_at_checked(end)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        // What the number is multiplied with: a power of ten (of billionths), and one of 1024.
        let (exponent, factor, binary) = scale(suffix)?;
        let mut digits: i128 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            digits = digits
                .checked_mul(10)?
                .checked_add(i128::from(digit.checked_sub(b'0')?))?;
        }
        let nanos = if digits == 0 {
            0
        } else {
            let exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
            let product = digits.checked_mul(factor)?;
            match u32::try_from(exponent) {
                Ok(exponent) => product.checked_mul(10_i128.checked_pow(exponent)?)?,
                Err(_) => match 10_i128.checked_pow(exponent.unsigned_abs()) {
                    Some(divisor) => {
                        let quotient = product.checked_div(divisor)?;
                        let rest = product.checked_rem(divisor)?;
                        quotient.checked_add(i128::from(rest != 0))?
                    }
                    // Less than a billionth, and more than nothing.
                    None => 1,
                },
            }
        };
        Some(Self {
            nanos: if negative { nanos.checked_neg()? } else { nanos },
            binary,
        })
    }

    /// The sum.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Some(Self {
            nanos: self.nanos.checked_add(other.nanos)?,
            binary: self.binary,
        })
    }

    /// The difference.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Some(Self {
            nanos: self.nanos.checked_sub(other.nanos)?,
            binary: self.binary,
        })
    }

    /// The product with a whole number.
    pub fn checked_mul(self, factor: i64) -> Option<Self> {
        Some(Self {
            nanos: self.nanos.checked_mul(i128::from(factor))?,
            binary: self.binary,
        })
    }

    /// The nearest whole number above, as the API server's `Value` has it.
    pub fn ceiling(self) -> Option<i64> {
        let floor = self.nanos.checked_div_euclid(UNIT)?;
        let up = i128::from(self.nanos.checked_rem_euclid(UNIT)? != 0);
        i64::try_from(floor.checked_add(up)?).ok()
    }

    /// The nearest float.
    #[expect(clippy::cast_precision_loss, reason = "the nearest float is asked for")]
    pub fn to_float(self) -> f64 {
        self.nanos as f64 / 1e9
    }
}

/// The power of ten (of billionths), the factor, and whether the suffix is binary.
fn scale(suffix: &str) -> Option<(i32, i128, bool)> {
    if let Some((_, exponent)) = DECIMAL.iter().find(|(name, _)| *name == suffix) {
        return Some((i32::try_from(*exponent).ok()?, 1, false));
    }
    if let Some(position) = BINARY.iter().position(|name| *name == suffix) {
        let power = u32::try_from(position).ok()?.checked_add(1)?;
        return Some((9, 1024_i128.checked_pow(power)?, true));
    }
    let exponent = suffix.strip_prefix(['e', 'E'])?;
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((exponent.parse::<i32>().ok()?.checked_add(9)?, 1, false))
}

impl fmt::Display for Quantity {
    /// The shortest suffix that needs no fraction.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if self.binary && self.nanos != 0 && self.nanos % UNIT == 0 {
            let mut value = self.nanos / UNIT;
            let mut suffix = "";
            for next in BINARY {
                if value % 1024 != 0 {
                    break;
                }
                value /= 1024;
                suffix = next;
            }
            format!("{value}{suffix}")
        } else if self.nanos == 0 {
            String::from("0")
        } else {
            let mut value = self.nanos;
            let mut suffix = "n";
            for (next, _) in DECIMAL.iter().skip(1) {
                if value % 1000 != 0 {
                    break;
                }
                value /= 1000;
                suffix = next;
            }
            format!("{value}{suffix}")
        };
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn suffixes_are_those_of_kubernetes() {
        let equal = [
            ("1", "1000m"),
            ("0.5", "500m"),
            ("1k", "1000"),
            ("1Ki", "1024"),
            ("1.5Gi", "1536Mi"),
            ("1e3", "1k"),
            ("1E3", "1000"),
            ("1E", "1000P"),
            ("1Ei", "1024Pi"),
            ("12e6", "12M"),
            (".5", "500m"),
            ("5.", "5"),
            ("+1", "1"),
            ("-0", "0"),
            ("0.1n", "1n"),
            ("1e-40", "1n"),
            ("0e999999", "0"),
        ];
        for (a, b) in equal {
            assert_eq!(
                Quantity::parse(a).unwrap(),
                Quantity::parse(b).unwrap(),
                "{a} {b}"
            );
        }
        for wrong in [
            "", ".", "+", "1K", "1ki", "1KiB", "1 Gi", " 1", "1e", "1e+", "--1", "1.2.3", "0x10", "1_000",
            "1,5", "½", "1e99", "m", "Infinity", "1e2e3", "1mm", "٣",
        ] {
            assert!(Quantity::parse(wrong).is_none(), "{wrong}");
        }
        assert!(Quantity::parse("-1").unwrap() < Quantity::parse("1n").unwrap());
        assert!(
            Quantity::parse("9223372036854775807").unwrap() < Quantity::parse("9223372036854775808").unwrap()
        );
    }

    #[test]
    fn results_are_written_as_the_left_side_was() {
        let quantity = |text| Quantity::parse(text).unwrap();
        assert_eq!(quantity("1Gi").checked_mul(2).unwrap().to_string(), "2Gi");
        assert_eq!(
            quantity("512Mi")
                .checked_add(quantity("512Mi"))
                .unwrap()
                .to_string(),
            "1Gi"
        );
        assert_eq!(
            quantity("500m").checked_add(quantity("1")).unwrap().to_string(),
            "1500m"
        );
        assert_eq!(quantity("1").checked_sub(quantity("1")).unwrap().to_string(), "0");
        assert_eq!(quantity("-1.5Ki").checked_mul(2).unwrap().to_string(), "-3Ki");
        assert_eq!(quantity("1001m").ceiling(), Some(2));
        assert_eq!(quantity("-1001m").ceiling(), Some(-1));
    }
}
