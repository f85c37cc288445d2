//! Output files without Unix: only regular files, written beside their target, which they replace at the end.

use super::Readers;
use crate::atomic_file::AtomicFile;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::marker::PhantomData;
use std::path::{Path, is_separator};
use std::sync::atomic::AtomicBool;

/// A file that is being written. If it is dropped before [`OutputFile::finish`], the target does not change.
#[derive(Debug)]
pub struct OutputFile<'a> {
    new: AtomicFile,
    /// Nothing here waits, so there is nothing to cancel.
    cancel: PhantomData<&'a AtomicBool>,
}

impl<'a> OutputFile<'a> {
    /// Starts to write to `path`, or to the file that a link there points to. The folder decides who may read a new file.
    ///
    /// # Errors
    /// The system's; [`file_failed`](super::file_failed) explains them. `Unsupported` for anything but a regular file.
    pub fn create(path: &Path, _: Readers, _: &'a AtomicBool) -> io::Result<Self> {
        let name = path.as_os_str().as_encoded_bytes();
        if name.last().is_some_and(|&last| is_separator(last.into())) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let target = match path.canonicalize() {
            Ok(target) => target,
            Err(error) if error.kind() == io::ErrorKind::NotFound => match path.file_name() {
                Some(_) => path.to_owned(),
                None => return Err(io::ErrorKind::InvalidFilename.into()),
            },
            Err(error) => return Err(error),
        };
        if target.exists() {
            ensure_replaceable(&target)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        Ok(Self {
            new: AtomicFile::create(target, &options)?,
            cancel: PhantomData,
        })
    }

    /// Replaces the target by what was written.
    ///
    /// # Errors
    /// The system's. The target has not changed then.
    pub fn finish(self) -> io::Result<()> {
        self.new.complete()?.replace_target()
    }
}

impl Write for OutputFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.new.file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Checks that the target can be replaced: it is a regular file, and writable.
fn ensure_replaceable(target: &Path) -> io::Result<()> {
    let metadata = fs::metadata(target)?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        return Err(io::ErrorKind::Unsupported.into());
    }
    OpenOptions::new().write(true).open(target).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn begin(path: &Path) -> io::Result<OutputFile<'static>> {
        static NEVER: AtomicBool = AtomicBool::new(false);
        let mut output = OutputFile::create(path, Readers::Usual, &NEVER)?;
        output.write_all(b"new")?;
        Ok(output)
    }

    fn count(folder: &TempDir) -> usize {
        fs::read_dir(folder.path()).unwrap().count()
    }

    #[test]
    fn creates_or_replaces_a_file_completely() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("a.csv");
        for _ in 0..2 {
            begin(&path).unwrap().finish().unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), "new");
            fs::write(&path, "an old one that is longer").unwrap();
        }
        assert_eq!(count(&folder), 1);
    }

    #[test]
    fn unfinished_file_changes_nothing() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(&path, "old").unwrap();
        drop(begin(&path).unwrap());
        drop(begin(&folder.path().join("b.csv")).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(count(&folder), 1);
    }

    #[test]
    fn replaces_only_regular_files() {
        let folder = TempDir::new().unwrap();
        let kind = |path: &Path| begin(path).unwrap_err().kind();
        assert_eq!(kind(folder.path()), io::ErrorKind::IsADirectory);
        let missing = folder.path().join("missing");
        assert_eq!(kind(&missing.join("a.csv")), io::ErrorKind::NotFound);
        assert_eq!(kind(&missing.join("")), io::ErrorKind::IsADirectory);
        assert_eq!(kind(Path::new("")), io::ErrorKind::InvalidFilename);
        assert_eq!(count(&folder), 0);
    }

    #[cfg(unix)]
    #[test]
    fn replaces_the_file_that_a_link_points_to() {
        let folder = TempDir::new().unwrap();
        let (path, link) = (folder.path().join("a.csv"), folder.path().join("link"));
        fs::write(&path, "old").unwrap();
        std::os::unix::fs::symlink("a.csv", &link).unwrap();
        begin(&link).unwrap().finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let device = begin(Path::new("/dev/null")).unwrap_err();
        assert_eq!(device.kind(), io::ErrorKind::Unsupported);
    }
}
