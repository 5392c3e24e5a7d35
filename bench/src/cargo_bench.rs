//! Benchmarks of the client, which `cargo bench` runs.

use std::process::Command;

use crate::{Bench, BenchResult, process, workspace};

/// Runs a benchmark and returns its lines with measurements.
pub(crate) fn measure(bench: &Bench, name: &str) -> BenchResult<Vec<String>> {
    let mut cargo = Command::new("cargo");
    cargo.args(["bench", "-p", "isometric-registry", "--bench", name]).current_dir(workspace());
    if bench.is_short {
        cargo.env("BENCH_SHORT", "1");
    }
    let text = process::output(&mut cargo)?;
    let is_measurement = |line: &&str| {
        let is_named =
            ["decode", "lineage", "list", "request"].iter().any(|name| line.starts_with(name));
        is_named
            && (line.contains(" = ") || line.contains("µs and ") || line.contains("not installed"))
    };
    Ok(text.lines().filter(is_measurement).map(str::to_owned).collect())
}
