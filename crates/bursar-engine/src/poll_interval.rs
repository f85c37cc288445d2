//! How often each target is polled: often while money is expected, seldom otherwise.

use super::account_config::Presence;
use super::poll_target::PollTarget;
use super::state::State;
use crate::top_up::{Phase, TopUp, is_undecidable};
use bursar_domain::clock::{Span, Timestamp};

/// How long polling stays at its fastest after a return link, focus or "Check payment".
pub(super) const FAST_POLLING_TIME: Span = Span::minutes(1);
/// For what others change while the user waits for it.
const EVERY_MINUTE: Span = Span::seconds(60);
/// In the tray with nothing open: the chain in every cycle, the API's balance and history in turn.
const TRAY_INTERVAL: Span = Span::minutes(10);
const ALTERNATE_TRAY_INTERVAL: Span = Span::minutes(20);

impl State {
    /// The time from one successful reading to the next.
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
            // A method's check takes minutes, and the user waits for it.
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

    /// Whether the payment may stay as it is for days, such as an unpaid invoice, or one whose money the provider
    /// trusts to arrive.
    fn is_slow_payment(&self, top_up: &TopUp, now: Timestamp) -> bool {
        let age = now.since(top_up.created_at);
        matches!(top_up.phase, Phase::Open | Phase::Confirming)
            && self
                .config
                .rules
                .open_is_slow_after
                .is_some_and(|after| age > after)
    }

    /// Every minute for a day, wherever the user is; after that, less often in the tray.
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

    /// Whether no money is expected and nobody is looking.
    pub fn is_idle_in_tray(&self) -> bool {
        self.presence == Presence::Tray && !self.has_live()
    }

    /// Whether this target is polled in every second cycle only: the chain reports the balance anyway, and a history in
    /// which nothing can change need not be read as often.
    fn alternates(&self, poll: PollTarget) -> bool {
        match poll {
            PollTarget::Balance => self.config.watched_address.is_some(),
            // One cycle after the first reading, so that the two alternate.
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

    /// Whether the only payments under way have an unknown outcome that no further reading can settle.
    fn awaits_user(&self) -> bool {
        self.top_ups
            .values()
            .filter(|top_up| top_up.is_live())
            .all(|top_up| {
                top_up.phase == Phase::Starting
                    && matches!(&top_up.error, Some(error) if is_undecidable(error.code))
            })
    }

    /// Moves due times forward where the interval has become shorter.
    pub(super) fn shorten_intervals(&mut self, now: Timestamp) {
        for poll in PollTarget::ALL {
            let interval = self.interval(poll, now);
            if let Some(plan) = self.poll_timers.get_mut(&poll) {
                plan.due = plan.due.min(now.plus(interval));
            }
        }
    }

    /// The user is present: read everything that matters now, and poll fast for a while.
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
