//! Decimals, times and countries.

use isometric_registry::{Country, Decimal, validate};
use serde_json::json;

/// Returns whether a text is valid at a schema of the spec.
fn is_valid(schema: &str, text: &str) -> bool {
    validate::json_at(schema, json!(text).to_string().as_bytes()).unwrap().is_empty()
}

fn is_date_time(text: &str) -> bool {
    is_valid("/components/schemas/Issuance/properties/issued_at", text)
}

fn is_date(text: &str) -> bool {
    is_valid("/components/schemas/Issuance/properties/reporting_period_start_at", text)
}

fn read(json: &str) -> serde_json::Result<Decimal> {
    serde_json::from_str(json)
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn parses_numbers_exactly() {
    let numbers = [
        ("0", "0"),
        ("-0.0", "0"),
        ("123", "123"),
        ("123.0", "123"),
        ("125.632", "125.632"),
        ("-0.001", "-0.001"),
        ("999999999999.999", "999999999999.999"),
        ("9223372036854775807", "9223372036854775807"),
        ("18446744073709551615", "18446744073709551615"),
        ("1e3", "1000"),
        ("1.5E-3", "0.0015"),
        ("1e28", "10000000000000000000000000000"),
        ("1e-28", "0.0000000000000000000000000001"),
    ];
    for (json, expected) in numbers {
        assert_eq!(read(json).unwrap(), decimal(expected), "{json}");
    }
}

#[test]
fn rejects_numbers_that_do_not_fit() {
    for json in ["1e29", "-1e29", "8e28", "1e300", "1e-29", "5e-324", "1.5e-28"] {
        let error = read(json).unwrap_err().to_string();
        assert!(error.contains("expected a number with at most 28 decimals"), "{json}: {error}");
    }
}

#[test]
fn rejects_other_types() {
    for json in [r#""1""#, "null", "true", "[]", "{}"] {
        assert!(read(json).is_err(), "{json}");
    }
}

#[test]
fn serializes_numbers_as_parsed() {
    let numbers = [
        "0",
        "123",
        "-5",
        "125.632",
        "0.001",
        "-0.1",
        "999999999999.999",
        "18446744073709551615",
        "1e+28",
    ];
    for json in numbers {
        let written = serde_json::to_string(&read(json).unwrap()).unwrap();
        assert_eq!(written, json);
    }
}

#[test]
fn serializes_the_nearest_float() {
    let third = decimal("0.3333333333333333333333333333");
    assert_eq!(serde_json::to_string(&third).unwrap(), (1.0 / 3.0).to_string());
}

#[test]
fn quantities_of_three_decimals_round_trip() {
    let sizes = (0..1000).chain(125_000..126_000).chain(999_999_999_999_000..999_999_999_999_999);
    for kilograms in sizes {
        let credits = Decimal::from(isometric_registry::rust_decimal::Decimal::new(kilograms, 3));
        let json = serde_json::to_string(&credits).unwrap();
        assert_eq!(read(&json).unwrap(), credits, "{json}");
    }
}

#[test]
fn matches_the_table_of_rust_iso3166() {
    let ours: Vec<_> = Country::all()
        .map(|country| (country.alpha3(), country.alpha2(), country.numeric(), country.name()))
        .collect();
    let mut theirs: Vec<_> = rust_iso3166::ALL
        .iter()
        .map(|code| (code.alpha3, code.alpha2, code.numeric, code.name))
        .collect();
    theirs.sort_unstable();
    assert_eq!(ours, theirs);
}

#[test]
fn finds_every_country_by_its_code() {
    assert!(Country::all().all(|country| Country::from_alpha3(country.alpha3()) == Some(country)));
}

#[test]
fn rejects_unassigned_codes() {
    let reserved = ["EUE", "SUN", "UNO", "XKX"];
    let withdrawn = ["ANT", "CSK", "DDR", "YUG", "ZAR"];
    let others = ["", "AAA", "GB", "GBRR", "ZZZ", "gbr", "ÅLA"];
    let all = reserved.into_iter().chain(withdrawn).chain(others);
    let found: Vec<_> = all.filter_map(Country::from_alpha3).collect();
    assert_eq!(found, []);
}

#[test]
fn displays_the_name() {
    assert_eq!(Country::from_alpha3("ISL").unwrap().to_string(), "Iceland");
}

#[test]
fn accepts_rfc_3339_times() {
    for text in [
        "2024-01-22T11:56:48Z",
        "2024-01-22t11:56:48.520641z",
        "2024-01-22T11:56:48.123456789+05:30",
        "2024-08-12T10:12:01-02:00",
        "0000-01-01T00:00:00-23:59",
        "9999-12-31T23:59:59+23:59",
    ] {
        assert!(is_date_time(text), "{text}");
    }
}

#[test]
fn rejects_other_times() {
    for text in [
        "",
        "2024-01-22",
        "2024-01-22 11:56:48Z",
        "2024-01-22T11:56:48",
        "2024-01-22T11:56Z",
        "2024-01-22T11:56:48+0530",
        "2024-01-22T11:56:48.Z",
        "2023-02-29T11:56:48Z",
        "2024-01-22T24:00:00Z",
        "+2024-01-22T11:56:48Z",
        "0000-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "２024-01-22T11:56:48Z",
        "2024-08-12T10:12:01\u{2212}02:00",
    ] {
        assert!(!is_date_time(text), "{text}");
    }
}

#[test]
fn accepts_leap_seconds_only_at_the_end_of_a_utc_day() {
    for text in [
        "2016-12-31T23:59:60Z",
        "2016-12-31T23:59:60.5Z",
        "2016-12-31T15:59:60-08:00",
        "2017-01-01T05:29:60+05:30",
    ] {
        assert!(is_date_time(text), "{text}");
    }
    for text in ["2024-01-22T11:56:60Z", "2016-12-31T23:58:60Z", "2016-12-31T23:59:60+01:00"] {
        assert!(!is_date_time(text), "{text}");
    }
}

#[test]
fn accepts_only_rfc_3339_dates() {
    for text in ["2023-12-25", "2024-02-29", "0000-01-01", "9999-12-31"] {
        assert!(is_date(text), "{text}");
    }
    for text in [
        "",
        "2023-02-29",
        "2023-12-25Z",
        "2023-1-025",
        "12023-1-25",
        "-023-12-25",
        "2023-12- 5",
        "20231225",
        "2023/12/25",
        "2023-12--5",
        "2024-13-01",
        "2024-00-01",
        "2024-2-29",
    ] {
        assert!(!is_date(text), "{text}");
    }
}
