//! The data that the Overview and Balances pages show.

use super::{AccountView, Figure, TopUpView};
use crate::clock::Timestamp;
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
