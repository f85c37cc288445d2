//! The last readings, each with its time: balances, methods, who is signed in, charges by day, and how far
//! the history has been read.

use super::recheck_ranges::keep_balances_at_cursor;
use super::{History, ensure_account_number, find_account_number};
use crate::encoding::{self, to_json};
use crate::error::StoreResult;
use bursar_domain::account::AccountId;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::catalogue::{Catalogue, DuePayments};
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::charges::{Charges, DayCharge};
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::high_water_mark::{HighWaterMark, ReadingUpdate, Regression};
use bursar_domain::identity::Identity;
use bursar_domain::unreadable_row::UnreadableRow;
use rusqlite::{OptionalExtension, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How far an account's history has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncState {
    /// When all of it was last read to its end.
    pub full_at: Option<Timestamp>,
    /// The place to go on from, while reading all of it has not come to its end; the provider's own mark.
    pub next: Option<String>,
    /// When any sync last succeeded.
    pub synced_at: Option<Timestamp>,
}

const CHAIN: &str = "chain";
const REGRESSION: &str = "chain_lapse";

#[derive(Serialize, Deserialize)]
struct StoredIdentity {
    user_id: String,
    name: String,
    missing_scopes: Vec<String>,
}

impl History {
    pub fn put_api_balance(
        &self,
        account: &AccountId,
        balance: &ApiBalance,
        now: Timestamp,
    ) -> Result<()> {
        self.put(account, "api_balance", balance, now)
    }

    pub fn api_balance(&self, account: &AccountId) -> Result<Option<(ApiBalance, Timestamp)>> {
        self.get(account, "api_balance")
    }

    /// Keeps the chain's balances; their time is the reading's own.
    pub fn put_reading(&self, account: &AccountId, reading: &ChainReading) -> Result<()> {
        self.put(account, CHAIN, reading, reading.read_at)
    }

    pub fn reading(&self, account: &AccountId) -> Result<Option<ChainReading>> {
        let stored: Option<(ChainReading, Timestamp)> = self.get(account, CHAIN)?;
        Ok(stored.map(|(reading, read_at)| ChainReading { read_at, ..reading }))
    }

    /// The newest block whose figures were shown; `None` before the first.
    pub fn high_water_mark(&self, account: &AccountId) -> Result<Option<HighWaterMark>> {
        let Some(reading) = self.reading(account)? else {
            return Ok(None);
        };
        let regression: Option<(Regression, Timestamp)> = self.get(account, REGRESSION)?;
        Ok(Some(HighWaterMark {
            block: reading.block,
            hash: reading.block_hash,
            checkpoints: self
                .event_cursor(account)?
                .map(|cursor| cursor.checkpoints)
                .unwrap_or_default(),
            regression: regression
                .map(|(regression, _)| regression)
                .unwrap_or_default(),
        }))
    }

    /// Keeps what a look came to, in one transaction: its figures, unless newer ones are kept that it does not lower, and
    /// why they are not the newest.
    pub fn put_reading_update(
        &self,
        account: &AccountId,
        update: &ReadingUpdate,
        now: Timestamp,
    ) -> Result<()> {
        self.db.write(|transaction| {
            let account = ensure_account_number(transaction, account)?;
            if let Some(reading) = &update.reading {
                let kept: Option<ChainReading> = read_value(transaction, account, CHAIN)?;
                let is_older = kept.as_ref().is_some_and(|kept| kept.block > reading.block);
                if is_older && !update.lowers_mark {
                    // Another look was quicker, and saw more.
                    return Ok(());
                }
                if let Some(kept) = kept {
                    keep_balances_at_cursor(transaction, account, &kept, reading)?;
                }
                let body = to_json(reading)?;
                write_value(transaction, account, CHAIN, &body, reading.read_at)?;
            }
            let known: Regression =
                read_value(transaction, account, REGRESSION)?.unwrap_or_default();
            if known == update.regression {
                return Ok(());
            }
            write_value(
                transaction,
                account,
                REGRESSION,
                &to_json(&update.regression)?,
                now,
            )
        })
    }

    pub fn put_catalogue(
        &self,
        account: &AccountId,
        catalogue: &Catalogue,
        now: Timestamp,
    ) -> Result<()> {
        self.put(account, "catalogue", catalogue, now)
    }

    pub fn catalogue(&self, account: &AccountId) -> Result<Option<(Catalogue, Timestamp)>> {
        self.get(account, "catalogue")
    }

    pub fn put_dues(&self, account: &AccountId, dues: &DuePayments, now: Timestamp) -> Result<()> {
        self.put(account, "dues", dues, now)
    }

    pub fn dues(&self, account: &AccountId) -> Result<Option<(DuePayments, Timestamp)>> {
        self.get(account, "dues")
    }

    pub fn put_identity(
        &self,
        account: &AccountId,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<()> {
        let stored = StoredIdentity {
            user_id: identity.user_id.clone(),
            name: identity.name.clone(),
            missing_scopes: identity.missing_scopes.clone(),
        };
        self.put(account, "identity", &stored, now)
    }

    pub fn identity(&self, account: &AccountId) -> Result<Option<(Identity, Timestamp)>> {
        let stored: Option<(StoredIdentity, Timestamp)> = self.get(account, "identity")?;
        Ok(stored.map(|(stored, at)| {
            let identity = Identity {
                user_id: stored.user_id,
                name: stored.name,
                missing_scopes: stored.missing_scopes,
            };
            (identity, at)
        }))
    }

    /// Keeps which lines of the history could not be read, and that they were looked at now.
    pub fn put_unreadable_rows(
        &self,
        account: &AccountId,
        rows: &[UnreadableRow],
        looked_at: Timestamp,
    ) -> Result<()> {
        self.put(account, "odd_lines", &rows, looked_at)
    }

    /// The lines that could not be read, and when all of them were last looked at.
    pub fn unreadable_rows(&self, account: &AccountId) -> Result<(Vec<UnreadableRow>, Timestamp)> {
        Ok(self.get(account, "odd_lines")?.unwrap_or_default())
    }

    /// Keeps the spending of the days `asked` from and to (`YYYY-MM-DD`, both included), all of it: a day that is not
    /// among them had none. Other days stay as they are.
    pub fn put_day_charges(
        &self,
        account: &AccountId,
        asked: (&str, &str),
        charges: &[DayCharge],
        now: Timestamp,
    ) -> Result<()> {
        self.put_charges(account, asked, &charges.to_vec().into(), now)
    }

    /// The same, with the days whose sum is not known.
    pub fn put_charges(
        &self,
        account: &AccountId,
        asked: (&str, &str),
        charges: &Charges,
        now: Timestamp,
    ) -> Result<()> {
        let unknown = serde_json::to_string(&charges.unknown).map_err(|error| {
            Error::new(
                Code::Internal,
                format!("A reading cannot be written: {error}."),
            )
        })?;
        self.db.write(|transaction| {
            let account = ensure_account_number(transaction, account)?;
            transaction
                .prepare_cached("DELETE FROM charge WHERE account = ?1 AND date BETWEEN ?2 AND ?3")?
                .execute(params![account, asked.0, asked.1])?;
            let mut insert = transaction
                .prepare_cached("INSERT OR REPLACE INTO charge VALUES (?1, ?2, ?3, ?4)")?;
            for charge in &charges.days {
                insert.execute(params![
                    account,
                    charge.date,
                    charge.amount.to_decimal(),
                    charge.amount.currency().as_str(),
                ])?;
            }
            write_value(transaction, account, "charges", &unknown, now)
        })
    }

    /// The spending of the days from `from` to `to` (`YYYY-MM-DD`, both included), oldest first, and when it was
    /// last read; `None` before the first reading. Days that the provider did not name are left out.
    pub fn charges(
        &self,
        account: &AccountId,
        from: &str,
        to: &str,
    ) -> Result<Option<(Vec<DayCharge>, Timestamp)>> {
        self.db.read(|connection| {
            let Some(account) = find_account_number(connection, account)? else {
                return Ok(None);
            };
            let as_of: Option<i64> = connection
                .prepare_cached("SELECT at FROM reading WHERE account = ?1 AND name = 'charges'")?
                .query_row([account], |row| row.get(0))
                .optional()?;
            let Some(as_of) = as_of else {
                return Ok(None);
            };
            let days = connection
                .prepare_cached(
                    "SELECT date, amount, currency FROM charge
                     WHERE account = ?1 AND date BETWEEN ?2 AND ?3 ORDER BY date",
                )?
                .query_and_then(params![account, from, to], |row| {
                    Ok(DayCharge {
                        date: row.get(0)?,
                        amount: encoding::parse_amount(
                            &row.get::<_, String>(1)?,
                            &row.get::<_, String>(2)?,
                        )?,
                    })
                })?
                .collect::<StoreResult<_>>()?;
            Ok(Some((days, Timestamp(as_of))))
        })
    }

    /// Days (`YYYY-MM-DD`) of the last reading whose spending is not known, because a charge of theirs could not be read.
    pub fn unknown_days(&self, account: &AccountId) -> Result<BTreeSet<String>> {
        Ok(self
            .get(account, "charges")?
            .map(|(days, _)| days)
            .unwrap_or_default())
    }

    /// How far the history has been read; nothing of it for an account that is not known.
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

    /// A reading that cannot be read is as good as none: the next one replaces it.
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

fn unwritable() -> Error {
    Error::new(Code::Internal, "A reading cannot be written.")
}

/// A reading within a transaction; one that cannot be read is as good as none.
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
