//! Validation of strings.

use std::borrow::Cow;

use super::escape::excerpt;
use super::schema::{Count, Format, Piece, StringRules};
use super::violation::Rule;
use crate::scalars::country::Country;
use crate::scalars::decimal::DecimalString;
use crate::scalars::time;

/// The first rule that a string violates.
#[derive(Debug)]
pub(crate) struct StringViolation {
    pub(crate) rule: Rule,
    pub(crate) expected: Cow<'static, str>,
    pub(crate) got: String,
}

impl StringRules {
    /// Validates a string and reports at most one violation.
    ///
    /// The checks run from general to specific: for a short identifier without a prefix, the
    /// length is reported.
    pub(crate) fn check(&self, text: &str) -> Result<(), StringViolation> {
        self.check_length(text)?;
        let rest = self.check_prefix(text)?;
        self.check_characters(text, rest)?;
        self.check_format(text)?;
        self.check_values(text)
    }

    fn check_length(&self, text: &str) -> Result<(), StringViolation> {
        if let Count { min: 0, max: None } = self.length {
            return Ok(());
        }
        let length = if text.is_ascii() { text.len() } else { text.chars().count() };
        if self.length.admits(length) {
            return Ok(());
        }
        let characters = |count: &Count| count.describe_with("character", "characters");
        let actual = characters(&Count { min: length, max: Some(length) });
        Err(StringViolation {
            rule: Rule::Length,
            expected: characters(&self.length).into(),
            got: format!("{} ({actual})", excerpt(text)),
        })
    }

    /// Returns the part of the string after the prefix.
    fn check_prefix<'t>(&self, text: &'t str) -> Result<&'t str, StringViolation> {
        if let Some(rest) = text.strip_prefix(self.prefix) {
            return Ok(rest);
        }
        let expected = format!("`{}` at the start", self.prefix).into();
        Err(StringViolation { rule: Rule::Prefix, expected, got: excerpt(text) })
    }

    fn check_characters(&self, text: &str, mut rest: &str) -> Result<(), StringViolation> {
        let Some(pieces) = self.pieces else { return Ok(()) };
        let matches = pieces.iter().all(|piece| piece.consume(&mut rest));
        if matches && rest.is_empty() {
            return Ok(());
        }
        let got = if let Some(character) = rest.chars().next() {
            let position = text.chars().count() - rest.chars().count() + 1;
            let character = excerpt(character.encode_utf8(&mut [0; 4]));
            format!("{} ({character} is character {position})", excerpt(text))
        } else {
            format!("{} (ends too early)", excerpt(text))
        };
        Err(StringViolation {
            rule: Rule::Character,
            expected: self.describe_characters(pieces),
            got,
        })
    }

    fn describe_characters(&self, pieces: &[Piece]) -> Cow<'static, str> {
        let prefix = (!self.prefix.is_empty()).then(|| format!("`{}`", self.prefix));
        let parts: Vec<_> = prefix.into_iter().chain(pieces.iter().map(Piece::describe)).collect();
        if parts.is_empty() { "no characters".into() } else { parts.join(", then ").into() }
    }

    fn check_format(&self, text: &str) -> Result<(), StringViolation> {
        let Some(format) = self.format else { return Ok(()) };
        let (admits, expected): (fn(&str) -> bool, _) = match format {
            Format::CountryCode => (is_country_code, "an ISO 3166-1 alpha-3 code"),
            Format::Date => (time::is_date, "an RFC 3339 date, such as `2023-12-25`"),
            Format::DateTime => {
                (time::is_date_time, "an RFC 3339 time, such as `2024-01-22T11:56:48Z`")
            }
            Format::Decimal => (is_decimal, "an exact decimal number, as in `312.50`"),
            // OpenAPI defines `int32` for numbers only.
            Format::Int32 => return Ok(()),
        };
        if admits(text) {
            return Ok(());
        }
        Err(StringViolation { rule: Rule::Format, expected: expected.into(), got: excerpt(text) })
    }

    fn check_values(&self, text: &str) -> Result<(), StringViolation> {
        if self.values.is_empty() || self.values.contains(&text) {
            return Ok(());
        }
        let values: Vec<_> = self.values.iter().map(|value| format!("`{value}`")).collect();
        let expected = values.join(" or ").into();
        Err(StringViolation { rule: Rule::Enum, expected, got: excerpt(text) })
    }
}

impl Piece {
    /// Consumes the longest run at the start of `rest` and returns whether it is long enough.
    fn consume(&self, rest: &mut &str) -> bool {
        let max = self.count.max.unwrap_or(usize::MAX);
        let bytes = &rest.as_bytes()[..rest.len().min(max)];
        let end = bytes.iter().position(|&byte| !self.ascii[usize::from(byte)]);
        let mut length = end.unwrap_or(bytes.len());
        let mut characters = rest[length..].chars();
        while length < max && characters.clone().next().is_some_and(|next| self.admits(next)) {
            characters.next();
            length += 1;
        }
        *rest = characters.as_str();
        length >= self.count.min
    }

    fn admits(&self, character: char) -> bool {
        self.class.iter().any(|&(first, last)| (first..=last).contains(&character))
    }

    fn describe(&self) -> String {
        let range = |&(first, last): &(char, char)| {
            if first == last { String::from(first) } else { format!("{first}-{last}") }
        };
        let class: String = self.class.iter().map(range).collect();
        match self.count {
            Count { min: 0 | 1, max: None } => format!("`{class}`"),
            ref count => format!("{} of `{class}`", count.describe()),
        }
    }
}

fn is_decimal(text: &str) -> bool {
    text.parse::<DecimalString>().is_ok()
}

fn is_country_code(text: &str) -> bool {
    Country::from_alpha3(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::super::schema::{Count, Format, Piece, StringRules};
    use super::StringViolation;

    static BATCH: StringRules = StringRules {
        name: "CreditBatchId",
        length: Count { min: 20, max: Some(37) },
        prefix: "ctb_",
        pieces: Some(&[Piece::new(
            &[('0', '9'), ('A', 'Z'), ('a', 'z')],
            Count { min: 1, max: None },
        )]),
        ..StringRules::ANY
    };

    fn violation(rules: &StringRules, text: &str) -> Option<String> {
        let StringViolation { rule, expected, got } = rules.check(text).err()?;
        Some(format!("{rule}: expected {expected}, got {got}"))
    }

    #[test]
    fn accepts_valid_strings() {
        assert_eq!(violation(&BATCH, "ctb_1DRBTYA8Q1S07CBY"), None);
        assert_eq!(violation(&BATCH, &format!("ctb_{}", "z".repeat(33))), None);
        assert_eq!(violation(&StringRules::ANY, ""), None);
    }

    #[test]
    fn reports_only_the_first_violation() {
        assert_eq!(
            violation(&BATCH, "iss_/").as_deref(),
            Some(r#"length: expected 20 to 37 characters, got "iss_/" (5 characters)"#)
        );
        assert_eq!(
            violation(&BATCH, "iss_1DRBTYA8Q1S07CB/").as_deref(),
            Some(r#"prefix: expected `ctb_` at the start, got "iss_1DRBTYA8Q1S07CB/""#)
        );
        assert_eq!(
            violation(&BATCH, "ctb_1DRBTYA8Q1S07/BY").as_deref(),
            Some(
                r#"character: expected `ctb_`, then `0-9A-Za-z`, got "ctb_1DRBTYA8Q1S07/BY" ("/" is character 18)"#
            )
        );
    }

    #[test]
    fn counts_characters_instead_of_bytes() {
        let rules = StringRules { length: Count { min: 0, max: Some(3) }, ..StringRules::ANY };
        assert_eq!(violation(&rules, "éèê"), None);
        assert_eq!(
            violation(&rules, "éèêë").as_deref(),
            Some(r#"length: expected at most 3 characters, got "éèêë" (4 characters)"#)
        );
    }

    #[test]
    fn rejects_look_alikes_and_control_characters() {
        let cyrillic = "ctb_1DRBTYA8Q1S07СBY";
        assert!(violation(&BATCH, cyrillic).unwrap().ends_with("(\"С\" is character 18)"));
        assert!(
            violation(&BATCH, "ctb_1DRBTYA8Q1S07CBY\n")
                .unwrap()
                .contains(r#"("\n" is character 21)"#)
        );
        assert!(violation(&BATCH, "ctb_1DRBTYA8Q1S07CB\0").unwrap().contains(r#"("\u0000" is"#));
    }

    #[test]
    fn matches_pieces_in_order() {
        static PIECES: [Piece; 3] = [
            Piece::new(&[('A', 'Z')], Count { min: 2, max: Some(3) }),
            Piece::new(&[('-', '-')], Count { min: 0, max: Some(1) }),
            Piece::new(&[('0', '9')], Count { min: 2, max: Some(2) }),
        ];
        let rules = StringRules { pieces: Some(&PIECES), ..StringRules::ANY };
        for text in ["AB12", "ABC12", "AB-12"] {
            assert_eq!(violation(&rules, text), None, "{text}");
        }
        let expected =
            "character: expected 2 to 3 of `A-Z`, then at most 1 of `-`, then 2 of `0-9`";
        for (text, got) in [
            ("", r#""" (ends too early)"#),
            ("A12", r#""A12" ("1" is character 2)"#),
            ("ABCD12", r#""ABCD12" ("D" is character 4)"#),
            ("AB--12", r#""AB--12" ("-" is character 4)"#),
            ("AB1", r#""AB1" (ends too early)"#),
            ("AB123", r#""AB123" ("3" is character 5)"#),
        ] {
            assert_eq!(violation(&rules, text), Some(format!("{expected}, got {got}")));
        }
    }

    #[test]
    fn matches_only_the_prefix_without_pieces() {
        let rules = StringRules { prefix: "ab", pieces: Some(&[]), ..StringRules::ANY };
        assert_eq!(violation(&rules, "ab"), None);
        assert_eq!(
            violation(&rules, "abc").as_deref(),
            Some(r#"character: expected `ab`, got "abc" ("c" is character 3)"#)
        );
    }

    #[test]
    fn accepts_only_assigned_country_codes() {
        let rules = StringRules { format: Some(Format::CountryCode), ..StringRules::ANY };
        assert_eq!(violation(&rules, "GBR"), None);
        assert_eq!(
            violation(&rules, "XKX").as_deref(),
            Some(r#"format: expected an ISO 3166-1 alpha-3 code, got "XKX""#)
        );
    }
}
