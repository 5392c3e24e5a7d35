//! Rules for a single credit batch.

use super::rule::AuditRule;
use super::within::{Check, Contradiction, negative};
use crate::types::{CreditBatch, CreditBatchId, CreditBatchStatus};

pub(super) const BATCH_CHECKS: &[Check<CreditBatch>] = &[
    (AuditRule::SplitChildren, split_children),
    (AuditRule::RetiredRetirement, retired_retirement),
    (AuditRule::RetiredBeneficiary, retired_beneficiary),
    (AuditRule::DeliveredDelivery, delivered_delivery),
    (AuditRule::NegativeQuantity, negative_removal),
    (AuditRule::IssuedFirst, issued_first),
    (AuditRule::OwnRelative, own_relative),
];

/// Returns the children that a batch names, left before right.
pub(super) fn named_children(batch: &CreditBatch) -> impl Iterator<Item = &CreditBatchId> {
    [&batch.left_child_id, &batch.right_child_id].into_iter().flatten()
}

fn split_children(batch: &CreditBatch) -> Vec<Contradiction> {
    let children = [
        ("/left_child_id", batch.left_child_id.is_some()),
        ("/right_child_id", batch.right_child_id.is_some()),
    ];
    set_only_with(&CreditBatchStatus::Split, &batch.status, &children)
}

fn retired_retirement(batch: &CreditBatch) -> Vec<Contradiction> {
    let retirement = [
        ("/retired_at", batch.retired_at.is_some()),
        ("/retirement_id", batch.retirement_id.is_some()),
    ];
    set_only_with(&CreditBatchStatus::Retired, &batch.status, &retirement)
}

/// Checks that properties are set if and only if the status is `required`. Accepts any
/// properties if the status is unknown.
fn set_only_with(
    required: &CreditBatchStatus,
    status: &CreditBatchStatus,
    properties: &[(&'static str, bool)],
) -> Vec<Contradiction> {
    if let CreditBatchStatus::Unknown(_) = status {
        return Vec::new();
    }
    let expected = status == required;
    let message = if expected {
        format!("is null, but the status is `{status}`")
    } else {
        format!("is set, but the status is `{status}`, not `{required}`")
    };
    let contradicting = properties.iter().filter(|(_, is_set)| *is_set != expected);
    contradicting.map(|(pointer, _)| ((*pointer).into(), message.clone())).collect()
}

fn retired_beneficiary(batch: &CreditBatch) -> Vec<Contradiction> {
    if batch.status == CreditBatchStatus::Retired && batch.beneficiary.is_none() {
        vec![("/beneficiary".into(), "is null, but the status is `retired`".to_owned())]
    } else {
        Vec::new()
    }
}

fn delivered_delivery(batch: &CreditBatch) -> Vec<Contradiction> {
    match (batch.delivered_at.is_some(), batch.delivery_id.is_some()) {
        (true, false) => {
            vec![("/delivery_id".into(), "is null, but `delivered_at` is set".to_owned())]
        }
        (false, true) => {
            vec![("/delivered_at".into(), "is null, but `delivery_id` is set".to_owned())]
        }
        _ => Vec::new(),
    }
}

fn negative_removal(batch: &CreditBatch) -> Vec<Contradiction> {
    let Some(data) = &batch.carbon_removal_data else { return Vec::new() };
    let quantities = [
        ("/carbon_removal_data/counterfactuals_kg", data.counterfactuals_kg),
        ("/carbon_removal_data/emissions_kg", data.emissions_kg),
        ("/carbon_removal_data/gross_carbon_removed_kg", data.gross_carbon_removed_kg),
        ("/carbon_removal_data/losses_kg", data.losses_kg),
        ("/carbon_removal_data/net_carbon_removed_kg", data.net_carbon_removed_kg),
    ];
    negative(quantities.map(|(pointer, kilograms)| (pointer.into(), kilograms.into())))
}

fn issued_first(batch: &CreditBatch) -> Vec<Contradiction> {
    let issued_at = batch.issued_at;
    let times = [("/retired_at", batch.retired_at), ("/delivered_at", batch.delivered_at)];
    let set = times.into_iter().filter_map(|(pointer, time)| Some((pointer, time?)));
    set.filter(|(_, time)| *time < issued_at)
        .map(|(pointer, time)| {
            (pointer.into(), format!("is {time:?}, but `issued_at` is {issued_at:?}"))
        })
        .collect()
}

fn own_relative(batch: &CreditBatch) -> Vec<Contradiction> {
    let relatives = [
        ("/parent_id", &batch.parent_id),
        ("/left_child_id", &batch.left_child_id),
        ("/right_child_id", &batch.right_child_id),
    ];
    let own = relatives.into_iter().filter(|(_, id)| id.as_ref() == Some(&batch.id));
    own.map(|(pointer, _)| (pointer.into(), "is the batch itself".to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::samples;
    use crate::types::CreditBatch;

    type Edits = Vec<(&'static str, Value)>;

    /// Returns the findings about the sample batch after `edits`, without its identifier.
    fn findings(edits: &Edits) -> Vec<String> {
        let batch: CreditBatch = serde_json::from_value(samples::credit_batch(edits)).unwrap();
        let prefix = format!("{}: ", batch.id);
        let findings = batch.findings().into_iter().map(|finding| finding.to_string());
        findings.map(|line| line.strip_prefix(&prefix).unwrap().to_owned()).collect()
    }

    /// Returns the edits that turn the active sample batch into a split one.
    fn split() -> Edits {
        vec![
            ("/status", json!("split")),
            ("/left_child_id", json!("ctb_1CA2D3S73SBXYN71")),
            ("/right_child_id", json!("ctb_1CA2D3S73SBXYN72")),
        ]
    }

    /// Returns the edits that turn the active sample batch into a retired one.
    fn retired() -> Edits {
        vec![
            ("/status", json!("retired")),
            ("/retired_at", json!("2024-05-17T16:00:00Z")),
            ("/retirement_id", json!("ret_1FYBH4QDT1S0SVKF")),
            ("/beneficiary", json!({"id": "org_1GB56M1ST1S0GVNA", "name": "A", "domain": null})),
        ]
    }

    fn with(mut edits: Edits, pointer: &'static str, value: Value) -> Edits {
        edits.push((pointer, value));
        edits
    }

    #[test]
    fn reports_each_contradiction_with_its_pointer() {
        let own_id = json!("ctb_1DRBTYA8Q1S07CBY");
        let early = json!("2024-01-22T11:56:48.520640Z");
        let cases = [
            (
                with(split(), "/left_child_id", Value::Null),
                vec!["/left_child_id: split-children: is null, but the status is `split`"],
            ),
            (
                vec![("/status", json!("split"))],
                vec![
                    "/left_child_id: split-children: is null, but the status is `split`",
                    "/right_child_id: split-children: is null, but the status is `split`",
                ],
            ),
            (
                vec![("/right_child_id", json!("ctb_1CA2D3S73SBXYN72"))],
                vec![
                    "/right_child_id: split-children: is set, but the status is `active`, not \
                     `split`",
                ],
            ),
            (
                with(retired(), "/retired_at", Value::Null),
                vec!["/retired_at: retired-retirement: is null, but the status is `retired`"],
            ),
            (
                with(retired(), "/retirement_id", Value::Null),
                vec!["/retirement_id: retired-retirement: is null, but the status is `retired`"],
            ),
            (
                with(retired(), "/status", json!("active")),
                vec![
                    "/retired_at: retired-retirement: is set, but the status is `active`, not \
                     `retired`",
                    "/retirement_id: retired-retirement: is set, but the status is `active`, not \
                     `retired`",
                ],
            ),
            (
                with(retired(), "/beneficiary", Value::Null),
                vec!["/beneficiary: retired-beneficiary: is null, but the status is `retired`"],
            ),
            (
                vec![("/delivered_at", Value::Null)],
                vec!["/delivered_at: delivered-delivery: is null, but `delivery_id` is set"],
            ),
            (
                vec![("/delivery_id", Value::Null)],
                vec!["/delivery_id: delivered-delivery: is null, but `delivered_at` is set"],
            ),
            (
                vec![("/size/credits", json!(125.633))],
                vec!["/size/credits: credits-kilograms: is 125.633, but `credit_kgs` is 125632"],
            ),
            (
                // The number of kilograms overflows `Decimal`.
                vec![("/size/credits", json!(7e28))],
                vec![
                    "/size/credits: credits-kilograms: is 70000000000000000000000000000, but \
                     `credit_kgs` is 125632",
                ],
            ),
            (
                vec![("/size/credits", json!(-0.001)), ("/size/credit_kgs", json!(-1))],
                vec![
                    "/size/credit_kgs: negative-quantity: is -1",
                    "/size/credits: negative-quantity: is -0.001",
                ],
            ),
            (
                vec![("/carbon_removal_data/losses_kg", json!(-518))],
                vec!["/carbon_removal_data/losses_kg: negative-quantity: is -518"],
            ),
            (
                vec![("/delivered_at", early.clone())],
                vec![
                    "/delivered_at: issued-first: is 2024-01-22T11:56:48.520640Z, but \
                     `issued_at` is 2024-01-22T11:56:48.520641Z",
                ],
            ),
            (
                with(retired(), "/retired_at", early),
                vec![
                    "/retired_at: issued-first: is 2024-01-22T11:56:48.520640Z, but `issued_at` \
                     is 2024-01-22T11:56:48.520641Z",
                ],
            ),
            (
                vec![("/parent_id", own_id.clone())],
                vec!["/parent_id: own-relative: is the batch itself"],
            ),
            (
                with(split(), "/right_child_id", own_id),
                vec!["/right_child_id: own-relative: is the batch itself"],
            ),
        ];
        for (edits, expected) in cases {
            assert_eq!(findings(&edits), expected, "{edits:?}");
        }
    }

    #[test]
    fn accepts_consistent_batches() {
        let delivered_when_issued = ("/delivered_at", json!("2024-01-22T11:56:48.520641Z"));
        for edits in [vec![], split(), retired(), vec![delivered_when_issued]] {
            assert_eq!(findings(&edits), [""; 0], "{edits:?}");
        }
    }

    #[test]
    fn accepts_children_and_retirement_with_an_unknown_status() {
        for edits in [split(), retired()] {
            assert_eq!(findings(&with(edits, "/status", json!("frozen"))), [""; 0]);
        }
    }
}
