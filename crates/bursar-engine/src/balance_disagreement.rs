//! Whether the chain and the provider's API report the same balance.

use super::poll_target::PollTarget;
use super::state::{Disagreement, State};
use super::step::Step;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::money::Amount;
use std::cmp::Ordering;

/// Bursar reports a disagreement only after two different readings at least this far apart.
const DISAGREEMENT_GAP: Span = Span::minutes(2);
/// Differences of up to a hundredth of the currency never count.
pub(super) const MIN_DIFFERENCE_CENTS: i64 = 1;

impl Step {
    pub(super) fn check_balance(&mut self, now: Timestamp) {
        self.state.disagreement = self.state.compare_balances(now);
        self.check_low_balance(now);
    }
}

impl State {
    /// Chain and API disagree if both answer, they differ by more than a day's usage, twice, two minutes apart, and no
    /// open payment explains the difference. Outdated figures are not compared.
    fn compare_balances(&self, now: Timestamp) -> Disagreement {
        let (Some(reading), Some(api)) = (self.current_chain(now), self.current_api(now)) else {
            return Disagreement::Unknown;
        };
        if self.has_live() || !self.answers(PollTarget::Chain) || !self.answers(PollTarget::Balance)
        {
            return match self.disagreement {
                Disagreement::Disagree => Disagreement::Disagree,
                Disagreement::Unknown | Disagreement::Agree | Disagreement::Once(_) => {
                    Disagreement::Unknown
                }
            };
        }
        let least = Amount::from_cents(MIN_DIFFERENCE_CENTS, api.balance.currency().clone());
        let tolerated = match &api.daily_usage {
            Some(usage) if usage.compare(&least) == Some(Ordering::Greater) => usage.clone(),
            Some(_) | None => least,
        };
        let difference = reading
            .free
            .checked_sub(&api.balance)
            .and_then(|difference| difference.checked_abs());
        let differs = difference
            .and_then(|difference| difference.compare(&tolerated))
            .is_none_or(|order| order == Ordering::Greater);
        if !differs {
            return Disagreement::Agree;
        }
        match self.disagreement {
            Disagreement::Unknown | Disagreement::Agree => Disagreement::Once(now),
            Disagreement::Once(first) if now.since(first) >= DISAGREEMENT_GAP => {
                Disagreement::Disagree
            }
            Disagreement::Once(first) if now < first => Disagreement::Once(now),
            Disagreement::Once(first) => Disagreement::Once(first),
            Disagreement::Disagree => Disagreement::Disagree,
        }
    }
}
