//! The tray's content.

use crate::account::AccountId;
use crate::money::Amount;
use serde::{Deserialize, Serialize};

/// The tray's content, computed from the accounts' states.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrayView {
    pub accounts: Vec<TrayAccount>,
    /// Whether a top-up is open.
    pub pending: bool,
    /// Whether something needs the user's attention: offline, signed out or a low balance.
    pub attention: bool,
    /// The account and top-up of the checkout that the user can return to.
    pub return_to: Option<(AccountId, String)>,
    pub can_top_up: bool,
    pub amounts_hidden: bool,
}

/// An account's line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrayAccount {
    pub label: String,
    pub balance: TrayBalance,
    /// What matters most about the account; `None` if all is well.
    pub state: Option<TrayState>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrayBalance {
    Known(Amount),
    /// What the account owes.
    Owed(Amount),
    /// The user hides amounts.
    Hidden,
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrayState {
    TopUpPending,
    TopUpConfirming,
    SignedOut,
    Offline,
    /// The balance is from an earlier session.
    Outdated,
    Low,
}
