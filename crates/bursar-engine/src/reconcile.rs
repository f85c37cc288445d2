//! Reconciles responses with the state. Each reported payment belongs to a known top-up, is the only match for one with
//! an unknown outcome, or is new; a payment that no list shows is absent.

use super::backfill_progress::Backfill;
use super::effect::Effect;
use super::late_payment::{has_grown, total_balance};
use super::poll_target::PollTarget;
use super::response::{ChainResponse, HistoryResponse, OpenPaymentsResponse};
use super::state::State;
use super::step::Step;
use crate::top_up::{Input, TopUp};
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Error;
use bursar_domain::notice::{Notice, NoticeKind};
use bursar_domain::payment::PaymentKind;
use bursar_domain::payment::{FailureReason, RemotePayment, Status};
use bursar_domain::view::Change;
use std::collections::BTreeMap;

impl Step {
    pub(super) fn open_payments_response(
        &mut self,
        followed: &OpenPaymentsResponse,
        requested_at: Timestamp,
        now: Timestamp,
        entropy: u64,
    ) {
        self.record_response(
            PollTarget::OpenPayments,
            followed.error.as_ref(),
            now,
            entropy,
        );
        self.apply_payments(&followed.payments, followed.error.as_ref(), now);
        if followed.history_read {
            self.mark_absent(&followed.payments, requested_at, now);
        } else if let Some(error) = &followed.error {
            self.mark_unclear(error, now);
        }
        self.state.shorten_intervals(now);
        self.changed();
    }

    pub(super) fn history_response(
        &mut self,
        history: &HistoryResponse,
        requested_at: Timestamp,
        now: Timestamp,
        entropy: u64,
    ) {
        self.record_response(PollTarget::History, history.error.as_ref(), now, entropy);
        if !history.is_complete && !history.resumable {
            self.state.full_history_wanted |= self.state.full_history_in_flight;
        }
        self.state.full_history_in_flight = false;
        self.state.late_payment_read_in_flight = false;
        self.apply_payments(&history.payments, history.error.as_ref(), now);
        if history.is_complete && !history.unreadable_candidate {
            self.mark_absent(&history.payments, requested_at, now);
        }
        self.notify_late_payments(&history.late_payments, now);
        if self.state.recovering {
            self.state.recovering = false;
            self.changed();
        }
        if history.changed_rows > 0 {
            self.effects.push(Effect::Changed(Change::Payments {
                account: self.state.account.clone(),
            }));
            if !history.more {
                // The chain may already have the event of a payment that has just become known.
                self.state.make_due(&[PollTarget::Balance], now);
            }
        }
        let backfill = Backfill {
            payments: history.backfill,
            ..self.state.backfill.clone()
        };
        self.update_backfill(backfill, PollTarget::History, history.more, now);
    }

    pub(super) fn balance_response(&mut self, balance: &ApiBalance, now: Timestamp, entropy: u64) {
        self.state.record_success(PollTarget::Balance, now, entropy);
        self.key_accepted();
        let before = self.state.api_balance.as_ref().map(|(api, _)| &api.balance);
        if has_grown(before, Some(&balance.balance)) {
            self.search_late_payments(now);
        }
        let unit = self.state.leading_unit().cloned();
        self.watch_debt(balance, now);
        self.state.api_balance = Some((balance.clone(), now));
        self.check_balance(now);
        self.check_unit(unit, now);
        self.changed();
    }

    /// Applies each reported payment to its top-up, to the one it matches, or to a new one.
    fn apply_payments(
        &mut self,
        payments: &[RemotePayment],
        error: Option<&Error>,
        now: Timestamp,
    ) {
        // Where several payments can be open, the unread part may hold a better match.
        let cut_off = error.is_some_and(|error| error.retryable)
            && !self.state.config.rules.one_open_top_up();
        let matched = if cut_off {
            BTreeMap::new()
        } else {
            self.state.match_payments(payments)
        };
        for payment in payments {
            if let Some(id) = matched.get(&payment.id) {
                self.merge_adopted(id, &payment.id);
                self.apply_payment(id, payment, now, Input::Matched);
            }
        }
        for payment in payments {
            match self.state.top_up_id_of(&payment.id) {
                _ if matched.contains_key(&payment.id) => {}
                Some(id) => self.apply_reported(&id, payment, now),
                None if matches!(payment.status, Status::Refunding | Status::Refunded) => {
                    self.notify_refund(payment, now);
                }
                None => self.adopt(payment, now),
            }
        }
    }

    fn apply_reported(&mut self, id: &str, payment: &RemotePayment, now: Timestamp) {
        self.apply_payment(id, payment, now, Input::Reported);
    }

    fn apply_payment(
        &mut self,
        id: &str,
        payment: &RemotePayment,
        now: Timestamp,
        input: impl FnOnce(RemotePayment) -> Input,
    ) {
        let mut payment = payment.clone();
        if self.state.cancelled_by_user.contains(id) {
            payment.reason = payment.reason.map(FailureReason::or_by_user);
        }
        let updated_at = payment.updated_at;
        self.apply(id, &input(payment), now);
        let applied = self.state.top_ups.get(id);
        if applied.is_some_and(|top_up| top_up.provider_updated_at == Some(updated_at)) {
            self.state.status_read_at.insert(id.to_owned(), now);
        }
    }

    /// Follows an open payment that was started elsewhere.
    fn adopt(&mut self, payment: &RemotePayment, now: Timestamp) {
        let open = match payment.status {
            Status::Open | Status::Confirming | Status::UnderReview => true,
            Status::Completed
            | Status::Cancelled
            | Status::Expired
            | Status::Failed
            | Status::Refunding
            | Status::Refunded => false,
        };
        // While a start is unanswered, it is unknown whose payment this is.
        if !open || self.state.awaits_start() || self.state.could_be_unknown_outcome(payment) {
            return;
        }
        let adopted = TopUp::adopted(payment);
        let id = adopted.id.clone();
        self.state.top_ups.insert(id.clone(), adopted);
        self.apply_as(&id, &Input::Reported(payment.clone()), now, true);
        self.state.status_read_at.insert(id, now);
    }

    /// A payment that ended long ago is refunded: reported once, unless it happened before the account was connected.
    fn notify_refund(&mut self, payment: &RemotePayment, now: Timestamp) {
        if payment.updated_at < self.state.connected_at
            || !self.state.refunds_notified.insert(payment.id.clone())
        {
            return;
        }
        self.push_notice(Notice {
            amount: Some(payment.amount.clone()),
            about: PaymentKind::of(&payment.purpose),
            ..self
                .state
                .new_notice(NoticeKind::Refunded, payment.id.clone(), now)
        });
        self.state.make_due(&[PollTarget::Balance], now);
    }

    pub(super) fn chain_response(&mut self, answer: &ChainResponse, now: Timestamp, entropy: u64) {
        let failures = self.state.failures(PollTarget::Chain);
        self.record_response(
            PollTarget::Chain,
            answer.figures_error.as_ref(),
            now,
            entropy,
        );
        self.state.full_chain_in_flight = false;
        if self.state.config.watched_address != Some(answer.user) {
            // The request was sent before the address changed.
            self.state.make_due(&[PollTarget::Chain], now);
            return;
        }
        let is_overtaken = self
            .state
            .chain_reading
            .as_ref()
            .is_some_and(|known| known.block > answer.reading.block && !answer.lowers_mark);
        if is_overtaken {
            // The payments in this response are as outdated as its figures.
            return;
        }
        let moved = self
            .state
            .chain_reading
            .as_ref()
            .is_none_or(|known| !known.same_balances(&answer.reading));
        let before = self.state.chain_reading.as_ref().and_then(total_balance);
        if has_grown(before.as_ref(), total_balance(&answer.reading).as_ref()) {
            self.search_late_payments(now);
        }
        self.state.chain_reading = Some(answer.reading.clone());
        for payment_id in &answer.reorganised {
            if let Some(id) = self.state.top_up_id_of(payment_id) {
                self.apply(&id, &Input::Reorganised, now);
            }
        }
        for (payment_id, verified, has_quorum) in &answer.credited {
            if let Some(id) = self.state.top_up_id_of(payment_id) {
                let input = Input::Credited {
                    verified: verified.clone(),
                    has_quorum: *has_quorum,
                };
                self.apply(&id, &input, now);
            }
        }
        let backfill = Backfill {
            chain: answer.backfill,
            ..self.state.backfill.clone()
        };
        // What could not be read is requested again as usual, not at once.
        let more = answer.backfill.is_some() && answer.events_error.is_none();
        self.update_backfill(backfill, PollTarget::Chain, more, now);
        if let Some(due) = answer.reread_at {
            self.state.bring_forward(PollTarget::Chain, due.max(now));
        }
        self.state.events_error = None;
        if let Some(error) = &answer.events_error {
            self.state.events_failed(error, failures, now, entropy);
        }
        if answer.changed {
            self.effects.push(Effect::Changed(Change::Payments {
                account: self.state.account.clone(),
            }));
        }
        if moved {
            // The provider's own figure is about to change too.
            self.state
                .make_due(&[PollTarget::Balance, PollTarget::OpenPayments], now);
        }
        let unit = self.state.leading_unit().cloned();
        self.check_balance(now);
        self.check_unit(unit, now);
        self.changed();
    }
}

impl State {
    /// The top-up that a provider's payment belongs to.
    pub(super) fn top_up_id_of(&self, payment_id: &str) -> Option<String> {
        self.top_ups
            .values()
            .find(|top_up| top_up.payment_id.as_deref() == Some(payment_id))
            .map(|top_up| top_up.id.clone())
    }
}
