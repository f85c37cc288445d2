//! Back-off for each server: one that does not answer is asked ever less often, and a `Retry-After` is obeyed.

use super::poll_target::{PollTarget, Server};
use super::state::State;
use super::timers::ServerBackoff;
use bursar_domain::backoff::{Backoff, jitter, lengthen};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error};

/// After a rejection, retry now and then, in case it was the server's mistake.
const REJECTED_INTERVAL: Span = Span::minutes(10);
/// How much longer a wait may get, so that many desktops do not ask at the same moment.
pub(super) const LONGER_BY_PERCENT: i64 = 20;
/// The longest `Retry-After` that is obeyed. A longer one was stored before the clock was set back.
pub(super) const MAX_RETRY_AFTER: Span = Span::hours(1);

impl State {
    pub(super) fn server_backoff(&self, server: Server) -> ServerBackoff {
        self.server_backoffs
            .get(&server)
            .copied()
            .unwrap_or_default()
    }

    /// During an outage, one request at a time finds out whether the server is back.
    pub(super) fn is_one_at_a_time(&self, server: Server) -> bool {
        self.server_backoff(server).failures > 0 && self.has_request_in_flight(server)
    }

    fn has_request_in_flight(&self, server: Server) -> bool {
        self.poll_timers
            .iter()
            .any(|(poll, plan)| poll.server() == server && plan.in_flight)
    }

    /// Forgets past failures: the network came back, or the user asks. A `Retry-After` stays.
    pub(super) fn clear_backoffs(&mut self, now: Timestamp) {
        for server in Server::ALL {
            self.clear_backoff(server, now);
        }
    }

    pub(super) fn clear_backoff(&mut self, server: Server, now: Timestamp) {
        self.probes.remove(&server);
        let retry_after = self.server_backoff(server).retry_after;
        let stands = retry_after > now && retry_after.since(now) <= MAX_RETRY_AFTER;
        if stands {
            let backoff = ServerBackoff {
                failures: 0,
                until: retry_after,
                retry_after,
            };
            self.server_backoffs.insert(server, backoff);
        } else {
            self.server_backoffs.remove(&server);
        }
    }

    /// A different server is asked from now on.
    pub(super) fn forget_backoff(&mut self, server: Server) {
        self.probes.remove(&server);
        self.server_backoffs.remove(&server);
    }

    /// Records a failure: the back-off grows, or follows the server's `Retry-After`.
    pub(super) fn record_failure(
        &mut self,
        poll: PollTarget,
        error: &Error,
        now: Timestamp,
        entropy: u64,
    ) {
        let server = poll.server();
        let mut backoff = self.server_backoff(server);
        let Some(plan) = self.poll_timers.get_mut(&poll) else {
            return;
        };
        plan.in_flight = false;
        plan.again = false;
        plan.failures = plan.failures.saturating_add(1);
        let own = if is_rejection(error.code) {
            REJECTED_INTERVAL
        } else {
            Backoff::SERVER.wait(plan.failures)
        };
        let retry_after = error.retry_after.unwrap_or_default();
        plan.due = now.plus(jitter(own, entropy).max(retry_after));
        if is_outage(error.code) {
            backoff.failures = backoff.failures.saturating_add(1);
            let wait = lengthen(
                Backoff::SERVER.wait(backoff.failures),
                LONGER_BY_PERCENT,
                entropy,
            )
            .max(retry_after);
            backoff.until = backoff.until.max(now.plus(wait));
            backoff.retry_after = backoff
                .retry_after
                .max(now.plus(retry_after.min(MAX_RETRY_AFTER)));
            self.server_backoffs.insert(server, backoff);
            self.plan_probe(server, error.code, now);
        }
        self.errors.insert(poll, (error.clone(), now));
    }
}

/// Whether the error means that the whole server does not answer.
pub(super) fn is_outage(code: Code) -> bool {
    matches!(
        code,
        Code::Timeout
            | Code::Unreachable
            | Code::ProviderUnavailable
            | Code::RateLimited
            | Code::ChainUnavailable
    )
}

/// Whether a retry cannot help until the user does something.
fn is_rejection(code: Code) -> bool {
    matches!(
        code,
        Code::Unauthorized | Code::Forbidden | Code::SignedOut | Code::AmbiguousBalance
    )
}
