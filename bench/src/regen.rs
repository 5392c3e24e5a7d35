//! The time to generate the client.

use std::fs;
use std::path::Path;
use std::process::Command;

use codegen::document::Source;

use crate::process::{self, TimePairs};
use crate::stock::Generator;
use crate::{BenchResult, SPEC, Section, create_empty, progress, read_spec};

const ROUNDS: usize = 15;

/// The number of operations in Isometric's published document.
const OPERATIONS: usize = 41;

pub(crate) fn measure(folder: &Path, stock: &Generator) -> BenchResult<Section> {
    let command = "cargo build --release -p xtask && target/release/xtask regen";
    progress("Measuring", command);
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--quiet", "-p", "xtask", "--target-dir"]).arg(folder);
    process::output(&mut cargo)?;
    let spec = read_spec()?;
    let many = repeat_operations(&spec)?;
    let mut lines = Vec::new();
    for (name, document) in [("regen today", &spec), ("regen 41 operations", &many)] {
        let pairs = compare(folder, stock, document)?;
        lines.extend(pairs.report(&format!("{name} xtask/cargo-progenitor")));
    }
    Ok(Section {
        title: "Generating",
        about: "The whole process, from start to the last written file, compared with \
                `cargo-progenitor` on the same document (goal: no slower, and under 100 ms). Both \
                run in turns. The document with 41 operations, as many as Isometric's, repeats \
                those of the spec.",
        command,
        lines,
    })
}

/// Times both generators on one document. Every run starts with an empty output folder.
fn compare(folder: &Path, stock: &Generator, document: &str) -> BenchResult<TimePairs> {
    let home = create_empty(folder.join("regen"))?;
    for part in ["spec", "xtask", "generated-client/src"] {
        fs::create_dir_all(home.join(part))?;
    }
    fs::write(home.join(SPEC), document)?;
    let generated = home.join("generated-client/src/generated");
    let ours = || {
        create_empty(generated.clone())?;
        let mut xtask = Command::new(folder.join("release/xtask"));
        process::time(xtask.arg("regen").env("CARGO_MANIFEST_DIR", home.join("xtask")))
    };
    let theirs = || process::time(&mut stock.command(&home.join(SPEC), &home.join("stock")));
    TimePairs::measure(ROUNDS, ours, theirs)
}

/// Returns the spec with its operations repeated until there are [`OPERATIONS`].
fn repeat_operations(spec: &str) -> BenchResult<String> {
    let mut document = Source::parse(SPEC, spec)?.root().to_json();
    let paths = document.get_mut("paths").and_then(|paths| paths.as_object_mut());
    let paths = paths.ok_or_else(|| format!("{SPEC}: `paths` is missing"))?;
    let originals = paths.clone();
    let count = originals.values().filter_map(|item| item.as_object()).flatten();
    let count = count.filter(|(_, member)| member.get("operationId").is_some()).count();
    for number in 1..OPERATIONS.div_ceil(count.max(1)) {
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
