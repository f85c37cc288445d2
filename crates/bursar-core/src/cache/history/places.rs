//! Where a line of a query stands: the page that begins at any row, and how many rows each month has. Both follow
//! from the number of lines a day, so a page in the middle of a very long list costs about what the first one costs.

use super::History;
use super::pages::{LARGEST_PAGE, Plan, page, range};
use super::rows::{day_column, first_place, midnight_of};
use super::search::{Meaning, Sql};
use crate::cache::failure::Inner;
use crate::clock::Span;
use crate::error::Result;
use crate::view::{MonthView, PaymentPage, PaymentQuery};
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

    /// The months in which the query has lines, in UTC, newest first.
    ///
    /// # Errors
    /// As for [`Self::payments`].
    pub fn months(&self, query: &PaymentQuery) -> Result<Vec<MonthView>> {
        let range = range(query, &self.zone())?;
        let days = self
            .db
            .read(|connection| Plan::new(connection, query, range)?.days(connection))?;
        let mut months: Vec<MonthView> = Vec::new();
        for (day, lines) in days.into_iter().rev() {
            let month: String = midnight_of(day).date().chars().take(7).collect();
            match months.last_mut() {
                Some(last) if last.month == month => {
                    last.payments = last.payments.saturating_add(lines);
                }
                Some(_) | None => months.push(MonthView {
                    month,
                    payments: lines,
                }),
            }
        }
        Ok(months)
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
        for query in self.queries_of_days(connection)? {
            let mut statement = connection.prepare_cached(&query.text)?;
            let mut rows = statement.query(params_from_iter(query.values))?;
            while let Some(row) = rows.next()? {
                let lines = days.entry(row.get(0)?).or_default();
                *lines = lines.saturating_add(row.get(1)?);
            }
        }
        Ok(days)
    }

    /// Queries that give days and lines, to be added up. Each line is counted under the first meaning that fits it.
    fn queries_of_days(&self, connection: &Connection) -> Inner<Vec<Sql>> {
        let Some(meanings) = &self.meanings else {
            return Ok(self.days_tallied(None));
        };
        let mut queries = Vec::new();
        let mut before: Vec<&Meaning> = Vec::new();
        for meaning in meanings {
            match meaning {
                Meaning::Source(sources) if before.is_empty() => {
                    queries.extend(self.days_tallied(Some(sources)));
                }
                Meaning::Source(_)
                | Meaning::Payer(_)
                | Meaning::Amount { .. }
                | Meaning::Id { .. }
                | Meaning::Beginning(_)
                | Meaning::Transaction { .. } => {
                    for query in self.alone(connection, meaning, &before)? {
                        queries.push(by_day(query));
                    }
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
