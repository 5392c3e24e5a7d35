//! How fast the command line checks a file, and with how much memory.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

use codegen::document::Source;
use codegen::document::pointer::Pointer;

use super::Section;
use super::process::{self, Spread};
use crate::{Failure, SPEC, files, terminal};

const ROUNDS: usize = 3;
const BYTES: u64 = 1_000_000_000;

pub(super) fn measure(folder: &Path) -> Result<Section, Failure> {
    let command = "cargo build --release -p isometric-registry-cli && \
                   target/release/isometric-registry check FILE";
    terminal::good("Measuring", command);
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--quiet", "-p", "isometric-registry-cli", "--target-dir"]);
    process::output(cargo.arg(folder))?;
    let file = folder.join("batches.ndjson");
    let bytes = write(&file)?;
    let (mut rates, mut peak) = (Vec::new(), None);
    for _ in 0..ROUNDS {
        let mut check = Command::new(folder.join("release/isometric-registry"));
        let (seconds, memory) = process::time_and_memory(check.arg("check").arg(&file))?;
        rates.push(bytes as f64 / seconds / 1e9);
        peak = memory.max(peak);
    }
    std::fs::remove_file(&file)?;
    let peak = peak.map_or("unknown".to_owned(), |bytes| format!("{} MiB", bytes >> 20));
    Ok(Section {
        title: "Checking a file",
        about: "A gigabyte of credit batches, one a line, decoded and checked with every rule and \
                for consistency, on all cores.",
        command,
        lines: vec![
            format!("check GB/s = {}", Spread::of(rates)),
            format!("check peak memory: {peak}"),
        ],
    })
}

/// Writes a gigabyte of the spec's own example, each with another serial number, and says
/// how much it has become.
fn write(path: &Path) -> Result<u64, Failure> {
    let source = Source::parse(SPEC, &files::of_workspace(SPEC)?)?;
    let pointer = Pointer::root().descend(["components", "schemas", "CreditBatch", "example"]);
    let example = source.root().find(&pointer);
    let example = example.ok_or_else(|| Failure(format!("{SPEC}: nothing is at {pointer}")))?;
    let mut batch = example.to_json();
    let mut file = BufWriter::new(File::create(path)?);
    let (mut number, mut bytes) = (0, 0);
    while bytes < BYTES {
        batch["serial_number"] = format!("ISO-1-BSTORE-GBR-F5X7-2024-{number}-{number}").into();
        let line = batch.to_string();
        writeln!(file, "{line}")?;
        bytes += line.len() as u64 + 1;
        number += 1;
    }
    file.flush()?;
    Ok(bytes)
}
