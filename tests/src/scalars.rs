//! Decimals and countries.

use isometric_registry::{Country, Decimal};

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
