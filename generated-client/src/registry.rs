//! The entry point of the client.

use std::fmt;
use std::sync::Arc;

use crate::base_url::BaseUrl;
use crate::call::context::Context;
use crate::call::http::HttpClient;
use crate::call::spec::OperationSpec;
use crate::credentials::Credentials;
use crate::environment::variable;
use crate::error::Error;
use crate::generated::Environment;
use crate::options::Options;

/// A client of the registry. The operations of the API are its methods.
///
/// A `Registry` is cheap to clone. Clones share their connections, and many tasks may use them
/// at the same time.
///
/// Reads that fail for a transient reason are retried within the limits of [`Options`]. Writes
/// are sent once.
/// Redirects are followed within the same origin only, so that no other server receives the
/// credentials.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    base_url: BaseUrl,
    credentials: Credentials,
    http: Arc<HttpClient>,
    options: Arc<Options>,
}

impl Registry {
    /// Connects to the sandbox, Isometric's test environment.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if TLS cannot be set up.
    pub fn sandbox(credentials: Credentials) -> Result<Self, Error> {
        Self::new(Environment::Sandbox, credentials)
    }

    /// Connects to production.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if TLS cannot be set up.
    pub fn production(credentials: Credentials) -> Result<Self, Error> {
        Self::new(Environment::Production, credentials)
    }

    /// Connects to an environment.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if TLS cannot be set up.
    pub fn new(environment: Environment, credentials: Credentials) -> Result<Self, Error> {
        Self::at(environment.base_url(), credentials)
    }

    /// Connects to another base URL, such as that of a test server. The paths of operations are
    /// appended to its path.
    ///
    /// The base URL must be HTTPS, or HTTP with a loopback address (`localhost`, `127.0.0.0/8`
    /// or `[::1]`), so that nobody can read the credentials on the way. Loopback addresses are
    /// reached without a proxy.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if the base URL is invalid or unsafe, or has a user name, a
    /// password, a query or a fragment, and if TLS cannot be set up.
    pub fn at(base_url: &str, credentials: Credentials) -> Result<Self, Error> {
        let base_url = BaseUrl::parse(base_url).map_err(Error::Configuration)?;
        let options = Arc::new(Options::new());
        let http = http_client(&base_url, &options)?;
        Ok(Self { inner: Arc::new(Inner { base_url, credentials, http, options }) })
    }

    /// Reads the environment from `ISOMETRIC_ENVIRONMENT` (`sandbox` or `production`) and the
    /// credentials as [`Credentials::from_env`] does.
    ///
    /// # Errors
    ///
    /// Those of [`Environment::from_env`], [`Credentials::from_env`] and [`new`](Self::new).
    pub fn from_env() -> Result<Self, Error> {
        Self::from_lookup(variable)
    }

    /// Reads the same variables as [`from_env`](Self::from_env) from `lookup`.
    ///
    /// # Errors
    ///
    /// Those of [`from_env`](Self::from_env).
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let environment = Environment::from_lookup(&lookup)?;
        Self::new(environment, Credentials::from_lookup(lookup)?)
    }

    /// Replaces the options. The returned registry has its own connections.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if a limit is zero, or if TLS cannot be set up.
    pub fn with_options(self, options: Options) -> Result<Self, Error> {
        let options = options.validated().map_err(Error::Configuration)?;
        let http = http_client(&self.inner.base_url, &options)?;
        let inner = Inner { http, options: Arc::new(options), ..Arc::unwrap_or_clone(self.inner) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Replaces the access token, to act for another organisation.
    ///
    /// The returned registry is cheap, and shares the connections and the options of this
    /// registry.
    ///
    /// # Errors
    ///
    /// [`Error::Credentials`] if the token is invalid for [`Credentials::new`].
    pub fn with_access_token(&self, access_token: &str) -> Result<Self, Error> {
        let credentials = self.inner.credentials.clone().with_access_token(access_token)?;
        let inner = Inner { credentials, ..Inner::clone(&self.inner) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Disables retries.
    pub fn without_retries(self) -> Self {
        let options = Arc::new(Options::clone(self.options()).without_retries());
        let inner = Inner { options, ..Arc::unwrap_or_clone(self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// Returns the options.
    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// Returns the base URL, without a slash at its end.
    pub fn base_url(&self) -> &str {
        self.inner.base_url.as_str()
    }

    /// Returns the maximum number of concurrent calls.
    pub(crate) fn concurrency(&self) -> usize {
        self.options().concurrency
    }

    pub(crate) fn http(&self) -> &Arc<HttpClient> {
        &self.inner.http
    }

    /// Returns the context of one call of an operation, with the cursor of a page.
    ///
    /// # Errors
    ///
    /// [`Error::Access`] if the access token does not suffice.
    pub(crate) fn context(
        &self,
        operation: &OperationSpec,
        cursor: Option<String>,
    ) -> Result<Context, Error> {
        let Inner { credentials, options, .. } = &*self.inner;
        let OperationSpec { name, needs_access_token, .. } = *operation;
        match credentials.authorize(name, needs_access_token, options.now()) {
            Ok(()) => Ok(Context::new(credentials.clone(), options.clone(), cursor)),
            Err(error) => Err(error.with_cursor(cursor).into()),
        }
    }
}

fn http_client(base_url: &BaseUrl, options: &Options) -> Result<Arc<HttpClient>, Error> {
    HttpClient::new(base_url.is_https, options.connect_timeout)
        .map(Arc::new)
        .map_err(Error::Configuration)
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}
