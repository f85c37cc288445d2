//! Opens a home's databases for its one engine, which migrates files of earlier versions.

use super::home_lock::lock_home;
use bursar_domain::clock::{Clock as _, SystemClock, Timestamp};
use bursar_domain::error::{Detail, Error, Result, StorageDetail};
use bursar_store::{History, OpenState, Store, fail_point};
use std::path::Path;

/// Both databases of a home, open for writing.
pub(super) struct Databases {
    pub store: Store,
    pub state: OpenState,
    pub history: History,
}

/// Opens both databases, and creates or migrates them. The caller holds the home's lock.
///
/// # Errors
/// `storage_newer`, or `storage_failed` when the folder cannot be used.
pub(super) fn open(home: &Path, now: Timestamp) -> Result<Databases> {
    let opened = Store::open(home, now)?;
    fail_point::reach("recovery.opened");
    let (history, _) = History::open(home, now)?;
    fail_point::reach("recovery.history");
    if opened.state == OpenState::Restored {
        // The copy does not know which notices were shown since. Not showing one is better than showing it twice.
        opened.store.take_unshown(now)?;
    }
    Ok(Databases {
        store: opened.store,
        state: opened.state,
        history,
    })
}

/// Calls `read`. If that finds a database of an earlier version, migrates both databases and calls `read` again, because
/// someone who uses only the terminal has no app to migrate them. The databases of a running engine are left alone.
///
/// # Errors
/// Those of `read`, and those of migrating.
pub(super) fn read_migrated<T>(home: &Path, read: impl Fn() -> Result<T>) -> Result<T> {
    match read() {
        Err(error) if is_of_earlier_version(&error) => {
            let Ok(_lock) = lock_home(home) else {
                return Err(error);
            };
            drop(open(home, SystemClock.now())?);
            read()
        }
        done => done,
    }
}

fn is_of_earlier_version(error: &Error) -> bool {
    matches!(
        error.detail,
        Detail::Storage(StorageDetail::DataFileOlder { .. })
    )
}
