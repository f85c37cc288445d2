//! Rows of a provider's history that could not be read.

use crate::clock::Timestamp;
use crate::error::Error;
use serde::{Deserialize, Serialize};

/// A row that does not match the API's description. Bursar shows only that it exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadableRow {
    /// What is wrong with it; [`crate::error::Code::LineUnreadable`].
    pub error: Error,
    /// When the payment was created, if that could be read.
    pub created_at: Option<Timestamp>,
}
