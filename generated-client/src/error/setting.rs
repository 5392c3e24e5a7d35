//! Settings and credentials that are missing or invalid.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

/// A setting that is missing or invalid. Values that may be secret are never shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSetting {
    setting: &'static str,
    reason: Cow<'static, str>,
}

impl InvalidSetting {
    pub(crate) fn new(setting: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { setting, reason: reason.into() }
    }

    /// Returns the name of the setting: an environment variable, or a plain name such as
    /// `base URL`.
    pub fn setting(&self) -> &'static str {
        self.setting
    }
}

impl fmt::Display for InvalidSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.reason)
    }
}

impl StdError for InvalidSetting {}
