//! The range of blocks whose events are stored, with checkpoints that locate a reorganisation.

use super::payment_row::{block_from_column, block_to_column, parse_hash};
use super::{History, find_account_number};
use crate::error::StoreResult;
use alloy_primitives::B256;
use bursar_domain::account::AccountId;
use bursar_domain::chain_event::EventBatch;
use bursar_domain::error::Result;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// The contiguous range of blocks whose events are stored, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventCursor {
    pub from: u64,
    pub to: u64,
    pub to_hash: B256,
    /// Block numbers and hashes, newest first: the last block, and others about 1, 2, 4, 8 … blocks before it. A
    /// reorganisation began above the newest checkpoint whose hash still holds.
    pub checkpoints: Vec<(u64, B256)>,
}

impl History {
    /// The blocks that were read; `None` before the first.
    pub fn event_cursor(&self, account: &AccountId) -> Result<Option<EventCursor>> {
        self.db.read(|connection| {
            let Some(account) = find_account_number(connection, account)? else {
                return Ok(None);
            };
            let Some((from, to, to_hash)) = event_range(connection, account)? else {
                return Ok(None);
            };
            Ok(Some(EventCursor {
                from,
                to,
                to_hash,
                checkpoints: checkpoints(connection, account)?,
            }))
        })
    }
}

pub(super) fn event_range(
    connection: &Connection,
    account: i64,
) -> StoreResult<Option<(u64, u64, B256)>> {
    let stored: Option<(i64, i64, Vec<u8>)> = connection
        .prepare_cached("SELECT first, last, last_hash FROM event_range WHERE account = ?1")?
        .query_row([account], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    stored
        .map(|(first, last, last_hash)| {
            Ok((
                block_from_column(first),
                block_from_column(last),
                parse_hash(last_hash)?,
            ))
        })
        .transpose()
}

pub(super) fn set_event_range(
    connection: &Connection,
    account: i64,
    first: u64,
    last: u64,
    last_hash: &B256,
) -> StoreResult<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO event_range VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            account,
            block_to_column(first),
            block_to_column(last),
            last_hash.as_slice()
        ])?;
    Ok(())
}

/// Adds the batch's blocks as checkpoints, and removes those that are redundant.
pub(super) fn add_checkpoints(
    connection: &Connection,
    account: i64,
    batch: &EventBatch,
) -> StoreResult<()> {
    let old: BTreeMap<u64, B256> = checkpoints(connection, account)?.into_iter().collect();
    let mut kept = old.clone();
    kept.extend(
        batch
            .events
            .iter()
            .map(|event| (event.block, event.block_hash)),
    );
    kept.insert(batch.to, batch.to_hash);
    for block in redundant_checkpoints(kept.keys().rev().copied()) {
        kept.remove(&block);
    }
    let mut remove =
        connection.prepare_cached("DELETE FROM checkpoint WHERE account = ?1 AND block = ?2")?;
    for block in old.keys().filter(|block| !kept.contains_key(block)) {
        remove.execute(params![account, block_to_column(*block)])?;
    }
    let mut insert =
        connection.prepare_cached("INSERT OR REPLACE INTO checkpoint VALUES (?1, ?2, ?3)")?;
    for (block, block_hash) in kept {
        if old.get(&block) != Some(&block_hash) {
            insert.execute(params![
                account,
                block_to_column(block),
                block_hash.as_slice()
            ])?;
        }
    }
    Ok(())
}

/// All checkpoints, newest first.
pub(super) fn checkpoints(connection: &Connection, account: i64) -> StoreResult<Vec<(u64, B256)>> {
    connection
        .prepare_cached(
            "SELECT block, hash FROM checkpoint WHERE account = ?1 ORDER BY block DESC",
        )?
        .query_and_then([account], |row| {
            Ok((block_from_column(row.get(0)?), parse_hash(row.get(1)?)?))
        })?
        .collect()
}

/// The redundant ones of these blocks (newest first). Of the blocks 2^n to 2^(n+1) behind the first, the nearest and
/// the farthest stay, so that there is still one at every distance when newer blocks follow.
fn redundant_checkpoints(blocks: impl Iterator<Item = u64>) -> Vec<u64> {
    let blocks: Vec<u64> = blocks.collect();
    let Some(head) = blocks.first().copied() else {
        return Vec::new();
    };
    let mut groups: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    for block in blocks {
        let distance = head.saturating_sub(block);
        groups
            .entry(distance.checked_ilog2().map_or(0, |n| n.saturating_add(1)))
            .or_default()
            .push(block);
    }
    groups
        .into_values()
        .flat_map(|group| {
            let middle = group.len().saturating_sub(2);
            group.into_iter().skip(1).take(middle).collect::<Vec<_>>()
        })
        .collect()
}
