//! How long an API asks its callers to wait.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, HeaderName, RETRY_AFTER};

/// What `Retry-After` asks for, in seconds or as a date. A date is taken against the
/// server's own clock if the response tells it, and against `now` otherwise. `None`
/// where there is no such header, or one that says nothing.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = text(headers, &RETRY_AFTER)?;
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // All digits: what does not fit is too large.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let now = self::text(headers, &DATE)
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .unwrap_or(now);
    Some(date.duration_since(now).unwrap_or_default())
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use http::HeaderMap;
    use http::header::{DATE, HeaderValue, RETRY_AFTER};

    use super::retry_after;

    /// What is asked for at 08:49:00.
    fn asked(value: &'static str, date: Option<&'static str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
        headers.extend(date.map(|date| (DATE, HeaderValue::from_static(date))));
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:00 GMT").unwrap();
        retry_after(&headers, now).map(|asked| asked.as_secs())
    }

    #[test]
    fn it_may_be_a_number_of_seconds() {
        assert_eq!(asked("0", None), Some(0));
        assert_eq!(asked(" 120 ", None), Some(120));
        assert_eq!(asked("31536000", None), Some(31_536_000));
        assert_eq!(asked("99999999999999999999999999", None), Some(u64::MAX));
    }

    #[test]
    fn it_may_be_a_date_in_each_form_that_http_knows() {
        assert_eq!(asked("Sun, 06 Nov 1994 08:49:37 GMT", None), Some(37));
        assert_eq!(asked("Sunday, 06-Nov-94 08:49:37 GMT", None), Some(37));
        assert_eq!(asked("Sun Nov  6 08:49:37 1994", None), Some(37));
        assert_eq!(asked("Sun, 06 Nov 1994 08:48:37 GMT", None), Some(0));
    }

    #[test]
    fn a_date_is_taken_against_the_clock_of_the_server() {
        let date = Some("Sun, 06 Nov 1994 08:49:30 GMT");
        assert_eq!(asked("Sun, 06 Nov 1994 08:49:37 GMT", date), Some(7));
        assert_eq!(asked("Sun, 06 Nov 1994 08:49:37 GMT", Some("today")), Some(37));
    }

    #[test]
    fn nonsense_says_nothing() {
        for value in ["", "soon", "-1", "+5", "1.5", "1e3", "0x10", "12 s", "2024-01-01", "\u{e9}"]
        {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            assert_eq!(retry_after(&headers, SystemTime::UNIX_EPOCH), None, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), SystemTime::UNIX_EPOCH), None);
    }
}
