//! A workspace in a temporary folder, in which tests run the xtask.

#![allow(dead_code, reason = "each test binary uses a part of this module")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The frozen spec with one operation.
pub(crate) const FIXTURE: &str = "tests/fixtures/one_operation.yaml";

pub(crate) const GENERATED: &str = "generated-client/src/generated";

/// A temporary workspace that contains the fixture with one operation as its spec.
pub(crate) struct Workspace(tempfile::TempDir);

impl Workspace {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["spec", "xtask", "generated-client/src"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        let workspace = Self(folder);
        fs::copy(repository(FIXTURE), workspace.path("spec/registry.yaml")).unwrap();
        workspace
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// Returns a command that runs the xtask from a subfolder of the workspace.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = xtask(&self.path("xtask"), arguments);
        command.current_dir(self.path("spec"));
        command
    }

    pub(crate) fn xtask(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn spec(&self) -> String {
        fs::read_to_string(self.path("spec/registry.yaml")).unwrap()
    }

    pub(crate) fn write_spec(&self, text: &str) {
        fs::write(self.path("spec/registry.yaml"), text).unwrap();
    }

    /// Returns the value of a keyword of the schema `CreditBatchId`, such as `maxLength`.
    pub(crate) fn bound(&self, keyword: &str) -> u32 {
        let spec = self.spec();
        let start = bound_offset(&spec, keyword);
        spec[start..].lines().next().unwrap().parse().unwrap()
    }

    /// Changes a keyword of the schema `CreditBatchId`.
    pub(crate) fn set_bound(&self, keyword: &str, value: u32) {
        let digits = self.bound(keyword).to_string().len();
        let mut spec = self.spec();
        let start = bound_offset(&spec, keyword);
        spec.replace_range(start..start + digits, &value.to_string());
        self.write_spec(&spec);
    }

    /// Returns the name and the text of every generated file, sorted.
    pub(crate) fn generated(&self) -> Vec<(String, String)> {
        let Ok(entries) = fs::read_dir(self.path(GENERATED)) else { return Vec::new() };
        let read = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        };
        let mut files: Vec<_> = entries.map(|entry| read(entry.unwrap())).collect();
        files.sort();
        files
    }
}

fn bound_offset(spec: &str, keyword: &str) -> usize {
    let schema = spec.find("    CreditBatchId:\n").unwrap();
    schema + spec[schema..].find(keyword).unwrap() + keyword.len() + ": ".len()
}

/// Returns the path of a file of this repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(path)
}

/// Returns a command that runs the xtask on the workspace whose `xtask` folder is `manifest`.
pub(crate) fn xtask(manifest: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).env("CARGO_MANIFEST_DIR", manifest);
    command
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub(crate) fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

pub(crate) fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}
