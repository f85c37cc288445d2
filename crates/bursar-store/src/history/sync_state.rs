//! How far the provider's history has been read.

use super::{History, ensure_account_number, find_account_number};
use crate::error::StoreResult;
use bursar_domain::account::AccountId;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Result;
use rusqlite::{OptionalExtension, params};

/// How far an account's history has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncState {
    /// When the whole history was last read to its end.
    pub full_at: Option<Timestamp>,
    /// The provider's cursor at which an unfinished read of the whole history continues.
    pub next: Option<String>,
    /// When a sync last succeeded.
    pub synced_at: Option<Timestamp>,
}

impl History {
    /// How far the history has been read; the default for an unknown account.
    pub fn sync_state(&self, account: &AccountId) -> Result<SyncState> {
        self.db.read(|connection| {
            let Some(account) = find_account_number(connection, account)? else {
                return Ok(SyncState::default());
            };
            let state = connection
                .prepare_cached("SELECT full_at, place, synced_at FROM sync WHERE account = ?1")?
                .query_row([account], |row| {
                    Ok(SyncState {
                        full_at: row.get::<_, Option<i64>>(0)?.map(Timestamp),
                        next: row.get(1)?,
                        synced_at: row.get::<_, Option<i64>>(2)?.map(Timestamp),
                    })
                })
                .optional()?;
            Ok(state.unwrap_or_default())
        })
    }

    pub fn set_sync_state(&self, account: &AccountId, state: SyncState) -> Result<()> {
        self.db.write(|transaction| {
            let account = ensure_account_number(transaction, account)?;
            put_sync_state(transaction, account, &state)
        })
    }
}

pub(super) fn put_sync_state(
    connection: &rusqlite::Connection,
    account: i64,
    state: &SyncState,
) -> StoreResult<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO sync (account, full_at, place, synced_at) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            account,
            state.full_at.map(|at| at.0),
            state.next,
            state.synced_at.map(|at| at.0),
        ])?;
    Ok(())
}
