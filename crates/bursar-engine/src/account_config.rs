//! The user's presence, what can be asked on behalf of an account, and when its balance counts as low.

use alloy_primitives::Address;
use bursar_domain::debt::DebtRules;
use bursar_domain::money::Amount;
use bursar_domain::network::BalanceFrom;
use bursar_domain::payment_rules::Rules;

/// How close the user is to the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// There is no window.
    Tray,
    /// There is a window without focus.
    Open,
    Focused,
}

/// What can be asked on behalf of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountConfig {
    pub rules: Rules,
    /// A key or token is available.
    pub signed_in: bool,
    /// The address whose balance is read from the chain, if the network has one.
    pub watched_address: Option<Address>,
    /// Which figure is the balance where chain and API both know one.
    pub balance_from: BalanceFrom,
    /// What the provider does when the account owes money.
    pub debt_rules: Option<&'static DebtRules>,
}

/// The limits below which a balance counts as low.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thresholds {
    pub days: Option<u32>,
    /// In the balance's own currency, whatever that is.
    pub amount: Option<Amount>,
}
