//! The HTTP API of a ledger: routing, authentication, validation and pages by the tables of the
//! operations.

pub(crate) mod access;
mod arguments;
pub(crate) mod error_response;
mod invalid;
mod page;
mod reads;
pub(crate) mod route;
mod writes;

use http::header::ALLOW;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use isometric_registry::operations::OperationSpec;
use serde_json::Value;

use self::access::authenticate;
use self::arguments::RequestArguments;
use self::error_response::ErrorResponse;
use crate::response::{HttpResponse, json_response};
use crate::served::ServedWorld;

/// A request to a path below the base URL, with its body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ApiRequest<'r> {
    pub(crate) method: &'r Method,
    pub(crate) path: &'r str,
    pub(crate) query: &'r str,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) body: &'r [u8],
}

/// Responds to a request from the state of the world.
pub(crate) fn respond(world: &mut ServedWorld, request: ApiRequest<'_>) -> HttpResponse {
    let result = match route::by_request(request.method, request.path) {
        Some(operation) => perform(world, operation, request),
        None => Err(no_operation(request.path)),
    };
    match result.map(|value| serde_json::to_vec(&value)) {
        Ok(Ok(body)) => json_response(StatusCode::OK, body),
        Ok(Err(_)) => ErrorResponse::of(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
        Err(error) => error.into_response(),
    }
}

/// Creates the response to a request without an operation: 405 if the path has other methods.
fn no_operation(path: &str) -> ErrorResponse {
    let methods: Vec<_> = route::at_path(path).iter().map(|operation| operation.method).collect();
    match HeaderValue::from_str(&methods.join(", ")) {
        Ok(allow) if !allow.is_empty() => {
            ErrorResponse::of(StatusCode::METHOD_NOT_ALLOWED).with(ALLOW, allow)
        }
        _ => ErrorResponse::of(StatusCode::NOT_FOUND),
    }
}

fn perform(
    world: &mut ServedWorld,
    operation: &'static OperationSpec,
    request: ApiRequest<'_>,
) -> Result<Value, ErrorResponse> {
    let ApiRequest { path, query, headers, body, .. } = request;
    let caller = authenticate(headers, operation.needs_access_token)?;
    let arguments =
        RequestArguments::parse(operation, path, query, body).map_err(ErrorResponse::invalid)?;
    let mut response = if operation.method == Method::GET.as_str() {
        reads::read(world, operation, caller, &arguments)?
    } else {
        let organisation = caller.organisation(&world.ledger);
        let forbidden = || ErrorResponse::of(StatusCode::FORBIDDEN);
        let organisation = organisation.ok_or_else(forbidden)?;
        writes::write(&mut world.ledger, operation.name, organisation, body)?
    };
    let id = arguments.path.values().next().map(String::as_str);
    world.apply_edits(operation.name, id, &mut response);
    Ok(response)
}
