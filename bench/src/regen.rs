//! The time to generate the client.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::peers::{self, Peer};
use crate::process::{self, TimePairs};
use crate::{Bench, BenchResult, SPEC, create_empty, workspace};

const ROUNDS: usize = 15;

/// Rounds with the other generators, which take seconds.
const SLOW_ROUNDS: usize = 3;

/// An alternative: its name and version, and the command that generates a crate from a document.
type Generator = (&'static str, fn(&Bench, &Path, &Path) -> Peer<Command>);

const GENERATORS: [Generator; 3] = [
    ("cargo-progenitor 0.15.1", peers::progenitor),
    ("openapi-generator-cli 7.26.0", openapi_generator),
    ("oas3-gen 0.29.0", oas3_gen),
];

pub(crate) fn measure(bench: &Bench) -> BenchResult<Vec<String>> {
    let xtask = process::cargo_build(bench, "xtask", "xtask")?;
    let home = create_empty(bench.folder.join("regen"))?;
    for part in ["spec", "xtask", "generated-client/src"] {
        fs::create_dir_all(home.join(part))?;
    }
    let document = home.join(SPEC);
    fs::copy(workspace().join(SPEC), &document)?;
    let generated = home.join("generated-client/src/generated");
    let stock = home.join("stock");
    let mut lines = Vec::new();
    for (name, generator) in GENERATORS {
        let ours = || {
            create_empty(generated.clone())?;
            let mut regen = Command::new(&xtask);
            process::time(regen.arg("regen").env("CARGO_MANIFEST_DIR", home.join("xtask")))
        };
        let theirs = || {
            create_empty(stock.clone())?;
            process::time(&mut generator(bench, &document, &stock)?)
        };
        let rounds = if lines.is_empty() { ROUNDS } else { SLOW_ROUNDS };
        match TimePairs::measure(bench.rounds(rounds), ours, theirs) {
            Ok(pairs) => {
                lines.extend(pairs.report(&format!("regen xtask/{name}")));
                let (ours, theirs) = (count_lines(&generated)?, count_lines(&stock)?);
                lines.push(format!("generated lines xtask/{name}: {ours} and {theirs}"));
            }
            Err(_) => lines.push(format!("{name}: cannot be installed, or rejects the document")),
        }
    }
    Ok(lines)
}

fn openapi_generator(bench: &Bench, document: &Path, folder: &Path) -> Peer<Command> {
    let python = peers::python(bench, "openapi-generator-cli==7.26.0")?;
    let mut command = Command::new(python.with_file_name("openapi-generator-cli"));
    command.args(["generate", "-g", "rust", "-i"]).arg(document).arg("-o").arg(folder);
    Ok(command)
}

fn oas3_gen(bench: &Bench, document: &Path, folder: &Path) -> Peer<Command> {
    let mut command = Command::new(peers::cargo_program(bench, "oas3-gen", "0.29.0")?);
    command.args(["generate", "client-mod", "-i"]).arg(document).arg("-o").arg(folder);
    Ok(command)
}

/// Returns the number of lines of the Rust files below a folder.
fn count_lines(folder: &Path) -> BenchResult<usize> {
    let mut lines = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            lines += count_lines(&path)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            lines += fs::read_to_string(&path)?.lines().count();
        }
    }
    Ok(lines)
}
