//! The errors of the simulator's methods.

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;

use http::StatusCode;
use isometric_registry::audit::Finding;
use isometric_registry::types::{CreditBatchId, CreditBatchStatus};
use isometric_registry::validate::Violation;

/// The simulator could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot serve at {address}: {source}; port 0 selects a free port")]
pub struct StartError {
    pub(crate) address: SocketAddr,
    pub(crate) source: io::Error,
}

/// A canned response was rejected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// The spec has no operation with this `operationId`.
    #[error("unknown operation `{0}`; expected an `operationId` of the spec")]
    UnknownOperation(String),
    /// The number is not the status of a final response.
    #[error("status {0}: expected 200 to 599")]
    InvalidStatus(u16),
    /// The value cannot be serialized as JSON.
    #[error("response body: {0}")]
    Body(#[from] serde_json::Error),
}

/// A change was rejected because it would make the world inconsistent.
///
/// The methods of [`Simulator`](crate::Simulator) whose names start with `corrupt` create
/// inconsistent worlds.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WorldError {
    /// The batch does not exist.
    #[error("unknown credit batch {0}")]
    Unknown(CreditBatchId),
    /// The batch is corrupt, so it cannot be read or changed.
    #[error("credit batch {0} is corrupt")]
    Corrupt(CreditBatchId),
    /// The batch is split or retired, so it cannot change any more.
    #[error("credit batch {id}: expected status `active`, found `{status}`")]
    NotActive {
        /// The batch.
        id: CreditBatchId,
        /// The status of the batch.
        status: CreditBatchStatus,
    },
    /// The batch was already delivered.
    #[error("credit batch {0} is already delivered")]
    AlreadyDelivered(CreditBatchId),
    /// The batch is not in a buffer pool, so it cannot be refunded.
    #[error("credit batch {0} is not in a buffer pool")]
    NotInBufferPool(CreditBatchId),
    /// No resource of the world has the identifier.
    #[error("unknown resource {0}")]
    UnknownResource(String),
    /// The batch does not decode, which is a bug of the simulator.
    #[error("credit batch does not decode: {0}")]
    Undecodable(String),
    /// A child of the split would have less than one kilogram.
    #[error(
        "credit batch {id}: cannot split off {kilograms} of {size} kg; \
         each child must get at least 1 kg"
    )]
    Indivisible {
        /// The batch.
        id: CreditBatchId,
        /// The requested size of the left child, in kilograms.
        kilograms: i64,
        /// The size of the batch, in kilograms.
        size: i64,
    },
    /// The size of the batch to be issued is out of range.
    #[error("cannot issue {0} kg; expected 1 to 1000000000000 kg")]
    InvalidQuantity(i64),
    /// The identifier is, or was, in use.
    #[error("credit batch {0} already exists; change its `id`")]
    AlreadyExists(CreditBatchId),
    /// The batch to be inserted has a parent or children.
    #[error(
        "credit batch {0} has relatives; insert a batch without parent and children, then split it"
    )]
    HasRelatives(CreditBatchId),
    /// The serial number of the batch to be inserted overlaps that of another batch.
    #[error("serial number {0} overlaps that of another batch; change `serial_number`")]
    SerialNumberInUse(String),
    /// The batch to be inserted violates the spec.
    #[error("credit batch {id} violates the spec: {}", joined(violations))]
    Invalid {
        /// The batch.
        id: CreditBatchId,
        /// All violations.
        violations: Vec<Violation>,
    },
    /// The batch to be inserted contradicts itself.
    #[error("inconsistent credit batch: {}", joined(findings))]
    Inconsistent {
        /// The batch.
        id: CreditBatchId,
        /// All contradictions.
        findings: Vec<Finding>,
    },
}

/// Returns the status of a final response.
pub(crate) fn final_status(status: u16) -> Result<StatusCode, AnswerError> {
    let code = StatusCode::from_u16(status).ok().filter(|_| (200..600).contains(&status));
    code.ok_or(AnswerError::InvalidStatus(status))
}

fn joined(items: &[impl Display]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
