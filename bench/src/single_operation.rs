//! The price of all operations for a program that calls one.
//!
//! The client is copied into a workspace of its own with a program, once with all operations and
//! once with the sources that are generated from a spec with one operation. Both leave out the
//! audit, which needs all schemas.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use codegen::document::Source;
use codegen::generate;

use crate::process::{self, TimePairs};
use crate::{Bench, BenchResult, create_empty, workspace};

const ROUNDS: usize = 3;

/// A spec with one operation, which fetches a batch.
const SINGLE_OPERATION: &str = "tests/fixtures/one_operation.yaml";

const PROGRAM: &str = r#"//! Fetches a batch.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), isometric_registry::Error> {
    let registry = isometric_registry::Registry::from_env()?;
    println!("{}", registry.credit_batch(&"ctb_1DRBTYA8Q1S07CBY".parse()?).await?.id);
    Ok(())
}
"#;

const MANIFEST: &str = r#"
[package]
name = "program"
edition = "2024"

[dependencies]
isometric-registry = { path = "generated-client" }
tokio = { workspace = true, features = ["macros", "rt"] }
"#;

/// The profiles: the name of the folder, and the arguments of Cargo.
const PROFILES: [(&str, &[&str]); 2] = [("debug", &[]), ("release", &["--release"])];

pub(crate) fn measure(bench: &Bench) -> BenchResult<Vec<String>> {
    let all = write_workspace(bench, "all-operations")?;
    let single = write_workspace(bench, "single-operation")?;
    let text = fs::read_to_string(workspace().join(SINGLE_OPERATION))?;
    for file in generate::generate(&Source::parse(SINGLE_OPERATION, &text)?)? {
        fs::write(single.join("generated-client/src/generated").join(file.name), file.text)?;
    }
    let mut lines = Vec::new();
    for (profile, arguments) in PROFILES {
        let build = |home: &Path| build(bench, home, arguments);
        for home in [&all, &single] {
            build(home)?;
        }
        let rounds = bench.rounds(ROUNDS);
        let pairs = TimePairs::measure(rounds, || build(&all), || build(&single))?;
        lines.extend(pairs.report(&format!("{profile} build 41 operations/1")));
        let size = |home: &Path| {
            build(home)?;
            let program = bench.folder.join("operations").join(profile).join("program");
            Ok::<_, Box<dyn std::error::Error>>(fs::metadata(program)?.len())
        };
        let (all, single) = (size(&all)?, size(&single)?);
        let ratio = all as f64 / single as f64;
        lines.push(format!("{profile} size 41 operations/1: {all} and {single} bytes"));
        lines.push(format!("{profile} size 41 operations/1 = {ratio:.2}"));
    }
    Ok(lines)
}

/// Writes a workspace with the client and the program.
fn write_workspace(bench: &Bench, name: &str) -> BenchResult<PathBuf> {
    let home = create_empty(bench.folder.join(name))?;
    let client = home.join("generated-client");
    copy(&workspace().join("generated-client/src"), &client.join("src"))?;
    let root = client.join("src/lib.rs");
    fs::write(&root, fs::read_to_string(&root)?.replace("\npub mod audit;", ""))?;
    fs::create_dir_all(home.join("src"))?;
    fs::write(home.join("src/main.rs"), PROGRAM)?;
    fs::copy(workspace().join("Cargo.lock"), home.join("Cargo.lock"))?;
    let manifest = fs::read_to_string(workspace().join("Cargo.toml"))?;
    let (_, manifest) = manifest.split_once("\n[workspace.package]\n").ok_or("no packages")?;
    let members = "[workspace]\nmembers = [\"generated-client\"]\n\n[workspace.package]\n";
    fs::write(home.join("Cargo.toml"), format!("{members}{manifest}{MANIFEST}"))?;
    let manifest = fs::read_to_string(workspace().join("generated-client/Cargo.toml"))?;
    let (manifest, _) = manifest.split_once("\n[dev-dependencies]\n").ok_or("no dependencies")?;
    fs::write(client.join("Cargo.toml"), manifest)?;
    fs::copy(workspace().join("generated-client/README.md"), client.join("README.md"))?;
    Ok(home)
}

fn copy(from: &Path, to: &Path) -> BenchResult<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?.path();
        let target = to.join(entry.file_name().unwrap_or_default());
        if entry.is_dir() {
            copy(&entry, &target)?;
        } else {
            fs::copy(&entry, &target)?;
        }
    }
    Ok(())
}

/// Returns the duration of a build of the client and the program, in seconds. Both workspaces
/// share their built dependencies.
fn build(bench: &Bench, home: &Path, arguments: &[&str]) -> BenchResult<f64> {
    // A new modification time makes Cargo build the client again.
    let root = home.join("generated-client/src/lib.rs");
    fs::write(&root, fs::read_to_string(&root)?)?;
    let mut cargo = Command::new("cargo");
    cargo.arg("build").args(arguments).arg("--target-dir").arg(bench.folder.join("operations"));
    process::time(cargo.env("CARGO_INCREMENTAL", "0").current_dir(home))
}
