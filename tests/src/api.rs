//! The public API of the client crate, one item a line.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use codegen::api;

use crate::spec::workspace;

fn sources(folder: &Path, below: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder.join(below)).unwrap() {
        let entry = entry.unwrap();
        let path = below.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            sources(folder, &path, files);
        } else {
            let name = path.display().to_string().replace('\\', "/");
            files.insert(name, fs::read_to_string(entry.path()).unwrap());
        }
    }
}

/// The sources of the client crate, by path relative to `src`.
pub(crate) fn client_sources() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    sources(&workspace().join("generated-client/src"), Path::new(""), &mut files);
    files
}

#[test]
fn the_public_api_is_this() {
    let items = api::items(&client_sources(), "lib.rs").unwrap();
    let lines: String = items.iter().map(|item| format!("{item}\n")).collect();
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(lines) });
}
