//! When each thing is read: quick while money is expected, slow otherwise, and ever slower while a server
//! does not answer. One request in flight an endpoint.

use super::event::{Effect, Poll, Request, Server, Sought};
use super::state::{Gate, Plan, Presence, State};
use crate::top_up::{Phase, TopUp, is_doubt};
use bursar_domain::backoff::{Backoff, jitter, lengthen};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error};

/// After a link, focus or "Check now", polling is at its quickest for so long.
pub(super) const EAGER: Span = Span::minutes(1);
/// After a rejection: now and then, in case it was the server's mistake.
const REJECTED: Span = Span::minutes(10);
/// What changes by somebody else's hand, while somebody waits for it.
const EVERY_MINUTE: Span = Span::seconds(60);
/// In the tray with nothing open: one look at the chain, and the API's balance and history in turn.
const TRAY_CYCLE: Span = Span::minutes(10);
const TWO_TRAY_CYCLES: Span = Span::minutes(20);
/// So many times in a row, events that could not be read are asked for again soon.
const SOON: u32 = 7;
/// How much longer a wait may get so that many desktops do not ask in step.
const LONGER_BY_PERCENT: i64 = 20;
/// A server's word that reaches further than this is of a clock that was set back since.
pub(super) const LONGEST_WORD: Span = Span::hours(1);

impl State {
    /// When the next thing is due, if anything ever is.
    pub fn next_due(&self) -> Option<Timestamp> {
        Poll::ALL
            .into_iter()
            .filter(|poll| !self.must_hold_back(poll.server()))
            .filter_map(|poll| {
                let plan = self.plans.get(&poll)?;
                (!plan.in_flight && self.is_wanted(poll, plan.due))
                    .then(|| plan.due.max(self.gate(poll.server()).closed_until))
            })
            .chain(self.next_repeat())
            .chain(self.next_knock())
            .min()
    }

    /// Asks for everything that is due.
    pub(super) fn ask_due(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        for poll in Poll::ALL {
            let gate = self.gate(poll.server());
            let Some(plan) = self.plans.get(&poll).copied() else {
                continue;
            };
            let wanted = self.is_wanted(poll, plan.due);
            if !wanted || plan.in_flight || plan.due > now || gate.closed_until > now {
                continue;
            }
            if self.must_hold_back(poll.server()) {
                continue;
            }
            self.plans.insert(
                poll,
                Plan {
                    in_flight: true,
                    again: false,
                    ..plan
                },
            );
            effects.push(Effect::Request(self.request(poll)));
            if poll == Poll::History {
                self.whole_asked = std::mem::take(&mut self.whole_history);
                self.ended_asked = self.ended_looks > 0;
                self.ended_looks = self.ended_looks.saturating_sub(1);
            }
            if poll == Poll::Chain {
                self.whole_chain_asked = std::mem::take(&mut self.whole_chain);
            }
        }
        effects
    }

    fn request(&self, poll: Poll) -> Request {
        match poll {
            Poll::Follow => Request::Follow {
                since: self.follow_since(),
                expected: self
                    .top_ups
                    .values()
                    .filter(|top_up| top_up.is_live() && top_up.request.is_none())
                    .map(|top_up| top_up.remote.clone().unwrap_or_default())
                    .collect(),
            },
            Poll::History => Request::History {
                since: self.top_ups.values().map(TopUp::listed_since).min(),
                whole: self.whole_history,
                ended: self.ended_looks > 0,
                goes_back: self.goes_back(),
            },
            Poll::Balance => Request::Balance,
            Poll::Chain => Request::Chain {
                followed: self.top_ups.values().filter_map(sought).collect(),
                goes_back: self.goes_back(),
                whole: self.whole_chain,
            },
            Poll::Charges => Request::Charges,
            Poll::Catalogue => Request::Catalogue,
            Poll::DuePayments => Request::DuePayments,
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

    /// Whether it is read at all, now that it is due at that time.
    fn is_wanted(&self, poll: Poll, due: Timestamp) -> bool {
        if !self.online {
            return false;
        }
        match poll {
            Poll::Follow => self.setup.signed_in && self.has_live(),
            Poll::Chain => self.setup.watched.is_some(),
            // Nobody looks at a chart in the tray, nor at the methods once they are known.
            Poll::Charges => self.setup.signed_in && self.presence != Presence::Tray,
            Poll::DuePayments => {
                let offers = self.setup.rules.offers;
                self.setup.signed_in && (offers.renewals || offers.migrations)
            }
            Poll::Catalogue => {
                let known = self.done_at(Poll::Catalogue).is_some() && !self.maintenance;
                let awaited = self.method_pending || due < self.method_expected_until;
                let idle = known && self.presence == Presence::Tray && !awaited;
                self.setup.signed_in && !idle
            }
            Poll::History | Poll::Balance => self.setup.signed_in,
        }
    }

    /// While a server is silent one question at a time finds out whether it is back.
    fn must_hold_back(&self, server: Server) -> bool {
        self.gate(server).failures > 0 && self.asks_in_flight(server)
    }

    fn asks_in_flight(&self, server: Server) -> bool {
        self.plans
            .iter()
            .any(|(poll, plan)| poll.server() == server && plan.in_flight)
    }

    pub(super) fn gate(&self, server: Server) -> Gate {
        self.gates.get(&server).copied().unwrap_or_default()
    }

    /// The user is near: read everything that matters now, and quickly for a while.
    pub(super) fn be_eager(&mut self, now: Timestamp) {
        self.eager_until = now.plus(EAGER);
        self.make_due(
            &[Poll::Follow, Poll::History, Poll::Balance, Poll::Chain],
            now,
        );
    }

    /// Makes this due at that time at the latest.
    pub(super) fn bring_forward(&mut self, poll: Poll, at: Timestamp) {
        if let Some(plan) = self.plans.get_mut(&poll) {
            plan.due = plan.due.min(at);
        }
    }

    /// Makes these due at once; one that is in flight is asked again after its answer.
    pub(super) fn make_due(&mut self, polls: &[Poll], now: Timestamp) {
        for poll in polls {
            if let Some(plan) = self.plans.get_mut(poll) {
                plan.due = plan.due.min(now);
                plan.again = plan.in_flight;
            }
        }
    }

    /// Nothing is known of the servers any more: the network came back, or the user asks. One that has
    /// asked to be left alone is, all the same.
    pub(super) fn open_gates(&mut self, now: Timestamp) {
        for server in Server::ALL {
            self.open_gate(server, now);
        }
    }

    fn open_gate(&mut self, server: Server, now: Timestamp) {
        self.knocks.remove(&server);
        let asked_until = self.gate(server).asked_until;
        let stands = asked_until > now && asked_until.since(now) <= LONGEST_WORD;
        if stands {
            let gate = Gate {
                failures: 0,
                closed_until: asked_until,
                asked_until,
            };
            self.gates.insert(server, gate);
        } else {
            self.gates.remove(&server);
        }
    }

    /// Another server is asked from now on.
    pub(super) fn forget_gate(&mut self, server: Server) {
        self.knocks.remove(&server);
        self.gates.remove(&server);
    }

    /// Books a success: the gate opens, and the next time follows from what is going on.
    pub(super) fn answered(&mut self, poll: Poll, now: Timestamp, entropy: u64) {
        let was_silent = self.gate(poll.server()).failures > 0;
        self.open_gate(poll.server(), now);
        self.errors.remove(&poll);
        let interval = self.interval(poll, now);
        let interval = if self.is_idle_in_tray() {
            lengthen(interval, LONGER_BY_PERCENT, entropy)
        } else {
            jitter(interval, entropy)
        };
        if let Some(plan) = self.plans.get_mut(&poll) {
            plan.due = if plan.again { now } else { now.plus(interval) };
            plan.in_flight = false;
            plan.again = false;
            plan.failures = 0;
            plan.done_at = Some(now);
        }
        if was_silent {
            let server = poll.server();
            let others: Vec<_> = Poll::ALL
                .into_iter()
                .filter(|other| *other != poll && other.server() == server)
                .collect();
            self.make_due(&others, now);
        }
    }

    /// Whether something has happened since this was asked, so that it is to be asked again at once; then its
    /// answer is done with.
    pub(super) fn asked_before_news(&mut self, poll: Poll, now: Timestamp) -> bool {
        let Some(plan) = self.plans.get_mut(&poll).filter(|plan| plan.again) else {
            return false;
        };
        plan.due = now;
        plan.in_flight = false;
        plan.again = false;
        true
    }

    /// Books a failure: back-off, or as long as the server asked for.
    pub(super) fn failed(&mut self, poll: Poll, error: &Error, now: Timestamp, entropy: u64) {
        let server = poll.server();
        let mut gate = self.gate(server);
        let Some(plan) = self.plans.get_mut(&poll) else {
            return;
        };
        plan.in_flight = false;
        plan.again = false;
        plan.failures = plan.failures.saturating_add(1);
        let own = if is_rejection(error.code) {
            REJECTED
        } else {
            Backoff::SERVER.wait(plan.failures)
        };
        let asked_for = error.retry_after.unwrap_or_default();
        plan.due = now.plus(jitter(own, entropy).max(asked_for));
        if is_silence(error.code) {
            gate.failures = gate.failures.saturating_add(1);
            let wait = lengthen(
                Backoff::SERVER.wait(gate.failures),
                LONGER_BY_PERCENT,
                entropy,
            )
            .max(asked_for);
            gate.closed_until = gate.closed_until.max(now.plus(wait));
            gate.asked_until = gate.asked_until.max(now.plus(asked_for.min(LONGEST_WORD)));
            self.gates.insert(server, gate);
            self.expect_knock(server, error.code, now);
        }
        self.errors.insert(poll, (error.clone(), now));
    }

    /// Looks in a row that were not whole ones.
    pub(super) fn failures(&self, poll: Poll) -> u32 {
        self.plans.get(&poll).map_or(0, |plan| plan.failures)
    }

    /// Books that a look at the chain gave the figures, but not the events, for the time after `failures` such looks: what
    /// may pass is asked for again soon for a minute or so, then as usual, and never sooner than the server asked for.
    pub(super) fn events_failed(
        &mut self,
        problem: &Error,
        failures: u32,
        now: Timestamp,
        entropy: u64,
    ) {
        if let Some(plan) = self.plans.get_mut(&Poll::Chain) {
            plan.failures = failures.saturating_add(1);
            if problem.retryable && plan.failures <= SOON {
                let wait = jitter(Backoff::SERVER.wait(plan.failures), entropy);
                plan.due = plan.due.min(now.plus(wait));
            }
            let asked_for = problem.retry_after.unwrap_or_default().min(LONGEST_WORD);
            plan.due = plan.due.max(now.plus(asked_for));
        }
        self.events_problem = Some((problem.clone(), now));
    }

    /// How long from one successful read to the next.
    fn interval(&self, poll: Poll, now: Timestamp) -> Span {
        let live = self.has_live();
        let quick = self
            .top_ups
            .values()
            .any(|top_up| top_up.is_live() && !self.is_slow(top_up, now));
        match poll {
            Poll::Follow if quick => self.live_interval(now),
            Poll::Follow => self.slow_interval(now),
            Poll::Chain | Poll::Balance if live && quick => self.live_interval(now),
            // A method's check is over within minutes, and the user waits for it.
            Poll::Catalogue if self.method_pending || now < self.method_expected_until => {
                EVERY_MINUTE
            }
            Poll::Chain | Poll::Balance | Poll::History => match self.presence {
                Presence::Focused | Presence::Open => EVERY_MINUTE,
                Presence::Tray if self.takes_turns(poll) => TWO_TRAY_CYCLES,
                Presence::Tray => TRAY_CYCLE,
            },
            Poll::Charges => Span::minutes(15),
            Poll::Catalogue | Poll::DuePayments => match self.presence {
                Presence::Focused | Presence::Open => Span::minutes(15),
                Presence::Tray => Span::hours(12),
            },
        }
    }

    /// Whether it is one that may stay as it is for days, such as an invoice that waits to be paid, or one whose money
    /// the provider trusts to come.
    fn is_slow(&self, top_up: &TopUp, now: Timestamp) -> bool {
        let age = now.since(top_up.created_at);
        matches!(top_up.phase, Phase::Open | Phase::Confirming)
            && self
                .setup
                .rules
                .open_is_slow_after
                .is_some_and(|after| age > after)
    }

    /// Every minute for a day, wherever the user is; after that the tray has time.
    fn slow_interval(&self, now: Timestamp) -> Span {
        let young = self
            .top_ups
            .values()
            .any(|top_up| top_up.is_live() && now.since(top_up.created_at) <= Span::days(1));
        if now < self.eager_until {
            self.live_interval(now)
        } else if young || self.presence != Presence::Tray {
            EVERY_MINUTE
        } else {
            Span::minutes(10)
        }
    }

    /// Whether there is nothing to expect and nobody to look.
    pub fn is_idle_in_tray(&self) -> bool {
        self.presence == Presence::Tray && !self.has_live()
    }

    /// Whether this is asked in every second cycle: what the chain says of the balance need not be asked of the
    /// API as often, and a history in which nothing can change any more need not be read as often.
    fn takes_turns(&self, poll: Poll) -> bool {
        match poll {
            Poll::Balance => self.setup.watched.is_some(),
            // The first time after one cycle, so that the two alternate.
            Poll::History => self.top_ups.is_empty() && self.done_at(Poll::History).is_some(),
            Poll::Follow | Poll::Chain | Poll::Charges | Poll::Catalogue | Poll::DuePayments => {
                false
            }
        }
    }

    fn live_interval(&self, now: Timestamp) -> Span {
        if self.waits_for_the_user() {
            return Span::seconds(60);
        }
        if now < self.eager_until {
            return Span::seconds(2);
        }
        match self.presence {
            Presence::Focused | Presence::Open => Span::seconds(5),
            Presence::Tray => Span::seconds(15),
        }
    }

    /// Whether all that is expected is a lost answer that looking again does not tell of.
    fn waits_for_the_user(&self) -> bool {
        self.top_ups
            .values()
            .filter(|top_up| top_up.is_live())
            .all(|top_up| {
                top_up.phase == Phase::Starting
                    && matches!(&top_up.error, Some(error) if is_doubt(error.code))
            })
    }

    /// Brings forward what became more urgent by what has just happened.
    pub(super) fn hurry(&mut self, now: Timestamp) {
        for poll in Poll::ALL {
            let interval = self.interval(poll, now);
            if let Some(plan) = self.plans.get_mut(&poll) {
                plan.due = plan.due.min(now.plus(interval));
            }
        }
    }
}

/// What the chain can say about a top-up: only one whose provider's id is known can be recognised.
fn sought(top_up: &TopUp) -> Option<Sought> {
    Some(Sought {
        payment: top_up.remote.clone()?,
        verified: top_up.verified.clone(),
        second_opinion: top_up.phase != Phase::Completed,
    })
}

/// Whether an error says that the server as a whole does not answer.
pub(super) fn is_silence(code: Code) -> bool {
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
