//! Rows as they are shown: with their account, and the names that their numbers stand for.

use super::line::{COLUMNS, Holder, Line, Names};
use super::payments::{payer_name, source_name};
use super::search::Sql;
use crate::failure::{Failure, Inner};
use bursar_domain::account::AccountId;
use bursar_domain::view::PaymentView;
use rusqlite::{Connection, params_from_iter};
use std::collections::BTreeMap;

/// Makes views of rows within one reading of the database; looks each name up once.
pub(super) struct Views<'a> {
    connection: &'a Connection,
    holders: BTreeMap<i64, Holder>,
    sources: BTreeMap<i64, Option<String>>,
    payers: BTreeMap<Option<i64>, Option<String>>,
}

impl<'a> Views<'a> {
    pub(super) fn new(connection: &'a Connection) -> Inner<Self> {
        Ok(Self {
            connection,
            holders: accounts(connection)?,
            sources: BTreeMap::new(),
            payers: BTreeMap::new(),
        })
    }

    /// The first `limit` of these lines, and the place of the last one.
    pub(super) fn at(
        &mut self,
        lines: &[i64],
        limit: u32,
    ) -> Inner<(Vec<PaymentView>, Option<i64>)> {
        let mut views = Vec::new();
        let mut last = None;
        let mut row_at = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM payment p WHERE p.line = ?1"
        ))?;
        for place in lines
            .iter()
            .take(usize::try_from(limit).unwrap_or(usize::MAX))
        {
            let (account, line) =
                row_at.query_row([place], |row| Ok((row.get(1)?, Line::read(row))))?;
            views.push(self.view(account, line?)?);
            last = Some(*place);
        }
        Ok((views, last))
    }

    /// Gives every row of a query for [`COLUMNS`] until `each` says `false`.
    pub(super) fn each(
        &mut self,
        query: &Sql,
        mut each: impl FnMut(PaymentView) -> bool,
    ) -> Inner<()> {
        let mut statement = self.connection.prepare_cached(&query.text)?;
        let mut rows = statement.query(params_from_iter(&query.values))?;
        while let Some(row) = rows.next()? {
            if !each(self.view(row.get(1)?, Line::read(row)?)?) {
                break;
            }
        }
        Ok(())
    }

    fn view(&mut self, account: i64, line: Line) -> Inner<PaymentView> {
        let names = Names {
            source: named(&mut self.sources, line.source, |number| {
                source_name(self.connection, number)
            })?,
            payer: named(&mut self.payers, line.books.payer, |number| {
                payer_name(self.connection, number)
            })?,
        };
        let holder = self
            .holders
            .get(&account)
            .ok_or(Failure::Unreadable("a line belongs to no account."))?;
        Ok(line.view(holder, names))
    }
}

fn named<K: Ord + Copy>(
    known: &mut BTreeMap<K, Option<String>>,
    number: K,
    look_up: impl FnOnce(K) -> Inner<Option<String>>,
) -> Inner<Option<String>> {
    if let Some(name) = known.get(&number) {
        return Ok(name.clone());
    }
    let name = look_up(number)?;
    known.insert(number, name.clone());
    Ok(name)
}

/// The accounts of the file by their numbers in it.
pub(super) fn accounts(connection: &Connection) -> Inner<BTreeMap<i64, Holder>> {
    connection
        .prepare_cached("SELECT number, id, verifiable FROM account")?
        .query_and_then([], |row| {
            let holder = Holder {
                id: AccountId(row.get(1)?),
                verifiable: row.get(2)?,
            };
            Ok((row.get(0)?, holder))
        })?
        .collect()
}
