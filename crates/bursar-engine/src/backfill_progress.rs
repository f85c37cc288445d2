//! How far older payments and older events on the chain have been read.

use serde::{Deserialize, Serialize};

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backfill {
    /// Stopped by the user: nothing further back is asked for until they let it go on.
    pub paused: bool,
    /// Payments of a whole reading that has not come to its end.
    pub payments: Option<HistoryProgress>,
    /// `None` where all events are known that can belong to a payment.
    pub chain: Option<BlockProgress>,
}

/// Rows of a history that is being read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryProgress {
    pub read: u32,
    /// How many the provider has, where it says.
    #[serde(rename = "all")]
    pub total: Option<u32>,
}

/// Blocks whose events are known, from the newest back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockProgress {
    pub read: u64,
    /// How many there are at most: the reading ends before the first where no payment is as old.
    pub at_most: u64,
}
