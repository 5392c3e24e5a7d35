//! The number of crates to build, and the time of a build from scratch.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use crate::process::{self, Time, TimePairs};
use crate::{Bench, BenchResult, SPEC, create_empty, peers, workspace};

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

pub(crate) fn measure(bench: &Bench) -> BenchResult<Vec<String>> {
    let stock = create_empty(bench.folder.join("stock-client"))?;
    process::output(&mut peers::progenitor(bench, &workspace().join(SPEC), &stock)?)?;
    let mut manifest = OpenOptions::new().append(true).open(stock.join("Cargo.toml"))?;
    manifest.write_all(STOCK_MANIFEST.as_bytes())?;
    let mut lines = Vec::new();
    for (name, ours, theirs) in VARIANTS {
        let (ours, theirs) = (count_crates(&workspace(), ours)?, count_crates(&stock, theirs)?);
        lines.push(format!("crates {name} isometric-registry/stock: {ours} and {theirs}"));
    }
    let [(name, ours, theirs), _] = VARIANTS;
    let pairs = TimePairs::measure(
        bench.rounds(ROUNDS),
        || time_clean_build(&workspace(), bench, ours),
        || time_clean_build(&stock, bench, theirs),
    )?;
    lines.extend(pairs.report(&format!("cold build {name} isometric-registry/stock")));
    Ok(lines)
}

fn count_crates(home: &Path, arguments: &[&str]) -> BenchResult<usize> {
    let mut cargo = Command::new("cargo");
    cargo.args(["tree", "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    let tree = process::output(cargo.args(arguments).current_dir(home))?;
    let names = tree.lines().map(|line| line.trim_end_matches(" (*)"));
    Ok(names.filter(|name| !name.is_empty()).collect::<BTreeSet<_>>().len())
}

/// Returns the duration of a build from scratch, in seconds.
fn time_clean_build(home: &Path, bench: &Bench, arguments: &[&str]) -> BenchResult<f64> {
    let target = create_empty(bench.folder.join("cold"))?;
    let mut cargo = Command::new("cargo");
    cargo.arg("build").args(arguments).arg("--target-dir").arg(target);
    process::time(cargo.current_dir(home))
}

/// Measures the time to clone the repository, to build and run regen in it, and to run the tests.
pub(crate) fn measure_clone(bench: &Bench) -> BenchResult<Vec<String>> {
    let clone = create_empty(bench.folder.join("clone"))?;
    let cargo = |arguments: &[&str]| {
        let mut cargo = Command::new("cargo");
        cargo.args(arguments).env("CARGO_TARGET_DIR", clone.join("target"));
        process::time(cargo.current_dir(&clone))
    };
    let mut git = Command::new("git");
    process::output(git.args(["clone", "--quiet"]).arg(workspace()).arg(&clone))?;
    let regen = cargo(&["xtask", "regen"])?;
    let mut lines = vec![format!("fresh clone to finished regen: {}", Time(regen))];
    if !bench.is_short {
        let tests = cargo(&["test"])?;
        lines.push(format!("fresh clone to passing tests: {}", Time(regen + tests)));
    }
    Ok(lines)
}
