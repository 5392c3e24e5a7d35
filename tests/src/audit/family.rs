//! A small lineage of credit batches with short names.

use isometric_registry::audit::Finding;
use isometric_registry::types::{CreditBatch, CreditBatchId};
use serde_json::{Value, json};

use crate::samples::{active_batch, with};

/// A change to the batch with this letter: a JSON pointer and the new value.
pub(super) type Edit = (char, &'static str, Value);

/// Returns the identifier `ctb_` followed by the letter 16 times.
pub(super) fn id(letter: char) -> CreditBatchId {
    format!("ctb_{}", letter.to_string().repeat(16)).parse().unwrap()
}

/// Replaces each identifier made by [`id`] with its letter.
pub(super) fn abbreviated(text: &str) -> String {
    ('A'..='Z').fold(text.to_owned(), |text, letter| {
        text.replace(id(letter).as_str(), &letter.to_string())
    })
}

/// Returns a batch that is split if it has a left child. `relatives` are the letters of its
/// parent and its two children, or `-`.
pub(super) fn batch(letter: char, kilograms: i64, relatives: &str) -> CreditBatch {
    let mut relatives = relatives.chars().map(|letter| (letter != '-').then(|| id(letter)));
    let [parent, left, right] = [(); 3].map(|()| relatives.next().flatten());
    let status = if left.is_some() { "split" } else { "active" };
    let batch = with(
        active_batch(),
        &[
            ("/id", json!(id(letter))),
            ("/size", size(kilograms)),
            ("/parent_id", json!(parent)),
            ("/left_child_id", json!(left)),
            ("/right_child_id", json!(right)),
            ("/serial_number", json!("without a range")),
            ("/status", json!(status)),
        ],
    );
    serde_json::from_value(batch).unwrap()
}

pub(super) fn size(kilograms: i64) -> Value {
    json!({ "credit_kgs": kilograms, "credits": kilograms as f64 / 1000.0 })
}

/// Returns a consistent lineage: A has the children B and C, and C has the children D and E.
pub(super) fn family() -> Vec<CreditBatch> {
    vec![
        batch('A', 1000, "-BC"),
        batch('B', 400, "A--"),
        batch('C', 600, "ADE"),
        batch('D', 100, "C--"),
        batch('E', 500, "C--"),
    ]
}

pub(super) fn edited(mut batches: Vec<CreditBatch>, edits: &[Edit]) -> Vec<CreditBatch> {
    for (letter, pointer, value) in edits {
        let batch = batches.iter_mut().find(|batch| batch.id == id(*letter)).unwrap();
        let json = with(serde_json::to_value(&*batch).unwrap(), &[(pointer, value.clone())]);
        *batch = serde_json::from_value(json).unwrap();
    }
    batches
}

/// Returns findings as text, with abbreviated identifiers.
pub(super) fn lines<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Vec<String> {
    findings.into_iter().map(|finding| abbreviated(&finding.to_string())).collect()
}

/// Returns the letter and the rule of each finding, as in `A split-children`.
pub(super) fn rules<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Vec<String> {
    let line = |finding: &Finding| format!("{} {}", finding.id, finding.rule);
    findings.into_iter().map(|finding| abbreviated(&line(finding))).collect()
}
