//! What the README shows is what happens.

use std::fs;
use std::path::Path;

use codegen::client;
use codegen::tree::Tree;

use crate::generated::{source, spec, workspace};

fn readme() -> String {
    fs::read_to_string(workspace().join("README.md")).unwrap()
}

#[test]
fn the_refusal_is_the_one_shown() {
    let edited = spec().replacen("minLength: 20", "minLength: 38", 1);
    let refusal = client::generate(&source(&edited)).unwrap_err().to_string();
    let shown: Vec<_> = refusal.lines().take(2).collect();
    assert!(readme().contains(&shown.join("\n")), "{refusal}");
}

#[test]
fn the_stale_file_is_the_one_shown() {
    let edited = spec().replacen("maxLength: 37", "maxLength: 36", 1);
    let files = client::generate(&source(&edited)).unwrap();
    let files = files.into_iter().map(|file| (file.name.into(), file.text)).collect();
    let folder = Path::new("generated-client/src/generated");
    let tree = Tree::compare(&workspace().join(folder), files).unwrap();
    let types = tree.entries().iter().find(|entry| entry.path == Path::new("types.rs")).unwrap();
    let diff = types.diff(folder);
    let last = diff.rfind("\n@@").unwrap();
    assert!(readme().contains(diff[last..].trim_end()), "{diff}");
}
