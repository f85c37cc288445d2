//! The lock that allows one engine per home, held as long as the engine runs.

use bursar_domain::error::{Code, Error, Result, StorageDetail};
use bursar_platform::home;
use std::fs::{File, TryLockError};
use std::path::Path;

/// Takes the home for this process.
///
/// # Errors
/// `engine_running` if another process has it; `storage_failed`.
pub(super) fn lock_home(home: &Path) -> Result<File> {
    let path = home.join(home::LOCK_FILE);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| cannot_write(home, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Error::new(Code::EngineRunning, StorageDetail::HomeInUse))
        }
        Err(TryLockError::Error(error)) => Err(cannot_write(home, &error)),
    }
}

fn cannot_write(home: &Path, error: &std::io::Error) -> Error {
    Error::new(
        Code::StorageFailed,
        StorageDetail::DataFolderUnusable {
            path: home.display().to_string(),
            reason: error.to_string(),
        },
    )
}
