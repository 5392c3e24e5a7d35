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
