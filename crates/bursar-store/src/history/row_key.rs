//! The key of a payment's row: its time of creation in milliseconds, and a number that tells rows of one millisecond
//! apart. So the primary key has the rows in the order of their time, and days are ranges of keys.

use crate::error::StoreResult;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error};
use rusqlite::Connection;

/// How many lines one millisecond has room for, as a power of two.
const KEY_BITS: u32 = 20;

/// Times outside these are kept as they are and listed at the end they lie beyond.
const LAST_KEY_TIME: i64 = (1 << 42) - 1;

/// The first place that can belong to a line of this time.
pub(super) fn first_row_key(at: Timestamp) -> i64 {
    at.0.clamp(0, LAST_KEY_TIME) << KEY_BITS
}

pub(super) fn unused_row_key(connection: &Connection, created_at: Timestamp) -> StoreResult<i64> {
    let first = first_row_key(created_at);
    let last = first | ((1 << KEY_BITS) - 1);
    let taken: Option<i64> = connection
        .prepare_cached("SELECT max(line) FROM payment WHERE line BETWEEN ?1 AND ?2")?
        .query_row([first, last], |row| row.get(0))?;
    match taken {
        None => Ok(first),
        Some(row_key) if row_key < last => Ok(row_key.saturating_add(1)),
        Some(_) => Err(Error::new(
            Code::AnswerMalformed,
            "The provider lists more than a million payments of one instant.",
        )
        .into()),
    }
}

/// The day of a place, counted from 1970.
pub(super) fn day_of_row_key(row_key: i64) -> i64 {
    (row_key >> KEY_BITS).div_euclid(Span::days(1).0)
}

/// The same of a column, in SQL. Places are never negative.
pub(super) fn day_column(row_key: &str) -> String {
    format!("({row_key} >> {KEY_BITS}) / {}", Span::days(1).0)
}

/// The time since that day began, in milliseconds, in SQL.
pub(super) fn time_column(row_key: &str) -> String {
    format!("({row_key} >> {KEY_BITS}) % {}", Span::days(1).0)
}

/// When a day begins.
pub(super) fn start_of_day(day: i64) -> Timestamp {
    Timestamp(0).plus(Span::days(day))
}

/// The first place of a day of UTC.
pub(super) fn first_row_key_of_day(day: i64) -> i64 {
    first_row_key(start_of_day(day))
}
