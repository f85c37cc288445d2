//! The balance as the provider's API reports it.

use crate::money::Amount;
use serde::{Deserialize, Serialize};

/// The balance as the API says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiBalance {
    pub balance: Amount,
    /// Money spent a day at the present rate.
    pub daily_usage: Option<Amount>,
    pub days_left: Option<u32>,
}
