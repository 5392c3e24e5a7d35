//! Access to the spec for tests that read or edit it.

use std::fs;
use std::path::{Path, PathBuf};

use codegen::document::{Node, Source};

pub(crate) const SPEC: &str = "spec/registry.yaml";

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

pub(crate) fn spec() -> String {
    fs::read_to_string(workspace().join(SPEC)).unwrap()
}

pub(crate) fn source(text: &str) -> Source {
    Source::parse(SPEC, text).unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// Returns the frozen fixture of a spec with one operation, for tests that edit a spec.
pub(crate) fn one_operation() -> String {
    fs::read_to_string(workspace().join("tests/fixtures/one_operation.yaml")).unwrap()
}

/// Returns the value of a keyword of a named schema.
pub(crate) fn keyword(spec: &str, schema: &str, keyword: &str) -> Node {
    let path = ["components", "schemas", schema, keyword];
    let source = source(spec);
    path.iter().try_fold(source.root(), |node, key| node.get(key)).unwrap().clone()
}

/// Returns the integer value of a keyword of a named schema.
pub(crate) fn bound(spec: &str, schema: &str, name: &str) -> i128 {
    keyword(spec, schema, name).as_integer().unwrap()
}

/// Returns the text of a spec with a different number in a keyword of a named schema.
pub(crate) fn with_bound(spec: &str, schema: &str, name: &str, value: i128) -> String {
    let edited = keyword(spec, schema, name).position.line;
    let edit = |(number, line): (usize, &str)| match line.split_once(": ") {
        Some((before, _)) if number == edited => format!("{before}: {value}\n"),
        _ => format!("{line}\n"),
    };
    (1..).zip(spec.lines()).map(edit).collect()
}
