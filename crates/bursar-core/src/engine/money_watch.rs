//! What follows from the figures: whether chain and API tell the same story, and whether the balance has
//! become low. Both are told once and not again before it was over in between.

use super::event::Poll;
use super::state::{Disagreement, State};
use super::step::Step;
use crate::cache::Write;
use crate::clock::{Span, Timestamp};
use crate::error::Code;
use crate::money::Amount;
use crate::notice::{Notice, NoticeKind};
use std::cmp::Ordering;

/// Two readings that differ must be this far apart before it is said.
const DISAGREEMENT_GAP: Span = Span::minutes(2);
/// Smaller differences are never worth a word: a hundredth of the currency.
const SMALLEST_DIFFERENCE_CENTS: i64 = 1;

impl Step {
    pub(super) fn watch_balance(&mut self, now: Timestamp) {
        self.state.disagreement = self.state.compare(now);
        self.watch_low(now);
    }

    fn watch_low(&mut self, now: Timestamp) {
        let Some(low) = self.state.is_low().filter(|_| self.state.tells_alerts) else {
            return;
        };
        if low == self.state.alerts.low_balance_told {
            return;
        }
        if !low && !self.state.has_recovered() {
            return;
        }
        self.state.alerts.low_balance_told = low;
        if low {
            self.state.alerts.low_crossing = self.state.alerts.low_crossing.saturating_add(1);
            let subject = format!("low-{}", self.state.alerts.low_crossing);
            let days = self
                .state
                .days_left()
                .filter(|days| self.state.are_few(*days));
            let balance = self.state.spendable().cloned();
            self.notice(Notice {
                amount: balance,
                days_left: days,
                ..self.state.news(NoticeKind::LowBalance, subject, now)
            });
        }
        self.commit.push(Write::Alerts(self.state.alerts.clone()));
    }
}

impl State {
    /// What can be spent: the chain's figure where it answers, else the API's where that answers, else whichever
    /// was known last; the same choice as on the account's first page.
    pub fn spendable(&self) -> Option<&Amount> {
        let silent = |poll| self.errors.contains_key(&poll);
        match (&self.chain, &self.api) {
            (Some(reading), Some((api, as_of)))
                if silent(Poll::Chain)
                    && (!silent(Poll::Balance) || *as_of > reading.block_time) =>
            {
                Some(&api.balance)
            }
            (Some(reading), _) => Some(&reading.free),
            (None, Some((api, _))) => Some(&api.balance),
            (None, None) => None,
        }
    }

    /// Whether what can be spent is an older figure in place of a newer one that was shown before: it says nothing of how
    /// much there is now.
    fn is_from_before(&self) -> bool {
        let went_back = self
            .errors
            .get(&Poll::Chain)
            .is_some_and(|(error, _)| error.code == Code::ChainWentBack);
        let of_chain = self.chain.as_ref().map(|reading| &reading.free);
        went_back && of_chain == self.spendable()
    }

    pub fn days_left(&self) -> Option<u32> {
        self.api.as_ref().and_then(|(api, _)| api.days_left)
    }

    fn are_few(&self, days: u32) -> bool {
        self.thresholds.days.is_some_and(|most| days <= most)
    }

    /// `None` while a figure that could say so is still unknown, as the API's days are right after a start.
    fn is_low(&self) -> Option<bool> {
        let few_days = self.days_left().is_some_and(|days| self.are_few(days));
        let spendable = self.spendable().filter(|_| !self.is_from_before());
        let little = self
            .thresholds
            .amount
            .as_ref()
            .zip(spendable)
            .and_then(|(least, balance)| balance.compare(&in_its_units(least, balance)?))
            .is_some_and(|order| order == Ordering::Less);
        if few_days || little {
            return Some(true);
        }
        let days_unknown = self.thresholds.days.is_some() && self.api.is_none();
        let amount_unknown = self.thresholds.amount.is_some() && spendable.is_none();
        (!days_unknown && !amount_unknown).then_some(false)
    }

    /// Whether it is clearly no longer low, so that a figure at the edge is not told again and again.
    fn has_recovered(&self) -> bool {
        match (self.days_left(), self.thresholds.days) {
            (Some(days), Some(most)) => days > most.saturating_add(1),
            (None, _) | (_, None) => true,
        }
    }

    /// They disagree when they differ by more than a day's usage, twice, two minutes apart, with nothing
    /// open that would explain it, while both answer.
    fn compare(&self, now: Timestamp) -> Disagreement {
        let (Some(reading), Some((api, _))) = (&self.chain, &self.api) else {
            return Disagreement::Unknown;
        };
        let answers = |poll| !self.errors.contains_key(&poll);
        if self.has_live() || !answers(Poll::Chain) || !answers(Poll::Balance) {
            return match self.disagreement {
                Disagreement::Disagree => Disagreement::Disagree,
                Disagreement::Unknown | Disagreement::Agree | Disagreement::Once(_) => {
                    Disagreement::Unknown
                }
            };
        }
        let least = Amount::from_cents(SMALLEST_DIFFERENCE_CENTS, api.balance.currency().clone());
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

/// The threshold in the balance's own currency: the user sets it once, for every account in its own units.
fn in_its_units(least: &Amount, balance: &Amount) -> Option<Amount> {
    Amount::new(least.units(), least.scale(), balance.currency().clone()).ok()
}
