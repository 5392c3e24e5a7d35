//! Validates one record at a time and counts the results.

use std::borrow::Cow;

use isometric_registry::audit::Finding;
use isometric_registry::validate::{
    Count, Property, Required, Rule, Schema, StringRules, Violation, lookup,
};
use serde_json::Value;

use super::audited::{self, CheckedRecord};
use super::input::MAX_RECORD_SIZE;
use super::types::RecordType;

/// The schema of a record of an unknown type.
static IDENTIFIED: Schema = Schema::Object {
    properties: &[Property {
        name: "id",
        required: Required::Always,
        schema: &Schema::String(&StringRules {
            name: "string",
            length: Count { min: 0, max: None },
            prefix: "",
            pieces: None,
            format: None,
            values: &[],
        }),
    }],
    additional: None,
    count: Count { min: 0, max: None },
};

/// A violation of the spec, a finding, or a syntax error in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordViolation {
    /// The JSON pointer (RFC 6901) of the value.
    pub pointer: Cow<'static, str>,
    /// The identifier of the rule.
    pub rule: &'static str,
    /// The value that the rule requires.
    pub expected: Cow<'static, str>,
    /// The value in the record.
    pub got: String,
    /// The complete description, without the pointer.
    pub message: String,
}

/// A record with at least one violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRecord {
    /// The number of the record, from 0.
    pub record: u64,
    /// The line in which the record starts, from 1.
    pub line: u64,
    /// At least one violation.
    pub violations: Vec<RecordViolation>,
}

/// The numbers of records and violations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// All records.
    pub records: u64,
    /// The records with violations.
    pub invalid: u64,
    /// The violations of all records.
    pub violations: u64,
    /// Set if the rest of the input was not validated, because of a syntax error or a record
    /// over the size limit in a stream of values.
    pub stopped: bool,
}

impl Summary {
    pub(super) fn add(&mut self, other: Self) {
        self.records += other.records;
        self.invalid += other.invalid;
        self.violations += other.violations;
        self.stopped |= other.stopped;
    }
}

/// Validates records, counts them, and reports the invalid ones.
pub(super) struct RecordValidator<'r, E> {
    pub(super) summary: Summary,
    pub(super) report: &'r mut dyn FnMut(InvalidRecord) -> Result<(), E>,
    /// The type of all records. `None` finds the type of each record by its identifier.
    record_type: Option<&'static RecordType>,
    /// The type of the latest record whose identifier was read.
    latest_type: Option<&'static RecordType>,
    /// The type of the next record, if it is that of two records in a row.
    guess: Option<&'static RecordType>,
}

impl<'r, E> RecordValidator<'r, E> {
    pub(super) fn new(
        record_type: Option<&'static RecordType>,
        report: &'r mut dyn FnMut(InvalidRecord) -> Result<(), E>,
    ) -> Self {
        Self { summary: Summary::default(), report, record_type, latest_type: None, guess: None }
    }

    /// Returns the type of all records, if one was given.
    pub(super) fn record_type(&self) -> Option<&'static RecordType> {
        self.record_type
    }

    /// Validates the record at this line and column.
    pub(super) fn validate(&mut self, line: u64, column: usize, text: &[u8]) -> Result<(), E> {
        let Some(CheckedRecord { violations, findings }) = self.check(text) else {
            return self.add(line, unidentified(text, line, column));
        };
        if violations.is_empty() && findings.is_empty() {
            self.summary.records += 1;
            return Ok(());
        }
        let mut problems = from_violations(violations, text, line, column);
        problems.extend(findings.into_iter().map(RecordViolation::from));
        self.add(line, problems)
    }

    /// Checks a record, or returns `None` if its type is unknown.
    ///
    /// In a run of records of one type, reading their identifiers first would take a fifth of the
    /// time. A record without violations has the guessed type, because its identifier was
    /// validated.
    fn check(&mut self, text: &[u8]) -> Option<CheckedRecord> {
        if let Some(record_type) = self.record_type {
            return Some(audited::check(record_type, text));
        }
        let is_same = |one: &RecordType, other: &RecordType| std::ptr::eq(one, other);
        let guess = self.guess.filter(|guess| guess.is_likely(text));
        let guessed = guess.map(|guess| audited::check(guess, text));
        if guessed.as_ref().is_some_and(|checked| checked.violations.is_empty()) {
            return guessed;
        }
        let record_type = RecordType::of(text)?;
        let latest = self.latest_type.replace(record_type);
        self.guess = latest.filter(|latest| is_same(latest, record_type));
        match guessed {
            Some(checked) if guess.is_some_and(|guess| is_same(guess, record_type)) => {
                Some(checked)
            }
            _ => Some(audited::check(record_type, text)),
        }
    }

    /// Counts a record that was not validated.
    pub(super) fn reject(&mut self, line: u64, violation: RecordViolation) -> Result<(), E> {
        self.add(line, vec![violation])
    }

    /// Rejects a record, after which validation cannot continue.
    pub(super) fn stop(&mut self, line: u64, violation: RecordViolation) -> Result<(), E> {
        self.summary.stopped = true;
        self.reject(line, violation)
    }

    fn add(&mut self, line: u64, violations: Vec<RecordViolation>) -> Result<(), E> {
        let record = self.summary.records;
        self.summary.records += 1;
        self.summary.invalid += 1;
        self.summary.violations += violations.len() as u64;
        (self.report)(InvalidRecord { record, line, violations })
    }
}

/// Returns the violations of a record. A syntax error has its position in the input.
fn from_violations(
    violations: Vec<Violation>,
    text: &[u8],
    line: u64,
    column: usize,
) -> Vec<RecordViolation> {
    let is_syntax = violations.iter().any(|violation| violation.rule == Rule::Json);
    match serde_json::from_slice::<Value>(text) {
        Err(error) if is_syntax => vec![RecordViolation::from_serde(&error, line, column)],
        _ => violations.into_iter().map(RecordViolation::from).collect(),
    }
}

/// Returns the violations of a record without a known identifier.
fn unidentified(text: &[u8], line: u64, column: usize) -> Vec<RecordViolation> {
    let violations = lookup::violations(text, &IDENTIFIED);
    if violations.is_empty() {
        return vec![RecordViolation::unknown_type()];
    }
    from_violations(violations, text, line, column)
}

impl RecordViolation {
    /// Creates a violation for a syntax error in the record at this line and column.
    pub(super) fn from_serde(error: &serde_json::Error, line: u64, column: usize) -> Self {
        let text = error.to_string();
        // The position is relative to the record.
        let cause = text.rsplit_once(" at line ").map_or(&*text, |(cause, _)| cause);
        match error.line() {
            0 | 1 => Self::syntax(cause, None, column + error.column()),
            number => Self::syntax(cause, Some(line + number as u64 - 1), error.column()),
        }
    }

    /// Creates a violation for a syntax error. `line` is `None` for the line in which the record
    /// starts.
    pub(super) fn syntax(cause: &str, line: Option<u64>, column: usize) -> Self {
        let line = line.map(|line| format!("line {line} ")).unwrap_or_default();
        let message = format!("invalid JSON: {cause} at {line}column {column}");
        Self {
            pointer: "".into(),
            rule: Rule::Json.as_str(),
            expected: "JSON".into(),
            got: message.clone(),
            message,
        }
    }

    fn unknown_type() -> Self {
        let mut prefixes: Vec<_> =
            RecordType::all().iter().filter_map(|known| known.id_prefix).collect();
        prefixes.sort_unstable();
        let expected = format!("an identifier that starts with {}", prefixes.join(", "));
        Self {
            pointer: "/id".into(),
            rule: "record-type",
            message: format!("unknown type of record: expected {expected}, or --as TYPE"),
            expected: expected.into(),
            got: "another identifier".to_owned(),
        }
    }

    pub(super) fn too_long() -> Self {
        let expected = format!("at most {MAX_RECORD_SIZE} bytes");
        Self {
            pointer: "".into(),
            rule: "record-length",
            message: format!("record too long: expected {expected}"),
            expected: expected.into(),
            got: "more".to_owned(),
        }
    }
}

impl From<Violation> for RecordViolation {
    fn from(violation: Violation) -> Self {
        let message = violation.message();
        let Violation { pointer, rule, expected, got, .. } = violation;
        Self { pointer: pointer.into(), rule: rule.as_str(), expected, got, message }
    }
}

impl From<Finding> for RecordViolation {
    fn from(finding: Finding) -> Self {
        Self {
            pointer: finding.pointer,
            rule: finding.rule.as_str(),
            expected: "a value that is consistent with the rest of the record".into(),
            got: finding.message.clone(),
            message: finding.message,
        }
    }
}
