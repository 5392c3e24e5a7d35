//! What is answered to whom.

use isometric_registry::Environment;
use isometric_registry::types::{CreditBatch, ErrorBody};
use isometric_registry::validate;
use isometric_registry_simulator::Simulator;
use serde_json::json;

use crate::http::{send, send_with};
use crate::{UNKNOWN, block_on, refusal, registry, unknown};

#[test]
fn the_base_url_is_a_port_of_loopback_and_the_path_of_the_real_ones() {
    let simulator = Simulator::start().unwrap();
    assert!(simulator.base_url().starts_with("http://127.0.0.1:"), "{simulator:?}");
    for environment in Environment::ALL {
        assert!(environment.base_url().ends_with(".isometric.com/registry/v0"));
        assert!(simulator.base_url().ends_with("/registry/v0"), "{simulator:?}");
    }
}

#[test]
fn every_batch_is_served_as_the_spec_says() {
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
fn a_credential_that_is_wrong_is_refused_with_401() {
    let simulator = Simulator::start().unwrap();
    let (token, secret) = (simulator.access_token(), simulator.client_secret());
    for (token, secret) in [("another-token", secret), (token, "another-secret"), (secret, token)] {
        let registry = registry(&simulator, token, secret);
        let error = block_on(async { registry.credit_batch(&unknown()).await }).unwrap_err();
        assert_eq!(refusal(&error), (401, json!("Invalid authentication credentials")));
    }
}

#[test]
fn a_credential_that_is_missing_is_refused_with_401_and_asked_for() {
    let simulator = Simulator::start().unwrap();
    let bearer = format!("authorization: Bearer {}\r\n", simulator.access_token());
    let secret = format!("x-client-secret: {}\r\n", simulator.client_secret());
    let basic = format!("authorization: Basic {}\r\n{secret}", simulator.access_token());
    let refused = [
        ("", "Bearer"),
        (&*secret, "Bearer"),
        (&*basic, "Bearer"),
        ("authorization: Bearer\r\n", "Bearer"),
        ("authorization: Bearer \r\n", "Bearer"),
        (&*bearer, "APIKey"),
        (&*format!("{bearer}x-client-secret: \r\n"), "APIKey"),
    ];
    for (headers, challenge) in refused {
        let path = format!("/credit_batches/{UNKNOWN}");
        let response = send_with(&simulator, "GET", &path, headers);
        assert_eq!(response.status, 401, "{headers}");
        assert_eq!(response.json(), json!({ "detail": "Not authenticated" }));
        assert_eq!(response.header("www-authenticate"), Some(challenge));
    }
}

#[test]
fn credentials_that_give_no_access_are_refused_with_403() {
    let simulator = Simulator::start().unwrap();
    let registry = simulator.outsider().unwrap();
    let id = simulator.ids().next().unwrap();
    let error = block_on(async { registry.credit_batch(&id).await }).unwrap_err();
    assert_eq!(refusal(&error), (403, json!("Forbidden")));
    let error = block_on(async { registry.credit_batch(&unknown()).await }).unwrap_err();
    assert_eq!(refusal(&error), (404, json!("Not Found")));
}

#[test]
fn a_batch_that_does_not_exist_is_404() {
    let simulator = Simulator::start().unwrap();
    let registry = simulator.registry().unwrap();
    let error = block_on(async { registry.credit_batch(&unknown()).await }).unwrap_err();
    assert_eq!(refusal(&error), (404, json!("Not Found")));
}

#[test]
fn what_is_no_identifier_is_422_with_place_message_and_type() {
    let simulator = Simulator::start().unwrap();
    let long = "ctb_000000000000000000000000000000000000";
    let refused = [
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
    for (path, input, kind, message) in refused {
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
fn another_method_is_405_and_another_path_404() {
    let simulator = Simulator::start().unwrap();
    let path = format!("/credit_batches/{UNKNOWN}");
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD", "QUERY"] {
        let response = send(&simulator, method, &path);
        assert_eq!(response.status, 405, "{method}");
        assert_eq!(response.header("allow"), Some("GET"), "{method}");
        match method {
            "HEAD" => assert!(response.body.is_empty()),
            _ => assert_eq!(response.json(), json!({ "detail": "Method Not Allowed" })),
        }
    }
    for path in ["", "/", "/credit_batches", "/credit_batches/", "/suppliers/x", &(path + "/")] {
        let response = send(&simulator, "GET", path);
        assert_eq!(response.status, 404, "{path}");
        assert_eq!(response.json(), json!({ "detail": "Not Found" }));
    }
}

#[test]
fn every_error_is_as_the_spec_says() {
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
fn a_dropped_simulator_no_longer_answers() {
    let simulator = Simulator::start().unwrap();
    let registry = simulator.registry().unwrap();
    drop(simulator);
    let error = block_on(async { registry.credit_batch(&unknown()).await }).unwrap_err();
    assert!(error.status().is_none(), "{error}");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let simulator = Simulator::start().unwrap();
    let port: u16 = simulator.base_url().split([':', '/']).nth(4).unwrap().parse().unwrap();
    let error = Simulator::builder().port(port).start().unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot serve at 127.0.0.1:{port}: ")), "{error}");
}

#[test]
fn requests_are_remembered_until_they_are_forgotten() {
    let simulator = Simulator::start().unwrap();
    send(&simulator, "GET", "/credit_batches/x?first=1");
    send(&simulator, "POST", "/nowhere");
    let requests = simulator.requests();
    let shown: Vec<_> =
        requests.iter().map(|r| (r.method().as_str(), r.path(), r.query())).collect();
    assert_eq!(
        shown,
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
