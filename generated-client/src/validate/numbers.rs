//! Validation of numbers.

use std::borrow::Cow;

use super::schema::{Bounds, Format, Schema};
use super::violation::Rule;
use crate::scalars::decimal::{self, Decimal};

/// 2^63, the first value above the range of `i64`. It also bounds negative floats, because
/// serde_json parses the integer -2^63 as an `i64`.
const I64_LIMIT: f64 = 9_223_372_036_854_775_808.0;

/// The limit below which [`ParsedNumber::canonical`] formats integral floats as integers. It
/// exceeds the range of `u64`, and floats below it convert to `i128` exactly.
const INTEGER_LIMIT: f64 = 1e20;

/// A JSON number, classified as serde_json does: `Float` has a fraction or an exponent, or
/// exceeds all integer types.
#[derive(Clone, Copy, Debug)]
pub(super) enum ParsedNumber {
    Signed(i64),
    Unsigned(u64),
    Float(f64),
}

impl ParsedNumber {
    /// Parses a number that is valid JSON. Returns `None` if it overflows an `f64`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let signed = text.parse().map(Self::Signed);
        let number = signed
            .or_else(|_| text.parse().map(Self::Unsigned))
            .or_else(|_| text.parse().map(Self::Float));
        number.ok().filter(|number| number.as_f64().is_finite())
    }

    pub(super) fn is_integer(self) -> bool {
        !matches!(self, Self::Float(_))
    }

    /// Returns a string that is equal for numbers of equal value, such as `100` and `1e2`.
    pub(super) fn canonical(self) -> String {
        match self {
            Self::Signed(value) => value.to_string(),
            Self::Unsigned(value) => value.to_string(),
            Self::Float(value) if value.fract() == 0.0 && value.abs() < INTEGER_LIMIT => {
                (value as i128).to_string()
            }
            Self::Float(value) => value.to_string(),
        }
    }

    fn as_f64(self) -> f64 {
        match self {
            Self::Signed(value) => value as f64,
            Self::Unsigned(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    fn is_exact(self) -> bool {
        match self {
            Self::Signed(_) | Self::Unsigned(_) => true,
            Self::Float(value) => decimal::is_exact(value),
        }
    }

    /// Returns whether the number is a float with at most three decimals, like most quantities.
    /// This fast path avoids [`to_decimal`](Self::to_decimal).
    fn is_quantity(self) -> bool {
        matches!(self, Self::Float(value) if decimal::thousandths(value).is_some())
    }

    fn to_decimal(self) -> Option<Decimal> {
        match self {
            Self::Signed(value) => Some(value.into()),
            Self::Unsigned(value) => Some(value.into()),
            Self::Float(value) => Decimal::from_f64(value),
        }
    }
}

/// A rule that a number violates, with a description of the permitted numbers.
pub(super) type NumberViolation = (Rule, Cow<'static, str>);

/// Checks the type of a number and returns the bounds, which the caller checks.
///
/// # Errors
///
/// Returns [`Rule::Type`] if the schema does not admit the number, for example a fraction for
/// an integer, and other rules if the number does not fit the Rust type.
pub(super) fn check(
    schema: &'static Schema,
    number: ParsedNumber,
) -> Result<&'static Bounds, NumberViolation> {
    match schema {
        Schema::Integer(bounds) => check_integer(number).map(|()| bounds),
        Schema::Decimal(bounds) => check_decimal(number).map(|()| bounds),
        Schema::Number(bounds) => Ok(bounds),
        _ => Err((Rule::Type, "no number".into())),
    }
}

fn check_integer(number: ParsedNumber) -> Result<(), NumberViolation> {
    let fits = match number {
        ParsedNumber::Signed(_) => true,
        ParsedNumber::Unsigned(value) => i64::try_from(value).is_ok(),
        ParsedNumber::Float(value) if value.abs() < I64_LIMIT => {
            return Err((Rule::Type, "an integer".into()));
        }
        ParsedNumber::Float(_) => false,
    };
    let range = || format!("an integer from {} to {}", i64::MIN, i64::MAX).into();
    if fits { Ok(()) } else { Err((Rule::Range, range())) }
}

/// Checks that a [`Decimal`] represents the number exactly.
fn check_decimal(number: ParsedNumber) -> Result<(), NumberViolation> {
    if number.is_quantity() {
        return Ok(());
    }
    match number.to_decimal() {
        Some(_) if number.is_exact() => Ok(()),
        Some(_) => Err((Rule::Format, "a decimal with at most 15 significant digits".into())),
        None => Err((Rule::Range, "a number with at most 28 decimals, below 7.9e28".into())),
    }
}

/// Returns whether a number satisfies its bounds.
pub(super) fn is_within(bounds: &Bounds, number: ParsedNumber) -> bool {
    matches!(bounds, Bounds { minimum: None, maximum: None, multiple_of: None, format: None })
        || bound_violations(bounds, number).next().is_none()
}

/// Returns the bounds that a number violates.
pub(super) fn bound_violations(
    bounds: &Bounds,
    number: ParsedNumber,
) -> impl Iterator<Item = NumberViolation> {
    let violations =
        [check_range(bounds, number), check_multiple(bounds, number), check_format(bounds, number)];
    violations.into_iter().filter_map(Result::err)
}

fn check_range(bounds: &Bounds, number: ParsedNumber) -> Result<(), NumberViolation> {
    let value = number.as_f64();
    let above =
        bounds.minimum.is_none_or(
            |(minimum, exclusive)| {
                if exclusive { value > minimum } else { value >= minimum }
            },
        );
    let below =
        bounds.maximum.is_none_or(
            |(maximum, exclusive)| {
                if exclusive { value < maximum } else { value <= maximum }
            },
        );
    if above && below {
        return Ok(());
    }
    let minimum = bounds.minimum.map(|(minimum, exclusive)| {
        if exclusive { format!("above {minimum}") } else { format!("at least {minimum}") }
    });
    let maximum = bounds.maximum.map(|(maximum, exclusive)| {
        if exclusive { format!("below {maximum}") } else { format!("at most {maximum}") }
    });
    let limits: Vec<_> = [minimum, maximum].into_iter().flatten().collect();
    Err((Rule::Range, limits.join(" and ").into()))
}

/// Checks `multipleOf` in decimal arithmetic. In binary, 0.3 is not a multiple of 0.1.
fn check_multiple(bounds: &Bounds, number: ParsedNumber) -> Result<(), NumberViolation> {
    let Some(divisor) = bounds.multiple_of else { return Ok(()) };
    let is_multiple = match (number.to_decimal(), Decimal::from_f64(divisor)) {
        (Some(value), Some(divisor)) => {
            value.checked_rem(*divisor).is_some_and(|remainder| remainder.is_zero())
        }
        _ => number.as_f64() % divisor == 0.0,
    };
    if is_multiple {
        return Ok(());
    }
    Err((Rule::MultipleOf, format!("a multiple of {divisor}").into()))
}

fn check_format(bounds: &Bounds, number: ParsedNumber) -> Result<(), NumberViolation> {
    let Some(Format::Int32) = bounds.format else { return Ok(()) };
    let range = f64::from(i32::MIN)..=f64::from(i32::MAX);
    if range.contains(&number.as_f64()) {
        return Ok(());
    }
    Err((Rule::Format, "a 32-bit integer".into()))
}

#[cfg(test)]
mod tests {
    use super::ParsedNumber;

    #[test]
    fn canonical_form_depends_only_on_the_value() {
        let canonical = |text| ParsedNumber::parse(text).unwrap().canonical();
        for equal in [
            ["1", "1.0"],
            ["100", "1e2"],
            ["0", "-0.0"],
            ["0", "-0"],
            ["0.5", "5E-1"],
            ["9223372036854775808", "9223372036854775808.0"],
            ["100000000000000000000", "1e20"],
        ] {
            assert_eq!(canonical(equal[0]), canonical(equal[1]), "{equal:?}");
        }
        for different in [["1", "-1"], ["1", "1.5"], ["9007199254740993", "9007199254740992"]] {
            assert_ne!(canonical(different[0]), canonical(different[1]), "{different:?}");
        }
    }

    #[test]
    fn rejects_numbers_that_overflow_a_float() {
        assert!(ParsedNumber::parse("1e999").is_none());
        assert!(ParsedNumber::parse("-1e308").is_some());
    }
}
