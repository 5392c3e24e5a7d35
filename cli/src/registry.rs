//! The registry that the options ask for.

use std::env;

use isometric_registry::{Environment, Error, Options, Registry};
use isometric_registry_simulator::Simulator;

use crate::args::Connection;
use crate::failure::{Failure, chain};
use crate::secrets;

/// How many of the invented batches are named to those who ask for another.
const EXAMPLES: usize = 3;

/// A registry, and what is to be known of it when it refuses.
pub(crate) struct Connected {
    pub(crate) registry: Registry,
    /// What is asked in place of a real registry, and only on demand.
    simulator: Option<Simulator>,
    /// Where the credentials are from.
    secrets: String,
}

/// The registry that these options ask for. Nothing is sent yet.
pub(crate) fn connect(connection: &Connection) -> Result<Connected, Failure> {
    let (registry, simulator, secrets) = match connection.offline {
        true => offline()?,
        false => online(connection)?,
    };
    let registry = registry.with_options(options(connection)).map_err(|error| unusable(&error))?;
    Ok(Connected { registry, simulator, secrets })
}

type Parts = (Registry, Option<Simulator>, String);

fn offline() -> Result<Parts, Failure> {
    let simulator = Simulator::start().map_err(|error| {
        Failure::failed(error.to_string(), "the invented registry needs a port of this machine")
            .because(chain(&error))
    })?;
    let registry = simulator.registry().map_err(|error| unusable(&error))?;
    Ok((registry, Some(simulator), "the invented registry".to_owned()))
}

fn online(connection: &Connection) -> Result<Parts, Failure> {
    let base_url = match &connection.base_url {
        Some(base_url) => base_url.clone(),
        None => environment(connection.environment)?.base_url().to_owned(),
    };
    let (credentials, source) = match &connection.credentials {
        Some(path) => (secrets::from_file(path)?, format!("the file {}", path.display())),
        None => (secrets::from_environment()?, "the environment".to_owned()),
    };
    let registry = Registry::at(&base_url, credentials).map_err(|error| unusable(&error))?;
    Ok((registry, None, source))
}

/// The environment that is named, or that of the environment of the process. There is no
/// other default: whether something real is asked is not to be guessed.
fn environment(named: Option<Environment>) -> Result<Environment, Failure> {
    const VARIABLE: &str = "ISOMETRIC_ENVIRONMENT";

    let value = env::var_os(VARIABLE).filter(|value| !value.is_empty());
    let known = |value: &std::ffi::OsString| {
        Environment::ALL.iter().copied().find(|known| *value == *known.as_str())
    };
    match (named, value) {
        (Some(named), _) => Ok(named),
        (None, Some(value)) => known(&value).ok_or_else(|| {
            Failure::usage(
                format!("{VARIABLE} names no environment: {:?}", value.to_string_lossy()),
                "set it to sandbox or production",
            )
        }),
        (None, None) => Err(Failure::usage(
            "which registry is to be asked?",
            format!(
                "name it with --environment sandbox or production, or in {VARIABLE}; with \
                 --offline an invented one is asked"
            ),
        )),
    }
}

fn options(connection: &Connection) -> Options {
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

fn unusable(error: &Error) -> Failure {
    Failure::usage(
        error.to_string(),
        "--base-url is written as in https://host/path; http is for this machine alone",
    )
    .because(causes(error))
}

impl Connected {
    /// Why a call for a batch failed, and what can be done about it.
    pub(crate) fn failure(&self, error: &Error) -> Failure {
        let hint = self.hint(error);
        let failure = match error {
            Error::Configuration(_) | Error::Credentials(_) | Error::Argument(_) => {
                Failure::usage(error.to_string(), hint)
            }
            _ => Failure::failed(error.to_string(), hint),
        };
        failure.because(causes(error))
    }

    fn hint(&self, error: &Error) -> String {
        let status = error.status().map_or(0, |status| status.as_u16());
        match (error, status) {
            (Error::Transport(failure), _) if failure.is_timeout() => {
                "--timeout gives it more time, and --retries more tries".to_owned()
            }
            (Error::Transport(failure), _) if failure.is_connect() => {
                "is the network up, and the server where --environment or --base-url says?"
                    .to_owned()
            }
            (Error::Transport(_), _) => "try again; --retries gives it more tries".to_owned(),
            (Error::Status(_), 401 | 403) => {
                format!(
                    "the credentials are from {}; a client secret belongs to one environment",
                    self.secrets
                )
            }
            (Error::Status(_), 404) => self.other_batches(),
            (Error::Status(_), 429) => {
                "ask for less at a time with --concurrency, or try again later".to_owned()
            }
            (Error::Status(_), 500..) => {
                "try again later; --retries gives it more tries".to_owned()
            }
            (Error::Invalid(_), _) => {
                "the API does not keep its spec; --verbose lists every violation".to_owned()
            }
            _ => "does --environment or --base-url name the server that is meant?".to_owned(),
        }
    }

    fn other_batches(&self) -> String {
        let Some(simulator) = &self.simulator else {
            return "is the identifier right, and from the environment that is asked?".to_owned();
        };
        let ids: Vec<_> = simulator.ids().take(EXAMPLES).map(|id| id.to_string()).collect();
        format!("the invented registry has others, such as {}", ids.join(", "))
    }
}

/// What led to an error of a call: its sources, and each violation of the spec.
pub(crate) fn causes(error: &Error) -> Vec<String> {
    let violations = error.violations().iter().map(ToString::to_string);
    chain(error).chain(violations).collect()
}
