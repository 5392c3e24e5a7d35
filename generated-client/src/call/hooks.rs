//! The hooks of progenitor's client: authentication, retries and the size limit.

use http::header::{AUTHORIZATION, HeaderName};
use progenitor_client::{ClientHooks, OperationInfo};

use super::context::Context;
use super::transcript::BodyEnd;
use crate::generated::CLIENT_SECRET_HEADER;
use crate::generated::client::Client;

const CLIENT_SECRET: HeaderName = HeaderName::from_static(CLIENT_SECRET_HEADER);

/// The header in which Dropshot clients name the version of an API. progenitor always sends
/// it, but this API does not define it.
const API_VERSION: HeaderName = HeaderName::from_static("api-version");

impl ClientHooks<Context> for Client {
    async fn pre<E>(
        &self,
        request: &mut reqwest::Request,
        info: &OperationInfo,
    ) -> Result<(), progenitor_client::Error<E>> {
        let headers = request.headers_mut();
        headers.remove(API_VERSION);
        if let Some(authorization) = self.inner.authorization() {
            headers.insert(AUTHORIZATION, authorization);
        }
        headers.insert(CLIENT_SECRET, self.inner.client_secret());
        self.inner.record_request(info.operation_id, request);
        if self.inner.is_dry_run() {
            return Err(progenitor_client::Error::Custom("dry run".to_owned()));
        }
        Ok(())
    }

    async fn exec(
        &self,
        request: reqwest::Request,
        info: &OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        self.inner.execute(&self.client, request, info).await
    }

    /// Fails a call whose body is too large. `exec` cannot: its error type belongs to reqwest.
    async fn post<E>(
        &self,
        _: &reqwest::Result<reqwest::Response>,
        _: &OperationInfo,
    ) -> Result<(), progenitor_client::Error<E>> {
        if self.inner.body_end() == Some(BodyEnd::Oversized) {
            let message = "the body exceeds the limit".to_owned();
            return Err(progenitor_client::Error::Custom(message));
        }
        Ok(())
    }
}
