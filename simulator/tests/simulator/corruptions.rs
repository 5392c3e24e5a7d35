//! Inconsistent worlds.

use isometric_registry_simulator::{AnswerError, Simulator, WorldError};
use serde_json::json;

use crate::http::send;

#[test]
fn a_corrupt_resource_is_served_alone_and_in_lists() {
    let simulator = Simulator::start().unwrap();
    for (prefix, list) in [("iss", "issuances"), ("dlv", "deliveries"), ("ret", "retirements")] {
        let id = simulator.resource_ids(prefix).pop().unwrap();
        simulator
            .corrupt_resource(&id, |json| json["credit_batch_size_total"]["credit_kgs"] = json!(7))
            .unwrap();
        let path = format!("/{list}/{id}");
        let alone = send(&simulator, "GET", &path).json();
        assert_eq!(alone["credit_batch_size_total"]["credit_kgs"], 7);
        let listed = send(&simulator, "GET", &format!("/{list}?first=50")).json();
        let listed = listed["nodes"].as_array().unwrap().iter().find(|item| item["id"] == *id);
        assert!(listed.is_none_or(|listed| *listed == alone));
    }
}

#[test]
fn a_corrupt_batch_is_served_by_every_operation() {
    let simulator = Simulator::start().unwrap();
    let id = simulator.resource_ids("ret").pop().unwrap();
    let path = format!("/retirements/{id}/credit_batches");
    let batch = send(&simulator, "GET", &path).json()["nodes"][0]["id"].clone();
    let batch = batch.as_str().unwrap();
    simulator.corrupt_resource(batch, |json| json["retirement_id"] = json!("ret_other")).unwrap();
    assert_eq!(send(&simulator, "GET", &path).json()["nodes"][0]["retirement_id"], "ret_other");
    let alone = send(&simulator, "GET", &format!("/credit_batches/{batch}")).json();
    assert_eq!(alone["retirement_id"], "ret_other");
}

#[test]
fn edits_of_responses_are_for_one_identifier_or_all() {
    let simulator = Simulator::start().unwrap();
    let ids = simulator.resource_ids("iss");
    let total = |id: &str| {
        let path = format!("/issuances/{id}/credit_batches");
        send(&simulator, "GET", &path).json()["credit_batch_size_total"]["credit_kgs"].clone()
    };
    let before = total(&ids[1]);
    let edit = |json: &mut serde_json::Value| {
        json["credit_batch_size_total"]["credit_kgs"] = json!(1);
    };
    simulator.corrupt_response("issuance_credit_batches", Some(&ids[0]), edit).unwrap();
    assert_eq!((total(&ids[0]), total(&ids[1])), (json!(1), before));
    simulator.corrupt_response("issuance_credit_batches", None, edit).unwrap();
    assert_eq!(total(&ids[1]), 1);
}

#[test]
fn rejects_unknown_resources_and_operations() {
    let simulator = Simulator::start().unwrap();
    for id in ["iss_1EWT8R5FY1S0GFCY", "x", ""] {
        let error = simulator.corrupt_resource(id, |_| ()).unwrap_err();
        assert_eq!(error, WorldError::UnknownResource(id.to_owned()));
    }
    let error = simulator.corrupt_response("no_such_operation", None, |_| ()).unwrap_err();
    assert!(matches!(error, AnswerError::UnknownOperation(_)));
}
