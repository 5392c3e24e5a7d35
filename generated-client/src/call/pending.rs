//! The steps of a call around progenitor's client.

use std::sync::Arc;

use super::http::HttpClient;
use super::operation::Operation;
use super::response::Response;
use super::transcript::BodyEnd;
use super::wire::{WireArguments, WireResult};
use crate::error::{Error, InvalidResponse, OversizedBody, StatusError, TransportError};
use crate::generated::client::Client;
use crate::registry::Registry;
use crate::validate::{self, Validated};

/// A call that is being made.
pub(crate) struct PendingCall {
    client: Client,
    http: Arc<HttpClient>,
}

impl PendingCall {
    /// # Errors
    ///
    /// [`Error::Access`] if the access token does not suffice, and [`Error::Configuration`] if TLS
    /// cannot be set up.
    pub(crate) fn new<O: Operation>(
        registry: &Registry,
        cursor: Option<String>,
    ) -> Result<Self, Error> {
        let http = registry.http().clone();
        let client = http.get().map_err(Error::Configuration)?;
        let context = registry.context(O::SPEC, cursor)?;
        Ok(Self { client: Client::new_with_client(registry.base_url(), client, context), http })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Converts the result of progenitor's client.
    ///
    /// The path may contain the `id` of the response. A response about another resource is an
    /// error. It may be a misplaced response: after a surplus response on a kept connection, each
    /// call on that connection receives the response to the call before it. The client therefore
    /// discards its connections.
    pub(crate) fn finish<O: Operation>(
        &self,
        result: WireResult,
        arguments: &WireArguments,
    ) -> Result<Response<O::Output>, Error> {
        let response = self.decode::<O>(result)?;
        let Some((index, received)) = O::id(response.value()) else { return Ok(response) };
        let requested = arguments.one(index);
        if received == requested {
            return Ok(response);
        }
        let received = received.to_owned();
        self.http.discard_connections();
        Err(response.into_mismatch(requested, &received).into())
    }

    /// Decodes and validates the recorded body in one pass. progenitor receives an empty body, so
    /// its own decoding fails for every successful status.
    fn decode<O: Operation>(&self, result: WireResult) -> Result<Response<O::Output>, Error> {
        let limit = self.client.inner.body_limit();
        let transcript = self.client.inner.take_transcript();
        let response = transcript.response.as_ref().map(|it| (it.body_end, it.status));
        Err(match (response, result) {
            // Any 2xx, even if the spec does not define it: a write has taken effect.
            (Some((BodyEnd::Complete, status)), _) if status.is_success() => {
                let Validated { value, violations } = match O::SPEC.response {
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
