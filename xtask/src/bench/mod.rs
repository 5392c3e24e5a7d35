//! `cargo xtask bench`: measures the workspace beside the alternatives, and writes
//! `BENCHMARKS.md`.

mod check;
mod machine;
mod process;
mod regen;
mod stock;
mod weight;

use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;

use codegen::write;
use lexopt::prelude::*;

use crate::{Failure, Outcome, help, terminal, workspace};

const REPORT: &str = "BENCHMARKS.md";

/// What was measured by one command.
struct Section {
    title: &'static str,
    /// What was compared, and what was hoped for.
    about: &'static str,
    /// What measures it.
    command: &'static str,
    /// What it said: ratios, and the figures behind them.
    lines: Vec<String>,
}

pub(crate) fn run(arguments: &mut lexopt::Parser) -> Result<Outcome, Failure> {
    match arguments.next()? {
        None => {}
        Some(Long("help") | Short('h')) => return Ok(help()),
        Some(other) => return Err(other.unexpected().into()),
    }
    let folder = workspace().join("target/bench");
    let stock = stock::Generator::install(&folder)?;
    let sections = [
        cargo_bench(
            "Decoding",
            "One batch, and 100,000 of them, decoded and checked against every rule of the spec. \
             `unvalidated` is what progenitor makes of the same spec without bounds and patterns \
             (goal: at most 0.70), `stock validated` what it makes of it as it is (goal: at most \
             0.45), `value` is `serde_json::Value`, and `scan` reads without building anything. \
             Ours and the other take turns, and the spread is that of the quartiles.",
            "cargo bench -p isometric-registry --bench decode",
        )?,
        cargo_bench(
            "Calls",
            "Calls over loopback, beside bare `reqwest` with `serde_json::Value` on the same \
             simulator, taking turns (goal: at most 1.05). A lineage of 1023 batches has ten levels, \
             which 64 calls at once take in 21 rounds: with two to spare, 23 times one call is the \
             goal where it is the way to the server that takes time. Over loopback it is the \
             cores, and the lineage stands beside the same batches fetched bare, 64 at once, by \
             someone who knows them all beforehand. The spread is that of the quartiles.",
            "cargo bench -p isometric-registry --bench request",
        )?,
        regen::measure(&folder, &stock)?,
        check::measure(&folder)?,
        weight::measure(&folder, &stock)?,
    ];
    let report = render(&machine::describe()?, &sections);
    write::replace(&workspace().join(REPORT), &report)?;
    terminal::good("Wrote", REPORT);
    Ok(Outcome::Fine)
}

/// What `cargo bench` says of one benchmark: its lines with a colon or an equals sign
/// after the name that they begin with.
fn cargo_bench(
    title: &'static str,
    about: &'static str,
    command: &'static str,
) -> Result<Section, Failure> {
    terminal::good("Measuring", command);
    let mut words = command.split(' ');
    let mut cargo = Command::new(words.next().unwrap_or_default());
    cargo.args(words).current_dir(workspace());
    let text = process::output(&mut cargo)?;
    let name = command.rsplit(' ').next().unwrap_or_default();
    let is_figure = |line: &&str| {
        let known = line.starts_with(name) || line.starts_with("lineage");
        known && (line.contains(" = ") || line.contains("µs and "))
    };
    let lines = text.lines().filter(is_figure).map(str::to_owned).collect();
    Ok(Section { title, about, command, lines })
}

fn render(machine: &str, sections: &[Section]) -> String {
    let intro = "Written by `cargo xtask bench`, which measures everything anew. Each line with an \
                 equals sign is a ratio, ours before the other, so that less is better, with its \
                 spread in brackets; the figures behind it come before it.";
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

/// A folder that is empty, whatever was there.
fn empty(folder: PathBuf) -> Result<PathBuf, Failure> {
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
