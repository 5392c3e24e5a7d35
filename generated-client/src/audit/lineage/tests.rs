//! Lineages too long to be fetched in a test.

use super::Lineage;
use super::fetch::FetchedBatches;
use crate::samples;
use crate::types::{CreditBatch, CreditBatchId};

#[test]
fn draws_ten_thousand_generations_without_recursion_and_with_bounded_indentation() {
    let name = |number: usize| -> CreditBatchId { format!("ctb_{number:016}").parse().unwrap() };
    let last = 10_000;
    let mut fetched = FetchedBatches::default();
    let mut link: CreditBatch = serde_json::from_value(samples::credit_batch(&[])).unwrap();
    for number in 0..=last {
        link.id = name(number);
        link.parent_id = number.checked_sub(1).map(name);
        link.left_child_id = (number < last).then(|| name(number + 1));
        link.right_child_id.clone_from(&link.left_child_id);
        fetched.batches.insert(link.id.clone(), link.clone());
    }
    let lineage = Lineage::new(name(last), fetched);
    assert_eq!(*lineage.origin(), name(0));
    assert_eq!(lineage.walk().last().unwrap().depth, last);
    assert_eq!(lineage.dot().to_string().matches(" -> ").count(), last);
    let text = lineage.text().to_string();
    let longest = text.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(longest < 250, "{longest}");
    let deepest = text.lines().last().unwrap();
    assert!(deepest.starts_with("[9967] "), "{deepest}");
}
