//! The registry that the options select.

use isometric_registry::{Credentials, Environment, Error, Options, Registry};
use isometric_registry_simulator::Simulator;

use crate::connection::ConnectionArgs;
use crate::credentials;
use crate::outcome::{CommandFailure, sources};

/// The number of identifiers that a hint suggests.
const SUGGESTED_IDS: usize = 3;

/// A registry with the context for hints.
pub(crate) struct ConnectedRegistry {
    pub(crate) registry: Registry,
    /// The name of the environment, or the base URL of another server.
    pub(crate) environment: String,
    /// The server of `--offline`.
    simulator: Option<Simulator>,
    pub(crate) credentials: Credentials,
    /// The origin of the credentials.
    pub(crate) credentials_source: String,
}

/// Creates the client. Nothing is sent yet.
pub(crate) fn connect(connection: &ConnectionArgs) -> Result<ConnectedRegistry, CommandFailure> {
    let connected = if connection.offline { offline()? } else { online(connection)? };
    let registry = connected
        .registry
        .with_options(options(connection))
        .map_err(|error| configuration_failure(&error))?;
    Ok(ConnectedRegistry { registry, ..connected })
}

fn offline() -> Result<ConnectedRegistry, CommandFailure> {
    let simulator = Simulator::start().map_err(|error| {
        CommandFailure::failed(error.to_string(), "--offline needs a free port on 127.0.0.1")
            .caused_by(sources(&error))
    })?;
    let credentials = Credentials::new(simulator.access_token(), simulator.client_secret())
        .map_err(|error| configuration_failure(&error))?;
    Ok(ConnectedRegistry {
        registry: simulator.registry().map_err(|error| configuration_failure(&error))?,
        environment: "simulated".to_owned(),
        credentials,
        simulator: Some(simulator),
        credentials_source: "the simulator".to_owned(),
    })
}

fn online(connection: &ConnectionArgs) -> Result<ConnectedRegistry, CommandFailure> {
    let (base_url, environment) = match &connection.base_url {
        Some(base_url) => (base_url.clone(), base_url.clone()),
        None => {
            let environment = environment(connection.environment)?;
            (environment.base_url().to_owned(), environment.as_str().to_owned())
        }
    };
    let (credentials, credentials_source) = match &connection.credentials {
        Some(path) => (credentials::from_file(path)?, path.display().to_string()),
        None => (credentials::from_environment()?, "the environment".to_owned()),
    };
    let registry = Registry::at(&base_url, credentials.clone())
        .map_err(|error| configuration_failure(&error))?;
    Ok(ConnectedRegistry {
        registry,
        environment,
        simulator: None,
        credentials,
        credentials_source,
    })
}

/// Returns the selected environment. There is no default: a guess could reach production.
fn environment(named: Option<Environment>) -> Result<Environment, CommandFailure> {
    match named {
        Some(named) => Ok(named),
        None => Environment::from_env().map_err(|error| {
            CommandFailure::usage(
                error.to_string(),
                "pass --environment sandbox or --environment production, or --offline for \
                 simulated data",
            )
        }),
    }
}

fn options(connection: &ConnectionArgs) -> Options {
    let mut options = Options::new();
    if let Some(timeout) = connection.timeout {
        options = options.total_timeout(timeout).attempt_timeout(timeout);
    }
    if let Some(retries) = connection.retries {
        options = options.retries(retries.into());
    }
    if let Some(concurrency) = connection.concurrency {
        options = options.concurrency(concurrency.into());
    }
    options
}

fn configuration_failure(error: &Error) -> CommandFailure {
    CommandFailure::usage(
        error.to_string(),
        "pass --base-url https://HOST/PATH; http is allowed for this machine only",
    )
    .caused_by(causes(error))
}

impl ConnectedRegistry {
    /// Converts the error of a call and adds a hint.
    pub(crate) fn failure(&self, error: &Error) -> CommandFailure {
        let hint = self.hint(error);
        let failure = match error {
            Error::Configuration(_)
            | Error::Credentials(_)
            | Error::Argument(_)
            | Error::Access(_) => CommandFailure::usage(error.to_string(), hint),
            _ => CommandFailure::failed(error.to_string(), hint),
        };
        failure.caused_by(causes(error))
    }

    fn hint(&self, error: &Error) -> String {
        let status = error.status().map_or(0, |status| status.as_u16());
        let hint = match (error, status) {
            (Error::Transport(failure), _) if failure.is_connect() => {
                "check the network, and the server that --environment or --base-url selects"
            }
            (Error::Transport(failure), _) if failure.is_timeout() => {
                "allow more time with --timeout"
            }
            (Error::Access(_), _) => {
                return format!(
                    "create an access token, which is valid for one year, in the web interface of \
                     Isometric's registry, and add it to the credentials from {}",
                    self.credentials_source
                );
            }
            (Error::Status(_), 401 | 403) => {
                return format!(
                    "check the credentials from {}; a client secret belongs to one environment",
                    self.credentials_source
                );
            }
            (Error::Status(_), 404) => return self.not_found_hint(),
            (Error::Status(_), 429) => "lower --concurrency, or try again later",
            (Error::Argument(_), _) => "correct the arguments; --help describes them",
            (Error::Invalid(_), _) => {
                "the response does not match the spec of this client; --verbose lists all \
                 violations"
            }
            (Error::Mismatch(_), _) => "try again; if it fails again, check the server",
            _ if error.is_retryable() => return retry_hint(error),
            (Error::Transport(_), _) | (Error::Status(_), 500..) => "try again later",
            _ => "check that --environment or --base-url selects the intended server",
        };
        hint.to_owned()
    }

    pub(crate) fn not_found_hint(&self) -> String {
        let Some(simulator) = &self.simulator else {
            return "check the identifier and the environment that it belongs to".to_owned();
        };
        let ids: Vec<_> = simulator.ids().take(SUGGESTED_IDS).map(|id| id.to_string()).collect();
        let ids = ids.join(", ");
        format!("simulated resources have other identifiers, such as {ids}; `list` shows more")
    }
}

/// Returns the hint for an error that may be gone at the next attempt. More attempts do not help
/// if the server requests a delay: the client may already have given up because of its length.
fn retry_hint(error: &Error) -> String {
    match error.retry_after().map(|delay| delay.as_secs()) {
        None | Some(0) => "try again later, or allow more attempts with --retries".to_owned(),
        Some(seconds) => format!("try again in {seconds} s, as the server requests"),
    }
}

/// Returns the sources of an error and all violations of the spec.
pub(crate) fn causes(error: &Error) -> Vec<String> {
    let violations = error.violations().iter().map(ToString::to_string);
    sources(error).chain(violations).collect()
}
