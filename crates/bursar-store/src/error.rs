//! Turns errors of SQLite and of the file system into coded errors with a text that helps the user act. Damage is a
//! case of its own, because only a damaged file is set aside.

use bursar_domain::error::{Code, Error, StorageDetail};
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
                StorageDetail::DataFileDamaged { file: name },
            );
        }
        match self {
            Self::Coded(error) => error,
            Self::Corrupt(what) => {
                let reason = what.to_owned();
                let detail = StorageDetail::DataFileFailed { file: name, reason };
                Error::new(Code::StorageFailed, detail)
            }
            Self::Sqlite(error) => sqlite_error(&error, name),
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
    let file = path.display().to_string();
    let kind = error.kind();
    if matches!(
        kind,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    ) {
        return Error::passing(Code::StorageFailed, StorageDetail::DiskFull { file });
    }
    if matches!(
        kind,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    ) {
        return Error::new(
            Code::StorageFailed,
            StorageDetail::DataFileForbidden { file },
        );
    }
    let reason = error.to_string();
    Error::passing(
        Code::StorageFailed,
        StorageDetail::DataFileFailed { file, reason },
    )
}

fn sqlite_error(error: &rusqlite::Error, file: String) -> Error {
    let failed = |file| StorageDetail::DataFileFailed {
        file,
        reason: error.to_string(),
    };
    let Some(code) = error.sqlite_error_code() else {
        return Error::new(Code::Internal, failed(file));
    };
    if code == ErrorCode::DiskFull {
        return Error::passing(Code::StorageFailed, StorageDetail::DiskFull { file });
    }
    if matches!(
        code,
        ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied
    ) {
        return Error::new(
            Code::StorageFailed,
            StorageDetail::DataFileForbidden { file },
        );
    }
    if matches!(code, ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) {
        return Error::passing(Code::StorageFailed, StorageDetail::DataFileInUse { file });
    }
    if code == ErrorCode::SystemIoFailure {
        return Error::passing(Code::StorageFailed, StorageDetail::DiskFailed { file });
    }
    Error::new(Code::StorageFailed, failed(file))
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
