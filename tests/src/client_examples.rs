//! Runs the examples of the client, which need neither credentials nor a network.

use std::process::Command;

use crate::spec::workspace;

/// Returns the output of an example. The packages are those of `cargo test`, so that nothing is
/// built twice.
fn run(name: &str) -> String {
    let cargo = option_env!("CARGO").unwrap_or("cargo");
    let mut command = Command::new(cargo);
    command.args(["run", "--quiet", "--offline", "--example", name]).current_dir(workspace());
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
