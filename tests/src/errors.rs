//! The messages of errors.

use isometric_registry::types::{CountryCode, CreditBatchId, CreditBatchStatus};
use isometric_registry::{Credentials, Environment, Error, Registry};
use serde_json::json;

use crate::end_to_end::{SECRET, TOKEN, block_on, credentials, fetch, registry};
use crate::samples::{active_batch, with};
use crate::server::{Reply, Server};

#[test]
fn describes_invalid_strings() {
    let texts = [
        "",
        "ctb_1",
        "ctb_1DRBTYA8Q1S07CBY1DRBTYA8Q1S07CBY1DRBTYA8Q1S07CBY",
        "iss_1DRBTYA8Q1S07CBY",
        "CTB_1DRBTYA8Q1S07CBY",
        "ctb-1DRBTYA8Q1S07CBY",
        "ctb_1DRBTYA8Q1S07CB/",
        "ctb_1DRBTYA8Q1S07CB\u{0410}",
        "ctb_1DRBTYA8Q1S07CB\u{0}",
        " ctb_1DRBTYA8Q1S07CBY",
    ];
    let identifiers = texts.map(|text| text.parse::<CreditBatchId>().unwrap_err().to_string());
    let countries = ["GB", "gbr", "UKX", "XKX", "EUR"]
        .map(|text| text.parse::<CountryCode>().unwrap_err().to_string());
    let status = "melted".parse::<CreditBatchStatus>().unwrap_err().to_string();
    assert_lines(&[&identifiers[..], &countries[..], &[status]].concat(), "invalid_strings");
}

#[test]
fn describes_invalid_settings() {
    let urls = ["http://api.isometric.com", "api.isometric.com", "https://u:p@host/", "ftp://host"];
    let lookup = |environment: Option<&'static str>| {
        move |name: &str| match name {
            Environment::VARIABLE => environment.map(str::to_owned),
            _ => Some(TOKEN.to_owned()),
        }
    };
    let errors = urls
        .map(|url| Registry::at(url, credentials()).unwrap_err())
        .into_iter()
        .chain([
            Credentials::new("two\nlines", SECRET).unwrap_err(),
            Credentials::new(TOKEN, "short").unwrap_err(),
            Credentials::from_lookup(|_| None).unwrap_err(),
            Registry::from_lookup(lookup(None)).unwrap_err(),
            Registry::from_lookup(lookup(Some("Production"))).unwrap_err(),
        ])
        .map(|error| error.to_string());
    assert_lines(&errors.collect::<Vec<_>>(), "invalid_settings");
}

#[test]
fn describes_failed_calls() {
    let invalid = with(active_batch(), &[("/owner/id", json!("x")), ("/size/credits", json!("1"))]);
    let other = with(active_batch(), &[("/id", json!("ctb_0000000000000009"))]);
    let validation = json!({ "detail": [
        { "loc": ["path", "id"], "msg": "String should match pattern", "type": "pattern" }
    ] });
    let replies = [
        Reply::json(401, json!({ "detail": "Not authenticated" })).with("x-request-id", "req-1"),
        Reply::json(404, json!({ "detail": "No such\nbatch" })),
        Reply::json(422, validation),
        Reply::new(418, "short and\tstout"),
        Reply::json(500, json!({ "detail": 7 })),
        Reply::new(502, "<html>\n<h1>Bad Gateway</h1>\n</html>"),
        Reply::new(503, ""),
        Reply::new(302, "").with("location", "https://example.com/login"),
        Reply::new(302, "").with("location", "http://["),
        Reply::json(200, invalid),
        Reply::json(200, other),
        Reply::new(200, "<html>"),
        Reply::new(200, vec![b' '; 9 * 1024 * 1024]),
        Reply::new(500, "\u{1}\u{fffd}"),
        Reply::raw(""),
    ];
    let mut lines: Vec<_> =
        replies.into_iter().map(|reply| without_port(&fetch(reply).unwrap_err())).collect();
    let id = serde_json::from_value(json!("../../etc/passwd")).unwrap();
    let registry = registry("http://127.0.0.1:9");
    lines.push(block_on(async { registry.credit_batch(&id).await }).unwrap_err().to_string());
    assert_lines(&lines, "failed_calls");
}

#[test]
fn shows_the_query_without_secrets() {
    let server = Server::always(Reply::new(503, ""));
    let registry = registry(&server.base_url());
    let error = block_on(async { registry.retirements().first(50).after(SECRET).await });
    let error = without_port(&error.unwrap_err());
    let query = "/registry/v0/retirements?first=50&after=[redacted])";
    assert!(error.ends_with(query), "{error}");
}

/// Returns the message of an error without the port, which differs in every run.
fn without_port(error: &Error) -> String {
    let text = error.to_string();
    let Some((before, after)) = text.split_once("127.0.0.1:") else { return text };
    format!("{before}SERVER{}", after.trim_start_matches(|digit: char| digit.is_ascii_digit()))
}

/// Compares one message per line with a snapshot.
fn assert_lines(lines: &[String], name: &str) {
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(name, lines.join("\n"));
    });
}
