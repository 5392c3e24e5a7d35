//! Serial numbers.

use std::fmt;

/// The range at the end of a serial number, such as `78177-81177` in
/// `ISO-1-BSTORE-GBR-F5X7-2024-78177-81177`.
///
/// The registry does not publish the format of its serial numbers. A serial number has a range
/// if it ends in two numbers of which the first is not greater than the second.
///
/// ```
/// use isometric_registry::audit::SerialRange;
///
/// let range = SerialRange::parse("ISO-1-BSTORE-GBR-F5X7-2024-78177-81177").unwrap();
/// assert_eq!((range.series, range.first, range.last), ("ISO-1-BSTORE-GBR-F5X7-2024", 78177, 81177));
/// assert_eq!(SerialRange::parse("ISO-1-BSTORE"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SerialRange<'s> {
    /// The serial number before the range. Ranges of different series never overlap.
    pub series: &'s str,
    /// The start of the range.
    pub first: u64,
    /// The end of the range.
    pub last: u64,
}

impl<'s> SerialRange<'s> {
    /// Parses a serial number. Returns `None` if it does not end in a range.
    pub fn parse(serial_number: &'s str) -> Option<Self> {
        let (rest, last) = serial_number.rsplit_once('-')?;
        let (series, first) = rest.rsplit_once('-')?;
        let (first, last) = (parse_number(first)?, parse_number(last)?);
        (!series.is_empty() && first <= last).then_some(Self { series, first, last })
    }

    /// Returns whether the ranges certainly overlap.
    ///
    /// The registry does not publish whether `last` belongs to the range, so ranges that only
    /// touch do not overlap: neither `1-5` and `5-9` nor `1-5` and `6-9`. Equal ranges overlap.
    pub fn overlaps(&self, other: &Self) -> bool {
        let is_same = (self.first, self.last) == (other.first, other.last);
        let is_crossing = self.first < other.last && other.first < self.last;
        self.series == other.series && (is_same || is_crossing)
    }
}

/// Formats the range as the serial number that it was parsed from, without leading zeros.
impl fmt::Display for SerialRange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { series, first, last } = self;
        write!(f, "{series}-{first}-{last}")
    }
}

fn parse_number(text: &str) -> Option<u64> {
    // `u64::from_str` also accepts a leading `+`.
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::SerialRange;

    #[test]
    fn parses_the_two_numbers_at_the_end() {
        let text = "ISO-1-BSTORE-GBR-F5X7-2024-78177-81177";
        let range = SerialRange::parse(text).unwrap();
        assert_eq!(range.series, "ISO-1-BSTORE-GBR-F5X7-2024");
        assert_eq!((range.first, range.last), (78177, 81177));
        assert_eq!(range.to_string(), text);
    }

    #[test]
    fn rejects_serial_numbers_without_a_range() {
        let rejected = [
            "",
            "-",
            "--",
            "1-2",
            "-1-2",
            "<string>",
            "INVENTED-1",
            "A-2-1",
            "A-1-",
            "A-1-x",
            "A--1",
            "A-1--2",
            "A-+1-2",
            "A-1-99999999999999999999",
            "A-1-２",
        ];
        for text in rejected {
            assert_eq!(SerialRange::parse(text), None, "{text}");
        }
    }

    #[test]
    fn ranges_that_touch_do_not_overlap() {
        let cases = [
            ("A-1-5", "A-4-9", true),
            ("A-1-9", "A-4-5", true),
            ("A-1-9", "A-4-4", true),
            ("A-4-4", "A-4-4", true),
            ("A-1-5", "A-5-9", false),
            ("A-1-5", "A-6-9", false),
            ("A-1-5", "B-1-5", false),
        ];
        for (left, right, expected) in cases {
            let [left, right] = [left, right].map(|text| SerialRange::parse(text).unwrap());
            assert_eq!(left.overlaps(&right), expected, "{left} {right}");
            assert_eq!(right.overlaps(&left), expected, "{left} {right}");
        }
    }
}
