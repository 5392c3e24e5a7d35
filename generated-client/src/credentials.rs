//! The secrets that authenticate calls.

use std::fmt;
use std::time::SystemTime;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use http::HeaderValue;
use serde::Deserialize;

use crate::call::redact::MIN_SECRET;
use crate::environment::{required, variable};
use crate::error::{ACCESS_TOKEN, AccessError, Error, InvalidSetting};

const CLIENT_SECRET: &str = "ISOMETRIC_CLIENT_SECRET";

const SCHEME: &str = "Bearer ";

/// A client secret and, for the private data of an organisation, an access token.
///
/// The client secret identifies the calling application and belongs to one
/// [`Environment`](crate::Environment): production rejects secrets of the sandbox. It suffices
/// for public data. The access token, a JWT, identifies the organisation on whose behalf a call
/// is made. [`Registry::with_access_token`](crate::Registry::with_access_token) makes calls for
/// several organisations.
///
/// Neither is ever shown. `Debug` omits them, the headers that carry them are marked as
/// sensitive, and if a server echoes them, they are replaced as by [`redact`](crate::redact)
/// before the response is available.
#[derive(Clone)]
pub struct Credentials {
    access_token: Option<AccessToken>,
    client_secret: HeaderValue,
}

#[derive(Clone)]
struct AccessToken {
    authorization: HeaderValue,
    expires_at: Option<DateTime<Utc>>,
}

/// The part of a JWT's payload that the client reads.
#[derive(Deserialize)]
struct Claims {
    /// Seconds since 1970, possibly with a fraction.
    exp: f64,
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
        Self::client_secret(client_secret)?.with_access_token(access_token)
    }

    /// Creates credentials from a client secret alone, for operations that need no access
    /// token.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    pub fn client_secret(client_secret: &str) -> Result<Self, Error> {
        let client_secret =
            header("client secret", "", client_secret).map_err(Error::Credentials)?;
        Ok(Self { access_token: None, client_secret })
    }

    /// Replaces or adds the access token.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    pub fn with_access_token(mut self, access_token: &str) -> Result<Self, Error> {
        let token = AccessToken::parse("access token", access_token);
        self.access_token = Some(token.map_err(Error::Credentials)?);
        Ok(self)
    }

    /// Reads `ISOMETRIC_CLIENT_SECRET` and, if it is set, `ISOMETRIC_ACCESS_TOKEN`.
    ///
    /// # Errors
    ///
    /// [`Error::Credentials`] if the client secret is missing or empty, or if a variable is
    /// invalid for [`new`](Self::new).
    pub fn from_env() -> Result<Self, Error> {
        Self::from_lookup(variable)
    }

    /// Reads the same variables as [`from_env`](Self::from_env) from `lookup`.
    ///
    /// # Errors
    ///
    /// Those of [`from_env`](Self::from_env).
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let read = || {
            let secret = required(&lookup, CLIENT_SECRET, "every call requires it")?;
            let client_secret = header(CLIENT_SECRET, "", &secret)?;
            let token = lookup(ACCESS_TOKEN).filter(|token| !token.is_empty());
            let access_token = token.map(|token| AccessToken::parse(ACCESS_TOKEN, &token));
            Ok(Self { access_token: access_token.transpose()?, client_secret })
        };
        read().map_err(Error::Credentials)
    }

    /// Returns whether there is an access token.
    pub fn has_access_token(&self) -> bool {
        self.access_token.is_some()
    }

    /// Returns the time at which the access token expires, its `exp` claim.
    ///
    /// The signature of the token is not verified. The result is `None` without a token, and if
    /// the token is not a JWT or does not expire.
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.access_token.as_ref()?.expires_at
    }

    /// Checks before anything is sent that the API can accept the access token.
    pub(crate) fn authorize(
        &self,
        operation: &'static str,
        needs_access_token: bool,
        now: SystemTime,
    ) -> Result<(), AccessError> {
        let expired_at = self.expires_at().filter(|&expiry| expiry <= now.into());
        let is_missing = needs_access_token && self.access_token.is_none();
        if is_missing || expired_at.is_some() {
            return Err(AccessError::new(operation, expired_at));
        }
        Ok(())
    }

    /// Returns the value of `Authorization`.
    pub(crate) fn authorization(&self) -> Option<HeaderValue> {
        self.access_token.as_ref().map(|token| token.authorization.clone())
    }

    /// Returns the value of the client-secret header.
    pub(crate) fn client_secret_header(&self) -> HeaderValue {
        self.client_secret.clone()
    }

    /// Returns the bare secrets, for redaction. The client secret fills the place of a missing
    /// access token.
    pub(crate) fn secrets(&self) -> [&[u8]; 2] {
        let secret = self.client_secret.as_bytes();
        let token = self.access_token.as_ref();
        [token.map_or(secret, |token| &token.authorization.as_bytes()[SCHEME.len()..]), secret]
    }
}

impl AccessToken {
    fn parse(name: &'static str, token: &str) -> Result<Self, InvalidSetting> {
        Ok(Self { authorization: header(name, SCHEME, token)?, expires_at: expiry(token) })
    }
}

/// Returns the `exp` claim of a JWT.
fn expiry(token: &str) -> Option<DateTime<Utc>> {
    let payload = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let Claims { exp } = serde_json::from_slice(&payload).ok()?;
    // The conversion to an integer saturates, and chrono rejects years that it does not know.
    DateTime::from_timestamp(exp as i64, 0)
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
    use std::time::{Duration, SystemTime};

    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;

    use super::Credentials;

    const TOKEN: &str = "eyJhbGciOi.J9uX-3_t.c2lnbmF0dXJl";
    const SECRET: &str = "uPrO-5ecret-wxAh";

    fn from(variables: &[(&str, &str)]) -> Result<Credentials, String> {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name);
        Credentials::from_lookup(|name| find(name).map(|(_, value)| (*value).to_owned()))
            .map_err(|error| error.to_string())
    }

    /// Returns credentials with a token of this payload.
    fn with_payload(payload: &str) -> Credentials {
        let payload = BASE64_URL_SAFE_NO_PAD.encode(payload);
        Credentials::new(&format!("eyJhbGciOiJub25lIn0.{payload}.c2ln"), SECRET).unwrap()
    }

    #[test]
    fn marks_headers_as_sensitive() {
        let credentials = Credentials::new(TOKEN, SECRET).unwrap();
        let authorization = credentials.authorization().unwrap();
        assert_eq!(authorization, format!("Bearer {TOKEN}").as_str());
        assert_eq!(credentials.client_secret_header(), SECRET);
        assert!(authorization.is_sensitive());
        assert!(credentials.client_secret_header().is_sensitive());
        assert_eq!(credentials.secrets(), [TOKEN.as_bytes(), SECRET.as_bytes()]);
    }

    #[test]
    fn reads_two_variables() {
        let variables = [("ISOMETRIC_ACCESS_TOKEN", TOKEN), ("ISOMETRIC_CLIENT_SECRET", SECRET)];
        let credentials = from(&variables).unwrap();
        assert_eq!(credentials.secrets(), [TOKEN.as_bytes(), SECRET.as_bytes()]);
    }

    #[test]
    fn does_not_require_an_access_token() {
        let secret = ("ISOMETRIC_CLIENT_SECRET", SECRET);
        let without = [
            from(&[secret]).unwrap(),
            from(&[secret, ("ISOMETRIC_ACCESS_TOKEN", "")]).unwrap(),
            Credentials::client_secret(SECRET).unwrap(),
        ];
        for credentials in without {
            assert_eq!(credentials.authorization(), None);
            assert_eq!(credentials.secrets(), [SECRET.as_bytes(); 2]);
            let credentials = credentials.with_access_token(TOKEN).unwrap();
            assert_eq!(credentials.secrets(), [TOKEN.as_bytes(), SECRET.as_bytes()]);
        }
    }

    #[test]
    fn reads_the_expiry_of_a_token() {
        for (payload, seconds) in [
            (r#"{"sub":"org","exp":1750000000}"#, Some(1_750_000_000)),
            (r#"{"exp":1750000000.9}"#, Some(1_750_000_000)),
            (r#"{"exp":-1}"#, Some(-1)),
            (r#"{"exp":1e300}"#, None),
            (r#"{"exp":"1750000000"}"#, None),
            (r#"{"sub":"org"}"#, None),
            ("not JSON", None),
        ] {
            let expiry = with_payload(payload).expires_at();
            assert_eq!(expiry.map(|time| time.timestamp()), seconds, "{payload}");
        }
        for token in ["0123456789", "eyJhbGciOi.eyJl=.c2ln", TOKEN] {
            assert_eq!(Credentials::new(token, SECRET).unwrap().expires_at(), None, "{token}");
        }
        assert_eq!(Credentials::client_secret(SECRET).unwrap().expires_at(), None);
    }

    #[test]
    fn checks_the_token_before_a_call() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_750_000_000);
        let check = |credentials: &Credentials, needs_access_token| {
            let result = credentials.authorize("supplier", needs_access_token, now);
            result.map_err(|error| error.to_string())
        };
        let secret = Credentials::client_secret(SECRET).unwrap();
        assert_eq!(check(&secret, false), Ok(()));
        assert_eq!(
            check(&secret, true).unwrap_err(),
            "supplier: access token missing; nothing was sent; set ISOMETRIC_ACCESS_TOKEN"
        );
        let valid = with_payload(r#"{"exp":1750000001}"#);
        let expired = with_payload(r#"{"exp":1750000000}"#);
        for needs_access_token in [true, false] {
            assert_eq!(check(&valid, needs_access_token), Ok(()));
            assert_eq!(
                check(&expired, needs_access_token).unwrap_err(),
                "supplier: access token expired at 2025-06-15T15:06:40Z; nothing was sent; create \
                 a new token"
            );
        }
    }
}
