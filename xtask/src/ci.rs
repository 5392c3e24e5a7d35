//! `cargo xtask ci`: the checks that a change must pass.

use std::process::{Command, Stdio};

use crate::{Failure, TaskOutcome, no_arguments, process, terminal};

/// A Cargo command that must succeed.
struct CiStep {
    name: &'static str,
    /// The arguments of Cargo.
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
    /// A step that requires OpenSSL is skipped on machines without it.
    requires_openssl: bool,
}

impl CiStep {
    const fn new(name: &'static str, arguments: &'static [&'static str]) -> Self {
        Self { name, arguments, environment: &[], requires_openssl: false }
    }
}

const STEPS: &[CiStep] = &[
    CiStep::new("format", &["fmt", "--all", "--check"]),
    // The package `tests` enables every feature of the client except `native-tls`.
    CiStep::new(
        "clippy",
        &["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"],
    ),
    CiStep::new(
        "client without features",
        &["check", "--package", "isometric-registry", "--no-default-features", "--locked"],
    ),
    CiStep {
        requires_openssl: true,
        ..CiStep::new(
            "client with native-tls",
            &[
                "check",
                "--package",
                "isometric-registry",
                "--no-default-features",
                "--features",
                "native-tls",
                "--locked",
            ],
        )
    },
    CiStep::new("generated sources", &["xtask", "regen", "--check"]),
    CiStep {
        // A changed snapshot fails the test and is not written.
        environment: &[("INSTA_UPDATE", "no"), ("INSTA_FORCE_PASS", "0")],
        ..CiStep::new("tests", &["test", "--workspace", "--locked"])
    },
    CiStep {
        environment: &[("RUSTDOCFLAGS", "--deny warnings")],
        ..CiStep::new("docs", &["doc", "--workspace", "--no-deps", "--locked"])
    },
];

pub(crate) fn run(arguments: &mut lexopt::Parser) -> Result<TaskOutcome, Failure> {
    no_arguments(arguments, run_steps)
}

/// Runs the steps in order and stops at the first failure.
fn run_steps() -> Result<TaskOutcome, Failure> {
    let has_openssl = is_openssl_installed();
    for step in STEPS {
        if step.requires_openssl && !has_openssl {
            terminal::print(&format!("\n== {} (skipped: OpenSSL is not installed)\n", step.name))?;
            continue;
        }
        terminal::print(&format!("\n== {}\n", step.name))?;
        let mut cargo = process::cargo();
        cargo.args(step.arguments).envs(step.environment.iter().copied());
        if !process::succeeds(&mut cargo)? {
            terminal::problem(
                "Failed",
                &format!("{}: cargo {}", step.name, step.arguments.join(" ")),
            );
            return Ok(TaskOutcome::ProblemFound);
        }
    }
    Ok(TaskOutcome::Success)
}

fn is_openssl_installed() -> bool {
    let mut command = Command::new("pkg-config");
    command.args(["--exists", "openssl"]).stdout(Stdio::null()).stderr(Stdio::null());
    // pkg-config itself may be missing.
    process::succeeds(&mut command).unwrap_or(false)
}
