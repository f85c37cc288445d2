//! Pages of the history by key, newest first, with the number of all lines of the query. A page costs the same
//! wherever it lies; rows that come in between neither shift nor repeat what follows.

use super::History;
use super::line::{COLUMNS, STATUSES, status_number};
use super::rows::{day_of, first_place, midnight_of};
use super::search::{Meaning, Sql, list, meanings, of_accounts};
use super::views::{Views, accounts};
use crate::failure::Inner;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error, Result};
use bursar_domain::view::{PaymentPage, PaymentQuery, PaymentView};
use bursar_domain::zone::Zone;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

pub(super) const LARGEST_PAGE: u32 = 1_000;
const EXPORTED_AT_ONCE: u32 = 1_000;

/// A query made ready for one reading of the database.
pub(super) struct Plan {
    accounts: Vec<i64>,
    /// Whether `accounts` are all there are.
    everybody: bool,
    /// Empty for all.
    statuses: Vec<i64>,
    /// The range of places: from this one to below that one.
    pub(super) first: i64,
    pub(super) past: i64,
    /// `None` for no search.
    pub(super) meanings: Option<Vec<Meaning>>,
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
        let range = range(query, &self.zone())?;
        let below = after.map(place).transpose()?;
        self.db.read(|connection| {
            let plan = Plan::new(connection, query, range)?;
            let limit = limit.clamp(1, LARGEST_PAGE);
            let lines = plan.lines(connection, below.unwrap_or(i64::MAX), limit)?;
            page(connection, &plan, &lines, limit)
        })
    }

    /// How many lines the query has.
    ///
    /// # Errors
    /// As for [`Self::payments`].
    pub fn count(&self, query: &PaymentQuery) -> Result<u32> {
        let range = range(query, &self.zone())?;
        self.db
            .read(|connection| Plan::new(connection, query, range)?.total(connection))
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
        let range = range(query, &self.zone())?;
        self.db.read(|connection| {
            let plan = Plan::new(connection, query, range)?;
            let mut views = Views::new(connection)?;
            if let Some(query) = plan.in_one() {
                return views.each(&query, each);
            }
            let mut below = Some(i64::MAX);
            while let Some(bound) = below {
                let lines = plan.lines(connection, bound, EXPORTED_AT_ONCE)?;
                let (payments, last) = views.at(&lines, EXPORTED_AT_ONCE)?;
                below = last.filter(|_| lines.len() > payments.len());
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
    plan: &Plan,
    lines: &[i64],
    limit: u32,
) -> Inner<PaymentPage> {
    let (payments, last) = Views::new(connection)?.at(lines, limit)?;
    let more = lines.len() > payments.len();
    Ok(PaymentPage {
        payments,
        next: last.filter(|_| more).map(|line| line.to_string()),
        total: plan.total(connection)?,
    })
}

impl Plan {
    pub(super) fn new(
        connection: &Connection,
        query: &PaymentQuery,
        (first, past): (i64, i64),
    ) -> Inner<Self> {
        let known = accounts(connection)?;
        let accounts: Vec<i64> = known
            .iter()
            .filter(|(_, holder)| {
                query
                    .account
                    .as_ref()
                    .is_none_or(|wanted| *wanted == holder.id)
            })
            .map(|(number, _)| *number)
            .collect();
        let everybody = accounts.len() == known.len();
        let meanings = match query.search.as_deref().map(str::trim) {
            None | Some("") => None,
            Some(text) => Some(meanings(connection, &accounts, text)?),
        };
        Ok(Self {
            accounts,
            everybody,
            statuses: query
                .statuses
                .iter()
                .map(|status| status_number(*status))
                .collect(),
            first,
            past,
            meanings,
        })
    }

    /// The places of the next lines below `bound`, newest first: one more than `limit` where there are more.
    pub(super) fn lines(&self, connection: &Connection, bound: i64, limit: u32) -> Inner<Vec<i64>> {
        let past = bound.min(self.past);
        let wanted = i64::from(limit.saturating_add(1));
        let mut lines: Vec<i64> = Vec::new();
        for query in self.pages(past, wanted) {
            let found = connection
                .prepare_cached(&query.text)?
                .query_and_then(params_from_iter(query.values), |row| {
                    Ok(row.get::<_, i64>(0)?)
                })?
                .collect::<Inner<Vec<_>>>()?;
            lines.extend(found);
        }
        lines.sort_unstable_by(|left, right| right.cmp(left));
        lines.dedup();
        lines.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
        Ok(lines)
    }

    /// Queries for the first places of each stream below `past`, newest first.
    pub(super) fn pages(&self, past: i64, wanted: i64) -> Vec<Sql> {
        let each = self.streams().into_iter().map(|stream| {
            let query = stream.and(self.within(past));
            Sql {
                text: format!(
                    "SELECT p.line FROM {} ORDER BY {} DESC LIMIT {wanted}",
                    query.text,
                    order_of(&query.text)
                ),
                ..query
            }
        });
        each.collect()
    }

    /// One query for all rows of the plan, newest first, where one index has them in order.
    pub(super) fn in_one(&self) -> Option<Sql> {
        let [stream] = <[Sql; 1]>::try_from(self.streams()).ok()?;
        if !stream.text.starts_with("payment p") {
            return None;
        }
        let query = stream.and(self.within(self.past));
        Some(Sql {
            text: format!("SELECT {COLUMNS} FROM {} ORDER BY p.line DESC", query.text),
            ..query
        })
    }

    /// From the first place to below `past`.
    fn within(&self, past: i64) -> Sql {
        between(self.first, past)
    }

    /// Queries that give this plan's lines between them, each in order.
    fn streams(&self) -> Vec<Sql> {
        if let Some(meanings) = &self.meanings {
            return meanings
                .iter()
                .flat_map(|meaning| meaning.streams(&self.accounts))
                .map(|stream| self.with_statuses(stream))
                .collect();
        }
        if self.everybody && self.statuses.is_empty() {
            return vec![Sql::new("payment p WHERE TRUE", Vec::new())];
        }
        let statuses = if self.statuses.is_empty() {
            STATUSES
                .iter()
                .map(|status| status_number(*status))
                .collect()
        } else {
            self.statuses.clone()
        };
        let pairs = self
            .accounts
            .iter()
            .flat_map(|account| statuses.iter().map(move |status| (*account, *status)));
        pairs
            .map(|(account, status)| {
                Sql::new(
                    "payment p INDEXED BY payment_status WHERE p.account = ? AND p.status = ?",
                    vec![Value::Integer(account), Value::Integer(status)],
                )
            })
            .collect()
    }

    fn with_statuses(&self, stream: Sql) -> Sql {
        if self.statuses.is_empty() {
            return stream;
        }
        stream.and(Sql::new(
            format!("p.status IN ({})", list(&self.statuses)),
            Vec::new(),
        ))
    }

    /// Each line is counted under the first meaning that fits it.
    fn total(&self, connection: &Connection) -> Inner<u32> {
        let Some(meanings) = &self.meanings else {
            return self.tallied(connection, None);
        };
        let mut total = 0_u32;
        let mut before: Vec<&Meaning> = Vec::new();
        for meaning in meanings {
            let counted = match meaning {
                Meaning::Source(sources) if before.is_empty() => {
                    self.tallied(connection, Some(sources))?
                }
                Meaning::Amount { .. } if before.is_empty() && self.is_undated() => {
                    self.tallied_by_amount(connection, meaning)?
                }
                Meaning::Source(_)
                | Meaning::Payer(_)
                | Meaning::Amount { .. }
                | Meaning::Id { .. }
                | Meaning::Beginning(_)
                | Meaning::Transaction { .. } => self.counted(connection, meaning, &before)?,
            };
            total = total.saturating_add(counted);
            before.push(meaning);
        }
        Ok(total)
    }

    /// The number from the tally, or from the totals where no date is asked for. The tally has whole days of UTC; what the
    /// dates cut off of one is counted line by line.
    fn tallied(&self, connection: &Connection, sources: Option<&[i64]>) -> Inner<u32> {
        let mut total = 0_u32;
        let edges = self.edges(sources).into_iter().map(|edge| Sql {
            text: format!("SELECT count(*) FROM {}", edge.text),
            ..edge
        });
        for query in std::iter::once(self.sum(sources)).chain(edges) {
            let counted: u32 = connection
                .prepare_cached(&query.text)?
                .query_row(params_from_iter(query.values), |row| row.get(0))?;
            total = total.saturating_add(counted);
        }
        Ok(total)
    }

    /// The rows of the days that begin or end within the range, in which the tally has others too.
    pub(super) fn edges(&self, sources: Option<&[i64]>) -> Vec<Sql> {
        let (from, past) = self.whole_days();
        let (first_whole, past_whole) = (place_of_day(from), place_of_day(past));
        let ends = if self.is_undated() {
            Vec::new()
        } else if from > past {
            vec![(self.first, self.past)]
        } else {
            let last = (self.past < i64::MAX).then_some((past_whole, self.past));
            [Some((self.first, first_whole)), last]
                .into_iter()
                .flatten()
                .collect()
        };
        ends.into_iter()
            .flat_map(|(first, past)| self.rows_between(sources, first, past))
            .collect()
    }

    /// The rows from one place to below another: all of the plan's, or those of the sources.
    pub(super) fn rows_between(&self, sources: Option<&[i64]>, first: i64, past: i64) -> Vec<Sql> {
        if first >= past {
            return Vec::new();
        }
        let streams = match sources {
            Some(sources) => Meaning::Source(sources.to_vec())
                .streams(&self.accounts)
                .into_iter()
                .map(|stream| self.with_statuses(stream))
                .collect(),
            None => self.streams(),
        };
        streams
            .into_iter()
            .map(|stream| stream.and(between(first, past)))
            .collect()
    }

    /// The days of UTC that are within the range as a whole: from the first, to below the last.
    fn whole_days(&self) -> (i64, i64) {
        let from = day_of(self.first);
        let begins_whole = place_of_day(from) == self.first;
        let from = if begins_whole {
            from
        } else {
            from.saturating_add(1)
        };
        (from, day_of(self.past))
    }

    pub(super) fn sum(&self, sources: Option<&[i64]>) -> Sql {
        let (table, condition) = if self.is_undated() {
            (
                "total",
                self.of_kinds(Sql::new(self.held(), Vec::new()), sources),
            )
        } else {
            ("tally", self.in_tally(sources))
        };
        Sql {
            text: format!(
                "SELECT coalesce(sum(lines), 0) FROM {table} WHERE {}",
                condition.text
            ),
            ..condition
        }
    }

    fn held(&self) -> String {
        format!("account IN ({})", list(&self.accounts))
    }

    /// Its part of the tally: days of UTC that are within the range as a whole.
    pub(super) fn in_tally(&self, sources: Option<&[i64]>) -> Sql {
        let (from, past) = self.whole_days();
        let days = Sql::new(
            format!("{} AND day >= ? AND day < ?", self.held()),
            vec![Value::Integer(from), Value::Integer(past)],
        );
        self.of_kinds(days, sources)
    }

    fn of_kinds(&self, mut condition: Sql, sources: Option<&[i64]>) -> Sql {
        if !self.statuses.is_empty() {
            condition = condition.and(Sql::new(
                format!("status IN ({})", list(&self.statuses)),
                Vec::new(),
            ));
        }
        if let Some(sources) = sources {
            condition = condition.and(Sql::new(
                format!("source IN ({})", list(sources)),
                Vec::new(),
            ));
        }
        condition
    }

    fn tallied_by_amount(&self, connection: &Connection, amount: &Meaning) -> Inner<u32> {
        let condition = of_accounts(&self.accounts).and(amount.predicate());
        let condition = self.with_statuses(condition);
        Ok(connection
            .prepare_cached(&format!(
                "SELECT coalesce(sum(lines), 0) FROM amount_tally p WHERE {}",
                condition.text
            ))?
            .query_row(params_from_iter(condition.values), |row| row.get(0))?)
    }

    fn is_undated(&self) -> bool {
        self.first == 0 && self.past == i64::MAX
    }

    fn counted(
        &self,
        connection: &Connection,
        meaning: &Meaning,
        before: &[&Meaning],
    ) -> Inner<u32> {
        let queries = match meaning.indexed() {
            Some(index) if self.everybody && self.statuses.is_empty() && before.is_empty() => {
                let range = Sql::new(
                    "f.rowid < ? AND f.rowid >= ?",
                    vec![Value::Integer(self.past), Value::Integer(self.first)],
                );
                let waiting = meaning.streams(&self.accounts).pop().unwrap_or_default();
                vec![index.and(range.clone()), waiting.and(range)]
            }
            Some(_) | None => self.alone(connection, meaning, before)?,
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
    pub(super) fn alone(
        &self,
        connection: &Connection,
        meaning: &Meaning,
        before: &[&Meaning],
    ) -> Inner<Vec<Sql>> {
        let streams = if meaning.is_in_many_ids(connection)? {
            let through = Sql::new("payment p INDEXED BY payment_id WHERE TRUE", Vec::new());
            vec![
                through
                    .and(of_accounts(&self.accounts))
                    .and(meaning.predicate()),
            ]
        } else {
            meaning.streams(&self.accounts)
        };
        let alone = streams.into_iter().map(|stream| {
            let mut query = self.with_statuses(stream).and(self.within(self.past));
            for other in before {
                let other = other.predicate();
                query = query.and(Sql::new(
                    format!("({}) IS NOT TRUE", other.text),
                    other.values,
                ));
            }
            query
        });
        Ok(alone.collect())
    }
}

/// Places from the first to below `past`.
fn between(first: i64, past: i64) -> Sql {
    Sql::new(
        "p.line < ? AND p.line >= ?",
        vec![Value::Integer(past), Value::Integer(first)],
    )
}

/// The first place of a day of UTC.
pub(super) fn place_of_day(day: i64) -> i64 {
    first_place(midnight_of(day))
}

/// The column by which a stream is in order already.
fn order_of(stream: &str) -> &'static str {
    if stream.starts_with("id_") {
        "f.rowid"
    } else {
        "p.line"
    }
}

/// The places of the dates of a query, which are days in that zone: from the first, to below the last.
pub(super) fn range(query: &PaymentQuery, zone: &Zone) -> Result<(i64, i64)> {
    let from = query.from.as_deref().map(|date| day(date, zone));
    let to = query.to.as_deref().map(|date| day(date, zone));
    Ok((
        from.transpose()?.map_or(0, |(begin, _)| first_place(begin)),
        to.transpose()?
            .map_or(i64::MAX, |(_, end)| first_place(end)),
    ))
}

fn day(date: &str, zone: &Zone) -> Result<(Timestamp, Timestamp)> {
    zone.day(date).ok_or_else(|| {
        Error::new(
            Code::Usage,
            "Write dates as YYYY-MM-DD, such as 2026-01-31.",
        )
    })
}

fn place(cursor: &str) -> Result<i64> {
    cursor
        .parse()
        .map_err(|_| Error::new(Code::Usage, "That is not a place in the history."))
}
