//! Pages of the history by key, newest first, with the number of all lines of the query. A page costs the same
//! wherever it lies; rows that come in between neither shift nor repeat what follows.

use super::History;
use super::payment_row::{COLUMNS, STATUSES, status_to_column};
use super::payment_views::{PaymentViews, account_rows};
use super::row_writes::{day_of_row_key, first_row_key, start_of_day};
use super::search::{Interpretation, SqlFragment, comma_separated, in_accounts, interpretations};
use crate::error::StoreResult;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::view::{PaymentPage, PaymentQuery, PaymentView};
use bursar_domain::zone::Zone;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

pub(super) const MAX_PAGE_ROWS: u32 = 1_000;
const EXPORT_BATCH_ROWS: u32 = 1_000;

/// A query made ready for one reading of the database.
pub(super) struct QueryPlan {
    accounts: Vec<i64>,
    /// Whether `accounts` are all there are.
    all_accounts: bool,
    /// Empty for all.
    statuses: Vec<i64>,
    /// The range of places: from this one to below that one.
    pub(super) start: i64,
    pub(super) end: i64,
    /// `None` for no search.
    pub(super) interpretations: Option<Vec<Interpretation>>,
}

impl History {
    /// The page after the place that `after` stands for.
    ///
    /// # Errors
    /// `usage` for a date or a place that cannot be read.
    pub fn payments(
        &self,
        query: &PaymentQuery,
        after: Option<&str>,
        limit: u32,
    ) -> Result<PaymentPage> {
        let range = row_key_range(query, &self.zone())?;
        let below = after.map(parse_cursor).transpose()?;
        self.db.read(|connection| {
            let plan = QueryPlan::new(connection, query, range)?;
            let limit = limit.clamp(1, MAX_PAGE_ROWS);
            let row_keys = plan.row_keys(connection, below.unwrap_or(i64::MAX), limit)?;
            page(connection, &plan, &row_keys, limit)
        })
    }

    /// How many lines the query has.
    ///
    /// # Errors
    /// As for [`Self::payments`].
    pub fn count(&self, query: &PaymentQuery) -> Result<u32> {
        let range = row_key_range(query, &self.zone())?;
        self.db
            .read(|connection| QueryPlan::new(connection, query, range)?.total(connection))
    }

    /// Gives every line of the query, newest first, all as of one moment, until `each` says `false`. Only a
    /// part of them is in memory at any time.
    ///
    /// # Errors
    /// As for [`Self::payments`].
    pub fn for_each_payment(
        &self,
        query: &PaymentQuery,
        mut each: impl FnMut(PaymentView) -> bool,
    ) -> Result<()> {
        let range = row_key_range(query, &self.zone())?;
        self.db.read(|connection| {
            let plan = QueryPlan::new(connection, query, range)?;
            let mut views = PaymentViews::new(connection)?;
            if let Some(query) = plan.single_query() {
                return views.each(&query, each);
            }
            let mut below = Some(i64::MAX);
            while let Some(bound) = below {
                let row_keys = plan.row_keys(connection, bound, EXPORT_BATCH_ROWS)?;
                let (payments, last) = views.load(&row_keys, EXPORT_BATCH_ROWS)?;
                below = last.filter(|_| row_keys.len() > payments.len());
                if !payments.into_iter().all(&mut each) {
                    return Ok(());
                }
            }
            Ok(())
        })
    }
}

/// The page that these lines begin: one more than `limit` where there are more.
pub(super) fn page(
    connection: &Connection,
    plan: &QueryPlan,
    row_keys: &[i64],
    limit: u32,
) -> StoreResult<PaymentPage> {
    let (payments, last) = PaymentViews::new(connection)?.load(row_keys, limit)?;
    let more = row_keys.len() > payments.len();
    Ok(PaymentPage {
        payments,
        next: last.filter(|_| more).map(|line| line.to_string()),
        total: plan.total(connection)?,
    })
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

    /// The places of the next lines below `bound`, newest first: one more than `limit` where there are more.
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

    /// Queries for the first places of each stream below `end`, newest first.
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

    /// One query for all rows of the plan, newest first, where one index has them in order.
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

    /// From the first place to below `end`.
    fn within(&self, end: i64) -> SqlFragment {
        keys_between(self.start, end)
    }

    /// Queries that give this plan's lines between them, each in order.
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

    fn with_statuses(&self, stream: SqlFragment) -> SqlFragment {
        if self.statuses.is_empty() {
            return stream;
        }
        stream.and(SqlFragment::new(
            format!("p.status IN ({})", comma_separated(&self.statuses)),
            Vec::new(),
        ))
    }

    /// Each line is counted under the first meaning that fits it.
    fn total(&self, connection: &Connection) -> StoreResult<u32> {
        let Some(interpretations) = &self.interpretations else {
            return self.count_from_tally(connection, None);
        };
        let mut total = 0_u32;
        let mut before: Vec<&Interpretation> = Vec::new();
        for interpretation in interpretations {
            let counted = match interpretation {
                Interpretation::Source(sources) if before.is_empty() => {
                    self.count_from_tally(connection, Some(sources))?
                }
                Interpretation::Amount { .. } if before.is_empty() && self.is_undated() => {
                    self.count_by_amount(connection, interpretation)?
                }
                Interpretation::Source(_)
                | Interpretation::Payer(_)
                | Interpretation::Amount { .. }
                | Interpretation::IdPart { .. }
                | Interpretation::IdPrefix(_)
                | Interpretation::Transaction { .. } => {
                    self.count_rows(connection, interpretation, &before)?
                }
            };
            total = total.saturating_add(counted);
            before.push(interpretation);
        }
        Ok(total)
    }

    /// The number from the tally, or from the totals where no date is asked for. The tally has whole days of UTC; what the
    /// dates cut off of one is counted line by line.
    fn count_from_tally(
        &self,
        connection: &Connection,
        sources: Option<&[i64]>,
    ) -> StoreResult<u32> {
        let mut total = 0_u32;
        let partial_days = self
            .partial_days(sources)
            .into_iter()
            .map(|edge| SqlFragment {
                text: format!("SELECT count(*) FROM {}", edge.text),
                ..edge
            });
        for query in std::iter::once(self.tally_sum(sources)).chain(partial_days) {
            let counted: u32 = connection
                .prepare_cached(&query.text)?
                .query_row(params_from_iter(query.values), |row| row.get(0))?;
            total = total.saturating_add(counted);
        }
        Ok(total)
    }

    /// The rows of the days that begin or end within the range, in which the tally has others too.
    pub(super) fn partial_days(&self, sources: Option<&[i64]>) -> Vec<SqlFragment> {
        let (from, end) = self.whole_days();
        let (first_whole, past_whole) = (first_row_key_of_day(from), first_row_key_of_day(end));
        let ends = if self.is_undated() {
            Vec::new()
        } else if from > end {
            vec![(self.start, self.end)]
        } else {
            let last = (self.end < i64::MAX).then_some((past_whole, self.end));
            [Some((self.start, first_whole)), last]
                .into_iter()
                .flatten()
                .collect()
        };
        ends.into_iter()
            .flat_map(|(start, end)| self.rows_between(sources, start, end))
            .collect()
    }

    /// The rows from one place to below another: all of the plan's, or those of the sources.
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

    /// The days of UTC that are within the range as a whole: from the first, to below the last.
    fn whole_days(&self) -> (i64, i64) {
        let from = day_of_row_key(self.start);
        let begins_whole = first_row_key_of_day(from) == self.start;
        let from = if begins_whole {
            from
        } else {
            from.saturating_add(1)
        };
        (from, day_of_row_key(self.end))
    }

    pub(super) fn tally_sum(&self, sources: Option<&[i64]>) -> SqlFragment {
        let (table, condition) = if self.is_undated() {
            (
                "total",
                self.with_statuses_and_sources(
                    SqlFragment::new(self.accounts_condition(), Vec::new()),
                    sources,
                ),
            )
        } else {
            ("tally", self.tally_condition(sources))
        };
        SqlFragment {
            text: format!(
                "SELECT coalesce(sum(lines), 0) FROM {table} WHERE {}",
                condition.text
            ),
            ..condition
        }
    }

    fn accounts_condition(&self) -> String {
        format!("account IN ({})", comma_separated(&self.accounts))
    }

    /// Its part of the tally: days of UTC that are within the range as a whole.
    pub(super) fn tally_condition(&self, sources: Option<&[i64]>) -> SqlFragment {
        let (from, end) = self.whole_days();
        let days = SqlFragment::new(
            format!("{} AND day >= ? AND day < ?", self.accounts_condition()),
            vec![Value::Integer(from), Value::Integer(end)],
        );
        self.with_statuses_and_sources(days, sources)
    }

    fn with_statuses_and_sources(
        &self,
        mut condition: SqlFragment,
        sources: Option<&[i64]>,
    ) -> SqlFragment {
        if !self.statuses.is_empty() {
            condition = condition.and(SqlFragment::new(
                format!("status IN ({})", comma_separated(&self.statuses)),
                Vec::new(),
            ));
        }
        if let Some(sources) = sources {
            condition = condition.and(SqlFragment::new(
                format!("source IN ({})", comma_separated(sources)),
                Vec::new(),
            ));
        }
        condition
    }

    fn count_by_amount(
        &self,
        connection: &Connection,
        amount: &Interpretation,
    ) -> StoreResult<u32> {
        let condition = in_accounts(&self.accounts).and(amount.predicate());
        let condition = self.with_statuses(condition);
        Ok(connection
            .prepare_cached(&format!(
                "SELECT coalesce(sum(lines), 0) FROM amount_tally p WHERE {}",
                condition.text
            ))?
            .query_row(params_from_iter(condition.values), |row| row.get(0))?)
    }

    fn is_undated(&self) -> bool {
        self.start == 0 && self.end == i64::MAX
    }

    fn count_rows(
        &self,
        connection: &Connection,
        interpretation: &Interpretation,
        before: &[&Interpretation],
    ) -> StoreResult<u32> {
        let queries = match interpretation.id_index_query() {
            Some(index) if self.all_accounts && self.statuses.is_empty() && before.is_empty() => {
                let range = SqlFragment::new(
                    "f.rowid < ? AND f.rowid >= ?",
                    vec![Value::Integer(self.end), Value::Integer(self.start)],
                );
                let waiting = interpretation
                    .streams(&self.accounts)
                    .pop()
                    .unwrap_or_default();
                vec![index.and(range.clone()), waiting.and(range)]
            }
            Some(_) | None => self.exclusive_streams(connection, interpretation, before)?,
        };
        let mut total = 0_u32;
        for query in queries {
            let counted: u32 = connection
                .prepare_cached(&format!("SELECT count(*) FROM {}", query.text))?
                .query_row(params_from_iter(query.values), |row| row.get(0))?;
            total = total.saturating_add(counted);
        }
        Ok(total)
    }

    /// Queries that give the lines that this meaning fits and none of those before it, each line once.
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

/// Places from the first to below `end`.
fn keys_between(start: i64, end: i64) -> SqlFragment {
    SqlFragment::new(
        "p.line < ? AND p.line >= ?",
        vec![Value::Integer(end), Value::Integer(start)],
    )
}

/// The first place of a day of UTC.
pub(super) fn first_row_key_of_day(day: i64) -> i64 {
    first_row_key(start_of_day(day))
}

/// The column by which a stream is in order already.
fn order_column(stream: &str) -> &'static str {
    if stream.starts_with("id_") {
        "f.rowid"
    } else {
        "p.line"
    }
}

/// The places of the dates of a query, which are days in that zone: from the first, to below the last.
pub(super) fn row_key_range(query: &PaymentQuery, zone: &Zone) -> Result<(i64, i64)> {
    let from = query.from.as_deref().map(|date| day_bounds(date, zone));
    let to = query.to.as_deref().map(|date| day_bounds(date, zone));
    Ok((
        from.transpose()?
            .map_or(0, |(begin, _)| first_row_key(begin)),
        to.transpose()?
            .map_or(i64::MAX, |(_, end)| first_row_key(end)),
    ))
}

fn day_bounds(date: &str, zone: &Zone) -> Result<(Timestamp, Timestamp)> {
    zone.day(date).ok_or_else(|| {
        Error::new(
            Code::Usage,
            "Write dates as YYYY-MM-DD, such as 2026-01-31.",
        )
    })
}

fn parse_cursor(cursor: &str) -> Result<i64> {
    cursor
        .parse()
        .map_err(|_| Error::new(Code::Usage, "That is not a place in the history."))
}
