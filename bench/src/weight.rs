//! The number of crates to build, and the time of a build from scratch.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use crate::process::{self, Spread, Time, TimePairs};
use crate::stock::Generator;
use crate::{BenchResult, SPEC, Section, create_empty, progress, workspace};

const ROUNDS: usize = 3;

/// Equivalent Cargo arguments for our crate and for progenitor's: with TLS, which is a default
/// feature of ours, and without.
const VARIANTS: [(&str, &[&str], &[&str]); 2] = [
    ("with TLS", &["-p", "isometric-registry"], &["--features", "tls"]),
    ("without TLS", &["-p", "isometric-registry", "--no-default-features"], &[]),
];

/// An addition to the manifest of progenitor's crate. The crate is inside this workspace's
/// folder but not a member, and it has no feature for TLS.
const STOCK_MANIFEST: &str = r#"
[workspace]

[features]
tls = ["reqwest/rustls"]
"#;

pub(crate) fn measure(folder: &Path, stock: &Generator) -> BenchResult<Section> {
    let command = "cargo tree -e normal; cargo build; cargo xtask regen";
    progress("Measuring", "cold builds");
    let stock_crate = folder.join("stock-client");
    process::output(
        &mut stock.command(&workspace().join(SPEC), &create_empty(stock_crate.clone())?),
    )?;
    let mut manifest = OpenOptions::new().append(true).open(stock_crate.join("Cargo.toml"))?;
    manifest.write_all(STOCK_MANIFEST.as_bytes())?;
    let mut lines = Vec::new();
    for (name, ours, theirs) in VARIANTS {
        let (ours, theirs) =
            (count_crates(&workspace(), ours)?, count_crates(&stock_crate, theirs)?);
        lines.push(format!("crates {name} isometric-registry/stock: {ours} and {theirs}"));
    }
    for (name, ours, theirs) in VARIANTS {
        let pairs = TimePairs::measure(
            ROUNDS,
            || time_clean_build(&workspace(), folder, ours),
            || time_clean_build(&stock_crate, folder, theirs),
        )?;
        lines.extend(pairs.report(&format!("cold build {name} isometric-registry/stock")));
    }
    let regen = (0..ROUNDS).map(|_| time_fresh_clone(folder)).collect::<BenchResult<_>>()?;
    let regen = Spread::of(regen);
    lines.push(format!("fresh clone to finished regen: {}", Time(regen.median)));
    Ok(Section {
        title: "Weight",
        about: "The number of crates in the dependency tree of a program that uses the client, \
                including the client (goal: at most 90 with default features). Then the time of a \
                debug build from scratch with all crates downloaded, compared with the crate that \
                `cargo-progenitor` generates (goal: no slower). That crate has no TLS; for `with \
                TLS` it is built with `reqwest`'s feature `rustls`, as the client is. Finally, the \
                time from a fresh clone to a finished `cargo xtask regen` (goal: at most 35 s).",
        command,
        lines,
    })
}

fn count_crates(home: &Path, arguments: &[&str]) -> BenchResult<usize> {
    let mut cargo = Command::new("cargo");
    cargo.args(["tree", "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    let tree = process::output(cargo.args(arguments).current_dir(home))?;
    let names = tree.lines().map(|line| line.trim_end_matches(" (*)"));
    Ok(names.filter(|name| !name.is_empty()).collect::<BTreeSet<_>>().len())
}

/// Returns the duration of a build from scratch, in seconds.
fn time_clean_build(home: &Path, folder: &Path, arguments: &[&str]) -> BenchResult<f64> {
    let target = create_empty(folder.join("cold"))?;
    let mut cargo = Command::new("cargo");
    cargo.arg("build").args(arguments).arg("--target-dir").arg(target);
    process::time(cargo.current_dir(home))
}

/// Returns the time to clone the repository and to build and run regen in it, in seconds.
fn time_fresh_clone(folder: &Path) -> BenchResult<f64> {
    let clone = create_empty(folder.join("clone"))?;
    let mut git = Command::new("git");
    process::output(git.args(["clone", "--quiet"]).arg(workspace()).arg(&clone))?;
    let mut cargo = Command::new("cargo");
    cargo.args(["xtask", "regen"]).env("CARGO_TARGET_DIR", clone.join("target"));
    process::time(cargo.current_dir(&clone))
}
