//! The command-line arguments.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{ArgGroup, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use isometric_registry_cli::records::RecordType;

use crate::NAME;
use crate::call::CallArgs;
use crate::collection::CollectionArgs;
use crate::connection::ConnectionArgs;
use crate::list::ListArgs;
use crate::outcome::CommandFailure;
use crate::output::records::RecordFormat;
use crate::sum::SumArgs;
use crate::terminal::one_line;

/// A command that works without an account.
pub(crate) const EXAMPLE: &str = "isometric-registry --offline lineage ctb_P02AR0000SIM000J";

/// An audit that works without an account.
const AUDIT_EXAMPLE: &str = "isometric-registry --offline audit --all";

/// The environment variables with their descriptions.
pub(crate) const ENVIRONMENT: [(&str, &str); 3] = [
    (
        "ISOMETRIC_ACCESS_TOKEN",
        "the access token, a JWT, without `Bearer`; needed for private data",
    ),
    ("ISOMETRIC_CLIENT_SECRET", "the client secret, which belongs to one environment"),
    ("ISOMETRIC_ENVIRONMENT", "sandbox or production, unless --environment is passed"),
];

/// The exit statuses with their descriptions.
pub(crate) const EXIT_STATUS: [(&str, &str); 3] = [
    ("0", "success"),
    ("1", "a request failed, violations or findings were found, or reading or writing failed"),
    (
        "2",
        "invalid usage, such as an invalid identifier, a missing setting or a file that cannot be \
         opened; nothing was sent",
    ),
];

fn after_help() -> String {
    format!("Try it on simulated data, without an account:\n  {EXAMPLE}")
}

fn after_long_help() -> String {
    let list = |rows: &[(&str, &str)], width: usize| -> String {
        rows.iter().map(|(name, text)| format!("  {name:width$}  {text}\n")).collect()
    };
    format!(
        "Credentials are read from the environment or a file, never from an argument:\n{}\n\
         Exit status:\n{}\n{}",
        list(&ENVIRONMENT, 23),
        list(&EXIT_STATUS, 1),
        after_help()
    )
}

/// The Isometric registry of carbon-removal credits: fetch, list, audit and validate
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
    /// Print the full cause chain of errors
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Get(GetArgs),
    List(ListArgs),
    Sum(SumArgs),
    Call(CallArgs),
    Lineage(LineageArgs),
    Audit(AuditArgs),
    Whoami(WhoamiArgs),
    Check(CheckArgs),
    Simulate(SimulateArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Fetch resources of any kind by their identifiers
///
/// The prefix of an identifier determines the kind of the resource: ctb_ for credit batches, iss_
/// for issuances and so on. All identifiers are validated before anything is sent. Failures are
/// reported on stderr; the remaining resources are still fetched, and the exit status is 1. A
/// resource that violates the spec is reported as a failure and still printed.
#[derive(Args, Debug)]
#[command(
    group = ArgGroup::new("source").required(true),
    after_help = "Example:\n  isometric-registry --offline get ctb_P02AR0000SIM000J"
)]
pub(crate) struct GetArgs {
    /// Identifiers, such as ctb_1DRBTYA8Q1S07CBY; several kinds may be mixed
    #[arg(value_name = "ID", group = "source")]
    pub(crate) ids: Vec<String>,
    /// Read identifiers from FILE or stdin (`-`), one per line; blank lines and lines that
    /// start with `#` are ignored
    #[arg(long = "ids", value_name = "FILE", group = "source")]
    pub(crate) file: Option<PathBuf>,
    /// Output format, with one record per line in the order of arrival [default: table for one
    /// ID, json for several and for --ids]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<RecordFormat>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// Fetch the lineage of a credit batch and audit it
///
/// The lineage contains the batch, its ancestors up to the issued batch, and all batches that
/// were split from the issued batch. Contradictions, such as a kilogram that is counted twice
/// or a missing batch, are findings. The lineage is printed with its findings, and the exit
/// status is 1 if there are any.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  isometric-registry --offline lineage ctb_P02AR0000SIM000J")]
pub(crate) struct LineageArgs {
    /// Identifier of a credit batch, such as ctb_1DRBTYA8Q1S07CBY
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Output format; `text` and `json` include sums and findings, the others print findings
    /// on stderr
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: LineageFormat,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LineageFormat {
    /// A tree for a terminal
    Text,
    /// A Mermaid flowchart
    Mermaid,
    /// A Graphviz graph
    Dot,
    /// A JSON object
    Json,
}

/// Audit whether everything adds up
///
/// Fetches resources of any kind with all that belongs to them, and compares them with each
/// other: the totals of issuances, deliveries, transfers, refunds and retirements with their
/// batches, orders with their deliveries, balances with holdings, projects with their issuances
/// and retirements, and batches with their relatives. `--all` audits everything that the
/// credentials can see.
///
/// Every rule has a level. An error contradicts the text of the API's documentation, a note
/// contradicts this program's reading of it. Rules are checked on complete data only: what the
/// credentials cannot see is listed as not checked. The exit status is 1 if there are errors.
///
/// `--from` audits files instead, without network access. A file with the name of a collection,
/// such as `issuances.ndjson`, is the complete output of `list issuances --format json`; lists
/// with an argument have it in their names, such as
/// `delivery-credit-batches.dlv_1C454ZXA61S03Z9T.ndjson`. Other `.ndjson` files contain any
/// resources.
#[derive(Args, Debug)]
#[command(
    group = ArgGroup::new("subjects").required(true),
    after_help = format!("Example:\n  {AUDIT_EXAMPLE}")
)]
pub(crate) struct AuditArgs {
    /// Identifiers of any kind, such as iss_1EWT8R5FY1S0GFCY
    #[arg(value_name = "ID", group = "subjects")]
    pub(crate) ids: Vec<String>,
    /// Audit everything that the credentials can see
    #[arg(long, group = "subjects")]
    pub(crate) all: bool,
    /// Audit the NDJSON files in FOLDER, without network access
    #[arg(long, value_name = "FOLDER", group = "subjects")]
    pub(crate) from: Option<PathBuf>,
    /// Output format: `text`, or `json` with one object
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: AuditFormat,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    Text,
    Json,
}

/// Show the environment, and whom the credentials stand for
///
/// Prints the environment, the expiry of the access token, and the organisation and the supplier
/// that it was issued to. If a credential is missing, expired or rejected, the facts that are
/// known are printed, and the error explains how to get it.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  isometric-registry --offline whoami")]
pub(crate) struct WhoamiArgs {
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: WhoamiFormat,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WhoamiFormat {
    Text,
    Json,
}

/// Validate records in a file, without network access
///
/// Every record is validated against the API's spec and checked for contradictions between
/// its properties. The `id` of a record determines its type, such as `ctb_...` for a credit
/// batch, unless --as is passed. Files of any size are validated in constant memory.
///
/// In NDJSON, each line that is not blank is a record. An invalid line is a violation, and
/// validation continues with the next line. A file is NDJSON if its first line that is not
/// blank is a complete JSON value other than an array, or has a syntax error.
///
/// Any other JSON is a stream of values, such as one object, several objects or an array.
/// The records are the values and the elements of arrays. Validation stops at the first
/// syntax error.
///
/// A record of more than 16 MiB is also a violation. Records are numbered from 0, and lines
/// from 1.
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  isometric-registry --offline list issuances | isometric-registry check"
)]
pub(crate) struct CheckArgs {
    /// File to validate, or `-` for stdin
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
    /// Type of all records: the name of a schema in the API's spec, such as `credit-batch`
    /// [default: by the `id` of each record]
    #[arg(long = "as", value_name = "TYPE", value_parser = record_types(), hide_possible_values = true)]
    pub(crate) record_type: Option<&'static RecordType>,
    /// Output format: `text`, or `json` with one violation per line and the members record,
    /// pointer, rule, expected, got and message
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: CheckFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    Text,
    Json,
}

/// Serve a simulated registry on this machine until interrupted
///
/// Prints its base URL and its credentials on one line for a shell:
///
///     isometric-registry simulate --port 8080 > simulator.env &
///     . ./simulator.env
///     isometric-registry --base-url "$ISOMETRIC_BASE_URL" get ctb_P02AR0000SIM000J
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct SimulateArgs {
    /// Port on 127.0.0.1; 0 selects a free port
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) port: u16,
    /// Seed of the simulated data; equal seeds give equal data
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Number of credit batches
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub(crate) batches: u32,
}

/// Print a shell completion script
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  isometric-registry completions bash")]
pub(crate) struct CompletionsArgs {
    /// Target shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// Print a manual page
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  isometric-registry man list issuances")]
pub(crate) struct ManArgs {
    /// Command to document, with its subcommand [default: the whole program]
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

/// Accepts the name of a type in kebab case, and as in the spec.
fn record_types() -> impl TypedValueParser<Value = &'static RecordType> {
    let types = RecordType::all()
        .iter()
        .map(|known| PossibleValue::new(known.kebab_name.as_str()).alias(known.name));
    PossibleValuesParser::new(types)
        .try_map(|name| RecordType::named(&name).ok_or("unknown type of record"))
}

/// Parses the arguments. The connection options are accepted before and after the command.
///
/// # Errors
///
/// Returns an error for invalid arguments, and for `--help` and `--version`.
pub(crate) fn parse(
    arguments: impl Iterator<Item = OsString>,
) -> Result<Arguments, CommandFailure> {
    let mut parsed = Arguments::try_parse_from(arguments).map_err(|error| parse_failure(&error))?;
    let before = std::mem::take(&mut parsed.connection);
    let connection = match &mut parsed.command {
        Command::Get(GetArgs { connection, .. })
        | Command::List(ListArgs { collection: CollectionArgs { connection, .. }, .. })
        | Command::Sum(SumArgs { collection: CollectionArgs { connection, .. }, .. })
        | Command::Call(CallArgs { connection, .. })
        | Command::Lineage(LineageArgs { connection, .. })
        | Command::Audit(AuditArgs { connection, .. })
        | Command::Whoami(WhoamiArgs { connection, .. }) => connection,
        other => {
            let name = other.name();
            return match before.passed().first() {
                None => Ok(parsed),
                Some(option) => Err(CommandFailure::usage(
                    format!("{option} cannot be used with the command {name}"),
                    format!("remove {option}: {name} does not call the registry"),
                )),
            };
        }
    };
    *connection = std::mem::take(connection).or(before);
    connection.validate()?;
    Ok(parsed)
}

/// Shortens an error of clap to one line and a hint.
fn parse_failure(error: &clap::Error) -> CommandFailure {
    let text = format!("{}\n", error.render().to_string().trim_end());
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return CommandFailure::Help(text);
    }
    let paragraphs: Vec<_> = text.trim_start_matches("error: ").split("\n\n").collect();
    let is_secret = error.kind() == ErrorKind::UnknownArgument
        && ["secret", "token"].iter().any(|word| paragraphs[0].contains(word));
    // Other tips are about arguments that start with a hyphen.
    let mut tips = paragraphs.iter().filter_map(|paragraph| paragraph.trim().strip_prefix("tip: "));
    let tip = tips.find(|tip| tip.contains("similar"));
    let usage = paragraphs.iter().find_map(|paragraph| paragraph.strip_prefix("Usage: "));
    let hint = if is_secret {
        "secrets are never arguments: set ISOMETRIC_ACCESS_TOKEN and ISOMETRIC_CLIENT_SECRET, or \
         pass --credentials FILE"
            .to_owned()
    } else if let Some(tip) = tip {
        one_line(tip)
    } else if let Some(usage) = usage {
        format!("usage: {}", one_line(usage))
    } else {
        format!("list the options with {NAME} --help")
    };
    CommandFailure::usage(one_line(paragraphs[0]), hint)
}

impl Command {
    fn name(&self) -> &'static str {
        match self {
            Self::Get(_) => "get",
            Self::List(_) => "list",
            Self::Sum(_) => "sum",
            Self::Call(_) => "call",
            Self::Lineage(_) => "lineage",
            Self::Audit(_) => "audit",
            Self::Whoami(_) => "whoami",
            Self::Check(_) => "check",
            Self::Simulate(_) => "simulate",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
        }
    }
}

/// Returns the definition of all commands, for completions and manual pages.
pub(crate) fn command() -> clap::Command {
    Arguments::command()
}
