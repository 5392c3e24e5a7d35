//! The HTTP server.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::api::access::authenticate;
use crate::api::error_response::ErrorResponse;
use crate::api::{self, ApiRequest, route};
use crate::canned::CannedResponses;
use crate::connection::{ResetSwitch, ResettableConnection};
use crate::fault::{Fault, FaultEffect, Faults};
use crate::received::{ReceivedRequest, RequestLog};
use crate::response::{HttpResponse, json_response, response, truncate};
use crate::served::ServedWorld;

/// The path of the base URL, as in both of Isometric's environments.
pub(crate) const BASE_PATH: &str = "/registry/v0";

/// The maximum size of the request line and the headers, in bytes. Larger ones get 431.
const MAX_HEAD_BYTES: usize = 64 << 10;

/// The maximum size of the body of a request, in bytes. Larger ones get 413.
const MAX_BODY_BYTES: usize = 1 << 20;

/// The pause after a connection could not be accepted, for example for lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// The state that the server thread and the [`Simulator`](crate::Simulator) share.
#[derive(Debug)]
pub(crate) struct ServerState {
    world: Mutex<ServedWorld>,
    faults: Mutex<Faults>,
    canned: Mutex<CannedResponses>,
    requests: Mutex<RequestLog>,
    /// The time in which a client must send a request.
    request_timeout: Duration,
}

impl ServerState {
    pub(crate) fn new(world: ServedWorld, request_timeout: Duration) -> Self {
        Self {
            world: Mutex::new(world),
            faults: Mutex::default(),
            canned: Mutex::default(),
            requests: Mutex::default(),
            request_timeout,
        }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, ServedWorld> {
        lock(&self.world)
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
    tokio::spawn(accept(listener, state));
    let _ = stopped.await;
}

async fn accept(listener: TcpListener, state: Arc<ServerState>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve_connection(stream, state.clone()))),
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn serve_connection(stream: TcpStream, state: Arc<ServerState>) {
    let switch = ResetSwitch::default();
    let connection = ResettableConnection::new(stream, switch.clone());
    let timeout = state.request_timeout;
    let service = service_fn(move |request| {
        let (state, switch) = (state.clone(), switch.clone());
        async move { Ok::<_, Infallible>(respond(&state, &switch, request).await) }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(timeout).max_buf_size(MAX_HEAD_BYTES);
    // A failed connection concerns its client only.
    let _ = server.serve_connection(TokioIo::new(connection), service).await;
}

/// Reads and logs a request, and applies its fault.
async fn respond(
    state: &ServerState,
    switch: &ResetSwitch,
    request: Request<Incoming>,
) -> HttpResponse {
    let (head, body) = request.into_parts();
    let body = read_body(body, state.request_timeout).await;
    let logged = body.as_ref().cloned().unwrap_or_default();
    let received = ReceivedRequest::new(&head.method, &head.uri, &head.headers, logged);
    state.requests().push(received);
    let path = below_base_path(head.uri.path());
    let request = body.as_ref().map(|body| ApiRequest {
        method: &head.method,
        path,
        query: head.uri.query().unwrap_or_default(),
        headers: &head.headers,
        body,
    });
    let operation = route::by_request(&head.method, path).map(|operation| operation.name);
    let fault = state.faults().take(path, operation);
    let ordinary = || match request {
        Ok(request) => ordinary_response(state, request),
        Err(status) => ErrorResponse::of(*status).into_response(),
    };
    match fault {
        Some(fault) => apply_fault(fault, switch, ordinary).await,
        None => ordinary(),
    }
}

/// Reads the body of a request.
async fn read_body(body: Incoming, timeout: Duration) -> Result<Bytes, StatusCode> {
    let body = Limited::new(body, MAX_BODY_BYTES).collect();
    match tokio::time::timeout(timeout, body).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(_)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

fn below_base_path(path: &str) -> &str {
    path.strip_prefix(BASE_PATH).unwrap_or(path)
}

async fn apply_fault(
    fault: Fault,
    switch: &ResetSwitch,
    ordinary: impl FnOnce() -> HttpResponse,
) -> HttpResponse {
    if !fault.delay.is_zero() {
        tokio::time::sleep(fault.delay).await;
    }
    let mut response = match fault.effect {
        FaultEffect::None => ordinary(),
        FaultEffect::Status(status, None) => ErrorResponse::of(status).into_response(),
        FaultEffect::Status(status, Some((media_type, body))) => response(status, media_type, body),
        FaultEffect::Reset => {
            switch.reset();
            json_response(StatusCode::OK, Bytes::new())
        }
        FaultEffect::Truncate(kept) => truncate(ordinary(), kept),
    };
    if let Some(value) = fault.retry_after {
        response.headers_mut().insert(RETRY_AFTER, value);
    }
    response
}

/// Returns the queued canned response to an authenticated request, or else the response from the
/// state of the world.
fn ordinary_response(state: &ServerState, request: ApiRequest<'_>) -> HttpResponse {
    if let Some(operation) = route::by_request(request.method, request.path)
        && authenticate(request.headers, operation.needs_access_token).is_ok()
        && let Some(response) = state.canned().take(operation.name)
    {
        return response;
    }
    api::respond(&mut state.world(), request)
}
