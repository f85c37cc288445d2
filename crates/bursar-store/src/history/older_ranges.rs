//! Ranges of blocks below the event cursor's range, with a gap in between, whose events were read before. They are
//! not read again once the gap is closed. Also, why the last read of events was incomplete.

use super::event_range::{event_range, set_event_range};
use super::reading_table::write_value;
use super::{History, find_account_number};
use crate::error::StoreResult;
use bursar_domain::account::AccountId;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension, params};

/// Beyond this number, the shortest range is dropped and its blocks are read again.
const MAX_OLDER_RANGES: usize = 16;
const OLDER_RANGES_KEY: &str = "events_older";
const EVENTS_PROBLEM_KEY: &str = "events_problem";

/// A range of blocks, both ends included.
type Blocks = (u64, u64);

impl History {
    /// The ranges below the cursor's range whose events have been read, highest first.
    pub fn older_ranges(&self, account: &AccountId) -> Result<Vec<Blocks>> {
        self.db.read(|connection| {
            let Some(account) = find_account_number(connection, account)? else {
                return Ok(Vec::new());
            };
            read_older_ranges(connection, account)
        })
    }

    /// Joins the cursor's range with the older ranges that it has reached. Returns whether there were any.
    pub fn join_older_ranges(&self, account: &AccountId) -> Result<bool> {
        self.db.write(|transaction| {
            let Some(account) = find_account_number(transaction, account)? else {
                return Ok(false);
            };
            let Some((mut first, last, last_hash)) = event_range(transaction, account)? else {
                return Ok(false);
            };
            let known = read_older_ranges(transaction, account)?;
            let mut remaining = Vec::new();
            for (from, to) in &known {
                if to.saturating_add(1) >= first {
                    first = first.min(*from);
                } else {
                    remaining.push((*from, *to));
                }
            }
            if remaining.len() == known.len() {
                return Ok(false);
            }
            set_event_range(transaction, account, first, last, &last_hash)?;
            write_older_ranges(transaction, account, &remaining)?;
            Ok(true)
        })
    }

    /// Why the last read of events was incomplete; `None` if it was complete.
    pub fn events_problem(&self, account: &AccountId) -> Result<Option<Error>> {
        let stored: Option<(Option<Error>, Timestamp)> = self.get(account, EVENTS_PROBLEM_KEY)?;
        Ok(stored.and_then(|(problem, _)| problem))
    }

    pub fn put_events_problem(
        &self,
        account: &AccountId,
        problem: Option<&Error>,
        now: Timestamp,
    ) -> Result<()> {
        self.put(account, EVENTS_PROBLEM_KEY, &problem, now)
    }
}

/// Keeps a range that one above a gap has replaced.
pub(super) fn add_older_range(
    connection: &Connection,
    account: i64,
    blocks: Blocks,
) -> StoreResult<()> {
    let mut ranges = read_older_ranges(connection, account)?;
    ranges.push(blocks);
    ranges.sort_by_key(|(_, last)| std::cmp::Reverse(*last));
    while ranges.len() > MAX_OLDER_RANGES {
        let shortest = ranges
            .iter()
            .enumerate()
            .min_by_key(|(_, (first, last))| last.saturating_sub(*first))
            .map_or(0, |(at, _)| at);
        ranges.remove(shortest);
    }
    write_older_ranges(connection, account, &ranges)
}

/// Removes this block and later ones from the ranges.
pub(super) fn roll_back_older_ranges(
    connection: &Connection,
    account: i64,
    block: u64,
) -> StoreResult<()> {
    let known = read_older_ranges(connection, account)?;
    let remaining: Vec<Blocks> = known
        .iter()
        .filter(|(first, _)| *first < block)
        .map(|(first, last)| (*first, (*last).min(block.saturating_sub(1))))
        .collect();
    if remaining == known {
        return Ok(());
    }
    write_older_ranges(connection, account, &remaining)
}

fn read_older_ranges(connection: &Connection, account: i64) -> StoreResult<Vec<Blocks>> {
    let stored: Option<String> = connection
        .prepare_cached("SELECT body FROM reading WHERE account = ?1 AND name = ?2")?
        .query_row(params![account, OLDER_RANGES_KEY], |row| row.get(0))
        .optional()?;
    // If the value is unreadable, the events are read from the chain again.
    Ok(stored
        .and_then(|body| serde_json::from_str(&body).ok())
        .unwrap_or_default())
}

fn write_older_ranges(connection: &Connection, account: i64, ranges: &[Blocks]) -> StoreResult<()> {
    let body = serde_json::to_string(ranges).unwrap_or_default();
    write_value(
        connection,
        account,
        OLDER_RANGES_KEY,
        &body,
        Timestamp::default(),
    )
}
