//! Responses to requests: batches, errors and canned responses.

use std::collections::BTreeMap;

use isometric_registry::Environment;
use isometric_registry::types::{CreditBatch, ErrorBody};
use isometric_registry::validate;
use isometric_registry_simulator::http::StatusCode;
use isometric_registry_simulator::{Fault, Simulator};
use serde_json::json;

use crate::http::{send, send_with};
use crate::{UNKNOWN, block_on, registry, status_and_detail, unknown};

#[test]
fn the_base_url_is_on_loopback_and_has_the_path_of_the_environments() {
    let simulator = Simulator::start().unwrap();
    assert!(simulator.base_url().starts_with("http://127.0.0.1:"), "{simulator:?}");
    for environment in Environment::ALL {
        assert!(environment.base_url().ends_with(".isometric.com/registry/v0"));
        assert!(simulator.base_url().ends_with("/registry/v0"), "{simulator:?}");
    }
}

#[test]
fn every_served_batch_conforms_to_the_spec() {
    let simulator = Simulator::builder().seed(3).batches(200).start().unwrap();
    let mut served = 0;
    for id in simulator.ids() {
        let response = send(&simulator, "GET", &format!("/credit_batches/{id}"));
        assert_eq!(response.status, 200);
        assert_eq!(response.header("content-type"), Some("application/json"));
        assert_eq!(validate::json::<CreditBatch>(&response.body), []);
        let batch: CreditBatch = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(batch.findings(), []);
        assert_eq!(batch, simulator.batch(&id).unwrap());
        served += 1;
    }
    assert_eq!(served, 200);
}

#[test]
fn the_client_fetches_a_batch() {
    let simulator = Simulator::start().unwrap();
    let registry = simulator.registry().unwrap();
    let id = simulator.ids().next().unwrap();
    let batch = block_on(async { registry.credit_batch(&id).await }).unwrap();
    assert_eq!(batch, simulator.batch(&id).unwrap());
}

#[test]
fn invalid_credentials_get_401() {
    let simulator = Simulator::start().unwrap();
    let (token, secret) = (simulator.access_token(), simulator.client_secret());
    for (token, secret) in [("another-token", secret), (token, "another-secret"), (secret, token)] {
        let registry = registry(&simulator, token, secret);
        let error = block_on(async { registry.credit_batch(&unknown()).await }).unwrap_err();
        assert_eq!(status_and_detail(&error), (401, json!("Invalid authentication credentials")));
    }
}

#[test]
fn missing_credentials_get_401_with_a_challenge() {
    let simulator = Simulator::start().unwrap();
    let bearer = format!("authorization: Bearer {}\r\n", simulator.access_token());
    let secret = format!("x-client-secret: {}\r\n", simulator.client_secret());
    let basic = format!("authorization: Basic {}\r\n{secret}", simulator.access_token());
    let rejected = [
        ("", "Bearer"),
        (&*secret, "Bearer"),
        (&*basic, "Bearer"),
        ("authorization: Bearer\r\n", "Bearer"),
        ("authorization: Bearer \r\n", "Bearer"),
        (&*bearer, "APIKey"),
        (&*format!("{bearer}x-client-secret: \r\n"), "APIKey"),
    ];
    for (headers, challenge) in rejected {
        let path = format!("/credit_batches/{UNKNOWN}");
        let response = send_with(&simulator, "GET", &path, headers);
        assert_eq!(response.status, 401, "{headers}");
        assert_eq!(response.json(), json!({ "detail": "Not authenticated" }));
        assert_eq!(response.header("www-authenticate"), Some(challenge));
    }
}

#[test]
fn credentials_without_access_get_403() {
    let simulator = Simulator::start().unwrap();
    let registry = simulator.registry_without_access().unwrap();
    let id = simulator.ids().next().unwrap();
    let error = block_on(async { registry.credit_batch(&id).await }).unwrap_err();
    assert_eq!(status_and_detail(&error), (403, json!("Forbidden")));
    let error = block_on(async { registry.credit_batch(&unknown()).await }).unwrap_err();
    assert_eq!(status_and_detail(&error), (404, json!("Not Found")));
}

#[test]
fn unknown_batches_get_404() {
    let simulator = Simulator::start().unwrap();
    let registry = simulator.registry().unwrap();
    let error = block_on(async { registry.credit_batch(&unknown()).await }).unwrap_err();
    assert_eq!(status_and_detail(&error), (404, json!("Not Found")));
}

#[test]
fn invalid_identifiers_get_422_with_location_message_and_type() {
    let simulator = Simulator::start().unwrap();
    let long = "ctb_000000000000000000000000000000000000";
    let rejected = [
        ("ctb_1", "ctb_1", "string_too_short", "String should have at least 20 characters"),
        (long, long, "string_too_long", "String should have at most 37 characters"),
        (
            "iss_1EWT8R5FY1S0GFCY",
            "iss_1EWT8R5FY1S0GFCY",
            "string_pattern_mismatch",
            "String should match pattern '^ctb_[0-9A-Za-z]+$'",
        ),
        (
            "ctb_%C3%A91DRBTYA8Q1S07C%2F",
            "ctb_é1DRBTYA8Q1S07C/",
            "string_pattern_mismatch",
            "String should match pattern '^ctb_[0-9A-Za-z]+$'",
        ),
        ("%FF%00", "%FF%00", "string_too_short", "String should have at least 20 characters"),
    ];
    for (path, input, kind, message) in rejected {
        let response = send(&simulator, "GET", &format!("/credit_batches/{path}"));
        assert_eq!(response.status, 422, "{path}");
        assert_eq!(validate::json::<ErrorBody>(&response.body), []);
        let detail = &response.json()["detail"][0];
        assert_eq!(detail["loc"], json!(["path", "id"]));
        assert_eq!([&detail["input"], &detail["type"], &detail["msg"]], [input, kind, message]);
    }
}

#[test]
fn credentials_are_checked_before_the_identifier() {
    let simulator = Simulator::start().unwrap();
    assert_eq!(send_with(&simulator, "GET", "/credit_batches/ctb_1", "").status, 401);
}

#[test]
fn other_methods_get_405_and_other_paths_404() {
    let simulator = Simulator::start().unwrap();
    let path = format!("/credit_batches/{UNKNOWN}");
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD", "QUERY"] {
        let response = send(&simulator, method, &path);
        assert_eq!(response.status, 405, "{method}");
        assert_eq!(response.header("allow"), Some("GET"), "{method}");
        if method == "HEAD" {
            assert!(response.body.is_empty());
        } else {
            assert_eq!(response.json(), json!({ "detail": "Method Not Allowed" }));
        }
    }
    for path in ["", "/", "/credit_batches", "/credit_batches/", "/nowhere/x", &(path + "/")] {
        let response = send(&simulator, "GET", path);
        assert_eq!(response.status, 404, "{path}");
        assert_eq!(response.json(), json!({ "detail": "Not Found" }));
    }
}

#[test]
fn every_error_conforms_to_the_spec() {
    let simulator = Simulator::start().unwrap();
    let path = format!("/credit_batches/{UNKNOWN}");
    let outcomes = [
        send_with(&simulator, "GET", &path, ""),
        send(&simulator, "GET", &path),
        send(&simulator, "GET", "/credit_batches/x"),
        send(&simulator, "POST", &path),
    ];
    for response in outcomes {
        assert_eq!(response.header("content-type"), Some("application/json"));
        assert_eq!(validate::json::<ErrorBody>(&response.body), []);
    }
}

#[test]
fn a_dropped_simulator_refuses_connections() {
    let simulator = Simulator::start().unwrap();
    let registry = simulator.registry().unwrap();
    drop(simulator);
    let error = block_on(async { registry.credit_batch(&unknown()).await }).unwrap_err();
    assert!(error.status().is_none(), "{error}");
}

#[test]
fn the_error_for_a_used_port_names_it() {
    let simulator = Simulator::start().unwrap();
    let port: u16 = simulator.base_url().split([':', '/']).nth(4).unwrap().parse().unwrap();
    let error = Simulator::builder().port(port).start().unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot serve at 127.0.0.1:{port}: ")), "{error}");
}

#[test]
fn logs_requests_until_they_are_cleared() {
    let simulator = Simulator::start().unwrap();
    send(&simulator, "GET", "/credit_batches/x?first=1");
    send(&simulator, "POST", "/nowhere");
    let requests = simulator.requests();
    let lines: Vec<_> =
        requests.iter().map(|r| (r.method().as_str(), r.path(), r.query())).collect();
    assert_eq!(
        lines,
        [
            ("GET", "/registry/v0/credit_batches/x", Some("first=1")),
            ("POST", "/registry/v0/nowhere", None)
        ]
    );
    assert_eq!(requests[0].header("X-Client-Secret").unwrap(), simulator.client_secret());
    let debug = format!("{requests:?} {simulator:?}");
    assert!(!debug.contains(simulator.client_secret()), "{debug}");
    assert!(!debug.contains(simulator.access_token()), "{debug}");
    simulator.clear_requests();
    assert!(simulator.requests().is_empty());
}

#[test]
fn canned_responses_precede_the_state() {
    let simulator = Simulator::start().unwrap();
    let path = format!("/credit_batches/{}", simulator.ids().next().unwrap());
    let fetch = || send(&simulator, "GET", &path);
    simulator.answer("credit_batch", 200, &json!({ "status": "frozen" })).unwrap();
    simulator.answer("credit_batch", 418, &json!({ "detail": "Teapot" })).unwrap().times(2);
    let responses = [(); 4].map(|()| fetch());
    assert_eq!(responses.each_ref().map(|response| response.status), [200, 418, 418, 200]);
    assert_eq!(responses[0].json(), json!({ "status": "frozen" }));
    assert_eq!(responses[0].header("content-type"), Some("application/json"));
    assert_eq!(responses[1].json(), json!({ "detail": "Teapot" }));

    simulator.answer("credit_batch", 204, &()).unwrap().always();
    for _ in 0..3 {
        assert_eq!(fetch().status, 204);
    }
    simulator.clear_answers();
    assert_eq!(fetch().status, 200);
}

#[test]
fn canned_responses_are_for_one_operation_and_authenticated_requests() {
    let simulator = Simulator::start().unwrap();
    simulator.answer("credit_batch", 200, &json!("canned")).unwrap();
    assert_eq!(send(&simulator, "GET", "/nowhere").status, 404);
    assert_eq!(send(&simulator, "POST", "/credit_batches/x").status, 405);
    assert_eq!(send_with(&simulator, "GET", "/credit_batches/x", "").status, 401);
    assert_eq!(send(&simulator, "GET", "/credit_batches/x").json(), json!("canned"));
}

#[test]
fn faults_apply_to_canned_responses() {
    let simulator = Simulator::start().unwrap();
    simulator.answer("credit_batch", 200, &json!("canned")).unwrap();
    simulator.inject(Fault::status(StatusCode::BAD_GATEWAY));
    simulator.inject(Fault::truncate(3));
    let responses = [(); 2].map(|()| send(&simulator, "GET", "/credit_batches/x"));
    assert_eq!(responses[0].status, 502);
    assert_eq!(responses[1].body, b"\"ca");
}

#[test]
fn the_client_receives_canned_responses() {
    let simulator = Simulator::start().unwrap();
    let registry = simulator.registry().unwrap();
    let mut batch = simulator.issue(1_000).unwrap();
    batch.size.credit_kgs = 7;
    simulator.answer("credit_batch", 200, &batch).unwrap();
    let fetched = block_on(async { registry.credit_batch(&batch.id).await }).unwrap();
    assert_eq!(fetched, batch);
}

#[test]
fn rejects_canned_responses_that_cannot_be_sent() {
    let simulator = Simulator::start().unwrap();
    let message = |operation, status| {
        simulator.answer(operation, status, &json!({})).unwrap_err().to_string()
    };
    assert_eq!(
        message("credit_batches", 200),
        "unknown operation `credit_batches`; expected an `operationId` of the spec"
    );
    for status in [0, 100, 199, 600, 1000] {
        let expected = format!("status {status}: expected 200 to 599");
        assert_eq!(message("credit_batch", status), expected);
    }
    let non_string_keys = BTreeMap::from([([1], 2)]);
    let error = simulator.answer("credit_batch", 200, &non_string_keys).unwrap_err();
    assert_eq!(error.to_string(), "response body: key must be a string");
}
