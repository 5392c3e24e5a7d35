//! Bulk fetches and lineages over HTTP.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};

use isometric_registry::audit::{AuditRule, lineage::Lineage};
use isometric_registry::types::CreditBatchId;
use isometric_registry::{Error, Options, blocking};
use serde_json::{Value, json};

use crate::end_to_end::{block_on, registry};
use crate::samples::{active_batch, with};
use crate::server::{Reply, Server};

/// Returns the identifier of a batch by its position in the tree: 1 is the origin, and the
/// children of n are 2n and 2n + 1.
fn name(position: u32) -> String {
    format!("ctb_{position:016}")
}

fn id(position: u32) -> CreditBatchId {
    name(position).parse().unwrap()
}

/// Returns a consistent tree with a number of generations.
fn tree(generations: u32) -> BTreeMap<String, Value> {
    let positions = 1..1_u32 << generations;
    let batch = |position: u32| {
        let is_leaf = position >> (generations - 1) == 1;
        let child = |position: u32| if is_leaf { Value::Null } else { name(position).into() };
        let kilograms = 1000_u32 << (generations - 1 - position.ilog2());
        let batch = with(
            active_batch(),
            &[
                ("/id", name(position).into()),
                ("/parent_id", if position == 1 { Value::Null } else { name(position / 2).into() }),
                ("/left_child_id", child(2 * position)),
                ("/right_child_id", child(2 * position + 1)),
                ("/status", if is_leaf { "active" } else { "split" }.into()),
                ("/size", json!({ "credit_kgs": kilograms, "credits": kilograms / 1000 })),
                ("/serial_number", format!("S-{position}").into()),
            ],
        );
        (name(position), batch)
    };
    positions.map(batch).collect()
}

/// Serves batches. A number in place of a batch is the status of an error response.
pub(crate) fn serve(batches: BTreeMap<String, Value>) -> Server {
    Server::start(move |request| {
        let path = request.line.split(' ').nth(1).unwrap();
        match batches.get(path.rsplit('/').next().unwrap()) {
            Some(Value::Number(status)) => {
                Reply::new(u16::try_from(status.as_u64().unwrap()).unwrap(), "")
            }
            Some(batch) => Reply::json(200, batch),
            None => Reply::json(404, json!({ "detail": "Not found" })),
        }
    })
}

fn lineage(server: &Server, position: u32) -> Result<Lineage, Error> {
    block_on(async { registry(&server.base_url()).lineage(&id(position)).await })
}

#[test]
fn bulk_fetches_return_each_result_with_its_identifier() {
    let server = serve(tree(3));
    let registry = registry(&server.base_url());
    let registry = registry.with_options(Options::new().concurrency(3)).unwrap();
    let mut found = block_on(async {
        let mut batches = registry.credit_batches_by_id([1, 2, 99, 3, 1].map(id));
        let mut found = Vec::new();
        while let Some((id, result)) = batches.next().await {
            match result {
                Ok(batch) => assert_eq!(batch.id, id),
                Err(error) => assert_eq!(error.status().unwrap(), 404),
            }
            found.push(id);
        }
        found
    });
    found.sort();
    assert_eq!(found, [1, 1, 2, 3, 99].map(id));
}

#[test]
fn fetches_each_batch_of_a_lineage_once_from_any_start() {
    for position in [1, 2, 13, 31] {
        let server = serve(tree(5));
        let lineage = lineage(&server, position).unwrap();
        assert_eq!(lineage.batches().len(), 31);
        assert_eq!(lineage.findings(), []);
        assert_eq!(*lineage.origin(), id(1));
        let mut lines: Vec<_> = server.requests().into_iter().map(|request| request.line).collect();
        lines.sort();
        assert_eq!(lines.len(), 31);
        lines.dedup();
        assert_eq!(lines.len(), 31);
    }
}

#[test]
fn fetches_siblings_concurrently() {
    let batches = tree(2);
    let (arrived, arrivals) = (Mutex::new(0), Condvar::new());
    let server = Server::start(move |request| {
        let name = request.line.split([' ', '/']).find(|part| part.starts_with("ctb_")).unwrap();
        if name != self::name(1) {
            // Hold the response until both siblings have been requested.
            *arrived.lock().unwrap() += 1;
            arrivals.notify_all();
            drop(arrivals.wait_while(arrived.lock().unwrap(), |arrived| *arrived < 2));
        }
        Reply::json(200, &batches[name])
    });
    assert_eq!(lineage(&server, 1).unwrap().batches().len(), 3);
}

#[test]
fn missing_and_forbidden_relatives_are_findings() {
    let mut batches = tree(3);
    batches.remove(&name(5));
    batches.insert(name(3), json!(403));
    let lineage = lineage(&serve(batches), 4).unwrap();
    let found: Vec<_> =
        lineage.findings().iter().map(|finding| (finding.rule, finding.id.clone())).collect();
    assert_eq!(found, [3, 5].map(|position| (AuditRule::Present, name(position))));
    assert_eq!(lineage.batches().len(), 3);
}

#[test]
fn refusal_of_one_relative_is_a_finding() {
    for status in [400, 403, 404, 406, 409, 410, 422, 423, 451] {
        let mut batches = tree(3);
        batches.insert(name(3), json!(status));
        let lineage = lineage(&serve(batches), 4).unwrap();
        let found: Vec<_> = lineage.findings().iter().map(|finding| finding.rule).collect();
        assert_eq!(found, [AuditRule::Present], "{status}");
    }
    for status in [401, 405, 407, 501] {
        let mut batches = tree(3);
        batches.insert(name(3), json!(status));
        assert_eq!(lineage(&serve(batches), 4).unwrap_err().status().unwrap(), status);
    }
}

#[test]
fn returns_errors_of_the_requested_batch_and_of_the_server() {
    let server = serve(tree(2));
    assert_eq!(lineage(&server, 9).unwrap_err().status().unwrap(), 404);
    let mut batches = tree(3);
    batches.insert(name(3), json!(500));
    assert_eq!(lineage(&serve(batches), 4).unwrap_err().status().unwrap(), 500);
}

#[test]
fn a_batch_that_violates_the_spec_is_a_finding() {
    let mut batches = tree(2);
    batches.get_mut(&name(2)).unwrap()["country_of_issue"] = json!("XKX");
    batches.get_mut(&name(3)).unwrap()["parent_id"] = json!("../../admin");
    let lineage = lineage(&serve(batches), 1).unwrap();
    let found: Vec<_> = lineage.findings().iter().map(ToString::to_string).collect();
    assert_eq!(lineage.batches().len(), 3);
    assert!(found[0].contains("/country_of_issue: valid-response: format: "), "{found:?}");
    assert!(found[1].contains("/parent_id: valid-response: length: "), "{found:?}");
    assert!(found[2].contains("/parent_id: names-parent: is \"../../admin\", but"), "{found:?}");
}

#[test]
fn the_findings_of_each_batch_are_findings_of_the_lineage() {
    let mut batches = tree(2);
    batches.get_mut(&name(1)).unwrap()["status"] = json!("active");
    batches.get_mut(&name(2)).unwrap()["size"]["credits"] = json!(4);
    let lineage = lineage(&serve(batches), 3).unwrap();
    let found: Vec<_> =
        lineage.findings().iter().map(|finding| (finding.rule, finding.id.as_str())).collect();
    assert_eq!(
        found,
        [
            (AuditRule::SplitChildren, &*name(1)),
            (AuditRule::SplitChildren, &*name(1)),
            (AuditRule::CreditsKilograms, &*name(2)),
        ]
    );
}

#[test]
fn fetches_each_batch_of_a_cycle_once() {
    let mut batches = tree(2);
    batches.get_mut(&name(1)).unwrap()["parent_id"] = json!(name(3));
    batches.get_mut(&name(3)).unwrap()["left_child_id"] = json!(name(1));
    let server = serve(batches);
    let lineage = lineage(&server, 2).unwrap();
    assert_eq!(server.requests().len(), 3);
    assert!(lineage.findings().iter().any(|finding| finding.rule == AuditRule::Acyclic));
}

#[test]
fn a_lineage_can_be_awaited_without_a_runtime() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let server = serve(tree(3));
    let registry = registry(&server.base_url());
    let lineage = blocking::wait(is_send(registry.lineage(&id(1)))).unwrap();
    assert_eq!(lineage.walk().count(), 7);
}
