//! Top-ups that are open, and what can be done with them.

use crate::money::Amount;
use serde::{Deserialize, Serialize};

/// Top-ups that are open, and what can be done with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum TopUpDetail {
    /// It has ended or never existed.
    TopUpGone,
    /// A top-up with this id was started before.
    TopUpAlreadyStarted,
    /// The provider can no longer cancel it.
    TopUpNotCancellable,
    /// The provider has named no payment page for it.
    TopUpPageMissing,
    /// The account is signed out.
    TopUpNeedsKey,
    /// This computer has no connection.
    TopUpOffline,
    /// It is not known yet whether another top-up is open.
    OpenTopUpsNotReadYet,
    /// Another one is open, and the provider allows only one.
    TopUpStillOpen { amount: Amount },
    /// The answer to the last payment’s request was lost, and Bursar looks for the payment.
    OutcomeUnknown { amount: Amount },
    /// A payment may be the one whose answer was lost, but its time does not fit.
    OutcomeDoubtful { payment: String },
    /// The answer was lost, and the key may not read the history that would tell the outcome.
    OutcomeNotReadable,
    /// The provider reports that one is open.
    TopUpAlreadyOpen,
}
