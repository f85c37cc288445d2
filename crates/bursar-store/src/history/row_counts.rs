//! Counts a query's rows: from the tallies where possible, else by counting what an index finds.

use super::query_plan::QueryPlan;
use super::row_key::{day_of_row_key, first_row_key_of_day};
use super::search::Interpretation;
use super::sql_fragment::{SqlFragment, comma_separated, in_accounts};
use crate::error::StoreResult;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

impl QueryPlan {
    /// The number of all rows. Each row is counted under the first interpretation that fits it.
    pub(super) fn total(&self, connection: &Connection) -> StoreResult<u32> {
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

    /// Counts from the tally, or from the totals for a query without dates. The tally has whole days of UTC; the rows
    /// of partial days are counted one by one.
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

    /// Queries for the rows of days that are only partly within the range.
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

    /// The days of UTC that are completely within the range: from the first (included) to the last (excluded).
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

    /// The condition for the plan's part of the tally: days of UTC that are completely within the range.
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
}
