//! The HTTP client that the calls of a registry share.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use http::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Request, Response};

use crate::error::{InvalidSetting, repeats_writes};

/// Pins `localhost` to loopback so that DNS cannot redirect it. Port 0 keeps the URL's port.
const LOOPBACK: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
    SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0),
];

/// The maximum number of redirects that an attempt follows.
pub(super) const MAX_REDIRECTS: usize = 3;

/// The time for which an idle connection is kept. Most load balancers close idle connections
/// later. A kept connection also saves wake-ups: its timer mostly expires before the timeout
/// of an attempt, so tokio need not be woken to register the latter.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(20);

const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// An HTTP client whose kept connections can be discarded.
///
/// reqwest cannot close a connection that has returned to its pool, so discarding drops the
/// client with the whole pool. Calls in flight finish on the old client.
pub(crate) struct HttpClient {
    is_https: bool,
    connect_timeout: Duration,
    /// `None` after the connections were discarded, until the next call.
    current: Mutex<Option<reqwest::Client>>,
}

impl HttpClient {
    pub(crate) fn new(is_https: bool, connect_timeout: Duration) -> Result<Self, InvalidSetting> {
        let client = Self { is_https, connect_timeout, current: Mutex::default() };
        client.get()?;
        Ok(client)
    }

    /// Returns the current client.
    ///
    /// # Errors
    ///
    /// TLS cannot be set up.
    pub(crate) fn get(&self) -> Result<reqwest::Client, InvalidSetting> {
        let mut current = self.lock();
        if let Some(client) = &*current {
            return Ok(client.clone());
        }
        let client = build(self.is_https, self.connect_timeout).map_err(|error| {
            InvalidSetting::new("HTTP client", format!("TLS setup failed: {error}"))
        })?;
        Ok(current.insert(client).clone())
    }

    /// Ensures that no later call uses a connection that is open now.
    pub(crate) fn discard_connections(&self) {
        *self.lock() = None;
    }

    /// Locks the client. Its value is valid even if a panic poisoned the lock.
    fn lock(&self) -> MutexGuard<'_, Option<reqwest::Client>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn build(is_https: bool, connect_timeout: Duration) -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(connect_timeout)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        // Redirects are followed, and retries counted and delayed, in `Context`. hyper-util still
        // takes another connection if a kept connection closes before it has taken the request
        // from its queue. That is safe for writes: nothing of the request was written.
        .redirect(Policy::none())
        .retry(reqwest::retry::never());
    #[cfg(feature = "native-tls")]
    let builder = builder.tls_backend_native();
    let builder = if is_https {
        builder.https_only(true)
    } else {
        // A proxy would receive the credentials in plain text.
        without_certificates(builder).no_proxy().resolve_to_addrs("localhost", &LOOPBACK)
    };
    builder.build()
}

/// Skips loading the certificates of the system, which takes longer than many tests.
fn without_certificates(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    let builder = builder.tls_certs_only([]);
    builder
}

/// Returns the request that follows a redirect, with the method, the headers and the body of
/// `request`, or `None` if the response is not followed.
///
/// Reads follow any redirect within the origin. Writes follow those that ask to repeat the
/// request. No other origin may receive the credentials.
pub(super) fn follow(request: &Request, response: &Response) -> Option<Request> {
    let is_followed = match response.status() {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER => {
            request.method().is_safe()
        }
        status => repeats_writes(status),
    };
    let location = response.headers().get(LOCATION).filter(|_| is_followed)?;
    let location = std::str::from_utf8(location.as_bytes()).ok()?;
    let url = response.url().join(location).ok()?;
    let mut next = if url.origin() == request.url().origin() { request.try_clone() } else { None }?;
    *next.url_mut() = url;
    Some(next)
}
