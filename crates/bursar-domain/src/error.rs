//! The only error type that the core returns. An error has a code from a closed list, by which programs handle it and
//! the window chooses its text, and a sentence for people. An error never contains a secret.

use crate::clock::Span;
use serde::{Deserialize, Serialize};

/// What went wrong, closed: the window has words for each of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// An amount typed by a person is not one.
    AmountMalformed,
    /// More decimals than the call can carry.
    AmountPrecision,
    /// Below the method's or the network's minimum.
    AmountTooSmall,
    /// Above the method's maximum.
    AmountTooLarge,
    /// The balance after the top-up would pass the network's cap.
    BalanceCap,
    /// A wallet address that is not one.
    AddressMalformed,
    /// A network file that cannot be read or is wrong.
    NetworkMalformed,
    /// No network, account, top-up or payment of that name.
    NotFound,
    /// The account is already here.
    AlreadyExists,
    /// The provider allows one open top-up and there is one.
    TopUpOpen,
    /// The top-up is in a state that does not allow this.
    TopUpState,
    /// The payment method is not offered (any more).
    MethodUnknown,
    /// The payer is not one of the account's (any more).
    PayerUnknown,
    /// What is to be paid for cannot be renewed or ordered (any more).
    DueUnknown,
    /// The price is another one than was shown: nothing was paid.
    TotalChanged,
    /// A payment that takes money at once was not confirmed with its total.
    NotConfirmed,
    /// The provider does not offer this.
    NotOffered,
    /// The provider rejected the key or token.
    Unauthorized,
    /// The key lacks a scope.
    Forbidden,
    /// The provider is down or in maintenance.
    ProviderUnavailable,
    /// The payment provider behind the provider is down.
    CheckoutUnavailable,
    /// Too many requests.
    RateLimited,
    /// No answer in time.
    Timeout,
    /// No connection: name not found, refused, reset, TLS.
    Unreachable,
    /// An answer that is too large.
    AnswerTooLarge,
    /// An answer that is not what the API describes.
    AnswerMalformed,
    /// A line of the history that is not what the API describes, and is left out of it.
    LineUnreadable,
    /// A field or an item beside others that is not what the API describes; the others stand.
    PartUnreadable,
    /// The provider refused the request (a 4xx without a better code).
    Refused,
    /// Whether a top-up is open could not be asked.
    TopUpsUnknown,
    /// Several entitlements and none named by the network.
    AmbiguousBalance,
    /// No RPC of the network is usable.
    ChainUnavailable,
    /// Two RPCs do not tell the same events.
    RpcsDisagree,
    /// No RPC knows the newest block any more: the figures shown are older ones.
    ChainWentBack,
    /// The chain's figures are known, its events not, or not all of them.
    EventsIncomplete,
    /// An RPC answers for another chain.
    WrongChain,
    /// There is no contract at the configured address.
    NoContract,
    /// A checkout or sign-in address outside the network's list.
    HostNotAllowed,
    /// A link that is not one of ours.
    LinkMalformed,
    /// The browser sign-in did not succeed.
    SignInFailed,
    /// No usable keyring.
    KeyringUnavailable,
    /// The account has no secret: sign in again.
    SignedOut,
    /// The database cannot be written.
    StorageFailed,
    /// The database was written by a newer version.
    StorageNewer,
    /// Another process runs the engine for this home.
    EngineRunning,
    /// A file could not be written or read.
    FileFailed,
    /// Another export is under way.
    ExportRunning,
    /// The system's browser could not be opened.
    BrowserFailed,
    /// Wrong use of a command.
    Usage,
    /// A fault of ours.
    Internal,
}

/// A coded error: `{code, message, retryable}` wherever it crosses a border.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[error("{message}")]
pub struct Error {
    pub code: Code,
    pub message: String,
    /// Whether the same request may succeed later without the user changing anything.
    pub retryable: bool,
    /// How long the server asked to be left alone; stays inside the core.
    #[serde(skip)]
    pub retry_after: Option<Span>,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error that persists until somebody changes something.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retryable: false,
            retry_after: None,
        }
    }

    /// An error that may go away without a change, so that a retry can succeed.
    pub fn passing(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retryable: true,
            retry_after: None,
        }
    }
}
