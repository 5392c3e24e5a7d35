//! The program as its users meet it: what it prints, and how it ends.
#![cfg(test)]

mod bad_days;
mod check;
mod get;
mod help;
mod lineage;
mod pipes;
mod readme;
mod secrets;
mod simulate;
mod usage;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use isometric_registry_simulator::Simulator;

/// A batch of the invented registry that was retired, and is four generations deep.
const ID: &str = "ctb_P02AR0000SIM000J";

/// An identifier that no invented registry has.
const UNKNOWN: &str = "ctb_1DRBTYA8Q1S07CBY";

/// The program, with nothing of the environment of the tests.
fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isometric-registry"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

/// The program as it asks a simulator, which it has the credentials of.
fn asking(simulator: &Simulator, arguments: &[&str]) -> Command {
    let mut command = program(&["--base-url", simulator.base_url()]);
    command
        .args(arguments)
        .env("ISOMETRIC_ACCESS_TOKEN", simulator.access_token())
        .env("ISOMETRIC_CLIENT_SECRET", simulator.client_secret());
    command
}

/// Runs it with something on stdin.
fn feed(mut command: Command, input: &[u8]) -> Output {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // It need not want all of it.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    })
}

/// How it ended and all that it printed, with the same port each time.
fn shown(output: &Output) -> String {
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|printed| text(printed));
    let status = output.status.code().unwrap();
    let shown = format!("exit status {status}\n── stdout\n{stdout}── stderr\n{stderr}");
    let mut parts = shown.split("127.0.0.1:");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |shown, part| {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        format!("{shown}127.0.0.1:PORT{rest}")
    })
}

fn run(arguments: &[&str]) -> String {
    shown(&program(arguments).output().unwrap())
}

fn text(printed: &[u8]) -> String {
    String::from_utf8(printed.to_vec()).unwrap()
}

/// Compares with the snapshot of the name.
#[track_caller]
fn assert_shown(name: &str, shown: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, shown);
    });
}
