//! How far back the history has been read: kept, so that a reading that was stopped or cut off goes on from there.

use super::History;
use bursar_domain::account::AccountId;
use bursar_domain::clock::Timestamp;
use bursar_domain::error::Result;
use bursar_engine::HistoryProgress;

impl History {
    /// Keeps whether the user has stopped the reading of what lies further back.
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

    /// Keeps how many lines a reading of the whole history has brought that has not come to its end.
    pub fn put_history_progress(
        &self,
        account: &AccountId,
        progress: HistoryProgress,
        now: Timestamp,
    ) -> Result<()> {
        self.put(account, "lines_read", &progress, now)
    }

    /// That number; none before the first.
    pub fn history_progress(&self, account: &AccountId) -> Result<HistoryProgress> {
        let stored: Option<(HistoryProgress, Timestamp)> = self.get(account, "lines_read")?;
        Ok(stored.map_or_else(HistoryProgress::default, |(progress, _)| progress))
    }
}
