//! Back-off: a server that does not answer is asked ever more seldom, and one that asks to be left alone is.

use super::poll_target::{PollTarget, Server};
use super::state::State;
use super::timers::ServerBackoff;
use bursar_domain::backoff::{Backoff, jitter, lengthen};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error};

/// After a rejection: now and then, in case it was the server's mistake.
const REJECTED_INTERVAL: Span = Span::minutes(10);
/// How much longer a wait may get so that many desktops do not ask in step.
pub(super) const LONGER_BY_PERCENT: i64 = 20;
/// A server's word that reaches further than this is of a clock that was set back since.
pub(super) const MAX_RETRY_AFTER: Span = Span::hours(1);

impl State {
    pub(super) fn server_backoff(&self, server: Server) -> ServerBackoff {
        self.server_backoffs
            .get(&server)
            .copied()
            .unwrap_or_default()
    }

    /// While a server is silent one question at a time finds out whether it is back.
    pub(super) fn is_one_at_a_time(&self, server: Server) -> bool {
        self.server_backoff(server).failures > 0 && self.has_request_in_flight(server)
    }

    fn has_request_in_flight(&self, server: Server) -> bool {
        self.plans
            .iter()
            .any(|(poll, plan)| poll.server() == server && plan.in_flight)
    }

    /// Nothing is known of the servers any more: the network came back, or the user asks. One that has
    /// asked to be left alone is, all the same.
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

    /// Another server is asked from now on.
    pub(super) fn forget_backoff(&mut self, server: Server) {
        self.probes.remove(&server);
        self.server_backoffs.remove(&server);
    }

    /// Books a failure: back-off, or as long as the server asked for.
    pub(super) fn record_failure(
        &mut self,
        poll: PollTarget,
        error: &Error,
        now: Timestamp,
        entropy: u64,
    ) {
        let server = poll.server();
        let mut backoff = self.server_backoff(server);
        let Some(plan) = self.plans.get_mut(&poll) else {
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
        let asked_for = error.retry_after.unwrap_or_default();
        plan.due = now.plus(jitter(own, entropy).max(asked_for));
        if is_outage(error.code) {
            backoff.failures = backoff.failures.saturating_add(1);
            let wait = lengthen(
                Backoff::SERVER.wait(backoff.failures),
                LONGER_BY_PERCENT,
                entropy,
            )
            .max(asked_for);
            backoff.until = backoff.until.max(now.plus(wait));
            backoff.retry_after = backoff
                .retry_after
                .max(now.plus(asked_for.min(MAX_RETRY_AFTER)));
            self.server_backoffs.insert(server, backoff);
            self.plan_probe(server, error.code, now);
        }
        self.errors.insert(poll, (error.clone(), now));
    }
}

/// Whether an error says that the server as a whole does not answer.
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

/// Whether asking again soon cannot help: the user has to do something.
fn is_rejection(code: Code) -> bool {
    matches!(
        code,
        Code::Unauthorized | Code::Forbidden | Code::SignedOut | Code::AmbiguousBalance
    )
}
