//! The copy of `bursar.db`: made by SQLite's backup call into a temporary file that is flushed and then
//! renamed, so that at any moment there is one whole copy.

use super::{Store, generation};
use crate::connection::open_reader;
use crate::damage::{self, Check};
use crate::fail_point;
use crate::failure::{Failure, Inner};
use bursar_domain::error::Result;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::fs;
use std::path::Path;

impl Store {
    /// Makes the copy again unless it is up to date. A copy that cannot be made is tried again with the
    /// next change; what was committed stays committed.
    pub(super) fn renew_copy(&self) {
        if let Err(error) = self.try_renew_copy() {
            tracing::warn!(%error, "the copy of the database was not renewed");
        }
    }

    fn try_renew_copy(&self) -> Result<()> {
        self.db.with_writer(|connection| {
            if generation_of(&self.copy) == Some(generation(connection)?) {
                return Ok(());
            }
            let temporary = damage::with_suffix(&self.copy, ".tmp");
            damage::discard(&temporary);
            copy_into(connection, &temporary)?;
            fail_point::reach("copy.before");
            damage::settle(&temporary, &self.copy)?;
            fail_point::reach("copy.after");
            Ok(())
        })
    }
}

/// How far the copy goes; `None` when there is none that can be read.
/// Of a copy that is sound: one that is not can tell nothing about the file.
pub(super) fn generation_of(copy: &Path) -> Option<i64> {
    if !copy.exists() {
        return None;
    }
    let checked = || {
        let connection = open_reader(copy)?;
        damage::check(&connection, Check::Whole)?;
        generation(&connection)
    };
    checked().ok()
}

/// Puts the copy in the place of the file, after it has been found sound.
pub(super) fn restore(copy: &Path, path: &Path) -> Inner<()> {
    let temporary = damage::with_suffix(path, ".restoring");
    damage::discard(&temporary);
    fs::copy(copy, &temporary)
        .map_err(|error| Failure::Coded(crate::failure::file_error(&error, copy)))?;
    let sound = super::open_at(&temporary).and_then(to_single_file);
    if let Err(failure) = sound {
        damage::discard(&temporary);
        return Err(failure);
    }
    fail_point::reach("recovery.restoring");
    Ok(damage::settle(&temporary, path)?)
}

fn copy_into(connection: &Connection, temporary: &Path) -> Inner<()> {
    let mut target = Connection::open(temporary)?;
    {
        let backup = Backup::new(connection, &mut target)?;
        while backup.step(-1)? != StepResult::Done {
            std::thread::yield_now();
        }
    }
    to_single_file(target)
}

/// Leaves write-ahead mode, so that the file stands for itself without side files.
fn to_single_file(connection: Connection) -> Inner<()> {
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}
