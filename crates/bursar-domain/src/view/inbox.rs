//! The data that the inbox shows.

use crate::account::AccountId;
use crate::clock::Timestamp;
use crate::money::Amount;
use crate::notice::NoticeKind;
use crate::payment::{FailureReason, PaymentKind};
use serde::{Deserialize, Serialize};

/// A notification in the inbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct NoticeView {
    pub id: u32,
    pub account: AccountId,
    pub label: String,
    pub kind: NoticeKind,
    /// The kind of payment, if it is about one.
    pub about: PaymentKind,
    /// Why the payment did not succeed, if the provider says so.
    pub reason: Option<FailureReason>,
    pub amount: Option<Amount>,
    /// Days left, for a low balance.
    pub days_left: Option<u32>,
    pub payment: Option<String>,
    pub at: Timestamp,
    pub read: bool,
}
