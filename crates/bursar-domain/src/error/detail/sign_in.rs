//! Keys, signing in, and whose account a key belongs to.

use super::Detail;
use serde::{Deserialize, Serialize};

/// Keys, signing in, and whose account a key belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum SignInDetail {
    /// The account has no key or token.
    SignedOut,
    /// The account has no key, so that the provider was not asked.
    NoKey,
    /// The keyring did not answer, so that the provider was not asked.
    NoKeyFromKeyring,
    /// The stored key belongs to another user, so that nothing was read with it.
    KeyOfAnotherUser,
    /// The new key belongs to another user than the account.
    NewKeyOfAnotherUser,
    /// The key from the environment belongs to another user than the account.
    EnvironmentKeyOfAnotherUser,
    /// The provider did not say whose key it is, so that nothing was changed.
    KeyOwnerUnknown { why: Box<Detail> },
    /// The key lacks scopes. They have the provider’s names. Earlier versions stored this.
    ScopesMissing { scopes: String },
    /// The sign-in was to be renewed, which only the running app may do.
    RenewedByApp,
    /// The provider ended the sign-in.
    SignInEnded,
    /// The user signed in or out while data of the account was read.
    SignInChanged,
    /// The network has no sign-in page.
    NoSignInPage,
    /// The link belongs to no attempt of this app.
    SignInNotStartedHere,
    /// The attempt took too long.
    SignInTooLate { minutes: u32 },
    /// The provider refused the code of the sign-in page.
    SignInRefused,
    /// The sign-in page sent a refusal.
    SignInDenied,
    /// The account was signed out or removed, but its key is still in the keyring.
    KeyStillInKeyring { done: KeyEnd, why: Box<Detail> },
}

/// Why a key is no longer needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "kebab-case")]
pub enum KeyEnd {
    AccountRemoved,
    SignedOut,
}
