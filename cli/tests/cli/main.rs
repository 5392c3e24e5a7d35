//! The output and the exit status of the program.
#![cfg(test)]

mod audit;
mod call;
mod check;
mod get;
mod help;
mod lineage;
mod list;
mod pipes;
mod readme;
mod request_failures;
mod secrets;
mod simulate;
mod usage;
mod whoami;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use isometric_registry_simulator::Simulator;

/// A retired batch of the simulator, with two ancestors.
const ID: &str = "ctb_P02AR0000SIM000J";

/// An identifier that the simulator does not have.
const UNKNOWN: &str = "ctb_1DRBTYA8Q1S07CBY";

/// Returns a command for the program with an empty environment.
fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isometric-registry"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

/// Returns a command for the program with the address and the credentials of a simulator.
fn with_simulator(simulator: &Simulator, arguments: &[&str]) -> Command {
    let mut command = program(&["--base-url", simulator.base_url()]);
    command
        .args(arguments)
        .env("ISOMETRIC_ACCESS_TOKEN", simulator.access_token())
        .env("ISOMETRIC_CLIENT_SECRET", simulator.client_secret());
    command
}

/// Runs a command with input on stdin.
fn feed(mut command: Command, input: &[u8]) -> Output {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // The program may exit before it has read all input.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    })
}

/// Formats the exit status, stdout and stderr, with ports replaced by `PORT`.
fn transcript(output: &Output) -> String {
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|printed| text(printed));
    let status = output.status.code().unwrap();
    let transcript = format!("exit status {status}\n── stdout\n{stdout}── stderr\n{stderr}");
    let mut parts = transcript.split("127.0.0.1:");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |transcript, part| {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        format!("{transcript}127.0.0.1:PORT{rest}")
    })
}

fn run(arguments: &[&str]) -> String {
    transcript(&program(arguments).output().unwrap())
}

fn text(printed: &[u8]) -> String {
    String::from_utf8(printed.to_vec()).unwrap()
}

#[track_caller]
fn assert_snapshot(name: &str, transcript: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, transcript);
    });
}
