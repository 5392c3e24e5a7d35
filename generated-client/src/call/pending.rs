//! The steps of a call around progenitor's client: argument checks before it, decoding and
//! validation after it.

use std::sync::Arc;

use progenitor_client::ResponseValue;

use super::context::Context;
use super::http::HttpClient;
use super::response::Response;
use super::transcript::BodyEnd;
use crate::credentials::Credentials;
use crate::error::{
    Error, InvalidArgument, InvalidResponse, OversizedBody, StatusError, TransportError,
};
use crate::generated::client::Client;
use crate::options::Options;
use crate::validate::string_types::{self, CheckedString};
use crate::validate::{self, HasSchema, Validated};

/// A call that is being made. Generated operations drive it.
pub(crate) struct PendingCall {
    client: Client,
    http: Arc<HttpClient>,
}

impl PendingCall {
    /// # Errors
    ///
    /// [`Error::Configuration`] if TLS cannot be set up.
    pub(crate) fn new(
        base_url: &str,
        http: Arc<HttpClient>,
        credentials: Credentials,
        options: Arc<Options>,
    ) -> Result<Self, Error> {
        let context = Context::new(credentials, options);
        let client = http.get().map_err(Error::Configuration)?;
        Ok(Self { client: Client::new_with_client(base_url, client, context), http })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Checks a path argument. Identifiers in responses are not checked when they are decoded,
    /// so an argument may be invalid.
    pub(crate) fn check_argument<T: CheckedString>(
        &self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        string_types::check_segment(T::RULES, value.as_ref())
            .map_err(|reason| InvalidArgument::named(name, reason).into())
    }

    /// Converts the result of progenitor's client.
    ///
    /// progenitor receives an empty body, so its own decoding fails for every status in the
    /// spec. The recorded body is decoded and validated here instead, in one pass.
    pub(crate) fn finish<T: HasSchema, E>(
        &self,
        result: Result<ResponseValue<T>, progenitor_client::Error<E>>,
    ) -> Result<Response<T>, Error> {
        use progenitor_client::Error as Failure;

        let limit = self.client.inner.body_limit();
        let transcript = self.client.inner.take_transcript();
        let response = transcript.response.as_ref().map(|it| (it.body_end, it.status));
        Err(match (response, result) {
            (
                Some((BodyEnd::Complete, status)),
                Ok(_) | Err(Failure::InvalidResponsePayload(..)),
            ) if status.is_success() => {
                let Validated { value, violations } =
                    validate::decode_validating::<T>(transcript.body());
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

    /// Converts the result of an operation whose path contains the `id` of its response.
    ///
    /// A response about another resource is an error. It may be a misplaced response: after a
    /// surplus response on a kept connection, each call on that connection receives the
    /// response to the call before it. The client therefore discards its connections.
    pub(crate) fn finish_for<I: CheckedString, T: HasSchema, E>(
        &self,
        requested: &I,
        id_of: impl FnOnce(&T) -> Option<&I>,
        result: Result<ResponseValue<T>, progenitor_client::Error<E>>,
    ) -> Result<Response<T>, Error> {
        let response = self.finish(result)?;
        let received = id_of(response.value()).map(AsRef::as_ref);
        match received.filter(|&received| received != requested.as_ref()).map(str::to_owned) {
            Some(received) => {
                self.http.discard_connections();
                Err(response.into_mismatch(requested.as_ref(), &received).into())
            }
            None => Ok(response),
        }
    }
}
