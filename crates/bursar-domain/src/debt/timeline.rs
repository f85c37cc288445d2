//! When a debt removes what. The moment at which nothing was left lies between two readings, so that each step has an
//! earliest time, from the last reading above zero, and a latest one, from the first reading without money. Where the
//! earliest time is known, no step happens before it; where it is not known, it stays unknown.

use super::{DebtRules, DebtStep, Removal};
use crate::clock::{Span, Timestamp};
use crate::money::Amount;
use std::cmp::Ordering;

const DAY_MS: i128 = 86_400_000;

/// A debt as it is known now.
#[derive(Clone, Copy, Debug)]
pub struct Debt<'a> {
    /// What is owed, zero or more.
    pub owed: &'a Amount,
    /// When the balance was last known to be above zero; `None` if it never was.
    pub last_above_zero: Option<Timestamp>,
    /// The first reading after that without money.
    pub first_without: Timestamp,
    /// What is spent a day now; `None` if unknown.
    pub daily_usage: Option<&'a Amount>,
    pub now: Timestamp,
}

/// One step of the rules, as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepForecast {
    pub removes: Removal,
    /// The limit of the debt, in the account's unit.
    pub limit: Amount,
    pub includes_limit: bool,
    pub state: StepState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// By the rules it has happened.
    Passed,
    /// It may have happened: that depends on when exactly the money ran out.
    Possible,
    Ahead {
        /// The earliest time at which the debt has been unpaid for too long; `None` if that is not known.
        unpaid_until: Option<Timestamp>,
        /// The time from which on it has been unpaid for too long in any case.
        at_latest: Timestamp,
        /// The time at which the debt reaches the limit at the current spending; only of the next step, because what is
        /// removed by then costs nothing any more.
        reaches_limit: Option<Timestamp>,
    },
}

impl StepForecast {
    /// When the next step is to be expected; `None` if it is not ahead. It does not happen before that time, unless it is
    /// unknown when the money ran out. Then it does not happen after that time. A later step may also come earlier, by its
    /// limit.
    pub fn expected_at(&self) -> Option<Timestamp> {
        match self.state {
            StepState::Passed | StepState::Possible => None,
            StepState::Ahead {
                unpaid_until,
                at_latest,
                reaches_limit,
            } => {
                let unpaid = unpaid_until.unwrap_or(at_latest);
                Some(reaches_limit.map_or(unpaid, |limit| limit.min(unpaid)))
            }
        }
    }
}

/// The next step, and when it is to be expected.
pub fn next_removal(steps: &[StepForecast]) -> Option<(Removal, Timestamp)> {
    steps
        .iter()
        .find_map(|step| Some((step.removes, step.expected_at()?)))
}

/// The steps of the rules, in their order. `None` if the debt cannot be compared with a limit.
pub fn forecast(rules: &DebtRules, debt: &Debt<'_>) -> Option<Vec<StepForecast>> {
    let mut start = Start {
        earliest: debt.last_above_zero,
        latest: debt.first_without,
    };
    let mut may_foresee_amount = true;
    let mut steps = Vec::with_capacity(rules.steps.len());
    for step in rules.steps {
        let limit = Amount::from_cents(step.limit_cents, debt.owed.currency().clone());
        let is_too_large = is_too_large(step, debt.owed, &limit)?;
        let by_time = start.plus(step.unpaid_for);
        let state = if is_too_large || (!debt.owed.is_zero() && by_time.latest <= debt.now) {
            StepState::Passed
        } else if !debt.owed.is_zero() && by_time.earliest.is_some_and(|at| at <= debt.now) {
            StepState::Possible
        } else {
            StepState::Ahead {
                unpaid_until: by_time.earliest,
                at_latest: by_time.latest,
                reaches_limit: if may_foresee_amount {
                    reaches(&limit, debt)
                } else {
                    None
                },
            }
        };
        let forecast = StepForecast {
            removes: step.removes,
            limit,
            includes_limit: step.includes_limit,
            state,
        };
        may_foresee_amount &= !matches!(state, StepState::Ahead { .. });
        start = match state {
            StepState::Passed if is_too_large => Start {
                earliest: start.earliest,
                latest: by_time.latest.min(debt.now),
            },
            StepState::Passed | StepState::Possible => by_time,
            StepState::Ahead { reaches_limit, .. } => by_time.limited_by(reaches_limit),
        };
        steps.push(forecast);
    }
    Some(steps)
}

/// When the time of a step begins.
#[derive(Clone, Copy, Debug)]
struct Start {
    earliest: Option<Timestamp>,
    latest: Timestamp,
}

impl Start {
    fn plus(self, span: Span) -> Self {
        Self {
            earliest: self.earliest.map(|at| at.plus(span)),
            latest: self.latest.plus(span),
        }
    }

    /// The same, unless the debt reaches a limit first, which it passes within the next millisecond.
    fn limited_by(self, reaches_limit: Option<Timestamp>) -> Self {
        let Some(reaches) = reaches_limit else {
            return self;
        };
        Self {
            earliest: self.earliest.map(|at| at.min(reaches)),
            latest: self.latest.min(reaches.plus(Span::millis(1))),
        }
    }
}

fn is_too_large(step: &DebtStep, owed: &Amount, limit: &Amount) -> Option<bool> {
    Some(match owed.compare(limit)? {
        Ordering::Greater => true,
        Ordering::Equal => step.includes_limit,
        Ordering::Less => false,
    })
}

/// When the debt reaches the limit at the current spending, rounded down to a millisecond.
fn reaches(limit: &Amount, debt: &Debt<'_>) -> Option<Timestamp> {
    let daily = debt.daily_usage.filter(|daily| !daily.is_negative())?;
    let missing = limit.checked_sub(debt.owed)?;
    let scale = missing.scale().max(daily.scale());
    let (missing, daily) = (missing.rescale(scale)?, daily.rescale(scale)?);
    if missing.currency() != daily.currency() {
        return None;
    }
    let millis = missing
        .units()
        .checked_mul(DAY_MS)?
        .checked_div(daily.units())?;
    let millis = i64::try_from(millis).ok()?;
    Some(debt.now.plus(Span::millis(millis)))
}

#[cfg(test)]
mod tests;
