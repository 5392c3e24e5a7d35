//! The secrets that must not be printed.

use std::borrow::Cow;
use std::env;
use std::sync::{Mutex, PoisonError};

use isometric_registry::Credentials;

/// The secrets from `--credentials`.
static FILE_SECRETS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Adds a secret for [`redact`].
pub(crate) fn add_secret(secret: &str) {
    FILE_SECRETS.lock().unwrap_or_else(PoisonError::into_inner).push(secret.to_owned());
}

/// Replaces the secrets of the environment and of `--credentials` with `[redacted]`. Users paste
/// secrets into arguments, and error messages quote arguments.
pub(crate) fn redact(text: &str) -> Cow<'_, str> {
    let mut secrets: Vec<_> =
        Credentials::VARIABLES.iter().filter_map(|name| env::var(name).ok()).collect();
    secrets.extend_from_slice(&FILE_SECRETS.lock().unwrap_or_else(PoisonError::into_inner));
    // The bare secrets of values that are rejected, because they have a scheme or white space.
    let bare = |secret: &String| secret.trim().trim_start_matches("Bearer ").to_owned();
    secrets.extend(secrets.iter().map(bare).collect::<Vec<_>>());
    isometric_registry::redact(text, &secrets)
}
