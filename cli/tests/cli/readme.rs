//! The commands of the README.

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
