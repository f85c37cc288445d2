//! Payments with an unknown outcome, because the response to their request was lost. Until the outcome is known, no
//! other payment starts. The payment is the one in the provider's lists that matches it; if two complete readings show
//! no match, it was never made.

use super::state::State;
use super::step::Step;
use crate::Write;
use crate::top_up::{Input, LATE_PAYMENT_WINDOW, Phase, TopUp, is_undecidable};
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error, TopUpDetail};
use bursar_domain::payment::RemotePayment;
use std::collections::BTreeMap;

impl State {
    /// The payment that blocks another one: one with an unknown outcome, or an open one where only one is allowed.
    /// After a day, an unknown outcome no longer blocks anything, but stays unknown.
    pub fn blocking_payment(&self, now: Timestamp) -> Option<&TopUp> {
        let one_at_a_time = self.config.rules.one_open_top_up();
        self.top_ups
            .values()
            .filter(|top_up| top_up.is_live())
            .filter(|top_up| {
                if top_up.phase == Phase::Starting {
                    !self.has_waited_longer(top_up, LATE_PAYMENT_WINDOW, now)
                } else {
                    one_at_a_time
                }
            })
            .max_by_key(|top_up| (top_up.phase == Phase::Starting, top_up.created_at))
    }

    /// Whether its request is in flight, or about to be sent again for the first time since the start, so that its
    /// outcome will be known in a moment.
    pub fn is_start_pending(&self, id: &str) -> bool {
        let was_resent = self.resends.contains_key(id);
        self.online
            && !was_resent
            && self
                .top_ups
                .get(id)
                .is_some_and(|top_up| top_up.request.is_some())
    }

    /// Matches payments to top-ups with an unknown outcome; of several, the one created nearest to the intent wins. The
    /// result maps `payment_id` to `top_up_id`. While a start request is in flight nothing is matched, because its
    /// response will say.
    pub(super) fn match_payments(&self, payments: &[RemotePayment]) -> BTreeMap<String, String> {
        let mut matched = BTreeMap::new();
        if self.awaits_start() {
            return matched;
        }
        let only_one = self.config.rules.one_open_top_up();
        let mut likely = Vec::new();
        for top_up in self.top_ups.values() {
            let ended = self.start_ended_at.get(&top_up.id).copied();
            let ended = ended.unwrap_or(top_up.created_at);
            for payment in payments {
                if top_up.is_match(payment, ended, only_one) && self.is_free_for(top_up, payment) {
                    likely.push((
                        !top_up.has_same_checkout(payment),
                        top_up.time_distance(payment),
                        &payment.id,
                        &top_up.id,
                    ));
                }
            }
        }
        // The surest match first; each payment belongs to one top-up, and each top-up to one payment.
        likely.sort();
        for (_, _, payment, top_up) in likely {
            if !matched.contains_key(payment) && !matched.values().any(|taken| taken == top_up) {
                matched.insert(payment.clone(), top_up.clone());
            }
        }
        matched
    }

    /// Whether a payment belongs to no top-up yet. One that was taken for somebody else's is free for a top-up that
    /// certainly exists: it turns out to be that one.
    fn is_free_for(&self, top_up: &TopUp, payment: &RemotePayment) -> bool {
        let Some(owner) = self.top_up_id_of(&payment.id) else {
            return true;
        };
        let adopted = self.top_ups.get(&owner).is_some_and(TopUp::is_adopted);
        let sure = top_up.has_same_checkout(payment) || top_up.could_be(payment);
        adopted && top_up.phase != Phase::Starting && sure
    }

    /// Whether this may be a payment with an unknown outcome, so that it must not be taken for somebody else's.
    pub(super) fn could_be_unknown_outcome(&self, payment: &RemotePayment) -> bool {
        self.top_ups
            .values()
            .any(|top_up| top_up.could_be(payment) || top_up.could_be_with_wrong_clock(payment))
    }

    /// A payment without a top-up that may be this one if a clock is wrong.
    fn find_doubtful<'a>(
        &self,
        top_up: &TopUp,
        payments: &'a [RemotePayment],
    ) -> Option<&'a RemotePayment> {
        payments
            .iter()
            .filter(|payment| top_up.could_be_with_wrong_clock(payment))
            .find(|payment| self.top_up_id_of(&payment.id).is_none())
    }
}

fn undecidable_error(payment: &RemotePayment) -> Error {
    let name = payment.documents.number.as_ref().unwrap_or(&payment.id);
    Error::new(
        Code::TopUpsUnknown,
        TopUpDetail::OutcomeDoubtful {
            payment: name.clone(),
        },
    )
}

/// Why no other payment starts while this one is open, and what to do about it.
pub(super) fn blocked_error(open: &TopUp) -> Error {
    match (open.phase, &open.error) {
        (Phase::Starting, Some(error)) if is_undecidable(error.code) => {
            Error::new(Code::TopUpOpen, error.detail.clone())
        }
        (Phase::Starting, _) => Error::passing(
            Code::TopUpOpen,
            TopUpDetail::OutcomeUnknown {
                amount: open.amount.clone(),
            },
        ),
        _ => Error::new(
            Code::TopUpOpen,
            TopUpDetail::TopUpStillOpen {
                amount: open.amount.clone(),
            },
        ),
    }
}

impl Step {
    /// A payment that was taken for somebody else's is this top-up: the duplicate goes.
    pub(super) fn merge_adopted(&mut self, top_up_id: &str, payment_id: &str) {
        let adopted = self
            .state
            .top_ups
            .values()
            .find(|other| {
                other.id != top_up_id
                    && other.is_adopted()
                    && other.payment_id.as_deref() == Some(payment_id)
            })
            .map(|other| other.id.clone());
        if let Some(adopted) = adopted {
            self.state.top_ups.remove(&adopted);
            self.commit.push(Write::DeleteTopUp(adopted));
        }
    }

    /// The outcome cannot be found out; the user gets the reason.
    pub(super) fn mark_unclear(&mut self, error: &Error, now: Timestamp) {
        let lost: Vec<String> = self
            .state
            .top_ups
            .values()
            .filter(|top_up| top_up.is_live() && top_up.payment_id.is_none())
            .filter(|top_up| !self.state.starts_in_flight.contains(&top_up.id))
            .map(|top_up| top_up.id.clone())
            .collect();
        for id in lost {
            self.apply(&id, &Input::Unclear(error.clone()), now);
        }
    }

    /// A complete reading did not show these top-ups: they are absent, unless a payment may be one of them after all.
    pub(super) fn mark_absent(
        &mut self,
        payments: &[RemotePayment],
        requested_at: Timestamp,
        now: Timestamp,
    ) {
        // A payment whose owner is still unknown may be the missing one.
        if self.state.awaits_start() {
            return;
        }
        let missing: Vec<_> = self
            .state
            .top_ups
            .values()
            .filter(|top_up| top_up.is_live() && top_up.payment_id.is_none())
            .filter(|top_up| !self.state.starts_in_flight.contains(&top_up.id))
            .filter(|top_up| {
                self.state
                    .start_ended_at
                    .get(&top_up.id)
                    .is_none_or(|ended| *ended <= requested_at)
            })
            .map(|top_up| {
                let input = match self.state.find_doubtful(top_up, payments) {
                    Some(payment) => Input::Unclear(undecidable_error(payment)),
                    None if self.state.was_absent_before_jump(top_up) => Input::AbsentSinceUnknown,
                    None => Input::Absent,
                };
                (top_up.id.clone(), input)
            })
            .collect();
        for (id, input) in missing {
            self.state.status_read_at.insert(id.clone(), now);
            self.apply(&id, &input, now);
        }
    }
}
