//! Conformance: the client that is generated from `spec.yaml`, which uses every shape that the
//! lint accepts, builds without warnings, is documented without warnings, passes its examples,
//! and sends the expected requests.
//!
//! The client is generated into a workspace of its own below the target folder, with copies of
//! the hand-written modules except those that know the operations of the registry. It shares built
//! dependencies and `Cargo.lock` with this workspace. Only `tests/wire.rs` there, a copy of
//! `wire.rs`, is run: the hand-written modules are tested in their own package.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use codegen::document::Source;
use codegen::generate::generate;
use codegen::write;

const SPEC: &str = include_str!("spec.yaml");
const WIRE: &str = include_str!("wire.rs");

/// Hand-written modules that know the operations and schemas of the registry.
const REGISTRY_MODULES: &[&str] = &["audit", "samples"];

/// Links of hand-written documentation to methods that the left-out modules define.
const REGISTRY_LINKS: &[(&str, &str)] = &[("](crate::Registry::lineage)", "](crate::Registry)")];

/// The folder of the generated workspace.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance")
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns all files of the generated workspace by their paths.
fn workspace() -> BTreeMap<PathBuf, String> {
    let client = repository().join("generated-client");
    let mut files = BTreeMap::new();
    files.insert("Cargo.toml".into(), workspace_manifest(&read(repository().join("Cargo.toml"))));
    files.insert("Cargo.lock".into(), read(repository().join("Cargo.lock")));
    files.insert("clippy.toml".into(), read(repository().join("clippy.toml")));
    files.insert("client/Cargo.toml".into(), package_manifest(&read(client.join("Cargo.toml"))));
    files.insert("client/tests/wire.rs".into(), WIRE.to_owned());
    copy(&client.join("src"), Path::new("client/src"), &mut files);
    let source = Source::parse("spec.yaml", SPEC).unwrap_or_else(|refusal| panic!("{refusal}"));
    for file in generate(&source).unwrap_or_else(|refusal| panic!("{refusal}")) {
        files.insert(Path::new("client/src/generated").join(file.name), file.text);
    }
    files
}

/// Returns the manifest of this workspace with the generated client as the only member.
fn workspace_manifest(manifest: &str) -> String {
    let (_, package) = manifest.split_once("\n[workspace.package]\n").unwrap();
    format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\"client\"]\n\n[workspace.package]\n{package}"
    )
}

/// Returns the manifest of the client with the dependencies of `wire.rs` as the only ones for
/// tests. The unit tests in copied modules are left out.
fn package_manifest(manifest: &str) -> String {
    let (head, rest) = manifest.split_once("\n[dev-dependencies]\n").unwrap();
    let lints = &rest[rest.find("\n[lints]\n").unwrap()..];
    format!(
        "{head}\n[lib]\ntest = false\n\n[dev-dependencies]\n\
         serde.workspace = true\nserde_json.workspace = true\n\
         tokio = {{ workspace = true, features = [\"macros\", \"rt-multi-thread\"] }}\n{lints}"
    )
    .replace("readme = \"README.md\"\n", "")
}

/// Copies the hand-written modules of the client.
fn copy(from: &Path, to: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        let module = path.file_stem().unwrap().to_str().unwrap();
        let to = to.join(name);
        if REGISTRY_MODULES.contains(&module) || module == "generated" {
            continue;
        } else if path.is_dir() {
            copy(&path, &to, files);
        } else {
            let text = REGISTRY_LINKS
                .iter()
                .fold(read(&path), |text, (link, other)| text.replace(link, other));
            files.insert(to, if module == "lib" { crate_root(&text) } else { text });
        }
    }
}

/// Returns the root of the client without the left-out modules and its documentation.
fn crate_root(root: &str) -> String {
    let is_left_out = |line: &&str| {
        let declares = |module| line.contains(&format!("mod {module};"));
        line.starts_with("//!")
            || line.starts_with("pub use audit")
            || REGISTRY_MODULES.iter().any(declares)
    };
    let (root, _readme) = root.split_once("/// Compiles the examples of the README.").unwrap();
    let lines: Vec<_> = root.lines().filter(|line| !is_left_out(line)).collect();
    format!("//! The client of the conformance spec.\n{}\n", lines.join("\n"))
        .replace("#[cfg(test)]\n", "")
}

fn write(files: &BTreeMap<PathBuf, String>) {
    for (path, text) in files {
        let path = folder().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        write::replace(&path, text).unwrap();
    }
}

/// Runs Cargo in the generated workspace, and fails with its output.
fn cargo(subcommand: &str, arguments: &[&str], environment: &[(&str, &str)]) {
    // Documentation and other final artifacts must not replace those of this workspace.
    let (target, build) =
        (folder().join("target"), Path::new(env!("CARGO_TARGET_TMPDIR")).parent());
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args([subcommand, "--offline", "--no-default-features", "--features", "blocking"])
        .args(arguments)
        .current_dir(folder())
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_BUILD_BUILD_DIR", build.unwrap())
        .envs(environment.iter().copied());
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "cargo {subcommand} {} in {}:\n{}{}",
        arguments.join(" "),
        folder().display(),
        text(&output.stdout),
        text(&output.stderr)
    );
}

#[test]
fn generated_client_builds_without_warnings_and_sends_the_expected_requests() {
    write(&workspace());
    cargo("clippy", &["--lib", "--tests", "--", "--deny", "warnings"], &[]);
    cargo("doc", &["--no-deps"], &[("RUSTDOCFLAGS", "--deny warnings")]);
    cargo("test", &["--test", "wire"], &[]);
    cargo("test", &["--doc", "--", "src/generated"], &[]);
}
