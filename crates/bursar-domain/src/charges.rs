//! What was spent on resources, day by day.

use crate::money::Amount;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The spending of a range of UTC days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charges {
    /// Oldest first; a day that is neither here nor among the unknown ones had none.
    pub days: Vec<DayCharge>,
    /// Days of which a charge could not be read, so that their sum is not known: `YYYY-MM-DD`.
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

/// Money spent on one UTC day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCharge {
    /// `YYYY-MM-DD`.
    pub date: String,
    pub amount: Amount,
}
