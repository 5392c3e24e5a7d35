//! A response type cannot be built with a struct expression, so that adding a property is
//! not a breaking change.

use isometric_registry::types::CreditQuantity;

fn build(credits: isometric_registry::Decimal) -> CreditQuantity {
    CreditQuantity { credit_kgs: 1, credits }
}

fn main() {}
