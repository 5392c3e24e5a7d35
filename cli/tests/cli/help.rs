//! Help, completions and manual pages.

use crate::{assert_shown, program, run, text};

const COMMANDS: [&str; 6] = ["get", "lineage", "check", "simulate", "completions", "man"];

#[test]
fn the_help_of_the_program_is_this() {
    assert_shown("help", &run(&["--help"]));
    assert_shown("help-short", &run(&["-h"]));
}

#[test]
fn the_help_of_each_command_is_this() {
    for command in COMMANDS {
        assert_shown(&format!("help-{command}"), &run(&[command, "--help"]));
        assert_eq!(run(&["help", command]), run(&[command, "--help"]));
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let expected = concat!("isometric-registry ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(text(&program(&["--version"]).output().unwrap().stdout), expected);
}

#[test]
fn there_are_completions_for_every_shell_that_know_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = program(&["completions", shell]).output().unwrap();
        let script = text(&output.stdout);
        assert!(output.status.success() && output.stderr.is_empty());
        for word in COMMANDS.into_iter().chain(["offline", "base-url", "concurrency"]) {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
}

#[test]
fn the_manual_page_is_this() {
    let page = run(&["man"]).replace(env!("CARGO_PKG_VERSION"), "VERSION");
    assert_shown("man", &page);
}

#[test]
fn every_command_has_a_manual_page() {
    for command in COMMANDS {
        let page = run(&["man", command]);
        assert!(page.contains(&format!(".TH isometric-registry-{command} 1")), "{page}");
    }
    assert_shown("man-of-nothing", &run(&["man", "tea"]));
}
