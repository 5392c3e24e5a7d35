//! Measures the workspace against its alternatives and writes `BENCHMARKS.md`.
//!
//! Run it with `cargo xtask bench`. It needs network access for `cargo install`, and about
//! half an hour on two cores.

#![allow(clippy::print_stderr, reason = "a command line program reports its progress")]

mod check;
mod machine;
mod process;
mod regen;
mod stock;
mod weight;

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The result of a step. An error ends the run and is printed.
type BenchResult<T> = Result<T, Box<dyn Error>>;

const REPORT: &str = "BENCHMARKS.md";
const SPEC: &str = "spec/registry.yaml";

/// One section of the report.
struct Section {
    title: &'static str,
    /// The subject and the goal of the comparison.
    about: &'static str,
    /// The command to repeat the measurement.
    command: &'static str,
    /// Times and ratios, one per line.
    lines: Vec<String>,
}

const DECODING: &str = "One batch, and 100,000 of them, decoded and validated against every rule \
    of the spec. `unvalidated` is progenitor's client for the same spec without bounds and \
    patterns (goal: at most 0.70). `stock validated` is progenitor's client for the unchanged \
    spec (goal: at most 0.45). `value` is `serde_json::Value`, and `scan` parses without building \
    a value. Both sides of a ratio run in turns; the spread is between the quartiles.";

const CALLS: &str = "Calls over loopback, compared with plain `reqwest` and `serde_json::Value` \
    against the same simulator (goal: at most 1.05). Both sides run in turns; the spread is \
    between the quartiles. A lineage of 1023 batches has ten levels, which 64 concurrent calls \
    fetch in 21 round trips. With a server 50 ms away, the goal is therefore 23 times the \
    duration of one call, which leaves two round trips to spare. Over loopback the processor is \
    the bottleneck, so the lineage is compared with 64 concurrent plain calls that fetch the \
    same batches by known identifiers.";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> BenchResult<()> {
    let folder = workspace().join("target/bench");
    let stock = stock::Generator::install(&folder)?;
    let sections = [
        cargo_bench("Decoding", DECODING, "cargo bench -p isometric-registry --bench decode")?,
        cargo_bench("Calls", CALLS, "cargo bench -p isometric-registry --bench request")?,
        regen::measure(&folder, &stock)?,
        check::measure(&folder)?,
        weight::measure(&folder, &stock)?,
    ];
    fs::write(workspace().join(REPORT), render(&machine::describe()?, &sections))?;
    progress("Wrote", REPORT);
    Ok(())
}

/// Runs a benchmark of `cargo bench` and keeps the lines with measurements, which start with
/// the benchmark's name or with `lineage`.
fn cargo_bench(
    title: &'static str,
    about: &'static str,
    command: &'static str,
) -> BenchResult<Section> {
    progress("Measuring", command);
    let mut words = command.split(' ');
    let mut cargo = Command::new(words.next().unwrap_or_default());
    cargo.args(words).current_dir(workspace());
    let text = process::output(&mut cargo)?;
    let name = command.rsplit(' ').next().unwrap_or_default();
    let is_measurement = |line: &&str| {
        let is_named = line.starts_with(name) || line.starts_with("lineage");
        is_named && (line.contains(" = ") || line.contains("µs and "))
    };
    let lines = text.lines().filter(is_measurement).map(str::to_owned).collect();
    Ok(Section { title, about, command, lines })
}

fn render(machine: &str, sections: &[Section]) -> String {
    let intro = "Written by `cargo xtask bench`, which repeats every measurement. A line `a/b = …` \
                 is the ratio of measurement a to measurement b, so less is better. Its spread is \
                 in parentheses, and both measurements are on the line before it.";
    let mut text = format!("# Benchmarks\n\n{}\n\n{machine}", wrap(intro));
    for Section { title, about, command, lines } in sections {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n## {title}\n\n{}\n\n", wrap(about));
        let _ = writeln!(text, "`{command}`\n\n```text\n{}\n```", lines.join("\n"));
    }
    text
}

/// Breaks a paragraph into lines of at most 88 characters.
fn wrap(paragraph: &str) -> String {
    let mut lines = vec![String::new()];
    for word in paragraph.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < 88 => {
                line.push_str(if line.is_empty() { "" } else { " " });
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

/// Prints a progress line in Cargo's style.
fn progress(verb: &str, object: &str) {
    eprintln!("{verb:>12} {object}");
}

/// Creates `folder`, or deletes everything in it.
fn create_empty(folder: PathBuf) -> BenchResult<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn read_spec() -> BenchResult<String> {
    fs::read_to_string(workspace().join(SPEC)).map_err(|error| format!("{SPEC}: {error}").into())
}

/// Returns the root folder of the workspace.
fn workspace() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}
