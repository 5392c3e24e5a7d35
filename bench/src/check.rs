//! The throughput and peak memory of `isometric-registry check`.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

use codegen::document::Source;
use codegen::document::pointer::Pointer;

use crate::process::{self, Spread};
use crate::{BenchResult, SPEC, Section, progress, read_spec};

const ROUNDS: usize = 3;
const FILE_BYTES: u64 = 1_000_000_000;

pub(crate) fn measure(folder: &Path) -> BenchResult<Section> {
    let command = "cargo build --release -p isometric-registry-cli && \
                   target/release/isometric-registry check FILE";
    progress("Measuring", command);
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--quiet", "-p", "isometric-registry-cli", "--target-dir"]);
    process::output(cargo.arg(folder))?;
    let file = folder.join("batches.ndjson");
    let bytes = write_batches(&file)?;
    let (mut rates, mut peak) = (Vec::new(), None);
    for _ in 0..ROUNDS {
        let mut check = Command::new(folder.join("release/isometric-registry"));
        let (seconds, memory) = process::time_and_memory(check.arg("check").arg(&file))?;
        rates.push(bytes as f64 / seconds / 1e9);
        peak = memory.max(peak);
    }
    fs::remove_file(&file)?;
    let peak = peak.map_or("unknown".to_owned(), |bytes| format!("{} MiB", bytes >> 20));
    Ok(Section {
        title: "Checking a file",
        about: "A gigabyte of credit batches, one per line, decoded, validated against every rule \
                and checked for consistency on all cores.",
        command,
        lines: vec![
            format!("check GB/s = {}", Spread::of(rates)),
            format!("check peak memory: {peak}"),
        ],
    })
}

/// Writes a gigabyte of credit batches and returns the exact number of bytes. Each batch is
/// the spec's example with its own serial number.
fn write_batches(path: &Path) -> BenchResult<u64> {
    let source = Source::parse(SPEC, &read_spec()?)?;
    let pointer = Pointer::root().descend(["components", "schemas", "CreditBatch", "example"]);
    let example = source.root().find(&pointer);
    let mut batch = example.ok_or_else(|| format!("{SPEC}: no example at {pointer}"))?.to_json();
    let mut file = BufWriter::new(File::create(path)?);
    let (mut number, mut bytes) = (0, 0);
    while bytes < FILE_BYTES {
        batch["serial_number"] = format!("ISO-1-BSTORE-GBR-F5X7-2024-{number}-{number}").into();
        let line = batch.to_string();
        writeln!(file, "{line}")?;
        bytes += line.len() as u64 + 1;
        number += 1;
    }
    file.flush()?;
    Ok(bytes)
}
