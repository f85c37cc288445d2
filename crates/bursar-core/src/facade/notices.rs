//! The inbox of notices.

use super::Bursar;
use crate::driver::blocking;
use bursar_domain::error::Result;
use bursar_domain::view::NoticeView;
use std::sync::Arc;

/// The number of notices on a page.
const NOTICES: u32 = 50;

impl Bursar {
    /// The inbox, newest first.
    pub async fn notices(&self, before: Option<u32>) -> Result<Vec<NoticeView>> {
        let labels: std::collections::BTreeMap<_, _> = self
            .connections()
            .into_iter()
            .map(|connection| (connection.account.id, connection.account.label))
            .collect();
        let store = Arc::clone(&self.services.store);
        blocking(move || {
            let stored = store.notices(before, NOTICES)?;
            Ok(stored
                .into_iter()
                .map(|stored| {
                    let label = labels
                        .get(&stored.notice.account)
                        .cloned()
                        .unwrap_or_default();
                    NoticeView {
                        id: stored.id,
                        kind: stored.notice.kind,
                        about: stored.notice.about,
                        days_left: stored.notice.days_left,
                        payment: stored.notice.payment(),
                        account: stored.notice.account,
                        reason: stored.notice.reason,
                        amount: stored.notice.amount,
                        at: stored.notice.at,
                        read: stored.read,
                        label,
                    }
                })
                .collect())
        })
        .await
    }

    /// The number of unread notices.
    pub async fn unread_notices(&self) -> Result<u32> {
        let store = Arc::clone(&self.services.store);
        blocking(move || store.unread_count()).await
    }

    pub async fn mark_notices_read(&self, up_to: u32) -> Result<()> {
        let store = Arc::clone(&self.services.store);
        blocking(move || store.mark_read_up_to(up_to)).await?;
        self.services
            .shell
            .changed(&bursar_domain::view::Change::Notices);
        Ok(())
    }
}
