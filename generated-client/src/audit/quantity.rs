//! Display of credit quantities.

use std::fmt;

use crate::types::CreditQuantity;

/// Displays the quantity in credits, for example `125.632 credits`.
impl fmt::Display for CreditQuantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} credits", self.credits)
    }
}

#[cfg(test)]
mod tests {
    use crate::types::CreditQuantity;

    #[test]
    fn displays_credits() {
        let quantity = CreditQuantity { credit_kgs: 125_632, credits: "125.632".parse().unwrap() };
        assert_eq!(quantity.to_string(), "125.632 credits");
    }
}
