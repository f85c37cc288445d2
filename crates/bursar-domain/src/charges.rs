//! What was spent on resources, by day.

use crate::money::Amount;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What was spent over a range of UTC days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charges {
    /// Oldest first. A day that is neither here nor in `unknown` had no charges.
    pub days: Vec<DayCharge>,
    /// Days with a charge that could not be read, so that their sum is unknown: `YYYY-MM-DD`.
    pub unknown: BTreeSet<String>,
}

impl From<Vec<DayCharge>> for Charges {
    fn from(days: Vec<DayCharge>) -> Self {
        Self {
            days,
            unknown: BTreeSet::new(),
        }
    }
}

/// What was spent on one UTC day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCharge {
    /// `YYYY-MM-DD`.
    pub date: String,
    pub amount: Amount,
}
