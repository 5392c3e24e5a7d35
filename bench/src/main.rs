//! Measures the workspace against its alternatives and writes `BENCHMARKS.md`.
//!
//! Run it with `cargo xtask bench`. It needs network access to install the alternatives, and less
//! than half an hour on two idle cores. An alternative that cannot be installed is listed as such.

#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a command line program reports its progress"
)]

mod cargo_bench;
mod check;
mod diff;
mod documents;
mod machine;
mod peers;
mod process;
mod regen;
mod single_operation;
mod weight;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The result of a step. An error ends the run and is printed.
type BenchResult<T> = Result<T, Box<dyn Error>>;

const REPORT: &str = "BENCHMARKS.md";
const SPEC: &str = "spec/registry.yaml";

/// A section of the report.
struct Benchmark {
    name: &'static str,
    /// The subject and the goals.
    about: &'static str,
    /// The commands to repeat the measurement by hand.
    command: &'static str,
    /// Measures, and returns lines with times and ratios.
    measure: fn(&Bench) -> BenchResult<Vec<String>>,
}

const BENCHMARKS: &[Benchmark] = &[
    Benchmark {
        name: "decode",
        about: "One batch, a page of 50 issuances, and 100,000 batches, decoded and validated \
                against every rule of the spec. `unvalidated` is progenitor's client for the same \
                spec without bounds and patterns (goals: at most 0.60 by instructions and 0.70 by \
                time). `stock validated` is progenitor's client for the unchanged spec (goal: at \
                most 0.45). `value` is `serde_json::Value`, and `scan` parses without building a \
                value. A batch has 3 allocations (goal), and a page 3 per issuance and one.",
        command: "cargo bench -p isometric-registry --bench decode",
        measure: |bench| cargo_bench::measure(bench, "decode"),
    },
    Benchmark {
        name: "request",
        about: "Calls over loopback, compared with plain `reqwest` and `serde_json::Value` \
                against the same simulator (goal: at most 1.05). A lineage of 1023 batches has \
                ten levels, which 64 concurrent calls fetch in 21 round trips. With a server 50 \
                ms away, the goal is therefore 23 times the duration of one call, which leaves \
                two round trips to spare. Over loopback the processor is the bottleneck, so the \
                lineage is compared with 64 concurrent plain calls that fetch the same batches by \
                known identifiers.",
        command: "cargo bench -p isometric-registry --bench request",
        measure: |bench| cargo_bench::measure(bench, "request"),
    },
    Benchmark {
        name: "lists",
        about: "A stream of 10,000 issuances on 200 pages, decoded and validated, compared with a \
                loop over the same pages with plain `reqwest` and `serde_json::Value` (goal: at \
                most 1.05). The server sends prepared pages. Then 20 pages from a server 50 ms \
                away, which a reader reads for 50 ms each, compared with a loop that reads a page \
                before it fetches the next one (goal: at most 0.60).",
        command: "cargo bench -p isometric-registry --bench lists",
        measure: |bench| cargo_bench::measure(bench, "lists"),
    },
    Benchmark {
        name: "regen",
        about: "The whole process, from start to the last written file, compared with \
                `cargo-progenitor` (goal: at most 0.50 and 60 ms) and with other generators of \
                Rust clients, on the same document: the spec.",
        command: "cargo build --release -p xtask && target/release/xtask regen",
        measure: regen::measure,
    },
    Benchmark {
        name: "check",
        about: "Credit batches and issuances, one per line, decoded, validated against every rule \
                and, for batches, checked for consistency, on all cores (goal: at least 0.5 \
                GB/s). `jq` and DuckDB parse the same file, and `jsonschema-rs` parses and \
                validates it, called from Python.",
        command: "isometric-registry check FILE; isometric-registry check --as issuance FILE",
        measure: check::measure,
    },
    Benchmark {
        name: "diff",
        about: "A document compared with an edited copy of itself, in JSON, beside Redocly's \
                `diff`. Both are started anew for each comparison.",
        command: "cargo xtask diff --base A --revision B; redocly diff A B",
        measure: diff::measure,
    },
    Benchmark {
        name: "weight",
        about: "The number of crates in the dependency tree of a program that uses the client, \
                including the client (goals: at most stock's, and at most 90). Then the time of a \
                debug build from scratch with all crates downloaded, compared with the crate that \
                `cargo-progenitor` generates for the same operations (goal: at most 1.15). That \
                crate has no TLS; it is built with `reqwest`'s feature `rustls`, as the client \
                is.",
        command: "cargo tree -e normal; cargo build",
        measure: weight::measure,
    },
    Benchmark {
        name: "single operation",
        about: "The price of the other 40 operations for a program that fetches one batch: the \
                same program with a client that is generated from a spec with one operation \
                (goal: at most 1.10). The build is that of the client and the program, without \
                their dependencies.",
        command: "cargo build; cargo build --release",
        measure: single_operation::measure,
    },
    Benchmark {
        name: "clone",
        about: "From a fresh clone to a finished `cargo xtask regen` (goal: at most 30 s), and \
                from there to passing tests (goal: at most 200 s in all), with all crates \
                downloaded.",
        command: "git clone; cargo xtask regen; cargo test",
        measure: weight::measure_clone,
    },
];

/// The settings of a run.
struct Bench {
    /// A folder for programs and documents.
    folder: PathBuf,
    /// A short run shows that the benchmarks work, and measures a few rounds only.
    is_short: bool,
}

impl Bench {
    /// Returns the number of measurements: `full`, or 1 in a short run.
    fn rounds(&self, full: usize) -> usize {
        if self.is_short { 1 } else { full }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Runs all benchmarks and writes the report, or runs one and prints its section.
fn run() -> BenchResult<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let (is_short, arguments) = match arguments[..] {
        [ref rest @ .., "--short"] => (true, rest),
        ref all => (false, all),
    };
    let bench = Bench { folder: workspace().join("target/bench"), is_short };
    fs::create_dir_all(&bench.folder)?;
    match arguments {
        [] => {
            let sections = BENCHMARKS.iter().map(|benchmark| section(benchmark, &bench));
            let text = introduction()? + &sections.collect::<String>();
            if is_short {
                print!("{text}");
            } else {
                fs::write(workspace().join(REPORT), text)?;
                progress("Wrote", REPORT);
            }
        }
        ["--only", name] => {
            let found = BENCHMARKS.iter().find(|benchmark| benchmark.name == *name);
            let names: Vec<_> = BENCHMARKS.iter().map(|benchmark| benchmark.name).collect();
            let unknown = || format!("unknown benchmark `{name}`; expected {}", names.join(", "));
            print!("{}", section(found.ok_or_else(unknown)?, &bench));
        }
        _ => return Err("usage: cargo xtask bench [--only NAME] [--short]".into()),
    }
    Ok(())
}

/// Runs a benchmark and returns its section of the report. A failure is reported in the section.
fn section(benchmark: &Benchmark, bench: &Bench) -> String {
    let Benchmark { name, about, command, measure } = benchmark;
    progress("Measuring", name);
    let lines = measure(bench).unwrap_or_else(|error| {
        // The message may name folders of this machine.
        eprintln!("error: {name}: {error}");
        vec!["not measured: the command failed".to_owned()]
    });
    let lines = lines.join("\n");
    format!("\n## {name}\n\n{}\n\n`{command}`\n\n```text\n{lines}\n```\n", wrap(about))
}

fn introduction() -> BenchResult<String> {
    let text = "Written by `cargo xtask bench`, which repeats every measurement; `--only NAME` \
                repeats one section. A line `a/b = …` is the ratio of measurement a to measurement \
                b, so less is better. Both sides run in turns, so that other load on the machine \
                affects both. The spread in parentheses is between the quartiles, and both medians \
                are on the line before it.";
    Ok(format!("# Benchmarks\n\n{}\n\n{}", wrap(text), machine::describe()?))
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

/// Returns the root folder of the workspace.
fn workspace() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}
