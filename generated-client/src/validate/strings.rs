//! Checks strings.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, NaiveDate};

use super::schema::{Count, Format, Piece, StringRules};
use super::violation::{Rule, excerpt};
use crate::scalars::country::Country;
use crate::scalars::time::Canonical;

/// The first rule that a string breaks.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) rule: Rule,
    pub(crate) expected: Cow<'static, str>,
    pub(crate) got: String,
}

impl StringRules {
    /// Checks a string, and reports one rule at most. The order matters: what is far too
    /// short to be an identifier is reported as that, and not as one without its prefix.
    pub(crate) fn check(&self, text: &str) -> Result<(), Fault> {
        self.check_length(text)?;
        let rest = self.check_prefix(text)?;
        self.check_characters(text, rest)?;
        self.check_format(text)?;
        self.check_values(text)
    }

    fn check_length(&self, text: &str) -> Result<(), Fault> {
        if let Count { min: 0, max: None } = self.length {
            return Ok(());
        }
        let length = if text.is_ascii() { text.len() } else { text.chars().count() };
        if self.length.admits(length) {
            return Ok(());
        }
        let characters = |count: &Count| count.describe_of("character", "characters");
        let found = characters(&Count { min: length, max: Some(length) });
        Err(Fault {
            rule: Rule::Length,
            expected: characters(&self.length).into(),
            got: format!("{} ({found})", excerpt(text)),
        })
    }

    /// What follows the prefix.
    fn check_prefix<'t>(&self, text: &'t str) -> Result<&'t str, Fault> {
        if let Some(rest) = text.strip_prefix(self.prefix) {
            return Ok(rest);
        }
        let expected = format!("`{}` at the start", self.prefix).into();
        Err(Fault { rule: Rule::Prefix, expected, got: excerpt(text) })
    }

    fn check_characters(&self, text: &str, mut rest: &str) -> Result<(), Fault> {
        let Some(pieces) = self.pieces else { return Ok(()) };
        let fits = pieces.iter().all(|piece| piece.take(&mut rest));
        if fits && rest.is_empty() {
            return Ok(());
        }
        let got = match rest.chars().next() {
            Some(found) => {
                let position = text.chars().count() - rest.chars().count() + 1;
                let found = excerpt(found.encode_utf8(&mut [0; 4]));
                format!("{} ({found} is character {position})", excerpt(text))
            }
            None => format!("{}, which ends too early", excerpt(text)),
        };
        Err(Fault { rule: Rule::Character, expected: self.describe_characters(pieces), got })
    }

    fn describe_characters(&self, pieces: &[Piece]) -> Cow<'static, str> {
        let prefix = Some(self.prefix).filter(|prefix| !prefix.is_empty());
        let prefix = prefix.map(|prefix| format!("`{prefix}`"));
        let parts: Vec<_> = prefix.into_iter().chain(pieces.iter().map(Piece::describe)).collect();
        match parts.is_empty() {
            true => "no characters".into(),
            false => parts.join(", then ").into(),
        }
    }

    fn check_format(&self, text: &str) -> Result<(), Fault> {
        let Some(format) = self.format else { return Ok(()) };
        let (admits, expected): (fn(&str) -> bool, _) = match format {
            Format::CountryCode => (is_country_code, "an ISO 3166-1 alpha-3 code"),
            Format::Date => (is_date, "an RFC 3339 date, as in `2023-12-25`"),
            Format::DateTime => (is_date_time, "an RFC 3339 time, as in `2024-01-22T11:56:48Z`"),
            // A format of numbers. On strings the specification gives it no meaning.
            Format::Int32 => return Ok(()),
        };
        if admits(text) {
            return Ok(());
        }
        Err(Fault { rule: Rule::Format, expected: expected.into(), got: excerpt(text) })
    }

    fn check_values(&self, text: &str) -> Result<(), Fault> {
        if self.values.is_empty() || self.values.contains(&text) {
            return Ok(());
        }
        let values: Vec<_> = self.values.iter().map(|value| format!("`{value}`")).collect();
        let expected = values.join(" or ").into();
        Err(Fault { rule: Rule::Enum, expected, got: excerpt(text) })
    }
}

impl Piece {
    /// Takes the run from the start of `rest` and says whether it is long enough.
    fn take(&self, rest: &mut &str) -> bool {
        let max = self.count.max.unwrap_or(usize::MAX);
        let bytes = &rest.as_bytes()[..rest.len().min(max)];
        let end = bytes.iter().position(|&byte| !self.ascii[usize::from(byte)]);
        let mut taken = end.unwrap_or(bytes.len());
        let mut characters = rest[taken..].chars();
        while taken < max && characters.clone().next().is_some_and(|next| self.admits(next)) {
            characters.next();
            taken += 1;
        }
        *rest = characters.as_str();
        taken >= self.count.min
    }

    fn admits(&self, character: char) -> bool {
        self.class.iter().any(|&(first, last)| (first..=last).contains(&character))
    }

    fn describe(&self) -> String {
        let range = |&(first, last): &(char, char)| match first == last {
            true => String::from(first),
            false => format!("{first}-{last}"),
        };
        let class: String = self.class.iter().map(range).collect();
        match self.count {
            Count { min: 0 | 1, max: None } => format!("`{class}`"),
            ref count => format!("{} of `{class}`", count.describe()),
        }
    }
}

fn is_country_code(text: &str) -> bool {
    Country::from_alpha3(text).is_some()
}

/// `full-date`, which has no form but one.
fn is_date(text: &str) -> bool {
    NaiveDate::canonical(text).is_some()
}

/// `date-time`: with the `T` that chrono, but not the grammar, lets be a space, and with a
/// year that has four digits in UTC too, or the time could not be written again.
fn is_date_time(text: &str) -> bool {
    let can_be_written = |time: DateTime<_>| (0..=9999).contains(&time.to_utc().year());
    DateTime::canonical(text).is_some()
        || matches!(text.as_bytes().get("2023-12-25".len()), Some(b'T' | b't'))
            && DateTime::parse_from_rfc3339(text).is_ok_and(can_be_written)
}

#[cfg(test)]
mod tests {
    use super::super::schema::{Count, Format, Piece, StringRules};

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

    fn fault(rules: &StringRules, text: &str) -> Option<String> {
        let fault = rules.check(text).err()?;
        Some(format!("{}: expected {}, got {}", fault.rule, fault.expected, fault.got))
    }

    #[test]
    fn a_text_that_keeps_every_rule_passes() {
        assert_eq!(fault(&BATCH, "ctb_1DRBTYA8Q1S07CBY"), None);
        assert_eq!(fault(&BATCH, &format!("ctb_{}", "z".repeat(33))), None);
        assert_eq!(fault(&StringRules::ANY, ""), None);
    }

    #[test]
    fn only_the_first_rule_that_is_broken_is_reported() {
        assert_eq!(
            fault(&BATCH, "iss_/").as_deref(),
            Some(r#"length: expected 20 to 37 characters, got "iss_/" (5 characters)"#)
        );
        assert_eq!(
            fault(&BATCH, "iss_1DRBTYA8Q1S07CB/").as_deref(),
            Some(r#"prefix: expected `ctb_` at the start, got "iss_1DRBTYA8Q1S07CB/""#)
        );
        assert_eq!(
            fault(&BATCH, "ctb_1DRBTYA8Q1S07/BY").as_deref(),
            Some(
                r#"character: expected `ctb_`, then `0-9A-Za-z`, got "ctb_1DRBTYA8Q1S07/BY" ("/" is character 18)"#
            )
        );
    }

    #[test]
    fn length_counts_characters_and_not_bytes() {
        let rules = StringRules { length: Count { min: 0, max: Some(3) }, ..StringRules::ANY };
        assert_eq!(fault(&rules, "éèê"), None);
        assert_eq!(
            fault(&rules, "éèêë").as_deref(),
            Some(r#"length: expected at most 3 characters, got "éèêë" (4 characters)"#)
        );
    }

    #[test]
    fn characters_that_look_like_others_are_not_those() {
        let cyrillic = "ctb_1DRBTYA8Q1S07СBY";
        assert!(fault(&BATCH, cyrillic).unwrap().ends_with("(\"С\" is character 18)"));
        assert!(
            fault(&BATCH, "ctb_1DRBTYA8Q1S07CBY\n").unwrap().contains(r#"("\n" is character 21)"#)
        );
        assert!(fault(&BATCH, "ctb_1DRBTYA8Q1S07CB\0").unwrap().contains(r#"("\u0000" is"#));
    }

    #[test]
    fn runs_of_characters_follow_each_other() {
        static PIECES: [Piece; 3] = [
            Piece::new(&[('A', 'Z')], Count { min: 2, max: Some(3) }),
            Piece::new(&[('-', '-')], Count { min: 0, max: Some(1) }),
            Piece::new(&[('0', '9')], Count { min: 2, max: Some(2) }),
        ];
        let rules = StringRules { pieces: Some(&PIECES), ..StringRules::ANY };
        for text in ["AB12", "ABC12", "AB-12"] {
            assert_eq!(fault(&rules, text), None, "{text}");
        }
        let expected =
            "character: expected 2 to 3 of `A-Z`, then at most 1 of `-`, then 2 of `0-9`";
        for (text, got) in [
            ("", r#""", which ends too early"#),
            ("A12", r#""A12" ("1" is character 2)"#),
            ("ABCD12", r#""ABCD12" ("D" is character 4)"#),
            ("AB--12", r#""AB--12" ("-" is character 4)"#),
            ("AB1", r#""AB1", which ends too early"#),
            ("AB123", r#""AB123" ("3" is character 5)"#),
        ] {
            assert_eq!(fault(&rules, text), Some(format!("{expected}, got {got}")));
        }
    }

    #[test]
    fn a_pattern_without_a_run_is_the_prefix_alone() {
        let rules = StringRules { prefix: "ab", pieces: Some(&[]), ..StringRules::ANY };
        assert_eq!(fault(&rules, "ab"), None);
        assert_eq!(
            fault(&rules, "abc").as_deref(),
            Some(r#"character: expected `ab`, got "abc" ("c" is character 3)"#)
        );
    }

    #[test]
    fn a_time_is_what_rfc_3339_says() {
        let rules = StringRules { format: Some(Format::DateTime), ..StringRules::ANY };
        let times = [
            "2024-01-22T11:56:48Z",
            "2024-01-22t11:56:48.520641z",
            "2024-01-22T11:56:48.123456789+05:30",
            "2016-12-31T23:59:60Z",
            "0000-01-01T00:00:00-23:59",
            "9999-12-31T23:59:59+23:59",
        ];
        for text in times {
            assert_eq!(fault(&rules, text), None, "{text}");
        }
        let others = [
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
        ];
        for text in others {
            assert!(fault(&rules, text).is_some(), "{text}");
        }
    }

    #[test]
    fn a_date_is_what_rfc_3339_says() {
        let rules = StringRules { format: Some(Format::Date), ..StringRules::ANY };
        for text in ["2023-12-25", "2024-02-29", "0000-01-01", "9999-12-31"] {
            assert_eq!(fault(&rules, text), None, "{text}");
        }
        let others = [
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
        ];
        for text in others {
            assert!(fault(&rules, text).is_some(), "{text}");
        }
    }

    #[test]
    fn a_country_code_is_one_that_is_assigned() {
        let rules = StringRules { format: Some(Format::CountryCode), ..StringRules::ANY };
        assert_eq!(fault(&rules, "GBR"), None);
        assert_eq!(
            fault(&rules, "XKX").as_deref(),
            Some(r#"format: expected an ISO 3166-1 alpha-3 code, got "XKX""#)
        );
    }
}
