//! Judges one record: everything that is wrong with it.

use std::borrow::Cow;

use isometric_registry::audit::Finding;
use isometric_registry::types::CreditBatch;
use isometric_registry::validate::{self, Rule};

use super::cut::{Fault, LONGEST, Record, Sink};

/// The rule that a record is JSON, by the name that the client has for it.
const JSON: &str = Rule::Json.as_str();

/// Something that is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The JSON pointer (RFC 6901) of the value in question.
    pub pointer: Cow<'static, str>,
    /// The name of the rule that it breaks.
    pub rule: &'static str,
    /// What the rule asks for.
    pub expected: Cow<'static, str>,
    /// What was there.
    pub got: String,
    /// All that in a sentence, but for the place.
    pub message: String,
}

/// A record with something wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// How many records come before it.
    pub record: u64,
    /// The line that it starts in, from 0.
    pub line: u64,
    /// What is wrong, which is at least one thing.
    pub violations: Vec<Violation>,
}

/// How many there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All records.
    pub records: u64,
    /// Of the records, those with violations.
    pub invalid: u64,
    /// The violations of all records.
    pub violations: u64,
}

impl Tally {
    pub(super) fn add(&mut self, other: Self) {
        self.records += other.records;
        self.invalid += other.invalid;
        self.violations += other.violations;
    }
}

/// Judges records and passes on those with something wrong.
pub(super) struct Judge<F> {
    pub(super) tally: Tally,
    report: F,
}

impl<F> Judge<F> {
    pub(super) fn new(report: F) -> Self {
        Self { tally: Tally::default(), report }
    }

    fn add<E>(&mut self, line: u64, violations: Vec<Violation>) -> Result<(), E>
    where
        F: FnMut(Judged) -> Result<(), E>,
    {
        let record = self.tally.records;
        self.tally.records += 1;
        if violations.is_empty() {
            return Ok(());
        }
        self.tally.invalid += 1;
        self.tally.violations += violations.len() as u64;
        (self.report)(Judged { record, line, violations })
    }
}

impl<E, F: FnMut(Judged) -> Result<(), E>> Sink for Judge<F> {
    type Stop = E;

    fn line(&mut self, line: u64, text: &[u8]) -> Result<bool, E> {
        let violations = judge(text);
        if violations.first().is_some_and(|violation| violation.rule == JSON) {
            return Ok(false);
        }
        self.add(line, violations).map(|()| true)
    }

    fn record(&mut self, record: Record<'_>) -> Result<(), E> {
        let violations = match record.fault {
            None => judge(record.text),
            Some(fault) => vec![fault_of(fault, record.text)],
        };
        self.add(record.line, violations)
    }
}

/// The rules of the spec that a record breaks, and what within it cannot all be true.
fn judge(text: &[u8]) -> Vec<Violation> {
    let checked = validate::from_slice::<CreditBatch>(text);
    let findings = checked.value.map(|batch| batch.findings()).unwrap_or_default();
    let broken = checked.violations.into_iter().map(Violation::from);
    broken.chain(findings.into_iter().map(Violation::from)).collect()
}

/// What is wrong with a record that is none.
fn fault_of(fault: Fault, text: &[u8]) -> Violation {
    let not_json = || {
        let found = validate::json::<CreditBatch>(text).into_iter().map(Violation::from);
        found.into_iter().find(|violation| violation.rule == JSON)
    };
    match fault {
        Fault::NotJson => not_json()
            .unwrap_or_else(|| Violation::of_record(JSON, "JSON", "what is none".to_owned())),
        Fault::NoComma => Violation::of_record(
            JSON,
            "a comma after the record before, or the end of the array",
            "another record".to_owned(),
        ),
        Fault::Unclosed => {
            Violation::of_record(JSON, "the end of the array", "the end of the file".to_owned())
        }
        Fault::TooLong => Violation::of_record(
            "record-length",
            format!("at most {LONGEST} bytes"),
            "more".to_owned(),
        ),
    }
}

impl Violation {
    /// Something that is wrong with a record as a whole.
    fn of_record(rule: &'static str, expected: impl Into<Cow<'static, str>>, got: String) -> Self {
        let expected = expected.into();
        let message = format!("expected {expected}, got {got}");
        Self { pointer: "".into(), rule, expected, got, message }
    }
}

impl From<validate::Violation> for Violation {
    fn from(violation: validate::Violation) -> Self {
        let message = violation.message();
        let validate::Violation { pointer, rule, expected, got, .. } = violation;
        Self { pointer: pointer.into(), rule: rule.as_str(), expected, got, message }
    }
}

/// A finding says of a value that it does not fit the others: that is what it has got.
impl From<Finding> for Violation {
    fn from(finding: Finding) -> Self {
        Self {
            pointer: finding.pointer,
            rule: finding.rule.as_str(),
            expected: "what fits the rest of the batch".into(),
            got: finding.message.clone(),
            message: finding.message,
        }
    }
}
