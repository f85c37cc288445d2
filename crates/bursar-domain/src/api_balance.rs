//! The balance as the provider's API reports it.

use crate::money::Amount;
use serde::{Deserialize, Serialize};

/// The balance of one account, from the provider's API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiBalance {
    pub balance: Amount,
    /// The spending per day at the current rate.
    pub daily_usage: Option<Amount>,
    pub days_left: Option<u32>,
}
