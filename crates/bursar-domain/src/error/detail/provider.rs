//! A provider that refuses a request or cannot answer it.

use super::Detail;
use crate::key_owner::{KeyScope, KeyUse};
use serde::{Deserialize, Serialize};

/// A provider that refuses a request or cannot answer it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum ProviderDetail {
    /// The provider has no such function.
    NotOffered,
    /// This version does not know the provider that the network names.
    ProviderUnsupported,
    /// A page in front of the provider wants to see a browser.
    ProtectionPage {
        host: String,
        status: String,
    },
    /// Something between Bursar and the provider refused the request.
    RefusedOnTheWay {
        host: String,
        status: String,
    },
    /// Too many requests.
    AskedToWait {
        host: String,
    },
    /// The server reports a failure of its own.
    ServerFailed {
        host: String,
        status: String,
    },
    /// The provider is under maintenance.
    Maintenance,
    /// Something answered with a web page, such as a network that wants a sign-in.
    PageInsteadOfData {
        host: String,
    },
    /// The answer leads to another address, which Bursar does not follow.
    Redirected {
        host: String,
    },
    /// An answer that the provider itself would not give.
    StatusUnexpected {
        host: String,
        status: String,
    },
    /// Whether the provider carried out the request is unknown.
    RequestOutcomeUnknown {
        why: Box<Detail>,
    },
    /// The payment provider or system behind the provider does not answer.
    PaymentSystemDown,
    /// The key or token is not valid.
    KeyRejected,
    /// The provider cannot read the key at all.
    KeyIncomplete,
    /// The key lacks the scope that something needs. Scope and preset have the provider’s names.
    KeyLacksScope {
        needed_for: KeyUse,
        scope: String,
        preset: String,
    },
    /// The key has no scope for the request. The scopes have the provider’s names.
    KeyMayNotRead {
        scopes: String,
    },
    KeyMayNotPay {
        scopes: String,
    },
    /// The key may not do this. Which scope it lacks is unknown.
    KeyNotAllowed,
    /// The provider does not know an id, or has no such call.
    UnknownToProvider,
    /// A refusal without a reason.
    RequestRefused {
        status: String,
    },
    /// A refusal with the provider’s reason.
    RequestRefusedBecause {
        said: String,
    },
    /// A refusal with a code of a later version of the API.
    RefusedForUnknownReason,
    /// A refusal with a text of the provider.
    ProviderSays {
        why: Box<Detail>,
        said: String,
    },
    /// The provider lists several balances, and the network file names none.
    SeveralBalances {
        balances: String,
    },
    /// The provider does not list the balance that the network file names.
    BalanceNotListed {
        key: String,
    },
    /// The provider lists no balance yet.
    NoBalanceYet,
    /// A payment’s id or source is empty or too long.
    PaymentIdUnusable,
    /// More payments have the same time than the history can order.
    TooManyPaymentsAtOnce,
}

impl ProviderDetail {
    /// The key lacks this scope.
    pub fn lacks_scope(scope: &KeyScope) -> Self {
        Self::KeyLacksScope {
            needed_for: scope.allows,
            scope: scope.name.to_owned(),
            preset: scope.preset.to_owned(),
        }
    }
}
