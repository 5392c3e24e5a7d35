//! Parsing and validation of dates and times.
//!
//! The API writes dates and times in a single form, called the canonical form here. This module
//! parses it without chrono, whose general parser takes a third of the time of decoding a credit
//! batch. chrono parses all other forms.

use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use serde::de::{Deserializer, Error, Visitor};

/// The length of `YYYY-MM-DD`.
const DATE_LENGTH: usize = 10;

/// The maximum number of digits of a fraction of a second.
const NANOSECOND_DIGITS: usize = 9;

/// The smallest number of nanoseconds with which chrono represents a leap second.
const LEAP_SECOND: u32 = 1_000_000_000;

/// A date or time type with a canonical form.
pub(crate) trait Timestamp: Sized {
    /// The expected value in error messages.
    const EXPECTED: &'static str;

    /// Parses the canonical form.
    fn parse_canonical(text: &str) -> Option<Self>;

    /// Parses any form that chrono accepts.
    fn parse_any(text: &str) -> chrono::ParseResult<Self>;
}

impl Timestamp for NaiveDate {
    const EXPECTED: &'static str = "a date";

    fn parse_canonical(text: &str) -> Option<Self> {
        let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text.as_bytes() else { return None };
        let year = i32::try_from(parse_digits(&[*y0, *y1, *y2, *y3])?).ok()?;
        Self::from_ymd_opt(year, parse_digits(&[*m0, *m1])?, parse_digits(&[*d0, *d1])?)
    }

    fn parse_any(text: &str) -> chrono::ParseResult<Self> {
        text.parse()
    }
}

impl Timestamp for DateTime<Utc> {
    const EXPECTED: &'static str = "a date and time";

    fn parse_canonical(text: &str) -> Option<Self> {
        let (date, time) = text.split_at_checked(DATE_LENGTH)?;
        let (&[b'T', h0, h1, b':', m0, m1, b':', s0, s1], end) =
            time.as_bytes().split_first_chunk()?
        else {
            return None;
        };
        let nanosecond = match end {
            [b'Z'] => 0,
            [b'.', digits @ .., b'Z'] if (1..=NANOSECOND_DIGITS).contains(&digits.len()) => {
                parse_digits(digits)? * 10_u32.pow((NANOSECOND_DIGITS - digits.len()) as u32)
            }
            _ => return None,
        };
        let [hour, minute, second] = [[h0, h1], [m0, m1], [s0, s1]].map(|pair| parse_digits(&pair));
        let date = NaiveDate::parse_canonical(date)?;
        Some(date.and_hms_nano_opt(hour?, minute?, second?, nanosecond)?.and_utc())
    }

    fn parse_any(text: &str) -> chrono::ParseResult<Self> {
        text.parse()
    }
}

/// Parses at most nine digits.
fn parse_digits(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| match digit {
        b'0'..=b'9' => Some(value * 10 + u32::from(digit - b'0')),
        _ => None,
    })
}

/// Returns whether a string is a `full-date` of RFC 3339.
pub(crate) fn is_date(text: &str) -> bool {
    NaiveDate::parse_canonical(text).is_some()
}

/// Returns whether a string is a `date-time` of RFC 3339.
pub(crate) fn is_date_time(text: &str) -> bool {
    DateTime::parse_canonical(text).is_some() || is_general_date_time(text)
}

/// Applies the rules of RFC 3339 that chrono does not enforce. chrono also accepts a space
/// instead of the `T`, a U+2212 minus sign before the offset, and leap seconds at any time.
fn is_general_date_time(text: &str) -> bool {
    if !text.is_ascii() || !matches!(text.as_bytes().get(DATE_LENGTH), Some(b'T' | b't')) {
        return false;
    }
    let Ok(time) = DateTime::parse_from_rfc3339(text) else { return false };
    let utc = time.to_utc();
    // Times are serialized in UTC, where the year must have four digits too.
    (0..=9999).contains(&utc.year())
        && (utc.nanosecond() < LEAP_SECOND || (utc.hour(), utc.minute()) == (23, 59))
}

/// Decodes a date or a time.
pub(crate) fn decode<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Timestamp,
{
    deserializer.deserialize_str(TimestampVisitor(PhantomData))
}

/// Decodes a date, a time or null.
pub(crate) fn decode_nullable<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Timestamp,
{
    deserializer.deserialize_option(NullableVisitor(PhantomData))
}

struct TimestampVisitor<T>(PhantomData<T>);

impl<T: Timestamp> Visitor<'_> for TimestampVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::parse_canonical(text).map_or_else(|| T::parse_any(text).map_err(E::custom), Ok)
    }
}

struct NullableVisitor<T>(PhantomData<T>);

impl<'de, T: Timestamp> Visitor<'de> for NullableVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} or null", T::EXPECTED)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        decode(deserializer).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::Timestamp;

    #[test]
    fn parses_canonical_times_as_chrono_does() {
        for text in [
            "2024-01-22T11:56:48Z",
            "2024-01-22T11:56:48.5Z",
            "2024-02-29T23:59:59.520641Z",
            "0000-12-31T00:00:00.000000001Z",
            "9999-01-01T00:00:00.999999999Z",
        ] {
            let time = DateTime::<Utc>::parse_canonical(text);
            assert_eq!(time, DateTime::parse_from_rfc3339(text).ok().map(Into::into), "{text}");
            assert!(time.is_some(), "{text}");
        }
    }

    #[test]
    fn does_not_parse_other_forms_as_canonical() {
        for text in [
            "",
            "2024-01-22",
            "2024-01-22T11:56:48",
            "2024-01-22T11:56:48+00:00",
            "2024-01-22t11:56:48z",
            "2024-01-22 11:56:48Z",
            "2024-01-22T11:56:48.Z",
            "2024-01-22T11:56:48.0123456789Z",
            "2024-01-22T11:56:48.+5Z",
            "2024-01-22T11:56:60Z",
            "2024-01-22T24:00:00Z",
            "2023-02-29T11:56:48Z",
            "2024-01-2éT11:56:48Z",
            "+024-01-22T11:56:48Z",
        ] {
            assert_eq!(DateTime::<Utc>::parse_canonical(text), None, "{text}");
        }
    }
}
