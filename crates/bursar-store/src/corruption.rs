//! Damaged files, and the file operations that protect against damage. A damaged database is set aside under its
//! date, together with its side files, and never deleted.

use super::error::{StoreError, StoreResult, file_error};
use crate::fail_point;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Result;
use rusqlite::Connection;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// The files that SQLite keeps beside a database.
const SIDE_FILES: [&str; 2] = ["-wal", "-shm"];

/// Renames a database and its side files, for example to `bursar.db.damaged-2026-01-31T120000Z`. A missing file is no
/// error.
pub(super) fn set_aside(path: &Path, now: Timestamp) -> Result<()> {
    let stamp = now.to_string().replace(':', "");
    let aside = unused_name(path, &format!(".damaged-{stamp}"));
    for side in ["", "-wal", "-shm"] {
        let from = with_suffix(path, side);
        if from.exists() {
            let to = with_suffix(&aside, side);
            fs::rename(&from, &to).map_err(|error| file_error(&error, &from))?;
            fail_point::reach("recovery.aside");
        }
    }
    tracing::warn!(path = %path.display(), aside = %aside.display(), "a damaged database was set aside");
    Ok(())
}

/// Whether the database or one of its side files exists.
pub(super) fn exists(path: &Path) -> bool {
    path.exists()
        || SIDE_FILES
            .iter()
            .any(|side| with_suffix(path, side).exists())
}

/// How thoroughly a file is checked.
#[derive(Clone, Copy, Debug)]
pub(super) enum IntegrityCheck {
    /// The structure, and each record's digest.
    Quick,
    /// Also each entry of each index.
    Full,
}

/// Fails if SQLite finds damage in the file.
pub(super) fn check_integrity(connection: &Connection, how: IntegrityCheck) -> StoreResult<()> {
    let pragma = match how {
        IntegrityCheck::Quick => "quick_check",
        IntegrityCheck::Full => "integrity_check",
    };
    let verdict: String = connection.pragma_query_value(None, pragma, |row| row.get(0))?;
    if verdict == "ok" {
        Ok(())
    } else {
        tracing::warn!(verdict, "SQLite found damage");
        Err(StoreError::Corrupt(
            "what it holds is not what was written.",
        ))
    }
}

/// Moves a finished file to its place: flushes it, renames it, and flushes the rename.
pub(super) fn rename_durably(temporary: &Path, target: &Path) -> Result<()> {
    // Windows can only flush a file that is open for writing.
    let settled = File::options()
        .write(true)
        .open(temporary)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(temporary, target))
        .and_then(|()| sync_directory(target));
    settled.map_err(|error| file_error(&error, target))
}

/// Makes a rename durable. Only Unix can flush a directory; elsewhere the file system takes care of it.
#[cfg(unix)]
fn sync_directory(target: &Path) -> std::io::Result<()> {
    match target.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// The path with a suffix appended to its file name.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}

/// Removes a temporary file and its side files, if they exist.
pub(super) fn remove_leftover(path: &Path) {
    for side in ["", "-wal", "-shm", "-journal"] {
        let leftover = with_suffix(path, side);
        if leftover.exists()
            && let Err(error) = fs::remove_file(&leftover)
        {
            tracing::debug!(%error, path = %leftover.display(), "a temporary file was not removed");
        }
    }
}

fn unused_name(path: &Path, suffix: &str) -> PathBuf {
    let first = with_suffix(path, suffix);
    if !exists(&first) {
        return first;
    }
    (2..1_000)
        .map(|n| with_suffix(path, &format!("{suffix}-{n}")))
        .find(|name| !exists(name))
        .unwrap_or(first)
}
