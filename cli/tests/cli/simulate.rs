//! The `simulate` command.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use crate::{ID, program, text, transcript};

/// Starts a simulator and returns its first line.
fn simulate(arguments: &[&str]) -> (Child, String) {
    let mut command = program(&[&["simulate"], arguments].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (child, line)
}

/// Parses the `export` command.
fn variables(line: &str) -> Vec<(String, String)> {
    let assignments = line.trim_end().strip_prefix("export ").unwrap().split(' ');
    let pairs = assignments.map(|assignment| assignment.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn printed_variables_suffice_to_connect() {
    let (mut child, line) = simulate(&["--seed", "0", "--batches", "20"]);
    let variables = variables(&line);
    let base_url = &variables[0].1;
    let get = |id| {
        let mut command = program(&["get", id, "--base-url", base_url]);
        command.envs(variables.clone()).output().unwrap()
    };
    let names: Vec<_> = variables.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["ISOMETRIC_BASE_URL", "ISOMETRIC_ACCESS_TOKEN", "ISOMETRIC_CLIENT_SECRET"]);
    let existing = get(ID);
    assert_eq!(existing.status.code(), Some(0), "{}", transcript(&existing));
    // The simulator has a batch of this identifier only if --batches is higher.
    let missing = get("ctb_2JZT70000SIM000N");
    assert_eq!(missing.status.code(), Some(1), "{}", transcript(&missing));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn exits_with_success_on_signals() {
    for signal in ["INT", "TERM"] {
        let (mut child, _) = simulate(&[]);
        let id = child.id().to_string();
        let kill = Command::new("kill").args(["-s", signal, &id]).status().unwrap();
        assert!(kill.success());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
        let mut stderr = String::new();
        child.stderr.unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!(stderr, "");
    }
}

#[test]
fn occupied_port_is_a_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let output = program(&["simulate", "--port", &port]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = text(&output.stderr);
    assert!(stderr.starts_with("error: "), "{stderr}");
    assert!(stderr.ends_with("hint: choose another port with --port\n"), "{stderr}");
}
