//! Canned responses to operations.

use bytes::Bytes;
use http::StatusCode;

use crate::response::{HttpResponse, json_response};

/// A canned response to an operation.
#[derive(Debug)]
struct CannedResponse {
    ticket: u64,
    operation: &'static str,
    status: StatusCode,
    body: Bytes,
    /// The number of requests that still receive this response. `None` means all requests.
    remaining: Option<usize>,
}

/// The queued canned responses, oldest first.
#[derive(Debug, Default)]
pub(crate) struct CannedResponses {
    responses: Vec<CannedResponse>,
    next_ticket: u64,
}

impl CannedResponses {
    /// Adds a response for one request, and returns its ticket.
    pub(crate) fn add(&mut self, operation: &'static str, status: StatusCode, body: Bytes) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let remaining = Some(1);
        self.responses.push(CannedResponse { ticket, operation, status, body, remaining });
        ticket
    }

    /// Changes the number of requests that a response answers.
    pub(crate) fn set_remaining(&mut self, ticket: u64, remaining: Option<usize>) {
        let response = self.responses.iter_mut().find(|response| response.ticket == ticket);
        if let Some(response) = response {
            response.remaining = remaining;
        }
    }

    pub(crate) fn clear(&mut self) {
        self.responses.clear();
    }

    /// Takes the oldest response to an operation.
    pub(crate) fn take(&mut self, operation: &str) -> Option<HttpResponse> {
        self.responses.retain(|response| response.remaining != Some(0));
        let response = self.responses.iter_mut().find(|each| each.operation == operation)?;
        response.remaining = response.remaining.map(|remaining| remaining - 1);
        Some(json_response(response.status, response.body.clone()))
    }
}
