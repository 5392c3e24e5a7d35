//! Credentials from the environment or a file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use isometric_registry::Credentials;

use crate::files::read_text;
use crate::outcome::CommandFailure;
use crate::redact::add_secret;

const ACCESS_TOKEN: &str = Credentials::VARIABLES[0];
const CLIENT_SECRET: &str = Credentials::VARIABLES[1];

/// The size limit of a credentials file, in bytes.
const MAX_FILE_SIZE: usize = 64 * 1024;

pub(crate) fn from_environment() -> Result<Credentials, CommandFailure> {
    Credentials::from_env().map_err(|error| {
        CommandFailure::usage(
            error.to_string(),
            format!(
                "create a client secret and, for private data, an access token in the web interface \
                 of Isometric's registry; set {CLIENT_SECRET} and {ACCESS_TOKEN} in the \
                 environment, or pass --credentials FILE; --offline needs no credentials and uses \
                 simulated data"
            ),
        )
    })
}

/// Reads a file of `NAME=value` lines, as in dotenv. Other names are ignored.
pub(crate) fn from_file(path: &Path) -> Result<Credentials, CommandFailure> {
    let name = path.display();
    let text = read_private_file(path)?;
    let hint = format!(
        "write the line {CLIENT_SECRET}=value and, for private data, the line {ACCESS_TOKEN}=value"
    );
    let variables = parse(&text).map_err(|line| {
        CommandFailure::usage(
            format!("{name}:{line}: invalid line; expected NAME=value"),
            hint.as_str(),
        )
    })?;
    secrets(&text).for_each(add_secret);
    let lookup = |name: &str| variables.get(name).map(|value| (*value).to_owned());
    Credentials::from_lookup(lookup)
        .map_err(|error| CommandFailure::usage(format!("{name}: {error}"), hint.as_str()))
}

/// Registers the secrets of every file that `--credentials` names in the arguments, so that an
/// error that precedes the use of the file does not quote them. Errors are ignored: the file is
/// not used. Other files than regular ones, such as pipes, may block.
pub(crate) fn register_file_secrets(arguments: impl Iterator<Item = OsString>) {
    let arguments: Vec<_> = arguments.collect();
    let joined = arguments.iter().filter_map(|argument| {
        argument.to_str()?.strip_prefix("--credentials=").map(PathBuf::from)
    });
    let separate = arguments.windows(2).filter(|pair| pair[0] == "--credentials");
    let paths = joined.chain(separate.map(|pair| PathBuf::from(&pair[1])));
    for path in paths.filter(|path| path.is_file()) {
        let text = File::open(path).and_then(|file| read_text(file, MAX_FILE_SIZE));
        secrets(&text.unwrap_or_default()).for_each(add_secret);
    }
}

/// Returns the values of the credentials, and the lines that are not `NAME=value`: such a line
/// may be a secret alone.
fn secrets(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| match assignment(line) {
        Some((name, value)) => Credentials::VARIABLES.contains(&name).then_some(value),
        None => Some(line.trim()),
    })
}

/// Reads a file that no other user can read.
fn read_private_file(path: &Path) -> Result<String, CommandFailure> {
    let name = path.display();
    let cannot_read = |error: io::Error| {
        CommandFailure::usage(
            format!("{name}: cannot read the credentials: {error}"),
            "pass a small, readable text file with --credentials",
        )
    };
    let file = File::open(path).map_err(cannot_read)?;
    if is_readable_by_others(&file).map_err(cannot_read)? {
        return Err(CommandFailure::usage(
            format!("{name}: the credentials are readable by other users; expected mode 0600"),
            format!("chmod 600 {}", shell_quote(&path.to_string_lossy())),
        ));
    }
    read_text(file, MAX_FILE_SIZE).map_err(cannot_read)
}

/// Returns whether users other than the owner can read the file. A pipe, such as that of
/// `<(...)`, has one reader.
#[cfg(unix)]
fn is_readable_by_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;

    let metadata = file.metadata()?;
    Ok(metadata.is_file() && metadata.permissions().mode() & 0o077 != 0)
}

/// Other systems do not have Unix permissions.
#[cfg(not(unix))]
fn is_readable_by_others(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// Quotes a path for a POSIX shell.
fn shell_quote(path: &str) -> String {
    // A path that starts with a hyphen would be an option.
    let prefix = if path.starts_with('-') { "./" } else { "" };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    if path.chars().all(is_plain) {
        format!("{prefix}{path}")
    } else {
        format!("'{prefix}{}'", path.replace('\'', r"'\''"))
    }
}

/// Returns the variables by name, or the number of the first invalid line.
fn parse(text: &str) -> Result<BTreeMap<&str, &str>, usize> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().map(str::trim).zip(1_usize..);
    let mut variables = BTreeMap::new();
    for (line, number) in lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#')) {
        let (name, value) = assignment(line).ok_or(number)?;
        variables.insert(name, value);
    }
    Ok(variables)
}

/// Returns the name and the value of a `NAME=value` line.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
    Some((name.trim(), unquoted(value.trim())))
}

fn unquoted(value: &str) -> &str {
    let within = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::{parse, shell_quote};

    #[test]
    fn parses_dotenv_lines() {
        let text = "\u{feff}# ours\n\nA=1\r\nexport B = \"two\" \n C='a=b'\nA=3\n";
        let variables = parse(text).unwrap();
        assert_eq!(
            variables.into_iter().collect::<Vec<_>>(),
            [("A", "3"), ("B", "two"), ("C", "a=b")]
        );
        assert_eq!(parse("A=1\n\neyJhbGciOi"), Err(3));
    }

    #[test]
    fn quotes_paths_for_a_shell() {
        for (path, quoted) in [
            ("a/b.env", "a/b.env"),
            ("my file", "'my file'"),
            ("it's; rm", r"'it'\''s; rm'"),
            ("-R", "./-R"),
            ("$HOME", "'$HOME'"),
        ] {
            assert_eq!(shell_quote(path), quoted);
        }
    }
}
