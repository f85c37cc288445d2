//! Backfill, which reads older payments and events: its progress, and how the user pauses and resumes it.

use super::Bursar;
use crate::driver::blocking;
use bursar_domain::account::AccountId;
use bursar_domain::error::Result;
use bursar_domain::view::{BackfillView, BlockProgress, RowProgress};
use bursar_engine::{Backfill, Event};
use bursar_store::History;
use std::sync::Arc;

impl Bursar {
    /// Returns the progress; `None` once everything has been read.
    pub fn backfill(&self, account: &AccountId) -> Option<BackfillView> {
        let state = self.driver.state(account)?;
        let backfill = &state.backfill;
        let blocks = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        (backfill.payments.is_some() || backfill.chain.is_some()).then(|| BackfillView {
            paused: backfill.paused,
            payments: backfill.payments.map(|rows| RowProgress {
                read: rows.read,
                total: rows.total,
            }),
            chain: backfill.chain.map(|chain| BlockProgress {
                read: blocks(chain.read),
                at_most: blocks(chain.at_most),
            }),
        })
    }

    /// Pauses or resumes the backfill, also for later runs. It resumes where it stopped. New and open payments are read
    /// either way.
    ///
    /// # Errors
    /// `not_found` for an unknown account; those of the database.
    pub async fn pause_backfill(&self, account: AccountId, paused: bool) -> Result<()> {
        self.store_backfill_paused(&account, paused).await?;
        self.driver
            .send_event(&account, Event::SetBackfillPaused { paused });
        Ok(())
    }

    /// Stores for later runs whether the backfill is paused.
    pub(super) async fn store_backfill_paused(
        &self,
        account: &AccountId,
        paused: bool,
    ) -> Result<()> {
        let of = self.connection(account)?;
        let (history, now) = (
            Arc::clone(&self.services.history),
            self.services.clock.now(),
        );
        blocking(move || {
            of.write_guard
                .write(|| history.set_backfill_paused(&of.account.id, paused, now))
        })
        .await
    }
}

/// The progress that an earlier run has stored.
pub(super) fn stored(history: &History, account: &AccountId) -> Result<Backfill> {
    let unfinished = history.sync_state(account)?.next.is_some();
    Ok(Backfill {
        paused: history.backfill_paused(account)?,
        payments: if unfinished {
            Some(history.history_progress(account)?)
        } else {
            None
        },
        chain: None,
    })
}
