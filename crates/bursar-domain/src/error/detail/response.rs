//! A provider’s answer that differs from the description of its API.

use super::Detail;
use crate::money::Amount;
use serde::{Deserialize, Serialize};

/// A provider’s answer that differs from the description of its API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "id", content = "args", rename_all = "kebab-case")]
pub enum ResponseDetail {
    /// It is not JSON.
    ResponseNotJson,
    /// A part is no object, or has a field twice.
    ResponseNotObject { object: ResponseObject },
    /// It is not a list, where a list should be.
    ResponseNotList,
    /// One field of an object. The name of the field is the API’s.
    ResponseField {
        field: String,
        object: ResponseObject,
        fault: FieldFault,
    },
    /// The fault is in this payment, which is named by its id or number.
    ResponsePayment { payment: String, why: Box<Detail> },
    /// The fault concerns this day (`YYYY-MM-DD`).
    ResponseDay { day: String, why: Box<Detail> },
    /// Two rows with the same id differ.
    PaymentListedTwice { payment: String },
    /// A page of the history should have as many payments as expected.
    PageIncomplete { expected: u32, found: u32 },
    /// The pages have no room for all payments.
    PageCountWrong { payments: u32, pages: u32 },
    /// A page has another number than the requested one.
    PageNumberWrong,
    /// The pages of a list have no end.
    ListEndless,
    /// The first unreadable row of the history, and how many others there are.
    PaymentsUnreadable { why: Box<Detail>, more: u32 },
    /// What came as an invoice is something else.
    InvoiceNotPdf,
    /// The created payment has another amount than the requested one.
    CreatedAmountDiffers { amount: Amount, wanted: Amount },
    /// The created payment has another purpose than the requested one.
    CreatedPurposeDiffers { purpose: String },
    /// The created payment is a top-up, and another purpose was requested.
    CreatedForBalance,
    /// The created payment differs in another way.
    CreatedPaymentDiffers { what: CreatedPart },
}

/// The object of an API that has a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "kebab-case")]
pub enum ResponseObject {
    Account,
    Amount,
    Balance,
    Charge,
    Limits,
    Method,
    Migration,
    Page,
    Payer,
    Payment,
    PaymentPage,
    Period,
    Purpose,
    Reason,
    Refusal,
    Server,
    Service,
    SignIn,
    Status,
    TopUp,
    User,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "kebab-case")]
pub enum FieldFault {
    BelowMinimum,
    /// It does not fit another field.
    Contradicts,
    Empty,
    LeadsNowhere,
    Missing,
    Negative,
    NotAmount,
    NotBoolean,
    NotCount,
    NotCurrency,
    NotDate,
    NotId,
    NotList,
    NotText,
    NotTime,
    NotToken,
    OtherCurrency,
    TooLarge,
    TooLong,
    Twice,
    /// A later version may know it.
    Unknown,
    UnknownPayer,
    WrongDecimals,
    Zero,
}

/// A part of a created payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "kebab-case")]
pub enum CreatedPart {
    Method,
    Payer,
}
