//! What the answers of servers mean: each payment to the top-up that it is, or can only be, or to a new one; what
//! none of them shows is absent; and what the chain has.

use super::answer::{ChainAnswer, Followed, HistoryAnswer};
use super::event::{Effect, Poll};
use super::late::{has_grown, in_all};
use super::past::Past;
use super::state::State;
use super::step::Step;
use crate::top_up::{Input, TopUp};
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Error;
use bursar_domain::notice::{Notice, NoticeKind};
use bursar_domain::payment::{FailureReason, RemotePayment, Status};
use bursar_domain::view::{Change, PaymentKind};
use std::collections::BTreeMap;

impl Step {
    pub(super) fn followed(
        &mut self,
        followed: &Followed,
        asked_at: Timestamp,
        now: Timestamp,
        entropy: u64,
    ) {
        self.booked(Poll::Follow, followed.problem.as_ref(), now, entropy);
        self.reported(&followed.payments, followed.problem.as_ref(), now);
        if followed.history_read {
            self.absent(&followed.payments, asked_at, now);
        } else if let Some(problem) = &followed.problem {
            self.unclear(problem, now);
        }
        self.state.hurry(now);
        self.changed();
    }

    pub(super) fn history(
        &mut self,
        history: &HistoryAnswer,
        asked_at: Timestamp,
        now: Timestamp,
        entropy: u64,
    ) {
        self.booked(Poll::History, history.problem.as_ref(), now, entropy);
        if !history.ended && !history.kept {
            self.state.whole_history |= self.state.whole_asked;
        }
        self.state.whole_asked = false;
        self.state.ended_asked = false;
        self.reported(&history.payments, history.problem.as_ref(), now);
        if history.ended && !history.doubtful {
            self.absent(&history.payments, asked_at, now);
        }
        self.late_money(&history.late, now);
        if self.state.recovering {
            self.state.recovering = false;
            self.changed();
        }
        if history.changed > 0 {
            self.effects.push(Effect::Changed(Change::Payments {
                account: self.state.account.clone(),
            }));
            if !history.more {
                // A payment that has just become known may already have its event.
                self.state.make_due(&[Poll::Balance], now);
            }
        }
        let past = Past {
            payments: history.past,
            ..self.state.past.clone()
        };
        self.past_is(past, Poll::History, history.more, now);
    }

    /// The provider's word on each payment: to the top-up it is, to the one it can only be, or to a new one.
    fn reported(&mut self, payments: &[RemotePayment], problem: Option<&Error>, now: Timestamp) {
        // Where there may be others, what was not read this time may be likelier.
        let cut_off = problem.is_some_and(|problem| problem.retryable)
            && !self.state.setup.rules.one_open_top_up();
        let found = if cut_off {
            BTreeMap::new()
        } else {
            self.state.found(payments)
        };
        for payment in payments {
            if let Some(id) = found.get(&payment.id) {
                self.take_over(id, &payment.id);
                self.heard(id, payment, now, Input::Found);
            }
        }
        for payment in payments {
            match self.state.bound_to(&payment.id) {
                _ if found.contains_key(&payment.id) => {}
                Some(id) => self.heard_of(&id, payment, now),
                None if matches!(payment.status, Status::Refunding | Status::Refunded) => {
                    self.given_back(payment, now);
                }
                None => self.adopt(payment, now),
            }
        }
    }

    fn heard_of(&mut self, id: &str, payment: &RemotePayment, now: Timestamp) {
        self.heard(id, payment, now, Input::Reported);
    }

    fn heard(
        &mut self,
        id: &str,
        payment: &RemotePayment,
        now: Timestamp,
        input: impl FnOnce(RemotePayment) -> Input,
    ) {
        let mut payment = payment.clone();
        if self.state.cancelled_here.contains(id) {
            payment.reason = payment.reason.map(FailureReason::or_by_user);
        }
        let updated_at = payment.updated_at;
        self.apply(id, &input(payment), now);
        let heard = self.state.top_ups.get(id);
        if heard.is_some_and(|top_up| top_up.remote_updated_at == Some(updated_at)) {
            self.state.seen.insert(id.to_owned(), now);
        }
    }

    /// Follows what is open and was started elsewhere.
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
        // While the answer to a start is outstanding nobody can say whose this is.
        if !open || self.state.awaits_start() || self.state.may_be_lost(payment) {
            return;
        }
        let adopted = TopUp::adopted(payment);
        let id = adopted.id.clone();
        self.state.top_ups.insert(id.clone(), adopted);
        self.apply_as(&id, &Input::Reported(payment.clone()), now, true);
        self.state.seen.insert(id, now);
    }

    /// One that ended long ago goes back after all: told once, unless it is older news than the connection.
    fn given_back(&mut self, payment: &RemotePayment, now: Timestamp) {
        if payment.updated_at < self.state.connected_at
            || !self.state.refunds_told.insert(payment.id.clone())
        {
            return;
        }
        self.notice(Notice {
            amount: Some(payment.amount.clone()),
            about: PaymentKind::of(&payment.purpose),
            ..self
                .state
                .news(NoticeKind::Refunded, payment.id.clone(), now)
        });
        self.state.make_due(&[Poll::Balance], now);
    }

    pub(super) fn chain(&mut self, answer: &ChainAnswer, now: Timestamp, entropy: u64) {
        let failures = self.state.failures(Poll::Chain);
        self.booked(Poll::Chain, answer.figures_problem.as_ref(), now, entropy);
        self.state.whole_chain_asked = false;
        if self.state.setup.watched != Some(answer.user) {
            // Asked for before the address was changed.
            self.state.make_due(&[Poll::Chain], now);
            return;
        }
        let is_overtaken = self
            .state
            .chain
            .as_ref()
            .is_some_and(|seen| seen.block > answer.reading.block && !answer.lowers_mark);
        if is_overtaken {
            // What it says of payments is as old as its figures.
            return;
        }
        let moved = self
            .state
            .chain
            .as_ref()
            .is_none_or(|seen| !seen.same_balances(&answer.reading));
        let before = self.state.chain.as_ref().and_then(in_all);
        if has_grown(before.as_ref(), in_all(&answer.reading).as_ref()) {
            self.look_for_late_money(now);
        }
        self.state.chain = Some(answer.reading.clone());
        for payment in &answer.reorganised {
            if let Some(id) = self.state.bound_to(payment) {
                self.apply(&id, &Input::Reorganised, now);
            }
        }
        for (payment, verified, agreed) in &answer.credited {
            if let Some(id) = self.state.bound_to(payment) {
                let input = Input::Credited {
                    verified: verified.clone(),
                    agreed: *agreed,
                };
                self.apply(&id, &input, now);
            }
        }
        let past = Past {
            chain: answer.past,
            ..self.state.past.clone()
        };
        // What could not be read is asked for again as usual, not at once.
        let more = answer.past.is_some() && answer.events_problem.is_none();
        self.past_is(past, Poll::Chain, more, now);
        if let Some(due) = answer.look_again {
            self.state.bring_forward(Poll::Chain, due.max(now));
        }
        self.state.events_problem = None;
        if let Some(problem) = &answer.events_problem {
            self.state.events_failed(problem, failures, now, entropy);
        }
        if answer.changed {
            self.effects.push(Effect::Changed(Change::Payments {
                account: self.state.account.clone(),
            }));
        }
        if moved {
            // The provider's own figure is about to move too.
            self.state.make_due(&[Poll::Balance, Poll::Follow], now);
        }
        self.watch_balance(now);
        self.changed();
    }
}

impl State {
    /// Which top-up a payment of the provider is.
    pub(super) fn bound_to(&self, payment: &str) -> Option<String> {
        self.top_ups
            .values()
            .find(|top_up| top_up.remote.as_deref() == Some(payment))
            .map(|top_up| top_up.id.clone())
    }
}
