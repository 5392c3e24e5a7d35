//! The `whoami` command.

use isometric_registry::StatusCode;
use isometric_registry_simulator::http::HeaderValue;
use isometric_registry_simulator::{Fault, Simulator};
use serde_json::{Value, json};

use crate::{assert_snapshot, program, transcript, with_simulator};

/// A token that expired in 2001.
const EXPIRED_TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJleHAiOjEwMDAwMDAwMDB9.c2lnbmF0dXJl";

/// Returns a simulator that gives these responses in turn.
fn simulator_with(responses: &[(StatusCode, Value)]) -> Simulator {
    let simulator = Simulator::start().unwrap();
    for (status, body) in responses {
        let json = HeaderValue::from_static("application/json");
        simulator.inject(Fault::body(*status, json, body.to_string()));
    }
    simulator
}

fn organisation() -> Value {
    json!({"domain": null, "id": "org_1CP8EQDNQSBXTMR2", "name": "Storage"})
}

fn whoami(simulator: &Simulator, arguments: &[&str]) -> String {
    transcript(&with_simulator(simulator, &[&["whoami"], arguments].concat()).output().unwrap())
}

#[test]
fn shows_the_organisation_and_the_supplier() {
    let supplier = json!({
        "id": "spl_1CC712KFS1S0YKPS",
        "short_description": null,
        "long_description": null,
        "organisation": organisation(),
        "location": null,
    });
    let responses = [(StatusCode::OK, organisation()), (StatusCode::OK, supplier)];
    assert_snapshot("whoami", &whoami(&simulator_with(&responses), &[]));
}

#[test]
fn shows_an_organisation_without_a_supplier() {
    let missing = json!({"detail": "Not found"});
    let responses = [(StatusCode::OK, organisation()), (StatusCode::NOT_FOUND, missing)];
    assert_snapshot("whoami-json", &whoami(&simulator_with(&responses), &["--format", "json"]));
}

#[test]
fn explains_rejected_credentials() {
    let responses = [(StatusCode::UNAUTHORIZED, json!({"detail": "Invalid token"}))];
    assert_snapshot("whoami-rejected", &whoami(&simulator_with(&responses), &[]));
}

#[test]
fn explains_missing_and_expired_credentials() {
    let variables = [
        ("whoami-no-environment", vec![]),
        ("whoami-no-secret", vec![("ISOMETRIC_ENVIRONMENT", "sandbox")]),
        (
            "whoami-no-token",
            vec![
                ("ISOMETRIC_ENVIRONMENT", "sandbox"),
                ("ISOMETRIC_CLIENT_SECRET", "uPrO-5ecret-wxAh"),
            ],
        ),
        (
            "whoami-expired",
            vec![
                ("ISOMETRIC_ENVIRONMENT", "production"),
                ("ISOMETRIC_CLIENT_SECRET", "uPrO-5ecret-wxAh"),
                ("ISOMETRIC_ACCESS_TOKEN", EXPIRED_TOKEN),
            ],
        ),
    ];
    for (name, variables) in variables {
        let output = program(&["whoami"]).envs(variables).output().unwrap();
        let transcript = transcript(&output);
        // The number of days depends on the clock.
        let days = transcript.lines().filter(|line| !line.contains("expires_in_days"));
        assert_snapshot(name, &days.collect::<Vec<_>>().join("\n"));
    }
}
