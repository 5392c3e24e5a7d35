//! What the API returns cannot be built from its properties, so that a property
//! can be added.

use isometric_registry::types::CreditQuantity;

fn build(credits: isometric_registry::Decimal) -> CreditQuantity {
    CreditQuantity { credit_kgs: 1, credits }
}

fn main() {}
