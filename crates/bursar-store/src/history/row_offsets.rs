//! Finds rows by their number: the page that begins at any row, and how many rows each month has. Both are derived
//! from the number of rows per day, so a page in the middle of a very long list costs about as much as the first.

use super::History;
use super::payment_pages::{MAX_PAGE_ROWS, page};
use super::query_plan::{QueryPlan, row_key_range};
use super::row_key::{day_column, first_row_key, first_row_key_of_day, start_of_day, time_column};
use super::search::Interpretation;
use super::sql_fragment::{SqlFragment, comma_separated};
use crate::error::StoreResult;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Result;
use bursar_domain::time_zone::TimeZone;
use bursar_domain::view::{MonthView, PaymentPage, PaymentQuery};
use rusqlite::{Connection, params_from_iter};
use std::collections::BTreeMap;

impl History {
    /// The page that begins at the query's row number `row`, counted from zero and the newest; empty beyond the last.
    ///
    /// # Errors
    /// As for [`Self::payments`].
    pub fn payments_from(&self, query: &PaymentQuery, row: u32, limit: u32) -> Result<PaymentPage> {
        let range = row_key_range(query, &self.time_zone())?;
        self.db.read(|connection| {
            let plan = QueryPlan::new(connection, query, range)?;
            let limit = limit.clamp(1, MAX_PAGE_ROWS);
            let (bound, skipped) = plan.row_key_above(connection, row)?;
            let mut row_keys = plan.row_keys(connection, bound, skipped.saturating_add(limit))?;
            let above = usize::try_from(skipped).unwrap_or(usize::MAX);
            row_keys.drain(..above.min(row_keys.len()));
            page(connection, &plan, &row_keys, limit)
        })
    }

    /// The months in which the query has rows, by the user's calendar, newest first.
    ///
    /// # Errors
    /// As for [`Self::payments`].
    pub fn months(&self, query: &PaymentQuery) -> Result<Vec<MonthView>> {
        let zone = self.time_zone();
        let range = row_key_range(query, &zone)?;
        let (days, before) = self.db.read(|connection| {
            let plan = QueryPlan::new(connection, query, range)?;
            let days = plan.rows_per_day(connection)?;
            let split: Vec<MonthBoundaryDay> = days
                .keys()
                .filter_map(|day| MonthBoundaryDay::of(*day, &zone))
                .collect();
            let before = plan.rows_before_month(connection, &split)?;
            Ok((days, before))
        })?;
        let mut months = Months::default();
        for (day, rows) in days.into_iter().rev() {
            let (begin, end) = day_bounds(day);
            let earlier = before.get(&day).copied().unwrap_or_default();
            months.add(&zone.date(end), rows.saturating_sub(earlier));
            months.add(&zone.date(begin), earlier);
        }
        Ok(months.0)
    }
}

/// A day of UTC in which a month begins in the user's time zone.
struct MonthBoundaryDay {
    day: i64,
    /// When the month begins.
    month_begins: Timestamp,
}

impl MonthBoundaryDay {
    fn of(day: i64, zone: &TimeZone) -> Option<Self> {
        let (begin, end) = day_bounds(day);
        let (start, last) = (zone.date(begin), zone.date(end));
        let month = last.get(..7)?;
        if start.starts_with(month) {
            return None;
        }
        let (month_begins, _) = zone.day(&format!("{month}-01"))?;
        Some(Self { day, month_begins })
    }
}

/// The first and the last millisecond of a day of UTC.
fn day_bounds(day: i64) -> (Timestamp, Timestamp) {
    let begin = start_of_day(day);
    (begin, begin.plus(Span::days(1)).minus(Span::millis(1)))
}

/// Months with their numbers of rows, newest first.
#[derive(Default)]
struct Months(Vec<MonthView>);

impl Months {
    /// Adds rows of a date that is no later than the previous one.
    fn add(&mut self, date: &str, rows: u32) {
        let month: String = date.chars().take(7).collect();
        match self.0.last_mut() {
            _ if rows == 0 => {}
            Some(last) if last.month == month => {
                last.payments = last.payments.saturating_add(rows);
            }
            Some(_) | None => self.0.push(MonthView {
                month,
                payments: rows,
            }),
        }
    }
}

impl QueryPlan {
    /// A key above that row, and how many of the query's rows are between the two: less than one day's.
    fn row_key_above(&self, connection: &Connection, row: u32) -> StoreResult<(i64, u32)> {
        if row == 0 {
            return Ok((i64::MAX, 0));
        }
        let mut remaining = row;
        for (day, rows) in self.rows_per_day(connection)?.into_iter().rev() {
            if remaining < rows {
                return Ok((
                    first_row_key(start_of_day(day).plus(Span::days(1))),
                    remaining,
                ));
            }
            remaining = remaining.saturating_sub(rows);
        }
        Ok((0, 0))
    }

    /// The number of rows of each day that has any. Days are counted from 1970.
    fn rows_per_day(&self, connection: &Connection) -> StoreResult<BTreeMap<i64, u32>> {
        let mut days: BTreeMap<i64, u32> = BTreeMap::new();
        let tallied = |sources: Option<&[i64]>| self.days_from_tally(sources);
        for query in self.queries(connection, tallied, by_day)? {
            let mut statement = connection.prepare_cached(&query.text)?;
            let mut rows = statement.query(params_from_iter(query.values))?;
            while let Some(row) = rows.next()? {
                let rows = days.entry(row.get(0)?).or_default();
                *rows = rows.saturating_add(row.get(1)?);
            }
        }
        Ok(days)
    }

    /// For each of these days, the number of rows before the month that begins in it.
    fn rows_before_month(
        &self,
        connection: &Connection,
        split: &[MonthBoundaryDay],
    ) -> StoreResult<BTreeMap<i64, u32>> {
        let mut before: BTreeMap<i64, u32> = BTreeMap::new();
        if split.is_empty() {
            return Ok(before);
        }
        let tallied = |sources: Option<&[i64]>| {
            let rows = split.iter().flat_map(|split| {
                let start = self.start.max(first_row_key_of_day(split.day));
                let end = self.end.min(first_row_key(split.month_begins));
                self.rows_between(sources, start, end)
            });
            rows.map(by_day).collect::<Vec<_>>()
        };
        let found = |rows: SqlFragment| by_day(rows.and(is_before_month_boundary(split)));
        for query in self.queries(connection, tallied, found)? {
            let mut statement = connection.prepare_cached(&query.text)?;
            let mut rows = statement.query(params_from_iter(query.values))?;
            while let Some(row) = rows.next()? {
                let rows = before.entry(row.get(0)?).or_default();
                *rows = rows.saturating_add(row.get(1)?);
            }
        }
        Ok(before)
    }

    /// Queries for days and numbers of rows, to be added up. Each row is counted under the first interpretation that
    /// fits it: `tallied` counts all rows of the plan or those of the sources, `found` the rows that an
    /// interpretation finds.
    fn queries(
        &self,
        connection: &Connection,
        tallied: impl Fn(Option<&[i64]>) -> Vec<SqlFragment>,
        found: impl Fn(SqlFragment) -> SqlFragment,
    ) -> StoreResult<Vec<SqlFragment>> {
        let Some(interpretations) = &self.interpretations else {
            return Ok(tallied(None));
        };
        let mut queries = Vec::new();
        let mut before: Vec<&Interpretation> = Vec::new();
        for interpretation in interpretations {
            match interpretation {
                Interpretation::Source(sources) if before.is_empty() => {
                    queries.extend(tallied(Some(sources)));
                }
                Interpretation::Source(_)
                | Interpretation::Payer(_)
                | Interpretation::Amount { .. }
                | Interpretation::IdPart { .. }
                | Interpretation::IdPrefix(_)
                | Interpretation::Transaction { .. } => {
                    let alone = self.exclusive_streams(connection, interpretation, &before)?;
                    queries.extend(alone.into_iter().map(&found));
                }
            }
            before.push(interpretation);
        }
        Ok(queries)
    }

    /// Numbers from the tally, and from the rows of days that are only partly in the range.
    fn days_from_tally(&self, sources: Option<&[i64]>) -> Vec<SqlFragment> {
        let condition = self.tally_condition(sources);
        let tally = SqlFragment {
            text: format!(
                "SELECT day, sum(lines) FROM tally WHERE {} GROUP BY day HAVING sum(lines) > 0",
                condition.text
            ),
            ..condition
        };
        let partial_days = self.partial_days(sources).into_iter().map(by_day);
        std::iter::once(tally).chain(partial_days).collect()
    }
}

/// The condition for rows on one of these days, before the month that begins in it. The time of day is the same for
/// all days of a zone, except for daylight saving time.
fn is_before_month_boundary(split: &[MonthBoundaryDay]) -> SqlFragment {
    let mut days_by_time: BTreeMap<Span, Vec<i64>> = BTreeMap::new();
    for split in split {
        let time = split.month_begins.since(start_of_day(split.day));
        days_by_time.entry(time).or_default().push(split.day);
    }
    let parts: Vec<String> = days_by_time
        .into_iter()
        .map(|(time, days)| {
            format!(
                "({} IN ({}) AND {} < {})",
                day_column("p.line"),
                comma_separated(&days),
                time_column("p.line"),
                time.0
            )
        })
        .collect();
    SqlFragment::new(format!("({})", parts.join(" OR ")), Vec::new())
}

fn by_day(rows: SqlFragment) -> SqlFragment {
    SqlFragment {
        text: format!(
            "SELECT {}, count(*) FROM {} GROUP BY 1",
            day_column("p.line"),
            rows.text
        ),
        ..rows
    }
}
