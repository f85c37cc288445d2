//! Rows as the user sees them: with their account, and names in place of numbers.

use super::payment_row::{AccountRow, COLUMNS, Names, PaymentRow};
use super::payments::{payer_name, source_name};
use super::sql_fragment::SqlFragment;
use crate::error::{StoreError, StoreResult};
use bursar_domain::account::AccountId;
use bursar_domain::view::PaymentView;
use rusqlite::{Connection, params_from_iter};
use std::collections::BTreeMap;

/// Turns rows into views within one transaction, and looks each name up once.
pub(super) struct PaymentViews<'a> {
    connection: &'a Connection,
    account_rows: BTreeMap<i64, AccountRow>,
    sources: BTreeMap<i64, Option<String>>,
    payers: BTreeMap<Option<i64>, Option<String>>,
}

impl<'a> PaymentViews<'a> {
    pub(super) fn new(connection: &'a Connection) -> StoreResult<Self> {
        Ok(Self {
            connection,
            account_rows: account_rows(connection)?,
            sources: BTreeMap::new(),
            payers: BTreeMap::new(),
        })
    }

    /// Loads the first `limit` of these rows. Returns them and the key of the last one.
    pub(super) fn load(
        &mut self,
        row_keys: &[i64],
        limit: u32,
    ) -> StoreResult<(Vec<PaymentView>, Option<i64>)> {
        let mut views = Vec::new();
        let mut last = None;
        let mut row_at = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM payment p WHERE p.line = ?1"
        ))?;
        for row_key in row_keys
            .iter()
            .take(usize::try_from(limit).unwrap_or(usize::MAX))
        {
            let (account, row) =
                row_at.query_row([row_key], |row| Ok((row.get(1)?, PaymentRow::read(row))))?;
            views.push(self.view(account, row?)?);
            last = Some(*row_key);
        }
        Ok((views, last))
    }

    /// Calls `each` with every row of a query for [`COLUMNS`] until it returns `false`.
    pub(super) fn each(
        &mut self,
        query: &SqlFragment,
        mut each: impl FnMut(PaymentView) -> bool,
    ) -> StoreResult<()> {
        let mut statement = self.connection.prepare_cached(&query.text)?;
        let mut rows = statement.query(params_from_iter(&query.values))?;
        while let Some(row) = rows.next()? {
            if !each(self.view(row.get(1)?, PaymentRow::read(row)?)?) {
                break;
            }
        }
        Ok(())
    }

    fn view(&mut self, account: i64, row: PaymentRow) -> StoreResult<PaymentView> {
        let names = Names {
            source: cached_name(&mut self.sources, row.source, |number| {
                source_name(self.connection, number)
            })?,
            payer: cached_name(&mut self.payers, row.details.payer, |number| {
                payer_name(self.connection, number)
            })?,
        };
        let account_row = self
            .account_rows
            .get(&account)
            .ok_or(StoreError::Corrupt("a line belongs to no account."))?;
        Ok(row.view(account_row, names))
    }
}

fn cached_name<K: Ord + Copy>(
    known: &mut BTreeMap<K, Option<String>>,
    number: K,
    look_up: impl FnOnce(K) -> StoreResult<Option<String>>,
) -> StoreResult<Option<String>> {
    if let Some(name) = known.get(&number) {
        return Ok(name.clone());
    }
    let name = look_up(number)?;
    known.insert(number, name.clone());
    Ok(name)
}

/// The accounts by their numbers in this file.
pub(super) fn account_rows(connection: &Connection) -> StoreResult<BTreeMap<i64, AccountRow>> {
    connection
        .prepare_cached("SELECT number, id, verifiable FROM account")?
        .query_and_then([], |row| {
            let account_row = AccountRow {
                id: AccountId(row.get(1)?),
                verifiable: row.get(2)?,
            };
            Ok((row.get(0)?, account_row))
        })?
        .collect()
}
