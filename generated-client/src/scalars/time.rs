//! Reads dates and times, those in the form that the API writes without a general parser.
//!
//! chrono's own reading takes a third of the time of a whole batch.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::{Deserializer, Error, Visitor};

/// `YYYY-MM-DD`.
const DATE: usize = 10;

/// The most digits of a fraction of a second: nanoseconds.
const FRACTION: usize = 9;

/// A type with a form that the API writes, and others that are read as well.
pub(crate) trait Canonical: Sized {
    /// What is expected, in words.
    const EXPECTED: &'static str;

    /// What a text in the form of the API says, and `None` for any other text.
    fn canonical(text: &str) -> Option<Self>;

    /// What a text in any form that is read says.
    fn any(text: &str) -> chrono::ParseResult<Self>;
}

impl Canonical for NaiveDate {
    const EXPECTED: &'static str = "a date";

    fn canonical(text: &str) -> Option<Self> {
        let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text.as_bytes() else { return None };
        let year = i32::try_from(number(&[*y0, *y1, *y2, *y3])?).ok()?;
        Self::from_ymd_opt(year, number(&[*m0, *m1])?, number(&[*d0, *d1])?)
    }

    fn any(text: &str) -> chrono::ParseResult<Self> {
        text.parse()
    }
}

impl Canonical for DateTime<Utc> {
    const EXPECTED: &'static str = "a date and time";

    fn canonical(text: &str) -> Option<Self> {
        let (date, time) = text.split_at_checked(DATE)?;
        let (&[b'T', h0, h1, b':', m0, m1, b':', s0, s1], end) =
            time.as_bytes().split_first_chunk()?
        else {
            return None;
        };
        let nanoseconds = match end {
            [b'Z'] => 0,
            [b'.', digits @ .., b'Z'] if (1..=FRACTION).contains(&digits.len()) => {
                number(digits)? * 10_u32.pow((FRACTION - digits.len()) as u32)
            }
            _ => return None,
        };
        let (hour, minute, second) = (number(&[h0, h1])?, number(&[m0, m1])?, number(&[s0, s1])?);
        let date = NaiveDate::canonical(date)?;
        Some(date.and_hms_nano_opt(hour, minute, second, nanoseconds)?.and_utc())
    }

    fn any(text: &str) -> chrono::ParseResult<Self> {
        text.parse()
    }
}

/// The number that at most nine digits stand for.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| match digit {
        b'0'..=b'9' => Some(value * 10 + u32::from(digit - b'0')),
        _ => None,
    })
}

/// Decodes a date or a time.
pub(crate) fn decode<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Canonical,
{
    deserializer.deserialize_str(TimeVisitor(std::marker::PhantomData))
}

/// Decodes a date or a time, or null.
pub(crate) fn decode_nullable<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Canonical,
{
    deserializer.deserialize_option(NullableVisitor(std::marker::PhantomData))
}

struct TimeVisitor<T>(std::marker::PhantomData<T>);

impl<T: Canonical> Visitor<'_> for TimeVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::canonical(text).map_or_else(|| T::any(text).map_err(E::custom), Ok)
    }
}

struct NullableVisitor<T>(std::marker::PhantomData<T>);

impl<'de, T: Canonical> Visitor<'de> for NullableVisitor<T> {
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
    use chrono::{DateTime, NaiveDate, Utc};

    use super::Canonical;

    #[test]
    fn a_time_as_the_api_writes_it_is_what_chrono_reads() {
        for text in [
            "2024-01-22T11:56:48Z",
            "2024-01-22T11:56:48.5Z",
            "2024-02-29T23:59:59.520641Z",
            "0000-12-31T00:00:00.000000001Z",
            "9999-01-01T00:00:00.999999999Z",
        ] {
            let read = DateTime::<Utc>::canonical(text);
            assert_eq!(read, DateTime::parse_from_rfc3339(text).ok().map(Into::into), "{text}");
            assert!(read.is_some(), "{text}");
        }
    }

    #[test]
    fn a_time_in_any_other_form_is_left_to_chrono() {
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
            assert_eq!(DateTime::<Utc>::canonical(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_is_a_day_that_there_was() {
        assert_eq!(NaiveDate::canonical("2024-02-29"), NaiveDate::from_ymd_opt(2024, 2, 29));
        for text in
            ["2023-02-29", "2024-13-01", "2024-00-01", "2024-2-29", "2024-02-29Z", "-024-02-29"]
        {
            assert_eq!(NaiveDate::canonical(text), None, "{text}");
        }
    }
}
