//! Charges by day, as the provider last listed them.

use super::reading_table::write_value;
use super::resource_charges::replace_resource_charges;
use super::{History, ensure_account_number, find_account_number};
use crate::encoding;
use crate::error::StoreResult;
use bursar_domain::account::AccountId;
use bursar_domain::charges::{Charges, DayCharge};
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error, InternalDetail, Result};
use rusqlite::{OptionalExtension, params};
use std::collections::BTreeSet;

impl History {
    /// Replaces the charges of `days` (from, to; `YYYY-MM-DD`, both included). A day without a charge had
    /// none. Other days stay unchanged.
    pub fn put_day_charges(
        &self,
        account: &AccountId,
        days: (&str, &str),
        charges: &[DayCharge],
        now: Timestamp,
    ) -> Result<()> {
        self.put_charges(account, days, &charges.to_vec().into(), now)
    }

    /// Like [`Self::put_day_charges`], with the days whose sum is unknown, and the charges of each resource.
    pub fn put_charges(
        &self,
        account: &AccountId,
        days: (&str, &str),
        charges: &Charges,
        now: Timestamp,
    ) -> Result<()> {
        let unknown = serde_json::to_string(&charges.unknown).map_err(|error| {
            Error::new(
                Code::Internal,
                InternalDetail::step(&format!("encode a reading: {error}")),
            )
        })?;
        self.db.write(|transaction| {
            let account = ensure_account_number(transaction, account)?;
            transaction
                .prepare_cached("DELETE FROM charge WHERE account = ?1 AND date BETWEEN ?2 AND ?3")?
                .execute(params![account, days.0, days.1])?;
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
            replace_resource_charges(transaction, account, days, &charges.resources)?;
            write_value(transaction, account, "charges", &unknown, now)
        })
    }

    /// The charges from `from` to `to` (`YYYY-MM-DD`, both included), oldest first, and when they were last read;
    /// `None` before the first time. Days that the provider did not list are left out.
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

    /// The days (`YYYY-MM-DD`) whose sum is unknown, because one of their charges could not be read.
    pub fn unknown_days(&self, account: &AccountId) -> Result<BTreeSet<String>> {
        Ok(self
            .get(account, "charges")?
            .map(|(days, _)| days)
            .unwrap_or_default())
    }
}
