//! Responses as hyper sends them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};

use crate::connection::TruncatedBody;

pub(crate) type HttpResponse = Response<ResponseBody>;

/// The body of a response.
#[derive(Debug)]
pub(crate) enum ResponseBody {
    /// A body that is sent completely, unless it was sent already.
    Complete(Option<Bytes>),
    Truncated(TruncatedBody),
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match &mut *self {
            Self::Complete(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Truncated(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Complete(bytes) => bytes.is_none(),
            Self::Truncated(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Complete(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |b| b.len() as u64))
            }
            Self::Truncated(body) => body.size_hint(),
        }
    }
}

/// Creates a response with a body of any media type.
pub(crate) fn response(
    status: StatusCode,
    media_type: HeaderValue,
    body: impl Into<Bytes>,
) -> HttpResponse {
    let body = body.into();
    let body = (!body.is_empty()).then_some(body);
    let mut response = Response::new(ResponseBody::Complete(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}

/// Creates a response with a body of JSON.
pub(crate) fn json_response(status: StatusCode, body: impl Into<Bytes>) -> HttpResponse {
    response(status, HeaderValue::from_static("application/json"), body)
}

/// Truncates the body of a response.
pub(crate) fn truncate(response: HttpResponse, kept: usize) -> HttpResponse {
    response.map(|body| match body {
        ResponseBody::Complete(bytes) => {
            ResponseBody::Truncated(TruncatedBody::new(bytes.unwrap_or_default(), kept))
        }
        truncated @ ResponseBody::Truncated(_) => truncated,
    })
}
