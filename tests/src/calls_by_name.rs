//! Calls by name, with JSON arguments and responses.

use isometric_registry::json::{Json, JsonText, OperationSpec};
use isometric_registry::{Call, Error, Items, Outcome, Registry, operations};
use serde_json::{Value, json};

use crate::end_to_end::{SECRET, TOKEN, block_on, registry};
use crate::samples;
use crate::server::{Reply, Server, TestRequest};

fn operation(name: &str) -> &'static OperationSpec {
    operations::all().iter().copied().find(|operation| operation.name == name).unwrap()
}

fn call(registry: &Registry, name: &str) -> Call<Json> {
    registry.json_call(operation(name))
}

/// Returns a page of organisations with a property that the spec does not know.
fn page(ids: &[&str], cursor: Value, more: bool) -> Value {
    let node = |id| json!({ "id": id, "domain": null, "name": "A", "founded": [1.50] });
    json!({
        "nodes": ids.iter().map(node).collect::<Vec<_>>(),
        "total_count": 3,
        "page_info": {
            "has_previous_page": false,
            "start_cursor": null,
            "has_next_page": more,
            "end_cursor": cursor,
        },
    })
}

const ORGANISATIONS: [&str; 3] =
    ["org_0000000000000001", "org_0000000000000002", "org_0000000000000003"];

/// Serves two pages of organisations. `second` is the reply for the second page.
fn two_pages(second: Reply) -> Server {
    let first = Reply::json(200, page(&ORGANISATIONS[..2], json!("next"), true));
    Server::start(
        move |request: &TestRequest| {
            if request.line.contains("after=next") { second.clone() } else { first.clone() }
        },
    )
}

fn read(mut items: Items<Json>) -> (Vec<JsonText>, Option<Error>) {
    block_on(async {
        let mut read = Vec::new();
        loop {
            match items.next().await {
                Some(Ok(item)) => read.push(item),
                Some(Err(error)) => return (read, Some(error)),
                None => return (read, None),
            }
        }
    })
}

fn ids(items: &[JsonText]) -> Vec<String> {
    items.iter().map(|item| serde_json::from_str(item.at("/id").unwrap()).unwrap()).collect()
}

#[test]
fn fetches_a_batch_as_received() {
    let mut batch = samples::active_batch();
    batch["new"] = json!(1);
    let text = format!(" {batch} ");
    let server = Server::always(Reply::json(200, &text));
    let id = samples::active_batch()["id"].clone();
    let call = call(&registry(&server.base_url()), "credit_batch").argument("id", &id).unwrap();
    let response = block_on(call.response()).unwrap();
    assert_eq!(response.violations(), []);
    assert_eq!(response.value().get(), text.trim());
    assert_eq!(response.value().at("/new"), Some("1"));
}

#[test]
fn validates_responses_and_their_identifiers() {
    let batch = samples::with(samples::active_batch(), &[("/serial_number", json!(7))]);
    let server = Server::always(Reply::json(200, &batch));
    let fetch = |id: &Value| {
        let call = call(&registry(&server.base_url()), "credit_batch").argument("id", id).unwrap();
        block_on(async { call.await }).unwrap_err()
    };
    let error = fetch(&batch["id"]);
    let Error::Invalid(invalid) = &error else { panic!("{error}") };
    assert_eq!(error.field().unwrap(), "/serial_number");
    assert_eq!(invalid.value::<JsonText>().unwrap().at("/serial_number"), Some("7"));
    let error = fetch(&json!("ctb_0000000000000000"));
    assert!(matches!(error, Error::Mismatch(_)), "{error}");
}

#[test]
fn reads_a_list_with_unknown_properties() {
    let server = two_pages(Reply::json(200, page(&ORGANISATIONS[2..], json!("end"), false)));
    let (items, error) = read(call(&registry(&server.base_url()), "transferees").items());
    assert!(error.is_none(), "{error:?}");
    assert_eq!(ids(&items), ORGANISATIONS);
    assert_eq!(items[0].at("/founded"), Some("[1.5]"));
    assert!(server.requests()[0].line.contains("first=50"), "pages have the maximum size");
}

#[test]
fn counts_items_and_states_their_total() {
    let server = two_pages(Reply::json(500, "{}"));
    let registry = registry(&server.base_url());
    let count = block_on(call(&registry, "transferees").count());
    assert_eq!(count.unwrap(), 3);
    let mut items = call(&registry, "transferees").items();
    assert_eq!(items.total(), None);
    block_on(items.try_next()).unwrap();
    assert_eq!(items.total(), Some(3));
}

#[test]
fn keeps_the_cursor_of_a_failed_page() {
    let server = two_pages(Reply::json(404, json!({ "detail": "gone" })));
    let (items, error) = read(call(&registry(&server.base_url()), "transferees").items());
    assert_eq!(ids(&items), ORGANISATIONS[..2]);
    assert_eq!(error.unwrap().cursor(), Some("next"));
}

#[test]
fn treats_whole_lists_and_resources_as_one_page() {
    let list = operation("delivery_credit_batches");
    assert!(list.items().is_some() && list.pagination.is_none());
    let batch = samples::active_batch();
    let body = json!({ "nodes": [batch, batch], "total_count": 2 });
    for (name, id, body, count) in [
        (list.name, json!("dlv_0000000000000001"), &body, 2),
        ("credit_batch", batch["id"].clone(), &batch, 1),
    ] {
        let server = Server::always(Reply::json(200, body));
        let call = call(&registry(&server.base_url()), name).argument("id", &id).unwrap();
        let (items, error) = read(call.items());
        assert!(error.is_none(), "{name}: {error:?}");
        assert_eq!(items.len(), count, "{name}");
    }
}

#[test]
fn refuses_invalid_arguments_before_anything_is_sent() {
    let server = Server::always(Reply::json(500, "{}"));
    let registry = registry(&server.base_url());
    let fails = |call: Call<Json>| {
        let error = block_on(async { call.await }).unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotSent);
        error.to_string()
    };
    let body = json!({ "quantities": [{ "credit_batch_id": "ctb_1", "credit_kgs": 0.5 }] });
    insta::assert_snapshot!(
        [
            fails(call(&registry, "create_retirement").body(&body)),
            fails(call(&registry, "create_retirement")),
            fails(call(&registry, "credit_batch")),
            fails(call(&registry, "credit_batch").argument("id", "ctb_1").unwrap()),
            fails(call(&registry, "suppliers").argument("first", &51).unwrap()),
            fails(call(&registry, "suppliers").body(&body)),
            call(&registry, "suppliers").argument("frist", &1).unwrap_err().to_string(),
            call(&registry, "current_supplier").argument("id", &1).unwrap_err().to_string(),
        ]
        .join("\n")
    );
    assert!(server.requests().is_empty());
}

#[test]
fn a_dry_run_shows_the_request_without_secrets_and_sends_nothing() {
    let server = Server::always(Reply::json(500, "{}"));
    let registry = registry(&server.base_url());
    let list = call(&registry, "organisation_credit_batches")
        .argument("id", ORGANISATIONS[0])
        .and_then(|call| call.argument("status", &["active", "split"]))
        .and_then(|call| call.argument("after", SECRET));
    let request = list.unwrap().request().unwrap();
    assert_eq!((request.method(), request.body()), ("GET", None));
    assert_eq!(
        request.url().strip_prefix(&server.base_url()).unwrap(),
        "/organisations/org_0000000000000001/credit_batches?after=[redacted]&status=active&status=split"
    );

    let body = json!({ "beneficiary_name": TOKEN, "beneficiary_domain": "acme.example" });
    let request = call(&registry, "create_beneficiary").body(&body).request().unwrap();
    assert_eq!(request.method(), "POST");
    let sent = r#"{"beneficiary_domain":"acme.example","beneficiary_name":"[redacted]"}"#;
    assert_eq!(request.body(), Some(sent));
    assert!(server.requests().is_empty());
}

#[test]
fn tables_describe_operations_and_parameters() {
    for operation in operations::all() {
        assert!(!operation.summary.is_empty(), "{}", operation.name);
        for parameter in operation.parameters {
            assert!(!parameter.description.is_empty(), "{} {}", operation.name, parameter.name);
            assert!(operation.parameter(parameter.name).is_some());
        }
    }
    let table = operation("credit_batch");
    assert_eq!((table.identity, table.is_write()), (Some(0), false));
    assert!(table.parameters[0].required);
    let pagination = operation("issuances").pagination.unwrap();
    assert_eq!(
        (pagination.items, pagination.cursor, pagination.more, pagination.total),
        ("/nodes", "/page_info/end_cursor", "/page_info/has_next_page", Some("/total_count"))
    );
    assert!(operation("create_retirement").is_write());
}
