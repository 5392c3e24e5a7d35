//! The options of commands that call the registry.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use isometric_registry::Environment;

use crate::outcome::CommandFailure;

/// The server of a command and the limits of its calls.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Registry")]
pub(crate) struct ConnectionArgs {
    /// Use a simulated registry within this process, without network access or an account
    #[arg(long)]
    pub(crate) offline: bool,
    /// Environment of the registry [default: ISOMETRIC_ENVIRONMENT]
    #[arg(long, value_name = "NAME", value_parser = environments())]
    pub(crate) environment: Option<Environment>,
    /// Base URL of another server: https, or http on this machine
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Read credentials from FILE (mode 0600), as NAME=value lines with the names of the
    /// environment variables [default: the environment]
    #[arg(long, value_name = "FILE")]
    pub(crate) credentials: Option<PathBuf>,
    /// Time limit of a call, including retries and delays, such as 5s, 500ms or 1m30s
    /// [default: 2m]
    #[arg(long, value_name = "DURATION", value_parser = time_limit)]
    pub(crate) timeout: Option<Duration>,
    /// Maximum number of retries of a call after transient failures [default: 3]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) retries: Option<u16>,
    /// Maximum number of concurrent calls, at least 1 [default: 16]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) concurrency: Option<u16>,
}

fn environments() -> impl TypedValueParser<Value = Environment> {
    let names = Environment::ALL.iter().map(|environment| environment.as_str());
    PossibleValuesParser::new(names).try_map(|name| {
        let mut all = Environment::ALL.iter().copied();
        all.find(|environment| environment.as_str() == name).ok_or("unknown environment")
    })
}

fn time_limit(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => Err("the time limit must be greater than zero".to_owned()),
        Ok(limit) => Ok(limit),
        Err(error) => Err(error.to_string()),
    }
}

impl ConnectionArgs {
    /// Fills in missing options from `other`.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            offline: self.offline || other.offline,
            environment: self.environment.or(other.environment),
            base_url: self.base_url.or(other.base_url),
            credentials: self.credentials.or(other.credentials),
            timeout: self.timeout.or(other.timeout),
            retries: self.retries.or(other.retries),
            concurrency: self.concurrency.or(other.concurrency),
        }
    }

    /// Returns the names of the options that were passed.
    pub(crate) fn passed(&self) -> Vec<&'static str> {
        let options = [
            ("--offline", self.offline),
            ("--environment", self.environment.is_some()),
            ("--base-url", self.base_url.is_some()),
            ("--credentials", self.credentials.is_some()),
            ("--timeout", self.timeout.is_some()),
            ("--retries", self.retries.is_some()),
            ("--concurrency", self.concurrency.is_some()),
        ];
        options.into_iter().filter_map(|(name, passed)| passed.then_some(name)).collect()
    }

    /// Rejects options that contradict each other.
    pub(crate) fn validate(&self) -> Result<(), CommandFailure> {
        let passed = self.passed();
        let both = |one, other| passed.contains(&one) && passed.contains(&other);
        for other in ["--environment", "--base-url", "--credentials"] {
            if both("--offline", other) {
                return Err(CommandFailure::usage(
                    format!("--offline cannot be used with {other}"),
                    "pass only one of them: the simulated registry has its own address and \
                     credentials",
                ));
            }
        }
        if both("--environment", "--base-url") {
            return Err(CommandFailure::usage(
                "--environment cannot be used with --base-url",
                "pass only one of them: both select the server",
            ));
        }
        Ok(())
    }
}
