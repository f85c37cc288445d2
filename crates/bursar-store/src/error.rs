//! Turns errors of SQLite and of the file system into coded errors with a text that helps the user act. Damage is a
//! case of its own, because only a damaged file is set aside.

use bursar_domain::error::{Code, Error};
use rusqlite::ErrorCode;
use std::io;
use std::path::Path;

/// Why a read or a write inside this crate failed.
#[derive(Debug)]
pub(super) enum StoreError {
    Sqlite(rusqlite::Error),
    Coded(Error),
    /// A record that Bursar cannot have written.
    Corrupt(&'static str),
}

pub(super) type StoreResult<T> = Result<T, StoreError>;

impl StoreError {
    /// Whether the file itself is damaged.
    pub(super) fn is_corruption(&self) -> bool {
        match self {
            Self::Sqlite(error) => {
                let damaged = matches!(
                    error.sqlite_error_code(),
                    Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
                );
                damaged || has_wrong_type(error) || is_schema_mismatch(error)
            }
            Self::Coded(_) => false,
            Self::Corrupt(_) => true,
        }
    }

    /// The error that callers of this crate see.
    pub(super) fn into_error(self, path: &Path) -> Error {
        let name = file_name(path);
        if self.is_corruption() {
            return Error::new(
                Code::StorageFailed,
                format!("{name} is damaged. Restart Bursar: the file is set aside and rebuilt."),
            );
        }
        match self {
            Self::Coded(error) => error,
            Self::Corrupt(what) => Error::new(Code::StorageFailed, format!("{name}: {what}")),
            Self::Sqlite(error) => sqlite_error(&error, &name),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        Self::Coded(error)
    }
}

/// The error for a file that could not be read, written, moved or flushed.
pub(super) fn file_error(error: &io::Error, path: &Path) -> Error {
    let file = path.display();
    let kind = error.kind();
    if matches!(
        kind,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    ) {
        return Error::passing(
            Code::StorageFailed,
            format!("The disk is full: {file} cannot be written. Free some space."),
        );
    }
    if matches!(
        kind,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    ) {
        return Error::new(
            Code::StorageFailed,
            format!("{file} cannot be written. Check who owns it and its permissions."),
        );
    }
    Error::passing(Code::StorageFailed, format!("{file}: {error}."))
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

/// Whether a column has a type or an encoding that Bursar never wrote there.
fn has_wrong_type(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..)
    )
}

/// Whether a statement does not fit the file's tables, or SQLite cannot parse their schema: the schema or its version
/// number is not what Bursar wrote. SQLite has no code of its own for this.
fn is_schema_mismatch(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqlInputError { .. })
        || error.sqlite_error_code() == Some(ErrorCode::Unknown)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
