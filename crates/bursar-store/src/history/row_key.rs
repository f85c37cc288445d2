//! The key of a payment's row: its creation time in milliseconds, followed by a number that keeps rows of the same
//! millisecond apart. So the primary key orders rows by time, and a day is a range of keys.

use crate::error::StoreResult;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error, ProviderDetail};
use rusqlite::Connection;

/// The bits of a key below the time: up to 2^20 rows may have the same millisecond.
const KEY_BITS: u32 = 20;

/// The latest time in a key. A row outside the valid times keeps its own time and is listed first or last.
const LAST_KEY_TIME: i64 = (1 << 42) - 1;

/// The first key of a row created at this time.
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
        Some(_) => {
            Err(Error::new(Code::AnswerMalformed, ProviderDetail::TooManyPaymentsAtOnce).into())
        }
    }
}

/// The day of a key, counted from 1970.
pub(super) fn day_of_row_key(row_key: i64) -> i64 {
    (row_key >> KEY_BITS).div_euclid(Span::days(1).0)
}

/// The day of a key as SQL. Keys are never negative.
pub(super) fn day_column(row_key: &str) -> String {
    format!("({row_key} >> {KEY_BITS}) / {}", Span::days(1).0)
}

/// The milliseconds since that day began, as SQL.
pub(super) fn time_column(row_key: &str) -> String {
    format!("({row_key} >> {KEY_BITS}) % {}", Span::days(1).0)
}

/// The time at which a day of UTC begins.
pub(super) fn start_of_day(day: i64) -> Timestamp {
    Timestamp(0).plus(Span::days(day))
}

/// The first key of a day of UTC.
pub(super) fn first_row_key_of_day(day: i64) -> i64 {
    first_row_key(start_of_day(day))
}
