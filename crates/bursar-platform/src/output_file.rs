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

use bursar_domain::error::{Code, Error};
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
    let path = target.display();
    let kind = error.kind();
    let message = if matches!(
        kind,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    ) {
        format!(
            "The disk is full: {path} was not written. Free some space or choose another place."
        )
    } else if matches!(
        kind,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    ) {
        format!("{path} cannot be written there. Choose another folder.")
    } else if kind == io::ErrorKind::NotFound {
        format!("The folder of {path} is not there. Choose another one.")
    } else if kind == io::ErrorKind::IsADirectory {
        format!("{path} is a folder. Choose a name for the file in it.")
    } else if kind == io::ErrorKind::InvalidFilename && target.file_name().is_none() {
        "Choose a name for the file.".to_owned()
    } else {
        format!("{path} was not written: {error}.")
    };
    Error::new(Code::FileFailed, message)
}
