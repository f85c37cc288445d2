//! The data that the sidebar, the Accounts page and the form for a new account show.

use super::Figure;
use crate::account::AccountId;
use crate::catalogue::Capabilities;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::key_expiry::KeyExpiry;
use crate::key_owner::{KeyScope, KeyUse};
use crate::money::{Amount, Currency};
use serde::{Deserialize, Serialize};

/// An account in the sidebar and on the Accounts page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct AccountView {
    pub id: AccountId,
    pub label: String,
    pub network: String,
    /// The provider's display name, in English if it has no name of its own.
    pub provider: String,
    pub provider_title: ProviderTitle,
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
    /// The browser signed the account in, so that there is no API key.
    pub signed_in_by_browser: bool,
    /// When the API key expires, if the user has entered it.
    pub key_expiry: Option<KeyExpiryView>,
    pub signs_in_by_browser: bool,
    pub has_console: bool,
    /// Whether the network names the page on which API keys are made.
    pub has_keys_page: bool,
    /// Whether the network names the console's page about the balance.
    pub has_billing_page: bool,
    pub has_explorer: bool,
    /// The balance's currency. Until a balance is known, the currency of the network's limits.
    pub currency: Currency,
    pub balance: Option<Figure>,
    /// What the account owes the provider, above zero. The balance is then zero.
    pub owed: Option<Amount>,
    pub connected_at: Timestamp,
}

/// When an account's API key expires.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct KeyExpiryView {
    /// `YYYY-MM-DD`, a day in UTC.
    pub date: String,
    pub nearness: KeyExpiryNearness,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum KeyExpiryNearness {
    Later,
    /// Within the time in which the user is warned.
    Soon,
    /// The day has ended.
    Over,
}

impl KeyExpiryView {
    pub fn new(expiry: &KeyExpiry, now: Timestamp) -> Self {
        let nearness = if expiry.date.is_over(now) {
            KeyExpiryNearness::Over
        } else if expiry.is_soon(now) {
            KeyExpiryNearness::Soon
        } else {
            KeyExpiryNearness::Later
        };
        let date = expiry.date.to_string();
        Self { date, nearness }
    }
}

/// A network that an account can be connected to, as shown before a key is entered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct NetworkView {
    pub name: String,
    /// The provider's display name, in English if it has no name of its own.
    pub provider: String,
    pub provider_title: ProviderTitle,
    pub api_host: String,
    pub sandbox: bool,
    pub has_console: bool,
    /// Whether the network names the page on which API keys are made.
    pub has_keys_page: bool,
    pub signs_in_by_browser: bool,
    pub has_chain: bool,
    /// The scopes of a key that Bursar uses; empty where keys have none.
    pub scopes: Vec<KeyScopeView>,
    /// Whether the network is built in and needs no file.
    pub built_in: bool,
    /// Whether most users look for it. The others, such as test networks, are shown on request.
    pub featured: bool,
}

/// A scope of a key, before there is a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct KeyScopeView {
    /// As the provider names it.
    pub name: String,
    pub allows: KeyUse,
    /// The preset with the fewest scopes that has this one, as the provider's console names it.
    pub preset: String,
}

impl From<&KeyScope> for KeyScopeView {
    fn from(scope: &KeyScope) -> Self {
        Self {
            name: scope.name.to_owned(),
            allows: scope.allows,
            preset: scope.preset.to_owned(),
        }
    }
}

/// What a provider is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ProviderTitle {
    /// By its own name.
    OwnName,
    Hosting,
    /// A provider that this version does not support.
    #[default]
    Unknown,
}

/// The result of connecting an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ConnectedAccount {
    pub account: AccountView,
    /// What the key does not allow; `None` if the provider does not say what it allows.
    pub key_lacks: Option<Vec<KeyUse>>,
    /// What limits the account: missing scopes, no keyring, an unreachable API.
    pub warnings: Vec<Error>,
}
