//! Settings of the client: environments, credentials, base URLs and options.

use std::time::Duration;

use isometric_registry::{Credentials, Environment, Options, Registry};

const TOKEN: &str = "eyJhbGciOi.J9uX-3_t.c2lnbmF0dXJl";
const SECRET: &str = "uPrO-5ecret-wxAh";

/// Reads credentials from variables.
fn credentials(variables: &[(&str, &str)]) -> Result<Credentials, String> {
    let find = |name: &str| variables.iter().find(|(key, _)| *key == name);
    Credentials::from_lookup(|name| find(name).map(|(_, value)| (*value).to_owned()))
        .map_err(|error| error.to_string())
}

/// Returns the base URL of a registry that is connected to a URL.
fn base_url(url: &str) -> Result<String, String> {
    let registry = Registry::at(url, Credentials::client_secret(SECRET).unwrap());
    registry.map(|registry| registry.base_url().to_owned()).map_err(|error| error.to_string())
}

fn with_options(options: Options) -> Result<Registry, String> {
    let registry = Registry::sandbox(Credentials::client_secret(SECRET).unwrap()).unwrap();
    registry.with_options(options).map_err(|error| error.to_string())
}

fn environment(value: Option<&str>) -> Result<Environment, String> {
    Environment::from_lookup(|_| value.map(str::to_owned)).map_err(|error| error.to_string())
}

#[test]
fn reads_known_environments() {
    assert_eq!(environment(Some("sandbox")), Ok(Environment::Sandbox));
    assert_eq!(environment(Some("production")), Ok(Environment::Production));
}

#[test]
fn rejects_missing_and_empty_values() {
    for value in [None, Some("")] {
        assert_eq!(
            environment(value).unwrap_err(),
            "ISOMETRIC_ENVIRONMENT: not set; expected `sandbox` or `production`"
        );
    }
}

#[test]
fn rejects_unknown_environments() {
    assert_eq!(
        environment(Some("Production")).unwrap_err(),
        "ISOMETRIC_ENVIRONMENT: unknown environment \"Production\"; expected `sandbox` or \
         `production`"
    );
}

#[test]
fn reads_three_variables() {
    let registry = Registry::from_lookup(|name| {
        let value = match name {
            "ISOMETRIC_ACCESS_TOKEN" | "ISOMETRIC_CLIENT_SECRET" => "0123456789",
            "ISOMETRIC_ENVIRONMENT" => "production",
            other => panic!("unexpected variable {other}"),
        };
        Some(value.to_owned())
    });
    assert_eq!(registry.unwrap().base_url(), Environment::Production.base_url());
}

#[test]
fn debug_of_a_registry_shows_no_secret() {
    let credentials = Credentials::new("eyJhbGciOi.J9uX-3_t", "uPrO-5ecret-wxAh").unwrap();
    assert_eq!(
        format!("{:?}", Registry::sandbox(credentials).unwrap()),
        "Registry { base_url: \"https://api.sandbox.isometric.com/registry/v0\", .. }"
    );
}

#[test]
fn debug_of_credentials_shows_no_secret() {
    let credentials = Credentials::new(TOKEN, SECRET).unwrap();
    assert_eq!(format!("{credentials:?}"), "Credentials { .. }");
    assert_eq!(format!("{credentials:#?}"), "Credentials { .. }");
}

#[test]
fn names_a_missing_or_invalid_variable() {
    let missing = credentials(&[("ISOMETRIC_ACCESS_TOKEN", TOKEN)]).unwrap_err();
    assert_eq!(missing, "ISOMETRIC_CLIENT_SECRET: not set; every call requires it");
    let short = [("ISOMETRIC_ACCESS_TOKEN", "short"), ("ISOMETRIC_CLIENT_SECRET", SECRET)];
    let short = credentials(&short).unwrap_err();
    assert!(short.starts_with("ISOMETRIC_ACCESS_TOKEN: too short"), "{short}");
}

#[test]
fn rejects_invalid_secrets_without_showing_them() {
    let invalid =
        ["", "p4ss", "Bearer 0123456789", "0123456789\n", "0123456789\u{fffd}", "0123\t4567"];
    for text in invalid {
        let error = Credentials::client_secret(text).unwrap_err();
        for shown in [error.to_string(), format!("{error:?}")] {
            assert!(shown.contains("client secret"), "{shown}");
            assert!(text.is_empty() || !shown.contains(text), "{shown}");
        }
        assert!(Credentials::new(text, SECRET).is_err());
    }
}

#[test]
fn rejects_limits_of_zero() {
    let zero = Duration::ZERO;
    let invalid = [
        Options::new().connect_timeout(zero),
        Options::new().attempt_timeout(zero),
        Options::new().total_timeout(zero),
        Options::new().body_limit(0),
        Options::new().concurrency(0),
    ];
    let messages = invalid.map(|options| with_options(options).unwrap_err());
    assert_eq!(messages[1], "attempt timeout: must be greater than zero");
    assert!(messages.iter().all(|message| message.ends_with(": must be greater than zero")));
}

#[test]
fn accepts_retries_and_delays_of_zero() {
    let zero = Duration::ZERO;
    let options = Options::new().without_retries().backoff(zero).max_retry_delay(zero);
    assert!(with_options(options).is_ok());
}

#[test]
fn accepts_https_to_any_host() {
    for url in ["https://api.isometric.com/registry/v0", "https://192.0.2.1:8443"] {
        assert!(base_url(url).is_ok(), "{url}");
    }
}

#[test]
fn accepts_http_only_to_loopback() {
    let safe_urls = [
        "http://localhost:8080/registry/v0",
        "http://LOCALHOST",
        "http://127.0.0.1:1",
        "http://127.255.0.1",
        "http://[::1]:8080/",
    ];
    for url in safe_urls {
        assert!(base_url(url).is_ok(), "{url}");
    }
    let unsafe_urls = [
        "http://api.isometric.com/registry/v0",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://128.0.0.1",
        "http://0.0.0.0",
        "http://[::2]",
        "http://[::ffff:192.0.2.1]",
        "ftp://localhost",
        "ws://localhost",
    ];
    for url in unsafe_urls {
        let reason = base_url(url).unwrap_err();
        assert!(reason.starts_with("base URL: must be HTTPS"), "{url}: {reason}");
    }
}

#[test]
fn rejects_credentials_query_and_fragment() {
    let reasons = [
        ("https://me@localhost", "must not contain a user name or password"),
        ("https://:p4ssw0rd@localhost", "must not contain a user name or password"),
        ("https://localhost/?", "must not have a query"),
        ("https://localhost/?a=b", "must not have a query"),
        ("https://localhost/#", "must not have a fragment"),
        ("data:text/plain,a", "must have a host"),
    ];
    for (url, expected) in reasons {
        assert_eq!(base_url(url).unwrap_err(), format!("base URL: {expected}"), "{url}");
    }
}

#[test]
fn errors_do_not_contain_the_url() {
    assert_eq!(
        base_url("uPrO-5ecret-wxAh").unwrap_err(),
        "base URL: invalid URL (relative URL without a base); expected a URL such as \
         https://host/path"
    );
}

#[test]
fn ignores_trailing_slashes() {
    for url in ["http://[::1]:80/registry/v0", "http://[::1]/registry/v0//"] {
        assert_eq!(base_url(url).unwrap(), "http://[::1]/registry/v0");
    }
}
