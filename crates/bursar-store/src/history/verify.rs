//! Applies the rule of [`crate::matching`] step by step, with a few index look-ups for each payment or
//! event that comes or goes, however many there are.
//!
//! What makes that possible: of all that lies near one point in time, only the earliest and the latest can
//! be matched by amount. Take three events near a payment, and a partner of the middle one: whatever is near
//! the middle one is near the first or the last as well, so the partner has a choice and no match.

use super::line::{Books, Line, Proof, is_reserved};
use super::near::{
    Spot, StoredEvent, Unproven, can_be_loose, event_spot, is_verifiable, line_id, loose_spot,
};
use super::source_number;
use crate::failure::Inner;
use bursar_domain::chain_event::{BalanceEvent, EventKind};
use bursar_domain::view::{MatchedBy, PaymentKind, PaymentStatus};
use rusqlite::{Connection, params};
use std::cell::Cell;

/// Matches within one account and one transaction.
pub(super) struct Verifier<'a> {
    pub(super) connection: &'a Connection,
    pub(super) account: i64,
    /// Whether there are events at all, and such as may be matched by amount; not said before it is wanted. Where
    /// there are none, none have to be looked for.
    pub(super) has_events: Cell<Option<bool>>,
    pub(super) has_loose_events: Cell<Option<bool>>,
}

impl<'a> Verifier<'a> {
    pub(super) fn new(connection: &'a Connection, account: i64) -> Self {
        Self {
            connection,
            account,
            has_events: Cell::new(None),
            has_loose_events: Cell::new(None),
        }
    }

    /// Writes a payment that is new or has changed, and matches what that lets match.
    pub(super) fn put_payment(
        &mut self,
        before: Option<(i64, Line)>,
        mut after: Line,
    ) -> Inner<()> {
        let id = after.id.clone();
        let Some((line, old)) = before else {
            let named = self.release_named(&id)?;
            after.loose = named.is_none() && can_be_loose(&after);
            after.insert(self.connection, self.account)?;
            return match named {
                Some(event) => self.link(&id, &event, MatchedBy::ById),
                None => self.payment_joined(&after),
            };
        };
        let by_id = old.matched() == Some(MatchedBy::ById);
        after.loose = !by_id && can_be_loose(&after);
        let stays = old.loose == after.loose
            && loose_spot(&old) == loose_spot(&after)
            && (!after.loose || is_verifiable(&old) == is_verifiable(&after));
        if stays {
            return after.replace(self.connection, self.account, line, &old);
        }
        if !by_id {
            self.unlink_payment(&id)?;
            after.proof = None;
        }
        let Some((line, old_now)) = Line::find(self.connection, self.account, &id)? else {
            return Ok(());
        };
        after.replace(self.connection, self.account, line, &old_now)?;
        if let Some(spot) = loose_spot(&old) {
            self.payment_left(&spot)?;
        }
        self.payment_joined(&after)
    }

    /// Removes a payment's line. The events that showed its money, or carry its id, are matched anew.
    pub(super) fn remove_payment(&mut self, id: &str) -> Inner<()> {
        let Some((_, before)) = Line::find(self.connection, self.account, id)? else {
            return Ok(());
        };
        let mut carrying = self.named(id)?;
        if before.matched() == Some(MatchedBy::ById) {
            carrying.extend(self.event_of(id)?);
        }
        self.unlink_payment(id)?;
        if let Some((place, line)) = Line::find(self.connection, self.account, id)? {
            line.delete(self.connection, self.account, place)?;
        }
        if let Some(spot) = loose_spot(&before) {
            self.payment_left(&spot)?;
        }
        for event in carrying {
            match event_spot(&event.event) {
                Some(spot) => {
                    self.connection
                        .prepare_cached("UPDATE event SET loose = 1 WHERE number = ?1")?
                        .execute([event.number])?;
                    self.has_loose_events.set(Some(true));
                    self.event_joined(event.number, &spot)?;
                }
                None => self.list(&self.event(event.number)?)?,
            }
        }
        Ok(())
    }

    /// Stores an event, unless one of its transaction and place is there; says whether it did.
    pub(super) fn add_event(&mut self, event: &BalanceEvent) -> Inner<bool> {
        let EventKind::Credit { top_up_id } = &event.kind else {
            let Some(number) = self.insert_event(event, false, None)? else {
                return Ok(false);
            };
            self.list(&self.event(number)?)?;
            return Ok(true);
        };
        if is_reserved(top_up_id) {
            return self.add_nameless(event);
        }
        // By far the most frequent, in as few steps as that takes: the one event of a payment that none has served.
        if let Some(payment) = self.unproven(top_up_id)? {
            return self.add_only_event(event, top_up_id, &payment);
        }
        let Some((_, payment)) = Line::find(self.connection, self.account, top_up_id)? else {
            return self.add_nameless(event);
        };
        let first = self.first_place_named(&payment)?;
        let Some(number) = self.insert_event(event, false, None)? else {
            return Ok(false);
        };
        if first.is_none_or(|first| first > (event.block, event.log_index)) {
            self.link_by_id(&payment, number)?;
        }
        Ok(true)
    }

    /// Stores a credit whose id names no known payment.
    fn add_nameless(&mut self, event: &BalanceEvent) -> Inner<bool> {
        let spot = event_spot(event);
        let Some(number) = self.insert_event(event, spot.is_some(), None)? else {
            return Ok(false);
        };
        match spot {
            Some(spot) => self.event_joined(number, &spot)?,
            None => self.list(&self.event(number)?)?,
        }
        Ok(true)
    }

    fn add_only_event(
        &mut self,
        event: &BalanceEvent,
        payment_id: &str,
        payment: &Unproven,
    ) -> Inner<bool> {
        if self.insert_event(event, false, Some(payment_id))?.is_none() {
            return Ok(false);
        }
        payment.prove(self.connection, event)?;
        if !payment.loose || !self.any_loose_events()? {
            return Ok(true);
        }
        let line = Line::find(self.connection, self.account, payment_id)?;
        let before = line.map(|(_, line)| Line {
            loose: true,
            ..line
        });
        if let Some(spot) = before.as_ref().and_then(loose_spot) {
            self.payment_left(&spot)?;
        }
        Ok(true)
    }

    /// Forgets an event that is no longer in the chain.
    pub(super) fn drop_event(&mut self, stored: &StoredEvent) -> Inner<()> {
        if stored.listed {
            self.unlist(stored)?;
        }
        self.connection
            .prepare_cached("DELETE FROM event WHERE number = ?1")?
            .execute([stored.number])?;
        if let Some(payment) = &stored.payment {
            self.set_proof(payment, None)?;
        }
        if stored.loose {
            return match event_spot(&stored.event) {
                Some(spot) => self.event_left(&spot),
                None => Ok(()),
            };
        }
        match &stored.payment {
            Some(payment) => self.lost_certain_event(payment),
            None => Ok(()),
        }
    }

    fn link_by_id(&mut self, payment: &Line, number: i64) -> Inner<()> {
        self.unlink_payment(&payment.id)?;
        let spot = loose_spot(payment);
        self.set_loose(&payment.id, false)?;
        self.link(&payment.id, &self.event(number)?, MatchedBy::ById)?;
        match spot {
            Some(spot) => self.payment_left(&spot),
            None => Ok(()),
        }
    }

    /// The next event with the payment's id takes over; without one, the payment may be matched by amount.
    fn lost_certain_event(&mut self, payment: &str) -> Inner<()> {
        if let Some(next) = self.first_named(payment)? {
            return self.link(payment, &next, MatchedBy::ById);
        }
        let Some((_, line)) = Line::find(self.connection, self.account, payment)? else {
            return Ok(());
        };
        if !can_be_loose(&line) {
            return Ok(());
        }
        self.set_loose(payment, true)?;
        self.payment_joined(&Line {
            loose: true,
            ..line
        })
    }

    /// Takes all events that carry this id out of the matching by amount; the first of them is returned.
    fn release_named(&mut self, id: &str) -> Inner<Option<StoredEvent>> {
        let named = self.named(id)?;
        for event in &named {
            if let Some(payment) = &event.payment {
                self.unlink_payment(payment)?;
            }
            if event.listed {
                self.unlist(event)?;
            }
            self.connection
                .prepare_cached("UPDATE event SET loose = 0 WHERE number = ?1")?
                .execute([event.number])?;
        }
        for event in named.iter().filter(|event| event.loose) {
            if let Some(spot) = event_spot(&event.event) {
                self.event_left(&spot)?;
            }
        }
        let Some(first) = named.first() else {
            return Ok(None);
        };
        self.event(first.number).map(Some)
    }

    fn payment_joined(&mut self, payment: &Line) -> Inner<()> {
        let Some(spot) = loose_spot(payment) else {
            return Ok(());
        };
        if is_verifiable(payment) {
            for listed in self.near_listed(&spot)? {
                self.unlist(&listed)?;
            }
        }
        let Some((first, last)) = self.near_events(&spot)? else {
            return Ok(());
        };
        for event in [&first, &last] {
            if let Some(rival) = &event.payment {
                self.unlink_payment(rival)?;
            }
        }
        if first.number == last.number {
            self.try_match(first.number)?;
        }
        Ok(())
    }

    fn payment_left(&mut self, spot: &Spot) -> Inner<()> {
        if let Some((first, last)) = self.near_events(spot)? {
            self.try_match(first.number)?;
            self.try_match(last.number)?;
        }
        for event in self.near_unserved(spot)? {
            self.list_if_alone(&event)?;
        }
        Ok(())
    }

    fn event_joined(&mut self, number: i64, spot: &Spot) -> Inner<()> {
        let Some((first, last)) = self.near_payments(spot)? else {
            return self.list(&self.event(number)?);
        };
        for payment in [&first, &last] {
            self.unlink_payment(&payment.id)?;
        }
        if first.id == last.id {
            self.try_match(number)?;
        }
        self.list_if_alone(&self.event(number)?)
    }

    /// Shows a credit as a line of its own where no payment can be verified by it.
    fn list_if_alone(&self, event: &StoredEvent) -> Inner<()> {
        if event.payment.is_some() || event.listed {
            return Ok(());
        }
        let alone = match event_spot(&event.event) {
            Some(spot) => !self.any_verifiable(&spot)?,
            None => true,
        };
        if alone { self.list(event) } else { Ok(()) }
    }

    fn event_left(&mut self, spot: &Spot) -> Inner<()> {
        let Some((first, last)) = self.near_payments(spot)? else {
            return Ok(());
        };
        for payment in [first, last] {
            if let Some(spot) = loose_spot(&payment)
                && let Some((event, other)) = self.near_events(&spot)?
                && event.number == other.number
            {
                self.try_match(event.number)?;
            }
        }
        Ok(())
    }

    /// Matches the event by amount if it and a payment are each other's only choice.
    fn try_match(&mut self, number: i64) -> Inner<()> {
        let event = self.event(number)?;
        let Some(spot) =
            event_spot(&event.event).filter(|_| event.loose && event.payment.is_none())
        else {
            return Ok(());
        };
        let Some((payment, other)) = self.near_payments(&spot)? else {
            return Ok(());
        };
        let matches = payment.id == other.id && is_verifiable(&payment);
        let Some(spot) = loose_spot(&payment).filter(|_| matches) else {
            return Ok(());
        };
        match self.near_events(&spot)? {
            Some((first, last)) if first.number == number && last.number == number => {
                if event.listed {
                    self.unlist(&event)?;
                }
                self.link(&payment.id, &event, MatchedBy::ByAmount)
            }
            Some(_) | None => Ok(()),
        }
    }

    fn link(&mut self, payment: &str, event: &StoredEvent, matched: MatchedBy) -> Inner<()> {
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

    /// Parts the payment from the event that serves it, if one does.
    fn unlink_payment(&mut self, payment: &str) -> Inner<()> {
        if !self.free_event_of(payment)? {
            return Ok(());
        }
        self.set_proof(payment, None)
    }

    fn set_proof(&self, payment: &str, proof: Option<Proof>) -> Inner<()> {
        self.change(payment, |line| line.proof = proof)
    }

    fn set_loose(&self, payment: &str, loose: bool) -> Inner<()> {
        self.change(payment, |line| line.loose = loose)
    }

    fn change(&self, payment: &str, edit: impl FnOnce(&mut Line)) -> Inner<()> {
        let Some((place, before)) = Line::find(self.connection, self.account, payment)? else {
            return Ok(());
        };
        let mut after = before.clone();
        edit(&mut after);
        after.replace(self.connection, self.account, place, &before)
    }

    /// Shows the event as a line of its own.
    fn list(&self, stored: &StoredEvent) -> Inner<()> {
        let event = &stored.event;
        let (kind, source) = match event.kind {
            EventKind::Credit { .. } => (PaymentKind::Credit, "chain"),
            EventKind::Refund => (PaymentKind::Refund, "chain"),
            EventKind::Released => (PaymentKind::Credit, "review"),
        };
        let line = Line {
            id: line_id(event),
            kind,
            said: Some(PaymentStatus::Completed),
            said_at: None,
            step: None,
            by_chain: false,
            amount: event.amount.clone(),
            fee: None,
            source: source_number(self.connection, Some(source))?,
            created_at: event.block_time,
            updated_at: event.block_time,
            claim: None,
            proof: Some(Proof {
                transaction: event.transaction,
                block: event.block,
                matched: None,
            }),
            top_up: None,
            loose: false,
            books: Books::default(),
        };
        line.insert(self.connection, self.account)?;
        self.set_listed(stored.number, true)
    }

    fn unlist(&self, stored: &StoredEvent) -> Inner<()> {
        if let Some((place, line)) =
            Line::find(self.connection, self.account, &line_id(&stored.event))?
        {
            line.delete(self.connection, self.account, place)?;
        }
        self.set_listed(stored.number, false)
    }

    fn set_listed(&self, number: i64, listed: bool) -> Inner<()> {
        self.connection
            .prepare_cached("UPDATE event SET listed = ?2 WHERE number = ?1")?
            .execute(params![number, listed])?;
        Ok(())
    }
}
