//! What errors say, in one place to be read.

use isometric_registry::types::{CountryCode, CreditBatchId, CreditBatchStatus};
use isometric_registry::{Credentials, Environment, Error, Registry};
use serde_json::json;

use crate::end_to_end::{SECRET, TOKEN, fetch};
use crate::samples::{active_batch, with};
use crate::server::Reply;

#[test]
fn a_text_that_is_no_identifier_says_which_rule_it_breaks() {
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
    let all = [&identifiers[..], &countries[..], &[status]].concat().join("\n");
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(all) });
}

#[test]
fn what_cannot_be_configured_says_why() {
    let secrets = || Credentials::new(TOKEN, SECRET).unwrap();
    let urls = ["http://api.isometric.com", "api.isometric.com", "https://u:p@host/", "ftp://host"];
    let errors = urls
        .map(|url| Registry::at(url, secrets()).unwrap_err())
        .into_iter()
        .chain([
            Credentials::new("two\nlines", SECRET).unwrap_err(),
            Credentials::from_lookup(|_| None).unwrap_err(),
            Registry::from_lookup(|name| (name != "ISOMETRIC_ENVIRONMENT").then(|| TOKEN.into()))
                .unwrap_err(),
        ])
        .map(|error| error.to_string());
    let all = errors.collect::<Vec<_>>().join("\n");
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(all) });
}

#[test]
fn a_failed_call_says_what_happened() {
    let broken = with(active_batch(), &[("/id", json!("x")), ("/size/credits", json!("1"))]);
    let validation = json!({ "detail": [
        { "loc": ["path", "id"], "msg": "String should match pattern", "type": "pattern" }
    ] });
    let replies = [
        Reply::json(401, json!({ "detail": "Not authenticated" })).with("x-request-id", "req-1"),
        Reply::json(422, validation),
        Reply::new(502, "<html>\n<h1>Bad Gateway</h1>\n</html>"),
        Reply::new(503, ""),
        Reply::new(302, "").with("location", "https://example.com/login"),
        Reply::json(200, broken),
        Reply::new(200, "<html>"),
        Reply::new(200, vec![b' '; 9 * 1024 * 1024]),
    ];
    let all: Vec<_> =
        replies.into_iter().map(|reply| without_port(&fetch(reply).unwrap_err())).collect();
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(all.join("\n"));
    });
}

/// What an error says, without the port, which is another in every run.
fn without_port(error: &Error) -> String {
    let text = error.to_string();
    let Some((before, after)) = text.split_once("127.0.0.1:") else { return text };
    format!("{before}SERVER{}", after.trim_start_matches(|digit: char| digit.is_ascii_digit()))
}

#[test]
fn an_error_is_small_and_crosses_threads() {
    fn crosses_threads<T: Send + Sync + 'static>() {}
    crosses_threads::<Error>();
    crosses_threads::<Registry>();
    assert!(size_of::<Error>() <= 64, "{}", size_of::<Error>());
    assert_eq!(Environment::Sandbox.as_str(), "sandbox");
}
