//! What is known of an account's money, and which figure is shown, for window and CLI alike.

use bursar_domain::api_balance::ApiBalance;
use bursar_domain::chain_reading::ChainReading;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::money::Amount;
use bursar_domain::shown_balance::TwoFigures;
use bursar_domain::view::{Figure, Source};

/// Two readings that differ must be at least this far apart before Bursar reports a disagreement.
const MIN_COMPARISON_INTERVAL: Span = Span::minutes(2);
/// Figures of one reading were read within this time.
pub(super) const SAME_READING_WINDOW: Span = Span::minutes(45);
/// A reading older than this does not confirm today's difference.
const MAX_COMPARISON_INTERVAL: Span = Span::hours(24);

/// What is known about an account's money.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownBalances {
    pub(super) reading: Option<ChainReading>,
    /// Whether the chain answers now and the reading is from this session.
    pub(super) chain_answers: bool,
    /// Whether the chain's first answer of this session is still to come.
    pub(super) chain_awaited: bool,
    pub(super) api: Option<(ApiBalance, Timestamp)>,
    /// Whether the API's figure is the balance where both are known.
    pub(super) api_leads: bool,
    /// Whether the API's figures are from this session and count now; otherwise they are only shown, with their age.
    pub(super) api_answers: bool,
}

impl KnownBalances {
    /// What the account owes by the API's last figures. A debt counts at once, whatever the chain shows.
    pub(super) fn owed(&self) -> Option<Amount> {
        self.api.as_ref().and_then(|(api, _)| api.owed.clone())
    }

    /// What can be spent: the figure that [`TwoFigures::shown`] chooses.
    pub(super) fn balance(&self) -> Option<Figure> {
        let api_is_newer = match (&self.reading, &self.api) {
            (Some(reading), Some((_, as_of))) => {
                !self.chain_awaited && reading.is_older_than(*as_of)
            }
            (_, _) => false,
        };
        let figures = TwoFigures {
            chain: self.reading.as_ref().map(|_| self.chain_answers),
            api: self.api.as_ref().map(|_| self.api_answers),
            api_leads: self.api_leads,
            owes: self.owed().is_some(),
            api_is_newer,
        };
        match figures.shown()? {
            Source::Chain => self.chain_balance(),
            Source::Api => self.api_balance(),
        }
    }

    /// The contract's balance.
    pub(super) fn chain_balance(&self) -> Option<Figure> {
        self.reading
            .as_ref()
            .map(|reading| chain_figure(reading, &reading.free))
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

    /// How many days the balance lasts, according to figures that count now.
    pub(super) fn days_left(&self) -> Option<u32> {
        let (api, _) = self.api.as_ref().filter(|_| self.api_answers)?;
        api.days_left
    }

    /// Whether chain and API agree, as far as two readings settle it: they agree now, or they differed in the previous
    /// reading too, at least two minutes ago. `None` if that is not settled.
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

    /// Whether the two figures differ by no more than one day's usage; `None` unless both are known.
    pub(super) fn within_tolerance(&self) -> Option<bool> {
        let (reading, (api, _)) = (self.reading.as_ref()?, self.api.as_ref()?);
        api.differs_from(&reading.free).map(|differs| !differs)
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
