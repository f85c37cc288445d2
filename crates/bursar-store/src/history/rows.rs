//! Writes lines to their rows, and with each what must agree with it: the tally, and the ids that wait to be
//! searched.

use super::line::{AmountKey, Line, block_number, kind_number, match_number, status_number};
use crate::failure::Inner;
use crate::stored::to_json;
use alloy_primitives::B256;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error};
use bursar_domain::money::Amount;
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

/// How many lines one millisecond has room for, as a power of two.
const PLACES: u32 = 20;
/// Times outside these are kept as they are and listed at the end they lie beyond.
const LAST_LISTED: i64 = (1 << 42) - 1;

impl Line {
    /// Writes the line at a free place of its time.
    pub(super) fn insert(&self, connection: &Connection, account: i64) -> Inner<()> {
        let line = free_place(connection, self.created_at)?;
        let key = AmountKey::of(&self.amount);
        let proof = self.proof.as_ref();
        connection
            .prepare_cached(
                "INSERT INTO payment VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                 ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32)",
            )?
            .execute(params![
                line,
                account,
                self.id,
                kind_number(self.kind),
                status_number(self.status()),
                self.said.map(status_number),
                self.step.map(status_number),
                self.by_chain,
                self.amount.to_decimal(),
                self.amount.currency().as_str(),
                key.map(|key| key.whole),
                key.map(|key| key.fraction),
                self.fee.as_ref().map(Amount::to_decimal),
                self.fee.as_ref().map(|fee| fee.currency().as_str()),
                self.source,
                self.created_at.0,
                self.updated_at.0,
                self.claim.as_ref().map(|hash| hash.as_slice()),
                self.shown().as_ref().map(|hash| hash.as_slice()),
                proof.map(|proof| block_number(proof.block)),
                proof.is_some(),
                proof.and_then(|proof| proof.matched).map(match_number),
                self.top_up,
                self.loose,
                self.is_unsettled(),
                self.books.number,
                self.books.payer,
                self.books.method,
                self.books.purpose,
                self.books.reason.as_ref().map(to_json).transpose()?,
                self.books.has_invoice,
                self.said_at.map(|at| at.0),
            ])?;
        connection
            .prepare_cached("INSERT INTO id_waiting VALUES (?1)")?
            .execute([line])?;
        self.count(connection, account, line, 1)
    }

    /// Replaces the row at `line`. It keeps its place unless its time of creation has changed.
    pub(super) fn replace(
        &self,
        connection: &Connection,
        account: i64,
        line: i64,
        before: &Self,
    ) -> Inner<()> {
        let moved = before.created_at != self.created_at
            || before.amount != self.amount
            || before.kind != self.kind
            || before.id != self.id
            || before.books.number != self.books.number;
        if moved {
            before.delete(connection, account, line)?;
            return self.insert(connection, account);
        }
        let status = status_number(self.status());
        if status != status_number(before.status()) || before.source != self.source {
            connection
                .prepare_cached("UPDATE payment SET status = ?2, source = ?3 WHERE line = ?1")?
                .execute(params![line, status, self.source])?;
            before.count(connection, account, line, -1)?;
            self.count(connection, account, line, 1)?;
        }
        let mut changes = Changes::default();
        changes.add("claim", self.claim != before.claim, || blob(self.claim));
        changes.add("tx", self.shown() != before.shown(), || blob(self.shown()));
        if self.proof != before.proof {
            let proof = self.proof.as_ref();
            let matched = proof.and_then(|proof| proof.matched);
            changes.set("block", proof.map(|proof| block_number(proof.block)));
            changes.set("verified", proof.is_some());
            changes.set("matched", matched.map(match_number));
        }
        if self.books != before.books {
            let books = &self.books;
            changes.set("payer", books.payer);
            changes.set("method", books.method.clone());
            changes.set("purpose", books.purpose.clone());
            changes.set("reason", books.reason.as_ref().map(to_json).transpose()?);
            changes.set("has_invoice", books.has_invoice);
        }
        if self.fee != before.fee {
            let fee = self.fee.as_ref();
            changes.set("fee", fee.map(Amount::to_decimal));
            changes.set(
                "fee_currency",
                fee.map(|fee| fee.currency().as_str().to_owned()),
            );
        }
        changes.add("said", self.said != before.said, || {
            self.said.map(status_number).into()
        });
        changes.add("said_at", self.said_at != before.said_at, || {
            self.said_at.map(|at| at.0).into()
        });
        changes.add("step", self.step != before.step, || {
            self.step.map(status_number).into()
        });
        changes.add("by_chain", self.by_chain != before.by_chain, || {
            self.by_chain.into()
        });
        changes.add("updated_at", self.updated_at != before.updated_at, || {
            self.updated_at.0.into()
        });
        changes.add("top_up", self.top_up != before.top_up, || {
            self.top_up.clone().into()
        });
        changes.add("loose", self.loose != before.loose, || self.loose.into());
        let unsettled = self.is_unsettled();
        changes.add("unsettled", unsettled != before.is_unsettled(), || {
            unsettled.into()
        });
        changes.write(connection, line)?;
        Ok(())
    }

    /// Removes the row at `line`, which is this line.
    pub(super) fn delete(&self, connection: &Connection, account: i64, line: i64) -> Inner<()> {
        let waited = connection
            .prepare_cached("DELETE FROM id_waiting WHERE line = ?1")?
            .execute([line])?;
        if waited == 0 {
            connection
                .prepare_cached(
                    "INSERT INTO id_part (id_part, rowid, id) VALUES ('delete', ?1, ?2)",
                )?
                .execute(params![line, self.search_text()])?;
        }
        connection
            .prepare_cached("DELETE FROM payment WHERE line = ?1")?
            .execute([line])?;
        self.count(connection, account, line, -1)
    }

    fn count(&self, connection: &Connection, account: i64, line: i64, by: i64) -> Inner<()> {
        let status = status_number(self.status());
        connection
            .prepare_cached(
                "INSERT INTO tally VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET lines = lines + ?5",
            )?
            .execute(params![account, self.source, status, day_of(line), by])?;
        connection
            .prepare_cached(
                "INSERT INTO total VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET lines = lines + ?4",
            )?
            .execute(params![account, self.source, status, by])?;
        let Some(key) = AmountKey::of(&self.amount) else {
            return Ok(());
        };
        connection
            .prepare_cached(
                "INSERT INTO amount_tally VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET lines = lines + ?5",
            )?
            .execute(params![account, key.whole, key.fraction, status, by])?;
        Ok(())
    }
}

/// The columns of a row that are to be written anew: an index is touched only where its column is among them.
#[derive(Default)]
struct Changes {
    columns: Vec<&'static str>,
    values: Vec<Value>,
}

impl Changes {
    fn set(&mut self, column: &'static str, value: impl Into<Value>) {
        self.columns.push(column);
        self.values.push(value.into());
    }

    fn add(&mut self, column: &'static str, changed: bool, value: impl FnOnce() -> Value) {
        if changed {
            self.set(column, value());
        }
    }

    /// In one statement, or none.
    fn write(mut self, connection: &Connection, line: i64) -> Inner<()> {
        if self.columns.is_empty() {
            return Ok(());
        }
        let set = self.columns.join(" = ?, ");
        self.values.push(Value::Integer(line));
        connection
            .prepare_cached(&format!("UPDATE payment SET {set} = ? WHERE line = ?"))?
            .execute(params_from_iter(self.values))?;
        Ok(())
    }
}

fn blob(hash: Option<B256>) -> Value {
    hash.map(|hash| hash.to_vec()).into()
}

/// The first place that can belong to a line of this time.
pub(super) fn first_place(at: Timestamp) -> i64 {
    at.0.clamp(0, LAST_LISTED) << PLACES
}

fn free_place(connection: &Connection, created_at: Timestamp) -> Inner<i64> {
    let first = first_place(created_at);
    let last = first | ((1 << PLACES) - 1);
    let taken: Option<i64> = connection
        .prepare_cached("SELECT max(line) FROM payment WHERE line BETWEEN ?1 AND ?2")?
        .query_row([first, last], |row| row.get(0))?;
    match taken {
        None => Ok(first),
        Some(line) if line < last => Ok(line.saturating_add(1)),
        Some(_) => Err(Error::new(
            Code::AnswerMalformed,
            "The provider lists more than a million payments of one instant.",
        )
        .into()),
    }
}

/// The day of a place, counted from 1970.
pub(super) fn day_of(place: i64) -> i64 {
    (place >> PLACES).div_euclid(Span::days(1).0)
}

/// The same of a column, in SQL. Places are never negative.
pub(super) fn day_column(place: &str) -> String {
    format!("({place} >> {PLACES}) / {}", Span::days(1).0)
}

/// The time since that day began, in milliseconds, in SQL.
pub(super) fn time_column(place: &str) -> String {
    format!("({place} >> {PLACES}) % {}", Span::days(1).0)
}

/// When a day begins.
pub(super) fn midnight_of(day: i64) -> Timestamp {
    Timestamp(0).plus(Span::days(day))
}
