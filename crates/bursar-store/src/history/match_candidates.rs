//! The candidates for a match by amount: payments and events with the same amount, close in time. Each is found by a
//! seek in an index.

use super::event_rows::{EventRows, StoredEvent};
use super::payment_row::{
    AmountKey, PaymentRow, STATUSES, block_to_column, is_reserved, match_to_column, parse_hash,
    status_to_column,
};
use crate::error::StoreResult;
use crate::verification_rule::{MATCH_WINDOW, is_verifiable_by_amount, may_receive_money};
use alloy_primitives::B256;
use bursar_domain::chain_event::{BalanceEvent, EventKind};
use bursar_domain::clock::Timestamp;
use bursar_domain::money::Amount;
use bursar_domain::payment::PaymentKind;
use bursar_domain::view::MatchedBy;
use rusqlite::{Connection, OptionalExtension, Params, params};

/// A payment that no event verifies.
#[derive(Debug)]
pub(super) struct UnmatchedPayment {
    row_key: i64,
    /// The transaction that the provider names.
    provider_transaction: Option<B256>,
    /// Whether it may be matched by amount.
    pub(super) matchable_by_amount: bool,
}

/// What a payment and an event must have in common to match by amount: the value, the currency and, roughly, the
/// time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MatchKey {
    key: AmountKey,
    currency: String,
    at: Timestamp,
}

const EVENT_HAS_MATCH_KEY: &str = "account = ?1 AND whole = ?2 AND fraction = ?3 AND currency = ?4
    AND block_time BETWEEN ?5 AND ?6 AND loose = 1";
const PAYMENT_HAS_MATCH_KEY: &str =
    "p.account = ?1 AND p.whole = ?2 AND p.fraction = ?3 AND p.currency = ?4
    AND p.created_at BETWEEN ?5 AND ?6 AND p.loose = 1";

// These run once for each event of a long history. They are constants, so that none is formatted each time.
const UNMATCHED_PAYMENT: &str =
    "SELECT line, tx, loose FROM payment WHERE account = ?1 AND id = ?2 AND verified = 0";
const MARK_MATCHED: &str =
    "UPDATE payment SET block = ?2, verified = 1, matched = ?3, loose = 0 WHERE line = ?1";
const MARK_MATCHED_WITH_TRANSACTION: &str =
    "UPDATE payment SET block = ?2, verified = 1, matched = ?3, loose = 0, tx = ?4 WHERE line = ?1";

impl EventRows<'_> {
    /// The payment with this id, if no event verifies it. Then no event carries its id: the first one would verify
    /// it.
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

    /// The earliest and the latest event that match the key; both are the same if there is only one.
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

    /// The earliest and the latest payment that match the key.
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

    /// Whether any payment that matches the key can be verified by amount.
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

    /// The events that match the key and are shown as rows of their own.
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

    /// The events that match the key, verify no payment and are not shown.
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
}

impl UnmatchedPayment {
    /// Marks the payment as verified by this event, which carries its id.
    pub(super) fn mark_matched(
        &self,
        connection: &Connection,
        event: &BalanceEvent,
    ) -> StoreResult<()> {
        let block = block_to_column(event.block);
        let matched = match_to_column(MatchedBy::ById);
        // If the provider has named the right transaction, the index of transactions needs no update.
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

/// The event's match key; `None` if it cannot be matched by amount.
pub(super) fn event_match_key(event: &BalanceEvent) -> Option<MatchKey> {
    match &event.kind {
        EventKind::Credit { .. } => MatchKey::of(&event.amount, event.block_time),
        EventKind::Refund | EventKind::Released => None,
    }
}

/// The payment's match key; `None` if it may not be matched by amount.
pub(super) fn payment_match_key(payment: &PaymentRow) -> Option<MatchKey> {
    if !payment.matchable_by_amount {
        return None;
    }
    MatchKey::of(&payment.amount, payment.created_at)
}

/// Whether the payment may be matched by amount as long as no event carries its id.
pub(super) fn is_matchable_by_amount(payment: &PaymentRow) -> bool {
    payment.kind == PaymentKind::TopUp
        && !is_reserved(&payment.id)
        && may_receive_money(payment.status())
        && MatchKey::of(&payment.amount, payment.created_at).is_some()
}

/// Whether an unambiguous event of the same amount can verify the payment.
pub(super) fn is_payment_verifiable(payment: &PaymentRow) -> bool {
    is_verifiable_by_amount(payment.status())
}
