//! Audits of NDJSON files, as `list COLLECTION --format json` writes them.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use isometric_registry::audit::{AuditReport, Collection, Records};

use crate::outcome::CommandFailure;
use crate::terminal::printable;

/// The maximum size of a line in bytes, as for `check`.
const MAX_LINE: usize = 16 * 1024 * 1024;

const EXTENSION: &str = "ndjson";

const HINT: &str = "pass a folder with files such as issuances.ndjson, written by `list issuances \
                    --format json`";

/// Audits all resources in the files of a folder.
pub(super) fn audit(folder: &Path) -> Result<AuditReport, CommandFailure> {
    let files = files(folder).map_err(|error| failure(folder, &error))?;
    if files.is_empty() {
        let message = format!("{}: no .{EXTENSION} files", display(folder));
        return Err(CommandFailure::usage(message, HINT));
    }
    let mut records = Records::new();
    for path in files {
        add_file(&mut records, &path).map_err(|error| failure(&path, &error))?;
    }
    Ok(records.report())
}

/// Returns the NDJSON files of a folder, by name.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut paths = paths.collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == EXTENSION));
    paths.sort();
    Ok(paths)
}

fn failure(path: &Path, error: &io::Error) -> CommandFailure {
    CommandFailure::usage(format!("{}: {error}", display(path)), HINT)
}

fn display(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

/// The content of a file according to its name.
enum Content {
    /// All items of a list, with the argument of the list.
    List(Collection, String),
    /// Any resources.
    Resources,
}

impl Content {
    /// Parses `issuances` and `delivery-credit-batches.dlv_1C454ZXA61S03Z9T`. Other names, and
    /// names of lists without their argument, do not stand for complete lists.
    fn of(name: &str) -> Self {
        let (list, owner) = name.split_once('.').unwrap_or((name, ""));
        match Collection::of_operation(&list.replace('-', "_")) {
            Some(list) if list.owner().is_some() != owner.is_empty() => {
                Self::List(list, owner.to_owned())
            }
            _ => Self::Resources,
        }
    }

    fn add(&self, records: &mut Records, json: &[u8]) -> bool {
        match self {
            Self::List(list, owner) => records.add_listed_json(*list, owner, json),
            Self::Resources => records.add_json(json),
        }
    }
}

/// Adds all lines of a file.
fn add_file(records: &mut Records, path: &Path) -> io::Result<()> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let content = Content::of(&name);
    let mut reader = BufReader::with_capacity(1024 * 1024, File::open(path)?);
    let mut line = Vec::new();
    let mut number = 0_u64;
    while read_line(&mut reader, &mut line)? {
        number += 1;
        let json = line.trim_ascii();
        let reason = if line.len() > MAX_LINE {
            "longer than 16 MiB"
        } else if json.is_empty() || content.add(records, json) {
            continue;
        } else {
            "not a resource that an audit knows"
        };
        if let Content::List(list, owner) = &content {
            records.add_unreadable(*list, owner);
        }
        records.add_not_checked(&format!("{name}.{EXTENSION} line {number}"), reason);
    }
    if let Content::List(list, owner) = &content {
        records.complete(*list, owner);
    }
    Ok(())
}

/// Reads a line. Skips the rest of a line over the limit, which stays longer than the limit.
/// Returns `false` at the end.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    reader.take(MAX_LINE as u64 + 1).read_until(b'\n', line)?;
    if line.len() > MAX_LINE && line.last() != Some(&b'\n') {
        reader.skip_until(b'\n')?;
    }
    Ok(!line.is_empty())
}
