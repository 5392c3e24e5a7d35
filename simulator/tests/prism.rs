//! The client against Prism, a server that knows the spec and neither of us.
//!
//! ```text
//! npx @stoplight/prism-cli@5.14 mock --errors --port 4010 spec/registry.yaml
//! PRISM_URL=http://127.0.0.1:4010 cargo test -p isometric-registry-simulator --test prism
//! ```
//!
//! With `--dynamic`, Prism invents each answer.
#![cfg(test)]

use isometric_registry::validate::{Rule, Violation};
use isometric_registry::{Credentials, Registry};

const REQUESTS: usize = 100;

#[tokio::test]
async fn the_client_takes_what_prism_answers() {
    let Ok(url) = std::env::var("PRISM_URL") else {
        println!("skipped: PRISM_URL does not say where Prism is");
        return;
    };
    let credentials = Credentials::new("an-access-token", "a-client-secret").unwrap();
    let registry = Registry::at(&url, credentials).unwrap();
    let id = "ctb_1DRBTYA8Q1S07CBY".parse().unwrap();
    for _ in 0..REQUESTS {
        let response = registry.credit_batch(&id).response().await.unwrap();
        let violations = response.violations().iter();
        let others: Vec<_> = violations.filter(|found| !is_known(found)).collect();
        assert!(others.is_empty(), "{others:?}: {}", String::from_utf8_lossy(response.body()));
    }
}

/// What Prism invents that breaks the spec: countries that do not exist, as it knows
/// their pattern alone, and identifiers whose pattern it repeats to make them longer.
fn is_known(violation: &Violation) -> bool {
    violation.pointer == "/country_of_issue" || violation.rule == Rule::Character
}
