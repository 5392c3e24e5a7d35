//! An identifier of one kind is no identifier of another.

use isometric_registry::Registry;
use isometric_registry::types::IssuanceId;

fn fetch(registry: &Registry, issuance: &IssuanceId) {
    let _ = registry.credit_batch(issuance);
}

fn main() {}
