//! Turns what SQLite and the file system say into coded errors with words that help a person act. Damage
//! is told apart from everything else, because only damage is answered by setting a file aside.

use bursar_domain::error::{Code, Error};
use rusqlite::ErrorCode;
use std::io;
use std::path::Path;

/// What stops a read or a write inside the cache.
#[derive(Debug)]
pub(super) enum Failure {
    Sqlite(rusqlite::Error),
    Coded(Error),
    /// A record that nothing of ours can have written.
    Unreadable(&'static str),
}

pub(super) type Inner<T> = Result<T, Failure>;

impl Failure {
    /// Whether the file itself is at fault.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::Sqlite(error) => {
                let damaged = matches!(
                    error.sqlite_error_code(),
                    Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
                );
                damaged || is_unreadable(error) || is_another_schema(error)
            }
            Self::Coded(_) => false,
            Self::Unreadable(_) => true,
        }
    }

    /// The error that leaves the cache.
    pub(super) fn coded(self, path: &Path) -> Error {
        let name = file_name(path);
        if self.is_damage() {
            return Error::new(
                Code::StorageFailed,
                format!("{name} is damaged. Restart Bursar: the file is set aside and rebuilt."),
            );
        }
        match self {
            Self::Coded(error) => error,
            Self::Unreadable(what) => Error::new(Code::StorageFailed, format!("{name}: {what}")),
            Self::Sqlite(error) => sqlite_error(&error, &name),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Coded(error)
    }
}

/// A file that could not be read, written, moved or flushed.
pub(super) fn file_error(error: &io::Error, path: &Path) -> Error {
    let place = path.display();
    let kind = error.kind();
    if matches!(
        kind,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    ) {
        return Error::passing(
            Code::StorageFailed,
            format!("The disk is full: {place} cannot be written. Free some space."),
        );
    }
    if matches!(
        kind,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    ) {
        return Error::new(
            Code::StorageFailed,
            format!("{place} cannot be written. Check who owns it and its permissions."),
        );
    }
    Error::passing(Code::StorageFailed, format!("{place}: {error}."))
}

fn sqlite_error(error: &rusqlite::Error, name: &str) -> Error {
    let Some(code) = error.sqlite_error_code() else {
        return Error::new(Code::Internal, format!("{name}: {error}."));
    };
    if code == ErrorCode::DiskFull {
        return Error::passing(
            Code::StorageFailed,
            format!("The disk is full: {name} cannot be written. Free some space."),
        );
    }
    if matches!(
        code,
        ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied
    ) {
        return Error::new(
            Code::StorageFailed,
            format!(
                "{name} cannot be opened for writing. Check who owns Bursar's folder and its permissions."
            ),
        );
    }
    if matches!(code, ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) {
        return Error::passing(
            Code::StorageFailed,
            format!("{name} is in use by another program."),
        );
    }
    if code == ErrorCode::SystemIoFailure {
        return Error::passing(
            Code::StorageFailed,
            format!("The disk did not read or write {name}. Check the disk and its free space."),
        );
    }
    Error::new(Code::StorageFailed, format!("{name}: {error}."))
}

/// A column of a type, or a text in an encoding, that was never written there.
fn is_unreadable(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..)
    )
}

/// A statement of ours that does not fit the tables in the file, or tables that SQLite cannot make sense of: their text,
/// or the number that says which they are, is not what was written there. Its code is the one for everything else.
fn is_another_schema(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqlInputError { .. })
        || error.sqlite_error_code() == Some(ErrorCode::Unknown)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
