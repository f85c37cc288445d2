//! Where a line of a query stands: the page that begins at any row, and how many rows each month has. Both follow
//! from the number of lines a day, so a page in the middle of a very long list costs about what the first one costs.

use super::History;
use super::pages::{LARGEST_PAGE, Plan, page, place_of_day, range};
use super::rows::{day_column, first_place, midnight_of, time_column};
use super::search::{Meaning, Sql, list};
use crate::failure::Inner;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Result;
use bursar_domain::view::{MonthView, PaymentPage, PaymentQuery};
use bursar_domain::zone::Zone;
use rusqlite::{Connection, params_from_iter};
use std::collections::BTreeMap;

impl History {
    /// The page whose first line is the query's `row`th, counted from zero and the newest; empty beyond the last.
    ///
    /// # Errors
    /// As for [`Self::payments`].
    pub fn payments_from(&self, query: &PaymentQuery, row: u32, limit: u32) -> Result<PaymentPage> {
        let range = range(query, &self.zone())?;
        self.db.read(|connection| {
            let plan = Plan::new(connection, query, range)?;
            let limit = limit.clamp(1, LARGEST_PAGE);
            let (bound, skipped) = plan.place_of(connection, row)?;
            let mut lines = plan.lines(connection, bound, skipped.saturating_add(limit))?;
            let above = usize::try_from(skipped).unwrap_or(usize::MAX);
            lines.drain(..above.min(lines.len()));
            page(connection, &plan, &lines, limit)
        })
    }

    /// The months in which the query has lines, as the user's calendar has them, newest first.
    ///
    /// # Errors
    /// As for [`Self::payments`].
    pub fn months(&self, query: &PaymentQuery) -> Result<Vec<MonthView>> {
        let zone = self.zone();
        let range = range(query, &zone)?;
        let (days, before) = self.db.read(|connection| {
            let plan = Plan::new(connection, query, range)?;
            let days = plan.days(connection)?;
            let split: Vec<SplitDay> = days
                .keys()
                .filter_map(|day| SplitDay::of(*day, &zone))
                .collect();
            let before = plan.before_the_month(connection, &split)?;
            Ok((days, before))
        })?;
        let mut months = Months::default();
        for (day, lines) in days.into_iter().rev() {
            let (begin, end) = ends_of(day);
            let earlier = before.get(&day).copied().unwrap_or_default();
            months.add(&zone.date(end), lines.saturating_sub(earlier));
            months.add(&zone.date(begin), earlier);
        }
        Ok(months.0)
    }
}

/// A day of UTC in which a month begins where the user is.
struct SplitDay {
    day: i64,
    /// When that is.
    month_begins: Timestamp,
}

impl SplitDay {
    fn of(day: i64, zone: &Zone) -> Option<Self> {
        let (begin, end) = ends_of(day);
        let (first, last) = (zone.date(begin), zone.date(end));
        let month = last.get(..7)?;
        if first.starts_with(month) {
            return None;
        }
        let (month_begins, _) = zone.day(&format!("{month}-01"))?;
        Some(Self { day, month_begins })
    }
}

/// The first and the last instant of a day of UTC.
fn ends_of(day: i64) -> (Timestamp, Timestamp) {
    let begin = midnight_of(day);
    (begin, begin.plus(Span::days(1)).minus(Span::millis(1)))
}

/// Months with their lines, newest first.
#[derive(Default)]
struct Months(Vec<MonthView>);

impl Months {
    /// Takes lines of a date that is no later than those before.
    fn add(&mut self, date: &str, lines: u32) {
        let month: String = date.chars().take(7).collect();
        match self.0.last_mut() {
            _ if lines == 0 => {}
            Some(last) if last.month == month => {
                last.payments = last.payments.saturating_add(lines);
            }
            Some(_) | None => self.0.push(MonthView {
                month,
                payments: lines,
            }),
        }
    }
}

impl Plan {
    /// A place above that row, and how many of the query's lines are between the two: less than a day's.
    fn place_of(&self, connection: &Connection, row: u32) -> Inner<(i64, u32)> {
        if row == 0 {
            return Ok((i64::MAX, 0));
        }
        let mut left = row;
        for (day, lines) in self.days(connection)?.into_iter().rev() {
            if left < lines {
                return Ok((first_place(midnight_of(day).plus(Span::days(1))), left));
            }
            left = left.saturating_sub(lines);
        }
        Ok((0, 0))
    }

    /// How many lines each day has that has any; days count from 1970.
    fn days(&self, connection: &Connection) -> Inner<BTreeMap<i64, u32>> {
        let mut days: BTreeMap<i64, u32> = BTreeMap::new();
        let tallied = |sources: Option<&[i64]>| self.days_tallied(sources);
        for query in self.queries(connection, tallied, by_day)? {
            let mut statement = connection.prepare_cached(&query.text)?;
            let mut rows = statement.query(params_from_iter(query.values))?;
            while let Some(row) = rows.next()? {
                let lines = days.entry(row.get(0)?).or_default();
                *lines = lines.saturating_add(row.get(1)?);
            }
        }
        Ok(days)
    }

    /// How many lines each of these days has before the month that begins in it.
    fn before_the_month(
        &self,
        connection: &Connection,
        split: &[SplitDay],
    ) -> Inner<BTreeMap<i64, u32>> {
        let mut before: BTreeMap<i64, u32> = BTreeMap::new();
        if split.is_empty() {
            return Ok(before);
        }
        let tallied = |sources: Option<&[i64]>| {
            let rows = split.iter().flat_map(|split| {
                let first = self.first.max(place_of_day(split.day));
                let past = self.past.min(first_place(split.month_begins));
                self.rows_between(sources, first, past)
            });
            rows.map(by_day).collect::<Vec<_>>()
        };
        let found = |rows: Sql| by_day(rows.and(in_their_beginning(split)));
        for query in self.queries(connection, tallied, found)? {
            let mut statement = connection.prepare_cached(&query.text)?;
            let mut rows = statement.query(params_from_iter(query.values))?;
            while let Some(row) = rows.next()? {
                let lines = before.entry(row.get(0)?).or_default();
                *lines = lines.saturating_add(row.get(1)?);
            }
        }
        Ok(before)
    }

    /// Queries that give days and lines, to be added up. Each line is counted under the first meaning that fits it:
    /// `tallied` counts all lines of the plan, or those of the sources, `found` the rows that a meaning finds.
    fn queries(
        &self,
        connection: &Connection,
        tallied: impl Fn(Option<&[i64]>) -> Vec<Sql>,
        found: impl Fn(Sql) -> Sql,
    ) -> Inner<Vec<Sql>> {
        let Some(meanings) = &self.meanings else {
            return Ok(tallied(None));
        };
        let mut queries = Vec::new();
        let mut before: Vec<&Meaning> = Vec::new();
        for meaning in meanings {
            match meaning {
                Meaning::Source(sources) if before.is_empty() => {
                    queries.extend(tallied(Some(sources)));
                }
                Meaning::Source(_)
                | Meaning::Payer(_)
                | Meaning::Amount { .. }
                | Meaning::Id { .. }
                | Meaning::Beginning(_)
                | Meaning::Transaction { .. } => {
                    let alone = self.alone(connection, meaning, &before)?;
                    queries.extend(alone.into_iter().map(&found));
                }
            }
            before.push(meaning);
        }
        Ok(queries)
    }

    /// From the tally, and from the rows of the days that are in the range in part.
    fn days_tallied(&self, sources: Option<&[i64]>) -> Vec<Sql> {
        let condition = self.in_tally(sources);
        let tally = Sql {
            text: format!(
                "SELECT day, sum(lines) FROM tally WHERE {} GROUP BY day HAVING sum(lines) > 0",
                condition.text
            ),
            ..condition
        };
        let edges = self.edges(sources).into_iter().map(by_day);
        std::iter::once(tally).chain(edges).collect()
    }
}

/// Whether a row is of one of these days, before the month that begins in it. The hour is the same for all days of a zone
/// but for its changes of clocks.
fn in_their_beginning(split: &[SplitDay]) -> Sql {
    let mut days_by_time: BTreeMap<Span, Vec<i64>> = BTreeMap::new();
    for split in split {
        let time = split.month_begins.since(midnight_of(split.day));
        days_by_time.entry(time).or_default().push(split.day);
    }
    let parts: Vec<String> = days_by_time
        .into_iter()
        .map(|(time, days)| {
            format!(
                "({} IN ({}) AND {} < {})",
                day_column("p.line"),
                list(&days),
                time_column("p.line"),
                time.0
            )
        })
        .collect();
    Sql::new(format!("({})", parts.join(" OR ")), Vec::new())
}

fn by_day(rows: Sql) -> Sql {
    Sql {
        text: format!(
            "SELECT {}, count(*) FROM {} GROUP BY 1",
            day_column("p.line"),
            rows.text
        ),
        ..rows
    }
}
