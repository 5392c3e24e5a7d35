//! The commands of the README and of `docs/data.md`.

use std::fs;

use crate::{program, text};

const COMMAND: &str = "cargo run -p isometric-registry-cli -- ";

#[test]
fn readme_shows_the_actual_output_of_its_commands() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = fs::read_to_string(path).unwrap();
    let examples: Vec<_> = readme.split(COMMAND).skip(1).collect();
    assert!(!examples.is_empty());
    for example in examples {
        let (arguments, rest) = example.split_once('\n').unwrap();
        let (_, rest) = rest.split_once("```text\n").unwrap();
        let (expected, _) = rest.split_once("```").unwrap();
        let arguments: Vec<_> = arguments.split(' ').collect();
        let output = program(&arguments).output().unwrap();
        assert_eq!(expected, text(&output.stdout), "{arguments:?}");
    }
}

/// Runs the commands of `docs/data.md` in one folder. A block of text after a command is its
/// output. The figures of the queries in Python are those of `sum`.
#[cfg(unix)]
#[test]
fn data_page_shows_the_actual_output() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/data.md");
    let page = fs::read_to_string(page).unwrap();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_isometric-registry"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let folder = tempfile::tempdir().unwrap();
    for block in page.split("```sh\n").skip(1) {
        let (command, rest) = block.split_once("```").unwrap();
        let output = std::process::Command::new("/bin/sh")
            .args(["-c", command])
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", &path)
            .output()
            .unwrap();
        assert!(output.status.success(), "{command}: {}", text(&output.stderr));
        if let Some(expected) = rest.strip_prefix("\n\n```text\n") {
            let (expected, _) = expected.split_once("```").unwrap();
            assert_eq!(text(&output.stdout).replace('\r', ""), expected, "{command}");
        }
    }
    let sums = ["--offline", "sum", "projects", "--by", "pathway", "--format", "json"];
    let sums = text(&crate::program(&sums).output().unwrap().stdout);
    for total in sums.lines().skip(1) {
        let total: serde_json::Value = serde_json::from_str(total).unwrap();
        let kilograms = total["issued_credits_total"]["credit_kgs"].to_string();
        assert!(kilograms == "0" || page.contains(&format!(" {kilograms} ")), "{total}");
    }
}
