//! Runs the examples of the client, which need neither credentials nor a network.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::spec::workspace;

/// Builds all examples once and returns their folder. The packages are those of `cargo test
/// --workspace`, so that nothing is built twice in CI.
fn examples() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let test = env::current_exe().unwrap();
        let [profile, target] = [2, 3].map(|level| test.ancestors().nth(level).unwrap());
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--quiet", "--offline", "--workspace", "--examples"]);
        let output = cargo.arg("--target-dir").arg(target).current_dir(workspace()).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        profile.join("examples")
    })
}

/// Returns the output of an example, which runs without credentials.
fn run(name: &str) -> String {
    let mut command = Command::new(examples().join(name));
    for variable in ["ACCESS_TOKEN", "CLIENT_SECRET", "ENVIRONMENT"] {
        command.env_remove(format!("ISOMETRIC_{variable}"));
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn credit_batch() {
    insta::assert_snapshot!(run("credit_batch"));
}

#[test]
fn issuances() {
    insta::assert_snapshot!(run("issuances"));
}

#[test]
fn portfolio() {
    insta::assert_snapshot!(run("portfolio"));
}

#[test]
fn retire() {
    // The port of the simulator differs from run to run.
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(without_ports(&run("retire")));
    });
}

/// Replaces the port in the URLs of a text.
fn without_ports(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let first = parts.next().unwrap_or_default().to_owned();
    let is_digit = |c: char| c.is_ascii_digit();
    parts.fold(first, |text, part| text + "127.0.0.1:PORT" + part.trim_start_matches(is_digit))
}
