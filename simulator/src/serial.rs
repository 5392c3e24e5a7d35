//! The serial ranges of split batches.

use isometric_registry::audit::SerialRange;

/// Splits a range in proportion: the left part has `part` of every `whole` units. Both parts have
/// at least one unit. Returns `None` if the range is a single unit.
///
/// The simulator's ranges include their last unit, and the parts do not touch.
pub(crate) fn split(range: SerialRange<'_>, part: i64, whole: i64) -> Option<[SerialRange<'_>; 2]> {
    let units = u128::from(range.last - range.first) + 1;
    let left = units * u128::from(part.unsigned_abs()) / u128::from(whole.unsigned_abs());
    let middle = range.first.checked_add(u64::try_from(left).ok()?.max(1))?;
    let parts = [SerialRange { last: middle - 1, ..range }, SerialRange { first: middle, ..range }];
    (middle <= range.last).then_some(parts)
}

#[cfg(test)]
mod tests {
    use isometric_registry::audit::SerialRange;

    #[test]
    fn the_parts_cover_the_range() {
        let (max, over_max) = (u64::MAX - 1, u64::MAX);
        let cases = [
            (
                "A-1-1000".to_owned(),
                400,
                1000,
                Some(["A-1-400".to_owned(), "A-401-1000".to_owned()]),
            ),
            ("A-5-5".to_owned(), 1, 2, None),
            ("A-5-6".to_owned(), 999, 1000, Some(["A-5-5".to_owned(), "A-6-6".to_owned()])),
            ("A-5-6".to_owned(), 1, 1000, Some(["A-5-5".to_owned(), "A-6-6".to_owned()])),
            (format!("A-0-{max}"), 1, i64::MAX, Some(["A-0-1".to_owned(), format!("A-2-{max}")])),
            (format!("A-{over_max}-{over_max}"), 1, 2, None),
        ];
        for (text, part, whole, expected) in cases {
            let parts = super::split(SerialRange::parse(&text).unwrap(), part, whole);
            assert_eq!(parts.map(|parts| parts.map(|range| range.to_string())), expected, "{text}");
        }
    }
}
