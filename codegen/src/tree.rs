//! Brings generated files up to date, whole or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use similar::TextDiff;

/// Whether a file is what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is.
    Fresh,
    /// It has other contents.
    Changed,
    /// It is not there.
    Missing,
    /// It is there and should not be.
    Unexpected,
}

/// A file of the folder, as it is and as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path relative to the folder.
    pub path: PathBuf,
    /// What decides whether it has to be touched.
    pub state: State,
    actual: Option<Vec<u8>>,
    expected: Option<String>,
}

impl Entry {
    /// The one place that decides about a file.
    fn decide(path: PathBuf, actual: Option<Vec<u8>>, expected: Option<String>) -> Self {
        let state = match (&actual, &expected) {
            (Some(actual), Some(expected)) if actual == expected.as_bytes() => State::Fresh,
            (Some(_), Some(_)) => State::Changed,
            (None, _) => State::Missing,
            (Some(_), None) => State::Unexpected,
        };
        Self { path, state, actual, expected }
    }

    /// What would change in the file, as a unified diff. Empty where it is fresh.
    ///
    /// `folder` is what the file's path is shown under.
    pub fn diff(&self, folder: &Path) -> String {
        let actual = String::from_utf8_lossy(self.actual.as_deref().unwrap_or_default());
        let expected = self.expected.as_deref().unwrap_or_default();
        let path = folder.join(&self.path);
        let name = |side: &str, there: bool| match there {
            true => format!("{side}/{}", path.display()).replace('\\', "/"),
            false => "/dev/null".to_owned(),
        };
        TextDiff::from_lines(actual.as_ref(), expected)
            .unified_diff()
            .header(&name("a", self.actual.is_some()), &name("b", self.expected.is_some()))
            .to_string()
    }
}

/// A folder and what it should hold.
#[derive(Clone, Debug)]
pub struct Tree {
    folder: PathBuf,
    entries: Vec<Entry>,
}

impl Tree {
    /// Compares a folder with the files that it should hold, given by their paths
    /// relative to it.
    ///
    /// # Errors
    ///
    /// The folder or a file in it cannot be read. That the folder is missing is
    /// not an error.
    pub fn compare(folder: &Path, files: BTreeMap<PathBuf, String>) -> io::Result<Self> {
        let mut actual = BTreeMap::new();
        read(folder, Path::new(""), &mut actual)?;
        let paths: BTreeSet<_> = actual.keys().chain(files.keys()).cloned().collect();
        let mut files = files;
        let entries = paths
            .into_iter()
            .map(|path| {
                let (actual, expected) = (actual.remove(&path), files.remove(&path));
                Entry::decide(path, actual, expected)
            })
            .collect();
        Ok(Self { folder: folder.to_owned(), entries })
    }

    /// Every file, by path.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether nothing has to be written.
    pub fn is_fresh(&self) -> bool {
        self.entries.iter().all(|entry| entry.state == State::Fresh)
    }

    /// Makes the folder what it should be. Fresh files are not touched, and where
    /// all are fresh nothing is written.
    ///
    /// The new tree is built beside the old one and then takes its place in one
    /// step, so that a run that fails or is killed leaves the one or the other.
    /// Where the system cannot exchange two folders in one step, the old one is
    /// moved aside first.
    ///
    /// # Errors
    ///
    /// Something could not be written. The old tree is then still in place.
    pub fn write(&self) -> io::Result<()> {
        if self.is_fresh() {
            return Ok(());
        }
        let staged = beside(&self.folder, "new");
        remove(&staged)?;
        fs::create_dir_all(&staged)?;
        for entry in &self.entries {
            self.stage(entry, &staged)?;
        }
        exchange(&staged, &self.folder)?;
        remove(&staged)
    }

    fn stage(&self, entry: &Entry, staged: &Path) -> io::Result<()> {
        let Some(expected) = &entry.expected else { return Ok(()) };
        let target = staged.join(&entry.path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        match entry.state {
            State::Fresh => keep(&self.folder.join(&entry.path), &target),
            _ => {
                let mut file = fs::File::create_new(&target)?;
                io::Write::write_all(&mut file, expected.as_bytes())?;
                file.sync_all()
            }
        }
    }
}

/// Replaces a file in one step, or makes it. One that is the same already is not
/// touched.
///
/// # Errors
///
/// It cannot be written. The old file is then still in place.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    if fs::read(path).is_ok_and(|actual| actual == text.as_bytes()) {
        return Ok(());
    }
    let staged = beside(path, "new");
    fs::write(&staged, text)?;
    fs::File::open(&staged)?.sync_all()?;
    fs::rename(&staged, path)
}

/// Puts an unchanged file into the new tree: the same file, its times included.
fn keep(from: &Path, to: &Path) -> io::Result<()> {
    if fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    fs::copy(from, to)?;
    let modified = fs::metadata(from)?.modified()?;
    fs::File::options().write(true).open(to)?.set_modified(modified)
}

/// The path `.NAME.SUFFIX` next to `path`.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{suffix}"))
}

/// Puts `staged` in the place of `folder`, and what was there, if anything, in the
/// place of `staged`.
fn exchange(staged: &Path, folder: &Path) -> io::Result<()> {
    if !folder.exists() {
        return fs::rename(staged, folder);
    }
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, staged, CWD, folder, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    let aside = beside(folder, "old");
    remove(&aside)?;
    fs::rename(folder, &aside)?;
    if let Err(error) = fs::rename(staged, folder) {
        fs::rename(&aside, folder)?;
        return Err(error);
    }
    fs::rename(&aside, staged)
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

fn read(folder: &Path, below: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) -> io::Result<()> {
    let entries = match fs::read_dir(folder.join(below)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            read(folder, &path, files)?;
        } else {
            let contents = fs::read(folder.join(&path))?;
            files.insert(path, contents);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    fn compare(folder: &Path, files: &[(&str, &str)]) -> Tree {
        let files = files.iter().map(|(path, text)| (path.into(), (*text).to_owned())).collect();
        Tree::compare(folder, files).unwrap()
    }

    fn states(tree: &Tree) -> Vec<(String, State)> {
        let name = |entry: &Entry| entry.path.display().to_string();
        tree.entries().iter().map(|entry| (name(entry), entry.state)).collect()
    }

    #[test]
    fn what_is_written_is_fresh_afterwards_and_a_stray_file_is_gone() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("generated");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("old.rs"), "old").unwrap();
        fs::write(folder.join("b.rs"), "before").unwrap();
        let wanted = [("a.rs", "a"), ("b.rs", "after")];

        let tree = compare(&folder, &wanted);
        let before =
            [("a.rs", State::Missing), ("b.rs", State::Changed), ("old.rs", State::Unexpected)];
        assert_eq!(states(&tree), before.map(|(name, state)| (name.to_owned(), state)));

        tree.write().unwrap();
        assert!(compare(&folder, &wanted).is_fresh());
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "nothing is left beside");
    }

    #[test]
    fn a_fresh_file_keeps_its_time_when_another_changes() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("generated");
        compare(&folder, &[("a.rs", "a"), ("b.rs", "b")]).write().unwrap();
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let file = fs::File::options().write(true).open(folder.join("a.rs")).unwrap();
        file.set_modified(long_ago).unwrap();

        compare(&folder, &[("a.rs", "a"), ("b.rs", "changed")]).write().unwrap();
        let modified = |name| fs::metadata(folder.join(name)).unwrap().modified().unwrap();
        assert_eq!(modified("a.rs"), long_ago);
        assert_ne!(modified("b.rs"), long_ago);
    }

    #[test]
    fn what_a_killed_run_left_beside_does_no_harm() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("generated");
        let left = home.path().join(".generated.new");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("half.rs"), "fn ma").unwrap();

        compare(&folder, &[("a.rs", "a")]).write().unwrap();
        assert_eq!(states(&compare(&folder, &[("a.rs", "a")])), [("a.rs".into(), State::Fresh)]);
        assert!(!left.exists());
    }

    #[test]
    fn a_diff_shows_old_and_new_lines_under_the_folder() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("a.rs"), "one\ntwo\n").unwrap();
        let tree = compare(home.path(), &[("a.rs", "one\n2\n")]);
        assert_eq!(
            tree.entries()[0].diff(Path::new("src/generated")),
            "--- a/src/generated/a.rs\n+++ b/src/generated/a.rs\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n"
        );
    }
}
