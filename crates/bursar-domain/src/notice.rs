//! A notice: something the user should know, once. It is data; `bursar-l10n` and the window put it into words. It is
//! written in the same commit as the change that it reports, never repeats the previous notice about the same subject, and
//! pops up at most once.

use crate::account::AccountId;
use crate::clock::Timestamp;
use crate::money::Amount;
use crate::payment::FailureReason;
use crate::payment::PaymentKind;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    Completed,
    Failed,
    Expired,
    Cancelled,
    UnderReview,
    /// A reorganisation undid a completion that only the chain had shown.
    Reversed,
    /// The provider returns the money.
    Refunded,
    LowBalance,
    /// Nothing is left, and a debt grows.
    BalanceUsedUp,
    /// Within a day, the provider may remove machines and their addresses because of the debt.
    MachinesAtRisk,
    DisksAtRisk,
    /// By the provider's rules, machines and their addresses have been removed.
    MachinesRemoved,
    DisksRemoved,
    /// The account's balance is in another unit than before.
    UnitChanged,
    /// The day on which the API key expires is near.
    KeyExpires,
    /// The provider no longer accepts the key or token.
    SignedOut,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    pub account: AccountId,
    pub kind: NoticeKind,
    /// What it is about: a payment's id, or one crossing of a threshold. The newest notice about a payment gives its state.
    pub subject: String,
    pub amount: Option<Amount>,
    /// Days left, for a low balance or a key that expires.
    pub days_left: Option<u32>,
    /// The kind of payment, if it is about one.
    pub about: PaymentKind,
    /// Why the payment did not succeed, as the provider reports it.
    pub reason: Option<FailureReason>,
    pub at: Timestamp,
    /// Shown in the inbox only, because it concerns something older than the account's connection, or because the window was
    /// showing that payment with the focus.
    pub silent: bool,
}

impl Notice {
    /// The payment it is about, if it is about one.
    pub fn payment(&self) -> Option<String> {
        match self.kind {
            NoticeKind::Completed
            | NoticeKind::Failed
            | NoticeKind::Expired
            | NoticeKind::Cancelled
            | NoticeKind::UnderReview
            | NoticeKind::Reversed
            | NoticeKind::Refunded => Some(self.subject.clone()),
            NoticeKind::LowBalance
            | NoticeKind::BalanceUsedUp
            | NoticeKind::MachinesAtRisk
            | NoticeKind::DisksAtRisk
            | NoticeKind::MachinesRemoved
            | NoticeKind::DisksRemoved
            | NoticeKind::UnitChanged
            | NoticeKind::KeyExpires
            | NoticeKind::SignedOut => None,
        }
    }
}
