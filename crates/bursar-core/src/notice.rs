//! A notice: something the user should know, once. It is written in the same commit as the change it tells
//! of, is unique by its key, and pops up at most once.

use crate::account::AccountId;
use crate::clock::Timestamp;
use crate::money::Amount;
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
    /// A completion that only the chain had said was undone by a reorganisation.
    Reversed,
    LowBalance,
    /// The provider no longer accepts the key or token.
    SignedOut,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    pub account: AccountId,
    pub kind: NoticeKind,
    /// What it is about: a payment's id, or the crossing of a threshold. Unique with account and kind.
    pub subject: String,
    pub amount: Option<Amount>,
    /// Days left, for a low balance.
    pub days_left: Option<u32>,
    pub at: Timestamp,
    /// Told in the inbox only: it concerns something older than the account's connection, or the window was
    /// focused on it.
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
            | NoticeKind::Reversed => Some(self.subject.clone()),
            NoticeKind::LowBalance | NoticeKind::SignedOut => None,
        }
    }

    /// One line for the pop-up's head.
    pub fn title(&self) -> String {
        match self.kind {
            NoticeKind::Completed => "Top-up completed",
            NoticeKind::Failed => "Top-up failed",
            NoticeKind::Expired => "Top-up expired",
            NoticeKind::Cancelled => "Top-up cancelled",
            NoticeKind::UnderReview => "Top-up under review",
            NoticeKind::Reversed => "Top-up reversed",
            NoticeKind::LowBalance => "Balance is low",
            NoticeKind::SignedOut => "Signed out",
        }
        .to_owned()
    }

    /// What happened and what can be done, in one or two sentences. `hide` leaves the amount out.
    pub fn body(&self, label: &str, hide: bool) -> String {
        let amount = match &self.amount {
            Some(amount) if !hide => amount.to_brief(),
            Some(_) | None => "The top-up".to_owned(),
        };
        match self.kind {
            NoticeKind::Completed => format!("{amount} has arrived on {label}."),
            NoticeKind::Failed => format!(
                "{amount} for {label} was not accepted. If money left your wallet, it is still being watched for."
            ),
            NoticeKind::Expired => format!(
                "{amount} for {label} was not paid before its payment page closed. Money that comes late is still credited."
            ),
            NoticeKind::Cancelled => format!("{amount} for {label} was cancelled."),
            NoticeKind::UnderReview => format!(
                "{amount} for {label} is under review by the provider. It is not lost; this can take a while."
            ),
            NoticeKind::Reversed => format!(
                "The chain took back the block that showed {amount} for {label}. It is being followed again."
            ),
            NoticeKind::LowBalance => match (self.days_left, hide) {
                (Some(1), _) => format!("{label} lasts about one more day."),
                (Some(days), _) => format!("{label} lasts about {days} more days."),
                (None, true) => format!("{label} is below the amount you set."),
                (None, false) => match &self.amount {
                    Some(left) => format!("{label} has {} left.", left.to_brief()),
                    None => format!("{label} is below the amount you set."),
                },
            },
            NoticeKind::SignedOut => {
                format!(
                    "The provider no longer accepts the key of {label}. Sign in again to go on."
                )
            }
        }
    }
}
