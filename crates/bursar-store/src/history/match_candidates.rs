//! The look-ups that matching needs, each a seek in an index: what may be matched by amount near a point in
//! time, and the events of an id, a payment or a block.

use super::payment_row::{
    AmountKey, PaymentRow, STATUSES, block_from_column, block_to_column, is_reserved,
    match_to_column, parse_hash, status_to_column,
};
use super::verification::Verifier;
use crate::encoding::parse_amount;
use crate::error::{StoreError, StoreResult};
use crate::verification_rule::{MATCH_WINDOW, is_verifiable_by_amount, may_receive_money};
use alloy_primitives::B256;
use bursar_domain::chain_event::{BalanceEvent, EventKind};
use bursar_domain::clock::Timestamp;
use bursar_domain::money::Amount;
use bursar_domain::view::{MatchedBy, PaymentKind};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use std::cell::Cell;

/// A row of `event`.
#[derive(Clone, Debug)]
pub(super) struct StoredEvent {
    pub(super) number: i64,
    pub(super) event: BalanceEvent,
    /// The payment that it serves.
    pub(super) payment: Option<String>,
    /// May be matched by amount.
    pub(super) matchable_by_amount: bool,
    /// Shown as a line of its own.
    pub(super) shown_as_row: bool,
}

/// A payment that no event serves.
#[derive(Debug)]
pub(super) struct UnmatchedPayment {
    row_key: i64,
    /// The transaction that the provider names.
    provider_transaction: Option<B256>,
    /// May be matched by amount.
    pub(super) matchable_by_amount: bool,
}

/// What, where and when something may be matched by amount.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MatchKey {
    key: AmountKey,
    currency: String,
    at: Timestamp,
}

const EVENT_COLUMNS: &str =
    "number, block, log_index, tx, block_hash, block_time, kind, top_up_id, amount, currency,
    payment, loose, listed";
const EVENT_HAS_MATCH_KEY: &str = "account = ?1 AND whole = ?2 AND fraction = ?3 AND currency = ?4
    AND block_time BETWEEN ?5 AND ?6 AND loose = 1";
const PAYMENT_HAS_MATCH_KEY: &str =
    "p.account = ?1 AND p.whole = ?2 AND p.fraction = ?3 AND p.currency = ?4
    AND p.created_at BETWEEN ?5 AND ?6 AND p.loose = 1";

/// A payment that an event serves has that event's transaction in its row.
const EVENT_OF_PAYMENT: &str = "account = ?1 AND payment = ?2
    AND tx = (SELECT p.tx FROM payment p WHERE p.account = ?1 AND p.id = ?2)";
const CARRIES_ID: &str = "account = ?1 AND top_up_id = ?2 AND payment IS NOT top_up_id";

// Asked and written for each event of a long history, so as few statements as it takes, none of them put together anew.
const UNMATCHED_PAYMENT: &str =
    "SELECT line, tx, loose FROM payment WHERE account = ?1 AND id = ?2 AND verified = 0";
const MARK_MATCHED: &str =
    "UPDATE payment SET block = ?2, verified = 1, matched = ?3, loose = 0 WHERE line = ?1";
const MARK_MATCHED_WITH_TRANSACTION: &str =
    "UPDATE payment SET block = ?2, verified = 1, matched = ?3, loose = 0, tx = ?4 WHERE line = ?1";

const CREDIT: i64 = 0;
const REFUND: i64 = 1;
const RELEASED: i64 = 2;

impl Verifier<'_> {
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

    /// The event that serves the payment.
    pub(super) fn event_of_payment(&self, payment: &str) -> StoreResult<Option<StoredEvent>> {
        self.one_event(EVENT_OF_PAYMENT, params![self.account, payment])
    }

    /// Takes the payment from the event that serves it; says whether one did.
    pub(super) fn release_event_of_payment(&self, payment: &str) -> StoreResult<bool> {
        let freed = self
            .connection
            .prepare_cached(&format!(
                "UPDATE event SET payment = NULL WHERE {EVENT_OF_PAYMENT}"
            ))?
            .execute(params![self.account, payment])?;
        Ok(freed > 0)
    }

    /// The events in this block and above, newest first.
    pub(super) fn events_from(&self, block: u64) -> StoreResult<Vec<StoredEvent>> {
        self.events(
            "account = ?1 AND block >= ?2 ORDER BY block DESC, log_index DESC",
            params![self.account, block_to_column(block)],
        )
    }

    /// The events that carry this id and do not serve the payment of this id, in the chain's order.
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

    /// The block and place of the first event that carries the payment's id.
    pub(super) fn first_position_carrying_id(
        &self,
        payment: &PaymentRow,
    ) -> StoreResult<Option<(u64, u64)>> {
        // Of several, the first serves.
        let first = match payment.matched() {
            Some(MatchedBy::ById) => self.event_of_payment(&payment.id)?,
            Some(MatchedBy::ByAmount) | None => self.first_event_carrying_id(&payment.id)?,
        };
        Ok(first.map(|first| (first.event.block, first.event.log_index)))
    }

    /// The payment of this id, if no event serves it. Then none carries its id either: the first that does would serve it.
    pub(super) fn unmatched_payment(&self, id: &str) -> StoreResult<Option<UnmatchedPayment>> {
        let found = self
            .connection
            .prepare_cached(UNMATCHED_PAYMENT)?
            .query_row(params![self.account, id], |row| {
                Ok((row.get(0)?, row.get::<_, Option<Vec<u8>>>(1)?, row.get(2)?))
            })
            .optional()?;
        let read =
            |(row_key, provider_transaction, matchable_by_amount): (i64, Option<Vec<u8>>, bool)| {
                Ok(UnmatchedPayment {
                    row_key,
                    provider_transaction: provider_transaction.map(parse_hash).transpose()?,
                    matchable_by_amount,
                })
            };
        found.map(read).transpose()
    }

    pub(super) fn event(&self, number: i64) -> StoreResult<StoredEvent> {
        self.one_event("number = ?1", params![number])?
            .ok_or(StoreError::Corrupt("an event is missing."))
    }

    /// The earliest and the latest event that may be matched by amount here; the same when there is one.
    pub(super) fn candidate_events(
        &self,
        match_key: &MatchKey,
    ) -> StoreResult<Option<(StoredEvent, StoredEvent)>> {
        if !self.any_matchable_events()? {
            return Ok(None);
        }
        let end = |order| {
            self.one_event(
                &format!(
                    "{EVENT_HAS_MATCH_KEY} ORDER BY block_time {order}, number {order} LIMIT 1"
                ),
                match_key.params(self.account),
            )
        };
        Ok(end("ASC")?.zip(end("DESC")?))
    }

    /// The earliest and the latest payment that may be matched by amount here.
    pub(super) fn candidate_payments(
        &self,
        match_key: &MatchKey,
    ) -> StoreResult<Option<(PaymentRow, PaymentRow)>> {
        let end = |order| {
            let found = self
                .connection
                .prepare_cached(&format!(
                    "SELECT {} FROM payment p WHERE {PAYMENT_HAS_MATCH_KEY}
                     ORDER BY p.created_at {order}, p.line {order} LIMIT 1",
                    super::payment_row::COLUMNS
                ))?
                .query_row(match_key.params(self.account), |row| {
                    Ok(PaymentRow::read(row))
                })
                .optional()?;
            found.transpose()
        };
        let first: Option<PaymentRow> = end("ASC")?;
        Ok(first.zip(end("DESC")?))
    }

    /// Whether a payment is here that can be verified by amount.
    pub(super) fn has_verifiable_payment(&self, match_key: &MatchKey) -> StoreResult<bool> {
        let unverifiable = STATUSES
            .iter()
            .filter(|status| !is_verifiable_by_amount(**status))
            .map(|status| status_to_column(*status).to_string())
            .collect::<Vec<_>>()
            .join(", ");
        Ok(self
            .connection
            .prepare_cached(&format!(
                "SELECT 1 FROM payment p WHERE {PAYMENT_HAS_MATCH_KEY} AND p.status NOT IN ({unverifiable}) LIMIT 1"
            ))?
            .exists(match_key.params(self.account))?)
    }

    /// The events here that are shown as lines of their own.
    pub(super) fn shown_candidate_events(
        &self,
        match_key: &MatchKey,
    ) -> StoreResult<Vec<StoredEvent>> {
        if !self.any_matchable_events()? {
            return Ok(Vec::new());
        }
        self.events(
            &format!("{EVENT_HAS_MATCH_KEY} AND listed = 1"),
            match_key.params(self.account),
        )
    }

    /// The events here that serve no payment and are not shown.
    pub(super) fn unmatched_candidate_events(
        &self,
        match_key: &MatchKey,
    ) -> StoreResult<Vec<StoredEvent>> {
        if !self.any_matchable_events()? {
            return Ok(Vec::new());
        }
        self.events(
            &format!("{EVENT_HAS_MATCH_KEY} AND listed = 0 AND payment IS NULL"),
            match_key.params(self.account),
        )
    }

    /// Writes the row and returns its number, or nothing where the transaction's event is stored already, in whatever
    /// block; `payment` is the one that it serves.
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

    fn events(&self, condition: &str, params: impl Params) -> StoreResult<Vec<StoredEvent>> {
        self.connection
            .prepare_cached(&format!(
                "SELECT {EVENT_COLUMNS} FROM event WHERE {condition}"
            ))?
            .query_and_then(params, stored)?
            .collect()
    }

    fn one_event(&self, condition: &str, params: impl Params) -> StoreResult<Option<StoredEvent>> {
        Ok(self.events(condition, params)?.into_iter().next())
    }
}

impl UnmatchedPayment {
    /// Writes that the event serves it, by its id.
    pub(super) fn mark_matched(
        &self,
        connection: &Connection,
        event: &BalanceEvent,
    ) -> StoreResult<()> {
        let block = block_to_column(event.block);
        let matched = match_to_column(MatchedBy::ById);
        // The index of transactions is left alone where the provider has named the right one.
        if self.provider_transaction == Some(event.transaction) {
            connection.prepare_cached(MARK_MATCHED)?.execute(params![
                self.row_key,
                block,
                matched
            ])?;
        } else {
            connection
                .prepare_cached(MARK_MATCHED_WITH_TRANSACTION)?
                .execute(params![
                    self.row_key,
                    block,
                    matched,
                    event.transaction.as_slice()
                ])?;
        }
        Ok(())
    }
}

impl MatchKey {
    fn params(&self, account: i64) -> impl Params + '_ {
        (
            account,
            self.key.whole,
            self.key.fraction,
            &self.currency,
            self.at.minus(MATCH_WINDOW).0,
            self.at.plus(MATCH_WINDOW).0,
        )
    }

    fn of(amount: &Amount, at: Timestamp) -> Option<Self> {
        if amount.is_negative() || amount.is_zero() {
            return None;
        }
        Some(Self {
            key: AmountKey::of(amount)?,
            currency: amount.currency().as_str().to_owned(),
            at,
        })
    }
}

/// Where an event looks for its payment; `None` for one that cannot be matched by amount.
pub(super) fn event_match_key(event: &BalanceEvent) -> Option<MatchKey> {
    match &event.kind {
        EventKind::Credit { .. } => MatchKey::of(&event.amount, event.block_time),
        EventKind::Refund | EventKind::Released => None,
    }
}

/// Where a payment that may be matched by amount looks for its event.
pub(super) fn payment_match_key(payment: &PaymentRow) -> Option<MatchKey> {
    if !payment.matchable_by_amount {
        return None;
    }
    MatchKey::of(&payment.amount, payment.created_at)
}

/// Whether the payment may be matched by amount, as long as no event carries its id.
pub(super) fn is_matchable_by_amount(payment: &PaymentRow) -> bool {
    payment.kind == PaymentKind::TopUp
        && !is_reserved(&payment.id)
        && may_receive_money(payment.status())
        && MatchKey::of(&payment.amount, payment.created_at).is_some()
}

/// Whether the payment can be verified by an event of the same amount, were there nothing to choose.
pub(super) fn is_payment_verifiable(payment: &PaymentRow) -> bool {
    is_verifiable_by_amount(payment.status())
}

/// The id under which an event is shown as a line of its own.
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
