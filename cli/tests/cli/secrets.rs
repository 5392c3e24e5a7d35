//! Secrets: where they come from, and that nobody sees them.

use std::fs;
use std::process::{Command, Output};
use std::time::Duration;

use isometric_registry::StatusCode;
use isometric_registry_simulator::http::HeaderValue;
use isometric_registry_simulator::{Fault, Simulator};

use crate::{ID, assert_shown, program, shown, text};

const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.bm9ib2R5";
const SECRET: &str = "uPrO-5ecret-wxAh-0123456789";

/// Runs a command that has both secrets, and fails if it prints any of them.
#[track_caller]
fn run(command: &mut Command) -> Output {
    command.env("ISOMETRIC_ACCESS_TOKEN", TOKEN).env("ISOMETRIC_CLIENT_SECRET", SECRET);
    let output = command.output().unwrap();
    assert_no_secret(&output);
    output
}

#[track_caller]
fn assert_no_secret(output: &Output) {
    let printed = text(&output.stdout) + &text(&output.stderr);
    for secret in [TOKEN, SECRET] {
        assert!(!printed.contains(&secret[..12]), "{printed}");
    }
}

#[test]
fn no_secret_is_shown_whatever_the_registry_answers() {
    let echo = format!("{{\"detail\": \"{TOKEN} and {SECRET}\"}}");
    let json = || HeaderValue::from_static("application/json");
    let faults = [
        None,
        Some(Fault::body(StatusCode::UNAUTHORIZED, json(), echo.clone())),
        Some(Fault::body(StatusCode::FORBIDDEN, json(), echo.clone())),
        Some(Fault::body(StatusCode::OK, json(), echo.clone())),
        Some(Fault::body(StatusCode::BAD_GATEWAY, json(), echo)),
        Some(Fault::delay(Duration::from_secs(60))),
        Some(Fault::reset()),
        Some(Fault::cut(10)),
    ];
    for fault in faults {
        let simulator = Simulator::start().unwrap();
        if let Some(fault) = fault {
            simulator.inject(fault.always());
        }
        for command in [&["get", ID][..], &["get", ID, ID], &["lineage", ID]] {
            let options =
                ["-v", "--retries", "0", "--timeout", "300ms", "--base-url", simulator.base_url()];
            let output = run(&mut program(&[&options, command].concat()));
            assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
        }
    }
}

#[test]
fn a_refusal_names_where_the_credentials_are_from() {
    let simulator = Simulator::start().unwrap();
    let output = run(&mut program(&["get", ID, "--base-url", simulator.base_url()]));
    assert_shown("secrets-refused", &shown(&output));
}

#[test]
fn a_secret_that_is_given_in_the_wrong_place_is_not_repeated() {
    for arguments in [
        &["get", TOKEN][..],
        &["get", "--client-secret", SECRET, ID],
        &["get", &format!("--client-secret={SECRET}"), ID],
        &["--access-token", TOKEN, "get", ID],
        &["get", ID, "--credentials", TOKEN, "--environment", "sandbox"],
        &["get", ID, "--base-url", SECRET],
        &["get", ID, "--environment", SECRET],
        &["check", SECRET],
        &["get", "--ids", SECRET],
    ] {
        let output = run(&mut program(arguments));
        assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
    }
    let output = run(&mut program(&["get", ID, "--client-secret", SECRET]));
    assert_shown("secrets-argument", &shown(&output));
}

#[cfg(unix)]
mod files {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// What comes of a file with these credentials that has these permissions.
    fn with_file(text: &str, mode: u32, simulator: &Simulator) -> Output {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("secrets"), text).unwrap();
        fs::set_permissions(folder.path().join("secrets"), Permissions::from_mode(mode)).unwrap();
        let arguments = ["get", ID, "--base-url", simulator.base_url(), "--credentials", "secrets"];
        let output = program(&arguments).current_dir(folder.path()).output().unwrap();
        assert_no_secret(&output);
        output
    }

    #[test]
    fn a_file_has_the_secrets_as_the_environment_does() {
        let simulator = Simulator::start().unwrap();
        let text = format!(
            "# of the simulator\nISOMETRIC_ACCESS_TOKEN={}\nexport ISOMETRIC_CLIENT_SECRET=\"{}\"\n",
            simulator.access_token(),
            simulator.client_secret()
        );
        let output = with_file(&text, 0o600, &simulator);
        assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let simulator = Simulator::start().unwrap();
        let output = with_file("", 0o640, &simulator);
        assert_shown("secrets-open-file", &shown(&output));
        assert_eq!(with_file("", 0o604, &simulator).status.code(), Some(2));
        assert_eq!(simulator.requests().len(), 0);
    }

    #[test]
    fn a_file_that_has_no_secrets_is_refused() {
        let simulator = Simulator::start().unwrap();
        let text = format!("ISOMETRIC_ACCESS_TOKEN={TOKEN}\n\n{SECRET}\n");
        assert_shown("secrets-bad-line", &shown(&with_file(&text, 0o600, &simulator)));
        let text = format!("ISOMETRIC_ACCESS_TOKEN={TOKEN}\n");
        assert_shown("secrets-missing", &shown(&with_file(&text, 0o600, &simulator)));
        let text = format!("ISOMETRIC_ACCESS_TOKEN={TOKEN}\nISOMETRIC_CLIENT_SECRET={SECRET}\n");
        assert_shown("secrets-file-refused", &shown(&with_file(&text, 0o600, &simulator)));
    }
}
