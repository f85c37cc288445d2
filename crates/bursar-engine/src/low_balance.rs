//! Decides whether the balance is low. The user is warned once, and again only after the balance has recovered.

use super::state::State;
use super::step::Step;
use crate::Write;
use bursar_domain::api_balance::MIN_DIFFERENCE_CENTS;
use bursar_domain::clock::{Span, Timestamp};
use bursar_domain::money::Amount;
use bursar_domain::notice::{Notice, NoticeKind};
use std::cmp::Ordering;

/// A figure older than this does not count, neither for a warning nor against a recovery.
const MAX_STALE_AGE: Span = Span::hours(24);
/// The balance recovers at a tenth above the threshold. Without that margin, a balance near the threshold, or two
/// sources that differ a little, would cause one warning after another.
const RECOVERY_MARGIN_DIVISOR: i128 = 10;

impl Step {
    pub(super) fn check_low_balance(&mut self, now: Timestamp) {
        let Some(low) = self
            .state
            .is_low(now)
            .filter(|_| self.state.notifies_alerts)
        else {
            return;
        };
        if low == self.state.alerts.low_balance_notified {
            return;
        }
        if !low && !self.state.has_recovered(now) {
            return;
        }
        self.state.alerts.low_balance_notified = low;
        if low {
            self.state.alerts.low_balance_count =
                self.state.alerts.low_balance_count.saturating_add(1);
            let subject = format!("low-{}", self.state.alerts.low_balance_count);
            let days = self
                .state
                .days_left(now)
                .filter(|days| self.state.are_few_days(*days));
            let balance = self.state.balance_for_warning(now).cloned();
            self.push_notice(Notice {
                amount: balance,
                days_left: days,
                ..self.state.new_notice(NoticeKind::LowBalance, subject, now)
            });
        }
        self.commit.push(Write::Alerts(self.state.alerts.clone()));
    }
}

impl State {
    /// For how many days the balance lasts, by current figures.
    pub fn days_left(&self, now: Timestamp) -> Option<u32> {
        self.current_api(now).and_then(|api| api.days_left)
    }

    fn are_few_days(&self, days: u32) -> bool {
        self.thresholds.days.is_some_and(|most| days <= most)
    }

    /// `None` while a figure that could decide it is unknown or outdated, as the API's days are right after a start.
    pub(super) fn is_low(&self, now: Timestamp) -> Option<bool> {
        let balance = self.balance_for_warning(now);
        let few_days = self
            .days_left(now)
            .is_some_and(|days| self.are_few_days(days));
        let little = self
            .thresholds
            .amount
            .as_ref()
            .zip(balance)
            .and_then(|(least, balance)| balance.compare(&in_currency_of(least, balance)?))
            .is_some_and(|order| order == Ordering::Less);
        if few_days || little {
            return Some(true);
        }
        let days_unknown = self.thresholds.days.is_some() && self.current_api(now).is_none();
        let amount_unknown = self.thresholds.amount.is_some() && balance.is_none();
        (!days_unknown && !amount_unknown).then_some(false)
    }

    /// Whether the balance has clearly recovered: by more than a day, and by every figure from the last 24 hours. A
    /// source that is briefly unreachable still counts.
    fn has_recovered(&self, now: Timestamp) -> bool {
        let enough_days = match (self.days_left(now), self.thresholds.days) {
            (Some(days), Some(most)) => days > most.saturating_add(1),
            (None, _) | (_, None) => true,
        };
        let Some(least) = &self.thresholds.amount else {
            return enough_days;
        };
        let chain = self
            .chain_reading
            .as_ref()
            .map(|reading| (&reading.free, reading.read_at));
        let api = self
            .api_balance
            .as_ref()
            .map(|(api, at)| (&api.balance, *at));
        let enough_money = [chain, api]
            .into_iter()
            .flatten()
            .filter(|(_, at)| now.since(*at) <= MAX_STALE_AGE)
            .all(|(balance, _)| self.is_clearly_above(least, balance));
        enough_days && enough_money
    }

    fn is_clearly_above(&self, least: &Amount, balance: &Amount) -> bool {
        let usage = self
            .api_balance
            .as_ref()
            .and_then(|(api, _)| api.daily_usage.as_ref());
        recovery_level(least, balance, usage)
            .and_then(|enough| balance.compare(&enough))
            .is_some_and(|order| order != Ordering::Less)
    }

    /// The balance to compare with the threshold, by current figures. A chain without a block for a day causes no
    /// warning.
    fn balance_for_warning(&self, now: Timestamp) -> Option<&Amount> {
        let chain = self
            .current_chain(now)
            .filter(|reading| now.since(reading.block_time) <= MAX_STALE_AGE);
        self.preferred(chain, self.current_api(now))
    }
}

/// The threshold in the balance's own currency: the user sets one number for all accounts, in each account's units.
fn in_currency_of(least: &Amount, balance: &Amount) -> Option<Amount> {
    Amount::new(least.units(), least.scale(), balance.currency().clone()).ok()
}

/// The amount from which a balance has recovered: the threshold plus the largest of a tenth of it, a day's usage (by
/// which chain and API may differ) and a hundredth of the currency.
fn recovery_level(least: &Amount, balance: &Amount, usage: Option<&Amount>) -> Option<Amount> {
    let least = in_currency_of(least, balance)?;
    let currency = balance.currency();
    let part = least
        .units()
        .checked_add(RECOVERY_MARGIN_DIVISOR.checked_sub(1)?)?;
    let part = Amount::new(
        part.checked_div(RECOVERY_MARGIN_DIVISOR)?,
        least.scale(),
        currency.clone(),
    )
    .ok()?;
    let smallest = Amount::from_cents(MIN_DIFFERENCE_CENTS, currency.clone());
    // A margin larger than the threshold would call a balance low that is twice as large.
    let usage = usage.filter(|usage| usage.compare(&least) == Some(Ordering::Less));
    let margin = [Some(&smallest), usage]
        .into_iter()
        .flatten()
        .fold(part, |most, other| {
            if other.compare(&most) == Some(Ordering::Greater) {
                other.clone()
            } else {
                most
            }
        });
    least.checked_add(&margin)
}
