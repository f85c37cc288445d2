//! `history.db`: payments, chain events, charges and the last readings, all of which a provider or the chain can
//! deliver again. It is therefore written without waiting for the disk, and a damaged file is set aside and fetched
//! again.

mod backfill;
mod balances;
mod chain_events;
mod charges;
mod event_deduplication;
mod event_range;
mod event_rows;
mod id_index;
mod late_payments;
mod match_candidates;
mod older_ranges;
mod payment_pages;
mod payment_row;
mod payment_views;
mod payments;
mod provider_data;
mod query_plan;
#[cfg(test)]
mod query_plan_tests;
mod reading_table;
mod recheck_ranges;
mod reorganisation;
mod resource_charges;
mod row_counts;
mod row_key;
mod row_offsets;
mod row_writes;
mod search;
mod sql_fragment;
mod sync_batch;
mod sync_state;
mod verification;

use super::connection::{Database, PragmaSettings, open_writer};
use super::corruption::{self, IntegrityCheck};
use super::error::{StoreError, StoreResult, file_error};
use super::migrations::{HISTORY, version};
use bursar_domain::account::AccountId;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::clock::{Clock, Timestamp};
use bursar_domain::error::Result;
use bursar_domain::high_water_mark::ReadingUpdate;
use bursar_domain::time_zone::TimeZone;
use payment_row::PaymentRow;
use rusqlite::{Connection, OptionalExtension};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fmt, fs};

pub use chain_events::PaymentMatch;
pub use event_range::EventCursor;
pub use recheck_ranges::RecheckRange;
pub use sync_batch::SyncBatch;
pub use sync_state::SyncState;

/// The first sync of a long history writes the same pages again and again. With a longer log, each of them is moved
/// into the file once instead of many times.
const PRAGMAS: PragmaSettings = PragmaSettings {
    synchronous: "NORMAL",
    wal_pages: 8_000,
    cache_kib: 16 * 1024,
};

/// A larger file is not checked when it is opened. If a read then finds damage, the file is marked, and set aside at
/// the next start.
const FULL_CHECK_MAX_BYTES: u64 = 4 * 1024 * 1024;

/// How many rows one transaction deletes, so that other writes can come in between.
const DELETE_BATCH_ROWS: u32 = 2_000;

pub struct History {
    db: Database,
    /// Its time zone decides where the days of a query begin; `None` means UTC.
    clock: Option<Arc<dyn Clock>>,
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History")
            .field("db", &self.db)
            .finish_non_exhaustive()
    }
}

impl History {
    /// Opens the history of this home for the one engine, and creates it if there is none. The second value says that
    /// a damaged file was set aside and everything must be fetched again.
    ///
    /// # Errors
    /// `storage_newer`, or `storage_failed` when the folder cannot be used.
    pub fn open(home: &Path, now: Timestamp) -> Result<(Self, bool)> {
        fs::create_dir_all(home).map_err(|error| file_error(&error, home))?;
        let path = home.join(HISTORY.file);
        let (connection, rebuilt) = match open_checked(&path) {
            Ok(connection) => (connection, false),
            Err(failure) if failure.is_corruption() => {
                corruption::set_aside(&path, now)?;
                clear_corrupt_mark(&path);
                (
                    open_checked(&path).map_err(|failure| failure.into_error(&path))?,
                    true,
                )
            }
            Err(failure) => return Err(failure.into_error(&path)),
        };
        let db = Database::new(path, Some(connection), mark_corrupt);
        Ok((Self { db, clock: None }, rebuilt))
    }

    /// Opens the history read-only beside a running engine; `None` if there is no file.
    ///
    /// # Errors
    /// `storage_newer`, or `storage_failed` for an older or unreadable file.
    pub fn open_read_only(home: &Path) -> Result<Option<Self>> {
        let path = home.join(HISTORY.file);
        if !path.exists() {
            return Ok(None);
        }
        let db = Database::new(path, None, mark_corrupt);
        db.read(|connection| HISTORY.require_latest(connection))?;
        Ok(Some(Self { db, clock: None }))
    }

    /// Reads the dates of a query as days in this clock's time zone at the time of the query.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self {
            clock: Some(clock),
            ..self
        }
    }

    fn time_zone(&self) -> TimeZone {
        self.clock
            .as_ref()
            .map_or(TimeZone::UTC, |clock| clock.time_zone())
    }

    /// Stores readings that were taken outside the engine: the chain's figures, if they are no older than the stored
    /// ones, since when no newer figures are available, and the API's balance. It neither creates nor migrates the
    /// file.
    ///
    /// # Errors
    /// `storage_newer`, or `storage_failed` if the file is older or cannot be written.
    pub fn save_readings(
        home: &Path,
        account: &AccountId,
        update: Option<&ReadingUpdate>,
        api: Option<&ApiBalance>,
        now: Timestamp,
    ) -> Result<()> {
        let path = home.join(HISTORY.file);
        if !path.exists() {
            return Ok(());
        }
        let connection =
            open_writer(&path, PRAGMAS).map_err(|failure| failure.into_error(&path))?;
        let db = Database::new(path, Some(connection), mark_corrupt);
        db.read(|connection| HISTORY.require_latest(connection))?;
        let history = Self { db, clock: None };
        if let Some(update) = update {
            history.put_reading_update(account, update, now)?;
        }
        if let Some(api) = api {
            history.put_api_balance(account, api, now)?;
        }
        Ok(())
    }

    /// Sets whether the account has a chain on which its payments can be verified. By default it has.
    pub fn set_verifiable(&self, account: &AccountId, verifiable: bool) -> Result<()> {
        self.db.write(|transaction| {
            let account = ensure_account_number(transaction, account)?;
            transaction.execute(
                "UPDATE account SET verifiable = ?2 WHERE number = ?1 AND verifiable <> ?2",
                (account, verifiable),
            )?;
            Ok(())
        })
    }

    /// Removes everything about an account. A long history takes several transactions; after an interruption, a
    /// second call continues.
    pub fn remove_account(&self, account: &AccountId) -> Result<()> {
        let Some(number) = self
            .db
            .read(|connection| find_account_number(connection, account))?
        else {
            return Ok(());
        };
        while self
            .db
            .write(|transaction| delete_rows(transaction, number))?
        {}
        self.db.write(|transaction| {
            for table in [
                "tally",
                "total",
                "amount_tally",
                "event",
                "event_range",
                "checkpoint",
                "reading",
                "charge",
                "resource_charge",
                "sync",
            ] {
                transaction
                    .execute(&format!("DELETE FROM {table} WHERE account = ?1"), [number])?;
            }
            transaction.execute("DELETE FROM account WHERE number = ?1", [number])?;
            Ok(())
        })
    }
}

fn open_checked(path: &Path) -> StoreResult<Connection> {
    if corrupt_marker_path(path).exists() {
        return Err(StoreError::Corrupt("it was found damaged."));
    }
    let size = fs::metadata(path).map(|file| file.len()).ok();
    let mut connection = open_writer(path, PRAGMAS)?;
    if let Some(size) = size {
        if version(&connection)? == 0 {
            return Err(StoreError::Corrupt("it is empty."));
        }
        if size <= FULL_CHECK_MAX_BYTES {
            corruption::check_integrity(&connection, IntegrityCheck::Quick)?;
        }
    }
    HISTORY.migrate(&mut connection)?;
    Ok(connection)
}

/// Removes one batch of the account's rows; `false` when none are left.
fn delete_rows(connection: &Connection, account: i64) -> StoreResult<bool> {
    let rows: Vec<(i64, PaymentRow)> = connection
        .prepare_cached(&format!(
            "SELECT {} FROM payment p WHERE p.account = ?1 LIMIT ?2",
            payment_row::COLUMNS
        ))?
        .query_and_then((account, DELETE_BATCH_ROWS), |row| {
            Ok((row.get(0)?, PaymentRow::read(row)?))
        })?
        .collect::<StoreResult<_>>()?;
    for (row_key, row) in &rows {
        row.delete(connection, account, *row_key)?;
    }
    Ok(!rows.is_empty())
}

fn corrupt_marker_path(path: &Path) -> PathBuf {
    corruption::with_suffix(path, ".is-damaged")
}

fn mark_corrupt(path: &Path) {
    if let Err(error) = fs::write(corrupt_marker_path(path), []) {
        tracing::warn!(%error, "the damaged history could not be marked");
    }
}

fn clear_corrupt_mark(path: &Path) {
    let corrupt_marker_path = corrupt_marker_path(path);
    if corrupt_marker_path.exists()
        && let Err(error) = fs::remove_file(&corrupt_marker_path)
    {
        tracing::warn!(%error, "the mark of the damaged history could not be removed");
    }
}

/// The account's number in this file; `None` if nothing about it is stored.
fn find_account_number(connection: &Connection, account: &AccountId) -> StoreResult<Option<i64>> {
    Ok(connection
        .prepare_cached("SELECT number FROM account WHERE id = ?1")?
        .query_row([&account.0], |row| row.get(0))
        .optional()?)
}

/// The account's number, which is assigned if it has none.
fn ensure_account_number(connection: &Connection, account: &AccountId) -> StoreResult<i64> {
    if let Some(number) = find_account_number(connection, account)? {
        return Ok(number);
    }
    connection.execute("INSERT INTO account (id) VALUES (?1)", [&account.0])?;
    Ok(connection.last_insert_rowid())
}

/// The number of a payment's source, which is assigned if it has none; 0 for an unknown source.
fn ensure_source_number(connection: &Connection, source: Option<&str>) -> StoreResult<i64> {
    let Some(source) = source else {
        return Ok(0);
    };
    let known = connection
        .prepare_cached("SELECT number FROM source WHERE name = ?1")?
        .query_row([source], |row| row.get(0))
        .optional()?;
    if let Some(number) = known {
        return Ok(number);
    }
    connection.execute("INSERT INTO source (name) VALUES (?1)", [source])?;
    Ok(connection.last_insert_rowid())
}

/// The number of a payer's name, which is assigned if it has none.
fn ensure_payer_number(connection: &Connection, name: &str) -> StoreResult<i64> {
    let known = connection
        .prepare_cached("SELECT number FROM payer WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    if let Some(number) = known {
        return Ok(number);
    }
    connection.execute("INSERT INTO payer (name) VALUES (?1)", [name])?;
    Ok(connection.last_insert_rowid())
}
