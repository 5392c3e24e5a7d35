//! What the README shows is what is printed.

use std::fs;

use crate::{program, text};

#[test]
fn the_lineage_that_the_readme_shows_is_the_one_that_is_printed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = fs::read_to_string(path).unwrap();
    let command = "cargo run -p isometric-registry-cli -- --offline lineage ";
    let (_, rest) = readme.split_once(command).unwrap();
    let (id, rest) = rest.split_once('\n').unwrap();
    let (_, rest) = rest.split_once("```text\n").unwrap();
    let (shown, _) = rest.split_once("```").unwrap();
    let output = program(&["--offline", "lineage", id]).output().unwrap();
    assert_eq!(shown, text(&output.stdout));
}
