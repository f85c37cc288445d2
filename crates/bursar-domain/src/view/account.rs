//! The data that the sidebar, the Accounts page and the form for a new account show.

use super::Figure;
use crate::account::AccountId;
use crate::catalogue::Capabilities;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::money::Currency;
use serde::{Deserialize, Serialize};

/// An account in the sidebar and on the Accounts page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct AccountView {
    pub id: AccountId,
    pub label: String,
    pub network: String,
    /// The provider's display name.
    pub provider: String,
    /// What the provider supports besides top-ups.
    pub capabilities: Capabilities,
    /// Whether payments can be verified, which needs a chain.
    pub verifiable: bool,
    /// The number of RPC endpoints at different hosts. Two of them must agree; if there is only one, it is trusted alone.
    pub rpc_hosts: u32,
    pub api_host: String,
    pub sandbox: bool,
    /// The address with its checksum; `None` until the user enters one.
    pub address: Option<String>,
    pub signed_in: bool,
    /// Whether the account is signed in is unknown, because the keyring has not answered yet.
    pub waits_for_keyring: bool,
    /// Why the keyring did not return the key: it is unavailable, or it may be locked.
    pub keyring_error: Option<Error>,
    /// The key or token is in memory only and is lost when this process ends.
    pub session_only: bool,
    pub signs_in_by_browser: bool,
    pub has_console: bool,
    pub has_explorer: bool,
    /// The balance's currency. Until a balance is known, the currency of the network's limits.
    pub currency: Currency,
    pub balance: Option<Figure>,
    pub connected_at: Timestamp,
}

/// A network that an account can be connected to, as shown before a key is entered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct NetworkView {
    pub name: String,
    /// The provider's display name.
    pub provider: String,
    pub api_host: String,
    pub sandbox: bool,
    pub has_console: bool,
    pub signs_in_by_browser: bool,
    pub has_chain: bool,
    /// The scopes that a key needs for reading.
    pub scopes_read: Vec<String>,
    /// The scopes that a key needs for top-ups, in addition.
    pub scopes_top_up: Vec<String>,
    /// Whether the network is built in and needs no file.
    pub built_in: bool,
}

/// The result of connecting an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ConnectedAccount {
    pub account: AccountView,
    /// What limits the account: missing scopes, no keyring, an unreachable API.
    pub warnings: Vec<Error>,
}
