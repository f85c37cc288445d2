//! What makes a payment Verified: applies [`crate::verification_rule`] incrementally. Each payment or event that
//! appears or disappears costs a few index look-ups, however many there are.
//!
//! This is possible because only the earliest and the latest candidate close to a point in time can be matched by
//! amount. Suppose three events are close to a payment, and another payment is a candidate for the middle one. Every
//! payment close to the middle event is also close to the first or the last, so there is more than one candidate and
//! no match.

use super::ensure_source_number;
use super::event_rows::{EventRows, StoredEvent, event_row_id};
use super::match_candidates::{
    MatchKey, UnmatchedPayment, event_match_key, is_matchable_by_amount, is_payment_verifiable,
    payment_match_key,
};
use super::payment_row::{PaymentRow, Proof, ProviderDetails, is_reserved};
use crate::error::StoreResult;
use bursar_domain::chain_event::{BalanceEvent, EventKind};
use bursar_domain::payment::{PaymentKind, PaymentStatus};
use bursar_domain::view::MatchedBy;
use rusqlite::{Connection, params};

/// Matches payments and events of one account within one transaction.
pub(super) struct Verifier<'a> {
    pub(super) connection: &'a Connection,
    pub(super) account: i64,
    pub(super) events: EventRows<'a>,
}

impl<'a> Verifier<'a> {
    pub(super) fn new(connection: &'a Connection, account: i64) -> Self {
        Self {
            connection,
            account,
            events: EventRows::new(connection, account),
        }
    }

    /// Writes a new or changed payment, and updates the matches that this affects.
    pub(super) fn put_payment(
        &mut self,
        before: Option<(i64, PaymentRow)>,
        mut after: PaymentRow,
    ) -> StoreResult<()> {
        let id = after.id.clone();
        let Some((row_key, old)) = before else {
            let event = self.release_events_carrying_id(&id)?;
            after.matchable_by_amount = event.is_none() && is_matchable_by_amount(&after);
            after.insert(self.connection, self.account)?;
            return match event {
                Some(event) => self.link(&id, &event, MatchedBy::ById),
                None => self.payment_became_matchable(&after),
            };
        };
        let by_id = old.matched() == Some(MatchedBy::ById);
        after.matchable_by_amount = !by_id && is_matchable_by_amount(&after);
        let stays = old.matchable_by_amount == after.matchable_by_amount
            && payment_match_key(&old) == payment_match_key(&after)
            && (!after.matchable_by_amount
                || is_payment_verifiable(&old) == is_payment_verifiable(&after));
        if stays {
            return after.replace(self.connection, self.account, row_key, &old);
        }
        if !by_id {
            self.unlink_payment(&id)?;
            after.proof = None;
        }
        let Some((row_key, old_now)) = PaymentRow::find(self.connection, self.account, &id)? else {
            return Ok(());
        };
        after.replace(self.connection, self.account, row_key, &old_now)?;
        if let Some(match_key) = payment_match_key(&old) {
            self.payment_stopped_being_matchable(&match_key)?;
        }
        self.payment_became_matchable(&after)
    }

    /// Removes a payment's row. The events that verified it or carry its id are matched again.
    pub(super) fn remove_payment(&mut self, id: &str) -> StoreResult<()> {
        let Some((_, before)) = PaymentRow::find(self.connection, self.account, id)? else {
            return Ok(());
        };
        let mut carrying = self.events.events_carrying_id(id)?;
        if before.matched() == Some(MatchedBy::ById) {
            carrying.extend(self.events.event_of_payment(id)?);
        }
        self.unlink_payment(id)?;
        if let Some((row_key, row)) = PaymentRow::find(self.connection, self.account, id)? {
            row.delete(self.connection, self.account, row_key)?;
        }
        if let Some(match_key) = payment_match_key(&before) {
            self.payment_stopped_being_matchable(&match_key)?;
        }
        for event in carrying {
            match event_match_key(&event.event) {
                Some(match_key) => {
                    self.connection
                        .prepare_cached("UPDATE event SET loose = 1 WHERE number = ?1")?
                        .execute([event.number])?;
                    self.events.expect_matchable_events();
                    self.event_became_matchable(event.number, &match_key)?;
                }
                None => self.insert_event_row(&self.events.event(event.number)?)?,
            }
        }
        Ok(())
    }

    /// Stores an event unless its transaction and log index are stored already. Returns whether it did.
    pub(super) fn add_event(&mut self, event: &BalanceEvent) -> StoreResult<bool> {
        let EventKind::Credit { top_up_id } = &event.kind else {
            let Some(number) = self.events.insert_event(event, false, None)? else {
                return Ok(false);
            };
            self.insert_event_row(&self.events.event(number)?)?;
            return Ok(true);
        };
        if is_reserved(top_up_id) {
            return self.add_event_without_payment(event);
        }
        // The most frequent case by far, with as few statements as possible: the first event of a payment.
        if let Some(payment) = self.events.unmatched_payment(top_up_id)? {
            return self.add_first_event_of_payment(event, top_up_id, &payment);
        }
        let Some((_, payment)) = PaymentRow::find(self.connection, self.account, top_up_id)? else {
            return self.add_event_without_payment(event);
        };
        let first = self.events.first_position_carrying_id(&payment)?;
        let Some(number) = self.events.insert_event(event, false, None)? else {
            return Ok(false);
        };
        if first.is_none_or(|first| first > (event.block, event.log_index)) {
            self.link_by_id(&payment, number)?;
        }
        Ok(true)
    }

    /// Stores a credit whose id belongs to no known payment.
    fn add_event_without_payment(&mut self, event: &BalanceEvent) -> StoreResult<bool> {
        let match_key = event_match_key(event);
        let Some(number) = self.events.insert_event(event, match_key.is_some(), None)? else {
            return Ok(false);
        };
        match match_key {
            Some(match_key) => self.event_became_matchable(number, &match_key)?,
            None => self.insert_event_row(&self.events.event(number)?)?,
        }
        Ok(true)
    }

    fn add_first_event_of_payment(
        &mut self,
        event: &BalanceEvent,
        payment_id: &str,
        payment: &UnmatchedPayment,
    ) -> StoreResult<bool> {
        if self
            .events
            .insert_event(event, false, Some(payment_id))?
            .is_none()
        {
            return Ok(false);
        }
        payment.mark_matched(self.connection, event)?;
        if !payment.matchable_by_amount || !self.events.any_matchable_events()? {
            return Ok(true);
        }
        let row = PaymentRow::find(self.connection, self.account, payment_id)?;
        let before = row.map(|(_, row)| PaymentRow {
            matchable_by_amount: true,
            ..row
        });
        if let Some(match_key) = before.as_ref().and_then(payment_match_key) {
            self.payment_stopped_being_matchable(&match_key)?;
        }
        Ok(true)
    }

    /// Removes an event that is no longer in the chain.
    pub(super) fn drop_event(&mut self, stored: &StoredEvent) -> StoreResult<()> {
        if stored.shown_as_row {
            self.delete_event_row(stored)?;
        }
        self.connection
            .prepare_cached("DELETE FROM event WHERE number = ?1")?
            .execute([stored.number])?;
        if let Some(payment) = &stored.payment {
            self.set_proof(payment, None)?;
        }
        if stored.matchable_by_amount {
            return match event_match_key(&stored.event) {
                Some(match_key) => self.event_stopped_being_matchable(&match_key),
                None => Ok(()),
            };
        }
        match &stored.payment {
            Some(payment) => self.rematch_after_losing_event(payment),
            None => Ok(()),
        }
    }

    fn link_by_id(&mut self, payment: &PaymentRow, number: i64) -> StoreResult<()> {
        self.unlink_payment(&payment.id)?;
        let match_key = payment_match_key(payment);
        self.set_matchable_by_amount(&payment.id, false)?;
        self.link(&payment.id, &self.events.event(number)?, MatchedBy::ById)?;
        match match_key {
            Some(match_key) => self.payment_stopped_being_matchable(&match_key),
            None => Ok(()),
        }
    }

    /// The next event with the payment's id verifies it. If there is none, the payment may be matched by amount.
    fn rematch_after_losing_event(&mut self, payment: &str) -> StoreResult<()> {
        if let Some(next) = self.events.first_event_carrying_id(payment)? {
            return self.link(payment, &next, MatchedBy::ById);
        }
        let Some((_, row)) = PaymentRow::find(self.connection, self.account, payment)? else {
            return Ok(());
        };
        if !is_matchable_by_amount(&row) {
            return Ok(());
        }
        self.set_matchable_by_amount(payment, true)?;
        self.payment_became_matchable(&PaymentRow {
            matchable_by_amount: true,
            ..row
        })
    }

    /// Excludes all events that carry this id from matching by amount. Returns the first of them.
    fn release_events_carrying_id(&mut self, id: &str) -> StoreResult<Option<StoredEvent>> {
        let named = self.events.events_carrying_id(id)?;
        for event in &named {
            if let Some(payment) = &event.payment {
                self.unlink_payment(payment)?;
            }
            if event.shown_as_row {
                self.delete_event_row(event)?;
            }
            self.connection
                .prepare_cached("UPDATE event SET loose = 0 WHERE number = ?1")?
                .execute([event.number])?;
        }
        for event in named.iter().filter(|event| event.matchable_by_amount) {
            if let Some(match_key) = event_match_key(&event.event) {
                self.event_stopped_being_matchable(&match_key)?;
            }
        }
        let Some(first) = named.first() else {
            return Ok(None);
        };
        self.events.event(first.number).map(Some)
    }

    fn payment_became_matchable(&mut self, payment: &PaymentRow) -> StoreResult<()> {
        let Some(match_key) = payment_match_key(payment) else {
            return Ok(());
        };
        if is_payment_verifiable(payment) {
            for shown_as_row in self.events.shown_candidate_events(&match_key)? {
                self.delete_event_row(&shown_as_row)?;
            }
        }
        let Some((first, last)) = self.events.candidate_events(&match_key)? else {
            return Ok(());
        };
        for event in [&first, &last] {
            if let Some(rival) = &event.payment {
                self.unlink_payment(rival)?;
            }
        }
        if first.number == last.number {
            self.match_if_unambiguous(first.number)?;
        }
        Ok(())
    }

    fn payment_stopped_being_matchable(&mut self, match_key: &MatchKey) -> StoreResult<()> {
        if let Some((first, last)) = self.events.candidate_events(match_key)? {
            self.match_if_unambiguous(first.number)?;
            self.match_if_unambiguous(last.number)?;
        }
        for event in self.events.unmatched_candidate_events(match_key)? {
            self.show_if_unmatched(&event)?;
        }
        Ok(())
    }

    fn event_became_matchable(&mut self, number: i64, match_key: &MatchKey) -> StoreResult<()> {
        let Some((first, last)) = self.events.candidate_payments(match_key)? else {
            return self.insert_event_row(&self.events.event(number)?);
        };
        for payment in [&first, &last] {
            self.unlink_payment(&payment.id)?;
        }
        if first.id == last.id {
            self.match_if_unambiguous(number)?;
        }
        self.show_if_unmatched(&self.events.event(number)?)
    }

    /// Shows a credit as a row of its own unless it can verify a payment.
    fn show_if_unmatched(&self, event: &StoredEvent) -> StoreResult<()> {
        if event.payment.is_some() || event.shown_as_row {
            return Ok(());
        }
        let alone = match event_match_key(&event.event) {
            Some(match_key) => !self.events.has_verifiable_payment(&match_key)?,
            None => true,
        };
        if alone {
            self.insert_event_row(event)
        } else {
            Ok(())
        }
    }

    fn event_stopped_being_matchable(&mut self, match_key: &MatchKey) -> StoreResult<()> {
        let Some((first, last)) = self.events.candidate_payments(match_key)? else {
            return Ok(());
        };
        for payment in [first, last] {
            if let Some(match_key) = payment_match_key(&payment)
                && let Some((event, other)) = self.events.candidate_events(&match_key)?
                && event.number == other.number
            {
                self.match_if_unambiguous(event.number)?;
            }
        }
        Ok(())
    }

    /// Matches the event by amount if it and a payment are each other's only candidate.
    fn match_if_unambiguous(&mut self, number: i64) -> StoreResult<()> {
        let event = self.events.event(number)?;
        let Some(match_key) = event_match_key(&event.event)
            .filter(|_| event.matchable_by_amount && event.payment.is_none())
        else {
            return Ok(());
        };
        let Some((payment, other)) = self.events.candidate_payments(&match_key)? else {
            return Ok(());
        };
        let matches = payment.id == other.id && is_payment_verifiable(&payment);
        let Some(match_key) = payment_match_key(&payment).filter(|_| matches) else {
            return Ok(());
        };
        match self.events.candidate_events(&match_key)? {
            Some((first, last)) if first.number == number && last.number == number => {
                if event.shown_as_row {
                    self.delete_event_row(&event)?;
                }
                self.link(&payment.id, &event, MatchedBy::ByAmount)
            }
            Some(_) | None => Ok(()),
        }
    }

    fn link(&mut self, payment: &str, event: &StoredEvent, matched: MatchedBy) -> StoreResult<()> {
        self.connection
            .prepare_cached("UPDATE event SET payment = ?2 WHERE number = ?1")?
            .execute(params![event.number, payment])?;
        let proof = Proof {
            transaction: event.event.transaction,
            block: event.event.block,
            matched: Some(matched),
        };
        self.set_proof(payment, Some(proof))
    }

    /// Unmatches the payment from its event, if it has one.
    fn unlink_payment(&mut self, payment: &str) -> StoreResult<()> {
        if !self.events.release_event_of_payment(payment)? {
            return Ok(());
        }
        self.set_proof(payment, None)
    }

    fn set_proof(&self, payment: &str, proof: Option<Proof>) -> StoreResult<()> {
        self.edit_row(payment, |row| row.proof = proof)
    }

    fn set_matchable_by_amount(&self, payment: &str, matchable_by_amount: bool) -> StoreResult<()> {
        self.edit_row(payment, |row| row.matchable_by_amount = matchable_by_amount)
    }

    fn edit_row(&self, payment: &str, edit: impl FnOnce(&mut PaymentRow)) -> StoreResult<()> {
        let Some((row_key, before)) = PaymentRow::find(self.connection, self.account, payment)?
        else {
            return Ok(());
        };
        let mut after = before.clone();
        edit(&mut after);
        after.replace(self.connection, self.account, row_key, &before)
    }

    /// Shows the event as a row of its own.
    fn insert_event_row(&self, stored: &StoredEvent) -> StoreResult<()> {
        let event = &stored.event;
        let (kind, source) = match event.kind {
            EventKind::Credit { .. } => (PaymentKind::Credit, "chain"),
            EventKind::Refund => (PaymentKind::Refund, "chain"),
            EventKind::Released => (PaymentKind::Credit, "review"),
        };
        let row = PaymentRow {
            id: event_row_id(event),
            kind,
            provider_status: Some(PaymentStatus::Completed),
            provider_status_at: None,
            local_status: None,
            completed_by_chain: false,
            amount: event.amount.clone(),
            fee: None,
            source: ensure_source_number(self.connection, Some(source))?,
            created_at: event.block_time,
            updated_at: event.block_time,
            provider_transaction: None,
            proof: Some(Proof {
                transaction: event.transaction,
                block: event.block,
                matched: None,
            }),
            top_up: None,
            matchable_by_amount: false,
            details: ProviderDetails::default(),
        };
        row.insert(self.connection, self.account)?;
        self.set_shown_as_row(stored.number, true)
    }

    fn delete_event_row(&self, stored: &StoredEvent) -> StoreResult<()> {
        if let Some((row_key, row)) =
            PaymentRow::find(self.connection, self.account, &event_row_id(&stored.event))?
        {
            row.delete(self.connection, self.account, row_key)?;
        }
        self.set_shown_as_row(stored.number, false)
    }

    fn set_shown_as_row(&self, number: i64, shown_as_row: bool) -> StoreResult<()> {
        self.connection
            .prepare_cached("UPDATE event SET listed = ?2 WHERE number = ?1")?
            .execute(params![number, shown_as_row])?;
        Ok(())
    }
}
