//! The backup of `bursar.db`. SQLite's backup API writes a temporary file, which is flushed and renamed. So there is
//! a complete backup at any moment.

use super::{Store, generation};
use crate::connection::open_reader;
use crate::corruption::{self, IntegrityCheck};
use crate::error::{StoreError, StoreResult};
use crate::fail_point;
use bursar_domain::error::Result;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::fs;
use std::path::Path;

impl Store {
    /// Renews the backup unless it is up to date. If that fails, the next change tries again; the commit stands
    /// either way.
    pub(super) fn refresh_backup(&self) {
        if let Err(error) = self.try_refresh_backup() {
            tracing::warn!(%error, "the backup of the database was not renewed");
        }
    }

    fn try_refresh_backup(&self) -> Result<()> {
        self.db.with_writer(|connection| {
            if backup_generation(&self.backup) == Some(generation(connection)?) {
                return Ok(());
            }
            let temporary = corruption::with_suffix(&self.backup, ".tmp");
            corruption::remove_leftover(&temporary);
            back_up_into(connection, &temporary)?;
            fail_point::reach("copy.before");
            corruption::rename_durably(&temporary, &self.backup)?;
            fail_point::reach("copy.after");
            Ok(())
        })
    }
}

/// The generation of the backup; `None` unless there is a sound one. A damaged backup proves nothing about the file.
pub(super) fn backup_generation(backup: &Path) -> Option<i64> {
    if !backup.exists() {
        return None;
    }
    let checked = || {
        let connection = open_reader(backup)?;
        corruption::check_integrity(&connection, IntegrityCheck::Full)?;
        generation(&connection)
    };
    checked().ok()
}

/// Replaces the file by the backup, after checking that the backup is sound.
pub(super) fn restore(backup: &Path, path: &Path) -> StoreResult<()> {
    let temporary = corruption::with_suffix(path, ".restoring");
    corruption::remove_leftover(&temporary);
    fs::copy(backup, &temporary)
        .map_err(|error| StoreError::Coded(crate::error::file_error(&error, backup)))?;
    let sound = super::open_at(&temporary).and_then(to_single_file);
    if let Err(failure) = sound {
        corruption::remove_leftover(&temporary);
        return Err(failure);
    }
    fail_point::reach("recovery.restoring");
    Ok(corruption::rename_durably(&temporary, path)?)
}

fn back_up_into(connection: &Connection, temporary: &Path) -> StoreResult<()> {
    let mut target = Connection::open(temporary)?;
    {
        let backup = Backup::new(connection, &mut target)?;
        while backup.step(-1)? != StepResult::Done {
            std::thread::yield_now();
        }
    }
    to_single_file(target)
}

/// Leaves write-ahead mode, so that the file needs no side files.
fn to_single_file(connection: Connection) -> StoreResult<()> {
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}
