//! Files that a user asks for: exports and invoices. A regular file appears whole or not at all. What else a path may lead
//! to, and what a file had that is replaced, differs between systems.

// Tests are run on Unix; what is only built elsewhere is tried out there too.
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

/// Who may read a file that was not there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Whom the user's umask lets.
    Usual,
    /// Its owner alone.
    Owner,
}

/// A name that nobody else uses, and that is not too long where the file's own just fits.
fn hidden_name() -> String {
    format!(".bursar-{}.part", uuid::Uuid::new_v4().simple())
}

/// Why a file was not written, and what can be done about it.
pub fn file_failed(error: &io::Error, target: &Path) -> Error {
    let place = target.display();
    let kind = error.kind();
    let words = if matches!(
        kind,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    ) {
        format!(
            "The disk is full: {place} was not written. Free some space or choose another place."
        )
    } else if matches!(
        kind,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    ) {
        format!("{place} cannot be written there. Choose another folder.")
    } else if kind == io::ErrorKind::NotFound {
        format!("The folder of {place} is not there. Choose another one.")
    } else if kind == io::ErrorKind::IsADirectory {
        format!("{place} is a folder. Choose a name for the file in it.")
    } else if kind == io::ErrorKind::InvalidFilename && target.file_name().is_none() {
        "Choose a name for the file.".to_owned()
    } else {
        format!("{place} was not written: {error}.")
    };
    Error::new(Code::FileFailed, words)
}
