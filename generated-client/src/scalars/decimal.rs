//! Exact decimal numbers.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use compact_str::{CompactString, format_compact};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

/// The number of significant decimal digits that every `f64` preserves.
const EXACT_DIGITS: usize = f64::DIGITS as usize;

/// An exact decimal number, such as a quantity of credits.
///
/// It has at most 28 decimals and an absolute value below 7.9 × 10²⁸. It wraps
/// [`rust_decimal::Decimal`] and serializes as a JSON number.
///
/// JSON parsers, including the one of this crate, read numbers as binary floating point.
/// A received number is therefore exact if it has up to 15 significant digits: quantities
/// with three decimals are exact below 10¹² tonnes. Integers that fit an `i64` or a `u64` are
/// always exact. Numbers with more digits violate the rule
/// [`Format`](crate::validate::Rule::Format), unless they parse as the same float as a shorter
/// number: `0.1000000000000000055` is indistinguishable from `0.1`.
///
/// ```
/// use isometric_registry::Decimal;
///
/// let credits: Decimal = serde_json::from_str("0.3")?;
/// assert_eq!(credits, "0.3".parse()?);
/// assert_eq!(*credits * rust_decimal::Decimal::from(1000), 300.into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(rust_decimal::Decimal);

impl Decimal {
    /// Returns the shortest decimal that parses as this float.
    pub(crate) fn from_f64(value: f64) -> Option<Self> {
        if let Some(thousandths) = thousandths(value) {
            return Some(Self(rust_decimal::Decimal::new(thousandths, 3).normalize()));
        }
        rust_decimal::Decimal::from_scientific(&format_shortest(value)).ok().map(Self)
    }

    /// Returns the nearest float, unlike the conversion of `rust_decimal`, which divides by a
    /// power of ten.
    fn to_f64(self) -> Option<f64> {
        format_compact!("{}", self.0).parse().ok()
    }
}

/// Formats a float with the fewest digits, for example `1.25632e2`.
fn format_shortest(value: f64) -> CompactString {
    format_compact!("{value:e}")
}

/// Returns a float in thousandths if it has at most three decimals and 15 digits.
///
/// This fast path for quantities takes a tenth of the time of formatting and parsing the float.
pub(crate) fn thousandths(value: f64) -> Option<i64> {
    const LIMIT: f64 = 1e15;
    let thousandths = (value * 1000.0).round();
    let is_exact = thousandths.abs() < LIMIT && thousandths / 1000.0 == value;
    // Zero takes the general path, which handles negative zero.
    (is_exact && thousandths != 0.0).then_some(thousandths as i64)
}

/// Returns whether a float has few enough digits to determine the decimal it was parsed from.
pub(crate) fn is_exact(value: f64) -> bool {
    let text = format_shortest(value);
    let digits = text.bytes().take_while(|&byte| byte != b'e');
    digits.filter(u8::is_ascii_digit).count() <= EXACT_DIGITS
}

impl Deref for Decimal {
    type Target = rust_decimal::Decimal;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl From<rust_decimal::Decimal> for Decimal {
    fn from(value: rust_decimal::Decimal) -> Self {
        Self(value)
    }
}

impl From<Decimal> for rust_decimal::Decimal {
    fn from(value: Decimal) -> Self {
        value.0
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self(value.into())
    }
}

impl From<u64> for Decimal {
    fn from(value: u64) -> Self {
        Self(value.into())
    }
}

impl FromStr for Decimal {
    type Err = rust_decimal::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Serializes integers that fit an `i64` or a `u64` as integers, and other numbers as the nearest
/// float.
impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_integer() {
            if let Ok(integer) = i64::try_from(self.0) {
                return serializer.serialize_i64(integer);
            }
            if let Ok(integer) = u64::try_from(self.0) {
                return serializer.serialize_u64(integer);
            }
        }
        match self.to_f64() {
            Some(float) => serializer.serialize_f64(float),
            None => Err(serde::ser::Error::custom("decimal does not convert to a float")),
        }
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_f64(DecimalVisitor)
    }
}

struct DecimalVisitor;

impl Visitor<'_> for DecimalVisitor {
    type Value = Decimal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number with at most 28 decimals, below 7.9e28")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Decimal, E> {
        Ok(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Decimal, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Decimal, E> {
        let outside = || E::invalid_value(de::Unexpected::Float(value), &self);
        Decimal::from_f64(value).ok_or_else(outside)
    }
}

/// A decimal number that the API writes as a JSON string, such as a price.
///
/// It is a fixed-point number, of which all digits are kept: `"312.50"` is written as `"312.50"`.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct DecimalString(Decimal);

impl Deref for DecimalString {
    type Target = Decimal;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl From<Decimal> for DecimalString {
    fn from(value: Decimal) -> Self {
        Self(value)
    }
}

impl FromStr for DecimalString {
    type Err = rust_decimal::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (integer, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !is_number(integer) || !is_number(fraction) {
            return Err("expected a fixed-point number".into());
        }
        rust_decimal::Decimal::from_str_exact(text).map(|number| Self(Decimal(number)))
    }
}

impl TryFrom<String> for DecimalString {
    type Error = rust_decimal::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DecimalString> for String {
    fn from(value: DecimalString) -> Self {
        value.to_string()
    }
}

impl fmt::Display for DecimalString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
