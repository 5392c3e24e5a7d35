//! The registry that calls are made to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::redirect::{Attempt, Policy};

use crate::call::exchange::PendingCall;
use crate::credentials::Credentials;
use crate::error::{Error, InvalidSetting};
use crate::generated::Environment;
use crate::options::Options;

/// The variable of the environment that names the [`Environment`].
const ENVIRONMENT: &str = "ISOMETRIC_ENVIRONMENT";

/// What `localhost` means, whoever is asked. The port is the URL's.
const LOOPBACK: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
    SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0),
];
/// What the base URL is called where it cannot be used.
const BASE_URL: &str = "the base URL";
const HAS_TLS: bool = cfg!(any(feature = "rustls", feature = "native-tls"));
const MOST_REDIRECTS: usize = 3;

/// How long a connection is kept for the next call, which is less than most load balancers
/// keep it. While one is kept, tokio mostly has an earlier timer than that of a try (30
/// seconds unless it is set) and need not be woken for it.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(20);

const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// The registry, as one organisation and one application see it.
///
/// The operations of the API are its methods. It is cheap to clone, clones share
/// their connections, and it may be used from many tasks at once.
///
/// Calls that fail for a passing reason are tried again, within limits that
/// [`Options`] sets. A redirect is followed within the same origin alone, so that no
/// other server is sent the credentials.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    base_url: String,
    credentials: Credentials,
    http: reqwest::Client,
    options: Arc<Options>,
}

impl Registry {
    /// The registry in the sandbox, where nothing is real.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] where TLS cannot be set up.
    pub fn sandbox(credentials: Credentials) -> Result<Self, Error> {
        Self::new(Environment::Sandbox, credentials)
    }

    /// The registry in production.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] where TLS cannot be set up.
    pub fn production(credentials: Credentials) -> Result<Self, Error> {
        Self::new(Environment::Production, credentials)
    }

    /// The registry in an environment.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] where TLS cannot be set up.
    pub fn new(environment: Environment, credentials: Credentials) -> Result<Self, Error> {
        Self::at(environment.base_url(), credentials)
    }

    /// The registry at another base URL, such as that of a server in a test. The
    /// paths of the operations are added to the base URL's own.
    ///
    /// The base URL must be `https`, or `http` at a loopback address (`localhost`,
    /// `127.0.0.0/8`, `[::1]`), which is then reached without a proxy: nothing else
    /// keeps the credentials from being read on the way.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] where the base URL is none, is not safe, or has a user
    /// name, a password, a query or a fragment, and where TLS cannot be set up.
    pub fn at(base_url: &str, credentials: Credentials) -> Result<Self, Error> {
        let url = check_base_url(base_url)
            .map_err(|reason| InvalidSetting::new(BASE_URL, reason))
            .map_err(Error::Configuration)?;
        let options = Options::new();
        let http = http_client(url.as_str(), &options).map_err(Error::Configuration)?;
        let base_url = url.as_str().trim_end_matches('/').to_owned();
        let options = Arc::new(options);
        Ok(Self { inner: Arc::new(Inner { base_url, credentials, http, options }) })
    }

    /// The same registry, whose calls are made with these options. It has connections
    /// of its own.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] where a limit is zero, and where TLS cannot be set up.
    pub fn with_options(self, options: Options) -> Result<Self, Error> {
        let options = options.check().map_err(Error::Configuration)?;
        let http = http_client(self.base_url(), &options).map_err(Error::Configuration)?;
        let inner = Inner { http, options: Arc::new(options), ..Arc::unwrap_or_clone(self.inner) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The same registry, which tries every call once.
    pub fn without_retries(self) -> Self {
        let options = Arc::new(Options::clone(self.options()).without_retries());
        let inner = Inner { options, ..Arc::unwrap_or_clone(self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// How calls are made.
    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// The registry that the environment of the process names: with the environment
    /// in `ISOMETRIC_ENVIRONMENT` (`sandbox` or `production`) and the credentials of
    /// [`Credentials::from_env`].
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] where the environment is missing or has another name,
    /// and those of [`Credentials::from_env`] and [`new`](Self::new).
    pub fn from_env() -> Result<Self, Error> {
        Self::from_lookup(variable)
    }

    /// The registry from the same variables as [`from_env`](Self::from_env), wherever
    /// `lookup` finds them.
    ///
    /// # Errors
    ///
    /// Those of [`from_env`](Self::from_env).
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let environment = environment(lookup(ENVIRONMENT)).map_err(Error::Configuration)?;
        Self::new(environment, Credentials::from_lookup(lookup)?)
    }

    /// The URL that the paths of all operations are relative to, without a slash at
    /// its end.
    pub fn base_url(&self) -> &str {
        &self.inner.base_url
    }

    /// How many calls to make at the same time.
    pub(crate) fn concurrency(&self) -> usize {
        self.options().concurrency
    }

    pub(crate) fn exchange(&self) -> PendingCall {
        let Inner { base_url, credentials, http, options } = &*self.inner;
        PendingCall::new(base_url, http.clone(), credentials.clone(), options.clone())
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}

/// A variable of the process. One that is no Unicode is not missing: it is for the
/// one who reads it to refuse.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

fn environment(name: Option<String>) -> Result<Environment, InvalidSetting> {
    let name = name.filter(|name| !name.is_empty());
    let found = Environment::ALL.iter().find(|known| Some(known.as_str()) == name.as_deref());
    found.copied().ok_or_else(|| {
        let names: Vec<_> = Environment::ALL.iter().map(|known| known.as_str()).collect();
        let state = if name.is_none() { "is not set" } else { "is not one that there is" };
        InvalidSetting::new(ENVIRONMENT, format!("{state}: set it to {}", names.join(" or ")))
    })
}

/// The URL, or why it cannot be used. The reason does not show it, as it may hold a
/// secret: a password, or a credential that was given in its place.
fn check_base_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text)
        .map_err(|error| format!("is no URL: {error}; it is written as in https://host/path"))?;
    let rules: [(bool, &str); 5] = [
        (url.has_host(), "has no host"),
        (url.username().is_empty() && url.password().is_none(), "has a user name or a password"),
        (url.query().is_none(), "has a query"),
        (url.fragment().is_none(), "has a fragment"),
        (
            url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url),
            "is not https, which it must be anywhere but at a loopback address",
        ),
    ];
    match rules.into_iter().find(|(kept, _)| !kept) {
        Some((_, reason)) => Err(reason.to_owned()),
        None => Ok(url),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    host == "localhost" || address.is_some_and(|address| address.is_loopback())
}

fn http_client(base_url: &str, options: &Options) -> Result<reqwest::Client, InvalidSetting> {
    let is_https = base_url.starts_with("https:");
    if is_https && !HAS_TLS {
        let reason = "is https, for which this crate was built without the feature `rustls` or \
                      `native-tls`: enable one";
        return Err(InvalidSetting::new(BASE_URL, reason));
    }
    let builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .redirect(Policy::custom(follow))
        .referer(false)
        // Whether to try again is decided in one place, which counts.
        .retry(reqwest::retry::never());
    #[cfg(feature = "native-tls")]
    let builder = builder.tls_backend_native();
    let builder = match is_https {
        true => builder.https_only(true),
        // A proxy would be sent the credentials in the clear.
        false => without_certificates(builder).no_proxy().resolve_to_addrs("localhost", &LOOPBACK),
    };
    let unusable = |error| InvalidSetting::new("the HTTP client", format!("has no TLS: {error}"));
    builder.build().map_err(unusable)
}

/// Reading the certificates of the system takes longer than many a test.
fn without_certificates(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    let builder = builder.tls_certs_only([]);
    builder
}

/// Follows within the origin of the first request. reqwest takes `Authorization` off
/// a request to another origin, but not the client secret.
fn follow(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let origin = attempt.previous().first().map(Url::origin);
    let same_origin = origin == Some(attempt.url().origin());
    if same_origin && attempt.previous().len() <= MOST_REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

#[cfg(test)]
mod tests {
    use super::{Registry, check_base_url, environment};
    use crate::{Credentials, Environment};

    fn credentials() -> Credentials {
        Credentials::new("eyJhbGciOi.J9uX-3_t.c2lnbmF0dXJl", "uPrO-5ecret-wxAh").unwrap()
    }

    #[test]
    fn https_goes_anywhere_and_http_to_loopback_alone() {
        let safe = [
            "https://api.isometric.com/registry/v0",
            "https://192.0.2.1:8443",
            "http://localhost:8080/registry/v0",
            "http://LOCALHOST",
            "http://127.0.0.1:1",
            "http://127.255.0.1",
            "http://[::1]:8080/",
        ];
        for url in safe {
            assert!(check_base_url(url).is_ok(), "{url}");
        }
        let unsafe_ = [
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
        for url in unsafe_ {
            let reason = check_base_url(url).unwrap_err();
            assert!(reason.starts_with("is not https"), "{url}: {reason}");
        }
    }

    #[test]
    fn a_base_url_is_a_base_and_nothing_else() {
        let reasons = [
            ("https://me@localhost", "has a user name or a password"),
            ("https://:p4ssw0rd@localhost", "has a user name or a password"),
            ("https://localhost/?", "has a query"),
            ("https://localhost/?a=b", "has a query"),
            ("https://localhost/#", "has a fragment"),
            ("data:text/plain,a", "has no host"),
        ];
        for (url, expected) in reasons {
            assert_eq!(check_base_url(url).unwrap_err(), expected, "{url}");
        }
    }

    #[test]
    fn what_is_no_url_is_not_shown() {
        let error = Registry::at("uPrO-5ecret-wxAh", credentials()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the base URL is no URL: relative URL without a base; it is written as in \
             https://host/path"
        );
    }

    #[test]
    fn slashes_at_the_end_of_a_base_url_make_no_difference() {
        for url in ["http://[::1]:80/registry/v0", "http://[::1]/registry/v0//"] {
            let registry = Registry::at(url, credentials()).unwrap();
            assert_eq!(registry.base_url(), "http://[::1]/registry/v0");
        }
    }

    #[test]
    fn an_environment_is_found_by_its_name() {
        assert_eq!(environment(Some("sandbox".into())), Ok(Environment::Sandbox));
        assert_eq!(environment(Some("production".into())), Ok(Environment::Production));
        for missing in [None, Some(String::new())] {
            assert_eq!(
                environment(missing).unwrap_err().to_string(),
                "ISOMETRIC_ENVIRONMENT is not set: set it to sandbox or production"
            );
        }
        assert_eq!(
            environment(Some("Production".into())).unwrap_err().to_string(),
            "ISOMETRIC_ENVIRONMENT is not one that there is: set it to sandbox or production"
        );
    }

    #[test]
    fn a_registry_comes_from_three_variables() {
        let registry = Registry::from_lookup(|name| {
            let value = match name {
                "ISOMETRIC_ACCESS_TOKEN" | "ISOMETRIC_CLIENT_SECRET" => "0123456789",
                "ISOMETRIC_ENVIRONMENT" => "production",
                other => panic!("nobody needs {other}"),
            };
            Some(value.to_owned())
        });
        assert_eq!(registry.unwrap().base_url(), Environment::Production.base_url());
    }

    #[test]
    fn debug_shows_no_secret() {
        let registry = Registry::sandbox(credentials()).unwrap();
        assert_eq!(
            format!("{registry:?}"),
            "Registry { base_url: \"https://api.sandbox.isometric.com/registry/v0\", .. }"
        );
    }
}
