//! Files that users choose, and files of the window’s state.

use serde::{Deserialize, Serialize};

/// Files that users choose, and files of the window’s state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum FileDetail {
    /// The chosen file is not on this computer.
    FileNotLocal,
    /// The path names no file.
    FileNameMissing,
    /// There is a folder of that name.
    FileIsFolder { path: String },
    /// Its folder does not exist.
    FolderMissing { path: String },
    /// Bursar has no permission to write there.
    FileForbidden { path: String },
    /// The disk is full.
    NoSpaceForFile { path: String },
    /// It was not written for another reason.
    FileNotWritten { path: String, reason: String },
    /// It was not read.
    FileNotRead { path: String, reason: String },
    /// A change was not written to the file of the settings or of the window’s state.
    NotSaved { reason: String },
    /// Another export is writing this file.
    ExportRunning { file: String },
    /// There is no history to export.
    NoHistory,
}
