//! What the overview says about a debt, what to top up to clear it, and the page with the provider's rules.

use super::Bursar;
use crate::driver::Connection;
use bursar_domain::account::AccountId;
use bursar_domain::api_balance::ApiBalance;
use bursar_domain::clock::Timestamp;
use bursar_domain::debt::{DebtRules, StepForecast, StepState, top_up_that_clears};
use bursar_domain::error::{Code, Error, ProviderDetail, Result};
use bursar_domain::money::Amount;
use bursar_domain::view::{DebtStepState, DebtStepView, DebtView};
use bursar_engine::State;
use bursar_provider as provider;
use url::Url;

/// How long a proposed top-up pays for, in days.
const PROPOSED_DAYS: u32 = 30;
const DAY_MS: i64 = 86_400_000;

impl Bursar {
    /// The address of the provider's own page about debts, which is part of the program.
    ///
    /// # Errors
    /// `not_offered` if no rules are known.
    pub fn debt_rules_url(&self, account: &AccountId) -> Result<Url> {
        let connection = self.connection(account)?;
        provider::info(&connection.account.network)
            .debt_rules
            .and_then(|rules| rules.source.parse().ok())
            .ok_or_else(|| Error::new(Code::NotOffered, ProviderDetail::NotOffered))
    }
}

/// What the overview says about the account's debt.
pub(super) fn view(
    connection: &Connection,
    owed: Option<Amount>,
    state: Option<&State>,
    now: Timestamp,
) -> Option<DebtView> {
    let owed = owed?;
    let rules = provider::info(&connection.account.network).debt_rules;
    let steps = state.and_then(|state| state.debt_forecast(now));
    Some(DebtView {
        owed,
        last_above_zero: state
            .and_then(|state| state.alerts.debt.without_money.as_ref())
            .and_then(|time| time.last_above_zero),
        steps: rules
            .zip(steps)
            .map(|(rules, steps)| step_views(rules, &steps))
            .unwrap_or_default(),
        rules_as_of: rules.map(|rules| rules.as_of.to_owned()),
    })
}

fn step_views(rules: &DebtRules, steps: &[StepForecast]) -> Vec<DebtStepView> {
    steps
        .iter()
        .zip(rules.steps)
        .map(|(step, rule)| DebtStepView {
            removes: step.removes,
            limit: step.limit.clone(),
            unpaid_days: u32::try_from(rule.unpaid_for.0 / DAY_MS).unwrap_or_default(),
            state: match step.state {
                StepState::Passed => DebtStepState::Passed,
                StepState::Possible => DebtStepState::Possible,
                StepState::Ahead { .. } => DebtStepState::Ahead,
            },
            expected_at: step.expected_at(),
        })
        .collect()
}

/// The top-up that clears the debt and pays for 30 days; `None` if nothing is owed.
pub(super) fn proposal(
    api: Option<&ApiBalance>,
    decimals: u8,
    minimum: Option<&Amount>,
) -> Option<Amount> {
    let api = api?;
    let usage = api.daily_usage.as_ref();
    top_up_that_clears(api.owed.as_ref()?, usage, PROPOSED_DAYS, decimals, minimum)
}
