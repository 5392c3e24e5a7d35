//! Credentials: sources and redaction.

use std::fs;
use std::process::{Command, Output};
use std::time::Duration;

use isometric_registry::StatusCode;
use isometric_registry_simulator::http::HeaderValue;
use isometric_registry_simulator::{Fault, Simulator};

use crate::{ID, assert_snapshot, program, text, transcript};

const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.bm9ib2R5";
const SECRET: &str = "uPrO-5ecret-wxAh-0123456789";

/// Runs a command with both secrets in the environment, and asserts that it prints neither.
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
fn redacts_secrets_in_responses() {
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
        Some(Fault::truncate(10)),
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
            assert_eq!(output.status.code(), Some(1), "{}", transcript(&output));
        }
    }
}

#[test]
fn hint_names_the_source_of_rejected_credentials() {
    let simulator = Simulator::start().unwrap();
    let output = run(&mut program(&["get", ID, "--base-url", simulator.base_url()]));
    assert_snapshot("secrets-rejected", &transcript(&output));
}

#[test]
fn redacts_secrets_in_arguments() {
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
        assert_eq!(output.status.code(), Some(2), "{}", transcript(&output));
    }
    let output = run(&mut program(&["get", ID, "--client-secret", SECRET]));
    assert_snapshot("secrets-argument", &transcript(&output));
}

#[cfg(unix)]
mod files {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Runs `get` with a credentials file, and asserts that it prints no secret.
    #[track_caller]
    fn run_with_file(text: &str, mode: u32, base_url: &str) -> Output {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("my secrets");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let arguments = ["get", ID, "--base-url", base_url, "--credentials", "my secrets"];
        let output = program(&arguments).current_dir(folder.path()).output().unwrap();
        assert_no_secret(&output);
        output
    }

    #[test]
    fn reads_credentials_from_a_file() {
        let simulator = Simulator::start().unwrap();
        let text = format!(
            "# of the simulator\nISOMETRIC_ACCESS_TOKEN={}\nexport ISOMETRIC_CLIENT_SECRET=\"{}\"\n",
            simulator.access_token(),
            simulator.client_secret()
        );
        let output = run_with_file(&text, 0o600, simulator.base_url());
        assert_eq!(output.status.code(), Some(0), "{}", transcript(&output));
    }

    #[test]
    fn reads_a_client_secret_alone() {
        let simulator = Simulator::start().unwrap();
        let text = format!("ISOMETRIC_CLIENT_SECRET={}\n", simulator.client_secret());
        let output = run_with_file(&text, 0o600, simulator.base_url());
        assert_snapshot("secrets-no-token", &transcript(&output));
        assert_eq!(simulator.requests().len(), 0);
    }

    #[test]
    fn rejects_files_that_others_can_read() {
        let simulator = Simulator::start().unwrap();
        let output = run_with_file("", 0o640, simulator.base_url());
        assert_snapshot("secrets-readable-file", &transcript(&output));
        let output = run_with_file("", 0o604, simulator.base_url());
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(simulator.requests().len(), 0);
    }

    #[test]
    fn rejects_files_over_the_size_limit() {
        let simulator = Simulator::start().unwrap();
        let start = format!("ISOMETRIC_ACCESS_TOKEN={TOKEN}\nISOMETRIC_CLIENT_SECRET=");
        // If the file were truncated at 64 KiB, the secret would still be long enough to be sent.
        let comment = "#".repeat(65_536 - start.len() - 11) + "\n";
        let output = run_with_file(&(comment + &start + SECRET), 0o600, simulator.base_url());
        assert_snapshot("secrets-large-file", &transcript(&output));
        assert_eq!(simulator.requests().len(), 0);
    }

    #[test]
    fn rejects_files_without_credentials() {
        let url = "http://127.0.0.1:1";
        let text = format!("ISOMETRIC_ACCESS_TOKEN={TOKEN}\n\n{SECRET}\n");
        assert_snapshot("secrets-invalid-line", &transcript(&run_with_file(&text, 0o600, url)));
        let text = format!("ISOMETRIC_ACCESS_TOKEN={TOKEN}\n");
        assert_snapshot("secrets-missing", &transcript(&run_with_file(&text, 0o600, url)));
    }

    #[test]
    fn hint_names_the_file_of_rejected_credentials() {
        let simulator = Simulator::start().unwrap();
        let text = format!("ISOMETRIC_ACCESS_TOKEN={TOKEN}\nISOMETRIC_CLIENT_SECRET={SECRET}\n");
        let output = run_with_file(&text, 0o600, simulator.base_url());
        assert_snapshot("secrets-file-rejected", &transcript(&output));
    }

    #[test]
    fn redacts_secrets_of_the_file_before_it_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("my secrets");
        fs::write(&path, format!("ISOMETRIC_ACCESS_TOKEN='{TOKEN}'\n{SECRET}\n")).unwrap();
        for arguments in [
            &["get", TOKEN, "--credentials", "my secrets", "--environment", "sandbox"][..],
            &["get", "--ids", SECRET, "--credentials=my secrets", "--environment", "sandbox"],
            &["--credentials", "my secrets", "get", ID, "--client-secret", SECRET],
            &["--credentials", "my secrets", "check", SECRET],
        ] {
            let output = program(arguments).current_dir(folder.path()).output().unwrap();
            assert_no_secret(&output);
            assert_eq!(output.status.code(), Some(2), "{}", transcript(&output));
        }
    }

    #[test]
    fn redacts_secrets_of_the_file() {
        let simulator = Simulator::start().unwrap();
        let text = format!("ISOMETRIC_ACCESS_TOKEN={TOKEN}\nISOMETRIC_CLIENT_SECRET={SECRET}\n");
        for secret in [TOKEN, SECRET] {
            let base_url = format!("{}/{secret}", simulator.base_url());
            let output = run_with_file(&text, 0o600, &base_url);
            let transcript = transcript(&output);
            assert!(transcript.contains("[redacted]"), "{transcript}");
        }
    }
}
