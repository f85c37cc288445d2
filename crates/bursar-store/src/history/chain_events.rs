//! The Balance contract's events: stored, and matched with payments.

use super::event_deduplication::put_events;
use super::event_range::{add_checkpoints, event_range, set_event_range};
use super::event_rows::EventRows;
use super::id_index::index_waiting_ids;
use super::older_ranges::add_older_range;
use super::payment_row::PaymentRow;
use super::verification::Verifier;
use super::{History, ensure_account_number, find_account_number};
use crate::error::StoreResult;
use alloy_primitives::B256;
use bursar_domain::account::AccountId;
use bursar_domain::chain_event::{BalanceEvent, EventBatch};
use bursar_domain::error::Result;
use bursar_domain::view::MatchedBy;
use bursar_engine::top_up::Verified;
use rusqlite::Connection;

/// A payment and the event that verifies it.
#[derive(Clone, Debug, PartialEq)]
pub struct PaymentMatch {
    pub payment_id: String,
    pub verified: Verified,
    pub event: BalanceEvent,
}

impl History {
    /// Stores the events of a range of blocks, and matches payments with them.
    ///
    /// A range that touches the stored one extends it. A range above it, with a gap, replaces it: the blocks in the
    /// gap must still be read, and the replaced range is kept to be joined afterwards. A range below it, with a gap,
    /// only adds its events.
    pub fn put_events(&self, account: &AccountId, batch: &EventBatch) -> Result<()> {
        self.db.write(|transaction| {
            let account = ensure_account_number(transaction, account)?;
            let mut verifier = Verifier::new(transaction, account);
            put_events(&mut verifier, &batch.events)?;
            extend_event_range(transaction, account, batch)?;
            index_waiting_ids(transaction)
        })
    }

    /// The event that verifies this payment now. Ask again after a payment becomes known or an event disappears.
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

    /// The events of these blocks, both included, newest first.
    pub fn events_within(
        &self,
        account: &AccountId,
        from: u64,
        to: u64,
    ) -> Result<Vec<BalanceEvent>> {
        self.db.read(|connection| {
            let Some(account) = find_account_number(connection, account)? else {
                return Ok(Vec::new());
            };
            let events = EventRows::new(connection, account).events_from(from)?;
            let within = events.into_iter().map(|stored| stored.event);
            Ok(within.filter(|event| event.block <= to).collect())
        })
    }

    /// Whether an event of that transaction is stored.
    pub fn has_transaction(&self, account: &AccountId, transaction: &B256) -> Result<bool> {
        self.db.read(|connection| {
            let Some(account) = find_account_number(connection, account)? else {
                return Ok(false);
            };
            Ok(connection
                .prepare_cached("SELECT 1 FROM event WHERE account = ?1 AND tx = ?2")?
                .exists((account, transaction.as_slice()))?)
        })
    }
}

fn find_payment_match(verifier: &Verifier<'_>, payment: &str) -> StoreResult<Option<PaymentMatch>> {
    let Some(stored) = verifier.events.event_of_payment(payment)? else {
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
