//! A notice: something the user should know, once. It is written in the same commit as the change that it reports, never
//! repeats the previous notice about the same subject, and pops up at most once.

use crate::account::AccountId;
use crate::clock::Timestamp;
use crate::money::Amount;
use crate::payment::FailureReason;
use crate::payment::PaymentKind;
use crate::plural::about_days;
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
    /// Days left, for a low balance.
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
            NoticeKind::LowBalance | NoticeKind::SignedOut => None,
        }
    }

    /// The pop-up's title, in one line.
    pub fn title(&self) -> String {
        let what = self.what();
        match self.kind {
            NoticeKind::Completed => format!("{what} completed"),
            NoticeKind::Failed => format!("{what} failed"),
            NoticeKind::Expired => format!("{what} expired"),
            NoticeKind::Cancelled => format!("{what} cancelled"),
            NoticeKind::UnderReview => format!("{what} under review"),
            NoticeKind::Reversed => format!("{what} reversed"),
            NoticeKind::Refunded => format!("{what} refunded"),
            NoticeKind::LowBalance => "Balance is low".to_owned(),
            NoticeKind::SignedOut => "Signed out".to_owned(),
        }
    }

    fn what(&self) -> &'static str {
        match self.about {
            PaymentKind::TopUp => "Top-up",
            PaymentKind::Renewal => "Renewal",
            PaymentKind::Migration => "Migration",
            PaymentKind::Credit | PaymentKind::Refund => "Payment",
        }
    }

    /// What happened and what to do, in one or two sentences. `hide` leaves the amount out.
    pub fn body(&self, label: &str, hide: bool) -> String {
        let amount = match &self.amount {
            Some(amount) if !hide => amount.to_brief(),
            Some(_) | None => format!("The {}", self.what().to_lowercase()),
        };
        let why = self
            .reason
            .as_ref()
            .map(|reason| format!(" {}", reason.advice()))
            .unwrap_or_default();
        match self.kind {
            NoticeKind::Completed if self.about == PaymentKind::TopUp => {
                format!("{amount} has arrived on {label}.")
            }
            NoticeKind::Completed => format!("{amount} on {label} is paid."),
            NoticeKind::Failed if self.reason.is_some() => {
                format!("{amount} for {label} was not accepted.{why}")
            }
            NoticeKind::Failed => format!(
                "{amount} for {label} was not accepted. If you were charged anyway, Bursar keeps checking with the provider."
            ),
            NoticeKind::Expired => format!(
                "{amount} for {label} was not paid before its payment page closed. If you have already paid, Bursar keeps checking with the provider."
            ),
            NoticeKind::Cancelled => format!("{amount} for {label} was cancelled.{why}"),
            NoticeKind::UnderReview => format!(
                "{amount} for {label} is under review by the provider. It is not lost; this can take a while."
            ),
            NoticeKind::Reversed => format!(
                "The chain took back the block that showed {amount} for {label}. The balance does not have it for now; \
                 Bursar follows the top-up again and tells you when it is back."
            ),
            NoticeKind::Refunded => format!(
                "The provider gives {amount} of {label} back and takes it off the balance. Ask the provider if you did not expect that."
            ),
            NoticeKind::LowBalance => match (self.days_left, hide) {
                (Some(days), _) => format!("{label} lasts {}.", about_days(days)),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(kind: NoticeKind, about: PaymentKind, days_left: Option<u32>) -> Notice {
        Notice {
            account: AccountId("a".to_owned()),
            kind,
            subject: "chain:0x0b:1".to_owned(),
            amount: None,
            days_left,
            about,
            reason: None,
            at: Timestamp::default(),
            silent: false,
        }
    }

    #[test]
    fn few_days_are_written_as_people_count() {
        let body = |days| {
            notice(NoticeKind::LowBalance, PaymentKind::TopUp, Some(days)).body("Main", true)
        };
        assert_eq!(body(0), "Main lasts less than a day.");
        assert_eq!(body(1), "Main lasts about 1 day.");
        assert_eq!(body(2), "Main lasts about 2 days.");
        assert_eq!(body(90), "Main lasts about 90 days.");
    }

    #[test]
    fn no_notice_mentions_wallet_or_internal_id() {
        use NoticeKind as Kind;
        let kinds = [
            Kind::Completed,
            Kind::Failed,
            Kind::Expired,
            Kind::Cancelled,
            Kind::UnderReview,
            Kind::Reversed,
            Kind::Refunded,
            Kind::LowBalance,
            Kind::SignedOut,
        ];
        let abouts = [
            PaymentKind::TopUp,
            PaymentKind::Renewal,
            PaymentKind::Migration,
            PaymentKind::Credit,
            PaymentKind::Refund,
        ];
        for kind in kinds {
            for about in abouts {
                let notice = notice(kind, about, None);
                let text = format!("{} {}", notice.title(), notice.body("Main", false));
                assert!(!text.contains("wallet"), "{text}");
                assert!(!text.contains("chain:"), "{text}");
            }
        }
    }
}
