//! How far the backfill has come, so that it continues after a pause or an interruption.

use super::History;
use bursar_domain::account::AccountId;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Result;
use bursar_engine::HistoryProgress;

impl History {
    /// Stores whether the user has paused the backfill.
    pub fn set_backfill_paused(
        &self,
        account: &AccountId,
        stopped: bool,
        now: Timestamp,
    ) -> Result<()> {
        self.put(account, "past_stopped", &stopped, now)
    }

    pub fn backfill_paused(&self, account: &AccountId) -> Result<bool> {
        let stored: Option<(bool, Timestamp)> = self.get(account, "past_stopped")?;
        Ok(stored.is_some_and(|(stopped, _)| stopped))
    }

    /// Stores how many rows an unfinished read of the whole history has brought so far.
    pub fn put_history_progress(
        &self,
        account: &AccountId,
        progress: HistoryProgress,
        now: Timestamp,
    ) -> Result<()> {
        self.put(account, "lines_read", &progress, now)
    }

    /// The stored progress; the default if there is none.
    pub fn history_progress(&self, account: &AccountId) -> Result<HistoryProgress> {
        let stored: Option<(HistoryProgress, Timestamp)> = self.get(account, "lines_read")?;
        Ok(stored.map_or_else(HistoryProgress::default, |(progress, _)| progress))
    }
}
