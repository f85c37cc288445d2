//! How far older payments and older events on the chain have been read.

use serde::{Deserialize, Serialize};

/// The progress of an account's backfill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backfill {
    /// The user has paused it: no older data is requested until they resume.
    pub paused: bool,
    /// Rows of a full reading of the history that has not finished.
    pub payments: Option<HistoryProgress>,
    /// `None` once all events that can belong to a payment are known.
    pub chain: Option<BlockProgress>,
}

/// Rows of a history that is being read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryProgress {
    pub read: u32,
    /// How many rows the provider has, if it says so.
    #[serde(rename = "all")]
    pub total: Option<u32>,
}

/// Blocks whose events are known, counted back from the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockProgress {
    pub read: u64,
    /// An upper limit: reading ends earlier if no payment is that old.
    pub at_most: u64,
}
