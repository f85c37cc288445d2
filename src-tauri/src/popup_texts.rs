//! The texts of pop-ups, and the pages that a click on them opens.

use crate::platform::notifications::Popup;
use crate::platform::sanitize::one_line;
use bursar_core::account::AccountId;
use bursar_core::notice::{Notice, NoticeKind};
use bursar_core::payment::FailureReason;
use bursar_core::view::Page;
use bursar_l10n::{Texts, text};
use std::collections::BTreeMap;
use std::path::Path;

/// Lines of a summary before the number of notices that are left out.
const MAX_SUMMARY_LINES: usize = 4;

/// One pop-up for all these notices; `None` if there are none.
pub(crate) fn for_notices(
    texts: &Texts,
    notices: &[Notice],
    labels: &BTreeMap<AccountId, String>,
    hide: bool,
) -> Option<Popup> {
    // An account that is being removed has no label any more: the title says enough.
    let body_of = |notice: &Notice| {
        let label = labels.get(&notice.account)?;
        Some(texts.notice_body(&without_hidden_characters(notice), &one_line(label), hide))
    };
    match notices {
        [] => None,
        [notice] => Some(Popup {
            title: texts.notice_title(notice),
            body: body_of(notice).unwrap_or_default(),
            page: Some(target_page(notice)),
        }),
        several => {
            let mut lines: Vec<_> = several
                .iter()
                .take(MAX_SUMMARY_LINES)
                .map(|notice| body_of(notice).unwrap_or_else(|| texts.notice_title(notice)))
                .collect();
            let more = several.len().saturating_sub(lines.len());
            if more > 0 {
                lines.push(text!(texts, summary_more, count = more));
            }
            Some(Popup {
                title: text!(texts, summary_title, count = several.len()),
                body: lines.join("\n"),
                page: None,
            })
        }
    }
}

/// Shown when window and tray are gone while a top-up is open.
pub(crate) fn lingering(texts: &Texts) -> Popup {
    Popup {
        title: text!(texts, lingering_title),
        body: text!(texts, lingering_body),
        page: None,
    }
}

pub(crate) fn missing_tray(texts: &Texts) -> Popup {
    Popup {
        title: text!(texts, missing_tray_title),
        body: text!(texts, missing_tray_body),
        page: None,
    }
}

pub(crate) fn closed_to_tray(texts: &Texts) -> Popup {
    Popup {
        title: text!(texts, closed_to_tray_title),
        body: text!(texts, closed_to_tray_body),
        page: None,
    }
}

/// Shown when damaged settings were set aside at this path.
pub(crate) fn reset_settings(texts: &Texts, aside: &Path) -> Popup {
    let path = one_line(&aside.display().to_string());
    Popup {
        title: text!(texts, reset_settings_title),
        body: text!(texts, reset_settings_body, path = path),
        page: Some(Page::Settings),
    }
}

/// The provider's text could contain isolates, which would end those of the sentence around it.
fn without_hidden_characters(notice: &Notice) -> Notice {
    let reason = notice.reason.as_ref().map(|reason| FailureReason {
        why: reason.why,
        words: reason.words.as_deref().map(one_line),
    });
    Notice {
        reason,
        ..notice.clone()
    }
}

fn target_page(notice: &Notice) -> Page {
    let account = notice.account.clone();
    match notice.kind {
        NoticeKind::Completed
        | NoticeKind::Failed
        | NoticeKind::Expired
        | NoticeKind::Cancelled
        | NoticeKind::UnderReview
        | NoticeKind::Reversed
        | NoticeKind::Refunded => Page::Payment {
            account,
            payment: notice.subject.clone(),
        },
        NoticeKind::LowBalance
        | NoticeKind::BalanceUsedUp
        | NoticeKind::MachinesAtRisk
        | NoticeKind::DisksAtRisk
        | NoticeKind::MachinesRemoved
        | NoticeKind::DisksRemoved
        | NoticeKind::UnitChanged
        | NoticeKind::SignedOut => Page::Overview { account },
        NoticeKind::KeyExpires => Page::Accounts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bursar_core::clock::Timestamp;
    use bursar_core::payment::{FailureCode, PaymentKind};
    use bursar_l10n::{Language, Medium};

    fn notice(kind: NoticeKind, subject: &str) -> Notice {
        Notice {
            account: AccountId("a".to_owned()),
            kind,
            subject: subject.to_owned(),
            amount: None,
            days_left: None,
            about: PaymentKind::TopUp,
            reason: None,
            at: Timestamp(0),
            silent: false,
        }
    }

    fn english() -> Texts {
        Texts::new(Language::English, Medium::Desktop)
    }

    fn labels() -> BTreeMap<AccountId, String> {
        BTreeMap::from([(AccountId("a".to_owned()), "Main".to_owned())])
    }

    #[test]
    fn click_opens_the_payment_of_a_single_notice() {
        let popup = for_notices(
            &english(),
            &[notice(NoticeKind::Completed, "p1")],
            &labels(),
            false,
        )
        .unwrap();
        assert_eq!(popup.title, "Top-up completed");
        assert!(popup.body.contains("Main"));
        let account = AccountId("a".to_owned());
        assert_eq!(
            popup.page,
            Some(Page::Payment {
                account: account.clone(),
                payment: "p1".to_owned()
            })
        );
        let low = for_notices(
            &english(),
            &[notice(NoticeKind::LowBalance, "7")],
            &labels(),
            false,
        )
        .unwrap();
        assert_eq!(low.page, Some(Page::Overview { account }));
    }

    #[test]
    fn several_notices_become_one_summary() {
        let many: Vec<_> = (0..6)
            .map(|n| notice(NoticeKind::Expired, &n.to_string()))
            .collect();
        let popup = for_notices(&english(), &many, &labels(), false).unwrap();
        assert_eq!(popup.title, "6 notifications");
        assert_eq!(popup.body.lines().count(), 5);
        assert!(popup.body.ends_with("2 more notifications"));
        assert_eq!(popup.page, None);
        assert_eq!(for_notices(&english(), &[], &labels(), false), None);
    }

    #[test]
    fn notice_of_an_account_without_a_label_is_its_title() {
        let gone = notice(NoticeKind::Completed, "p1");
        let popup = for_notices(&english(), &[gone], &BTreeMap::new(), false).unwrap();
        assert_eq!(
            (popup.title.as_str(), popup.body.as_str()),
            ("Top-up completed", "")
        );
    }

    #[test]
    fn texts_of_others_cannot_end_the_isolates_of_a_sentence() {
        let failed = Notice {
            reason: Some(FailureReason {
                why: FailureCode::Declined,
                words: Some("a\u{2069}b".to_owned()),
            }),
            ..notice(NoticeKind::Failed, "p1")
        };
        let labels = BTreeMap::from([(failed.account.clone(), "c\u{2069}חשבון".to_owned())]);
        let popup = for_notices(&english(), &[failed], &labels, false).unwrap();
        assert!(
            popup.body.contains("\u{2068}cחשבון\u{2069}"),
            "{}",
            popup.body
        );
        assert_eq!(popup.body.matches('\u{2069}').count(), 1);
        assert!(popup.body.contains("ab"));
    }
}
