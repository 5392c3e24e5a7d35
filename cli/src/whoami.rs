//! The `whoami` command: the environment, and whom the credentials stand for.

use std::time::SystemTime;

use isometric_registry::chrono::{DateTime, SecondsFormat, Utc};
use isometric_registry::types::{Organisation, Supplier};
use isometric_registry::{Environment, Error, StatusCode};
use serde::Serialize;

use crate::args::{WhoamiArgs, WhoamiFormat};
use crate::outcome::{CommandFailure, CommandOutcome};
use crate::output::Output;
use crate::output::json::write_line;
use crate::output::table::properties;
use crate::redact::redact;
use crate::registry::{self, ConnectedRegistry};
use crate::runtime;
use crate::terminal::note;

/// The number of days before the expiry of a token on which a notice is printed.
const NOTICE_DAYS: i64 = 30;

/// The output of the command.
#[derive(Serialize)]
struct Identity {
    /// Null for a server that was selected by `--base-url`.
    environment: Option<&'static str>,
    base_url: String,
    credentials: String,
    access_token: Option<AccessTokenState>,
    organisation: Option<Organisation>,
    supplier: Option<Supplier>,
}

#[derive(Serialize)]
struct AccessTokenState {
    expires_at: Option<String>,
    expires_in_days: Option<i64>,
}

pub(crate) fn run(arguments: &WhoamiArgs) -> Result<CommandOutcome, CommandFailure> {
    let connected = registry::connect(&arguments.connection)?;
    let mut identity = identity(&connected);
    let resolved = runtime::start()?.block_on(resolve(&connected, &mut identity));
    let mut output = Output::stdout();
    output.write(|to| {
        let json = serde_json::to_string(&identity)?;
        // A base URL may contain a secret that was pasted into an argument.
        let json = redact(&json);
        match arguments.format {
            WhoamiFormat::Text => properties(&json, to),
            WhoamiFormat::Json => write_line(&json, to),
        }
    })?;
    output.flush()?;
    if let Some(notice) = identity.access_token.as_ref().and_then(AccessTokenState::notice) {
        note(&notice);
    }
    resolved.map(|()| CommandOutcome::Success)
}

/// Returns the facts that need no call.
fn identity(connected: &ConnectedRegistry) -> Identity {
    let base_url = connected.registry.base_url().to_owned();
    let environment = Environment::ALL.iter().find(|known| known.base_url() == base_url);
    let credentials = &connected.credentials;
    Identity {
        environment: environment.map(|known| known.as_str()),
        base_url,
        credentials: connected.credentials_source.clone(),
        access_token: credentials
            .has_access_token()
            .then(|| AccessTokenState::new(credentials.expires_at(), SystemTime::now().into())),
        organisation: None,
        supplier: None,
    }
}

/// Fetches the organisation of the access token, and its supplier if it has one.
async fn resolve(
    connected: &ConnectedRegistry,
    identity: &mut Identity,
) -> Result<(), CommandFailure> {
    let registry = &connected.registry;
    let failure = |error: &Error| connected.failure(error);
    identity.organisation =
        Some(registry.current_organisation().await.map_err(|error| failure(&error))?);
    identity.supplier = match registry.current_supplier().await {
        Ok(supplier) => Some(supplier),
        Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => None,
        Err(error) => return Err(failure(&error)),
    };
    Ok(())
}

impl AccessTokenState {
    fn new(expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        Self {
            expires_at: expires_at.map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true)),
            expires_in_days: expires_at.map(|time| (time - now).num_days()),
        }
    }

    /// Returns a notice if the token expires soon. A call reports a token that has expired.
    fn notice(&self) -> Option<String> {
        let days = self.expires_in_days.filter(|days| (0..NOTICE_DAYS).contains(days))?;
        Some(format!("note: the access token expires in {days} days; create a new one before then"))
    }
}

#[cfg(test)]
mod tests {
    use super::AccessTokenState;

    #[test]
    fn gives_notice_before_a_token_expires() {
        let state = |expiry: &str| {
            let now = "2026-01-01T00:00:00Z".parse().unwrap();
            AccessTokenState::new(Some(expiry.parse().unwrap()), now)
        };
        let soon = state("2026-01-20T12:00:00Z");
        assert_eq!(soon.expires_at.as_deref(), Some("2026-01-20T12:00:00Z"));
        assert_eq!(
            soon.notice().unwrap(),
            "note: the access token expires in 19 days; create a new one before then"
        );
        assert_eq!(state("2026-06-01T00:00:00Z").notice(), None);
        assert_eq!(state("2025-12-01T00:00:00Z").notice(), None);
    }
}
