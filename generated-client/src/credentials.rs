//! The secrets that authenticate calls.

use std::fmt;

use http::HeaderValue;

use crate::call::redact::MIN_SECRET;
use crate::environment::{required, variable};
use crate::error::{Error, InvalidSetting};

const ACCESS_TOKEN: &str = "ISOMETRIC_ACCESS_TOKEN";
const CLIENT_SECRET: &str = "ISOMETRIC_CLIENT_SECRET";

const SCHEME: &str = "Bearer ";

/// An access token and a client secret.
///
/// The access token, a JWT, identifies the organisation on whose behalf a call is made. The
/// client secret identifies the calling application and belongs to one
/// [`Environment`](crate::Environment): production rejects secrets of the sandbox.
///
/// Neither is ever shown. `Debug` omits them, the headers that carry them are marked as
/// sensitive, and if a server echoes them, they are replaced as by [`redact`](crate::redact)
/// before the response is available.
#[derive(Clone)]
pub struct Credentials {
    authorization: HeaderValue,
    client_secret: HeaderValue,
}

impl Credentials {
    /// The names of the variables that [`from_env`](Self::from_env) reads.
    pub const VARIABLES: [&'static str; 2] = [ACCESS_TOKEN, CLIENT_SECRET];

    /// Creates credentials from an access token, without `Bearer`, and a client secret.
    ///
    /// # Errors
    ///
    /// [`Error::Credentials`] if either has fewer than 8 characters, or contains other
    /// characters than visible ASCII.
    pub fn new(access_token: &str, client_secret: &str) -> Result<Self, Error> {
        Self::named(("access token", access_token), ("client secret", client_secret))
            .map_err(Error::Credentials)
    }

    /// Reads `ISOMETRIC_ACCESS_TOKEN` and `ISOMETRIC_CLIENT_SECRET`.
    ///
    /// # Errors
    ///
    /// [`Error::Credentials`] if a variable is missing, empty, or invalid for
    /// [`new`](Self::new).
    pub fn from_env() -> Result<Self, Error> {
        Self::from_lookup(variable)
    }

    /// Reads the same variables as [`from_env`](Self::from_env) from `lookup`.
    ///
    /// # Errors
    ///
    /// Those of [`from_env`](Self::from_env).
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let find = |name| required(&lookup, name, "every call requires it");
        let read = || {
            let (token, secret) = (find(ACCESS_TOKEN)?, find(CLIENT_SECRET)?);
            Self::named((ACCESS_TOKEN, &token), (CLIENT_SECRET, &secret))
        };
        read().map_err(Error::Credentials)
    }

    /// Creates credentials from two secrets with their names for error messages.
    fn named(
        (token_name, access_token): (&'static str, &str),
        (secret_name, client_secret): (&'static str, &str),
    ) -> Result<Self, InvalidSetting> {
        Ok(Self {
            authorization: header(token_name, SCHEME, access_token)?,
            client_secret: header(secret_name, "", client_secret)?,
        })
    }

    /// Returns the value of `Authorization`.
    pub(crate) fn authorization(&self) -> HeaderValue {
        self.authorization.clone()
    }

    /// Returns the value of the client-secret header.
    pub(crate) fn client_secret(&self) -> HeaderValue {
        self.client_secret.clone()
    }

    /// Returns the bare secrets, for redaction.
    pub(crate) fn secrets(&self) -> [&[u8]; 2] {
        [&self.authorization.as_bytes()[SCHEME.len()..], self.client_secret.as_bytes()]
    }
}

/// Creates the value of the header that carries a secret.
fn header(name: &'static str, scheme: &str, secret: &str) -> Result<HeaderValue, InvalidSetting> {
    const INVALID: &str = "contains a space, a line break or another character that secrets do \
                           not have; expected the secret alone";
    if secret.len() < MIN_SECRET {
        let reason = format!("too short; expected at least {MIN_SECRET} characters");
        return Err(InvalidSetting::new(name, reason));
    }
    if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(InvalidSetting::new(name, INVALID));
    }
    let value = HeaderValue::from_str(&format!("{scheme}{secret}"));
    let mut value = value.map_err(|_| InvalidSetting::new(name, INVALID))?;
    value.set_sensitive(true);
    Ok(value)
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Credentials;

    const TOKEN: &str = "eyJhbGciOi.J9uX-3_t.c2lnbmF0dXJl";
    const SECRET: &str = "uPrO-5ecret-wxAh";

    fn from(variables: &[(&str, &str)]) -> Result<Credentials, String> {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name);
        Credentials::from_lookup(|name| find(name).map(|(_, value)| (*value).to_owned()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn marks_headers_as_sensitive() {
        let credentials = Credentials::new(TOKEN, SECRET).unwrap();
        assert_eq!(credentials.authorization(), format!("Bearer {TOKEN}").as_str());
        assert_eq!(credentials.client_secret(), SECRET);
        assert!(credentials.authorization().is_sensitive());
        assert!(credentials.client_secret().is_sensitive());
        assert_eq!(credentials.secrets(), [TOKEN.as_bytes(), SECRET.as_bytes()]);
    }

    #[test]
    fn debug_shows_no_secret() {
        let credentials = Credentials::new(TOKEN, SECRET).unwrap();
        assert_eq!(format!("{credentials:?}"), "Credentials { .. }");
        assert_eq!(format!("{credentials:#?}"), "Credentials { .. }");
    }

    #[test]
    fn reads_two_variables() {
        let variables = [("ISOMETRIC_ACCESS_TOKEN", TOKEN), ("ISOMETRIC_CLIENT_SECRET", SECRET)];
        let credentials = from(&variables).unwrap();
        assert_eq!(credentials.secrets(), [TOKEN.as_bytes(), SECRET.as_bytes()]);
    }

    #[test]
    fn names_a_missing_or_empty_variable() {
        let missing = from(&[("ISOMETRIC_ACCESS_TOKEN", TOKEN)]).unwrap_err();
        let empty = [("ISOMETRIC_ACCESS_TOKEN", ""), ("ISOMETRIC_CLIENT_SECRET", SECRET)];
        let empty = from(&empty).unwrap_err();
        assert_eq!(missing, "ISOMETRIC_CLIENT_SECRET: not set; every call requires it");
        assert_eq!(empty, "ISOMETRIC_ACCESS_TOKEN: not set; every call requires it");
    }

    #[test]
    fn rejects_invalid_secrets_without_showing_them() {
        let invalid =
            ["", "p4ss", "Bearer 0123456789", "0123456789\n", "0123456789\u{fffd}", "0123\t4567"];
        for text in invalid {
            let error = Credentials::new(TOKEN, text).unwrap_err();
            for shown in [error.to_string(), format!("{error:?}")] {
                assert!(shown.contains("client secret"), "{shown}");
                assert!(text.is_empty() || !shown.contains(text), "{shown}");
            }
            assert!(Credentials::new(text, SECRET).is_err());
        }
    }
}
