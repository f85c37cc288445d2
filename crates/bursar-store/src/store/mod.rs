//! `bursar.db`: accounts, networks, intents, top-ups and notices. A commit is durable when it returns. A backup
//! follows each change of an account or intent, so a single damaged file loses nothing.

mod accounts;
mod backup;
mod key_locations;
mod notices;
mod top_ups;

use super::connection::{Database, PragmaSettings, open_writer};
use super::corruption::{self, IntegrityCheck};
use super::error::{StoreError, StoreResult, file_error};
use super::migrations::{STORE, version};
use crate::encoding::{from_json, to_json};
use crate::fail_point;
use bursar_domain::account::AccountId;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{AccountDetail, Code, Error, Result};
use bursar_engine::{Alerts, Write};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use std::fs;
use std::path::{Path, PathBuf};

pub use key_locations::KeyLocation;
pub use notices::StoredNotice;

const PRAGMAS: PragmaSettings = PragmaSettings {
    synchronous: "FULL",
    wal_pages: 1_000,
    cache_kib: 1024,
};

#[derive(Debug)]
pub struct Store {
    db: Database,
    backup: PathBuf,
}

/// A store, and the state in which its files were found.
#[derive(Debug)]
pub struct OpenedStore {
    pub store: Store,
    pub state: OpenState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenState {
    /// The file existed and was sound.
    Existing,
    /// There was no file: this is the first start.
    New,
    /// The file was lost or damaged, and was restored from the backup.
    Restored,
    /// File and backup were lost or damaged. Nothing may be created before the provider's open payments have been
    /// read.
    LostBoth,
}

impl Store {
    /// Opens the database of this home for the one engine, and creates it if there is none.
    ///
    /// # Errors
    /// `storage_newer`, or `storage_failed` when the folder cannot be used.
    pub fn open(home: &Path, now: Timestamp) -> Result<OpenedStore> {
        fs::create_dir_all(home).map_err(|error| file_error(&error, home))?;
        let path = home.join(STORE.file);
        let backup = backup_path(&path);
        let (connection, state) = open_or_restore(&path, &backup, now)?;
        let store = Self {
            db: Database::new(path, Some(connection), ignore_corruption),
            backup,
        };
        store.refresh_backup();
        Ok(OpenedStore { store, state })
    }

    /// Opens the database read-only beside a running engine; `None` if there is no file.
    ///
    /// # Errors
    /// `storage_newer`, or `storage_failed` for an older or unreadable file.
    pub fn open_read_only(home: &Path) -> Result<Option<Self>> {
        let path = home.join(STORE.file);
        if !path.exists() {
            return Ok(None);
        }
        let backup = backup_path(&path);
        let db = Database::new(path, None, ignore_corruption);
        db.read(|connection| STORE.require_latest(connection))?;
        Ok(Some(Self { db, backup }))
    }

    /// Writes all of this or nothing. The commit is durable when this returns.
    ///
    /// # Errors
    /// `not_found` if the account does not exist (any longer), else `storage_failed`.
    pub fn commit(&self, account: &AccountId, writes: &[Write]) -> Result<()> {
        let needs_backup = self.db.write(|transaction| {
            require_account(transaction, account)?;
            let mut needs_backup = false;
            for write in writes {
                match write {
                    Write::TopUp(top_up) => {
                        needs_backup |= top_ups::put(transaction, account, top_up)?;
                    }
                    Write::DeleteTopUp(id) => {
                        needs_backup |= top_ups::remove(transaction, account, id)?
                    }
                    Write::Notice(notice) => notices::put(transaction, account, notice)?,
                    Write::Alerts(alerts) => put_alerts(transaction, account, alerts)?,
                }
            }
            if needs_backup {
                increment_generation(transaction)?;
            }
            fail_point::reach("commit.before");
            Ok(needs_backup)
        })?;
        fail_point::reach("commit.after");
        if needs_backup {
            self.refresh_backup();
        }
        Ok(())
    }

    /// Which alerts the account has had; the default if it has no record.
    pub fn alerts(&self, account: &AccountId) -> Result<Alerts> {
        self.db.read(|connection| {
            let alerts = connection
                .prepare_cached(
                    "SELECT low_balance_told, low_crossing, signed_out_told, rejection, debt, api_leads
                     FROM alerts WHERE account = ?1",
                )?
                .query_row([&account.0], |row| Ok(alerts_record(row)))
                .optional()?;
            Ok(alerts.transpose()?.unwrap_or_default())
        })
    }
}

fn alerts_record(row: &Row<'_>) -> StoreResult<Alerts> {
    Ok(Alerts {
        low_balance_notified: row.get(0)?,
        low_balance_count: row.get(1)?,
        signed_out_notified: row.get(2)?,
        rejection_count: row.get(3)?,
        debt: row
            .get::<_, Option<String>>(4)?
            .as_deref()
            .map(from_json)
            .transpose()?
            .unwrap_or_default(),
        api_leads: row.get(5)?,
    })
}

fn put_alerts(
    transaction: &Transaction<'_>,
    account: &AccountId,
    alerts: &Alerts,
) -> StoreResult<()> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO alerts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
        .execute(params![
            account.0,
            alerts.low_balance_notified,
            alerts.low_balance_count,
            alerts.signed_out_notified,
            alerts.rejection_count,
            to_json(&alerts.debt)?,
            alerts.api_leads,
        ])?;
    Ok(())
}

fn require_account(transaction: &Transaction<'_>, account: &AccountId) -> StoreResult<()> {
    let known = transaction
        .prepare_cached("SELECT 1 FROM account WHERE id = ?1")?
        .exists([&account.0])?;
    if known {
        Ok(())
    } else {
        Err(Error::new(Code::NotFound, AccountDetail::AccountNotConnected).into())
    }
}

/// Marks a commit that must also reach the backup.
fn increment_generation(transaction: &Transaction<'_>) -> StoreResult<()> {
    transaction.execute("UPDATE meta SET generation = generation + 1", [])?;
    Ok(())
}

fn generation(connection: &Connection) -> StoreResult<i64> {
    Ok(connection.query_row("SELECT generation FROM meta", [], |row| row.get(0))?)
}

fn backup_path(path: &Path) -> PathBuf {
    corruption::with_suffix(path, ".bak")
}

/// Does nothing: this file is checked completely when it is opened, so no mark is needed while it runs.
fn ignore_corruption(_: &Path) {}

fn open_or_restore(path: &Path, backup: &Path, now: Timestamp) -> Result<(Connection, OpenState)> {
    let found = corruption::exists(path);
    if found {
        match open_checked(path, backup) {
            Ok(connection) => return Ok((connection, OpenState::Existing)),
            Err(failure) if failure.is_corruption() => corruption::set_aside(path, now)?,
            Err(failure) => return Err(failure.into_error(path)),
        }
    }
    let backup_found = corruption::exists(backup);
    if backup_found {
        match backup::restore(backup, path) {
            Ok(()) => {
                let connection = open_at(path).map_err(|failure| failure.into_error(path))?;
                return Ok((connection, OpenState::Restored));
            }
            Err(failure) if failure.is_corruption() => corruption::set_aside(backup, now)?,
            Err(failure) => return Err(failure.into_error(backup)),
        }
    }
    let connection = open_at(path).map_err(|failure| failure.into_error(path))?;
    let state = if found || backup_found {
        OpenState::LostBoth
    } else {
        OpenState::New
    };
    Ok((connection, state))
}

/// Opens an existing file and reads all of it once. It is small, and an unreadable record must be found while the
/// backup can still help.
fn open_checked(path: &Path, backup: &Path) -> StoreResult<Connection> {
    if !path.exists() {
        return Err(StoreError::Corrupt("only its side files are there."));
    }
    let connection = open_at(path)?;
    if backup::backup_generation(backup)
        .is_some_and(|backup_found| generation(&connection).is_ok_and(|own| backup_found > own))
    {
        return Err(StoreError::Corrupt(
            "it has lost commits that its copy has.",
        ));
    }
    Ok(connection)
}

fn open_at(path: &Path) -> StoreResult<Connection> {
    let existing = path.exists();
    let mut connection = open_writer(path, PRAGMAS)?;
    if existing {
        corruption::check_integrity(&connection, IntegrityCheck::Full)?;
        // A crash or damage may leave an empty file. Only the backup shows whether there was more.
        if version(&connection)? == 0 {
            return Err(StoreError::Corrupt("it is empty."));
        }
    }
    STORE.migrate(&mut connection)?;
    generation(&connection)?;
    accounts::all(&connection)?;
    accounts::networks(&connection)?;
    top_ups::check_all(&connection)?;
    notices::check_all(&connection)?;
    Ok(connection)
}
