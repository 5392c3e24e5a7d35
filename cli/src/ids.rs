//! The identifiers that are asked for, checked before anything is sent.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use isometric_registry::types::CreditBatchId;

use crate::failure::Failure;
use crate::output::printable;

const HINT: &str = "an identifier of a credit batch is written as in ctb_1DRBTYA8Q1S07CBY; nothing \
                    was sent";

/// The identifier that an argument is.
pub(crate) fn parse(text: &str) -> Result<CreditBatchId, Failure> {
    text.parse().map_err(|error| Failure::usage(format!("{error}"), HINT))
}

/// The identifiers in a file, one a line.
pub(crate) fn read(path: &Path) -> Result<Vec<CreditBatchId>, Failure> {
    let mut text = String::new();
    let (name, result) = match path == Path::new("-") {
        true => ("<stdin>".to_owned(), io::stdin().read_to_string(&mut text)),
        false => {
            let file = File::open(path);
            let read = file.and_then(|mut file| file.read_to_string(&mut text));
            (printable(&path.to_string_lossy()).into_owned(), read)
        }
    };
    result.map_err(|error| {
        Failure::usage(
            format!("cannot read the identifiers in {name}: {error}"),
            "name a file of identifiers, one a line, or `-` for stdin",
        )
    })?;
    parse_lines(&name, &text)
}

/// All lines but blank ones and those that start with `#`. The first that is no identifier
/// is told of, and how many others are none.
fn parse_lines(name: &str, text: &str) -> Result<Vec<CreditBatchId>, Failure> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().map(str::trim).zip(1_usize..);
    let lines = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    let mut ids = Vec::new();
    let mut wrong = Vec::new();
    for (line, number) in lines {
        match line.parse() {
            Ok(id) => ids.push(id),
            Err(error) => wrong.push(format!("{name}:{number}: {error}")),
        }
    }
    match &wrong[..] {
        [] => Ok(ids),
        [only] => Err(Failure::usage(only, HINT)),
        [first, others @ ..] => {
            Err(Failure::usage(format!("{first}; and {} more", others.len()), HINT))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse_lines;
    use crate::failure::Failure;

    #[test]
    fn blank_lines_and_comments_are_no_identifiers() {
        let text = "\u{feff}# ours\r\n\n ctb_1DRBTYA8Q1S07CBY \r\n\t\nctb_1CA2D3S73SBXYN70";
        let ids: Vec<_> = parse_lines("a", text).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(ids, ["ctb_1DRBTYA8Q1S07CBY", "ctb_1CA2D3S73SBXYN70"]);
        assert!(parse_lines("a", "#\n").unwrap().is_empty());
    }

    #[test]
    fn a_line_that_is_no_identifier_is_named() {
        let text = "ctb_1DRBTYA8Q1S07CBY\n\nctb_1\nctb_1CA2D3S73SBXYN70 # why\n";
        let Err(Failure::Told { code, message, .. }) = parse_lines("ids.txt", text) else {
            panic!("it is wrong");
        };
        assert_eq!(code, 2);
        assert_eq!(
            message,
            "ids.txt:3: not a `CreditBatchId`: length: expected 20 to 37 characters, got \
             \"ctb_1\" (5 characters); and 1 more"
        );
    }
}
