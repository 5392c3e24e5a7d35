//! The `Retry-After` header.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, HeaderName, RETRY_AFTER};

/// Returns the delay that `Retry-After` requests, in either form: seconds or a date.
///
/// A date is compared with the server's own clock, if the response has a valid `Date`, and
/// with `now` otherwise. An invalid header is ignored.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = header_text(headers, &RETRY_AFTER)?;
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Only overflow can fail here.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let now = header_text(headers, &DATE)
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .unwrap_or(now);
    Some(date.duration_since(now).unwrap_or_default())
}

fn header_text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use http::HeaderMap;
    use http::header::{DATE, HeaderValue, RETRY_AFTER};

    use super::retry_after;

    /// Returns the requested delay in seconds, as seen at 08:49:00.
    fn seconds(value: &'static str, date: Option<&'static str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
        headers.extend(date.map(|date| (DATE, HeaderValue::from_static(date))));
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:00 GMT").unwrap();
        retry_after(&headers, now).map(|delay| delay.as_secs())
    }

    #[test]
    fn accepts_seconds() {
        assert_eq!(seconds("0", None), Some(0));
        assert_eq!(seconds(" 120 ", None), Some(120));
        assert_eq!(seconds("31536000", None), Some(31_536_000));
        assert_eq!(seconds("99999999999999999999999999", None), Some(u64::MAX));
    }

    #[test]
    fn accepts_all_http_date_formats() {
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT", None), Some(37));
        assert_eq!(seconds("Sunday, 06-Nov-94 08:49:37 GMT", None), Some(37));
        assert_eq!(seconds("Sun Nov  6 08:49:37 1994", None), Some(37));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:48:37 GMT", None), Some(0));
    }

    #[test]
    fn compares_a_date_with_the_clock_of_the_server() {
        let date = Some("Sun, 06 Nov 1994 08:49:30 GMT");
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT", date), Some(7));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT", Some("today")), Some(37));
    }

    #[test]
    fn ignores_invalid_values() {
        for value in ["", "soon", "-1", "+5", "1.5", "1e3", "0x10", "12 s", "2024-01-01", "\u{e9}"]
        {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            assert_eq!(retry_after(&headers, SystemTime::UNIX_EPOCH), None, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), SystemTime::UNIX_EPOCH), None);
    }
}
