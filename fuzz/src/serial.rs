//! Serial numbers and the ranges in them.

use isometric_registry::audit::SerialRange;

/// Reads two serial numbers, one a line.
///
/// # Panics
///
/// - A range is read that the text does not end in, or one that it does is not.
/// - A range does not overlap itself, or one overlaps another that does not overlap it.
/// - Ranges overlap that have no unit in common.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (one, other) = text.split_once('\n').unwrap_or((text, text));
    let [one, other] = [one, other].map(read);
    let (Some(one), Some(other)) = (one, other) else { return };
    assert!(one.overlaps(&one));
    assert_eq!(one.overlaps(&other), other.overlaps(&one));
    if one.overlaps(&other) {
        assert_eq!(one.series, other.series);
        assert!(one.first.max(other.first) <= one.last.min(other.last));
    }
}

fn read(text: &str) -> Option<SerialRange<'_>> {
    let range = SerialRange::parse(text);
    assert_eq!(range.map(|range| (range.series, range.first, range.last)), expected(text));
    if let Some(range) = range {
        let written = format!("{}-{}-{}", range.series, range.first, range.last);
        assert_eq!(SerialRange::parse(&written), Some(range));
    }
    range
}

/// What a text ends in, found from its end, digit by digit.
fn expected(text: &str) -> Option<(&str, u64, u64)> {
    let (rest, last) = take_number(text)?;
    let (series, first) = take_number(rest)?;
    (!series.is_empty() && first <= last).then_some((series, first, last))
}

fn take_number(text: &str) -> Option<(&str, u64)> {
    let rest = text.trim_end_matches(|digit: char| digit.is_ascii_digit());
    let number = text[rest.len()..].parse().ok()?;
    Some((rest.strip_suffix('-')?, number))
}
