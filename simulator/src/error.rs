//! What the simulator refuses.

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;

use isometric_registry::audit::consistency::Finding;
use isometric_registry::types::{CreditBatchId, CreditBatchStatus};
use isometric_registry::validate::Violation;

/// The simulator could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot serve at {address}: {source}; port 0 takes any that is free")]
pub struct StartError {
    pub(crate) address: SocketAddr,
    pub(crate) source: io::Error,
}

/// A change that would make a world that cannot exist, and so was not made.
///
/// For a world that must not exist there are the methods of
/// [`Simulator`](crate::Simulator) whose names start with `corrupt`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WorldError {
    /// There is no such batch.
    #[error("there is no credit batch {0}")]
    Unknown(CreditBatchId),
    /// The batch was made corrupt, and nobody knows what may happen to it.
    #[error("credit batch {0} is corrupt: only what is in order can be dealt with")]
    Corrupt(CreditBatchId),
    /// The batch is split or retired, and nothing can happen to it any more.
    #[error("credit batch {id} is {status}: only an active one can be dealt with")]
    NotActive {
        /// The batch.
        id: CreditBatchId,
        /// Its status.
        status: CreditBatchStatus,
    },
    /// The batch was delivered before.
    #[error("credit batch {0} is delivered already, and a batch is delivered once")]
    Delivered(CreditBatchId),
    /// A split would leave one of the children without a kilogram or with fewer.
    #[error(
        "credit batch {id} holds {of} kg, of which {kilograms} kg cannot be split off: \
         both children need one or more"
    )]
    Indivisible {
        /// The batch.
        id: CreditBatchId,
        /// What was to be split off.
        kilograms: i64,
        /// What there is.
        of: i64,
    },
    /// Nobody can issue so much, or so little.
    #[error("{0} kg cannot be issued: it takes 1 to 1000000000000")]
    Quantity(i64),
    /// There is such a batch already, or there was.
    #[error("there is a credit batch {0} already: give the new one another `id`")]
    Exists(CreditBatchId),
    /// The batch to be inserted has a parent or children.
    #[error(
        "credit batch {0} has relatives: insert it with neither parent nor children, and \
         split it here"
    )]
    Related(CreditBatchId),
    /// The serial number covers credits of another batch.
    #[error("{0} overlaps with that of another batch: give the new one another `serial_number`")]
    SerialNumber(String),
    /// The batch to be inserted breaks rules of the spec.
    #[error("credit batch {id} breaks the spec: {}", lines(violations))]
    Invalid {
        /// The batch.
        id: CreditBatchId,
        /// Every rule that it breaks.
        violations: Vec<Violation>,
    },
    /// The batch to be inserted contradicts itself.
    #[error("credit batch {id} contradicts itself: {}", lines(findings))]
    Inconsistent {
        /// The batch.
        id: CreditBatchId,
        /// Every contradiction.
        findings: Vec<Finding>,
    },
}

fn lines(several: &[impl Display]) -> String {
    several.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
