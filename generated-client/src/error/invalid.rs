//! Successful responses that violate the spec.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;

use super::message::first_and_count;
use crate::call::transcript::Transcript;
use crate::validate::Violation;

/// A successful response whose body violates the spec.
///
/// The error keeps the whole body and, if the body could be decoded, the value.
///
/// ```no_run
/// use isometric_registry::{Error, Registry, types::CreditBatch};
///
/// # async fn example(registry: Registry) -> Result<(), Error> {
/// # let id = "ctb_1DRBTYA8Q1S07CBY".parse()?;
/// match registry.credit_batch(&id).await {
///     Ok(batch) => println!("{}", batch.serial_number),
///     Err(Error::Invalid(invalid)) => {
///         for violation in invalid.violations() {
///             eprintln!("{violation}");
///         }
///         if let Some(batch) = invalid.value::<CreditBatch>() {
///             println!("{}", batch.serial_number);
///         }
///     }
///     Err(other) => return Err(other),
/// }
/// # Ok(())
/// # }
/// ```
pub struct InvalidResponse {
    violations: Vec<Violation>,
    value: Option<Box<dyn Any + Send + Sync>>,
    pub(super) transcript: Transcript,
}

impl InvalidResponse {
    pub(crate) fn decoded<T: Any + Send + Sync>(
        value: T,
        violations: Vec<Violation>,
        transcript: Transcript,
    ) -> Self {
        Self { violations, value: Some(Box::new(value)), transcript }
    }

    pub(crate) fn undecodable(violations: Vec<Violation>, transcript: Transcript) -> Self {
        Self { violations, value: None, transcript }
    }

    /// Returns all violations of the spec in the body. There is at least one: a body that
    /// cannot be decoded is a violation, too.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Returns the value, if the body could be decoded and the value has the type `T`.
    pub fn value<T: Any>(&self) -> Option<&T> {
        self.value.as_ref()?.downcast_ref()
    }

    /// Returns the value under the conditions of [`value`](Self::value).
    pub fn into_value<T: Any>(self) -> Option<T> {
        self.value?.downcast().ok().map(|value| *value)
    }

    /// Returns the whole body. Credentials echoed by the server are replaced by
    /// `[redacted]`.
    pub fn body(&self) -> &[u8] {
        self.transcript.body()
    }
}

impl fmt::Display for InvalidResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { violations, transcript, .. } = self;
        let operation = transcript.operation();
        let found = first_and_count(violations);
        write!(f, "{operation}: response violates the spec: {found} ({transcript})")
    }
}

impl fmt::Debug for InvalidResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvalidResponse")
            .field("violations", &self.violations)
            .field("has_value", &self.value.is_some())
            .field("transcript", &self.transcript)
            .finish()
    }
}

impl StdError for InvalidResponse {}
