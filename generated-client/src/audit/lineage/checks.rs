//! Findings about the batches of a lineage.

use super::tree::BatchTree;
use crate::audit::finding::Finding;
use crate::audit::records::Records;

/// Returns the findings by rule.
pub(super) fn findings(tree: &BatchTree) -> Vec<Finding> {
    let mut records = Records::with_limit(usize::MAX);
    for (_, batch) in tree.batches() {
        records.add(batch);
    }
    for (id, reason) in &tree.fetched.absent {
        records.add_absent(id.as_str(), reason);
    }
    for (id, summary) in &tree.fetched.violations {
        records.add_violations(id.as_str(), Some(summary.clone()));
    }
    records.into_findings()
}
