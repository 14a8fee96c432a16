//! Numbers: comparison of int and float by mathematical value, arithmetic that never wraps and never
//! makes an infinity.

use core::cmp::Ordering;

use super::Value;

/// Why arithmetic has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Outside 64 bits.
    Overflow,
    /// Division by zero.
    Zero,
    /// Not a finite float.
    NotFinite,
}

/// A number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Int(i64),
    /// Finite.
    Float(f64),
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        match number {
            Number::Int(value) => Self::Int(value),
            Number::Float(value) => Self::Float(value),
        }
    }
}

/// 2^63, the first float above all ints; `i64::MIN` is minus that, exactly.
const LIMIT: f64 = 9_223_372_036_854_775_808.0;

/// Orders two numbers by mathematical value. Floats are finite.
pub(crate) fn compare(a: Number, b: Number) -> Ordering {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => a.cmp(&b),
        (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        (Number::Int(a), Number::Float(b)) => compare_mixed(a, b),
        (Number::Float(a), Number::Int(b)) => compare_mixed(b, a).reverse(),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a whole float within the range comes back as it was"
)]
fn compare_mixed(int: i64, float: f64) -> Ordering {
    if float >= LIMIT {
        return Ordering::Less;
    }
    if float < -LIMIT {
        return Ordering::Greater;
    }
    // Within the range the whole part is exact as an int; the fraction decides between equals.
    let whole = float as i64;
    int.cmp(&whole).then_with(|| {
        let fraction = float - whole as f64;
        0.0_f64.partial_cmp(&fraction).unwrap_or(Ordering::Equal)
    })
}

fn finite(value: f64) -> Result<Number, Failure> {
    if value.is_finite() {
        Ok(Number::Float(value))
    } else {
        Err(Failure::NotFinite)
    }
}

#[expect(clippy::cast_precision_loss, reason = "an int is usable as the nearest float")]
fn float(number: Number) -> f64 {
    match number {
        Number::Int(value) => value as f64,
        Number::Float(value) => value,
    }
}

/// Whether the number is zero.
fn is_zero(number: Number) -> bool {
    compare(number, Number::Int(0)) == Ordering::Equal
}

/// The sum.
pub(crate) fn add(a: Number, b: Number) -> Result<Number, Failure> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => a.checked_add(b).map(Number::Int).ok_or(Failure::Overflow),
        _ => finite(float(a) + float(b)),
    }
}

/// The difference.
pub(crate) fn subtract(a: Number, b: Number) -> Result<Number, Failure> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => a.checked_sub(b).map(Number::Int).ok_or(Failure::Overflow),
        _ => finite(float(a) - float(b)),
    }
}

/// The product.
pub(crate) fn multiply(a: Number, b: Number) -> Result<Number, Failure> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => a.checked_mul(b).map(Number::Int).ok_or(Failure::Overflow),
        _ => finite(float(a) * float(b)),
    }
}

/// The quotient, always a float.
pub(crate) fn divide(a: Number, b: Number) -> Result<Number, Failure> {
    if is_zero(b) {
        return Err(Failure::Zero);
    }
    finite(float(a) / float(b))
}

/// What the floored quotient leaves: it has the sign of the divisor.
pub(crate) fn remainder(a: Number, b: Number) -> Result<Number, Failure> {
    if is_zero(b) {
        return Err(Failure::Zero);
    }
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => {
            // `i64::MIN % -1` overflows in hardware; its remainder is 0.
            let rest = a.checked_rem(b).unwrap_or(0);
            let rest = if rest != 0 && (rest < 0) != (b < 0) {
                rest.checked_add(b).ok_or(Failure::Overflow)?
            } else {
                rest
            };
            Ok(Number::Int(rest))
        }
        _ => {
            let (a, b) = (float(a), float(b));
            let rest = a % b;
            let rest = if rest != 0.0 && (rest < 0.0) != (b < 0.0) {
                rest + b
            } else {
                rest
            };
            finite(rest)
        }
    }
}

/// The floored quotient: whole, an int of ints.
pub(crate) fn floored(a: Number, b: Number) -> Result<Number, Failure> {
    if is_zero(b) {
        return Err(Failure::Zero);
    }
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => {
            let quotient = a.checked_div(b).ok_or(Failure::Overflow)?;
            let rest = a.checked_rem(b).unwrap_or(0);
            let below = i64::from(rest != 0 && (rest < 0) != (b < 0));
            quotient
                .checked_sub(below)
                .map(Number::Int)
                .ok_or(Failure::Overflow)
        }
        _ => finite(floor(float(a) / float(b))),
    }
}

/// Without a fraction already: all floats of that size are whole.
const WHOLE: f64 = 4_503_599_627_370_496.0;

/// The greatest whole float that is not greater. `core` has none.
#[expect(
    clippy::cast_precision_loss,
    reason = "below 2^52 a whole float comes back as it was"
)]
pub(crate) fn floor(value: f64) -> f64 {
    if !(-WHOLE..=WHOLE).contains(&value) {
        return value;
    }
    let cut = value as i64 as f64;
    if cut > value { cut - 1.0 } else { cut }
}

/// The nearest whole float; of two the one farther from zero.
pub(crate) fn round(value: f64) -> f64 {
    let below = floor(value);
    let rest = value - below;
    if rest > 0.5 || (rest >= 0.5 && value > 0.0) {
        below + 1.0
    } else {
        below
    }
}

/// A whole float as an int.
pub(crate) fn whole(value: f64) -> Result<Number, Failure> {
    if (-LIMIT..LIMIT).contains(&value) {
        Ok(Number::Int(value as i64))
    } else {
        Err(Failure::Overflow)
    }
}

/// The number with the other sign.
pub(crate) fn negate(a: Number) -> Result<Number, Failure> {
    match a {
        Number::Int(a) => a.checked_neg().map(Number::Int).ok_or(Failure::Overflow),
        Number::Float(a) => Ok(Number::Float(-a)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ints_and_floats_compare_by_exact_value() {
        let cases = [
            (1, 1.0, Ordering::Equal),
            (0, -0.0, Ordering::Equal),
            (1, 1.5, Ordering::Less),
            (-1, -1.5, Ordering::Greater),
            (i64::MAX, LIMIT, Ordering::Less),
            (i64::MIN, -LIMIT, Ordering::Equal),
            // As floats both would be 2^53.
            (9_007_199_254_740_993, 9_007_199_254_740_992.0, Ordering::Greater),
            (i64::MAX, 1e300, Ordering::Less),
            (i64::MIN, -1e300, Ordering::Greater),
        ];
        for (int, float, expected) in cases {
            assert_eq!(
                compare(Number::Int(int), Number::Float(float)),
                expected,
                "{int} {float}"
            );
            assert_eq!(
                compare(Number::Float(float), Number::Int(int)),
                expected.reverse()
            );
        }
    }

    #[test]
    fn remainder_follows_the_floored_quotient() {
        let int = |a, b| remainder(Number::Int(a), Number::Int(b));
        assert_eq!(int(7, 3), Ok(Number::Int(1)));
        assert_eq!(int(-7, 3), Ok(Number::Int(2)));
        assert_eq!(int(7, -3), Ok(Number::Int(-2)));
        assert_eq!(int(-7, -3), Ok(Number::Int(-1)));
        assert_eq!(int(i64::MIN, -1), Ok(Number::Int(0)));
        assert_eq!(int(1, 0), Err(Failure::Zero));
        assert_eq!(
            remainder(Number::Float(-0.5), Number::Int(2)),
            Ok(Number::Float(1.5))
        );
    }

    #[test]
    fn rounding_goes_where_it_says() {
        for (value, down, nearest) in [
            (1.5, 1.0, 2.0),
            (-1.5, -2.0, -2.0),
            (0.499_999_999_999_999_94, 0.0, 0.0),
            (-0.5, -1.0, -1.0),
            (2.0, 2.0, 2.0),
            (1e300, 1e300, 1e300),
            (
                4_503_599_627_370_495.5,
                4_503_599_627_370_495.0,
                4_503_599_627_370_496.0,
            ),
        ] {
            assert_eq!((floor(value), round(value)), (down, nearest), "{value}");
        }
        assert_eq!(floored(Number::Int(-7), Number::Int(2)), Ok(Number::Int(-4)));
        assert_eq!(
            floored(Number::Int(i64::MIN), Number::Int(-1)),
            Err(Failure::Overflow)
        );
        assert_eq!(
            floored(Number::Float(-7.0), Number::Int(2)),
            Ok(Number::Float(-4.0))
        );
        assert_eq!(whole(1e19), Err(Failure::Overflow));
    }

    #[test]
    fn nothing_wraps_and_nothing_becomes_infinite() {
        assert_eq!(add(Number::Int(i64::MAX), Number::Int(1)), Err(Failure::Overflow));
        assert_eq!(negate(Number::Int(i64::MIN)), Err(Failure::Overflow));
        assert_eq!(
            multiply(Number::Float(1e300), Number::Float(1e300)),
            Err(Failure::NotFinite)
        );
        assert_eq!(divide(Number::Int(1), Number::Float(0.0)), Err(Failure::Zero));
        assert_eq!(divide(Number::Int(1), Number::Int(2)), Ok(Number::Float(0.5)));
    }
}
