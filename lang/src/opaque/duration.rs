//! Lengths of time as Go writes them: `4h30m`. Whole nanoseconds in 64 bits.

use core::fmt;

/// A length of time, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub i64);

impl Duration {
    /// Reads `[+-]` and numbers with a unit each: `h m s ms us ns` (`µs`); or `0`.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, mut rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if rest == "0" {
            return Some(Self(0));
        }
        if rest.is_empty() {
            return None;
        }
        let mut total: i128 = 0;
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let (number, after) = rest.split_at_checked(end)?;
            let length = after
                .find(|c: char| c.is_ascii_digit() || c == '.')
                .unwrap_or(after.len());
            let (unit, after) = after.split_at_checked(length)?;
            let unit: i128 = match unit {
                "h" => 3_600_000_000_000,
                "m" => 60_000_000_000,
                "s" => 1_000_000_000,
                "ms" => 1_000_000,
                "us" | "µs" | "μs" => 1_000,
                "ns" => 1,
                _ => return None,
            };
            let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
            if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || whole.len() > 20 {
                return None;
            }
            let mut part: i128 = 0;
            for digit in whole.bytes() {
                part = part
                    .checked_mul(10)?
                    .checked_add(i128::from(digit.checked_sub(b'0')?))?;
            }
            part = part.checked_mul(unit)?;
            // Beyond a nanosecond nothing counts.
            let mut step = unit;
            for digit in fraction.bytes().take(15) {
                step /= 10;
                part = part.checked_add(i128::from(digit.checked_sub(b'0')?).checked_mul(step)?)?;
            }
            total = total.checked_add(part)?;
            rest = after;
        }
        i64::try_from(if negative { total.checked_neg()? } else { total })
            .ok()
            .map(Self)
    }

    /// Whole units, rounded towards zero.
    pub const fn whole(self, unit: i64) -> i64 {
        match self.0.checked_div(unit) {
            Some(whole) => whole,
            None => 0,
        }
    }
}

impl fmt::Display for Duration {
    /// As Go writes it: `4h30m0s`, `1.5s`, `20ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.unsigned_abs();
        if nanos == 0 {
            return f.write_str("0s");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        if nanos < 1_000 {
            return write!(f, "{nanos}ns");
        }
        if nanos < 1_000_000 {
            decimal(f, nanos, 1_000, 3)?;
            return f.write_str("µs");
        }
        if nanos < 1_000_000_000 {
            decimal(f, nanos, 1_000_000, 6)?;
            return f.write_str("ms");
        }
        let minutes = nanos / 60_000_000_000;
        let hours = minutes / 60;
        if hours > 0 {
            write!(f, "{hours}h")?;
        }
        if minutes > 0 {
            write!(f, "{}m", minutes % 60)?;
        }
        decimal(f, nanos % 60_000_000_000, 1_000_000_000, 9)?;
        f.write_str("s")
    }
}

/// A number of units, the fraction without zeros at its end.
fn decimal(f: &mut fmt::Formatter<'_>, nanos: u64, unit: u64, digits: usize) -> fmt::Result {
    write!(f, "{}", nanos / unit)?;
    let fraction = alloc::format!("{:0digits$}", nanos % unit);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() {
        return Ok(());
    }
    write!(f, ".{fraction}")
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        let cases = [
            ("0", "0s"),
            ("4h30m", "4h30m0s"),
            ("1.5h", "1h30m0s"),
            ("90s", "1m30s"),
            ("-1m", "-1m0s"),
            ("1.5s", "1.5s"),
            ("20ms", "20ms"),
            ("1500us", "1.5ms"),
            ("7ns", "7ns"),
            (".5m", "30s"),
            ("1h1h", "2h0m0s"),
            ("+3s", "3s"),
        ];
        for (text, expected) in cases {
            assert_eq!(Duration::parse(text).unwrap().to_string(), expected, "{text}");
        }
        for wrong in [
            "", "1", "h", "1d", "1 h", " 1h", "1h ", "1.2.3s", ".s", "-", "1H", "300y", "9999999h", "--1s",
        ] {
            assert!(Duration::parse(wrong).is_none(), "{wrong}");
        }
    }
}
