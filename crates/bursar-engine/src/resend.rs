//! Sends the same request again while its response is missing, to providers that make only one payment of all requests
//! with the same key. The first resend follows at once, even after a crash; later ones back off. Resending ends before
//! the provider may forget the key; then its lists are searched, as for any other payment.

use super::effect::{Effect, Request};
use super::poll_target::Server;
use super::state::State;
use super::step::Step;
use super::timers::Resend;
use crate::top_up::{Input, TopUp};
use bursar_domain::backoff::{Backoff, jitter};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Error;

/// After a failed commit, an expired resend is dropped this much later.
const COMMIT_RETRY_DELAY: Span = Span::seconds(5);

impl State {
    /// Plans the next resend after a failed one, or drops it once the response is known.
    pub(super) fn plan_resend(
        &mut self,
        top_up_id: &str,
        error: Option<&Error>,
        now: Timestamp,
        entropy: u64,
    ) {
        let outstanding = self
            .top_ups
            .get(top_up_id)
            .is_some_and(|top_up| top_up.request.is_some());
        let Some(error) = error.filter(|_| outstanding) else {
            self.resends.remove(top_up_id);
            return;
        };
        let resend = self.resends.entry(top_up_id.to_owned()).or_default();
        resend.failures = resend.failures.saturating_add(1);
        let wait = jitter(Backoff::SERVER.wait(resend.failures), entropy);
        let retry_after = error.retry_after.unwrap_or_default();
        resend.due = now.plus(wait.max(retry_after));
        resend.retry_after = now.plus(retry_after);
    }

    /// When the next resend is due, if any.
    pub(super) fn next_resend(&self) -> Option<Timestamp> {
        if !self.online || !self.config.signed_in {
            return None;
        }
        let closed_until = self.server_backoff(Server::Api).until;
        self.outstanding()
            .map(|id| self.resend_of(id).due.max(closed_until))
            .min()
    }

    /// Top-ups without a response and without a request in flight.
    fn outstanding(&self) -> impl Iterator<Item = &str> {
        self.top_ups
            .values()
            .filter(|top_up| {
                top_up.request.is_some() && !self.starts_in_flight.contains(&top_up.id)
            })
            .map(|top_up| top_up.id.as_str())
    }

    fn resend_of(&self, id: &str) -> Resend {
        self.resends.get(id).copied().unwrap_or_default()
    }

    /// Whether the provider may have forgotten the key.
    fn is_overdue(&self, top_up: &TopUp, now: Timestamp) -> bool {
        self.config
            .rules
            .repeatable_for
            .is_none_or(|most| self.waited_for(top_up, now) > most)
    }

    fn overdue(&self, now: Timestamp) -> Vec<String> {
        self.outstanding()
            .filter(|id| {
                self.top_ups
                    .get(*id)
                    .is_some_and(|top_up| self.is_overdue(top_up, now))
            })
            .map(str::to_owned)
            .collect()
    }

    /// Dropping them could not be written: retry after a pause, not in a busy loop.
    pub(super) fn hold_overdue_resends(&mut self, now: Timestamp) {
        for id in self.overdue(now) {
            let resend = self.resends.entry(id).or_default();
            resend.due = resend.due.max(now.plus(COMMIT_RETRY_DELAY));
        }
    }
}

impl Step {
    pub(super) fn give_up_resends(&mut self, now: Timestamp) {
        let over = self.state.overdue(now);
        for id in over {
            self.state.resends.remove(&id);
            // Only a reading that starts from now on can find it absent.
            self.state.start_ended_at.insert(id.clone(), now);
            self.apply(&id, &Input::ResendExpired, now);
        }
    }

    pub(super) fn resend_due(&mut self, now: Timestamp) {
        if self.state.next_resend().is_none_or(|due| due > now) {
            return;
        }
        let overdue = self.state.overdue(now);
        let due: Vec<String> = self
            .state
            .outstanding()
            .filter(|id| self.state.resend_of(id).due <= now)
            .map(str::to_owned)
            .filter(|id| !overdue.contains(id))
            .collect();
        for id in due {
            let Some(top_up) = self.state.top_ups.get_mut(&id) else {
                continue;
            };
            let Some(new) = top_up.request.clone() else {
                continue;
            };
            top_up.resent = true;
            self.state.starts_in_flight.insert(id.clone());
            self.effects
                .push(Effect::Request(Request::Start { top_up_id: id, new }));
        }
    }
}
