//! Turns a query of the payments into SQL: its rows are the union of streams, each already ordered by an index.

use super::payment_row::{COLUMNS, STATUSES, status_to_column};
use super::payment_views::account_rows;
use super::row_key::first_row_key;
use super::search::{Interpretation, interpretations};
use super::sql_fragment::{SqlFragment, comma_separated, in_accounts};
use crate::error::StoreResult;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error, Result, TerminalDetail};
use bursar_domain::time_zone::TimeZone;
use bursar_domain::view::PaymentQuery;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// A query prepared for one transaction.
pub(super) struct QueryPlan {
    pub(super) accounts: Vec<i64>,
    /// Whether `accounts` are all accounts of the file.
    pub(super) all_accounts: bool,
    /// Empty for all statuses.
    pub(super) statuses: Vec<i64>,
    /// The range of row keys: from `start` (included) to `end` (excluded).
    pub(super) start: i64,
    pub(super) end: i64,
    /// `None` if nothing is searched for.
    pub(super) interpretations: Option<Vec<Interpretation>>,
}

impl QueryPlan {
    pub(super) fn new(
        connection: &Connection,
        query: &PaymentQuery,
        (start, end): (i64, i64),
    ) -> StoreResult<Self> {
        let known = account_rows(connection)?;
        let accounts: Vec<i64> = known
            .iter()
            .filter(|(_, account_row)| {
                query
                    .account
                    .as_ref()
                    .is_none_or(|wanted| *wanted == account_row.id)
            })
            .map(|(number, _)| *number)
            .collect();
        let all_accounts = accounts.len() == known.len();
        let interpretations = match query.search.as_deref().map(str::trim) {
            None | Some("") => None,
            Some(text) => Some(interpretations(connection, &accounts, text)?),
        };
        Ok(Self {
            accounts,
            all_accounts,
            statuses: query
                .statuses
                .iter()
                .map(|status| status_to_column(*status))
                .collect(),
            start,
            end,
            interpretations,
        })
    }

    /// The keys of the next rows below `bound`, newest first: one more than `limit` if there are more.
    pub(super) fn row_keys(
        &self,
        connection: &Connection,
        bound: i64,
        limit: u32,
    ) -> StoreResult<Vec<i64>> {
        let end = bound.min(self.end);
        let wanted = i64::from(limit.saturating_add(1));
        let mut row_keys: Vec<i64> = Vec::new();
        for query in self.pages(end, wanted) {
            let found = connection
                .prepare_cached(&query.text)?
                .query_and_then(params_from_iter(query.values), |row| {
                    Ok(row.get::<_, i64>(0)?)
                })?
                .collect::<StoreResult<Vec<_>>>()?;
            row_keys.extend(found);
        }
        row_keys.sort_unstable_by(|left, right| right.cmp(left));
        row_keys.dedup();
        row_keys.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
        Ok(row_keys)
    }

    /// Queries for the first row keys of each stream below `end`, newest first.
    pub(super) fn pages(&self, end: i64, wanted: i64) -> Vec<SqlFragment> {
        let each = self.streams().into_iter().map(|stream| {
            let query = stream.and(self.within(end));
            SqlFragment {
                text: format!(
                    "SELECT p.line FROM {} ORDER BY {} DESC LIMIT {wanted}",
                    query.text,
                    order_column(&query.text)
                ),
                ..query
            }
        });
        each.collect()
    }

    /// One query for all rows, newest first, if a single index has them in order.
    pub(super) fn single_query(&self) -> Option<SqlFragment> {
        let [stream] = <[SqlFragment; 1]>::try_from(self.streams()).ok()?;
        if !stream.text.starts_with("payment p") {
            return None;
        }
        let query = stream.and(self.within(self.end));
        Some(SqlFragment {
            text: format!("SELECT {COLUMNS} FROM {} ORDER BY p.line DESC", query.text),
            ..query
        })
    }

    /// The condition for row keys from the plan's start to below `end`.
    fn within(&self, end: i64) -> SqlFragment {
        keys_between(self.start, end)
    }

    /// Queries that together return the plan's rows, each of them in order.
    fn streams(&self) -> Vec<SqlFragment> {
        if let Some(interpretations) = &self.interpretations {
            return interpretations
                .iter()
                .flat_map(|interpretation| interpretation.streams(&self.accounts))
                .map(|stream| self.with_statuses(stream))
                .collect();
        }
        if self.all_accounts && self.statuses.is_empty() {
            return vec![SqlFragment::new("payment p WHERE TRUE", Vec::new())];
        }
        let statuses = if self.statuses.is_empty() {
            STATUSES
                .iter()
                .map(|status| status_to_column(*status))
                .collect()
        } else {
            self.statuses.clone()
        };
        let match_payments = self
            .accounts
            .iter()
            .flat_map(|account| statuses.iter().map(move |status| (*account, *status)));
        match_payments
            .map(|(account, status)| {
                SqlFragment::new(
                    "payment p INDEXED BY payment_status WHERE p.account = ? AND p.status = ?",
                    vec![Value::Integer(account), Value::Integer(status)],
                )
            })
            .collect()
    }

    pub(super) fn with_statuses(&self, stream: SqlFragment) -> SqlFragment {
        if self.statuses.is_empty() {
            return stream;
        }
        stream.and(SqlFragment::new(
            format!("p.status IN ({})", comma_separated(&self.statuses)),
            Vec::new(),
        ))
    }

    /// Queries for the rows between two keys: all of the plan's, or those of the sources.
    pub(super) fn rows_between(
        &self,
        sources: Option<&[i64]>,
        start: i64,
        end: i64,
    ) -> Vec<SqlFragment> {
        if start >= end {
            return Vec::new();
        }
        let streams = match sources {
            Some(sources) => Interpretation::Source(sources.to_vec())
                .streams(&self.accounts)
                .into_iter()
                .map(|stream| self.with_statuses(stream))
                .collect(),
            None => self.streams(),
        };
        streams
            .into_iter()
            .map(|stream| stream.and(keys_between(start, end)))
            .collect()
    }

    /// Queries for the rows that fit this interpretation and none of the previous ones, each row once.
    pub(super) fn exclusive_streams(
        &self,
        connection: &Connection,
        interpretation: &Interpretation,
        before: &[&Interpretation],
    ) -> StoreResult<Vec<SqlFragment>> {
        let streams = if interpretation.is_in_many_ids(connection)? {
            let through =
                SqlFragment::new("payment p INDEXED BY payment_id WHERE TRUE", Vec::new());
            vec![
                through
                    .and(in_accounts(&self.accounts))
                    .and(interpretation.predicate()),
            ]
        } else {
            interpretation.streams(&self.accounts)
        };
        let alone = streams.into_iter().map(|stream| {
            let mut query = self.with_statuses(stream).and(self.within(self.end));
            for other in before {
                let other = other.predicate();
                query = query.and(SqlFragment::new(
                    format!("({}) IS NOT TRUE", other.text),
                    other.values,
                ));
            }
            query
        });
        Ok(alone.collect())
    }
}

/// The condition for row keys from `start` to below `end`.
fn keys_between(start: i64, end: i64) -> SqlFragment {
    SqlFragment::new(
        "p.line < ? AND p.line >= ?",
        vec![Value::Integer(end), Value::Integer(start)],
    )
}

/// The column by which a stream is already ordered.
fn order_column(stream: &str) -> &'static str {
    if stream.starts_with("id_") {
        "f.rowid"
    } else {
        "p.line"
    }
}

/// The row keys of a query's dates, which are days in that zone: from the first (included) to the last (excluded).
pub(super) fn row_key_range(query: &PaymentQuery, zone: &TimeZone) -> Result<(i64, i64)> {
    let from = query.from.as_deref().map(|date| day_bounds(date, zone));
    let to = query.to.as_deref().map(|date| day_bounds(date, zone));
    Ok((
        from.transpose()?
            .map_or(0, |(begin, _)| first_row_key(begin)),
        to.transpose()?
            .map_or(i64::MAX, |(_, end)| first_row_key(end)),
    ))
}

fn day_bounds(date: &str, zone: &TimeZone) -> Result<(Timestamp, Timestamp)> {
    zone.day(date)
        .ok_or_else(|| Error::new(Code::Usage, TerminalDetail::DateMalformed))
}
