//! One SQLite file: one writing connection behind a lock, and reading connections that never wait for it. Every read
//! sees one snapshot of the file, and every write is one transaction.

use super::error::{StoreError, StoreResult};
use super::{record_digest, search_key_functions};
use bursar_domain::error::{Code, Error, InternalDetail, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many reading connections are kept open for reuse.
const MAX_IDLE_READERS: usize = 2;
/// The size of a page in the write-ahead log, with its header.
const WAL_PAGE_BYTES: u32 = 4096 + 24;
const STATEMENT_CACHE_CAPACITY: usize = 64;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct Database {
    path: PathBuf,
    writer: Option<Mutex<Connection>>,
    idle: Mutex<Vec<Connection>>,
    /// Called when a statement finds that the file is damaged.
    on_corruption: fn(&Path),
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Database {
    pub(super) fn new(path: PathBuf, writer: Option<Connection>, on_corruption: fn(&Path)) -> Self {
        Self {
            path,
            writer: writer.map(Mutex::new),
            idle: Mutex::new(Vec::new()),
            on_corruption,
        }
    }

    /// Reads in one transaction, so that all statements of `body` see the same snapshot.
    pub(super) fn read<T>(&self, body: impl FnOnce(&Connection) -> StoreResult<T>) -> Result<T> {
        self.try_read(body).map_err(|failure| self.report(failure))
    }

    /// Writes everything in `body` or nothing.
    pub(super) fn write<T>(
        &self,
        body: impl FnOnce(&Transaction<'_>) -> StoreResult<T>,
    ) -> Result<T> {
        self.try_write(body).map_err(|failure| self.report(failure))
    }

    /// Gives `body` the writing connection itself, for work that cannot be done in a transaction.
    pub(super) fn with_writer<T>(
        &self,
        body: impl FnOnce(&Connection) -> StoreResult<T>,
    ) -> Result<T> {
        let Some(writer) = &self.writer else {
            return Err(read_only_error());
        };
        body(&lock(writer)).map_err(|failure| self.report(failure))
    }

    fn try_read<T>(&self, body: impl FnOnce(&Connection) -> StoreResult<T>) -> StoreResult<T> {
        let idle = lock(&self.idle).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => open_reader(&self.path)?,
        };
        let result = {
            let transaction = reader.unchecked_transaction()?;
            body(&transaction)
        };
        let mut idle = lock(&self.idle);
        if result.is_ok() && idle.len() < MAX_IDLE_READERS {
            idle.push(reader);
        }
        result
    }

    fn try_write<T>(
        &self,
        body: impl FnOnce(&Transaction<'_>) -> StoreResult<T>,
    ) -> StoreResult<T> {
        let Some(writer) = &self.writer else {
            return Err(read_only_error().into());
        };
        let mut writer = lock(writer);
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = body(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    fn report(&self, failure: StoreError) -> Error {
        if failure.is_corruption() {
            tracing::error!(?failure, path = %self.path.display(), "the database is damaged");
            (self.on_corruption)(&self.path);
        }
        failure.into_error(&self.path)
    }
}

/// The pragmas that decide how durable and how fast writes are.
#[derive(Clone, Copy, Debug)]
pub(super) struct PragmaSettings {
    /// `FULL`: a commit is durable when it returns. `NORMAL`: a power cut may lose the last commits, but never
    /// corrupts.
    pub(super) synchronous: &'static str,
    /// How many pages of 4 KiB the write-ahead log holds before they are moved into the file.
    pub(super) wal_pages: u32,
    /// The page cache of the writing connection, in KiB.
    pub(super) cache_kib: i32,
}

/// Opens a connection that may write, in write-ahead mode.
pub(super) fn open_writer(path: &Path, tuning: PragmaSettings) -> StoreResult<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    prepare(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", tuning.synchronous)?;
    connection.pragma_update(None, "wal_autocheckpoint", tuning.wal_pages)?;
    // A checkpointed log keeps its working size, because growing the file again and again slows a long sync down.
    // Anything beyond that size is truncated at once.
    connection.pragma_update(
        None,
        "journal_size_limit",
        tuning.wal_pages.saturating_mul(WAL_PAGE_BYTES),
    )?;
    connection.pragma_update(None, "cache_size", tuning.cache_kib.saturating_neg())?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

pub(super) fn open_reader(path: &Path) -> StoreResult<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    prepare(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> StoreResult<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    record_digest::define(connection)?;
    search_key_functions::define(connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE_CAPACITY);
    connection.pragma_update(None, "trusted_schema", false)?;
    // Without this, SQLite prepares a statement again for each new value that a partial index could serve.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Ignores poisoning: if the holder panicked, SQLite has rolled back what was not committed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read_only_error() -> Error {
    Error::new(
        Code::Internal,
        InternalDetail::step("write to a database that was opened for reading"),
    )
}
