//! Payments: what can be paid for, with what, and their documents.

use crate::money::Amount;
use serde::{Deserialize, Serialize};

/// Payments: what can be paid for, with what, and their documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum PaymentDetail {
    /// The payment is not in the history.
    PaymentNotInHistory,
    /// The payment has no invoice before it is paid.
    NoInvoiceYet,
    /// A transaction’s hash has another form.
    NotATransaction,
    /// The account has no such payer.
    PayerGone,
    /// There is no method that can be used.
    NoMethodOffered,
    /// The provider does not offer the method.
    MethodNotOffered,
    /// The provider is still checking the saved method.
    MethodBeingChecked,
    /// The provider could not confirm the saved method.
    MethodNotConfirmed,
    /// A payment still uses the saved method, or it cannot be removed for another reason.
    MethodNotRemovable,
    /// The service, order or period is not on the provider’s list.
    OfferGone,
    /// No service was chosen.
    NothingToRenew,
    /// A service was chosen twice.
    ServiceTwice,
    /// The total differs from the confirmed one.
    TotalChanged { total: Amount },
    /// The total differs from the confirmed one and is unknown.
    TotalChangedUnknown,
    /// The user has not confirmed the total.
    TotalNotConfirmed,
    /// The form’s id of the payment is not valid.
    FormInvalid,
    /// A payment with this id was started with another amount or for another purpose.
    StartedDifferently,
    /// A payment for the same purpose, whose outcome was unknown, turned out to have been created.
    SamePaymentConfirmed { amount: Amount },
}
