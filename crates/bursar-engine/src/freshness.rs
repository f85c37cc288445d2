//! Which figures are current. A figure from before this session or the end of a sign-in, or one that is overdue, is
//! shown with its age, but nothing is compared with it, calculated from it or warned about because of it.

use super::poll_target::PollTarget;
use super::state::State;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::error::Code;
use bursar_domain::money::{Amount, Currency};
use bursar_domain::network::BalanceFrom;
use bursar_domain::shown_balance::TwoFigures;
use bursar_domain::view::Source;

/// In the tray the API's balance is read in every second cycle; after two of those a figure is outdated.
const MAX_AGE: Span = Span::minutes(45);
/// How long a figure stays current after its server stops answering.
const OUTAGE_GRACE: Span = Span::minutes(3);

impl State {
    /// The API's figures, if they are current.
    pub fn current_api(&self, now: Timestamp) -> Option<&ApiBalance> {
        let (api, _) = self.api_balance.as_ref()?;
        (self.config.signed_in && self.is_current(PollTarget::Balance, now)).then_some(api)
    }

    /// The chain's figures, if they are current.
    pub fn current_chain(&self, now: Timestamp) -> Option<&ChainReading> {
        let reading = self.chain_reading.as_ref()?;
        self.is_current(PollTarget::Chain, now).then_some(reading)
    }

    /// The spendable balance, if it is current: the chain's figure if the chain answers, otherwise the API's.
    pub fn current_balance(&self, now: Timestamp) -> Option<&Amount> {
        self.preferred(self.current_chain(now), self.current_api(now))
    }

    /// What the account owes, by the API's last figures.
    pub fn owed(&self) -> Option<&Amount> {
        self.api_balance
            .as_ref()
            .and_then(|(api, _)| api.owed.as_ref())
    }

    /// Whether the API's figure is the balance although a chain may be read. A debt leads at once.
    pub fn api_leads(&self) -> bool {
        let chosen = match self.config.balance_from {
            BalanceFrom::Chain => false,
            BalanceFrom::Api => true,
            BalanceFrom::Auto => self.alerts.api_leads,
        };
        chosen || self.owed().is_some()
    }

    /// The unit of the figure that leads, whether or not its source answers.
    pub(super) fn leading_unit(&self) -> Option<&Currency> {
        let api = self.api_balance.as_ref().map(|(api, _)| &api.balance);
        let chain = self.chain_reading.as_ref().map(|reading| &reading.free);
        let leading = if self.api_leads() || self.config.watched_address.is_none() {
            api
        } else {
            chain
        };
        leading.map(Amount::currency)
    }

    /// The spendable balance, current or not.
    pub fn spendable(&self) -> Option<&Amount> {
        let answers = |poll| !self.errors.contains_key(&poll);
        let api = self.api_balance.as_ref().map(|(api, _)| api);
        self.shown(self.chain_reading.as_ref(), api, answers)
    }

    /// Which of two balances to show.
    pub(super) fn preferred<'a>(
        &self,
        chain: Option<&'a ChainReading>,
        api: Option<&'a ApiBalance>,
    ) -> Option<&'a Amount> {
        self.shown(chain, api, |poll| self.answers(poll))
    }

    /// The one of two figures that [`TwoFigures::shown`] chooses, as the overview does.
    fn shown<'a>(
        &self,
        chain: Option<&'a ChainReading>,
        api: Option<&'a ApiBalance>,
        answers: impl Fn(PollTarget) -> bool,
    ) -> Option<&'a Amount> {
        let api_read_at = self.api_balance.as_ref().map(|(_, as_of)| *as_of);
        let api_is_newer = chain
            .zip(api_read_at)
            .is_some_and(|(reading, at)| reading.is_older_than(at));
        let figures = TwoFigures {
            chain: chain.map(|_| answers(PollTarget::Chain)),
            api: api.map(|_| answers(PollTarget::Balance)),
            api_leads: self.api_leads(),
            owes: self.owed().is_some(),
            api_is_newer,
        };
        match figures.shown()? {
            Source::Chain => chain.map(|reading| &reading.free),
            Source::Api => api.map(|api| &api.balance),
        }
    }

    /// Whether to show that the balance is low, by current figures.
    pub fn shows_low_balance(&self, now: Timestamp) -> bool {
        self.alerts.low_balance_notified && self.is_low(now).is_some()
    }

    /// Whether the last poll of this target succeeded.
    pub fn answers(&self, poll: PollTarget) -> bool {
        let failing = self
            .poll_timers
            .get(&poll)
            .is_none_or(|plan| plan.failures > 0);
        // The figures are current even if only the events cannot be read.
        let lacks_only_events = poll == PollTarget::Chain
            && self.events_error.is_some()
            && !self.errors.contains_key(&PollTarget::Chain);
        self.online && (!failing || lacks_only_events)
    }

    fn is_current(&self, poll: PollTarget, now: Timestamp) -> bool {
        // A figure from an older block does not show the present balance.
        let is_superseded = self.errors.get(&poll).is_some_and(|(error, _)| {
            matches!(
                error.code,
                Code::Unauthorized | Code::SignedOut | Code::ChainWentBack
            )
        });
        let most = if self.answers(poll) {
            MAX_AGE
        } else {
            OUTAGE_GRACE
        };
        !is_superseded
            && self
                .last_success(poll)
                .is_some_and(|at| now.since(at) <= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccountConfig, ChainResponse, Disagreement, Event, Thresholds, step};
    use alloy_primitives::Address;
    use bursar_domain::account::AccountId;
    use bursar_domain::error::{Detail, Error};
    use bursar_domain::payment_rules::Rules;

    const NOON: Timestamp = Timestamp(1_800_000_000_000);

    fn usdc(cents: i64) -> Amount {
        Amount::from_cents(cents, Currency::usdc())
    }

    fn after(state: &State, event: Event, now: Timestamp) -> State {
        step(state, &event, now, 0).state
    }

    fn api(cents: i64) -> Event {
        Event::Balance(Ok(ApiBalance {
            balance: usdc(cents),
            daily_usage: Some(usdc(500)),
            days_left: Some(5),
            owed: None,
            entitlements: Vec::new(),
        }))
    }

    fn chain(cents: i64) -> Event {
        Event::Chain(Ok(ChainResponse {
            user: Address::ZERO,
            reading: ChainReading {
                block: 1,
                block_hash: Default::default(),
                block_time: NOON,
                read_at: NOON,
                free: usdc(cents),
                reserved: usdc(0),
                held: usdc(0),
                frozen: false,
            },
            credited: Vec::new(),
            reorganised: Vec::new(),
            changed: false,
            backfill: None,
            lowers_mark: false,
            figures_error: None,
            events_error: None,
            reread_at: None,
        }))
    }

    fn fails(of: fn(Result<ApiBalance, Error>) -> Event, code: Code) -> Event {
        of(Err(Error::passing(code, Detail::any())))
    }

    /// An account for which chain and API have just reported the same balance.
    fn account() -> State {
        let config = AccountConfig {
            rules: Rules::default(),
            signed_in: true,
            watched_address: Some(Address::ZERO),
            balance_from: BalanceFrom::Chain,
            debt_rules: None,
        };
        let state = State::new(AccountId("a".to_owned()), NOON, config, Vec::new(), NOON);
        after(&after(&state, chain(2_615), NOON), api(2_615), NOON)
    }

    #[test]
    fn signed_out_api_figures_are_not_used() {
        let both = account();
        assert_eq!(both.disagreement, Disagreement::Agree);
        assert_eq!(both.days_left(NOON), Some(5));
        let mut out = after(&both, Event::SignedIn(false), NOON);
        for minutes in 1..10 {
            let now = NOON.plus(Span::minutes(minutes));
            out = after(&out, chain(5_115), now);
            assert_eq!(out.disagreement, Disagreement::Unknown);
            assert_eq!(out.days_left(now), None);
            assert_eq!(out.current_balance(now), Some(&usdc(5_115)));
        }
        let rejected = after(&both, fails(Event::Balance, Code::Unauthorized), NOON);
        assert_eq!(rejected.days_left(NOON), None);
        let disagree = State {
            disagreement: Disagreement::Disagree,
            ..both
        };
        let gone = after(&disagree, fails(Event::Balance, Code::SignedOut), NOON);
        assert_eq!(
            (gone.api_balance, gone.disagreement),
            (None, Disagreement::Unknown)
        );
    }

    #[test]
    fn figures_of_failing_source_expire() {
        let down = |event: Event, minutes: i64| {
            let failed = after(&account(), event, NOON.plus(Span::seconds(1)));
            (failed, NOON.plus(Span::minutes(minutes)))
        };
        let no_api = || fails(Event::Balance, Code::Timeout);
        let no_chain = || Event::Chain(Err(Error::passing(Code::ChainUnavailable, Detail::any())));
        let (state, now) = down(no_api(), 2);
        assert_eq!(
            state.days_left(now),
            Some(5),
            "a source that has just failed"
        );
        let (state, now) = down(no_api(), 4);
        assert_eq!(state.days_left(now), None);
        let compared = after(&state, chain(5_115), now);
        assert_eq!(compared.disagreement, Disagreement::Unknown);
        let (state, now) = down(no_chain(), 4);
        assert!(state.current_chain(now).is_none());
        let state = after(&state, api(100), now);
        assert_eq!(state.current_balance(now), Some(&usdc(100)));
        assert_eq!(state.disagreement, Disagreement::Unknown);
        let (state, now) = down(Event::Online(false), 4);
        assert_eq!(state.current_balance(now), None);
    }

    #[test]
    fn figure_is_current_for_two_tray_cycles() {
        let state = account();
        let at = |minutes| NOON.plus(Span::minutes(minutes));
        assert_eq!(state.days_left(at(24)), Some(5));
        assert_eq!(state.days_left(at(46)), None);
        assert_eq!(state.current_balance(at(46)), None, "as after a long sleep");
        let earlier = NOON.minus(Span::hours(1));
        assert_eq!(
            state.days_left(earlier),
            Some(5),
            "a clock that was set back"
        );
    }

    #[test]
    fn outdated_figure_does_not_warn() {
        let few = Thresholds {
            days: Some(7),
            amount: Some(usdc(3_000)),
        };
        let out = after(&account(), Event::SignedIn(false), NOON);
        let refilled = after(&out, chain(5_115), NOON);
        let warned = after(&refilled, Event::Thresholds(few.clone()), NOON);
        let warned = after(&warned, chain(5_115), NOON);
        assert!(!warned.alerts.low_balance_notified);
        let warned = after(&account(), Event::Thresholds(few), NOON);
        let warned = after(&warned, api(2_615), NOON);
        assert!(warned.shows_low_balance(NOON));
        let out = after(&warned, Event::SignedIn(false), NOON);
        assert!(!after(&out, chain(5_115), NOON).shows_low_balance(NOON));
    }
}
