//! The reasons for which the registry refuses a write.

/// A write that was refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefusedWrite {
    pub(crate) reason: RefusalReason,
    /// The index of the batch in the request, if the refusal is about a batch.
    pub(crate) portion: Option<usize>,
}

/// The reason for a refusal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RefusalReason {
    /// No resource has the identifier.
    #[error("{0} does not exist")]
    Unknown(String),
    /// The stated owner does not own the credits.
    #[error("{0} belongs to another organisation")]
    NotOwner(String),
    /// The batch is split or retired.
    #[error("{id} is {status}; expected an active batch")]
    NotActive { id: String, status: &'static str },
    /// The batch was already delivered.
    #[error("{0} was already delivered")]
    AlreadyDelivered(String),
    /// The batch, the order or the owner has fewer credits than requested.
    #[error("{requested} kg were requested, but only {available} kg are available")]
    NotEnough { available: i64, requested: i64 },
    /// The batch originates from another supplier.
    #[error("{0} originates from another supplier")]
    OtherSupplier(String),
    /// The request does not name a batch.
    #[error("at least one batch is required")]
    NoBatches,
}

impl From<RefusalReason> for RefusedWrite {
    fn from(reason: RefusalReason) -> Self {
        Self { reason, portion: None }
    }
}
