//! Names of the spec in hand-written code, which the lint requires of the spec.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use codegen::lint::lint_client;

use crate::spec::{source, spec, workspace};

/// The folder of the client, which does not compile without the types that it names.
const FOLDER: &str = "generated-client/src";

/// Generated code, and the audit, which names most of the spec.
const IGNORED: [&str; 2] = ["audit", "generated"];

/// Collects the generated types that the files below a folder name.
fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if IGNORED.iter().any(|name| path.ends_with(name)) {
            continue;
        } else if path.is_dir() {
            collect(&path, names);
        } else {
            names.extend(type_names(&fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Returns the names after `types::`, outside comments and tests.
fn type_names(text: &str) -> Vec<String> {
    let (code, _tests) = text.split_once("#[cfg(test)]\nmod tests {").unwrap_or((text, ""));
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    let paths = code.split("types::").skip(1).filter(|path| !path.starts_with("sealed"));
    let names = paths.flat_map(|path| match path.strip_prefix('{') {
        Some(list) => list.split('}').next().unwrap().split(',').map(str::trim).collect(),
        None => path.split(|c: char| !c.is_alphanumeric()).take(1).collect::<Vec<_>>(),
    });
    let is_type = |name: &&str| name.starts_with(char::is_uppercase);
    names.filter(is_type).map(str::to_owned).collect()
}

#[test]
fn finds_names_outside_tests() {
    let text = "use crate::types::{A,\n    B};\n// types::C\nfn f(d: types::D) {}\n\
                #[cfg(test)]\nmod tests {\n    use crate::types::E;\n}\n";
    assert_eq!(type_names(text), ["A", "B", "D"]);
}

#[test]
fn lint_requires_the_schemas_that_code_names() {
    let mut names = BTreeSet::new();
    collect(&workspace().join(FOLDER), &mut names);
    assert!(names.contains("ErrorBody"), "{names:?}");
    let spec = spec();
    let schemas = names.iter().filter(|name| spec.contains(&format!("\n    {name}:\n")));
    for name in schemas {
        let key = format!("\n    {name}:\n");
        let findings = lint_client(&source(&spec.replace(&key, &format!("\n    X{name}:\n"))));
        let findings = findings.unwrap_err().to_string();
        let finding = format!("missing schema `{name}`");
        assert!(findings.contains(&finding), "add {name} to the table of `missing-client-name`");
    }
}
