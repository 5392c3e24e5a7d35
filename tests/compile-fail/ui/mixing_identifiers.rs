//! An identifier of an issuance is not accepted as the identifier of a credit batch.

use isometric_registry::Registry;
use isometric_registry::types::IssuanceId;

fn fetch(registry: &Registry, issuance: &IssuanceId) {
    let _ = registry.credit_batch(issuance);
}

fn main() {}
