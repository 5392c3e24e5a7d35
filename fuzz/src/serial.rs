//! Serial numbers and their ranges.

use isometric_registry::audit::SerialRange;

/// Parses two serial numbers, one per line.
///
/// # Panics
///
/// - A range differs from the last two numbers of the text.
/// - A range does not overlap itself.
/// - Overlap is not symmetric.
/// - Overlapping ranges have no unit in common.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (one, other) = text.split_once('\n').unwrap_or((text, text));
    let [one, other] = [one, other].map(parse);
    let (Some(one), Some(other)) = (one, other) else { return };
    assert!(one.overlaps(&one));
    assert_eq!(one.overlaps(&other), other.overlaps(&one));
    if one.overlaps(&other) {
        assert_eq!(one.series, other.series);
        assert!(one.first.max(other.first) <= one.last.min(other.last));
    }
}

fn parse(text: &str) -> Option<SerialRange<'_>> {
    let range = SerialRange::parse(text);
    assert_eq!(range.map(|range| (range.series, range.first, range.last)), expected(text));
    if let Some(range) = range {
        let written = format!("{}-{}-{}", range.series, range.first, range.last);
        assert_eq!(SerialRange::parse(&written), Some(range));
    }
    range
}

/// Parses the range at the end of a text backwards, digit by digit.
fn expected(text: &str) -> Option<(&str, u64, u64)> {
    let (rest, last) = split_last_number(text)?;
    let (series, first) = split_last_number(rest)?;
    (!series.is_empty() && first <= last).then_some((series, first, last))
}

fn split_last_number(text: &str) -> Option<(&str, u64)> {
    let rest = text.trim_end_matches(|digit: char| digit.is_ascii_digit());
    let number = text[rest.len()..].parse().ok()?;
    Some((rest.strip_suffix('-')?, number))
}
