//! Many batches at once, and lineages, from a server.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};

use isometric_registry::audit::lineage::Lineage;
use isometric_registry::types::CreditBatchId;
use isometric_registry::{Error, Options, blocking};
use serde_json::{Value, json};

use crate::end_to_end::{block_on, registry};
use crate::samples::{active_batch, with};
use crate::server::{Reply, Server};

/// The identifier of the batch at this place in the tree: 1 is the origin, and the
/// children of n are 2n and 2n + 1.
fn name(place: u32) -> String {
    format!("ctb_{place:016}")
}

fn id(place: u32) -> CreditBatchId {
    name(place).parse().unwrap()
}

/// A tree in order of this many generations.
fn tree(generations: u32) -> BTreeMap<String, Value> {
    let places = 1..1_u32 << generations;
    let batch = |place: u32| {
        let is_leaf = place >> (generations - 1) == 1;
        let child = |place: u32| if is_leaf { Value::Null } else { name(place).into() };
        let kilograms = 1000_u32 << (generations - 1 - place.ilog2());
        let batch = with(
            active_batch(),
            &[
                ("/id", name(place).into()),
                ("/parent_id", if place == 1 { Value::Null } else { name(place / 2).into() }),
                ("/left_child_id", child(2 * place)),
                ("/right_child_id", child(2 * place + 1)),
                ("/status", if is_leaf { "active" } else { "split" }.into()),
                ("/size", json!({ "credit_kgs": kilograms, "credits": kilograms / 1000 })),
                ("/serial_number", format!("S-{place}").into()),
            ],
        );
        (name(place), batch)
    };
    places.map(batch).collect()
}

fn serve(batches: BTreeMap<String, Value>) -> Server {
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

fn lineage(server: &Server, place: u32) -> Result<Lineage, Error> {
    block_on(async { registry(&server.base_url()).lineage(&id(place)).await })
}

#[test]
fn many_batches_come_with_their_identifiers_whatever_becomes_of_the_others() {
    let server = serve(tree(3));
    let registry = registry(&server.base_url());
    let registry = registry.with_options(Options::new().concurrency(3)).unwrap();
    let mut found = block_on(async {
        let mut batches = registry.credit_batches([1, 2, 99, 3, 1].map(id));
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
fn a_lineage_is_whole_from_wherever_it_is_asked_for_and_fetches_each_batch_once() {
    for place in [1, 2, 13, 31] {
        let server = serve(tree(5));
        let lineage = lineage(&server, place).unwrap();
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
fn siblings_are_fetched_at_the_same_time() {
    let batches = tree(2);
    let (arrived, arrivals) = (Mutex::new(0), Condvar::new());
    let server = Server::start(move |request| {
        let name = request.line.split([' ', '/']).find(|part| part.starts_with("ctb_")).unwrap();
        if name != self::name(1) {
            // No sibling is answered before both were asked for.
            *arrived.lock().unwrap() += 1;
            arrivals.notify_all();
            drop(arrivals.wait_while(arrived.lock().unwrap(), |arrived| *arrived < 2));
        }
        Reply::json(200, &batches[name])
    });
    assert_eq!(lineage(&server, 1).unwrap().batches().len(), 3);
}

#[test]
fn relatives_that_are_refused_are_findings() {
    let mut batches = tree(3);
    batches.remove(&name(5));
    batches.insert(name(3), json!(403));
    let lineage = lineage(&serve(batches), 4).unwrap();
    let found: Vec<_> = lineage
        .findings()
        .iter()
        .map(|finding| (finding.rule.as_str(), finding.id.clone()))
        .collect();
    assert_eq!(found, [("present", id(3)), ("present", id(5))]);
    assert_eq!(lineage.batches().len(), 3);
}

#[test]
fn the_batch_itself_and_a_broken_registry_are_errors() {
    let server = serve(tree(2));
    assert_eq!(lineage(&server, 9).unwrap_err().status().unwrap(), 404);
    let mut batches = tree(3);
    batches.insert(name(3), json!(500));
    assert_eq!(lineage(&serve(batches), 4).unwrap_err().status().unwrap(), 500);
}

#[test]
fn a_batch_that_breaks_the_spec_is_in_the_lineage_with_a_finding() {
    let mut batches = tree(2);
    batches.get_mut(&name(2)).unwrap()["country_of_issue"] = json!("XKX");
    batches.get_mut(&name(3)).unwrap()["parent_id"] = json!("../../admin");
    let lineage = lineage(&serve(batches), 1).unwrap();
    let found: Vec<_> = lineage.findings().iter().map(ToString::to_string).collect();
    assert_eq!(lineage.batches().len(), 3);
    assert!(
        found[0].contains("valid-response: breaks the spec: /country_of_issue: format:"),
        "{found:?}"
    );
    assert!(found[1].contains("valid-response: breaks the spec: /parent_id: length:"), "{found:?}");
    assert!(found[2].contains("names-parent: names \"../../admin\" as its parent"), "{found:?}");
}

#[test]
fn a_registry_of_cycles_does_not_go_on_for_ever() {
    let mut batches = tree(2);
    batches.get_mut(&name(1)).unwrap()["parent_id"] = json!(name(3));
    batches.get_mut(&name(3)).unwrap()["left_child_id"] = json!(name(1));
    let server = serve(batches);
    let lineage = lineage(&server, 2).unwrap();
    assert_eq!(server.requests().len(), 3);
    assert!(lineage.findings().iter().any(|finding| finding.rule.as_str() == "acyclic"));
}

#[test]
fn a_lineage_can_be_waited_for_without_a_runtime_and_on_another_thread() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let server = serve(tree(3));
    let registry = registry(&server.base_url());
    let lineage = blocking::wait(is_send(registry.lineage(&id(1)))).unwrap();
    assert_eq!(lineage.walk().count(), 7);
}
