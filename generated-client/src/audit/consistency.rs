//! What must hold within a credit batch though no schema can say it.
//!
//! Each [`Rule`] is this crate's reading of how the registry works, so none is ever
//! a reason to refuse a batch: [`CreditBatch::findings`] is there for those who ask.
//!
//! ```
//! # use isometric_registry::types::CreditBatch;
//! # fn example(batch: &CreditBatch) {
//! for finding in batch.findings() {
//!     println!("{finding}");
//! }
//! # }
//! ```

use std::fmt;

use crate::scalars::decimal::Decimal;
use crate::types::{CreditBatch, CreditBatchStatus};

/// A rule of consistency. The source of each is in its description: *upstream* is the
/// API's published OpenAPI document, and *concepts* are the key concepts at its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// A batch is split if, and only if, it has a left and a right child.
    ///
    /// Source: concepts, *Credit Batch Splitting*, and upstream on `left_child_id` and
    /// `right_child_id`: a batch that is split has two children, and finds them there.
    SplitChildren,
    /// A batch is retired if, and only if, it has a time and an identifier of its
    /// retirement.
    ///
    /// Source: concepts, *Retirement*: batches have that status once they are retired.
    /// Upstream gives every retirement an identifier and a time.
    RetiredRetirement,
    /// A batch that is retired has a beneficiary.
    ///
    /// Source: concepts, *Beneficiary*: it is whom the removal benefits, and it is
    /// settled when credits are retired. Upstream gives every retirement one.
    RetiredBeneficiary,
    /// A batch has a time of delivery if, and only if, it has the identifier of one.
    ///
    /// Source: upstream, which gives every delivery an identifier and a time.
    DeliveredDelivery,
    /// A credit is a thousand kilograms: `credits` times 1000 is `credit_kgs`.
    ///
    /// Source: upstream, on `credits` and `credit_kgs`.
    CreditsKilograms,
    /// No quantity is negative.
    ///
    /// Source: upstream, where each is an amount of CO₂e, and whether it is gained or
    /// lost is for its name to tell.
    NegativeQuantity,
    /// A batch is not retired or delivered before it is issued.
    ///
    /// Source: concepts, *Issuance*: issuing credits is what lets a supplier deliver
    /// them.
    IssuedFirst,
    /// A batch is not its own parent or child.
    ///
    /// Source: upstream, on `parent_id`: a child is made by splitting a larger batch.
    OwnRelative,
}

impl Rule {
    /// The rule's name in lower case with hyphens, as in `split-children`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SplitChildren => "split-children",
            Self::RetiredRetirement => "retired-retirement",
            Self::RetiredBeneficiary => "retired-beneficiary",
            Self::DeliveredDelivery => "delivered-delivery",
            Self::CreditsKilograms => "credits-kilograms",
            Self::NegativeQuantity => "negative-quantity",
            Self::IssuedFirst => "issued-first",
            Self::OwnRelative => "own-relative",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Something within a credit batch that does not fit the rest of it. It displays as
/// one line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The JSON pointer (RFC 6901) of the property that does not fit.
    pub pointer: &'static str,
    /// Why it does not fit.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, pointer, message } = self;
        write!(f, "{pointer}: {rule}: {message}")
    }
}

/// A pointer and a message.
type Breach = (&'static str, String);

type Check = fn(&CreditBatch) -> Vec<Breach>;

const CHECKS: [(Rule, Check); 8] = [
    (Rule::SplitChildren, split_children),
    (Rule::RetiredRetirement, retired_retirement),
    (Rule::RetiredBeneficiary, retired_beneficiary),
    (Rule::DeliveredDelivery, delivered_delivery),
    (Rule::CreditsKilograms, credits_kilograms),
    (Rule::NegativeQuantity, negative_quantity),
    (Rule::IssuedFirst, issued_first),
    (Rule::OwnRelative, own_relative),
];

impl CreditBatch {
    /// Everything within this batch that does not fit together, by the rules of
    /// [`consistency`](crate::audit::consistency).
    pub fn findings(&self) -> Vec<Finding> {
        let finding = |rule| move |(pointer, message)| Finding { rule, pointer, message };
        CHECKS
            .iter()
            .flat_map(|(rule, check)| check(self).into_iter().map(finding(*rule)))
            .collect()
    }
}

fn split_children(batch: &CreditBatch) -> Vec<Breach> {
    let children = [
        ("/left_child_id", batch.left_child_id.is_some()),
        ("/right_child_id", batch.right_child_id.is_some()),
    ];
    status_and_presence(&batch.status, &CreditBatchStatus::Split, &children)
}

fn retired_retirement(batch: &CreditBatch) -> Vec<Breach> {
    let retirement = [
        ("/retired_at", batch.retired_at.is_some()),
        ("/retirement_id", batch.retirement_id.is_some()),
    ];
    status_and_presence(&batch.status, &CreditBatchStatus::Retired, &retirement)
}

/// That the properties are there if, and only if, the batch has the status. What an
/// unknown status asks for is unknown.
fn status_and_presence(
    status: &CreditBatchStatus,
    wanted: &CreditBatchStatus,
    properties: &[(&'static str, bool)],
) -> Vec<Breach> {
    if let CreditBatchStatus::Unknown(_) = status {
        return Vec::new();
    }
    let has_status = status == wanted;
    let message = match has_status {
        true => format!("is null, and the status is `{status}`"),
        false => format!("is set, and the status is `{status}`, not `{wanted}`"),
    };
    let breaches = properties.iter().filter(|(_, is_set)| *is_set != has_status);
    breaches.map(|(pointer, _)| (*pointer, message.clone())).collect()
}

fn retired_beneficiary(batch: &CreditBatch) -> Vec<Breach> {
    match (&batch.status, &batch.beneficiary) {
        (CreditBatchStatus::Retired, None) => {
            vec![("/beneficiary", "is null, and the status is `retired`".to_owned())]
        }
        _ => Vec::new(),
    }
}

fn delivered_delivery(batch: &CreditBatch) -> Vec<Breach> {
    match (batch.delivered_at.is_some(), batch.delivery_id.is_some()) {
        (true, false) => vec![("/delivery_id", "is null, and `delivered_at` is set".to_owned())],
        (false, true) => vec![("/delivered_at", "is null, and `delivery_id` is set".to_owned())],
        _ => Vec::new(),
    }
}

fn credits_kilograms(batch: &CreditBatch) -> Vec<Breach> {
    let size = &batch.size;
    if size.credits.checked_mul(1000.into()) == Some(size.credit_kgs.into()) {
        return Vec::new();
    }
    let message = format!("is {}, and `credit_kgs` is {}", size.credits, size.credit_kgs);
    vec![("/size/credits", message)]
}

fn negative_quantity(batch: &CreditBatch) -> Vec<Breach> {
    let size = &batch.size;
    let mut quantities =
        vec![("/size/credit_kgs", size.credit_kgs.into()), ("/size/credits", size.credits)];
    if let Some(data) = &batch.carbon_removal_data {
        quantities.extend([
            ("/carbon_removal_data/counterfactuals_kg", data.counterfactuals_kg.into()),
            ("/carbon_removal_data/emissions_kg", data.emissions_kg.into()),
            ("/carbon_removal_data/gross_carbon_removed_kg", data.gross_carbon_removed_kg.into()),
            ("/carbon_removal_data/losses_kg", data.losses_kg.into()),
            ("/carbon_removal_data/net_carbon_removed_kg", data.net_carbon_removed_kg.into()),
        ]);
    }
    let negative = quantities.into_iter().filter(|(_, quantity)| *quantity < Decimal::default());
    negative.map(|(pointer, quantity)| (pointer, format!("is {quantity}"))).collect()
}

fn issued_first(batch: &CreditBatch) -> Vec<Breach> {
    let issued_at = batch.issued_at;
    let times = [("/retired_at", batch.retired_at), ("/delivered_at", batch.delivered_at)];
    let earlier = times.into_iter().filter_map(|(pointer, time)| Some((pointer, time?)));
    earlier
        .filter(|(_, time)| *time < issued_at)
        .map(|(pointer, time)| (pointer, format!("is {time:?}, and `issued_at` is {issued_at:?}")))
        .collect()
}

fn own_relative(batch: &CreditBatch) -> Vec<Breach> {
    let relatives = [
        ("/parent_id", &batch.parent_id),
        ("/left_child_id", &batch.left_child_id),
        ("/right_child_id", &batch.right_child_id),
    ];
    let own = relatives.into_iter().filter(|(_, id)| id.as_ref() == Some(&batch.id));
    own.map(|(pointer, _)| (pointer, "is the batch itself".to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::samples;
    use crate::types::CreditBatch;

    /// The findings about the sample batch with some of its members changed.
    fn findings(changes: &[(&str, Value)]) -> Vec<String> {
        let batch: CreditBatch = serde_json::from_value(samples::credit_batch(changes)).unwrap();
        batch.findings().iter().map(ToString::to_string).collect()
    }

    fn split() -> Vec<(&'static str, Value)> {
        vec![
            ("/status", json!("split")),
            ("/left_child_id", json!("ctb_1CA2D3S73SBXYN71")),
            ("/right_child_id", json!("ctb_1CA2D3S73SBXYN72")),
        ]
    }

    fn retired() -> Vec<(&'static str, Value)> {
        vec![
            ("/status", json!("retired")),
            ("/retired_at", json!("2024-05-17T16:00:00Z")),
            ("/retirement_id", json!("ret_1FYBH4QDT1S0SVKF")),
            ("/beneficiary", json!({"id": "org_1GB56M1ST1S0GVNA", "name": "A", "domain": null})),
        ]
    }

    fn with(
        mut changes: Vec<(&'static str, Value)>,
        pointer: &'static str,
        value: Value,
    ) -> Vec<(&'static str, Value)> {
        changes.push((pointer, value));
        changes
    }

    #[test]
    fn a_batch_in_order_has_no_findings() {
        for changes in [vec![], split(), retired()] {
            assert_eq!(findings(&changes), [""; 0]);
        }
    }

    #[test]
    fn a_batch_that_is_split_has_both_children() {
        assert_eq!(
            findings(&with(split(), "/left_child_id", Value::Null)),
            ["/left_child_id: split-children: is null, and the status is `split`"]
        );
        assert_eq!(findings(&[("/status", json!("split"))]).len(), 2);
    }

    #[test]
    fn only_a_batch_that_is_split_has_children() {
        assert_eq!(
            findings(&[("/right_child_id", json!("ctb_1CA2D3S73SBXYN72"))]),
            ["/right_child_id: split-children: is set, and the status is `active`, not `split`"]
        );
    }

    #[test]
    fn a_batch_that_is_retired_says_when_and_how() {
        assert_eq!(
            findings(&with(retired(), "/retired_at", Value::Null)),
            ["/retired_at: retired-retirement: is null, and the status is `retired`"]
        );
        assert_eq!(
            findings(&with(retired(), "/retirement_id", Value::Null)),
            ["/retirement_id: retired-retirement: is null, and the status is `retired`"]
        );
    }

    #[test]
    fn only_a_batch_that_is_retired_has_a_retirement() {
        assert_eq!(
            findings(&with(retired(), "/status", json!("active"))),
            [
                "/retired_at: retired-retirement: is set, and the status is `active`, not `retired`",
                "/retirement_id: retired-retirement: is set, and the status is `active`, not \
                 `retired`"
            ]
        );
    }

    #[test]
    fn a_batch_that_is_retired_has_a_beneficiary() {
        assert_eq!(
            findings(&with(retired(), "/beneficiary", Value::Null)),
            ["/beneficiary: retired-beneficiary: is null, and the status is `retired`"]
        );
    }

    #[test]
    fn an_unknown_status_asks_for_nothing() {
        for changes in [split(), retired()] {
            assert_eq!(findings(&with(changes, "/status", json!("frozen"))), [""; 0]);
        }
    }

    #[test]
    fn a_delivery_has_a_time_and_an_identifier() {
        assert_eq!(
            findings(&[("/delivered_at", Value::Null)]),
            ["/delivered_at: delivered-delivery: is null, and `delivery_id` is set"]
        );
        assert_eq!(
            findings(&[("/delivery_id", Value::Null)]),
            ["/delivery_id: delivered-delivery: is null, and `delivered_at` is set"]
        );
    }

    #[test]
    fn a_credit_is_a_thousand_kilograms() {
        assert_eq!(
            findings(&[("/size/credits", json!(125.633))]),
            ["/size/credits: credits-kilograms: is 125.633, and `credit_kgs` is 125632"]
        );
        assert_eq!(findings(&[("/size/credits", json!(7e28))]).len(), 1);
    }

    #[test]
    fn no_quantity_is_negative() {
        let size = [("/size/credits", json!(-0.001)), ("/size/credit_kgs", json!(-1))];
        assert_eq!(
            findings(&size),
            [
                "/size/credit_kgs: negative-quantity: is -1",
                "/size/credits: negative-quantity: is -0.001"
            ]
        );
        assert_eq!(
            findings(&[("/carbon_removal_data/losses_kg", json!(-518))]),
            ["/carbon_removal_data/losses_kg: negative-quantity: is -518"]
        );
    }

    #[test]
    fn a_batch_is_issued_before_anything_else_happens_to_it() {
        assert_eq!(
            findings(&[("/delivered_at", json!("2024-01-22T11:56:48.520640Z"))]),
            ["/delivered_at: issued-first: is 2024-01-22T11:56:48.520640Z, and `issued_at` is \
              2024-01-22T11:56:48.520641Z"]
        );
        assert_eq!(findings(&[("/delivered_at", json!("2024-01-22T11:56:48.520641Z"))]), [""; 0]);
        let early = with(retired(), "/retired_at", json!("2023-01-01T00:00:00Z"));
        assert_eq!(findings(&early).len(), 1);
    }

    #[test]
    fn a_batch_is_not_its_own_relative() {
        let id = json!("ctb_1DRBTYA8Q1S07CBY");
        assert_eq!(
            findings(&[("/parent_id", id.clone())]),
            ["/parent_id: own-relative: is the batch itself"]
        );
        assert_eq!(
            findings(&with(split(), "/right_child_id", id)),
            ["/right_child_id: own-relative: is the batch itself"]
        );
    }
}
