//! The `ISOMETRIC_*` environment variables.

use crate::error::{Error, InvalidSetting};
use crate::generated::Environment;
use crate::validate::excerpt;

/// Reads a variable of the process. Non-Unicode values are converted lossily, so that the
/// caller rejects them as invalid instead of missing.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// Reads a required variable. An empty value counts as missing.
pub(crate) fn required(
    lookup: impl Fn(&str) -> Option<String>,
    name: &'static str,
    expected: &str,
) -> Result<String, InvalidSetting> {
    let value = lookup(name).filter(|value| !value.is_empty());
    value.ok_or_else(|| InvalidSetting::new(name, format!("not set; {expected}")))
}

impl Environment {
    /// The name of the variable that [`from_env`](Self::from_env) reads.
    pub const VARIABLE: &'static str = "ISOMETRIC_ENVIRONMENT";

    /// Reads `ISOMETRIC_ENVIRONMENT` (`sandbox` or `production`).
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] if the variable is missing, empty or has another value.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_lookup(variable)
    }

    /// Reads the same variable as [`from_env`](Self::from_env) from `lookup`.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`from_env`](Self::from_env).
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let names: Vec<_> = Self::ALL.iter().map(|known| format!("`{}`", known.as_str())).collect();
        let expected = format!("expected {}", names.join(" or "));
        let name = required(lookup, Self::VARIABLE, &expected).map_err(Error::Configuration)?;
        let found = Self::ALL.iter().find(|known| known.as_str() == name);
        found.copied().ok_or_else(|| {
            let reason = format!("unknown environment {}; {expected}", excerpt(&name));
            Error::Configuration(InvalidSetting::new(Self::VARIABLE, reason))
        })
    }
}
