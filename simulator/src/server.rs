//! The HTTP server: axum, and nothing that knows the world.

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
use crate::connection::{CutBody, Resettable, Switch};
use crate::fault::{Effect, Fault, Faults};
use crate::ledger::Ledger;
use crate::refusal::{Refusal, credit_batch_id, json_body};
use crate::request::{self, Requests};

/// The path of the base URL, as in both of Isometric's environments.
pub(crate) const BASE_PATH: &str = "/registry/v0";

/// What the server and the one who started it share.
#[derive(Debug)]
pub(crate) struct Shared {
    ledger: Mutex<Ledger>,
    faults: Mutex<Faults>,
    requests: Mutex<Requests>,
}

impl Shared {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger: Mutex::new(ledger), faults: Mutex::default(), requests: Mutex::default() }
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.ledger)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub(crate) fn requests(&self) -> MutexGuard<'_, Requests> {
        lock(&self.requests)
    }
}

/// No change is left half done, so a panic elsewhere breaks nothing in here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves until it is told to stop, or nobody is left to tell it.
pub(crate) async fn serve(
    listener: TcpListener,
    shared: Arc<Shared>,
    stopped: oneshot::Receiver<()>,
) {
    let app = router(shared).into_make_service_with_connect_info::<Switch>();
    tokio::spawn(async { axum::serve(Resettable(listener), app).await });
    let _ = stopped.await;
}

fn router(shared: Arc<Shared>) -> Router {
    let credit_batch = get(credit_batch).head(method_not_allowed).fallback(method_not_allowed);
    Router::new()
        .route(&format!("{BASE_PATH}/credit_batches/{{id}}"), credit_batch)
        .fallback(not_found)
        .layer(middleware::from_fn_with_state(shared.clone(), intercept))
        .with_state(shared)
}

async fn credit_batch(
    State(shared): State<Arc<Shared>>,
    id: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let access = authenticate(&headers)?;
    let id = match id {
        Ok(Path(text)) => credit_batch_id(&text)?,
        // What is no UTF-8 once it is decoded is no identifier before, either.
        Err(_) => credit_batch_id(uri.path().rsplit('/').next().unwrap_or_default())?,
    };
    let record = shared.ledger().record(&id).map_err(|_| Refusal::of(StatusCode::NOT_FOUND))?;
    if access == Access::None {
        return Err(Refusal::of(StatusCode::FORBIDDEN));
    }
    let json = record.to_json().map_err(|_| Refusal::of(StatusCode::INTERNAL_SERVER_ERROR))?;
    Ok(json_body(json.into()).into_response())
}

async fn not_found() -> Refusal {
    Refusal::of(StatusCode::NOT_FOUND)
}

async fn method_not_allowed() -> Refusal {
    Refusal::of(StatusCode::METHOD_NOT_ALLOWED).with(ALLOW, HeaderValue::from_static("GET"))
}

/// Remembers the request and lets it meet its fault.
async fn intercept(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    request: Request,
    next: Next,
) -> Response {
    let received = request::Request::new(request.method(), request.uri(), request.headers());
    let path = received.path().strip_prefix(BASE_PATH).unwrap_or(received.path());
    let fault = shared.faults().meet(path);
    shared.requests().push(received);
    match fault {
        Some(fault) => fail(fault, &switch, request, next).await,
        None => next.run(request).await,
    }
}

async fn fail(fault: Fault, switch: &Switch, request: Request, next: Next) -> Response {
    if !fault.delay.is_zero() {
        tokio::time::sleep(fault.delay).await;
    }
    let mut response = match fault.effect {
        Effect::None => next.run(request).await,
        Effect::Status(status, None) => Refusal::of(status).into_response(),
        Effect::Status(status, Some((media_type, body))) => {
            (status, [(CONTENT_TYPE, media_type)], body).into_response()
        }
        Effect::Reset => {
            switch.reset();
            StatusCode::OK.into_response()
        }
        Effect::Cut(kept) => cut(next.run(request).await, kept).await,
    };
    if let Some(value) = fault.retry_after {
        response.headers_mut().insert(RETRY_AFTER, value);
    }
    response
}

/// The response, with a body that ends early.
async fn cut(response: Response, kept: usize) -> Response {
    let (parts, body) = response.into_parts();
    // The bodies of this server are in memory, and reading them cannot fail.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    Response::from_parts(parts, Body::new(CutBody::new(bytes, kept)))
}
