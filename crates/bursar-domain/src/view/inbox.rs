//! The data that the inbox shows.

use crate::account::AccountId;
use crate::clock::Timestamp;
use crate::money::Amount;
use crate::notice::NoticeKind;
use crate::payment::FailureCode;
use serde::{Deserialize, Serialize};

/// A notification in the inbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct NoticeView {
    pub id: u32,
    pub account: AccountId,
    pub label: String,
    pub kind: NoticeKind,
    pub title: String,
    /// Why the payment did not succeed, if the provider says so.
    pub why: Option<FailureCode>,
    /// The text with the amount. If amounts are hidden, the window shows `body_hidden` and draws `amount` itself.
    pub body: String,
    pub body_hidden: String,
    pub amount: Option<Amount>,
    pub payment: Option<String>,
    pub at: Timestamp,
    pub read: bool,
}
