//! The steps of a call around progenitor's client.

use std::sync::Arc;

use futures_util::FutureExt;

use super::http::HttpClient;
use super::members::JsonMembers;
use super::response::Response;
use super::spec::OperationSpec;
use super::transcript::BodyEnd;
use super::wire::{WireArguments, WireResult};
use crate::error::{Error, InvalidResponse, OversizedBody, StatusError, TransportError};
use crate::generated::client::Client;
use crate::registry::Registry;
use crate::validate::{self, HasSchema, Validated};

/// A call that is being made.
pub(crate) struct PendingCall {
    spec: &'static OperationSpec,
    client: Client,
    http: Arc<HttpClient>,
}

impl PendingCall {
    /// # Errors
    ///
    /// [`Error::Access`] if the access token does not suffice, and [`Error::Configuration`] if TLS
    /// cannot be set up.
    pub(crate) fn new(
        registry: &Registry,
        spec: &'static OperationSpec,
        cursor: Option<String>,
    ) -> Result<Self, Error> {
        let http = registry.http().clone();
        let client = http.get().map_err(Error::Configuration)?;
        let context = registry.context(spec, cursor)?;
        let client = Client::new_with_client(registry.base_url(), client, context);
        Ok(Self { spec, client, http })
    }

    /// Sends the request by progenitor's client.
    pub(crate) async fn send(&self, arguments: &WireArguments) -> WireResult {
        (self.spec.send.0)(&self.client, arguments).await
    }

    /// Returns the method and the URL of the request, which is built but not sent.
    pub(crate) fn dry_run(&mut self, arguments: &WireArguments) -> Result<(String, String), Error> {
        self.client.inner.set_dry_run();
        let result = self.send(arguments).now_or_never();
        let mut transcript = self.client.inner.take_transcript();
        match (transcript.request.take(), result) {
            (Some(request), _) => Ok((request.method.to_string(), request.url)),
            (None, Some(Err(failure))) => Err(TransportError::new(failure, transcript).into()),
            (None, _) => Err(StatusError::new(transcript).into()),
        }
    }

    /// Replaces the credentials in a text.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.client.inner.redact(text)
    }

    /// Converts the result of progenitor's client.
    ///
    /// The path may contain the `id` of the response. A response about another resource is an
    /// error. It may be a misplaced response: after a surplus response on a kept connection, each
    /// call on that connection receives the response to the call before it. The client therefore
    /// discards its connections.
    pub(crate) fn finish<T: HasSchema>(
        &self,
        result: WireResult,
        arguments: &WireArguments,
    ) -> Result<Response<T>, Error> {
        let response = self.decode(result)?;
        let requested = self.spec.identity.map(|index| arguments.one(index));
        match (requested, requested.and_then(|_| id(response.body()))) {
            (Some(requested), Some(received)) if requested != received => {
                self.http.discard_connections();
                Err(response.into_mismatch(requested, &received).into())
            }
            _ => Ok(response),
        }
    }

    /// Decodes and validates the recorded body in one pass. progenitor receives an empty body, so
    /// its own decoding fails for every successful status.
    fn decode<T: HasSchema>(&self, result: WireResult) -> Result<Response<T>, Error> {
        let limit = self.client.inner.body_limit();
        let transcript = self.client.inner.take_transcript();
        let response = transcript.response.as_ref().map(|it| (it.body_end, it.status));
        Err(match (response, result) {
            // Any 2xx, even if the spec does not define it: a write has taken effect.
            (Some((BodyEnd::Complete, status)), _) if status.is_success() => {
                let Validated { value, violations } = match self.spec.response {
                    Some(schema) => validate::decode_validating(transcript.body(), schema),
                    None => validate::decode_validating(b"null", &validate::Schema::Any),
                };
                match value {
                    Some(value) => return Ok(Response::new(value, status, violations, transcript)),
                    None => InvalidResponse::undecodable(violations, transcript).into(),
                }
            }
            (Some((BodyEnd::Oversized, _)), _) => OversizedBody::new(limit, transcript).into(),
            (Some((BodyEnd::Truncated, _)) | None, Err(failure)) => {
                TransportError::new(failure, transcript).into()
            }
            (Some((BodyEnd::Complete | BodyEnd::Truncated, _)) | None, _) => {
                StatusError::new(transcript).into()
            }
        })
    }
}

/// Returns the `id` in a body.
fn id(body: &[u8]) -> Option<String> {
    serde_json::from_str(JsonMembers::parse(body)?.at("/id")?).ok()
}
