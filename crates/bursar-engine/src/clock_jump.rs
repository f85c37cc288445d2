//! Keeps the engine's times plausible when the wall clock jumps. A due time must not lie further ahead than it could
//! have when it was set, and no past event may lie in the future; a clock that was set back leaves both. Every step
//! checks this, because a program that has just started cannot notice a jump in any other way.

use super::poll_interval::FAST_POLLING_TIME;
use super::poll_target::PollTarget;
use super::server_backoff::MAX_RETRY_AFTER;
use super::state::{Disagreement, State};
use super::step::METHOD_EXPECTED_FOR;
use crate::top_up::{Phase, TopUp};
use bursar_domain::clock::{Span, Timestamp};

/// The longest poll interval, including jitter.
const LONGEST_INTERVAL: Span = Span::hours(15);

impl State {
    /// The wall clock jumped, or the machine was asleep: everything is read again.
    pub(super) fn clock_moved(&mut self, now: Timestamp) {
        for resend in self.resends.values_mut() {
            // A `Retry-After` holds across the jump.
            let retry_after = resend.retry_after;
            let earliest = if is_plausible(retry_after, now, MAX_RETRY_AFTER) {
                retry_after.max(now)
            } else {
                now
            };
            resend.due = resend.due.min(earliest);
        }
        self.clock_offset_stale = true;
        self.clock_jumped_at = Some(now);
        if let Disagreement::Once(_) = self.disagreement {
            // How long ago the first difference was seen is unknown.
            self.disagreement = Disagreement::Once(now);
        }
        self.make_due(&PollTarget::ALL, now);
    }

    /// Pulls back due times that lie too far ahead, and past times that lie in the future.
    pub(super) fn bound_times(&mut self, now: Timestamp) {
        for ended in self.start_ended_at.values_mut() {
            *ended = (*ended).min(now);
        }
        let limit = |at: &mut Timestamp, most: Span| {
            if !is_plausible(*at, now, most) {
                *at = now;
            }
        };
        for plan in self.poll_timers.values_mut() {
            limit(&mut plan.due, LONGEST_INTERVAL);
        }
        for resend in self.resends.values_mut() {
            limit(&mut resend.due, MAX_RETRY_AFTER);
        }
        for backoff in self.server_backoffs.values_mut() {
            limit(&mut backoff.until, MAX_RETRY_AFTER);
            limit(&mut backoff.retry_after, MAX_RETRY_AFTER);
        }
        self.fast_polling_until = self.fast_polling_until.min(now.plus(FAST_POLLING_TIME));
        self.method_expected_until = self
            .method_expected_until
            .min(now.plus(METHOD_EXPECTED_FOR));
        let unknown = self
            .top_ups
            .values()
            .filter(|top_up| top_up.phase == Phase::Starting)
            .map(|top_up| (top_up.id.clone(), top_up.created_at));
        for (id, created_at) in unknown {
            let since = self.unknown_since.entry(id).or_insert(created_at);
            *since = (*since).min(now);
        }
    }

    /// Whether a payment with an unknown outcome is older than `span` and no longer blocks others. A clock that was set
    /// forward does not suffice: the provider's clock must agree if it is known.
    pub(super) fn has_waited_longer(&self, top_up: &TopUp, span: Span, now: Timestamp) -> bool {
        let by_provider = match (self.clock_offset, top_up.provider_created_at) {
            (Some(ahead), Some(requested_at)) => {
                !self.clock_offset_stale && now.plus(ahead).since(requested_at) > span
            }
            (None, _) | (_, None) => true,
        };
        by_provider && self.waited_for(top_up, now) > span
    }

    /// Whether the payment was first found absent before the clock jumped, so that it is unknown how long ago.
    pub(super) fn was_absent_before_jump(&self, top_up: &TopUp) -> bool {
        let dated = self.clock_offset.is_some();
        top_up
            .absent_since
            .zip(self.clock_jumped_at.filter(|_| dated))
            .is_some_and(|(absent, jumped)| absent < jumped)
    }

    /// How long the payment's outcome has been unknown, by this machine's clock.
    pub(super) fn waited_for(&self, top_up: &TopUp, now: Timestamp) -> Span {
        let since = self.unknown_since.get(&top_up.id).copied();
        now.since(since.unwrap_or(top_up.created_at).min(now))
    }
}

/// Whether this clock can have set the due time `at`, which was at most `most` ahead.
fn is_plausible(at: Timestamp, now: Timestamp, most: Span) -> bool {
    at.since(now) <= most
}
