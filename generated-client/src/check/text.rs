//! Checks strings.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate};

use super::schema::{Count, Format, Piece, TextRules};
use super::violation::{Rule, excerpt};
use crate::country::Country;

/// The first rule that a string breaks.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) rule: Rule,
    pub(crate) expected: Cow<'static, str>,
    pub(crate) got: String,
}

type Check = fn(&TextRules, &str) -> Result<(), Fault>;

/// The order matters: what is far too short to be an identifier is reported as
/// that, and not as one without its prefix.
const CHECKS: [Check; 5] = [
    TextRules::check_length,
    TextRules::check_prefix,
    TextRules::check_characters,
    TextRules::check_format,
    TextRules::check_values,
];

impl TextRules {
    /// Checks a string, and reports one rule at most.
    pub(crate) fn check(&self, text: &str) -> Result<(), Fault> {
        CHECKS.iter().try_for_each(|check| check(self, text))
    }

    fn check_length(&self, text: &str) -> Result<(), Fault> {
        if let Count { min: 0, max: None } = self.length {
            return Ok(());
        }
        let length = text.chars().count();
        if self.length.admits(length) {
            return Ok(());
        }
        let got = format!("{} ({})", excerpt(text), characters(&length.to_string()));
        Err(Fault { rule: Rule::Length, expected: characters(&self.length.describe()).into(), got })
    }

    fn check_prefix(&self, text: &str) -> Result<(), Fault> {
        if text.starts_with(self.prefix) {
            return Ok(());
        }
        let expected = format!("`{}` at the start", self.prefix).into();
        Err(Fault { rule: Rule::Prefix, expected, got: excerpt(text) })
    }

    fn check_characters(&self, text: &str) -> Result<(), Fault> {
        let Some(pieces) = self.pieces else { return Ok(()) };
        let mut rest = text.strip_prefix(self.prefix).unwrap_or(text);
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
        let mut taken = 0;
        let mut characters = rest.chars();
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

fn characters(count: &str) -> String {
    let plural = if count == "1" { "" } else { "s" };
    format!("{count} character{plural}")
}

fn is_country_code(text: &str) -> bool {
    Country::from_alpha3(text).is_some()
}

/// `full-date`: digits where chrono also takes signs, spaces and missing zeros.
fn is_date(text: &str) -> bool {
    text.len() == "2023-12-25".len()
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
        && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// `date-time`: with the `T` that chrono, but not the grammar, lets be a space.
fn is_date_time(text: &str) -> bool {
    matches!(text.as_bytes().get("2023-12-25".len()), Some(b'T' | b't'))
        && DateTime::parse_from_rfc3339(text).is_ok()
}
