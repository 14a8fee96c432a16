//! Points in time as RFC 3339 writes them. No time zones but offsets, no leap seconds, no clock.

use core::fmt;

use super::Duration;

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i128);

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400;

/// A point in time as the calendar has it, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// 0 to 9999.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// 0 to 23.
    pub hour: i64,
    /// 0 to 59.
    pub minute: i64,
    /// 0 to 59.
    pub second: i64,
    /// 1 is Monday, 7 is Sunday.
    pub weekday: i64,
    nanosecond: i64,
}

impl Time {
    /// Reads `2026-01-31T12:00:00[.5](Z|+01:00)`.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('T')?;
        let mut parts = date.split('-');
        let (year, month, day) = (
            digits(parts.next()?, 4)?,
            digits(parts.next()?, 2)?,
            digits(parts.next()?, 2)?,
        );
        if parts.next().is_some() {
            return None;
        }
        let zone = time.find(['Z', '+', '-'])?;
        let (time, zone) = time.split_at_checked(zone)?;
        let (time, fraction) = match time.split_once('.') {
            Some((time, fraction)) => (time, Some(fraction)),
            None => (time, None),
        };
        let mut parts = time.split(':');
        let (hour, minute, second) = (
            digits(parts.next()?, 2)?,
            digits(parts.next()?, 2)?,
            digits(parts.next()?, 2)?,
        );
        let right = parts.next().is_none()
            && (1..=12).contains(&month)
            && day >= 1
            && day <= days_of(year, month)
            && hour < 24
            && minute < 60
            && second < 60;
        if !right {
            return None;
        }
        let nanos = match fraction {
            None => 0,
            Some(fraction) if (1..=9).contains(&fraction.len()) => {
                let power = 9_u32.checked_sub(u32::try_from(fraction.len()).ok()?)?;
                digits(fraction, fraction.len())?.checked_mul(10_i64.checked_pow(power)?)?
            }
            Some(_) => return None,
        };
        let seconds = i128::from(days_before(year, month, day))
            .checked_mul(DAY)?
            .checked_add(i128::from(hour) * 3600 + i128::from(minute) * 60 + i128::from(second))?
            .checked_sub(i128::from(offset(zone)?))?;
        Some(Self(seconds.checked_mul(SECOND)?.checked_add(i128::from(nanos))?))
    }

    /// Later by a length of time; none outside the years 0 to 9999.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        let time = Self(self.0.checked_add(i128::from(duration.0))?);
        (0..=9999).contains(&time.calendar().year).then_some(time)
    }

    /// Earlier by a length of time.
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        let time = Self(self.0.checked_sub(i128::from(duration.0))?);
        (0..=9999).contains(&time.calendar().year).then_some(time)
    }

    /// The time between both; none where it is longer than a duration can be.
    pub fn since(self, earlier: Self) -> Option<Duration> {
        i64::try_from(self.0.checked_sub(earlier.0)?).ok().map(Duration)
    }

    /// Whole seconds since 1970.
    pub fn unix(self) -> i64 {
        i64::try_from(self.0.div_euclid(SECOND)).unwrap_or(i64::MAX)
    }

    /// The calendar in UTC.
    pub fn calendar(self) -> Calendar {
        let seconds = self.unix();
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        // Days since 0000-03-01, in eras of 400 years (Howard Hinnant, "chrono-compatible low-level date algorithms").
        let shifted = days.saturating_add(719_468);
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        Calendar {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: of_year - (153 * shifted_month + 2) / 5 + 1,
            hour: rest / 3600,
            minute: rest % 3600 / 60,
            second: rest % 60,
            weekday: days.saturating_add(3).rem_euclid(7) + 1,
            nanosecond: i64::try_from(self.0.rem_euclid(SECOND)).unwrap_or(0),
        }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.calendar();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            at.year, at.month, at.day, at.hour, at.minute, at.second
        )?;
        if at.nanosecond != 0 {
            let fraction = alloc::format!("{:09}", at.nanosecond);
            write!(f, ".{}", fraction.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

/// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    let right = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if right { text.parse().ok() } else { None }
}

/// `Z` or `+01:00`, in seconds.
fn offset(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("Z", "") => return Some(0),
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn days_of(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = (month + 9) % 12;
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn times_are_those_of_rfc_3339() {
        let cases = [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59Z", -1),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-01-31T13:00:00+01:00", 1_769_860_800),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ];
        for (text, unix) in cases {
            assert_eq!(Time::parse(text).unwrap().unix(), unix, "{text}");
        }
        for same in [
            "0000-01-01T00:00:00Z",
            "2024-02-29T23:59:59.5Z",
            "1900-03-01T00:00:00Z",
            "2026-12-31T00:00:00.000000001Z",
        ] {
            assert_eq!(Time::parse(same).unwrap().to_string(), same);
        }
        assert_eq!(Time::parse("2026-11-24T00:00:00Z").unwrap().calendar().weekday, 2);
        for wrong in [
            "",
            "2026-01-31",
            "2026-01-31T12:00:00",
            "2026-01-31 12:00:00Z",
            "2026-01-31t12:00:00z",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:60Z",
            "26-01-01T00:00:00Z",
            "2026-1-1T00:00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00.1234567890Z",
            "2026-01-01T00:00:00+1:00",
            "2026-01-01T00:00:00+0100",
            "2026-01-01T00:00:00ZZ",
            "+2026-01-01T00:00:00Z",
            "2026-01-01T00:00:00+24:00",
            "1900-02-29T00:00:00Z",
            "2026-01-00T00:00:00Z",
        ] {
            assert!(Time::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn arithmetic_stays_in_the_calendar() {
        let time = Time::parse("9999-12-31T23:59:59Z").unwrap();
        assert_eq!(time.checked_add(Duration(1_000_000_000)), None);
        let start = Time::parse("2024-02-28T23:00:00Z").unwrap();
        let later = start.checked_add(Duration::parse("1h").unwrap()).unwrap();
        assert_eq!(later.to_string(), "2024-02-29T00:00:00Z");
        assert_eq!(later.since(start), Duration::parse("1h"));
        assert_eq!(Time::parse("0000-01-01T00:00:00Z").unwrap().since(time), None);
    }
}
