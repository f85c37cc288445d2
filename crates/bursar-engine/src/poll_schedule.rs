//! When each target is polled next, and with which request. Each target has at most one request in flight.

use super::account_config::Presence;
use super::effect::{Effect, Request, WatchedPayment};
use super::poll_target::PollTarget;
use super::state::State;
use super::timers::PollTimer;
use crate::top_up::{Phase, TopUp};
use bursar_domain::clock::Timestamp;

impl State {
    /// When the next request is due, if any.
    pub fn next_due(&self) -> Option<Timestamp> {
        PollTarget::ALL
            .into_iter()
            .filter(|poll| !self.is_one_at_a_time(poll.server()))
            .filter_map(|poll| {
                let plan = self.poll_timers.get(&poll)?;
                (!plan.in_flight && self.is_wanted(poll, plan.due))
                    .then(|| plan.due.max(self.server_backoff(poll.server()).until))
            })
            .chain(self.next_resend())
            .chain(self.next_probe())
            .min()
    }

    /// Requests everything that is due.
    pub(super) fn request_due(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        for poll in PollTarget::ALL {
            let backoff = self.server_backoff(poll.server());
            let Some(plan) = self.poll_timers.get(&poll).copied() else {
                continue;
            };
            let wanted = self.is_wanted(poll, plan.due);
            if !wanted || plan.in_flight || plan.due > now || backoff.until > now {
                continue;
            }
            if self.is_one_at_a_time(poll.server()) {
                continue;
            }
            self.poll_timers.insert(
                poll,
                PollTimer {
                    in_flight: true,
                    again: false,
                    ..plan
                },
            );
            effects.push(Effect::Request(self.request(poll)));
            if poll == PollTarget::History {
                self.full_history_in_flight = std::mem::take(&mut self.full_history_wanted);
                self.late_payment_read_in_flight = self.late_payment_reads > 0;
                self.late_payment_reads = self.late_payment_reads.saturating_sub(1);
            }
            if poll == PollTarget::Chain {
                self.full_chain_in_flight = std::mem::take(&mut self.full_chain_wanted);
            }
        }
        effects
    }

    fn request(&self, poll: PollTarget) -> Request {
        match poll {
            PollTarget::OpenPayments => Request::OpenPayments {
                since: self.follow_since(),
                expected_payment_ids: self
                    .top_ups
                    .values()
                    .filter(|top_up| top_up.is_live() && top_up.request.is_none())
                    .map(|top_up| top_up.payment_id.clone().unwrap_or_default())
                    .collect(),
            },
            PollTarget::History => Request::History {
                since: self.top_ups.values().map(TopUp::listed_since).min(),
                full: self.full_history_wanted,
                include_ended: self.late_payment_reads > 0,
                backfill: self.reads_backfill(),
            },
            PollTarget::Balance => Request::Balance,
            PollTarget::Chain => Request::Chain {
                payments: self.top_ups.values().filter_map(watched_payment).collect(),
                backfill: self.reads_backfill(),
                full: self.full_chain_wanted,
            },
            PollTarget::Charges => Request::Charges,
            PollTarget::Catalogue => Request::Catalogue,
            PollTarget::DuePayments => Request::DuePayments,
        }
    }

    fn follow_since(&self) -> Timestamp {
        self.top_ups
            .values()
            .filter(|top_up| top_up.is_live())
            .map(TopUp::listed_since)
            .min()
            .unwrap_or_default()
    }

    /// Whether this target is polled at all, given its due time.
    fn is_wanted(&self, poll: PollTarget, due: Timestamp) -> bool {
        if !self.online {
            return false;
        }
        match poll {
            PollTarget::OpenPayments => self.config.signed_in && self.has_live(),
            PollTarget::Chain => self.config.watched_address.is_some(),
            // In the tray nobody sees the chart, nor the methods once they are known.
            PollTarget::Charges => self.config.signed_in && self.presence != Presence::Tray,
            PollTarget::DuePayments => {
                let capabilities = self.config.rules.capabilities;
                self.config.signed_in && (capabilities.renewals || capabilities.migrations)
            }
            PollTarget::Catalogue => {
                let known = self.last_success(PollTarget::Catalogue).is_some() && !self.maintenance;
                let awaited = self.method_pending || due < self.method_expected_until;
                let idle = known && self.presence == Presence::Tray && !awaited;
                self.config.signed_in && !idle
            }
            PollTarget::History | PollTarget::Balance => self.config.signed_in,
        }
    }

    /// Makes the target due at this time at the latest.
    pub(super) fn bring_forward(&mut self, poll: PollTarget, at: Timestamp) {
        if let Some(plan) = self.poll_timers.get_mut(&poll) {
            plan.due = plan.due.min(at);
        }
    }

    /// Makes these targets due at once; one that is in flight is polled again after its response.
    pub(super) fn make_due(&mut self, polls: &[PollTarget], now: Timestamp) {
        for poll in polls {
            if let Some(plan) = self.poll_timers.get_mut(poll) {
                plan.due = plan.due.min(now);
                plan.again = plan.in_flight;
            }
        }
    }
}

/// What to look for on the chain: only a payment with a known `payment_id` can be recognised.
fn watched_payment(top_up: &TopUp) -> Option<WatchedPayment> {
    Some(WatchedPayment {
        payment_id: top_up.payment_id.clone()?,
        verified: top_up.verified.clone(),
        needs_receipt_quorum: top_up.phase != Phase::Completed,
    })
}
