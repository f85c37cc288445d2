//! Numbered migrations of both databases. To add one, put its file into `migrations/` and its name at the end of the
//! list. Each step and its version number are committed in one transaction, so a crash leaves a complete version. A
//! file of a newer version is refused and stays untouched.

use super::error::{StoreError, StoreResult};
use crate::fail_point;
use bursar_domain::error::{Code, Error, StorageDetail};
use rusqlite::Connection;

/// More steps than there will ever be. A file with a higher version is damaged, not newer.
const MAX_PLAUSIBLE_VERSION: i64 = 1_000;

/// The steps of one database in order: step *n* leads from version *n - 1* to *n*.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) file: &'static str,
    steps: &'static [&'static str],
}

pub(super) const STORE: Schema = Schema {
    file: "bursar.db",
    steps: &[
        include_str!("migrations/store_1.sql"),
        include_str!("migrations/store_2.sql"),
        include_str!("migrations/store_3.sql"),
        include_str!("migrations/store_4.sql"),
        include_str!("migrations/store_5.sql"),
        include_str!("migrations/store_6.sql"),
        include_str!("migrations/store_7.sql"),
        include_str!("migrations/store_8.sql"),
    ],
};

pub(super) const HISTORY: Schema = Schema {
    file: "history.db",
    steps: &[
        include_str!("migrations/history_1.sql"),
        include_str!("migrations/history_2.sql"),
        include_str!("migrations/history_3.sql"),
        include_str!("migrations/history_4.sql"),
        include_str!("migrations/history_5.sql"),
        include_str!("migrations/history_6.sql"),
        include_str!("migrations/history_7.sql"),
        include_str!("migrations/history_8.sql"),
        include_str!("migrations/history_9.sql"),
    ],
};

impl Schema {
    fn latest(&self) -> i64 {
        i64::try_from(self.steps.len()).unwrap_or(i64::MAX)
    }

    /// Migrates the file to the latest version.
    ///
    /// # Errors
    /// `storage_newer` for a file of a later version.
    pub(super) fn migrate(&self, connection: &mut Connection) -> StoreResult<()> {
        let version = self.known_version(connection)?;
        let done = usize::try_from(version).unwrap_or_default();
        for (index, step) in self.steps.iter().enumerate().skip(done) {
            fail_point::reach("migration.before");
            let transaction = connection.transaction()?;
            transaction.execute_batch(step)?;
            fail_point::reach("migration.within");
            transaction.pragma_update(None, "user_version", index.saturating_add(1).to_string())?;
            transaction.commit()?;
            fail_point::reach("migration.after");
        }
        Ok(())
    }

    /// Refuses a file that is not of the latest version, because a reader does not migrate.
    ///
    /// # Errors
    /// `storage_newer` for a newer file; `storage_failed` for an older one, which only the running app migrates.
    pub(super) fn require_latest(&self, connection: &Connection) -> StoreResult<()> {
        if self.known_version(connection)? == self.latest() {
            return Ok(());
        }
        Err(Error::passing(
            Code::StorageFailed,
            StorageDetail::DataFileOlder {
                file: self.file.to_owned(),
            },
        )
        .into())
    }

    fn known_version(&self, connection: &Connection) -> StoreResult<i64> {
        let version = version(connection)?;
        if !(0..=MAX_PLAUSIBLE_VERSION).contains(&version) {
            return Err(StoreError::Corrupt("it has no version."));
        }
        if version > self.latest() {
            return Err(Error::new(
                Code::StorageNewer,
                StorageDetail::DataFileNewer {
                    file: self.file.to_owned(),
                },
            )
            .into());
        }
        Ok(version)
    }
}

/// The version stored in the file; 0 for a file without a schema.
pub(super) fn version(connection: &Connection) -> StoreResult<i64> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
