//! The HTTP server.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::access::{Access, authenticate};
use crate::canned::CannedResponses;
use crate::connection::{ResetSwitch, ResettableListener, TruncatedBody};
use crate::error_response::{ErrorResponse, json_body, parse_credit_batch_id};
use crate::fault::{Fault, FaultEffect, Faults};
use crate::ledger::Ledger;
use crate::operation;
use crate::received::{ReceivedRequest, RequestLog};

/// The path of the base URL, as in both of Isometric's environments.
pub(crate) const BASE_PATH: &str = "/registry/v0";

/// The state that the server thread and the [`Simulator`](crate::Simulator) share.
#[derive(Debug)]
pub(crate) struct ServerState {
    ledger: Mutex<Ledger>,
    faults: Mutex<Faults>,
    canned: Mutex<CannedResponses>,
    requests: Mutex<RequestLog>,
}

impl ServerState {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self {
            ledger: Mutex::new(ledger),
            faults: Mutex::default(),
            canned: Mutex::default(),
            requests: Mutex::default(),
        }
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.ledger)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub(crate) fn canned(&self) -> MutexGuard<'_, CannedResponses> {
        lock(&self.canned)
    }

    pub(crate) fn requests(&self) -> MutexGuard<'_, RequestLog> {
        lock(&self.requests)
    }
}

/// Locks a mutex and ignores poisoning: every change is complete before a panic could occur.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves until `stopped` receives a message or its sender is dropped.
pub(crate) async fn serve(
    listener: TcpListener,
    state: Arc<ServerState>,
    stopped: oneshot::Receiver<()>,
) {
    let app = router(state).into_make_service_with_connect_info::<ResetSwitch>();
    tokio::spawn(async { axum::serve(ResettableListener(listener), app).await });
    let _ = stopped.await;
}

fn router(state: Arc<ServerState>) -> Router {
    let credit_batch = get(credit_batch).head(method_not_allowed).fallback(method_not_allowed);
    Router::new()
        .route(&format!("{BASE_PATH}/credit_batches/{{id}}"), credit_batch)
        .fallback(not_found)
        .layer(middleware::from_fn_with_state(state.clone(), intercept))
        .with_state(state)
}

async fn credit_batch(
    State(state): State<Arc<ServerState>>,
    id: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ErrorResponse> {
    let access = authenticate(&headers)?;
    let id = match id {
        Ok(Path(text)) => parse_credit_batch_id(&text)?,
        // The decoded segment is not UTF-8, so the encoded one is not a valid identifier either.
        Err(_) => parse_credit_batch_id(uri.path().rsplit('/').next().unwrap_or_default())?,
    };
    let batch = state.ledger().stored(&id).map_err(|_| ErrorResponse::of(StatusCode::NOT_FOUND))?;
    if access == Access::None {
        return Err(ErrorResponse::of(StatusCode::FORBIDDEN));
    }
    let json = batch.to_json().map_err(|_| ErrorResponse::of(StatusCode::INTERNAL_SERVER_ERROR))?;
    Ok(json_body(json.into()).into_response())
}

async fn not_found() -> ErrorResponse {
    ErrorResponse::of(StatusCode::NOT_FOUND)
}

async fn method_not_allowed() -> ErrorResponse {
    let allow = HeaderValue::from_static("GET");
    ErrorResponse::of(StatusCode::METHOD_NOT_ALLOWED).with(ALLOW, allow)
}

/// Logs the request and applies its fault.
async fn intercept(
    State(state): State<Arc<ServerState>>,
    ConnectInfo(switch): ConnectInfo<ResetSwitch>,
    request: Request,
    next: Next,
) -> Response {
    let received = ReceivedRequest::new(request.method(), request.uri(), request.headers());
    let fault = state.faults().take(below_base_path(received.path()));
    state.requests().push(received);
    match fault {
        Some(fault) => apply_fault(fault, &switch, &state, request, next).await,
        None => respond(&state, request, next).await,
    }
}

fn below_base_path(path: &str) -> &str {
    path.strip_prefix(BASE_PATH).unwrap_or(path)
}

async fn apply_fault(
    fault: Fault,
    switch: &ResetSwitch,
    state: &ServerState,
    request: Request,
    next: Next,
) -> Response {
    if !fault.delay.is_zero() {
        tokio::time::sleep(fault.delay).await;
    }
    let mut response = match fault.effect {
        FaultEffect::None => respond(state, request, next).await,
        FaultEffect::Status(status, None) => ErrorResponse::of(status).into_response(),
        FaultEffect::Status(status, Some((media_type, body))) => {
            (status, [(CONTENT_TYPE, media_type)], body).into_response()
        }
        FaultEffect::Reset => {
            switch.reset();
            StatusCode::OK.into_response()
        }
        FaultEffect::Truncate(kept) => truncate(respond(state, request, next).await, kept).await,
    };
    if let Some(value) = fault.retry_after {
        response.headers_mut().insert(RETRY_AFTER, value);
    }
    response
}

/// Truncates the body of a response.
async fn truncate(response: Response, kept: usize) -> Response {
    let (parts, body) = response.into_parts();
    // All bodies of this server are in memory, so reading them cannot fail.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    Response::from_parts(parts, Body::new(TruncatedBody::new(bytes, kept)))
}

/// Returns the queued canned response to an authenticated request, or else the response of the
/// handler.
async fn respond(state: &ServerState, request: Request, next: Next) -> Response {
    let path = below_base_path(request.uri().path());
    if let Some(operation) = operation::by_request(request.method(), path)
        && authenticate(request.headers()).is_ok()
        && let Some(response) = state.canned().take(operation.name)
    {
        return response;
    }
    next.run(request).await
}
