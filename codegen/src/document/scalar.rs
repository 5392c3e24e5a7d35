//! Scalars of YAML 1.2's core schema.

use super::diagnostic::DocumentRule;
use super::node::Value;
use super::rules::{MISMATCHED_TAG, UNREPRESENTABLE_NUMBER, UNSUPPORTED_TAG};

/// The prefix of the core schema's tags, for which `!!` is the shorthand.
const CORE: &str = "tag:yaml.org,2002:";
/// The tag that excludes a value from resolution.
const NON_SPECIFIC: &str = "!";

/// The reason why a value is rejected.
pub(super) type Problem = (&'static DocumentRule, String);

/// Resolves a scalar. Without a tag, quoted and block scalars are strings.
pub(super) fn resolve(text: &str, is_plain: bool, tag: Option<&str>) -> Result<Value, Problem> {
    let string = || Value::String(text.to_owned());
    let value = match tag {
        None if is_plain => null(text).or_else(|| boolean(text)).or_else(|| number(text)),
        None | Some(NON_SPECIFIC) => None,
        Some(tag) => Some(tagged(text, tag)?),
    };
    representable(value.unwrap_or_else(string), text)
}

fn tagged(text: &str, tag: &str) -> Result<Value, Problem> {
    let value = match core_name(tag)? {
        "str" => Some(Value::String(text.to_owned())),
        "null" => null(text),
        "bool" => boolean(text),
        "int" => integer(text),
        "float" => float(text),
        _ => None,
    };
    value.ok_or_else(|| mismatch(tag, &format!("`{text}`")))
}

/// Checks the tag of a sequence (`seq`) or mapping (`map`).
pub(super) fn check_collection(tag: Option<&str>, kind: &str, found: &str) -> Result<(), Problem> {
    match tag {
        Some(tag) if tag != NON_SPECIFIC && core_name(tag)? != kind => Err(mismatch(tag, found)),
        _ => Ok(()),
    }
}

/// Returns the name of a tag of the core schema, such as `str`.
fn core_name(tag: &str) -> Result<&str, Problem> {
    let name = tag.strip_prefix(CORE);
    let is_core =
        |name: &&str| matches!(*name, "str" | "null" | "bool" | "int" | "float" | "seq" | "map");
    name.filter(is_core).ok_or_else(|| {
        (&UNSUPPORTED_TAG, format!("unsupported tag `{}`; expected a core tag", shorthand(tag)))
    })
}

fn mismatch(tag: &str, found: &str) -> Problem {
    (&MISMATCHED_TAG, format!("value does not match its tag `{}`; found {found}", shorthand(tag)))
}

fn shorthand(tag: &str) -> String {
    tag.strip_prefix(CORE).map_or_else(|| tag.to_owned(), |name| format!("!!{name}"))
}

/// Rejects numbers that JSON cannot represent: infinities, NaN, and numbers that overflow.
pub(super) fn representable(value: Value, text: &str) -> Result<Value, Problem> {
    match value {
        Value::Float(number) if !number.is_finite() => {
            Err((&UNREPRESENTABLE_NUMBER, format!("number `{text}` has no JSON representation")))
        }
        value => Ok(value),
    }
}

fn null(text: &str) -> Option<Value> {
    matches!(text, "" | "~" | "null" | "Null" | "NULL").then_some(Value::Null)
}

fn boolean(text: &str) -> Option<Value> {
    match text {
        "true" | "True" | "TRUE" => Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => Some(Value::Bool(false)),
        _ => None,
    }
}

/// Parses a number. The result is infinite or NaN if the number is, or overflows.
pub(super) fn number(text: &str) -> Option<Value> {
    integer(text).or_else(|| float(text))
}

fn integer(text: &str) -> Option<Value> {
    let (digits, radix) = if let Some(digits) = text.strip_prefix("0x") {
        (digits, 16)
    } else if let Some(digits) = text.strip_prefix("0o") {
        (digits, 8)
    } else {
        (unsigned(text), 10)
    };
    // Rust would also parse a sign after the prefix.
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    if radix != 10 {
        let value = i128::from_str_radix(digits, radix);
        return Some(value.map_or(Value::Float(f64::INFINITY), Value::Integer));
    }
    text.parse().map(Value::Integer).ok().or_else(|| float(text))
}

fn float(text: &str) -> Option<Value> {
    let is_negative = text.starts_with('-');
    match unsigned(text) {
        ".inf" | ".Inf" | ".INF" if is_negative => return Some(Value::Float(f64::NEG_INFINITY)),
        ".inf" | ".Inf" | ".INF" => return Some(Value::Float(f64::INFINITY)),
        _ => {}
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Value::Float(f64::NAN));
    }
    // Rust would also parse `inf` and `nan`, which are strings in YAML.
    if !text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) {
        return None;
    }
    text.parse().ok().map(Value::Float)
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Result<Value, &'static str> {
        resolve(text, true, None).map_err(|(rule, _)| rule.id)
    }

    #[test]
    fn resolves_plain_scalars_by_the_core_schema() {
        let integers = [
            ("0", 0),
            ("-0", 0),
            ("+0", 0),
            ("+1", 1),
            ("01", 1),
            ("-012", -12),
            ("0o7", 7),
            ("0o17", 15),
            ("0xFf", 255),
            ("0x0", 0),
            ("170141183460469231731687303715884105727", i128::MAX),
        ];
        for (text, expected) in integers {
            assert_eq!(plain(text), Ok(Value::Integer(expected)), "{text}");
        }
        let floats = [
            ("1e3", 1e3),
            ("1E+3", 1e3),
            ("-1.5", -1.5),
            (".5", 0.5),
            ("+.5", 0.5),
            ("5.", 5.0),
            ("5.e1", 50.0),
            ("-0.0", 0.0),
            ("1e40", 1e40),
            ("170141183460469231731687303715884105728", 2f64.powi(127)),
        ];
        for (text, expected) in floats {
            assert_eq!(plain(text), Ok(Value::Float(expected)), "{text}");
        }
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(plain(text), Ok(Value::Null), "{text}");
        }
        for (text, expected) in [("true", true), ("True", true), ("TRUE", true), ("FALSE", false)] {
            assert_eq!(plain(text), Ok(Value::Bool(expected)), "{text}");
        }
        let strings = [
            "0x+14", "0x-14", "-0x14", "+0x14", "0X14", "0x", "0o", "0o8", "0o+7", "-0o7", "0O7",
            "0b1", "0x1_0", "1_000", "1,000", "1:30", "+", "-", "--1", "+-1", ".", "e5", ".e5",
            "1e", "1e+", "1.2.3", "1 2", "inf", "nan", "Infinity", "NaN", ".iNF", "+.nan", "-.nan",
            "yes", "no", "on", "off", "y", "tRUE", "nULL", "none", "<<", "=", "١",
        ];
        for text in strings {
            assert_eq!(plain(text), Ok(Value::String(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn rejects_numbers_that_json_cannot_represent() {
        let overflow = format!("0x1{}", "0".repeat(32));
        let texts = [
            ".inf", "+.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN", "1e400", "-1e999", &overflow,
        ];
        for text in texts {
            assert_eq!(plain(text), Err("unrepresentable-number"), "{text}");
            assert_eq!(resolve(text, false, None), Ok(Value::String(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn resolves_core_tags() {
        let string = |text: &str| Ok(Value::String(text.to_owned()));
        let mismatch = Err("mismatched-tag");
        let cases = [
            ("str", "1", string("1")),
            ("str", "", string("")),
            ("str", "~", string("~")),
            ("str", ".inf", string(".inf")),
            ("int", "3", Ok(Value::Integer(3))),
            ("int", "-0", Ok(Value::Integer(0))),
            ("int", "0x1F", Ok(Value::Integer(31))),
            ("int", "3.0", mismatch.clone()),
            ("int", "0x+3", mismatch.clone()),
            ("int", "", mismatch.clone()),
            ("float", "3", Ok(Value::Float(3.0))),
            ("float", "1e3", Ok(Value::Float(1e3))),
            ("float", "0x1F", mismatch.clone()),
            ("float", ".inf", Err("unrepresentable-number")),
            ("bool", "true", Ok(Value::Bool(true))),
            ("bool", "yes", mismatch.clone()),
            ("null", "", Ok(Value::Null)),
            ("null", "null", Ok(Value::Null)),
            ("null", "none", mismatch.clone()),
            ("seq", "x", mismatch.clone()),
            ("map", "", mismatch.clone()),
            ("binary", "aGk=", Err("unsupported-tag")),
            ("timestamp", "2024-01-01", Err("unsupported-tag")),
            ("set", "", Err("unsupported-tag")),
        ];
        for (name, text, expected) in cases {
            // A tag decides for quoted scalars, too.
            for is_plain in [true, false] {
                let value = resolve(text, is_plain, Some(&format!("{CORE}{name}")));
                assert_eq!(value.map_err(|(rule, _)| rule.id), expected, "!!{name} {text}");
            }
        }
        assert_eq!(resolve("1", true, Some("!")), Ok(Value::String("1".to_owned())));
    }
}
