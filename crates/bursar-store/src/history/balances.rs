//! The last balances from the API and the chain, and the high-water mark: the newest block whose figures were shown.

use super::reading_table::{read_value, write_value};
use super::{History, ensure_account_number, event_range};
use crate::encoding::to_json;
use crate::error::StoreResult;
use alloy_primitives::B256;
use bursar_domain::account::AccountId;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::balances::Balances;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Result;
use bursar_domain::high_water_mark::{HighWaterMark, ReadingUpdate, Regression};
use rusqlite::Connection;

const CHAIN: &str = "chain";
const REGRESSION: &str = "chain_lapse";
/// The balances at the event cursor, stored while newer figures are shown than the events explain.
const BALANCES_AT_CURSOR_KEY: &str = "chain_base";

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

    /// Stores the chain's balances. Their time is the reading's own.
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

    /// Stores a reading's result in one transaction: its figures, unless newer ones are stored and it does not lower
    /// the mark, and why the figures are not the newest.
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
                    // A concurrent reading was faster and has a newer block.
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

    /// The balances after block `to`, the newest block whose events are known, if they were stored.
    pub fn balances_at_cursor(
        &self,
        account: &AccountId,
        (to, to_hash): (u64, B256),
    ) -> Result<Option<Balances>> {
        let reading = self.reading(account)?;
        if let Some(reading) = reading.filter(|reading| reading.block == to) {
            let same = reading.block_hash == to_hash;
            return Ok(same.then(|| Balances::from(&reading)));
        }
        let stored: Option<((u64, Balances), Timestamp)> =
            self.get(account, BALANCES_AT_CURSOR_KEY)?;
        let kept = stored.filter(|((at, _), _)| *at == to);
        Ok(kept.map(|((_, balances), _)| balances))
    }
}

/// Stores the balances at the event cursor before newer figures replace them.
fn keep_balances_at_cursor(
    connection: &Connection,
    account: i64,
    kept: &ChainReading,
    next: &ChainReading,
) -> StoreResult<()> {
    let is_base =
        event_range::event_range(connection, account)?.is_some_and(|(_, to, _)| to == kept.block);
    if !is_base || next.block == kept.block {
        return Ok(());
    }
    let base = (kept.block, Balances::from(kept));
    write_value(
        connection,
        account,
        BALANCES_AT_CURSOR_KEY,
        &to_json(&base)?,
        kept.read_at,
    )
}
