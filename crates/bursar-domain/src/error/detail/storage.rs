//! Bursar’s own files and folder.

use serde::{Deserialize, Serialize};

/// Bursar’s own files and folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum StorageDetail {
    /// There is no space for the file.
    DiskFull { file: String },
    /// The disk reported an error.
    DiskFailed { file: String },
    /// Bursar has no permission to write the file.
    DataFileForbidden { file: String },
    /// Another program has locked the file.
    DataFileInUse { file: String },
    /// Its content is not what Bursar wrote.
    DataFileDamaged { file: String },
    /// It is of an older version, and was opened for reading only.
    DataFileOlder { file: String },
    /// It is of a newer version.
    DataFileNewer { file: String },
    /// It could not be read or written for another reason.
    DataFileFailed { file: String, reason: String },
    /// The home cannot be created, or not be written.
    DataFolderUnusable { path: String, reason: String },
    /// Another process uses the folder.
    HomeInUse,
}
