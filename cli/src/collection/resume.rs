//! The command that goes on with a list.

use std::env;

use crate::NAME;

/// The options that the command replaces.
const REPLACED: [&str; 2] = ["--after", "--limit"];

/// Returns the command of this process with another cursor and limit.
pub(crate) fn command(cursor: &str, limit: u64) -> String {
    let arguments = env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    with_cursor(arguments, cursor, (limit < u64::MAX).then_some(limit))
}

fn with_cursor(
    mut arguments: impl Iterator<Item = String>,
    cursor: &str,
    limit: Option<u64>,
) -> String {
    let mut command = NAME.to_owned();
    while let Some(argument) = arguments.next() {
        let name = argument.split('=').next().unwrap_or_default();
        if !REPLACED.contains(&name) {
            command += &format!(" {}", quoted(&argument));
        } else if name.len() == argument.len() {
            // The value is the next argument.
            arguments.next();
        }
    }
    let limit = limit.map(|limit| format!(" --limit {limit}")).unwrap_or_default();
    format!("{command}{limit} --after {}", quoted(cursor))
}

/// Quotes an argument for a POSIX shell.
fn quoted(argument: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:,=@%+".contains(&byte);
    if !argument.is_empty() && argument.bytes().all(is_plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::with_cursor;

    fn command(arguments: &[&str], limit: Option<u64>) -> String {
        with_cursor(arguments.iter().map(|&it| it.to_owned()), "a b'c", limit)
    }

    #[test]
    fn replaces_the_cursor_and_the_limit() {
        assert_eq!(
            command(
                &["list", "issuances", "--after", "x", "--limit=9", "--format", "csv"],
                Some(4)
            ),
            r"isometric-registry list issuances --format csv --limit 4 --after 'a b'\''c'"
        );
        assert_eq!(
            command(&["--offline", "list", "projects", "--name", "a*"], None),
            r"isometric-registry --offline list projects --name 'a*' --after 'a b'\''c'"
        );
    }
}
