//! The README's example.

use std::fs;

use crate::{program, text};

#[test]
fn readme_shows_the_actual_lineage() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = fs::read_to_string(path).unwrap();
    let command = "cargo run -p isometric-registry-cli -- --offline lineage ";
    let (_, rest) = readme.split_once(command).unwrap();
    let (id, rest) = rest.split_once('\n').unwrap();
    let (_, rest) = rest.split_once("```text\n").unwrap();
    let (expected, _) = rest.split_once("```").unwrap();
    let output = program(&["--offline", "lineage", id]).output().unwrap();
    assert_eq!(expected, text(&output.stdout));
}
