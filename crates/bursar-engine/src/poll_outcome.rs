//! What a response or a failure means for the next poll of its target, and whether the user is notified.

use super::poll_target::PollTarget;
use super::server_backoff::{LONGER_BY_PERCENT, MAX_RETRY_AFTER, is_outage};
use super::state::{Disagreement, State};
use super::step::Step;
use crate::Write;
use bursar_domain::backoff::{Backoff, jitter, lengthen};
use bursar_domain::clock::Timestamp;
use bursar_domain::error::{Code, Error};
use bursar_domain::notice::NoticeKind;

/// How many times in a row unreadable events are read again soon.
const MAX_QUICK_EVENT_RETRIES: u32 = 7;

impl Step {
    pub(super) fn record_failure(
        &mut self,
        poll: PollTarget,
        error: &Error,
        now: Timestamp,
        entropy: u64,
    ) {
        let rejected = is_signed_out(error.code);
        if rejected && self.state.reread_if_outdated(poll, now) {
            // The rejection may concern the previous key: the next response decides.
            return;
        }
        let known = self.state.errors.get(&poll).map(|(error, _)| error.code);
        self.state.record_failure(poll, error, now, entropy);
        let is_news = self.state.notifies_alerts && !self.state.alerts.signed_out_notified;
        if rejected && self.state.config.signed_in && is_news {
            self.state.alerts.signed_out_notified = true;
            self.state.alerts.rejection_count = self.state.alerts.rejection_count.saturating_add(1);
            let subject = format!("rejection-{}", self.state.alerts.rejection_count);
            self.push_notice(self.state.new_notice(NoticeKind::SignedOut, subject, now));
            self.commit.push(Write::Alerts(self.state.alerts.clone()));
        }
        if error.code == Code::SignedOut {
            self.state.config.signed_in = false;
            self.state.forget_session();
        }
        if known != Some(error.code) {
            self.changed();
        }
    }

    /// Records a response and the error that made it incomplete, if any. An outage counts as a failed poll; any other
    /// error is shown, and the next poll comes as usual.
    pub(super) fn record_response(
        &mut self,
        poll: PollTarget,
        error: Option<&Error>,
        now: Timestamp,
        entropy: u64,
    ) {
        match error {
            Some(error) if is_outage(error.code) || is_signed_out(error.code) => {
                self.record_failure(poll, error, now, entropy);
            }
            Some(error) => {
                self.state.record_success(poll, now, entropy);
                self.state.errors.insert(poll, (error.clone(), now));
                self.changed();
            }
            None => self.state.record_success(poll, now, entropy),
        }
    }

    /// The provider accepted the key, so that the next rejection is news.
    pub(super) fn key_accepted(&mut self) {
        if self.state.alerts.signed_out_notified && self.state.notifies_alerts {
            self.state.alerts.signed_out_notified = false;
            self.commit.push(Write::Alerts(self.state.alerts.clone()));
        }
    }
}

impl State {
    /// The API's figures of a session that has ended are not current; the database keeps them with their time.
    pub(super) fn forget_session(&mut self) {
        self.api_balance = None;
        self.disagreement = Disagreement::Unknown;
    }

    /// Records a success: the back-off ends, and the next poll follows from the present state.
    pub(super) fn record_success(&mut self, poll: PollTarget, now: Timestamp, entropy: u64) {
        let was_silent = self.server_backoff(poll.server()).failures > 0;
        self.clear_backoff(poll.server(), now);
        self.errors.remove(&poll);
        let interval = self.interval(poll, now);
        let interval = if self.is_idle_in_tray() {
            lengthen(interval, LONGER_BY_PERCENT, entropy)
        } else {
            jitter(interval, entropy)
        };
        if let Some(plan) = self.poll_timers.get_mut(&poll) {
            plan.due = if plan.again { now } else { now.plus(interval) };
            plan.in_flight = false;
            plan.again = false;
            plan.failures = 0;
            plan.last_success = Some(now);
        }
        if was_silent {
            let server = poll.server();
            let others: Vec<_> = PollTarget::ALL
                .into_iter()
                .filter(|other| *other != poll && other.server() == server)
                .collect();
            self.make_due(&others, now);
        }
    }

    /// Whether something has happened since this request was sent, so that its response is discarded and the target is
    /// read again at once.
    pub(super) fn reread_if_outdated(&mut self, poll: PollTarget, now: Timestamp) -> bool {
        let Some(plan) = self.poll_timers.get_mut(&poll).filter(|plan| plan.again) else {
            return false;
        };
        plan.due = now;
        plan.in_flight = false;
        plan.again = false;
        true
    }

    /// How many readings in a row were incomplete.
    pub(super) fn failures(&self, poll: PollTarget) -> u32 {
        self.poll_timers.get(&poll).map_or(0, |plan| plan.failures)
    }

    /// Records a chain reading with figures but without all events, after `failures` such readings. A passing error is
    /// retried soon for about a minute, then as usual, and never before the server allows it.
    pub(super) fn events_failed(
        &mut self,
        error: &Error,
        failures: u32,
        now: Timestamp,
        entropy: u64,
    ) {
        if let Some(plan) = self.poll_timers.get_mut(&PollTarget::Chain) {
            plan.failures = failures.saturating_add(1);
            if error.retryable && plan.failures <= MAX_QUICK_EVENT_RETRIES {
                let wait = jitter(Backoff::SERVER.wait(plan.failures), entropy);
                plan.due = plan.due.min(now.plus(wait));
            }
            let retry_after = error.retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
            plan.due = plan.due.max(now.plus(retry_after));
        }
        self.events_error = Some((error.clone(), now));
    }
}

/// Whether the provider does not, or no longer, accept the key or token.
fn is_signed_out(code: Code) -> bool {
    matches!(code, Code::Unauthorized | Code::SignedOut)
}
