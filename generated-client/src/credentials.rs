//! The two secrets that every call sends.

use std::fmt;

use http::HeaderValue;

use crate::error::{Error, InvalidSetting};

/// The variable of the environment that holds the access token.
const ACCESS_TOKEN: &str = "ISOMETRIC_ACCESS_TOKEN";
/// The variable of the environment that holds the client secret.
const CLIENT_SECRET: &str = "ISOMETRIC_CLIENT_SECRET";

/// Fewer characters are no secret, and cannot be told from ordinary text where a
/// server repeats them.
const SHORTEST: usize = 8;

const SCHEME: &str = "Bearer ";

/// An access token and a client secret.
///
/// The access token, a JWT, stands for the organisation on whose behalf a call is
/// made, and the client secret for the application that makes it. A client secret
/// belongs to one [`Environment`](crate::Environment): production refuses that of
/// the sandbox.
///
/// Neither is ever shown: `Debug` leaves them out, the headers that carry them are
/// marked as sensitive, and where a server repeats one, or at least its first 12
/// characters, `[redacted]` takes its place before anybody sees it. That holds for the
/// spellings of plain text, JSON and URLs; what a server makes of a secret besides, such
/// as its Base64, is not recognised.
#[derive(Clone)]
pub struct Credentials {
    authorization: HeaderValue,
    client_secret: HeaderValue,
}

impl Credentials {
    /// Credentials from an access token, without `Bearer`, and a client secret.
    ///
    /// # Errors
    ///
    /// [`Error::Credentials`] where one of them has fewer than 8 characters, or one
    /// that is not visible ASCII.
    pub fn new(access_token: &str, client_secret: &str) -> Result<Self, Error> {
        Self::named(("the access token", access_token), ("the client secret", client_secret))
            .map_err(Error::Credentials)
    }

    /// Credentials from `ISOMETRIC_ACCESS_TOKEN` and `ISOMETRIC_CLIENT_SECRET` in the
    /// environment of the process.
    ///
    /// # Errors
    ///
    /// [`Error::Credentials`] where one of them is missing, or is as [`new`](Self::new)
    /// does not take it.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_lookup(crate::registry::variable)
    }

    /// Credentials from the same variables as [`from_env`](Self::from_env), wherever
    /// `lookup` finds them.
    ///
    /// # Errors
    ///
    /// Those of [`from_env`](Self::from_env).
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let find = |name| {
            let value = lookup(name).filter(|value| !value.is_empty());
            value.ok_or(InvalidSetting::new(name, "is not set, and every call needs it"))
        };
        let both = || Ok((find(ACCESS_TOKEN)?, find(CLIENT_SECRET)?));
        both()
            .and_then(|(token, secret)| {
                Self::named((ACCESS_TOKEN, &token), (CLIENT_SECRET, &secret))
            })
            .map_err(Error::Credentials)
    }

    /// Credentials from two secrets and what the caller knows them as.
    fn named(
        (token_name, access_token): (&'static str, &str),
        (secret_name, client_secret): (&'static str, &str),
    ) -> Result<Self, InvalidSetting> {
        Ok(Self {
            authorization: header(token_name, SCHEME, access_token)?,
            client_secret: header(secret_name, "", client_secret)?,
        })
    }

    /// The value of `Authorization`.
    pub(crate) fn authorization(&self) -> HeaderValue {
        self.authorization.clone()
    }

    /// The value of the header for the client secret.
    pub(crate) fn client_secret(&self) -> HeaderValue {
        self.client_secret.clone()
    }

    /// What nobody may see.
    pub(crate) fn secrets(&self) -> [&[u8]; 2] {
        [&self.authorization.as_bytes()[SCHEME.len()..], self.client_secret.as_bytes()]
    }
}

/// The value of the header that carries a secret.
fn header(name: &'static str, scheme: &str, secret: &str) -> Result<HeaderValue, InvalidSetting> {
    let unfit = "has a space, a line break or another character that no secret has: give the \
                 secret alone";
    if secret.len() < SHORTEST {
        let reason = format!("is too short: a secret has at least {SHORTEST} characters");
        return Err(InvalidSetting::new(name, reason));
    }
    if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(InvalidSetting::new(name, unfit));
    }
    let value = HeaderValue::from_str(&format!("{scheme}{secret}"));
    let mut value = value.map_err(|_| InvalidSetting::new(name, unfit))?;
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
    fn the_header_values_are_sensitive() {
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
    fn they_come_from_two_variables() {
        let variables = [("ISOMETRIC_ACCESS_TOKEN", TOKEN), ("ISOMETRIC_CLIENT_SECRET", SECRET)];
        let credentials = from(&variables).unwrap();
        assert_eq!(credentials.secrets(), [TOKEN.as_bytes(), SECRET.as_bytes()]);
    }

    #[test]
    fn a_missing_or_empty_variable_is_named() {
        let missing = from(&[("ISOMETRIC_ACCESS_TOKEN", TOKEN)]).unwrap_err();
        let empty = [("ISOMETRIC_ACCESS_TOKEN", ""), ("ISOMETRIC_CLIENT_SECRET", SECRET)];
        let empty = from(&empty).unwrap_err();
        assert_eq!(missing, "ISOMETRIC_CLIENT_SECRET is not set, and every call needs it");
        assert_eq!(empty, "ISOMETRIC_ACCESS_TOKEN is not set, and every call needs it");
    }

    #[test]
    fn what_is_no_secret_is_refused_without_being_shown() {
        let unusable =
            ["", "p4ss", "Bearer 0123456789", "0123456789\n", "0123456789\u{fffd}", "0123\t4567"];
        for text in unusable {
            let error = Credentials::new(TOKEN, text).unwrap_err();
            for shown in [error.to_string(), format!("{error:?}")] {
                assert!(shown.contains("the client secret"), "{shown}");
                assert!(text.is_empty() || !shown.contains(text), "{shown}");
            }
            assert!(Credentials::new(text, SECRET).is_err());
        }
    }
}
