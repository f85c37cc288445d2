//! Replaces a file as a whole. The new content is written to a hidden file beside the target and becomes the target by a
//! rename, so that a reader finds the old content or the new content, and never a part of either.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The new content of a file while it is being written. If it is dropped before it replaces the target, it is removed.
#[derive(Debug)]
pub(crate) struct AtomicFile {
    file: File,
    temporary: Temporary,
    target: PathBuf,
}

/// A completely written file that has not replaced its target yet.
#[derive(Debug)]
pub(crate) struct CompleteFile {
    temporary: Temporary,
    target: PathBuf,
}

/// The hidden file. It is removed when this is dropped, unless it has become the target.
#[derive(Debug)]
struct Temporary {
    path: PathBuf,
    is_renamed: bool,
}

/// Writes `content` to a file, which keeps its old content if this fails.
///
/// # Errors
/// The system's.
pub fn replace(target: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let mut new = AtomicFile::create(target.to_owned(), &options)?;
    new.file_mut().write_all(content)?;
    new.complete()?.replace_target()
}

/// A unique name that is hidden on Unix and short enough for every file system.
pub(crate) fn hidden_name() -> String {
    format!(".bursar-{}.part", uuid::Uuid::new_v4().simple())
}

impl AtomicFile {
    /// Creates the hidden file with these options.
    pub(crate) fn create(target: PathBuf, options: &OpenOptions) -> io::Result<Self> {
        let path = target.with_file_name(hidden_name());
        let file = options.open(&path)?;
        Ok(Self {
            file,
            temporary: Temporary {
                path,
                is_renamed: false,
            },
            target,
        })
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    pub(crate) fn file_mut(&mut self) -> &mut File {
        &mut self.file
    }

    /// Brings the content to the disk and closes the file, because some systems cannot rename an open file.
    pub(crate) fn complete(self) -> io::Result<CompleteFile> {
        self.file.sync_all()?;
        Ok(CompleteFile {
            temporary: self.temporary,
            target: self.target,
        })
    }
}

impl CompleteFile {
    /// Replaces the target. On an error the target has not changed, and the new content can still be read.
    pub(crate) fn replace_target(&mut self) -> io::Result<()> {
        fs::rename(&self.temporary.path, &self.target)?;
        self.temporary.is_renamed = true;
        sync_folder(&self.target);
        Ok(())
    }

    /// Opens the new content for reading.
    pub(crate) fn open(&self) -> io::Result<File> {
        File::open(&self.temporary.path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.is_renamed
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::debug!(%error, "an unfinished file was not removed");
        }
    }
}

/// Makes a new name durable. If the system cannot sync the folder now, it does so soon anyway.
#[cfg(unix)]
fn sync_folder(target: &Path) {
    if let Some(Ok(folder)) = target.parent().map(File::open) {
        let _ = folder.sync_all();
    }
}

/// Only Unix can sync a folder. Elsewhere the file system does so by itself.
#[cfg(not(unix))]
fn sync_folder(_: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    #[test]
    fn replaces_content_and_leaves_no_other_file() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("settings.json");
        for content in ["an old one that is longer", "new"] {
            replace(&path, content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn failed_replacement_leaves_no_other_file() {
        let folder = TempDir::new().unwrap();
        // A folder with content cannot be replaced by a file.
        let path = folder.path().join("settings.json");
        fs::create_dir_all(path.join("inside")).unwrap();
        replace(&path, b"new").unwrap_err();
        assert!(path.join("inside").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
