//! `simulate`: an invented registry in a process of its own.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use crate::{ID, program, shown, text};

fn simulate(arguments: &[&str]) -> (Child, String) {
    let mut command = program(&[&["simulate"], arguments].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (child, line)
}

/// The variables that the line gives a shell.
fn variables(line: &str) -> Vec<(String, String)> {
    let assignments = line.trim_end().strip_prefix("export ").unwrap().split(' ');
    let pairs = assignments.map(|assignment| assignment.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn the_line_that_it_prints_is_all_that_is_needed_to_ask_it() {
    let (mut child, line) = simulate(&["--seed", "0", "--batches", "20"]);
    let variables = variables(&line);
    let base_url = &variables[0].1;
    let get = |id| {
        let mut command = program(&["get", id, "--base-url", base_url]);
        command.envs(variables.clone()).output().unwrap()
    };
    let names: Vec<_> = variables.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["ISOMETRIC_BASE_URL", "ISOMETRIC_ACCESS_TOKEN", "ISOMETRIC_CLIENT_SECRET"]);
    let there = get(ID);
    assert_eq!(there.status.code(), Some(0), "{}", shown(&there));
    let beyond = get("ctb_2JZT70000SIM000N");
    assert_eq!(beyond.status.code(), Some(1), "{}", shown(&beyond));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn it_ends_in_good_order_when_it_is_told_to() {
    for signal in ["INT", "TERM"] {
        let (mut child, _) = simulate(&[]);
        let id = child.id().to_string();
        let kill = Command::new("kill").args(["-s", signal, &id]).status().unwrap();
        assert!(kill.success());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
        let mut said = String::new();
        child.stderr.unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(said, "");
    }
}

#[test]
fn a_port_that_is_taken_is_a_failure() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = program(&["simulate", "--port", &port]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("port 0 selects a free port\nhint: "), "{said}");
}
