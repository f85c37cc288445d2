//! Notices soon that a server is back, without asking it anything: while it is unreachable and somebody is waiting, a
//! bare connection is tried every few seconds. A server is asked at once only if it accepts connections after refusing
//! them; one that accepts connections but never answers waits for its back-off.

use super::account_config::Presence;
use super::effect::{Effect, Request};
use super::poll_target::{PollTarget, Server};
use super::state::State;
use super::timers::ReachabilityProbe;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Code;

/// From the end of one probe to the next.
const PROBE_INTERVAL: Span = Span::seconds(2);

impl State {
    /// Plans a probe after a request without a response.
    pub(super) fn plan_probe(&mut self, server: Server, code: Code, now: Timestamp) {
        if !may_be_gone(code) {
            self.probes.remove(&server);
            return;
        }
        let before = self.probes.get(&server).copied();
        let probe = ReachabilityProbe {
            due: now.plus(PROBE_INTERVAL),
            in_flight: before.is_some_and(|probe| probe.in_flight),
            was_unreachable: before.is_some_and(|probe| probe.was_unreachable),
            led_to_request: false,
            exhausted: before.is_some_and(|probe| probe.led_to_request),
        };
        self.probes.insert(server, probe);
    }

    pub(super) fn next_probe(&self) -> Option<Timestamp> {
        Server::ALL
            .into_iter()
            .filter_map(|server| self.probe_due(server))
            .min()
    }

    /// When to probe the server next, if at all.
    fn probe_due(&self, server: Server) -> Option<Timestamp> {
        let probe = self.probes.get(&server)?;
        let backoff = self.server_backoff(server);
        let somebody_waits = self.presence != Presence::Tray || self.has_live();
        let in_time = probe.due < backoff.until && probe.due >= backoff.retry_after;
        (self.online && somebody_waits && in_time && !probe.in_flight && !probe.exhausted)
            .then_some(probe.due)
    }

    pub(super) fn probe_due_servers(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        for server in Server::ALL {
            if self.probe_due(server).is_none_or(|due| due > now) {
                continue;
            }
            if let Some(probe) = self.probes.get_mut(&server) {
                probe.in_flight = true;
                effects.push(Effect::Request(Request::Probe(server)));
            }
        }
        effects
    }

    /// Records a probe's result.
    pub(super) fn probed(&mut self, server: Server, reachable: bool, now: Timestamp) {
        let Some(probe) = self.probes.get_mut(&server) else {
            return;
        };
        let came_back =
            reachable && probe.was_unreachable && !probe.led_to_request && !probe.exhausted;
        probe.in_flight = false;
        probe.was_unreachable = !reachable;
        probe.due = now.plus(PROBE_INTERVAL);
        probe.led_to_request |= came_back;
        if !came_back {
            return;
        }
        let mut backoff = self.server_backoff(server);
        backoff.until = backoff.retry_after.min(backoff.until);
        self.server_backoffs.insert(server, backoff);
        let polls: Vec<_> = PollTarget::ALL
            .into_iter()
            .filter(|poll| poll.server() == server)
            .collect();
        self.make_due(&polls, now);
    }
}

/// Whether the server may be down; one that refuses or is overloaded is up.
fn may_be_gone(code: Code) -> bool {
    matches!(
        code,
        Code::Timeout | Code::Unreachable | Code::ChainUnavailable
    )
}
