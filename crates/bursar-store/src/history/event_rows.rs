//! Rows of chain events: written, and looked up in an index by transaction, payment, id or block.

use super::payment_row::{AmountKey, PaymentRow, block_from_column, block_to_column, parse_hash};
use crate::encoding::parse_amount;
use crate::error::{StoreError, StoreResult};
use alloy_primitives::B256;
use bursar_domain::chain_event::{BalanceEvent, EventKind};
use bursar_domain::clock::Timestamp;
use bursar_domain::view::MatchedBy;
use rusqlite::{Connection, Params, Row, params};
use std::cell::Cell;

const EVENT_COLUMNS: &str =
    "number, block, log_index, tx, block_hash, block_time, kind, top_up_id, amount, currency,
    payment, loose, listed";
/// The event that verifies a payment: its transaction is the one in the payment's row.
const EVENT_OF_PAYMENT: &str = "account = ?1 AND payment = ?2
    AND tx = (SELECT p.tx FROM payment p WHERE p.account = ?1 AND p.id = ?2)";
const CARRIES_ID: &str = "account = ?1 AND top_up_id = ?2 AND payment IS NOT top_up_id";

const CREDIT: i64 = 0;
const REFUND: i64 = 1;
const RELEASED: i64 = 2;

/// A row of the table `event`.
#[derive(Clone, Debug)]
pub(super) struct StoredEvent {
    pub(super) number: i64,
    pub(super) event: BalanceEvent,
    /// The id of the payment that it verifies.
    pub(super) payment: Option<String>,
    /// Whether it may be matched by amount.
    pub(super) matchable_by_amount: bool,
    /// Whether it is shown as a row of its own.
    pub(super) shown_as_row: bool,
}

/// The events of one account, within one transaction.
pub(super) struct EventRows<'a> {
    pub(super) connection: &'a Connection,
    pub(super) account: i64,
    /// Whether there are any events, and any that may be matched by amount; `None` until looked up. Without any,
    /// further look-ups are skipped.
    has_events: Cell<Option<bool>>,
    has_matchable_events: Cell<Option<bool>>,
}

impl<'a> EventRows<'a> {
    pub(super) fn new(connection: &'a Connection, account: i64) -> Self {
        Self {
            connection,
            account,
            has_events: Cell::new(None),
            has_matchable_events: Cell::new(None),
        }
    }

    /// Records that at least one event may be matched by amount.
    pub(super) fn expect_matchable_events(&self) {
        self.has_matchable_events.set(Some(true));
    }

    pub(super) fn find_event(
        &self,
        transaction: &B256,
        log_index: u64,
    ) -> StoreResult<Option<StoredEvent>> {
        self.one_event(
            "account = ?1 AND tx = ?2 AND log_index = ?3",
            params![
                self.account,
                transaction.as_slice(),
                block_to_column(log_index)
            ],
        )
    }

    /// The events of a transaction.
    pub(super) fn events_of_transaction(
        &self,
        transaction: &B256,
    ) -> StoreResult<Vec<StoredEvent>> {
        self.events(
            "account = ?1 AND tx = ?2",
            params![self.account, transaction.as_slice()],
        )
    }

    /// The event that verifies the payment.
    pub(super) fn event_of_payment(&self, payment: &str) -> StoreResult<Option<StoredEvent>> {
        self.one_event(EVENT_OF_PAYMENT, params![self.account, payment])
    }

    /// Detaches the payment from the event that verifies it. Returns whether there was one.
    pub(super) fn release_event_of_payment(&self, payment: &str) -> StoreResult<bool> {
        let freed = self
            .connection
            .prepare_cached(&format!(
                "UPDATE event SET payment = NULL WHERE {EVENT_OF_PAYMENT}"
            ))?
            .execute(params![self.account, payment])?;
        Ok(freed > 0)
    }

    /// The events in this block and later ones, newest first.
    pub(super) fn events_from(&self, block: u64) -> StoreResult<Vec<StoredEvent>> {
        self.events(
            "account = ?1 AND block >= ?2 ORDER BY block DESC, log_index DESC",
            params![self.account, block_to_column(block)],
        )
    }

    /// The events that carry this id but do not verify the payment with this id, in the order of the chain.
    pub(super) fn events_carrying_id(&self, id: &str) -> StoreResult<Vec<StoredEvent>> {
        if !self.any_events()? {
            return Ok(Vec::new());
        }
        self.events(
            &format!("{CARRIES_ID} ORDER BY block, log_index"),
            params![self.account, id],
        )
    }

    pub(super) fn first_event_carrying_id(&self, id: &str) -> StoreResult<Option<StoredEvent>> {
        self.one_event(
            &format!("{CARRIES_ID} ORDER BY block, log_index LIMIT 1"),
            params![self.account, id],
        )
    }

    /// The block and log index of the first event that carries the payment's id.
    pub(super) fn first_position_carrying_id(
        &self,
        payment: &PaymentRow,
    ) -> StoreResult<Option<(u64, u64)>> {
        // Of several events with its id, the first verifies a payment.
        let first = match payment.matched() {
            Some(MatchedBy::ById) => self.event_of_payment(&payment.id)?,
            Some(MatchedBy::ByAmount) | None => self.first_event_carrying_id(&payment.id)?,
        };
        Ok(first.map(|first| (first.event.block, first.event.log_index)))
    }

    pub(super) fn event(&self, number: i64) -> StoreResult<StoredEvent> {
        self.one_event("number = ?1", params![number])?
            .ok_or(StoreError::Corrupt("an event is missing."))
    }

    /// Inserts the event and returns its number; `None` if the event is stored already, in whatever block. `payment`
    /// is the payment that it verifies.
    pub(super) fn insert_event(
        &self,
        event: &BalanceEvent,
        matchable_by_amount: bool,
        payment: Option<&str>,
    ) -> StoreResult<Option<i64>> {
        let key = AmountKey::of(&event.amount);
        let (kind, top_up_id) = match &event.kind {
            EventKind::Credit { top_up_id } => (CREDIT, Some(top_up_id)),
            EventKind::Refund => (REFUND, None),
            EventKind::Released => (RELEASED, None),
        };
        let inserted = self
            .connection
            .prepare_cached(
                "INSERT INTO event (account, block, log_index, tx, block_hash, block_time, kind, top_up_id,
                     amount, currency, whole, fraction, payment, loose, listed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0)
                 ON CONFLICT (account, tx, log_index) DO NOTHING",
            )?
            .execute(params![
                self.account,
                block_to_column(event.block),
                block_to_column(event.log_index),
                event.transaction.as_slice(),
                event.block_hash.as_slice(),
                event.block_time.0,
                kind,
                top_up_id,
                event.amount.to_decimal(),
                event.amount.currency().as_str(),
                key.map(|key| key.whole),
                key.map(|key| key.fraction),
                payment,
                matchable_by_amount,
            ])?;
        if inserted == 0 {
            return Ok(None);
        }
        self.has_events.set(Some(true));
        if matchable_by_amount {
            self.has_matchable_events.set(Some(true));
        }
        Ok(Some(self.connection.last_insert_rowid()))
    }

    fn any_events(&self) -> StoreResult<bool> {
        self.once(
            &self.has_events,
            "SELECT 1 FROM event WHERE account = ?1 LIMIT 1",
        )
    }

    pub(super) fn any_matchable_events(&self) -> StoreResult<bool> {
        self.once(
            &self.has_matchable_events,
            "SELECT 1 FROM event WHERE account = ?1 AND loose = 1 LIMIT 1",
        )
    }

    fn once(&self, known: &Cell<Option<bool>>, query: &str) -> StoreResult<bool> {
        if let Some(known) = known.get() {
            return Ok(known);
        }
        let found = self
            .connection
            .prepare_cached(query)?
            .exists([self.account])?;
        known.set(Some(found));
        Ok(found)
    }

    pub(super) fn events(
        &self,
        condition: &str,
        params: impl Params,
    ) -> StoreResult<Vec<StoredEvent>> {
        self.connection
            .prepare_cached(&format!(
                "SELECT {EVENT_COLUMNS} FROM event WHERE {condition}"
            ))?
            .query_and_then(params, stored)?
            .collect()
    }

    pub(super) fn one_event(
        &self,
        condition: &str,
        params: impl Params,
    ) -> StoreResult<Option<StoredEvent>> {
        Ok(self.events(condition, params)?.into_iter().next())
    }
}

/// The id of the row that shows an event by itself.
pub(super) fn event_row_id(event: &BalanceEvent) -> String {
    format!("chain:{}:{}", event.transaction, event.log_index)
}

fn stored(row: &Row<'_>) -> StoreResult<StoredEvent> {
    let kind = match row.get::<_, i64>(6)? {
        CREDIT => EventKind::Credit {
            top_up_id: row.get(7)?,
        },
        REFUND => EventKind::Refund,
        RELEASED => EventKind::Released,
        _ => return Err(StoreError::Corrupt("a number stands for nothing.")),
    };
    Ok(StoredEvent {
        number: row.get(0)?,
        event: BalanceEvent {
            kind,
            amount: parse_amount(&row.get::<_, String>(8)?, &row.get::<_, String>(9)?)?,
            transaction: parse_hash(row.get(3)?)?,
            log_index: block_from_column(row.get(2)?),
            block: block_from_column(row.get(1)?),
            block_hash: parse_hash(row.get(4)?)?,
            block_time: Timestamp(row.get(5)?),
        },
        payment: row.get(10)?,
        matchable_by_amount: row.get(11)?,
        shown_as_row: row.get(12)?,
    })
}
