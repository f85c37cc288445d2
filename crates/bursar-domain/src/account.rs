//! An account: one user's connection to one provider. It contains no secret; the session holds the key or the tokens.

use crate::clock::Timestamp;
use crate::key_expiry::KeyExpiry;
use crate::network::Network;
use alloy_primitives::Address;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Bursar's id of an account: 32 hexadecimal digits, never shown.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(transparent)]
pub struct AccountId(pub String);

impl AccountId {
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An account as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    /// The user's name for it, unique among the accounts.
    pub label: String,
    /// The network as it was when the account was connected: a copy, so that a file that moves or
    /// changes later does not redirect the account.
    pub network: Network,
    /// The wallet address whose balance is read. `None` until the user enters it.
    pub address: Option<Address>,
    /// The provider's id of the user, once known.
    pub user_id: Option<String>,
    pub connected_at: Timestamp,
    /// Checkout hosts that the user added to this account on purpose.
    #[serde(default)]
    pub added_checkout_hosts: Vec<String>,
    /// When the API key expires, if the user has entered it.
    #[serde(default)]
    pub key_expiry: Option<KeyExpiry>,
}
