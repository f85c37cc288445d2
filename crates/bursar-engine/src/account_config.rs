//! What the driver knows of an account and its user: how near the user is, what can be asked, and when to warn.

use alloy_primitives::Address;
use bursar_domain::money::Amount;
use bursar_domain::rules::Rules;

/// How near the user is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// No window.
    Tray,
    /// A window without the focus.
    Open,
    Focused,
}

/// What can be asked on behalf of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountConfig {
    pub rules: Rules,
    /// There is a secret.
    pub signed_in: bool,
    /// The address that is read, where there is a chain to read it from.
    pub watched_address: Option<Address>,
}

/// When a balance counts as low.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thresholds {
    pub days: Option<u32>,
    /// In units of the balance's currency, whatever that is.
    pub amount: Option<Amount>,
}
