//! The Balance contract's events: stored, matched, and taken back when a reorganisation removes their blocks.

use super::event_deduplication::put_events;
use super::older_ranges::{add_older_range, roll_back_older_ranges};
use super::payment_row::{PaymentRow, block_from_column, block_to_column, parse_hash};
use super::search::index_waiting_ids;
use super::verification::Verifier;
use super::{History, ensure_account_number, find_account_number, recheck_ranges};
use crate::error::StoreResult;
use alloy_primitives::B256;
use bursar_domain::account::AccountId;
use bursar_domain::chain_event::{BalanceEvent, EventBatch};
use bursar_domain::error::Result;
use bursar_domain::view::MatchedBy;
use bursar_engine::top_up::Verified;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// A payment and the event that shows its money.
#[derive(Clone, Debug, PartialEq)]
pub struct PaymentMatch {
    pub payment_id: String,
    pub verified: Verified,
    pub event: BalanceEvent,
}

/// The contiguous range of blocks whose events are stored, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventCursor {
    pub from: u64,
    pub to: u64,
    pub to_hash: B256,
    /// Blocks with the hashes they had, newest first: the last one, and some at about 1, 2, 4, 8 … blocks
    /// behind it. The newest that still has its hash is where a reorganisation began.
    pub checkpoints: Vec<(u64, B256)>,
}

impl History {
    /// Stores the events of a range of blocks, and matches payments with them.
    ///
    /// A range that touches the stored one widens it. One above it with a gap takes its place: what lies
    /// between has to be read, and the old one is kept to be joined then. One below with a gap only adds its events.
    pub fn put_events(&self, account: &AccountId, batch: &EventBatch) -> Result<()> {
        self.db.write(|transaction| {
            let account = ensure_account_number(transaction, account)?;
            let mut verifier = Verifier::new(transaction, account);
            put_events(&mut verifier, &batch.events)?;
            extend_event_range(transaction, account, batch)?;
            index_waiting_ids(transaction)
        })
    }

    /// The event that shows this payment's money now. After a payment has become known, or an event has
    /// gone, this is how to learn what it is verified by.
    pub fn payment_match(
        &self,
        account: &AccountId,
        payment_id: &str,
    ) -> Result<Option<PaymentMatch>> {
        self.db.read(|connection| {
            let Some(account) = find_account_number(connection, account)? else {
                return Ok(None);
            };
            find_payment_match(&Verifier::new(connection, account), payment_id)
        })
    }

    /// Forgets everything that the chain said: it was about another address. The events go with their cursor.
    pub fn delete_chain_data(&self, account: &AccountId) -> Result<()> {
        self.roll_back_blocks_from(account, 0)?;
        self.db.write(|transaction| {
            let Some(account) = find_account_number(transaction, account)? else {
                return Ok(());
            };
            transaction.execute(
                "DELETE FROM reading WHERE account = ?1
                 AND name IN ('chain', 'chain_lapse', 'chain_base', 'doubtful_blocks', 'events_problem')",
                [account],
            )?;
            Ok(())
        })
    }

    /// Forgets the events in this block and above, which are no longer in the chain, and returns the payments
    /// that were verified by them. The cursor then ends at the last checkpoint below.
    pub fn roll_back_blocks_from(&self, account: &AccountId, block: u64) -> Result<Vec<String>> {
        self.db.write(|transaction| {
            let Some(account) = find_account_number(transaction, account)? else {
                return Ok(Vec::new());
            };
            let mut verifier = Verifier::new(transaction, account);
            let gone = verifier.events_from(block)?;
            let mut lost: Vec<String> = gone
                .iter()
                .filter_map(|event| event.payment.clone())
                .collect();
            // Dropping one event can part or match others on the way, so each is read afresh.
            for event in &gone {
                let now = verifier.event(event.number)?;
                verifier.drop_event(&now)?;
            }
            roll_back_event_range(transaction, account, block)?;
            recheck_ranges::roll_back_recheck_ranges(transaction, account, block)?;
            roll_back_older_ranges(transaction, account, block)?;
            lost.sort();
            lost.dedup();
            Ok(lost)
        })
    }

    /// Which blocks have been read; `None` before the first.
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

fn find_payment_match(verifier: &Verifier<'_>, payment: &str) -> StoreResult<Option<PaymentMatch>> {
    let Some(stored) = verifier.event_of_payment(payment)? else {
        return Ok(None);
    };
    let row = PaymentRow::find(verifier.connection, verifier.account, payment)?;
    let matched = row.and_then(|(_, row)| row.matched());
    Ok(matched.map(|matched| PaymentMatch {
        payment_id: payment.to_owned(),
        verified: Verified {
            transaction: stored.event.transaction,
            block: stored.event.block,
            by_id: matched == MatchedBy::ById,
        },
        event: stored.event,
    }))
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

fn extend_event_range(
    connection: &Connection,
    account: i64,
    batch: &EventBatch,
) -> StoreResult<()> {
    let Some((first, last, last_hash)) = event_range(connection, account)? else {
        set_event_range(connection, account, batch.from, batch.to, &batch.to_hash)?;
        return add_checkpoints(connection, account, batch);
    };
    if batch.from > last.saturating_add(1) {
        add_older_range(connection, account, (first, last))?;
        set_event_range(connection, account, batch.from, batch.to, &batch.to_hash)?;
        return add_checkpoints(connection, account, batch);
    }
    if batch.to.saturating_add(1) < first {
        return Ok(());
    }
    let (last, last_hash) = if batch.to >= last {
        (batch.to, batch.to_hash)
    } else {
        (last, last_hash)
    };
    set_event_range(connection, account, first.min(batch.from), last, &last_hash)?;
    add_checkpoints(connection, account, batch)
}

fn roll_back_event_range(connection: &Connection, account: i64, block: u64) -> StoreResult<()> {
    connection.execute(
        "DELETE FROM checkpoint WHERE account = ?1 AND block >= ?2",
        params![account, block_to_column(block)],
    )?;
    let Some((first, last, _)) = event_range(connection, account)? else {
        return Ok(());
    };
    if last < block {
        return Ok(());
    }
    let newest = checkpoints(connection, account)?.into_iter().next();
    match newest.filter(|(kept, _)| *kept >= first) {
        Some((kept, kept_hash)) => set_event_range(connection, account, first, kept, &kept_hash),
        None => {
            connection.execute("DELETE FROM event_range WHERE account = ?1", [account])?;
            Ok(())
        }
    }
}

/// Adds the blocks of the batch, and drops of old and new what need not be kept.
fn add_checkpoints(connection: &Connection, account: i64, batch: &EventBatch) -> StoreResult<()> {
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
fn checkpoints(connection: &Connection, account: i64) -> StoreResult<Vec<(u64, B256)>> {
    connection
        .prepare_cached(
            "SELECT block, hash FROM checkpoint WHERE account = ?1 ORDER BY block DESC",
        )?
        .query_and_then([account], |row| {
            Ok((block_from_column(row.get(0)?), parse_hash(row.get(1)?)?))
        })?
        .collect()
}

/// Of blocks newest first, those that need not be kept: at each distance of 2^n to 2^(n+1) behind the first,
/// the nearest and the farthest stay, so that a later look finds something at every distance again.
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
