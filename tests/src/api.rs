//! The sources of the client crate.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

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
