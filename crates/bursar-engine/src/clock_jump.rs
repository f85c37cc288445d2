//! What a wall clock that jumps does to the times that the engine keeps. A time that was written as due must not lie
//! further ahead than it could have been when it was written, and nothing is said to have happened in the future: both
//! are left by a clock that has been set back since. Looked at in every step, because a start of the program has no
//! other way to notice.

use super::poll_interval::FAST_POLLING_TIME;
use super::poll_target::PollTarget;
use super::server_backoff::MAX_RETRY_AFTER;
use super::state::{Disagreement, State};
use super::step::METHOD_EXPECTED_FOR;
use crate::top_up::{Phase, TopUp};
use bursar_domain::clock::{Span, Timestamp};

/// The longest interval between two readings of one kind, with what is added so that desktops do not ask in step.
const LONGEST_INTERVAL: Span = Span::hours(15);

impl State {
    /// The wall clock and the time that has passed have parted, or the machine was asleep: everything is read anew.
    pub(super) fn clock_moved(&mut self, now: Timestamp) {
        for repeat in self.resends.values_mut() {
            // A server that has asked to be left alone is, all the same.
            let asked = repeat.retry_after;
            let earliest = if is_plausible(asked, now, MAX_RETRY_AFTER) {
                asked.max(now)
            } else {
                now
            };
            repeat.due = repeat.due.min(earliest);
        }
        self.clock_offset_stale = true;
        self.clock_jumped_at = Some(now);
        if let Disagreement::Once(_) = self.disagreement {
            // How long ago the first difference was seen is not known.
            self.disagreement = Disagreement::Once(now);
        }
        self.make_due(&PollTarget::ALL, now);
    }

    /// Brings back what lies too far ahead.
    pub(super) fn bound_times(&mut self, now: Timestamp) {
        for ended in self.start_ended_at.values_mut() {
            *ended = (*ended).min(now);
        }
        let bound = |at: &mut Timestamp, most: Span| {
            if !is_plausible(*at, now, most) {
                *at = now;
            }
        };
        for plan in self.plans.values_mut() {
            bound(&mut plan.due, LONGEST_INTERVAL);
        }
        for repeat in self.resends.values_mut() {
            bound(&mut repeat.due, MAX_RETRY_AFTER);
        }
        for backoff in self.server_backoffs.values_mut() {
            bound(&mut backoff.until, MAX_RETRY_AFTER);
            bound(&mut backoff.retry_after, MAX_RETRY_AFTER);
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
            let begun = self.unknown_since.entry(id).or_insert(created_at);
            *begun = (*begun).min(now);
        }
    }

    /// Whether a payment that nothing could settle for so long is in nobody's way any more. A clock that was set forward
    /// does not make it so: the provider's clock, where it is known, must say the same.
    pub(super) fn has_waited_longer(&self, top_up: &TopUp, span: Span, now: Timestamp) -> bool {
        let by_provider = match (self.clock_offset, top_up.provider_created_at) {
            (Some(ahead), Some(requested_at)) => {
                !self.clock_offset_stale && now.plus(ahead).since(requested_at) > span
            }
            (None, _) | (_, None) => true,
        };
        by_provider && self.waited_for(top_up, now) > span
    }

    /// Whether a first look that found nothing was before the clock jumped, so that it is not known how long ago.
    pub(super) fn was_absent_before_jump(&self, top_up: &TopUp) -> bool {
        let dated = self.clock_offset.is_some();
        top_up
            .absent_since
            .zip(self.clock_jumped_at.filter(|_| dated))
            .is_some_and(|(looked, jumped)| looked < jumped)
    }

    /// How long the fate of a payment has been waited for, by this machine's clock.
    pub(super) fn waited_for(&self, top_up: &TopUp, now: Timestamp) -> Span {
        let begun = self.unknown_since.get(&top_up.id).copied();
        now.since(begun.unwrap_or(top_up.created_at).min(now))
    }
}

/// Whether a time that was written as one to come can have been written by this clock.
fn is_plausible(at: Timestamp, now: Timestamp, most: Span) -> bool {
    at.since(now) <= most
}
