//! How often each thing is read: quick while money is expected, slow otherwise.

use super::account_config::Presence;
use super::poll_target::PollTarget;
use super::state::State;
use crate::top_up::{Phase, TopUp, is_undecidable};
use bursar_domain::clock::{Span, Timestamp};

/// After a link, focus or "Check now", polling is at its quickest for so long.
pub(super) const FAST_POLLING_TIME: Span = Span::minutes(1);
/// What changes by somebody else's hand, while somebody waits for it.
const EVERY_MINUTE: Span = Span::seconds(60);
/// In the tray with nothing open: one look at the chain, and the API's balance and history in turn.
const TRAY_INTERVAL: Span = Span::minutes(10);
const ALTERNATE_TRAY_INTERVAL: Span = Span::minutes(20);

impl State {
    /// How long from one successful read to the next.
    pub(super) fn interval(&self, poll: PollTarget, now: Timestamp) -> Span {
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
}
