//! The keyring of the desktop.

use serde::{Deserialize, Serialize};

/// The keyring of the desktop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum KeyringDetail {
    /// There is none, or it failed.
    KeyringUnusable,
    KeyringLocked,
    /// The user closed or refused the keyring’s question, or was not asked yet.
    KeyringRefused,
    /// It takes no key of this length.
    KeyringNoRoom,
    /// It did not answer in time. It may be waiting for a password.
    KeyringSlow,
}
