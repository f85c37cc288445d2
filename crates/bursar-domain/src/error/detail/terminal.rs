//! The use of the program in a terminal.

use serde::{Deserialize, Serialize};

/// The use of the program in a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum TerminalDetail {
    /// A typed date has another form.
    DateMalformed,
}
