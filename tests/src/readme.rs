//! Tests that the README shows the real output of the example. Outputs of the xtask and of the
//! command line program are tested in their own packages.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::spec::workspace;

/// Runs the example if `cargo test --workspace` has built it, into the folder `examples` beside
/// the folder of the test binaries.
#[test]
fn shows_the_output_of_the_example() {
    let tests = env::current_exe().unwrap();
    let examples = tests.parent().and_then(Path::parent).unwrap().join("examples");
    let example = examples.join(format!("credit_batch{}", env::consts::EXE_SUFFIX));
    if !example.exists() {
        return eprintln!("skipped: {} is built with the whole workspace", example.display());
    }
    let output = Command::new(example).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    let readme = fs::read_to_string(workspace().join("README.md")).unwrap();
    assert!(
        readme.contains(&format!("```text\n{printed}```\n")),
        "the README does not show:\n{printed}"
    );
}
