//! A sample credit batch for the unit tests of this crate.

use serde_json::Value;

/// A valid and consistent active batch, which is also a seed of the fuzz targets.
const ACTIVE_BATCH: &str = include_str!("../../fuzz/seeds/decode/active-batch.json");

/// Returns the sample batch with the values at some JSON pointers replaced.
pub(crate) fn credit_batch(edits: &[(&str, Value)]) -> Value {
    let mut batch: Value = serde_json::from_str(ACTIVE_BATCH).unwrap();
    for (pointer, value) in edits {
        *batch.pointer_mut(pointer).unwrap() = value.clone();
    }
    batch
}
