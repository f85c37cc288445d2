//! The table `reading`: the last value of each name as JSON, with its time.

use super::{History, ensure_account_number, find_account_number};
use crate::encoding::to_json;
use crate::error::StoreResult;
use bursar_domain::account::AccountId;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error, InternalDetail, Result};
use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

impl History {
    pub(super) fn put(
        &self,
        account: &AccountId,
        name: &str,
        value: &impl Serialize,
        at: Timestamp,
    ) -> Result<()> {
        let body = to_json(value).map_err(|_| unwritable())?;
        self.db.write(|transaction| {
            let account = ensure_account_number(transaction, account)?;
            write_value(transaction, account, name, &body, at)
        })
    }

    /// The last value of this name, and its time. An unreadable value counts as missing: the next one replaces it.
    pub(super) fn get<T: DeserializeOwned>(
        &self,
        account: &AccountId,
        name: &str,
    ) -> Result<Option<(T, Timestamp)>> {
        self.db.read(|connection| {
            let Some(account) = find_account_number(connection, account)? else {
                return Ok(None);
            };
            let stored: Option<(String, i64)> = connection
                .prepare_cached("SELECT body, at FROM reading WHERE account = ?1 AND name = ?2")?
                .query_row(params![account, name], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            Ok(stored
                .and_then(|(body, at)| Some((serde_json::from_str(&body).ok()?, Timestamp(at)))))
        })
    }
}

fn unwritable() -> Error {
    Error::new(Code::Internal, InternalDetail::step("encode a reading"))
}

/// The last value of this name, within a transaction. An unreadable value counts as missing.
pub(super) fn read_value<T: DeserializeOwned>(
    connection: &rusqlite::Connection,
    account: i64,
    name: &str,
) -> StoreResult<Option<T>> {
    let stored: Option<String> = connection
        .prepare_cached("SELECT body FROM reading WHERE account = ?1 AND name = ?2")?
        .query_row(params![account, name], |row| row.get(0))
        .optional()?;
    Ok(stored.and_then(|body| serde_json::from_str(&body).ok()))
}

pub(super) fn write_value(
    connection: &rusqlite::Connection,
    account: i64,
    name: &str,
    body: &str,
    at: Timestamp,
) -> StoreResult<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO reading VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![account, name, body, at.0])?;
    Ok(())
}
