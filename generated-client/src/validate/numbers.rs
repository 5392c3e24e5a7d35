//! Checks numbers.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::schema::{Bounds, Format};
use super::violation::Rule;
use crate::scalars::decimal::{self, Decimal};

/// Whether serde_json hands over every number as text: any crate of the build may
/// turn its feature `arbitrary_precision` on, and then no number is too large for it.
pub(super) static NUMBERS_ARE_TEXT: LazyLock<bool> =
    LazyLock::new(|| serde_json::from_str::<serde_json::Number>("1e999").is_ok());

/// The member in which it does. Otherwise it is a name like any other.
pub(super) const NUMBER_AS_TEXT: &str = "$serde_json::private::Number";

/// 2^63, which no `i64` reaches. A float that is -2^63 was not written as an integer
/// that fits: serde would have handed that over as one.
const I64_LIMIT: f64 = 9_223_372_036_854_775_808.0;

/// A number as serde hands it over.
#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    Signed(i64),
    Unsigned(u64),
    Float(f64),
}

impl Number {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let signed = text.parse().map(Self::Signed);
        let unsigned = || text.parse().map(Self::Unsigned);
        signed.or_else(|_| unsigned()).or_else(|_| text.parse().map(Self::Float)).ok()
    }

    pub(super) fn show(self) -> String {
        match self {
            Self::Signed(value) => value.to_string(),
            Self::Unsigned(value) => value.to_string(),
            // serde_json reads `-0` as a float: what was written cannot be told.
            Self::Float(value) if value == 0.0 && value.is_sign_negative() => {
                "a negative zero".into()
            }
            // `{:?}` keeps the point of a whole number and the exponent of a large one.
            Self::Float(value) => format!("{value:?}"),
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

    /// Whether a number is of the usual kind, which is quick to tell.
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

/// A rule that a number breaks, and what it asks for.
pub(super) type Fault = (Rule, Cow<'static, str>);

/// Whether a number is an integer that fits an `i64`. serde hands over as a float
/// what has a fraction or an exponent, and what is too large for any integer.
pub(super) fn check_integer(number: Number) -> Result<(), Fault> {
    let fits = match number {
        Number::Signed(_) => true,
        Number::Unsigned(value) => i64::try_from(value).is_ok(),
        Number::Float(value) if value.abs() < I64_LIMIT => {
            return Err((Rule::Type, "an integer".into()));
        }
        Number::Float(_) => false,
    };
    let range = || format!("an integer from {} to {}", i64::MIN, i64::MAX).into();
    if fits { Ok(()) } else { Err((Rule::Range, range())) }
}

/// Whether a number fits a [`Decimal`], which holds it as it was written.
pub(super) fn check_decimal(number: Number) -> Result<(), Fault> {
    if number.is_quantity() {
        return Ok(());
    }
    match number.to_decimal() {
        Some(_) if number.is_exact() => Ok(()),
        Some(_) => Err((Rule::Format, "a decimal of up to 15 significant digits".into())),
        None => Err((Rule::Range, "a number with at most 28 decimals, below 7.9e28".into())),
    }
}

/// Whether a number breaks none of its bounds.
pub(super) fn is_within(bounds: &Bounds, number: Number) -> bool {
    matches!(bounds, Bounds { minimum: None, maximum: None, multiple_of: None, format: None })
        || check_bounds(bounds, number).next().is_none()
}

/// Everything in which a number breaks its bounds.
pub(super) fn check_bounds(bounds: &Bounds, number: Number) -> impl Iterator<Item = Fault> {
    [range_fault(bounds, number), multiple_fault(bounds, number), format_fault(bounds, number)]
        .into_iter()
        .flatten()
}

fn range_fault(bounds: &Bounds, number: Number) -> Option<Fault> {
    let value = number.as_f64();
    let above = bounds.minimum.is_none_or(|(limit, exclusive)| match exclusive {
        true => value > limit,
        false => value >= limit,
    });
    let below = bounds.maximum.is_none_or(|(limit, exclusive)| match exclusive {
        true => value < limit,
        false => value <= limit,
    });
    if above && below {
        return None;
    }
    let minimum = bounds.minimum.map(|(limit, exclusive)| match exclusive {
        true => format!("above {limit}"),
        false => format!("at least {limit}"),
    });
    let maximum = bounds.maximum.map(|(limit, exclusive)| match exclusive {
        true => format!("below {limit}"),
        false => format!("at most {limit}"),
    });
    let limits: Vec<_> = [minimum, maximum].into_iter().flatten().collect();
    Some((Rule::Range, limits.join(" and ").into()))
}

/// The remainder is taken of decimals: in binary, 0.3 is no multiple of 0.1.
fn multiple_fault(bounds: &Bounds, number: Number) -> Option<Fault> {
    let divisor = bounds.multiple_of?;
    let remainder = match (number.to_decimal(), Decimal::from_f64(divisor)) {
        (Some(value), Some(divisor)) => value.checked_rem(*divisor).map(|rest| rest.is_zero()),
        _ => Some(number.as_f64() % divisor == 0.0),
    };
    match remainder {
        Some(true) => None,
        _ => Some((Rule::MultipleOf, format!("a multiple of {divisor}").into())),
    }
}

fn format_fault(bounds: &Bounds, number: Number) -> Option<Fault> {
    let Some(Format::Int32) = bounds.format else { return None };
    let range = f64::from(i32::MIN)..=f64::from(i32::MAX);
    match range.contains(&number.as_f64()) {
        true => None,
        false => Some((Rule::Format, "an integer of 32 bits".into())),
    }
}
