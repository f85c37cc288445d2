//! When each thing is read: quick while money is expected, slow otherwise, and ever slower while a server
//! does not answer. One request in flight an endpoint.

use super::event::{Effect, PollTarget, Request, Server, WatchedPayment};
use super::state::{Plan, Presence, ServerBackoff, State};
use crate::top_up::{Phase, TopUp, is_undecidable};
use bursar_domain::backoff::{Backoff, jitter, lengthen};
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::{Code, Error};

/// After a link, focus or "Check now", polling is at its quickest for so long.
pub(super) const FAST_POLLING_TIME: Span = Span::minutes(1);
/// After a rejection: now and then, in case it was the server's mistake.
const REJECTED_INTERVAL: Span = Span::minutes(10);
/// What changes by somebody else's hand, while somebody waits for it.
const EVERY_MINUTE: Span = Span::seconds(60);
/// In the tray with nothing open: one look at the chain, and the API's balance and history in turn.
const TRAY_INTERVAL: Span = Span::minutes(10);
const ALTERNATE_TRAY_INTERVAL: Span = Span::minutes(20);
/// So many times in a row, events that could not be read are asked for again soon.
const MAX_QUICK_EVENT_RETRIES: u32 = 7;
/// How much longer a wait may get so that many desktops do not ask in step.
const LONGER_BY_PERCENT: i64 = 20;
/// A server's word that reaches further than this is of a clock that was set back since.
pub(super) const MAX_RETRY_AFTER: Span = Span::hours(1);

impl State {
    /// When the next thing is due, if anything ever is.
    pub fn next_due(&self) -> Option<Timestamp> {
        PollTarget::ALL
            .into_iter()
            .filter(|poll| !self.is_one_at_a_time(poll.server()))
            .filter_map(|poll| {
                let plan = self.plans.get(&poll)?;
                (!plan.in_flight && self.is_wanted(poll, plan.due))
                    .then(|| plan.due.max(self.server_backoff(poll.server()).until))
            })
            .chain(self.next_resend())
            .chain(self.next_probe())
            .min()
    }

    /// Asks for everything that is due.
    pub(super) fn request_due(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        for poll in PollTarget::ALL {
            let backoff = self.server_backoff(poll.server());
            let Some(plan) = self.plans.get(&poll).copied() else {
                continue;
            };
            let wanted = self.is_wanted(poll, plan.due);
            if !wanted || plan.in_flight || plan.due > now || backoff.until > now {
                continue;
            }
            if self.is_one_at_a_time(poll.server()) {
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

    /// Whether it is read at all, now that it is due at that time.
    fn is_wanted(&self, poll: PollTarget, due: Timestamp) -> bool {
        if !self.online {
            return false;
        }
        match poll {
            PollTarget::OpenPayments => self.config.signed_in && self.has_live(),
            PollTarget::Chain => self.config.watched_address.is_some(),
            // Nobody looks at a chart in the tray, nor at the methods once they are known.
            PollTarget::Charges => self.config.signed_in && self.presence != Presence::Tray,
            PollTarget::DuePayments => {
                let offers = self.config.rules.offers;
                self.config.signed_in && (offers.renewals || offers.migrations)
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

    /// While a server is silent one question at a time finds out whether it is back.
    fn is_one_at_a_time(&self, server: Server) -> bool {
        self.server_backoff(server).failures > 0 && self.has_request_in_flight(server)
    }

    fn has_request_in_flight(&self, server: Server) -> bool {
        self.plans
            .iter()
            .any(|(poll, plan)| poll.server() == server && plan.in_flight)
    }

    pub(super) fn server_backoff(&self, server: Server) -> ServerBackoff {
        self.server_backoffs
            .get(&server)
            .copied()
            .unwrap_or_default()
    }

    /// The user is near: read everything that matters now, and quickly for a while.
    pub(super) fn poll_fast(&mut self, now: Timestamp) {
        self.fast_polling_until = now.plus(FAST_POLLING_TIME);
        self.make_due(
            &[
                PollTarget::OpenPayments,
                PollTarget::History,
                PollTarget::Balance,
                PollTarget::Chain,
            ],
            now,
        );
    }

    /// Makes this due at that time at the latest.
    pub(super) fn bring_forward(&mut self, poll: PollTarget, at: Timestamp) {
        if let Some(plan) = self.plans.get_mut(&poll) {
            plan.due = plan.due.min(at);
        }
    }

    /// Makes these due at once; one that is in flight is asked again after its answer.
    pub(super) fn make_due(&mut self, polls: &[PollTarget], now: Timestamp) {
        for poll in polls {
            if let Some(plan) = self.plans.get_mut(poll) {
                plan.due = plan.due.min(now);
                plan.again = plan.in_flight;
            }
        }
    }

    /// Nothing is known of the servers any more: the network came back, or the user asks. One that has
    /// asked to be left alone is, all the same.
    pub(super) fn clear_backoffs(&mut self, now: Timestamp) {
        for server in Server::ALL {
            self.clear_backoff(server, now);
        }
    }

    fn clear_backoff(&mut self, server: Server, now: Timestamp) {
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

    /// Books a success: the gate opens, and the next time follows from what is going on.
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
        if let Some(plan) = self.plans.get_mut(&poll) {
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

    /// Whether something has happened since this was asked, so that it is to be asked again at once; then its
    /// answer is done with.
    pub(super) fn reread_if_outdated(&mut self, poll: PollTarget, now: Timestamp) -> bool {
        let Some(plan) = self.plans.get_mut(&poll).filter(|plan| plan.again) else {
            return false;
        };
        plan.due = now;
        plan.in_flight = false;
        plan.again = false;
        true
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

    /// Looks in a row that were not whole ones.
    pub(super) fn failures(&self, poll: PollTarget) -> u32 {
        self.plans.get(&poll).map_or(0, |plan| plan.failures)
    }

    /// Books that a look at the chain gave the figures, but not the events, for the time after `failures` such looks: what
    /// may pass is asked for again soon for a minute or so, then as usual, and never sooner than the server asked for.
    pub(super) fn events_failed(
        &mut self,
        error: &Error,
        failures: u32,
        now: Timestamp,
        entropy: u64,
    ) {
        if let Some(plan) = self.plans.get_mut(&PollTarget::Chain) {
            plan.failures = failures.saturating_add(1);
            if error.retryable && plan.failures <= MAX_QUICK_EVENT_RETRIES {
                let wait = jitter(Backoff::SERVER.wait(plan.failures), entropy);
                plan.due = plan.due.min(now.plus(wait));
            }
            let asked_for = error.retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
            plan.due = plan.due.max(now.plus(asked_for));
        }
        self.events_error = Some((error.clone(), now));
    }

    /// How long from one successful read to the next.
    fn interval(&self, poll: PollTarget, now: Timestamp) -> Span {
        let live = self.has_live();
        let quick = self
            .top_ups
            .values()
            .any(|top_up| top_up.is_live() && !self.is_slow_payment(top_up, now));
        match poll {
            PollTarget::OpenPayments if quick => self.live_interval(now),
            PollTarget::OpenPayments => self.slow_interval(now),
            PollTarget::Chain | PollTarget::Balance if live && quick => self.live_interval(now),
            // A method's check is over within minutes, and the user waits for it.
            PollTarget::Catalogue if self.method_pending || now < self.method_expected_until => {
                EVERY_MINUTE
            }
            PollTarget::Chain | PollTarget::Balance | PollTarget::History => match self.presence {
                Presence::Focused | Presence::Open => EVERY_MINUTE,
                Presence::Tray if self.alternates(poll) => ALTERNATE_TRAY_INTERVAL,
                Presence::Tray => TRAY_INTERVAL,
            },
            PollTarget::Charges => Span::minutes(15),
            PollTarget::Catalogue | PollTarget::DuePayments => match self.presence {
                Presence::Focused | Presence::Open => Span::minutes(15),
                Presence::Tray => Span::hours(12),
            },
        }
    }

    /// Whether it is one that may stay as it is for days, such as an invoice that waits to be paid, or one whose money
    /// the provider trusts to come.
    fn is_slow_payment(&self, top_up: &TopUp, now: Timestamp) -> bool {
        let age = now.since(top_up.created_at);
        matches!(top_up.phase, Phase::Open | Phase::Confirming)
            && self
                .config
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
        if now < self.fast_polling_until {
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
    fn alternates(&self, poll: PollTarget) -> bool {
        match poll {
            PollTarget::Balance => self.config.watched_address.is_some(),
            // The first time after one cycle, so that the two alternate.
            PollTarget::History => {
                self.top_ups.is_empty() && self.last_success(PollTarget::History).is_some()
            }
            PollTarget::OpenPayments
            | PollTarget::Chain
            | PollTarget::Charges
            | PollTarget::Catalogue
            | PollTarget::DuePayments => false,
        }
    }

    fn live_interval(&self, now: Timestamp) -> Span {
        if self.awaits_user() {
            return Span::seconds(60);
        }
        if now < self.fast_polling_until {
            return Span::seconds(2);
        }
        match self.presence {
            Presence::Focused | Presence::Open => Span::seconds(5),
            Presence::Tray => Span::seconds(15),
        }
    }

    /// Whether all that is expected is a lost answer that looking again does not tell of.
    fn awaits_user(&self) -> bool {
        self.top_ups
            .values()
            .filter(|top_up| top_up.is_live())
            .all(|top_up| {
                top_up.phase == Phase::Starting
                    && matches!(&top_up.error, Some(error) if is_undecidable(error.code))
            })
    }

    /// Brings forward what became more urgent by what has just happened.
    pub(super) fn shorten_intervals(&mut self, now: Timestamp) {
        for poll in PollTarget::ALL {
            let interval = self.interval(poll, now);
            if let Some(plan) = self.plans.get_mut(&poll) {
                plan.due = plan.due.min(now.plus(interval));
            }
        }
    }
}

/// What the chain can say about a top-up: only one whose provider's id is known can be recognised.
fn watched_payment(top_up: &TopUp) -> Option<WatchedPayment> {
    Some(WatchedPayment {
        payment_id: top_up.payment_id.clone()?,
        verified: top_up.verified.clone(),
        needs_receipt_quorum: top_up.phase != Phase::Completed,
    })
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
