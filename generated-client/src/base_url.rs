//! Base URLs of registries.

use std::net::IpAddr;

use reqwest::Url;

use crate::error::InvalidSetting;

const HAS_TLS: bool = cfg!(any(feature = "rustls", feature = "native-tls"));

/// A base URL that is safe to send credentials to.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    /// The URL without trailing slashes.
    text: String,
    pub(crate) is_https: bool,
}

impl BaseUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidSetting> {
        let url = parse(text).map_err(|reason| InvalidSetting::new("base URL", reason))?;
        let text = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { text, is_https: url.scheme() == "https" })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// Parses and checks a base URL. The error does not contain the URL, which may include a
/// password, or be a secret that was passed by mistake.
fn parse(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| {
        format!("invalid URL ({error}); expected a URL such as https://host/path")
    })?;
    let is_https = url.scheme() == "https";
    let rules = [
        (url.has_host(), "must have a host"),
        (
            url.username().is_empty() && url.password().is_none(),
            "must not contain a user name or password",
        ),
        (url.query().is_none(), "must not have a query"),
        (url.fragment().is_none(), "must not have a fragment"),
        (
            is_https || url.scheme() == "http" && is_loopback(&url),
            "must be HTTPS; HTTP is allowed for loopback addresses only",
        ),
        (
            !is_https || HAS_TLS,
            "HTTPS is not supported by this build; enable the feature `rustls` or `native-tls` of \
             isometric-registry",
        ),
    ];
    match rules.into_iter().find(|(is_satisfied, _)| !is_satisfied) {
        Some((_, reason)) => Err(reason.to_owned()),
        None => Ok(url),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    host == "localhost" || address.is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{BaseUrl, parse};

    #[test]
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    fn accepts_https_to_any_host() {
        for url in ["https://api.isometric.com/registry/v0", "https://192.0.2.1:8443"] {
            assert!(parse(url).is_ok(), "{url}");
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
            assert!(parse(url).is_ok(), "{url}");
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
            let reason = parse(url).unwrap_err();
            assert!(reason.starts_with("must be HTTPS"), "{url}: {reason}");
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
            assert_eq!(parse(url).unwrap_err(), expected, "{url}");
        }
    }

    #[test]
    fn errors_do_not_contain_the_url() {
        assert_eq!(
            BaseUrl::parse("uPrO-5ecret-wxAh").unwrap_err().to_string(),
            "base URL: invalid URL (relative URL without a base); expected a URL such as \
             https://host/path"
        );
    }

    #[test]
    fn ignores_trailing_slashes() {
        for url in ["http://[::1]:80/registry/v0", "http://[::1]/registry/v0//"] {
            assert_eq!(BaseUrl::parse(url).unwrap().as_str(), "http://[::1]/registry/v0");
        }
    }
}
