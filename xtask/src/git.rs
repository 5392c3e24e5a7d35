//! Runs git in the workspace, to read files of revisions.

use std::process::Command;

use crate::files::MAX_INPUT_BYTES;
use crate::{Failure, workspace};

/// The variables that select a repository. Git sets some of them for hooks, and then takes the
/// current folder for the root of the repository, which the workspace need not be.
const REPOSITORY_VARIABLES: [&str; 9] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
];

/// The git repository that contains the workspace.
pub(crate) struct Repository {
    /// True if git finds the repository without [`REPOSITORY_VARIABLES`].
    ignores_variables: bool,
}

impl Repository {
    pub(crate) fn of_workspace() -> Self {
        let found = Self { ignores_variables: true }.run(&["rev-parse", "--git-dir"]);
        Self { ignores_variables: found.is_ok() }
    }

    /// Returns the contents of a file at a revision. The path is relative to the workspace.
    ///
    /// The error is a message without the name of the revision.
    pub(crate) fn file_at(&self, revision: &str, path: &str) -> Result<Vec<u8>, String> {
        // An empty revision is the index, and git parses a leading hyphen as an option.
        if revision.is_empty() || revision.starts_with('-') {
            return Err("invalid name of a revision".to_owned());
        }
        // `git show` would take a name with `*` for a pattern of paths.
        let name = format!("{revision}:./{path}");
        let size = self.run(&["cat-file", "-s", &name])?;
        let size: u64 = String::from_utf8_lossy(&size).trim().parse().unwrap_or(u64::MAX);
        if size > MAX_INPUT_BYTES {
            return Err(format!("expected at most {MAX_INPUT_BYTES} bytes, found {size}"));
        }
        self.run(&["cat-file", "blob", &name])
    }

    /// Returns the commit at which this branch left the main branch.
    pub(crate) fn merge_base(&self) -> Result<String, Failure> {
        ["origin/main", "main"]
            .iter()
            .find_map(|main| self.run(&["merge-base", main, "HEAD"]).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .map(|text| text.trim().to_owned())
            .ok_or_else(|| {
                Failure(
                    "no merge base with `origin/main` or `main`; \
                     name a revision with `--base`, or fetch more of the history"
                        .to_owned(),
                )
            })
    }

    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let mut git = Command::new("git");
        git.args(arguments).current_dir(workspace());
        if self.ignores_variables {
            REPOSITORY_VARIABLES.iter().for_each(|variable| _ = git.env_remove(variable));
        }
        let output = git.output().map_err(|error| format!("cannot run git: {error}"))?;
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
    }
}
