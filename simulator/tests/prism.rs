//! The client against Prism, an independent mock server for OpenAPI documents.
//!
//! ```text
//! npx @stoplight/prism-cli@5.14 mock --errors --port 4010 spec/registry.yaml
//! PRISM_URL=http://127.0.0.1:4010 cargo test -p isometric-registry-simulator --test prism
//! ```
//!
//! With `--dynamic`, Prism invents each response.
#![cfg(test)]

use isometric_registry::validate::{Rule, Violation};
use isometric_registry::{Credentials, Registry};

const REQUESTS: usize = 100;

#[tokio::test]
async fn the_client_accepts_the_responses_of_prism() {
    let Ok(url) = std::env::var("PRISM_URL") else {
        println!("skipped: PRISM_URL is not set");
        return;
    };
    let credentials = Credentials::new("an-access-token", "a-client-secret").unwrap();
    let registry = Registry::at(&url, credentials).unwrap();
    let id = "ctb_1DRBTYA8Q1S07CBY".parse().unwrap();
    for _ in 0..REQUESTS {
        let response = registry.credit_batch(&id).response().await.unwrap();
        let violations = response.violations().iter();
        let unexpected: Vec<_> = violations.filter(|found| !is_known(found)).collect();
        assert!(
            unexpected.is_empty(),
            "{unexpected:?}: {}",
            String::from_utf8_lossy(response.body())
        );
    }
}

/// Returns whether a violation is a known defect of Prism: it invents countries by their pattern,
/// and repeats the pattern of an identifier to reach the minimum length.
fn is_known(violation: &Violation) -> bool {
    violation.pointer == "/country_of_issue" || violation.rule == Rule::Character
}
