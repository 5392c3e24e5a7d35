//! The secrets that calls need: where they come from, and that nobody sees them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::env;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use isometric_registry::Credentials;

use crate::failure::Failure;

/// The variables that hold them.
const NAMES: [&str; 2] = ["ISOMETRIC_ACCESS_TOKEN", "ISOMETRIC_CLIENT_SECRET"];

/// A file of secrets is not larger, in bytes.
const LARGEST_FILE: u64 = 64 * 1024;

/// So many characters give a secret away.
const START: usize = 12;
const SHORTEST: usize = 8;

/// The credentials of the environment of the process.
pub(crate) fn from_environment() -> Result<Credentials, Failure> {
    Credentials::from_env().map_err(|error| {
        Failure::usage(
            error.to_string(),
            format!(
                "set {} in the environment, or name a file that has them with --credentials; \
                 with --offline none are needed, and nothing is real",
                NAMES.join(" and ")
            ),
        )
    })
}

/// The credentials in a file of lines `NAME=value`, as dotenv has them. Other names are
/// other programs' affair.
pub(crate) fn from_file(path: &Path) -> Result<Credentials, Failure> {
    let shown = path.display();
    let cannot_read = |error: io::Error| {
        Failure::usage(
            format!("cannot read the credentials in {shown}: {error}"),
            "name a file that can be read with --credentials",
        )
    };
    let file = File::open(path).map_err(cannot_read)?;
    if is_open_to_others(&file).map_err(cannot_read)? {
        return Err(Failure::usage(
            format!("the credentials in {shown} can be read by other users of this machine"),
            format!("keep them to yourself: chmod 600 {shown}"),
        ));
    }
    let mut text = String::new();
    file.take(LARGEST_FILE).read_to_string(&mut text).map_err(cannot_read)?;
    let variables = parse(&text).map_err(|line| {
        Failure::usage(
            format!("{shown}:{line}: not a line of the form NAME=value"),
            format!("write a line for each of {}", NAMES.join(" and ")),
        )
    })?;
    let lookup = |name: &str| variables.get(name).map(|value| (*value).to_owned());
    Credentials::from_lookup(lookup).map_err(|error| {
        Failure::usage(
            format!("{shown}: {error}"),
            format!("write a line NAME=value for each of {}", NAMES.join(" and ")),
        )
    })
}

/// Whether anybody but its owner can read a file. What is no file, such as the pipe of a
/// shell's `<(..)`, has one reader.
#[cfg(unix)]
fn is_open_to_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;

    let metadata = file.metadata()?;
    Ok(metadata.is_file() && metadata.permissions().mode() & 0o077 != 0)
}

/// Elsewhere files are their owner's unless somebody shares them.
#[cfg(not(unix))]
fn is_open_to_others(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// The variables by name, or the number of the first line that has none.
fn parse(text: &str) -> Result<BTreeMap<&str, &str>, usize> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().map(str::trim).zip(1_usize..);
    let mut variables = BTreeMap::new();
    for (line, number) in lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#')) {
        let assignment = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = assignment.split_once('=').ok_or(number)?;
        variables.insert(name.trim(), unquoted(value.trim()));
    }
    Ok(variables)
}

fn unquoted(value: &str) -> &str {
    let within = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(value)
}

/// The text with `[redacted]` in place of the secrets of the environment, should somebody
/// have given one where it does not belong.
pub(crate) fn mask_environment(text: &str) -> Cow<'_, str> {
    let secrets = NAMES.iter().filter_map(|name| env::var(name).ok());
    secrets.fold(Cow::Borrowed(text), |text, secret| match mask(&text, &secret) {
        Some(masked) => Cow::Owned(masked),
        None => text,
    })
}

/// The text without the secret and without its start. `None` where neither is there.
fn mask(text: &str, secret: &str) -> Option<String> {
    let start = secret.get(..START).unwrap_or(secret);
    if secret.len() < SHORTEST || !text.contains(start) {
        return None;
    }
    let mut masked = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(start) {
        let same = rest[at..].chars().zip(secret.chars()).take_while(|(a, b)| a == b);
        let length: usize = same.map(|(character, _)| character.len_utf8()).sum();
        masked.push_str(&rest[..at]);
        masked.push_str("[redacted]");
        rest = &rest[at + length..];
    }
    Some(masked + rest)
}

#[cfg(test)]
mod tests {
    use super::{mask, parse};

    #[test]
    fn a_file_of_variables_is_read_as_dotenv_has_it() {
        let text = "\u{feff}# ours\n\nA=1\r\nexport B = \"two\" \n C='a=b'\nA=3\n";
        let variables = parse(text).unwrap();
        assert_eq!(
            variables.into_iter().collect::<Vec<_>>(),
            [("A", "3"), ("B", "two"), ("C", "a=b")]
        );
        assert_eq!(parse("A=1\n\neyJhbGciOi"), Err(3));
    }

    #[test]
    fn a_secret_and_its_start_are_masked() {
        let secret = "eyJhbGciOiJub25lIn0.e30.c2ln";
        for (text, masked) in [
            (secret.to_owned(), Some("[redacted]".to_owned())),
            (format!("a {secret} b {secret}"), Some("a [redacted] b [redacted]".to_owned())),
            (format!("\"{}…\"", &secret[..20]), Some("\"[redacted]…\"".to_owned())),
            (secret[..11].to_owned(), None),
        ] {
            assert_eq!(mask(&text, secret), masked);
        }
        assert_eq!(mask("a short one", "short"), None);
    }
}
