//! What can be asked for on the command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use isometric_registry::Environment;

use crate::failure::Failure;

pub(crate) const NAME: &str = "isometric-registry";

/// What can be seen without an account.
pub(crate) const EXAMPLE: &str = "isometric-registry --offline lineage ctb_P02AR0000SIM000J";

/// The variables of the environment. Secrets come from there or from a file.
pub(crate) const ENVIRONMENT: [(&str, &str); 3] = [
    ("ISOMETRIC_ACCESS_TOKEN", "the access token, a JWT, without `Bearer`"),
    ("ISOMETRIC_CLIENT_SECRET", "the client secret, which belongs to one environment"),
    ("ISOMETRIC_ENVIRONMENT", "sandbox or production, where --environment does not say"),
];

/// What each exit status means.
pub(crate) const STATUS: [(&str, &str); 3] = [
    ("0", "all is well"),
    ("1", "a request failed, violations were found, or a file could not be read to its end"),
    (
        "2",
        "bad usage; also an identifier that is not one, a setting that is missing and a file \
         that cannot be opened: nothing was sent",
    ),
];

fn after_help() -> String {
    format!("Try it without an account, on invented data:\n  {EXAMPLE}")
}

fn after_long_help() -> String {
    let list = |rows: &[(&str, &str)], width: usize| -> String {
        rows.iter().map(|(name, text)| format!("  {name:width$}  {text}\n")).collect()
    };
    format!(
        "Secrets come from the environment or from a file, and never from an argument:\n{}\n\
         Exit status:\n{}\n{}",
        list(&ENVIRONMENT, 23),
        list(&STATUS, 1),
        after_help()
    )
}

/// The Isometric registry of carbon-removal credits: fetch, audit and check credit batches
#[derive(Debug, Parser)]
#[command(
    name = NAME,
    version,
    after_help = after_help(),
    after_long_help = after_long_help(),
    max_term_width = 100,
    arg_required_else_help = false
)]
pub(crate) struct Arguments {
    /// Tell of every error all that led to it
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Get(Get),
    Lineage(Lineage),
    Check(Check),
    Simulate(Simulate),
    Completions(Completions),
    Man(Man),
}

/// Fetch credit batches
///
/// Every identifier is checked before anything is sent. A batch that cannot be fetched is
/// told of on stderr, the others are fetched all the same, and the exit status is 1. A
/// batch that breaks rules of the API's spec is printed as far as it can be read; that is
/// told of in the same way.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("which").required(true))]
pub(crate) struct Get {
    /// The identifiers, as in ctb_1DRBTYA8Q1S07CBY
    #[arg(value_name = "ID", group = "which")]
    pub(crate) ids: Vec<String>,
    /// Take the identifiers from a file, or from stdin (`-`): one a line; blank lines and
    /// lines that start with `#` are skipped
    #[arg(long = "ids", value_name = "FILE", group = "which")]
    pub(crate) file: Option<PathBuf>,
    /// How to print: as a table, or as JSON with one batch a line, in the order in which they
    /// arrive [default: table for one ID, json for several and for --ids]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<GetFormat>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GetFormat {
    Table,
    Json,
}

/// Fetch a credit batch with all its relatives and find out whether they add up
///
/// From the batch up to the one that was issued, and from there down to all that it was
/// split into. What does not add up, such as a kilogram that is counted twice or a batch
/// that is missing, is a finding. Where there are findings the lineage is printed all the
/// same and the exit status is 1.
#[derive(Args, Debug)]
pub(crate) struct Lineage {
    /// The identifier, as in ctb_1DRBTYA8Q1S07CBY
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// How to print: `text` and `json` include the sums and the findings; with the others,
    /// findings are on stderr
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: LineageFormat,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LineageFormat {
    /// A tree, for a terminal
    Text,
    /// A flowchart of Mermaid
    Mermaid,
    /// A graph for Graphviz
    Dot,
    /// One object, for a program
    Json,
}

/// Check credit batches in a file, without a network
///
/// Takes JSON values that are separated by white space, such as one object or NDJSON, or
/// an array of them. A violation is a rule of the API's spec that a record breaks, or a
/// finding: something within it that cannot all be true. A record that is no JSON is a
/// violation at the pointer "", and so is one of more than 16 MiB; the records after it
/// are checked all the same: from the next line on, or where the record was spread over
/// several lines, from the next line that starts as it did. Records are numbered from 0,
/// lines from 1.
///
/// Files of any size are checked, in constant memory.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// The file, or `-` for stdin
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
    /// How to print violations: as text, or as JSON with one violation a line and the members
    /// record, pointer, rule, expected, got and message
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: CheckFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    Text,
    Json,
}

/// Serve an invented registry on this machine until interrupted
///
/// Prints its base URL and its credentials on one line, for a shell to read:
///
///     isometric-registry simulate --port 8080 > simulator.env &
///     . ./simulator.env
///     isometric-registry --base-url "$ISOMETRIC_BASE_URL" get ctb_P02AR0000SIM000J
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct Simulate {
    /// The port at 127.0.0.1; 0 is any that is free
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) port: u16,
    /// What the invented world depends on: the same seed is the same world
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) seed: u64,
    /// How many credit batches there are
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub(crate) batches: u32,
}

/// Print a script that completes this program's arguments in a shell
#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// Print a manual page
#[derive(Args, Debug)]
pub(crate) struct Man {
    /// The command to print the page of [default: the page of the program]
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,
}

/// Which registry is asked, and how.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Registry (get and lineage)")]
pub(crate) struct Connection {
    /// Ask an invented registry within this program: no network, no account, no real data
    #[arg(long)]
    pub(crate) offline: bool,
    /// The environment to ask [default: that of ISOMETRIC_ENVIRONMENT]
    #[arg(long, value_name = "NAME", value_parser = environments())]
    pub(crate) environment: Option<Environment>,
    /// Ask another server: https, or http on this machine
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Take the secrets from this file, which only its owner may be able to read: lines of
    /// NAME=value with the names of the environment [default: the environment]
    #[arg(long, value_name = "FILE")]
    pub(crate) credentials: Option<PathBuf>,
    /// The longest that one call may take in all, tries and waits included, as in 5s, 500ms
    /// or 1m30s [default: 2m]
    #[arg(long, value_name = "DURATION", value_parser = time_limit)]
    pub(crate) timeout: Option<Duration>,
    /// How often a call that failed for a reason that may pass is tried again [default: 3]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) retries: Option<u16>,
    /// How many calls are made at the same time, 1 or more [default: 16]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) concurrency: Option<u16>,
}

fn environments() -> impl TypedValueParser<Value = Environment> {
    let names = Environment::ALL.iter().map(|environment| environment.as_str());
    PossibleValuesParser::new(names).try_map(|name| {
        let mut all = Environment::ALL.iter().copied();
        all.find(|environment| environment.as_str() == name).ok_or("no such environment")
    })
}

fn time_limit(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => Err("no call can succeed in no time".to_owned()),
        Ok(limit) => Ok(limit),
        Err(error) => Err(error.to_string()),
    }
}

impl Connection {
    /// These options, and the others where these say nothing.
    fn or(self, other: Self) -> Self {
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

    /// The options that say which registry is asked.
    fn which(&self) -> impl Iterator<Item = &'static str> {
        let given = [
            ("--offline", self.offline),
            ("--environment", self.environment.is_some()),
            ("--base-url", self.base_url.is_some()),
            ("--credentials", self.credentials.is_some()),
        ];
        given.into_iter().filter_map(|(name, is_given)| is_given.then_some(name))
    }

    /// All options that are given.
    fn given(&self) -> impl Iterator<Item = &'static str> {
        let how = [
            ("--timeout", self.timeout.is_some()),
            ("--retries", self.retries.is_some()),
            ("--concurrency", self.concurrency.is_some()),
        ];
        self.which().chain(how.into_iter().filter_map(|(name, is_given)| is_given.then_some(name)))
    }

    /// Fails where two of the options contradict each other.
    fn check(&self) -> Result<(), Failure> {
        let which: Vec<_> = self.which().collect();
        match which[..] {
            ["--offline", other, ..] => Err(Failure::usage(
                format!("--offline cannot be used with {other}"),
                "the invented registry has no environment, address or credentials: leave one of \
                 the two out",
            )),
            ["--environment", "--base-url", ..] => Err(Failure::usage(
                "--environment cannot be used with --base-url",
                "each says which server is asked: leave one of the two out",
            )),
            _ => Ok(()),
        }
    }
}

/// What is asked for on the command line. The options of the connection may stand before
/// the command or after it.
///
/// # Errors
///
/// Bad usage, and requests for help, which are answered alike.
pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Arguments, Failure> {
    let mut parsed = Arguments::try_parse_from(arguments).map_err(Failure::arguments)?;
    let before = std::mem::take(&mut parsed.connection);
    let connection = match &mut parsed.command {
        Command::Get(Get { connection, .. }) | Command::Lineage(Lineage { connection, .. }) => {
            connection
        }
        other => {
            let name = other.name();
            return match before.given().next() {
                None => Ok(parsed),
                Some(option) => Err(Failure::usage(
                    format!("{option} cannot be used with the command {name}"),
                    format!("leave it out: {name} asks no registry"),
                )),
            };
        }
    };
    *connection = std::mem::take(connection).or(before);
    connection.check()?;
    Ok(parsed)
}

impl Command {
    fn name(&self) -> &'static str {
        match self {
            Self::Get(_) => "get",
            Self::Lineage(_) => "lineage",
            Self::Check(_) => "check",
            Self::Simulate(_) => "simulate",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
        }
    }
}

/// The description of all of it, for help, completions and manual pages.
pub(crate) fn description() -> clap::Command {
    Arguments::command()
}
