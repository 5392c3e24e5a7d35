//! One request and what comes of it: where progenitor's client meets the network.

use std::sync::{Arc, Mutex, PoisonError};

use http::header::{AUTHORIZATION, HeaderName};
use progenitor_client::{ClientHooks, OperationInfo, ResponseValue};

use crate::check::{self, HasSchema};
use crate::credentials::Credentials;
use crate::error::{
    Error, InvalidArgument, InvalidResponse, OversizedBody, StatusError, TransportError,
};
use crate::generated::CLIENT_SECRET_HEADER;
use crate::generated::client::Client;
use crate::record::{End, Record, Reply, Request};
use crate::response::Response;
use crate::text::CheckedText;

/// The most bytes that the body of a response may have.
pub(crate) const BODY_LIMIT: usize = 8 * 1024 * 1024;

const CLIENT_SECRET: HeaderName = HeaderName::from_static(CLIENT_SECRET_HEADER);

/// The header with which Dropshot's clients name the version of an API. progenitor
/// sends it, and this API knows nothing of it.
const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// A request that is about to be made.
pub(crate) struct Exchange {
    client: Client,
}

impl Exchange {
    pub(crate) fn new(base_url: &str, http: reqwest::Client, credentials: Credentials) -> Self {
        let context = Context { credentials, record: Arc::default() };
        Self { client: Client::new_with_client(base_url, http, context) }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Checks an argument before it goes out: it may have come in unchecked.
    pub(crate) fn argument<T: CheckedText>(
        &self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.check().map_err(|reason| InvalidArgument::named(name, reason).into())
    }

    /// Makes of the result what the caller sees. Of an error, what was recorded on the
    /// way tells more than progenitor does.
    pub(crate) fn finish<T: HasSchema, E>(
        self,
        result: Result<ResponseValue<T>, progenitor_client::Error<E>>,
    ) -> Result<Response<T>, Error> {
        use progenitor_client::Error as Failure;

        let record = self.client.inner.take();
        let end = record.reply.as_ref().map(|reply| reply.end);
        let is_success = record.status().is_some_and(|status| status.is_success());
        let failure = match result {
            Ok(value) => {
                let violations = check::json::<T>(record.body());
                return Ok(Response::new(value, violations, record));
            }
            Err(failure) => failure,
        };
        Err(match (end, failure) {
            (Some(End::Whole), Failure::InvalidResponsePayload(_, reason)) if is_success => {
                let violations = check::json::<T>(record.body());
                InvalidResponse::undecodable(violations, &reason, record).into()
            }
            (Some(End::Whole), _) => StatusError::new(record).into(),
            (Some(End::Oversized), _) => OversizedBody::new(BODY_LIMIT, record).into(),
            (Some(End::Cut) | None, failure) => TransportError::new(failure, record).into(),
        })
    }
}

/// What progenitor's client carries through one call.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    credentials: Credentials,
    record: Arc<Mutex<Record>>,
}

impl Context {
    /// Does something with the record. It is in order even where a panic poisoned the
    /// lock: every change to it is one assignment.
    fn record<T>(&self, f: impl FnOnce(&mut Record) -> T) -> T {
        f(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn take(&self) -> Record {
        self.record(std::mem::take)
    }

    /// Sends a request and reads the whole response, which progenitor is then given
    /// as if it had just arrived.
    async fn send(
        &self,
        http: &reqwest::Client,
        request: reqwest::Request,
    ) -> reqwest::Result<reqwest::Response> {
        let mut response = http.execute(request).await?;
        let mut reply = Reply::new(response.status(), response.headers(), &self.credentials);
        let mut body = Vec::new();
        let read = read(&mut response, &mut body).await;
        reply.set_body(body, *read.as_ref().unwrap_or(&End::Cut), &self.credentials);
        let mut rebuilt = http::Response::new(reply.body.clone());
        *rebuilt.status_mut() = reply.status;
        self.record(|record| record.reply = Some(reply));
        read.map(|_| rebuilt.into())
    }
}

/// Reads the body of a response, as far as it goes and the limit lets it.
async fn read(response: &mut reqwest::Response, body: &mut Vec<u8>) -> reqwest::Result<End> {
    while let Some(chunk) = response.chunk().await? {
        let room = BODY_LIMIT - body.len();
        if chunk.len() > room {
            body.extend_from_slice(&chunk[..room]);
            return Ok(End::Oversized);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(End::Whole)
}

impl ClientHooks<Context> for Client {
    async fn pre<E>(
        &self,
        request: &mut reqwest::Request,
        info: &OperationInfo,
    ) -> Result<(), progenitor_client::Error<E>> {
        let sent = Request::new(info.operation_id, request);
        self.inner.record(|record| record.request = Some(sent));
        let headers = request.headers_mut();
        headers.remove(API_VERSION);
        headers.insert(AUTHORIZATION, self.inner.credentials.authorization());
        headers.insert(CLIENT_SECRET, self.inner.credentials.client_secret());
        Ok(())
    }

    async fn exec(
        &self,
        request: reqwest::Request,
        _: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        self.inner.send(&self.client, request).await
    }

    /// `exec` fails only as reqwest does. Here is where the call ends for a body that
    /// is larger than it may be.
    async fn post<E>(
        &self,
        _: &reqwest::Result<reqwest::Response>,
        _: &OperationInfo,
    ) -> Result<(), progenitor_client::Error<E>> {
        match self.inner.record(|record| record.reply.as_ref().map(|reply| reply.end)) {
            Some(End::Oversized) => {
                Err(progenitor_client::Error::Custom("the body is over the limit".to_owned()))
            }
            _ => Ok(()),
        }
    }
}
