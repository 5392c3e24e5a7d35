//! Comparison and writing of generated files.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::{fs, process};

use similar::TextDiff;

/// The size limit of a file that is compared, above the size of any generated file.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// An I/O error with the path of its file or folder.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct FileError {
    /// The file or folder.
    pub path: PathBuf,
    /// The cause.
    pub source: io::Error,
}

impl FileError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self { path, source }
    }
}

/// The state of a file compared with its expected contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// The contents are as expected.
    Fresh,
    /// The contents differ.
    Changed,
    /// The file does not exist.
    Missing,
    /// The file exists but is not expected.
    Unexpected,
}

/// An actual or expected file of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderEntry {
    /// The name within the folder.
    pub path: PathBuf,
    /// The state.
    pub state: FileState,
    /// The contents on disk. Empty for subfolders and links, which are never expected.
    actual: Option<Vec<u8>>,
    expected: Option<String>,
}

impl FolderEntry {
    /// Compares a file with its expected contents.
    fn new(path: PathBuf, actual: Option<Vec<u8>>, expected: Option<String>) -> Self {
        let state = match (&actual, &expected) {
            (Some(actual), Some(expected)) if actual == expected.as_bytes() => FileState::Fresh,
            (Some(_), Some(_)) => FileState::Changed,
            (None, _) => FileState::Missing,
            (Some(_), None) => FileState::Unexpected,
        };
        Self { path, state, actual, expected }
    }

    /// Returns the change of the file as a unified diff, with paths under `folder`.
    pub fn diff(&self, folder: &Path) -> String {
        let path = folder.join(&self.path);
        let name = |side: &str, exists: bool| {
            if exists {
                format!("{side}/{}", path.display()).replace('\\', "/")
            } else {
                "/dev/null".to_owned()
            }
        };
        let actual = String::from_utf8_lossy(self.actual.as_deref().unwrap_or_default());
        TextDiff::from_lines(&*actual, self.expected.as_deref().unwrap_or_default())
            .unified_diff()
            .header(&name("a", self.actual.is_some()), &name("b", self.expected.is_some()))
            .to_string()
    }
}

/// A folder compared with its expected files.
#[derive(Clone, Debug)]
pub struct GeneratedFolder {
    folder: PathBuf,
    entries: Vec<FolderEntry>,
}

impl GeneratedFolder {
    /// Compares a folder, which need not exist, with its expected files.
    ///
    /// # Errors
    ///
    /// Returns an error if the folder or a file cannot be read.
    pub fn compare(
        folder: &Path,
        mut expected: BTreeMap<PathBuf, String>,
    ) -> Result<Self, FileError> {
        let mut actual = read_folder(folder)?;
        let paths: BTreeSet<_> = actual.keys().chain(expected.keys()).cloned().collect();
        let entry = |path| {
            let (actual, expected) = (actual.remove(&path), expected.remove(&path));
            FolderEntry::new(path, actual, expected)
        };
        Ok(Self { folder: folder.to_owned(), entries: paths.into_iter().map(entry).collect() })
    }

    /// Returns all files, sorted by name.
    pub fn entries(&self) -> &[FolderEntry] {
        &self.entries
    }

    /// Returns whether all files are fresh.
    pub fn is_fresh(&self) -> bool {
        self.entries.iter().all(|entry| entry.state == FileState::Fresh)
    }

    /// Writes changed and missing files, and deletes unexpected ones. Fresh files keep
    /// their modification times, so that Cargo does not rebuild them.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be written or deleted. Each file is replaced
    /// atomically. Files before the failed one remain updated.
    pub fn write(&self) -> Result<(), FileError> {
        fs::create_dir_all(&self.folder).map_err(FileError::at(&self.folder))?;
        for entry in self.entries.iter().filter(|entry| entry.state != FileState::Fresh) {
            let path = self.folder.join(&entry.path);
            match &entry.expected {
                Some(text) => write_atomically(&path, text)?,
                None => remove(&path).map_err(FileError::at(&path))?,
            }
        }
        Ok(())
    }
}

/// Writes a file atomically, unless its contents are unchanged.
///
/// # Errors
///
/// Returns an error if the file cannot be written. The old file is then unchanged.
pub fn replace(path: &Path, text: &str) -> Result<(), FileError> {
    let has_length = |file: fs::Metadata| file.is_file() && file.len() == text.len() as u64;
    let may_be_same = fs::metadata(path).is_ok_and(has_length);
    if may_be_same && fs::read(path).is_ok_and(|actual| actual == text.as_bytes()) {
        return Ok(());
    }
    write_atomically(path, text)
}

fn write_atomically(path: &Path, text: &str) -> Result<(), FileError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}.tmp", process::id()));
    let written = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The error of writing is more informative than an error of the cleanup.
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(FileError::at(path))
}

fn remove(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    }
}

/// Reads the entries of a folder. Subfolders and links are read as empty.
fn read_folder(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>, FileError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        entries => entries.map_err(FileError::at(folder))?,
    };
    let mut files = BTreeMap::new();
    for entry in entries {
        let entry = entry.map_err(FileError::at(folder))?;
        let path = entry.path();
        let is_file = entry.file_type().map_err(FileError::at(&path))?.is_file();
        let contents =
            if is_file { read_file(&path).map_err(FileError::at(&path))? } else { vec![] };
        files.insert(entry.file_name().into(), contents);
    }
    Ok(files)
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let length = fs::metadata(path)?.len();
    if length > MAX_FILE_BYTES {
        let message = format!("too large; expected at most {MAX_FILE_BYTES} bytes, found {length}");
        return Err(io::Error::new(ErrorKind::FileTooLarge, message));
    }
    fs::read(path)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    fn compare(folder: &Path, files: &[(&str, &str)]) -> GeneratedFolder {
        let files = files.iter().map(|(path, text)| (path.into(), (*text).to_owned())).collect();
        GeneratedFolder::compare(folder, files).unwrap()
    }

    fn states(folder: &GeneratedFolder) -> Vec<(&str, FileState)> {
        folder.entries().iter().map(|entry| (entry.path.to_str().unwrap(), entry.state)).collect()
    }

    #[test]
    fn writes_changed_files_and_deletes_unexpected_ones() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("src/generated");
        fs::create_dir_all(folder.join("stray/within")).unwrap();
        fs::write(folder.join("b.rs"), "before").unwrap();
        fs::write(folder.join("old.rs"), "old").unwrap();
        fs::write(folder.join(".b.rs.1.tmp"), "left by a killed run").unwrap();
        let wanted = [("a.rs", "a"), ("b.rs", "after")];

        let before = compare(&folder, &wanted);
        let expected = [
            (".b.rs.1.tmp", FileState::Unexpected),
            ("a.rs", FileState::Missing),
            ("b.rs", FileState::Changed),
            ("old.rs", FileState::Unexpected),
            ("stray", FileState::Unexpected),
        ];
        assert_eq!(states(&before), expected);
        before.write().unwrap();
        let after = compare(&folder, &wanted);
        assert_eq!(states(&after), [("a.rs", FileState::Fresh), ("b.rs", FileState::Fresh)]);
    }

    #[test]
    fn keeps_the_modification_times_of_fresh_files() {
        let home = tempfile::tempdir().unwrap();
        compare(home.path(), &[("a.rs", "a"), ("b.rs", "b")]).write().unwrap();
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let file = fs::File::options().write(true).open(home.path().join("a.rs")).unwrap();
        file.set_modified(long_ago).unwrap();

        compare(home.path(), &[("a.rs", "a"), ("b.rs", "changed")]).write().unwrap();
        let modified = |name| fs::metadata(home.path().join(name)).unwrap().modified().unwrap();
        assert_eq!(modified("a.rs"), long_ago);
        assert_ne!(modified("b.rs"), long_ago);
    }

    #[cfg(unix)]
    #[test]
    fn replaces_links_instead_of_writing_through_them() {
        let home = tempfile::tempdir().unwrap();
        let (target, folder) = (home.path().join("target.rs"), home.path().join("generated"));
        fs::create_dir(&folder).unwrap();
        fs::write(&target, "a").unwrap();
        std::os::unix::fs::symlink(&target, folder.join("a.rs")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.join("b.rs")).unwrap();

        compare(&folder, &[("a.rs", "a")]).write().unwrap();
        assert!(compare(&folder, &[("a.rs", "a")]).is_fresh());
        assert!(fs::symlink_metadata(folder.join("a.rs")).unwrap().is_file());
    }

    #[test]
    fn names_the_file_of_an_error_and_leaves_no_temporary_file() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir_all(home.path().join("a.rs/within")).unwrap();
        let error = compare(home.path(), &[("a.rs", "a")]).write().unwrap_err();
        assert!(error.to_string().contains("a.rs: "), "{error}");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn diff_shows_lines_under_the_folder() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("a.rs"), "one\ntwo\n").unwrap();
        let folder = compare(home.path(), &[("a.rs", "one\n2\n")]);
        assert_eq!(
            folder.entries()[0].diff(Path::new("src/generated")),
            "--- a/src/generated/a.rs\n+++ b/src/generated/a.rs\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n"
        );
    }
}
