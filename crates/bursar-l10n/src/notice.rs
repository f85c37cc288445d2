//! The words of a notice, for pop-ups. The window has the same messages for its inbox.

use crate::{Texts, text};
use bursar_domain::money::Amount;
use bursar_domain::notice::{Notice, NoticeKind};
use bursar_domain::payment::{FailureCode, FailureReason, PaymentKind};

/// Calls `text!` with the message that has the amount, or with the one that hides it.
macro_rules! with_amount {
    ($texts:expr, $amount:expr, $shown:ident, $hidden:ident $(, $name:ident = $value:expr)*) => {
        match $amount {
            Some(amount) => text!($texts, $shown, amount = amount $(, $name = $value)*),
            None => text!($texts, $hidden $(, $name = $value)*),
        }
    };
}

impl Texts {
    /// A pop-up's title, in one line.
    pub fn notice_title(&self, notice: &Notice) -> String {
        let kind = kind_of(notice.about);
        match notice.kind {
            NoticeKind::Completed => text!(self, notice_completed, kind = kind),
            NoticeKind::Failed => text!(self, notice_failed, kind = kind),
            NoticeKind::Expired => text!(self, notice_expired, kind = kind),
            NoticeKind::Cancelled => text!(self, notice_cancelled, kind = kind),
            NoticeKind::UnderReview => text!(self, notice_under_review, kind = kind),
            NoticeKind::Reversed => text!(self, notice_reversed, kind = kind),
            NoticeKind::Refunded => text!(self, notice_refunded, kind = kind),
            NoticeKind::LowBalance => text!(self, notice_low_balance),
            NoticeKind::BalanceUsedUp => text!(self, notice_balance_used_up),
            NoticeKind::MachinesAtRisk => text!(self, notice_machines_at_risk),
            NoticeKind::DisksAtRisk => text!(self, notice_disks_at_risk),
            NoticeKind::MachinesRemoved => text!(self, notice_machines_removed),
            NoticeKind::DisksRemoved => text!(self, notice_disks_removed),
            NoticeKind::UnitChanged => text!(self, notice_unit_changed),
            NoticeKind::KeyExpires => text!(self, notice_key_expires),
            NoticeKind::SignedOut => text!(self, notice_signed_out),
        }
    }

    /// What happened to the account and what to do, in one or two sentences. `hide` leaves the amount out.
    pub fn notice_body(&self, notice: &Notice, account: &str, hide: bool) -> String {
        let amount = notice.amount.as_ref().filter(|_| !hide);
        let kind = kind_of(notice.about);
        match notice.kind {
            NoticeKind::Completed => with_amount!(
                self,
                amount,
                notice_completed_body,
                notice_completed_body_hidden,
                account = account,
                kind = kind
            ),
            NoticeKind::Failed => with_amount!(
                self,
                amount,
                notice_failed_body,
                notice_failed_body_hidden,
                account = account,
                why = self.reason_or_hint(notice)
            ),
            NoticeKind::Expired => with_amount!(
                self,
                amount,
                notice_expired_body,
                notice_expired_body_hidden,
                account = account
            ),
            NoticeKind::Cancelled => with_amount!(
                self,
                amount,
                notice_cancelled_body,
                notice_cancelled_body_hidden,
                account = account,
                why = self.reason_or_hint(notice)
            ),
            NoticeKind::UnderReview => with_amount!(
                self,
                amount,
                notice_under_review_body,
                notice_under_review_body_hidden,
                account = account
            ),
            NoticeKind::Reversed => with_amount!(
                self,
                amount,
                notice_reversed_body,
                notice_reversed_body_hidden,
                account = account
            ),
            NoticeKind::Refunded => with_amount!(
                self,
                amount,
                notice_refunded_body,
                notice_refunded_body_hidden,
                account = account,
                kind = kind
            ),
            NoticeKind::LowBalance => self.low_balance(notice.days_left, amount, account),
            NoticeKind::BalanceUsedUp => with_amount!(
                self,
                amount,
                notice_balance_used_up_body,
                notice_balance_used_up_body_hidden,
                account = account
            ),
            NoticeKind::MachinesAtRisk => with_amount!(
                self,
                amount,
                notice_machines_at_risk_body,
                notice_machines_at_risk_body_hidden,
                account = account
            ),
            NoticeKind::DisksAtRisk => with_amount!(
                self,
                amount,
                notice_disks_at_risk_body,
                notice_disks_at_risk_body_hidden,
                account = account
            ),
            NoticeKind::MachinesRemoved => with_amount!(
                self,
                amount,
                notice_machines_removed_body,
                notice_machines_removed_body_hidden,
                account = account
            ),
            NoticeKind::DisksRemoved => with_amount!(
                self,
                amount,
                notice_disks_removed_body,
                notice_disks_removed_body_hidden,
                account = account
            ),
            NoticeKind::UnitChanged => with_amount!(
                self,
                amount,
                notice_unit_changed_body,
                notice_unit_changed_body_hidden,
                account = account
            ),
            NoticeKind::KeyExpires => text!(
                self,
                notice_key_expires_body,
                account = account,
                days = notice.days_left.unwrap_or_default()
            ),
            NoticeKind::SignedOut => text!(self, notice_signed_out_body, account = account),
        }
    }

    /// Why a payment did not succeed and what to do, with the provider's own text if it sends one.
    pub fn failure_reason(&self, reason: &FailureReason) -> String {
        let why = match reason.why {
            FailureCode::ByUser => text!(self, reason_by_user),
            FailureCode::Declined => text!(self, reason_declined),
            FailureCode::InsufficientFunds => text!(self, reason_insufficient_funds),
            FailureCode::ConfirmationFailed => text!(self, reason_confirmation_failed),
            FailureCode::Expired => text!(self, reason_expired),
            FailureCode::MethodGone => text!(self, reason_method_gone),
            FailureCode::Fraud => text!(self, reason_fraud),
            FailureCode::Other => text!(self, reason_other),
        };
        match reason.words.as_deref().filter(|words| !words.is_empty()) {
            Some(words) => text!(self, reason_with_words, reason = why, words = words),
            None => why,
        }
    }

    fn reason_or_hint(&self, notice: &Notice) -> String {
        match &notice.reason {
            Some(reason) => self.failure_reason(reason),
            None => text!(self, notice_paid_anyway),
        }
    }

    fn low_balance(&self, days: Option<u32>, amount: Option<&Amount>, account: &str) -> String {
        match (days, amount) {
            (Some(days), _) => text!(
                self,
                notice_low_balance_days,
                account = account,
                days = days
            ),
            (None, Some(amount)) => text!(
                self,
                notice_low_balance_amount,
                account = account,
                amount = amount
            ),
            (None, None) => text!(self, notice_low_balance_amount_hidden, account = account),
        }
    }
}

/// The variant of a message for this kind of payment.
fn kind_of(kind: PaymentKind) -> &'static str {
    match kind {
        PaymentKind::TopUp => "top_up",
        PaymentKind::Renewal => "renewal",
        PaymentKind::Migration => "migration",
        PaymentKind::Credit | PaymentKind::Refund => "payment",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, Medium};
    use bursar_domain::account::AccountId;
    use bursar_domain::clock::Timestamp;
    use bursar_domain::money::Currency;

    const KINDS: [NoticeKind; 16] = [
        NoticeKind::Completed,
        NoticeKind::Failed,
        NoticeKind::Expired,
        NoticeKind::Cancelled,
        NoticeKind::UnderReview,
        NoticeKind::Reversed,
        NoticeKind::Refunded,
        NoticeKind::LowBalance,
        NoticeKind::BalanceUsedUp,
        NoticeKind::MachinesAtRisk,
        NoticeKind::DisksAtRisk,
        NoticeKind::MachinesRemoved,
        NoticeKind::DisksRemoved,
        NoticeKind::UnitChanged,
        NoticeKind::KeyExpires,
        NoticeKind::SignedOut,
    ];

    fn notice(kind: NoticeKind, about: PaymentKind) -> Notice {
        Notice {
            account: AccountId("a".to_owned()),
            kind,
            subject: "chain:0x0b:1".to_owned(),
            amount: Amount::parse_decimal("25", Currency::usdc()).ok(),
            days_left: None,
            about,
            reason: None,
            at: Timestamp::default(),
            silent: false,
        }
    }

    fn texts(language: Language) -> Texts {
        Texts::new(language, Medium::Terminal)
    }

    #[test]
    fn few_days_are_written_as_people_count() {
        let body = |days| {
            let mut notice = notice(NoticeKind::LowBalance, PaymentKind::TopUp);
            notice.days_left = Some(days);
            texts(Language::English).notice_body(&notice, "Main", true)
        };
        assert_eq!(body(0), "The balance of Main lasts less than a day.");
        assert_eq!(body(1), "The balance of Main lasts about 1 day.");
        assert_eq!(body(2), "The balance of Main lasts about 2 days.");
        assert_eq!(body(90), "The balance of Main lasts about 90 days.");
    }

    #[test]
    fn no_notice_mentions_an_internal_id_or_a_hidden_amount() {
        for language in Language::ALL {
            let texts = texts(language);
            for kind in KINDS {
                for about in [
                    PaymentKind::TopUp,
                    PaymentKind::Renewal,
                    PaymentKind::Migration,
                    PaymentKind::Credit,
                    PaymentKind::Refund,
                ] {
                    let notice = notice(kind, about);
                    let title = texts.notice_title(&notice);
                    for hide in [true, false] {
                        let body = texts.notice_body(&notice, "Main", hide);
                        let all = format!("{title} {body}");
                        assert!(body.contains("Main"), "{all}");
                        assert!(!all.contains("chain:"), "{all}");
                        assert!(!all.to_lowercase().contains("wallet"), "{all}");
                        let has_amount =
                            !matches!(kind, NoticeKind::KeyExpires | NoticeKind::SignedOut);
                        let shows = !hide && has_amount;
                        assert_eq!(all.contains("25"), shows, "{all}");
                    }
                }
            }
        }
    }

    #[test]
    fn reason_follows_with_the_words_of_the_provider() {
        let mut failed = notice(NoticeKind::Failed, PaymentKind::TopUp);
        let english = texts(Language::English);
        assert!(
            english
                .notice_body(&failed, "Main", true)
                .contains("If you paid anyway")
        );
        failed.reason = Some(FailureReason {
            why: FailureCode::Declined,
            words: Some("Limit reached.".to_owned()),
        });
        let body = english.notice_body(&failed, "Main", true);
        assert!(body.contains("declined"), "{body}");
        assert!(
            body.ends_with("The provider says: Limit reached."),
            "{body}"
        );
    }

    #[test]
    fn isolates_stand_around_texts_from_right_to_left_only() {
        let kept = Texts::new(Language::English, Medium::Desktop);
        let signed_out = notice(NoticeKind::SignedOut, PaymentKind::TopUp);
        let body = |texts: &Texts, label| texts.notice_body(&signed_out, label, true);
        assert!(!body(&kept, "Main").contains('\u{2068}'));
        assert!(body(&kept, "חשבון").contains("\u{2068}חשבון\u{2069}"));
        assert!(!body(&texts(Language::English), "חשבון").contains('\u{2068}'));
    }
}
