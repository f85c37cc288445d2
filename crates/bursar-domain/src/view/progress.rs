//! The progress of reading older payments, and of an export.

use crate::error::Error;
use serde::{Deserialize, Serialize};

/// The progress of reading older payments and events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct BackfillView {
    /// Whether the user has paused it.
    pub paused: bool,
    /// `None` if all payments have been read.
    pub payments: Option<RowProgress>,
    pub chain: Option<BlockProgress>,
}

/// The number of payments that have been read and, if the provider says so, that exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct RowProgress {
    pub read: u32,
    pub total: Option<u32>,
}

/// The number of blocks that have been read, and the most that may have to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct BlockProgress {
    pub read: u32,
    pub at_most: u32,
}

/// The newest export of the history, running or ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ExportView {
    /// The path of the file, which exists only once it is complete.
    pub path: String,
    /// Rows written so far.
    pub written: u32,
    /// Rows in total; `None` until they are counted.
    pub total: Option<u32>,
    pub state: ExportState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum ExportState {
    Running,
    Written,
    Cancelled,
    Failed { error: Error },
}
