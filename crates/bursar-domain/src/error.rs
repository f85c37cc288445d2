//! The only error type that the core returns. An error has a code from a closed list, by which programs handle it and
//! window and terminal choose its title and advice, and a detail that tells what happened. An error never contains a secret.

mod detail;

use crate::clock::Span;
pub use detail::{
    AccountDetail, AmountDetail, ChainDetail, ConnectionDetail, CreatedPart, DesktopDetail, Detail,
    FieldFault, FileDetail, InternalDetail, KeyEnd, KeyringDetail, LinkDetail, NetworkDetail,
    PaymentDetail, ProviderDetail, ResponseDetail, ResponseObject, SignInDetail, StorageDetail,
    SyncDetail, TerminalDetail, TopUpDetail,
};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

/// What went wrong. The list is closed, and the window has a text for each code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A typed text is not an amount.
    AmountMalformed,
    /// The amount has more decimals than the provider accepts.
    AmountPrecision,
    /// The amount is below the method's or the network's minimum.
    AmountTooSmall,
    /// The amount is above the method's maximum.
    AmountTooLarge,
    /// The top-up would raise the balance above the network's cap.
    BalanceCap,
    /// A text is not a wallet address.
    AddressMalformed,
    /// A network file is unreadable or invalid.
    NetworkMalformed,
    /// There is no such network, account, top-up or payment.
    NotFound,
    /// The account has already been added.
    AlreadyExists,
    /// The provider allows one open top-up, and there is one already.
    TopUpOpen,
    /// The state of the top-up does not allow this.
    TopUpState,
    /// The payment method is not or no longer offered.
    MethodUnknown,
    /// The payer does not or no longer belong to the account.
    PayerUnknown,
    /// The service or order cannot or can no longer be paid for.
    DueUnknown,
    /// The price is not the one that was shown. Nothing was paid.
    TotalChanged,
    /// A payment that debits at once was not confirmed with its total.
    NotConfirmed,
    /// The provider does not offer this.
    NotOffered,
    /// The provider rejected the key or token.
    Unauthorized,
    /// The key lacks a scope.
    Forbidden,
    /// The provider is down or under maintenance.
    ProviderUnavailable,
    /// The payment provider behind the provider is down.
    CheckoutUnavailable,
    /// Too many requests.
    RateLimited,
    /// There was no response in time.
    Timeout,
    /// No connection was made: name not found, refused, reset or TLS failed.
    Unreachable,
    /// The response is too large.
    AnswerTooLarge,
    /// The response does not match the API's description.
    AnswerMalformed,
    /// A row of the history does not match the API's description and is left out.
    LineUnreadable,
    /// A field or item does not match the API's description; the others remain valid.
    PartUnreadable,
    /// The provider refused the request, for a reason that has no code of its own.
    Refused,
    /// Bursar could not find out whether a top-up is open.
    TopUpsUnknown,
    /// There are several entitlements, and the network file names none of them.
    AmbiguousBalance,
    /// No RPC endpoint of the network is usable.
    ChainUnavailable,
    /// Two RPC endpoints report different events.
    RpcsDisagree,
    /// No RPC endpoint has the newest block any longer, so older figures are shown.
    ChainWentBack,
    /// The chain's figures are known, but not all of its events.
    EventsIncomplete,
    /// An RPC endpoint serves another chain.
    WrongChain,
    /// There is no contract at the configured address.
    NoContract,
    /// The host of a checkout or sign-in page is not on the network's list.
    HostNotAllowed,
    /// The link is not one of Bursar's.
    LinkMalformed,
    /// The sign-in in the browser failed.
    SignInFailed,
    /// There is no usable keyring.
    KeyringUnavailable,
    /// The account has no key or token. The user must sign in again.
    SignedOut,
    /// The database cannot be written.
    StorageFailed,
    /// The database was written by a newer version.
    StorageNewer,
    /// Another process runs the engine for this home.
    EngineRunning,
    /// A file could not be written or read.
    FileFailed,
    /// Another export is running.
    ExportRunning,
    /// The system's browser could not be opened.
    BrowserFailed,
    /// A command was used incorrectly.
    Usage,
    /// A bug in Bursar.
    Internal,
}

/// An error with its code. It is serialized as `{code, detail, retryable}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[error("{detail}")]
pub struct Error {
    pub code: Code,
    pub detail: Detail,
    /// Whether the same request may succeed later without the user changing anything.
    pub retryable: bool,
    /// How long the server asked clients to wait. It is not serialized.
    #[serde(skip)]
    pub retry_after: Option<Span>,
}

impl<'de> Deserialize<'de> for Error {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Stored {
            code: Code,
            // Earlier versions stored a sentence.
            #[serde(alias = "message")]
            detail: StoredDetail,
            retryable: bool,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum StoredDetail {
            Known(Detail),
            // A detail is no reason not to open a database.
            Unknown(IgnoredAny),
        }
        let Stored {
            code,
            detail,
            retryable,
        } = Stored::deserialize(deserializer)?;
        let detail = match detail {
            StoredDetail::Known(detail) => detail,
            StoredDetail::Unknown(_) => InternalDetail::StoredByOtherVersion.into(),
        };
        Ok(Self {
            code,
            detail,
            retryable,
            retry_after: None,
        })
    }
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error that persists until somebody changes something.
    pub fn new(code: Code, detail: impl Into<Detail>) -> Self {
        Self {
            code,
            detail: detail.into(),
            retryable: false,
            retry_after: None,
        }
    }

    /// An error that may go away without a change, so that a retry can succeed.
    pub fn passing(code: Code, detail: impl Into<Detail>) -> Self {
        Self {
            code,
            detail: detail.into(),
            retryable: true,
            retry_after: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_earlier_versions_keep_their_sentence() {
        let stored = r#"{"code":"timeout","message":"No answer.","retryable":true}"#;
        let error: Error = serde_json::from_str(stored).unwrap();
        let sentence = Detail::Sentence("No answer.".to_owned());
        assert_eq!(error, Error::passing(Code::Timeout, sentence));
        let written = serde_json::to_string(&error).unwrap();
        assert_eq!(serde_json::from_str::<Error>(&written).unwrap(), error);
    }

    #[test]
    fn a_detail_of_another_version_does_not_hide_the_error() {
        for detail in [
            r#"{"id":"of-a-newer-version"}"#,
            r#"{"id":"timed-out","args":{"port":1}}"#,
        ] {
            let stored = format!(r#"{{"code":"timeout","detail":{detail},"retryable":true}}"#);
            assert_eq!(
                serde_json::from_str::<Error>(&stored).unwrap(),
                Error::passing(Code::Timeout, InternalDetail::StoredByOtherVersion)
            );
        }
    }
}
