//! The tray's content.

use crate::account::AccountId;
use serde::{Deserialize, Serialize};

/// The tray's content, computed from the accounts' states.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct TrayView {
    /// One line for each account: label, balance and state. Hidden amounts are left out.
    pub lines: Vec<String>,
    pub tooltip: String,
    /// Whether a top-up is open.
    pub pending: bool,
    /// Whether something needs the user's attention: offline, signed out or a low balance.
    pub attention: bool,
    /// The account and top-up of the checkout that the user can return to.
    pub return_to: Option<(AccountId, String)>,
    pub can_top_up: bool,
    pub amounts_hidden: bool,
}
