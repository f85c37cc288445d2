//! Bugs, and what only another version of Bursar knows.

use serde::{Deserialize, Serialize};

/// Bugs, and what only another version of Bursar knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum InternalDetail {
    /// A step failed that cannot fail unless Bursar has a bug. The step is for reports, in English.
    StepFailed { step: String },
    /// The error was stored by a version that knows other details.
    StoredByOtherVersion,
}

impl InternalDetail {
    /// The failure of this step, which is named in English.
    pub fn step(step: &str) -> Self {
        Self::StepFailed {
            step: step.to_owned(),
        }
    }
}
