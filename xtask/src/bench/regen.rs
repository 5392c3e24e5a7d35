//! How long it takes to generate the client.

use std::fs;
use std::path::Path;
use std::process::Command;

use codegen::document::Source;

use super::process::{self, Pairs};
use super::stock::Generator;
use super::{Section, empty};
use crate::{Failure, SPEC, files, terminal};

const ROUNDS: usize = 15;

/// As many as the registry has.
const OPERATIONS: usize = 41;

pub(super) fn measure(folder: &Path, stock: &Generator) -> Result<Section, Failure> {
    let command = "cargo build --release -p xtask && target/release/xtask regen";
    terminal::good("Measuring", command);
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--quiet", "-p", "xtask", "--target-dir"]).arg(folder);
    process::output(&mut cargo)?;
    let spec = files::of_workspace(SPEC)?;
    let many = of_many_operations(&spec)?;
    let mut lines = Vec::new();
    for (name, document) in [("regen today", &spec), ("regen 41 operations", &many)] {
        let pairs = compare(folder, stock, document)?;
        lines.extend(pairs.report(&format!("{name} xtask/cargo-progenitor")));
    }
    Ok(Section {
        title: "Generating",
        about: "The whole process, from the start to the last file written, beside \
                `cargo-progenitor` on the same document, taking turns (goal: no slower, and under \
                100 ms). The document of 41 operations has the same operation that often.",
        command,
        lines,
    })
}

/// Lets both generate the client of one document, everything anew each time.
fn compare(folder: &Path, stock: &Generator, document: &str) -> Result<Pairs, Failure> {
    let home = empty(folder.join("regen"))?;
    for part in ["spec", "xtask", "generated-client/src"] {
        fs::create_dir_all(home.join(part))?;
    }
    fs::write(home.join(SPEC), document)?;
    let generated = home.join("generated-client/src/generated");
    let ours = || {
        empty(generated.clone())?;
        let mut xtask = Command::new(folder.join("release/xtask"));
        process::time(xtask.arg("regen").env("CARGO_MANIFEST_DIR", home.join("xtask")))
    };
    let theirs = || process::time(&mut stock.command(&home.join(SPEC), &home.join("stock")));
    Pairs::measure(ROUNDS, ours, theirs)
}

/// The spec with its one operation under as many names as the registry has operations.
fn of_many_operations(spec: &str) -> Result<String, Failure> {
    let mut document = Source::parse(SPEC, spec)?.root().to_json();
    let paths = document.get_mut("paths").and_then(|paths| paths.as_object_mut());
    let paths = paths.ok_or_else(|| Failure(format!("{SPEC}: there are no paths")))?;
    let originals = paths.clone();
    for number in 1..OPERATIONS {
        for (path, item) in &originals {
            let mut item = item.clone();
            let operation = item.get_mut("get").and_then(|get| get.get_mut("operationId"));
            if let Some(id) = operation {
                *id = format!("{}_{number}", id.as_str().unwrap_or_default()).into();
            }
            paths.insert(format!("/{number}{path}"), item);
        }
    }
    Ok(document.to_string())
}
