//! Serial numbers: an origin, and the first and last credit unit in it.

use std::fmt;

/// A serial number that can be read, as in `ISO-1-BSTORE-GBR-F5X7-2024-78177-81177`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SerialNumber {
    /// All that comes before the range.
    pub(crate) series: String,
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl SerialNumber {
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (rest, last) = text.rsplit_once('-')?;
        let (series, first) = rest.rsplit_once('-')?;
        let (first, last) = (first.parse().ok()?, last.parse().ok()?);
        (first <= last).then(|| Self { series: series.to_owned(), first, last })
    }

    /// The numbers of two halves, of which the left has `part` of every `whole` units.
    /// There are none where a single unit is left.
    pub(crate) fn split(self, part: i64, whole: i64) -> Option<[Self; 2]> {
        let Self { series, first, last } = self;
        let units = u128::from(last - first) + 1;
        let left = units * u128::from(part.unsigned_abs()) / u128::from(whole.unsigned_abs());
        let middle = first + u64::try_from(left).ok()?.max(1);
        (middle <= last).then(|| {
            let left = Self { series: series.clone(), first, last: middle - 1 };
            [left, Self { series, first: middle, last }]
        })
    }

    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.series == other.series && self.first <= other.last && other.first <= self.last
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { series, first, last } = self;
        write!(f, "{series}-{first}-{last}")
    }
}

#[cfg(test)]
mod tests {
    use super::SerialNumber;

    fn split(text: &str, part: i64, whole: i64) -> Option<[String; 2]> {
        let halves = SerialNumber::read(text).unwrap().split(part, whole)?;
        Some(halves.map(|half| half.to_string()))
    }

    #[test]
    fn a_serial_number_survives_a_round_trip() {
        let text = "ISO-1-BSTORE-GBR-F5X7-2024-78177-81177";
        let serial = SerialNumber::read(text).unwrap();
        assert_eq!(serial.series, "ISO-1-BSTORE-GBR-F5X7-2024");
        assert_eq!((serial.first, serial.last), (78_177, 81_177));
        assert_eq!(serial.to_string(), text);
    }

    #[test]
    fn what_has_no_range_cannot_be_read() {
        for text in ["", "<string>", "INVENTED-1", "A-2-1", "A-1-x", "A-1--2"] {
            assert_eq!(SerialNumber::read(text), None, "{text}");
        }
    }

    #[test]
    fn the_halves_of_a_range_are_the_range() {
        let halves = |left: &str, right: &str| Some([left.to_owned(), right.to_owned()]);
        assert_eq!(split("A-1-1000", 400, 1000), halves("A-1-400", "A-401-1000"));
        assert_eq!(split("A-5-5", 1, 2), None);
        assert_eq!(split("A-5-6", 999, 1000), halves("A-5-5", "A-6-6"));
        assert_eq!(split("A-5-6", 1, 1000), halves("A-5-5", "A-6-6"));
        let whole = format!("A-0-{}", u64::MAX - 1);
        let right = format!("A-1-{}", u64::MAX - 1);
        assert_eq!(split(&whole, 1, i64::MAX), halves("A-0-1", &right.replace("A-1", "A-2")));
    }

    #[test]
    fn ranges_overlap_where_they_share_a_unit_of_one_series() {
        let overlap = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|text| SerialNumber::read(text).unwrap());
            assert_eq!(one.overlaps(&other), other.overlaps(&one));
            one.overlaps(&other)
        };
        assert!(overlap("A-1-5", "A-5-9"));
        assert!(overlap("A-1-9", "A-4-5"));
        assert!(!overlap("A-1-5", "A-6-9"));
        assert!(!overlap("A-1-5", "B-1-5"));
    }
}
