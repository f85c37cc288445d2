//! Accounts, their wallet addresses and keys, and signing in.

use crate::money::Amount;
use serde::{Deserialize, Serialize};

/// Accounts, their wallet addresses and keys, and signing in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum AccountDetail {
    /// The account has been removed.
    AccountNotConnected,
    /// Another account has the label.
    LabelTaken { label: String },
    /// A text is empty or has characters that no key has.
    KeyMalformed,
    /// A text is not the date on which a key expires.
    KeyExpiryMalformed,
    /// The day on which a new key is said to expire is over.
    KeyExpiryOver,
    /// A text has not the form of a wallet address.
    AddressMalformed,
    /// The checksum of a wallet address is wrong.
    AddressMistyped,
    /// It is the zero address.
    AddressZero,
    /// There is no account of this name.
    AccountUnknown { label: String },
    /// There is no account at all.
    NoAccounts,
    /// A label has 1 to this many characters.
    LabelLength { most: u32 },
    /// The user has been connected already, as this account.
    UserConnected { account: String },
    /// The contract and the API report different balances.
    AddressDoubtful { contract: Amount, api: Amount },
}
