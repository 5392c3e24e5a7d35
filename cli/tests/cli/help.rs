//! Help, completions and manual pages.

use crate::{assert_snapshot, program, run, text};

const COMMANDS: [&str; 11] = [
    "get",
    "list",
    "sum",
    "call",
    "lineage",
    "audit",
    "whoami",
    "check",
    "simulate",
    "completions",
    "man",
];

#[test]
fn prints_help_of_the_program() {
    assert_snapshot("help", &run(&["--help"]));
    assert_snapshot("help-short", &run(&["-h"]));
}

#[test]
fn prints_help_of_each_command() {
    for command in COMMANDS {
        assert_snapshot(&format!("help-{command}"), &run(&[command, "--help"]));
        assert_eq!(run(&["help", command]), run(&[command, "--help"]));
    }
}

#[test]
fn prints_the_package_version() {
    let expected = concat!("isometric-registry ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(text(&program(&["--version"]).output().unwrap().stdout), expected);
}

#[test]
fn completions_of_each_shell_contain_all_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = program(&["completions", shell]).output().unwrap();
        let script = text(&output.stdout);
        assert!(output.status.success() && output.stderr.is_empty());
        for word in COMMANDS.into_iter().chain(["offline", "base-url", "concurrency"]) {
            assert!(script.contains(word), "{shell}: missing {word}");
        }
    }
}

#[test]
fn prints_the_manual_page_of_the_program() {
    let page = run(&["man"]).replace(env!("CARGO_PKG_VERSION"), "VERSION");
    assert_snapshot("man", &page);
}

#[test]
fn each_command_has_a_manual_page() {
    for command in COMMANDS {
        let page = run(&["man", command]);
        assert!(page.contains(&format!(".TH isometric-registry-{command} 1")), "{page}");
    }
    let page = run(&["man", "list", "issuances"]);
    assert!(page.contains(".TH isometric-registry-list-issuances 1"), "{page}");
    assert_snapshot("man-unknown", &run(&["man", "tea"]));
}

#[test]
fn completions_contain_collections_filters_and_values() {
    let script = text(&program(&["completions", "bash"]).output().unwrap().stdout);
    for word in ["organisation-credit-batches", "--retirement-id", "active split retired"] {
        assert!(script.contains(word), "missing {word}");
    }
    let fish = text(&program(&["completions", "fish"]).output().unwrap().stdout);
    assert!(fish.contains("create-retirement-from-oldest-credits"));
}

/// Runs the examples of all commands. `simulate` runs until it is interrupted, and has a test of
/// its own.
#[cfg(unix)]
#[test]
fn examples_of_help_run() {
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_isometric-registry")).parent().unwrap();
    for command in COMMANDS.into_iter().filter(|&command| command != "simulate") {
        let help = text(&program(&[command, "--help"]).output().unwrap().stdout);
        let (_, examples) = help.split_once("Example:\n").unwrap_or_else(|| panic!("{help}"));
        for example in examples.lines() {
            let output = std::process::Command::new("/bin/sh")
                .args(["-c", example])
                .env_clear()
                .env("PATH", folder)
                .output()
                .unwrap();
            assert!(output.status.success(), "{example}: {}", text(&output.stderr));
            assert!(!(output.stdout.is_empty() && output.stderr.is_empty()), "{example}");
        }
    }
}
