//! The values of `format` that are known, and what text or number has one.

use chrono::{DateTime, NaiveDate};

use crate::document::{Node, Value};

/// A format, for one type.
pub(super) struct Format {
    /// The type.
    pub of: &'static str,
    /// The name.
    pub name: &'static str,
    /// Whether a value of the type has the format.
    pub fits: fn(&Node) -> bool,
}

/// For formats that every value has, and those that the client does not check.
fn any(_: &Node) -> bool {
    true
}

const fn format(of: &'static str, name: &'static str, fits: fn(&Node) -> bool) -> Format {
    Format { of, name, fits }
}

/// typify has types of its own for `uuid` and the kinds of `ip`: those are not
/// here because the client would need another crate for them.
pub(super) const FORMATS: &[Format] = &[
    format("integer", "int32", |node| within(node, i32::MIN.into(), i32::MAX.into())),
    format("integer", "int64", |node| within(node, i64::MIN.into(), i64::MAX.into())),
    format("number", "decimal", any),
    format("number", "double", any),
    format("number", "float", any),
    format("string", "byte", any),
    format("string", "date", |node| text(node, is_date)),
    format("string", "date-time", |node| {
        text(node, |text| DateTime::parse_from_rfc3339(text).is_ok())
    }),
    format("string", "email", |node| text(node, |text| text.contains('@'))),
    format("string", "iso-3166-1-alpha-3", |node| {
        text(node, |text| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()))
    }),
    format("string", "password", any),
    format("string", "uri", |node| text(node, |text| text.contains(':'))),
];

fn text(node: &Node, fits: fn(&str) -> bool) -> bool {
    node.as_str().is_none_or(fits)
}

fn within(node: &Node, min: i128, max: i128) -> bool {
    match node.value {
        Value::Integer(value) => (min..=max).contains(&value),
        _ => true,
    }
}

/// A full-date of RFC 3339; chrono alone would also take fewer digits.
fn is_date(text: &str) -> bool {
    text.len() == "2024-01-31".len() && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}
