//! The balance as the provider's API reports it.

use crate::clock::Timestamp;
use crate::money::Amount;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// The balance of one account, from the provider's API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiBalance {
    /// What can be spent; zero while something is owed.
    pub balance: Amount,
    /// What the account owes the provider, above zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed: Option<Amount>,
    /// The spending per day at the current rate.
    pub daily_usage: Option<Amount>,
    pub days_left: Option<u32>,
    /// What the provider lists beside the balance, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entitlements: Vec<Entitlement>,
}

/// Differences of up to a hundredth of the currency never count.
pub const MIN_DIFFERENCE_CENTS: i64 = 1;

impl ApiBalance {
    /// Whether the contract's balance differs by more than a day's usage; `None` if the two cannot be compared. They may
    /// have two units, one worth as much as the other.
    pub fn differs_from(&self, on_chain: &Amount) -> Option<bool> {
        let unit = self.balance.currency();
        let least = Amount::from_cents(MIN_DIFFERENCE_CENTS, unit.clone());
        let usage = self
            .daily_usage
            .as_ref()
            .filter(|usage| usage.compare(&least) == Some(Ordering::Greater));
        let tolerated = usage.unwrap_or(&least);
        let on_chain = on_chain.same_number_of(unit);
        let difference = on_chain.checked_sub(&self.balance)?.checked_abs()?;
        Some(difference.compare(tolerated)? == Ordering::Greater)
    }
}

/// Money of the account that is not its balance, such as promo credits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Entitlement {
    pub kind: EntitlementKind,
    /// Its name at the provider.
    pub name: String,
    /// What is left of it; negative if it is overdrawn.
    pub amount: Amount,
    /// `None` if it does not expire, or if that is not known.
    pub expires_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum EntitlementKind {
    /// Given by the provider and spent before the balance.
    PromoCredits,
    Other,
}
