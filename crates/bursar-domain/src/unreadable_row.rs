//! Lines of a history that could not be read.

use crate::clock::Timestamp;
use crate::error::Error;
use serde::{Deserialize, Serialize};

/// A line of the history that is not what the API describes: nothing of it is shown but that it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadableRow {
    /// What is wrong with it; [`crate::error::Code::LineUnreadable`].
    pub error: Error,
    /// Where that much could be read.
    pub created_at: Option<Timestamp>,
}
