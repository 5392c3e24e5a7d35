//! What can be read from a serial number.

/// The range of units that a serial number stands for, as in the last two numbers of
/// `ISO-1-BSTORE-GBR-F5X7-2024-78177-81177`.
///
/// The registry does not publish how its serial numbers are made, so this reads those
/// that end in two numbers, the first no larger than the second, and leaves all others
/// alone. Whether the last unit belongs to the range is not published either: two
/// ranges of which one ends where the other begins count as apart.
///
/// ```
/// use isometric_registry::audit::lineage::SerialRange;
///
/// let range = SerialRange::read("ISO-1-BSTORE-GBR-F5X7-2024-78177-81177").unwrap();
/// assert_eq!((range.series, range.first, range.last), ("ISO-1-BSTORE-GBR-F5X7-2024", 78177, 81177));
/// assert_eq!(SerialRange::read("ISO-1-BSTORE"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct SerialRange<'s> {
    /// What comes before the range. Only ranges of the same series can be compared.
    pub series: &'s str,
    /// Where the range begins.
    pub first: u64,
    /// Where the range ends.
    pub last: u64,
}

impl<'s> SerialRange<'s> {
    /// The range, if the serial number has one that can be read.
    pub fn read(serial_number: &'s str) -> Option<Self> {
        let (rest, last) = serial_number.rsplit_once('-')?;
        let (series, first) = rest.rsplit_once('-')?;
        let (first, last) = (number(first)?, number(last)?);
        (!series.is_empty() && first <= last).then_some(Self { series, first, last })
    }

    /// Whether both have units in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.series == other.series
            && (self.first < other.last && other.first < self.last
                || (self.first, self.last) == (other.first, other.last))
    }
}

fn number(text: &str) -> Option<u64> {
    // `parse` takes a sign as well.
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
