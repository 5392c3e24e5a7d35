//! How many crates there are to build, and how long that takes from nothing.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use super::process::{self, Pairs, Spread, Time};
use super::stock::Generator;
use super::{Section, empty};
use crate::{Failure, SPEC, terminal, workspace};

const ROUNDS: usize = 3;

/// The arguments that build our crate and stock's alike: with TLS, which ours has unless it
/// is told otherwise, and without.
const VARIANTS: [(&str, &[&str], &[&str]); 2] = [
    ("with TLS", &["-p", "isometric-registry"], &["--features", "tls"]),
    ("without TLS", &["-p", "isometric-registry", "--no-default-features"], &[]),
];

/// What is added to the manifest of stock's crate: it is no member of the workspace in which
/// it lies, and has no feature for TLS.
const STOCK_MANIFEST: &str = r#"
[workspace]

[features]
tls = ["reqwest/rustls"]
"#;

pub(super) fn measure(folder: &Path, stock: &Generator) -> Result<Section, Failure> {
    let command = "cargo tree -e normal; cargo build; cargo xtask regen";
    terminal::good("Measuring", "cold builds");
    let stock_crate = folder.join("stock-client");
    process::output(&mut stock.command(&workspace().join(SPEC), &empty(stock_crate.clone())?))?;
    let mut manifest = OpenOptions::new().append(true).open(stock_crate.join("Cargo.toml"))?;
    manifest.write_all(STOCK_MANIFEST.as_bytes())?;
    let mut lines = Vec::new();
    for (name, ours, theirs) in VARIANTS {
        let (ours, theirs) = (crates(&workspace(), ours)?, crates(&stock_crate, theirs)?);
        lines.push(format!("crates {name} isometric-registry/stock: {ours} and {theirs}"));
    }
    for (name, ours, theirs) in VARIANTS {
        let pairs = Pairs::measure(
            ROUNDS,
            || build(&workspace(), folder, ours),
            || build(&stock_crate, folder, theirs),
        )?;
        lines.extend(pairs.report(&format!("cold build {name} isometric-registry/stock")));
    }
    let regen = (0..ROUNDS).map(|_| from_a_clone(folder)).collect::<Result<_, _>>()?;
    let regen = Spread::of(regen);
    lines.push(format!("fresh clone to finished regen: {}", Time(regen.middle)));
    Ok(Section {
        title: "Weight",
        about: "Crates in the tree of a program that depends on the client, the client included \
                (goal: at most 90 with default features), and the time of a debug build from \
                nothing, with the crates fetched, beside the crate that `cargo-progenitor` writes \
                (goal: no slower). That crate has no TLS; `with TLS`, it is built with the feature \
                `rustls` of `reqwest`, as the client is. Then how long a fresh clone takes to a \
                finished `cargo xtask regen` (goal: at most 35 s).",
        command,
        lines,
    })
}

fn crates(home: &Path, arguments: &[&str]) -> Result<usize, Failure> {
    let mut cargo = Command::new("cargo");
    cargo.args(["tree", "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    let tree = process::output(cargo.args(arguments).current_dir(home))?;
    let names = tree.lines().map(|line| line.trim_end_matches(" (*)"));
    Ok(names.filter(|name| !name.is_empty()).collect::<BTreeSet<_>>().len())
}

/// How long a build takes with nothing built, in seconds.
fn build(home: &Path, folder: &Path, arguments: &[&str]) -> Result<f64, Failure> {
    let target = empty(folder.join("cold"))?;
    let mut cargo = Command::new("cargo");
    cargo.arg("build").args(arguments).arg("--target-dir").arg(target);
    process::time(cargo.current_dir(home))
}

/// How long it takes to build and run regen in a clone, in seconds.
fn from_a_clone(folder: &Path) -> Result<f64, Failure> {
    let clone = empty(folder.join("clone"))?;
    let mut git = Command::new("git");
    process::output(git.args(["clone", "--quiet"]).arg(workspace()).arg(&clone))?;
    let mut cargo = Command::new("cargo");
    cargo.args(["xtask", "regen"]).env("CARGO_TARGET_DIR", clone.join("target"));
    process::time(cargo.current_dir(&clone))
}
