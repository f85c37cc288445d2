//! The data that the Overview and Balances pages show.

use super::{AccountView, Figure, TopUpView};
use crate::api_balance::Entitlement;
use crate::charges::ResourceTotal;
use crate::clock::Timestamp;
use crate::debt::Removal;
use crate::error::Error;
use crate::money::Amount;
use serde::{Deserialize, Serialize};

/// An account's Overview page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Overview {
    pub account: AccountView,
    /// The amount that can be spent: from the chain if it answers, otherwise from the API.
    pub balance: Option<Figure>,
    /// What happens because of the debt; `None` if nothing is owed.
    pub debt: Option<DebtView>,
    /// Whether the API's figure is the balance because the contract's differs from it, until the two agree again.
    pub api_leads: bool,
    /// The contract's balance, whichever figure is the balance.
    pub chain_balance: Option<Figure>,
    /// What the provider lists beside the balance.
    pub entitlements: Vec<Entitlement>,
    pub reserved: Option<Figure>,
    pub held: Option<Figure>,
    pub frozen: Option<bool>,
    pub api_balance: Option<Figure>,
    /// Whether the API's figures are current. Otherwise they are from an earlier session, from the time in `api_balance`.
    pub api_current: bool,
    /// `Some(false)` if chain and API differed twice, two minutes apart; `None` if only one is known or they differed once.
    pub agrees: Option<bool>,
    pub daily_usage: Option<Amount>,
    /// Known only if the figures are current.
    pub days_left: Option<u32>,
    /// Whether the figures may be out of date.
    pub stale: bool,
    pub as_of: Option<Timestamp>,
    /// The last 30 days, oldest first. Days without a charge are zero. Empty if unknown.
    pub charges: Vec<ChargeView>,
    /// The same days by resource, the largest total first. Empty where the provider lists no resources. Days with an unknown
    /// sum are left out.
    pub resources: Vec<ResourceTotal>,
    pub charges_as_of: Option<Timestamp>,
    /// Why the last attempt to read the charges failed.
    pub charges_error: Option<Error>,
    /// When this process last read the newest payments; `None` until that succeeds, and while it fails.
    pub payments_as_of: Option<Timestamp>,
    /// Open top-ups, newest first.
    pub top_ups: Vec<TopUpView>,
    /// The current errors, newest first.
    pub errors: Vec<Error>,
    pub maintenance: bool,
}

/// A debt, and what the provider does about it when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct DebtView {
    pub owed: Amount,
    /// When the balance was last known to be above zero; `None` if that was never read.
    pub last_above_zero: Option<Timestamp>,
    /// The steps of the provider's rules in their order; empty if none are known.
    pub steps: Vec<DebtStepView>,
    /// The day of the documentation that the rules are from (`YYYY-MM-DD`).
    pub rules_as_of: Option<String>,
}

/// One step of the provider's rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct DebtStepView {
    pub removes: Removal,
    /// The limit of the debt.
    pub limit: Amount,
    /// How many days the debt may stay unpaid: since nothing was left, or since the step before.
    pub unpaid_days: u32,
    pub state: DebtStepState,
    /// When the step is to be expected; `None` if it is not ahead. By the amount it may come earlier.
    pub expected_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum DebtStepState {
    /// By the rules it has happened.
    Passed,
    /// It may have happened: that depends on when exactly the money ran out.
    Possible,
    Ahead,
}

/// One account on the Balances page, which shows all accounts side by side. Their amounts are never added up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct BalanceView {
    /// The account, with its balance.
    pub account: AccountView,
    pub daily_usage: Option<Amount>,
    pub days_left: Option<u32>,
    pub stale: bool,
    pub as_of: Option<Timestamp>,
    /// Whether a low balance has been reported to the user.
    pub low: bool,
    pub frozen: Option<bool>,
    /// `Some(false)` if chain and API differed twice.
    pub agrees: Option<bool>,
    pub maintenance: bool,
    /// Open payments, newest first.
    pub top_ups: Vec<TopUpView>,
    /// The current errors, newest first.
    pub errors: Vec<Error>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ChargeView {
    /// `YYYY-MM-DD`, UTC.
    pub date: String,
    /// `None` if a charge of that day could not be read.
    pub amount: Option<Amount>,
}
