//! What is known of an account's money, and which figure is shown: decided here for window and CLI alike.

use bursar_domain::api_balance::ApiBalance;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::money::Amount;
use bursar_domain::view::{Figure, Source};
use std::cmp::Ordering;

/// Two looks at figures that differ must be this far apart before they are said to.
const MIN_COMPARISON_INTERVAL: Span = Span::minutes(2);
/// Figures of one look were read within this.
pub(super) const SAME_READING_WINDOW: Span = Span::minutes(45);
/// An earlier look than this says nothing of today's difference.
const MAX_COMPARISON_INTERVAL: Span = Span::hours(24);

/// What is known of an account's money.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownBalances {
    pub(super) reading: Option<ChainReading>,
    /// Whether the chain answers now, and the reading is of this session.
    pub(super) chain_answers: bool,
    /// Whether the chain's first answer of this session is still to come.
    pub(super) chain_awaited: bool,
    pub(super) api: Option<(ApiBalance, Timestamp)>,
    /// Whether the API's figures are of this session and count now; else they are only shown, with their age.
    pub(super) api_answers: bool,
}

impl KnownBalances {
    /// What can be spent: the chain's where it answers, else the API's where that answers, else whichever
    /// was known last.
    pub(super) fn balance(&self) -> Option<Figure> {
        let chain = self
            .reading
            .as_ref()
            .map(|reading| chain_figure(reading, &reading.free));
        match (&self.reading, self.api_balance()) {
            (Some(reading), Some(api)) if !self.chain_answers => {
                let newer = !self.chain_awaited && reading.is_older_than(api.as_of);
                if self.api_answers || newer {
                    Some(api)
                } else {
                    chain
                }
            }
            (Some(_), _) => chain,
            (None, api) => api,
        }
    }

    pub(super) fn reserved(&self) -> Option<Figure> {
        self.reading
            .as_ref()
            .map(|reading| chain_figure(reading, &reading.reserved))
    }

    pub(super) fn held(&self) -> Option<Figure> {
        self.reading
            .as_ref()
            .map(|reading| chain_figure(reading, &reading.held))
    }

    pub(super) fn api_balance(&self) -> Option<Figure> {
        self.api.as_ref().map(|(api, as_of)| Figure {
            amount: api.balance.clone(),
            source: Source::Api,
            as_of: *as_of,
            block: None,
        })
    }

    /// For how many days the balance lasts; only figures that count now say so.
    pub(super) fn days_left(&self) -> Option<u32> {
        let (api, _) = self.api.as_ref().filter(|_| self.api_answers)?;
        api.days_left
    }

    /// What two looks say of both figures: that they agree, or that they differed the last time too, two minutes
    /// ago or more. `None` where that is not agreement.
    pub(super) fn agreement(&self, earlier: &Self, now: Timestamp) -> Option<bool> {
        if self.within_tolerance()? {
            return Some(true);
        }
        let then = [
            earlier.reading.as_ref().map(|reading| reading.read_at),
            earlier.api.as_ref().map(|(_, at)| *at),
        ];
        let [chain_at, api_at] = then;
        let same_reading = chain_at.zip(api_at).is_some_and(|(one, other)| {
            one.since(other).0.saturating_abs() <= SAME_READING_WINDOW.0
        });
        let apart = then.into_iter().all(|at| {
            at.is_some_and(|at| {
                (MIN_COMPARISON_INTERVAL..=MAX_COMPARISON_INTERVAL).contains(&now.since(at))
            })
        });
        (apart && same_reading && earlier.within_tolerance() == Some(false)).then_some(false)
    }

    /// Whether both figures differ by no more than a day's usage; `None` unless both are known.
    pub(super) fn within_tolerance(&self) -> Option<bool> {
        let (reading, (api, _)) = (self.reading.as_ref()?, self.api.as_ref()?);
        let least = Amount::from_cents(1, api.balance.currency().clone());
        let usage = api
            .daily_usage
            .as_ref()
            .filter(|usage| usage.compare(&least) == Some(Ordering::Greater));
        let tolerated = usage.unwrap_or(&least);
        let difference = reading.free.checked_sub(&api.balance)?.checked_abs()?;
        Some(difference.compare(tolerated)? != Ordering::Greater)
    }
}

fn chain_figure(reading: &ChainReading, amount: &Amount) -> Figure {
    Figure {
        amount: amount.clone(),
        source: Source::Chain,
        as_of: reading.block_time,
        block: Some(reading.block.to_string()),
    }
}
