//! Writes the files that a user asks for: exports and invoices. A regular file is written completely or not at all. Other
//! kinds of files, and the attributes of a replaced file, are handled by each system's module.

// Tests run on Unix, with this module too, which is used elsewhere.
#[cfg(any(test, not(unix)))]
#[cfg_attr(unix, allow(unreachable_pub))]
mod portable;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub use self::portable::OutputFile;
#[cfg(unix)]
pub use self::unix::OutputFile;

use bursar_domain::error::{Code, Error, FileDetail};
use std::io;
use std::path::Path;

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Everyone whom the user's umask allows.
    Usual,
    /// Only its owner.
    Owner,
}

/// The error for a file that was not written, with advice.
pub fn file_failed(error: &io::Error, target: &Path) -> Error {
    let path = target.display().to_string();
    let kind = error.kind();
    let why = if matches!(
        kind,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    ) {
        FileDetail::NoSpaceForFile { path }
    } else if matches!(
        kind,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    ) {
        FileDetail::FileForbidden { path }
    } else if kind == io::ErrorKind::NotFound {
        FileDetail::FolderMissing { path }
    } else if kind == io::ErrorKind::IsADirectory {
        FileDetail::FileIsFolder { path }
    } else if kind == io::ErrorKind::InvalidFilename && target.file_name().is_none() {
        FileDetail::FileNameMissing
    } else {
        let reason = error.to_string();
        FileDetail::FileNotWritten { path, reason }
    };
    Error::new(Code::FileFailed, why)
}
