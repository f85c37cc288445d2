//! The texts of pop-ups, and the pages that a click on them opens.

use crate::platform::notifications::Popup;
use bursar_core::account::AccountId;
use bursar_core::notice::{Notice, NoticeKind};
use bursar_core::view::Page;
use std::collections::BTreeMap;
use std::path::Path;

/// Lines of a summary before "And N more."
const MAX_SUMMARY_LINES: usize = 4;

/// One pop-up for all these notices; `None` if there are none.
pub(crate) fn for_notices(
    notices: &[Notice],
    labels: &BTreeMap<AccountId, String>,
    hide: bool,
) -> Option<Popup> {
    let body_of = |notice: &Notice| {
        let label = labels
            .get(&notice.account)
            .map_or("your account", String::as_str);
        notice.body(label, hide)
    };
    match notices {
        [] => None,
        [notice] => Some(Popup {
            title: notice.title(),
            body: body_of(notice),
            page: Some(target_page(notice)),
        }),
        several => {
            let mut lines: Vec<_> = several
                .iter()
                .take(MAX_SUMMARY_LINES)
                .map(body_of)
                .collect();
            let more = several.len().saturating_sub(lines.len());
            if more > 0 {
                lines.push(format!("And {more} more."));
            }
            Some(Popup {
                title: format!("{} things happened", several.len()),
                body: lines.join("\n"),
                page: None,
            })
        }
    }
}

/// Shown when window and tray are gone while a top-up is open.
pub(crate) fn lingering() -> Popup {
    Popup {
        title: "Bursar keeps watching".to_owned(),
        body: "A top-up is still open. Bursar goes on in the background, tells you how it ends, and then \
               closes. Start Bursar again to see it."
            .to_owned(),
        page: None,
    }
}

pub(crate) fn missing_tray() -> Popup {
    Popup {
        title: "Bursar is running without a tray icon".to_owned(),
        body: "This desktop shows no tray icons right now. Bursar keeps watching your balances and notifies \
               you. Start Bursar again to open its window."
            .to_owned(),
        page: None,
    }
}

pub(crate) fn closed_to_tray() -> Popup {
    Popup {
        title: "Bursar is in the tray".to_owned(),
        body: "It keeps watching there. Quit it from its menu.".to_owned(),
        page: None,
    }
}

/// Shown when damaged settings were set aside at this path.
pub(crate) fn reset_settings(aside: &Path) -> Popup {
    Popup {
        title: "Settings could not be read".to_owned(),
        body: format!(
            "Bursar uses its usual settings again. The damaged file was kept as {}.",
            aside.display()
        ),
        page: Some(Page::Settings),
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
        NoticeKind::LowBalance | NoticeKind::SignedOut => Page::Overview { account },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bursar_core::clock::Timestamp;
    use bursar_core::payment::PaymentKind;

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

    fn labels() -> BTreeMap<AccountId, String> {
        BTreeMap::from([(AccountId("a".to_owned()), "Main".to_owned())])
    }

    #[test]
    fn click_opens_the_payment_of_a_single_notice() {
        let popup = for_notices(&[notice(NoticeKind::Completed, "p1")], &labels(), false).unwrap();
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
        let low = for_notices(&[notice(NoticeKind::LowBalance, "7")], &labels(), false).unwrap();
        assert_eq!(low.page, Some(Page::Overview { account }));
    }

    #[test]
    fn several_notices_become_one_summary() {
        let many: Vec<_> = (0..6)
            .map(|n| notice(NoticeKind::Expired, &n.to_string()))
            .collect();
        let popup = for_notices(&many, &labels(), false).unwrap();
        assert_eq!(popup.title, "6 things happened");
        assert_eq!(popup.body.lines().count(), 5);
        assert!(popup.body.ends_with("And 2 more."));
        assert_eq!(popup.page, None);
        assert_eq!(for_notices(&[], &labels(), false), None);
    }
}
