//! The typed mocks of the operations, as an application uses them in its tests.

use httpmock::MockServer;
use isometric_registry::mock::MockServerExt;
use isometric_registry::types::{CreditBatch, CreditBatchId, ErrorBody};
use isometric_registry::{Error, Registry};
use serde_json::json;

use crate::end_to_end::{block_on, credentials};
use crate::samples::active_batch;

fn id() -> CreditBatchId {
    "ctb_1DRBTYA8Q1S07CBY".parse().unwrap()
}

fn fetch(base_url: &str, id: &CreditBatchId) -> Result<CreditBatch, Error> {
    let registry = Registry::at(base_url, credentials()).unwrap().without_retries();
    block_on(async { registry.credit_batch(id).await })
}

#[test]
fn a_mock_answers_with_and_without_the_base_path() {
    let server = MockServer::start();
    let batch: CreditBatch = serde_json::from_value(active_batch()).unwrap();
    let mock = server.credit_batch(|when, then| {
        when.id(&id());
        then.ok(&batch);
    });
    for base_url in [server.base_url(), server.url("/registry/v0"), server.url("/registry/v0/")] {
        assert_eq!(fetch(&base_url, &id()).unwrap(), batch, "{base_url}");
    }
    mock.assert_calls(3);
}

#[test]
fn a_mock_answers_only_what_it_is_for() {
    let server = MockServer::start();
    let body: ErrorBody = serde_json::from_value(json!({ "detail": "No such batch" })).unwrap();
    let mock = server.credit_batch(|when, then| {
        when.id(&id());
        then.not_found(&body);
    });
    let base_url = server.url("/registry/v0");
    let error = fetch(&base_url, &id()).unwrap_err();
    assert_eq!(error.detail(), body.detail);
    fetch(&base_url, &"ctb_1CA2D3S73SBXYN70".parse().unwrap()).unwrap_err();
    fetch(&server.url("/elsewhere"), &id()).unwrap_err();
    mock.assert_calls(1);
}
