//! Validates one record at a time and counts the results.

use std::borrow::Cow;

use isometric_registry::types::CreditBatch;
use isometric_registry::validate::{self, Rule, Violation};
use serde_json::Value;

use super::input::MAX_RECORD_SIZE;

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
}

impl<'r, E> RecordValidator<'r, E> {
    pub(super) fn new(report: &'r mut dyn FnMut(InvalidRecord) -> Result<(), E>) -> Self {
        Self { summary: Summary::default(), report }
    }

    /// Validates the record at this line and column.
    pub(super) fn validate(&mut self, line: u64, column: usize, text: &[u8]) -> Result<(), E> {
        let checked = validate::from_slice::<CreditBatch>(text);
        let findings = checked.value.map(|batch| batch.findings()).unwrap_or_default();
        if checked.violations.is_empty() && findings.is_empty() {
            self.summary.records += 1;
            return Ok(());
        }
        let is_syntax = checked.violations.iter().any(|violation| violation.rule == Rule::Json);
        let violations = match serde_json::from_slice::<Value>(text) {
            Err(error) if is_syntax => vec![RecordViolation::from_serde(&error, line, column)],
            _ => {
                let findings = findings.into_iter().map(|finding| RecordViolation {
                    pointer: finding.pointer,
                    rule: finding.rule.as_str(),
                    expected: "a value that is consistent with the rest of the batch".into(),
                    got: finding.message.clone(),
                    message: finding.message,
                });
                let violations = checked.violations.into_iter().map(RecordViolation::from);
                violations.chain(findings).collect()
            }
        };
        self.add(line, violations)
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
