//! Brings generated files up to date, whole or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

use similar::TextDiff;

/// How long a run certainly does not take: what is older was left by a dead one.
const LEFTOVER_AGE: Duration = Duration::from_secs(60 * 60);

/// A file or folder that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct FileError {
    /// The file or folder.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

impl FileError {
    fn of(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self { path, source }
    }
}

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
    actual: Option<Actual>,
    expected: Option<String>,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Actual {
    File(Vec<u8>),
    /// What regen never writes: an empty folder, or a link.
    NoFile,
}

impl Entry {
    /// The one place that decides about a file.
    fn decide(path: PathBuf, actual: Option<Actual>, expected: Option<String>) -> Self {
        let state = match (&actual, &expected) {
            (Some(Actual::File(actual)), Some(expected)) if actual == expected.as_bytes() => {
                State::Fresh
            }
            (Some(_), Some(_)) => State::Changed,
            (None, _) => State::Missing,
            (Some(_), None) => State::Unexpected,
        };
        Self { path, state, actual, expected }
    }

    /// What would change in the file, as a unified diff. Empty where it is fresh, or
    /// no file.
    ///
    /// `folder` is what the file's path is shown under.
    pub fn diff(&self, folder: &Path) -> String {
        let actual = match &self.actual {
            Some(Actual::File(bytes)) => String::from_utf8_lossy(bytes),
            Some(Actual::NoFile) | None => "".into(),
        };
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
    pub fn compare(folder: &Path, files: BTreeMap<PathBuf, String>) -> Result<Self, FileError> {
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
    /// step, so that a run that fails or is killed leaves the one or the other, and
    /// two runs at the same time do not meet. Where the system cannot exchange two
    /// folders in one step, the old one is moved aside first.
    ///
    /// # Errors
    ///
    /// Something could not be written. The old tree is then still in place.
    pub fn write(&self) -> Result<(), FileError> {
        if self.is_fresh() {
            return Ok(());
        }
        remove_leftovers(&self.folder);
        let staged = beside(&self.folder, "new");
        remove(&staged)?;
        let written = self.stage_all(&staged).and_then(|()| exchange(&staged, &self.folder));
        written.and(remove(&staged))
    }

    fn stage_all(&self, staged: &Path) -> Result<(), FileError> {
        fs::create_dir_all(staged).map_err(FileError::of(staged))?;
        self.entries.iter().try_for_each(|entry| self.stage(entry, staged))
    }

    fn stage(&self, entry: &Entry, staged: &Path) -> Result<(), FileError> {
        let Some(expected) = &entry.expected else { return Ok(()) };
        let target = staged.join(&entry.path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(FileError::of(parent))?;
        }
        match entry.state {
            State::Fresh => keep(&self.folder.join(&entry.path), &target),
            _ => create(&target, expected),
        }
        .map_err(FileError::of(&target))
    }
}

/// Replaces a file in one step, or makes it. One that is the same already is not
/// touched.
///
/// # Errors
///
/// It cannot be written. The old file is then still in place.
pub fn replace(path: &Path, text: &str) -> Result<(), FileError> {
    if fs::read(path).is_ok_and(|actual| actual == text.as_bytes()) {
        return Ok(());
    }
    let staged = beside(path, "new");
    fs::write(&staged, text)
        .and_then(|()| fs::File::open(&staged)?.sync_all())
        .and_then(|()| fs::rename(&staged, path))
        .map_err(FileError::of(path))
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

fn create(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// The path `.NAME.PROCESS.SUFFIX` next to `path`, which is this process's alone.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    path.with_file_name(format!(".{}.{}.{suffix}", name(path), process::id()))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Removes the trees beside `folder` that runs left which were killed long ago. One
/// that cannot be removed does no harm.
fn remove_leftovers(folder: &Path) {
    let prefix = format!(".{}.", name(folder));
    let is_staged = |name: &str| {
        let process = name.strip_prefix(&prefix).and_then(|name| name.strip_suffix(".new"));
        process.is_some_and(|process| process.parse::<u32>().is_ok())
    };
    let siblings = folder.parent().and_then(|parent| fs::read_dir(parent).ok());
    for sibling in siblings.into_iter().flatten().flatten() {
        let age = sibling.metadata().and_then(|metadata| metadata.modified());
        let is_old = age.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LEFTOVER_AGE));
        if is_old && sibling.file_name().to_str().is_some_and(is_staged) {
            let _ = fs::remove_dir_all(sibling.path());
        }
    }
}

/// Puts `staged` in the place of `folder`, and what was there, if anything, in the
/// place of `staged`.
fn exchange(staged: &Path, folder: &Path) -> Result<(), FileError> {
    if !folder.exists() {
        return fs::rename(staged, folder).map_err(FileError::of(folder));
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
    fs::rename(folder, &aside).map_err(FileError::of(folder))?;
    if let Err(error) = fs::rename(staged, folder) {
        fs::rename(&aside, folder).map_err(FileError::of(&aside))?;
        return Err(FileError::of(folder)(error));
    }
    fs::rename(&aside, staged).map_err(FileError::of(&aside))
}

fn remove(folder: &Path) -> Result<(), FileError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result.map_err(FileError::of(folder)),
    }
}

/// Reads what is in a folder, by path relative to `root`.
fn read(root: &Path, below: &Path, files: &mut BTreeMap<PathBuf, Actual>) -> Result<(), FileError> {
    let folder = root.join(below);
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(FileError::of(&folder))?,
    };
    let mut is_empty = true;
    for entry in entries {
        is_empty = false;
        let entry = entry.map_err(FileError::of(&folder))?;
        let path = below.join(entry.file_name());
        let kind = entry.file_type().map_err(FileError::of(&entry.path()))?;
        if kind.is_dir() {
            read(root, &path, files)?;
        } else if kind.is_file() {
            let bytes = fs::read(entry.path()).map_err(FileError::of(&entry.path()))?;
            files.insert(path, Actual::File(bytes));
        } else {
            files.insert(path, Actual::NoFile);
        }
    }
    if is_empty && below != Path::new("") {
        files.insert(below.to_owned(), Actual::NoFile);
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
    fn what_a_run_killed_long_ago_left_beside_is_removed() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("generated");
        let beside = |name: &str| {
            let path = home.path().join(name);
            fs::create_dir(&path).unwrap();
            fs::write(path.join("half.rs"), "fn ma").unwrap();
            path
        };
        let (dead, running) = (beside(".generated.4.new"), beside(".generated.5.new"));
        let foreign = beside(".generated.notes.new");
        let long_ago = SystemTime::now() - 2 * LEFTOVER_AGE;
        for path in [&dead, &foreign] {
            fs::File::open(path).unwrap().set_modified(long_ago).unwrap();
        }

        compare(&folder, &[("a.rs", "a")]).write().unwrap();
        assert!(compare(&folder, &[("a.rs", "a")]).is_fresh());
        assert!(!dead.exists() && running.exists() && foreign.exists());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_removed_too() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("generated");
        fs::create_dir_all(folder.join("empty/within")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.join("link.rs")).unwrap();

        let tree = compare(&folder, &[("a.rs", "a")]);
        let found = ["a.rs", "empty/within", "link.rs"];
        let state = [State::Missing, State::Unexpected, State::Unexpected];
        assert_eq!(
            states(&tree),
            found.map(str::to_owned).into_iter().zip(state).collect::<Vec<_>>()
        );
        assert_eq!(tree.entries()[1].diff(Path::new("src")), "");

        tree.write().unwrap();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn what_fails_is_named_and_the_old_tree_stays() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("generated");
        compare(&folder, &[("a.rs", "before")]).write().unwrap();
        let long = "a".repeat(300);

        let error = compare(&folder, &[("a.rs", "after"), (&long, "b")]).write().unwrap_err();
        assert!(error.path.ends_with(&long), "{error}");
        assert!(error.to_string().contains(&long));
        assert!(compare(&folder, &[("a.rs", "before")]).is_fresh());
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "nothing is left beside");
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
